//! What is shown of the knowledge: a passage, why it was found, and the pages there are.

use serde::Serialize;

use super::Audience;
use crate::agent::words::Tongue;

/// A piece of a page that speaks to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Path of its file within the folder, [`super::ARTICLE_PREFIX`] and the name of an article, or the URL of a page.
    pub file: String,
    /// The headings above it, outermost first, joined by ` › `.
    pub heading: String,
    /// Markdown without pictures, HTML and relative links.
    pub text: String,
    /// The language of its page.
    pub tongue: Tongue,
    /// BM25 of the search: comparable within one search only.
    pub score: f32,
    /// How far it speaks to the question, 0 to 100: the share of the question's words that it has, rare words weighing more; somewhat
    /// more when the question has all of its heading.
    pub support_percent: u32,
}

/// A passage, and why it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The passage.
    pub passage: Passage,
    /// The question's words, those that weigh most first.
    pub words: Vec<WordSeen>,
    /// How near its meaning is to the question's, 0 to 100; `None` where nobody was asked for it, and of what is far away.
    pub nearness_percent: Option<u32>,
}

/// What became of one word of a question in one passage.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct WordSeen {
    /// As it was asked, in lower case without accents.
    pub word: String,
    /// How much it tells.
    pub weight: f64,
    /// How much of it the passage has: 1 for the word itself, less for a relative, another word of that meaning, or one that was
    /// meant and typed otherwise; 0 when it is missing.
    pub share: f64,
    /// The stem in the passage that it stands for; empty when it is missing.
    pub as_stem: String,
    /// Whether it stands in the heading.
    pub in_heading: bool,
    /// Whether nobody here knows it.
    pub strange: bool,
}

/// One page, as it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PageRow {
    /// As in [`Passage::file`].
    pub file: String,
    /// ISO 639-1 of its language.
    pub language: &'static str,
    /// Passages it was cut into.
    pub passages: usize,
    /// Whether it is words to the model.
    pub instructions: bool,
    /// Of an article: a newer version waits beside what is published.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub newer_draft: bool,
    /// For whom it is.
    #[serde(flatten)]
    pub audience: Audience,
}
