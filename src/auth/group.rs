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

/// Fields that only groups leave.
const MARKS: [&str; 2] = ["X-Google-Group-Id", "List-Id"];

/// The author named by the group at `group`; `None` when there is not exactly one. `signed` are the fields that the group's
/// own valid signature covers.
pub(super) fn author(message: &AuthenticatedMessage<'_>, group: &Address, signed: &[String]) -> Option<GroupAuthor> {
    let is_marked = MARKS.iter().any(|mark| fields(message, mark).next().is_some());
    let sender = one_signed(message, signed, "X-Original-Sender")?;
    let address = Address::parse(sender.trim()).ok().filter(|address| address != group && is_marked)?;
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

/// The verdicts, about the author named by the group of that domain where there is one: what the group says, and no more.
pub(super) fn told(mut verdicts: Verdicts, group_author: Option<GroupAuthor>, group: &str) -> Checked {
    if let Some(author) = &group_author {
        let (domain, known) = (author.address.domain(), &verdicts.sentence);
        (verdicts.level, verdicts.sentence) = if author.passed {
            (Level::Vouched, format!("a group of {group} passed this on and says that {domain} passed; {known}"))
        } else {
            let said =
                format!("a group of {group} names an author at {domain} and does not say that it passed; {known}");
            (Level::Unproven, said)
        };
    }
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
