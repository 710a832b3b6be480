//! Gmail, Apple Mail, Yahoo, AOL.

use super::{PAGE, UNMARKED, angled, no_footer, sent_from};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    tongues::items,
    wire::Encoding::{Base64, EightBit, Flowed, QuotedPrintable},
};

const GMAIL_PAGE: Page = Page {
    open: "<div dir=\"ltr\">",
    close: "",
    sign: (
        "<span class=\"gmail_signature_prefix\"></span><div dir=\"ltr\" class=\"gmail_signature\" data-smartmail=\"gmail_signature\"><div dir=\"ltr\">",
        "</div></div>",
    ),
    around: ("</div><br><div class=\"gmail_quote gmail_quote_container\">", "</div>"),
    head: ("<div dir=\"ltr\" class=\"gmail_attr\">", "<br></div>"),
    quote: (
        "<blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\"><div dir=\"ltr\">",
        "</div></blockquote>",
    ),
    forward: ("</div><br><div class=\"gmail_quote\">", "</div>"),
    ..PAGE
};

const GMAIL_TEXT: Text = Text { mark: "> ", wrap: 78, after_head: "\n", head_inside: false };

fn gmail_forward(scene: &Scene) -> Vec<String> {
    vec![
        "---------- Forwarded message ---------".to_owned(),
        format!("{} {}", scene.tongue.gmail_from, angled(&scene.author)),
        format!("Date: {}", scene.spoken(|t| t.gmail_date)),
        format!("Subject: {}", scene.subject),
        format!("To: <{}>", scene.writer.address),
        String::new(),
        String::new(),
    ]
}

const APPLE_PAGE: Page = Page {
    open: "<html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\"></head><body style=\"overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;\">",
    around: ("<div><br>", "</div><br>"),
    head: ("<div>", "</div><br class=\"Apple-interchange-newline\">"),
    quote: ("<blockquote type=\"cite\">", "</blockquote>"),
    head_inside: true,
    forward: ("<div><br><blockquote type=\"cite\">", "</blockquote></div>"),
    bold_labels: true,
    ..PAGE
};

fn apple_forward(scene: &Scene) -> Vec<String> {
    let labels = items(scene.tongue.apple_forward);
    vec![
        labels[0].to_owned(),
        String::new(),
        format!("{} {}", labels[1], angled(&scene.author)),
        format!("{} {}", labels[2], scene.subject),
        format!("{} {}", labels[3], scene.spoken(|t| t.gmail_date)),
        format!("{} {}", labels[4], scene.writer.address),
        String::new(),
    ]
}

/// Yahoo indents the line over the quote by five spaces, and the quote by one or two.
fn yahoo_forward(scene: &Scene) -> Vec<String> {
    let labels = items(scene.tongue.outlook);
    vec![
        format!("   ----- {} -----", items(scene.tongue.thunderbird_forward)[0]),
        format!("{} {}", labels[0], angled(&scene.author)),
        format!("{} {}", labels[2], scene.writer.address),
        format!("{} {}", labels[1], scene.spoken(|t| t.outlook_date)),
        format!("{} {}", labels[4], scene.subject),
        String::new(),
    ]
}

