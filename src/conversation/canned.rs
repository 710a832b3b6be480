//! Replies that are prepared once and used often: Markdown with variables that a conversation fills.

/// What the variables stand for in one conversation.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// `{{contact.name}}`: their display name, or their address where they have none.
    pub contact_name: &'a str,
    /// `{{number}}`: the number people see.
    pub number: &'a str,
    /// `{{address}}`: the support address that was written to.
    pub address: &'a str,
    /// `{{agent.name}}`: who answers.
    pub agent_name: &'a str,
}

/// Why a prepared reply is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannedError {
    /// Nobody knows what to put there.
    #[error(
        "`{{{{{0}}}}}` is no variable: there are {{{{contact.name}}}}, {{{{number}}}}, {{{{address}}}} and {{{{agent.name}}}}"
    )]
    Unknown(String),
    /// It would be sent as it stands.
    #[error("a variable is opened with `{{{{` and never closed")]
    Open,
}

/// Letters of an unknown variable that are told.
const TOLD_CHARS_MAX: usize = 40;

/// The variables, each with what it takes from a filling.
type Variable = for<'a> fn(&Filling<'a>) -> &'a str;

const VARIABLES: [(&str, Variable); 4] = [
    ("contact.name", |filling| filling.contact_name),
    ("number", |filling| filling.number),
    ("address", |filling| filling.address),
    ("agent.name", |filling| filling.agent_name),
];

/// Looks whether all its variables are known.
///
/// # Errors
/// See [`CannedError`].
pub fn check_canned(markdown: &str) -> Result<(), CannedError> {
    pieces(markdown, |_| {})
}

/// Puts words in the places of its variables. What they say is text there, and no Markdown: a contact's name is a stranger's.
///
/// # Errors
/// See [`CannedError`]: of what was checked there is none.
pub fn fill_canned(markdown: &str, filling: &Filling<'_>) -> Result<String, CannedError> {
    let mut filled = String::with_capacity(markdown.len());
    pieces(markdown, |piece| match piece {
        Piece::Text(text) => filled.push_str(text),
        Piece::Variable(variable) => push_escaped(variable(filling), &mut filled),
    })?;
    Ok(filled)
}

enum Piece<'t> {
    Text(&'t str),
    Variable(Variable),
}

fn pieces<'t>(markdown: &'t str, mut each: impl FnMut(Piece<'t>)) -> Result<(), CannedError> {
    let mut rest = markdown;
    while let Some((text, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").ok_or(CannedError::Open)?;
        let known = VARIABLES.iter().find(|(known, _)| *known == name.trim());
        let unknown = || CannedError::Unknown(name.trim().chars().take(TOLD_CHARS_MAX).collect());
        let (_, variable) = known.ok_or_else(unknown)?;
        each(Piece::Text(text));
        each(Piece::Variable(*variable));
        rest = behind;
    }
    each(Piece::Text(rest));
    Ok(())
}

/// CommonMark §2.4: a backslash before a sign makes it text. Only signs that mean something inside a line.
fn push_escaped(text: &str, to: &mut String) {
    for sign in text.chars() {
        match sign {
            _ if sign.is_control() => to.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' | '|' | '~' | '&' => to.extend(['\\', sign]),
            _ => to.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILLING: Filling<'_> =
        Filling { contact_name: "Ada Löwe", number: "12345", address: "support@acme.example", agent_name: "Grace" };

    #[test]
    fn each_variable_is_filled_wherever_it_stands() {
        let canned = "Hello {{contact.name}},\n\n**{{ number }}** came to {{address}}{{number}}.\n\n{{agent.name}}";
        let filled = "Hello Ada Löwe,\n\n**12345** came to support@acme.example12345.\n\nGrace";
        assert_eq!(fill_canned(canned, &FILLING).as_deref(), Ok(filled));
        assert_eq!(fill_canned("no variable, {a} {b}", &FILLING).as_deref(), Ok("no variable, {a} {b}"));
    }

    #[test]
    fn what_nobody_can_fill_is_told() {
        for (canned, told) in [
            ("{{contact.mail}}", "`{{contact.mail}}` is no variable"),
            ("{{}}", "`{{}}` is no variable"),
            ("{{ {{number}} }}", "`{{{{number}}` is no variable"),
            ("Hello {{number", "never closed"),
        ] {
            let error = check_canned(canned).unwrap_err();
            assert!(error.to_string().contains(told), "{canned}: {error}");
            assert_eq!(fill_canned(canned, &FILLING), Err(error));
        }
    }

    #[test]
    fn a_name_is_text_and_fills_nothing_itself() {
        let name = "[click](http://evil.example)\n# {{number}} <b>";
        let filled = fill_canned("Hello {{contact.name}}", &Filling { contact_name: name, ..FILLING }).unwrap();
        assert_eq!(filled, r"Hello \[click\](http://evil.example) \# {{number}} \<b\>");
    }
}
