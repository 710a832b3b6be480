//! How many deliveries there are at once, and to whom.

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::*;
use crate::types::{ConversationId, JobId, JobState, LetterId};

const NOW: Millis = Millis(1_000_000);

fn settings(route: Route) -> config::Outbound {
    config::Outbound { route, concurrency: 3, concurrency_per_domain: 2, ..config::Outbound::default() }
}

fn to(domain: &str) -> Job {
    Job {
        id: JobId::Deliver(LetterId(1), 0),
        conversation: ConversationId(1),
        state: JobState::Claimed(NOW),
        attempts: 1,
        made: NOW,
        domain: domain.to_owned(),
        last_words: String::new(),
    }
}

/// A lane that is open until what comes back is dropped.
fn open(lanes: &mut Lanes, domain: &str) -> oneshot::Sender<()> {
    let (end, ended) = oneshot::channel::<()>();
    lanes.open(&to(domain), NOW, async move { drop(ended.await) });
    end
}

fn passed(domains: &[&str]) -> Option<Pick> {
    Some(Pick::Except(domains.iter().map(|domain| (*domain).to_owned()).collect()))
}

#[tokio::test]
async fn a_domain_has_as_many_lanes_as_it_may_and_the_others_go_on() {
    let mut lanes = Lanes::new(&settings(Route::Mx { port: 25 }));
    assert_eq!(lanes.pick(NOW), Some(Pick::Any));
    let first = open(&mut lanes, "a.example");
    assert_eq!(lanes.pick(NOW), Some(Pick::Any));
    let _second = open(&mut lanes, "a.example");
    assert_eq!(lanes.pick(NOW), passed(&["a.example"]));
    assert!(lanes.has_room());
    let _third = open(&mut lanes, "b.example");
    assert!(!lanes.has_room(), "three in all");

    drop(first);
    lanes.one_ended().await;
    assert!(lanes.has_room());
    assert_eq!(lanes.pick(NOW), Some(Pick::Any));
    assert_eq!(lanes.next_of(&to("a.example")), Some(Pick::Of("a.example".into())));
}

#[tokio::test]
async fn through_a_relay_all_letters_go_to_the_relay() {
    for route in [Route::File { path: PathBuf::new() }, Route::Smarthost(crate::outbound::support::relay())] {
        let mut lanes = Lanes::new(&settings(route));
        let _first = open(&mut lanes, "a.example");
        assert_eq!(lanes.pick(NOW), Some(Pick::Any));
        let _second = open(&mut lanes, "b.example");
        assert!(!lanes.has_room(), "two to one relay");
        assert_eq!(lanes.next_of(&to("a.example")), Some(Pick::Any));
    }
}

#[tokio::test]
async fn letters_to_one_domain_are_kept_apart_when_that_is_asked() {
    let apart = Duration::from_millis(1500);
    let mut lanes = Lanes::new(&config::Outbound { pause_per_domain: apart, ..settings(Route::Mx { port: 25 }) });
    let first = open(&mut lanes, "a.example");
    assert_eq!(lanes.pick(NOW), passed(&["a.example"]));
    assert_eq!(lanes.next_of(&to("a.example")), None, "a lane of one letter");
    drop(first);
    lanes.one_ended().await;
    assert_eq!(lanes.pick(Millis(NOW.0 + 1499)), passed(&["a.example"]), "also when it has ended");
    assert_eq!(lanes.pick(NOW.plus(apart)), Some(Pick::Any));

    let relay = Route::Smarthost(crate::outbound::support::relay());
    let mut lanes = Lanes::new(&config::Outbound { pause_per_domain: apart, ..settings(relay) });
    let _first = open(&mut lanes, "a.example");
    assert_eq!(lanes.pick(NOW), None, "nothing at all goes to a relay that rests");
    assert_eq!(lanes.pick(NOW.plus(apart)), Some(Pick::Any));
}

#[tokio::test]
async fn a_lane_that_panics_is_over_like_any_other() {
    let mut lanes = Lanes::new(&settings(Route::Mx { port: 25 }));
    lanes.open(&to("a.example"), NOW, async { panic!("as this test wants") });
    let _second = open(&mut lanes, "a.example");
    lanes.one_ended().await;
    assert_eq!(lanes.pick(NOW), Some(Pick::Any));
}

/// A store that has nothing but a time when something is due.
struct Due(Option<Millis>);

impl Work for Due {
    async fn claim(&self, _: Pick, _: Millis, _: Duration) -> Result<Option<Job>, crate::store::StoreError> {
        Ok(None)
    }
    async fn settle(&self, _: crate::store::Settled) -> Result<(), crate::store::StoreError> {
        Ok(())
    }
    fn letter(&self, _: LetterId) -> Result<Option<crate::store::LetterRow>, crate::store::StoreError> {
        Ok(None)
    }
    async fn raw(&self, _: &crate::store::RawRef) -> Result<bytes::Bytes, crate::store::StoreError> {
        Ok(bytes::Bytes::new())
    }
    fn next_due(&self, _: &Pick) -> Result<Option<Millis>, crate::store::StoreError> {
        Ok(self.0)
    }
    fn wake(&self) -> std::sync::Arc<tokio::sync::Notify> {
        std::sync::Arc::default()
    }
}

#[tokio::test]
async fn the_queue_sleeps_until_the_next_job_and_never_spins() {
    let mut lanes = Lanes::new(&settings(Route::Mx { port: 25 }));
    assert_eq!(lanes.pause(&Due(Some(Millis(NOW.0 + 5000))), NOW), Duration::from_secs(5));
    assert_eq!(lanes.pause(&Due(Some(Millis(0))), NOW), REST);
    assert_eq!(lanes.pause(&Due(Some(Millis(u64::MAX))), NOW), LOOK_EVERY);
    assert_eq!(lanes.pause(&Due(None), NOW), LOOK_EVERY);
}

#[tokio::test]
async fn the_queue_wakes_when_a_domain_has_rested() {
    let apart = Duration::from_millis(1500);
    let relay = Route::Smarthost(crate::outbound::support::relay());
    for route in [Route::Mx { port: 25 }, relay] {
        let mut lanes = Lanes::new(&config::Outbound { pause_per_domain: apart, ..settings(route) });
        let _lane = open(&mut lanes, "a.example");
        assert_eq!(lanes.pause(&Due(None), NOW), apart);
    }
}
