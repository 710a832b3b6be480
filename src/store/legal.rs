//! The table of legal states, checked over a whole index.
//!
//! | thing | is legal when |
//! |---|---|
//! | mail | each destination has one place: an entry in a conversation that is there, the held list, the ledger, or a first copy |
//! | held list | has exactly the mails that are held |
//! | conversation | its number leads to it, its time line has no gap, it stands in each list of its own once, and in no other (`lists`) |
//! | merged | a conversation that was merged leads in one step to one that was not and names it |
//! | letter | each recipient waits with a job, or was accepted, refused or dropped or came back and has none |
//! | refusals | the list has exactly the recipients that it was refused for or came back from |
//! | suppression | it stands under its recipient; they are as many as were counted |
//! | article | it stands under its name, and has the text of each version that it keeps; what is published is one; they are as many as were counted |
//! | note | whom it mentions is led to it |
//! | snoozed | it stands in the list of what wakes, at its time |
//! | blocked | it stands under its address or domain; they are as many as were counted |
//! | run | it stands in the list of its conversation; what all of them cost is what was added up |
//! | account | it stands under its name, each login and link leads to it and none elsewhere; they are as many as were counted |
//! | API key | while it was not revoked it stands under its name; they are as many as were counted |
//! | webhook | it is listed and counted; of its events none is missing, and those that wait stand in its queue |
//! | job | its conversation (and letter) is there; unless parked, it is due at one time |
//! | books | accepted = shown + held + ignored + duplicates + discarded |

use std::collections::{BTreeMap, BTreeSet};

use super::{
    articles,
    index::Index,
    keys, lists, people,
    requests::{Counts, StoreError},
    rows::{Place, What},
    runs,
    tallies::Tallies,
    verbs, view, webhooks,
};
use crate::types::{ConversationId, JobId, JobState, LetterId, MailId};

/// What is not legal, in words; empty when all is well.
pub(super) fn troubles(index: &Index) -> Result<Vec<String>, StoreError> {
    let mut troubles = Vec::new();
    let mut counted = Counts::default();
    let shown = conversations(index, &mut counted, &mut troubles)?;
    mails(index, &shown, &mut counted, &mut troubles)?;
    let expected = letters(index, &mut counted, &mut troubles)?;
    jobs(index, &expected, &mut counted, &mut troubles)?;
    runs::troubles(index, &index.state()?.map_or_else(Tallies::default, |state| state.tallies).runs, &mut troubles)?;
    suppressions(index, index.state()?.map_or(0, |state| state.tallies.suppressions), &mut troubles)?;
    let tallies = index.state()?.map_or_else(Tallies::default, |state| state.tallies);
    articles::troubles(index, &tallies, &mut troubles)?;
    people::troubles(index, &tallies, &mut troubles)?;
    verbs::troubles(index, &tallies, &mut troubles)?;
    webhooks::troubles(index, &tallies, &mut troubles)?;
    // Copies that were kept before have no row; everything else is counted again.
    let copies = tallies.counts.duplicates.saturating_sub(counted.duplicates);
    counted.duplicates += copies;
    counted.accepted += copies;
    if !tallies.counts.balance() || counted != tallies.counts {
        troubles.push(format!("the books say {:?} and the rows {counted:?}", tallies.counts));
    }
    Ok(troubles)
}

fn ids(index: &Index, letter: u8, len: usize) -> impl Iterator<Item = Result<u64, StoreError>> {
    index.scan(&[letter]).filter_map(move |found| match found {
        Ok((key, _)) => (key.len() == len).then(|| keys::long_at(&key, 1).map(Ok)).flatten(),
        Err(e) => Some(Err(e)),
    })
}

/// Checks conversations; gives the mails in each time line.
fn conversations(
    index: &Index,
    counted: &mut Counts,
    troubles: &mut Vec<String>,
) -> Result<BTreeSet<(ConversationId, MailId)>, StoreError> {
    let mut shown = BTreeSet::new();
    let mut listed = 0;
    for id in ids(index, b'C', keys::MAIL_LEN) {
        let id = ConversationId(id?);
        counted.conversations += 1;
        let Some(row) = view::conversation(index, id)? else { continue };
        for seq in 0..row.entries {
            match view::entry(index, id, seq)?.map(|entry| entry.what) {
                None => troubles.push(format!("conversation {id} has no entry {seq}")),
                Some(What::Mail(mail)) => {
                    shown.insert((id, mail));
                }
                Some(_) => {}
            }
        }
        if index.scan(&keys::entries(id)).filter(|e| e.as_ref().is_ok_and(|(k, _)| k.len() == keys::ENTRY_LEN)).count()
            != row.entries as usize
        {
            troubles.push(format!("conversation {id} has more entries than it says"));
        }
        if view::by_number(index, row.number)?.is_none() {
            troubles.push(format!("number {} leads nowhere", row.number));
        }
        if let Some(into) = row.merged_into {
            let stays = view::conversation(index, into)?;
            if !stays.is_some_and(|stays| stays.merged_into.is_none() && stays.absorbed.contains(&id)) {
                troubles.push(format!("conversation {id} was merged into {into}, which does not say so"));
            }
        }
        for key in lists::keys_of(index, &row)? {
            if view::View::value(index, &key)?.is_none() {
                troubles.push(format!("conversation {id} is missing in a list"));
            }
            listed += 1;
        }
    }
    let there = index.scan(b"A").count();
    if there != listed {
        troubles.push(format!("lists of conversations have {there} lines instead of {listed}"));
    }
    Ok(shown)
}

