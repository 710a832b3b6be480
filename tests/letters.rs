//! Our letters come back, quoted as mail programs quote: what is new in such a mail is what its writer wrote, and nothing of
//! ours.
//!
//! The programs are those of `reading`, in the languages of our letters; our letter stands where they set what they answer, as text and as
//! HTML.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]
#![allow(dead_code, reason = "it uses a part of what the other test uses")]

#[path = "reading/letter.rs"]
mod letter;
#[path = "reading/moment.rs"]
mod moment;
#[path = "reading/program.rs"]
mod program;
#[path = "reading/programs.rs"]
mod programs;
#[path = "reading/tongues.rs"]
mod tongues;
#[path = "reading/wire.rs"]
mod wire;

#[path = "threads/world.rs"]
mod world;

#[path = "../src/types/chance.rs"]
mod chance;

use std::collections::BTreeMap;

use chance::Chance;
use letter::{Form, Letter, Paragraph};
use program::{Program, Sends};
use replyd::{
    conversation::quotes,
    mime::{self, Mail},
    store::Place,
};
use tongues::Tongue;
use world::{ADA, SUPPORT, World};

/// Programs that must have been tried.
const PROGRAMS_MIN: usize = 40;

/// In the languages and forms that each writes.
const MAILS_MIN: u64 = 500;

/// Where our page stands in a program's.
const OURS: &str = "@@OURS@@";

/// Those in which a letter says of itself what it is; Japanese gets it in English.
const LANGUAGES: [&str; 14] = ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "hu", "ru", "ja"];

/// Everything a letter can hold.
const WORDS: &str = "Dear Ada,\n\nit left our house on Monday and is **on its way**, as the carrier told us this very morning by \
    telephone; [track it](https://acme.example/track?n=1&x=2) whenever you like.\n\n1. Wait for the bell\n2. Sign\n   - with a pen\n\n\
    | Parcel | Weight |\n|---|---|\n| 1 | 2 kg |\n\n> You wrote: by Friday\n\n```\ncode 4711\n```\n\nKind regards\nGrace";

/// What a letter can hold beside words.
const SHAPES: &str = "| 1 | 2 kg |\n|---|---|\n| 3 | 4 kg |\n\n```\n4711\n```";

/// The words of a letter in that language; in Japanese nobody knows which it is.
fn words(tongue: &Tongue) -> String {
    match tongue.code {
        "en" => WORDS.to_owned(),
        _ => format!("{}\n\n{SHAPES}", tongue.asked.replace('|', "\n\n")),
    }
}

/// Our letter, as a program reads it.
async fn ours(tongue: &Tongue) -> Mail {
    let world = World::new(|address| {
        address.name = Some("Acme Support".into());
        address.signature_markdown = "**Acme Support**\nAcme Ltd · 12 Mill Lane · Springfield".into();
    });
    let asks = format!(
        "From: Ada Lovelace <{ADA}>\r\nTo: {SUPPORT}\r\nSubject: Parcel\r\nDate: Sun, 22 Nov 2026 20:00:00 +0000\r\n\
         Message-ID: <q@customer.example>\r\n\r\nWhere is my parcel?\r\n> you said Monday\r\nIt is Wednesday.\r\n"
    );
    let Place::Conversation { id, .. } = world.receive(asks.as_bytes()).await else { panic!("it opens") };
    let letter = mime::parse(&world.answer(id, &words(tongue)).await);
    let wrote =
        |mail: &Mail| mail.text.lines().find(|line| line.contains("2026") && line.contains("UTC")).map(str::to_owned);
    let is_english = wrote(&letter).unwrap().starts_with("On 22 November 2026");
    assert_eq!(is_english, matches!(tongue.code, "en" | "ja"), "{}: {}", tongue.code, letter.text);
    letter
}

/// What stands in the body of a page.
fn inner(page: &str) -> &str {
    let begin = page.find("<body").and_then(|body| page[body..].find('>').map(|end| body + end + 1)).unwrap();
    &page[begin..page.find("</body>").unwrap()]
}

/// The mail of a program that answers ours.
fn answer(program: &Program, letter: &mut Letter, sends: Sends, ours: &Mail) -> Vec<u8> {
    letter.older = None;
    letter.old =
        ours.text.trim_end().split("\n\n").map(|p| p.lines().map(str::to_owned).collect::<Paragraph>()).collect();
    let plain = |letter: &Letter, how| program.plain(letter, how);
    let text = match sends {
        Sends::Plain(how) | Sends::Both(how, _) => Some((plain(letter, how), how)),
        Sends::Html(_) => None,
    };
    letter.old = vec![vec![OURS.to_owned()]];
    let page = match sends {
        Sends::Html(how) | Sends::Both(_, how) => Some((program.html(letter).replace(OURS, inner(&ours.html)), how)),
        Sends::Plain(_) => None,
    };
    wire::mail(
        letter,
        program.name,
        &program.subject(letter),
        text.as_ref().map(|(text, how)| (text.as_str(), *how)),
        page.as_ref().map(|(page, how)| (page.as_str(), *how)),
    )
}

/// Some of our words.
fn first_words(tongue: &Tongue) -> &str {
    if tongue.code == "en" { "it left our house on Monday" } else { tongue.asked.split('|').next().unwrap() }
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[tokio::test]
async fn what_comes_back_below_an_answer_is_told_from_it_in_every_program() {
    let mut letters = BTreeMap::new();
    for tongue in tongues::all().filter(|tongue| LANGUAGES.contains(&tongue.code)) {
        letters.insert(tongue.code, ours(tongue).await);
    }
    assert_eq!(letters.len(), LANGUAGES.len());
    let (mut programs, mut mails, mut wrong) = (0, 0, Vec::new());
    for program in programs::all() {
        programs += 1;
        for tongue in tongues::all().filter(|tongue| LANGUAGES.contains(&tongue.code)) {
            let known = program.tongues.is_empty() || program.tongues.contains(&tongue.code);
            for (form, sends) in
                [Form::Top, Form::Signature].into_iter().flat_map(|f| program.sends.iter().map(move |s| (f, *s)))
            {
                if !known {
                    continue;
                }
                let mut letter = Letter::by(tongue, form, &mut Chance::new(mails));
                let mail = answer(program, &mut letter, sends, &letters[tongue.code]);
                mails += 1;
                let found = quotes::part(&mime::parse(&mail));
                let written: String = letter.new.iter().flatten().map(String::as_str).collect();
                let is_right = squeeze(&found.new_text) == squeeze(&written);
                if !is_right || !squeeze(&found.quoted_text).contains(&squeeze(first_words(tongue))) {
                    wrong.push(format!("{} {} {form:?} {sends:?}:\n{}\n", program.name, tongue.code, found.new_text));
                }
            }
        }
    }
    assert!(programs >= PROGRAMS_MIN && mails >= MAILS_MIN, "{mails} mails of {programs} programs");
    let (first, all) = (wrong.iter().take(6).cloned().collect::<String>(), wrong.len());
    let names: std::collections::BTreeSet<&str> = wrong.iter().filter_map(|w| w.lines().next()).collect();
    assert!(wrong.is_empty(), "{all} of {mails}:\n{first}\n{names:#?}");
}
