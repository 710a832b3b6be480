//! Counts wrong tries: mails that name a number or reply key of a conversation in which their sender takes no part (S-06).
//!
//! In memory only: a restart forgets, and costs a guesser nothing but the same tries again. A number lets nobody in who
//! takes no part anyway; this keeps guesses out of people's sight and takes the guess from who forges an unproven
//! contact.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    config::Limits,
    conversation::Brake,
    types::{Address, Level, Millis},
};

/// Senders, and peers, that are counted in one window. One more makes the window shorter, never the table longer.
const COUNTED_MAX: usize = 20_000;

/// Leading bits of an IPv6 address that are one peer: whoever has one address of such a net has all.
const IPV6_NET_BITS: u32 = 64;

/// Who tries.
#[derive(Debug, Clone, Copy)]
pub struct Tryer<'a> {
    /// The one From address, when there is one.
    pub from: Option<&'a Address>,
    /// What the mail proved. Who forges an address does not use up the tries of its owner.
    pub level: Level,
    /// Who handed it to us.
    pub peer: IpAddr,
}

/// The counts of all senders and peers.
#[derive(Debug)]
pub struct Tries {
    per_sender_max: u32,
    per_peer_max: u32,
    counts: Mutex<Counts>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Counts {
    senders: Window,
    peers: Window,
}

impl Tries {
    /// Nothing counted yet.
    pub fn new(limits: &Limits) -> Self {
        let window = || Window::new(limits.wrong_numbers_window);
        Self {
            per_sender_max: limits.wrong_numbers_per_sender_max,
            per_peer_max: limits.wrong_numbers_per_ip_max,
            counts: Mutex::new(Counts { senders: window(), peers: window() }),
            hasher: RandomState::new(),
        }
    }

    /// Whether numbers in a mail of theirs are followed.
    pub fn brake(&self, tryer: Tryer<'_>, now: Millis) -> Brake {
        let (sender, peer) = self.keys(tryer);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.senders.count(sender, now) > self.per_sender_max {
            Brake::Sender
        } else if counts.peers.count(peer, now) > self.per_peer_max {
            Brake::Peer
        } else {
            Brake::Off
        }
    }

    /// Counts so many wrong tries of theirs.
    pub fn add(&self, tryer: Tryer<'_>, wrong: u32, now: Millis) {
        if wrong == 0 {
            return;
        }
        let (sender, peer) = self.keys(tryer);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.senders.add(sender, wrong, now);
        counts.peers.add(peer, wrong, now);
    }

    /// Senders and peers that are remembered now; never more than four tables hold.
    pub fn remembered(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.senders.len() + counts.peers.len()
    }

    /// The most that [`Self::remembered`] can be.
    pub const REMEMBERED_MAX: usize = 4 * COUNTED_MAX;

    /// S-17: hashes nobody outside can foresee, of a fixed size whatever was sent.
    fn keys(&self, tryer: Tryer<'_>) -> (u64, u64) {
        let proved = tryer.level >= Level::Vouched;
        let sender = self.hash((tryer.from.map(Address::key), proved));
        let peer = match tryer.peer.to_canonical() {
            IpAddr::V4(ip) => self.hash(ip.to_bits()),
            IpAddr::V6(ip) => self.hash(ip.to_bits() >> (128 - IPV6_NET_BITS)),
        };
        (sender, peer)
    }

    fn hash(&self, value: impl Hash) -> u64 {
        self.hasher.hash_one(value)
    }
}

/// Counts over a sliding window: those of this stretch, and of the one before as far as the window still covers it.
#[derive(Debug)]
struct Window {
    length: Duration,
    began: Millis,
    this: HashMap<u64, u32>,
    before: HashMap<u64, u32>,
}

impl Window {
    fn new(length: Duration) -> Self {
        Self { length, began: Millis(0), this: HashMap::new(), before: HashMap::new() }
    }

    fn count(&mut self, key: u64, now: Millis) -> u32 {
        self.advance(now);
        let (length, gone) = (self.length.as_millis().max(1), now.since(self.began).as_millis());
        let before = u128::from(self.before.get(&key).copied().unwrap_or(0));
        let still = before * length.saturating_sub(gone) / length;
        let this = self.this.get(&key).copied().unwrap_or(0);
        this.saturating_add(u32::try_from(still).unwrap_or(u32::MAX))
    }

