//! How much a model can be shown: an estimate of tokens, and what of a text fits.
//!
//! Every model counts in its own way. Too high an estimate costs a little of the context, too low a one the answer.

/// Tokens that frame one message.
pub(super) const MESSAGE_TOKENS: usize = 8;

/// Less of a text says nothing.
const PIECE_TOKENS_MIN: usize = 32;

/// How many tokens a text is, rather too many than too few.
///
/// Four letters of ASCII begun, each digit, each other sign, each line and each run of blanks beyond one are a token; of all
/// other writing every two octets begun.
pub(super) fn tokens(text: &str) -> usize {
    let (mut count, mut letters, mut octets, mut blanks) = (0, 0, 0_usize, 0);
    for c in text.chars() {
        if c.is_ascii_alphabetic() {
            count += usize::from(letters % 4 == 0);
            letters += 1;
        } else {
            letters = 0;
        }
        if c.is_ascii() {
            octets = 0;
        } else {
            let before = octets.div_ceil(2);
            octets += c.len_utf8();
            count += octets.div_ceil(2) - before;
        }
        if c == ' ' {
            count += usize::from(blanks == 1);
            blanks += 1;
        } else {
            blanks = 0;
        }
        count += usize::from(c.is_ascii() && !c.is_ascii_alphabetic() && c != ' ');
    }
    count
}

/// What is left of a context.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room(pub(super) usize);

/// What of a text fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fitted<'t> {
    pub(super) text: &'t str,
    /// Whether more of it was there.
    pub(super) is_cut: bool,
}

impl Room {
    /// Takes what must be there; `false`, and nothing taken, when it does not fit.
    pub(super) fn take(&mut self, tokens: usize) -> bool {
        let fits = tokens <= self.0;
        self.0 -= if fits { tokens } else { 0 };
        fits
    }

    /// Takes as much of a text as fits, framed by `frame` tokens; `None` when that would be next to nothing.
    pub(super) fn fit<'t>(&mut self, text: &'t str, frame: usize) -> Option<Fitted<'t>> {
        let whole = tokens(text);
        if self.take(whole + frame) {
            return Some(Fitted { text, is_cut: false });
        }
        let room = self.0.checked_sub(frame).filter(|room| *room >= PIECE_TOKENS_MIN)?;
        let text = beginning(text, room);
        self.take(tokens(text) + frame);
        Some(Fitted { text, is_cut: true })
    }
}

/// The longest beginning of so many tokens, up to the end of a word where there is one.
fn beginning(text: &str, tokens_max: usize) -> &str {
    let (mut fits, mut fails) = (0, text.len() + 1);
    while fails - fits > 1 {
        let middle = fits + (fails - fits) / 2;
        let at = text.floor_char_boundary(middle);
        // Between two boundaries every place reads as the lower one.
        if tokens(&text[..at]) <= tokens_max { fits = middle } else { fails = middle }
    }
    let head = &text[..text.floor_char_boundary(fits)];
    match head.rfind(char::is_whitespace) {
        Some(end) if end > head.len() / 2 => head[..end].trim_end(),
        _ => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_rather_too_much() {
        for (text, least, most) in [
            ("How long does shipping to Austria take?", 10, 16),
            ("The order 48151623 of 2026-11-23", 14, 28),
            ("Wie lange dauert die Lieferung nach Österreich?", 12, 20),
            ("Сколько времени занимает доставка?", 18, 34),
        ] {
            let count = tokens(text);
            assert!((least..=most).contains(&count), "{text}: {count}");
        }
        assert_eq!(tokens(""), 0);
    }

    #[test]
    fn a_text_is_cut_where_a_word_ends_and_never_within_a_character() {
        let text = "wörter ".repeat(1000);
        let mut room = Room(100);
        let fitted = room.fit(&text, 10).unwrap();
        assert!(fitted.is_cut && fitted.text.ends_with("wörter") && tokens(fitted.text) <= 90, "{fitted:?}");
        assert!(tokens(fitted.text) > 60 && room.0 < 30);
        assert_eq!(Room(1000).fit("short", 10), Some(Fitted { text: "short", is_cut: false }));
        assert_eq!(Room(20).fit(&text, 10), None);
    }

    #[test]
    fn what_does_not_fit_takes_nothing() {
        let mut room = Room(5);
        assert!(!room.take(6) && room.take(5) && room.0 == 0);
    }
}
