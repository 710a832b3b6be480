//! Whether two texts say the same, by a digest that machines find hard to dodge.

/// Octets of a digest before they are written in hexadecimal.
const DIGEST_OCTETS: usize = 16;

/// A digest of what a text says: its letters alone, in lower case. Dates, counters, white space and marks of quoting, by
/// which a machine's second mail differs from its first, do not count; a text without letters is taken as it is.
///
/// 32 hexadecimal digits; `None` for a text that says nothing.
pub fn text_digest(text: &str) -> Option<String> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
    digest(letters).or_else(|| digest(text.chars().filter(|c| !c.is_whitespace() && !c.is_control())))
}

fn digest(chars: impl Iterator<Item = char>) -> Option<String> {
    let said: String = chars.collect();
    (!said.is_empty()).then(|| blake3::hash(said.as_bytes()).to_hex()[..2 * DIGEST_OCTETS].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_changes_from_mail_to_mail_does_not_count() {
        let first = text_digest("I am away until 3 May 2026.\r\nTicket 17 was received.");
        assert_eq!(first, text_digest("> I am  away until 4 May 2027.\n> Ticket 18 was received!\n"));
        assert_ne!(first, text_digest("I am here until 3 May 2026. Ticket 17 was received."));
    }

    #[test]
    fn numbers_count_where_there_is_nothing_else_and_nothing_is_the_same_as_nothing() {
        assert_ne!(text_digest("4711"), text_digest("4712"));
        assert_eq!(text_digest("4711"), text_digest(" 4711\n"));
        assert_eq!(text_digest(" \r\n"), None);
    }
}
