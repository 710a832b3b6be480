//! The rows of people: accounts and API keys, as they stand in the journal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    store::keys::{hex, unhex},
    types::{Address, Grants, Millis, Verb},
};

/// Accounts that there may be at once.
pub const ACCOUNTS_MAX: u64 = 1_000;

/// API keys that there may be at once, without those that were revoked.
pub const API_KEYS_MAX: u64 = 1_000;

/// Logins that an account may have at once; the oldest goes.
pub const LOGINS_MAX: usize = 20;

/// Addresses that the roles of one account or key may name.
pub const GRANTS_MAX: usize = 1_000;

/// Octets of the name that others see, and of what an API key is called.
pub(super) const SHOWN_OCTETS_MAX: usize = 128;

/// Octets that are kept of what a browser calls itself.
pub(super) const AGENT_OCTETS_MAX: usize = 200;

/// Words that a conversation's owner may be, and that are nobody's name.
const NOBODYS: [&str; 1] = ["ai"];

/// By what somebody logs in, and is known by: 1 to 64 of a to z, 0 to 9 and `.`, `-`, `_`; a letter or digit first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct LoginName(String);

impl LoginName {
    /// Octets of the longest.
    pub const OCTETS_MAX: usize = 64;

    /// Reads one as a person writes it; capitals are small letters.
    ///
    /// # Errors
    /// In words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.to_ascii_lowercase();
        let inner = |octet: u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
        let fits = (1..=Self::OCTETS_MAX).contains(&text.len()) && text.bytes().all(inner);
        if !fits || !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Err(format!(
                "a login name is 1 to {} of a to z, 0 to 9, `.`, `-` and `_`, with a letter or digit first",
                Self::OCTETS_MAX
            ));
        }
        if NOBODYS.contains(&text.as_str()) {
            return Err(format!("`{text}` is nobody's login name: it stands for the AI"));
        }
        Ok(Self(text))
    }

    /// In small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LoginName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for LoginName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept of a token: its BLAKE3. Of a random one nothing more is needed, for nobody can try them all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// Octets.
    pub(super) const LEN: usize = 32;

    /// Of a token as it was given out.
    pub fn of(token: &[u8]) -> Self {
        Self(*blake3::hash(token).as_bytes())
    }

    /// 32 octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// By which people name it: the first twelve hexadecimal digits, which open nothing.
    pub fn head(&self) -> String {
        hex(&self.0[..6])
    }
}

impl TryFrom<String> for TokenDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let octets = unhex(&text).and_then(|octets| octets.try_into().ok());
        octets.map(Self).ok_or("a digest has 64 hexadecimal digits")
    }
}

impl From<TokenDigest> for String {
    fn from(digest: TokenDigest) -> Self {
        hex(&digest.0)
    }
}

impl std::fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenDigest({}…)", self.head())
    }
}

/// What is kept and never printed (S-27): the hash of a password, a sealed secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guarded(String);

impl Guarded {
    /// Takes it in.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guarded(…)")
    }
}

/// One account, with its logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Which.
    pub name: LoginName,
    /// What others see.
    pub shown: String,
    /// Where mail for this person goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Address>,
    /// Argon2id in PHC form; `None` until they have set a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Guarded>,
    /// What a login needs besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactorRow>,
    /// What they may, and where.
    pub grants: Grants,
    /// Nobody logs in by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Counts what ended logins: a new password, other roles. A login that began before ends there too.
    pub generation: u64,
    /// Where they are logged in, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logins: Vec<LoginRow>,
    /// By which they may set a password, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkRow>,
    /// When it was made.
    pub made: Millis,
    /// Who changed it last, apart from logging in.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// See [`AccountRow::second_factor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorRow {
    /// Sealed.
    pub secret: Guarded,
    /// Of what was accepted last: neither it nor an earlier one is accepted again. RFC 6238 §5.2.
    pub last_step: u64,
}

/// One login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRow {
    /// Of what the browser has.
    pub digest: TokenDigest,
    /// When they proved who they are.
    pub made: Millis,
    /// Until when it lasts at most.
    pub expires: Millis,
    /// What the browser calls itself: its head.
    pub agent: String,
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    /// Of what stands in it.
    pub digest: TokenDigest,
    /// Until when.
    pub expires: Millis,
    /// Who made it.
    pub by: String,
}

/// One API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRow {
    /// What it is called. No two that count have one name.
    pub name: String,
    /// Of its secret.
    pub digest: TokenDigest,
    /// What it may, and where,
    pub grants: Grants,
    /// and of that only these.
    pub verbs: BTreeSet<Verb>,
    /// Who made it.
    pub by: String,
    /// When.
    pub made: Millis,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// It does not count any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<RevokedRow>,
}

impl ApiKeyRow {
    /// By which people name it: twelve hexadecimal digits.
    pub fn id(&self) -> String {
        self.digest.head()
    }

    /// Whether it opens anything at that time.
    pub fn counts_at(&self, now: Millis) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

/// Who ended something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RevokedRow {
    /// Who.
    pub by: String,
    /// When.
    pub at: Millis,
}
