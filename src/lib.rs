//! replyd: a mail daemon that answers.

pub mod agent;
pub mod auth;
pub mod cli;
pub mod config;
pub mod conversation;
pub mod daemon;
pub mod intake;
pub mod mime;
pub mod observability;
pub mod outbound;
pub mod playground;
pub mod setup;
pub mod smtp;
pub mod store;
pub mod types;
pub mod web;
