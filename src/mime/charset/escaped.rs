//! Charsets that switch by escapes: ISO-2022 as Japan, Korea and China write it, and HZ.
//!
//! RFC 1468, RFC 1554, RFC 1557, RFC 1843, RFC 1922. Each line begins in ASCII, so that a missing escape costs one line.

use encoding_rs::{EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

use super::lossless;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// JIS X 0201: katakana of half width.
    Kana,
    /// Two octets a character, by the charset that has them with the eighth bit set, behind that prefix.
    Two(&'static Encoding, &'static [u8]),
}

/// What an escape calls up, and what a shift then does.
const JIS_0208: Set = Set::Two(EUC_JP, b"");
const JIS_0212: Set = Set::Two(EUC_JP, b"\x8f");
const GB_2312: Set = Set::Two(GBK, b"");
const KS_C_5601: Set = Set::Two(EUC_KR, b"");

/// Escapes that switch at once.
const SWITCHES: [(&[u8], Set); 14] = [
    (b"(B", Set::Ascii),
    (b"(J", Set::Ascii),
    (b"(H", Set::Ascii),
    (b"(I", Set::Kana),
    (b"$B", JIS_0208),
    (b"$@", JIS_0208),
    (b"$(B", JIS_0208),
    // JIS X 0213 agrees with its forerunner in nearly all of its first plane.
    (b"$(O", JIS_0208),
    (b"$(Q", JIS_0208),
    (b"$(D", JIS_0212),
    (b"$(P", JIS_0212),
    (b"$A", GB_2312),
    (b"$(C", KS_C_5601),
    (b"&@", Set::Ascii),
];

/// Escapes that say what SHIFT OUT switches to.
const SHIFTED: [(&[u8], Set); 3] = [(b"$)C", KS_C_5601), (b"$)A", GB_2312), (b"$)G", GB_2312)];

const ESCAPE: u8 = 0x1b;
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;

/// ISO-2022-JP with all its extensions, -KR and -CN.
pub(super) fn iso_2022(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 4);
    let (mut set, mut shifted, mut shift) = (Set::Ascii, Set::Kana, false);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at + 1..];
        let now = if shift { shifted } else { set };
        at += 1;
        match byte {
            &ESCAPE => {
                if let Some((escape, to)) = SWITCHES.iter().find(|(escape, _)| rest.starts_with(escape)) {
                    (set, at) = (*to, at + escape.len());
                } else if let Some((escape, to)) = SHIFTED.iter().find(|(escape, _)| rest.starts_with(escape)) {
                    (shifted, at) = (*to, at + escape.len());
                }
            }
            &SHIFT_OUT => shift = true,
            &SHIFT_IN => shift = false,
            b'\r' | b'\n' => {
                (set, shift) = (Set::Ascii, false);
                out.push(char::from(*byte));
            }
            0x80.. => {
                // Eight bits where seven are promised: Shift_JIS or its katakana, as far as the line or the next escape.
                let end = rest.iter().position(|b| matches!(b, b'\n' | &ESCAPE)).unwrap_or(rest.len());
                out.push_str(&lossless(&bytes[at - 1..at + end], SHIFT_JIS).0);
                at += end;
            }
            0x21..=0x5f if now == Set::Kana => out.extend(char::from_u32(0xff61 + u32::from(byte - 0x21))),
            0x21..=0x7e => match now {
                Set::Two(encoding, prefix) => {
                    let length = 1 + rest.iter().take_while(|b| (0x21..=0x7e).contains(*b)).count();
                    two_octets(&mut out, &bytes[at - 1..at - 1 + length], encoding, prefix);
                    at += length - 1;
                }
                Set::Ascii | Set::Kana => out.push(char::from(*byte)),
            },
            _ => out.push(char::from(*byte)),
        }
    }
    out
}

/// HZ: `~{` and `~}` switch. RFC 1843.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 4);
    let (mut rest, mut chinese) = (bytes, false);
    while let Some(byte) = rest.first() {
        let (length, now) = match rest {
            [b'~', b'{', ..] => (2, true),
            [b'~', b'}', ..] => (2, false),
            [b'~', b'\n', ..] => (2, chinese),
            [b'~', b'~', ..] if !chinese => {
                out.push('~');
                (2, chinese)
            }
            [0x21..=0x7d, ..] if chinese => {
                let length = rest.iter().take_while(|b| (0x21..=0x7d).contains(*b)).count();
                two_octets(&mut out, &rest[..length], GBK, b"");
                (length, chinese)
            }
            [b'\n', ..] => {
                out.push('\n');
                (1, false)
            }
            [0..0x80, ..] => {
                out.push(char::from(*byte));
                (1, chinese)
            }
            _ => {
                let length = rest.iter().take_while(|b| !b.is_ascii()).count();
                out.push_str(&lossless(&rest[..length], GBK).0);
                (length, chinese)
            }
        };
        (rest, chinese) = (&rest[length..], now);
    }
    out
}

fn two_octets(out: &mut String, octets: &[u8], encoding: &'static Encoding, prefix: &[u8]) {
    let (pairs, alone) = octets.split_at(octets.len() / 2 * 2);
    let high: Vec<u8> =
        pairs.chunks(2).flat_map(|two| prefix.iter().copied().chain(two.iter().map(|octet| octet | 0x80))).collect();
    out.push_str(&lossless(&high, encoding).0);
    out.extend(alone.iter().map(|octet| char::from(*octet)));
}
