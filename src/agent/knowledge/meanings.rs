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

/// Octets of the file: some 20,000 pieces of the longest vectors.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// After a failure it is left alone so long, and words alone are searched.
pub(super) const REST: Duration = Duration::from_secs(60);

/// How the file begins. A newer form has another number, and is made anew.
const HEAD: &[u8] = b"replyd meanings 1\n";
const HASH_OCTETS: usize = 32;

/// One text's, of length 1.
pub(super) type Meaning = Arc<[f32]>;

/// All that are known.
pub(super) struct Meanings {
    embed: Embed,
    file: Option<PathBuf>,
    clock: Clock,
    known: RwLock<HashMap<blake3::Hash, Meaning>>,
    rests_until: Mutex<Option<Millis>>,
}

impl Meanings {
    /// Of the model with this name; `folder` keeps those of pieces. What cannot be read there is made anew.
    pub(super) fn new(embed: Embed, model: &str, folder: Option<&Path>, clock: Clock) -> Self {
        let file =
            folder.map(|folder| folder.join(format!("{}.vectors", &blake3::hash(model.as_bytes()).to_hex()[..16])));
        let known = file.as_deref().map(read).unwrap_or_default();
        Self { embed, file, clock, known: RwLock::new(known), rests_until: Mutex::new(None) }
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
        self.asked(vec![question.to_owned()])?.pop()
    }

    /// Asks for those of these texts that are missing, forgets all others, and keeps what it has. Says how many are missing still.
    pub(super) fn learn(&self, texts: &HashMap<blake3::Hash, String>) -> usize {
        let missing: Vec<(blake3::Hash, &String)> = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            texts.iter().filter(|(hash, _)| !known.contains_key(hash)).map(|(hash, text)| (*hash, text)).collect()
        };
        let mut learned = 0;
        for batch in missing.chunks(BATCH) {
            let Some(vectors) = self.asked(batch.iter().map(|(_, text)| (*text).clone()).collect()) else { break };
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.extend(batch.iter().map(|(hash, _)| *hash).zip(vectors));
            learned += batch.len();
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.len();
        known.retain(|hash, _| texts.contains_key(hash));
        if learned > 0 || known.len() < before {
            info!(pieces = known.len(), learned, "learned what the knowledge means");
            self.keep(&known);
        }
        missing.len() - learned
    }

    /// Vectors of these texts, unless it failed a moment ago.
    fn asked(&self, texts: Vec<String>) -> Option<Vec<Meaning>> {
        let mut rests_until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        if rests_until.is_some_and(|until| now < until) {
            return None;
        }
        drop(rests_until);
        let wanted = texts.len();
        let made = (self.embed)(texts).and_then(|vectors| {
            let meanings: Option<Vec<Meaning>> = vectors.into_iter().map(unit).collect();
            meanings.filter(|all| all.len() == wanted).ok_or_else(|| "not a vector for each text".to_owned())
        });
        match made {
            Ok(meanings) => Some(meanings),
            Err(words) => {
                warn!("what is searched is found by its words alone for {} s: {words}", REST.as_secs());
                rests_until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
                *rests_until = Some(now.plus(REST));
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
        let (count, behind) = behind.split_first_chunk::<4>()?;
        let (numbers, behind) = behind.split_at_checked(u32::from_le_bytes(*count) as usize * 4)?;
        let (numbers, _) = numbers.as_chunks::<4>();
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
