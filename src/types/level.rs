//! What a message proved about its From.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// How much a message proved about who wrote it. From is a claim; this is the fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 0: not exactly one usable From, or DMARC fails under a strict policy and no registered forwarder vouches, or From is
    /// on a domain of ours without its aligned signature. Is held.
    Forged = 0,
    /// 1: nothing aligned passed, nothing failed hard. Opens conversations, joins none without our reply key.
    Unproven = 1,
    /// 2: the forwarder registered for this address says that the original passed.
    Vouched = 2,
    /// 3: a DMARC-aligned DKIM signature passes, or aligned SPF on direct mail.
    Authenticated = 3,
    /// 4: level 2 or 3, and the message carries a valid reply key.
    Confirmed = 4,
}

impl Level {
    /// 0 to 4.
    pub fn as_u8(self) -> u8 {
        self as u8
    }

    /// The level of that number.
    pub fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            0 => Self::Forged,
            1 => Self::Unproven,
            2 => Self::Vouched,
            3 => Self::Authenticated,
            4 => Self::Confirmed,
            _ => return None,
        })
    }

    /// One word for lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Unproven => "unproven",
            Self::Vouched => "vouched",
            Self::Authenticated => "authenticated",
            Self::Confirmed => "confirmed",
        }
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(self.as_u8())
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = u8::deserialize(from)?;
        Self::from_u8(value).ok_or_else(|| D::Error::custom("a level is 0 to 4"))
    }
}

/// One result word of RFC 8601 §2.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// There was nothing to check.
    #[default]
    None,
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// SPF only: `~all`.
    SoftFail,
    /// Nothing can be concluded; for a signature, that it did not verify for a reason short of a clear failure.
    Neutral,
    /// DNS trouble: worth asking again, never a pass.
    TempError,
    /// The published record or the signature is broken.
    PermError,
}

impl Verdict {
    /// The word of RFC 8601.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::Neutral => "neutral",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

/// One DKIM signature and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DkimSignature {
    /// `d=`, lower case.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// Whether it verified.
    pub verdict: Verdict,
    /// Whether `d=` is aligned (relaxed) with the domain of From. RFC 7489 §3.1.1.
    pub aligned: bool,
    /// Why it did not pass, in our words; empty when it did.
    pub reason: String,
}

/// The ARC chain, if there is one. RFC 8617.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ArcSeal {
    /// Whether the whole chain verifies.
    pub verdict: Verdict,
    /// `d=` of the newest seal, lower case; empty without a chain.
    pub sealer: String,
    /// How many sets the chain has.
    pub sets: u32,
    /// Whether a sealer registered for this address vouches that the original passed.
    pub vouched: bool,
    /// `d=` of each seal, oldest first, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealers: Vec<String>,
}

/// Everything that was found out about who wrote a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdicts {
    /// What follows from the rest.
    pub level: Level,
    /// Why, in a sentence a person reads.
    pub sentence: String,
    /// SPF of the envelope sender (or HELO). RFC 7208.
    pub spf: Verdict,
    /// The domain SPF was asked about.
    pub spf_domain: String,
    /// One per signature looked at, in header order.
    pub dkim: Vec<DkimSignature>,
    /// DMARC of the From domain. RFC 7489.
    pub dmarc: Verdict,
    /// The policy that From's domain publishes: `none`, `quarantine`, `reject`; empty without a record.
    pub dmarc_policy: String,
    /// ARC.
    pub arc: ArcSeal,
    /// The signatures that prove it: of each, BLAKE3 over `d=`, `s=` and `b=`, the first 32 hexadecimal digits. By these it is
    /// known when somebody sends the mail again (S-07).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
}

impl Verdicts {
    /// Nothing was checked: level 1 with that reason.
    pub fn unchecked(sentence: &str) -> Self {
        Self {
            level: Level::Unproven,
            sentence: sentence.to_owned(),
            spf: Verdict::None,
            spf_domain: String::new(),
            dkim: Vec::new(),
            dmarc: Verdict::None,
            dmarc_policy: String::new(),
            arc: ArcSeal::default(),
            signatures: Vec::new(),
        }
    }
}
