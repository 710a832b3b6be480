//! Signs a letter for the domain it is from, or says why it may not leave.
//!
//! The one place where [`Signed`] is made. A letter is signed as of its own creation time and with the keys in force at the
//! attempt, so every attempt sends the same bytes until a rotation of keys ends.

use std::{collections::HashMap, path::Path, sync::Arc};

use bytes::Bytes;
use mail_auth::{
    common::{
        crypto::SigningKey,
        headers::{HeaderStream, HeaderWriter, Writable, Writer},
    },
    dkim::{Canonicalization, Signature, canonicalize::CanonicalHeaders},
};

use super::{
    Answer,
    code::with_code,
    keys,
    signing_keys::{NamedKey, SigningKeys},
};
use crate::{
    config::Domain,
    conversation::{Codes, Sent, Verp},
    store::LetterRow,
    types::{Address, Signed},
};

/// What is signed, each once more often than it is there, so that none can be added (S-07). RFC 6376 §5.4, §8.15.
const SIGNED_HEADERS: [&str; 11] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
];

/// What is known about a sending domain's DNS rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainStatus {
    /// In place.
    Verified,
    /// Not in place, and never were: which row, in words.
    Unverified(String),
    /// They were in place and are not any more: which row, in words.
    Lost(String),
    /// DNS does not say: try later. Why, in words.
    Unknown(String),
}

/// Knows whether a sending domain's rows are in place.
pub trait DomainCheck: Send + Sync {
    /// `domain`: ASCII, lower case.
    fn status<'a>(&'a self, domain: &'a str) -> Answer<'a, DomainStatus>;
}

/// Why a letter is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// Nobody configured the domain.
    #[error("{0} is not configured as a [[domain]]: letters from it cannot be signed")]
    NoDomain(String),
    /// It has no key.
    #[error("the domain {0} has no DKIM key: `replyd domain add {0}` makes them")]
    NoKey(String),
    /// Its DNS rows are missing.
    #[error("the domain {domain} is not verified: {words}")]
    Unverified {
        /// Which.
        domain: String,
        /// Which row.
        words: String,
    },
    /// A DNS row of it is gone. That is a slip, which somebody mends: no letter is lost for it.
    #[error("the domain {domain} was verified and is not any more: {words}; the letter waits for it")]
    Lost {
        /// Which.
        domain: String,
        /// Which row.
        words: String,
    },
    /// DNS does not answer.
    #[error("whether the domain {domain} is verified cannot be found out now: {words}")]
    Unknown {
        /// Which.
        domain: String,
        /// Why.
        words: String,
    },
    /// Which keys are in force cannot be read.
    #[error("the keys of the domain {domain} cannot be read: {words}")]
    Keys {
        /// Which.
        domain: String,
        /// Why.
        words: String,
    },
    /// The letter is not From the address it is to leave from, or is no message.
    #[error("the letter cannot be signed: {0}")]
    Letter(String),
}

impl SignError {
    /// Whether trying again is pointless.
    pub fn is_final(&self) -> bool {
        match self {
            Self::NoDomain(_) | Self::NoKey(_) | Self::Unverified { .. } | Self::Letter(_) => true,
            Self::Lost { .. } | Self::Unknown { .. } | Self::Keys { .. } => false,
        }
    }
}

/// The keys of all configured domains.
pub struct Signer {
    keys: HashMap<String, SigningKeys>,
    check: Arc<dyn DomainCheck>,
    nothing_leaves: bool,
    /// What writes the envelope senders, and our host name.
    verp: Option<(Verp, String)>,
    /// What writes one-time codes into letters that ask for one.
    codes: Option<Codes>,
}

impl Signer {
    /// Loads the keys that lie in the `data` folder; a rotation that ends later is followed. `nothing_leaves`: the route is
    /// `file`, so that an unverified domain, or one without keys, is allowed.
    ///
    /// # Errors
    /// A key file that cannot be read. One that is not there is no error: the domain then has no key.
    pub fn load(
        data: &Path,
        domains: &[Domain],
        check: Arc<dyn DomainCheck>,
        nothing_leaves: bool,
    ) -> Result<Self, keys::KeyError> {
        let mut all = HashMap::new();
        for domain in domains {
            all.insert(domain.name.to_ascii_lowercase(), SigningKeys::load(data, domain)?);
        }
        Ok(Self { keys: all, check, nothing_leaves, verp: None, codes: None })
    }

    /// Every delivery gets an envelope sender of its own at `host`, which must lead back to us. Without, it is From.
    #[must_use]
    pub fn with_verp(self, verp: Verp, host: &str) -> Self {
        Self { verp: Some((verp, host.to_owned())), ..self }
    }

    /// Letters that ask for a one-time code get it from there. Without, they do not leave.
    #[must_use]
    pub fn with_codes(self, codes: Codes) -> Self {
        Self { codes: Some(codes), ..self }
    }

