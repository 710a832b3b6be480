//! Who takes part, and what a merge leaves behind: on every journal, and equal when the index is made again.

use std::time::Duration;

use super::{
    Store,
    requests::{Mark, Merged, Written},
    rows::{ConversationRow, Status, What},
    testing::{Bed, NOW, address, answering, claim_late, conversation_of, end, letter, mail},
};
use crate::{
    conversation::{self, Arrival, NumberPlace},
    types::{Approval, ConversationId, JobId, JobKind, Level, MailId, Millis, Number},
};

const ADA: &str = "ada@customer.example";
const BOB: &str = "bob@other.example";

async fn keep(store: &Store, arrival: Arrival) -> ConversationRow {
    let id = arrival.envelope.id;
    store.accept(arrival, conversation::file).await.unwrap();
    row(store, conversation_of(store, id.0))
}

fn row(store: &Store, id: ConversationId) -> ConversationRow {
    store.conversation(id).unwrap().unwrap()
}

fn naming(mut mail: Arrival, who: &[&str]) -> Arrival {
    mail.mail.named = who.iter().map(|who| address(who)).collect();
    mail
}

fn at(mut mail: Arrival, level: Level, later_secs: u64) -> Arrival {
    mail.verdicts.level = level;
    mail.now = NOW.plus(Duration::from_secs(later_secs));
    mail
}

fn numbered(mut mail: Arrival, number: Number) -> Arrival {
    mail.destinations[0].lookups.numbers = vec![(number, NumberPlace::Subject)];
    mail
}

fn referring(mut mail: Arrival, n: u64) -> Arrival {
    mail.destinations[0].lookups.message_ids = vec![format!("mail-{n}@customer.example")];
    mail
}

fn others(row: &ConversationRow) -> Vec<(String, Millis, Level)> {
    row.participants.iter().map(|one| (one.address.to_string(), one.since, one.level)).collect()
}

#[tokio::test]
async fn s01_only_a_proved_mail_of_who_takes_part_brings_others_in() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = keep(&store, mail(1, ADA)).await.id;
        // Given a reply key that joins but proves nothing about its writer, then a proved one.
        let unproven = at(answering(naming(mail(2, ADA), &["eve@evil.example"]), id), Level::Unproven, 1);
        assert_eq!(others(&keep(&store, unproven).await), []);
        let vouched = at(answering(naming(mail(3, ADA), &["eve@evil.example"]), id), Level::Vouched, 2);
        assert_eq!(others(&keep(&store, vouched).await), [], "below the level of the conversation");
        let proved =
            at(answering(naming(mail(4, ADA), &[BOB, "support@acme.example", ADA]), id), Level::Authenticated, 3);
        let since = NOW.plus(Duration::from_secs(3));
        assert_eq!(others(&keep(&store, proved).await), [(BOB.to_owned(), since, Level::Unproven)]);
        // When Bob writes himself, he has proved it, and keeps his beginning.
        let his =
            keep(&store, at(answering(naming(mail(5, BOB), &["carl@other.example"]), id), Level::Authenticated, 4))
                .await;
        assert_eq!(his.id, id);
        assert_eq!(others(&his)[0], (BOB.to_owned(), since, Level::Authenticated));
        assert_eq!(others(&his)[1].0, "carl@other.example");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_first_mail_names_others_only_when_it_is_proved() {
    let bed = Bed::segments();
    let store = bed.open();
    assert_eq!(others(&keep(&store, at(naming(mail(1, ADA), &[BOB]), Level::Unproven, 0)).await), []);
    assert_eq!(others(&keep(&store, naming(mail(2, ADA), &[BOB])).await), [(BOB.to_owned(), NOW, Level::Unproven)]);
    end(store, &bed).await;
}

