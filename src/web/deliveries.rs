//! How far a letter got with each recipient, in words a person can trust: "sent" is said only after the far side said so.

use serde::Serialize;
use utoipa::ToSchema;

use super::view::moment;
use crate::{
    store::{Delivery, DeliveryState, LetterRow, Store, StoreError},
    types::{Address, Job, JobId, JobState, LetterId, Millis},
};

/// One recipient of one letter.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// `LETTER-N`, N the recipient's place from 0.
    pub id: String,
    /// To whom.
    pub to: Address,
    /// One word: `waiting`, `tried`, `uncertain`, `accepted`, `delayed`, `refused`, `bounced`, `dropped` or `recalled`.
    pub state: &'static str,
    /// The same as a sentence, with the far side's last words.
    pub words: String,
    /// Attempts that have ended.
    pub tries: u32,
    /// Whether it may have arrived though nobody said so.
    pub uncertain: bool,
    /// The next attempt, while there will be one.
    pub next: Option<Millis>,
}

/// All recipients of a letter.
///
/// # Errors
/// Those of the store.
pub(super) fn of_letter(store: &Store, letter: &LetterRow) -> Result<Vec<DeliveryView>, StoreError> {
    let places = 0..u16::try_from(letter.recipients.len()).unwrap_or(u16::MAX);
    places.filter_map(|place| of_recipient(store, letter, place).transpose()).collect()
}

/// One of them; `None` when there are not so many.
///
/// # Errors
/// Those of the store.
pub(super) fn of_recipient(store: &Store, letter: &LetterRow, place: u16) -> Result<Option<DeliveryView>, StoreError> {
    let job = store.job(JobId::Deliver(letter.id, place))?;
    Ok(letter.recipients.get(usize::from(place)).map(|one| view(letter.id, place, one, job)))
}

fn view(letter: LetterId, place: u16, one: &Delivery, job: Option<Job>) -> DeliveryView {
    let next = job.as_ref().and_then(|job| match job.state {
        JobState::Due(at) => Some(at),
        JobState::Claimed(_) | JobState::Parked => None,
    });
    let under_way = job.is_some_and(|job| matches!(job.state, JobState::Claimed(_)));
    DeliveryView {
        id: format!("{letter}-{place}"),
        to: one.to.clone(),
        state: word(one),
        words: sentence(one, next, under_way),
        tries: one.tries,
        uncertain: one.uncertain,
        next,
    }
}

fn word(one: &Delivery) -> &'static str {
    match (&one.state, one.uncertain) {
        (DeliveryState::Waiting, _) => "waiting",
        (DeliveryState::Deferred { .. }, false) => "tried",
        (DeliveryState::Deferred { .. }, true) => "uncertain",
        (DeliveryState::Accepted { .. }, _) if one.delayed.is_some() => "delayed",
        (DeliveryState::Accepted { .. }, _) => "accepted",
        (DeliveryState::Refused { .. }, _) => "refused",
        (DeliveryState::Bounced { .. }, _) => "bounced",
        (DeliveryState::Dropped { .. }, _) => "dropped",
        (DeliveryState::Recalled { .. }, _) => "recalled",
    }
}

fn sentence(one: &Delivery, next: Option<Millis>, under_way: bool) -> String {
    let then = match (next, under_way) {
        (_, true) => "an attempt is under way".to_owned(),
        (Some(at), false) => format!("next try {}", moment(at)),
        (None, false) => "no try is planned".to_owned(),
    };
    let perhaps = |words| if one.uncertain { words } else { "" };
    match &one.state {
        DeliveryState::Waiting if under_way => format!("waiting; {then}"),
        DeliveryState::Waiting => format!("waiting, not tried yet; {then}; it can be recalled until then"),
        DeliveryState::Deferred { attempts, words, .. } => format!(
            "{}tried {}: {words}; {then}{}",
            perhaps("uncertain, it may have arrived already; "),
            times(one.tries.max(*attempts)),
            perhaps(" with the same Message-ID"),
        ),
        DeliveryState::Accepted { by, words, at } => {
            let twice = perhaps("; an earlier attempt may have brought it as well");
            let delayed = one.delayed.as_ref().map(|delay| format!("; delayed {}: {}", moment(delay.at), delay.words));
            format!("sent {}: accepted by {by}: {words}{twice}{}", moment(*at), delayed.unwrap_or_default())
        }
        DeliveryState::Refused { words, at } => {
            format!("refused {}: {words}{}", moment(*at), perhaps("; an earlier attempt may have brought it"))
        }
        DeliveryState::Bounced { status, words, report, proven, at } => {
            let code = if words.contains(status.as_str()) { String::new() } else { format!("{status} ") };
            let doubt = if *proven { "" } else { ", and is not proven" };
            format!("bounced {}: {code}{words}; the report is mail {report}{doubt}", moment(*at))
        }
        DeliveryState::Dropped { by, why, at } => {
            format!("dropped {} by {by}: {why}{}", moment(*at), perhaps("; an earlier attempt may have brought it"))
        }
        DeliveryState::Recalled { by, at } => format!("recalled {} by {by}, before it left", moment(*at)),
    }
}

