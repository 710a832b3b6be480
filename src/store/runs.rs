//! Keeps runs of the AI, and adds up what they cost.
//!
//! A run is written when it begins, before a tool changes something, and when it ends: then in the record of the letter or
//! the hand-off. One that a crash cut off stays as it was and is called interrupted by whoever takes the work up. What runs
//! cost is added up as they are written, by conversation, sender, day and month, so that no budget has to read them again.

use serde::{Deserialize, Serialize};

use super::{
    Store,
    desk::Desk,
    facts::Fact,
    index::Index,
    keys,
    projection::{NOTHING, Old, old_pieces, put_row},
    requests::{StoreError, Written},
    run_rows::{RunDecision, RunRow},
    steps,
    view::{self, View},
};
use crate::types::{Address, ConversationId, HandOffCode, JobId, Millis, RunId};

/// What thinking took. Days and months are those of the calendar, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Runs in which somebody was asked to think.
    pub runs: u64,
    /// Tokens, in and out.
    pub tokens: u64,
    /// Money, in millionths of the currency unit.
    pub cost_millionths: u64,
}

impl Spent {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            runs: self.runs.saturating_add(other.runs),
            tokens: self.tokens.saturating_add(other.tokens),
            cost_millionths: self.cost_millionths.saturating_add(other.cost_millionths),
        }
    }

    fn without(self, other: Self) -> Self {
        Self {
            runs: self.runs.saturating_sub(other.runs),
            tokens: self.tokens.saturating_sub(other.tokens),
            cost_millionths: self.cost_millionths.saturating_sub(other.cost_millionths),
        }
    }

    fn of(run: &RunRow) -> Self {
        Self {
            runs: u64::from(!run.answerer.is_empty()),
            tokens: run.tokens_in.saturating_add(run.tokens_out),
            cost_millionths: run.cost_millionths,
        }
    }

    fn read(value: &[u8]) -> Self {
        let long = |at| keys::long_at(value, at).unwrap_or(0);
        Self { runs: long(0), tokens: long(8), cost_millionths: long(16) }
    }

    fn octets(self) -> [u8; 24] {
        let mut octets = [0; 24];
        for (place, long) in [self.runs, self.tokens, self.cost_millionths].into_iter().enumerate() {
            octets[place * 8..place * 8 + 8].copy_from_slice(&long.to_be_bytes());
        }
        octets
    }
}

/// Whose spending is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spender<'a> {
    /// One conversation, since it began; without those that were merged into it.
    Conversation(ConversationId),
    /// One sender, on the day of that moment.
    SenderOn(&'a Address, Millis),
    /// Everybody, on that day.
    DayOf(Millis),
    /// Everybody, in the month of that moment.
    MonthOf(Millis),
}

/// What all runs together came to, since the journal began.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTotals {
    /// How many, in the order of [`RunDecision::ALL`].
    pub decisions: [u64; RunDecision::ALL.len()],
    /// How many were handed over, in the order of [`HandOffCode::ALL`].
    pub codes: [u64; HandOffCode::ALL.len()],
    /// Tokens sent.
    pub tokens_in: u64,
    /// Tokens that came back.
    pub tokens_out: u64,
    /// Millionths of the currency unit.
    pub cost_millionths: u64,
    /// Time.
    pub millis: u64,
}

impl RunTotals {
    fn change(&mut self, run: &RunRow, change: fn(u64, u64) -> u64) {
        let place = RunDecision::ALL.iter().position(|known| *known == run.decision).expect("all of them stand there");
        self.decisions[place] = change(self.decisions[place], 1);
        if let Some(place) = run.code.and_then(|code| HandOffCode::ALL.iter().position(|known| *known == code)) {
            self.codes[place] = change(self.codes[place], 1);
        }
        self.tokens_in = change(self.tokens_in, run.tokens_in);
        self.tokens_out = change(self.tokens_out, run.tokens_out);
        self.cost_millionths = change(self.cost_millionths, run.cost_millionths);
        self.millis = change(self.millis, run.millis);
    }
}

/// Why an attempt ended that nobody ended.
const INTERRUPTED: &str = "the daemon ended, or lost its claim, while it was under way";

/// Writes a run that is under way. [`Written::Stale`] when its conversation has moved on: then nothing more may follow
/// from it, and nothing is written.
pub(super) fn note(desk: &mut Desk, run: RunRow) -> Result<Written, StoreError> {
    let row = steps::conversation(desk, run.conversation)?;
    if row.generation != run.generation {
        return Ok(Written::Stale);
    }
    desk.state(&Fact::Run(Box::new(run)))?;
    Ok(Written::Done)
}

/// Writes how a run ended, when there was one.
pub(super) fn end(desk: &mut Desk, run: Option<Box<RunRow>>) -> Result<(), StoreError> {
    run.map_or(Ok(()), |run| desk.state(&Fact::Run(run)))
}

/// Writes that it came too late: nothing else of it is.
pub(super) fn end_stale(desk: &mut Desk, run: Option<Box<RunRow>>) -> Result<Written, StoreError> {
    let stale = run.map(|mut run| {
        (run.decision, run.code) = (RunDecision::Stale, None);
        run
    });
    end(desk, stale)?;
    Ok(Written::Stale)
}

/// Somebody else has the job now, or nobody: the run that was under way is over.
pub(super) fn interrupted(desk: &mut Desk, job: JobId) -> Result<(), StoreError> {
    let JobId::Answer(conversation) = job else { return Ok(()) };
    let Some(open) = desk.value(&keys::open_run(conversation))? else { return Ok(()) };
    let Some(id) = keys::long_at(&open, 0).map(RunId) else { return Ok(()) };
    let Some(run) = view::run(desk, id)? else { return Ok(()) };
    let reason = INTERRUPTED.to_owned();
    desk.state(&Fact::Run(Box::new(RunRow { decision: RunDecision::Interrupted, reason, ..run })))
}

