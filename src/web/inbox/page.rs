//! What every page has around it: who looks, the views with their counts, and what was just done.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::super::{api::Office, finding, problem::Problem, visitor::Visitor};
use crate::{people::Reach, types::Verb};

/// A link of the menu.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: &'static str,
    pub(super) href: String,
    /// The key behind `g`; empty without.
    pub(super) key: &'static str,
    /// How many there are; empty where nobody counts.
    pub(super) count: String,
    pub(super) current: bool,
}

/// The frame of a page.
#[derive(Debug)]
pub(super) struct Page {
    /// Who looks; empty on the control socket.
    pub(super) me: String,
    /// What forms carry.
    pub(super) csrf: String,
    pub(super) views: Vec<Link>,
    /// Where the house is set up, for those who may.
    pub(super) house: Vec<Link>,
    /// What stands in the search field.
    pub(super) sought: String,
    /// What was just done, in words.
    pub(super) said: String,
}

/// What a page says that was just done: a word of ours in the address, never words of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn words(&self) -> &'static str {
        let known = DONE.iter().find(|(word, _)| *word == self.done);
        known.map_or("", |(_, words)| words)
    }
}

const DONE: [(&str, &str); 22] = [
    ("sent", "Your reply leaves in a moment. You can take it back until then."),
    ("noted", "The note is kept. Only people here see it."),
    ("resolved", "Resolved."),
    ("unresolved", "Closed without a solution."),
    ("open", "Open again."),
    ("taken", "It is yours now. The AI is silent in it."),
    ("assigned", "Assigned."),
    ("ai", "The AI has it again."),
    ("tagged", "The tags are changed."),
    ("discarded", "Thrown away."),
    ("rewrite", "The AI writes another draft."),
    ("recalled", "Taken back before it left. Its words are in the reply again."),
    ("retried", "It is tried again."),
    ("dropped", "It is not sent any more."),
    ("released", "Released: it is in this conversation now."),
    ("merged", "They are one conversation now."),
    ("split", "Split: this is the new conversation."),
    ("snoozed", "Asleep until then, or until the customer writes."),
    ("blocked", "Blocked. Their mail is kept, and opens nothing."),
    ("redacted", "Redacted, for good."),
    ("allowed", "The call is made once."),
    ("saved", "Saved."),
];

/// The views, in the order of the menu: word in the address, name, key.
pub(super) const VIEWS: [(&str, &str, &str); 9] = [
    ("mine", "Mine", "m"),
    ("unassigned", "Unassigned", "u"),
    ("ai", "AI", "a"),
    ("drafts", "Drafts to approve", "d"),
    ("failed", "Failed sends", "f"),
    ("snoozed", "Asleep", "s"),
    ("open", "All open", "o"),
    ("closed", "Closed", "c"),
    ("all", "Everything", ""),
];

impl Page {
    /// The frame for this visitor; `current` is the view or the address of the page.
    pub(super) fn new(office: &Office, visitor: &Visitor, current: &str) -> Result<Self, Problem> {
        let mut views: Vec<Link> = Vec::new();
        for (word, name, key) in VIEWS {
            let count = super::list::count(office, visitor, word)?;
            views.push(Link { name, href: format!("/inbox?view={word}"), key, count, current: word == current });
        }
        if visitor.actor.reach(Verb::Release) != Reach::Only(BTreeSet::new()) {
            let held = held(office, visitor)?;
            let count = if held == 0 { String::new() } else { held.to_string() };
            views.push(Link { name: "Held", href: "/held".into(), key: "h", count, current: current == "/held" });
        }
        let manages = visitor.actor.may(Verb::Manage, None);
        let house = HOUSE.iter().filter(|(_, _, verb)| match verb {
            Verb::Manage => manages,
            verb => visitor.actor.may(*verb, None),
        });
        let house = house.map(|(href, name, _)| Link {
            name,
            href: (*href).to_owned(),
            key: "",
            count: String::new(),
            current: *href == current,
        });
        Ok(Self {
            me: visitor.actor.name().unwrap_or_default().to_owned(),
            csrf: visitor.csrf.clone().unwrap_or_default(),
            house: house.collect(),
            views,
            sought: String::new(),
            said: String::new(),
        })
    }

    /// With what was just done.
    pub(super) fn after(self, done: &Done) -> Self {
        Self { said: done.words().to_owned(), ..self }
    }
}

/// How many mails are held where they may release them: for who may everywhere the books know it.
fn held(office: &Office, visitor: &Visitor) -> Result<u64, Problem> {
    if visitor.actor.may(Verb::Release, None) {
        return Ok(office.store.counts()?.held);
    }
    Ok(finding::held(office, visitor)?.len() as u64)
}

/// Pages about the house, and who may look at them.
const HOUSE: [(&str, &str, Verb); 7] = [
    ("/queue", "Leaving", Verb::Answer),
    ("/canned", "Canned replies", Verb::Answer),
    ("/knowledge", "Knowledge", Verb::Read),
    ("/setup", "Set-up", Verb::Manage),
    ("/people", "People", Verb::Manage),
    ("/keys", "API keys", Verb::Manage),
    ("/webhooks", "Webhooks", Verb::Manage),
];
