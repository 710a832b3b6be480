//! Who answers a conversation from now on: a person, the AI, the team, or nobody in particular.

use super::super::{
    Store,
    desk::Desk,
    facts::Fact,
    hands,
    requests::StoreError,
    rows::{ConversationRow, Owner, Status},
    steps::{self, cut_words, drop_job, event},
};
use crate::types::{ConversationId, JobId, Millis};

/// A person says who answers.
#[derive(Debug, Clone)]
pub struct Assign {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Who answers it from now on.
    pub to: Owner,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

fn assign(desk: &mut Desk, asked: Assign) -> Result<(), StoreError> {
    let Assign { conversation, to, by, now } = asked;
    let mut row = steps::surviving(desk, conversation)?;
    if row.owner == to {
        return Ok(());
    }
    // An answer that was approved while somebody else had it is stale.
    row.generation += 1;
    row.updated = row.updated.max(now);
    let had = had_by(&row, &by);
    match to {
        Owner::Person(name) if name.trim().is_empty() => return Err(StoreError::Refused("a person has a name".into())),
        Owner::Person(name) => {
            let (event_name, words) = match name == by {
                true => ("taken", format!("{by} answers from now on{had}")),
                false => ("assigned", format!("{by} gives it to {name}, who answers from now on{had}")),
            };
            event(desk, &mut row, now, event_name, &words)?;
            hands::to_person(desk, &mut row, cut_words(&name), now)?;
        }
        Owner::Ai => {
            event(desk, &mut row, now, "given_back", &format!("{by} gives it to the AI, which may answer again{had}"))?;
            hands::to_ai(desk, &mut row, now)?;
        }
        Owner::Team => {
            event(desk, &mut row, now, "assigned", &format!("{by} gives it to the team{had}"))?;
            row.owner = Owner::Team;
            row.rewrite = None;
            waits(&mut row, &format!("{by} gave it to the team"));
            drop_job(desk, JobId::Answer(row.id))?;
        }
        Owner::Nobody => {
            event(desk, &mut row, now, "assigned", &format!("{by} gives it to nobody in particular{had}"))?;
            row.owner = Owner::Nobody;
            waits(&mut row, &format!("{by} gave it to nobody in particular"));
        }
    }
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// It waits for whoever comes first, unless it is closed.
fn waits(row: &mut ConversationRow, words: &str) {
    if row.status == Status::Open {
        row.waits_because = cut_words(words);
    }
}

/// Who is told to have had it before, where that is another than who decides.
fn had_by(row: &ConversationRow, by: &str) -> String {
    match &row.owner {
        Owner::Person(before) if before != by => format!("; {before} had it"),
        Owner::Ai => "; the AI had it".into(),
        Owner::Person(_) | Owner::Team | Owner::Nobody => String::new(),
    }
}

impl Store {
    /// Gives a conversation to a person, the AI, the team or nobody. Whoever has it already keeps it, and nothing is written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] for a person without a name.
    pub async fn assign(&self, asked: Assign) -> Result<(), StoreError> {
        self.ask(move |desk| assign(desk, asked)).await
    }
}
