//! The entries of a time line as cards: what a mail says as people read it, what we wrote and how far it got.

use super::{
    super::{
        api::Office,
        deliveries::DeliveryView,
        view::{AttachmentView, LetterView, Line, LineKind, MailView},
    },
    time,
};
use crate::{
    attachments::TextState,
    conversation::quotes,
    outbound::words_html,
    rendering::frame,
    types::{Author, Level, Millis},
};

/// One entry.
pub(super) enum Entry {
    Event {
        /// Markup.
        when: String,
        words: String,
    },
    Note {
        who: String,
        /// Markup.
        when: String,
        /// Markup.
        words: String,
    },
    Mail(Box<MailCard>),
    Letter(Box<LetterCard>),
}

/// A mail. `text`, `quoted`, `signature`, `when` and `frame` are markup.
pub(super) struct MailCard {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) when: String,
    pub(super) level: &'static str,
    pub(super) level_kind: &'static str,
    pub(super) sentence: String,
    /// What kind it is; empty of what a person wrote.
    pub(super) class: &'static str,
    /// Whom a mail names that was forwarded by hand.
    pub(super) claim: String,
    pub(super) text: String,
    pub(super) quoted: String,
    pub(super) signature: String,
    pub(super) files: Vec<FileCard>,
    pub(super) hidden: String,
    pub(super) frame: String,
}

/// A letter. `text`, `quoted` and `when` are markup.
pub(super) struct LetterCard {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) when: String,
    pub(super) text: String,
    pub(super) quoted: String,
    pub(super) files: Vec<FileCard>,
    pub(super) sources: Vec<String>,
    pub(super) deliveries: Vec<DeliveryCard>,
}

/// A file that came or went along.
pub(super) struct FileCard {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is: String,
    pub(super) size: String,
    pub(super) href: String,
    pub(super) picture: bool,
    pub(super) warnings: Vec<String>,
    pub(super) text: bool,
}

/// One recipient of a letter.
pub(super) struct DeliveryCard {
    pub(super) id: String,
    pub(super) to: String,
    pub(super) state: &'static str,
    /// Markup.
    pub(super) words: String,
    pub(super) failed: bool,
    /// What can be done: word and name.
    pub(super) verbs: &'static [(&'static str, &'static str)],
}

/// The card of a line.
pub(super) fn entry(office: &Office, line: Line) -> Entry {
    let when = time::of_text(&line.at);
    match line.what {
        LineKind::Event { words, .. } => Entry::Event { when, words },
        LineKind::Note { note, .. } => Entry::Note { who: note.by, when, words: words_html(&note.markdown) },
        LineKind::Mail(mail) => Entry::Mail(Box::new(mail_card(*mail, when))),
        LineKind::Letter(letter) => Entry::Letter(Box::new(letter_card(*letter, when, office.clock.now()))),
    }
}

fn mail_card(mail: MailView, when: String) -> MailCard {
    let summary = &mail.row.mail;
    let from = summary.from.as_ref().map(ToString::to_string).unwrap_or_default();
    let level = mail.row.verdicts.level;
    let hidden = if mail.hidden.octets == 0 {
        String::new()
    } else {
        "This mail hides words from its reader. They are left out here; the raw mail has them.".to_owned()
    };
    MailCard {
        id: mail.row.id.to_string(),
        who: if summary.from_name.is_empty() { from } else { format!("{} <{from}>", summary.from_name) },
        when,
        level: level.word(),
        level_kind: if level < Level::Vouched { "bad" } else { "good" },
        sentence: mail.row.verdicts.sentence.clone(),
        class: if mail.row.class.class.is_personal() { "" } else { mail.row.class.class.word() },
        claim: mail.forwarded.as_ref().map(claimed).unwrap_or_default(),
        text: linked(mail.new_text.trim_end()),
        quoted: linked(mail.quoted_text.trim()),
        signature: linked(mail.signature.trim()),
        files: mail.attached.into_iter().filter(|file| !is_decoration(file)).map(attached).collect(),
        hidden,
        frame: frame::element(mail.row.id),
    }
}

fn claimed(claim: &quotes::Claim) -> String {
    format!("Forwarded by hand: it says that {} wrote it, {}", claim.from, claim.date)
}

fn is_decoration(file: &AttachmentView) -> bool {
    file.found.as_ref().is_some_and(|found| found.decoration)
}

