//! Twice as much of anything in a mail never costs more than 2.2 times as much, and memory stays under its bound (S-15, S-17).
//!
//! Each axis is measured at n, 2n and 4n, far out and, where a cap stands, just below it. What counts: octets and calls of the
//! allocator, which are the same every time, and time on the processor, of which the best of several rounds is taken. What
//! seems to cost too much is measured again a few times: what truly grows with the square costs four times as much in every
//! round. Other work on the machine lengthens time, so the short run judges time by both doublings together, where a square
//! shows as sixteen times and a line as four; the long run, on a quiet machine, holds every doubling to the bound.
//!
//! - `REPLYD_GROWTH`: the largest number of each thing, 4,000 when not said; 1,000,000 for the long run.
//! - `REPLYD_GROWTH_AXIS`: only axes whose name holds this.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

#[path = "growth/axes.rs"]
mod axes;
#[path = "growth/meter.rs"]
mod meter;
mod support;

use std::{cell::Cell, hint::black_box};

use axes::{AXES, FIELDS, OPENINGS, unterminated};
use meter::{Cost, Whose, alone, cost};
use replyd::{
    auth::Authenticator,
    config::{self, Config},
    conversation::{self, Directory, Registered, ReplyKeys, quotes},
    intake::{Judge, Line},
    mime::{self, Mail},
    rendering::{self, Options},
    smtp::{Body, Intake},
    store::Store,
    types::{Address, Clock, Envelope, IdMaker, MailId, Recipient, Secret},
};
use support::names::Names;

/// The largest number when nobody says one.
const LARGEST: usize = 4_000;

/// What a doubling may cost.
const DOUBLING_MAX: f64 = 2.2;

/// What two doublings may take of the processor in the short run, when other tests run beside this one.
const TWO_DOUBLINGS_NANOS_MAX: f64 = 8.0;

/// Below these differences a ratio says nothing. Where threads and DNS take part, chance does.
const NANOS_SLACK: f64 = 60_000.0;
const NANOS_SLACK_OF_ALL: f64 = 1_000_000.0;
const OCTETS_SLACK: f64 = 32_768.0;
const CALLS_SLACK: f64 = 64.0;

/// Rounds of which the best counts, and how many more a bad one gets.
const ROUNDS: usize = 2;
const ROUNDS_MORE: usize = 8;

/// What takes so long is measured twice only: chance does not add that much.
const NANOS_NO_REPEAT: u64 = 1_000_000_000;

/// Memory that reading a mail may take at once: so many times its length, and this.
const PEAK_TIMES_MAX: u64 = 24;
const PEAK_OCTETS: u64 = 1024 * 1024;

fn largest() -> usize {
    std::env::var("REPLYD_GROWTH").map_or(LARGEST, |text| text.parse().unwrap())
}

fn is_long() -> bool {
    largest() > LARGEST
}

fn is_wanted(name: &str) -> bool {
    std::env::var("REPLYD_GROWTH_AXIS").map_or(true, |part| name.contains(&part))
}

/// Measures work at three sizes; what grew too much, in words.
fn growth<T>(whose: Whose, inputs: &[T; 3], mut work: impl FnMut(&T)) -> Option<String> {
    let mut best: [Option<Cost>; 3] = [None; 3];
    let mut verdict = None;
    for round in 0..ROUNDS + ROUNDS_MORE {
        for (input, best) in inputs.iter().zip(&mut best) {
            let ((), new) = cost(whose, || work(input));
            let old = best.unwrap_or(new);
            *best = Some(Cost {
                calls: old.calls.min(new.calls),
                octets: old.octets.min(new.octets),
                peak: old.peak.min(new.peak),
                nanos: old.nanos.min(new.nanos),
            });
        }
        verdict = too_much(whose, &best.map(Option::unwrap_or_default));
        let slow = best[2].is_some_and(|cost| cost.nanos > NANOS_NO_REPEAT);
        if round + 1 >= ROUNDS && (verdict.is_none() || slow) {
            break;
        }
    }
    verdict
}

