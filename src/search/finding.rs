//! From a question to what is asked of the index, and from there to conversations with the words that were found.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::{
    DocAddress, Score, Searcher, SegmentReader, TantivyDocument, Term,
    collector::TopDocs,
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query,
        TermQuery, TermSetQuery,
    },
    schema::{Field, IndexRecordOption, Value},
};

use super::{
    Found, Hit, SearchError,
    asked::{Asked, Part, Want},
    indexed::Fields,
    snippet::Snippet,
};
use crate::types::{Address, ConversationId, Millis};

/// Conversations of one question that can be paged through.
pub const FOUND_MAX: usize = 1000;

/// Words that the beginning of one stands for: those that most conversations have.
const BEGINNINGS_MAX: usize = 50;

/// Words that are looked at for that.
const BEGINNINGS_LOOKED_AT_MAX: usize = 5000;

/// Letters of a beginning. A shorter one is a word.
const BEGINNING_CHARS_MIN: usize = 2;

/// What a word counts more in the subject, and in a name.
const SUBJECT_BOOST: Score = 2.0;
const PEOPLE_BOOST: Score = 1.0;

/// What a conversation counts more that changed just now, and after how many days half of that.
const RECENT_BONUS: Score = 1.0;
const RECENT_DAYS: Score = 30.0;

/// Asks the index.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    asked: &Asked,
    addresses: Option<&BTreeSet<Address>>,
    now: Millis,
    skip: usize,
    limit: usize,
) -> Result<Found, SearchError> {
    if asked.wants.is_empty() || skip >= FOUND_MAX || limit == 0 {
        return Ok(Found { number: asked.number, ..Found::default() });
    }
    let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for want in &asked.wants {
        add(searcher, fields, want, &mut parts)?;
    }
    if let Some(addresses) = addresses {
        let terms = addresses.iter().map(|address| Term::from_field_text(fields.address, &address.key()));
        parts.push((Occur::Must, told_apart(TermSetQuery::new(terms))));
    }
    let limit = limit.min(FOUND_MAX - skip);
    let best = TopDocs::with_limit(limit + 1).and_offset(skip).tweak_score(move |segment: &SegmentReader| {
        let updated = segment.fast_fields().u64("updated").ok();
        move |doc, score: Score| {
            let at = updated.as_ref().and_then(|column| column.first(doc)).unwrap_or(0);
            let days = now.since(Millis(at)).as_secs_f32() / 86_400.0;
            score * (1.0 + RECENT_BONUS / (1.0 + days / RECENT_DAYS))
        }
    });
    let found: Vec<(Score, DocAddress)> = searcher.search(&BooleanQuery::new(parts), &best)?;
    let next = (found.len() > limit).then_some(skip + limit).filter(|next| *next < FOUND_MAX);
    let words = shown(asked);
    let mut hits = Vec::new();
    for (_, address) in found.into_iter().take(limit) {
        let document: TantivyDocument = searcher.doc(address)?;
        let column = searcher.segment_reader(address.segment_ord).fast_fields().u64("id")?;
        let Some(id) = column.first(address.doc_id) else { continue };
        let body = document.get_first(fields.body).and_then(|value| value.as_str()).unwrap_or_default();
        hits.push(Hit { id: ConversationId(id), snippet: Snippet::of(body, &words) });
    }
    Ok(Found { number: asked.number, hits, next })
}

/// The words that are marked where they stand, and whether they are only beginnings.
fn shown(asked: &Asked) -> Vec<(String, bool)> {
    let of = |want: &Want| match want {
        Want::Words { part: Part::All, words, begins } => {
            let last = words.len().saturating_sub(1);
            words.iter().enumerate().map(|(n, word)| (word.clone(), *begins && n == last)).collect()
        }
        Want::Words { .. } | Want::Tag(_) | Want::Address(_) | Want::Open(_) => Vec::new(),
    };
    asked.wants.iter().flat_map(of).collect()
}

/// A condition that does not count.
fn told_apart(query: impl Query) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

fn add(
    searcher: &Searcher,
    fields: &Fields,
    want: &Want,
    parts: &mut Vec<(Occur, Box<dyn Query>)>,
) -> Result<(), SearchError> {
    let exactly = |term| TermQuery::new(term, IndexRecordOption::Basic);
    let must = match want {
        Want::Tag(tag) => told_apart(exactly(Term::from_field_text(fields.tag, tag))),
        Want::Address(address) => told_apart(exactly(Term::from_field_text(fields.address, address))),
        Want::Open(open) => told_apart(exactly(Term::from_field_u64(fields.open, u64::from(*open)))),
        Want::Words { part, words, begins } => {
            let field = match part {
                Part::All => fields.text,
                Part::Subject => fields.subject,
                Part::People => fields.people,
            };
            if let (Part::All, [word]) = (part, words.as_slice()) {
                for (field, boost) in [(fields.subject, SUBJECT_BOOST), (fields.people, PEOPLE_BOOST)] {
                    let there = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
                    parts.push((Occur::Should, Box::new(BoostQuery::new(Box::new(there), boost))));
                }
            }
            one_behind_the_other(searcher, field, words, *begins)?
        }
    };
    // Conditions alone find all that they hold for, the newest first.
    if parts.is_empty() && !matches!(want, Want::Words { .. }) {
        parts.push((Occur::Must, Box::new(AllQuery)));
    }
    parts.push((Occur::Must, must));
    Ok(())
}

fn one_behind_the_other(
    searcher: &Searcher,
    field: Field,
    words: &[String],
    begins: bool,
) -> Result<Box<dyn Query>, SearchError> {
    let terms = || words.iter().map(|word| Term::from_field_text(field, word)).collect::<Vec<_>>();
    Ok(match words {
        [] => Box::new(EmptyQuery),
        [word] if begins => beginning(searcher, field, word)?,
        [word] => Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs)),
        _ if begins => {
            let mut phrase = PhrasePrefixQuery::new(terms());
            phrase.set_max_expansions(BEGINNINGS_MAX as u32);
            Box::new(phrase)
        }
        _ => Box::new(PhraseQuery::new(terms())),
    })
}

/// Any of the words that begin so.
fn beginning(searcher: &Searcher, field: Field, word: &str) -> Result<Box<dyn Query>, SearchError> {
    let mut found: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let is_short = word.is_ascii() && word.len() < BEGINNING_CHARS_MIN;
    for segment in searcher.segment_readers().iter().filter(|_| !is_short) {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().range().ge(word).into_stream()?;
        let mut looked_at = 0;
        while looked_at < BEGINNINGS_LOOKED_AT_MAX && terms.advance() && terms.key().starts_with(word.as_bytes()) {
            *found.entry(terms.key().to_vec()).or_default() += terms.value().doc_freq;
            looked_at += 1;
        }
    }
    let mut words: Vec<(u32, String)> =
        found.into_iter().filter_map(|(word, count)| Some((count, String::from_utf8(word).ok()?))).collect();
    words.sort_by(|a, b| b.cmp(a));
    // Who typed it to its end means this one, however few have it.
    let all = words.into_iter().map(|(_, word)| word).take(BEGINNINGS_MAX).chain([word.to_owned()]);
    let all: BTreeSet<String> = all.collect();
    let any = all.iter().map(|word| {
        let term = Term::from_field_text(field, word);
        Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as Box<dyn Query>
    });
    Ok(Box::new(BooleanQuery::union(any.collect())))
}
