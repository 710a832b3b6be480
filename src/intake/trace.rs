//! The `Received:` line that we put on top of what is kept.

use crate::types::{Envelope, Millis};

/// One `Received:` header, folded, CRLF ended. RFC 5321 §4.4, RFC 3848 (`with`), RFC 8314 §4.3 (`tls`).
///
/// There is no `for` clause: the recipient may be a secret destination, and people copy headers into mails.
pub(super) fn received(hostname: &str, envelope: &Envelope, now: Millis) -> String {
    let protocol = match (envelope.esmtp, envelope.tls.is_some(), envelope.smtputf8) {
        (false, ..) => "SMTP",
        (true, false, false) => "ESMTP",
        (true, true, false) => "ESMTPS",
        (true, false, true) => "UTF8SMTP",
        (true, true, true) => "UTF8SMTPS",
    };
    let tls = match &envelope.tls {
        Some(tls) => format!("\r\n\t(using {} with cipher {})", word(&tls.protocol), word(&tls.cipher)),
        None => String::new(),
    };
    let (helo, peer, id, date) = (word(&envelope.helo), literal(envelope.peer), envelope.id, date(now));
    format!("Received: from {helo} ({peer}){tls}\r\n\tby {hostname} (replyd) with {protocol} id {id};\r\n\t{date}\r\n")
}

/// A peer's word without anything that could end the header, a comment or a line.
fn word(text: &str) -> String {
    let clean: String = text.chars().filter(|c| c.is_ascii_graphic() && !"();<>\"\\".contains(*c)).take(255).collect();
    if clean.is_empty() { "unknown".into() } else { clean }
}

/// An address literal. RFC 5321 §4.1.3.
fn literal(peer: std::net::IpAddr) -> String {
    match peer.to_canonical() {
        std::net::IpAddr::V4(ip) => format!("[{ip}]"),
        std::net::IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    }
}

fn date(now: Millis) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(now.0 as i64).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::fmt::rfc2822::to_string(&timestamp.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{MailId, TlsSession};

    fn envelope(helo: &str) -> Envelope {
        Envelope {
            id: MailId(1),
            arrived: Millis(0),
            peer: "192.0.2.1".parse().unwrap(),
            helo: helo.into(),
            esmtp: true,
            tls: Some(TlsSession { protocol: "TLSv1.3".into(), cipher: "TLS_AES_256_GCM_SHA384".into() }),
            mail_from: None,
            recipients: vec![],
            smtputf8: false,
        }
    }

    #[test]
    fn it_says_who_how_and_when_under_the_queue_id() {
        let line = received("mx.acme.example", &envelope("mail.customer.example"), Millis(1_700_000_000_000));
        assert_eq!(
            line,
            "Received: from mail.customer.example ([192.0.2.1])\r\n\
             \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n\
             \tby mx.acme.example (replyd) with ESMTPS id 0000000000001;\r\n\
             \tTue, 14 Nov 2023 22:13:20 +0000\r\n"
        );
    }

    #[test]
    fn s12_a_helo_cannot_write_headers() {
        let line = received("mx", &envelope("a\r\nBcc: b (c) <d>"), Millis(0));
        assert!(line.starts_with("Received: from aBcc:bcd ([192.0.2.1])\r\n"), "{line}");
    }
}
