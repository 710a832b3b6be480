//! Programs that are at home in Russia, China and Korea.

use super::{MARKED, PAGE, UNMARKED, angled, no_footer};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    wire::Encoding::{Base64, EightBit},
};

fn qq_rows(scene: &Scene) -> Vec<String> {
    let (person, writer) = (&scene.author, &scene.writer);
    if scene.tongue.code.starts_with("zh") {
        vec![
            "------------------ 原始邮件 ------------------".to_owned(),
            format!("发件人: \"{}\"<{}>;", person.name, person.address),
            scene.listed(&[
                ("en", "Date"),
                ("zh-Hans", "发送时间: {y}年{m}月{d}日({W}) {p}{h}:{i}"),
                ("zh-Hant", "发送时间: {y}年{m}月{d}日({W}) {p}{h}:{i}"),
            ]),
            format!("收件人: \"{}\"<{}>;", writer.name, writer.address),
            format!("主题: {}", scene.subject),
            String::new(),
        ]
    } else {
        vec![
            "------------------ Original ------------------".to_owned(),
            format!("From:  \"{}\"<{}>;", person.name, person.address),
            scene.listed(&[("en", "Date:  {w}, {b} {d}, {y} {hh}:{i} {p}")]),
            format!("To:  \"{}\"<{}>;", writer.name, writer.address),
            format!("Subject:  {}", scene.subject),
            String::new(),
        ]
    }
}

fn sina_rows(scene: &Scene) -> Vec<String> {
    vec![
        "----- 原始邮件 -----".to_owned(),
        format!("发件人：{}", angled(&scene.author)),
        format!("收件人：{}", scene.writer.address),
        format!("主题：{}", scene.subject),
        scene.listed(&[("en", "日期：{y}年{mm}月{dd}日 {HH}点{i}分")]),
        String::new(),
    ]
}

