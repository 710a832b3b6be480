//! The machines of the loop world, and how their marks are lost on the way.

use crate::{
    agent::samples::address,
    mime,
    types::{Address, Chance},
};

/// A word of letters that stands for a number.
pub(super) fn word(number: u64) -> String {
    let mut rest = number;
    let mut word = String::new();
    loop {
        word.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
        if rest == 0 {
            return word;
        }
    }
}

/// One mail on its way.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    pub(super) raw: Vec<u8>,
    pub(super) envelope_from: Option<Address>,
}

/// Header fields that give a machine, or the conversation, away.
const MARKS: [&str; 9] = [
    "Auto-Submitted:",
    "X-Auto-Response-Suppress:",
    "X-Autoreply:",
    "X-Replyd-Letter:",
    "Precedence:",
    "List-Id:",
    "List-Unsubscribe:",
    "In-Reply-To:",
    "References:",
];

impl Mail {
    /// A letter of another replyd, as it left.
    pub(super) fn letter(raw: Vec<u8>, house: &str) -> Self {
        Self { raw, envelope_from: Some(address(&format!("support@{house}"))) }
    }

    /// A question that somebody wrote in another's name.
    pub(super) fn request(from: &str, n: u64) -> Self {
        let text = format!("BUY NOW {}, and how long does shipping take?", word(n));
        written(from, "a.example", &format!("BUY NOW {n}"), &format!("{n}@forger.example"), "", &text)
    }

    /// Half of the mails lose every mark, the others each mark half of the time; so too the number in the subject and the
    /// Message-ID.
    pub(super) fn lose_marks(&mut self, chance: &mut Chance) {
        let share = if chance.percent(50) { 100 } else { 50 };
        let text = String::from_utf8_lossy(&self.raw).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return };
        let mut kept: Vec<String> = Vec::new();
        let mut dropping = false;
        for line in head.split("\r\n") {
            // A folded line goes with its field.
            if !line.starts_with([' ', '\t']) {
                dropping = MARKS.iter().any(|mark| line.starts_with(mark)) && chance.percent(share);
            }
            if dropping {
                continue;
            }
            let mut line = line.to_owned();
            if line.starts_with("Message-ID:") && chance.percent(50) {
                line = format!("Message-ID: <{}@hop.example>", word(chance.bits()));
            }
            if line.starts_with("Subject:") && chance.percent(50) {
                line = line.split(" [").next().unwrap_or_default().to_owned();
            }
            kept.push(line);
        }
        // Two copies would be known by their ids and texts; each pass through a machine is a mail of its own.
        kept.push(format!("X-Hop: {}", word(chance.bits())));
        if self.envelope_from.is_none() && chance.percent(50) {
            self.envelope_from = Some(address("bounces@hop.example"));
        }
        self.raw = format!("{}\r\n\r\n{body}", kept.join("\r\n")).into_bytes();
    }
}

/// A machine that answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Peer {
    /// Tells everybody that its owner is away, every time.
    Vacation,
    /// Sends what it gets to its members, of which we are one.
    List,
    /// Says that what it got could not be delivered.
    Daemon,
    /// Another replyd, or ourselves.
    Replyd,
}

pub(super) const PEERS: [Peer; 4] = [Peer::Vacation, Peer::List, Peer::Daemon, Peer::Replyd];

/// How many of a hundred texts were written before.
pub(super) const REPEATED: u64 = 15;

/// People of each kind: few, so that the brakes by sender have work.
const PEOPLE: u64 = 200;

impl Peer {
    pub(super) fn domain(self) -> &'static str {
        match self {
            Self::Vacation => "vacation.example",
            Self::List => "list.example",
            Self::Daemon => "daemon.example",
            Self::Replyd => "b.example",
        }
    }

    /// Somebody there asks something, by hand.
    pub(super) fn first_mail(self, to: &str, chance: &mut Chance) -> Mail {
        let from = match self {
            Self::Replyd => "support@b.example".to_owned(),
            _ => format!("person-{}@{}", chance.below(PEOPLE), self.domain()),
        };
        let id = format!("{}@{}", word(chance.bits()), self.domain());
        let question = format!("How long does shipping take? My order is {}.", word(chance.bits()));
        written(&from, to, "Shipping", &id, "", &question)
    }

    /// What it makes of a letter of ours that was written to `to`.
    pub(super) fn answer(self, letter: &[u8], to: &Address, house: &str, chance: &mut Chance) -> Mail {
        let read = mime::parse(letter);
        let id = format!("{}@{}", word(chance.bits()), self.domain());
        let parent = &read.message_id;
        let thread = format!("In-Reply-To: <{parent}>\r\nReferences: <{parent}>\r\n");
        let tail = if chance.percent(REPEATED) { String::new() } else { format!(" {}.", word(chance.bits())) };
        let marked = chance.percent(50);
        match self {
            Self::Vacation => {
                let subject = if marked { format!("Automatic reply: {}", read.subject) } else { read.subject.clone() };
                let marks = "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nPrecedence: bulk\r\n";
                let text = format!("I am away and will answer when I am back.{tail}");
                written(&to.to_string(), house, &subject, &id, &format!("{thread}{marks}"), &text)
            }
            Self::Daemon => {
                let from = if marked { "MAILER-DAEMON@daemon.example".to_owned() } else { to.to_string() };
                let subject = if marked { "Undelivered Mail Returned to Sender" } else { &read.subject };
                let marks = format!("{thread}Auto-Submitted: auto-replied\r\n");
                let text = format!("Your mail did not reach its recipient.{tail}");
                let mail = written(&from, house, subject, &id, &marks, &text);
                Mail { envelope_from: None, ..mail }
            }
            Self::List | Self::Replyd => {
                let marks = "List-Id: <people.list.example>\r\nList-Unsubscribe: <mailto:off@list.example>\r\n\
                             Precedence: list\r\n";
                let mut text = format!("{marks}{}", String::from_utf8_lossy(letter));
                if marked {
                    // As lists do for strict senders: the list itself is the author.
                    let from = text.lines().find(|line| line.starts_with("From:")).unwrap_or_default().to_owned();
                    text = text.replacen(&from, &format!("From: {to}"), 1);
                }
                Mail { raw: text.into_bytes(), envelope_from: Some(address("people-bounces@list.example")) }
            }
        }
    }
}

fn written(from: &str, house: &str, subject: &str, id: &str, extra: &str, text: &str) -> Mail {
    let raw = format!(
        "From: {from}\r\nTo: support@{house}\r\nSubject: {subject}\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\
         Message-ID: <{id}>\r\n{extra}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    );
    Mail { raw: raw.into_bytes(), envelope_from: Address::parse(from).ok() }
}
