//! The door mail comes in by: a hand-written SMTP server. RFC 5321, 1870, 1652, 2034, 2920, 3030, 3207, 6531.
//!
//! Bytes in, decision out: `command`, `reply`, `session`, `data` and `inbox` are pure and own neither socket nor
//! clock. `connection` drives them over one socket; `server` owns the listeners. What happens to a mail after its last
//! byte lies behind [`Intake`]; this room only says what that answered. It relays nothing and offers no AUTH.

mod body;
mod command;
mod connection;
mod data;
mod door;
mod inbox;
mod proxy;
mod reply;
mod seam;
mod server;
mod session;
mod spool;
mod tls;

pub use seam::{Body, Intake, ReceiveError, RecipientVerdict};
pub use server::{Server, Settings};
pub use tls::{ServerTls, TlsError};

#[cfg(test)]
mod endings;
#[cfg(test)]
mod support;

#[cfg(test)]
mod dialogue_tests;
#[cfg(test)]
mod pieces_tests;
#[cfg(test)]
mod server_tests;
#[cfg(test)]
mod smuggling_tests;
#[cfg(test)]
mod starttls_tests;
