//! What a mail reports about letters of ours: about which recipient, what became of it, and how far that is proven.
//!
//! Two things tie a report to a letter, and both carry a MAC of ours: the address it came to ([`super::Verp`]), and the
//! Message-ID of the letter it returns ([`ReplyKeys`]). Everything else in it anybody can write.

use super::{
    Bounce, BouncedRecipient, Class, ReplyKeys, Sent,
    bounce::{self, status_in},
};
use crate::{
    mime::Mail,
    types::{Address, LetterId, one_line},
};

/// What a report says of one recipient of one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Which letter.
    pub letter: LetterId,
    /// Whom it went to.
    pub whom: Whom,
    /// What became of it.
    pub fate: Fate,
    /// Enhanced status code, RFC 3463; empty where the report gives none.
    pub status: String,
    /// The reason it gives, in one line.
    pub words: String,
}

/// Which recipient a report speaks of, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The one whose delivery had this envelope sender, whatever the report names.
    Place(u16),
    /// Whom the report names. It knew the Message-ID of the letter, as every recipient does.
    Named(Address),
    /// It names nobody: the letter's recipient, when there is only one.
    Only,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was delivered, or passed on.
    Arrived,
    /// It waits somewhere and is tried again.
    Delayed,
    /// It was not delivered, and is not tried again.
    Failed {
        /// Whether there is no such mailbox: see [`is_no_mailbox`].
        no_mailbox: bool,
    },
    /// Its recipient called it spam. RFC 5965.
    Complained,
}

/// The delivery that a mail came back to, and to whom that went.
#[derive(Debug, Clone)]
pub struct Returned {
    /// Which delivery.
    pub sent: Sent,
    /// Its recipient.
    pub to: Address,
}

