//! Rehearsal: past mail, read again by today's knowledge and rules, in shadow. Nothing is kept, nothing leaves.
//!
//! Each time a person once answered a customer is an *exchange*: the mails as they stood then go to whoever thinks, what comes back
//! goes through the same judge as any answer, and what would have been said is held against what the person really wrote.
//!
//! What is taken for granted, for nobody can know it afterwards: that each mail proved its sender, that no brake held, and that
//! Autopilot was on. The comparison counts words ([`agreement`]); it finds topics to look at, and does not replace reading.

pub mod agreement;
pub mod past;
pub mod tables;

use std::sync::Arc;

use self::{agreement::Likeness, past::Exchange};
use super::{
    autopilot::{self, Decision},
    brakes,
    handoff::Reason,
    mind::Mind,
    model::{Answerer, Thought},
    notes::Notes,
    output::Fence,
    topics::Topics,
};
use crate::{
    config::Agent,
    types::{Clock, HandOffCode},
};

/// How one exchange would have gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsed {
    /// What it is about: the `[[address.topic]]` where one was found, else the page that speaks most of it, or [`NO_PAGE`].
    pub topic: String,
    /// Why people would have got it; `None` when it would have been answered.
    pub silence: Option<String>,
    /// Whether that is because its topic is closed. The proposal then is what would have been said were it open.
    pub closed: bool,
    /// What was proposed, also where too little supported it.
    pub proposal: Option<Proposal>,
}

/// The topic of what no page speaks of.
pub const NO_PAGE: &str = "(no page)";

/// What would have been said.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Markdown.
    pub markdown: String,
    /// How strongly the pages support it, 0 to 100.
    pub support_percent: u32,
    /// Against what a person wrote.
    pub likeness: Likeness,
}

/// Plays exchanges.
pub struct Rehearsal {
    mind: Mind,
    settings: Agent,
    support_min_percent: u32,
    clock: Clock,
}

impl Rehearsal {
    /// `answerer` should propose whatever it finds, however little supports it: the threshold `support_min_percent` is applied
    /// here, so that the curve also shows what lies below it.
    pub fn new(answerer: Arc<dyn Answerer>, settings: &Agent, support_min_percent: u32, clock: Clock) -> Self {
        let settings = Agent { brakes: brakes::released(), ..settings.clone() };
        Self { mind: Mind::new(answerer), settings, support_min_percent, clock }
    }

    /// The same, with what addresses say of topics.
    #[must_use]
    pub fn with_topics(self, topics: Topics) -> Self {
        Self { mind: Mind { topics, ..self.mind }, ..self }
    }

    /// One exchange. Trouble is a silence with its reason, as it would have been.
    pub async fn play(&self, exchange: Exchange) -> Rehearsed {
        let (case, notes) = (Arc::new(exchange.case), Arc::new(Notes::unkept()));
        let (topic, closed) = match self.mind.gate(&case, &notes).await {
            Ok(topic) => (topic, None),
            // Whether to open a topic is asked: what would be said is worth to know.
            Err(reason) if is_of_a_topic(reason.code) => (reason.topic, Some(reason.words)),
            Err(Reason { topic, words, .. }) => {
                let topic = topic.unwrap_or_else(|| NO_PAGE.to_owned());
                return Rehearsed { topic, silence: Some(words), closed: false, proposal: None };
            }
        };
        let thought = self.mind.think(&case, &notes).await;
        let (support_percent, page) = match &thought {
            Thought::Answer(answer) => (answer.support_percent, page(&answer.sources())),
            Thought::HandOff { .. } | Thought::AskCode => (0, NO_PAGE.to_owned()),
        };
        let (silence, proposal) =
            match autopilot::judge(&case, &self.settings, &Fence::default(), thought, self.clock.now()) {
                Decision::Send { markdown, .. } => {
                    let likeness = Likeness::of(&markdown, &exchange.answered);
                    (self.too_little(support_percent), Some(Proposal { markdown, support_percent, likeness }))
                }
                Decision::HandOff { reason: Reason { words, .. }, .. } | Decision::Draft { reason: words, .. } => {
                    (Some(words), None)
                }
                Decision::AskCode { .. } => (Some("the customer would be asked for a one-time code".to_owned()), None),
            };
        // What little supports stays with people were its topic open, too.
        let is_closed = closed.is_some() && silence.is_none();
        Rehearsed { topic: topic.unwrap_or(page), silence: silence.or(closed), closed: is_closed, proposal }
    }

    fn too_little(&self, support_percent: u32) -> Option<String> {
        let needed = self.support_min_percent;
        (support_percent < needed).then(|| format!("supported by {support_percent} % only, and {needed} % are needed"))
    }
}

fn is_of_a_topic(code: HandOffCode) -> bool {
    matches!(code, HandOffCode::ForbiddenTopic | HandOffCode::OutsideTopics)
}

/// The page behind the first source: `shipping.md: Shipping › Austria` is about `shipping.md`.
fn page(sources: &[String]) -> String {
    let first = sources.first().and_then(|source| source.split(": ").next());
    first.unwrap_or(NO_PAGE).to_owned()
}

#[cfg(test)]
mod tests;
