//! What a tag may be: a word that people sort conversations by.

/// Letters of a tag: it stands in lists.
const TAG_CHARS_MAX: usize = 40;

/// The tag, when it is one: 1 to 40 letters, digits, `-`, `_`, `.`, `:` and `/`, a letter or digit first.
///
/// # Errors
/// Why it is none, in words.
pub fn tag(text: &str) -> Result<String, String> {
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || "-_.:/".contains(c));
    if !is_plain || !text.starts_with(char::is_alphanumeric) || text.chars().count() > TAG_CHARS_MAX {
        return Err(format!(
            "`{}` is no tag: letters, digits, `-`, `_`, `.`, `:` and `/`, {TAG_CHARS_MAX} at most",
            super::one_line(text)
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_one_short_word() {
        for good in ["refund", "vip", "Rückgabe", "eu:b2b/2026", "5-stars"] {
            assert_eq!(tag(good).as_deref(), Ok(good));
        }
        for bad in ["", " ", "two words", "-y", "+x", "a,b", "a\nb", "<b>", &"x".repeat(41)] {
            assert!(tag(bad).is_err(), "{bad}");
        }
    }
}
