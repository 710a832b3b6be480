//! The shapes of S-15 and S-16. Each runs on the stack that a worker has, and what it built is dropped there too.

use proptest::prelude::*;

use super::*;

/// Parses and drops on a 2 MiB stack. What it costs is measured by `tests/growth.rs`, and not by a clock that runs while
/// others work too.
fn on_a_small_stack(raw: Vec<u8>) -> Mail {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
        drop(parse(&raw));
        parse(&raw)
    });
    thread.unwrap().join().unwrap()
}

fn noted(mail: &Mail, words: &str) -> bool {
    mail.notes.iter().any(|n| n.0.contains(words))
}

#[test]
fn s16_a_hundred_thousand_messages_inside_one_another() {
    let nest = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    let mail = on_a_small_stack(nest.clone().into_bytes());
    assert_eq!(mail.attachments.len(), 1);
    // The same behind base64, where no search of the raw octets would see it.
    let coded: String = "Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMg0KDQpD".repeat(50_000);
    let raw = format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}");
    assert_eq!(on_a_small_stack(raw.into_bytes()).attachments.len(), 1);
    // The same as digests, whose parts are messages without saying so.
    let digests: String =
        (0..50_000).map(|i| format!("Content-Type: multipart/digest; boundary=b{i}\r\n\r\n--b{i}\r\n\r\n")).collect();
    on_a_small_stack(digests.into_bytes());
}

#[test]
fn s15_multiparts_are_opened_to_a_depth() {
    for depth in [10_000, 20_000] {
        let raw: String =
            (0..depth).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")).collect();
        let mail = on_a_small_stack(raw.into_bytes());
        assert!(noted(&mail, "20 deep"));
        assert_eq!(mail.attachments.len(), 1);
    }
}

#[test]
fn s15_a_million_parts() {
    let raw = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n\r\nx\r\n".repeat(1_000_000));
    let mail = on_a_small_stack(raw.into_bytes());
    assert!(noted(&mail, "500 parts"));
    assert!(mail.text.len() < 2_000);
}

#[test]
fn s15_a_million_headers() {
    let mail = on_a_small_stack("X: y\r\n".repeat(1_000_000).into_bytes());
    assert_eq!(mail.headers.len(), 1_000);
    assert!(noted(&mail, "1000 header"));
    let mail = on_a_small_stack("no header at all\r\n".repeat(1_000_000).into_bytes());
    assert!(mail.text.len() > 1_000_000);
    let mail = on_a_small_stack(format!("Subject: {}\r\nx", " y\r\n".repeat(1_000_000)).into_bytes());
    assert_eq!(mail.text, "x");
}

#[test]
fn s15_half_a_million_addresses() {
    let mail = on_a_small_stack(format!("To: {}\r\n\r\nx", "a@x.example,".repeat(500_000)).into_bytes());
    assert!(noted(&mail, "262144 octets") && mail.text == "x");
    let mail = on_a_small_stack(format!("To: {}\r\n\r\nx", "a@x.example,".repeat(5_000)).into_bytes());
    assert_eq!(mail.to.len(), 1_000);
    assert!(noted(&mail, "1000 addresses"));
}

#[test]
fn s15_a_hundred_thousand_parameters() {
    for parameter in ["; a=b", "; a*0=b", "; a*0*='''''''b", "; n*1=\"\\\"\"", ";"] {
        let raw = format!("Content-Type: text/plain{}\r\n\r\nx", parameter.repeat(100_000));
        assert_eq!(on_a_small_stack(raw.into_bytes()).text, "x", "{parameter}");
    }
    let mail = on_a_small_stack(format!("Content-Type: text/plain{}\r\n\r\nx", "; a=b".repeat(200)).into_bytes());
    assert!(noted(&mail, "100 parameters"));
}

#[test]
fn s15_openings_that_never_close() {
    for piece in ["=?a?q?", "=?a?b?x", "(", "\"", "<", "a@(", "\\", "=?", "<a@x", "'", ":;", "[", "=?utf-8?q?a?= "] {
        for field in ["From", "To", "Subject", "References", "Content-Type", "Date", "Content-Disposition"] {
            on_a_small_stack(format!("{field}: {}\r\n\r\nx", piece.repeat(60_000)).into_bytes());
        }
    }
}

#[test]
fn s15_html_that_never_closes() {
    for piece in [
        "<div>",
        "<!--",
        "<a href=\"",
        "<a '",
        "<",
        "</",
        "<style",
        "<style>",
        "&",
        "&#",
        "<b/",
        "<p a=",
        "<blockquote>",
        "<td>",
        "<a href=http://x>",
        "<div style=display:none>",
        "x</style ",
        "<script></",
    ] {
        let raw = format!("Content-Type: text/html\r\n\r\n{}", piece.repeat(100_000));
        on_a_small_stack(raw.into_bytes());
    }
}

#[test]
fn s15_lines_that_look_like_boundaries() {
    for piece in [
        "--",
        "--b",
        "--\r\n",
        "--bb\r\n",
        "-- b\r\n",
        "--b--\r\n",
        "--b\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n",
    ] {
        let raw = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", piece.repeat(200_000));
        on_a_small_stack(raw.into_bytes());
    }
}

#[test]
fn bare_garbage_is_a_mail_too() {
    let garbage: Vec<u8> = (0..200_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mail = on_a_small_stack(garbage);
    assert!(mail.from.is_none() && !mail.from_trouble.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_octets_make_it_panic(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&raw);
    }

    #[test]
    fn no_arrangement_of_mail_like_pieces_makes_it_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60)) {
        read(&pieces.concat());
    }
}

const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b"\0",
    b"From: ",
    b"To: ",
    b"Subject: ",
    b"Date: ",
    b"Tue, 02 Jan 2024 10:00:00 +0100",
    b"99999999999 Jan 99999 99:99:99 +9999",
    b"Content-Type: ",
    b"multipart/mixed; boundary=b",
    b"multipart/alternative; boundary=\"\"",
    b"text/html",
    b"text/plain; charset=",
    b"message/rfc822",
    b"multipart/report; boundary=b",
    b"--b",
    b"--b--",
    b"iso-2022-jp",
    b"utf-7",
    b"utf-16",
    b"Content-Transfer-Encoding: base64",
    b"quoted-printable",
    b"=?utf-8?q?",
    b"=?utf-8?b?",
    b"?=",
    b"=C3",
    b"\xc3",
    b"\xff\xfe",
    b"\xf0\x9f\x98\x80",
    b"<",
    b">",
    b"\"",
    b"(",
    b")",
    b"@",
    b"a@x.example",
    b",",
    b";",
    b":",
    b"name*0*=utf-8''%C3",
    b"filename=",
    b"<p>",
    b"<a href=\"http://x\">",
    b"</a>",
    b"&amp;",
    b"&#128;",
    b"<blockquote>",
    b"<div style=\"display:none\">",
    b"<style>",
    b"</style>",
    b"<!--",
    b"-->",
    b"+AGE-",
    b"\x1b$B",
    b"References: ",
    b"Message-ID: ",
    b"Content-ID: ",
];
