//! What people do with a held mail: they let it in, or throw it out; and what is learned about a forwarder on the way.

use bytes::Bytes;

use super::{
    desk::Desk,
    facts::Fact,
    filing::{self, Joining, Opening},
    requests::{Discard, Release, ReleaseTo, StoreError},
    rows::{Filed, LearnedRow, MailRow, Place, Status, Voucher},
    steps::{self, cut_words, event},
    view,
};
use crate::{
    conversation::{AnswerPolicy, Arrival, Destination, HeldReason, Key, Lookups},
    types::{Address, ConversationId, Level, MailId, Verdict},
};

/// Files a held mail as if it had been accepted: into a new conversation or into the one that a person names.
///
/// The conversation's level stays what was proved, so that nobody else gets in by it. The mail has its own level there, and
/// at least level 2 when the person wants it answered: they vouch for it.
pub(super) fn release(desk: &mut Desk, release: Release) -> Result<ConversationId, StoreError> {
    let (mut mail, at, reason) = held(desk, release.mail)?;
    let joins = match release.to {
        ReleaseTo::Opens => None,
        ReleaseTo::Joins(id) => {
            let row = view::surviving(desk, id)?;
            Some(row.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))?)
        }
    };
    let known = mail.filings[at].address.clone().or(release.address);
    let address = match (&joins, known) {
        (Some(row), Some(address)) if row.address != address => {
            return refused(format!(
                "conversation {} is of {}, and the mail reached {address}",
                row.number, row.address
            ));
        }
        (Some(row), _) => row.address.clone(),
        (None, Some(address)) => address,
        (None, None) => return refused("it reached no registered address: say which one it is for"),
    };
    if joins.is_none() && mail.mail.from.is_none() {
        return refused("it has no usable From, so nobody could be answered: it can only join a conversation");
    }
    if release.learn {
        let Some(forwarder) = forwarder_of(&mail) else {
            return refused("it shows no forwarder: neither an ARC chain that holds nor an envelope whose SPF passes");
        };
        let learned =
            LearnedRow { address: address.clone(), forwarder, by: release.by.clone(), from: mail.id, at: release.now };
        desk.state(&Fact::Learned(Box::new(learned)))?;
    }
    let proved = mail.verdicts.level.max(Level::Unproven);
    let level = if release.answer { proved.max(Level::Vouched) } else { proved };
    let silent = format!("{} released it from the held list", release.by);
    let arrival = as_arrived(&mail, proved, &release.now, release.dice);
    let destination = destination(&address, release.answer);
    let place = match joins {
        Some(row) => {
            let joining = Joining { key: Key::ByHand, reopens: row.status != Status::Open, level };
            filing::join(desk, &arrival, &destination, row, joining, &silent)?
        }
        None => {
            let opening = Opening { linked_to: None, why: silent.clone(), silent: &silent, replayed: false };
            filing::open(desk, &arrival, &destination, opening)?
        }
    };
    let Place::Conversation { id, joined_by, why, .. } = place else {
        return refused("it cannot be filed: it has no usable From");
    };
    let keys = std::mem::take(&mut mail.filings[at].keys);
    mail.filings[at] = Filed { address: Some(address), place: Place::Conversation { id, joined_by, level, why }, keys };
    desk.state(&Fact::Mail(Box::new(mail)))?;
    let mut row = steps::conversation(desk, id)?;
    event(desk, &mut row, release.now, "released", &format!("{silent}; it was held because {}", reason.words()))?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(id)
}

/// Takes a mail from the held list into the ledger, with who, when and why. Its bytes stay in the journal.
pub(super) fn discard(desk: &mut Desk, discard: Discard) -> Result<(), StoreError> {
    let (mut mail, at, _) = held(desk, discard.mail)?;
    let (by, why) = (cut_words(&discard.by), cut_words(&discard.why));
    mail.filings[at].place = Place::Discarded { by, at: discard.now, why };
    desk.state(&Fact::Mail(Box::new(mail)))
}

/// Takes back what was learned about a forwarder.
pub(super) fn forget(desk: &mut Desk, address: Address, forwarder: Voucher) -> Result<(), StoreError> {
    if view::learned(desk, &address, &forwarder)?.is_none() {
        return Err(StoreError::NotFound(format!("forwarder {} that was learned for {address}", forwarder.domain())));
    }
    desk.state(&Fact::Forgotten(super::facts::ForgottenFact { address, forwarder }))
}

/// A mail that is held, where in its filings, and why.
fn held(desk: &Desk, id: MailId) -> Result<(MailRow, usize, HeldReason), StoreError> {
    let missing = || StoreError::NotFound(format!("held mail {id}"));
    let mail = view::mail(desk, id)?.ok_or_else(missing)?;
    let found = mail.filings.iter().enumerate().find_map(|(at, filed)| match &filed.place {
        Place::Held(reason) => Some((at, reason.clone())),
        _ => None,
    });
    let (at, reason) = found.ok_or_else(missing)?;
    Ok((mail, at, reason))
}

/// Who passed it on: the newest seal of a chain that holds, else the domain of an envelope that SPF lets pass.
fn forwarder_of(mail: &MailRow) -> Option<Voucher> {
    let verdicts = &mail.verdicts;
    if verdicts.arc.verdict == Verdict::Pass && !verdicts.arc.sealer.is_empty() {
        return Some(Voucher::ArcSealer(verdicts.arc.sealer.clone()));
    }
    let domain = mail.envelope.mail_from.as_ref()?.domain();
    (verdicts.spf == Verdict::Pass && verdicts.spf_domain == domain).then(|| Voucher::EnvelopeDomain(domain.to_owned()))
}

fn as_arrived(mail: &MailRow, level: Level, now: &crate::types::Millis, dice: u64) -> Arrival {
    let mut verdicts = mail.verdicts.clone();
    verdicts.level = level;
    Arrival {
        envelope: mail.envelope.clone(),
        now: *now,
        trace: Bytes::new(),
        body: Bytes::new(),
        mail: mail.mail.clone(),
        verdicts,
        class: mail.class.clone(),
        destinations: Vec::new(),
        dice,
    }
}

fn destination(address: &Address, answer: bool) -> Destination {
    let now = std::time::Duration::ZERO;
    let answer = AnswerPolicy { wanted: answer, quiet: now, reopen_within: now };
    Destination { address: Some(address.clone()), lookups: Lookups::default(), answer, named: true, one_of: false }
}

fn refused<T>(why: impl Into<String>) -> Result<T, StoreError> {
    Err(StoreError::Refused(why.into()))
}
