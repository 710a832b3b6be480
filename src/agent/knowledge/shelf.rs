//! The pieces of all pages, the index that finds them, and how strongly one speaks to a question.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use tantivy::{
    Index, IndexReader, TantivyDocument,
    collector::TopDocs,
    query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value},
};

use super::{
    Audience, Explained, Page, Passage, WordSeen,
    fused::fused,
    lexicon::{Asked, LIGHT_SHARE, Lexicon},
    meanings::{Meaning, nearness, whole},
    pieces::Piece,
};
use crate::agent::words::Tongue;

/// Memory the index may use while it is made: the least that the library takes for one thread, rounded up.
const WRITER_BYTES: usize = 20_000_000;

/// Pieces looked at closely for one question.
const CANDIDATES_MAX: usize = 40;

/// What a piece counts that is in another language than the question, where there are pages in that one.
const FOREIGN_SHARE: f64 = 0.7;

/// How much the order of pieces follows BM25, beside their support.
const BM25_SHARE: f64 = 0.4;

/// A word in the headings says more about a piece than one in the text.
const HEADING_BOOST: f32 = 2.0;

/// Support of a piece that has one word of substance only, and not in its heading: `Do you like Austria?` is no question
/// about shipping.
const LONE_WORD_SUPPORT_PERCENT: f64 = 25.0;

/// What a word counts more in the order of pieces when it stands in the innermost heading, and the whole piece when the question has
/// all words of substance in it.
const IN_HEADING_BONUS: f64 = 0.5;
const HEADING_COVERED_BONUS: f64 = 1.0;

/// How much of what support lacks a heading makes good that the question has all of.
const HEADING_COVERED_SHARE: f64 = 0.3;

/// What a word counts that stands in the title of the page only.
const TITLE_SHARE: f64 = 0.6;

/// Everything that was read, ready to be searched.
pub(super) struct Shelf {
    pieces: Vec<Shelved>,
    lexicons: BTreeMap<Tongue, Lexicon>,
    index: Option<Indexed>,
}

struct Shelved {
    file: String,
    piece: Arc<Piece>,
    /// Of its whole text.
    hash: blake3::Hash,
    tongue: Tongue,
    audience: Audience,
    /// Words in the innermost heading and in the text, sorted.
    words: Vec<u32>,
    /// Words in the headings above, sorted.
    title_words: Vec<u32>,
    /// Words of substance in the innermost heading, sorted.
    heading_words: Vec<u32>,
}

/// What a question means, and where the meanings of pieces are found.
pub(super) struct Meant<'a> {
    pub(super) question: Meaning,
    pub(super) of_piece: &'a dyn Fn(&blake3::Hash) -> Option<Meaning>,
}

/// A question as each language reads it.
struct Question {
    homes: Vec<Tongue>,
    asked: BTreeMap<Tongue, Vec<Asked>>,
}

impl Question {
    fn at_home(&self, tongue: Tongue) -> f64 {
        if self.homes.contains(&tongue) { 1.0 } else { FOREIGN_SHARE }
    }
}

struct Indexed {
    reader: IndexReader,
    place: Field,
    heading: Field,
    text: Field,
}

