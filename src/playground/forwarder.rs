//! What providers do to a mail when they forward it.

use std::{io, net::SocketAddr};

use mail_auth::{
    AuthenticatedMessage, AuthenticationResults, DkimOutput, DmarcOutput, DmarcResult, Error, MessageAuthenticator,
    arc::ArcSealer,
    common::headers::HeaderWriter,
    dkim::Signature,
    hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
};

use super::Key;

/// What a sealer says about the mail it received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim<'a> {
    /// `dmarc=pass header.from=DOMAIN`.
    DmarcPass(&'a str),
    /// `dmarc=fail header.from=DOMAIN`.
    DmarcFail(&'a str),
    /// `dkim=pass header.d=DOMAIN`.
    DkimPass(&'a str),
    /// Nothing.
    Nothing,
}

/// The envelope sender of Gmail's forwarding: `support+caf_=in+KEY=mx.acme.example@acme.example`.
pub fn gmail_envelope_sender(mailbox: &str, destination: &str) -> String {
    let (local, domain) = mailbox.rsplit_once('@').unwrap_or((mailbox, "localhost"));
    format!("{local}+caf_={}@{domain}", destination.replace('@', "="))
}

/// The envelope sender of a forwarder with SRS: `SRS0=HASH=TT=DOMAIN=USER@forwarder`.
pub fn srs_envelope_sender(original: &str, forwarder: &str) -> String {
    let (local, domain) = original.rsplit_once('@').unwrap_or((original, "localhost"));
    format!("SRS0=hash=TT={domain}={local}@{forwarder}")
}

/// The mail with the fields Gmail's forwarding puts on top.
pub fn gmail_headers(mail: &[u8], mailbox: &str, destination: &str) -> Vec<u8> {
    let fields = format!(
        "X-Forwarded-To: {destination}\r\nX-Forwarded-For: {mailbox} {destination}\r\nDelivered-To: {mailbox}\r\n"
    );
    [fields.as_bytes(), mail].concat()
}

/// The mail with one field put on top.
pub fn with_header(mail: &[u8], name: &str, value: &str) -> Vec<u8> {
    [format!("{name}: {value}\r\n").as_bytes(), mail].concat()
}

/// The mail with another body, as gateways that add a banner make it.
pub fn with_body(mail: &[u8], body: &str) -> Vec<u8> {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n").map_or(mail.len(), |at| at + 4);
    [&mail[..end], body.as_bytes()].concat()
}

/// The mail with one more ARC set on top, sealed by the key's domain: see [`Sealer::seal`].
///
/// # Errors
/// As [`Sealer::seal`].
pub async fn seal(mail: &[u8], sealer: &Key, claim: Claim<'_>, dns: SocketAddr) -> io::Result<Vec<u8>> {
    Sealer::new(dns)?.seal(mail, sealer, claim).await
}

/// Seals many mails: it makes its resolver once, which is dear.
#[derive(Clone)]
pub struct Sealer(MessageAuthenticator);

impl Sealer {
    /// Asks the DNS server at `dns`.
    ///
    /// # Errors
    /// When there is no resolver to be had.
    pub fn new(dns: SocketAddr) -> io::Result<Self> {
        resolver(dns).map(Self)
    }

    /// The mail with one more ARC set on top, sealed by the key's domain. RFC 8617.
    ///
    /// The chain that is there already is checked, as an honest sealer does.
    ///
    /// # Errors
    /// When the mail cannot be read, or the chain has failed before.
    pub async fn seal(&self, mail: &[u8], sealer: &Key, claim: Claim<'_>) -> io::Result<Vec<u8>> {
        let message = AuthenticatedMessage::parse(mail).ok_or_else(|| io::Error::other("no mail"))?;
        let chain = self.0.verify_arc(&message).await;
        let signature = Signature { d: claim.domain().into(), s: "claimed".into(), ..Signature::default() };
        let results = AuthenticationResults::new(&sealer.domain);
        let dmarc = |domain: &str, result| DmarcOutput::default().with_domain(domain).with_dkim_result(result);
        let results = match claim {
            Claim::DmarcPass(domain) => results.with_dmarc_result(&dmarc(domain, DmarcResult::Pass)),
            Claim::DmarcFail(domain) => results.with_dmarc_result(&dmarc(domain, DmarcResult::Fail(Error::NotAligned))),
            Claim::DkimPass(domain) => results.with_dkim_result(&DkimOutput::pass().with_signature(&signature), domain),
            Claim::Nothing => results.with_dmarc_result(&DmarcOutput::default()),
        };
        let set = ArcSealer::from_key(sealer.signing_key()?)
            .domain(&sealer.domain)
            .selector(&sealer.selector)
            .headers(["From", "To", "Subject", "Date", "Message-ID", "DKIM-Signature"])
            .seal(&message, &results, &chain)
            .map_err(io::Error::other)?;
        Ok([set.to_header().as_bytes(), mail].concat())
    }
}

impl<'a> Claim<'a> {
    fn domain(self) -> &'a str {
        match self {
            Self::DmarcPass(domain) | Self::DmarcFail(domain) | Self::DkimPass(domain) => domain,
            Self::Nothing => "",
        }
    }
}

fn resolver(dns: SocketAddr) -> io::Result<MessageAuthenticator> {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = dns.port();
        connection
    });
    let server = NameServerConfig::new(dns.ip(), true, connections.to_vec());
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    MessageAuthenticator::new(config, ResolverOpts::default()).map_err(io::Error::other)
}
