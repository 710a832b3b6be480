//! The smaller providers.

use std::{io, net::Ipv4Addr};

use super::{Arriving, Posted, Roads, on_top, parts, srs, value_of, with_other};
use crate::playground::{Claim, forwarder::seal};

pub(super) const WEB_HOST: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 50);
pub(super) const IONOS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 51);
pub(super) const FASTMAIL_SERVERS: &str = "ip4:192.0.2.30";
const FASTMAIL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 30);
pub(super) const CLOUDFLARE_SERVERS: &str = "ip4:192.0.2.40";
const CLOUDFLARE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 40);
pub(super) const FORWARD_EMAIL_SERVERS: &str = "ip4:192.0.2.80";
const FORWARD_EMAIL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 80);

fn from(last: u8, helo: &'static str, mail_from: String, bytes: Vec<u8>) -> Arriving {
    Arriving { peer: Ipv4Addr::new(192, 0, 2, last), helo, mail_from, bytes }
}

pub(super) fn cpanel_alias(posted: Posted<'_>, mailbox: &str) -> Arriving {
    let bytes = on_top(
        posted.bytes,
        &[
            ("Envelope-to", mailbox),
            ("Delivery-date", "Mon, 02 Nov 2026 10:00:01 +0000"),
            ("X-AntiAbuse", "This header was added to track abuse, please include it with any abuse report"),
            ("X-AntiAbuse", "Primary Hostname - host7.webhost.example"),
        ],
    );
    Arriving { peer: WEB_HOST, helo: "host7.webhost.example", mail_from: posted.sender.to_owned(), bytes }
}

pub(super) fn cpanel_srs(posted: Posted<'_>, mailbox: &str) -> Arriving {
    let (_, domain) = parts(mailbox);
    Arriving { mail_from: format!("SRS0={}@{domain}", srs(posted.sender)), ..cpanel_alias(posted, mailbox) }
}

pub(super) fn ionos(posted: Posted<'_>, mailbox: &str) -> Arriving {
    let (_, domain) = parts(mailbox);
    let mail_from = format!("SRS0={}@{domain}", srs(posted.sender));
    Arriving { peer: IONOS, helo: "mout.kundenserver.example", mail_from, bytes: posted.bytes.to_vec() }
}

/// The envelope is not known: the sender is kept.
pub(super) fn proton(posted: Posted<'_>, mailbox: &str) -> Arriving {
    let bytes = on_top(posted.bytes, &[("X-Pm-Forwarded-From", mailbox), ("X-Original-To", mailbox)]);
    from(60, "mail-40130.protonmail.ch", posted.sender.to_owned(), bytes)
}

pub(super) fn yandex(posted: Posted<'_>) -> Arriving {
    let bytes = on_top(posted.bytes, &[("X-Yandex-Forward", "2f9f4d2c0e6b4a1f8d3b")]);
    from(70, "forward100.mail.yandex.net", posted.sender.to_owned(), bytes)
}

pub(super) fn mail_ru(posted: Posted<'_>) -> Arriving {
    from(71, "f500.i.mail.ru", posted.sender.to_owned(), on_top(posted.bytes, &[("X-MailRu-Forward", "1")]))
}

/// Neither envelope nor seals are known: the sender is kept.
pub(super) fn zoho(posted: Posted<'_>) -> Arriving {
    from(90, "sender4-of-o50.zoho.com", posted.sender.to_owned(), on_top(posted.bytes, &[("X-Zoho-Virus-Status", "1")]))
}

/// Nothing is known: the mail as it is, from another server.
pub(super) fn icloud(posted: Posted<'_>) -> Arriving {
    from(91, "ms11p00im-qufv17.icloud.com", posted.sender.to_owned(), posted.bytes.to_vec())
}

impl Roads {
    pub(super) async fn fastmail(&self, posted: Posted<'_>, mailbox: &str, to: &str) -> io::Result<Arriving> {
        let marked =
            on_top(posted.bytes, &[("X-Delivered-to", to), ("X-Resolved-to", mailbox), ("X-Mail-from", posted.sender)]);
        let bytes = seal(&marked, &self.fastmail, Claim::DmarcPass(posted.domain()), self.dns).await?;
        let mail_from = format!("SRS0={}@srs.messagingengine.com", srs(posted.sender));
        Ok(Arriving { peer: FASTMAIL, helo: "wfout1-smtp.messagingengine.com", mail_from, bytes })
    }

    /// It signs what it forwards, in its own name and in that of the routed domain.
    pub(super) async fn cloudflare(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        let (sender, domain) = (posted.sender, posted.domain());
        let results = format!(
            "mx.cloudflare.net; dkim=pass header.d={domain} header.s=mail; dmarc=pass header.from={domain} policy.dmarc=reject; \
             spf=pass smtp.mailfrom={sender}"
        );
        let noted = on_top(posted.bytes, &[("Authentication-Results", &results)]);
        let signed = self.routed.sign(&self.cloudflare.sign(&noted)?)?;
        let bytes = seal(&signed, &self.cloudflare, Claim::DmarcPass(domain), self.dns).await?;
        let mail_from = format!("SRS0={}@{}", srs(sender), parts(mailbox).1);
        Ok(Arriving { peer: CLOUDFLARE, helo: "i-ak.cloudflare-email.net", mail_from, bytes })
    }

    pub(super) async fn forward_email(&self, posted: Posted<'_>, to: &str) -> io::Result<Arriving> {
        let marked = on_top(
            posted.bytes,
            &[("X-ForwardEmail-ID", "6650c1a2"), ("X-ForwardEmail-Sender", &format!("rfc822; {}", posted.sender))],
        );
        let marked = on_top(&marked, &[("X-Original-To", to)]);
        let bytes = seal(&marked, &self.forward_email, Claim::DmarcPass(posted.domain()), self.dns).await?;
        Ok(by_forward_email(posted, bytes))
    }

    pub(super) fn forward_email_rewritten(&self, posted: Posted<'_>) -> io::Result<Arriving> {
        let author = value_of(posted.bytes, "From");
        let name = author.split(" <").next().unwrap_or_default();
        let rewritten = with_other(
            posted.bytes,
            "From",
            &format!("\"{name} via {}\" <no-reply@forwardemail.net>", posted.domain()),
        );
        let named = on_top(&rewritten, &[("Reply-To", &author), ("X-Original-From", &author)]);
        let bytes = self.forward_email.sign(&named)?;
        Ok(by_forward_email(posted, bytes))
    }
}

fn by_forward_email(posted: Posted<'_>, bytes: Vec<u8>) -> Arriving {
    let mail_from = format!("SRS0={}@forwardemail.net", srs(posted.sender));
    Arriving { peer: FORWARD_EMAIL, helo: "mx1.forwardemail.net", mail_from, bytes }
}