fn naver_rows(scene: &Scene) -> Vec<String> {
    vec![
        "-----Original Message-----".to_owned(),
        format!("From: \"{}\"<{}>", scene.author.name, scene.author.address),
        format!("To: \"{}\"<{}>;", scene.writer.name, scene.writer.address),
        "Cc:".to_owned(),
        scene.listed(&[
            ("en", "Sent: {y}-{mm}-{dd} ({w}) {HH}:{i}:{s} (GMT+09:00)"),
            ("ko", "Sent: {y}-{mm}-{dd} ({w}) {HH}:{i}:{s} (GMT+09:00)"),
        ]),
        format!("Subject: {}", scene.subject),
        String::new(),
    ]
}

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "mail.ru",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        tongues: &[],
        over_quote: |s| {
            vec![
                s.listed(&[
                    ("en", "{W}, {d} {M} {y}, {HH}:{i} +03:00 from {n} <{a}>:"),
                    ("ru", "{W}, {d} {M} {y}, {HH}:{i} +03:00 от {n} <{a}>:"),
                    ("uk", "{W}, {d} {M} {y}, {HH}:{i} +02:00 від {n} <{a}>:"),
                ]),
                " ".to_owned(),
            ]
        },
        over_forward: |s| {
            let heading = s.listed(&[
                ("en", "-------- Forwarded message --------"),
                ("ru", "-------- Пересылаемое сообщение --------"),
            ]);
            let labels = if heading.contains("Forwarded") {
                ["From", "To", "Date", "Subject"]
            } else {
                ["От кого", "Кому", "Дата", "Тема"]
            };
            vec![
                heading,
                format!("{}: {}", labels[0], angled(&s.author)),
                format!("{}: {}", labels[1], s.writer.address),
                format!(
                    "{}: {}",
                    labels[2],
                    s.listed(&[
                        ("en", "{W}, {d} {M} {y}, {HH}:{i} +03:00"),
                        ("ru", "{W}, {d} {M} {y}, {HH}:{i} +03:00")
                    ])
                ),
                format!("{}: {}", labels[3], s.subject),
                String::new(),
            ]
        },
        prefixes: None,
        text: Text { mark: ">", head_inside: true, ..MARKED },
        page: Page {
            open: "<HTML><BODY>",
            close: "</BODY></HTML>",
            quote: (
                "<blockquote style=\"border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;\">",
                "</blockquote>",
            ),
            head: ("", "<br><div id=\"\"><div class=\"js-helper js-readmsg-msg\"></div></div>"),
            head_inside: true,
            ..PAGE
        },
        footer: |s| {
            s.listed(&[("en", "Sent from Mail.ru app for Android"), ("ru", "Отправлено из мобильной Почты Mail.ru")])
        },
    },
    Program {
        name: "Yandex Mail",
        sends: &[Sends::Html(Base64), Sends::Both(Base64, Base64)],
        tongues: &[],
        over_quote: |s| vec![s.listed(&[("en", "{dd}.{mm}.{y}, {HH}:{i}, \"{n}\" <{a}>:")])],
        over_forward: |s| {
            let russian = s.tongue.code == "ru";
            vec![
                if russian {
                    "-------- Пересылаемое сообщение --------"
                } else {
                    "-------- Forwarded message --------"
                }
                .to_owned(),
                s.listed(&[("en", "{dd}.{mm}.{y}, {HH}:{i}, \"{n}\" <{a}>:")]),
                String::new(),
            ]
        },
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page { open: "", close: "", head: ("<div>", "</div>"), quote: ("<blockquote>", "</blockquote>"), ..PAGE },
        footer: |s| {
            s.listed(&[
                ("en", "-- \nSent from Yandex.Mail for mobile"),
                ("ru", "-- \nОтправлено из мобильного приложения Яндекс.Почты"),
            ])
        },
    },
    Program {
        name: "QQ Mail",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64)],
        tongues: &[],
        over_quote: qq_rows,
        over_forward: |s| {
            let mut rows = qq_rows(s);
            rows[0] = if s.tongue.code.starts_with("zh") {
                "------------------ 转发的邮件 ------------------"
            } else {
                "------------------ Forwarded Message ------------------"
            }
            .to_owned();
            rows
        },
        prefixes: Some(|s| match s.tongue.code {
            "zh-Hans" | "zh-Hant" => ["回复：".to_owned(), "转发：".to_owned()],
            _ => ["Re: ".to_owned(), "Fw: ".to_owned()],
        }),
        text: UNMARKED,
        page: Page {
            open: "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">",
            close: "<style type=\"text/css\">.qmbox style, .qmbox script {display: none !important;}</style>",
            head: (
                "<div style=\"font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;background:#efefef;\">",
                "</div>",
            ),
            quote: ("<div class=\"qmbox\"><div>", "</div></div>"),
            bold_labels: true,
            ..PAGE
        },
        footer: |s| {
            s.listed(&[("en", "Sent from my iPhone"), ("zh-Hans", "发自我的iPhone"), ("zh-Hant", "发自我的iPhone")])
        },
    },
    Program {
        name: "163",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(Base64), Sends::Plain(Base64)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "At {y}-{mm}-{dd} {HH}:{i}:{s}, \"{n}\" <{a}> wrote:"),
                ("zh-Hans", "在 {y}-{mm}-{dd} {HH}:{i}:{s}，\"{n}\" <{a}> 写道："),
                ("zh-Hant", "在 {y}-{mm}-{dd} {HH}:{i}:{s}，\"{n}\" <{a}> 寫道："),
            ])]
        },
        over_forward: |s| {
            vec![
                if s.tongue.code.starts_with("zh") {
                    "-------- 转发邮件信息 --------"
                } else {
                    "-------- Forwarding messages --------"
                }
                .to_owned(),
                s.listed(&[
                    ("en", "From: \"{n}\" <{a}>"),
                    ("zh-Hans", "发件人：\"{n}\" <{a}>"),
                    ("zh-Hant", "发件人：\"{n}\" <{a}>"),
                ]),
                s.listed(&[
                    ("en", "Date: {y}-{mm}-{dd} {HH}:{i}:{s}"),
                    ("zh-Hans", "发送日期：{y}-{mm}-{dd} {HH}:{i}:{s}"),
                    ("zh-Hant", "发送日期：{y}-{mm}-{dd} {HH}:{i}:{s}"),
                ]),
                s.listed(&[("en", "To: {A}"), ("zh-Hans", "收件人：{A}"), ("zh-Hant", "收件人：{A}")]),
                s.listed(&[("en", "Subject: {t}"), ("zh-Hans", "主题：{t}"), ("zh-Hant", "主题：{t}")]),
            ]
        },
        prefixes: Some(|s| match s.tongue.code {
            "zh-Hans" | "zh-Hant" => ["回复:".to_owned(), "转发:".to_owned()],
            _ => ["Re:".to_owned(), "Fw:".to_owned()],
        }),
        text: Text { mark: ">", ..MARKED },
        page: Page {
            open: "<div style=\"line-height:1.7;color:#000000;font-size:14px;font-family:Arial\">",
            close: "</div>",
            head: ("<div style=\"position:relative;zoom:1\"></div><div id=\"divNeteaseMailCard\"></div><p>", "</p>"),
            quote: (
                "<blockquote id=\"isReplyContent\" style=\"PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid\">",
                "</blockquote>",
            ),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Sina",
        sends: &[Sends::Html(Base64), Sends::Both(Base64, Base64)],
        tongues: &[],
        over_quote: sina_rows,
        over_forward: |s| {
            let mut rows = sina_rows(s);
            rows[0] = "----- 转发邮件 -----".to_owned();
            rows
        },
        prefixes: Some(|_| ["回复：".to_owned(), "转发：".to_owned()]),
        text: UNMARKED,
        page: Page {
            open: "",
            close: "",
            line: ("", "<br />"),
            gap: "<br />",
            around: ("<div id=\"origbody\">", "</div>"),
            head: ("<div style=\"background: #f2f2f2;\">", "</div><br />"),
            quote: ("<div dir=\"ltr\">", "</div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Naver",
        sends: &[Sends::Both(Base64, Base64), Sends::Html(EightBit)],
        tongues: &[],
        over_quote: naver_rows,
        over_forward: |s| {
            let mut rows = naver_rows(s);
            rows[0] = "---------- Forwarded Message ----------".to_owned();
            rows
        },
        prefixes: None,
        text: UNMARKED,
        page: Page {
            open: "<html><head><style>p{margin-top:0px;margin-bottom:0px;}</style></head><body><div style=\"font-size:10pt; font-family:Gulim;\">",
            close: "</div></body></html>",
            line: ("<p>", "</p>"),
            gap: "<p>&nbsp;</p>",
            head: ("<p style=\"margin:0\">", "</p>"),
            quote: ("<div><div style=\"font-size:10pt\">", "</div></div>"),
            bold_labels: true,
            ..PAGE
        },
        footer: |s| s.listed(&[("en", "Sent from my iPhone"), ("ko", "나의 iPhone에서 보냄")]),
    },
];
