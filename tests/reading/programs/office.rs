//! Notes, GroupWise, The Bat!, eM Client, Mailbird, Evolution, KMail; programs of support teams.

use super::{MARKED, PAGE, UNMARKED, angled, dated_rows, english_forward, no_footer, outlook_rows};
use crate::{
    moment::Scene,
    program::{Page, Program, Sends, Text},
    wire::Encoding::{Base64, EightBit, Flowed, QuotedPrintable},
};

/// Notes sets its labels with tabs: from, to, date, subject.
fn notes_rows(scene: &Scene) -> Vec<String> {
    let when = scene.listed(&[
        ("en", "{mm}/{dd}/{y} {hh}:{i} {p}"),
        ("de", "{dd}.{mm}.{y} {HH}:{i}"),
        ("fr", "{dd}/{mm}/{y} {HH}:{i}"),
    ]);
    let mut rows = dated_rows(scene, &when);
    rows.swap(1, 2);
    let rows = rows.into_iter().map(|row| row.replacen(": ", ":\t", 1));
    [String::new()].into_iter().chain(rows).chain([String::new()]).collect()
}

fn em_client_rows(scene: &Scene) -> Vec<String> {
    let german = scene.tongue.code == "de";
    let french = scene.tongue.code == "fr";
    let words = match (german, french) {
        (true, _) => ["Originalnachricht", "Von", "An", "Datum", "Betreff"],
        (_, true) => ["Message d'origine", "De", "À", "Date", "Objet"],
        _ => ["Original Message", "From", "To", "Date", "Subject"],
    };
    let when = scene.listed(&[
        ("en", "{m}/{d}/{y} {h}:{i}:{s} {p}"),
        ("de", "{dd}.{mm}.{y} {HH}:{i}:{s}"),
        ("fr", "{dd}/{mm}/{y} {HH}:{i}:{s}"),
    ]);
    vec![
        format!("------ {} ------", words[0]),
        format!("{} \"{}\" <{}>", words[1], scene.author.name, scene.author.address),
        format!("{} \"{}\" <{}>", words[2], scene.writer.name, scene.writer.address),
        format!("{} {when}", words[3]),
        format!("{} {}", words[4], scene.subject),
        String::new(),
    ]
}

/// What a support program asks its customers to write above, and what a client without any mark makes of its mail.
fn zendesk(scene: &Scene) -> Vec<String> {
    let marker = scene.listed(&[
        ("en", "##- Please type your reply above this line -##"),
        ("de", "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein. -##"),
        ("fr", "##- Veuillez saisir votre réponse au-dessus de cette ligne -##"),
        ("es", "##- Escriba su respuesta por encima de esta línea -##"),
        ("it", "##- Digita la risposta al di sopra di questa riga -##"),
        ("pt", "##- Digite a resposta acima desta linha -##"),
        ("nl", "##- Typ uw antwoord boven deze regel -##"),
        ("sv", "##- Skriv ditt svar ovanför den här raden -##"),
        ("da", "##- Skriv dit svar over denne linje -##"),
        ("nb", "##- Skriv svaret ditt over denne linjen -##"),
        ("fi", "##- Kirjoita vastauksesi tämän rivin yläpuolelle -##"),
        ("pl", "##- Wpisz odpowiedź powyżej tego wiersza -##"),
        ("cs", "##- Sem napište odpověď, nad tento řádek -##"),
        ("hu", "##- Kérjük, e sor fölé írja a válaszát -##"),
        ("ru", "##- Введите ответ над этой строкой -##"),
        ("tr", "##- Lütfen yanıtınızı bu satırın üzerine yazın -##"),
        ("ja", "##- この行より上に返信を入力してください -##"),
        ("ko", "##- 이 줄 위에 회신을 입력하세요 -##"),
        ("zh-Hans", "##- 请在此行上方键入您的回复 -##"),
        ("zh-Hant", "##- 請在此行上方輸入您的回覆 -##"),
    ]);
    vec![marker, String::new()]
}

