//! Bad input against the daemon as it ships: every time a clear reply, memory within its bound, service going on, and
//! nothing accepted lost.
//!
//! - `REPLYD_HOSTILE_CONNECTIONS`: idle connections, 2,000 when not said. The process must be allowed that many files.
//!
//! The full disk is a small tmpfs, so that part needs to be root; else it is skipped and says so.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

#[path = "growth/axes.rs"]
mod axes;
mod support;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use support::{
    daemon::{Daemon, House},
    mails::{self, Chance},
    names::Names,
    smtp::{Client, queued_as},
};

const BILLING: &str = "billing@acme.example";
const MIB: usize = 1024 * 1024;

/// What a mail over the limit may cost beyond what the daemon has anyway: buffers of one connection, and a piece of a file.
const REFUSED_MAIL_KIB_MAX: u64 = 16 * 1024;

/// What a mail of 9 MiB that is all header, or all parts, may cost: itself read back, and what is kept of it.
const ODD_MAIL_KIB_MAX: u64 = 128 * 1024;

/// What an idle connection may cost.
const IDLE_KIB_MAX: u64 = 24;

/// Connections that are idle.
const IDLE: usize = 2_000;

/// One more mail like any other is taken, and seen; its queue id.
fn normal_mail(daemon: &Daemon, marker: &str) -> String {
    let from = format!("{marker}@customer.example");
    let body = mails::mail(&from, BILLING, &format!("{marker}@mail"), marker, "", "Is everything well?");
    let mut client = Client::greeted(daemon.address()).unwrap();
    let reply = client.mail(&from, &[BILLING], &body).unwrap();
    let id = queued_as(&reply).unwrap_or_else(|| panic!("{marker} was not taken: {reply}\n{}", daemon.log()));
    seen(daemon, &id, &body);
    id
}

/// The mail lies in exactly one conversation, whole.
fn seen(daemon: &Daemon, id: &str, body: &[u8]) {
    let api = daemon.api();
    let why = api.why(id);
    assert_eq!(why["filings"].as_array().unwrap().len(), 1, "{why}");
    let conversation = why["filings"][0]["place"]["conversation"]["id"].as_str().unwrap_or_else(|| panic!("{why}"));
    let conversation = api.conversation(conversation);
    let timeline = conversation["timeline"].as_array().unwrap();
    assert_eq!(timeline.iter().filter(|line| line["kind"] == "mail" && line["id"] == id).count(), 1);
    assert!(api.raw(id).ends_with(body), "{id} is whole");
}

/// S-15: while some send mails of the worst shapes without a pause, everybody else's mail goes through.
#[test]
fn mails_of_the_worst_shapes_keep_nobody_elses_mail_out() {
    const SENDERS: usize = 6;
    const NORMAL: usize = 20;
    const OF_EACH: usize = 5_000;
    let names = Names::start();
    let house = House::new(names.addr(), "", "segment_bytes = 67108864");
    let daemon = house.start();
    let (next, taken, over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let send_the_worst = || {
        let mut client = Client::greeted(daemon.address()).unwrap();
        while !over.load(Ordering::Relaxed) {
            let axis = &axes::AXES[next.fetch_add(1, Ordering::Relaxed) % axes::AXES.len()];
            let body = wire_lines(&(axis.mail)(OF_EACH));
            let reply = client.mail("odd@customer.example", &[BILLING], &body).unwrap();
            assert!(reply.starts_with("250"), "{}: {reply}\n{}", axis.name, daemon.log());
            taken.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(send_the_worst)).collect();
        for place in 0..NORMAL {
            normal_mail(&daemon, &format!("beside-{place}"));
            // None of them has ended: all that time the worst was on its way.
            assert!(senders.iter().all(|sender| !sender.is_finished()), "a sender of bad mails gave up");
        }
        over.store(true, Ordering::Relaxed);
    });
    println!("{} mails of the worst shapes were taken meanwhile", taken.load(Ordering::Relaxed));
    assert!(taken.load(Ordering::Relaxed) > 0);
    daemon.stop();
    house.verify();
}

/// With whole line ends, as a peer must send them.
fn wire_lines(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|b| *b == b'\n').map(|line| line.iter().copied().filter(|b| *b != b'\r'));
    let mut out: Vec<u8> = lines.flat_map(|line| line.chain(*b"\r\n")).collect();
    if bytes.ends_with(b"\n") {
        out.truncate(out.len() - 2);
    }
    out
}

/// The bodies of bad mails begin like good ones.
fn begin(id: &str, extra: &str) -> Vec<u8> {
    let head = mails::mail("odd@customer.example", BILLING, &format!("{id}@mail"), id, extra, "");
    head.strip_suffix(b"\r\n\r\n\r\n").unwrap().to_vec()
}

