//! The output fence: checks what would be said, whoever thought of it (S-22).
//!
//! The author is assumed to have been talked into anything by the mail. What it may do is little:
//!
//! - Every paragraph is carried by a passage (a page or a tool's result), block by block and sentence by sentence.
//! - Where to go, whom to write to, whom to call and where to pay stands in a passage exactly so, or is not said. A known host
//!   with another query is another place: data could leave in it. **What a customer names is no source for this.** Sent back
//!   to the one who named it, a place would gain an attacker a letter that our domain signed, to be shown to anybody (and
//!   signatures survive being sent again); with somebody on Cc, that letter reaches them at once; and often it is not the
//!   customer who named it, but whoever wrote what the customer forwards to us. Naming it twice proves no more than once.
//!   So of the customer's places only their own mail address and ours may be said, and our own domain without any path.
//!   What a tool says of a customer may hold a stranger's words (a note in an order), so its links go to hosts that the
//!   administrator named.
//! - Numbers stand in the passage of the paragraph. The name of the customer's matter (an order number) may be repeated from
//!   their own words; amounts, dates and telephone numbers may not: a number repeated is a promise made. See `figures`.
//! - No pictures, no HTML, nothing that cannot be seen, no word of letters that no language writes together.
//! - The language is the customer's, where both can be told.
//! - No secret of ours is in it, in whatever form ([`Secrets`]).
//!
//! Data of other contacts needs no check: a [`Case`] holds one conversation, and nothing else reaches who thinks.

mod carried;
mod figures;
mod language;
mod places;
mod rendered;
mod secrets;

use std::sync::Arc;

use self::{
    figures::Figures,
    places::{Foreign, Places},
    rendered::Rendered,
};
use super::{
    answer::{Answer, Paragraph},
    courtesy,
    desk::{Case, CaseMail},
    words,
};
use crate::types::is_mixed;

pub use self::{carried::CARRIED_MIN_PERCENT, figures::Figure, secrets::Secrets};
pub(super) use self::{carried::carried_percent, language::may_be_same as may_be_same_language};

/// Octets of an answer.
pub const ANSWER_OCTETS_MAX: usize = 8_000;

/// How the file of a passage begins that is a tool's result.
pub const TOOL: &str = "tool:";

/// What answers are held against, besides their own case.
#[derive(Debug, Clone, Default)]
pub struct Fence {
    /// `[knowledge] support_min_percent`: how much a question must be supported.
    pub support_min_percent: u32,
    /// What is never said.
    pub secrets: Arc<Secrets>,
    /// Hosts to which links of tools' results may go, and those below them; the domain of the support address always may.
    /// ASCII, lower case.
    pub hosts: Arc<[String]>,
}

/// Why an answer may not leave. The words go to people and to the log: they quote nothing that an answer said but hosts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is said.
    #[error("the answer is empty")]
    Empty,
    /// Too much is said.
    #[error("the answer is longer than {ANSWER_OCTETS_MAX} octets")]
    TooLong,
    /// The pages support it less than the threshold.
    #[error("the answer is supported by {0} % only")]
    Unsupported(u32),
    /// Nobody stands for a paragraph.
    #[error("paragraph {0} of the answer is not carried by a passage")]
    NotCarried(usize),
    /// A number that its passage has not.
    #[error("paragraph {0} of the answer names {words}, which does not stand in the passage that carries it", words = .1.words())]
    ForeignFigure(usize, Figure),
    /// A link to where the quoted pages do not point.
    #[error("the answer links to {0} in a way that stands in none of the pages it quotes")]
    ForeignLink(String),
    /// A host name or address as plain text, which mail programs make a link of.
    #[error("the answer names {0} in a way that stands in none of the pages it quotes")]
    ForeignHost(String),
    /// A picture loads by itself and can carry data out.
    #[error("the answer holds a picture")]
    Picture,
    /// HTML could hide anything.
    #[error("the answer holds HTML")]
    Html,
    /// Characters that a reader does not see.
    #[error("the answer holds characters that cannot be seen")]
    Unseen,
    /// Letters of several scripts in one word: it is not what it looks like.
    #[error("the answer holds a word of letters that no language writes together")]
    LookAlike,
    /// The customer would not understand it, or somebody else wanted it.
    #[error("the answer is not in the customer's language")]
    Language,
    /// One of [`Secrets`], by what it is.
    #[error("the answer holds {0}, which must not leave")]
    Secret(&'static str),
}