pub(super) const PROGRAMS: &[Program] = &[
    Program {
        name: "Lotus Notes",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable), Sends::Plain(EightBit)],
        tongues: &[],
        over_quote: notes_rows,
        over_forward: |s| {
            let when = s.listed(&[("en", "{mm}/{dd}/{y} {hh}:{i} {p}"), ("de", "{dd}.{mm}.{y} {HH}:{i}")]);
            let by = s.listed(&[("en", "Forwarded by"), ("de", "Weitergeleitet von")]);
            let on = s.listed(&[("en", "on"), ("de", "am")]);
            let mut rows = vec![format!("----- {by} {}/Hill Farm {on} {when} -----", s.writer.name)];
            rows.extend(notes_rows(s));
            rows
        },
        prefixes: Some(|s| match s.tongue.code {
            "de" => ["Antwort: ".to_owned(), "WG: ".to_owned()],
            "fr" => ["Réf : ".to_owned(), "Tr : ".to_owned()],
            _ => ["Re: ".to_owned(), "Fw: ".to_owned()],
        }),
        text: UNMARKED,
        page: Page {
            open: "",
            close: "",
            line: ("<font size=2 face=\"sans-serif\">", "</font><br>"),
            gap: "<br>",
            head: ("<br><br><font size=1 color=#5f5f5f face=\"sans-serif\">", "</font><br><hr noshade><br><br>"),
            quote: ("<tt><font size=2>", "</font></tt>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "GroupWise",
        sends: &[
            Sends::Both(QuotedPrintable, QuotedPrintable),
            Sends::Html(QuotedPrintable),
            Sends::Plain(QuotedPrintable),
        ],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", ">>> {n} <{a}> {m}/{d}/{y} {h}:{i} {p} >>>"),
                ("de", ">>> {n} <{a}> {dd}.{mm}.{y} {HH}:{i} >>>"),
                ("fr", ">>> {n} <{a}> {dd}/{mm}/{y} {HH}:{i} >>>"),
            ])]
        },
        over_forward: english_forward,
        prefixes: Some(|s| match s.tongue.code {
            "de" => ["Antw: ".to_owned(), "WG: ".to_owned()],
            _ => ["Re: ".to_owned(), "Fwd: ".to_owned()],
        }),
        text: Text { after_head: "", ..UNMARKED },
        page: Page {
            open: "<html><head><meta content=\"text/html; charset=utf-8\"></head><body style=\"font: 10pt Tahoma; margin: 4px 4px 1px\">",
            around: ("", ""),
            quote: (
                "<div style=\"background-color: #f3f3f3; margin-left: 15px; padding-left: 7px; border-left: 1px solid #050505\">",
                "</div>",
            ),
            head: ("", "<br>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "The Bat!",
        sends: &[Sends::Plain(EightBit), Sends::Plain(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![
                s.listed(&[
                    ("en", "{W}, {M} {d}, {y}, {h}:{i}:{s} {p}, you wrote:"),
                    ("de", "Am {W}, {d}. {M} {y} um {HH}:{i} schrieben Sie:"),
                    ("ru", "Вы писали {d} {M} {y} г., {H}:{i}:{s}:"),
                ]),
                String::new(),
            ]
        },
        over_forward: |s| {
            let mut rows = vec!["This is a forwarded message".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows.insert(rows.len() - 1, "===8<==============Original message text===============".to_owned());
            rows
        },
        prefixes: None,
        text: Text { mark: "LB> ", ..MARKED },
        page: PAGE,
        footer: no_footer,
    },
    Program {
        name: "eM Client",
        sends: &[Sends::Both(Flowed, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: em_client_rows,
        over_forward: |s| {
            let mut rows = em_client_rows(s);
            rows[0] = s.listed(&[
                ("en", "------ Forwarded Message ------"),
                ("de", "------ Weitergeleitete Nachricht ------"),
                ("fr", "------ Message transféré ------"),
            ]);
            rows
        },
        prefixes: None,
        text: Text { mark: ">", ..MARKED },
        page: Page {
            open: "<html><head><style id=\"css_styles\">blockquote.cite { margin-left: 5px; }</style></head><body>",
            sign: ("<div id=\"signature_old\"><div>", "</div></div>"),
            head: ("<div>", "</div><div><br /></div>"),
            quote: (
                "<div id=\"x4711\" class=\"plain\"><blockquote cite=\"question@example.org\" type=\"cite\" class=\"cite2\">",
                "</blockquote></div>",
            ),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Mailbird",
        sends: &[Sends::Html(QuotedPrintable), Sends::Both(QuotedPrintable, QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {m}/{d}/{y} {h}:{i}:{s} {p}, {n} <{a}> wrote:"),
                ("de", "Am {dd}.{mm}.{y} {HH}:{i}:{s} schrieb {n} <{a}>:"),
                ("fr", "Le {dd}/{mm}/{y} {HH}:{i}:{s}, {n} <{a}> a écrit :"),
            ])]
        },
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "", ..UNMARKED },
        page: Page {
            open: "<div id=\"__MailbirdStyleContent\" style=\"font-size: 10pt;font-family: Arial;color: #000000\">",
            close: "</div>",
            sign: ("<div class=\"mb_sig\">", "</div>"),
            around: (
                "<blockquote class='history_container' type='cite' style='border-left-style:solid;border-width:1px; margin-top:20px; margin-left:0px;padding-left:10px;'>",
                "</blockquote>",
            ),
            head: ("<p style='color: #AAAAAA; margin-top: 10px;'>", "</p>"),
            quote: ("<div style='font-family:Arial,Helvetica,sans-serif'>", "</div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Evolution",
        sends: &[Sends::Plain(Base64), Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {w}, {y}-{mm}-{dd} at {HH}:{i} +0100, {n} wrote:"),
                ("de", "Am {W}, dem {dd}.{mm}.{y} um {HH}:{i} +0100 schrieb {n}:"),
                ("fr", "Le {W} {dd} {M} {y} à {HH}:{i} +0100, {n} a écrit :"),
                ("es", "El {w}, {dd}-{mm}-{y} a las {HH}:{i} +0100, {n} escribió:"),
                ("it", "Il giorno {w}, {dd}/{mm}/{y} alle {HH}.{i} +0100, {n} ha scritto:"),
                ("pt", "Em {w}, {y}-{mm}-{dd} às {HH}:{i} +0100, {n} escreveu:"),
                ("nl", "{n} schreef op {w} {dd}-{mm}-{y} om {HH}:{i} [+0100]:"),
                ("sv", "{w} {y}-{mm}-{dd} klockan {HH}:{i} +0100 skrev {n}:"),
                ("da", "{w}, {dd} {mm} {y} kl. {HH}:{i} +0100, skrev {n}:"),
                ("nb", "{w}, {dd}.{mm}.{y} kl. {HH}.{i} +0100, skrev {n}:"),
                ("fi", "{w}, {y}-{mm}-{dd} kello {HH}:{i} +0100, {n} kirjoitti:"),
                ("pl", "W dniu {w}, {dd}.{mm}.{y} o godzinie {HH}∶{i} +0100, użytkownik {n} napisał:"),
                ("cs", "{n} píše v {w} {dd}. {mm}. {y} v {HH}:{i} +0100:"),
                ("hu", "{y}. {mm}. {dd}, {W} keltezéssel {HH}.{i}-kor {n} ezt írta:"),
                ("ru", "В {W}, {dd}/{mm}/{y} в {HH}:{i} +0100, {n} пишет:"),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["-------- Forwarded Message --------".to_owned()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: Text { wrap: 71, ..MARKED },
        page: Page {
            line: ("<div>", "</div>"),
            quote: (
                "<blockquote type=\"cite\" style=\"margin:0 0 0 .8ex; border-left:2px #729fcf solid;padding-left:1ex\">",
                "</blockquote>",
            ),
            head: ("<div>", "</div>"),
            sign: ("<div><span><pre>", "</pre></span></div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "KMail",
        sends: &[Sends::Plain(QuotedPrintable), Sends::Plain(EightBit)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {W}, {M} {d}, {y} {h}:{i}:{s} {p} CET {n} wrote:"),
                ("de", "Am {W}, {d}. {M} {y}, {HH}:{i}:{s} CET schrieb {n}:"),
                ("fr", "Le {W} {d} {M} {y}, {HH}:{i}:{s} CET {n} a écrit :"),
                ("es", "El {W}, {d} de {M} de {y} {H}:{i}:{s} (CET) {n} escribió:"),
                ("it", "In data {W} {d} {M} {y} {HH}:{i}:{s} CET, {n} ha scritto:"),
                ("nl", "Op {W} {d} {M} {y} {HH}:{i}:{s} CET schreef {n}:"),
                ("sv", "{W} {d} {M} {y} kl. {HH}:{i}:{s} CET skrev {n}:"),
                ("pl", "Dnia {W}, {d} {M} {y} {HH}:{i}:{s} CET {n} pisze:"),
                ("ru", "В письме от {W}, {d} {M} {y} г. {H}:{i}:{s} MSK пользователь {n} написал:"),
                ("uk", "{W}, {d} {M} {y} р. {HH}:{i}:{s} EET {n} написано:"),
            ])]
        },
        over_forward: |s| {
            let mut rows = vec!["----------  Forwarded Message  ----------".to_owned(), String::new()];
            rows.extend(english_forward(s).into_iter().skip(1));
            rows
        },
        prefixes: None,
        text: Text { wrap: 77, ..MARKED },
        page: PAGE,
        footer: no_footer,
    },
    Program {
        name: "Front",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| vec![s.listed(&[("en", "On {M} {d}, {y} at {h}:{i} {p} GMT+1 {a} wrote:")])],
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "\n", ..UNMARKED },
        page: Page {
            open: "<div>",
            close: "</div>",
            sign: ("<div class=\"front-signature\"><p>", "</p></div>"),
            around: ("<blockquote type=\"cite\" class=\"front-blockquote\">", "</blockquote>"),
            head: ("<div>", "</div><br>"),
            quote: ("<div>", "</div>"),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "Missive",
        sends: &[Sends::Both(QuotedPrintable, QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |s| {
            vec![s.listed(&[
                ("en", "On {M} {d}, {y} at {h}:{i} {p}, {n} <{a}> wrote:"),
                ("fr", "Le {d} {M} {y} à {HH}:{i}, {n} <{a}> a écrit :"),
            ])]
        },
        over_forward: english_forward,
        prefixes: None,
        text: Text { after_head: "\n", ..MARKED },
        page: Page {
            open: "<html><body>",
            around: ("<div class=\"missive_quote\">", "</div>"),
            quote: (
                "<blockquote style=\"margin:0 0 0 7px;border-left:2px solid #cccccc;padding-left:8px\" type=\"cite\">",
                "</blockquote>",
            ),
            ..PAGE
        },
        footer: no_footer,
    },
    Program {
        name: "a client that marks nothing, answering Zendesk",
        sends: &[Sends::Plain(QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: zendesk,
        over_forward: english_forward,
        prefixes: None,
        text: UNMARKED,
        page: Page { head: ("<div style=\"color:#b5b5b5\">", "</div>"), quote: ("<div>", "</div>"), ..PAGE },
        footer: no_footer,
    },
    Program {
        name: "a client that marks nothing, answering Jira",
        sends: &[Sends::Plain(QuotedPrintable), Sends::Html(QuotedPrintable)],
        tongues: &[],
        over_quote: |_| vec!["—-—-—-—".to_owned(), "Reply above this line.".to_owned(), String::new()],
        over_forward: |s| outlook_rows(s, angled),
        prefixes: Some(|_| ["Re: ".to_owned(), "FW: ".to_owned()]),
        text: UNMARKED,
        page: Page { head: ("<div style=\"color:#999999\">", "</div>"), quote: ("<div>", "</div>"), ..PAGE },
        footer: no_footer,
    },
    Program {
        name: "a client that marks nothing, answering Help Scout",
        sends: &[Sends::Plain(EightBit)],
        tongues: &[],
        over_quote: |_| vec!["--- Please reply above this line ---".to_owned(), String::new()],
        over_forward: english_forward,
        prefixes: None,
        text: UNMARKED,
        page: PAGE,
        footer: no_footer,
    },
];
