//! What we have of a mail, and whether it is what the other parser found.

use aws_lc_rs::digest;
use memchr::memmem;
use replyd::mime::{Mail, Source};

use crate::other::{Leaf, Line};

/// Everything that we have of a mail.
pub(crate) struct Ours {
    pub(crate) letters: String,
    characters: String,
    /// What is shown, as it is.
    shown: String,
    digests: Vec<String>,
    contents: Vec<Vec<u8>>,
}

impl Ours {
    pub(crate) fn of(mail: &Mail, raw: &[u8]) -> Self {
        let contents: Vec<Vec<u8>> = mail.attachments.iter().map(|a| a.content(raw).to_vec()).collect();
        for (attachment, content) in mail.attachments.iter().zip(&contents) {
            assert_eq!((attachment.size, attachment.digest), (content.len(), blake3::hash(content)));
        }
        // A break keeps the end of one text from making a word with the beginning of the next.
        Self {
            letters: [letters_of(&mail.text), letters_of(&mail.html)].join(" "),
            characters: [characters_of(&mail.text), characters_of(&mail.html)].join(" "),
            shown: [mail.text.as_str(), &mail.html].join("\n"),
            digests: contents.iter().map(|content| sha256(content)).collect(),
            contents,
        }
    }

    /// The same with the header fields and with what is attached: its names, read as text, and as it stands in the mail.
    pub(crate) fn with_all_words(mut self, mail: &Mail, raw: &[u8]) -> Self {
        let mut more: Vec<String> = mail.headers.iter().map(|f| f.name.clone() + &f.value).collect();
        more.extend(mail.attachments.iter().map(|attachment| attachment.name.clone()));
        more.extend(self.contents.iter().map(|content| String::from_utf8_lossy(content).into_owned()));
        more.extend(mail.attachments.iter().filter_map(|attachment| match &attachment.source {
            Source::Raw { range, .. } => Some(as_it_stands(&raw[range.clone()])),
            Source::Owned(_) => None,
        }));
        for text in more {
            self.letters += &[" ", &letters_of(&text)].concat();
            self.characters += &[" ", &characters_of(&text)].concat();
        }
        self
    }

    /// Whether we have that part, as an attachment or as text.
    pub(crate) fn has(&self, leaf: &Leaf) -> bool {
        let attached = |letters: &String| {
            self.contents.iter().any(|content| letters_of(&String::from_utf8_lossy(content)).contains(letters.as_str()))
        };
        let shown = |letters: &String| self.letters.contains(letters.as_str()) || attached(letters);
        let read = leaf.letters.as_ref().is_some_and(|letters| match letters.as_slice() {
            [] => leaf.texts.iter().any(|text| self.reads(text)),
            runs => runs.iter().all(shown),
        });
        read || self.digests.contains(&leaf.sha256)
    }

    /// Whether a text without a letter of ASCII is ours, by the letters of other scripts.
    pub(crate) fn reads(&self, text: &str) -> bool {
        let characters = characters_of(text);
        !characters.is_empty() && self.characters.contains(&characters)
    }

    pub(crate) fn shows_any_sign(&self) -> bool {
        self.shown.chars().any(|c| !c.is_alphanumeric() && !c.is_whitespace())
    }

    /// Whether a line of signs alone, such as a dash, is shown as it is.
    pub(crate) fn shows_signs(&self, text: &str) -> bool {
        let signs = text.trim();
        !signs.is_empty() && characters_of(signs).is_empty() && self.shown.contains(signs)
    }

    /// Whether we have what a line says in any of its forms. Where it says nothing there is nothing to have.
    pub(crate) fn has_line(&self, line: &Line) -> bool {
        let nothing = |text: &String| characters_of(text).is_empty();
        let says_nothing = line.runs.first().is_none_or(Vec::is_empty) && line.plain.iter().all(nothing);
        let shown = |runs: &Vec<String>| !runs.is_empty() && runs.iter().all(|run| self.letters.contains(run.as_str()));
        let attached =
            |octets: &String| self.contents.iter().any(|content| memmem::find(content, &octets_of(octets)).is_some());
        says_nothing
            || line.runs.iter().any(shown)
            || line.texts.iter().any(|text| self.reads(text) || self.shows_signs(text))
            || line.octets.iter().any(attached)
            || !line.pieces.is_empty() && line.pieces.iter().all(|piece| self.has_line(piece))
    }
}

/// Octets as text; damaged ones are those of ISO 8859-1.
fn as_it_stands(octets: &[u8]) -> String {
    std::str::from_utf8(octets).map_or_else(|_| octets.iter().copied().map(char::from).collect(), str::to_owned)
}

fn letters_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Letters and digits of any script.
fn characters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn sha256(content: &[u8]) -> String {
    digest::digest(&digest::SHA256, content).as_ref().iter().map(|octet| format!("{octet:02x}")).collect()
}

fn octets_of(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// Octets of a text that says nothing in letters.
pub(crate) const SIGNS_MAX: usize = 8;
