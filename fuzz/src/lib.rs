//! What must hold of any input at all: one function for each fuzz target. `tests/seeds.rs` runs the same over the seeds.

mod harmless;

use replyd::{
    conversation::quotes::{self, Kind},
    mime::{self, Mail, Source, html},
    rendering::{self, Options},
    types::MailId,
};

use harmless::rendered_is_harmless;

/// Octets of markup that one octet of a page may become: names of ours are longer than a mail's.
const MARKUP_GROWTH_MAX: usize = 256;

/// Octets of text that one octet of a mail may become: a line of quoted HTML gets `> ` for each level.
const TEXT_GROWTH_MAX: usize = 32;

/// A mail: every attachment lies inside it and is as long as it says, names are names, and text is no longer than it may be.
pub fn mime(raw: &[u8]) {
    let mail = mime::parse(raw);
    is_whole(&mail, raw);
}

/// A text, or a page when the first octet is odd: all of its words stand in one of the parts.
pub fn quotes(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(text).replace(['\r', '\0'], "\n");
    let mail = if kind % 2 == 0 {
        Mail { text, ..Mail::default() }
    } else {
        Mail { text: html::to_text(&text), html: text, text_from_html: true, ..Mail::default() }
    };
    let parted = quotes::part(&mail);
    let mut at = 0;
    for segment in &parted.segments {
        assert!(segment.range.start == at && segment.range.end > at, "{:?} does not follow {at}", segment.range);
        assert!(parted.text.is_char_boundary(segment.range.end), "{:?} ends inside a character", segment.range);
        at = segment.range.end;
    }
    assert_eq!(at, parted.text.len(), "the segments do not cover the text");
    assert!(mail.text_from_html || parted.text == mail.text, "the text is another");
    assert!(parted.confidence <= 100);
    assert!(!parted.new_text.is_empty() || mail.text.trim().is_empty(), "nothing of a text with words is shown");
    let shown = words(&parted.new_text) + words(&parted.quoted_text) + words(&parted.signature);
    let disclaimed = parted.segments.iter().filter(|segment| segment.kind == Kind::Disclaimer);
    let hidden: usize = disclaimed.map(|segment| words(&parted.text[segment.range.clone()])).sum();
    assert_eq!(shown + hidden, words(&parted.text), "characters were lost or doubled");
}

/// Characters that are no blanks.
fn words(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// A page: its text is no longer than it may be, and what is rendered of it, as a page or as plain text, holds
/// nothing that acts or loads.
pub fn html(data: &[u8]) {
    let page = String::from_utf8_lossy(data);
    let (text, hidden) = html::to_text_and_hidden(&page);
    is_bounded(text.len(), page.len(), "the text of a page");
    assert!(hidden <= page.len() * TEXT_GROWTH_MAX, "{hidden} octets are hidden in {}", page.len());
    let mail = Mail { text, html: page.into_owned(), text_from_html: true, ..Mail::default() };
    let rendered = rendering::page(&mail, &Options { id: MailId(1) });
    let length = mail.html.len().max(mail.text.len());
    assert!(rendered.html.len() <= length * MARKUP_GROWTH_MAX + 4096, "{} of {length}", rendered.html.len());
    rendered_is_harmless(&rendered.html);
    let plain = Mail { text: mail.html, ..Mail::default() };
    rendered_is_harmless(&rendering::page(&plain, &Options { id: MailId(1) }).html);
}

/// A winmail.dat in a mail of its own.
pub fn tnef(data: &[u8]) {
    let head: &[u8] =
        b"From: ada@customer.example\r\nMIME-Version: 1.0\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\
        Content-Transfer-Encoding: binary\r\nContent-Disposition: attachment\r\n\r\n";
    let raw = [head, data].concat();
    let mail = mime::parse(&raw);
    is_whole(&mail, &raw);
    assert!(!mail.attachments.is_empty() || !mail.text.trim().is_empty() || data.is_empty(), "a file is lost");
}

fn is_whole(mail: &Mail, raw: &[u8]) {
    for attachment in &mail.attachments {
        let size: usize = attachment
            .reader(raw)
            .map(|piece| {
                assert!((1..=mime::PIECE_OCTETS_MAX).contains(&piece.len()), "a piece of {} octets", piece.len());
                piece.len()
            })
            .sum();
        assert_eq!(size, attachment.size, "what {:?} says of itself", attachment.name);
        assert_eq!(blake3::hash(&attachment.content(raw)), attachment.digest);
        if let Source::Raw { range, .. } = &attachment.source {
            assert!(raw.get(range.clone()).is_some(), "{range:?} of {} octets", raw.len());
        }
        is_name(&attachment.name);
    }
    assert!(!mail.subject.contains(char::is_control), "{:?}", mail.subject);
    assert!(mail.references.len() <= Mail::REFERENCES_MAX);
    assert!(mail.from.is_some() || !mail.from_trouble.is_empty(), "neither a sender nor why there is none");
    is_bounded(mail.text.len(), raw.len(), "the text");
    is_bounded(mail.html.len(), raw.len(), "the page");
}

/// A file name is for the eye only, and cannot be mistaken for a path or begin a line of its own (S-20).
fn is_name(name: &str) {
    assert!(!name.trim().is_empty() && !name.contains(['/', '\\']) && !name.contains(char::is_control), "{name:?}");
}

fn is_bounded(octets: usize, of: usize, what: &str) {
    assert!(octets <= of * TEXT_GROWTH_MAX + 1024, "{what} has {octets} octets, made of {of}");
}
