//! Calls that a person let run: made once, before anybody thinks, and told to whoever thinks or to people.

use std::{sync::Arc, time::Duration};

use super::{Autopilot, Ended, Letters};
use crate::{
    agent::{
        attempt::{Attempt, let_run},
        desk::{Case, Desk, DeskError},
        handoff::Reason,
        model::Thought,
        notes::{self, Given, Notes},
        tools::Called,
    },
    store::{LetRun, WantedCall, Written},
    types::HandOffCode,
};

/// What a call gets that a person let run: an MCP server is asked several times, each within the time of its tool.
pub(super) const CALL_MAX: Duration = Duration::from_secs(90);

/// What came of such a call.
enum Made {
    /// It was made; for whoever thinks, and in words.
    Gave(Given, String),
    /// It came to nothing, and may be let run again.
    Again(String),
    /// It came to nothing, or nobody knows to what.
    Over(Reason),
}

impl<D: Desk> Autopilot<D> {
    /// Thinks, after the call was made that a person let run, if one did. What came of the call is handed over where it gave nothing.
    pub(super) async fn think_with_call(
        &self,
        case: &Arc<Case>,
        notes: &Arc<Notes>,
    ) -> (Thought, Option<Box<WantedCall>>) {
        if let Some((wanted, by)) = let_run(case) {
            match self.made(case, wanted, by, notes).await {
                Made::Gave(given, _) => notes.give(given),
                Made::Again(words) => {
                    return (Thought::hand_off(Reason::new(HandOffCode::ToolFailure, words)), waiting(wanted));
                }
                Made::Over(reason) => return (Thought::hand_off(reason), None),
            }
        }
        let thought = self.mind.think_behind_the_gate(case, notes).await;
        let wanted = notes.so_far().wanted.map(Box::new);
        (thought, wanted)
    }

    /// Makes a call for people who keep the conversation. Nobody thinks.
    pub(super) async fn call_for_people(&self, case: &Case, attempt: &mut Attempt) -> Result<Option<Ended>, DeskError> {
        let Some((wanted, by)) = let_run(case).filter(|(_, by)| by.keep) else { return Ok(None) };
        if let Some(doubt) = notes::doubt(&case.earlier) {
            let reason = Reason::new(HandOffCode::ToolFailure, doubt);
            return self.hand_off(case, reason, Letters::default(), attempt).await.map(Some);
        }
        let Some(run) = attempt.asks("") else { return Ok(Some(self.stale(case))) };
        if self.desk.note(run.clone()).await? == Written::Stale {
            return Ok(Some(self.stale(case)));
        }
        let notes = self.notes_of(run, case);
        let made = self.made(case, wanted, by, &notes).await;
        attempt.noted(notes.end(), self.clock.now());
        let (reason, wanted) = match made {
            Made::Gave(_, words) => (Reason::new(HandOffCode::Approval, words), None),
            Made::Again(words) => (Reason::new(HandOffCode::ToolFailure, words), waiting(wanted)),
            Made::Over(reason) => (reason, None),
        };
        self.hand_off(case, reason, Letters { wanted, ..Letters::default() }, attempt).await.map(Some)
    }

    async fn made(&self, case: &Case, wanted: &WantedCall, LetRun { by, .. }: &LetRun, notes: &Notes) -> Made {
        let about = format!("“{}”, which {by} let run,", wanted.title);
        let Some(toolbox) = &self.toolbox else {
            return Made::Again(format!("{about} was not made: there are no tools"));
        };
        let called = tokio::time::timeout(CALL_MAX, toolbox.call_as_wanted(case, wanted, notes)).await;
        let outcome = notes.so_far().tool_calls.pop().map(|call| call.outcome).unwrap_or_default();
        let given = |passage| Given { tool: wanted.tool.clone(), arguments: wanted.arguments.clone(), passage };
        match called {
            Ok(Called::Result(passage)) => {
                let words = format!("{about} was made ({outcome}) and gave: {}", passage.text);
                Made::Gave(given(Some(passage)), words)
            }
            Ok(Called::Done(words)) => Made::Gave(given(None), format!("{about} was made ({outcome}): {words}")),
            Ok(Called::Failed(_)) => Made::Again(format!("{about} came to nothing: {outcome}")),
            Ok(Called::Refused(_) | Called::AskCode) => {
                Made::Over(Reason::new(HandOffCode::ToolFailure, format!("{about} was not made: {outcome}")))
            }
            Ok(Called::HandOff(words)) => Made::Over(Reason::new(HandOffCode::ToolFailure, format!("{about} {words}"))),
            Err(_) => {
                let words =
                    format!("{about} did not end within {} s, and nobody knows what came of it", CALL_MAX.as_secs());
                Made::Over(Reason::new(HandOffCode::ToolFailure, words))
            }
        }
    }
}

/// The call as it waited before a person let it run.
fn waiting(wanted: &WantedCall) -> Option<Box<WantedCall>> {
    Some(Box::new(WantedCall { let_run: None, ..wanted.clone() }))
}

/// The call of a case that was let run and that nobody has begun: it waits again, whatever else the conversation is handed over for.
pub(super) fn not_begun(case: &Case, attempt: &Attempt) -> Option<Box<WantedCall>> {
    let (wanted, _) = let_run(case)?;
    if attempt.has_begun(wanted, case) { None } else { waiting(wanted) }
}
