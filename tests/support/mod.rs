//! What the tests of the whole daemon share: the real process, a plain SMTP client, the control socket, mails from a
//! seed, a browser.
//!
//! Nothing here knows the daemon from inside: it is started as people start it and looked at through its doors.

#![allow(dead_code, reason = "every test program uses a part of it")]

pub(crate) mod api;
pub(crate) mod chromium;
pub(crate) mod daemon;
pub(crate) mod dkimpy;
pub(crate) mod hands;
pub(crate) mod mails;
pub(crate) mod metrics;
pub(crate) mod names;
pub(crate) mod smtp;
pub(crate) mod tool_server;
