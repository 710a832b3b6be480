//! Why nothing came back.

use std::{net::IpAddr, time::Duration};

/// Why a request has no response. The words name hosts and addresses, never paths, queries or headers: those may hold
/// what is a customer's or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL is none that is fetched.
    #[error("the URL cannot be fetched: {0}")]
    Url(&'static str),
    /// A header that replyd sets itself.
    #[error("the header {0} is set by replyd itself")]
    Header(String),
    /// The host is, or has, an address that may not be connected to.
    #[error("{host} is at {address}, which is {why}: it is not asked")]
    Forbidden {
        /// Whom the URL names.
        host: String,
        /// The address in question.
        address: IpAddr,
        /// What that address is.
        why: &'static str,
    },
    /// DNS has no such name, or no address for it.
    #[error("{0} has no address")]
    NoAddress(String),
    /// DNS did not answer.
    #[error("the address of {host} could not be looked up: {words}")]
    Dns {
        /// Whose.
        host: String,
        /// What the resolver says.
        words: String,
    },
    /// None of the addresses took the connection.
    #[error("{host} could not be connected to: {words}")]
    Connect {
        /// Whom.
        host: String,
        /// Why the last one did not.
        words: String,
    },
    /// The server did not prove its name, or speaks no TLS of ours.
    #[error("TLS with {host}: {words}")]
    Tls {
        /// Whom.
        host: String,
        /// Why.
        words: String,
    },
    /// The deadline passed.
    #[error("{host} did not answer within {} s", .within.as_secs_f32())]
    Timeout {
        /// Whom.
        host: String,
        /// How long it had.
        within: Duration,
    },
    /// The head of the response is longer than anyone needs.
    #[error("the header fields that {0} sends are too long")]
    HeadTooLong(String),
    /// The connection ended early, or what came is no HTTP.
    #[error("{host} did not answer as HTTP asks for: {words}")]
    Broken {
        /// Whom.
        host: String,
        /// What is wrong.
        words: String,
    },
    /// A redirect leads elsewhere.
    #[error("{host} sends us on to another place, which is not followed")]
    Redirected {
        /// Who.
        host: String,
    },
    /// Redirects without an end.
    #[error("{host} sends us on more than {most} times")]
    RedirectedTooOften {
        /// Who.
        host: String,
        /// How many are followed.
        most: u8,
    },
    /// Too many requests at once.
    #[error("too many requests are on their way; {0} was not asked")]
    Busy(String),
}

impl FetchError {
    /// Whether asking again cannot help. The doubtful ones say no.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Url(_) | Self::Header(_) | Self::Forbidden { .. } => true,
            Self::Redirected { .. } | Self::RedirectedTooOften { .. } => true,
            Self::NoAddress(_) | Self::Dns { .. } | Self::Connect { .. } | Self::Tls { .. } => false,
            Self::Timeout { .. } | Self::HeadTooLong(_) | Self::Broken { .. } | Self::Busy(_) => false,
        }
    }

    /// Whether the request may have been heard: one that changes something must not be made anew without a key.
    pub fn may_have_been_heard(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::HeadTooLong(_) | Self::Broken { .. } => true,
            Self::Redirected { .. } | Self::RedirectedTooOften { .. } => true,
            Self::Url(_) | Self::Header(_) | Self::Forbidden { .. } | Self::NoAddress(_) => false,
            Self::Dns { .. } | Self::Connect { .. } | Self::Tls { .. } | Self::Busy(_) => false,
        }
    }

    /// What whoever must not learn of our networks hears, a model for one.
    pub fn in_general(&self) -> &'static str {
        match self {
            Self::Url(_) | Self::Header(_) => "the request could not be made",
            Self::Timeout { .. } => "the service did not answer in time",
            Self::HeadTooLong(_) | Self::Broken { .. } => "the service did not answer properly",
            Self::Forbidden { .. }
            | Self::NoAddress(_)
            | Self::Dns { .. }
            | Self::Connect { .. }
            | Self::Tls { .. } => "the service could not be reached",
            Self::Redirected { .. } | Self::RedirectedTooOften { .. } | Self::Busy(_) => {
                "the service could not be reached"
            }
        }
    }
}
