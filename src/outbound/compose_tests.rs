//! The letter as its reader and the mail programs see it, and that no word of a customer becomes a header (S-12).

use mail_parser::MessageParser;
use proptest::prelude::*;

use super::*;
use crate::{
    outbound::support::{NOW, address, conversation, settings},
    store::Participant,
    types::Level,
};

fn answered() -> Answered {
    Answered {
        message_id: "q2@customer.example".into(),
        references: vec!["q1@customer.example".into()],
        date: Some(1_794_990_000_000),
        kept: Millis(1_794_990_000_500),
        from_name: "Ada Löwe".into(),
        new_text: "Where is it?\n> you said\nThanks".into(),
        ..Answered::default()
    }
}

/// To whom a letter goes when nobody says.
static EVERYBODY: Wanted = Wanted { to: None, copies: None };

/// A letter of the AI with these words and nothing beside them.
fn plain_letter<'a>(
    conversation: &'a ConversationRow,
    settings: &'a SupportAddress,
    markdown: &'a str,
) -> Composition<'a> {
    Composition {
        letter: LetterId(1 << 30),
        message_id: "k@x",
        conversation,
        settings,
        disclosure: true,
        markdown,
        enclosed: &[],
        wanted: &EVERYBODY,
        language: None,
        answered: None,
        reply_to: None,
        now: NOW,
    }
}

fn written(
    conversation: &ConversationRow,
    markdown: &str,
    answered: Option<&Answered>,
    approval: &Approval,
) -> Composed {
    let settings = settings();
    let letter =
        Composition { message_id: "k.1@mx.acme.example", answered, ..plain_letter(conversation, &settings, markdown) };
    compose(&letter, approval).unwrap()
}

#[test]
fn an_answer_has_what_a_reader_and_a_mail_program_look_for() {
    let conversation = conversation("AW: Re: Where is my parcel? [12345]");
    let sent = written(&conversation, "It is **on its way**.", Some(&answered()), &Approval::by_autopilot(1));
    let mail = MessageParser::default().parse(&sent.raw[..]).unwrap();

    assert_eq!(mail.subject(), Some("Re: [12345] Where is my parcel?"));
    assert_eq!(sent.subject, "Re: [12345] Where is my parcel?");
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Acme Support"), Some("support@acme.example")));
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Ada Löwe"), Some("ada@customer.example")));
    assert_eq!(mail.message_id(), Some("k.1@mx.acme.example"));
    assert_eq!(mail.in_reply_to().as_text(), Some("q2@customer.example"));
    let references: Vec<&str> = mail.references().as_text_list().unwrap().iter().map(AsRef::as_ref).collect();
    assert_eq!(references, ["q1@customer.example", "q2@customer.example"]);
    assert_eq!(mail.date().unwrap().to_timestamp(), (NOW.0 / 1000) as i64);
    assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-replied"));
    assert_eq!(mail.header_raw("X-Replyd-Letter").map(str::trim), Some("0000001000000"));

    let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(
        text,
        "It is on its way.\n\nThis answer was written by an AI assistant. Reply HUMAN to reach a person.\nRef: #12345\n\n\
         -- \nAcme Support\nhttps://acme.example\n\nOn 18 November 2026 at 08:20 UTC, Ada Löwe wrote:\n\
         > Where is it?\n>> you said\n> Thanks\n"
    );
    let html = mail.body_html(0).unwrap();
    assert!(html.contains("<strong>on its way</strong>"), "{html}");
    assert!(html.contains("<blockquote type=\"cite\""), "{html}");
    assert_eq!(html.replace("\r\n", "\n").matches("Acme</strong> Support<br>\nhttps://").count(), 1, "{html}");
    assert_eq!(html.matches("Ref: #12345").count(), 1, "{html}");
    assert!(sent.raw.is_ascii());
}

fn index_of(sent: &Composed) -> Vec<u8> {
    let mail = crate::mime::parse(&sent.raw);
    let field = mail.header("Thread-Index").next().unwrap().to_owned();
    crate::mime::Pieces::of(field.as_bytes(), crate::mime::Encoding::Base64).flat_map(|piece| piece.to_vec()).collect()
}

