//! How long reading a mail takes: parsed, its new words told from the rest, and rendered. Beside it mail-parser alone on the
//! same octets, and talon on the same texts.
//!
//!     deploy/bench-reading.sh                     with talon, which it fetches from PyPI, built as packages ship
//!     cargo bench --bench reading                 without
//!
//! Each round measures everybody once, one after the other; medians of the rounds, and of the ratios of each round. Time is
//! processor time of the thread, so that other programs on the machine change little.

#![allow(unsafe_code, reason = "a clock of the system")]

mod mails;
mod talon;

use std::{fs, hint::black_box};

use mail_parser::MessageParser;
use mails::Sample;
use replyd::{
    conversation::quotes,
    mime,
    rendering::{self, Options},
    types::MailId,
};
use talon::Talon;

/// As in the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 15;
/// Times each reads the mail in a round.
const TIMES: u32 = 40;
const TIMES_TALON: u32 = 3;

fn main() {
    long_mail();
    let mut talon = Talon::start();
    println!("\n| mail | octets | parse | separate | render | in all | mail-parser | times | talon | 1/talon |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for sample in [mails::gmail(), mails::outlook(), mails::plain()] {
        row(&sample, talon.as_mut());
    }
    println!();
    for sample in [mails::gmail(), mails::outlook()] {
        second_wall(&sample);
    }
}

/// What ammonia needs with rules of its own for the page that we made: rendering cannot cost less while it is the second wall.
fn second_wall(sample: &Sample) {
    let page = rendering::page(&mime::parse(&sample.raw), &OPTIONS).html;
    let rounds = (0..ROUNDS).map(|_| in_turn([&|| ammonia::clean(&page).len() as u64])[0]).collect();
    println!("ammonia alone, {}, {} octets: {:.0} µs", sample.name, page.len(), median(rounds) / 1_000.0);
}

/// What one round found, in nanoseconds for one mail.
#[derive(Default)]
struct Rounds {
    parse: Vec<f64>,
    separate: Vec<f64>,
    render: Vec<f64>,
    whole: Vec<f64>,
    parser: Vec<f64>,
    talon: Vec<f64>,
}

fn row(sample: &Sample, mut talon: Option<&mut Talon>) {
    let mut rounds = Rounds::default();
    let mail = mime::parse(&sample.raw);
    for _ in 0..ROUNDS {
        let [parser, whole, parse, separate, render] = in_turn([
            &|| u64::from(MessageParser::default().parse(&sample.raw).is_some()),
            &|| read(&sample.raw),
            &|| mime::parse(&sample.raw).text.len() as u64,
            &|| quotes::part(&mail).segments.len() as u64,
            &|| rendering::page(&mail, &OPTIONS).html.len() as u64,
        ]);
        rounds.parser.push(parser);
        rounds.whole.push(whole);
        rounds.parse.push(parse);
        rounds.separate.push(separate);
        rounds.render.push(render);
        rounds.talon.extend(talon.as_mut().map(|talon| talon.nanos(sample, TIMES_TALON)));
    }
    let ratios = |of: &[f64], to: &[f64]| median(of.iter().zip(to).map(|(of, to)| of / to).collect());
    let micros = |nanos: &Vec<f64>| format!("{:.0} µs", median(nanos.clone()) / 1_000.0);
    let (talon, share) = if rounds.talon.is_empty() {
        ("-".to_owned(), "-".to_owned())
    } else {
        (micros(&rounds.talon), format!("1/{:.0}", ratios(&rounds.talon, &rounds.whole)))
    };
    println!(
        "| {} | {} | {} | {} | {} | {} | {} | {:.1} | {talon} | {share} |",
        sample.name,
        sample.raw.len(),
        micros(&rounds.parse),
        micros(&rounds.separate),
        micros(&rounds.render),
        micros(&rounds.whole),
        micros(&rounds.parser),
        ratios(&rounds.whole, &rounds.parser),
    );
}

const OPTIONS: Options = Options { id: MailId(1) };

/// The whole of it, as the daemon and the inbox do it.
fn read(raw: &[u8]) -> u64 {
    let mail = mime::parse(raw);
    (quotes::part(&mail).new_text.len() + rendering::page(&mail, &OPTIONS).html.len()) as u64
}

/// 25 MB with attachments: what it takes beyond its own octets. First of all, while the memory of the process is still small.
fn long_mail() {
    let raw = mails::long();
    black_box(read(&mails::gmail().raw));
    let before = status_kib("VmRSS:");
    // proc(5): 5 forgets the peak.
    fs::write("/proc/self/clear_refs", "5").expect("Linux forgets a peak");
    let began = processor_nanos();
    let mail = mime::parse(&raw);
    let parsed = processor_nanos() - began;
    black_box(quotes::part(&mail));
    black_box(rendering::page(&mail, &OPTIONS));
    let octets: usize =
        mail.attachments.iter().flat_map(|attachment| attachment.reader(&raw)).map(|piece| piece.len()).sum();
    let whole = processor_nanos() - began;
    println!(
        "a mail of {:.1} MB, {} attachments of {:.1} MB decoded: parsed in {:.0} ms, with separation, rendering and decoding \
         again {:.0} ms; {} KiB of memory at most beyond its octets",
        raw.len() as f64 / 1e6,
        mail.attachments.len(),
        octets as f64 / 1e6,
        parsed as f64 / 1e6,
        whole as f64 / 1e6,
        status_kib("VmHWM:").saturating_sub(before)
    );
    let began = processor_nanos();
    black_box(MessageParser::default().parse(&raw));
    println!("mail-parser alone parses it in {:.0} ms", (processor_nanos() - began) as f64 / 1e6);
}

fn status_kib(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of itself");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("it tells this");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Nanoseconds of each, for one call of many. They take turns: each finds the processor's caches as another left them.
fn in_turn<const N: usize>(works: [&dyn Fn() -> u64; N]) -> [f64; N] {
    let mut nanos = [0; N];
    for _ in 0..TIMES {
        for (nanos, work) in nanos.iter_mut().zip(works) {
            let began = processor_nanos();
            black_box(work());
            *nanos += processor_nanos() - began;
        }
    }
    nanos.map(|nanos| nanos as f64 / f64::from(TIMES))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Of this thread.
fn processor_nanos() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is ours and outlives the call.
    let done = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(done, 0, "the system has no clock for processor time");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
