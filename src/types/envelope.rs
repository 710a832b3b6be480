//! What the SMTP dialogue said about a mail, apart from the mail.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Address, MailId, Millis};

/// One `RCPT TO` that was answered 250.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Recipient {
    /// As the peer wrote it.
    pub address: Address,
}

/// What TLS agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TlsSession {
    /// `TLSv1.3`.
    pub protocol: String,
    /// `TLS_AES_256_GCM_SHA384`.
    pub cipher: String,
}

/// The envelope of one mail transaction. RFC 5321 §2.3.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Envelope {
    /// The queue id, made when the transaction began.
    pub id: MailId,
    /// When the transaction began.
    pub arrived: Millis,
    /// The peer's address (the one before a trusted proxy, where PROXY is configured).
    #[schema(value_type = String)]
    pub peer: IpAddr,
    /// What the peer called itself in EHLO or HELO.
    pub helo: String,
    /// Whether it said EHLO: the `with ESMTP` of the Received line.
    pub esmtp: bool,
    /// TLS, when there is.
    pub tls: Option<TlsSession>,
    /// `MAIL FROM`; `None` is the null sender `<>`.
    pub mail_from: Option<Address>,
    /// `RCPT TO`, in order, at least one.
    pub recipients: Vec<Recipient>,
    /// Whether `SMTPUTF8` was asked for. RFC 6531.
    pub smtputf8: bool,
}