fn times(n: u32) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::Delay, types::MailId};

    fn one(state: DeliveryState, uncertain: bool) -> (&'static str, String) {
        let to = Address::parse("ada@customer.example").expect("an address");
        let one = Delivery { state, tries: 2, uncertain, ..Delivery::waiting(to) };
        word_and_words(&one)
    }

    fn word_and_words(one: &Delivery) -> (&'static str, String) {
        (word(one), sentence(one, Some(Millis(0)), false))
    }

    #[test]
    fn sent_is_said_of_what_the_far_side_accepted_and_of_nothing_else() {
        let words = || "250 queued as 4f2".to_owned();
        let accepted = DeliveryState::Accepted { by: "mx.x".into(), words: words(), at: Millis(0) };
        let others = [
            DeliveryState::Waiting,
            DeliveryState::Deferred { attempts: 2, next: Millis(0), words: words() },
            DeliveryState::Refused { words: words(), at: Millis(0) },
            DeliveryState::Bounced {
                status: "5.1.1".into(),
                words: words(),
                report: MailId(1),
                proven: false,
                at: Millis(0),
            },
            DeliveryState::Dropped { by: "Eve".into(), why: words(), at: Millis(0) },
            DeliveryState::Recalled { by: "Eve".into(), at: Millis(0) },
        ];
        let said = one(accepted, false);
        assert_eq!(said, ("accepted", "sent 1970-01-01T00:00:00Z: accepted by mx.x: 250 queued as 4f2".into()));
        for uncertain in [false, true] {
            for state in &others {
                let (word, words) = one(state.clone(), uncertain);
                assert!(word != "accepted" && !words.contains("sent"), "{word}: {words}");
            }
        }
    }

    #[test]
    fn what_came_back_or_is_delayed_says_why_and_by_which_report() {
        let words = "550 5.1.1 no such user".to_owned();
        let bounced = |status: &str, proven: bool| {
            let (status, words) = (status.to_owned(), words.clone());
            one(DeliveryState::Bounced { status, words, report: MailId(1), proven, at: Millis(0) }, false)
        };
        let (word, said) = bounced("5.1.1", true);
        assert_eq!(word, "bounced");
        assert_eq!(said, "bounced 1970-01-01T00:00:00Z: 550 5.1.1 no such user; the report is mail 0000000000001");
        assert!(bounced("5.0.0", true).1.contains(": 5.0.0 550 5.1.1 no such user;"));
        assert!(bounced("5.1.1", false).1.ends_with("0000000000001, and is not proven"));
        let to = Address::parse("ada@customer.example").expect("an address");
        let state = DeliveryState::Accepted { by: "mx.x".into(), words: "250 ok".into(), at: Millis(0) };
        let delayed = Some(Delay { words: "4.2.2 mailbox full".into(), at: Millis(1000) });
        let late = Delivery { state, delayed, ..Delivery::waiting(to) };
        assert_eq!(word_and_words(&late).0, "delayed");
        assert!(word_and_words(&late).1.ends_with("; delayed 1970-01-01T00:00:01Z: 4.2.2 mailbox full"));
    }

    #[test]
    fn what_may_have_arrived_says_so_in_every_state_after() {
        let deferred = DeliveryState::Deferred { attempts: 2, next: Millis(0), words: "silence".into() };
        let (word, words) = one(deferred, true);
        assert_eq!(word, "uncertain");
        assert_eq!(
            words,
            "uncertain, it may have arrived already; tried 2 times: silence; next try 1970-01-01T00:00:00Z \
             with the same Message-ID"
        );
        let refused = DeliveryState::Refused { words: "550 no".into(), at: Millis(0) };
        assert!(one(refused, true).1.ends_with("an earlier attempt may have brought it"));
    }
}
