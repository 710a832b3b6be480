//! The senders: providers that hand over mails and remember what was said to each.

use std::net::SocketAddr;

use crate::support::{
    daemon::QUESTION,
    mails::{self, Chance},
    smtp::{Client, queued_as},
};

pub(crate) const SUPPORT: &str = "support@acme.example";
pub(crate) const BILLING: &str = "billing@acme.example";

/// What every marker begins with.
const MARKER: &str = "crash-";

/// Where a mail has to turn up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Goes {
    /// A conversation, one for each recipient.
    Filed,
    /// The conversation of this number.
    Joins(String),
    /// The held list: its From is a lie.
    Held,
}

/// A conversation as its customer knows it: from the answer's subject.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) number: String,
    pub(crate) customer: String,
}

/// A mail, and what its sender knows of it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// Stands in the subject.
    pub(crate) marker: String,
    pub(crate) from: String,
    pub(crate) to: Vec<&'static str>,
    pub(crate) body: Vec<u8>,
    pub(crate) goes: Goes,
    /// By BDAT rather than DATA.
    chunks: bool,
    /// The queue id that was said with 250.
    pub(crate) queued: Option<String>,
    /// Attempts.
    pub(crate) tries: u32,
}

impl Sent {
    fn compose(chance: &mut Chance, known: &[Known], name: &str, count: u32) -> Self {
        let marker = format!("{MARKER}{name}-{count}-{:08x}", chance.bits() as u32);
        let customer = format!("{marker}@customer.example");
        let id = format!("{marker}@mail.customer.example");
        let text = match chance.below(100) {
            0..55 => format!("{QUESTION}\r\n"),
            55..75 => mails::filler(chance, 1_000),
            75..94 => mails::filler(chance, 5_000),
            _ => mails::filler(chance, 300_000),
        };
        let (mut from, mut to, mut goes, mut subject) = (customer, vec![SUPPORT], Goes::Filed, marker.clone());
        match chance.below(100) {
            0..20 if !known.is_empty() => {
                let known = &known[chance.below(known.len() as u64) as usize];
                from = known.customer.clone();
                subject = format!("Re: [{}] {marker}", known.number);
                goes = Goes::Joins(known.number.clone());
            }
            20..30 => to = vec![BILLING],
            30..40 => to = vec![SUPPORT, BILLING],
            40..45 => (from, goes) = (format!("{marker}@strict.example"), Goes::Held),
            _ => {}
        }
        let body = mails::mail(&from, to[0], &id, &subject, "", &text);
        Self { marker, from, to, body, goes, chunks: chance.percent(25), queued: None, tries: 0 }
    }

    /// Hands it over; whether the connection can take another.
    fn send(&mut self, client: &mut Client) -> bool {
        self.tries += 1;
        let reply = match self.chunks {
            true => client.mail_in_chunks(&self.from, &self.to, &self.body),
            false => client.mail(&self.from, &self.to, &self.body),
        };
        let Ok(reply) = reply else { return false };
        self.queued = queued_as(&reply);
        assert!(self.queued.is_some() || reply.starts_with('4'), "{} was refused for good: {reply}", self.marker);
        !reply.starts_with("421")
    }
}

/// The marker in a subject.
pub(crate) fn marker_in(subject: &str) -> Option<&str> {
    subject.split(' ').find(|word| word.starts_with(MARKER))
}

/// Sends what waits from before, then new mails, several a connection, until nobody takes connections any more.
pub(crate) fn send_until_the_end(
    address: SocketAddr,
    mut chance: Chance,
    mut again: Vec<Sent>,
    known: &[Known],
    name: &str,
) -> Vec<Sent> {
    let (mut sent, mut count) = (Vec::new(), 0);
    while let Ok(mut client) = Client::greeted(address) {
        for _ in 0..=chance.below(5) {
            let mut mail = again.pop().unwrap_or_else(|| {
                count += 1;
                Sent::compose(&mut chance, known, name, count)
            });
            let goes_on = mail.send(&mut client);
            sent.push(mail);
            if !goes_on {
                break;
            }
        }
    }
    sent.extend(again);
    sent
}
