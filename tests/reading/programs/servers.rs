//! Webmail that people run on servers of their own: Roundcube, Horde, SOGo, Zimbra.

use super::{MARKED, PAGE, angled, english_forward, no_footer, ruled};
use crate::{
    program::{Page, Program, Sends, Text},
    tongues::items,
    wire::Encoding::{Flowed, QuotedPrintable},
};

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Roundcube",
        sends: &[
            Sends::Plain(Flowed),
            Sends::Plain(QuotedPrintable),
            Sends::Both(Flowed, QuotedPrintable),
            Sends::Html(QuotedPrintable),
        ],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {y}-{mm}-{dd} {HH}:{i}, {n} wrote:"),
                ("de", "Am {y}-{mm}-{dd} {HH}:{i}, schrieb {n}:"),
                ("fr", "Le {y}-{mm}-{dd} {HH}:{i}, {n} a écrit :"),
                ("es", "El {y}-{mm}-{dd} {HH}:{i}, {n} escribió:"),
                ("it", "Il {y}-{mm}-{dd} {HH}:{i} {n} ha scritto:"),
                ("pt", "Em {y}-{mm}-{dd} {HH}:{i}, {n} escreveu:"),
                ("nl", "{n} schreef op {y}-{mm}-{dd} {HH}:{i}:"),
                ("sv", "{y}-{mm}-{dd} {HH}:{i} skrev {n}:"),
                ("da", "Den {y}-{mm}-{dd} {HH}:{i}, skrev {n}:"),
                ("nb", "{n} skrev den {y}-{mm}-{dd} {HH}:{i}:"),
                ("fi", "{n} kirjoitti {y}-{mm}-{dd} {HH}:{i}:"),
                ("pl", "W dniu {y}-{mm}-{dd} {HH}:{i}, {n} napisał(a):"),
                ("cs", "Dne {y}-{mm}-{dd} {HH}:{i}, {n} napsal:"),
                ("hu", "{y}-{mm}-{dd} {HH}:{i} időpontban {n} ezt írta:"),
                ("ru", "{n} писал {y}-{mm}-{dd} {HH}:{i}:"),
                ("uk", "{y}-{mm}-{dd} {HH}:{i}, {n} написав:"),
                ("ro", "Pe {y}-{mm}-{dd} {HH}:{i}, {n} a scris:"),
                ("tr", "{y}-{mm}-{dd} {HH}:{i} tarihinde {n} yazdı:"),
                ("ja", "{y}-{mm}-{dd} {HH}:{i} に {n} さんは書きました:"),
                ("zh-Hans", "在 {y}-{mm}-{dd} {HH}:{i}，{n} 写道："),
                ("zh-Hant", "在 {y}-{mm}-{dd} {HH}:{i}，{n} 寫道："),
            ])]
        },
        over_forward: |s| {
            let labels = items(s.tongue.thunderbird_forward);
            vec![
                ruled("--------", s.tongue.original),
                format!("{} {}", labels[1], s.subject),
                format!("{} {}", labels[2], s.fill("{y}-{mm}-{dd} {HH}:{i}", s.tongue)),
                format!("{} {}", labels[3], angled(&s.author)),
                format!("{} {}", labels[4], s.writer.address),
                String::new(),
            ]
        },
        prefixes: None,
        text: Text { wrap: 72, ..MARKED },
        page: Page {
            open: "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" /></head><body style='font-size: 10pt; font-family: Verdana,Geneva,sans-serif'>",
            line: ("<p>", "</p>\n"),
            gap: "",
            sign: ("<div id=\"signature\"><pre>", "</pre></div>"),
            head: ("<p id=\"reply-intro\">", "</p>\n"),
            quote: (
                "<blockquote type=\"cite\" style=\"padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0\"><div id=\"replybody1\">",
                "</div></blockquote>\n",
            ),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Horde",
        sends: &[Sends::Plain(Flowed), Sends::Plain(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "Quoting {n} <{a}>:"),
                ("de", "Zitat von {n} <{a}>:"),
                ("fr", "{n} <{a}> a écrit :"),
                ("es", "{n} <{a}> escribió:"),
                ("it", "Citando {n} <{a}>:"),
                ("pt", "Citando {n} <{a}>:"),
                ("nl", "Quoting {n} <{a}>:"),
                ("pl", "Cytowanie {n} <{a}>:"),
                ("cs", "Cituji {n} <{a}>:"),
                ("ru", "Цитирую {n} <{a}>:"),
            ])]
        },
        over_forward: |s| {
            vec![
                format!("----- Forwarded message from {} -----", angled(&s.author)),
                format!("     Date: {}", s.moment.field()),
                format!("     From: {}", angled(&s.author)),
                format!("  Subject: {}", s.subject),
                format!("       To: {}", s.writer.address),
                String::new(),
            ]
        },
        prefixes: None,
        text: Text { wrap: 76, after_head: "\n", ..MARKED },
        page: PAGE,
        footer: no_footer,
    },
    Program {
        name: "SOGo",
        sends: &[
            Sends::Both(QuotedPrintable, QuotedPrintable),
            Sends::Html(QuotedPrintable),
            Sends::Plain(QuotedPrintable),
        ],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {W}, {M} {dd}, {y} {HH}:{i} CET, {n} <{a}> wrote:"),
                ("de", "Am {W}, {dd}. {M} {y} {HH}:{i} CET, schrieb {n} <{a}>:"),
                ("fr", "Le {W} {dd} {M} {y} {HH}:{i} CET, {n} <{a}> a écrit:"),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["-------- Original Message --------".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: Text { after_head: " \n", ..MARKED },
        page: Page {
            open: "<html><p>",
            close: "</p></html>",
            line: ("", "<br />"),
            gap: "<br />",
            head: ("<br /><br />", "<br />&nbsp;"),
            quote: ("<blockquote type=\"cite\" cite=\"question@example.org\">", "</blockquote>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Zimbra",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            let mut rows = vec!["----- Original Message -----".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        over_forward: |s| {
            let mut rows = vec!["----- Forwarded Message -----".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: MARKED,
        page: Page {
            open: "<html><body><div style=\"font-family: arial, helvetica, sans-serif; font-size: 12pt; color: #000000\">",
            close: "</div></body></html>",
            around: ("<hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\">", "</div>"),
            head: (
                "<blockquote style=\"border-left:2px solid #1010FF;margin-left:5px;padding-left:5px;color:#000;\">",
                "</blockquote></div><div data-marker=\"__QUOTED_TEXT__\">",
            ),
            quote: (
                "<blockquote style=\"border-left:2px solid #1010FF;margin-left:5px;padding-left:5px;\">",
                "</blockquote>",
            ),
            forward: ("<hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\">", "</div>"),
            bold_labels: true,
            ..PAGE
        },
        footer: no_footer,
    },
];
