//! What pieces and questions mean, as vectors of a model, so that a page is found that says it in other words.
//!
//! Who makes the vectors is handed in. Those of pieces are made once, beside the answers, and kept in a file that may be deleted;
//! while one is missing, words alone find its piece. They say where to look and never how far a piece supports an answer.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tracing::{info, warn};

use super::{pieces::Piece, whole_file::replace};
use crate::types::{Clock, Millis};

/// Vectors of these texts, in their order, or why there are none, in words. Blocks.
pub type Embed = Arc<dyn Fn(Vec<String>) -> Result<Vec<Vec<f32>>, String> + Send + Sync>;

/// Texts that are asked for at once.
pub const BATCH: usize = 32;

/// Numbers of one vector at most.
pub const DIMENSIONS_MAX: usize = 4096;

/// Batches before what was learned is kept.
const BATCHES_AT_ONCE: usize = 64;

/// Octets of the file, and about those in memory: 32,000 pieces of the longest vectors. More are not asked for.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// After a failure it is left alone so long, and words alone are searched.
pub(super) const REST: Duration = Duration::from_secs(60);

/// Pages can wait longer: for what fails again and again, this often twice as long.
const LEARNING_DOUBLINGS_MAX: u32 = 4;

/// How the file begins. A newer form has another number, and is made anew.
const HEAD: &[u8] = b"replyd meanings 1\n";
const HASH_OCTETS: usize = 32;
const COUNT_OCTETS: usize = 4;
const NUMBER_OCTETS: usize = 4;

/// One text's, of length 1.
pub(super) type Meaning = Arc<[f32]>;

/// All that are known.
pub(super) struct Meanings {
    embed: Embed,
    file: Option<PathBuf>,
    clock: Clock,
    known: RwLock<HashMap<blake3::Hash, Meaning>>,
    asking: Rest,
    learning: Rest,
    /// How often pieces were asked for in vain.
    failures: Mutex<HashMap<blake3::Hash, u32>>,
}

impl Meanings {
    /// Of the model with this name; `folder` keeps those of pieces. What cannot be read there is made anew.
    pub(super) fn new(embed: Embed, model: &str, folder: Option<&Path>, clock: Clock) -> Self {
        let file =
            folder.map(|folder| folder.join(format!("{}.vectors", &blake3::hash(model.as_bytes()).to_hex()[..16])));
        let known = file.as_deref().map(read).unwrap_or_default();
        let asking = Rest::of("questions are searched", 0);
        let learning = Rest::of("pages not known yet are found", LEARNING_DOUBLINGS_MAX);
        Self { embed, file, clock, known: RwLock::new(known), asking, learning, failures: Mutex::default() }
    }

