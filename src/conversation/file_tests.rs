//! Who joins, who opens, who is held: the matching rules without a store.

use std::{net::Ipv4Addr, time::Duration};

use bytes::Bytes;

use super::*;
use crate::{
    conversation::{AnswerPolicy, Classified, Lookups, MailSummary, NumberPlace},
    types::{ConversationId, Envelope, MailId, Millis, Number, Recipient, Verdicts},
};

const DAY: Duration = Duration::from_secs(24 * 3600);
const NOW: Millis = Millis(100 * 24 * 3600 * 1000);

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn arrival(from: &str, level: Level, class: Class) -> Arrival {
    Arrival {
        envelope: Envelope {
            id: MailId(1),
            arrived: NOW,
            peer: Ipv4Addr::LOCALHOST.into(),
            helo: "mx.provider.example".into(),
            esmtp: true,
            tls: None,
            mail_from: None,
            recipients: vec![Recipient { address: address("support@acme.example") }],
            smtputf8: false,
        },
        now: NOW,
        trace: Bytes::new(),
        body: Bytes::new(),
        mail: MailSummary { from: Address::parse(from).ok(), ..MailSummary::default() },
        verdicts: Verdicts { level, ..Verdicts::unchecked("as the test says") },
        class: Classified { class, reasons: vec![] },
        destinations: vec![],
        dice: 0,
    }
}

fn destination() -> Destination {
    Destination {
        address: Some(address("support@acme.example")),
        lookups: Lookups::default(),
        answer: AnswerPolicy { wanted: true, quiet: Duration::ZERO, reopen_within: 30 * DAY },
        named: true,
        one_of: false,
    }
}

fn candidate(key: Key) -> Candidate {
    Candidate {
        key,
        id: ConversationId(7),
        number: Number(12345),
        address: address("support@acme.example"),
        contact: address("ada@customer.example"),
        participants: vec![address("bob@customer.example")],
        level: Level::Authenticated,
        closed: None,
    }
}

fn decide(from: &str, level: Level, class: Class, candidates: Vec<Candidate>) -> Filing {
    file(&arrival(from, level, class), &destination(), &Found { candidates, ..Found::default() })
}

#[test]
fn the_contact_with_any_key_and_the_level_joins() {
    for key in [Key::ReplyKey, Key::SubjectNumber, Key::NewTextNumber, Key::QuotedNumber, Key::Reference] {
        for from in ["ada@customer.example", "ADA@customer.example", "bob@customer.example"] {
            let filing = decide(from, Level::Authenticated, Class::Human, vec![candidate(key)]);
            assert!(matches!(filing, Filing::Joins { conversation: ConversationId(7), reopens: false, .. }), "{key:?}");
        }
    }
}

#[test]
fn s01_no_key_lets_a_stranger_in() {
    for key in [Key::ReplyKey, Key::SubjectNumber, Key::NewTextNumber, Key::QuotedNumber, Key::Reference] {
        let filing = decide("eve@evil.example", Level::Authenticated, Class::Human, vec![candidate(key)]);
        let Filing::Opens { linked_to, why } = filing else { panic!("{filing:?}") };
        assert_eq!(linked_to, Some(ConversationId(7)));
        assert!(why.contains("takes no part"), "{why}");
    }
}

#[test]
fn s06_a_number_below_the_level_of_the_conversation_does_not_join() {
    let filing = decide("ada@customer.example", Level::Unproven, Class::Human, vec![candidate(Key::SubjectNumber)]);
    assert!(matches!(filing, Filing::Opens { linked_to: Some(ConversationId(7)), .. }));
}

