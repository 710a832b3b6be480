//! The seam between the house and whoever thinks: the built-in answerer, or a model behind the same trait.
//!
//! What comes back is a proposal. It may hold anything its author was talked into; `autopilot::judge` decides.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use super::{answer::Answer, desk::Case, handoff::Reason, notes::Notes};

/// What came of thinking.
#[derive(Debug, Clone, PartialEq)]
pub enum Thought {
    /// Something to say.
    Answer(Answer),
    /// Nothing to say before the customer has shown a one-time code.
    AskCode,
    /// Nothing to say; a person should look at it, for that reason.
    HandOff {
        /// Why.
        reason: Reason,
    },
}

impl Thought {
    /// A hand-off for that reason.
    pub fn hand_off(reason: impl Into<Reason>) -> Self {
        Self::HandOff { reason: reason.into() }
    }
}

/// How long one thought takes at most, where nobody says otherwise.
pub const THINK_MAX: Duration = Duration::from_secs(60);

/// A thought on its way.
pub type Thinking = Pin<Box<dyn Future<Output = Thought> + Send>>;

/// Whoever thinks about cases. May take long: the caller has a deadline and drops the future then.
pub trait Answerer: Send + Sync + 'static {
    /// One word for logs: `builtin`.
    fn name(&self) -> &'static str;

    /// Thinks about a case, and notes what it was shown, asked and called on the way. Any failure is a [`Thought::HandOff`]
    /// that says so.
    fn think(&self, case: Arc<Case>, notes: Arc<Notes>) -> Thinking;

    /// How long one thought takes at most. Whoever waits for it waits a little longer, and then no more.
    fn think_max(&self) -> Duration {
        THINK_MAX
    }
}
