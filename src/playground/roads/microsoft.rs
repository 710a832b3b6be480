//! Microsoft 365: forwarding of mailboxes, inbox rules.

use std::{io, net::Ipv4Addr};

use super::{Arriving, Posted, Roads, on_top, parts, srs, value_of};
use crate::playground::{Claim, forwarder::seal, with_body};

/// Its addresses, as in its SPF record; the relay pool is not among them.
pub(super) const SERVERS: &str = "ip4:192.0.2.20";
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 20);
const RELAY_POOL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 29);
const HELO: &str = "EUR05-AM6-obe.outbound.protection.outlook.com";
const TENANT: &str = "5f3a8c1e-0000-4000-8000-2b1d9e7c4a60";

impl Roads {
    pub(super) async fn microsoft(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        let bytes = self.through_microsoft(posted, mailbox, posted.bytes).await?;
        Ok(arriving(srs_sender(posted, mailbox), bytes))
    }

    pub(super) async fn microsoft_long(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        let bytes = self.through_microsoft(posted, mailbox, posted.bytes).await?;
        Ok(arriving("bounces+SRS=k3Yx=SA@acme.onmicrosoft.com".into(), bytes))
    }

    pub(super) async fn microsoft_relay_pool(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        Ok(Arriving { peer: RELAY_POOL, ..self.microsoft(posted, mailbox).await? })
    }

    pub(super) async fn microsoft_reencoded(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        // What was checked on the way in is no longer what leaves.
        let end = posted.bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(posted.bytes.len(), |at| at + 4);
        let body = String::from_utf8_lossy(&posted.bytes[end..]).replace(". ", ".  \u{a0}");
        let encoded = with_body(posted.bytes, &format!("{body}\r\n________________________________\r\n"));
        let bytes = self.through_microsoft(posted, mailbox, &encoded).await?;
        Ok(arriving(srs_sender(posted, mailbox), bytes))
    }

    pub(super) async fn microsoft_redirect(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        let marked = on_top(
            posted.bytes,
            &[("Resent-From", &format!("<{mailbox}>")), ("X-MS-Exchange-Inbox-Rules-Loop", mailbox)],
        );
        let sealed = seal(&marked, &self.microsoft, Claim::DmarcPass(posted.domain()), self.dns).await?;
        Ok(arriving(srs_sender(posted, mailbox), sealed))
    }

    /// A new mail: the customer stands in its text only.
    pub(super) fn microsoft_forward_rule(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        let (_, domain) = parts(mailbox);
        let of = |name| value_of(posted.bytes, name);
        let (from, subject, date, id) = (of("From"), of("Subject"), of("Date"), of("Message-ID"));
        let end = posted.bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(posted.bytes.len(), |at| at + 4);
        let text = String::from_utf8_lossy(&posted.bytes[end..]);
        let mail = format!(
            "From: Acme Support <{mailbox}>\r\nTo: <in@mx.acme.example>\r\nSubject: FW: {subject}\r\nDate: {date}\r\n\
             Message-ID: <AM6PR{}@{domain}>\r\nauto-submitted: auto-generated\r\n\
             X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\r\nX-MS-Exchange-Parent-Message-Id: {id}\r\n\
             X-MS-Exchange-Inbox-Rules-Loop: {mailbox}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
             ________________________________\r\nFrom: {from}\r\nSent: {date}\r\nTo: {mailbox}\r\n\
             Subject: {subject}\r\n\r\n{text}",
            id.trim_matches(['<', '>']).replace('@', ".")
        );
        let bytes = self.company.sign_fields(mail.as_bytes(), &["From", "Date", "Subject", "Message-ID"])?;
        Ok(arriving(mailbox.to_owned(), bytes))
    }

    async fn through_microsoft(&self, posted: Posted<'_>, mailbox: &str, leaves: &[u8]) -> io::Result<Vec<u8>> {
        let marked = on_top(
            leaves,
            &[
                ("X-MS-Exchange-ForwardingLoop", &format!("{mailbox};{TENANT}")),
                ("X-LD-Processed", &format!("{TENANT},ExtFwd")),
                ("X-MS-Exchange-Transport-Forked", "True"),
            ],
        );
        seal(&marked, &self.microsoft, Claim::DmarcPass(posted.domain()), self.dns).await
    }
}

fn arriving(mail_from: String, bytes: Vec<u8>) -> Arriving {
    Arriving { peer: SERVER, helo: HELO, mail_from, bytes }
}

fn srs_sender(posted: Posted<'_>, mailbox: &str) -> String {
    let (local, domain) = parts(mailbox);
    format!("{local}+SRS={}@{domain}", srs(posted.sender))
}
