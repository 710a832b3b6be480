//! The rows of articles, and what people ask to be done with one: pages of knowledge that are kept here instead of in a folder.

use serde::{Deserialize, Serialize};

use crate::types::Millis;

/// Octets of an article's text, some ten thousand words: what is published is kept in memory.
pub const ARTICLE_OCTETS_MAX: usize = 64 * 1024;

/// Articles that there may be at once, without those that were removed.
pub const ARTICLES_MAX: u64 = 1_000;

/// Versions of an article whose text can be had back. The published one is always among them.
pub const ARTICLE_VERSIONS_MAX: usize = 100;

/// What an article is called, and known by: 1 to 64 of a to z, 0 to 9 and `-`; a letter or digit first and last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
pub struct ArticleName(String);

impl ArticleName {
    /// Octets of the longest.
    pub const OCTETS_MAX: usize = 64;

    /// Reads one as a person writes it.
    ///
    /// # Errors
    /// In words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let inner = |octet: u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let fits = (1..=Self::OCTETS_MAX).contains(&text.len()) && text.bytes().all(inner);
        if fits && !text.starts_with('-') && !text.ends_with('-') {
            return Ok(Self(text.to_owned()));
        }
        Err(format!(
            "the name of an article is 1 to {} of a to z, 0 to 9 and -, with a letter or digit first and last",
            Self::OCTETS_MAX
        ))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ArticleName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl std::fmt::Display for ArticleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One article, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ArticleRow {
    /// Which.
    pub name: ArticleName,
    /// What is found and quoted; a newer version waits beside it. `None` while all of it is a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedVersion>,
    /// Those whose text is kept, oldest first. The last one is the newest.
    pub versions: Vec<ArticleVersion>,
    /// A person took it away. Its versions stay, and an article that is added under its name goes on from them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// Who changed it last, in whatever way.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ArticleVersion {
    /// Counted from 1; none is given twice.
    pub version: u64,
    /// Octets of its text.
    pub octets: u64,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Millis,
    /// The version whose text it has again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back_to: Option<u64>,
}

/// See [`ArticleRow::published`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PublishedVersion {
    /// Which.
    pub version: u64,
    /// Who published it.
    pub by: String,
    /// When.
    pub at: Millis,
}

impl ArticleRow {
    /// The newest version; 0 of one that has none yet.
    pub fn newest(&self) -> u64 {
        self.versions.last().map_or(0, |newest| newest.version)
    }

    /// The version that is found and quoted.
    pub fn published_version(&self) -> Option<u64> {
        self.published.as_ref().map(|published| published.version)
    }

    /// Whether the text of that version is kept.
    pub fn keeps(&self, version: u64) -> bool {
        self.versions.iter().any(|one| one.version == version)
    }
}

/// A person changes an article.
#[derive(Debug, Clone)]
pub struct ArticleChange {
    /// Which.
    pub name: ArticleName,
    /// How.
    pub verb: ArticleVerb,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// See [`ArticleChange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleVerb {
    /// There is to be one of that name.
    Add {
        /// Its first version.
        text: String,
        /// Not a draft: that version is found and quoted at once.
        publish: bool,
    },
    /// It has another text.
    Edit {
        /// Its next version.
        text: String,
        /// The version that was read before: it must be the newest still.
        version: u64,
        /// As for [`ArticleVerb::Add`]; else what is published stays so.
        publish: bool,
    },
    /// A version is found and quoted.
    Publish {
        /// Which; the newest when none is named.
        version: Option<u64>,
    },
    /// None is.
    Unpublish,
    /// The text of an earlier version becomes the next one, which is published when the article is.
    Rollback {
        /// Which.
        to: u64,
    },
    /// It is taken away.
    Remove,
}

impl ArticleVerb {
    /// One word, as it stands in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Add { .. } => "added",
            Self::Edit { .. } => "edited",
            Self::Publish { .. } => "published",
            Self::Unpublish => "unpublished",
            Self::Rollback { .. } => "rolled back",
            Self::Remove => "removed",
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleChanged {
    /// It is like this now.
    Done(ArticleRow),
    /// Somebody has edited it since the version that was read: nothing was written, and it is like this.
    Stale(ArticleRow),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_that_needs_no_escaping_anywhere() {
        for name in ["a", "refunds", "returns-2026", &"x".repeat(64)] {
            assert_eq!(ArticleName::parse(name).unwrap().as_str(), name);
        }
        for name in ["", "../x", "a/b", "a b", "A", "é", "-a", "a-", "a.md", "a\n", &"x".repeat(65)] {
            assert!(ArticleName::parse(name).is_err(), "{name:?}");
            let json = serde_json::to_string(name).unwrap();
            assert!(serde_json::from_str::<ArticleName>(&json).is_err(), "{name:?}");
        }
    }
}