/// Checks an answer and puts it on paper.
///
/// # Errors
/// The first [`Refusal`] found.
pub fn checked(answer: &Answer, case: &Case, fence: &Fence) -> Result<String, Refusal> {
    if answer.paragraphs.iter().all(|paragraph| paragraph.markdown.trim().is_empty() || is_free(paragraph)) {
        return Err(Refusal::Empty);
    }
    let markdown = answer.markdown();
    if markdown.len() > ANSWER_OCTETS_MAX {
        return Err(Refusal::TooLong);
    }
    let seen = Rendered::of(&markdown);
    check_signs(&markdown, &seen)?;
    // Before all that quotes the answer: no refusal says more than that there was a secret.
    if let Some(what) = fence.secrets.found_in(&markdown).or_else(|| fence.secrets.found_in(&seen.text)) {
        return Err(Refusal::Secret(what));
    }
    if answer.support_percent < fence.support_min_percent {
        return Err(Refusal::Unsupported(answer.support_percent));
    }
    check_places(answer, case, fence, &markdown, &seen)?;
    check_paragraphs(answer, case)?;
    let asked: Vec<&str> = own_words(case, |mail| !mail.answered).collect();
    if !language::may_be_same(&seen.text, &asked.join("\n\n")) {
        return Err(Refusal::Language);
    }
    Ok(markdown)
}

/// What stands in an answer beside words.
fn check_signs(markdown: &str, seen: &Rendered) -> Result<(), Refusal> {
    if seen.has_picture {
        return Err(Refusal::Picture);
    }
    if seen.has_html {
        return Err(Refusal::Html);
    }
    if [markdown, &seen.text].into_iter().any(hides_something) {
        return Err(Refusal::Unseen);
    }
    let mut words = seen.text.split(|c: char| !c.is_alphanumeric());
    if words.any(is_mixed) { Err(Refusal::LookAlike) } else { Ok(()) }
}

/// Whether a text holds signs without a shape where no language needs them.
fn hides_something(text: &str) -> bool {
    let mut before = ' ';
    text.chars().any(|c| {
        // Joiners, direction marks and forms of pictographs stand once, behind a sign of a script that has them.
        let misplaced = is_silent(c) && (before.is_ascii() || is_silent(before));
        before = c;
        misplaced || words::is_unseen(c) || is_blank(c)
    })
}

fn is_silent(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{61c}' | '\u{fe00}'..='\u{fe0f}')
}

/// Letters and marks that show nothing.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        | '\u{3164}' | '\u{ffa0}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{e01ef}')
}

/// Links, hosts and addresses: those of the passages that are quoted, and who writes to whom.
fn check_places(answer: &Answer, case: &Case, fence: &Fence, markdown: &str, seen: &Rendered) -> Result<(), Refusal> {
    let mut places = Places::default();
    let ours = &case.row.address;
    let hosts: Vec<String> = fence.hosts.iter().cloned().chain([ours.domain().to_owned()]).collect();
    for passage in answer.paragraphs.iter().filter_map(|paragraph| answer.passage_of(paragraph)) {
        if passage.file.starts_with(TOOL) {
            places.learn_within(&passage.text, &hosts);
            continue;
        }
        places.learn(&passage.text);
        places.learn(&passage.heading);
    }
    places.learn_host(ours.domain());
    for who in [ours, &case.row.contact] {
        places.learn_address(&who.to_string());
    }
    match places.foreign_in(seen, markdown) {
        None => Ok(()),
        Some(Foreign::Link(host)) => Err(Refusal::ForeignLink(host)),
        Some(Foreign::Name(host)) => Err(Refusal::ForeignHost(host)),
    }
}

/// Needs no passage: a greeting or closing line of ours that refers to none.
fn is_free(paragraph: &Paragraph) -> bool {
    paragraph.carried_by.is_none() && courtesy::is_courtesy(&paragraph.markdown)
}

/// Each paragraph against its own passage.
fn check_paragraphs(answer: &Answer, case: &Case) -> Result<(), Refusal> {
    let mut names = Figures::default();
    own_words(case, |_| true).for_each(|text| names.learn_names(text));
    for (place, paragraph) in answer.paragraphs.iter().enumerate() {
        let place = place + 1;
        if is_free(paragraph) {
            continue;
        }
        let passage = answer.passage_of(paragraph).ok_or(Refusal::NotCarried(place))?;
        let mut figures = names.clone();
        let learn = if passage.file.starts_with(TOOL) { Figures::learn_result } else { Figures::learn };
        for text in [&Rendered::of(&passage.text).text, &passage.text, &passage.heading] {
            learn(&mut figures, text);
        }
        let text = Rendered::of(&paragraph.markdown).text;
        let foreign = figures.foreign_in(&text).or_else(|| figures.foreign_in(&paragraph.markdown));
        if let Some(figure) = foreign {
            return Err(Refusal::ForeignFigure(place, figure));
        }
        if !carried::is_carried(&paragraph.markdown, passage) {
            return Err(Refusal::NotCarried(place));
        }
    }
    Ok(())
}

/// What the customer wrote themselves: nothing quoted, nothing of machines.
fn own_words(case: &Case, wanted: impl Fn(&CaseMail) -> bool) -> impl Iterator<Item = &str> {
    let mails = case.mails.iter().filter(|mail| mail.row.class.class.is_personal());
    mails.filter(move |mail| wanted(mail)).map(|mail| mail.new_text.as_str())
}

#[cfg(test)]
#[path = "output/tests.rs"]
mod tests;