impl Shelf {
    /// Puts pages on the shelf. Drafts do not belong there.
    ///
    /// # Errors
    /// When the index cannot be made; it lives in memory, so hardly ever.
    pub(super) fn new(pages: &[&Page]) -> Result<Self, tantivy::TantivyError> {
        let mut shelf = Self { pieces: Vec::new(), lexicons: BTreeMap::new(), index: None };
        for Page { tongue, pieces, .. } in pages {
            let lexicon = shelf.lexicons.entry(*tongue).or_default();
            for piece in pieces {
                lexicon.learn(&piece.heading, *tongue);
                lexicon.learn(piece.asked.as_deref().unwrap_or_default(), *tongue);
                lexicon.learn(&piece.markdown, *tongue);
            }
        }
        let mut texts = Vec::new();
        for Page { file, tongue, audience, pieces, .. } in pages {
            for piece in pieces {
                texts.push(shelf.put(file, *tongue, audience, Arc::clone(piece)));
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

    fn put(&mut self, file: &str, tongue: Tongue, audience: &Audience, piece: Arc<Piece>) -> (String, String) {
        let lexicon = self.lexicons.entry(tongue).or_default();
        let (above, innermost) = match &piece.asked {
            Some(asked) => (piece.heading.as_str(), asked.as_str()),
            None => piece.heading.rsplit_once(" › ").unwrap_or(("", &piece.heading)),
        };
        let title = lexicon.stems_of(above, tongue);
        let heading = lexicon.stems_of(innermost, tongue);
        let text = lexicon.stems_of(&piece.markdown, tongue);
        lexicon.put(title.iter().chain(&heading).chain(&text));
        let words = lexicon.ids(heading.iter().chain(&text));
        let title_words = lexicon.ids(title.iter());
        let heading_words = lexicon.ids(lexicon.heavy_stems_of(innermost, tongue).iter());
        let (file, audience) = (file.to_owned(), audience.clone());
        let hash = blake3::hash(whole(&piece).as_bytes());
        self.pieces.push(Shelved { file, piece, hash, tongue, audience, words, title_words, heading_words });
        let line = |stems: &[String]| stems.iter().map(|stem| entry(tongue, stem)).collect::<Vec<_>>().join(" ");
        (line(&heading), [line(&title), line(&text)].join(" "))
    }

    /// The admitted pieces that speak most to `question`, best first; `meant` puts those forward that mean the like.
    ///
    /// # Errors
    /// When the index fails.
    pub(super) fn search(
        &self,
        question: &str,
        limit: usize,
        admitted: &dyn Fn(&Audience) -> bool,
        meant: Option<&Meant<'_>>,
    ) -> Result<Vec<Explained>, tantivy::TantivyError> {
        let Some(index) = &self.index else { return Ok(Vec::new()) };
        let homes = self.homes(question);
        let asked: BTreeMap<Tongue, Vec<Asked>> = self
            .lexicons
            .iter()
            .map(|(tongue, lexicon)| (*tongue, lexicon.asked(question, *tongue, homes.contains(tongue))))
            .collect();
        // What is not for this reader takes no place away from what is.
        let closed = self.pieces.iter().filter(|shelved| !admitted(&shelved.audience)).count();
        let candidates = index.candidates(&asked, CANDIDATES_MAX + closed)?;
        let is_open = |place: usize| self.pieces.get(place).is_some_and(|shelved| admitted(&shelved.audience));
        let seen: Vec<(f32, usize)> =
            candidates.into_iter().filter(|(_, place)| is_open(*place)).take(CANDIDATES_MAX).collect();
        let question = Question { homes, asked };
        let by_words = self.by_words(&question, &seen);
        let near = meant.map(|meant| self.near(meant, &is_open)).unwrap_or_default();
        let places = |found: &[(f64, usize)]| found.iter().map(|(_, place)| *place).collect::<Vec<_>>();
        let of = |found: &[(f64, usize)], place| found.iter().find(|(_, at)| *at == place).map(|(rank, _)| *rank);
        let mut best: Vec<Explained> = Vec::new();
        for place in fused(&places(&by_words), &places(&near)) {
            let score = seen.iter().find(|(_, at)| *at == place).map_or(0.0, |(score, _)| *score);
            let Some(found) = self.explained(&question, place, score, of(&near, place)) else { continue };
            // One answer to several questions is one passage.
            let is_same = |known: &Explained| {
                known.passage.file == found.passage.file && known.passage.text == found.passage.text
            };
            if best.len() < limit && !best.iter().any(is_same) {
                best.push(found);
            }
        }
        Ok(best)
    }

    /// Candidates of the index in the order of what they have of the question.
    fn by_words(&self, question: &Question, seen: &[(f32, usize)]) -> Vec<(f64, usize)> {
        let best_score = seen.first().map_or(1.0, |(score, _)| f64::from(*score).max(f64::MIN_POSITIVE));
        let mut found: Vec<(f64, f32, usize)> = Vec::with_capacity(seen.len());
        for (score, place) in seen {
            let Some((shelved, words, covered)) = self.compared(question, *place) else { continue };
            let nearness = 1.0 - BM25_SHARE + BM25_SHARE * f64::from(*score) / best_score;
            let rank = closeness(words, shelved, covered) * nearness * question.at_home(shelved.tongue);
            found.push((rank, *score, *place));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        found.into_iter().map(|(rank, _, place)| (rank, place)).collect()
    }

    /// The open pieces that are nearest to what is meant, the nearest first.
    fn near(&self, meant: &Meant<'_>, is_open: &dyn Fn(usize) -> bool) -> Vec<(f64, usize)> {
        let near = |place: &usize| {
            let meaning = (meant.of_piece)(&self.pieces[*place].hash)?;
            Some((f64::from(nearness(&meant.question, &meaning)), *place))
        };
        let open = (0..self.pieces.len()).filter(|place| is_open(*place));
        let mut found: Vec<(f64, usize)> = open.filter_map(|place| near(&place)).collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.retain(|(nearness, _)| *nearness > 0.0);
        found.truncate(CANDIDATES_MAX);
        found
    }

    /// A piece, the question in its language, and how much of its heading that covers.
    fn compared<'a>(&'a self, question: &'a Question, place: usize) -> Option<(&'a Shelved, &'a [Asked], f64)> {
        let shelved = self.pieces.get(place)?;
        let words = question.asked.get(&shelved.tongue)?;
        let covered = self.lexicons.get(&shelved.tongue)?.covered(words, &shelved.heading_words);
        Some((shelved, words, covered))
    }

    fn explained(&self, question: &Question, place: usize, score: f32, near: Option<f64>) -> Option<Explained> {
        let (shelved, words, covered) = self.compared(question, place)?;
        let support = support(words, shelved, covered) * question.at_home(shelved.tongue);
        let nearness_percent = near.map(|near| (near * 100.0).round() as u32);
        Some(Explained { nearness_percent, ..shelved.explained(words, score, support.round() as u32) })
    }

    /// The pieces, by the hashes of their whole texts.
    pub(super) fn by_hash(&self) -> HashMap<blake3::Hash, &Piece> {
        self.pieces.iter().map(|shelved| (shelved.hash, &*shelved.piece)).collect()
    }

    /// The languages of the pages in which most words of the question are known.
    fn homes(&self, question: &str) -> Vec<Tongue> {
        let familiar: Vec<(usize, Tongue)> =
            self.lexicons.iter().map(|(tongue, lexicon)| (lexicon.familiar(question, *tongue), *tongue)).collect();
        let most = familiar.iter().map(|(words, _)| *words).max().unwrap_or(0);
        familiar.into_iter().filter(|(words, _)| *words == most).map(|(_, tongue)| tongue).collect()
    }
}

impl Shelved {
    /// How much of a word of the question stands in it. All sections of a page share its title, so that tells less.
    fn share_of(&self, word: &Asked) -> f64 {
        best(word, &self.words).max(TITLE_SHARE * best(word, &self.title_words))
    }

    fn explained(&self, asked: &[Asked], score: f32, support_percent: u32) -> Explained {
        let passage = Passage {
            file: self.file.clone(),
            heading: self.piece.heading.clone(),
            text: self.piece.markdown.clone(),
            tongue: self.tongue,
            score,
            support_percent,
        };
        let mut words: Vec<WordSeen> = asked.iter().map(|word| self.seen(word)).collect();
        words.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Explained { passage, words, nearness_percent: None }
    }

    fn seen(&self, word: &Asked) -> WordSeen {
        let has = |id: &u32| self.words.binary_search(id).is_ok() || self.title_words.binary_search(id).is_ok();
        let stem = word.stands_for.iter().find(|(id, ..)| has(id)).map(|(.., stem)| stem.clone());
        WordSeen {
            word: word.word.clone(),
            weight: word.weight,
            share: self.share_of(word),
            as_stem: stem.unwrap_or_default(),
            in_heading: best(word, &self.heading_words) > 0.0,
            strange: word.strange,
        }
    }
}

/// Languages share words and not meanings, so each has its own in the index.
fn entry(tongue: Tongue, stem: &str) -> String {
    format!("{}/{stem}", tongue.code())
}

/// How far the piece speaks to the question, in percent: the weighted share of the question's words that it has. Raised when
/// the question has all of the heading and no word that nobody here knows: such a word asks beside the page.
fn support(asked: &[Asked], shelved: &Shelved, covered: f64) -> f64 {
    let (mut whole, mut carried) = (0.0, 0.0);
    let (mut heavy_found, mut in_heading) = (0, false);
    for word in asked {
        let share = shelved.share_of(word);
        whole += word.weight;
        carried += word.weight * share;
        if !word.light && share > 0.0 {
            heavy_found += 1;
            in_heading |= best(word, &shelved.heading_words) > 0.0 || best(word, &shelved.title_words) > 0.0;
        }
    }
    if heavy_found == 0 || whole <= 0.0 {
        return 0.0;
    }
    let carried = carried / whole;
    let strange = asked.iter().any(|word| word.strange);
    let raised = if strange { 0.0 } else { (1.0 - carried) * HEADING_COVERED_SHARE * covered };
    let percent = 100.0 * (carried + raised);
    if heavy_found >= 2 || in_heading { percent } else { percent.min(LONE_WORD_SUPPORT_PERCENT) }
}

/// What decides the order, beside BM25: the weighted share of the question's words of substance that the piece has, more when they
/// stand in its heading, and when they are all of it.
fn closeness(asked: &[Asked], shelved: &Shelved, covered: f64) -> f64 {
    let heavy = asked.iter().any(|word| !word.light && !word.stands_for.is_empty());
    let (mut whole, mut close) = (0.0, 0.0);
    for word in asked.iter().filter(|word| !heavy || !word.light) {
        whole += word.weight;
        close += word.weight * (shelved.share_of(word) + IN_HEADING_BONUS * best(word, &shelved.heading_words));
    }
    if whole > 0.0 { close / whole * (1.0 + HEADING_COVERED_BONUS * covered) } else { 0.0 }
}

/// The share of the best of a list of words that a word of the question stands for.
fn best(word: &Asked, list: &[u32]) -> f64 {
    let shares = word.stands_for.iter().filter(|(id, ..)| list.binary_search(id).is_ok()).map(|(_, share, _)| *share);
    shares.fold(0.0, f64::max)
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

    fn candidates(
        &self,
        asked: &BTreeMap<Tongue, Vec<Asked>>,
        limit: usize,
    ) -> Result<Vec<(f32, usize)>, tantivy::TantivyError> {
        let words = asked.iter().flat_map(|(tongue, words)| words.iter().map(|word| (*tongue, word)));
        // What stands for one word counts once, as its best does.
        let clauses = words
            .map(|(tongue, word)| (Occur::Should, Box::new(self.any_of(tongue, word)) as Box<dyn Query>))
            .collect::<Vec<_>>();
        let searcher = self.reader.searcher();
        let top = TopDocs::with_limit(limit).order_by_score();
        let mut found = Vec::new();
        for (score, address) in searcher.search(&BooleanQuery::new(clauses), &top)? {
            let document: TantivyDocument = searcher.doc(address)?;
            if let Some(place) = document.get_first(self.place).and_then(|value| value.as_u64()) {
                found.push((score, place as usize));
            }
        }
        Ok(found)
    }

    fn any_of(&self, tongue: Tongue, word: &Asked) -> DisjunctionMaxQuery {
        let light = if word.light { LIGHT_SHARE } else { 1.0 };
        let fields = [(self.heading, HEADING_BOOST), (self.text, 1.0)];
        let choices = word.stands_for.iter().flat_map(|(_, share, stem)| {
            fields.map(|(field, boost)| {
                let term = tantivy::Term::from_field_text(field, &entry(tongue, stem));
                let query = Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs));
                Box::new(BoostQuery::new(query, boost * (share * light) as f32)) as Box<dyn Query>
            })
        });
        DisjunctionMaxQuery::new(choices.collect())
    }
}
