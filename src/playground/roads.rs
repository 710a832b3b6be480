//! The roads on which mail reaches a support address: one for each way that providers are known to forward.
//!
//! Envelope, fields, seals and signatures are those seen on public mail; keys are made fresh and published in the zone.
//! What is not known of a provider is not made up: see [`Road::is_guessed`].

mod google;
mod microsoft;
mod others;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use super::{Key, Zone};

/// One way of forwarding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Road {
    /// Straight from the customer's server.
    Direct,
    /// A filter of Gmail, or "forward all".
    GmailFilter,
    /// Workspace routing, the sender kept.
    WorkspaceRouting,
    /// A Google Group that leaves From as it is.
    GoogleGroup,
    /// A Google Group that writes a new From, as for senders with a strict policy.
    GoogleGroupRewritten,
    /// Forwarding of a Microsoft 365 mailbox.
    Microsoft,
    /// The same where the local part would grow too long.
    MicrosoftLong,
    /// The same for mail that failed SPF on its way in: by the relay pool.
    MicrosoftRelayPool,
    /// The same, the body encoded anew, which breaks signatures.
    MicrosoftReencoded,
    /// An inbox rule that redirects.
    MicrosoftRedirect,
    /// An inbox rule that forwards: a new mail of the mailbox.
    MicrosoftForwardRule,
    /// An alias of cPanel (Exim), the sender kept.
    CpanelAlias,
    /// The same with SRS.
    CpanelSrs,
    /// IONOS.
    Ionos,
    /// Fastmail.
    Fastmail,
    /// Cloudflare Email Routing.
    Cloudflare,
    /// Proton.
    Proton,
    /// Yandex.
    Yandex,
    /// Mail.ru.
    MailRu,
    /// Forward Email.
    ForwardEmail,
    /// The same as it was: no-reply@ in From for senders with a strict policy.
    ForwardEmailRewritten,
    /// Zoho.
    Zoho,
    /// iCloud.
    Icloud,
}

impl Road {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Direct,
        Self::GmailFilter,
        Self::WorkspaceRouting,
        Self::GoogleGroup,
        Self::GoogleGroupRewritten,
        Self::Microsoft,
        Self::MicrosoftLong,
        Self::MicrosoftRelayPool,
        Self::MicrosoftReencoded,
        Self::MicrosoftRedirect,
        Self::MicrosoftForwardRule,
        Self::CpanelAlias,
        Self::CpanelSrs,
        Self::Ionos,
        Self::Fastmail,
        Self::Cloudflare,
        Self::Proton,
        Self::Yandex,
        Self::MailRu,
        Self::ForwardEmail,
        Self::ForwardEmailRewritten,
        Self::Zoho,
        Self::Icloud,
    ];

    /// The forwarder that an address on this road registers.
    pub fn forwarder(self) -> &'static str {
        match self {
            Self::GmailFilter | Self::WorkspaceRouting | Self::GoogleGroup | Self::GoogleGroupRewritten => "google",
            Self::Microsoft
            | Self::MicrosoftLong
            | Self::MicrosoftRelayPool
            | Self::MicrosoftReencoded
            | Self::MicrosoftRedirect
            | Self::MicrosoftForwardRule => "microsoft365",
            Self::CpanelAlias | Self::CpanelSrs => "cpanel",
            Self::Fastmail => "fastmail",
            Self::Cloudflare => "cloudflare",
            Self::Proton => "proton",
            Self::Zoho => "zoho",
            Self::Icloud => "icloud",
            Self::Direct
            | Self::Ionos
            | Self::Yandex
            | Self::MailRu
            | Self::ForwardEmail
            | Self::ForwardEmailRewritten => "generic",
        }
    }

    /// Whether no public sample shows the envelope that this provider writes: here the sender is kept and no seal is put on.
    pub fn is_guessed(self) -> bool {
        matches!(self, Self::Proton | Self::Zoho | Self::Icloud)
    }
}

/// A mail as its author's server sends it.
#[derive(Debug, Clone, Copy)]
pub struct Posted<'a> {
    /// The envelope sender, which is the address in From.
    pub sender: &'a str,
    /// The mail.
    pub bytes: &'a [u8],
}

impl<'a> Posted<'a> {
    fn domain(&self) -> &'a str {
        self.sender.rsplit_once('@').map_or(self.sender, |(_, domain)| domain)
    }
}

/// A mail as it reaches us.
#[derive(Debug, Clone)]
pub struct Arriving {
    /// From where.
    pub peer: Ipv4Addr,
    /// What the peer calls itself.
    pub helo: &'static str,
    /// The envelope sender; empty for none.
    pub mail_from: String,
    /// The mail.
    pub bytes: Vec<u8>,
}

/// The providers with their keys and addresses.
#[derive(Debug)]
pub struct Roads {
    dns: SocketAddr,
    google: Key,
    microsoft: Key,
    fastmail: Key,
    cloudflare: Key,
    forward_email: Key,
    /// What Google, Microsoft and Cloudflare sign with in the name of the company.
    company: Key,
    routed: Key,
}

