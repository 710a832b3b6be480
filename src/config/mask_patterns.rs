//! `[[mask]]`: patterns of what must not leave for a model, in a language so small that no text makes it slow.
//!
//! | written | stands for |
//! |---|---|
//! | `#` | a digit |
//! | `@` | a letter |
//! | `*` | a letter or a digit |
//! | `+` behind one of these | one or more of it, as many as there are |
//! | `\` | the next character as it is |
//! | anything else | itself, in either case |
//!
//! What it finds is a whole word: no letter or digit stands right before or behind it. Behind a `+` nothing may stand that the
//! repeated class takes as well: then nothing need ever be tried twice, and a text is read in time that grows with its length.

use super::reader::Section;

/// Elements of one pattern.
const ELEMENTS_MAX: usize = 64;

/// A pattern and what is written in the place of what it finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskPattern {
    /// `name`: stands in brackets in its place.
    pub name: String,
    /// `pattern`, taken apart.
    pub elements: Vec<Element>,
}

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// What it takes.
    pub class: CharClass,
    /// Whether it takes as many as there are.
    pub repeats: bool,
}

/// Which characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharClass {
    /// This one, in either case.
    Only(char),
    /// A digit of any script.
    Digit,
    /// A letter of any script.
    Letter,
    /// Either.
    LetterOrDigit,
}

impl CharClass {
    /// Whether it takes this character.
    pub fn takes(self, c: char) -> bool {
        match self {
            Self::Only(own) => own == c || own.to_lowercase().eq(c.to_lowercase()),
            Self::Digit => c.is_numeric(),
            Self::Letter => c.is_alphabetic(),
            Self::LetterOrDigit => c.is_alphanumeric(),
        }
    }

    /// Whether there is a character that both take.
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Only(own), other) | (other, Self::Only(own)) => other.takes(own),
            (Self::Digit, Self::Letter) | (Self::Letter, Self::Digit) => false,
            (Self::Digit | Self::Letter | Self::LetterOrDigit, Self::Digit | Self::Letter | Self::LetterOrDigit) => {
                true
            }
        }
    }
}

/// Takes a pattern apart.
///
/// # Errors
/// In words: it is empty, too long, has a `+` behind anything but a class, or something behind a `+` that the `+` takes.
pub(super) fn elements(pattern: &str) -> Result<Vec<Element>, String> {
    let mut elements: Vec<Element> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let class = match c {
            '+' => {
                let Some(last) = elements.last_mut() else { return Err("a `+` stands behind nothing".into()) };
                if matches!(last.class, CharClass::Only(_)) || last.repeats {
                    return Err("a `+` stands behind something that is none of `#`, `@` and `*`".into());
                }
                last.repeats = true;
                continue;
            }
            '#' => CharClass::Digit,
            '@' => CharClass::Letter,
            '*' => CharClass::LetterOrDigit,
            '\\' => CharClass::Only(chars.next().ok_or("a `\\` stands at the end")?),
            c => CharClass::Only(c),
        };
        if elements.last().is_some_and(|last| last.repeats && last.class.meets(class)) {
            return Err(format!("`{c}` stands behind a `+` that takes it as well, so that it would never be reached"));
        }
        elements.push(Element { class, repeats: false });
    }
    match elements.len() {
        0 => Err("it finds nothing".into()),
        1..=ELEMENTS_MAX => Ok(elements),
        many => Err(format!("it has {many} elements; {ELEMENTS_MAX} at most")),
    }
}

pub(super) fn mask(s: &Section<'_, '_>) -> Option<MaskPattern> {
    let name = s.needed("name", |name| match name.contains(['[', ']']) {
        true => Err("it stands in brackets and may have none".to_owned()),
        false => Ok(name.to_owned()),
    });
    let elements = s.needed("pattern", elements);
    Some(MaskPattern { name: name?, elements: elements? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_taken_apart() {
        let of = |class, repeats| Element { class, repeats };
        let digits = of(CharClass::Digit, true);
        assert_eq!(
            elements("K-#+"),
            Ok(vec![of(CharClass::Only('K'), false), of(CharClass::Only('-'), false), digits])
        );
        assert_eq!(elements("\\#"), Ok(vec![of(CharClass::Only('#'), false)]));
    }

    #[test]
    fn a_pattern_that_would_have_to_be_tried_twice_is_refused() {
        for wrong in ["", "+", "x+", "#++", "#+#", "*+@", "@+x", "\\", &"#".repeat(65)] {
            assert!(elements(wrong).is_err(), "{wrong}");
        }
        for right in ["#+-#+", "@+#", "#+@", "*+.*+", &"#".repeat(64)] {
            assert!(elements(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn masks_are_read_with_their_mistakes() {
        let text = "[[mask]]\nname = \"customer number\"\npattern = \"K-######\"\n";
        let config = crate::config::parse(text, std::path::Path::new("")).unwrap();
        assert_eq!((config.masks[0].name.as_str(), config.masks[0].elements.len()), ("customer number", 8));
        let wrong = "[[mask]]\nname = \"x\"\npattern = \"#+#\"\n";
        let mistakes = crate::config::parse(wrong, std::path::Path::new("")).unwrap_err();
        assert!(mistakes.to_string().contains("mask[x].pattern: `#` stands behind a `+`"), "{mistakes}");
    }
}
