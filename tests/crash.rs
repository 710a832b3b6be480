//! `kill -9` at random moments under load: whoever heard 250 finds the mail once, nothing is half there, nothing is
//! answered twice.
//!
//! The oracle knows only what the senders were told and which letters came out. What a kill cannot show is what a power
//! cut does to the disk's own cache: the tests of the journal do that.
//!
//! - `REPLYD_CRASH_CYCLES`: kills, 20 when not said; 200 for a long run.
//! - `REPLYD_CRASH_SEED`: repeats the choices of a run; it is printed. The moments of the scheduler do not repeat.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

#[path = "crash/load.rs"]
mod load;
#[path = "crash/oracle.rs"]
mod oracle;
mod support;

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use load::Sent;
use oracle::Oracle;
use support::{
    daemon::{Daemon, House, STARTS_WITHIN},
    mails::Chance,
    names::Names,
};

const CYCLES: u64 = 20;
const SENDERS: usize = 6;

/// A kill comes so long after the first mail at the latest.
const KILLED_WITHIN_MILLIS: u64 = 700;

/// Some kills come while the daemon is still starting.
const KILLED_STARTING_WITHIN_MILLIS: u64 = 60;

#[test]
fn whoever_heard_250_finds_the_mail_once_whenever_the_daemon_is_killed() {
    let (cycles, mut chance) = (setting("REPLYD_CRASH_CYCLES").unwrap_or(CYCLES), Chance::new(seed()));
    let names = Names::start();
    // Small segments, so that kills also meet the change from one to the next.
    let house = House::plain(&names);
    let (mut oracle, mut slowest, mut starts_killed) = (Oracle::default(), Duration::ZERO, 0);
    let mut last = Vec::new();
    for cycle in 0..=cycles {
        while cycle > 0 && chance.percent(30) {
            let starting = house.spawn();
            thread::sleep(Duration::from_millis(chance.below(KILLED_STARTING_WITHIN_MILLIS)));
            starting.kill();
            starts_killed += 1;
        }
        if chance.percent(10) {
            house.verified(&["verify", "--json"]);
        }
        let daemon = house.start();
        slowest = slowest.max(daemon.took);
        oracle.check_taken(&daemon.api(), &last);
        let again = oracle.take_unheard(|| chance.percent(50));
        // The last one ends as a service manager ends it.
        let sent = under_load(daemon, &house, again, &mut chance, cycle == cycles);
        last = sent.iter().map(|mail| mail.marker.clone()).collect();
        oracle.learn(sent);
    }
    let daemon = house.start();
    oracle.check_taken(&daemon.api(), &last);
    oracle.check_everything(&daemon.api(), &house.outbox());
    daemon.stop();
    house.verify();
    let ((mails, heard, again), letters) = (oracle.counts(), oracle::known(&house.outbox()).len());
    println!(
        "{cycles} kills under load and {starts_killed} of a start: {mails} mails, {heard} heard 250, {again} of them not at once, {letters} answered; \
         the slowest start took {slowest:?}"
    );
    assert!(heard > 0 && letters > 0, "the load does not do what it should");
    assert!(slowest < STARTS_WITHIN);
}

/// Lets the senders send, and ends the daemon under them.
fn under_load(daemon: Daemon, house: &House, mut again: Vec<Sent>, chance: &mut Chance, gently: bool) -> Vec<Sent> {
    let (address, known) = (daemon.address(), oracle::known(&house.outbox()));
    let moment = Instant::now() + Duration::from_millis(chance.below(KILLED_WITHIN_MILLIS));
    thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let again = again.split_off(again.len() - again.len() / (SENDERS - sender));
                let (name, chance, known) = (format!("{:x}-{sender}", chance.bits() as u32), chance.child(), &known);
                scope.spawn(move || load::send_until_the_end(address, chance, again, known, &name))
            })
            .collect();
        // Any moment will do: that it is not chosen is the point.
        thread::sleep(moment.saturating_duration_since(Instant::now()));
        if gently {
            daemon.stop()
        } else {
            daemon.kill()
        }
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    })
}

fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = setting("REPLYD_CRASH_SEED").unwrap_or(now.as_nanos() as u64);
    println!("REPLYD_CRASH_SEED={seed}");
    seed
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
