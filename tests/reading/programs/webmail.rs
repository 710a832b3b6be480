//! Webmail: Proton, Tuta, Zoho, Fastmail, HEY, iCloud, GMX and T-Online.

use super::{MARKED, PAGE, UNMARKED, angled, english_forward, no_footer, outlook_rows};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    wire::Encoding::{Base64, EightBit, Flowed, QuotedPrintable},
};

fn gmx_rows(scene: &Scene) -> Vec<String> {
    let german = scene.tongue.code == "de";
    let labels = if german { ["Gesendet:", "Von:", "An:", "Betreff:"] } else { ["Sent:", "From:", "To:", "Subject:"] };
    let when =
        scene.listed(&[("en", "{W}, {M} {dd}, {y} at {h}:{i} {p}"), ("de", "{W}, {dd}. {M} {y} um {HH}:{i} Uhr")]);
    vec![
        format!("{} {when}", labels[0]),
        format!("{} \"{}\" <{}>", labels[1], scene.author.name, scene.author.address),
        format!("{} {}", labels[2], scene.writer.address),
        format!("{} {}", labels[3], scene.subject),
    ]
}

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Proton Mail",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(Base64), Sends::Plain(EightBit)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {W}, {M} {th}, {y} at {h}:{i} {p}, {n} <{a}> wrote:"),
                ("de", "{n} <{a}> schrieb am {W}, {d}. {M} {y} um {HH}:{i}:"),
                ("fr", "Le {W} {d} {M} {y} à {HH}:{i}, {n} <{a}> a écrit :"),
                ("es", "El {W}, {d} de {M} de {y} a las {H}:{i}, {n} <{a}> escribió:"),
                ("it", "Il {W} {d} {M} {y} {HH}:{i}, {n} <{a}> ha scritto:"),
                ("nl", "Op {W} {d} {M} {y} om {HH}:{i} schreef {n} <{a}>:"),
            ])]
        },
        over_forward: |s| {
            vec![
                "------- Forwarded Message -------".to_owned(),
                format!("From: {}", angled(&s.author)),
                s.listed(&[("en", "Date: On {W}, {M} {th}, {y} at {h}:{i} {p}")]),
                format!("Subject: {}", s.subject),
                format!("To: {}", angled(&s.writer)),
                String::new(),
            ]
        },
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "",
            close: "",
            line: ("<div style=\"font-family: Arial, sans-serif; font-size: 14px;\">", "</div>"),
            gap: "<div style=\"font-family: Arial, sans-serif; font-size: 14px;\"><br></div>",
            sign: (
                "<div class=\"protonmail_signature_block\"><div class=\"protonmail_signature_block-user protonmail_signature_block-empty\"></div><div class=\"protonmail_signature_block-proton\">",
                "</div></div>",
            ),
            around: ("<div class=\"protonmail_quote\">", "</div>"),
            head: ("", "<br>"),
            quote: ("<blockquote class=\"protonmail_quote\" type=\"cite\">", "</blockquote>"),
            forward: ("<div class=\"protonmail_quote\">", "</div>"),
            ..PAGE
        },
        footer: |_| "Sent with Proton Mail secure email.".to_owned(),
    },
    Program {
        name: "Proton Mail until 2021",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![
                "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐".to_owned(),
                s.listed(&[
                    ("en", "On {W}, {M} {d}, {y} {h}:{i} {p}, {n} <{a}> wrote:"),
                    ("zh-Hans", "{W}, {M} {d}, {y} {h}:{i} {p}，{n} <{a}> 来信："),
                ]),
            ]
        },
        over_forward: |s| {
            let mut rows = vec!["‐‐‐‐‐‐‐ Forwarded Message ‐‐‐‐‐‐‐".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            sign: ("<div class=\"protonmail_signature_block\"><div>", "</div></div>"),
            head: ("<div>", "<br></div><div><br></div>"),
            quote: ("<blockquote class=\"protonmail_quote\" type=\"cite\">", "</blockquote>"),
            ..PAGE
        },
        footer: |_| "Sent with ProtonMail Secure Email.".to_owned(),
    },
    Program {
        name: "Tuta",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "{b} {d}, {y}, {HH}:{i} by {a}:"),
                ("de", "{d}. {b} {y}, {HH}:{i} von {a}:"),
                ("fr", "{d} {b} {y} à {HH}:{i} de {a}:"),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["-----------------------------".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"></head><body>",
            close: "</body></html>",
            around: ("<br><br>", ""),
            head: ("", "<br>"),
            quote: (
                "<blockquote class=\"tutanota_quote\" style=\"border-left: 1px solid #93A3B8; padding-left: 10px; margin-left: 5px;\">",
                "</blockquote>",
            ),
            ..PAGE
        },
        footer: |_| "-- \nSent with Tuta; enjoy secure & ad-free emails:\nhttps://tuta.example".to_owned(),
    },
    Program {
        name: "Zoho Mail",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "---- On {w}, {dd} {b} {y} {HH}:{i}:{s} +0100 {n} <{a}> wrote ----"),
                ("zh-Hans", "---- 在 {W}, {dd} {M} {y} {HH}:{i}:{s} +0800 {n} <{a}> 撰写 ----"),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["============ Forwarded message ============".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows[3] = format!("{}: {}", "Subject", s.subject);
            rows
        },
        prefixes: None,
        text: UNMARKED,
        page: Page {
            open: "<!DOCTYPE html><html><head><meta content=\"text/html;charset=UTF-8\" http-equiv=\"Content-Type\"></head><body><div style=\"font-family: Verdana, Arial, Helvetica, sans-serif; font-size: 10pt;\">",
            close: "</div><br></body></html>",
            sign: ("<div id=\"Zm-_Id_-Sgn\" data-zbluepencil-ignore=\"true\" data-sigid=\"4711\"><p>", "</p></div>"),
            around: (
                "<div class=\"zmail_extra_hr\" style=\"border-top: 1px solid rgb(204, 204, 204); min-height: 0px;\"><br></div><div class=\"zmail_extra\" data-zbluepencil-ignore=\"true\"><br>",
                "</div>",
            ),
            head: ("<div id=\"Zm-_Id_-Sgn1\">", "<br></div><br>"),
            quote: ("<blockquote id=\"blockquote_zmail\" style=\"margin: 0px;\">", "</blockquote>"),
            forward: ("<div class=\"zmail_extra\"><br>", "</div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Fastmail",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Plain(QuotedPrintable), Sends::Html(EightBit)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {w}, {d} {b} {y}, at {h}:{i} {p}, {n} wrote:"),
                ("de", "Am {w}, {d}. {b} {y}, um {HH}:{i}, schrieb {n}:"),
                ("fr", "Le {w}, {d} {b} {y}, à {HH}:{i}, {n} a écrit :"),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["----- Original message -----".to_owned()];
            rows.extend([
                format!("From: {}", angled(&s.author)),
                format!("To: {}", s.writer.address),
                format!("Subject: {}", s.subject),
                s.listed(&[("en", "Date: {W}, {M} {dd}, {y} {h}:{i} {p}")]),
                String::new(),
            ]);
            rows
        },
        prefixes: None,
        text: Text { wrap: 72, ..MARKED },
        page: Page {
            open: "<!DOCTYPE html><html><head><title></title><style type=\"text/css\">p.MsoNormal,p.MsoNoSpacing{margin:0}</style></head><body>",
            sign: ("<div id=\"sig4711\"><div>", "</div></div>"),
            quote: ("<blockquote type=\"cite\" id=\"qt\" style=\"\">", "</blockquote>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "HEY",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.listed(&[("en", "On {M} {d}, {y}, {n} <{a}> wrote:")])],
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "<!DOCTYPE html><html><body><div class=\"trix-content\">",
            close: "</div></body></html>",
            around: ("</div><br><br><div>", "</div><div>"),
            head: ("<div>", "</div><br>"),
            quote: ("<blockquote>", "</blockquote>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "iCloud web",
        sends: &[Sends::Both(Flowed, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.spoken(|t| t.apple)],
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "<html><body>",
            head: ("<div><br>", "<br><br></div>"),
            quote: ("<div><blockquote type=\"cite\"><div class=\"msg-quote\">", "</div></blockquote></div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "GMX",
        sends: &[Sends::Html(QuotedPrintable), Sends::Both(QuotedPrintable, QuotedPrintable)],
        tongues: &[],
        over_quote: gmx_rows,
        over_forward: gmx_rows,
        prefixes: Some(|_| ["Aw: ".to_owned(), "Fw: ".to_owned()]),
        text: UNMARKED,
        page: Page {
            open: "<html><head></head><body><div style=\"font-family: Verdana;font-size: 12.0px;\">",
            close: "</div></body></html>",
            around: (
                "<div name=\"quote\" style=\"margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5; word-wrap: break-word;\">",
                "</div>",
            ),
            head: ("<div style=\"margin:0 0 10px 0;\">", "</div>"),
            quote: ("<div name=\"quoted-content\">", "</div>"),
            forward: (
                "<div name=\"quote\" style=\"margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5; word-wrap: break-word;\">",
                "</div>",
            ),
            bold_labels: true,
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "T-Online",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![
                "-----Original-Nachricht-----".to_owned(),
                format!("Betreff: {}", s.subject),
                s.listed(&[("en", "Datum: {y}-{mm}-{dd}T{HH}:{i}:{s}+0100")]),
                format!("Von: \"{}\" <{}>", s.author.name, s.author.address),
                format!("An: \"{}\" <{}>", s.writer.name, s.writer.address),
                String::new(),
            ]
        },
        over_forward: |s| {
            let mut rows = vec!["-----Weitergeleitete Nachricht-----".to_owned()];
            rows.extend(outlook_rows(s, angled));
            rows.push(String::new());
            rows
        },
        prefixes: Some(|_| ["AW: ".to_owned(), "WG: ".to_owned()]),
        text: UNMARKED,
        page: Page { line: ("<p>", "</p>"), gap: "", head: ("<p>", "</p>"), quote: ("<div>", "</div>"), ..PAGE },
        footer: no_footer,
    },
];
