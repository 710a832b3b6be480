//! `kill -9` while replies leave to a server that counts: each arrives, and one that arrives twice says that it may have.
//!
//! The oracle knows only what the API answered and what the server took. Some kills come at any moment, others as soon as
//! the server has seen something: a claim that has just been made, the dot before it is answered, the answer itself.
//!
//! - `REPLYD_LEAVING_KILLS`: kills, 10 when not said; 200 for a long run. There are ten replies for each.
//! - `REPLYD_LEAVING_CRASH_SEED`: repeats the choices of a run; it is printed. The moments of the scheduler do not repeat.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

#[path = "leaving_crash/oracle.rs"]
mod oracle;
#[path = "leaving_crash/people.rs"]
mod people;
#[path = "leaving_crash/server.rs"]
mod server;
mod support;

use std::{
    fmt, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use oracle::Oracle;
use people::Office;
use server::{Moment, Server};
use support::{
    daemon::{House, STARTS_WITHIN, TO_FILES},
    mails::Chance,
    names::Names,
};

const KILLS: u64 = 10;
const REPLIES_PER_KILL: u64 = 10;
const PEOPLE: usize = 4;

/// A kill comes so long after the daemon takes mail at the latest, also when the server sees nothing of what it waits for.
const KILLED_WITHIN_MILLIS: u64 = 600;

/// Some kills come while the daemon is still starting.
const KILLED_STARTING_WITHIN_MILLIS: u64 = 60;

/// Connections that the server answers before the one that it waits for.
const PASSED_OVER: u64 = 8;

#[test]
fn each_reply_arrives_and_twice_only_where_it_says_so_whenever_the_daemon_is_killed() {
    let (kills, mut chance) = (setting("REPLYD_LEAVING_KILLS").unwrap_or(KILLS), Chance::new(seed()));
    let (names, server, office, oracle) = (Names::start(), Server::start(), Office::default(), Oracle::default());
    let house = House::plain(&names);
    house.change(TO_FILES, &server.route());
    names.publish(&house.add_domain());
    let mut report = Report::default();
    for kill in 1..=kills {
        while chance.percent(20) {
            let starting = house.spawn();
            thread::sleep(Duration::from_millis(chance.below(KILLED_STARTING_WITHIN_MILLIS)));
            starting.kill();
            report.starts_killed += 1;
        }
        let before = server.copies();
        let aim = aim(&mut chance);
        let hit = server.open(aim.map(|moment| (moment, chance.below(PASSED_OVER))));
        let daemon = house.start();
        report.slowest = report.slowest.max(daemon.took);
        let lives_millis = if aim.is_some() { KILLED_WITHIN_MILLIS } else { chance.below(KILLED_WITHIN_MILLIS) };
        let until = Instant::now() + Duration::from_millis(lives_millis);
        let (address, api) = (daemon.address(), daemon.api());
        thread::scope(|scope| {
            for _ in 0..PEOPLE {
                scope.spawn(|| office.write(address, &api, &oracle, kill * REPLIES_PER_KILL));
            }
            scope.spawn(|| oracle.watch(&api, &server, &before));
            let seen = hit.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok();
            daemon.kill();
            report.count(aim.filter(|_| seen));
        });
        // What the kernel still has of the dead daemon's words is heard to the end.
        server.quiet();
    }
    let _ = server.open(None);
    let daemon = house.start();
    office.write(daemon.address(), &daemon.api(), &oracle, kills * REPLIES_PER_KILL);
    daemon.until("everything has left", |api| api.queue().is_empty());
    let delivered = oracle.check_everything(&daemon.api(), &server.copies());
    oracle::check_shown(&house, &delivered);
    daemon.stop();
    house.verify();
    println!("{report}; {}", oracle::words(&delivered));
    assert_eq!(delivered.len() as u64, kills * REPLIES_PER_KILL);
    assert!(report.seen.iter().sum::<u64>() > 0, "no kill came where it was aimed at");
    assert!(report.slowest < STARTS_WITHIN);
}

/// Three of four kills are aimed.
fn aim(chance: &mut Chance) -> Option<Moment> {
    Moment::ALL.get(chance.below(Moment::ALL.len() as u64 + 1) as usize).copied()
}

/// What was done to the daemon.
#[derive(Default)]
struct Report {
    /// Kills at any moment, or where the one aimed at did not come.
    any: u64,
    /// Kills by [`Moment`].
    seen: [u64; Moment::ALL.len()],
    starts_killed: u64,
    slowest: Duration,
}

impl Report {
    fn count(&mut self, seen: Option<Moment>) {
        match seen {
            Some(moment) => self.seen[moment as usize] += 1,
            None => self.any += 1,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [claimed, dot, said] = self.seen;
        write!(
            f,
            "kills: {claimed} after a claim, {dot} between the dot and its reply, {said} after the reply, {} at any moment, \
             {} of a start; the slowest start took {:?}",
            self.any, self.starts_killed, self.slowest
        )
    }
}

fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = setting("REPLYD_LEAVING_CRASH_SEED").unwrap_or(now.as_nanos() as u64);
    println!("REPLYD_LEAVING_CRASH_SEED={seed}");
    seed
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
