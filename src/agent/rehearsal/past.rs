//! Past mail as exchanges: messages of a mailbox put into conversations, and each conversation cut where a person answered. Pure.

use std::collections::HashMap;

use crate::{
    agent::{
        brakes::Sent,
        budgets::Spendings,
        desk::{Case, CaseMail},
        questions::bare_title,
    },
    config::{Autopilot, SupportAddress},
    conversation::{Class, Classified, MailSummary, without_codes},
    mime::Hidden,
    store::{ConversationRow, Filed, MailRow, Place, RawRef},
    types::{Address, ConversationId, Envelope, Level, MailId, Millis, Number, Verdicts},
};

/// One message of the past.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who wrote it.
    pub by: By,
    /// When, as its Date claims or as it was kept.
    pub at: Millis,
    /// From.
    pub from: Address,
    /// Its display name.
    pub from_name: String,
    /// To and Cc.
    pub to: Vec<Address>,
    /// Decoded.
    pub subject: String,
    /// Message-ID without brackets; empty without.
    pub message_id: String,
    /// In-Reply-To and References, without brackets.
    pub refers_to: Vec<String>,
    /// What was written this time.
    pub new_text: String,
    /// What was quoted.
    pub quoted_text: String,
    /// What a reader would not have seen (S-23).
    pub hidden: Hidden,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A person who is no colleague.
    Customer,
    /// A colleague.
    Person,
    /// The AI: answered, but nothing to compare with.
    Ai,
}

/// A customer's mails, and what a person answered to them.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// As it stood when the person answered.
    pub case: Case,
    /// What the person wrote.
    pub answered: String,
}

/// Puts messages of a mailbox into conversations, oldest first in each: by what they refer to, else by title and customer.
pub fn conversations(mut messages: Vec<Message>) -> Vec<Vec<Message>> {
    messages.sort_by_key(|message| message.at);
    let mut all: Vec<Vec<Message>> = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    let mut by_title: HashMap<(String, String), usize> = HashMap::new();
    for message in messages {
        let customer = if message.by == By::Customer { Some(&message.from) } else { message.to.first() };
        let title = customer.map(|who| (who.key(), bare_title(&message.subject).to_lowercase()));
        let known = message.refers_to.iter().rev().find_map(|id| by_id.get(id)).copied();
        let known = known.or_else(|| title.as_ref().and_then(|title| by_title.get(title)).copied());
        let place = known.unwrap_or_else(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        if !message.message_id.is_empty() {
            by_id.insert(message.message_id.clone(), place);
        }
        if let Some(title) = title.filter(|(_, words)| !words.is_empty()) {
            by_title.insert(title, place);
        }
        all[place].push(message);
    }
    all
}

/// Cuts a conversation, oldest first, where a person answered.
pub fn exchanges(messages: &[Message], address: &SupportAddress) -> Vec<Exchange> {
    let mut found = Vec::new();
    let mut last_answer = None;
    for (place, message) in messages.iter().enumerate() {
        if message.by == By::Customer {
            continue;
        }
        let asked = messages[last_answer.map_or(0, |last| last + 1)..place].iter().any(|one| one.by == By::Customer);
        if message.by == By::Person && asked && !message.new_text.trim().is_empty() {
            found.extend(exchange(&messages[..place], last_answer, message, address));
        }
        last_answer = Some(place);
    }
    found
}

fn exchange(
    before: &[Message],
    last_answer: Option<usize>,
    answer: &Message,
    address: &SupportAddress,
) -> Option<Exchange> {
    let asked = before.iter().enumerate().filter(|(_, message)| message.by == By::Customer);
    let mut mails: Vec<CaseMail> = asked
        .map(|(place, message)| CaseMail {
            row: mail_row(place as u64 + 1, message, &address.address),
            new_text: without_codes(&message.new_text).into_owned(),
            quoted_text: without_codes(&message.quoted_text).into_owned(),
            hidden: message.hidden,
            answered: last_answer.is_some_and(|last| place < last),
        })
        .collect();
    mails.drain(..mails.len().saturating_sub(Case::MAILS_MAX));
    let (newest, first) = (mails.last()?, before.first()?);
    // Whoever is rehearsed may be off or only assist so far: that is what is to be found out.
    let address = SupportAddress { autopilot: Autopilot::On, ..address.clone() };
    let row = conversation_row(&newest.row, first, &address.address, answer.at);
    let case = Case {
        row,
        address: Some(address),
        mails,
        letters: Vec::new(),
        answers_in_a_row: 0,
        suppressed: None,
        sent: Sent::default(),
        spent: Spendings::default(),
        earlier: Vec::new(),
        read_at: answer.at,
    };
    Some(Exchange { case, answered: answer.new_text.clone() })
}

const HERE: ConversationId = ConversationId(1);

/// A mail that proved its sender: what it proved then cannot be found out any more.
fn mail_row(id: u64, message: &Message, address: &Address) -> MailRow {
    let level = Level::Authenticated;
    let place = Place::Conversation { id: HERE, joined_by: None, level, why: String::new() };
    MailRow {
        id: MailId(id),
        kept: message.at,
        envelope: Envelope {
            id: MailId(id),
            arrived: message.at,
            peer: [127, 0, 0, 1].into(),
            helo: String::new(),
            esmtp: true,
            tls: None,
            mail_from: Some(message.from.clone()),
            recipients: Vec::new(),
            smtputf8: false,
        },
        raw: RawRef { segment: 0, offset: 0, len: 0, blake3: String::new() },
        mail: MailSummary {
            from: Some(message.from.clone()),
            from_name: message.from_name.clone(),
            subject: without_codes(&message.subject).into_owned(),
            message_id: message.message_id.clone(),
            ..MailSummary::default()
        },
        verdicts: Verdicts { level, ..Verdicts::unchecked("a rehearsal takes it for granted") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        filings: vec![Filed { address: Some(address.clone()), place, keys: Vec::new() }],
    }
}

fn conversation_row(newest: &MailRow, first: &Message, address: &Address, now: Millis) -> ConversationRow {
    let contact = newest.envelope.mail_from.clone().unwrap_or_else(|| first.from.clone());
    ConversationRow {
        contact_name: newest.mail.from_name.clone(),
        title: without_codes(&first.subject).into_owned(),
        generation: 1,
        entries: 1,
        updated: now,
        last_mail: Some(newest.id),
        heard: 1,
        ..ConversationRow::beginning(HERE, Number(0), address.clone(), contact, Level::Authenticated, first.at)
    }
}
