//! What some server somewhere took for the end of a mail, and a reader of bodies by the letter of RFC 5321 (S-13).

/// The mail that a transaction is about.
pub(super) const FIRST: &[u8] = b"Subject: first\r\n\r\nhello";

/// What stands behind a false end, and the true one.
pub(super) const SMUGGLED: &[u8] =
    b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\nSubject: second\r\n\r\nbad\r\n.\r\n";

/// What may stand before and behind the dot: all pairs are tried.
const AROUND: [&str; 7] = ["", "\r\n", "\n", "\r", "\0", "\r\r\n", "\n\r"];

/// More that is known, or near it.
const OTHERS: [&[u8]; 18] = [
    b"\r\n\0.\r\n",
    b"\r\n.\0\r\n",
    b"\r\n\0.\0\r\n",
    b"\n\0.\0\n",
    b"\r\n..\r\n",
    b"\n..\n",
    b"\r\n .\r\n",
    b"\r\n. \r\n",
    b"\r\n.\t\r\n",
    b"\r\n\r.\r\n",
    b"\r\n.\n\r\n",
    b"\r\n.\r\0\n",
    b"\x0b.\x0b",
    b"\x0c.\x0c",
    b"\r\n.\x0b\r\n",
    b"\x85.\x85",
    b"\xc2\x85.\xc2\x85",
    b"\xe2\x80\xa8.\xe2\x80\xa8",
];

/// All of them. One is true: CRLF.CRLF.
pub(super) fn endings() -> Vec<Vec<u8>> {
    let pairs = AROUND.iter().flat_map(|before| AROUND.map(|after| format!("{before}.{after}").into_bytes()));
    let fullwidth = ["\r\n\u{ff0e}\r\n", "\r\n\u{3002}\r\n"].map(|text| text.as_bytes().to_vec());
    pairs.chain(OTHERS.map(<[u8]>::to_vec)).chain(fullwidth).collect()
}

/// What becomes of a body: the mail and what follows it, an error, or still more expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Mail(Vec<u8>, Vec<u8>),
    Bare,
    More,
}

/// Reads what follows DATA line by line, nothing clever.
pub(super) fn naive(bytes: &[u8]) -> Outcome {
    let mut mail = Vec::new();
    let mut rest = bytes;
    loop {
        let Some(lf) = rest.iter().position(|b| *b == b'\n') else { return naive_open_line(rest) };
        let line = &rest[..lf + 1];
        let text = match line.strip_suffix(b"\r\n") {
            Some(text) if !text.contains(&b'\r') => text,
            _ => return Outcome::Bare,
        };
        rest = &rest[lf + 1..];
        match text {
            b"." => return Outcome::Mail(mail, rest.to_vec()),
            [b'.', text @ ..] => mail.extend_from_slice(text),
            text => mail.extend_from_slice(text),
        }
        mail.extend_from_slice(b"\r\n");
    }
}

fn naive_open_line(line: &[u8]) -> Outcome {
    // A CR may still be followed by its LF only where it is the last byte.
    let head = &line[..line.len().saturating_sub(1)];
    if head.contains(&b'\r') { Outcome::Bare } else { Outcome::More }
}

/// Whether a CR or LF stands alone.
pub(super) fn has_bare_line_ending(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).replace("\r\n", "").contains(['\r', '\n'])
}
