//! Webhooks against a real server over loopback: signed, again under the same id, guarded, in order, and in nobody's way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    fetch::{
        Reach,
        testing::{Asked, Authority, Said, Site, fetcher, says},
    },
    playground::{Dns, Zone},
    store::{NewWebhook, Store, WebhookDelivery, WebhookEvent, WebhookId, WebhookState},
    types::{Clock, Network, Secret, base64},
};

const START: u64 = 1_700_000_000_000;

/// A store with one webhook and the sender that tells it.
struct World {
    store: Store,
    clock: Clock,
    webhook: WebhookId,
    secret: Secret,
    stop: CancellationToken,
    _dns: Dns,
}

impl World {
    async fn telling(url: &str, reach: Reach) -> Self {
        let (dns, clock) = (Dns::start(Zone::new()).unwrap(), Clock::testing_fixed(START));
        let (store, seal) = (Store::testing_memory(clock.clone()), Seal::new(&Secret::new([7; 32])));
        let (secret, sealed) = seal.make().unwrap();
        let new = NewWebhook {
            url: url.into(),
            events: WebhookEvent::WANTED.into(),
            addresses: Default::default(),
            secret: sealed,
            by: "grace".into(),
            now: clock.now(),
        };
        let webhook = store.add_webhook(new).await.unwrap().id;
        let (fetcher, stop) = (fetcher(&dns, &Authority::new()), CancellationToken::new());
        tokio::spawn(Sender::new(store.clone(), fetcher, seal, reach, clock.clone()).run(stop.clone()));
        Self { store, clock, webhook, secret, stop, _dns: dns }
    }

    async fn loopback(site: &Site) -> Self {
        Self::telling(&site.url("/hook"), Reach::listed(&["127.0.0.1".parse::<Network>().unwrap()])).await
    }

    async fn try_it(&self) -> WebhookDelivery {
        self.store.test_webhook(self.webhook, self.clock.now()).await.unwrap()
    }