impl Roads {
    /// Makes the providers' keys and publishes them, their addresses, and the SPF record of the company at `domain`, which
    /// names all of them. `dns` serves `zone`.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn build(zone: &Zone, dns: SocketAddr, domain: &str) -> io::Result<Self> {
        let key = |domain: &str, selector: &str| {
            let key = Key::ed25519(domain, selector)?;
            key.publish(zone);
            Ok::<_, io::Error>(key)
        };
        for (name, servers) in [
            ("_spf.google.com", google::SERVERS),
            ("spf.protection.outlook.com", microsoft::SERVERS),
            ("acme.onmicrosoft.com", microsoft::SERVERS),
            ("spf.messagingengine.com", others::FASTMAIL_SERVERS),
            ("srs.messagingengine.com", others::FASTMAIL_SERVERS),
            ("_spf.mx.cloudflare.net", others::CLOUDFLARE_SERVERS),
            ("forwardemail.net", others::FORWARD_EMAIL_SERVERS),
        ] {
            zone.txt(name, &format!("v=spf1 {servers} -all"));
        }
        let company_servers = format!(
            "v=spf1 include:_spf.google.com include:spf.protection.outlook.com include:_spf.mx.cloudflare.net \
             ip4:{} ip4:{} -all",
            others::WEB_HOST,
            others::IONOS
        );
        zone.txt(domain, &company_servers);
        Ok(Self {
            dns,
            google: key("google.com", "arc-20240605")?,
            microsoft: key("microsoft.com", "arcselector10001")?,
            fastmail: key("messagingengine.com", "fm1")?,
            cloudflare: key("cloudflare-email.net", "cf2024-1")?,
            forward_email: key("forwardemail.net", "default")?,
            company: key(domain, "selector1")?,
            routed: key(domain, "cf2024-1")?,
        })
    }

    /// The mail as it arrives when the mailbox of a support address forwards it to `destination` on that road.
    ///
    /// # Errors
    /// When the mail cannot be read.
    pub async fn take(&self, road: Road, posted: Posted<'_>, mailbox: &str, destination: &str) -> io::Result<Arriving> {
        match road {
            Road::Direct => Ok(Arriving {
                peer: Ipv4Addr::LOCALHOST,
                helo: "mail.customer.example",
                mail_from: posted.sender.to_owned(),
                bytes: posted.bytes.to_vec(),
            }),
            Road::GmailFilter => self.gmail_filter(posted, mailbox, destination).await,
            Road::WorkspaceRouting => self.workspace_routing(posted, mailbox).await,
            Road::GoogleGroup => self.google_group(posted, mailbox).await,
            Road::GoogleGroupRewritten => self.google_group_rewritten(posted, mailbox).await,
            Road::Microsoft => self.microsoft(posted, mailbox).await,
            Road::MicrosoftLong => self.microsoft_long(posted, mailbox).await,
            Road::MicrosoftRelayPool => self.microsoft_relay_pool(posted, mailbox).await,
            Road::MicrosoftReencoded => self.microsoft_reencoded(posted, mailbox).await,
            Road::MicrosoftRedirect => self.microsoft_redirect(posted, mailbox).await,
            Road::MicrosoftForwardRule => self.microsoft_forward_rule(posted, mailbox),
            Road::CpanelAlias => Ok(others::cpanel_alias(posted, mailbox)),
            Road::CpanelSrs => Ok(others::cpanel_srs(posted, mailbox)),
            Road::Ionos => Ok(others::ionos(posted, mailbox)),
            Road::Fastmail => self.fastmail(posted, mailbox, destination).await,
            Road::Cloudflare => self.cloudflare(posted, mailbox).await,
            Road::Proton => Ok(others::proton(posted, mailbox)),
            Road::Yandex => Ok(others::yandex(posted)),
            Road::MailRu => Ok(others::mail_ru(posted)),
            Road::ForwardEmail => self.forward_email(posted, destination).await,
            Road::ForwardEmailRewritten => self.forward_email_rewritten(posted),
            Road::Zoho => Ok(others::zoho(posted)),
            Road::Icloud => Ok(others::icloud(posted)),
        }
    }
}

/// The mail with fields on top, the first topmost.
fn on_top(mail: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let lines: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    [lines.as_bytes(), mail].concat()
}

/// The mail with another value in the one field of that name.
fn with_other(mail: &[u8], name: &str, value: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(mail);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let prefix = format!("{name}: ");
    let line = |line: &str| if line.starts_with(&prefix) { format!("{prefix}{value}") } else { line.to_owned() };
    let head: Vec<String> = head.split("\r\n").map(line).collect();
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}

/// The value of the first field of that name, on one line.
fn value_of(mail: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(mail);
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
    let prefix = format!("{name}: ");
    head.split("\r\n").find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default().to_owned()
}

/// Splits an address.
fn parts(address: &str) -> (&str, &str) {
    address.rsplit_once('@').unwrap_or((address, "localhost"))
}

/// `HASH=TT=DOMAIN=USER`.
fn srs(sender: &str) -> String {
    let (user, domain) = parts(sender);
    format!("k3Yx=SA={domain}={user}")
}