#[test]
fn a_mail_over_the_limit_hears_552_and_costs_no_memory() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    normal_mail(&daemon, "before");

    // It says its size: refused before a byte of it is sent. RFC 1870 §6.1.
    let mut client = Client::greeted(daemon.address()).unwrap();
    let reply = client.command(&format!("MAIL FROM:<big@customer.example> SIZE={}", 60 * MIB)).unwrap();
    assert!(reply.starts_with("552 5.3.4"), "{reply}");

    // It does not: all of it is taken from the wire, none of it is kept.
    daemon.forget_peak();
    let before = daemon.memory_kib();
    assert_eq!(client.envelope("big@customer.example", &[BILLING]).unwrap(), None);
    assert!(client.command("DATA").unwrap().starts_with("354"));
    client.write(&begin("big", "")).unwrap();
    client.write(b"\r\n\r\n").unwrap();
    let line = [b"x".repeat(998).as_slice(), b"\r\n"].concat();
    let piece = line.repeat(MIB / line.len());
    for _ in 0..=60 {
        client.write(&piece).unwrap();
    }
    client.write(b".\r\n").unwrap();
    let reply = client.reply().unwrap();
    assert!(reply.starts_with("552 5.3.4"), "{reply}");
    let cost = daemon.memory_peak_kib().saturating_sub(before);
    println!("a mail of 60 MiB that was refused cost {cost} KiB at most");
    assert!(cost <= REFUSED_MAIL_KIB_MAX, "{cost} KiB");

    // The connection goes on, and so does the service.
    assert!(client.command("NOOP").unwrap().starts_with("250"));
    normal_mail(&daemon, "after");
    assert_eq!(daemon.api().conversations().len(), 2);
    daemon.stop();
    house.verify();
}

#[test]
fn mails_that_are_all_header_or_all_parts_are_kept_and_seen() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    normal_mail(&daemon, "before");
    for (name, body) in [("deep", deep_mime(10_000)), ("header", many_header_lines(1_000_000))] {
        daemon.forget_peak();
        let (before, began) = (daemon.memory_kib(), Instant::now());
        let mut client = Client::greeted(daemon.address()).unwrap();
        let reply = client.mail("odd@customer.example", &[BILLING], &body).unwrap();
        let id = queued_as(&reply).unwrap_or_else(|| panic!("{name}: {reply}\n{}", daemon.log()));
        seen(&daemon, &id, &body);
        let notes = daemon.api().why(&id)["mail"]["notes"].clone();
        assert!(notes.as_array().is_some_and(|notes| !notes.is_empty()), "what was odd is noted: {notes}");
        let (cost, took) = (daemon.memory_peak_kib().saturating_sub(before), began.elapsed());
        println!("{name}: {} KiB cost {cost} KiB at most and {took:?}: {notes}", body.len() / 1024);
        assert!(cost <= ODD_MAIL_KIB_MAX, "{name}: {cost} KiB");
        normal_mail(&daemon, &format!("after-{name}"));
    }
    daemon.stop();
    house.verify();
}

fn deep_mime(depth: usize) -> Vec<u8> {
    let mut mail = String::from_utf8(begin("deep", "")).unwrap();
    mail = mail.replace("Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/mixed; boundary=\"b0\"");
    mail.push_str("\r\n\r\n");
    for level in 1..=depth {
        let boundary = level - 1;
        mail.push_str(&format!("--b{boundary}\r\nContent-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n"));
    }
    mail.push_str(&format!("--b{depth}\r\nContent-Type: text/plain\r\n\r\nat the bottom\r\n"));
    (0..=depth).rev().for_each(|level| mail.push_str(&format!("--b{level}--\r\n")));
    mail.into_bytes()
}

fn many_header_lines(lines: usize) -> Vec<u8> {
    let mut mail = begin("header", "");
    for line in 0..lines {
        write!(mail, "\r\nX-{}: 1", line % 10).unwrap();
    }
    mail.extend_from_slice(b"\r\n\r\nthe text\r\n");
    mail
}

