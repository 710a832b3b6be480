//! Webhooks: tells other systems what happens, signed as Standard Webhooks has it, and again until they took it.
//!
//! What is to be told lies in the store, and what came of each attempt; here is who says it. At least once, and always under
//! the same id: who was told twice knows by that. Of one conversation things are told in their order.

mod payload;
mod secret;
mod sender;

#[cfg(test)]
mod tests;

pub use self::{
    secret::{SECRET_MARK, Seal, SecretError},
    sender::{AT_ONCE_MAX, BACK_OFF, Sender, TELL_TIMEOUT, check_url},
};
