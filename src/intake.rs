//! THE inbound line: everything between the last dot and the 250.
//!
//! [`Judge`] reads a mail and says what it is, touching nothing (`replyd inspect` stops there). [`Line`] is what stands
//! behind the SMTP listener: it judges, then has the store keep the mail in one write. Nothing slower than DNS happens
//! here; whatever goes wrong after judging is a temporary refusal, so that no mail is lost.

mod customer;
mod judge;
mod learned;
mod trace;
mod tries;

pub use judge::{Judge, Judged};
pub use tries::{Tries, Tryer};

use std::sync::Arc;

use crate::{
    config::Limits,
    conversation::{self, Class, Destined, Lookups},
    observability::{counters, maillog},
    smtp::{Body, Intake, ReceiveError, RecipientVerdict},
    store::{ConversationRow, Place, Store, StoreError},
    types::{Accepted, Address, Clock, Envelope, MailId},
};

/// The line behind the SMTP listener.
#[derive(Clone)]
pub struct Line {
    judge: Arc<Judge>,
    store: Store,
    clock: Clock,
    tries: Arc<Tries>,
}

impl Line {
    /// A line that judges with `judge` and keeps in `store`.
    pub fn new(judge: Arc<Judge>, store: Store, clock: Clock, limits: &Limits) -> Self {
        Self { judge, store, clock, tries: Arc::new(Tries::new(limits)) }
    }
}

impl Intake for Line {
    /// We are no relay: an address is ours when it is registered, a destination, one for answers that carries a reply key, or the
    /// envelope sender of a letter of ours.
    fn recipient(&self, address: &Address) -> RecipientVerdict {
        match self.judge.directory().recipient(address) {
            Some(Destined::Address(_) | Destined::Shared | Destined::Reply(_) | Destined::Returned(_)) => {
                RecipientVerdict::Ours
            }
            None => RecipientVerdict::Unknown,
        }
    }

    async fn receive(&self, envelope: Envelope, body: Body) -> Result<Accepted, ReceiveError> {
        let id = envelope.id;
        let mut judged = self.judge.judge(envelope, body.bytes().clone()).await;
        let (level, class) = (judged.verdicts.level, judged.class.class);
        let now = self.clock.now();
        let wrong = self.wrong_tries(&judged).map_err(|error| ReceiveError::TryLater(error.to_string()))?;
        judged.set_brake(self.tries.brake(judged.tryer(), now));
        self.tries.add(judged.tryer(), wrong, now);
        let reported = judged.reported();
        let arrival = judged.into_arrival(now, dice());
        match self.store.accept(arrival, conversation::file).await {
            Ok(accepted) => {
                counters::kept(level, class, accepted.is_duplicate());
                self.log(id, &accepted);
                reported.iter().for_each(|said| maillog::reported(id, said));
                Ok(accepted)
            }
            Err(error) => {
                maillog::not_kept(id, &error);
                Err(ReceiveError::TryLater(error.to_string()))
            }
        }
    }
}

impl Line {
    /// How many numbers and reply keys in a mail name a conversation in which its sender takes no part, or none at all
    /// (S-06). What machines report about our own letters is no guess, and no number in it is followed.
    fn wrong_tries(&self, judged: &Judged) -> Result<u32, StoreError> {
        let class = judged.class.class;
        let is_of_machines = class.is_report() || matches!(class, Class::OwnEcho | Class::ForwardingConfirmation);
        let Some(destination) = judged.destinations.first().filter(|_| !is_of_machines) else { return Ok(0) };
        let Lookups { numbers, reply_keys, .. } = &destination.lookups;
        let from = judged.mail.from.as_ref();
        let takes_part = |row: &ConversationRow| from.is_some_and(|from| row.takes_part(from));
        let mut wrong = 0;
        for (number, _) in numbers {
            let named = self.store.conversation_by_number(*number)?;
            wrong += u32::from(!named.is_some_and(|row| takes_part(&row)));
        }
        for id in reply_keys {
            let named = self.store.conversation_or_survivor(*id)?;
            wrong += u32::from(!named.is_some_and(|row| takes_part(&row)));
        }
        Ok(wrong)
    }

    fn log(&self, id: MailId, accepted: &Accepted) {
        if !tracing::enabled!(tracing::Level::INFO) {
            return;
        }
        if accepted.is_duplicate() {
            return maillog::duplicate(accepted.id(), id);
        }
        let Ok(Some(row)) = self.store.mail(accepted.id()) else { return };
        for filed in &row.filings {
            match &filed.place {
                Place::Conversation { id, joined_by, .. } => maillog::kept(&row, *id, joined_by.is_none()),
                Place::Held(reason) => maillog::held(&row, reason),
                Place::Ignored(reason) => maillog::ignored(&row, *reason),
                Place::Duplicate(first) => maillog::duplicate(*first, row.id),
                // Nobody can have looked at it yet.
                Place::Discarded { .. } => {}
            }
        }
    }
}

/// 64 bits nobody can foresee, from which a number is drawn.
fn dice() -> u64 {
    let mut octets = [0; 8];
    // Without randomness numbers would be foreseeable, which proves nothing to anybody: a number is a hint.
    let _ = aws_lc_rs::rand::fill(&mut octets);
    u64::from_le_bytes(octets)
}
