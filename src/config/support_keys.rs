//! The keys of `[[address]]`: a support address.

use super::{
    Acknowledgement, Autopilot, Signature, SupportAddress, forwarders, handoff_keys,
    keys::{address, level},
    outgoing::{LETTER_BYTES_MAX, denied_by_default},
    reader::Section,
};

/// One table; `None` when it names no address.
pub(super) fn support(s: &Section<'_, '_>) -> Option<SupportAddress> {
    let autopilot = [Autopilot::On, Autopilot::Assist, Autopilot::Off].map(|mode| (mode.word(), mode));
    let name = s.text("name");
    let autopilot = s.word("autopilot", Autopilot::default(), &autopilot);
    let forwarder = s.text("forwarder").map(|name| forwarders::canonical(&name));
    let signature_markdown = s.prose("signature_markdown").unwrap_or_default();
    let signature_html = s.prose("signature_html");
    let signatures = s.tables("signature", "language", str::to_owned, signature).unwrap_or_default();
    let quote = s.flag("quote", true);
    let level_min = level(s);
    let form = s.made("form", address);
    let form_vouches = s.flag("form_vouches", false);
    let number_in_subject = s.flag("number_in_subject", true);
    let size = 65_536..=50 << 20;
    let letter_bytes_max = s.number("letter_bytes_max", LETTER_BYTES_MAX, size, "bytes");
    let attachments_denied = s.texts("attachments_denied", ending_or_type);
    let keyed_reply_to = s.flag("keyed_reply_to", false);
    let (handoff, topics) = (handoff_keys::handoff(s), handoff_keys::topics(s));
    let (hours_name, ai_hours) = handoff_keys::hours_of(s);
    let acknowledge = s.flag("acknowledge_handoff", false);
    let acknowledgements = s.tables("acknowledgement", "language", str::to_owned, acknowledgement).unwrap_or_default();
    let address = s.needed("address", address)?;
    let attachments_denied = attachments_denied.unwrap_or_else(|| denied_by_default().to_vec());
    Some(SupportAddress {
        address,
        name,
        autopilot,
        forwarder,
        signature_markdown,
        signature_html,
        signatures,
        quote,
        level_min,
        form,
        form_vouches,
        number_in_subject,
        letter_bytes_max,
        attachments_denied,
        keyed_reply_to,
        handoff,
        topics,
        hours_name,
        hours: None,
        ai_hours,
        acknowledge,
        acknowledgements,
    })
}

fn acknowledgement(s: &Section<'_, '_>) -> Option<Acknowledgement> {
    let markdown = s.prose("markdown").filter(|words| !words.trim().is_empty());
    let language = s.needed("language", language)?;
    if markdown.is_none() {
        s.wrong("markdown", "it is needed here");
    }
    Some(Acknowledgement { language, markdown: markdown? })
}

fn signature(s: &Section<'_, '_>) -> Option<Signature> {
    let (markdown, html) = (s.prose("markdown"), s.prose("html"));
    let language = s.needed("language", language)?;
    if markdown.is_none() && html.is_none() {
        s.wrong("markdown", "it is needed here, or `html`");
    }
    Some(Signature { language, markdown: markdown.unwrap_or_default(), html })
}

/// `exe`, or `application/x-msdownload`.
fn ending_or_type(text: &str) -> Result<String, String> {
    let good = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'"');
    let text = text.trim_start_matches('.').to_ascii_lowercase();
    if good { Ok(text) } else { Err(format!("`{text}` is neither an ending such as \"exe\" nor a type")) }
}

/// ISO 639-1.
fn language(text: &str) -> Result<String, String> {
    let good = text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_lowercase());
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` is not a language of two small letters, such as \"de\""))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{Config, parse};

    fn parsed(keys: &str) -> Result<Config, String> {
        let text = format!("[[address]]\naddress = \"a@acme.example\"\n{keys}");
        parse(&text, Path::new("")).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn signatures_of_languages_belong_to_the_address_above_them() {
        let text = "[[address.signature]]\nlanguage = \"de\"\nmarkdown = \"Ihr Team\"\n\
            [[address.signature]]\nlanguage = \"fr\"\nhtml = \"<p>Nous</p>\"\n[[address]]\naddress = \"b@acme.example\"\n";
        let config = parsed(text).unwrap();
        let [first, second] = &config.addresses[..] else { panic!("{:?}", config.addresses) };
        let known: Vec<&str> = first.signatures.iter().map(|one| one.language.as_str()).collect();
        assert_eq!((known, second.signatures.len()), (vec!["de", "fr"], 0));

        for (wrong, words) in [
            ("[[address.signature]]\nmarkdown = \"x\"\n", "it is needed here"),
            ("[[address.signature]]\nlanguage = \"de\"\n", "it is needed here, or `html`"),
            (
                "[[address.signature]]\nlanguage = \"German\"\nmarkdown = \"x\"\n",
                "is not a language of two small letters",
            ),
            (&text.replace("fr", "de"), "there are two signatures for \"de\""),
        ] {
            let told = parsed(wrong).unwrap_err();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn what_may_leave_is_said_by_size_ending_and_type() {
        let config =
            parsed("letter_bytes_max = 1000000\nattachments_denied = [\".ZIP\", \"application/pdf\"]\n").unwrap();
        let address = &config.addresses[0];
        assert_eq!(address.letter_bytes_max, 1_000_000);
        assert_eq!(address.attachments_denied, ["zip", "application/pdf"]);
        assert!(parsed("attachments_denied = []").unwrap().addresses[0].attachments_denied.is_empty());
        assert!(parsed("attachments_denied = [\"a b\"]").unwrap_err().contains("neither an ending"));
        assert!(parsed("letter_bytes_max = 1\n").unwrap_err().contains("out of range"));
    }
}