/// Whether an enhanced status code says that there is no such mailbox, and never will be by itself. RFC 3463 §3.2.
///
/// Other codes of class 5 blame something else: a full mailbox (5.2.2), a policy (5.7.1), our own address (5.1.7, 5.1.8), or
/// say too little (5.1.0, 5.2.1, which providers also use for limits).
pub fn is_no_mailbox(status: &str) -> bool {
    // RFC 7505 §4.2: 5.1.10 is the null MX.
    matches!(status, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10")
}

/// What the mail reports about letters of ours; nothing for most mail. `returned`: the delivery whose envelope sender it
/// came to.
pub fn reported(mail: &Mail, class: Class, returned: Option<&Returned>, keys: &ReplyKeys) -> Vec<Reported> {
    match class {
        Class::Bounce => failures(mail, returned, keys),
        Class::Complaint => complaint(mail, returned, keys).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The delivery that the mail proves to be about: by the address it came to, or by the envelope sender that a complaint
/// repeats. What a person writes there is about nothing: it is filed by its own keys, as if it had come to From.
pub fn proven(mail: &Mail, class: Class, returned: Option<&Returned>, keys: &ReplyKeys) -> Option<Sent> {
    let repeated = || (class == Class::Complaint).then(|| original_sender(mail, keys)).flatten();
    let returned = returned.filter(|_| !class.is_personal());
    returned.map(|returned| returned.sent).or_else(repeated)
}

fn failures(mail: &Mail, returned: Option<&Returned>, keys: &ReplyKeys) -> Vec<Reported> {
    let Some(bounce) = bounce::bounce(mail, Class::Bounce) else { return Vec::new() };
    if let Some(Returned { sent, to }) = returned {
        let (fate, told) = of_one(mail, &bounce, to);
        return vec![told.reported(sent.letter, Whom::Place(sent.place), fate)];
    }
    let Some((letter, _)) = keys.read(&bounce.message_id) else { return Vec::new() };
    let named = bounce.recipients.iter().filter_map(|one| Some((Address::parse(&one.recipient).ok()?, one)));
    let of = |(address, one)| Told(one).reported(letter, Whom::Named(address), fate(one));
    named.map(of).collect()
}

/// What a report about one delivery says of it: where it names the recipient, that; else the best it says of anybody, for
/// it may speak of those behind an alias.
fn of_one(mail: &Mail, bounce: &Bounce, to: &Address) -> (Fate, Told<BouncedRecipient>) {
    let is_it = |one: &&BouncedRecipient| Address::parse(&one.recipient).is_ok_and(|address| address == *to);
    let named = bounce.recipients.iter().find(is_it);
    let best = || bounce.recipients.iter().min_by_key(|one| fate(one));
    let one = named.or_else(best).cloned().unwrap_or_else(|| bounce::of_nobody(mail));
    (fate(&one), Told(one))
}

fn fate(one: &BouncedRecipient) -> Fate {
    let status = telling(one);
    let failed = Fate::Failed { no_mailbox: is_no_mailbox(&status) };
    match one.action.as_str() {
        // RFC 3464 §2.3.3.
        "delivered" | "relayed" | "expanded" => Fate::Arrived,
        "delayed" => Fate::Delayed,
        // Whoever says so has given up; a code of class 4 (4.4.7) tells only why.
        "failed" => failed,
        _ if status.starts_with('2') => Fate::Arrived,
        _ if status.starts_with('4') => Fate::Delayed,
        _ => failed,
    }
}

/// The status code that says most. Gateways write 5.0.0 and leave the other server's code in its words.
fn telling(one: &BouncedRecipient) -> String {
    let says_nothing = one.status.is_empty() || one.status.ends_with(".0.0");
    let other = says_nothing.then(|| status_in(&one.diagnostic)).flatten();
    other.unwrap_or_else(|| one.status.clone())
}

fn complaint(mail: &Mail, returned: Option<&Returned>, keys: &ReplyKeys) -> Option<Reported> {
    let kind = field(&mail.feedback, "feedback-type").unwrap_or("").to_ascii_lowercase();
    // RFC 6430, RFC 6591, RFC 5965 §7.3: nobody complains there. What is unknown counts as `other`.
    if matches!(kind.as_str(), "not-spam" | "auth-failure" | "virus") {
        return None;
    }
    let (letter, whom) = match proven(mail, Class::Complaint, returned, keys) {
        Some(sent) => (sent.letter, Whom::Place(sent.place)),
        None => {
            let (letter, _) = keys.read(&mail.reported_message_id)?;
            let named = field(&mail.feedback, "original-rcpt-to").and_then(bracketless);
            (letter, named.map_or(Whom::Only, Whom::Named))
        }
    };
    let words = if kind.is_empty() { "called it spam".to_owned() } else { format!("called it {}", unfolded(&kind)) };
    Some(Reported { letter, whom, fate: Fate::Complained, status: String::new(), words })
}

/// RFC 5965 §3.2: Original-Mail-From is the envelope sender of what is complained about.
fn original_sender(mail: &Mail, keys: &ReplyKeys) -> Option<Sent> {
    let address = field(&mail.feedback, "original-mail-from").and_then(bracketless)?;
    keys.verp().read(&address)
}

fn bracketless(value: &str) -> Option<Address> {
    Address::parse(value.trim_matches(['<', '>', ' '])).ok()
}

/// The first value of a field, without what is folded below it. RFC 5965 §3.
fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let values = fields.lines().filter_map(|line| line.split_once(':'));
    let mut named = values.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    named.next().map(|(_, value)| value.trim())
}

/// A recipient of a report.
struct Told<T>(T);

impl<T: std::borrow::Borrow<BouncedRecipient>> Told<T> {
    fn reported(&self, letter: LetterId, whom: Whom, fate: Fate) -> Reported {
        let one = self.0.borrow();
        let words = match (one.diagnostic.is_empty(), one.status.is_empty()) {
            (false, _) => unfolded(&one.diagnostic),
            (true, false) => unfolded(&one.status),
            (true, true) => "no reason given".to_owned(),
        };
        Reported { letter, whom, fate, status: telling(one), words }
    }
}

/// A report's words, which were cut into lines, in one.
fn unfolded(words: &str) -> String {
    one_line(words).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "reported_tests.rs"]
mod tests;