#[test]
fn outlook_finds_the_answer_in_the_customers_conversation_and_else_in_ours() {
    let conversation = conversation("AW: Where is my parcel?");
    let by_person = Approval::by_person("Grace", 1);
    let ours = written(&conversation, "Hello.", Some(&answered()), &by_person);
    let theirs = [vec![1], b"\xDD\x7A\x67\xDF\x23".to_vec(), vec![7; 16], vec![0, 0, 9, 9, 0]].concat();
    let topic = "=?utf-8?q?Wo_ist_mein_P=C3=A4ckchen=3F?=".to_owned();
    let mail = Answered { thread_index: theirs.clone(), thread_topic: topic.clone(), ..answered() };
    let in_theirs = written(&conversation, "Hello.", Some(&mail), &by_person);

    let field = |sent: &Composed| crate::mime::parse(&sent.raw).header("Thread-Topic").next().unwrap().to_owned();
    assert_eq!((field(&ours).as_str(), field(&in_theirs)), ("Where is my parcel?", topic));
    assert_eq!(index_of(&ours).len(), 22 + 5);
    assert_eq!(index_of(&ours)[..22], index_of(&written(&conversation, "More.", None, &by_person))[..22]);
    assert!(index_of(&in_theirs).starts_with(&theirs) && index_of(&in_theirs).len() == theirs.len() + 5);
}

#[test]
fn answers_are_asked_for_elsewhere_only_when_that_is_said() {
    let conversation = conversation("Parcel");
    let reply_to = address("rd.1.2.3@mx.acme.example");
    let settings = settings();
    let mut letter = plain_letter(&conversation, &settings, "Hello.");
    let reply_to_of = |letter: &Composition<'_>| {
        crate::mime::parse(&compose(letter, &Approval::by_autopilot(1)).unwrap().raw).reply_to
    };
    assert!(reply_to_of(&letter).is_empty());
    letter.reply_to = Some(&reply_to);
    assert_eq!(reply_to_of(&letter), std::slice::from_ref(&reply_to));
}

#[test]
fn a_persons_letter_says_nothing_of_an_assistant() {
    // S-28, the other side of it.
    let sent = written(&conversation("Parcel"), "Hello.", None, &Approval::by_person("Grace", 1));
    let mail = MessageParser::default().parse(&sent.raw[..]).unwrap();
    assert!(mail.header_raw("Auto-Submitted").is_none());
    assert!(mail.header_raw("X-Replyd-Letter").is_some());
    assert!(mail.in_reply_to().as_text().is_none());
    assert!(!mail.body_text(0).unwrap().contains("assistant"));
}

#[test]
fn the_same_words_make_the_same_bytes() {
    let conversation = conversation("Parcel");
    let one = written(&conversation, "Hello.", Some(&answered()), &Approval::by_autopilot(1));
    let two = written(&conversation, "Hello.", Some(&answered()), &Approval::by_autopilot(1));
    assert_eq!(one.raw, two.raw);
}

#[test]
fn participants_get_a_copy_once_and_we_get_none() {
    let mut conversation = conversation("Parcel");
    conversation.participants =
        ["Ada@customer.example", "bob@customer.example", "support@acme.example", "bob@customer.example"]
            .map(|who| participant(who, 0, Level::Unproven))
            .into();
    let sent = written(&conversation, "Hello.", None, &Approval::by_person("Grace", 1));
    assert_eq!(sent.recipients, [address("ada@customer.example"), address("bob@customer.example")]);
    let mail = MessageParser::default().parse(&sent.raw[..]).unwrap();
    assert_eq!(mail.cc().unwrap().first().unwrap().address(), Some("bob@customer.example"));
}

fn participant(who: &str, since: u64, level: Level) -> Participant {
    Participant { address: address(who), since: Millis(since), level }
}

