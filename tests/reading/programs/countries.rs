//! Programs and webmail that are at home in one country, and old programs that people keep.

use super::{MARKED, PAGE, UNMARKED, angled, english_forward, no_footer};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    wire::Encoding::{Base64, EightBit, QuotedPrintable},
};

/// Orange and La Poste mark even their header block.
fn orange_rows(scene: &Scene) -> Vec<String> {
    vec![
        scene.fill("Message du {dd}/{mm}/{yy} {HH}:{i}", scene.tongue),
        format!("De : \"{}\" <{}>", scene.author.name, scene.author.address),
        format!("A : {}", scene.writer.address),
        "Copie à : ".to_owned(),
        format!("Objet : {}", scene.subject),
    ]
}

fn seznam_rows(scene: &Scene) -> Vec<String> {
    vec![
        "---------- Původní e-mail ----------".to_owned(),
        format!("Od: {}", angled(&scene.author)),
        format!("Komu: {}", scene.writer.address),
        scene.fill("Datum: {d}. {m}. {y} {H}:{i}:{s}", scene.tongue),
        format!("Předmět: {}", scene.subject),
    ]
}

fn daum_rows(scene: &Scene) -> Vec<String> {
    vec![
        "--------- 원본 메일 ---------".to_owned(),
        format!("보낸사람 : \"{}\" <{}>", scene.author.name, scene.author.address),
        format!("받는사람 : {}", scene.writer.address),
        scene.fill("날짜 : {y}년 {mm}월 {dd}일({w}) {HH}:{i}:{s}", scene.tongue),
        format!("제목: {}", scene.subject),
        String::new(),
    ]
}

/// A rule of 66 dashes; the label of the subject has a wide space within.
fn alibaba_rows(scene: &Scene) -> Vec<String> {
    vec![
        "-".repeat(66),
        format!("发件人：{}", angled(&scene.author)),
        scene.fill("发送时间：{y}年{m}月{d}日({W}) {HH}:{i}", scene.tongue),
        format!("收件人：{}", angled(&scene.writer)),
        format!("主\u{3000}题：{}", scene.subject),
        String::new(),
    ]
}

fn foxmail_rows(scene: &Scene) -> Vec<String> {
    vec![
        " ".to_owned(),
        format!("发件人： {}", angled(&scene.author)),
        scene.fill("发送时间： {y}-{mm}-{dd} {HH}:{i}", scene.tongue),
        format!("收件人： {}", scene.writer.address),
        format!("主题： {}", scene.subject),
    ]
}

/// Foxmail in English.
fn foxmail_english(scene: &Scene) -> Vec<String> {
    vec![
        " ".to_owned(),
        format!("From: {}", scene.author.name),
        scene.fill("Date: {y}-{mm}-{dd} {HH}:{i}", scene.tongue),
        format!("To: {}", scene.writer.address),
        format!("Subject: {}", scene.subject),
    ]
}

fn rediff_rows(scene: &Scene) -> Vec<String> {
    vec![
        format!("From: \"{}\"<{}>", scene.author.name, scene.author.address),
        format!("Sent: {}", scene.moment.field()),
        format!("To: <{}>", scene.writer.address),
        format!("Subject: {}", scene.subject),
    ]
}

const PLAIN_PAGE: Page = Page { open: "<html><body>", ..PAGE };

