//! THE inbound line: everything between the last dot and the 250.
//!
//! [`Judge`] reads a mail and says what it is, touching nothing (`replyd inspect` stops there). [`Line`] is what stands
//! behind the SMTP listener: it judges, then has the store keep the mail in one write. Nothing slower than DNS happens
//! here; whatever goes wrong after judging is a temporary refusal, so that no mail is lost.

mod judge;
mod trace;

pub use judge::{Judge, Judged};

use std::sync::Arc;

use crate::{
    conversation::{self, Destined},
    observability::maillog,
    smtp::{Body, Intake, ReceiveError, RecipientVerdict},
    store::{Place, Store},
    types::{Accepted, Address, Clock, Envelope, MailId},
};

/// The line behind the SMTP listener.
#[derive(Clone)]
pub struct Line {
    judge: Arc<Judge>,
    store: Store,
    clock: Clock,
}

impl Line {
    /// A line that judges with `judge` and keeps in `store`.
    pub fn new(judge: Arc<Judge>, store: Store, clock: Clock) -> Self {
        Self { judge, store, clock }
    }
}

impl Intake for Line {
    /// We are no relay: an address is ours when it is registered, or a destination, or a keyed reply address.
    fn recipient(&self, address: &Address) -> RecipientVerdict {
        match self.judge.directory().recipient(address) {
            Some(Destined::Address(_) | Destined::Shared) => RecipientVerdict::Ours,
            None => RecipientVerdict::Unknown,
        }
    }

    async fn receive(&self, envelope: Envelope, body: Body) -> Result<Accepted, ReceiveError> {
        let id = envelope.id;
        let judged = self.judge.judge(envelope, body.bytes().clone()).await;
        let arrival = judged.into_arrival(self.clock.now(), dice());
        match self.store.accept(arrival, conversation::file).await {
            Ok(accepted) => {
                self.log(id, &accepted);
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