#[test]
fn s01_who_takes_part_since_later_is_not_quoted_what_is_older() {
    let quotes = |since: u64| {
        let mut conversation = conversation("Parcel");
        conversation.participants = vec![participant("bob@customer.example", since, Level::Authenticated)];
        let sent = written(&conversation, "Hello.", Some(&answered()), &Approval::by_person("Grace", 1));
        let mail = MessageParser::default().parse(&sent.raw[..]).unwrap();
        assert_eq!(mail.in_reply_to().as_text(), Some("q2@customer.example"), "it answers all the same");
        [mail.body_text(0), mail.body_html(0)].map(|body| body.unwrap().contains("Where is it?"))
    };
    assert_eq!(quotes(answered().kept.0), [true, true]);
    assert_eq!(quotes(answered().kept.0 + 1), [false, false]);
}

#[test]
fn s09_the_ai_writes_to_nobody_who_was_only_named() {
    let mut conversation = conversation("Parcel");
    conversation.participants = vec![
        participant("victim@other.example", 0, Level::Unproven),
        participant("bob@customer.example", 0, Level::Authenticated),
    ];
    let sent = |approval| written(&conversation, "Hello.", None, &approval).recipients;
    let (ada, bob, victim) =
        (address("ada@customer.example"), address("bob@customer.example"), address("victim@other.example"));
    assert_eq!(sent(Approval::by_autopilot(1)), [ada.clone(), bob.clone()]);
    assert_eq!(sent(Approval::by_person("Grace", 1)), [ada, victim, bob]);
}

#[test]
fn each_language_has_its_signature_once_and_all_others_the_common_one() {
    let mut given = settings();
    let of = |language: &str, markdown: &str, html: Option<&str>| crate::config::Signature {
        language: language.into(),
        markdown: markdown.into(),
        html: html.map(str::to_owned),
    };
    given.signatures =
        vec![of("de", "**Ihr** Acme-Team", None), of("fr", "", Some("<p>L&rsquo;équipe <i>Acme</i></p>"))];
    let conversation = conversation("Parcel");
    let signed = |language: Option<&str>| {
        let answered = answered();
        let letter =
            Composition { language, answered: Some(&answered), ..plain_letter(&conversation, &given, "Hallo.") };
        let sent = compose(&letter, &Approval::by_person("Grace", 1)).unwrap();
        let mail = MessageParser::default().parse(&sent.raw[..]).unwrap();
        [mail.body_text(0), mail.body_html(0)].map(|body| body.unwrap().into_owned())
    };
    let cases = [
        (Some("de"), ["Ihr Acme-Team", "<strong>Ihr</strong> Acme-Team"]),
        (Some("fr"), ["L’équipe Acme", "<p>L’équipe <i>Acme</i></p>"]),
        (Some("it"), ["Acme Support", "<strong>Acme</strong> Support"]),
        (None, ["Acme Support", "<strong>Acme</strong> Support"]),
    ];
    for (language, wanted) in cases {
        for (body, wanted) in signed(language).iter().zip(wanted) {
            assert_eq!(body.matches(wanted).count(), 1, "{language:?}: {body}");
            assert_eq!(body.matches("Acme").count(), 1, "{language:?}: {body}");
        }
    }
}

#[test]
fn the_original_stands_below_unless_that_is_not_wanted() {
    let conversation = conversation("Parcel");
    let mut settings = settings();
    for quote in [true, false] {
        settings.quote = quote;
        let answered = answered();
        let letter = Composition { answered: Some(&answered), ..plain_letter(&conversation, &settings, "Hello.") };
        let sent = compose(&letter, &Approval::by_person("Grace", 1)).unwrap();
        let mail = MessageParser::default().parse(&sent.raw[..]).unwrap();
        for body in [mail.body_text(0), mail.body_html(0)] {
            assert_eq!(body.unwrap().contains("Where is it?"), quote);
        }
    }
}

#[test]
fn a_long_original_is_cut() {
    let mut mail = answered();
    mail.new_text = "wörd ".repeat(10_000);
    let (_, quote) = body::quoted(&mail, None);
    assert!(quote.len() <= body::QUOTE_OCTETS_MAX + 10 && quote.ends_with("\n[…]"));
}

#[test]
fn a_signature_given_only_as_html_is_also_text() {
    let mut given = settings();
    given.signature_markdown = String::new();
    given.signature_html = Some("<p style=\"color:red\">Ada &amp; <b>Co</b></p>".into());
    let (text, html) = body::signature(&given, None);
    assert_eq!(text, "Ada & Co");
    assert!(html.contains("color:red"));
}

