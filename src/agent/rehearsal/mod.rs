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
use crate::{config::Agent, types::Clock};

/// How one exchange would have gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsed {
    /// What it is about: the page that speaks most of it, or [`NO_PAGE`].
    pub topic: String,
    /// Why people would have got it; `None` when it would have been answered.
    pub silence: Option<String>,
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
        let case = Arc::new(exchange.case);
        let thought = self.mind.think_behind_the_gate(&case, &Arc::new(Notes::unkept())).await;
        let answer = match &thought {
            Thought::Answer(answer) => Some((answer.support_percent, topic(&answer.sources()))),
            Thought::HandOff { .. } => None,
        };
        match (autopilot::judge(&case, &self.settings, &Fence::default(), thought, self.clock.now()), answer) {
            (Decision::Send { markdown, .. }, Some((support_percent, topic))) => {
                let likeness = Likeness::of(&markdown, &exchange.answered);
                let needed = self.support_min_percent;
                let silence = (support_percent < needed)
                    .then(|| format!("supported by {support_percent} % only, and {needed} % are needed"));
                Rehearsed { topic, silence, proposal: Some(Proposal { markdown, support_percent, likeness }) }
            }
            (
                Decision::HandOff { reason: Reason { words: reason, .. }, .. } | Decision::Draft { reason, .. },
                answer,
            ) => {
                let topic = answer.map_or_else(|| NO_PAGE.to_owned(), |(_, topic)| topic);
                Rehearsed { topic, silence: Some(reason), proposal: None }
            }
            (Decision::Send { .. }, None) => {
                Rehearsed { topic: NO_PAGE.into(), silence: Some("nothing was proposed".into()), proposal: None }
            }
        }
    }
}

/// The page behind the first source: `shipping.md: Shipping › Austria` is about `shipping.md`.
fn topic(sources: &[String]) -> String {
    let first = sources.first().and_then(|source| source.split(": ").next());
    first.unwrap_or(NO_PAGE).to_owned()
}

#[cfg(test)]
mod tests;
