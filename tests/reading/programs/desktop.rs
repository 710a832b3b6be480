//! Thunderbird, mutt and others that mark each quoted line.

use super::{MARKED, PAGE, angled, no_footer, ruled};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    tongues::items,
    wire::Encoding::{Base64, EightBit, Flowed, QuotedPrintable},
};

fn thunderbird_forward(scene: &Scene) -> Vec<String> {
    let labels = items(scene.tongue.thunderbird_forward);
    let rule = if scene.tongue.code == "pl" { "---" } else { "--------" };
    vec![
        ruled(rule, labels[0]),
        format!("{} \t{}", labels[1], scene.subject),
        format!("{} \t{}", labels[2], scene.moment.field()),
        format!("{} \t{}", labels[3], angled(&scene.author)),
        format!("{} \t{}", labels[4], angled(&scene.writer)),
        String::new(),
    ]
}

/// The pair of lines with which mutt surrounds what it forwards.
fn mutt_forward(scene: &Scene) -> Vec<String> {
    vec![
        format!("----- Forwarded message from {} -----", angled(&scene.author)),
        String::new(),
        format!("Date: {}", scene.moment.field()),
        format!("From: {}", angled(&scene.author)),
        format!("To: {}", scene.writer.address),
        format!("Subject: {}", scene.subject),
        String::new(),
    ]
}

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Thunderbird",
        sends: &[Sends::Plain(Flowed), Sends::Both(Flowed, EightBit), Sends::Html(EightBit)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.thunderbird)],
        over_forward: thunderbird_forward,
        prefixes: None,
        text: Text { wrap: 72, ..MARKED },
        page: Page {
            line: ("<p>", "</p>"),
            gap: "",
            sign: ("<pre class=\"moz-signature\" cols=\"72\">", "</pre>"),
            head: ("<div class=\"moz-cite-prefix\">", "<br></div>"),
            quote: ("<blockquote type=\"cite\" cite=\"mid:question@example.org\">", "</blockquote>"),
            forward: ("<div class=\"moz-forward-container\"><br>", "</div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "mutt",
        sends: &[Sends::Plain(EightBit), Sends::Plain(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.listed(&[("en", "On {w}, {b} {dd}, {y} at {hh}:{i}:{s}{p} +0100, {n} wrote:")])],
        over_forward: mutt_forward,
        prefixes: None,
        text: Text { wrap: 72, ..MARKED },
        page: PAGE,
        footer: no_footer,
    },
    Program {
        name: "Claws Mail",
        sends: &[Sends::Plain(EightBit), Sends::Plain(Base64)],
        tongues: &[],
        over_quote: |s| {
            let first = s.listed(&[
                ("en", "On {w}, {d} {b} {y} {HH}:{i}:{s} +0100"),
                ("de", "Am {w}, {d} {b} {y} {HH}:{i}:{s} +0100"),
                ("fr", "Le {w}, {d} {b} {y} {HH}:{i}:{s} +0100,"),
            ]);
            let second =
                s.listed(&[("en", "{n} <{a}> wrote:"), ("de", "schrieb {n} <{a}>:"), ("fr", "{n} <{a}> a écrit :")]);
            vec![first, second, String::new()]
        },
        over_forward: |s| {
            let mut rows = vec![
                "Begin forwarded message:".to_owned(),
                String::new(),
                format!("Date: {}", s.moment.field()),
                format!("From: {}", angled(&s.author)),
                format!("To: {}", angled(&s.writer)),
                format!("Subject: {}", s.subject),
            ];
            rows.extend([String::new(), String::new()]);
            rows
        },
        prefixes: None,
        text: Text { wrap: 72, ..MARKED },
        page: PAGE,
        footer: no_footer,
    },
];
