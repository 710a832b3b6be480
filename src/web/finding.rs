//! The one way from a request to what lies in the store: whoever asks for a row says what they mean to do with it (S-26).
//!
//! What somebody may not look at is told from what there is not by nobody: both are the same 404. Who may look and not do that
//! hears 403. To do anything with a conversation or a mail one must be allowed to look at it too, because every answer shows
//! what it was about.

use std::collections::BTreeSet;

use super::{
    api::Office,
    problem::Problem,
    view::{self, ConversationView, LineKind},
    visitor::Visitor,
};
use crate::{
    people::Reach,
    store::{ConversationRow, Counted, Filed, LearnedRow, LetterRow, Listing, MailRow, Page, Place},
    types::{Address, ConversationId, LetterId, MailId, Number, Verb},
};

/// A conversation by its id or by the number people see; for one that was merged, the one it went into.
pub(super) fn find(office: &Office, visitor: &Visitor, verb: Verb, id: &str) -> Result<ConversationRow, Problem> {
    let missing = || Problem::not_found(format!("there is no conversation {id}"));
    let by_number = Number::from_digits(id).map(|number| office.store.conversation_by_number(number)).transpose()?;
    let by_id = |id| office.store.conversation_or_survivor(id);
    let row = match by_number.flatten() {
        Some(row) => Some(row),
        None => id.parse::<ConversationId>().ok().map(by_id).transpose()?.flatten(),
    };
    let row = row.ok_or_else(missing)?;
    visitor.must(Verb::Read, &row.address, missing)?;
    visitor.must(verb, &row.address, missing)?;
    Ok(row)
}

/// A conversation, or the one it was merged into, where they may look at it.
pub(super) fn seen(office: &Office, visitor: &Visitor, id: ConversationId) -> Result<Option<ConversationRow>, Problem> {
    let row = office.store.conversation_or_survivor(id)?;
    Ok(row.filter(|row| visitor.actor.may(Verb::Read, Some(&row.address))))
}

/// A found conversation with everything that happened in it, as far as they may look.
pub(super) async fn told(
    office: &Office,
    visitor: &Visitor,
    row: &ConversationRow,
) -> Result<ConversationView, Problem> {
    let mut told = view::conversation(&office.store, row.id).await?;
    for line in &mut told.timeline {
        if let LineKind::Mail(mail) = &mut line.what {
            limit(visitor, &mut mail.row);
        }
    }
    Ok(told)
}

/// A page of a list, of the addresses they may look at.
pub(super) fn listed(office: &Office, visitor: &Visitor, listing: Listing) -> Result<Page, Problem> {
    Ok(office.store.listed(&within_reach(visitor, listing))?)
}

/// How many a list has there, not counted further than that.
pub(super) fn counted(
    office: &Office,
    visitor: &Visitor,
    listing: Listing,
    at_most: usize,
) -> Result<Counted, Problem> {
    Ok(office.store.listed_count(&within_reach(visitor, listing), at_most)?)
}

fn within_reach(visitor: &Visitor, listing: Listing) -> Listing {
    Listing { addresses: reached(visitor, listing.addresses), ..listing }
}

/// Of these addresses, or of all, those that they may look at.
pub(super) fn reached(visitor: &Visitor, wanted: Option<BTreeSet<Address>>) -> Option<BTreeSet<Address>> {
    match (visitor.actor.reach(Verb::Read), wanted) {
        (Reach::Everywhere, wanted) => wanted,
        (Reach::Only(seen), None) => Some(seen),
        (Reach::Only(seen), Some(wanted)) => Some(seen.intersection(&wanted).cloned().collect()),
    }
}

/// A mail by its queue id, with the places of it that they may look at. To look at what is, or was, held they must be allowed
/// to release: it may carry codes that are meant for the owners of the address (S-02).
pub(super) fn mail_row(office: &Office, visitor: &Visitor, verb: Verb, id: &str) -> Result<MailRow, Problem> {
    let missing = || Problem::not_found(format!("there is no message {id}"));
    let id: MailId = id.parse().map_err(|_| missing())?;
    let mut row = office.store.mail(id)?.ok_or_else(missing)?;
    let may = |verb| row.filings.iter().any(|filed| visitor.actor.may(verb, filed.address.as_ref()));
    if !row.filings.iter().any(|filed| looks(visitor, filed)) {
        return Err(if may(Verb::Read) { Problem::forbidden() } else { missing() });
    }
    if !may(verb) {
        return Err(Problem::forbidden());
    }
    limit(visitor, &mut row);
    Ok(row)
}

