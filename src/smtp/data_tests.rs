//! Bodies split at every byte, dots, chunks and bare line endings (S-13).

use proptest::prelude::*;

use super::*;
use crate::smtp::endings::{Outcome, has_bare_line_ending, naive};

const NO_LIMIT: u64 = u64::MAX;

/// The reader under test, fed in the given pieces.
fn chunked<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut reader = DataReader::new(NO_LIMIT);
    let mut kept = Vec::new();
    let mut pieces = pieces.into_iter();
    while let Some(piece) = pieces.next() {
        match reader.push(piece, &mut kept) {
            Err(BodyError::BareLineEnding) => return Outcome::Bare,
            Ok(Progress::More) => {}
            Ok(Progress::Ended { used_bytes }) => {
                let mut rest = piece[used_bytes..].to_vec();
                pieces.for_each(|piece| rest.extend_from_slice(piece));
                return Outcome::Mail(kept, rest);
            }
        }
    }
    Outcome::More
}

#[test]
fn a_body_reads_the_same_split_at_every_byte() {
    for body in [
        &b"Subject: x\r\n\r\n.. one\r\n..\r\nend.\r\n.\r\nQUIT\r\n"[..],
        b".\r\nNOOP\r\n",
        b"\r\n.\r\n",
        b"a\r\n..b\r\n...\r\n.c\r\n\r\n\r\n.\r\nRSET\r\n",
        b"a\n.\n",
        b"a\r.\r\n.\r\n",
    ] {
        let expected = naive(body);
        assert_eq!(chunked([body]), expected);
        for split in 0..=body.len() {
            let (head, tail) = body.split_at(split);
            assert_eq!(chunked([head, tail]), expected, "{} at {split}", body.escape_ascii());
        }
        assert_eq!(chunked(body.chunks(1)), expected, "{}", body.escape_ascii());
    }
}

#[test]
fn doubled_dots_are_undone_and_the_lone_dot_ends() {
    let body = b"a\r\n..\r\n..b\r\n.c\r\nd.\r\n.\r\nRSET\r\n";
    let expected = Outcome::Mail(b"a\r\n.\r\n.b\r\nc\r\nd.\r\n".to_vec(), b"RSET\r\n".to_vec());
    assert_eq!(chunked([&body[..]]), expected);
}

#[test]
fn past_the_limit_nothing_is_kept_and_the_end_is_still_found() {
    let mut reader = DataReader::new(10);
    let mut kept = Vec::new();
    assert_eq!(reader.push(b"12345678\r\n", &mut kept), Ok(Progress::More));
    assert!(!reader.is_too_big());
    for _ in 0..100 {
        assert_eq!(reader.push(&[b'x'; 1000], &mut kept), Ok(Progress::More));
    }
    assert!(reader.is_too_big());
    assert_eq!(kept.len(), 10);
    assert_eq!(reader.push(b"\r\n.\r\nQUIT\r\n", &mut kept), Ok(Progress::Ended { used_bytes: 5 }));
}

#[test]
fn chunks_may_be_split_anywhere_and_end_their_last_line() {
    let body = b"a\r\n.\r\n.b\r\nc";
    for split in 0..=body.len() {
        let mut reader = ChunkReader::new(NO_LIMIT);
        let mut kept = Vec::new();
        let (head, tail) = body.split_at(split);
        reader.push(head, &mut kept).unwrap();
        reader.push(tail, &mut kept).unwrap();
        reader.finish(&mut kept).unwrap();
        assert_eq!(kept, b"a\r\n.\r\n.b\r\nc\r\n", "{split}");
    }
}

#[test]
fn an_empty_mail_in_chunks_stays_empty() {
    let mut kept = Vec::new();
    ChunkReader::new(NO_LIMIT).finish(&mut kept).unwrap();
    assert_eq!(kept, b"");
}

#[test]
fn bare_line_endings_in_chunks_are_refused_wherever_they_are_split() {
    for body in [&b"a\nb\r\n"[..], b"\n", b"a\rb", b"a\r\r\n", b"a\r", b"a\r\n\n"] {
        for split in 0..=body.len() {
            let mut reader = ChunkReader::new(NO_LIMIT);
            let mut kept = Vec::new();
            let (head, tail) = body.split_at(split);
            let taken = reader.push(head, &mut kept);
            let taken = taken.and_then(|()| reader.push(tail, &mut kept)).and_then(|()| reader.finish(&mut kept));
            assert_eq!(taken, Err(BodyError::BareLineEnding), "{} at {split}", body.escape_ascii());
        }
    }
}

/// Bytes that matter, often enough to meet.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        6 => Just(&b"\r\n"[..]),
        4 => Just(&b"."[..]),
        4 => Just(&b"ab"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"\n"[..]),
        1 => Just(&b"\0\xff"[..]),
        2 => Just(&b"\r\n.\r\n"[..]),
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    #[test]
    fn the_reader_agrees_with_a_naive_one(body in bytes(), sizes in prop::collection::vec(1usize..9, 1..9)) {
        let mut pieces = Vec::new();
        let (mut rest, mut sizes) = (&body[..], sizes.iter().cycle());
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            pieces.push(piece);
            rest = tail;
        }
        prop_assert_eq!(chunked(pieces), naive(&body));
        prop_assert_eq!(chunked([&body[..]]), naive(&body));
    }

    #[test]
    fn chunks_agree_with_a_naive_reader(body in bytes(), size in 1usize..9) {
        let bare = has_bare_line_ending(&body);
        let mut reader = ChunkReader::new(NO_LIMIT);
        let mut kept = Vec::new();
        let taken = body.chunks(size).try_for_each(|piece| reader.push(piece, &mut kept));
        let taken = taken.and_then(|()| reader.finish(&mut kept));
        prop_assert_eq!(taken.is_err(), bare);
        if !bare {
            let ended = body.is_empty() || body.ends_with(b"\r\n");
            prop_assert_eq!(kept, [&body[..], if ended { b"" } else { b"\r\n" }].concat());
        }
    }
}