/// A row that only names what differs.
const ROW: Program = Program {
    name: "",
    sends: &[Sends::Plain(QuotedPrintable), Sends::Plain(EightBit)],
    tongues: &[],
    over_quote: english_forward,
    over_forward: english_forward,
    prefixes: None,
    text: MARKED,
    page: PLAIN_PAGE,
    footer: no_footer,
};

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Pegasus Mail",
        over_quote: |s| vec![s.listed(&[("en", "On {d} {b} {y} at {H}:{i}, {n} wrote:")]), String::new()],
        text: Text { wrap: 70, ..MARKED },
        ..ROW
    },
    Program {
        name: "Eudora",
        over_quote: |s| vec![s.listed(&[("en", "At {hh}:{i} {p} {m}/{d}/{y}, {n} wrote:")])],
        text: Text { mark: ">", ..MARKED },
        ..ROW
    },
    Program {
        name: "Alpine",
        over_quote: |s| vec![s.listed(&[("en", "On {w}, {d} {b} {y}, {n} wrote:")]), String::new()],
        text: Text { wrap: 74, ..MARKED },
        ..ROW
    },
    Program {
        name: "Gnus",
        over_quote: |s| vec![s.listed(&[("en", "{n} <{a}> writes:")]), String::new()],
        text: Text { wrap: 70, ..MARKED },
        ..ROW
    },
    Program {
        name: "Airmail",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        over_quote: |s| vec![s.listed(&[("en", "On {d} {M} {y} at {HH}:{i}:{s}, {n} ({a}) wrote:")]), String::new()],
        text: Text { after_head: "", ..UNMARKED },
        page: Page {
            open: "<html><head><style>body{font-family:Helvetica,Arial;font-size:13px}</style></head><body>",
            sign: ("<div class=\"gmail_signature\">", "</div>"),
            head: ("<br><p class=\"airmail_on\">", "</p>"),
            quote: ("<blockquote type=\"cite\" class=\"clean_bq\"><span><div>", "</div></span></blockquote>"),
            ..PAGE
        },
        ..ROW
    },
    Program {
        name: "BlueMail",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {b} {d}, {y}, at {h}:{i} {p}, {n} <{a}> wrote:"),
                ("de", "Am {d}. {b} {y}, {HH}:{i}, um {HH}:{i}, {n} <{a}> schrieb:"),
            ])]
        },
        text: Text { mark: ">", ..MARKED },
        page: Page {
            open: "<html><head></head><body>",
            sign: ("<div class=\"bm_signature\"><p>", "</p></div>"),
            around: ("<div class=\"gmail_quote\">", "</div>"),
            head: ("", ""),
            quote: ("<blockquote class=\"gmail_quote\" style=\"margin: 0pt 0pt 0pt 0.8ex;\">", "</blockquote>"),
            ..PAGE
        },
        footer: |_| "Get BlueMail for Android".to_owned(),
        ..ROW
    },
    Program {
        name: "Mailspring",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        over_quote: |s| vec![s.listed(&[("en", "On {b} {d} {y}, at {h}:{i} {p}, {n} <{a}> wrote:")])],
        page: Page {
            open: "",
            close: "",
            around: ("<br/><div class=\"gmail_quote_attribution\">", ""),
            head: ("", "</div>"),
            quote: ("<blockquote>", "</blockquote>"),
            ..PAGE
        },
        footer: |_| {
            "Sent from Mailspring (https://getmailspring.example/), the best free email app for work".to_owned()
        },
        ..ROW
    },
    Program {
        name: "Orange",
        tongues: &["fr"],
        over_quote: orange_rows,
        text: Text { head_inside: true, ..MARKED },
        ..ROW
    },
    Program {
        name: "Libero",
        tongues: &["it"],
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        over_quote: |s| vec![s.fill("Il {d} {M} {y} alle {HH}.{i} {n} <{a}> ha scritto: ", s.tongue)],
        text: UNMARKED,
        page: Page { quote: ("<blockquote type=\"cite\"><div>", "</div></blockquote>"), ..PLAIN_PAGE },
        ..ROW
    },
    Program {
        name: "Seznam",
        tongues: &["cs"],
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        over_quote: seznam_rows,
        text: UNMARKED,
        page: Page {
            head: ("<aside>", "</aside><br>"),
            quote: ("<blockquote data-email=\"tom@example.org\">", "</blockquote>"),
            ..PLAIN_PAGE
        },
        ..ROW
    },
    Program {
        name: "WP",
        tongues: &["pl"],
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        over_quote: |s| vec![s.fill("Dnia {d} {M} {y} {HH}:{i} {n} <{a}> napisał(a):", s.tongue)],
        text: UNMARKED,
        page: Page { quote: ("<blockquote class=\"wp-quote\">", "</blockquote>"), ..PLAIN_PAGE },
        ..ROW
    },
    Program {
        name: "Onet",
        tongues: &["pl"],
        over_quote: |s| vec![s.fill("W dniu {y}-{mm}-{dd} {HH}:{i}:{s} użytkownik {n} <{a}> napisał:", s.tongue)],
        ..ROW
    },
    Program {
        name: "Daum",
        tongues: &["ko"],
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        over_quote: daum_rows,
        text: UNMARKED,
        page: Page { head: ("<div>", "</div>"), quote: ("<div>", "</div>"), ..PLAIN_PAGE },
        ..ROW
    },
    Program {
        name: "Alibaba Mail",
        tongues: &["zh-Hans"],
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        over_quote: alibaba_rows,
        text: UNMARKED,
        page: Page {
            open: "<div class=\"__aliyun_email_body_block\">",
            close: "</div>",
            around: ("<blockquote style=\"margin-right:0;margin-top:0;margin-bottom:0;\">", "</blockquote>"),
            head: ("<div>", "</div>"),
            quote: ("<div>", "</div>"),
            ..PAGE
        },
        ..ROW
    },
    Program {
        name: "Foxmail",
        tongues: &["zh-Hans", "zh-Hant"],
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        over_quote: foxmail_rows,
        text: Text { after_head: "", ..UNMARKED },
        page: Page {
            head: (
                "<hr id=\"FMSigSeperator\" style=\"WIDTH: 210px; HEIGHT: 1px\"><blockquote><div>&nbsp;</div><div style=\"border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><div style=\"background:#efefef;\">",
                "</div></div></blockquote>",
            ),
            quote: ("<blockquote><div>", "</div></blockquote>"),
            bold_labels: true,
            ..PLAIN_PAGE
        },
        ..ROW
    },
    Program {
        name: "Foxmail in English",
        tongues: &["en", "de", "ja", "ko"],
        sends: &[Sends::Plain(Base64)],
        over_quote: foxmail_english,
        text: Text { after_head: "", ..UNMARKED },
        ..ROW
    },
    Program {
        name: "Rediffmail",
        tongues: &["en"],
        over_quote: rediff_rows,
        text: Text { after_head: "", ..UNMARKED },
        ..ROW
    },
];
