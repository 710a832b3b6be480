//! What a mail is about, as far as an address has rules for it, and what follows.
//!
//! Looked at for every mail before anybody thinks. By words always; by a [`Classifier`] too where there is one. A topic is
//! denied when either says so, and allowed when the classifier says so, or the words where there is none.

mod matching;

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

use self::matching::{Mailed, Phrases};
use super::{desk::Case, handoff::Reason, notes::Notes, questions};
use crate::{
    config::{SupportAddress, Topic, TopicRule},
    types::{HandOffCode, head},
};

/// Octets that a classifier is shown.
const TEXT_OCTETS_MAX: usize = 8 * 1024;

/// Says which topics a text is about: a model behind a seam.
///
/// What it says is checked: anything that is not one of the names it was given counts as trouble.
pub trait Classifier: Send + Sync + 'static {
    /// The names, out of `asked.topics`, of everything that `asked.text` is about; none when it is about none. What it costs is noted.
    ///
    /// # Errors
    /// Any trouble, in words.
    fn classify(&self, asked: Arc<Asked>, notes: Arc<Notes>) -> Classifying;
}

/// A classification on its way.
pub type Classifying = Pin<Box<dyn Future<Output = Result<Vec<String>, String>> + Send>>;

/// What a classifier is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Names and examples.
    pub topics: Vec<Topic>,
    /// Title and new text of the mails, untrusted.
    pub text: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The AI may think about it; the topic, where the address has rules that name it.
    Open(Option<String>),
    /// People get it.
    Closed(Reason),
}

/// The topics of every address, ready to be looked for. Cheap to clone.
#[derive(Clone, Default)]
pub struct Topics {
    of: Arc<HashMap<String, Rules>>,
    classifier: Option<Arc<dyn Classifier>>,
}

impl std::fmt::Debug for Topics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topics").field("addresses", &self.of.len()).finish_non_exhaustive()
    }
}

struct Rules {
    topics: Vec<Topic>,
    phrases: Vec<Phrases>,
}

impl Topics {
    /// The topics of these addresses, looked for by words alone.
    pub fn new(addresses: &[SupportAddress]) -> Self {
        let rules = |address: &SupportAddress| Rules {
            topics: address.topics.clone(),
            phrases: address.topics.iter().map(Phrases::of).collect(),
        };
        let ruled = addresses.iter().filter(|address| !address.topics.is_empty());
        Self { of: Arc::new(ruled.map(|one| (one.address.key(), rules(one))).collect()), classifier: None }
    }

    /// The same, and `classifier` is asked as well.
    #[must_use]
    pub fn with_classifier(self, classifier: Arc<dyn Classifier>) -> Self {
        Self { classifier: Some(classifier), ..self }
    }

    /// Looks at what is to be answered in a case: its new words, and its title while that is new.
    pub async fn look(&self, case: &Case, title: &str, text: &str, notes: &Arc<Notes>) -> Found {
        let Some(rules) = self.of.get(&case.row.address.key()) else { return Found::Open(None) };
        let mailed = Mailed::of(title, text);
        // Words are looked at whatever a model says: it may have been talked into something by the mail.
        if let Some(topic) = rules.ruled(TopicRule::Deny).find(|(_, phrases)| mailed.is_about(phrases)) {
            return denied(topic.0);
        }
        let Some(classifier) = &self.classifier else { return rules.by_words(&mailed, title, text) };
        let text = head(&format!("{title}\n\n{text}"), TEXT_OCTETS_MAX).to_owned();
        let asked = Arc::new(Asked { topics: rules.topics.clone(), text });
        // A task of its own: a panic there is no panic here.
        match tokio::spawn(classifier.classify(asked, Arc::clone(notes))).await {
            Ok(Ok(names)) => rules.by_names(&names),
            Ok(Err(words)) => not_classified(&words),
            Err(_) => not_classified("the model broke"),
        }
    }
}

impl Rules {
    fn ruled(&self, rule: TopicRule) -> impl Iterator<Item = (&Topic, &Phrases)> {
        self.topics.iter().zip(&self.phrases).filter(move |(topic, _)| topic.rule == rule)
    }

    fn has_allowed(&self) -> bool {
        self.topics.iter().any(|topic| topic.rule == TopicRule::Allow)
    }

    /// Every question must be about something that is allowed: one outside is enough for people.
    fn by_words(&self, mailed: &Mailed, title: &str, text: &str) -> Found {
        if !self.has_allowed() {
            return Found::Open(None);
        }
        // More questions than are looked at cannot all be allowed.
        let Some(questions) = questions::questions(text, title) else { return outside() };
        let asked: Vec<Mailed> = questions.iter().map(|question| Mailed::of("", &question.text)).collect();
        let asked = if asked.is_empty() { std::slice::from_ref(mailed) } else { &asked[..] };
        let about = |one: &Mailed| self.ruled(TopicRule::Allow).find(|(_, phrases)| one.is_about(phrases));
        match asked.iter().map(about).collect::<Option<Vec<_>>>() {
            Some(found) => Found::Open(found.first().map(|(topic, _)| topic.name.clone())),
            None => outside(),
        }
    }

    fn by_names(&self, names: &[String]) -> Found {
        let known = |name: &String| self.topics.iter().find(|topic| topic.name == name.trim());
        let Some(found) = names.iter().map(known).collect::<Option<Vec<&Topic>>>() else {
            return not_classified("the model named a topic that there is not");
        };
        if let Some(topic) = found.iter().find(|topic| topic.rule == TopicRule::Deny) {
            return denied(topic);
        }
        match found.first() {
            None if self.has_allowed() => outside(),
            first => Found::Open(first.map(|topic| topic.name.clone())),
        }
    }
}

fn denied(topic: &Topic) -> Found {
    let words = format!("the mail is about “{}”, which the AI does not answer", topic.name);
    Found::Closed(Reason { topic: Some(topic.name.clone()), ..Reason::new(HandOffCode::ForbiddenTopic, words) })
}

fn outside() -> Found {
    let words = "the mail is about none of the topics that the AI may answer";
    Found::Closed(Reason::new(HandOffCode::OutsideTopics, words))
}

fn not_classified(trouble: &str) -> Found {
    let words = format!("the mail could not be classified: {trouble}");
    Found::Closed(Reason::new(HandOffCode::NotClassified, words))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
