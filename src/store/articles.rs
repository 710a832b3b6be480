//! Articles: what changes one, what follows from that in the index, and questions about them.
//!
//! Whether a text is a page that can be read is none of the store's business: `agent::knowledge` says so before.

use super::{
    Store,
    article_rows::{
        ARTICLE_OCTETS_MAX, ARTICLE_VERSIONS_MAX, ARTICLES_MAX, ArticleChange, ArticleChanged, ArticleName, ArticleRow,
        ArticleVerb, ArticleVersion, PublishedVersion,
    },
    desk::Desk,
    facts::{ArticleTextFact, Fact},
    index::Index,
    keys,
    projection::{Old, delete_row, old_pieces, put_row},
    requests::StoreError,
    steps::cut_words,
    tallies::Tallies,
    view,
};
use crate::types::Millis;

impl Store {
    /// Changes an article, and what is published of it.
    ///
    /// [`ArticleChanged::Stale`] when an edit was made from a version that is not the newest any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such article or version (any more); [`StoreError::Refused`] when there is one of
    /// that name already, when there are too many, and of a text that is empty or too long.
    pub async fn change_article(&self, change: ArticleChange) -> Result<ArticleChanged, StoreError> {
        let octets = match &change.verb {
            ArticleVerb::Add { text, .. } | ArticleVerb::Edit { text, .. } => text.len(),
            ArticleVerb::Rollback { .. } => ARTICLE_OCTETS_MAX,
            ArticleVerb::Publish { .. } | ArticleVerb::Unpublish | ArticleVerb::Remove => 0,
        };
        self.0.committer.ask(super::SMALL_OCTETS + octets, move |desk| decide(desk, change)).await
    }

    /// One article, also when it was removed.
    pub fn article(&self, name: &ArticleName) -> Result<Option<ArticleRow>, StoreError> {
        view::article(self.index(), name)
    }