#[test]
fn who_does_not_speak_smtp_is_told_so_and_let_go() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let before = daemon.memory_kib();
    let mut chance = Chance::new(7);
    for _ in 0..20 {
        let garbage: Vec<u8> = (0..64 * 1024).flat_map(|_| chance.bits().to_le_bytes()).collect();
        let said = what_is_said_to(&daemon, &garbage);
        assert!(said.lines().all(|line| line.starts_with(['2', '4', '5'])), "{said}");
        assert!(said.lines().last().is_some_and(|line| line.starts_with("421")), "it is let go with words: {said}");
    }
    // A TLS hello on the plain port, as a peer sends that believes in implicit TLS: a record that ends in no line.
    let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0xa5; 400]].concat();
    let said = what_is_said_to(&daemon, &hello);
    assert!(said.starts_with("220 "), "{said}");
    let said = what_is_said_to(&daemon, b"GET / HTTP/1.1\r\nHost: mx\r\n\r\n");
    assert!(said.contains("\r\n421 "), "{said}");
    // One line without an end.
    what_is_said_to(&daemon, &vec![b'x'; 8 * MIB]);
    let cost = daemon.memory_kib().saturating_sub(before);
    assert!(cost <= REFUSED_MAIL_KIB_MAX, "{cost} KiB");
    normal_mail(&daemon, "after");
    assert_eq!(daemon.api().conversations().len(), 1, "nothing else was taken for mail");
    daemon.stop();
}

/// Sends bytes and our end; everything that is said. A peer that is let go early may meet a closed connection.
fn what_is_said_to(daemon: &Daemon, bytes: &[u8]) -> String {
    let mut client = Client::silent(daemon.address()).unwrap();
    let began = Instant::now();
    if client.write(bytes).is_ok() {
        let _ = client.end_of_words();
    }
    let said = client.everything();
    assert!(began.elapsed() < Duration::from_secs(20), "it is let go soon");
    said.unwrap()
}

#[test]
fn two_thousand_idle_connections_are_cheap_and_one_more_hears_why_not() {
    let idle = std::env::var("REPLYD_HOSTILE_CONNECTIONS").map_or(IDLE, |text| text.parse().unwrap());
    if let Err(why) = allow_files(idle * 2 + 1_000) {
        println!("skipped: {why}");
        return;
    }
    let names = Names::start();
    let limits = format!("connections_max = {}\nconnections_per_ip_max = {}", idle + 1, idle + 1);
    let house = House::new(names.addr(), &limits, "segment_bytes = 4194304");
    let daemon = house.start();
    normal_mail(&daemon, "before");
    let before = daemon.memory_kib();
    let mut waiting: Vec<Client> = (0..idle).map(|_| Client::greeted(daemon.address()).unwrap()).collect();
    let cost = daemon.memory_kib().saturating_sub(before);
    println!("{idle} idle connections cost {cost} KiB, {} KiB each", cost / idle as u64);
    assert!(cost <= IDLE_KIB_MAX * idle as u64, "{cost} KiB");
    // There is a place left, and a mail goes through it.
    normal_mail(&daemon, "beside");
    // Then there is none. RFC 5321 §4.3.1.
    waiting.push(last_place(&daemon));
    let (_, words) = Client::knock(daemon.address()).unwrap();
    assert!(words.starts_with("421 4.7.0"), "{words}");
    // Whoever waited is still served.
    assert!(waiting[idle / 2].command("NOOP").unwrap().starts_with("250"));
    drop(waiting);
    last_place(&daemon);
    normal_mail(&daemon, "after");
    daemon.stop();
    house.verify();
}

/// A place comes free when the daemon has seen the connection before end.
fn last_place(daemon: &Daemon) -> Client {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        match Client::greeted(daemon.address()) {
            Ok(client) => return client,
            Err(error) => assert!(Instant::now() < until, "no place came free: {error}"),
        }
    }
}

/// Asks the system for that many files for this process and the ones it starts.
fn allow_files(count: usize) -> Result<(), String> {
    let limits = fs::read_to_string("/proc/self/limits").map_err(|error| error.to_string())?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    if line.split_whitespace().next().and_then(|soft| soft.parse().ok()).is_some_and(|soft: usize| soft >= count) {
        return Ok(());
    }
    let process = std::process::id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &process, &format!("--nofile={count}:")]).status();
    match raised {
        Ok(status) if status.success() => Ok(()),
        other => Err(format!("{count} open files are not allowed here: {other:?}")),
    }
}

#[test]
fn a_mail_that_is_coming_in_when_the_daemon_is_told_to_end_is_kept() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let body = mails::mail("slow@customer.example", BILLING, "slow@mail", "slow", "", "first\r\nlast");
    let (first, last) = body.split_at(body.len() - 8);
    let mut sending = Client::greeted(daemon.address()).unwrap();
    assert_eq!(sending.envelope("slow@customer.example", &[BILLING]).unwrap(), None);
    assert!(sending.command("DATA").unwrap().starts_with("354"));
    sending.write(first).unwrap();
    let mut idle = Client::greeted(daemon.address()).unwrap();
    daemon.terminate();
    // Who has nothing running hears it at once. RFC 5321 §3.8.
    assert!(idle.reply().unwrap().starts_with("421"));
    // Nobody new comes in.
    if let Ok((_, words)) = Client::knock(daemon.address()) {
        assert!(words.starts_with("421"), "{words}");
    }
    sending.write(&[last, b".\r\n"].concat()).unwrap();
    let reply = sending.reply().unwrap();
    let id = queued_as(&reply).unwrap_or_else(|| panic!("{reply}"));
    assert!(sending.reply().unwrap().starts_with("421"), "and then it is over");
    let status = daemon.ended();
    assert_eq!(status.code(), Some(0));
    let daemon = house.start();
    seen(&daemon, &id, &body);
    daemon.stop();
    house.verify();
}

