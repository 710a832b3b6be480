//! Who works here: accounts, logins and keys, and the one place that says who may do what.
//!
//! Rows of it lie in the store; this room decides. What a request looks like is `web`'s.

mod actor;
mod brake;
mod doorkeeper;
mod invites;
mod login;
mod own;
mod password;
mod second_factor;
mod token;

#[cfg(test)]
mod tests;

pub use actor::{Actor, Reach};
pub use doorkeeper::{ABSOLUTE, Doorkeeper, FRESH, IDLE, Inside};
pub use invites::{Accepted, INVITE_LASTS, InviteError, Invited};
pub use login::{Browser, HALFWAY, Knock, LoginError, Ticket};
pub use own::{Code, OwnError};
pub use password::{PASSWORD_CHARS_MIN, PASSWORD_OCTETS_MAX, PasswordError};
pub use second_factor::Enrolment;
pub use token::{API_KEY_MARK, NoChance, digest, new_api_key, new_token};
