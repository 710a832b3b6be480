//! Subjects and ids as programs thread by them.

use proptest::prelude::*;

use super::*;

const NUMBER: Number = Number(12345);

fn answered(id: &str, references: &[&str], thread: &[&str]) -> Answered {
    let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    Answered { message_id: id.into(), references: list(references), thread: list(thread), ..Answered::default() }
}

#[test]
fn reply_prefixes_and_the_number_never_pile_up() {
    for title in [
        "Parcel",
        "Re: Parcel",
        "RE: AW: Sv: Parcel [12345]",
        "Re[2]: Parcel",
        "Antwort： 回复：Parcel",
        "Antw: RE：Parcel",
        "ΑΠ: SVAR: Parcel",
        "[12345] Re: Parcel",
        "RE: [12345] Parcel",
    ] {
        assert_eq!(subject(title, "Title", Some(NUMBER)), "Re: [12345] Parcel", "{title}");
        assert_eq!(topic(title, NUMBER), "Parcel", "{title}");
    }
    assert_eq!(subject("Sv: Parcel", "Title", None), "Re: Parcel");
    assert_eq!(subject("Re: [12345]", "AW: Title", Some(NUMBER)), "Re: [12345] Title");
    assert_eq!(subject("Re: ", "", Some(NUMBER)), "Re: [12345] Your message");
    assert_eq!(subject("Order: late", "", Some(NUMBER)), "Re: [12345] Order: late");
}

#[test]
fn a_prefix_of_any_language_is_told_by_the_title_behind_it() {
    for answered in ["R: [12345] Parcel", "Vastaus: Parcel", "Sv: R: Parcel", "पुनः: Parcel"] {
        assert_eq!(subject(answered, "Parcel", Some(NUMBER)), "Re: [12345] Parcel", "{answered}");
    }
    assert_eq!(subject("Not my Parcel", "Parcel", Some(NUMBER)), "Re: [12345] Not my Parcel");
    assert_eq!(subject("R: Parcel", "", Some(NUMBER)), "Re: [12345] R: Parcel");
}

#[test]
fn that_a_mail_was_forwarded_stays_in_the_subject_and_is_no_part_of_the_topic() {
    assert_eq!(subject("Re: WG: Parcel", "WG: Parcel", Some(NUMBER)), "Re: [12345] WG: Parcel");
    assert_eq!(topic("Re: WG: Fwd: Parcel", NUMBER), "Parcel");
}

#[test]
fn long_references_keep_the_root_and_the_newest() {
    let ids: Vec<String> = (0..100).map(|n| format!("r{n}@x")).collect();
    let mail = answered("q2@x", &ids.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    let ids = references(&mail);
    assert_eq!(ids.len(), REFERENCES_MAX);
    assert_eq!((ids[0], ids[1], ids[29]), ("r0@x", "r72@x", "q2@x"));
}

#[test]
fn a_mail_that_lost_its_references_still_continues_the_thread() {
    let whole = ["root@x", "ours1@acme", "more@x", "ours2@acme", "now@x"];
    let thread = ["root@x", "ours1@acme", "more@x", "ours2@acme", "now@x"];
    for left in [&[][..], &["ours2@acme"], &["ours1@acme"], &["root@x", "ours1@acme", "more@x", "ours2@acme"]] {
        assert_eq!(references(&answered("now@x", left, &thread)), whole, "{left:?}");
    }
}

#[test]
fn ids_that_only_the_mail_names_stand_before_what_they_lead_to() {
    let mail =
        answered("now@x", &["older@x", "root@x", "ours1@acme", "colleague@x"], &["root@x", "ours1@acme", "now@x"]);
    assert_eq!(references(&mail), ["older@x", "root@x", "ours1@acme", "colleague@x", "now@x"]);
    assert_eq!(in_reply_to(&mail), Some("now@x"));
}

#[test]
fn a_mail_without_an_id_is_continued_by_what_came_before_it() {
    let mail = answered("", &[], &["root@x", "ours1@acme"]);
    assert_eq!((in_reply_to(&mail), references(&mail)), (None, vec!["root@x", "ours1@acme"]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// RFC 5322 §2.1.1, §3.6.4: the parent stands last, each id once, and the whole stays short.
    #[test]
    fn references_are_bounded_whatever_is_named(
        named in prop::collection::vec((0..60u8, 1..600usize), 0..120), known in prop::collection::vec(0..60u8, 0..60),
    ) {
        let id = |n: u8| format!("{n}@{}", "x".repeat(usize::from(n) * 7 % 400 + 1));
        let named: Vec<String> = named.iter().map(|(n, long)| if *long > 520 { "y".repeat(*long) + "@z" } else { id(*n) }).collect();
        let known: Vec<String> = known.into_iter().map(id).collect();
        let mail = Answered { message_id: id(99), references: named.clone(), thread: known.clone(), ..Answered::default() };
        let ids = references(&mail);

        prop_assert_eq!(ids.last().copied(), Some(mail.message_id.as_str()));
        prop_assert!(ids.len() <= REFERENCES_MAX);
        prop_assert!(ids.iter().map(|id| id.len() + 3).sum::<usize>() <= REFERENCES_OCTETS_MAX);
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), ids.len());
    }
}