fn mails(
    index: &Index,
    shown: &BTreeSet<(ConversationId, MailId)>,
    counted: &mut Counts,
    troubles: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut tally = Tallies::default();
    let mut held = BTreeSet::new();
    let mut filed_in = BTreeSet::new();
    for id in ids(index, b'M', keys::MAIL_LEN) {
        let id = MailId(id?);
        let Some(row) = view::mail(index, id)? else { continue };
        tally.add_mail(&row);
        if row.filings.is_empty() {
            troubles.push(format!("mail {id} lies nowhere"));
        }
        for filed in &row.filings {
            match &filed.place {
                Place::Conversation { id: conversation, .. } => {
                    filed_in.insert((*conversation, id));
                    if !shown.contains(&(*conversation, id)) {
                        troubles.push(format!("mail {id} is not in the time line of conversation {conversation}"));
                    }
                }
                Place::Held(_) => {
                    held.insert(id.0);
                }
                Place::Duplicate(first) => {
                    if view::mail(index, *first)?.is_none() {
                        troubles.push(format!("mail {id} is a copy of {first}, which is not there"));
                    }
                }
                Place::Ignored(_) | Place::Discarded { .. } => {}
            }
        }
    }
    for (conversation, mail) in shown.difference(&filed_in) {
        troubles.push(format!("conversation {conversation} shows mail {mail}, which does not lie there"));
    }
    let list: BTreeSet<u64> = ids(index, b'H', keys::MAIL_LEN).collect::<Result<_, _>>()?;
    if list != held {
        troubles.push(format!("the held list has {} mails, {} are held", list.len(), held.len()));
    }
    let places = tally.counts;
    (counted.accepted, counted.shown, counted.held) = (places.accepted, places.shown, places.held);
    (counted.ignored, counted.duplicates, counted.discarded) = (places.ignored, places.duplicates, places.discarded);
    Ok(())
}

/// Checks letters; gives the delivery jobs there must be.
fn letters(index: &Index, counted: &mut Counts, troubles: &mut Vec<String>) -> Result<BTreeSet<JobId>, StoreError> {
    let (mut expected, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for id in ids(index, b'L', keys::MAIL_LEN) {
        let id = LetterId(id?);
        counted.letters += 1;
        let Some(row) = view::letter(index, id)? else { continue };
        if view::conversation(index, row.conversation)?.is_none() {
            troubles.push(format!("letter {id} belongs to no conversation"));
        }
        for (place, delivery) in (0u16..).zip(&row.recipients) {
            if !delivery.state.is_settled() {
                expected.insert(JobId::Deliver(id, place));
            }
            if let Some(at) = delivery.state.failed_at() {
                refused.insert(keys::refused(at, id, place));
            }
        }
    }
    let listed: BTreeSet<Vec<u8>> = index.scan(b"X").map(|found| Ok(found?.0.to_vec())).collect::<Result<_, _>>()?;
    if listed != refused {
        troubles.push(format!("the list of refusals has {}, {} are refused", listed.len(), refused.len()));
    }
    Ok(expected)
}

fn jobs(
    index: &Index,
    expected: &BTreeSet<JobId>,
    counted: &mut Counts,
    troubles: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut due = BTreeMap::new();
    for found in index.scan(b"D") {
        let (key, _) = found?;
        if let Some((when, id)) = keys::read_due(&key)
            && due.insert(id, when).is_some()
        {
            troubles.push(format!("job {id} is due twice"));
        }
    }
    let mut delivering = BTreeSet::new();
    for job in super::reads::jobs(index)? {
        counted.jobs += 1;
        let expected_due = match job.state {
            JobState::Due(when) | JobState::Claimed(when) => Some(when),
            JobState::Parked => None,
        };
        counted.parked += u64::from(expected_due.is_none());
        if due.remove(&job.id) != expected_due {
            troubles.push(format!("job {} is not due when it says", job.id));
        }
        if view::conversation(index, job.conversation)?.is_none() {
            troubles.push(format!("job {} belongs to no conversation", job.id));
        }
        if matches!(job.id, JobId::Deliver(..)) {
            delivering.insert(job.id);
        }
    }
    for id in due.keys() {
        troubles.push(format!("job {id} is due and is not there"));
    }
    for id in expected.symmetric_difference(&delivering) {
        troubles.push(format!("recipient and job of {id} do not agree"));
    }
    Ok(())
}

fn suppressions(index: &Index, counted: u64, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    let mut there = 0;
    for found in index.scan(b"B") {
        let (key, _) = found?;
        if key.len() != keys::SUPPRESSION_LEN {
            continue;
        }
        there += 1;
        let row = view::suppression_row(index, &key)?;
        if row.is_none_or(|row| keys::suppression(&row.recipient) != key.as_ref()) {
            troubles.push("a suppression does not stand under its recipient".into());
        }
    }
    if there != counted {
        troubles.push(format!("{there} addresses are suppressed and {counted} are counted"));
    }
    Ok(())
}
