//! Answers from the company's own knowledge: claim, think, judge, and send or hand over.
//!
//! It cannot reach a mail socket. Whoever thinks is assumed to obey the mail's writer; what may leave is decided in
//! [`autopilot`], outside of it.

pub mod answer;
pub mod answerer;
mod attempt;
pub mod autopilot;
pub mod brakes;
pub mod budgets;
pub mod chat;
pub mod code_request;
mod courtesy;
pub mod desk;
pub mod handoff;
pub mod knowledge;
mod light_words;
pub mod masks;
mod mind;
pub mod model;
pub mod notes;
pub mod output;
pub mod prompts;
mod questions;
pub mod rehearsal;
pub mod run;
mod store_desk;
pub mod tools;
pub mod topics;
pub mod wants_person;
pub mod words;

#[cfg(test)]
mod samples;

pub use answerer::BuiltIn;
pub use desk::{Case, CaseLetter, CaseMail, Desk, DeskError, Raising, Sending};
pub use handoff::Reason;
pub use knowledge::{Knowledge, KnowledgeError, Passage};
pub use model::{Answerer, Thought};
pub use notes::{ModelCall, Noted, Notes, ToolCall};
pub use output::Secrets;
pub use run::Autopilot;
pub use store_desk::StoreDesk;
pub use topics::{Classifier, Topics};
#[cfg(test)]
mod adversary_tests;
#[cfg(test)]
mod bursts_tests;
#[cfg(test)]
mod house_tests;
#[cfg(test)]
mod loop_world_tests;