    /// Of a piece, by its text's hash.
    pub(super) fn of_piece(&self, text: &blake3::Hash) -> Option<Meaning> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }

    /// Of a question. `None` when nothing is known to compare it with, or nobody says it: then words alone are searched.
    pub(super) fn of_question(&self, question: &str) -> Option<Meaning> {
        if self.known.read().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return None;
        }
        let meaning = self.asked(vec![question.to_owned()], &self.asking)?.pop()?;
        self.forget_others_than(meaning.len());
        Some(meaning)
    }

    /// A server that has another model under the same name now: what the one before said can be compared with nothing.
    fn forget_others_than(&self, numbers: usize) {
        let is_other = |meaning: &Meaning| meaning.len() != numbers;
        if !self.known.read().unwrap_or_else(PoisonError::into_inner).values().any(is_other) {
            return;
        }
        warn!("the model has vectors of another length than before: the meanings of pages are asked for again");
        self.known.write().unwrap_or_else(PoisonError::into_inner).retain(|_, meaning| !is_other(meaning));
        // Two models taking turns under one name do not have all pages asked for without a pause.
        self.learning.begin(self.clock.now());
    }

    /// Asks for those of these pieces that are missing, forgets all others, and keeps what it has. Of very many it asks for the first
    /// only, so that a crash loses little. Says how many are missing still.
    pub(super) fn learn(&self, pieces: &HashMap<blake3::Hash, &Piece>) -> usize {
        let missing = self.missing(pieces);
        let room = self.room();
        let asked = &missing[..missing.len().min(room)];
        // A text that the model cannot read takes no others with it for long: what failed is asked for alone, and last.
        let (fresh, failed) = asked.split_at(asked.partition_point(|one| one.failures == 0));
        let mut learned = 0;
        for batch in fresh.chunks(BATCH).chain(failed.chunks(1)).take(BATCHES_AT_ONCE) {
            let Some(meanings) = self.asked(batch.iter().map(|one| whole(one.piece)).collect(), &self.learning) else {
                let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                batch.iter().for_each(|one| *failures.entry(one.hash).or_default() += 1);
                break;
            };
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.extend(batch.iter().map(|one| one.hash).zip(meanings));
            learned += batch.len();
        }
        if let Some(known) = self.without_others(pieces, learned) {
            info!(pieces = known.len(), learned, "learned what the knowledge means");
            if missing.len() > room {
                warn!("{} pieces are found by their words alone: more meanings are not kept", missing.len() - room);
            }
            // Of a copy, so that no search waits for the disk.
            self.keep(&known);
        }
        missing.len() - learned
    }

    /// What is not known of these, what failed least first.
    fn missing<'a>(&self, pieces: &HashMap<blake3::Hash, &'a Piece>) -> Vec<Missing<'a>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.retain(|hash, _| pieces.contains_key(hash) && !known.contains_key(hash));
        let missing = pieces.iter().filter(|(hash, _)| !known.contains_key(hash));
        let missing = missing.map(|(hash, piece)| {
            let failures = failures.get(hash).copied().unwrap_or_default();
            Missing { hash: *hash, piece, failures }
        });
        let mut missing: Vec<Missing<'a>> = missing.collect();
        missing.sort_by_key(|one| one.failures);
        missing
    }

    /// How many more are kept.
    fn room(&self) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let numbers = known.values().map(|meaning| meaning.len()).max().unwrap_or(DIMENSIONS_MAX);
        kept_max(numbers).saturating_sub(known.len())
    }

    /// Forgets what is of no piece any more. What is known now, when that is something else than before.
    fn without_others(
        &self,
        pieces: &HashMap<blake3::Hash, &Piece>,
        learned: usize,
    ) -> Option<HashMap<blake3::Hash, Meaning>> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.len();
        known.retain(|hash, _| pieces.contains_key(hash));
        (learned > 0 || known.len() < before).then(|| known.clone())
    }

    /// Vectors of these texts, unless it is left alone.
    fn asked(&self, texts: Vec<String>, rest: &Rest) -> Option<Vec<Meaning>> {
        let now = self.clock.now();
        if rest.lasts(now) {
            return None;
        }
        let wanted = texts.len();
        let made = (self.embed)(texts).and_then(|vectors| {
            let meanings: Option<Vec<Meaning>> = vectors.into_iter().map(unit).collect();
            meanings.filter(|all| all.len() == wanted).ok_or_else(|| "not a vector for each text".to_owned())
        });
        match made {
            Ok(meanings) => {
                rest.end();
                Some(meanings)
            }
            Err(words) => {
                let pause = rest.begin(now);
                warn!("{} by words alone for {} s: {words}", rest.whose, pause.as_secs());
                None
            }
        }
    }

    fn keep(&self, known: &HashMap<blake3::Hash, Meaning>) {
        let Some(file) = &self.file else { return };
        if let Err(fault) = write(file, known) {
            warn!("{}: what the knowledge means cannot be kept and is asked for again: {fault}", file.display());
        }
    }
}

/// A piece whose meaning is not known.
struct Missing<'a> {
    hash: blake3::Hash,
    piece: &'a Piece,
    /// How often it was asked for in vain.
    failures: u32,
}

/// How long whoever says meanings is left alone. Questions and pieces rest apart: what cannot be said of a page is no reason to
/// search for the next question by words alone.
struct Rest {
    /// What is found by words meanwhile.
    whose: &'static str,
    /// How often the pause is doubled at most, while failure follows failure.
    doublings_max: u32,
    /// Its end, and the failures one behind the other.
    state: Mutex<(Option<Millis>, u32)>,
}

