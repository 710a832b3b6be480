//! Customers: they write mails, and their provider signs them with a key of their own.

use std::io;

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use mail_auth::{
    common::{
        crypto::{DkimKey, Ed25519Key, RsaKey, Sha256},
        headers::HeaderWriter,
    },
    dkim::DkimSigner,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Zone;

/// The fields a provider signs.
const SIGNED_FIELDS: [&str; 8] =
    ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type"];

/// A signing key of a domain, made fresh.
#[derive(Debug, Clone)]
pub struct Key {
    /// `d=`.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    kind: &'static str,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

impl Key {
    /// A new Ed25519 key. RFC 8463.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn ed25519(domain: &str, selector: &str) -> io::Result<Self> {
        let pkcs8 = Ed25519Key::generate_pkcs8().map_err(io::Error::other)?;
        let public = Ed25519Key::from_pkcs8_der(&pkcs8).map_err(io::Error::other)?.public_key();
        Ok(Self { domain: domain.into(), selector: selector.into(), kind: "ed25519", pkcs8, public })
    }

    /// A new RSA-2048 key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn rsa(domain: &str, selector: &str) -> io::Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(io::Error::other)?;
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().map_err(io::Error::other)?;
        let public: aws_lc_rs::encoding::PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(io::Error::other)?;
        let (pkcs8, public) = (pkcs8.as_ref().to_vec(), public.as_ref().to_vec());
        Ok(Self { domain: domain.into(), selector: selector.into(), kind: "rsa", pkcs8, public })
    }

    /// The name of its DNS row.
    pub fn row_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The text of its DNS row. RFC 6376 §3.6.1.
    pub fn row_value(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.kind, base64(&self.public))
    }

    /// Puts its row into `zone`.
    pub fn publish(&self, zone: &Zone) -> &Self {
        zone.txt(&self.row_name(), &self.row_value());
        self
    }

    /// The key as mail-auth wants it.
    ///
    /// # Errors
    /// Does not happen with a key made here.
    pub fn signing_key(&self) -> io::Result<DkimKey> {
        let der = PrivatePkcs8KeyDer::from(self.pkcs8.as_slice());
        Ok(match self.kind {
            "rsa" => DkimKey::Rsa(RsaKey::<Sha256>::from_key_der(PrivateKeyDer::Pkcs8(der)).map_err(io::Error::other)?),
            _ => DkimKey::Ed25519(Ed25519Key::from_pkcs8_der(&self.pkcs8).map_err(io::Error::other)?),
        })
    }

    /// The mail with a DKIM signature on top. RFC 6376.
    ///
    /// # Errors
    /// When the mail has none of the fields to sign.
    pub fn sign(&self, mail: &[u8]) -> io::Result<Vec<u8>> {
        self.sign_fields(mail, &SIGNED_FIELDS)
    }

    /// Like [`Key::sign`], with the fields named.
    ///
    /// # Errors
    /// When the mail has none of them.
    pub fn sign_fields(&self, mail: &[u8], fields: &[&str]) -> io::Result<Vec<u8>> {
        let signer = DkimSigner::from_key(self.signing_key()?)
            .domain(&self.domain)
            .selector(&self.selector)
            .headers(fields.iter().copied());
        let signature = signer.sign(mail).map_err(io::Error::other)?;
        Ok([signature.to_header().as_bytes(), mail].concat())
    }

    /// Like [`Key::sign_fields`], with further tags (`t=1; x=2; l=3`) as they are, for signatures that no honest signer makes:
    /// a field may be named more often than it stands in the mail, or not at all. Fields of `mail` must not be folded. The
    /// hash of the body is over its first `body_octets`, or all.
    ///
    /// # Errors
    /// When the key is not Ed25519.
    pub fn sign_oddly(
        &self,
        mail: &[u8],
        fields: &[&str],
        tags: &str,
        body_octets: Option<usize>,
    ) -> io::Result<Vec<u8>> {
        let pair = Ed25519KeyPair::from_pkcs8(&self.pkcs8).map_err(io::Error::other)?;
        let text = String::from_utf8_lossy(mail);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let body = &body.as_bytes()[..body_octets.unwrap_or(body.len()).min(body.len())];
        let hash = base64(digest(&SHA256, body).as_ref());
        let (domain, selector, names) = (&self.domain, &self.selector, fields.join(":"));
        let value = format!(
            "v=1; a=ed25519-sha256; c=relaxed/simple; d={domain}; s={selector}; h={names}; {tags}; bh={hash}; b="
        );
        // RFC 6376 §5.4.2: of several fields of one name the lowest is signed first; one too many signs nothing.
        let mut left: Vec<&str> = head.split("\r\n").collect();
        let mut signed = String::new();
        for field in fields {
            let is_it = |line: &&str| line.split_once(':').is_some_and(|(name, _)| name.eq_ignore_ascii_case(field));
            if let Some(at) = left.iter().rposition(is_it) {
                let line = left.remove(at);
                let words: Vec<&str> = line[field.len() + 1..].split_ascii_whitespace().collect();
                signed.push_str(&format!("{}:{}\r\n", field.to_ascii_lowercase(), words.join(" ")));
            }
        }
        signed.push_str(&format!("dkim-signature:{value}"));
        let signature = base64(pair.sign(digest(&SHA256, signed.as_bytes()).as_ref()).as_ref());
        Ok([format!("DKIM-Signature: {value}{signature}\r\n").as_bytes(), mail].concat())
    }
}