#[test]
fn s06_after_too_many_wrong_numbers_none_is_followed_and_nothing_tells_whether_it_exists() {
    let sent = |brake, level, candidates: Vec<Candidate>| {
        let numbers = vec![(Number(12345), NumberPlace::Subject)];
        let to = Destination { lookups: Lookups { brake, numbers, ..Lookups::default() }, ..destination() };
        file(&arrival("ada@customer.example", level, Class::Human), &to, &Found { candidates, ..Found::default() })
    };
    let named = || vec![candidate(Key::SubjectNumber)];
    let joins = |filing: &Filing| matches!(filing, Filing::Joins { conversation: ConversationId(7), .. });
    let braked = sent(Brake::Sender, Level::Authenticated, named());
    assert_eq!(braked, sent(Brake::Sender, Level::Authenticated, vec![]));
    assert!(matches!(&braked, Filing::Opens { linked_to: None, why } if why == Brake::Sender.words()), "{braked:?}");
    assert_eq!(sent(Brake::Peer, Level::Unproven, named()), sent(Brake::Peer, Level::Unproven, vec![]));
    // Who shares a mail server with a guesser, and proves to be a customer, is let in; so is what nobody can guess.
    assert!(joins(&sent(
        Brake::Peer,
        Level::Vouched,
        vec![Candidate { level: Level::Vouched, ..candidate(Key::SubjectNumber) }]
    )));
    assert!(joins(&sent(Brake::Sender, Level::Authenticated, vec![candidate(Key::ReplyKey)])));
    assert!(joins(&sent(Brake::Sender, Level::Authenticated, vec![candidate(Key::Reference)])));
}

#[test]
fn a_reply_key_makes_up_for_the_level_and_confirms_a_proved_sender() {
    let level_of = |level| match decide("ada@customer.example", level, Class::Human, vec![candidate(Key::ReplyKey)]) {
        Filing::Joins { level, .. } => level,
        other => panic!("{other:?}"),
    };
    assert_eq!(level_of(Level::Unproven), Level::Unproven);
    assert_eq!(level_of(Level::Vouched), Level::Confirmed);
}

#[test]
fn the_second_proposal_is_taken_when_the_first_is_not() {
    let foreign = Candidate {
        id: ConversationId(8),
        contact: address("x@y.example"),
        participants: vec![],
        ..candidate(Key::SubjectNumber)
    };
    let filing =
        decide("ada@customer.example", Level::Authenticated, Class::Human, vec![foreign, candidate(Key::Reference)]);
    assert!(matches!(filing, Filing::Joins { conversation: ConversationId(7), key: Key::Reference, .. }));
}

#[test]
fn a_forged_mail_is_held_whatever_it_carries() {
    let filing = decide("ada@customer.example", Level::Forged, Class::Human, vec![candidate(Key::ReplyKey)]);
    assert!(matches!(filing, Filing::Held(HeldReason::Forged(_))));
    let filing = decide("no address", Level::Unproven, Class::Human, vec![]);
    assert!(matches!(filing, Filing::Held(HeldReason::Forged(_))));
}

#[test]
fn a_mail_without_any_of_our_addresses_is_held() {
    let lost = Destination { address: None, ..destination() };
    let filing = file(&arrival("ada@customer.example", Level::Authenticated, Class::Human), &lost, &Found::default());
    assert_eq!(filing, Filing::Held(HeldReason::NoAddress));
}

#[test]
fn a_closed_conversation_reopens_for_a_person_and_stays_closed_for_a_machine() {
    let closed = Candidate { closed: Some(Millis(NOW.0 - 1000)), ..candidate(Key::SubjectNumber) };
    let reopens = |class| match decide("ada@customer.example", Level::Authenticated, class, vec![closed.clone()]) {
        Filing::Joins { reopens, .. } => reopens,
        other => panic!("{other:?}"),
    };
    assert!(reopens(Class::Human));
    assert!(!reopens(Class::AutomaticReply));
}

#[test]
fn a_reply_to_a_conversation_closed_long_ago_opens_a_linked_new_one() {
    let closed = Candidate { closed: Some(Millis(0)), ..candidate(Key::SubjectNumber) };
    let filing = decide("ada@customer.example", Level::Authenticated, Class::Human, vec![closed]);
    assert!(matches!(filing, Filing::Opens { linked_to: Some(ConversationId(7)), .. }));
}

#[test]
fn a_report_joins_by_reply_key_only() {
    let keyed = decide("mailer-daemon@mx.example", Level::Unproven, Class::Bounce, vec![candidate(Key::ReplyKey)]);
    assert!(matches!(keyed, Filing::Joins { reopens: false, .. }));
    let numbered =
        decide("mailer-daemon@mx.example", Level::Unproven, Class::Bounce, vec![candidate(Key::SubjectNumber)]);
    assert_eq!(numbered, Filing::Held(HeldReason::StrayReport));
}