#[tokio::test]
async fn a_crowd_has_an_end() {
    let bed = Bed::segments();
    let store = bed.open();
    let id = keep(&store, mail(1, ADA)).await.id;
    for n in 0..3u64 {
        let many: Vec<String> = (0..15).map(|who| format!("x{n}-{who}@other.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        keep(&store, answering(naming(mail(2 + n, ADA), &many), id)).await;
    }
    assert_eq!(row(&store, id).participants.len(), 20);
    end(store, &bed).await;
}

#[tokio::test]
async fn a_colleague_with_a_second_address_is_merged_and_both_are_one() {
    for bed in Bed::all() {
        let store = bed.open();
        let first = keep(&store, mail(1, ADA)).await;
        // Bob answers with Ada's number: he takes no part, so a linked conversation opens.
        let second = keep(&store, numbered(at(mail(2, BOB), Level::Authenticated, 60), first.number)).await;
        assert_eq!((second.linked_to, second.id == first.id), (Some(first.id), false));

        let merged = store.merge(first.id, second.id, NOW.plus(Duration::from_secs(120))).await.unwrap();

        assert_eq!(merged, Merged::Into(first.id));
        let one = row(&store, first.id);
        assert_eq!(others(&one), [(BOB.to_owned(), NOW.plus(Duration::from_secs(60)), Level::Authenticated)]);
        assert_eq!(one.last_mail, Some(MailId(2)), "a letter answers the newest mail of both");
        assert!(one.waits_because.contains(&second.number.to_string()), "{}", one.waits_because);
        assert_eq!(store.job(JobId::Answer(second.id)).unwrap(), None);
        let listed = store.conversations(&super::ConversationFilter::default()).unwrap();
        assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [first.id]);
        let line = store.timeline(first.id).unwrap();
        let mails: Vec<_> =
            line.iter().filter(|entry| matches!(entry.what, What::Mail(_))).map(|entry| entry.at).collect();
        assert_eq!(mails, [NOW, NOW.plus(Duration::from_secs(60))]);
        // Number, reply key and message id of the one that went lead to the one that stays, for both of them.
        for (n, from) in [(10, ADA), (20, BOB)] {
            assert_eq!(keep(&store, numbered(mail(n, from), second.number)).await.id, first.id);
            assert_eq!(keep(&store, answering(mail(n + 1, from), second.id)).await.id, first.id);
            assert_eq!(keep(&store, referring(mail(n + 2, from), 2)).await.id, first.id);
            assert_eq!(keep(&store, numbered(mail(n + 3, from), first.number)).await.id, first.id);
        }
        assert_eq!(store.conversation_by_number(second.number).unwrap().unwrap().id, first.id);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn merges_in_a_row_lead_to_the_last_in_one_step() {
    let bed = Bed::segments();
    let store = bed.open();
    let mut ids = Vec::new();
    for n in 1..=4 {
        ids.push(keep(&store, mail(n, &format!("c{n}@customer.example"))).await.id);
    }
    for pair in [(1, 0), (2, 1), (3, 0)] {
        // 0 goes into 1, 1 into 2, and what 0 has become into 3.
        assert_eq!(store.merge(ids[pair.0], ids[pair.1], NOW).await.unwrap(), Merged::Into(ids[pair.0]));
    }
    assert_eq!(store.merge(ids[0], ids[2], NOW).await.unwrap(), Merged::Refused("they are one conversation already"));
    for id in &ids[..3] {
        assert_eq!(row(&store, *id).merged_into, Some(ids[3]));
    }
    assert_eq!(row(&store, ids[3]).participants.len(), 3);
    end(store, &bed).await;
}

#[tokio::test]
async fn two_crowds_stay_two() {
    let bed = Bed::segments();
    let store = bed.open();
    let mut ids = Vec::new();
    for n in 1..=2u64 {
        let many: Vec<String> = (0..11).map(|who| format!("x{n}-{who}@other.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        ids.push(keep(&store, naming(mail(n, &format!("c{n}@customer.example")), &many)).await);
    }
    let merged = store.merge(ids[0].id, ids[1].id, NOW).await.unwrap();
    assert!(matches!(merged, Merged::Refused(why) if why.contains("take part")), "{merged:?}");
    assert_eq!((row(&store, ids[0].id), row(&store, ids[1].id)), (ids[0].clone(), ids[1].clone()));
    end(store, &bed).await;
}

#[tokio::test]
async fn conversations_of_two_addresses_stay_two() {
    let bed = Bed::segments();
    let store = bed.open();
    let here = keep(&store, mail(1, ADA)).await;
    let mut other = mail(2, ADA);
    other.destinations[0].address = Some(address("billing@acme.example"));
    let there = keep(&store, other).await;
    assert_eq!(store.merge(here.id, there.id, NOW).await.unwrap(), Merged::Refused("they belong to two addresses"));
    assert!(store.merge(here.id, ConversationId(1), NOW).await.is_err(), "there is no such conversation");
    assert_eq!((row(&store, here.id), row(&store, there.id)), (here, there));
    end(store, &bed).await;
}

#[tokio::test]
async fn what_waited_in_the_one_that_goes_opens_the_one_that_stays() {
    let bed = Bed::segments();
    let store = bed.open();
    let first = keep(&store, mail(1, ADA)).await.id;
    let second = keep(&store, mail(2, BOB)).await.id;
    store.mark(first, Mark::Resolved, NOW).await.unwrap();
    store.merge(first, second, NOW).await.unwrap();
    assert_eq!(row(&store, first).status, Status::Open);
    store.mark(second, Mark::Taken("Eve".into()), NOW).await.unwrap();
    assert_eq!(row(&store, first).owner, super::Owner::Person("Eve".into()), "a mark on the one reaches the other");
    store.mark(first, Mark::GivenBack, NOW).await.unwrap();
    assert!(store.job(JobId::Answer(first)).unwrap().is_some(), "the newest mail lies in the other's time line");
    end(store, &bed).await;
}

#[tokio::test]
async fn a_letter_under_way_is_stale_and_the_fate_of_one_sent_is_told_where_people_look() {
    let bed = Bed::segments();
    let store = bed.open();
    let (first, second) = (keep(&store, mail(1, ADA)).await.id, keep(&store, mail(2, BOB)).await.id);
    let approved = row(&store, second).generation;
    assert_eq!(store.reply(letter(1, second, Approval::by_person("Eve", approved))).await.unwrap(), Written::Done);
    let late = letter(2, second, Approval::by_person("Eve", row(&store, second).generation));
    store.merge(first, second, NOW).await.unwrap();
    assert_eq!(store.reply(late).await.unwrap(), Written::Stale);
    let job = claim_late(&store, JobKind::Deliver).await;
    let refused = super::DeliveryState::Refused { words: "550 nobody".into(), at: NOW };
    store
        .settle(super::Settled {
            job: job.id,
            claim: job.claim(),
            delivery: refused,
            uncertain: false,
            no_mailbox: false,
            now: NOW,
        })
        .await
        .unwrap();
    assert!(row(&store, first).waits_because.contains("550 nobody"), "{}", row(&store, first).waits_because);
    end(store, &bed).await;
}