impl Key {
    /// Like [`Key::sign_fields`], with a signature that ends after `secs` (`x=`). RFC 6376 §3.5.
    ///
    /// # Errors
    /// When the mail has none of the fields.
    pub fn sign_until(&self, mail: &[u8], fields: &[&str], secs: u64) -> io::Result<Vec<u8>> {
        let signer = DkimSigner::from_key(self.signing_key()?)
            .domain(&self.domain)
            .selector(&self.selector)
            .headers(fields.iter().copied())
            .expiration(secs);
        let signature = signer.sign(mail).map_err(io::Error::other)?;
        Ok([signature.to_header().as_bytes(), mail].concat())
    }
}

impl Key {
    /// Like [`Key::sign`], with the length of the body in `l=`: whatever is put behind it is not covered (S-07).
    ///
    /// # Errors
    /// When the mail has none of the fields to sign.
    pub fn sign_leaving_the_end_open(&self, mail: &[u8]) -> io::Result<Vec<u8>> {
        let signer = DkimSigner::from_key(self.signing_key()?)
            .domain(&self.domain)
            .selector(&self.selector)
            .headers(SIGNED_FIELDS)
            .body_length(true);
        let signature = signer.sign(mail).map_err(io::Error::other)?;
        Ok([signature.to_header().as_bytes(), mail].concat())
    }
}

/// Somebody who writes to a support address.
#[derive(Debug, Clone)]
pub struct Customer {
    /// `ada@customer.example`.
    pub address: String,
    /// `Ada L.`
    pub name: String,
    /// Her provider's key; without one her mails go unsigned.
    pub key: Option<Key>,
}

impl Customer {
    /// A customer whose provider signs with a fresh Ed25519 key, published in `zone` beside an SPF row for 127.0.0.1 and
    /// a DMARC row `p=reject`.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn with_strict_domain(name: &str, address: &str, zone: &Zone) -> io::Result<Self> {
        let domain = address.rsplit_once('@').map_or(address, |(_, domain)| domain);
        let key = Key::ed25519(domain, "mail")?;
        key.publish(zone);
        zone.txt(domain, "v=spf1 ip4:127.0.0.1 -all").txt(&format!("_dmarc.{domain}"), "v=DMARC1; p=reject");
        Ok(Self { address: address.into(), name: name.into(), key: Some(key) })
    }

    /// A mail of hers, signed when she has a key. `id` is the Message-ID without brackets.
    ///
    /// # Errors
    /// Does not happen with a key made here.
    pub fn writes(&self, to: &str, id: &str, subject: &str, text: &str) -> io::Result<Vec<u8>> {
        self.signed(&self.unsigned(to, id, subject, "", text))
    }

    /// Her answer to the mail `in_reply_to` (without brackets).
    ///
    /// # Errors
    /// Does not happen with a key made here.
    pub fn answers(&self, to: &str, id: &str, in_reply_to: &str, subject: &str, text: &str) -> io::Result<Vec<u8>> {
        let extra = format!("In-Reply-To: <{in_reply_to}>\r\nReferences: <{in_reply_to}>\r\n");
        self.signed(&self.unsigned(to, id, subject, &extra, text))
    }

    /// A mail of hers without signature; `extra` are header lines that end in CRLF. RFC 5322.
    pub fn unsigned(&self, to: &str, id: &str, subject: &str, extra: &str, text: &str) -> Vec<u8> {
        let now = jiff::Zoned::now().strftime("%a, %d %b %Y %H:%M:%S %z").to_string();
        let body = text.replace("\r\n", "\n").replace('\n', "\r\n");
        format!(
            "From: {} <{}>\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {now}\r\nMessage-ID: <{id}>\r\n{extra}\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n",
            self.name, self.address
        )
        .into_bytes()
    }

    fn signed(&self, mail: &[u8]) -> io::Result<Vec<u8>> {
        match &self.key {
            Some(key) => key.sign(mail),
            None => Ok(mail.to_vec()),
        }
    }
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &b| word << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let digit = (word >> (18 - 6 * position)) & 0x3f;
            out.push(if position > chunk.len() { '=' } else { char::from(ALPHABET[digit as usize]) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads_what_is_left_over() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|t| base64(t.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
    }
}
