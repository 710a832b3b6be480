//! How the AI gave a conversation to people.

use serde::{Deserialize, Serialize};

use super::steps::{WORDS_OCTETS_MAX, cut_text, cut_words};
use crate::types::{HandOffCode, Millis, Sentiment};

/// What people are told beside the sentence that says why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Circumstances {
    /// Why, in one word for counting.
    pub code: HandOffCode,
    /// The topic of the address that it is about, where one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// How the customer sounds.
    pub sentiment: Sentiment,
    /// What is asked, what was answered, which numbers are named: a few lines.
    pub summary: String,
}

/// Stands with a conversation from the hand-off until it is given back, whoever answers meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HandedOff {
    /// When.
    pub at: Millis,
    /// Why, in words.
    pub reason: String,
    /// The rest.
    #[serde(flatten)]
    pub circumstances: Circumstances,
}

impl HandedOff {
    pub(super) fn new(at: Millis, reason: &str, mut circumstances: Circumstances) -> Self {
        cut_text(&mut circumstances.summary, WORDS_OCTETS_MAX);
        Self { at, reason: cut_words(reason), circumstances }
    }
}
