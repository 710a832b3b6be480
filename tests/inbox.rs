//! The inbox in a real browser, before the real daemon: every verb that a person has, as a person does it, on a desk and on a
//! telephone. What a page says happened is looked up through the control socket as well. Nobody's console says an error, and
//! no page asks anybody but us: each person's browser is asked at the end.
//!
//! Pictures of the pages are kept in `target/inbox-screenshots`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "inbox/accessible.rs"]
mod accessible;
#[path = "inbox/answering.rs"]
mod answering;
#[path = "inbox/deciding.rs"]
mod deciding;
#[path = "inbox/finding.rs"]
mod finding;
#[path = "inbox/hostile.rs"]
mod hostile;
#[path = "inbox/live.rs"]
mod live;
#[path = "inbox/newcomer.rs"]
mod newcomer;
#[path = "inbox/plain.rs"]
mod plain;
#[path = "inbox/shop.rs"]
mod shop;
mod support;
#[path = "browser/vectors.rs"]
mod vectors;