fn too_much(whose: Whose, costs: &[Cost; 3]) -> Option<String> {
    let nanos_slack = match whose {
        Whose::Thread => NANOS_SLACK,
        Whose::Process => NANOS_SLACK_OF_ALL,
    };
    type Measure = (&'static str, fn(&Cost) -> u64, fn([f64; 3], f64) -> bool, f64);
    let measures: [Measure; 3] = [
        ("ns on the processor", |cost| cost.nanos, if is_long() { is_steep } else { is_far_too_steep }, nanos_slack),
        ("octets allocated", |cost| cost.octets, is_steep, OCTETS_SLACK),
        ("allocations", |cost| cost.calls, is_steep, CALLS_SLACK),
    ];
    measures.iter().find_map(|(unit, of, grew, slack)| {
        let values = costs.map(|cost| of(&cost) as f64);
        grew(values, *slack).then(|| format!("{:.0} → {:.0} → {:.0} {unit}", values[0], values[1], values[2]))
    })
}

fn is_steep(values: [f64; 3], slack: f64) -> bool {
    values.windows(2).any(|two| two[1] > two[0] * DOUBLING_MAX + slack)
}

fn is_far_too_steep([first, _, last]: [f64; 3], slack: f64) -> bool {
    last > first * TWO_DOUBLINGS_NANOS_MAX + slack
}

/// The numbers at which an axis is looked at.
fn scales(cap: Option<usize>) -> impl Iterator<Item = [usize; 3]> {
    cap.into_iter().chain([largest()]).map(|most| [most / 4, most / 2, most])
}

fn envelope() -> Envelope {
    let clock = Clock::system();
    Envelope {
        id: IdMaker::new(clock.clone(), 0).mail(),
        arrived: clock.now(),
        peer: [127, 0, 0, 1].into(),
        helo: "mail.customer.example".into(),
        esmtp: true,
        tls: None,
        mail_from: Some(Address::parse("ada@customer.example").unwrap()),
        recipients: vec![Recipient { address: Address::parse("support@acme.example").unwrap() }],
        smtputf8: false,
    }
}

fn keys() -> ReplyKeys {
    ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte")])
}

/// Every step that reads a mail, each by itself.
fn steps_that_grow(name: &str, sizes: [usize; 3], mail: &dyn Fn(usize) -> Vec<u8>, found: &mut Vec<String>) {
    let raw = sizes.map(mail);
    let mut grew = |step: &str, growth: Option<String>| {
        found.extend(growth.map(|growth| format!("{name}, {sizes:?}: {step}: {growth}")));
    };
    grew("mime::parse", growth(Whose::Thread, &raw, |raw| drop(black_box(mime::parse(raw)))));
    let mails = raw.each_ref().map(|raw| mime::parse(raw));
    let shown = Options { id: MailId(1) };
    let render = |mail: &Mail| drop(black_box(rendering::page(mail, &shown)));
    grew("rendering::page", growth(Whose::Thread, &mails, render));
    let envelope = envelope();
    let classify = |mail: &Mail| drop(black_box(conversation::classify(mail, &envelope)));
    grew("conversation::classify", growth(Whose::Thread, &mails, classify));
    grew("quotes::part", growth(Whose::Thread, &mails, |mail| drop(black_box(quotes::part(mail)))));
    let read = mails.map(|mail| {
        let (class, parted) = (conversation::classify(&mail, &envelope).class, quotes::part(&mail));
        (mail, parted, class)
    });
    let keys = keys();
    let lookups = |(mail, parted, class): &(Mail, quotes::Parted, conversation::Class)| {
        drop(black_box(conversation::lookups(mail, Some(parted), *class, None, &keys, &[])));
        drop(black_box(conversation::bounce(mail, *class)));
    };
    grew("conversation::lookups", growth(Whose::Thread, &read, lookups));
    // The bound of memory, at the largest.
    let (_, reading) = cost(Whose::Thread, || quotes::part(&mime::parse(&raw[2])));
    let bound = raw[2].len() as u64 * PEAK_TIMES_MAX + PEAK_OCTETS;
    let over = (reading.peak > bound).then(|| format!("{} octets at once for {}", reading.peak, raw[2].len()));
    grew("memory", over);
}

fn nothing_grew(found: &[String]) {
    assert!(found.is_empty(), "{} steps grow too fast:\n{}\n", found.len(), found.join("\n"));
}

#[test]
fn twice_as_much_of_anything_costs_twice_as_much_s15_s17() {
    let _alone = alone();
    let mut found = Vec::new();
    for axis in AXES.iter().filter(|axis| is_wanted(axis.name)) {
        for sizes in scales(axis.cap) {
            let ((), all) = cost(Whose::Thread, || steps_that_grow(axis.name, sizes, &axis.mail, &mut found));
            // Seen with --nocapture: a long run is watched.
            println!("{}, {sizes:?}: measured in {} ms", axis.name, all.nanos / 1_000_000);
        }
    }
    nothing_grew(&found);
}

#[test]
fn what_opens_and_never_closes_costs_no_more_than_its_length_s15() {
    let _alone = alone();
    let mut found = Vec::new();
    for field in FIELDS {
        for opening in OPENINGS {
            let name = format!("{field}: {opening}");
            if is_wanted(&name) {
                let sizes = [largest() / 8, largest() / 4, largest() / 2];
                steps_that_grow(&name, sizes, &|n| unterminated(field, opening, n), &mut found);
            }
        }
    }
    nothing_grew(&found);
}

/// The whole way from the last dot to the 250: proof over real DNS, class, keys, filing, the write.
struct WholeLine {
    runtime: tokio::runtime::Runtime,
    line: Line,
    taken: Cell<usize>,
    _names: Names,
}

impl WholeLine {
    fn open() -> Self {
        let names = Names::start();
        let text = format!(
            "[smtp]\nhostname = \"mx.acme.example\"\n[auth]\nresolvers = [\"{}\"]\n\
             [[address]]\naddress = \"support@acme.example\"\nautopilot = \"on\"\n",
            names.addr()
        );
        let config: Config = config::parse(&text, std::path::Path::new(".")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let guard = runtime.enter();
        let address = |text| Address::parse(text).unwrap();
        let ours =
            Registered { address: address("support@acme.example"), destination: address("in+k@mx.acme.example") };
        let directory = Directory::new(vec![ours], address("in@mx.acme.example"));
        let authenticator = Authenticator::new(&config.auth, Vec::new());
        let judge = Judge::new(&config, directory, authenticator, keys());
        let clock = Clock::system();
        let line = Line::new(judge.into(), Store::testing_memory(clock.clone()), clock, &config.limits);
        drop(guard);
        Self { runtime, line, taken: Cell::new(0), _names: names }
    }

    /// Each time another mail: a second copy would cost less.
    fn takes(&self, mail: &[u8]) {
        self.taken.set(self.taken.get() + 1);
        let body = [format!("Message-ID: <{}@r.example>\r\n", self.taken.get()).as_bytes(), mail].concat();
        let receiving = self.line.receive(envelope(), Body::uncounted(body));
        let accepted = self.runtime.block_on(receiving).unwrap();
        assert!(!accepted.is_duplicate());
    }
}

#[test]
fn the_whole_intake_line_costs_no_more_than_a_mails_length_s15() {
    let _alone = alone();
    let line = WholeLine::open();
    let mut found = Vec::new();
    for axis in AXES.iter().filter(|axis| is_wanted(axis.name)) {
        for sizes in scales(axis.cap) {
            let raw = sizes.map(axis.mail);
            let growth = growth(Whose::Process, &raw, |raw| line.takes(raw));
            found.extend(growth.map(|growth| format!("{}, {sizes:?}: {growth}", axis.name)));
        }
    }
    nothing_grew(&found);
}

#[test]
fn reading_a_mail_takes_six_times_its_length_at_once_at_most_s15() {
    const TIMES_MAX: u64 = 6;
    // What a thousand fields and five hundred parts take, however short.
    const OCTETS: u64 = 512 * 1024;
    let _alone = alone();
    let mut found = Vec::new();
    let mut shapes: Vec<(String, Vec<u8>)> = AXES
        .iter()
        .flat_map(|axis| axis.cap.into_iter().chain([largest()]).map(|n| (axis.name.to_owned(), (axis.mail)(n))))
        .collect();
    for field in FIELDS {
        shapes.extend(OPENINGS.map(|opening| (format!("{field}: {opening}"), unterminated(field, opening, largest()))));
    }
    // The tables of words are made once, for all mails.
    drop(quotes::part(&mime::parse(b"\r\nOn 1/2/2026, Ada wrote:\r\n> one\r\n\r\nRegards\r\nAda\r\n")));
    for (name, raw) in shapes.iter().filter(|(name, _)| is_wanted(name)) {
        let (mail, reading) = cost(Whose::Thread, || mime::parse(raw));
        if reading.peak > raw.len() as u64 * TIMES_MAX + OCTETS {
            found.push(format!("{name}: {} octets at once for {}", reading.peak, raw.len()));
        }
        let read = if mail.text_from_html { mail.html.len() } else { mail.text.len() };
        let (_, parting) = cost(Whose::Thread, || quotes::part(&mail));
        if parting.peak > read as u64 * TIMES_MAX + OCTETS {
            found.push(format!("{name}: {} octets at once to part {read}", parting.peak));
        }
    }
    nothing_grew(&found);
}

/// Lines of base64, so many octets in all.
fn base64_lines(octets: usize) -> String {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n";
    line.repeat(octets / line.len())
}

#[test]
fn a_25_mb_mail_of_attachments_costs_no_memory_to_read_s15() {
    const MAIL_OCTETS: usize = 25 * 1000 * 1000;
    const EXTRA_OCTETS_MAX: u64 = 1024 * 1024;
    let _alone = alone();
    let one = |headers: &str, body: &str| format!("--b\r\n{headers}\r\n\r\n{body}\r\n");
    let pdf = "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64";
    let quoted = "Content-Type: text/csv; name=a.csv\r\nContent-Transfer-Encoding: quoted-printable";
    for parts in [
        one(pdf, &base64_lines(MAIL_OCTETS)),
        one(pdf, &base64_lines(MAIL_OCTETS / 10)).repeat(10),
        one(quoted, &"=41=42=43 and some words=\r\n".repeat(MAIL_OCTETS / 27)),
        one("Content-Type: application/zip", &"x".repeat(MAIL_OCTETS)),
        one("Content-Type: message/rfc822", &format!("Subject: x\r\n\r\n{}", "words\r\n".repeat(MAIL_OCTETS / 7))),
    ] {
        let head = "From: ada@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
        let raw = format!("{head}--b\r\n\r\nhello\r\n{parts}--b--\r\n");

        let (mail, reading) = cost(Whose::Thread, || mime::parse(raw.as_bytes()));
        let attached = mail.attachments.last().unwrap();
        let (octets, decoding): (usize, _) =
            cost(Whose::Thread, || attached.reader(raw.as_bytes()).map(|piece| piece.len()).sum());

        assert!(raw.len() > MAIL_OCTETS - 1000, "{}", raw.len());
        assert!(mail.text == "hello" && attached.size == octets && octets > 1000 * 1000, "{octets}");
        assert!(reading.peak < EXTRA_OCTETS_MAX, "{} octets at once to read {}", reading.peak, attached.kind);
        assert!(decoding.peak < EXTRA_OCTETS_MAX, "{} octets at once to decode {}", decoding.peak, attached.kind);
    }
}