#[test]
fn words_that_are_none_or_too_many_are_refused() {
    let conversation = conversation("Parcel");
    let settings = settings();
    let mut letter = plain_letter(&conversation, &settings, " \r\n\0");
    let approval = Approval::by_autopilot(1);
    assert!(matches!(compose(&letter, &approval), Err(ComposeError::Empty)));
    let long = "x".repeat(WORDS_OCTETS_MAX + 1);
    letter.markdown = &long;
    assert!(matches!(compose(&letter, &approval), Err(ComposeError::TooLong(_))));
    letter.markdown = "x";
    letter.message_id = "k@x>\r\nBcc: evil@x";
    assert!(matches!(compose(&letter, &approval), Err(ComposeError::MessageId(_))));
}

/// Text made of what breaks lines, ends messages and begins headers.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\n.\n",
            "\r.\r",
            "\r\n.\r\n",
            "\r\n.",
            "\n",
            "\r",
            "\0",
            "\r\nBcc: evil@x\r\n\r\n",
            "\u{85}",
            "\u{2028}",
            "=?utf-8?q?=0D=0A?=",
            "<",
            ">",
            "\"",
            "\\",
            "--=_0000001000000_a=--",
            "[12345]",
            "é",
            "漢字",
            " ",
            "\t",
            "`",
            "> ",
            "- ",
            "# ",
            "](",
            "[x",
            "@",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
        ".{0,6}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// S-12: whatever a sender put where, one message comes out, with exactly our headers, CRLF only.
    #[test]
    fn nothing_a_sender_wrote_can_add_a_header_or_end_the_message(
        title in nasty(), name in nasty(), words in nasty(), original in nasty(), id in nasty(), our_name in nasty(),
    ) {
        let mut conversation = conversation(&title);
        conversation.contact_name = name.clone();
        let mut settings = settings();
        settings.name = Some(our_name);
        let mail = Answered {
            message_id: format!("a{id}@x"),
            kept: NOW,
            references: vec![id.clone(), format!("<{id}>"), "root@x".into()],
            date: None,
            from_name: name,
            new_text: original,
            thread: vec![format!("b{id}@x"), id.clone()],
            subject: title.clone(),
            thread_topic: title.clone(),
            thread_index: id.clone().into_bytes(),
        };
        let markdown = format!("words {words}");
        let letter = Composition { answered: Some(&mail), ..plain_letter(&conversation, &settings, &markdown) };
        let sent = compose(&letter, &Approval::by_autopilot(1)).unwrap();

        prop_assert!(crate::outbound::connection::wire_safe(&sent.raw).is_ok());
        prop_assert!(sent.raw.is_ascii());
        prop_assert!(!sent.subject.chars().any(char::is_control));
        let parsed = MessageParser::default().parse(&sent.raw[..]).unwrap();
        for header in parsed.headers() {
            let known = ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "X-Replyd-Letter",
                "Auto-Submitted", "MIME-Version", "Content-Type", "Thread-Topic", "Thread-Index"];
            prop_assert!(known.iter().any(|k| k.eq_ignore_ascii_case(header.name.as_str())), "{}", header.name.as_str());
        }
        prop_assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("support@acme.example"));
        prop_assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ada@customer.example"));
        prop_assert_eq!(parsed.parts.len(), 3);
        let lines: Vec<&[u8]> = sent.raw.split(|b| *b == b'\n').collect();
        prop_assert!(lines.iter().all(|line| line.len() <= 999));
        // A body never ends in lines of white space only.
        prop_assert!(sent.raw.ends_with(b"_a=--\r\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// S-12: whatever a file is called, and whatever is in it, it is one part and changes no other.
    #[test]
    fn no_file_adds_a_header_or_ends_a_part(name in nasty(), kind in nasty(), content in nasty()) {
        let conversation = conversation("Parcel");
        let attached = Enclosed { name, kind, content: content.clone().into_bytes().into(), shown_as: None };
        let shown = Enclosed { kind: "image/png".into(), shown_as: Some("a.png".into()), ..attached.clone() };
        let (settings, enclosed) = (settings(), [attached, shown]);
        let letter = Composition { enclosed: &enclosed, ..plain_letter(&conversation, &settings, "![a](cid:a.png)") };
        let sent = compose(&letter, &Approval::by_person("Grace", 1)).unwrap();

        prop_assert!(crate::outbound::connection::wire_safe(&sent.raw).is_ok() && sent.raw.is_ascii());
        let parsed = MessageParser::default().parse(&sent.raw[..]).unwrap();
        // mixed, alternative, text, related, page, picture, file
        prop_assert_eq!(parsed.parts.len(), 7);
        for part in &parsed.parts[1..] {
            for header in &part.headers {
                let name = header.name.as_str().to_ascii_lowercase();
                let known = ["content-type", "content-transfer-encoding", "content-disposition", "content-id"];
                prop_assert!(known.contains(&name.as_str()), "{}", name);
            }
        }
        for file in &parsed.parts[5..] {
            prop_assert_eq!(file.contents(), content.as_bytes());
        }
        prop_assert!(sent.raw.split(|octet| *octet == b'\n').all(|line| line.len() <= 999));
    }
}

/// Whoever it goes to, and whatever a customer is called.
fn customer() -> impl Strategy<Value = Address> {
    let locals = ["ada", "\u{e4}da", "\u{65e5}\u{672c}", "\"a \u{e9}\"", "\"a b, c\"", "=?utf-8?q?a?="];
    let domains = ["customer.example", "b\u{fc}cher.example"];
    let long = "\u{e9}".repeat(120);
    let mut all: Vec<Address> = Vec::new();
    for local in locals.into_iter().chain([long.as_str()]) {
        all.extend(domains.map(|domain| address(&format!("{local}@{domain}"))));
    }
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// RFC 5321 §2.4, RFC 2045 §6.7, RFC 2047 §2: what every server takes, so that nothing is ever encoded anew behind the
    /// signature.
    #[test]
    fn every_letter_is_ascii_with_short_lines_whoever_it_names(
        title in nasty(), name in nasty(), words in nasty(), original in nasty(),
        contact in customer(), others in prop::collection::vec(customer(), 0..4),
    ) {
        let mut conversation = conversation(&title);
        (conversation.contact, conversation.contact_name) = (contact, name);
        let other = |address: Address| Participant { address, since: Millis(0), level: Level::Authenticated };
        conversation.participants = others.into_iter().map(other).collect();
        let mail = Answered { new_text: original, ..answered() };
        let sent = written(&conversation, &format!("words {words}"), Some(&mail), &Approval::by_person("Grace", 1));

        prop_assert!(sent.raw.is_ascii());
        let text = std::str::from_utf8(&sent.raw).unwrap();
        prop_assert!(text.lines().all(|line| line.len() <= 998));
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        prop_assert!(body.lines().all(|line| line.len() <= 76), "{body}");
        let fields = head.replace("\r\n ", " ");
        let recipients = fields.lines().filter(|line| line.starts_with("To: ") || line.starts_with("Cc: "));
        for line in recipients {
            let longest = line.split_whitespace().filter(|word| word.starts_with("=?") && word.ends_with("?=")).map(str::len).max();
            prop_assert!(longest.unwrap_or(0) <= 75, "{line}");
        }
        // Whom ASCII can name is named; the others are in their groups, which hold nobody.
        let parsed = MessageParser::default().parse(&sent.raw[..]).unwrap();
        let mut named: Vec<String> = Vec::new();
        for field in [parsed.to(), parsed.cc()].into_iter().flatten() {
            named.extend(field.iter().filter_map(|one| one.address()).map(str::to_lowercase));
        }
        let plain = sent.recipients.iter().filter(|to| !to.needs_utf8() && to.local() == "ada");
        for to in plain {
            prop_assert!(named.contains(&to.key()), "{to} in {head}");
        }
        for to in sent.recipients.iter().filter(|to| to.needs_utf8()) {
            prop_assert!(!named.iter().any(|one| *one == to.to_string().to_lowercase()), "{to} in {head}");
        }
    }
}