fn attached(file: AttachmentView) -> FileCard {
    let href = format!("/api/v1/attachments/{}", file.id);
    let found = file.found.as_ref();
    FileCard {
        href,
        is: found.map_or_else(|| file.kind.clone(), |found| found.is.clone()),
        size: octets(file.size),
        picture: found.is_some_and(|found| found.sniffed.starts_with("image/") && found.warnings.is_empty()),
        text: found.is_some_and(|found| !matches!(found.text, TextState::None)),
        warnings: file.found.map(|found| found.warnings).unwrap_or_default(),
        name: file.name,
        id: file.id,
    }
}

fn letter_card(letter: LetterView, when: String, now: Millis) -> LetterCard {
    let LetterView { row, new_text, quoted_text, deliveries, .. } = letter;
    let enclosed = row.enclosed.iter().enumerate().map(|(n, file)| FileCard {
        id: String::new(),
        href: format!("/api/v1/letters/{}/attachments/{n}", row.id),
        name: file.name.clone(),
        is: file.kind.clone(),
        size: octets(file.size),
        picture: false,
        warnings: Vec::new(),
        text: false,
    });
    LetterCard {
        id: row.id.to_string(),
        who: match &row.author {
            Author::Ai => "The AI".to_owned(),
            Author::Person(name) => name.clone(),
        },
        when,
        text: linked(new_text.trim()),
        quoted: linked(&quoted_text),
        files: enclosed.collect(),
        deliveries: deliveries.into_iter().map(|one| delivery(one, now)).collect(),
        sources: row.sources,
    }
}

fn delivery(one: DeliveryView, now: Millis) -> DeliveryCard {
    let can_be_recalled = one.tries == 0 && one.next.is_some_and(|next| next > now);
    let verbs = verbs(one.state, can_be_recalled);
    let failed = matches!(one.state, "refused" | "bounced");
    let words = time::in_words(&one.words);
    DeliveryCard { id: one.id, to: one.to.to_string(), state: one.state, words, failed, verbs }
}

/// What can be done with a letter for one recipient: word and name.
pub(super) fn verbs(state: &str, can_be_recalled: bool) -> &'static [(&'static str, &'static str)] {
    match state {
        "waiting" if can_be_recalled => &[("recall", "Take it back")],
        "waiting" | "tried" | "uncertain" => &[("retry", "Try now"), ("drop", "Do not send")],
        "refused" | "bounced" => &[("retry", "Try again"), ("edit", "Write anew"), ("drop", "Dismiss")],
        _ => &[],
    }
}

/// Octets as people say them.
fn octets(n: usize) -> String {
    match n {
        0..1_000 => format!("{n} octets"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        _ => format!("{}.{} MB", n / 1_000_000, n / 100_000 % 10),
    }
}

/// Text as markup in which web addresses can be followed. What is followed is what is shown.
pub(super) fn linked(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let behind = &piece[word.len()..];
        let start = word.find("https://").or_else(|| word.find("http://"));
        let Some(start) = start else {
            out.push_str(&frame::text(piece));
            continue;
        };
        let (before, rest) = word.split_at(start);
        let end = rest.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '>', '"', '\'', '»', '”']).len();
        let (url, after) = rest.split_at(end);
        out.push_str(&frame::text(before));
        let url = frame::text(url);
        out.push_str(&format!("<a href=\"{url}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{url}</a>"));
        out.push_str(&frame::text(after));
        out.push_str(behind);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_is_followed_as_it_is_shown_and_nothing_else_is_markup() {
        let html = linked("See (https://acme.example/a?b=1&c=<x>), <b>javascript:alert(1)</b>\n\"http://x\"");
        assert_eq!(
            html,
            "See (<a href=\"https://acme.example/a?b=1&amp;c=&lt;x\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">\
             https://acme.example/a?b=1&amp;c=&lt;x</a>&gt;), &lt;b&gt;javascript:alert(1)&lt;/b&gt;\n&quot;\
             <a href=\"http://x\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">http://x</a>&quot;"
        );
    }

    #[test]
    fn octets_are_said_as_people_say_them() {
        assert_eq!([octets(7), octets(1_500), octets(25_640_000)], ["7 octets", "1 kB", "25.6 MB"]);
    }
}