    /// The event, as soon as that holds of it.
    async fn until(&self, seq: u64, holds: impl Fn(&WebhookDelivery) -> bool) -> WebhookDelivery {
        let mut changes = self.store.changes();
        let wait = async {
            loop {
                let one = self.store.webhook_delivery(self.webhook, seq).unwrap().unwrap();
                if holds(&one) {
                    return one;
                }
                // Each attempt that came to something is a change; a delivery is not.
                let _ = tokio::time::timeout(Duration::from_millis(20), changes.recv()).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it comes to that")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// RFC 2104 by hand, over another library's digest than the one that signs.
fn verified(secret: &Secret, asked: &Asked) -> bool {
    use aws_lc_rs::digest::{SHA256, digest};
    const BLOCK: usize = 64;
    let mut key = unbase64(secret.expose_str().strip_prefix("whsec_").unwrap());
    key.resize(BLOCK, 0);
    let pad = |with: u8| key.iter().map(|octet| octet ^ with).collect::<Vec<u8>>();
    let said = |name: &str| asked.header(name).unwrap_or_default();
    let text = format!("{}.{}.{}", said("webhook-id"), said("webhook-timestamp"), asked.body);
    let inner = digest(&SHA256, &[pad(0x36), text.into_bytes()].concat());
    let outer = digest(&SHA256, &[pad(0x5c), inner.as_ref().to_vec()].concat());
    said("webhook-signature") == format!("v1,{}", base64(outer.as_ref()))
}

fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits =
        text.bytes().filter(|letter| *letter != b'=').fold((Vec::new(), 0u32, 0), |(mut out, held, n), letter| {
            let value = LETTERS.iter().position(|one| *one == letter).unwrap() as u32;
            let (held, n) = (held << 6 | value, n + 6);
            if n < 8 {
                return (out, held, n);
            }
            out.push((held >> (n - 8)) as u8);
            (out, held & ((1 << (n - 8)) - 1), n - 8)
        });
    bits.0
}

#[tokio::test]
async fn a_server_that_fails_first_hears_the_same_event_again_and_can_check_who_says_it() {
    // Given a server that fails once.
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    let site = Site::start(move |_| match counted.fetch_add(1, Ordering::Relaxed) {
        0 => says("500 Internal Server Error", "text/plain", "not now"),
        _ => says("204 No Content", "text/plain", ""),
    })
    .await;
    let world = World::loopback(&site).await;
    // When something is told, and the first pause is over.
    let event = world.try_it().await;
    let failed = world.until(event.seq, |one| one.attempts == 1).await;
    assert_eq!(failed.state, WebhookState::Waiting(world.clock.now().plus(BACK_OFF[0])));
    assert_eq!(failed.words, "HTTP 500 not now");
    world.clock.testing_advance(BACK_OFF[0]);
    world.until(event.seq, |one| matches!(one.state, WebhookState::Delivered(_))).await;
    // Then both requests have the id of the event, and a signature that counts for what they say at their time.
    let asked = site.asked();
    assert_eq!(asked.len(), 2);
    for one in &asked {
        assert_eq!(one.line, "POST /hook HTTP/1.1");
        assert_eq!(one.header("webhook-id"), Some(event.id.as_str()));
        assert!(verified(&world.secret, one), "{one:?}");
        assert!(!verified(&world.secret, &Asked { body: format!("{} ", one.body), ..one.clone() }));
        let said: Value = serde_json::from_str(&one.body).unwrap();
        assert_eq!((&said["id"], &said["type"]), (&event.id.as_str().into(), &"webhook.test".into()));
    }
    assert_eq!(asked[0].body, asked[1].body);
    assert_ne!(asked[0].header("webhook-timestamp"), asked[1].header("webhook-timestamp"));
}

#[tokio::test]
async fn who_never_takes_it_is_asked_for_three_days_and_then_waits_for_a_person() {
    let site = Site::start(|_| says("503 Service Unavailable", "text/plain", "")).await;
    let world = World::loopback(&site).await;
    let event = world.try_it().await;
    for (attempts, pause) in (1..).zip(BACK_OFF) {
        world.until(event.seq, |one| one.attempts == attempts).await;
        world.clock.testing_advance(pause);
    }
    let parked = world.until(event.seq, |one| one.attempts as usize == BACK_OFF.len() + 1).await;
    assert_eq!(parked.state, WebhookState::Parked(world.clock.now()));
    // A replay asks once more, under the same id.
    let again = world.store.replay_webhook(world.webhook, &event.id, world.clock.now()).await.unwrap();
    world.until(again.seq, |one| one.attempts == 1).await;
    let ids: Vec<_> = site.asked().iter().map(|one| one.header("webhook-id").unwrap().to_owned()).collect();
    assert_eq!(ids, vec![event.id; BACK_OFF.len() + 2]);
}

#[tokio::test]
async fn an_inner_address_is_not_told_s24() {
    // Given a server of ours that nobody listed, and the same by name.
    let site = Site::start(|_| says("200 OK", "text/plain", "")).await;
    for url in [site.url("/hook"), format!("http://localhost:{}/hook", site.addr.port())] {
        let world = World::telling(&url, Reach::Public).await;
        let event = world.try_it().await;
        let refused = world.until(event.seq, |one| one.attempts == 1).await;
        assert!(refused.words.contains("a loopback address"), "{}", refused.words);
    }
    assert_eq!(site.connections(), 0);
    // Nor can one be made that names such an address outright.
    assert!(check_url("https://127.0.0.1/hook", &Reach::Public).unwrap_err().contains("a loopback address"));
    assert!(check_url("https://2130706433/hook", &Reach::Public).is_err());
    assert!(check_url("http://hooks.acme.example/", &Reach::Public).unwrap_err().contains("https://"));
    assert_eq!(check_url("https://hooks.acme.example/", &Reach::Public), Ok(()));
}

#[tokio::test]
async fn a_redirect_is_not_followed_s24() {
    let site = Site::start(|_| crate::fetch::testing::sends_on("307 Temporary Redirect", "/elsewhere")).await;
    let world = World::loopback(&site).await;
    let event = world.try_it().await;
    let failed = world.until(event.seq, |one| one.attempts == 1).await;
    assert_eq!(failed.words, "HTTP 307: redirects are not followed");
    assert_eq!(site.asked().len(), 1);
}

#[tokio::test]
async fn a_server_that_never_answers_holds_up_no_write_and_hears_no_more_than_its_share() {
    // Given a webhook whose server is silent, and more events than it may have on their way.
    let site = Site::start(|_| Said::Silent(String::new())).await;
    let world = World::loopback(&site).await;
    for _ in 0..AT_ONCE_MAX + 3 {
        world.try_it().await;
    }
    let wait = async {
        while site.asked().len() < AT_ONCE_MAX {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it is asked");
    // When more happens, then it is written while those wait, and no further request is made.
    let written = tokio::time::timeout(Duration::from_secs(5), world.try_it()).await;
    assert!(written.is_ok(), "the store waits for nobody's server");
    assert_eq!(site.asked().len(), AT_ONCE_MAX);
}
