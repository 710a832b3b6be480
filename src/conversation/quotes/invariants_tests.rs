//! What holds for every text, whatever it says.

use proptest::prelude::*;

use super::*;
use crate::mime;

/// Lines that mean something to the parting, and some that do not.
const LINES: &[&str] = &[
    "",
    " ",
    "\t",
    "Hello, this is what I meant.",
    "> quoted",
    ">> deeper",
    "> On 2 Jan 2024, Bob wrote:",
    "On Tue, Jan 2, 2024 at 10:00 AM Bob <b@x.example> wrote:",
    "Am 02.01.2024 um 10:00 schrieb Bob",
    "<b@x.example>:",
    "2024年1月2日(火) 10:00 Bob <b@x.example>：",
    "\u{202b}בתאריך 2 בינו׳ 2024 מאת Bob <b@x.example>:\u{202c}",
    "-----Original Message-----",
    "________________________________",
    "From: Bob <b@x.example>",
    "Sent: Tuesday, 2 January 2024 10:00",
    "To: Ada",
    "Subject: Order 12",
    "发件人：Bob",
    "主题：订单",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "##- Please type your reply above this line -##",
    "-- ",
    "--",
    "Best regards,",
    "Mit freundlichen Grüßen",
    "Ada Lovelace",
    "Thanks,",
    "Tel. +49 30 1234567",
    "https://acme.example/a",
    "ada@acme.example",
    "Sent from my iPhone",
    "This e-mail is confidential and intended solely for the addressee.",
    "CAUTION: This email originated from outside of the organization.",
    ">>> Bob <b@x.example> 1/2/2024 10:00 AM >>>",
    "AB> quoted with initials",
    "- one",
    "* two",
    "(http://x.example/a",
    "\u{200b}> zero width",
    "1@<",
    "２ <b@x.example>",
    "14.07.2026, \"Ada\" <ada@x.example>:",
    "é\u{301}🙂\u{feff}",
    "[ت ",
    "(Tel: 030 1234",
];

fn texts() -> impl Strategy<Value = String> {
    let line = prop_oneof![6 => prop::sample::select(LINES).prop_map(str::to_owned), 1 => "\\PC{0,40}"];
    let end = prop_oneof![8 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\n\n\n")];
    prop::collection::vec((line, end), 0..30)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

fn check(parted: &Parted) {
    let mut at = 0;
    for segment in &parted.segments {
        assert_eq!(segment.range.start, at, "a gap or an overlap: {parted:#?}");
        assert!(segment.range.end > at && parted.text.is_char_boundary(segment.range.end), "{parted:#?}");
        at = segment.range.end;
    }
    assert_eq!(at, parted.text.len(), "the end is not covered: {parted:#?}");
    assert!(parted.confidence <= 100);
    let said = parted.text.chars().any(|c| !c.is_whitespace());
    assert_eq!(said, !parted.new_text.is_empty(), "something is always shown: {parted:#?}");
    // Words of all segments together are the words of the text.
    let all = rows::gathered(&parted.text, &parted.segments, |_| true);
    assert!(all.split_whitespace().eq(parted.text.split_whitespace()), "{parted:#?}");
    let kinds = [
        parted.new_text.as_str(),
        &parted.quoted_text,
        &parted.signature,
        &rows::gathered(&parted.text, &parted.segments, |kind| kind == Kind::Disclaimer),
    ];
    let words = kinds.iter().flat_map(|text| text.split_whitespace()).map(str::len).sum::<usize>();
    assert_eq!(words, parted.text.split_whitespace().map(str::len).sum::<usize>(), "lost or doubled: {parted:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn segments_cover_every_text_and_lose_no_word(text in texts(), subject in prop_oneof![Just("Re: a"), Just("Fwd: a")]) {
        check(&part(&Mail { text, subject: subject.to_owned(), ..Mail::default() }));
    }

    #[test]
    fn segments_cover_every_page_and_lose_no_word(lines in prop::collection::vec((prop::sample::select(LINES), 0..10_usize), 0..20)) {
        let tags = [
            ("<div>", "</div>"), ("<blockquote>", "</blockquote>"), ("<blockquote type=cite>", "</blockquote>"),
            ("<div class=gmail_quote>", ""), ("<div class=gmail_quote>", "</div>"), ("</div>", ""),
            ("<div id=appendonsend></div>", ""), ("<div class=gmail_signature>", "</div>"),
            ("<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0 0 0'>", "</div>"), ("<p>", ""),
        ];
        let html: String = lines.iter().map(|(line, tag)| {
            let line = line.replace('&', "&amp;").replace('<', "&lt;");
            format!("{}{line}{}", tags[*tag].0, tags[*tag].1)
        }).collect();
        check(&part(&mime::parse(format!("Content-Type: text/html; charset=utf-8\r\n\r\n{html}").as_bytes())));
    }
}

#[test]
fn a_text_of_endless_changes_is_covered_and_bounded() {
    let parted = part(&Mail { text: "> a\nb\n".repeat(20_000), ..Mail::default() });
    check(&parted);
    assert!(parted.segments.len() <= rows::SEGMENTS_MAX);
}
