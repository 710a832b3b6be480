//! Mails as mail programs write them, in many languages, and what of them is new.
//!
//! The letters know what their writers wrote; `conversation::quotes` sees only what the programs made of it. Nothing here
//! knows how quotes are found: words and forms come from what the programs write.
//!
//! A program writes each language in five of the seven forms, in turn, and of the ways in which it sends (text, HTML,
//! both) each form meets one, so that the short run stays short.
//!
//! - `REPLYD_READING_SHARE`: reads one mail in so many, all of these when not said; 0: each form in every way.
//! - `REPLYD_READING_SEED`: other letters; 0 when not said.
//! - `REPLYD_READING_SHOWN`: how many kinds of failure are shown in full.
//! - `REPLYD_READING_PROGRAM`: only programs whose name begins so.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

#[path = "reading/letter.rs"]
mod letter;
#[path = "reading/moment.rs"]
mod moment;
#[path = "reading/odd.rs"]
mod odd;
#[path = "reading/oracle.rs"]
mod oracle;
#[path = "reading/program.rs"]
mod program;
#[path = "reading/programs.rs"]
mod programs;
#[path = "reading/score.rs"]
mod score;
#[path = "reading/tongues.rs"]
mod tongues;
#[path = "reading/wire.rs"]
mod wire;

#[path = "../src/types/chance.rs"]
mod chance;

use std::thread;

use chance::Chance;
use letter::{Form, Letter};
use program::{Program, Sends};
use replyd::{conversation::quotes, mime};
use score::{Read, Score};

/// Of all mails, so many in a thousand must be read right.
const RIGHT_PER_MILLE_MIN: usize = 995;

const MAILS_MIN: usize = 5_000;

/// Kinds of failure shown in full when nobody says how many.
const SHOWN: usize = 6;

#[test]
fn what_a_writer_wrote_is_found_whole_and_clean_in_the_mail_of_any_program_and_language() {
    let share = setting("REPLYD_READING_SHARE").map_or(1, |text| text.parse().unwrap());
    let seed = setting("REPLYD_READING_SEED").map_or(0, |text| text.parse().unwrap());
    let shown = setting("REPLYD_READING_SHOWN").map_or(SHOWN, |text| text.parse().unwrap());
    let begins = setting("REPLYD_READING_PROGRAM").unwrap_or_default();
    let programs: Vec<&Program> = programs::all().filter(|program| program.name.starts_with(&begins)).collect();
    let score = thread::scope(|scope| {
        let threads: Vec<_> = programs
            .chunks(programs.len().div_ceil(4))
            .map(|some| {
                scope.spawn(move || {
                    some.iter().fold(Score::default(), |score, program| score + read(program, share, seed))
                })
            })
            .collect();
        threads.into_iter().fold(Score::default(), |score, thread| score + thread.join().unwrap())
    });
    println!("{score}");
    let whole = share == 1 && begins.is_empty();
    assert!(!whole || score.mails() >= MAILS_MIN, "{} mails; {MAILS_MIN} at least", score.mails());
    assert!(score.lost() == 0 && score.right_per_mille() >= RIGHT_PER_MILLE_MIN, "{}", score.verdict(shown));
}

/// Reads the mails of a program in every language and form it can write.
fn read(program: &'static Program, share: u64, seed: u64) -> Score {
    let mut score = Score::default();
    let known = |code: &str| program.tongues.is_empty() || program.tongues.contains(&code);
    for (place, tongue) in tongues::all().enumerate().filter(|(_, tongue)| known(tongue.code)) {
        for (kind, form) in Form::ALL.into_iter().enumerate() {
            for (way, sends) in program.sends.iter().enumerate() {
                let seed = (seed << 24) + ((place as u64) << 16) + ((kind as u64) << 8) + way as u64;
                let mut chance = Chance::new(seed ^ hash(program.name));
                let form_is_due = (place * 5 + kind * 3 + program.name.len()) % 7 < 5;
                let way_is_due = (place + kind) % program.sends.len() == way;
                let turn = share == 0 || (form_is_due && way_is_due);
                if !turn || chance.below(share) != 0 || !writes(program, form, *sends) {
                    continue;
                }
                let letter = Letter::by(tongue, form, &mut chance);
                let mail = program.write(&letter, *sends);
                let found = quotes::part(&mime::parse(&mail));
                let fault = oracle::fault(&letter, &(program.over_forward)(&letter.scene), &found);
                score.add(Read { program: program.name, tongue: tongue.code, form, sends: *sends, fault, mail, found });
            }
        }
    }
    score
}

/// Nobody answers below or between words that are not marked: that could not be read again.
fn writes(program: &Program, form: Form, sends: Sends) -> bool {
    let apart = match sends {
        Sends::Plain(_) => program.marks_plain(),
        Sends::Html(_) => program.page.quote.0.contains("<blockquote"),
        Sends::Both(..) => program.marks_plain() && program.page.quote.0.contains("<blockquote"),
    };
    apart || !matches!(form, Form::Bottom | Form::Inline)
}

fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
