//! Outlook in its many forms, and Windows Mail.

use super::{PAGE, UNMARKED, angled, dated_rows, no_footer, outlook_prefixes, outlook_rows, ruled, sent_from};
use crate::{
    moment::{Person, Scene},
    program::{Page, Program, Sends, Text},
    wire::Encoding::{Base64, EightBit, QuotedPrintable},
};

fn rows(scene: &Scene) -> Vec<String> {
    outlook_rows(scene, |person: &Person| format!("{} <{}>", person.filed(), person.address))
}

/// `-----Original Message-----` over the rows.
fn original(scene: &Scene) -> Vec<String> {
    let mut out = vec![format!("-----{}-----", scene.tongue.original)];
    out.extend(outlook_rows(scene, |person: &Person| format!("{} [mailto:{}]", person.name, person.address)));
    out
}

/// A rule of 32 underscores over the rows.
fn underscored(scene: &Scene) -> Vec<String> {
    let mut out = vec!["_".repeat(32)];
    out.extend(rows(scene));
    out
}

/// Date in place of Sent, and the words `at` or what the language has.
fn mac_rows(scene: &Scene) -> Vec<String> {
    dated_rows(scene, &scene.spoken(|t| t.gmail_date))
}

const WORD_PAGE: Page = Page {
    open: "<html xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta name=\"Generator\" content=\"Microsoft Word 15 (filtered medium)\"><style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} --></style></head><body lang=\"EN\" link=\"#0563C1\"DIR><div class=\"WordSection1\">",
    close: "</div></body></html>",
    line: ("<p class=\"MsoNormal\"><span style=\"mso-fareast-language:EN-US\">", "<o:p></o:p></span></p>"),
    gap: "<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>",
    sign: ("<p class=\"MsoNormal\"><span style=\"font-size:9.0pt;color:gray\">", "<o:p></o:p></span></p>"),
    around: ("", ""),
    head: (
        "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\">",
        "<o:p></o:p></p></div></div><p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>",
    ),
    quote: ("", ""),
    head_inside: false,
    forward: ("", ""),
    bold_labels: true,
};

const WEB_PAGE: Page = Page {
    open: "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><style type=\"text/css\" style=\"display:none;\"> P {margin-top:0;margin-bottom:0;} </style></head><body dir=\"ltr\">",
    close: "</body></html>",
    line: (
        "<div class=\"elementToProof\" style=\"font-family: Aptos, Aptos_EmbeddedFont, Calibri, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);\">",
        "</div>",
    ),
    gap: "<div class=\"elementToProof\" style=\"font-size: 12pt;\"><br></div>",
    sign: ("<div id=\"Signature\"><div>", "</div></div>"),
    around: ("<div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\">", ""),
    head: (
        "<div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri, sans-serif\" style=\"font-size:11pt\" color=\"#000000\">",
        "</font><div>&nbsp;</div></div>",
    ),
    quote: ("<div>", "</div>"),
    head_inside: false,
    forward: ("<div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\">", ""),
    bold_labels: true,
};

