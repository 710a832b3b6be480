//! The mail programs, a row each, and what several of them share.

#[path = "programs/asia.rs"]
mod asia;
#[path = "programs/countries.rs"]
mod countries;
#[path = "programs/desktop.rs"]
mod desktop;
#[path = "programs/large.rs"]
mod large;
#[path = "programs/microsoft.rs"]
mod microsoft;
#[path = "programs/office.rs"]
mod office;
#[path = "programs/phone.rs"]
mod phone;
#[path = "programs/servers.rs"]
mod servers;
#[path = "programs/webmail.rs"]
mod webmail;

use crate::{
    moment::{Person, Scene},
    program::{Page, Program, Text},
    tongues::items,
};

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Program> {
    [
        large::PROGRAMS,
        microsoft::PROGRAMS,
        desktop::PROGRAMS,
        webmail::PROGRAMS,
        servers::PROGRAMS,
        phone::PROGRAMS,
        asia::PROGRAMS,
        office::PROGRAMS,
        countries::PROGRAMS,
    ]
    .into_iter()
    .flatten()
}

/// Quotes with `> `, does not break lines.
const MARKED: Text = Text { mark: "> ", wrap: 0, after_head: "", head_inside: false };

/// Sets the old mail below as it was.
const UNMARKED: Text = Text { mark: "", wrap: 0, after_head: "\n", head_inside: false };

/// A page without any sign of its program.
const PAGE: Page = Page {
    open: "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body DIR>",
    close: "</body></html>",
    line: ("<div>", "</div>"),
    gap: "<div><br></div>",
    sign: ("<div>", "</div>"),
    around: ("", ""),
    head: ("<div>", "<br></div>"),
    quote: ("<blockquote type=\"cite\">", "</blockquote>"),
    head_inside: false,
    forward: ("", ""),
    bold_labels: false,
};

fn no_footer(_: &Scene) -> String {
    String::new()
}

/// What tongue's list of footers holds: iPhone, Outlook, Android.
fn sent_from(scene: &Scene, place: usize) -> String {
    items(scene.tongue.sent_from)[place].to_owned()
}

/// `Name <address>`.
fn angled(person: &Person) -> String {
    format!("{} <{}>", person.name, person.address)
}

/// The rows of a header block as Outlook labels them: From, Sent, To, Subject.
fn outlook_rows(scene: &Scene, mailbox: fn(&Person) -> String) -> Vec<String> {
    let labels = items(scene.tongue.outlook);
    let mut rows = vec![
        format!("{} {}", labels[0], mailbox(&scene.author)),
        format!("{} {}", labels[1], scene.spoken(|t| t.outlook_date)),
        format!("{} {}", labels[2], mailbox(&scene.writer)),
        format!("{} {}", labels[4], scene.subject),
    ];
    if let Some(copied) = &scene.copied {
        rows.insert(3, format!("{} {}; '{}' <{}>", labels[3], mailbox(copied), copied.address, copied.address));
    }
    rows
}

/// The same rows with Date in place of Sent, labels without a space before their colon: From, Date, To, Subject.
fn dated_rows(scene: &Scene, when: &str) -> Vec<String> {
    let labels = items(scene.tongue.outlook);
    let date = items(scene.tongue.apple_forward)[3];
    let label = |label: &str| label.trim_end_matches([':', '：', ' ']).to_owned();
    vec![
        format!("{}: {}", label(labels[0]), angled(&scene.author)),
        format!("{}: {when}", label(date)),
        format!("{}: {}", label(labels[2]), angled(&scene.writer)),
        format!("{}: {}", label(labels[4]), scene.subject),
    ]
}

/// A line of the given sign on both sides of words in the language.
fn ruled(rule: &str, words: &str) -> String {
    format!("{rule} {words} {rule}")
}

/// Outlook's words before a subject, for a reply and a forwarded mail.
fn outlook_prefixes(scene: &Scene) -> [String; 2] {
    let (reply, forward) = match scene.tongue.code {
        "de" => ("AW", "WG"),
        "da" => ("SV", "VS"),
        "sv" => ("SV", "VB"),
        "nb" => ("SV", "VS"),
        "fi" => ("VS", "VL"),
        "es" => ("RE", "RV"),
        "fr" => ("RE", "TR"),
        "it" => ("R", "I"),
        "pt" => ("RES", "ENC"),
        "pl" => ("ODP", "PD"),
        "tr" => ("YNT", "İLT"),
        "ro" => ("RE", "Redir."),
        "el" => ("ΑΠ", "ΠΡΘ"),
        "zh-Hans" => ("答复", "转发"),
        "zh-Hant" => ("回覆", "轉寄"),
        _ => ("RE", "FW"),
    };
    [reply, forward].map(|word| format!("{word}: "))
}

/// The block over a forwarded mail of programs that speak English only here.
fn english_forward(scene: &Scene) -> Vec<String> {
    vec![
        "---------- Forwarded message ----------".to_owned(),
        format!("From: {}", angled(&scene.author)),
        scene.listed(&[("en", "Date: {w}, {b} {d}, {y} at {h}:{i} {p}")]),
        format!("Subject: {}", scene.subject),
        format!("To: {}", angled(&scene.writer)),
        String::new(),
    ]
}