#[test]
fn s02_a_code_of_another_service_joins_nothing_whatever_it_names() {
    for key in [Key::ReplyKey, Key::SubjectNumber, Key::NewTextNumber, Key::QuotedNumber, Key::Reference] {
        for from in ["no-reply@slack.com", "ada@customer.example"] {
            for level in [Level::Forged, Level::Unproven, Level::Authenticated] {
                let filing = decide(from, level, Class::VerificationCode, vec![candidate(key)]);
                assert_eq!(filing, Filing::Held(HeldReason::VerificationCode), "{key:?} {from} {level:?}");
            }
        }
    }
}

#[test]
fn s02_a_forwarding_confirmation_and_an_own_echo_open_nothing() {
    let confirmation =
        decide("forwarding-noreply@google.com", Level::Authenticated, Class::ForwardingConfirmation, vec![]);
    assert_eq!(confirmation, Filing::Held(HeldReason::ForwardingConfirmation));
    let echo = decide("support@acme.example", Level::Authenticated, Class::OwnEcho, vec![candidate(Key::ReplyKey)]);
    assert_eq!(echo, Filing::Ignored(IgnoredReason::OwnEcho));
}

/// S-07: a signature that was on an earlier mail proves nothing, unless it is the same mail at another address its author named.
#[test]
fn a_signature_that_came_before_takes_a_mail_out_of_every_conversation() {
    let fingerprint = Fingerprint([7; 32]);
    let before = |fingerprint| Some(SignedBefore { mail: MailId(9), at: NOW, fingerprint });
    let decide = |class, signed_before, named, fingerprint| {
        let destination =
            Destination { named, lookups: Lookups { fingerprint, ..Lookups::default() }, ..destination() };
        let found = Found { candidates: vec![candidate(Key::ReplyKey)], signed_before, blocked: None };
        file(&arrival("ada@customer.example", Level::Authenticated, class), &destination, &found)
    };
    let joins = |filing| matches!(filing, Filing::Joins { .. });
    let replayed = |filing| matches!(filing, Filing::Replayed { why } if why.contains("came before"));
    assert!(joins(decide(Class::Human, None, false, fingerprint)));
    assert!(joins(decide(Class::Human, before(fingerprint), true, fingerprint)));
    assert!(replayed(decide(Class::Human, before(fingerprint), false, fingerprint)));
    assert!(replayed(decide(Class::Human, before(Fingerprint([8; 32])), true, fingerprint)));
    // Nothing tells two mails without a fingerprint apart.
    assert!(replayed(decide(Class::Human, before(Fingerprint::default()), true, Fingerprint::default())));
    let report = decide(Class::Bounce, before(Fingerprint([8; 32])), true, fingerprint);
    assert_eq!(report, Filing::Held(HeldReason::StrayReport));
}

/// S-05: a guessed number and a From that only looks like the contact's.
#[test]
fn s05_one_who_only_looks_like_the_contact_opens_and_staff_are_told() {
    for from in ["\u{430}da@customer.example", "ada@\u{441}ustomer.example", "ada@custorner.example"] {
        let arrival = arrival(from, Level::Authenticated, Class::Human);
        let found = Found { candidates: vec![candidate(Key::ReplyKey)], ..Found::default() };
        let Filing::Opens { linked_to, why } = file(&arrival, &destination(), &found) else { panic!("{from}") };
        assert_eq!(linked_to, Some(ConversationId(7)));
        assert!(why.ends_with("its sender takes no part in it, and only looks like one who does"), "{why}");
    }
}

#[test]
fn who_is_blocked_joins_and_opens_nothing_by_what_they_prove() {
    let blocked = Some(super::super::Blocked { by: "eve".into(), why: "threats".into() });
    for class in [Class::Human, Class::AutomaticReply, Class::List] {
        for candidates in [vec![], vec![candidate(Key::ReplyKey)]] {
            let found = Found { candidates, blocked: blocked.clone(), ..Found::default() };
            let filed = |level| file(&arrival("ada@customer.example", level, class), &destination(), &found);
            for level in [Level::Vouched, Level::Authenticated] {
                let held = HeldReason::Blocked("eve blocked its sender: threats".into());
                assert_eq!(filed(level), Filing::Held(held), "{class:?} {level:?}");
            }
            // Whoever only writes their name into From is treated as before.
            let before = Found { blocked: None, ..found.clone() };
            for level in [Level::Forged, Level::Unproven] {
                let unblocked = file(&arrival("ada@customer.example", level, class), &destination(), &before);
                assert_eq!(filed(level), unblocked, "{class:?} {level:?}");
            }
        }
    }
}
