//! The next job, beside a list that is searched from its beginning.

use proptest::prelude::*;

use super::*;
use crate::types::{ConversationId, JobId, LetterId, Millis};

fn delivery(when: u64, letter: u64) -> Vec<u8> {
    keys::due(JobId::Deliver(LetterId(letter), 0), Millis(when))
}

fn note(kinds: &mut Kinds, key: &[u8], domain: Option<&str>) {
    kinds.note(key, domain.map(|domain| IVec::from(keys::line(domain))).as_ref());
}

fn first(kinds: &Kinds, pick: &Pick) -> Option<Vec<u8>> {
    kinds.of(JobKind::Deliver).first(pick, |_| false)
}

#[test]
fn a_domain_that_is_passed_over_holds_up_nobody_however_much_waits_for_it() {
    let mut kinds = Kinds::default();
    (0..1000).for_each(|n| note(&mut kinds, &delivery(n, n), Some("busy.example")));
    note(&mut kinds, &delivery(2000, 1), Some("free.example"));
    let busy = Pick::Except(vec!["busy.example".into()]);
    assert_eq!(first(&kinds, &Pick::Any), Some(delivery(0, 0)));
    assert_eq!(first(&kinds, &busy), Some(delivery(2000, 1)));
    assert_eq!(first(&kinds, &Pick::Of("free.example".into())), Some(delivery(2000, 1)));
    assert_eq!(first(&kinds, &Pick::Of("other.example".into())), None);
}

#[test]
fn answers_and_other_keys_are_no_deliveries() {
    let mut kinds = Kinds::default();
    let answer = keys::due(JobId::Answer(ConversationId(1)), Millis(0));
    note(&mut kinds, &answer, Some(""));
    note(&mut kinds, b"U-and-so-on", Some(""));
    assert_eq!(first(&kinds, &Pick::Any), None);
    assert_eq!(kinds.of(JobKind::Answer).first(&Pick::Any, |_| false), Some(answer));
}

const DOMAINS: [&str; 4] = ["", "a.example", "b.example", "c.example"];

fn picks_of() -> impl Strategy<Value = Pick> {
    let some = prop::sample::subsequence(DOMAINS.to_vec(), 0..=4);
    prop_oneof![
        Just(Pick::Any),
        some.prop_map(|domains| Pick::Except(domains.into_iter().map(str::to_owned).collect())),
        prop::sample::select(DOMAINS.to_vec()).prop_map(|domain| Pick::Of(domain.to_owned())),
    ]
}

proptest! {
    #[test]
    fn it_says_what_a_search_from_the_beginning_finds(
        changes in prop::collection::vec((0..6u64, 0..8u64, prop::option::of(0..4usize)), 0..60),
        asked in prop::collection::vec((picks_of(), 0..8u64), 1..6),
    ) {
        let (mut kinds, mut all) = (Kinds::default(), std::collections::BTreeMap::new());
        for (when, letter, domain) in changes {
            let (key, domain) = (delivery(when, letter), domain.map(|n| DOMAINS[n]));
            note(&mut kinds, &key, domain);
            match domain {
                Some(domain) => drop(all.insert(key, domain)),
                None => drop(all.remove(&key)),
            }
        }
        for (pick, hidden) in asked {
            let hides = |key: &[u8]| keys::read_due(key).is_some_and(|(_, id)| id == JobId::Deliver(LetterId(hidden), 0));
            let found = kinds.of(JobKind::Deliver).first(&pick, hides);
            let may = |domain: &str| match &pick {
                Pick::Any => true,
                Pick::Except(passed) => !passed.iter().any(|one| one == domain),
                Pick::Of(one) => one == domain,
            };
            let searched = all.iter().find(|(key, domain)| may(domain) && !hides(key)).map(|(key, _)| key.clone());
            prop_assert_eq!(found, searched);
            for (key, domain) in &all {
                prop_assert_eq!(picks(&pick, &keys::line(domain)), may(domain), "{:?}", key);
            }
        }
    }
}