    /// All articles that were not removed, by name.
    pub fn articles(&self) -> Result<Vec<ArticleRow>, StoreError> {
        let mut rows = all(self.index())?;
        rows.retain(|row| !row.removed);
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    /// The text of a version; `None` when it is not kept (any more).
    pub fn article_text(&self, name: &ArticleName, version: u64) -> Result<Option<String>, StoreError> {
        Ok(view::article_text(self.index(), name, version)?.map(|text| text.text))
    }

    /// How often articles were changed: while it is the same, so are they.
    pub fn article_changes(&self) -> Result<u64, StoreError> {
        Ok(self.index().state()?.map_or(0, |state| state.tallies.article_changes))
    }
}

/// Who changes, and when.
struct Hand {
    by: String,
    now: Millis,
}

fn decide(desk: &mut Desk, change: ArticleChange) -> Result<ArticleChanged, StoreError> {
    let ArticleChange { name, verb, by, now } = change;
    let hand = Hand { by: cut_words(&by), now };
    let known = view::article(desk, &name)?;
    let mut row = match (known, &verb) {
        (Some(row), ArticleVerb::Add { .. }) if !row.removed => {
            return Err(StoreError::Refused(format!("there is an article {name} already: edit it")));
        }
        (known, ArticleVerb::Add { .. }) => room_for(desk, known, name)?,
        (Some(row), _) if !row.removed => row,
        (_, _) => return Err(StoreError::NotFound(format!("article {name}"))),
    };
    match verb {
        ArticleVerb::Add { text, publish } => {
            write(desk, &mut row, text, None, &hand)?;
            publish_newest_if(publish, &mut row, &hand);
        }
        ArticleVerb::Edit { version, .. } if version != row.newest() => return Ok(ArticleChanged::Stale(row)),
        ArticleVerb::Edit { text, publish, .. } => {
            write(desk, &mut row, text, None, &hand)?;
            publish_newest_if(publish, &mut row, &hand);
        }
        ArticleVerb::Publish { version } => {
            let version = version.unwrap_or(row.newest());
            if !row.keeps(version) {
                return Err(missing(&row.name, version));
            }
            row.published = Some(hand.publishes(version));
        }
        ArticleVerb::Unpublish => row.published = None,
        ArticleVerb::Rollback { to } => {
            let earlier = view::article_text(desk, &row.name, to)?.ok_or_else(|| missing(&row.name, to))?;
            write(desk, &mut row, earlier.text, Some(to), &hand)?;
            publish_newest_if(row.published.is_some(), &mut row, &hand);
        }
        ArticleVerb::Remove => (row.published, row.removed) = (None, true),
    }
    forget_oldest(&mut row);
    (row.by, row.at) = (hand.by, hand.now);
    desk.state(&Fact::Article(Box::new(row.clone())))?;
    Ok(ArticleChanged::Done(row))
}

impl Hand {
    fn publishes(&self, version: u64) -> PublishedVersion {
        PublishedVersion { version, by: self.by.clone(), at: self.now }
    }
}

fn missing(name: &ArticleName, version: u64) -> StoreError {
    StoreError::NotFound(format!("version {version} of article {name}"))
}

/// A row for one more: of one that was removed, its own with all versions.
fn room_for(desk: &Desk, known: Option<ArticleRow>, name: ArticleName) -> Result<ArticleRow, StoreError> {
    if desk.tallies().articles >= ARTICLES_MAX {
        return Err(StoreError::Refused(format!(
            "there are {ARTICLES_MAX} articles, and more are not kept: remove one"
        )));
    }
    let new = || ArticleRow {
        name,
        published: None,
        versions: Vec::new(),
        removed: false,
        by: String::new(),
        at: Millis::default(),
    };
    Ok(known.map_or_else(new, |row| ArticleRow { removed: false, ..row }))
}

/// Adds a version. The row's own fact follows.
fn write(
    desk: &mut Desk,
    row: &mut ArticleRow,
    text: String,
    rolled_back_to: Option<u64>,
    hand: &Hand,
) -> Result<(), StoreError> {
    if text.trim().is_empty() {
        return Err(StoreError::Refused("an article has a text".into()));
    }
    if text.len() > ARTICLE_OCTETS_MAX {
        return Err(StoreError::Refused(format!("the text of an article has at most {ARTICLE_OCTETS_MAX} octets")));
    }
    let (version, octets) = (row.newest() + 1, text.len() as u64);
    desk.state(&Fact::ArticleText(Box::new(ArticleTextFact { name: row.name.clone(), version, text })))?;
    row.versions.push(ArticleVersion { version, octets, by: hand.by.clone(), at: hand.now, rolled_back_to });
    Ok(())
}

fn publish_newest_if(publish: bool, row: &mut ArticleRow, hand: &Hand) {
    if publish {
        row.published = Some(hand.publishes(row.newest()));
    }
}

fn forget_oldest(row: &mut ArticleRow) {
    let published = row.published_version();
    while row.versions.len() > ARTICLE_VERSIONS_MAX {
        // More than one are kept, so that one of them is not the published one.
        let Some(oldest) = row.versions.iter().position(|one| Some(one.version) != published) else { return };
        row.versions.remove(oldest);
    }
}

/// Writes what follows from the fact: the row, and texts that it does not keep any more go.
pub(super) fn project(row: &ArticleRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::article(&row.name);
    let old = old_pieces(desk, &key)?;
    let before = if old == Old::None { None } else { view::article(desk, &row.name)? };
    let was_there = before.as_ref().is_some_and(|before| !before.removed);
    for version in before.iter().flat_map(|before| &before.versions).filter(|one| !row.keeps(one.version)) {
        delete_row(keys::article_text(&row.name, version.version), desk)?;
    }
    let tallies = desk.tallies_mut();
    tallies.articles = tallies.articles.saturating_sub(u64::from(was_there)) + u64::from(!row.removed);
    tallies.article_changes += 1;
    put_row(key, json, old, desk)
}

/// Writes the text of a version.
pub(super) fn project_text(fact: &ArticleTextFact, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::article_text(&fact.name, fact.version);
    let old = old_pieces(desk, &key)?;
    put_row(key, json, old, desk)
}

fn all(index: &Index) -> Result<Vec<ArticleRow>, StoreError> {
    let mut rows = Vec::new();
    for found in index.scan(b"Y") {
        let (key, _) = found?;
        if key.len() == keys::ARTICLE_LEN {
            rows.extend(view::article_row(index, &key)?);
        }
    }
    Ok(rows)
}

/// See `legal`.
pub(super) fn troubles(index: &Index, tallies: &Tallies, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    let (mut living, mut kept) = (0, 0);
    for row in all(index)? {
        living += u64::from(!row.removed);
        kept += row.versions.len();
        if view::article(index, &row.name)?.is_none_or(|there| there != row) {
            troubles.push(format!("article {} does not stand under its name", row.name));
        }
        if row.published_version().is_some_and(|version| row.removed || !row.keeps(version)) {
            troubles.push(format!("article {} is published and is not there", row.name));
        }
        for one in &row.versions {
            let text = view::article_text(index, &row.name, one.version)?;
            if text.is_none_or(|text| text.text.len() as u64 != one.octets) {
                troubles.push(format!("article {} has not the text of version {}", row.name, one.version));
            }
        }
    }
    let texts =
        index.scan(b"Z").filter(|found| found.as_ref().is_ok_and(|(key, _)| key.len() == keys::ARTICLE_TEXT_LEN));
    let texts = texts.count();
    if texts != kept {
        troubles.push(format!("{texts} texts of articles are kept and {kept} are to be"));
    }
    if living != tallies.articles {
        troubles.push(format!("there are {living} articles and {} are counted", tallies.articles));
    }
    Ok(())
}

#[cfg(test)]
#[path = "articles_tests.rs"]
mod tests;
