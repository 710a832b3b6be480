//! Mails damaged in the ways that mails are damaged, the same every time.

use crate::chance::Chance;

/// Places to damage, all from a seed.
pub(crate) struct Dice(Chance);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
    }
}

/// One way to damage a mail.
type Damage = fn(&mut Vec<u8>, &mut Dice);

const DAMAGES: [Damage; 9] = [
    flip_octets,
    drop_a_line,
    repeat_a_line,
    cut_off,
    break_a_boundary,
    swap_lines,
    say_another_encoding,
    other_line_ends,
    put_in_white_space,
];

/// The mail with one to three damages.
pub(crate) fn mutant(mail: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut mail = mail.to_vec();
    for _ in 0..=dice.below(3) {
        DAMAGES[dice.below(DAMAGES.len())](&mut mail, dice);
    }
    mail
}

#[allow(clippy::ptr_arg, reason = "one of the damages, which all take a mail so")]
fn flip_octets(mail: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        let at = dice.below(mail.len());
        if let Some(octet) = mail.get_mut(at) {
            *octet ^= 1 << dice.below(8);
        }
    }
}

/// A line, its end included, chosen evenly among those that fit.
fn line(mail: &[u8], dice: &mut Dice, fits: impl Fn(&[u8]) -> bool) -> std::ops::Range<usize> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in mail.split_inclusive(|b| *b == b'\n') {
        if fits(line) {
            lines.push(at..at + line.len());
        }
        at += line.len();
    }
    if lines.is_empty() { 0..0 } else { lines.swap_remove(dice.below(lines.len())) }
}

fn drop_a_line(mail: &mut Vec<u8>, dice: &mut Dice) {
    let line = line(mail, dice, |_| true);
    mail.drain(line);
}

fn repeat_a_line(mail: &mut Vec<u8>, dice: &mut Dice) {
    let line = line(mail, dice, |_| true);
    let again = mail[line.clone()].to_vec();
    mail.splice(line.end..line.end, again);
}

fn cut_off(mail: &mut Vec<u8>, dice: &mut Dice) {
    mail.truncate(dice.below(mail.len() + 1));
}

fn break_a_boundary(mail: &mut Vec<u8>, dice: &mut Dice) {
    let line = line(mail, dice, |line| line.starts_with(b"--"));
    let Some(text) = mail.get(line.clone()).filter(|text| !text.is_empty()) else { return };
    let text = text.trim_ascii_end();
    let broken = match dice.below(5) {
        0 => [text, b" \t"].concat(),
        1 => [text, b"--"].concat(),
        2 => text.strip_suffix(b"--").unwrap_or(&text[1..]).to_vec(),
        3 => [b" ", text].concat(),
        _ => text[..text.len() - 1].to_vec(),
    };
    mail.splice(line, [&broken[..], b"\n"].concat());
}

fn swap_lines(mail: &mut Vec<u8>, dice: &mut Dice) {
    let one = line(mail, dice, |line| line.contains(&b':'));
    let other = line(mail, dice, |line| line.contains(&b':'));
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    if first.end <= second.start {
        let (a, b) = (mail[first.clone()].to_vec(), mail[second.clone()].to_vec());
        mail.splice(second, a);
        mail.splice(first, b);
    }
}

fn say_another_encoding(mail: &mut Vec<u8>, dice: &mut Dice) {
    const ENCODINGS: [&str; 6] = ["base64", "quoted-printable", "7bit", "8bit", "binary", "x-odd"];
    let field = b"content-transfer-encoding:";
    let line = line(mail, dice, |line| line.get(..field.len()).is_some_and(|name| name.eq_ignore_ascii_case(field)));
    if !line.is_empty() {
        let said = format!("Content-Transfer-Encoding: {}\n", ENCODINGS[dice.below(ENCODINGS.len())]);
        mail.splice(line, said.into_bytes());
    }
}

fn other_line_ends(mail: &mut Vec<u8>, dice: &mut Dice) {
    let unix: Vec<u8> = mail.iter().copied().filter(|b| *b != b'\r').collect();
    *mail = match dice.below(2) {
        0 => unix,
        _ => unix.split(|b| *b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]),
    };
}

fn put_in_white_space(mail: &mut Vec<u8>, dice: &mut Dice) {
    const WHITE: [&[u8]; 5] = [b" ", b"\t", b"\r\n", b"\n", b"\n\n"];
    let at = dice.below(mail.len() + 1);
    mail.splice(at..at, WHITE[dice.below(WHITE.len())].iter().copied());
}
