//! The body of a letter, as text and as HTML: words, small print, signature, and the mail it answers below.
//!
//! Pure.

use super::{
    answered::Answered,
    compose::{Composition, NAME_CHARS_MAX, clean_line, clean_text},
    flowed, html, phrases, plain,
    recipients::Recipients,
};
use crate::{
    config::SupportAddress,
    mime,
    types::{Address, head},
};

/// Octets of the original mail quoted below; what is longer ends in an ellipsis.
pub(super) const QUOTE_OCTETS_MAX: usize = 16 * 1024;

/// Both parts.
pub(super) struct Body {
    /// The text part without the quoted original.
    pub(super) own_text: String,
    /// The text part.
    pub(super) text: String,
    /// The HTML part.
    pub(super) html: String,
}

/// Writes both parts of a letter. `words`: what was approved, cleaned; `disclose`: whether an AI wrote it and says so.
pub(super) fn write(letter: &Composition<'_>, words: &str, disclose: bool, recipients: &Recipients) -> Body {
    let small_print = phrases::small_print(letter.language, disclose, letter.conversation.number);
    let (signature_text, signature_html) = signature(letter.settings, letter.language);
    let (quote_line, quote) =
        quotable(letter, recipients).map(|mail| quoted(mail, letter.language)).unwrap_or_default();

    let mut text = plain::words_text(words);
    text.push_str("\n\n");
    text.push_str(&small_print.join("\n"));
    if !signature_text.is_empty() {
        // RFC 3676 §4.3: the signature separator.
        text.push_str("\n\n");
        text.push_str(flowed::SEPARATOR);
        text.push('\n');
        text.push_str(&signature_text);
    }
    text.push('\n');
    let own_text = text.clone();
    if !quote.is_empty() {
        text.push('\n');
        text.push_str(&quote_line);
        for line in quote.lines() {
            text.push_str(if line.starts_with('>') { "\n>" } else { "\n> " });
            text.push_str(line);
        }
        text.push('\n');
    }
    let domain = letter.conversation.address.domain();
    let shown = letter.enclosed.iter().filter_map(|one| {
        let id = one.content_id(letter.letter, domain)?;
        Some((one.shown_as.as_deref()?, id))
    });
    let shown: Vec<(&str, String)> = shown.collect();
    let html = html::letter(&html::Parts {
        language: letter.language,
        words: &html::styled(&html::letter_html(words, &shown)),
        small_print: &small_print.iter().map(|line| html::text_html(line)).collect::<Vec<_>>(),
        signature: &signature_html,
        quote_line: &html::text_html(&quote_line),
        quote: &html::text_html(&quote),
    });
    Body { own_text, text: flowed::flowed(&text), html }
}

/// The signature as text and as HTML; each is made from the other when only one is configured.
pub(super) fn signature(settings: &SupportAddress, language: Option<&str>) -> (String, String) {
    let of_language = settings.signatures.iter().find(|one| language == Some(one.language.as_str()));
    let (markdown, given_html) = match of_language {
        Some(one) => (&one.markdown, &one.html),
        None => (&settings.signature_markdown, &settings.signature_html),
    };
    let markdown = clean_text(markdown);
    let given_html = given_html.as_deref().map(clean_text).unwrap_or_default();
    let html = match given_html.trim() {
        "" => html::styled(&html::words_html(&markdown)),
        given => html::signature_html(given),
    };
    let text = match markdown.trim() {
        "" => clean_text(&mime::html::to_text(&html)),
        given => plain::words_text(given),
    };
    (text.trim().to_owned(), html.trim().to_owned())
}

/// `On 22 November 2026 at 20:08 UTC, Ada wrote:` in that language, and the original, cut.
pub(super) fn quoted(answered: &Answered, language: Option<&str>) -> (String, String) {
    let text = clean_text(&answered.new_text);
    let text = text.trim();
    let kept = head(text, QUOTE_OCTETS_MAX);
    let cut = if kept.len() < text.len() { "\n[…]" } else { "" };
    let name = clean_line(&answered.from_name, NAME_CHARS_MAX);
    // What has no Date, or none that can be, was written when it came.
    let instant = |millis: i64| jiff::Timestamp::from_millisecond(millis).ok();
    let at = answered.date.and_then(instant).or_else(|| instant(answered.kept.0.cast_signed())).unwrap_or_default();
    (phrases::wrote(language, &name, at), format!("{}{cut}", kept.trim_end()))
}

/// The mail below the letter, where it is to stand there and all who get it may see it: who takes part since later, or is only now
/// written to, sees nothing older (S-01).
fn quotable<'l>(letter: &Composition<'l>, recipients: &Recipients) -> Option<&'l Answered> {
    let row = letter.conversation;
    let since = |who: &Address| row.participants.iter().find(|one| one.address == *who).map(|one| one.since);
    let mut others = recipients.all().into_iter().filter(|who| *who != row.contact);
    letter.answered.filter(|answered| {
        letter.settings.quote && others.all(|who| since(&who).is_some_and(|since| since <= answered.kept))
    })
}