/// Exchange makes plain text of HTML: the rule becomes underscores.
const WEB_TEXT: Text = Text { mark: "", wrap: 0, after_head: "\n", head_inside: false };

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Outlook 2003",
        sends: &[Sends::Plain(EightBit), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: original,
        over_forward: original,
        prefixes: Some(outlook_prefixes),
        text: UNMARKED,
        page: Page {
            open: "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.0 Transitional//EN\"><HTML><HEAD><META http-equiv=Content-Type content=\"text/html; charset=utf-8\"></HEAD><BODY DIR>",
            close: "</BODY></HTML>",
            line: ("<DIV><FONT face=Arial size=2>", "</FONT></DIV>"),
            gap: "<DIV>&nbsp;</DIV>",
            around: (
                "<BLOCKQUOTE style=\"PADDING-LEFT: 5px; MARGIN-LEFT: 5px; BORDER-LEFT: #0000ff 2px solid; MARGIN-RIGHT: 0px\">",
                "</BLOCKQUOTE>",
            ),
            head: (
                "<DIV class=OutlookMessageHeader lang=en dir=ltr align=left><FONT face=Tahoma size=2>",
                "<BR></FONT><BR></DIV>",
            ),
            quote: ("", ""),
            ..WORD_PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Outlook 2010",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable), Sends::Plain(Base64)],
        tongues: &[],
        over_quote: |s| outlook_rows(s, |person: &Person| format!("{} [mailto:{}]", person.name, person.address)),
        over_forward: |s| outlook_rows(s, |person: &Person| format!("{} [mailto:{}]", person.name, person.address)),
        prefixes: Some(outlook_prefixes),
        text: UNMARKED,
        page: Page {
            head: (
                "<div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><span style='font-size:10.0pt;font-family:\"Tahoma\",\"sans-serif\"'>",
                "<o:p></o:p></span></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>",
            ),
            ..WORD_PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Outlook 365",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(Base64)],
        tongues: &[],
        over_quote: rows,
        over_forward: rows,
        prefixes: Some(outlook_prefixes),
        text: UNMARKED,
        page: WORD_PAGE,
        footer: no_footer,
    },
    Program {
        name: "Outlook web",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: underscored,
        over_forward: underscored,
        prefixes: Some(outlook_prefixes),
        text: WEB_TEXT,
        page: WEB_PAGE,
        footer: no_footer,
    },
    Program {
        name: "Outlook Mac",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: mac_rows,
        over_forward: mac_rows,
        prefixes: Some(outlook_prefixes),
        text: UNMARKED,
        page: Page {
            head: (
                "<div id=\"mail-editor-reference-message-container\"><div><div style=\"border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in\"><p class=\"MsoNormal\" style=\"margin-bottom:12.0pt\"><span style=\"font-size:12.0pt;color:black\">",
                "</span></p></div></div></div>",
            ),
            ..WORD_PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Outlook iOS",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        tongues: &[],
        over_quote: underscored,
        over_forward: underscored,
        prefixes: Some(outlook_prefixes),
        text: WEB_TEXT,
        page: Page {
            line: ("<div dir=\"ltr\" style=\"font-family: Aptos, sans-serif; font-size: 12pt;\">", "</div>"),
            sign: ("<div id=\"ms-outlook-mobile-signature\" dir=\"ltr\">", "</div>"),
            around: ("<hr style=\"display:inline-block;width:98%\" tabindex=\"-1\">", ""),
            ..WEB_PAGE
        },
        footer: |s| sent_from(s, 1),
    },
    Program {
        name: "Outlook Android",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        tongues: &[],
        over_quote: underscored,
        over_forward: underscored,
        prefixes: Some(outlook_prefixes),
        text: WEB_TEXT,
        page: Page {
            line: ("<div dir=\"auto\" style=\"color: rgb(0, 0, 0); font-size: 12pt;\">", "</div>"),
            sign: ("<div id=\"ms-outlook-mobile-signature\"><div></div>", "</div>"),
            ..WEB_PAGE
        },
        footer: |s| format!("{} <https://aka.ms/AAb9ysg>", sent_from(s, 1).replace("iOS", "Android")),
    },
    Program {
        name: "Windows Mail",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: rows,
        over_forward: rows,
        prefixes: Some(outlook_prefixes),
        text: UNMARKED,
        page: Page {
            head: (
                "<div style='mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal style='border:none;padding:0cm'>",
                "</p></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>",
            ),
            ..WORD_PAGE
        },
        footer: |s| {
            s.listed(&[
                ("en", "Sent from Mail for Windows"),
                ("de", "Gesendet von Mail für Windows"),
                ("fr", "Envoyé à partir de Courrier pour Windows"),
                ("es", "Enviado desde Correo para Windows"),
                ("it", "Inviato da Posta per Windows"),
                ("nl", "Verzonden vanuit Mail voor Windows"),
                ("pt", "Enviado do Email para Windows"),
                ("pl", "Wysłane z aplikacji Poczta dla systemu Windows"),
                ("sv", "Skickades från E-post för Windows"),
                ("da", "Sendt fra Mail til Windows"),
                ("nb", "Sendt fra E-post for Windows"),
                ("cs", "Odesláno z Pošty pro Windows"),
                ("ru", "Отправлено из приложения Почта для Windows"),
                ("ja", "Windows 版のメールから送信"),
                ("zh-Hans", "从 Windows 版邮件发送"),
            ])
        },
    },
    Program {
        name: "BlackBerry",
        sends: &[Sends::Plain(Base64), Sends::Plain(EightBit)],
        tongues: &[],
        over_quote: |s| {
            vec![
                "-----Original Message-----".to_owned(),
                format!("From: {}", angled(&s.author)),
                s.listed(&[("en", "Date: {w}, {d} {b} {y} {HH}:{i}:{s} ")]),
                format!("To: {}<{}>", s.writer.name, s.writer.address),
                format!("Subject: {}", s.subject),
            ]
        },
        over_forward: |s| {
            let mut rows = vec![ruled("------", "Original Message").replace("------ Original", "----- Original")];
            rows.extend(outlook_rows(s, angled));
            rows
        },
        prefixes: None,
        text: UNMARKED,
        page: PAGE,
        footer: |_| "Sent from my BlackBerry 10 smartphone.".to_owned(),
    },
];
