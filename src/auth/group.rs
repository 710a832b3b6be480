//! The author of a mail whose From a group wrote anew, as Google's groups do for senders with a strict policy.
//!
//! The group's own signature proves what the group says and no more: every field that is read here must be signed by it,
//! and only of the forwarder registered for the address.

use mail_auth::AuthenticatedMessage;

use super::{Checked, arc::says_passed};
use crate::{
    mime,
    types::{Address, Level, Verdicts},
};

/// Who wrote a mail, according to the group that passed it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAuthor {
    /// The author.
    pub address: Address,
    /// The name; empty without.
    pub name: String,
    /// Whether the group says that the author's domain passed.
    pub(super) passed: bool,
}

/// What a mail says of a group.
pub(super) enum Group {
    /// No group passed it on.
    None,
    /// One did, and names this author, who may be the one in From.
    Of(GroupAuthor),
    /// One did, and its author can be read in more than one way.
    Unclear,
}

/// Reads what a group says. `signed` are the fields that the group's own valid signature covers.
pub(super) fn read(message: &AuthenticatedMessage<'_>, signed: &[String]) -> Group {
    if fields(message, "X-Original-Sender").next().is_none() {
        return Group::None;
    }
    author(message, signed).map_or(Group::Unclear, Group::Of)
}

fn author(message: &AuthenticatedMessage<'_>, signed: &[String]) -> Option<GroupAuthor> {
    let address = Address::parse(one_signed(message, signed, "X-Original-Sender")?.trim()).ok()?;
    let mut name = String::new();
    // It is seldom signed, so that it gives the name and must not contradict.
    let mut originals = fields(message, "X-Original-From");
    if let Some(original) = originals.next() {
        let (again, called) = mime::mailbox(&String::from_utf8_lossy(original))?;
        if again != address || originals.next().is_some() {
            return None;
        }
        name = called;
    }
    let results = one_signed(message, signed, "X-Original-Authentication-Results");
    let domain = address.domain();
    // Whether another domain speaks for the author's was not asked of DNS: only the very domain does.
    let passed = results.is_some_and(|field| says_passed(field.as_bytes(), domain, |other| other == domain));
    Some(GroupAuthor { address, name, passed })
}

/// The verdicts as they are when a group at the domain `from` passed the mail on: what it says, and no more.
pub(super) fn told(mut verdicts: Verdicts, group: Group, from: &str, is_ours: impl Fn(&str) -> bool) -> Checked {
    let known = &verdicts.sentence;
    let (level, sentence, group_author) = match group {
        Group::None => return Checked { verdicts, group_author: None },
        Group::Unclear => {
            let sentence = format!("a group of {from} passed this on, and its author can be read in more than one way");
            (Level::Forged, sentence, None)
        }
        Group::Of(author) => {
            let domain = author.address.domain();
            let level = match author.passed {
                true => Level::Vouched,
                false if is_ours(domain) => Level::Forged,
                false => Level::Unproven,
            };
            let says = if author.passed { "says" } else { "does not say" };
            (level, format!("a group of {from} passed this on and {says} that {domain} passed; {known}"), Some(author))
        }
    };
    (verdicts.level, verdicts.sentence) = (level, sentence);
    Checked { verdicts, group_author }
}

fn fields<'m>(message: &'m AuthenticatedMessage<'_>, wanted: &'m str) -> impl Iterator<Item = &'m [u8]> + 'm {
    let is_it = move |name: &[u8]| name.trim_ascii_end().eq_ignore_ascii_case(wanted.as_bytes());
    message.headers.iter().filter(move |(name, _)| is_it(name)).map(|(_, value)| *value)
}

/// The value of a field that stands once and is signed.
fn one_signed(message: &AuthenticatedMessage<'_>, signed: &[String], name: &str) -> Option<String> {
    let mut found = fields(message, name);
    let value = found.next()?;
    let is_signed = signed.iter().any(|field| field.trim().eq_ignore_ascii_case(name));
    (is_signed && found.next().is_none()).then(|| String::from_utf8_lossy(value).replace(['\r', '\n'], ""))
}