impl Rest {
    fn of(whose: &'static str, doublings_max: u32) -> Self {
        Self { whose, doublings_max, state: Mutex::default() }
    }

    fn lasts(&self, now: Millis) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0.is_some_and(|until| now < until)
    }

    fn begin(&self, now: Millis) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = REST * 2_u32.pow(state.1.min(self.doublings_max));
        *state = (Some(now.plus(pause)), state.1.saturating_add(1));
        pause
    }

    fn end(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = (None, 0);
    }
}

/// How many vectors of so many numbers fit into the file.
fn kept_max(numbers: usize) -> usize {
    let octets = FILE_BYTES_MAX as usize - HEAD.len() - HASH_OCTETS;
    octets / (HASH_OCTETS + COUNT_OCTETS + numbers * NUMBER_OCTETS)
}

/// The text of a piece that has a meaning.
pub(super) fn whole(piece: &Piece) -> String {
    let Piece { heading, markdown, asked } = piece;
    [heading, asked.as_deref().unwrap_or_default(), markdown].join("\n")
}

/// How near two are: 1 for the same direction, 0 and less for nothing in common or vectors of different models.
pub(super) fn nearness(one: &Meaning, other: &Meaning) -> f32 {
    if one.len() != other.len() {
        return 0.0;
    }
    one.iter().zip(other.iter()).map(|(a, b)| a * b).sum()
}

/// Of length 1. `None` of what has no direction.
fn unit(vector: Vec<f32>) -> Option<Meaning> {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    let is_one = !vector.is_empty() && vector.len() <= DIMENSIONS_MAX && length.is_finite() && length > 0.0;
    is_one.then(|| vector.iter().map(|number| (f64::from(*number) / length) as f32).collect())
}

/// All of a file, or nothing of one that is not as we wrote it.
fn read(file: &Path) -> HashMap<blake3::Hash, Meaning> {
    let octets = match fs::metadata(file) {
        Ok(about) if about.len() <= FILE_BYTES_MAX => fs::read(file).unwrap_or_default(),
        _ => return HashMap::new(),
    };
    parse(&octets).unwrap_or_else(|| {
        warn!("{}: not as it was written; the meanings are asked for again", file.display());
        HashMap::new()
    })
}

fn parse(octets: &[u8]) -> Option<HashMap<blake3::Hash, Meaning>> {
    let (body, sum) = octets.split_at_checked(octets.len().checked_sub(HASH_OCTETS)?)?;
    if blake3::hash(body).as_bytes() != sum {
        return None;
    }
    let mut rest = body.strip_prefix(HEAD)?;
    let mut known = HashMap::new();
    while !rest.is_empty() {
        let (hash, behind) = rest.split_first_chunk::<HASH_OCTETS>()?;
        let (count, behind) = behind.split_first_chunk::<COUNT_OCTETS>()?;
        let (numbers, behind) = behind.split_at_checked(u32::from_le_bytes(*count) as usize * NUMBER_OCTETS)?;
        let (numbers, _) = numbers.as_chunks::<NUMBER_OCTETS>();
        known.insert(blake3::Hash::from_bytes(*hash), numbers.iter().map(|four| f32::from_le_bytes(*four)).collect());
        rest = behind;
    }
    Some(known)
}

/// Whole or not at all.
fn write(file: &Path, known: &HashMap<blake3::Hash, Meaning>) -> io::Result<()> {
    let mut octets = HEAD.to_vec();
    for (hash, meaning) in known {
        octets.extend(hash.as_bytes());
        octets.extend((meaning.len() as u32).to_le_bytes());
        octets.extend(meaning.iter().flat_map(|number| number.to_le_bytes()));
    }
    octets.extend(blake3::hash(&octets).as_bytes());
    replace(file, &octets)
}

#[cfg(test)]
#[path = "meanings_tests.rs"]
mod tests;
