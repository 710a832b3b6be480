//! Edits keep what they do not touch, and what comes out is a good configuration.

use std::path::Path;

use super::*;
use crate::config;

fn support(address: &str) -> NewAddress {
    NewAddress {
        address: Address::parse(address).unwrap(),
        name: Some("Acme \"Help\"".into()),
        autopilot: Autopilot::Assist,
        forwarder: Some("google".into()),
        signature_markdown: Some("**Acme**\nline two".into()),
    }
}

fn sample() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("smtpd.toml")).unwrap()
}

fn parsed(text: &str) -> config::Config {
    config::parse(text, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

#[test]
fn an_added_address_is_read_back_and_every_comment_stays() {
    let before = sample();
    let after = add_address(&before, &support("help@acme.example")).unwrap();
    let added = parsed(&after).addresses.remove(2);
    assert_eq!(added.address.to_string(), "help@acme.example");
    assert_eq!((added.autopilot, added.name.as_deref()), (Autopilot::Assist, Some("Acme \"Help\"")));
    assert_eq!(added.signature_markdown, "**Acme**\nline two");
    for line in before.lines() {
        assert!(after.contains(line), "lost: {line}");
    }
}

#[test]
fn adding_and_removing_gives_the_text_back() {
    let before = sample();
    let after = add_address(&before, &support("help@acme.example")).unwrap();
    let again = remove_address(&after, &Address::parse("HELP@acme.example").unwrap()).unwrap();
    assert_eq!(again, before);
}

#[test]
fn an_empty_text_takes_an_address_and_a_domain() {
    let text = add_address("", &support("help@acme.example")).unwrap();
    let new = NewDomain { name: "Acme.example".into(), selector_rsa: Some("r".into()), selector_ed25519: None };
    let text = add_domain(&text, &new).unwrap();
    let config = parsed(&text);
    assert_eq!((config.addresses.len(), config.domains[0].name.as_str()), (1, "acme.example"));
}

#[test]
fn an_address_is_not_added_twice_in_any_letter_case() {
    let answer = add_address(&sample(), &support("Support@ACME.example"));
    assert!(matches!(answer, Err(EditError::Exists(_))), "{answer:?}");
}

#[test]
fn what_is_not_there_cannot_be_removed() {
    let answer = remove_address(&sample(), &Address::parse("nobody@acme.example").unwrap());
    assert!(matches!(answer, Err(EditError::Missing(_))), "{answer:?}");
    let answer = remove_address("", &Address::parse("nobody@acme.example").unwrap());
    assert!(matches!(answer, Err(EditError::Missing(_))), "{answer:?}");
}

#[test]
fn a_domain_without_selectors_is_given_them_once() {
    let new =
        NewDomain { name: "acme.example".into(), selector_rsa: Some("r".into()), selector_ed25519: Some("e".into()) };
    let text = add_domain(&sample(), &new).unwrap();
    let domain = parsed(&text).domains.remove(0);
    assert_eq!((domain.selector_rsa.as_deref(), domain.selector_ed25519.as_deref()), (Some("r"), Some("e")));
    assert!(matches!(add_domain(&text, &new), Err(EditError::Exists(_))));
}

#[test]
fn what_cannot_be_edited_is_said() {
    assert!(matches!(add_address("x = ", &support("a@x.example")), Err(EditError::Broken(_))));
    assert!(matches!(add_address("address = []", &support("a@x.example")), Err(EditError::Shape("address"))));
    let new = NewDomain { name: "a b".into(), selector_rsa: None, selector_ed25519: None };
    assert!(matches!(add_domain("", &new), Err(EditError::Domain { .. })));
}