const YAHOO_PAGE: Page = Page {
    open: "<html><head></head><body><div class=\"ydp4711yahoo-style-wrap\" style=\"font-family: Helvetica Neue, Helvetica, Arial, sans-serif; font-size: 16px;\">",
    close: "</div></body></html>",
    line: ("<div dir=\"ltr\" data-setdir=\"false\">", "</div>"),
    around: (
        "</div><div id=\"yahoo_quoted_4711\" class=\"yahoo_quoted\"><div style=\"font-family:'Helvetica Neue', Helvetica, Arial, sans-serif;font-size:13px;color:#26282a;\">",
        "</div></div>",
    ),
    head: ("<div>", "</div><div><br></div><div><br></div>"),
    quote: ("<div><div id=\"yiv4711\"><div>", "</div></div></div>"),
    forward: ("</div><div id=\"yahoo_quoted_4711\" class=\"yahoo_quoted\"><div>", "</div></div>"),
    ..PAGE
};

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Gmail web",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.gmail)],
        over_forward: gmail_forward,
        prefixes: None,
        text: GMAIL_TEXT,
        page: GMAIL_PAGE,
        footer: no_footer,
    },
    Program {
        name: "Gmail Android",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.gmail)],
        over_forward: gmail_forward,
        prefixes: None,
        text: GMAIL_TEXT,
        page: Page {
            open: "<div dir=\"auto\">",
            line: ("<div dir=\"auto\">", "</div>"),
            gap: "<div dir=\"auto\"><br></div>",
            ..GMAIL_PAGE
        },
        footer: |s| sent_from(s, 2),
    },
    Program {
        name: "Gmail iOS",
        sends: &[Sends::Both(EightBit, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.gmail)],
        over_forward: gmail_forward,
        prefixes: None,
        text: GMAIL_TEXT,
        page: Page {
            open: "<div>",
            around: ("</div><div><br></div><div><div class=\"gmail_quote\">", "</div></div>"),
            head: ("<div dir=\"ltr\" class=\"gmail_attr\">", "<br></div>"),
            ..GMAIL_PAGE
        },
        footer: |s| sent_from(s, 0),
    },
    Program {
        name: "Apple Mail macOS",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable), Sends::Plain(Flowed)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.apple)],
        over_forward: apple_forward,
        prefixes: None,
        text: Text { mark: "> ", wrap: 0, after_head: "", head_inside: true },
        page: APPLE_PAGE,
        footer: no_footer,
    },
    Program {
        name: "Apple Mail iOS",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(QuotedPrintable), Sends::Plain(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.apple)],
        over_forward: apple_forward,
        prefixes: None,
        text: Text { mark: "> ", wrap: 0, after_head: "", head_inside: true },
        page: Page {
            open: "<html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\"></head><body dir=\"auto\">",
            sign: ("<br id=\"lineBreakAtBeginningOfSignature\"><div dir=\"ltr\">", "</div>"),
            around: ("<div dir=\"ltr\"><br>", "</div>"),
            head: ("", "<br><br>"),
            quote: ("<blockquote type=\"cite\"><div dir=\"ltr\">\u{feff}", "</div></blockquote>"),
            ..APPLE_PAGE
        },
        footer: |s| sent_from(s, 0),
    },
    Program {
        name: "Yahoo web",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(EightBit)],
        tongues: &[],
        over_quote: |s| vec![format!("     {}  ", s.spoken(|t| t.yahoo)), " ".to_owned()],
        over_forward: yahoo_forward,
        prefixes: None,
        text: UNMARKED,
        page: YAHOO_PAGE,
        footer: no_footer,
    },
    Program {
        name: "Yahoo Android",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        // It sets no space before the address.
        tongues: &[],
        over_quote: |s| vec![format!("  {}   ", s.spoken(|t| t.yahoo).replace(" <", "<"))],
        over_forward: yahoo_forward,
        prefixes: None,
        text: Text { after_head: "", ..UNMARKED },
        page: Page {
            open: "<html><body>",
            close: "</body></html>",
            line: ("", "<br>"),
            gap: "<br>",
            sign: ("<div id=\"ymail_android_signature\">", "</div>"),
            around: ("<br> <blockquote style=\"margin: 0 0 20px 0;\">", "</blockquote>"),
            head: ("<div style=\"font-family:Roboto, sans-serif; color:#6D00F6;\">", "</div>"),
            quote: (
                "<div style=\"padding: 10px 0 0 20px; margin: 10px 0 0 0; border-left: 1px solid #6D00F6;\">",
                "</div>",
            ),
            ..YAHOO_PAGE
        },
        footer: |_| "Sent from Yahoo Mail on Android".to_owned(),
    },
    Program {
        name: "AOL",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![
                "-----Original Message-----".to_owned(),
                format!("From: {}", angled(&s.author)),
                format!("To: {} <{}>", s.writer.name, s.writer.address),
                s.listed(&[("en", "Sent: {w}, {b} {d}, {y} {h}:{i} {p}")]),
                format!("Subject: {}", s.subject),
            ]
        },
        over_forward: |s| {
            vec![
                "-----Forwarded Message-----".to_owned(),
                format!("From: {}", angled(&s.author)),
                format!("To: {}", s.writer.address),
                s.listed(&[("en", "Sent: {w}, {b} {d}, {y} {h}:{i} {p}")]),
                format!("Subject: {}", s.subject),
                String::new(),
            ]
        },
        prefixes: None,
        text: UNMARKED,
        page: Page {
            open: "<div style='color:black;font:normal 10pt Arial;'>",
            close: "</div>",
            around: ("<br><div style=\"font-family:arial,helvetica;font-size:10pt;color:black\">", "</div>"),
            head: ("", "<br><br>"),
            quote: ("<div id=\"yiv0815\"><div>", "</div></div>"),
            ..PAGE
        },
        footer: no_footer,
    },
];