/// Writes what follows from a run: its row, its place in the list of its conversation, and what it cost.
pub(super) fn project(row: &RunRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::run(row.id);
    let old = old_pieces(desk, &key)?;
    let before = if old == Old::None { None } else { view::run(desk, row.id)? };
    if let Some(before) = &before {
        desk.tallies_mut().runs.change(before, u64::saturating_sub);
    } else {
        desk.put(keys::run_of(row.conversation, row.id), NOTHING);
    }
    desk.tallies_mut().runs.change(row, u64::saturating_add);
    add_up(row, before.as_ref().map_or(Spent::default(), Spent::of), desk)?;
    let open = keys::open_run(row.conversation);
    if row.decision == RunDecision::Begun {
        desk.put(open, &row.id.0.to_be_bytes()[..]);
    } else if desk.value(&open)?.is_some_and(|value| keys::long_at(&value, 0) == Some(row.id.0)) {
        desk.delete(open);
    }
    put_row(key, json, old, desk)
}

fn add_up(row: &RunRow, before: Spent, desk: &mut Desk) -> Result<(), StoreError> {
    let now = Spent::of(row);
    if now == before {
        return Ok(());
    }
    for spender in spenders(row) {
        let key = keys::spent(spender);
        let spent = desk.value(&key)?.map_or(Spent::default(), |value| Spent::read(&value));
        desk.put(key, &spent.without(before).and(now).octets()[..]);
    }
    Ok(())
}

/// All to whom a run is charged, at the moment when it began.
fn spenders(row: &RunRow) -> [Spender<'_>; 4] {
    [
        Spender::Conversation(row.conversation),
        Spender::SenderOn(&row.contact, row.started),
        Spender::DayOf(row.started),
        Spender::MonthOf(row.started),
    ]
}

impl Store {
    /// Writes a run that begins, or what it has noted so far.
    ///
    /// [`Written::Stale`] when a newer mail came or a person took over: then it is not written, and is to stop.
    pub async fn note_run(&self, run: RunRow) -> Result<Written, StoreError> {
        self.ask(move |desk| note(desk, run)).await
    }

    /// One run.
    pub fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        view::run(self.index(), id)
    }

    /// The newest runs over a conversation and what was merged into it, newest first, `at_most` so many.
    pub fn runs(&self, conversation: ConversationId, at_most: usize) -> Result<Vec<RunRow>, StoreError> {
        let absorbed = self.conversation(conversation)?.map(|row| row.absorbed).unwrap_or_default();
        let mut runs = Vec::new();
        for one in std::iter::once(conversation).chain(absorbed) {
            for found in self.index().scan(&keys::runs_of(one)).take(at_most) {
                let id = keys::read_run_of(&found?.0);
                runs.extend(id.map(|id| self.run(id)).transpose()?.flatten());
            }
        }
        runs.sort_by_key(|run| std::cmp::Reverse(run.id));
        runs.truncate(at_most);
        Ok(runs)
    }

    /// What thinking took, of one spender. One look at the index.
    pub fn spent(&self, spender: Spender<'_>) -> Result<Spent, StoreError> {
        Ok(self.index().value(&keys::spent(spender))?.map_or(Spent::default(), |value| Spent::read(&value)))
    }

    /// What all runs together came to.
    pub fn run_totals(&self) -> Result<RunTotals, StoreError> {
        Ok(self.index().state()?.map_or_else(RunTotals::default, |state| state.tallies.runs))
    }
}

/// What is not legal about runs: each stands in the list of a conversation that is there, one of a conversation is under way
/// at most, and the sums are those of the rows.
pub(super) fn troubles(index: &Index, counted: &RunTotals, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    let mut totals = RunTotals::default();
    let mut sums = std::collections::BTreeMap::<Vec<u8>, Spent>::new();
    let (mut listed, mut there) = (0, 0);
    for found in index.scan(b"G") {
        let (key, _) = found?;
        let Some(id) = keys::read_run(&key) else { continue };
        let Some(run) = view::run(index, id)? else { continue };
        there += 1;
        totals.change(&run, u64::saturating_add);
        for spender in spenders(&run) {
            let sum = sums.entry(keys::spent(spender)).or_default();
            *sum = sum.and(Spent::of(&run));
        }
        listed += usize::from(index.value(&keys::run_of(run.conversation, id))?.is_some());
        if view::conversation(index, run.conversation)?.is_none() {
            troubles.push(format!("run {id} belongs to no conversation"));
        }
        let open = index.value(&keys::open_run(run.conversation))?.and_then(|value| keys::long_at(&value, 0));
        if run.decision != RunDecision::Begun && open == Some(id.0) {
            troubles.push(format!("run {id} has ended and is under way"));
        }
    }
    if listed != there || index.scan(b"O").count() != there {
        troubles.push(format!("the lists of runs do not have the {there} there are"));
    }
    if totals != *counted {
        troubles.push(format!("the runs come to {totals:?} and {counted:?} is counted"));
    }
    for found in index.scan(b"K") {
        let (key, value) = found?;
        let sum = sums.remove(key.as_ref()).unwrap_or_default();
        if sum != Spent::read(&value) {
            troubles.push(format!("{:?} was spent under {} and {sum:?} by its runs", value, key.escape_ascii()));
        }
    }
    if sums.values().any(|sum| *sum != Spent::default()) {
        troubles.push("a sum of what runs cost is missing".into());
    }
    Ok(())
}