/// A file system in memory; unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path, size: &str) -> Result<Self, String> {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={size},mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).output();
        match mounted {
            Ok(done) if done.status.success() => Ok(Self(at.to_owned())),
            Ok(done) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Writes zeros until there is no room.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = fs::File::options().create(true).append(true).open(&path).unwrap();
        let mut piece = vec![0; MIB];
        while !piece.is_empty() {
            if file.write_all(&piece).is_err() {
                piece.truncate(piece.len() / 2);
            }
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_for_now_and_loses_nothing() {
    let names = Names::start();
    let house = House::new(names.addr(), "", "segment_bytes = 1048576\nindex_cache_bytes = 8388608");
    let disk = match SmallDisk::mount(&house.data(), "48m") {
        Ok(disk) => disk,
        Err(why) => {
            println!("skipped, no file system can be mounted here: {why}");
            return;
        }
    };
    let daemon = house.start();
    let mut taken = vec![normal_mail(&daemon, "before")];
    let mut chance = Chance::new(11);
    for round in 0..3 {
        let ballast = disk.fill();
        // What the journal has room for is still taken; then there are clear words, and for every size.
        let refused = until_refused(&daemon, &mut chance, &mut taken, round);
        assert!(refused.starts_with("451 4.3.0") || refused.starts_with("452 4.3.1"), "{refused}");
        for octets in [300, 400_000] {
            let reply = one_mail(&daemon, &mut chance, octets, &mut taken);
            assert!(reply.starts_with("45") || reply.starts_with("250"), "{reply}");
        }
        // What was taken can be read all the while.
        taken.iter().for_each(|id| assert!(!daemon.api().raw(id).is_empty()));
        fs::remove_file(ballast).unwrap();
        until_taken(&daemon, &mut chance, &mut taken);
        taken.push(normal_mail(&daemon, &format!("room-again-{round}")));
    }
    // A crash and a start on a full disk: perhaps no start, but nothing is lost.
    let ballast = disk.fill();
    daemon.kill();
    if let Err(log) = house.spawn().until_ready_or_ended() {
        println!("no start on a full disk:\n{log}");
    }
    fs::remove_file(ballast).unwrap();
    let daemon = house.start();
    for id in &taken {
        assert_eq!(daemon.api().why(id)["filings"].as_array().unwrap().len(), 1);
    }
    normal_mail(&daemon, "after");
    assert_eq!(daemon.api().conversations().len(), taken.len() + 1);
    daemon.stop();
    house.verify();
}

/// Sends small mails until one is not taken; what was said to it.
fn until_refused(daemon: &Daemon, chance: &mut Chance, taken: &mut Vec<String>, round: u32) -> String {
    for _ in 0..3_000 {
        let reply = one_mail(daemon, chance, 2_000, taken);
        if !reply.starts_with("250") {
            println!("round {round}, {} taken so far: {reply}", taken.len());
            return reply;
        }
    }
    panic!("the disk never was full:\n{}", daemon.log());
}

/// Room is looked for now and then: sends small mails until one is taken.
fn until_taken(daemon: &Daemon, chance: &mut Chance, taken: &mut Vec<String>) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let reply = one_mail(daemon, chance, 2_000, taken);
        if reply.starts_with("250") {
            return;
        }
        assert!(reply.starts_with("45"), "{reply}");
        assert!(Instant::now() < until, "there is room and no mail is taken: {reply}\n{}", daemon.log());
        thread::sleep(Duration::from_millis(100));
    }
}

fn one_mail(daemon: &Daemon, chance: &mut Chance, octets: usize, taken: &mut Vec<String>) -> String {
    let id = format!("{:016x}", chance.bits());
    let (from, text) = (format!("{id}@customer.example"), mails::filler(chance, octets));
    let body = mails::mail(&from, BILLING, &format!("{id}@mail"), &id, "", &text);
    let mut client = Client::greeted(daemon.address()).unwrap();
    let reply = client.mail(&from, &[BILLING], &body).unwrap();
    taken.extend(queued_as(&reply));
    reply
}
