//! Rotation step by step, with a crash after each.

use super::*;

const DAY: &str = "20261123";
const NOW: Millis = Millis(1_795_000_000_000);

fn acme() -> Domain {
    Domain { name: "acme.example".into(), selector_rsa: Some("r".into()), selector_ed25519: Some("e".into()) }
}

/// A data folder in which the configured keys lie.
fn installed() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    Selectors::of(&acme()).make_missing(data.path(), "acme.example").unwrap();
    data
}

fn names(selectors: &Selectors) -> Vec<&str> {
    selectors.each().map(|(selector, _)| selector).collect()
}

fn begin(data: &Path) -> KeyRing {
    KeyRing::begin(data, &acme(), DAY, NOW).unwrap()
}

fn switch(data: &Path, ring: &KeyRing, now: Millis) -> Option<KeyRing> {
    KeyRing::switch(data, &acme(), &ring.next.clone().unwrap().selectors, now).unwrap()
}

#[test]
fn before_the_first_rotation_the_configured_keys_sign() {
    let data = installed();
    let ring = KeyRing::read(data.path(), &acme()).unwrap();
    assert_eq!((names(&ring.signing), ring.next, ring.retired), (vec!["e", "r"], None, vec![]));
}

#[test]
fn the_next_keys_wait_under_dated_selectors_and_the_old_ones_go_on() {
    let data = installed();
    let ring = begin(data.path());
    assert_eq!(names(&ring.signing), ["e", "r"]);
    assert_eq!(names(&ring.next.as_ref().unwrap().selectors), ["replyd-ed25519-20261123", "replyd-rsa-20261123"]);
    for (selector, kind) in ring.next.as_ref().unwrap().selectors.each() {
        assert_eq!(keys::load(&keys::path(data.path(), "acme.example", selector).unwrap()).unwrap().kind(), kind);
    }
    assert_eq!(KeyRing::begin(data.path(), &acme(), "20261124", NOW).unwrap(), ring, "one that has begun is it");
}

#[test]
fn after_the_switch_the_next_keys_sign_and_the_old_rows_stay_for_a_week() {
    let data = installed();
    let begun = begin(data.path());
    let ring = switch(data.path(), &begun, NOW).unwrap();
    assert_eq!(names(&ring.signing), ["replyd-ed25519-20261123", "replyd-rsa-20261123"]);
    assert_eq!(KeyRing::read(data.path(), &acme()).unwrap(), ring);
    let old = ring.recently_retired(NOW).unwrap();
    assert_eq!((names(&old.selectors), old.stay_until()), (vec!["e", "r"], NOW.plus(OLD_ROWS_STAY)));
    assert_eq!(ring.recently_retired(NOW.plus(OLD_ROWS_STAY)), None);
    assert_eq!(switch(data.path(), &begun, NOW), None, "somebody else was faster");
}

#[test]
fn a_second_rotation_on_one_day_has_other_selectors_and_forgets_what_may_go() {
    let data = installed();
    let first = begin(data.path());
    switch(data.path(), &first, NOW).unwrap();
    let later = NOW.plus(OLD_ROWS_STAY);
    let second = KeyRing::begin(data.path(), &acme(), DAY, later).unwrap();
    assert_eq!(names(&second.next.unwrap().selectors), ["replyd-ed25519-20261123-2", "replyd-rsa-20261123-2"]);
    assert_eq!(second.retired, []);
}

#[test]
fn selectors_that_a_person_changes_in_the_configuration_have_the_last_word() {
    let data = installed();
    let begun = begin(data.path());
    switch(data.path(), &begun, NOW).unwrap();
    let by_hand = Domain { selector_ed25519: None, ..acme() };
    let ring = KeyRing::read(data.path(), &by_hand).unwrap();
    assert_eq!((names(&ring.signing), ring.next), (vec!["r"], None));
}

/// What a process that died leaves in the folder, step by step.
#[test]
fn a_rotation_that_a_crash_breaks_off_anywhere_is_as_if_never_begun_and_can_begin_again() {
    let steps: [(&str, &[&str]); 4] = [
        ("while a key is written", &["replyd-rsa-20261123.pem.77.tmp"]),
        ("after the first key", &["replyd-ed25519-20261123.pem"]),
        ("after both keys", &["replyd-ed25519-20261123.pem", "replyd-rsa-20261123.pem"]),
        ("while the ring is written", &["replyd-ed25519-20261123.pem", "replyd-rsa-20261123.pem", "ring.json.77.tmp"]),
    ];
    for (step, left) in steps {
        let data = installed();
        for name in left {
            fs::write(keys::key_folder(data.path(), "acme.example").unwrap().join(name), "half").unwrap();
        }
        let ring = KeyRing::read(data.path(), &acme()).unwrap();
        assert_eq!((names(&ring.signing), ring.next), (vec!["e", "r"], None), "{step}");
        let begun = begin(data.path());
        assert!(switch(data.path(), &begun, NOW).is_some(), "{step}");
    }
}

#[test]
fn a_next_key_that_is_lost_is_never_switched_to_and_made_again_on_demand() {
    let data = installed();
    let begun = begin(data.path());
    let next = begun.next.clone().unwrap().selectors;
    fs::remove_file(keys::path(data.path(), "acme.example", "replyd-rsa-20261123").unwrap()).unwrap();
    assert!(matches!(KeyRing::switch(data.path(), &acme(), &next, NOW), Err(KeyError::File { .. })));
    assert_eq!(names(&KeyRing::read(data.path(), &acme()).unwrap().signing), ["e", "r"]);
    assert_eq!(begin(data.path()), begun);
    assert!(switch(data.path(), &begun, NOW).is_some());
}

#[test]
fn of_many_who_make_the_missing_keys_at_once_none_fails_and_one_set_is_made() {
    let data = tempfile::tempdir().unwrap();
    let make = || Selectors::of(&acme()).make_missing(data.path(), "acme.example");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        all.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    let keys = std::fs::read_dir(data.path().join("dkim/acme.example")).unwrap();
    assert_eq!(
        keys.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "pem")).count(),
        2
    );
}

#[test]
fn of_many_who_switch_at_once_one_does() {
    let data = installed();
    let begun = begin(data.path());
    let switched: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| switch(data.path(), &begun, NOW).is_some())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(switched.iter().filter(|switched| **switched).count(), 1);
    assert_eq!(KeyRing::read(data.path(), &acme()).unwrap().retired.len(), 1);
}

#[test]
fn a_ring_that_is_not_whole_is_an_error_and_stays() {
    let data = installed();
    let path = ring_path(data.path(), "acme.example").unwrap();
    fs::write(&path, "{\"configured\":").unwrap();
    assert!(matches!(KeyRing::read(data.path(), &acme()), Err(KeyError::Ring { .. })));
    assert!(matches!(KeyRing::begin(data.path(), &acme(), DAY, NOW), Err(KeyError::Ring { .. })));
    assert_eq!(fs::read_to_string(path).unwrap(), "{\"configured\":");
}
