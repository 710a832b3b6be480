//! Knows what is new in a letter and judges what was found.

use replyd::conversation::quotes::Parted;

use crate::letter::{Form, Letter, Paragraph};

/// What is wrong with a parting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Something the writer wrote is in none of the texts shown.
    Lost(String),
    /// New text holds what was there before, or what is signature.
    Foreign(String),
    /// Quoted text does not hold all that was quoted.
    NotQuoted(String),
    /// What somebody forwards is what he wants read, but it is not in the new text.
    NotForwarded(String),
    /// The header of the forwarded mail says this, and the claim does not.
    Unclaimed(String),
    /// The segments do not cover the text, each octet once.
    Uncovered,
    /// Nothing is missing and nothing is foreign, but it stands in another order or twice.
    Disordered,
}

impl Fault {
    pub(crate) fn is_loss(&self) -> bool {
        matches!(self, Self::Lost(_))
    }

    /// The kind of fault in a word.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Lost(_) => "lost",
            Self::Foreign(_) => "foreign",
            Self::NotQuoted(_) => "not quoted",
            Self::NotForwarded(_) => "not forwarded",
            Self::Unclaimed(_) => "unclaimed",
            Self::Uncovered => "uncovered",
            Self::Disordered => "disordered",
        }
    }

    pub(crate) fn words(&self) -> String {
        match self {
            Self::Lost(what) => format!("lost: {what}"),
            Self::Foreign(what) => format!("not new, but in the new text: {what}"),
            Self::NotQuoted(what) => format!("not in the quoted text: {what}"),
            Self::NotForwarded(what) => format!("forwarded, but not in the new text: {what}"),
            Self::Unclaimed(what) => format!("not in the claim of the forwarded mail: {what}"),
            Self::Uncovered => "segments".to_owned(),
            Self::Disordered => "order".to_owned(),
        }
    }
}

/// Judges; none: right. `head` is what the program writes over a forwarded mail.
pub(crate) fn fault(letter: &Letter, head: &[String], found: &Parted) -> Option<Fault> {
    let covered =
        found.segments.iter().try_fold(0, |end, s| (s.range.start == end && s.range.end > end).then_some(s.range.end));
    if covered != Some(found.text.len()) {
        return Some(Fault::Uncovered);
    }
    let new = squeeze(&unmarked(&found.new_text, letter.form));
    let signature = squeeze(&found.signature);
    let own: Vec<&String> = letter.new.iter().chain(&letter.sign_off).flatten().collect();
    let missing = own.iter().find(|line| !new.contains(&squeeze(line)) && !signature.contains(&squeeze(line)));
    if let Some(line) = missing {
        return Some(Fault::Lost((*line).clone()));
    }
    let old: Vec<&String> =
        letter.old.iter().chain(letter.older.iter().flat_map(|(_, words)| words)).flatten().collect();
    if letter.form == Form::Forwarded {
        return forward_fault(letter, &new).or_else(|| claim_fault(letter, head, found));
    }
    // What the writer says, too, shows nothing; nor do short lines: `-- ` stands anywhere.
    let told = |line: &str| line.len() > 4 && new.contains(line) && !own.iter().any(|own| squeeze(own).contains(line));
    if let Some(line) = old.iter().find(|line| told(&squeeze(line))) {
        return Some(Fault::Foreign((*line).clone()));
    }
    let quoted = squeeze(&unmarked(&found.quoted_text, Form::Forwarded));
    if let Some(line) = old.iter().find(|line| !quoted.contains(&squeeze(line))) {
        return Some(Fault::NotQuoted((*line).clone()));
    }
    let words = joined(&letter.new);
    // What stands under a letter may be taken for its end or for its signature, from any line on.
    let under: Vec<&String> = letter.sign_off.iter().chain(&letter.contact).flatten().collect();
    let right = (0..=under.len()).any(|lines| {
        let shown: String = under[..lines].iter().map(|line| squeeze(line)).collect();
        new == words.clone() + &shown
    });
    if right {
        return None;
    }
    match new.strip_prefix(words.as_str()) {
        Some(rest) => Some(Fault::Foreign(rest.to_owned())),
        None => Some(Fault::Disordered),
    }
}

/// The writer's note first, then what was forwarded, whole and in order.
fn forward_fault(letter: &Letter, new: &str) -> Option<Fault> {
    let Some(mut rest) = new.strip_prefix(joined(&letter.new).as_str()) else { return Some(Fault::Disordered) };
    for line in letter.old.iter().flatten() {
        match rest.split_once(&squeeze(line)) {
            Some((_, after)) => rest = after,
            None => return Some(Fault::NotForwarded(line.clone())),
        }
    }
    None
}

/// What the header says of the forwarded mail stands in the claim, as written.
fn claim_fault(letter: &Letter, head: &[String], found: &Parted) -> Option<Fault> {
    let Some(claim) = &found.forwarded else { return Some(Fault::Unclaimed("all".to_owned())) };
    let scene = &letter.scene;
    let written = |what: &str| head.iter().any(|row| row.contains(what));
    let begins = |claimed: &str, what: &str| {
        // A header line that the program broke may be read to its end or not.
        let (claimed, what) = (squeeze(claimed), squeeze(what));
        what == claimed || (what.starts_with(&claimed) && claimed.len() > what.len() / 2)
    };
    if !claim.from.contains(&scene.author.address) {
        return Some(Fault::Unclaimed(format!("from {}, but «{}»", scene.author.address, claim.from)));
    }
    if written(&scene.writer.address) && !claim.to.contains(&scene.writer.address) {
        return Some(Fault::Unclaimed(format!("to {}, but «{}»", scene.writer.address, claim.to)));
    }
    if written(&scene.subject) && !begins(&claim.subject, &scene.subject) {
        return Some(Fault::Unclaimed(format!("subject {}, but «{}»", scene.subject, claim.subject)));
    }
    let dated = claim.date.contains("26") && head.iter().any(|row| squeeze(row).contains(&squeeze(&claim.date)));
    (!dated).then(|| Fault::Unclaimed(format!("the date, but «{}»", claim.date)))
}

fn joined(paragraphs: &[Paragraph]) -> String {
    paragraphs.iter().flatten().map(|line| squeeze(line)).collect()
}

/// Without white space and signs that nobody sees: programs break and pad lines.
pub(crate) fn squeeze(text: &str) -> String {
    let unseen =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    text.chars().filter(|c| !c.is_whitespace() && !unseen(*c)).collect()
}

/// Without the `>` before quoted and forwarded lines.
fn unmarked(text: &str, form: Form) -> String {
    if form != Form::Forwarded {
        return text.to_owned();
    }
    text.lines().map(|line| line.trim_start_matches(['>', ' ', '\u{feff}']).to_owned() + "\n").collect()
}
