//! What happens, said so that people and programs can search it.
//!
//! Never logged: bodies, subjects, whole addresses, tokens, passwords, prompts (S-27). An address appears as its domain.

pub mod counters;
pub mod log;
pub mod maillog;
