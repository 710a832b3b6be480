//! What a tool is told of a case: by us, never by the model.

use crate::{
    agent::{desk::Case, knowledge::Reader},
    config::Fact,
    types::{Address, ConversationId, Level, Number},
};

/// For whom a tool is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who wrote.
    pub contact: Address,
    /// Their display name. They choose it themselves.
    pub contact_name: String,
    /// Which conversation.
    pub conversation: ConversationId,
    /// The number people see.
    pub number: Number,
    /// The support address.
    pub address: Address,
    /// What the mails to answer proved, the least of them: each has a part in what the model does.
    pub level: Level,
    /// Of the conversation, when it was read.
    pub generation: u64,
    /// Who reads the answer, as far as they proved who they are.
    pub reader: Reader,
}

impl Facts {
    /// Those of a case.
    pub fn of(case: &Case) -> Self {
        Self {
            contact: case.row.contact.clone(),
            contact_name: case.row.contact_name.clone(),
            conversation: case.row.id,
            number: case.row.number,
            address: case.row.address.clone(),
            level: level(case),
            generation: case.row.generation,
            reader: Reader::of(case),
        }
    }

    /// Those of nobody, for looking at a tool: at that level, in no conversation.
    pub fn of_nobody(contact: Address, address: Address, level: Level) -> Self {
        let (conversation, number) = (ConversationId(0), Number(0));
        let (contact_name, reader) = (String::new(), Reader::default());
        Self { contact, contact_name, conversation, number, address, level, generation: 0, reader }
    }

    /// One of them as a text.
    pub(super) fn text(&self, fact: Fact) -> String {
        match fact {
            Fact::ContactAddress => self.contact.to_string(),
            Fact::ContactName => self.contact_name.clone(),
            Fact::ConversationId => self.conversation.to_string(),
            Fact::ConversationNumber => self.number.to_string(),
            Fact::Address => self.address.to_string(),
        }
    }
}

fn level(case: &Case) -> Level {
    let mails = case.unanswered().chain(case.newest());
    mails.map(|mail| case.level_of(mail)).min().unwrap_or(Level::Forged)
}