    /// The letter with the signatures of its domain on top, in the envelope for one of its recipients.
    ///
    /// `raw`: the bytes that the letter's row refers to.
    ///
    /// # Errors
    /// See [`SignError`].
    pub async fn sign(&self, raw: &Bytes, letter: &LetterRow, to: &Address) -> Result<Signed, SignError> {
        let raw = &with_code(raw, letter, self.codes.as_ref()).map_err(SignError::Letter)?;
        super::connection::wire_safe(raw).map_err(|words| SignError::Letter(words.to_owned()))?;
        let domain = letter.from.domain();
        let keys = match self.keys.get(domain).map(SigningKeys::now) {
            Some(Ok(keys)) => keys,
            Some(Err(fault)) => {
                return Err(SignError::Keys { domain: domain.to_owned(), words: fault.to_string() });
            }
            None if self.nothing_leaves => Arc::default(),
            None => return Err(SignError::NoDomain(domain.to_owned())),
        };
        if !self.nothing_leaves {
            self.may_leave(domain, &keys).await?;
        }
        // RFC 6376 §3.5: t= in seconds.
        let signed_at = letter.made.0 / 1000;
        let mut bytes = Vec::with_capacity(raw.len() + 1024 * keys.len());
        for named in &*keys {
            let signature =
                signature(named, domain, raw, signed_at).map_err(|fault| SignError::Letter(fault.to_string()))?;
            bytes.extend_from_slice(signature.to_header().as_bytes());
        }
        bytes.extend_from_slice(raw);
        Ok(Signed::letter(self.envelope_sender(letter, to)?, to.clone(), bytes.into()))
    }

    fn envelope_sender(&self, letter: &LetterRow, to: &Address) -> Result<Address, SignError> {
        let Some((verp, host)) = &self.verp else { return Ok(letter.from.clone()) };
        let place = (0u16..).zip(&letter.recipients).find(|(_, one)| one.to == *to).map(|(place, _)| place);
        let place = place.ok_or_else(|| SignError::Letter("it is for none of its recipients".to_owned()))?;
        let sender = verp.write(Sent { letter: letter.id, place }, host);
        sender.map_err(|fault| SignError::Letter(format!("its envelope sender: {fault}")))
    }

    async fn may_leave(&self, domain: &str, keys: &[NamedKey]) -> Result<(), SignError> {
        if keys.is_empty() {
            return Err(SignError::NoKey(domain.to_owned()));
        }
        let domain = domain.to_owned();
        match self.check.status(&domain).await {
            DomainStatus::Verified => Ok(()),
            DomainStatus::Unverified(words) => Err(SignError::Unverified { domain, words }),
            DomainStatus::Lost(words) => Err(SignError::Lost { domain, words }),
            DomainStatus::Unknown(words) => Err(SignError::Unknown { domain, words }),
        }
    }
}

/// One signature. The library's own `sign` takes the time from the machine's clock; ours is the letter's.
fn signature(named: &NamedKey, domain: &str, raw: &[u8], signed_at: u64) -> Result<Signature, mail_auth::Error> {
    let key = named.key.signing();
    let fields = Fields::of(raw)?;
    let is_there = |name: &str| fields.clone().any(|(there, _)| there.eq_ignore_ascii_case(name.as_bytes()));
    let mut signature = Signature {
        v: 1,
        a: key.algorithm(),
        d: domain.to_owned(),
        s: named.selector.clone(),
        h: SIGNED_HEADERS.iter().flat_map(|name| vec![(*name).to_owned(); 1 + usize::from(is_there(name))]).collect(),
        ch: Canonicalization::Relaxed,
        cb: Canonicalization::Relaxed,
        t: signed_at,
        ..Signature::default()
    };
    let (_, headers, signed_names, body) = signature.canonicalize(fields);
    signature.h = signed_names;
    signature.bh = key.hash(body).as_ref().to_vec();
    signature.b = key.sign(ToSign { headers, signature: &signature })?;
    Ok(signature)
}

/// The header fields of one of our letters, folded as they are, and its body. RFC 5322 §2.2.
#[derive(Clone)]
struct Fields<'a> {
    head: &'a [u8],
    body: &'a [u8],
}

impl<'a> Fields<'a> {
    fn of(raw: &'a [u8]) -> Result<Self, mail_auth::Error> {
        let end = memchr::memmem::find(raw, b"\r\n\r\n").ok_or(mail_auth::Error::ParseError)?;
        let fields = Self { head: &raw[..end + 2], body: &raw[end + 4..] };
        let names_ok = fields.clone().all(|(name, _)| !name.is_empty() && name.iter().all(u8::is_ascii_graphic));
        let whole: usize = fields.clone().map(|(name, value)| name.len() + 1 + value.len()).sum();
        if names_ok && whole == fields.head.len() { Ok(fields) } else { Err(mail_auth::Error::ParseError) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let colon = memchr::memchr(b':', self.head)?;
        // A field ends at the first line end that no space or tab follows.
        let end =
            memchr::memchr_iter(b'\n', self.head).find(|at| !matches!(self.head.get(at + 1), Some(b' ' | b'\t')))?;
        let (field, rest) = self.head.split_at_checked(end + 1)?;
        self.head = rest;
        Some((field.get(..colon)?, field.get(colon + 1..)?))
    }
}

impl<'a> HeaderStream<'a> for Fields<'a> {
    fn next_header(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        self.next()
    }

    fn body(&mut self) -> &'a [u8] {
        self.body
    }
}

/// RFC 6376 §3.7: the signed headers, then the signature's own with an empty b=.
struct ToSign<'a> {
    headers: CanonicalHeaders<'a>,
    signature: &'a Signature,
}

impl Writable for ToSign<'_> {
    fn write(self, to: &mut impl Writer) {
        self.headers.write(to);
        self.signature.write(to, false);
    }
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
