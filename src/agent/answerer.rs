//! The built-in answerer: quotes the pages when the match is strong, and hands over otherwise.
//!
//! It understands nothing. It counts how many of a question's words stand in a passage, and says whose pages it quotes.

use std::sync::Arc;

use super::{
    answer::{Answer, Frame, Paragraph},
    desk::Case,
    handoff::Reason,
    knowledge::{Knowledge, KnowledgeError, Passage, Reader},
    model::{Answerer, Thinking, Thought},
    notes::Notes,
    questions::{QUESTIONS_MAX, Question, questions},
};
use crate::types::{HandOffCode, Level};

/// Passages that are compared for one question: the search puts first what is likely meant, and here counts what answers it.
const COMPARED: usize = 3;

/// Passages that one answer quotes.
pub const QUOTES_MAX: usize = 2;

/// Quotes the pages of [`Knowledge`].
pub struct BuiltIn {
    knowledge: Arc<Knowledge>,
    support_min_percent: u32,
    level_min: Level,
}

impl BuiltIn {
    /// `support_min_percent` as in `[knowledge]`. Mails under `level_min` of `[agent]` are not read.
    pub fn new(knowledge: Arc<Knowledge>, support_min_percent: u32, level_min: Level) -> Self {
        Self { knowledge, support_min_percent, level_min }
    }
}

impl Answerer for BuiltIn {
    fn name(&self) -> &'static str {
        "builtin"
    }

    fn think(&self, case: Arc<Case>, notes: Arc<Notes>) -> Thinking {
        let knowledge = Arc::clone(&self.knowledge);
        let (support_min, level_min) = (self.support_min_percent, self.level_min);
        // Reads files and computes: not on the threads that keep connections alive.
        let work = tokio::task::spawn_blocking(move || think_now(&knowledge, &case, support_min, level_min, &notes));
        Box::pin(async move {
            work.await.unwrap_or_else(|err| {
                let words = format!("the built-in answerer broke: {err}");
                Thought::hand_off(Reason::new(HandOffCode::ModelFailure, words))
            })
        })
    }
}

/// Thinks about a case, blocking.
pub fn think_now(
    knowledge: &Knowledge,
    case: &Case,
    support_min_percent: u32,
    level_min: Level,
    notes: &Notes,
) -> Thought {
    let text = match text_to_answer(case, level_min_of(case, level_min)) {
        Ok(text) => text,
        Err(words) => return Thought::hand_off(words),
    };
    if notes.given().is_some() {
        return Thought::hand_off("the built-in answerer quotes pages: it says nothing of what a person let a tool do");
    }
    if case.row.rewrite.is_some() {
        return Thought::hand_off("the built-in answerer quotes pages as they are: it cannot write another draft");
    }
    let Some(questions) = questions(&text, &case.row.title) else {
        return Thought::hand_off(format!("more than {QUESTIONS_MAX} questions at once"));
    };
    if questions.is_empty() {
        return Thought::hand_off("no question was found in the mail");
    }
    let search = |question: &str| knowledge.search_for(&Reader::of(case), question, COMPARED);
    match quotes(&search, &questions, support_min_percent, notes) {
        Ok(passages) => answer(passages),
        Err(reason) => Thought::hand_off(reason),
    }
}

fn unsupported(words: impl Into<String>) -> Reason {
    Reason::new(HandOffCode::LowSupport, words)
}

/// The level a mail of this case needs to be read: an address may ask for less or for more than the house.
pub(super) fn level_min_of(case: &Case, level_min: Level) -> Level {
    case.address.as_ref().and_then(|address| address.level_min).unwrap_or(level_min)
}

/// The new text of the mails that are to be answered and may be read, whoever thinks about it.
///
/// # Errors
/// That there is none.
pub(super) fn text_to_answer(case: &Case, level_min: Level) -> Result<String, &'static str> {
    let texts: Vec<&str> = case
        .unanswered()
        .filter(|mail| case.level_of(mail) >= level_min)
        .map(|mail| mail.new_text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    if texts.is_empty() { Err("the mail has no new text") } else { Ok(texts.join("\n\n")) }
}

/// Finds what that reader may be shown.
type Search<'a> = &'a dyn Fn(&str) -> Result<Vec<Passage>, KnowledgeError>;

/// The best passage of each question, each passage once.
fn quotes(
    search: Search<'_>,
    questions: &[Question],
    support_min_percent: u32,
    notes: &Notes,
) -> Result<Vec<Passage>, Reason> {
    let mut passages: Vec<Passage> = Vec::new();
    for question in questions {
        let Some(best) = best(search, question)? else { return Err(unsupported("no help page speaks of it")) };
        notes.passage(&best);
        if best.support_percent < support_min_percent {
            return Err(unsupported(format!(
                "no help page answers it: the closest, “{}”, has {} % of what is asked, and {support_min_percent} % are needed",
                best.heading, best.support_percent
            )));
        }
        match passages.iter_mut().find(|known| known.file == best.file && known.text == best.text) {
            Some(known) => known.support_percent = known.support_percent.min(best.support_percent),
            None => passages.push(best),
        }
    }
    if passages.len() > QUOTES_MAX {
        return Err(format!("the questions touch more than {QUOTES_MAX} help pages").into());
    }
    Ok(passages)
}

/// The passage that carries a question best, read with its title or without.
fn best(search: Search<'_>, question: &Question) -> Result<Option<Passage>, String> {
    let mut best: Option<Passage> = None;
    for reading in std::iter::once(&question.text).chain(&question.alone) {
        let found = search(reading).map_err(|err| err.to_string())?;
        // Of several that are supported alike the last one counts, so the best found stands last.
        best = best.into_iter().chain(found.into_iter().rev()).max_by_key(|passage| passage.support_percent);
    }
    Ok(best)
}

fn answer(passages: Vec<Passage>) -> Thought {
    let support_percent = passages.iter().map(|passage| passage.support_percent).min().unwrap_or(0);
    let tongue = passages.first().map(|passage| passage.tongue).unwrap_or_default();
    let quote =
        |(place, passage): (usize, &Passage)| Paragraph { markdown: passage.text.clone(), carried_by: Some(place) };
    let paragraphs = passages.iter().enumerate().map(quote).collect();
    Thought::Answer(Answer { frame: Frame::Quotes(tongue), paragraphs, passages, support_percent })
}

#[cfg(test)]
#[path = "answerer_tests.rs"]
mod tests;
