//! What goes to people before anybody thinks, and what they are told with it.
//!
//! The order: the word HUMAN, which every letter promises (S-28); law, authorities and press; the hours and topics of the address;
//! then what `handoff` of the address says of requests, anger and answers that did not help.

mod acknowledgement;
mod mood;
mod mood_words;
mod summary;

use std::sync::Arc;

pub use self::{
    acknowledgement::{Acknowledgement, acknowledgement},
    mood::sentiment,
    summary::summary,
};
use super::{
    desk::Case,
    notes::Notes,
    questions::bare_title,
    topics::{Found, Topics},
    wants_person::{asks_for_person, grave_word, writes_human},
};
use crate::{
    config::Handoff,
    types::{HandOffCode, Sentiment},
};

/// Why a conversation goes to people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Reason {
    /// For counting.
    pub code: HandOffCode,
    /// For people.
    pub words: String,
    /// The topic of the address that it is about, where one was found.
    pub topic: Option<String>,
}

impl Reason {
    /// A reason without a topic.
    pub fn new(code: HandOffCode, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), topic: None }
    }
}

/// Words alone: whoever thinks found nothing to say.
impl From<String> for Reason {
    fn from(words: String) -> Self {
        Self::new(HandOffCode::NotUnderstood, words)
    }
}

impl From<&str> for Reason {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

/// Whether anybody may think about a case; the topic it is about, where that is known. What asking for it costs is noted.
///
/// # Errors
/// Why people get it instead.
pub async fn gate(case: &Case, topics: &Topics, notes: &Arc<Notes>) -> Result<Option<String>, Reason> {
    let (title, text) = (new_title(case), unanswered_text(case));
    let texts = [text.as_str(), title.as_str()];
    if texts.iter().any(|text| writes_human(text)) {
        return Err(asks());
    }
    if let Some(word) = texts.iter().find_map(|text| grave_word(text)) {
        let words = format!("the mail speaks of `{word}`, which is for a person");
        return Err(Reason::new(HandOffCode::Policy, words));
    }
    if let Some(reason) = off_hours(case) {
        return Err(reason);
    }
    let topic = match topics.look(case, &title, &text, notes).await {
        Found::Open(topic) => topic,
        Found::Closed(reason) => return Err(reason),
    };
    match as_the_address_says(case, &texts) {
        Some(reason) => Err(Reason { topic, ..reason }),
        None => Ok(topic),
    }
}

fn as_the_address_says(case: &Case, texts: &[&str; 2]) -> Option<Reason> {
    let rules = case.address.as_ref().map_or_else(Handoff::default, |address| address.handoff);
    let answers = case.answers_in_a_row;
    let tried = answers >= rules.tries_min;
    if rules.on_request && (tried || !rules.request_waits) && texts.iter().any(|text| asks_for_person(text)) {
        return Some(asks());
    }
    if rules.on_frustration && tried && sentiment(texts[0]) == Sentiment::Angry {
        return Some(Reason::new(HandOffCode::Frustration, "the customer is angry"));
    }
    let too_many = rules.answers_max > 0 && answers >= rules.answers_max;
    too_many.then(|| {
        let words = format!("the AI answered {answers} times in a row, and the customer still writes");
        Reason::new(HandOffCode::NoProgress, words)
    })
}

fn off_hours(case: &Case) -> Option<Reason> {
    let address = case.address.as_ref()?;
    let hours = address.hours.as_ref()?;
    let people_are_there = hours.is_open(case.read_at);
    let when = if people_are_there { "while people are there" } else { "while nobody is there" };
    let words = format!("the AI does not answer at this address {when} (hours “{}”)", hours.name);
    (!address.ai_hours.allow(people_are_there)).then(|| Reason::new(HandOffCode::OfficeHours, words))
}

fn asks() -> Reason {
    Reason::new(HandOffCode::AsksForPerson, "the customer asks for a person")
}

/// The title while it is as new as the mails: one that was answered once says nothing of what came since.
fn new_title(case: &Case) -> String {
    let is_first = case.mails.iter().all(|mail| !mail.answered);
    if is_first { bare_title(&case.row.title) } else { String::new() }
}

/// The new words of all mails that wait for an answer.
pub fn unanswered_text(case: &Case) -> String {
    case.unanswered().map(|mail| mail.new_text.trim()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests;
