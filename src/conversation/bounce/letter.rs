//! The words of a report without the mail it returns, and how to read addresses and codes in them.

use super::{
    BouncedRecipient,
    phrases::{COPIES, DELAYS},
};
use crate::{mime::Mail, types::head};

/// Octets of a text that are looked at: a report says at once what it has to say.
const OCTETS_MAX: usize = 32 * 1024;

/// A report in free words.
pub(super) struct Letter<'a> {
    /// Its lines, down to where the returned mail begins.
    pub(super) lines: Vec<&'a str>,
    /// All lines in one, white space as single spaces: sentences are wrapped anywhere.
    pub(super) flat: String,
    /// The same in ASCII lower case, octet by octet.
    pub(super) low: String,
    /// Where each line begins in `flat`.
    begins: Vec<usize>,
    /// Domain of the From address; empty without.
    pub(super) from_domain: String,
    subject: String,
}

impl<'a> Letter<'a> {
    pub(super) fn of(mail: &'a Mail) -> Self {
        let text = head(&mail.text, OCTETS_MAX);
        let mut lines = Vec::new();
        let (mut flat, mut begins) = (String::new(), Vec::new());
        for line in text.lines() {
            if begins_copy(line) {
                break;
            }
            begins.push(flat.len());
            lines.push(line);
            for word in line.split_whitespace() {
                flat.push_str(word);
                flat.push(' ');
            }
        }
        let from_domain = mail.from.as_ref().map(|from| from.domain().to_ascii_lowercase()).unwrap_or_default();
        let low = flat.to_ascii_lowercase();
        Self { lines, low, flat, begins, from_domain, subject: mail.subject.to_lowercase() }
    }

    /// The line in which that octet of `flat` stands.
    pub(super) fn line_at(&self, octet: usize) -> usize {
        self.begins.partition_point(|begin| *begin <= octet).saturating_sub(1)
    }

    /// A recipient with what the whole letter says about its failure.
    pub(super) fn completed(&self, address: &str, diagnostic: String) -> BouncedRecipient {
        let delayed = DELAYS.iter().any(|words| self.low.contains(words) || self.subject.contains(words));
        let action = if delayed { "delayed" } else { "failed" }.to_owned();
        let status = status_in(&diagnostic).or_else(|| status_in(&self.flat)).unwrap_or_default();
        BouncedRecipient { recipient: address.to_owned(), action, status, diagnostic }
    }
}

/// Whether the mail that could not be delivered begins below this line.
fn begins_copy(line: &str) -> bool {
    let words = line.trim_start_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    COPIES.iter().any(|copy| words.starts_with(copy))
}

/// The address a word holds, out of its brackets, quotes and stops; `None` when it holds none.
///
/// Wider than what we would send to: a report may name what never was an address, and that is why it failed.
pub(super) fn address(word: &str) -> Option<&str> {
    const AROUND: [char; 14] = ['<', '>', '(', ')', '[', ']', '"', '\'', ',', ';', ':', '.', '*', '='];
    let word = word.trim().trim_matches(AROUND);
    let word = if word.len() > 5 && word.is_char_boundary(5) && word[..5].eq_ignore_ascii_case("smtp:") {
        &word[5..]
    } else {
        word
    };
    let (local, domain) = word.rsplit_once('@')?;
    let plain =
        |text: &str, more: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || more.contains(c));
    let fits = plain(local, "!#$%&'*+-/=?^_`{|}~.@") && plain(domain, "-._#") && word.len() <= 320;
    fits.then_some(word)
}

/// The first code that tells why: `5.1.1`, or `550` as the class of one. RFC 3463 §2.
pub(in crate::conversation) fn status_in(text: &str) -> Option<String> {
    let words = || text.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|word| word.trim_matches('.'));
    let is_enhanced = |word: &&str| {
        let mut parts = word.split('.');
        let class = parts.next().is_some_and(|class| class == "4" || class == "5");
        class && word.split('.').count() == 3 && parts.all(|part| !part.is_empty() && part.len() <= 3)
    };
    let is_reply =
        |word: &&str| word.len() == 3 && word.starts_with(['4', '5']) && matches!(&word[1..2], "0" | "2" | "5");
    let enhanced = words().find(is_enhanced).map(str::to_owned);
    enhanced.or_else(|| words().find(is_reply).map(|code| format!("{}.0.0", &code[..1])))
}
