//! The pieces of all pages, the index that finds them, and how strongly one speaks to a question.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
};

use tantivy::{
    Index, IndexReader, TantivyDocument,
    collector::TopDocs,
    query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value},
};

use super::{Passage, pieces::Piece};
use crate::agent::words::{self, Tongue};

/// Memory the index may use while it is made: the least that the library takes for one thread, rounded up.
const WRITER_BYTES: usize = 20_000_000;

/// Pieces looked at closely for one question.
const CANDIDATES_MAX: usize = 40;

/// Different words of a question that count.
const QUESTION_WORDS_MAX: usize = 40;

/// Words of the pages that one word of a question may stand for.
const EXPANSIONS_MAX: usize = 40;

/// Letters two words must have in common, the whole of the shorter one, to be taken for relatives: `deliver`, `deliveri`.
const RELATIVES_OCTETS_MIN: usize = 5;

/// What a relative counts of an exact match.
const RELATIVE_SHARE: f64 = 0.8;

/// What a light word counts of a word of substance.
const LIGHT_SHARE: f64 = 0.2;

/// A word in the headings says more about a piece than one in the text.
const HEADING_BOOST: f32 = 2.0;

/// Support of a piece that has one word of substance only, and not in its heading: `Do you like Austria?` is no question
/// about shipping.
const LONE_WORD_SUPPORT_PERCENT: u32 = 25;

/// Everything that was read, ready to be searched.
pub(super) struct Shelf {
    pieces: Vec<Shelved>,
    /// `en ship` and how many pieces have it.
    vocabulary: BTreeMap<String, Word>,
    tongues: BTreeSet<Tongue>,
    index: Option<Indexed>,
}

struct Shelved {
    file: String,
    piece: Piece,
    tongue: Tongue,
    /// Words in headings and text, sorted.
    words: Vec<u32>,
    /// Words in headings, sorted.
    heading_words: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Word {
    id: u32,
    pieces: u32,
}

struct Indexed {
    reader: IndexReader,
    place: Field,
    heading: Field,
    text: Field,
}

/// One word of a question, and the words of the pages it stands for.
struct Asked {
    light: bool,
    weight: f64,
    /// Word id, share, the word as it stands in the index.
    stands_for: Vec<(u32, f64, String)>,
}

impl Shelf {
    /// Puts pages on the shelf.
    ///
    /// # Errors
    /// When the index cannot be made; it lives in memory, so hardly ever.
    pub(super) fn new(pages: Vec<(String, Tongue, Vec<Piece>)>) -> Result<Self, tantivy::TantivyError> {
        let mut shelf = Self { pieces: Vec::new(), vocabulary: BTreeMap::new(), tongues: BTreeSet::new(), index: None };
        let mut texts = Vec::new();
        for (file, tongue, pieces) in pages {
            shelf.tongues.insert(tongue);
            for piece in pieces {
                texts.push(shelf.put(&file, tongue, piece));
            }
        }
        if !texts.is_empty() {
            shelf.index = Some(Indexed::new(&texts)?);
        }
        Ok(shelf)
    }

    /// How many pieces there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    fn put(&mut self, file: &str, tongue: Tongue, piece: Piece) -> (String, String) {
        let written = |text: &str| -> Vec<String> {
            words::terms(text, tongue).into_iter().map(|term| entry(tongue, &term.stem)).collect()
        };
        let heading = written(&piece.heading);
        let text = written(&piece.markdown);
        let mut ids = |words: &[String]| -> BTreeSet<u32> {
            let mut found = BTreeSet::new();
            for word in words {
                let next = self.vocabulary.len() as u32;
                found.insert(self.vocabulary.entry(word.clone()).or_insert(Word { id: next, pieces: 0 }).id);
            }
            found
        };
        let heading_words = ids(&heading);
        let all: BTreeSet<u32> = ids(&text).union(&heading_words).copied().collect();
        for word in heading.iter().chain(&text).collect::<BTreeSet<_>>() {
            if let Some(word) = self.vocabulary.get_mut(word) {
                word.pieces += 1;
            }
        }
        self.pieces.push(Shelved {
            file: file.to_owned(),
            piece,
            tongue,
            words: all.into_iter().collect(),
            heading_words: heading_words.into_iter().collect(),
        });
        (heading.join(" "), text.join(" "))
    }

    /// The pieces that speak most to `question`, best support first.
    ///
    /// # Errors
    /// When the index fails.
    pub(super) fn search(&self, question: &str, limit: usize) -> Result<Vec<Passage>, tantivy::TantivyError> {
        let Some(index) = &self.index else { return Ok(Vec::new()) };
        let asked: BTreeMap<Tongue, Vec<Asked>> =
            self.tongues.iter().map(|tongue| (*tongue, self.asked(question, *tongue))).collect();
        let candidates = index.candidates(asked.values().flatten())?;
        let mut found: Vec<Passage> = candidates
            .into_iter()
            .filter_map(|(score, place)| {
                let shelved = self.pieces.get(place)?;
                let support_percent = support(asked.get(&shelved.tongue)?, shelved);
                Some(Passage {
                    file: shelved.file.clone(),
                    heading: shelved.piece.heading.clone(),
                    text: shelved.piece.markdown.clone(),
                    tongue: shelved.tongue,
                    score,
                    support_percent,
                })
            })
            .collect();
        found.sort_by(|a, b| b.support_percent.cmp(&a.support_percent).then(b.score.total_cmp(&a.score)));
        found.truncate(limit);
        Ok(found)
    }

