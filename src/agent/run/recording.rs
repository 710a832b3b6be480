//! The loop's books: a run is counted before it begins, and the texts of its prompts are kept for their days.

use std::sync::Arc;

use super::Autopilot;
use crate::{
    agent::{
        attempt::{Attempt, Begun, DeskLedger},
        budgets::{self, Left},
        desk::{Case, Desk, DeskError},
        notes::{self, Notes},
        prompts::Prompts,
    },
    store::{RunRow, Written},
};

impl<D: Desk> Autopilot<D> {
    /// Counts a run and writes that it began. One at a time, so that no two take the last of a budget.
    pub(super) async fn begin(&self, case: &Case, attempt: &mut Attempt) -> Result<Begun, DeskError> {
        let _turn = self.turn.lock().await;
        let spent = self.desk.spent(&case.row, self.clock.now()).await?;
        if let Err(used_up) = budgets::check(&spent, &self.settings.budgets) {
            return Ok(Begun::Silent(used_up.into()));
        }
        let Some(run) = attempt.asks(self.mind.answerer.name()) else { return Ok(Begun::Stale) };
        if self.desk.note(run.clone()).await? == Written::Stale {
            return Ok(Begun::Stale);
        }
        let notes = self.notes_of(run, case);
        let left = Left::of(&spent, &self.settings.budgets);
        let notes = notes.with_budget(Arc::clone(&self.prices), left);
        Ok(Begun::Thinks(Arc::new(notes.with_texts(self.prompts.as_ref().is_some_and(Prompts::are_kept)))))
    }

    /// Notes of a run that stands in the journal.
    pub(super) fn notes_of(&self, run: RunRow, case: &Case) -> Notes {
        let ledger = DeskLedger { desk: Arc::clone(&self.desk), run, clock: self.clock.clone() };
        Notes::kept(Arc::new(ledger), notes::done_before(&case.earlier))
    }

    /// Keeps the texts of prompts for a while, where that is wanted. Nobody waits for it.
    pub(super) fn keep_texts(&self, notes: &Notes, attempt: &Attempt) {
        if let (Some(prompts), Some(run)) = (self.prompts.clone(), attempt.id()) {
            let (texts, now) = (notes.take_texts(), self.clock.now());
            tokio::task::spawn_blocking(move || prompts.keep(run, &texts, now));
        }
    }

    /// Deletes the texts of prompts that are too old: at the start, and once a day.
    pub(super) fn sweep_prompts(&self, swept: &mut Option<u32>) {
        let now = self.clock.now();
        if swept.replace(now.day()) != Some(now.day())
            && let Some(prompts) = self.prompts.clone()
        {
            tokio::task::spawn_blocking(move || prompts.sweep(now));
        }
    }
}
