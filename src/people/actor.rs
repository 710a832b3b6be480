//! Who does something, and whether they may: by (actor, address, verb), for pages, API and control socket alike (S-26).

use std::{collections::BTreeSet, sync::Arc};

use crate::types::{Address, Grants, Verb};

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Whoever may open the control socket: an administrator, for the file is the daemon's user's.
    Operator,
    /// A person who logged in.
    Person {
        /// Their login name, by which others know them.
        name: Arc<str>,
        /// Their roles now.
        grants: Arc<Grants>,
    },
    /// A program with an API key.
    Key {
        /// What its maker called it.
        name: Arc<str>,
        /// Its roles now.
        grants: Arc<Grants>,
        /// What of that it may: a key is mostly for one thing.
        verbs: Arc<BTreeSet<Verb>>,
    },
}

/// The addresses that somebody may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All.
    Everywhere,
    /// These; perhaps none.
    Only(BTreeSet<Address>),
}

impl Reach {
    /// Whether it holds that address.
    pub fn holds(&self, address: &Address) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Only(addresses) => addresses.contains(address),
        }
    }
}

impl Actor {
    /// Whether they may do that at an address; with none, at every address.
    pub fn may(&self, verb: Verb, at: Option<&Address>) -> bool {
        match self {
            Self::Operator => true,
            Self::Person { grants, .. } => grants.allow(verb, at),
            Self::Key { grants, verbs, .. } => verbs.contains(&verb) && grants.allow(verb, at),
        }
    }

    /// Where they may do that.
    pub fn reach(&self, verb: Verb) -> Reach {
        let grants = match self {
            Self::Operator => return Reach::Everywhere,
            Self::Key { verbs, .. } if !verbs.contains(&verb) => return Reach::Only(BTreeSet::new()),
            Self::Person { grants, .. } | Self::Key { grants, .. } => grants,
        };
        if grants.allow(verb, None) {
            return Reach::Everywhere;
        }
        let there = grants.at.keys().filter(|address| grants.allow(verb, Some(address)));
        Reach::Only(there.cloned().collect())
    }

    /// Under which name what they do is written down; `None` of the operator, who says it with each request.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Operator => None,
            Self::Person { name, .. } | Self::Key { name, .. } => Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Role;

    #[test]
    fn a_key_may_what_both_its_roles_and_its_verbs_allow() {
        let help = Address::parse("help@acme.example").unwrap();
        let other = Address::parse("sales@acme.example").unwrap();
        let key = Actor::Key {
            name: "report".into(),
            grants: Grants::at(help.clone(), Role::Agent).into(),
            verbs: BTreeSet::from([Verb::Read]).into(),
        };
        assert!(key.may(Verb::Read, Some(&help)));
        assert!(!key.may(Verb::Answer, Some(&help)), "its roles would, its verbs do not");
        assert!(!key.may(Verb::Read, Some(&other)) && !key.may(Verb::Read, None));
        assert_eq!(key.reach(Verb::Read), Reach::Only(BTreeSet::from([help])));
        assert_eq!(key.reach(Verb::Answer), Reach::Only(BTreeSet::new()));
    }

    #[test]
    fn a_person_reaches_where_they_have_a_role() {
        let help = Address::parse("help@acme.example").unwrap();
        let grants = Grants::at(help.clone(), Role::Viewer);
        let person = Actor::Person { name: "ada".into(), grants: grants.into() };
        assert_eq!(person.reach(Verb::Read), Reach::Only(BTreeSet::from([help])));
        assert_eq!(person.reach(Verb::Release), Reach::Only(BTreeSet::new()));
        assert_eq!(Actor::Operator.reach(Verb::Manage), Reach::Everywhere);
    }
}