    fn add(&mut self, key: u64, tries: u32, now: Millis) {
        self.advance(now);
        if self.this.len() >= COUNTED_MAX && !self.this.contains_key(&key) {
            self.turn(now);
        }
        let count = self.this.entry(key).or_default();
        *count = count.saturating_add(tries);
    }

    fn advance(&mut self, now: Millis) {
        let gone = now.since(self.began);
        if gone >= 2 * self.length {
            self.turn(now);
            self.before.clear();
        } else if gone >= self.length {
            self.turn(self.began.plus(self.length));
        }
    }

    fn turn(&mut self, began: Millis) {
        std::mem::swap(&mut self.this, &mut self.before);
        self.this.clear();
        self.began = began;
    }

    fn len(&self) -> usize {
        self.this.len() + self.before.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOW: Millis = Millis(1_700_000_000_000);

    fn tries() -> Tries {
        Tries::new(&Limits { wrong_numbers_per_sender_max: 3, wrong_numbers_per_ip_max: 6, ..Limits::default() })
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn tryer<'a>(from: &'a Address, level: Level, peer: &str) -> Tryer<'a> {
        Tryer { from: Some(from), level, peer: peer.parse().unwrap() }
    }

    #[test]
    fn above_the_limit_a_sender_is_braked_until_the_window_has_passed() {
        let (tries, eve) = (tries(), address("eve@evil.example"));
        let eve = tryer(&eve, Level::Authenticated, "192.0.2.1");
        for _ in 0..3 {
            assert_eq!(tries.brake(eve, NOW), Brake::Off);
            tries.add(eve, 1, NOW);
        }
        assert_eq!(tries.brake(eve, NOW), Brake::Off, "the limit itself is allowed");
        tries.add(eve, 1, NOW);
        assert_eq!(tries.brake(eve, NOW), Brake::Sender);
        assert_eq!(tries.brake(eve, NOW.plus(HOUR / 2)), Brake::Sender);
        assert_eq!(tries.brake(eve, NOW.plus(2 * HOUR)), Brake::Off);
    }

    #[test]
    fn many_senders_of_one_peer_brake_the_peer() {
        let tries = tries();
        for n in 0..7 {
            let from = address(&format!("eve{n}@evil.example"));
            tries.add(tryer(&from, Level::Authenticated, "2001:db8::1"), 1, NOW);
        }
        let fresh = address("fresh@evil.example");
        assert_eq!(tries.brake(tryer(&fresh, Level::Authenticated, "2001:db8::2"), NOW), Brake::Peer, "one net");
        assert_eq!(tries.brake(tryer(&fresh, Level::Authenticated, "2001:db8:0:1::2"), NOW), Brake::Off);
    }

    #[test]
    fn who_forges_an_address_does_not_use_up_the_tries_of_its_owner() {
        let (tries, ada) = (tries(), address("ada@customer.example"));
        tries.add(tryer(&ada, Level::Unproven, "192.0.2.1"), 6, NOW);
        assert_eq!(tries.brake(tryer(&ada, Level::Unproven, "192.0.2.1"), NOW), Brake::Sender);
        assert_eq!(tries.brake(tryer(&ada, Level::Authenticated, "192.0.2.1"), NOW), Brake::Off);
    }

    #[test]
    fn the_tables_have_an_end_and_go_on_counting() {
        let (tries, eve) = (tries(), address("eve@evil.example"));
        let eve = tryer(&eve, Level::Authenticated, "192.0.2.1");
        for n in 0..3 * COUNTED_MAX as u64 {
            let from = address(&format!("x{n}@evil.example"));
            let peer = IpAddr::V4(std::net::Ipv4Addr::from_bits(n as u32));
            tries.add(Tryer { from: Some(&from), level: Level::Authenticated, peer }, 1, NOW);
        }
        assert!(tries.remembered() <= Tries::REMEMBERED_MAX, "{}", tries.remembered());
        tries.add(eve, 4, NOW);
        assert_eq!(tries.brake(eve, NOW), Brake::Sender);
    }
}
