//! Which events there are, what becomes of them over crashes, and that they are bounded.

use super::*;
use crate::{
    store::{
        Mark, Store,
        people::Guarded,
        testing::{Bed, NOW, answering, conversation_of, end, file, mail},
    },
    types::Millis,
};

async fn webhook(store: &Store, events: &[WebhookEvent]) -> WebhookId {
    let new = NewWebhook {
        url: "https://hooks.acme.example/".into(),
        events: events.iter().copied().collect(),
        addresses: Default::default(),
        secret: Guarded::new("sealed".into()),
        by: "grace".into(),
        now: NOW,
    };
    store.add_webhook(new).await.unwrap().id
}

fn heard(store: &Store, id: WebhookId) -> Vec<WebhookEvent> {
    let newest = store.webhook_deliveries(id, 100).unwrap();
    newest.into_iter().rev().map(|one| one.event).collect()
}

async fn told(store: &Store, webhook: WebhookId, seq: u64, how: ToldHow) {
    store.told(Told { webhook, seq, how, words: "HTTP 500".into(), now: NOW }).await.unwrap();
}

#[tokio::test]
async fn what_happens_is_told_once_and_only_to_who_wants_it() {
    for bed in Bed::all() {
        // Given one webhook that wants everything and one that wants what is closed.
        let store = bed.open();
        let all = webhook(&store, &WebhookEvent::WANTED).await;
        let closed = webhook(&store, &[WebhookEvent::Closed]).await;
        // When a customer writes twice, and it is resolved.
        store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
        let id = conversation_of(&store, 1);
        store.accept(answering(mail(2, "ada@customer.example"), id), file).await.unwrap();
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        // Then each heard what it wants.
        use WebhookEvent::{Closed, Message, Opened};
        assert_eq!(heard(&store, all), [Opened, Message, Message, Closed]);
        assert_eq!(heard(&store, closed), [Closed]);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_waits_outlives_the_process_under_the_same_id() {
    for bed in Bed::all() {
        // Given one event that was tried in vain, and one that was taken.
        let store = bed.open();
        let id = webhook(&store, &WebhookEvent::WANTED).await;
        store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
        let later = Millis(NOW.0 + 5_000);
        told(&store, id, 0, ToldHow::Later(later)).await;
        told(&store, id, 1, ToldHow::Taken).await;
        let before = store.webhook_deliveries(id, 10).unwrap();
        // When the store is opened again.
        store.close().await;
        let store = bed.open();
        // Then the first waits as it did, and nothing else.
        assert_eq!(store.webhook_deliveries(id, 10).unwrap(), before);
        let waiting = store.waiting_events(id).unwrap();
        assert_eq!(waiting.iter().map(|one| (one.seq, one.due)).collect::<Vec<_>>(), [(0, later)]);
        let (_, health) = store.webhook(id).unwrap().unwrap();
        assert_eq!((health.waiting, health.parked, health.failing_since), (1, 0, None));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_was_given_up_is_told_again_when_a_person_says_so() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = webhook(&store, &[WebhookEvent::Opened]).await;
        store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
        told(&store, id, 0, ToldHow::GivenUp).await;
        let (_, health) = store.webhook(id).unwrap().unwrap();
        assert_eq!((health.waiting, health.parked, health.failing_since), (0, 1, Some(NOW)));
        let event = store.webhook_deliveries(id, 1).unwrap().remove(0).id;
        let again = store.replay_webhook(id, &event, NOW).await.unwrap();
        assert_eq!((again.id, again.state, again.attempts), (event, WebhookState::Waiting(NOW), 0));
        assert!(store.replay_webhook(id, "msg_0", NOW).await.is_err());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_dead_endpoint_keeps_a_bounded_number_and_counts_what_it_lost() {
    let bed = Bed::Memory(Default::default());
    let store = bed.open();
    let id = webhook(&store, &[WebhookEvent::Opened]).await;
    for _ in 0..WEBHOOK_EVENTS_MAX + 3 {
        store.test_webhook(id, NOW).await.unwrap();
    }
    let (_, health) = store.webhook(id).unwrap().unwrap();
    assert_eq!((health.waiting, health.lost), (WEBHOOK_EVENTS_MAX, 3));
    assert_eq!(store.waiting_events(id).unwrap()[0].seq, 3);
    // What is said of one that is gone changes nothing.
    told(&store, id, 0, ToldHow::Taken).await;
    end(store, &bed).await;
}

#[tokio::test]
async fn a_webhook_that_is_off_keeps_what_waits_and_one_that_is_gone_keeps_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = webhook(&store, &[WebhookEvent::Opened]).await;
        store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
        store.change_webhook(id, WebhookVerb::Disable, "grace".into(), NOW).await.unwrap();
        store.accept(mail(2, "bob@customer.example"), file).await.unwrap();
        assert_eq!(store.waiting_events(id).unwrap().len(), 1);
        store.change_webhook(id, WebhookVerb::Remove, "grace".into(), NOW).await.unwrap();
        assert_eq!((store.waiting_events(id).unwrap(), store.webhook(id).unwrap()), (vec![], None));
        assert_ne!(webhook(&store, &[WebhookEvent::Opened]).await, id, "no id is given twice");
        end(store, &bed).await;
    }
}
