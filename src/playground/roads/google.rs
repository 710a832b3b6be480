//! Google: filters, routing, groups.

use std::{io, net::Ipv4Addr};

use super::{Arriving, Posted, Roads, on_top, parts, value_of, with_other};
use crate::playground::{Claim, forwarder::seal, gmail_envelope_sender, gmail_headers};

/// Its addresses, as in its SPF record.
pub(super) const SERVERS: &str = "ip4:192.0.2.10";
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
const HELO: &str = "mail-yw1-f172.google.com";

/// What its groups sign.
const GROUP_FIELDS: [&str; 14] = [
    "List-Unsubscribe",
    "List-Archive",
    "List-Help",
    "List-Post",
    "List-Id",
    "Mailing-list",
    "Precedence",
    "Reply-To",
    "X-Original-Authentication-Results",
    "X-Original-Sender",
    "From",
    "To",
    "Subject",
    "Date",
];

impl Roads {
    pub(super) async fn gmail_filter(&self, posted: Posted<'_>, mailbox: &str, to: &str) -> io::Result<Arriving> {
        let bytes = gmail_headers(&self.through_google(posted).await?, mailbox, to);
        Ok(arriving(gmail_envelope_sender(mailbox, to), bytes))
    }

    pub(super) async fn workspace_routing(&self, posted: Posted<'_>, mailbox: &str) -> io::Result<Arriving> {
        let bytes = on_top(&self.through_google(posted).await?, &[("X-Gm-Original-To", mailbox)]);
        Ok(arriving(posted.sender.to_owned(), bytes))
    }

    pub(super) async fn google_group(&self, posted: Posted<'_>, group: &str) -> io::Result<Arriving> {
        let listed = of_group(posted, group);
        let bytes = seal(&listed, &self.google, Claim::DmarcPass(posted.domain()), self.dns).await?;
        Ok(arriving(group_sender(group), bytes))
    }

    pub(super) async fn google_group_rewritten(&self, posted: Posted<'_>, group: &str) -> io::Result<Arriving> {
        let author = value_of(posted.bytes, "From");
        let name = author.split(" <").next().unwrap_or_default();
        let rewritten = with_other(posted.bytes, "From", &format!("'{name}' via Support <{group}>"));
        let named = on_top(&rewritten, &[("X-Original-From", &author), ("Reply-To", &author)]);
        let listed = of_group(Posted { bytes: &named, ..posted }, group);
        let signed = self.company.sign_fields(&listed, &GROUP_FIELDS)?;
        let bytes = seal(&signed, &self.google, Claim::DmarcPass(posted.domain()), self.dns).await?;
        Ok(arriving(group_sender(group), bytes))
    }

    /// Received, checked and sealed.
    async fn through_google(&self, posted: Posted<'_>) -> io::Result<Vec<u8>> {
        let received = "from mail.customer.example (mail.customer.example. [127.0.0.1]) by mx.google.com with ESMTPS";
        let noted = on_top(
            posted.bytes,
            &[
                ("Return-Path", &format!("<{}>", posted.sender)),
                ("Received", received),
                ("Received-SPF", "pass (google.com: domain designates 127.0.0.1 as permitted sender)"),
                ("Authentication-Results", &results(posted)),
            ],
        );
        let sealed = seal(&noted, &self.google, Claim::DmarcPass(posted.domain()), self.dns).await?;
        Ok(on_top(
            &sealed,
            &[("X-Received", "by 2002:a05:690c:10c1 with SMTP id x1"), ("Received", "by 2002:a05:7108")],
        ))
    }
}

fn arriving(mail_from: String, bytes: Vec<u8>) -> Arriving {
    Arriving { peer: SERVER, helo: HELO, mail_from, bytes }
}

fn results(posted: Posted<'_>) -> String {
    let (sender, domain) = (posted.sender, posted.domain());
    format!(
        "mx.google.com; dkim=pass header.i=@{domain} header.s=mail header.b=\"k3/Yx+a=\"; spf=pass (google.com: domain of \
         {sender} designates 127.0.0.1 as permitted sender) smtp.mailfrom={sender}; dmarc=pass (p=REJECT sp=REJECT \
         dis=NONE) header.from={domain}"
    )
}

fn group_sender(group: &str) -> String {
    let (local, domain) = parts(group);
    format!("{local}+bncBDAAAAAAAAABB6G2K@{domain}")
}

fn of_group(posted: Posted<'_>, group: &str) -> Vec<u8> {
    let (local, domain) = parts(group);
    on_top(
        posted.bytes,
        &[
            ("X-Original-Sender", posted.sender),
            ("X-Original-Authentication-Results", &results(posted)),
            ("Precedence", "list"),
            ("Mailing-list", &format!("list {group}; contact {local}+owners@{domain}")),
            ("List-ID", &format!("<{local}.{domain}>")),
            ("X-Google-Group-Id", "123456789012"),
            ("List-Post", &format!("<https://groups.google.com/a/{domain}/group/{local}/post>, <mailto:{group}>")),
            ("List-Help", "<https://support.google.com/a/bin/topic.py?topic=25838>"),
            ("List-Archive", &format!("<https://groups.google.com/a/{domain}/group/{local}/>")),
            ("List-Unsubscribe", "<mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>"),
        ],
    )
}
