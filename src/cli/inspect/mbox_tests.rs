//! Mboxes as programs write them, and as they break them.

use std::io::BufReader;

use super::*;

fn bodies(mbox: &str) -> Vec<String> {
    let mails = Mbox::new(BufReader::with_capacity(7, mbox.as_bytes()), "");
    let body = |found| match found {
        Found::Mail { body, .. } => String::from_utf8(body.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    };
    mails.map(body).collect()
}

#[test]
fn each_mail_is_what_its_writer_put_in() {
    let mbox = "From ada@x.example Mon Nov 23 10:00:00 2026\nSubject: a\n\none\n>From here on\n>>From there\n> From that\n\n\
                From - Tue Nov  3 9:05 2026\nSubject: b\n\ntwo\n";
    assert_eq!(bodies(mbox), ["Subject: a\n\none\nFrom here on\n>From there\n> From that\n", "Subject: b\n\ntwo\n"]);
}

#[test]
fn a_line_that_begins_with_from_and_has_no_date_is_text() {
    let mbox = "From x Mon Nov 23 10:00:00 2026\n\nFrom Monday 10:00 on\n\nFrom now Mon Nov x 10:00\nFrom \u{e4} Mon Nov 23 25:00 2026\n";
    assert_eq!(bodies(mbox).len(), 1);
}

#[test]
fn senders_with_blanks_and_zones_begin_a_mail_and_an_empty_line_before_is_not_needed() {
    let mbox = "From x\n\none\nFrom Ada L Mon Nov 23 10:00:00 +0000 2026\n\ntwo\r\n\r\nFrom 17@xxx Mon Nov 23 10:00:00 UTC 2026\n\nthree";
    assert_eq!(bodies(mbox), ["\none\n", "\ntwo\r\n", "\nthree"]);
}

#[test]
fn a_mail_that_is_too_long_is_named_and_the_next_one_is_read() {
    let begin = "From x Mon Nov 23 10:00:00 2026\n";
    let long = io::repeat(b'x').take(MAIL_OCTETS_MAX + 1);
    let source = begin.as_bytes().chain(long).chain(&b"\n"[..]).chain(begin.as_bytes()).chain(&b"\nshort\n"[..]);
    let found: Vec<Found> = Mbox::new(BufReader::new(source), "box:").collect();
    let [Found::Unread { name, why: Unread::TooLong }, Found::Mail { name: next, .. }] = &found[..] else {
        panic!("{} of them", found.len());
    };
    assert_eq!((name.as_str(), next.as_str()), ("box:1", "box:2"));
}

#[test]
fn an_empty_mbox_has_no_mail_and_one_without_words_has_one_empty_mail() {
    assert_eq!(bodies(""), Vec::<String>::new());
    assert_eq!(bodies("From x\n"), [""]);
}
