//! What somebody may do, and where: roles for addresses, and the verbs that need them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Address;

/// What a person is. Each may what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and answers.
    Agent,
    /// Sets up too, and says who works here.
    Admin,
}

impl Role {
    /// All, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Agent, Self::Admin];

    /// Its word in commands, pages and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Agent => "agent",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What is done, as far as rights tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Looks at conversations, mails, letters, attachments.
    Read,
    /// Replies, notes, assigns, tags, closes: all that is done with a conversation and can be done otherwise later.
    Answer,
    /// Looks at held mail and says where it belongs.
    Release,
    /// Takes words away for good: redacts, blocks, suppresses.
    Redact,
    /// Writes what the AI answers from.
    Teach,
    /// Sets up addresses, domains, tools, people, keys and webhooks.
    Manage,
}

impl Verb {
    /// All.
    pub const ALL: [Self; 6] = [Self::Read, Self::Answer, Self::Release, Self::Redact, Self::Teach, Self::Manage];

    /// The least role that may.
    pub fn needs(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Answer | Self::Release => Role::Agent,
            Self::Redact | Self::Teach | Self::Manage => Role::Admin,
        }
    }
}

/// The roles of one person or key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Grants {
    /// At every address, also of later ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everywhere: Option<Role>,
    /// At these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Role>)]
    pub at: BTreeMap<Address, Role>,
}

impl Grants {
    /// One role at every address.
    pub fn everywhere(role: Role) -> Self {
        Self { everywhere: Some(role), at: BTreeMap::new() }
    }

    /// One role at one address.
    pub fn at(address: Address, role: Role) -> Self {
        Self { everywhere: None, at: BTreeMap::from([(address, role)]) }
    }

    /// The role at an address; with none, at every address.
    pub fn role(&self, at: Option<&Address>) -> Option<Role> {
        self.everywhere.max(at.and_then(|address| self.at.get(address).copied()))
    }

    /// Whether they allow a verb at an address; with none, at every address.
    pub fn allow(&self, verb: Verb, at: Option<&Address>) -> bool {
        self.role(at).is_some_and(|role| role >= verb.needs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn a_role_counts_where_it_was_given_and_the_higher_one_wins() {
        let (sales, help) = (address("sales@acme.example"), address("help@acme.example"));
        let here = Grants { everywhere: Some(Role::Viewer), at: BTreeMap::from([(sales.clone(), Role::Agent)]) };
        assert!(here.allow(Verb::Answer, Some(&sales)));
        assert!(!here.allow(Verb::Answer, Some(&help)));
        assert!(here.allow(Verb::Read, Some(&help)));
        assert!(!here.allow(Verb::Answer, None), "one address is not every address");
        assert!(!here.allow(Verb::Manage, Some(&sales)));
        assert!(Verb::ALL.into_iter().all(|verb| !Grants::default().allow(verb, Some(&sales))));
        assert!(Verb::ALL.into_iter().all(|verb| Grants::everywhere(Role::Admin).allow(verb, None)));
    }

    #[test]
    fn an_address_counts_however_it_is_written() {
        let grants = Grants::at(address("Sales@ACME.example"), Role::Agent);
        assert!(grants.allow(Verb::Answer, Some(&address("sales@acme.example"))));
    }
}
