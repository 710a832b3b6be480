//! Programs for phones: K-9, FairEmail, Samsung, Spark; and Spark's and Superhuman's desktop.

use super::{MARKED, PAGE, UNMARKED, dated_rows, english_forward};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    wire::Encoding::{Base64, EightBit, QuotedPrintable},
};

fn samsung_rows(scene: &Scene) -> Vec<String> {
    let original = scene.listed(&[
        ("en", "Original message"),
        ("de", "Ursprüngliche Nachricht"),
        ("fr", "Message d'origine"),
        ("es", "Mensaje original"),
        ("it", "Messaggio originale"),
        ("pt", "Mensagem original"),
        ("nl", "Oorspronkelijk bericht"),
        ("sv", "Originalmeddelande"),
        ("da", "Oprindelig besked"),
        ("nb", "Opprinnelig melding"),
        ("fi", "Alkuperäinen viesti"),
        ("pl", "Oryginalna wiadomość"),
        ("cs", "Původní zpráva"),
        ("hu", "Eredeti üzenet"),
        ("ro", "Mesaj original"),
        ("ru", "Исходное сообщение"),
        ("uk", "Вихідне повідомлення"),
        ("el", "Αρχικό μήνυμα"),
        ("tr", "Orijinal mesaj"),
        ("ko", "원본 이메일"),
        ("zh-Hans", "原始邮件"),
        ("zh-Hant", "原始郵件"),
    ]);
    let when = scene
        .listed(&[("en", "{m}/{d}/{yy}  {h}:{i} {p}  (GMT+01:00)"), ("de", "{dd}.{mm}.{yy} {HH}:{i} (GMT+01:00)")]);
    let mut rows = vec![format!("-------- {original} --------")];
    if scene.tongue.code != "en" && original == "Original message" {
        rows.extend(english_forward(scene).into_iter().skip(1).filter(|row| !row.is_empty()));
    } else {
        rows.extend(dated_rows(scene, &when).into_iter().map(|row| row + " "));
    }
    rows
}

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "K-9 Mail",
        sends: &[Sends::Plain(EightBit), Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {M} {d}, {y} {h}:{i}:{s} {p} GMT+01:00, {n} <{a}> wrote:"),
                ("de", "Am {d}. {M} {y} {HH}:{i}:{s} MEZ schrieb {n} <{a}>:"),
                ("fr", "Le {d} {M} {y} {HH}:{i}:{s} GMT+01:00, {n} <{a}> a écrit :"),
                ("es", "El {d} de {M} de {y} {H}:{i}:{s} CET, {n} <{a}> escribió:"),
                ("it", "Il {d} {M} {y} {HH}:{i}:{s} CET, {n} <{a}> ha scritto:"),
                ("pt", "Em {d} de {M} de {y} {HH}:{i}:{s} BRT, {n} <{a}> escreveu:"),
                ("nl", "Op {d} {M} {y} {HH}:{i}:{s} CET schreef {n} <{a}>:"),
                ("sv", "{n} <{a}> skrev: ({d} {M} {y} {HH}:{i}:{s} CET)"),
                ("da", "Den {d}. {M} {y} {HH}.{i}.{s} CET skrev {n} <{a}>:"),
                ("fi", "{n} <{a}> kirjoitti {d}. {M} {y} {H}.{i}.{s}:"),
                ("pl", "Dnia {d} {M} {y} {HH}:{i}:{s} CET, {n} <{a}> napisał(a):"),
                ("cs", "Dne {d}. {M} {y} {H}:{i}:{s} SEČ, {n} <{a}> napsal:"),
                ("hu", "{y}. {M} {d}. {H}:{i}:{s} CET, {n} <{a}> írta:"),
                ("ru", "{d} {M} {y} г. {HH}:{i}:{s} GMT+03:00, {n} <{a}> пишет:"),
                ("uk", "{d} {M} {y} р. {HH}:{i}:{s} GMT+02:00, {n} <{a}> написав:"),
                ("el", "Στις {d} {M} {y} {h}:{i}:{s} {p} EET, ο χρήστης {n} <{a}> έγραψε:"),
                ("tr", "{d} {M} {y} {HH}:{i}:{s} GMT+03:00 tarihinde {n} <{a}> şunları yazdı:"),
                ("ja", "{y}年{m}月{d}日 {H}:{i}:{s} JST, {n} <{a}> のメール:"),
                ("zh-Hans", "{n} <{a}> 于 {y}年{m}月{d}日 GMT+08:00 {p}{h}:{i}:{s} 写道："),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["-------- Original Message --------".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: Text { mark: ">", ..MARKED },
        page: Page {
            open: "<html><head></head><body>",
            line: ("<div dir=\"auto\">", "</div>"),
            sign: ("<div class='k9mail-signature'>", "</div>"),
            around: ("<br><br><div class=\"gmail_quote\">", "</div>"),
            head: ("<div dir=\"auto\">", "</div>"),
            quote: (
                "<blockquote class=\"gmail_quote\" style=\"margin: 0pt 0pt 0pt 0.8ex; border-left: 1px solid rgb(204, 204, 204); padding-left: 1ex;\">",
                "</blockquote>",
            ),
            ..PAGE
        },
        footer: |s| {
            s.listed(&[
                ("en", "-- \nSent from my Android device with K-9 Mail. Please excuse my brevity."),
                ("de", "-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet."),
                ("fr", "-- \nEnvoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté."),
            ])
        },
    },
    Program {
        name: "FairEmail",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "{b} {d}, {y} {h}:{i}:{s} {p} {n} <{a}>:"),
                ("de", "{dd}.{mm}.{y} {HH}:{i}:{s} {n} <{a}>:"),
                ("fr", "{d} {b} {y} {HH}:{i}:{s} {n} <{a}>:"),
                ("es", "{d} {b} {y} {H}:{i}:{s} {n} <{a}>:"),
                ("nl", "{d} {b}. {y} {HH}:{i}:{s} {n} <{a}>:"),
                ("ru", "{d} {b} {y} г. {HH}:{i}:{s} {n} <{a}>:"),
            ])]
        },
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "<html><body>",
            around: ("<div fairemail=\"reference\">", "</div>"),
            head: ("<p>", "</p>"),
            quote: (
                "<blockquote style=\"border-left:3px solid #cccccc; padding-left:10px; margin:0;\">",
                "</blockquote>",
            ),
            ..PAGE
        },
        footer: |s| super::sent_from(s, 2),
    },
    Program {
        name: "Samsung Email",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        tongues: &[],
        over_quote: samsung_rows,
        over_forward: |s| {
            let mut rows = samsung_rows(s);
            rows.push(String::new());
            rows
        },
        prefixes: Some(|s| match s.tongue.code {
            "de" => ["AW: ".to_owned(), "WG: ".to_owned()],
            _ => ["Re: ".to_owned(), "Fwd: ".to_owned()],
        }),
        text: UNMARKED,
        page: Page {
            open: "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"></head><body dir=\"auto\">",
            line: ("<div dir=\"auto\">", "</div>"),
            gap: "<div dir=\"auto\"><br></div>",
            sign: (
                "<div id=\"composer_signature\" dir=\"auto\"><div style=\"font-size:12px;color:#575757\" dir=\"auto\">",
                "</div></div>",
            ),
            around: ("<div style=\"font-size:100%;color:#000000\" dir=\"auto\"><!-- originalMessage -->", "</div>"),
            head: ("<div>", "</div><div><br></div>"),
            quote: ("", ""),
            forward: ("<div style=\"font-size:100%;color:#000000\" dir=\"auto\"><!-- originalMessage -->", "</div>"),
            ..PAGE
        },
        footer: |s| {
            s.listed(&[
                ("en", "Sent from my Galaxy"),
                ("de", "Von meinem Galaxy gesendet"),
                ("fr", "Envoyé depuis mon appareil Galaxy"),
                ("es", "Enviado desde mi Galaxy"),
                ("it", "Inviato dal mio dispositivo Galaxy"),
                ("pt", "Enviado do meu Galaxy"),
                ("nl", "Verzonden vanaf mijn Galaxy"),
                ("pl", "Wysłane z mojego Galaxy"),
                ("sv", "Skickat från min Galaxy"),
                ("ko", "나의 Galaxy에서 보냄"),
            ])
        },
    },
    Program {
        name: "Spark",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {d} {b} {y} at {HH}:{i} +0100, {n} <{a}>, wrote:"),
                ("de", "Am {d}. {b} {y}, {HH}:{i} +0100 schrieb {n} <{a}>:"),
                ("fr", "Le {d} {b} {y} à {HH}:{i} +0100, {n} <{a}>, a écrit :"),
                ("es", "El {d} {b} {y} {H}:{i} +0100, {n} <{a}>, escribió:"),
                ("it", "Il {d} {b} {y}, {HH}:{i} +0100, {n} <{a}>, ha scritto:"),
                ("ru", "{d} {b} {y} г., {HH}:{i} +0300, {n} <{a}>, писал:"),
                ("ja", "{y}年{m}月{d}日 {H}:{i} +0900、{n} <{a}> のメール:"),
                ("zh-Hans", "在 {y}年{m}月{d}日 +0800 {HH}:{i}，{n} <{a}>，写道："),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["---------- Forwarded message ----------".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: MARKED,
        page: Page {
            open: "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title></title></head><body><div name=\"messageBodySection\">",
            close: "</body></html>",
            line: ("<div dir=\"auto\">", "</div>"),
            gap: "<div dir=\"auto\"><br></div>",
            sign: ("</div><div name=\"messageSignatureSection\"><br><div class=\"matchFont\">", "</div>"),
            around: ("</div><div name=\"messageReplySection\">", "</div>"),
            head: ("", "<br>"),
            quote: (
                "<blockquote type=\"cite\" style=\"border-left-color: grey; border-left-width: thin; border-left-style: solid; margin: 5px 5px;padding-left: 10px;\" class=\"spark_quote\">",
                "</blockquote>",
            ),
            forward: ("</div><div name=\"messageReplySection\">", "</div>"),
            ..PAGE
        },
        footer: |_| "Sent from Spark".to_owned(),
    },
    Program {
        name: "Superhuman",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.listed(&[("en", "On {w}, {b} {dd}, {y} at {h}:{i} {p}, {n} <{a}> wrote:")])],
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "<html><head></head><body><div><div>",
            close: "</div></body></html>",
            sign: ("<div class=\"sh-signature\"><div>", "</div></div>"),
            around: ("</div><div class=\"gmail_signature\"></div><br><div><div class=\"gmail_quote\">", "</div></div>"),
            head: ("<div dir=\"ltr\" class=\"gmail_attr\">", "<br></div>"),
            quote: (
                "<blockquote style=\"margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex\" class=\"gmail_quote sh-color-black sh-color\">",
                "</blockquote>",
            ),
            ..PAGE
        },
        footer: |_| "Sent via Superhuman ( https://sprh.example/?vip=l.bennett )".to_owned(),
    },
];
