//! Alarms over what DNS said from one time to the next.

use std::time::Duration;

use super::*;
use crate::setup::{DnsRow, Purpose, RowKind};

const NOW: Millis = Millis(1_795_000_000_000);
const DOMAIN: &str = "acme.example";

fn later(hours: u64) -> Millis {
    NOW.plus(Duration::from_secs(hours * 3600))
}

fn row(name: &str, status: Status) -> Checked {
    let (kind, name) = (RowKind::Txt, format!("{name}.acme.example"));
    Checked { row: DnsRow { kind, name, value: String::new(), purpose: Purpose::Dkim }, status }
}

fn gone() -> Status {
    Status::Pending
}

fn other() -> Status {
    Status::Failing { seen: "x".into(), change: "y".into() }
}

fn trouble() -> Status {
    Status::Unknown("SERVFAIL".into())
}

#[test]
fn a_row_that_was_never_there_is_no_alarm() {
    let data = tempfile::tempdir().unwrap();
    for hours in 0..3 {
        assert_eq!(note(data.path(), DOMAIN, &[row("r", gone())], Scope::All, later(hours)).unwrap(), []);
    }
    let seen = seen(data.path(), DOMAIN);
    assert_eq!((seen.rows[0].status.as_str(), seen.rows[0].since, seen.alarms().count()), ("pending", NOW, 0));
}

#[test]
fn a_row_that_goes_or_changes_raises_one_alarm_that_ends_when_it_is_back() {
    for lost in [gone(), other()] {
        let data = tempfile::tempdir().unwrap();
        let note = |status, hours| note(data.path(), DOMAIN, &[row("r", status)], Scope::All, later(hours)).unwrap();
        assert_eq!(note(Status::Verified, 0), []);
        let raised = note(lost.clone(), 1);
        assert!(matches!(&raised[..], [Change::Raised(row)] if row.alarm == Some(later(1))), "{raised:?}");
        assert_eq!(note(lost, 2), [], "it was told");
        assert_eq!(seen(data.path(), DOMAIN).alarms().next().unwrap().alarm, Some(later(1)));
        let ended = note(Status::Verified, 3);
        assert!(matches!(&ended[..], [Change::Ended(_, since)] if *since == later(1)), "{ended:?}");
        assert_eq!(seen(data.path(), DOMAIN).alarms().count(), 0);
    }
}

#[test]
fn from_gone_to_another_is_the_same_alarm() {
    let data = tempfile::tempdir().unwrap();
    let note = |status, hours| note(data.path(), DOMAIN, &[row("r", status)], Scope::All, later(hours)).unwrap();
    note(Status::Verified, 0);
    note(gone(), 1);
    assert_eq!(note(other(), 2), []);
    let seen = seen(data.path(), DOMAIN);
    assert_eq!((seen.rows[0].alarm, seen.rows[0].since), (Some(later(1)), later(2)));
}

#[test]
fn dns_trouble_neither_raises_nor_ends_an_alarm() {
    let data = tempfile::tempdir().unwrap();
    let note = |status, hours| note(data.path(), DOMAIN, &[row("r", status)], Scope::All, later(hours)).unwrap();
    note(Status::Verified, 0);
    assert_eq!(note(trouble(), 1), []);
    assert_eq!(seen(data.path(), DOMAIN).word(), "verified");
    note(gone(), 2);
    assert_eq!(note(trouble(), 3), []);
    assert_eq!(seen(data.path(), DOMAIN).alarms().count(), 1);
}

#[test]
fn a_look_at_some_rows_leaves_the_others_and_the_time_of_the_last_full_one() {
    let data = tempfile::tempdir().unwrap();
    note(data.path(), DOMAIN, &[row("r", Status::Verified), row("e", Status::Verified)], Scope::All, NOW).unwrap();
    note(data.path(), DOMAIN, &[row("e", gone())], Scope::Some, later(1)).unwrap();
    let seen_now = seen(data.path(), DOMAIN);
    let statuses: Vec<_> = seen_now.rows.iter().map(|row| row.status.as_str()).collect();
    assert_eq!((statuses, seen_now.checked, seen_now.word()), (vec!["verified", "pending"], Some(NOW), "pending"));
    note(data.path(), DOMAIN, &[row("r", Status::Verified)], Scope::All, later(2)).unwrap();
    assert_eq!(seen(data.path(), DOMAIN).rows.len(), 1, "a row that should not be there any more is forgotten");
}

#[test]
fn observations_that_cannot_be_read_are_made_anew() {
    let data = tempfile::tempdir().unwrap();
    note(data.path(), DOMAIN, &[row("r", Status::Verified)], Scope::All, NOW).unwrap();
    fs::write(key_folder(data.path(), DOMAIN).unwrap().join(FILE), "half").unwrap();
    assert_eq!(seen(data.path(), DOMAIN), Seen::default());
    note(data.path(), DOMAIN, &[row("r", Status::Verified)], Scope::All, NOW).unwrap();
    assert_eq!(seen(data.path(), DOMAIN).word(), "verified");
}
