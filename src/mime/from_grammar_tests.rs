//! Five thousand From lines from a grammar, read by four readers (S-04): our two, the one of lettre, and the grammar, which
//! knows what it meant where it wrote plainly.

use lettre::message::Mailboxes;

use super::parse;
use crate::types::{Address, Chance};

const LOCALS: [&str; 8] = ["ada", "Ada.L", "a+tag", "o'hara", "x_y", "support", "a-b", "{a}|b"];
const ODD_LOCALS: [&str; 16] = [
    "\"a b\"",
    "\"a@b\"",
    "\"a\\\"b\"",
    "\"<x@y.example>\"",
    "a..b",
    ".a",
    "=?utf-8?q?a?=",
    "a\\b",
    "a,b",
    "a b",
    "",
    "a(b)",
    "\"",
    "\u{e9}",
    "a\u{200b}b",
    "a@b",
];
const DOMAINS: [&str; 5] = ["a.example", "B.Example", "mail.c.example", "b\u{fc}cher.example", "xn--bcher-kva.example"];
const ODD_DOMAINS: [&str; 13] = [
    "[192.0.2.1]",
    "a example",
    "a.example(c)",
    "a..example",
    "",
    "a.example>",
    "<a.example",
    "a.example;",
    "\"a.example\"",
    "a.example,b.example",
    "a.example\0",
    "\u{430}.example",
    "xn--a.example",
];
const NAMES: [&str; 8] = [
    "",
    "Ada",
    "Ada L.",
    "\"L., Ada\"",
    "\"x@y.example\"",
    "=?utf-8?q?L=C3=B6we=2C?=",
    "Ada (work)",
    "\u{41b}\u{435}\u{432}",
];
const ODD_NAMES: [&str; 9] =
    ["x@y.example", "<x@y.example>", "\"open", "a,b", "(open", "=?utf-8?B?PHhAeS5leGFtcGxlPg==?=", ":", "@", "\\"];
const BETWEEN: [&str; 7] = [",", ", ", ";", " ", "\r\n ", ",\r\n\t", ""];

/// A value and the one address in it, where it is plainly written.
fn value(chance: &mut Chance) -> (String, Option<String>) {
    let (mut text, mut plain) = mailbox(chance);
    if chance.percent(15) {
        let (second, _) = mailbox(chance);
        text = format!("{text}{}{second}", chance.of(&BETWEEN));
        plain = None;
    }
    if chance.percent(6) {
        text = format!("{}:{text};", chance.of(&NAMES));
        plain = None;
    }
    if chance.percent(5) {
        text += chance.of(&["\\", "\0", ">", "(", "#", "\u{1}", "=?"]);
        plain = None;
    }
    (text, plain)
}

fn mailbox(chance: &mut Chance) -> (String, Option<String>) {
    let (odd_local, odd_domain, odd_name) = (chance.percent(18), chance.percent(18), chance.percent(15));
    let local = if odd_local { chance.of(&ODD_LOCALS) } else { chance.of(&LOCALS) };
    let domain = if odd_domain { chance.of(&ODD_DOMAINS) } else { chance.of(&DOMAINS) };
    let name = if odd_name { chance.of(&ODD_NAMES) } else { chance.of(&NAMES) };
    let at = if chance.percent(4) { chance.of(&["", "@@", " @ ", "\u{ff20}"]) } else { "@" };
    let spec = format!("{local}{at}{domain}");
    let is_plain = !odd_local && !odd_domain && !odd_name && at == "@";
    let fold = if chance.percent(20) { "\r\n " } else { " " };
    let text = match chance.below(10) {
        0 | 1 => spec.clone(),
        2 => format!("{spec} ({})", "a comment"),
        3 => format!("<{spec}>"),
        _ => format!("{name}{fold}<{spec}>"),
    };
    (text, is_plain.then_some(spec))
}

#[test]
fn s04_five_thousand_from_lines_are_read_one_way_or_not_at_all() {
    let mut chance = Chance::new(0x5304_2026);
    let (mut taken, mut refused, mut third) = (0, 0, 0);
    for n in 0..5_000 {
        let (value, plain) = value(&mut chance);
        let name = if chance.percent(90) { "From" } else { chance.of(&["from", "FROM", "fRoM"]) };
        let mail = format!("Subject: {n}\r\n{name}: {value}\r\nTo: support@acme.example\r\n\r\nHello.\r\n");
        let read = parse(mail.as_bytes());
        assert_eq!(read.from.is_none(), !read.from_trouble.is_empty(), "{value:?}");
        if let Some(plain) = &plain {
            let meant = Address::parse(plain).unwrap();
            assert_eq!(read.from.as_ref(), Some(&meant), "plainly written: {value:?} {}", read.from_trouble);
        }
        let Some(from) = read.from else {
            refused += 1;
            continue;
        };
        taken += 1;
        // Nothing is decoded, joined or made up: it stands there.
        let (local, shown) = (from.local().to_lowercase(), value.to_lowercase());
        assert!(local.split(['"', '\\', ' ']).all(|part| shown.contains(part)), "{value:?} gave {from}");
        let unfolded = value.replace("\r\n", "");
        if let Ok(others) = unfolded.parse::<Mailboxes>() {
            third += 1;
            let others: Vec<Address> =
                others.iter().filter_map(|other| Address::parse(other.email.as_ref()).ok()).collect();
            assert_eq!(others, [from], "{value:?}");
        }
    }
    // None of the three ways is empty, or nothing was tried.
    assert!(taken > 1_500 && refused > 1_000 && third > 500, "{taken} taken, {refused} refused, {third} by lettre too");
}
