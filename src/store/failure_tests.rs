//! Failing and crowded: whoever hears an error finds nothing kept, and a crowd shares its waiting.

use std::time::Duration;

use super::testing::*;
use crate::{
    store::{Store, StoreError, journal::MemoryJournal},
    types::{Clock, JobKind, MailId},
};

const ADA: &str = "ada@customer.example";

#[tokio::test]
async fn a_decision_that_panics_costs_one_caller_an_error() {
    for bed in Bed::all() {
        let store = bed.open();
        let failed = store.accept(mail(1, ADA), |_, _, _| panic!("on purpose")).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))));
        store.accept(mail(2, ADA), file).await.unwrap();
        assert_eq!(store.mail(MailId(1)).unwrap(), None);
        end(store, &bed).await;
    }
}

/// S-06.
#[tokio::test]
async fn numbers_grow_before_a_tenth_of_the_short_ones_is_taken() {
    let tallies = |taken: u64| {
        let mut tallies = crate::store::tallies::Tallies::default();
        tallies.numbers[5] = taken;
        tallies
    };
    let view = crate::store::index::Index::temporary().unwrap();
    let digits = |taken| crate::store::numbers::draw(&view, &tallies(taken), 1).unwrap().to_string().len();
    assert_eq!((digits(0), digits(8_999), digits(9_000)), (5, 5, 6));
}

#[tokio::test]
async fn a_hundred_mails_at_once_share_few_appends() {
    let journal = MemoryJournal::default();
    let bed = Bed::Memory(journal.clone());
    let store = bed.open();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 1..=100 {
        let store = store.clone();
        tasks.spawn(async move { store.accept(mail(n, ADA), file).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(journal.records(), 100);
    assert!(journal.appends() < 60, "{}", journal.appends());
    end(store, &bed).await;
}

#[tokio::test]
async fn whichever_append_fails_its_caller_hears_it_and_nothing_is_left() {
    let script = 6;
    for failing in 1..=script {
        let journal = MemoryJournal::default();
        let bed = Bed::Memory(journal.clone());
        let store = bed.open();
        journal.fail_append(failing);
        let mut failed = 0;
        for n in 1..=script {
            match store.accept(mail(n, ADA), file).await {
                Ok(_) => assert!(store.mail(MailId(n)).unwrap().is_some()),
                Err(StoreError::Unavailable(_)) => {
                    failed += 1;
                    assert_eq!(n, failing);
                    assert_eq!(store.mail(MailId(n)).unwrap(), None);
                    // The peer comes again and is heard.
                    assert!(!store.accept(mail(n, ADA), file).await.unwrap().is_duplicate());
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((failed, store.counts().unwrap().shown), (1, script));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn whoever_waits_for_work_is_woken_by_the_commit_that_makes_it() {
    let store = Store::testing_memory(Clock::testing_fixed(NOW.0));
    let wake = store.wake(JobKind::Answer);
    let waiting = wake.notified();
    store.accept(mail(1, ADA), file).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap();
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let bed = Bed::segments();
    let store = bed.open();
    store.clone().close().await;
    assert!(matches!(store.accept(mail(1, ADA), file).await, Err(StoreError::Stopping)));
    end(store, &bed).await;
}