    fn asked(&self, question: &str, tongue: Tongue) -> Vec<Asked> {
        let mut terms = words::terms(question, tongue);
        terms.sort();
        terms.dedup_by(|a, b| a.stem == b.stem);
        // The light ones last, so that a cut takes those.
        terms.sort_by_key(|term| term.light);
        terms.truncate(QUESTION_WORDS_MAX);
        terms
            .into_iter()
            .map(|term| {
                let stands_for = self.expand(&term.stem, tongue);
                let pieces = stands_for
                    .first()
                    .filter(|first| first.1 >= 1.0)
                    .map_or(1, |first| self.vocabulary.get(&first.2).map_or(1, |word| word.pieces.max(1)));
                let share = if term.light { LIGHT_SHARE } else { 1.0 };
                Asked { light: term.light, weight: share * rarity(self.pieces.len(), pieces), stands_for }
            })
            .collect()
    }

    /// The words of the pages that a word of a question stands for: itself first, then its relatives.
    fn expand(&self, stem: &str, tongue: Tongue) -> Vec<(u32, f64, String)> {
        let mut found = Vec::new();
        let whole = entry(tongue, stem);
        if let Some(word) = self.vocabulary.get(&whole) {
            found.push((word.id, 1.0, whole.clone()));
        }
        if stem.len() < RELATIVES_OCTETS_MIN {
            return found;
        }
        let longer = self.vocabulary.range::<str, _>((Bound::Excluded(whole.as_str()), Bound::Unbounded));
        for (word, row) in longer.take_while(|(word, _)| word.starts_with(&whole)).take(EXPANSIONS_MAX) {
            found.push((row.id, RELATIVE_SHARE, word.clone()));
        }
        for cut in (RELATIVES_OCTETS_MIN..stem.len()).filter(|cut| stem.is_char_boundary(*cut)) {
            let shorter = entry(tongue, &stem[..cut]);
            if let Some(row) = self.vocabulary.get(&shorter) {
                found.push((row.id, RELATIVE_SHARE, shorter));
            }
        }
        found
    }
}

/// Languages share words and not meanings, so each has its own.
fn entry(tongue: Tongue, stem: &str) -> String {
    format!("{}/{stem}", tongue.code())
}

/// How much a word tells: the inverse document frequency of BM25. A word that stands nowhere weighs as much as the rarest.
fn rarity(all: usize, having: u32) -> f64 {
    let (all, having) = (all as f64, f64::from(having));
    (1.0 + (all - having + 0.5).max(0.0) / (having + 0.5)).ln()
}

/// The weighted share of the question's words that stand in the piece or its headings, in percent.
fn support(asked: &[Asked], shelved: &Shelved) -> u32 {
    let (mut whole, mut carried) = (0.0, 0.0);
    let (mut heavy_found, mut in_heading) = (0, false);
    for word in asked {
        whole += word.weight;
        let has = |list: &[u32], id: &u32| list.binary_search(id).is_ok();
        let share = word.stands_for.iter().filter(|(id, ..)| has(&shelved.words, id)).map(|(_, share, _)| *share);
        let share = share.fold(0.0, f64::max);
        carried += word.weight * share;
        if !word.light && share > 0.0 {
            heavy_found += 1;
            in_heading |= word.stands_for.iter().any(|(id, ..)| has(&shelved.heading_words, id));
        }
    }
    if heavy_found == 0 || whole <= 0.0 {
        return 0;
    }
    let percent = (100.0 * carried / whole).round() as u32;
    if heavy_found >= 2 || in_heading { percent } else { percent.min(LONE_WORD_SUPPORT_PERCENT) }
}

impl Indexed {
    fn new(texts: &[(String, String)]) -> Result<Self, tantivy::TantivyError> {
        let mut schema = Schema::builder();
        // The words are cut and stemmed already.
        let indexing =
            TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let heading = schema.add_text_field("heading", options.clone());
        let text = schema.add_text_field("text", options);
        let place = schema.add_u64_field("place", STORED);
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for (number, (headings, words)) in texts.iter().enumerate() {
            let mut document = TantivyDocument::default();
            document.add_text(heading, headings);
            document.add_text(text, words);
            document.add_u64(place, number as u64);
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        Ok(Self { reader: index.reader()?, place, heading, text })
    }

    fn candidates<'a>(
        &self,
        asked: impl Iterator<Item = &'a Asked>,
    ) -> Result<Vec<(f32, usize)>, tantivy::TantivyError> {
        let mut shares: HashMap<&str, f64> = HashMap::new();
        for word in asked {
            let light = if word.light { LIGHT_SHARE } else { 1.0 };
            for (_, share, text) in &word.stands_for {
                let known = shares.entry(text).or_default();
                *known = known.max(share * light);
            }
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(shares.len() * 2);
        for (word, share) in shares {
            for (field, boost) in [(self.heading, HEADING_BOOST), (self.text, 1.0)] {
                let term = tantivy::Term::from_field_text(field, word);
                let query = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
                clauses.push((Occur::Should, Box::new(BoostQuery::new(query, boost * share as f32))));
            }
        }
        let searcher = self.reader.searcher();
        let top = TopDocs::with_limit(CANDIDATES_MAX).order_by_score();
        let mut found = Vec::new();
        for (score, address) in searcher.search(&BooleanQuery::new(clauses), &top)? {
            let document: TantivyDocument = searcher.doc(address)?;
            if let Some(place) = document.get_first(self.place).and_then(|value| value.as_u64()) {
                found.push((score, place as usize));
            }
        }
        Ok(found)
    }
}
