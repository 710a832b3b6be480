//! Whom a web form names as its sender.

use crate::{
    mime::Mail,
    types::{Address, head},
};

/// Octets of a text that are looked at.
const OCTETS_MAX: usize = 16 * 1024;

/// What forms call the field, in lower case; longer labels that end or begin with one count too.
const LABELS: [&str; 22] = [
    "email",
    "e-mail",
    "mail",
    "email address",
    "e-mail address",
    "e-mail-adresse",
    "mailadresse",
    "adresse e-mail",
    "adresse mail",
    "courriel",
    "correo",
    "correo electrónico",
    "indirizzo email",
    "endereço de e-mail",
    "e-postadress",
    "e-postadresse",
    "sähköposti",
    "адрес электронной почты",
    "эл. почта",
    "メールアドレス",
    "邮箱",
    "이메일",
];

/// The customer whom a form names, and where: in Reply-To, else in the one line of its text that has an address behind such
/// a label. `None` when it names nobody, or more than one: who writes the text may write such a line of their own.
pub fn form_customer(mail: &Mail) -> Option<(Address, &'static str)> {
    let robot = mail.from.as_ref();
    if let Some(named) = mail.reply_to.iter().find(|address| Some(*address) != robot) {
        return Some((named.clone(), "in Reply-To"));
    }
    let text = head(&mail.text, OCTETS_MAX);
    let mut named: Vec<Address> = Vec::new();
    for (_, value) in
        text.lines().filter_map(|line| line.split_once([':', '：', '='])).filter(|(label, _)| is_label(label))
    {
        let word = value.split_whitespace().find(|word| word.contains('@')).unwrap_or_default();
        let word = word.trim_matches(|c: char| "<>[]()\"',;".contains(c));
        let address = Address::parse(word.strip_prefix("mailto:").unwrap_or(word)).ok();
        named.extend(address.filter(|address| !named.contains(address)));
        if named.len() > 1 {
            return None;
        }
    }
    Some((named.pop()?, "in its text"))
}

fn is_label(label: &str) -> bool {
    const OCTETS_OF_LABEL_MAX: usize = 60;
    let label = label.trim_matches(|c: char| !c.is_alphanumeric());
    let low = if label.len() <= OCTETS_OF_LABEL_MAX { label.to_lowercase() } else { return false };
    LABELS.iter().any(|known| {
        let rest = low.strip_prefix(known).or_else(|| low.strip_suffix(known));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '(', '*']) || rest.ends_with([' ', '-']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(head: &str, text: &str) -> Option<(String, &'static str)> {
        let raw = format!("From: robot@shop.example\n{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n");
        form_customer(&crate::mime::parse(raw.as_bytes())).map(|(address, place)| (address.to_string(), place))
    }

    #[test]
    fn reply_to_names_the_customer_before_any_line() {
        let found = named("Reply-To: ada@x.example\n", "Email: bob@y.example");
        assert_eq!(found, Some(("ada@x.example".into(), "in Reply-To")));
        assert_eq!(named("Reply-To: robot@shop.example\n", "Hello"), None);
    }

    #[test]
    fn else_the_one_line_with_an_address_behind_a_label_does() {
        for line in [
            "Email: ada@x.example",
            "E-Mail-Adresse: <ada@x.example>",
            "* Your email *: ada@x.example",
            "Email (required) = ada@x.example",
            "Adresse e-mail : ada@x.example",
            "Correo electrónico: mailto:ada@x.example",
            "メールアドレス：ada@x.example",
        ] {
            let found = named("", &format!("Name: Ada\n{line}\nMessage: how does it work, bob@y.example?"));
            assert_eq!(found, Some(("ada@x.example".into(), "in its text")), "{line}");
        }
    }

    #[test]
    fn two_addresses_are_nobodys() {
        assert_eq!(named("", "Email: ada@x.example\nMessage:\nEmail: eve@evil.example"), None);
        assert_eq!(named("", "Please mail me: no address here"), None);
    }
}