/// A mail that is held where they may release it.
pub(super) fn held_row(office: &Office, visitor: &Visitor, id: &str) -> Result<MailRow, Problem> {
    let row = mail_row(office, visitor, Verb::Release, id)?;
    if row.filings.iter().any(is_held) {
        return Ok(row);
    }
    Err(Problem::not_found(format!("message {id} is not held")))
}

/// The same to let it in or throw it out: held at several addresses, it leaves the list at one after the other.
pub(super) fn held_row_next(office: &Office, visitor: &Visitor, id: &str) -> Result<MailRow, Problem> {
    let row = held_row(office, visitor, id)?;
    let whole = office.store.mail(row.id)?;
    let next = whole.as_ref().and_then(|whole| whole.filings.iter().find(|filed| is_held(filed)));
    match next {
        Some(next) if visitor.actor.may(Verb::Release, next.address.as_ref()) => Ok(row),
        _ => Err(Problem::forbidden()),
    }
}

/// The held mails that they may release, oldest first.
pub(super) fn held(office: &Office, visitor: &Visitor) -> Result<Vec<MailRow>, Problem> {
    let mut rows = office.store.held()?;
    rows.iter_mut().for_each(|row| limit(visitor, row));
    rows.retain(|row| row.filings.iter().any(is_held));
    Ok(rows)
}

/// What was learned about forwarders at the addresses where they release.
pub(super) fn learned(office: &Office, visitor: &Visitor) -> Result<Vec<LearnedRow>, Problem> {
    let reach = visitor.actor.reach(Verb::Release);
    Ok(office.store.learned(None)?.into_iter().filter(|row| reach.holds(&row.address)).collect())
}

/// A letter of ours by its id.
pub(super) fn letter(office: &Office, visitor: &Visitor, verb: Verb, id: &str) -> Result<LetterRow, Problem> {
    let missing = || Problem::not_found(format!("there is no letter {id}"));
    let id: LetterId = id.parse().map_err(|_| missing())?;
    let row = office.store.letter(id)?.ok_or_else(missing)?;
    let conversation = office.store.conversation(row.conversation)?.ok_or_else(missing)?;
    visitor.must(Verb::Read, &conversation.address, missing)?;
    visitor.must(verb, &conversation.address, missing)?;
    Ok(row)
}

/// The same, where they may look at it.
pub(super) fn seen_letter(office: &Office, visitor: &Visitor, id: LetterId) -> Result<Option<LetterRow>, Problem> {
    let Some(row) = office.store.letter(id)? else { return Ok(None) };
    Ok(seen(office, visitor, row.conversation)?.map(|_| row))
}

/// A support address that a request names, where they may do that. Another's is refused as one that is not ours.
pub(super) fn registered(office: &Office, visitor: &Visitor, verb: Verb, text: &str) -> Result<Address, Problem> {
    let address = Address::parse(text).map_err(|error| Problem::bad_request(error.to_string()))?;
    let unknown = || Problem::bad_request(format!("{text} is not a registered address"));
    if !office.writer.writes_from(&address) {
        return Err(unknown());
    }
    visitor.must(verb, &address, unknown)?;
    Ok(address)
}

/// Leaves of a mail's places those that they may look at.
fn limit(visitor: &Visitor, row: &mut MailRow) {
    row.filings.retain(|filed| looks(visitor, filed));
}

fn looks(visitor: &Visitor, filed: &Filed) -> bool {
    let needed = match filed.place {
        Place::Held(_) | Place::Discarded { .. } => Verb::Release,
        Place::Conversation { .. } | Place::Ignored(_) | Place::Duplicate(_) => Verb::Read,
    };
    visitor.actor.may(needed, filed.address.as_ref())
}

fn is_held(filed: &Filed) -> bool {
    matches!(filed.place, Place::Held(_))
}
