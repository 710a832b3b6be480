//! Puts the one-time code into a letter that asks for it, at the moment when it leaves.
//!
//! The journal, and whoever reads letters there, has the letter with a place instead. The code is as long as its place, so that no
//! line becomes longer.

use bytes::Bytes;

use crate::{
    conversation::{CODE_PLACE, Codes},
    store::{LetterRow, Origin},
};

/// What a quoted-printable part ends a line with that goes on. RFC 2045 §6.7 (5).
const SOFT_BREAK: &[u8] = b"=\r\n";

/// The octets that leave: those of the letter, with its code where it asks for one.
///
/// # Errors
/// When it asks for one that cannot be written, in words for people: it must not leave without.
pub(super) fn with_code(raw: &Bytes, letter: &LetterRow, codes: Option<&Codes>) -> Result<Bytes, String> {
    let Origin::CodeRequest { digest, .. } = letter.origin else { return Ok(raw.clone()) };
    let code = codes.and_then(|codes| codes.written(letter.id, letter.conversation, digest));
    let code = code.ok_or("the secret that its one-time code was made from is gone")?;
    let mut filled = Vec::with_capacity(raw.len());
    let (mut at, mut places) = (0, 0);
    while at < raw.len() {
        match place(&raw[at..]) {
            Some(len) => {
                fill(&raw[at..at + len], code.as_bytes(), &mut filled);
                (at, places) = (at + len, places + 1);
            }
            None => {
                filled.push(raw[at]);
                at += 1;
            }
        }
    }
    // As text and as a page.
    if places < 2 { Err("the place of its one-time code is not in it".to_owned()) } else { Ok(filled.into()) }
}

/// How many octets the place takes that the text begins with; a line may go on in it.
fn place(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for wanted in CODE_PLACE.bytes() {
        if at > 0 && text[at..].starts_with(SOFT_BREAK) {
            at += SOFT_BREAK.len();
        }
        if text.get(at) != Some(&wanted) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn fill(place: &[u8], code: &[u8], filled: &mut Vec<u8>) {
    let (mut at, mut code) = (0, code.iter());
    while at < place.len() {
        if place[at..].starts_with(SOFT_BREAK) {
            filled.extend_from_slice(SOFT_BREAK);
            at += SOFT_BREAK.len();
        } else {
            filled.extend(code.next());
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::ReplyKeys,
        outbound::support::letter_row,
        types::{Millis, Secret},
    };

    fn letter(keys: &ReplyKeys) -> LetterRow {
        let letter = letter_row("ada@customer.example");
        let digest = keys.codes().digest(letter.id, letter.conversation);
        LetterRow { origin: Origin::CodeRequest { digest, until: Millis(0) }, ..letter }
    }

    #[test]
    fn the_code_stands_in_both_parts_also_where_a_line_goes_on_in_it() {
        let keys = ReplyKeys::new(&[Secret::new("a secret")]);
        let letter = letter(&keys);
        let Origin::CodeRequest { digest, .. } = letter.origin else { panic!() };
        let code = keys.codes().written(letter.id, letter.conversation, digest).unwrap();
        let raw = Bytes::from_static(b"Code: ????-????.\r\n<p>Code: ???=\r\n?-????</p> ????-???\r\n");
        let filled = with_code(&raw, &letter, Some(keys.codes())).unwrap();
        let expected = format!("Code: {code}.\r\n<p>Code: {}=\r\n{}</p> ????-???\r\n", &code[..3], &code[3..]);
        assert_eq!(String::from_utf8_lossy(&filled), expected);
        assert_eq!(filled.len(), raw.len());
    }

    #[test]
    fn no_letter_leaves_without_its_code_and_no_other_gets_one() {
        let keys = ReplyKeys::new(&[Secret::new("a secret")]);
        let raw = Bytes::from_static(b"????-????\r\n????-????\r\n");
        let plain = letter_row("ada@customer.example");
        assert_eq!(with_code(&raw, &plain, Some(keys.codes())).unwrap(), raw, "whatever an answer says");
        assert!(with_code(&raw, &letter(&keys), None).is_err());
        let other = ReplyKeys::new(&[Secret::new("another")]);
        assert!(with_code(&raw, &letter(&keys), Some(other.codes())).is_err());
        let without = Bytes::from_static(b"no place\r\n");
        assert!(with_code(&without, &letter(&keys), Some(keys.codes())).is_err());
    }
}
