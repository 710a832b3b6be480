//! The login brake: how often a name, a peer and a second factor may be tried (S-25).
//!
//! Each has a number of tries, and gets one back every so often: nobody is locked out for ever, whoever tries. A try is
//! taken before the password is looked at, so that many at once are no way around. Who has logged in from where they are
//! has tries of their own there: others who try their name do not keep them out.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{store::people::LoginName, types::Millis};

/// Tries of one name, and how long until one comes back.
const NAME: Allowance = Allowance { tries: 10, back_after: Duration::from_secs(60) };

/// Tries of one peer, over all names: an office logs in from one address.
const PEER: Allowance = Allowance { tries: 30, back_after: Duration::from_secs(60) };

/// Tries of a second factor, by who knows the password: a million codes, of which three count.
const CODE: Allowance = Allowance { tries: 5, back_after: Duration::from_secs(600) };

/// Names, and peers, that are remembered. Those beyond share one allowance.
const REMEMBERED_MAX: usize = 10_000;

/// How often those are looked for who can be forgotten: it costs a look at each.
const SWEPT_AFTER: Duration = Duration::from_secs(10);

/// Bits of an IPv6 address by which a peer is known: a customer of a provider has the rest.
const PEER_BITS_V6: u32 = 64;

#[derive(Debug, Clone, Copy)]
struct Allowance {
    tries: u32,
    back_after: Duration,
}

/// Come back then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait(pub(super) Duration);

/// The part of an address by which a peer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Peer(IpAddr);

impl Peer {
    pub(super) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(Ipv6Addr::from_bits(v6.to_bits() >> PEER_BITS_V6 << PEER_BITS_V6).into()),
            v4 => Self(v4),
        }
    }
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Brake(Mutex<Tried>);

#[derive(Debug, Default)]
struct Tried {
    names: Tries<(LoginName, Option<Peer>)>,
    peers: Tries<Peer>,
    codes: Tries<LoginName>,
    /// Who logged in from where.
    familiar: HashMap<(LoginName, Peer), Millis>,
}

impl Brake {
    /// Takes a try of a password.
    pub(super) fn take(&self, name: &LoginName, peer: Peer, now: Millis) -> Result<(), Wait> {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = tried.key(name, peer);
        tried.peers.take(peer, PEER, now)?;
        tried.names.take(key, NAME, now)
    }

    /// The password was right: that try is given back, no other.
    pub(super) fn give_back(&self, name: &LoginName, peer: Peer) {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = tried.key(name, peer);
        tried.peers.give_back(&peer, PEER);
        tried.names.give_back(&key, NAME);
    }

    /// Takes a try of a second factor.
    pub(super) fn take_code(&self, name: &LoginName, now: Millis) -> Result<(), Wait> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).codes.take(name.clone(), CODE, now)
    }

    /// They are in: their own tries are all there again. Their peer's are not.
    pub(super) fn let_in(&self, name: &LoginName, peer: Peer, now: Millis) {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tried.names.full_after.remove(&(name.clone(), Some(peer)));
        tried.codes.full_after.remove(name);
        if tried.familiar.len() >= REMEMBERED_MAX {
            let oldest = tried.familiar.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone());
            oldest.and_then(|key| tried.familiar.remove(&key));
        }
        tried.familiar.insert((name.clone(), peer), now);
    }
}

impl Tried {
    fn key(&self, name: &LoginName, peer: Peer) -> (LoginName, Option<Peer>) {
        let known = self.familiar.contains_key(&(name.clone(), peer));
        (name.clone(), known.then_some(peer))
    }
}

/// When each has all its tries again.
#[derive(Debug)]
struct Tries<K> {
    full_after: HashMap<K, Millis>,
    /// Of those for whom there is no room.
    others: Millis,
    /// When those were forgotten last who have.
    swept: Millis,
}

impl<K> Default for Tries<K> {
    fn default() -> Self {
        Self { full_after: HashMap::new(), others: Millis::default(), swept: Millis::default() }
    }
}

impl<K: Hash + Eq> Tries<K> {
    fn take(&mut self, key: K, allowance: Allowance, now: Millis) -> Result<(), Wait> {
        if self.full_after.len() >= REMEMBERED_MAX && now.since(self.swept) >= SWEPT_AFTER {
            self.full_after.retain(|_, full| *full > now);
            self.swept = now;
        }
        let room = self.full_after.len() < REMEMBERED_MAX || self.full_after.contains_key(&key);
        let full = if room { self.full_after.entry(key).or_default() } else { &mut self.others };
        let next = (*full).max(now).plus(allowance.back_after);
        let over = next.since(now).saturating_sub(allowance.back_after * allowance.tries);
        if !over.is_zero() {
            return Err(Wait(over));
        }
        *full = next;
        Ok(())
    }

    fn give_back(&mut self, key: &K, allowance: Allowance) {
        if let Some(full) = self.full_after.get_mut(key) {
            full.0 = full.0.saturating_sub(allowance.back_after.as_millis() as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn name(text: &str) -> LoginName {
        LoginName::parse(text).unwrap()
    }

    fn peer(text: &str) -> Peer {
        Peer::of(text.parse().unwrap())
    }

    /// How many tries in a row are let through.
    fn tries(brake: &Brake, login: &str, from: &str, now: Millis) -> u32 {
        (0..1000).take_while(|_| brake.take(&name(login), peer(from), now).is_ok()).count() as u32
    }

    #[test]
    fn a_name_is_tried_so_often_from_wherever_and_never_locked_for_ever() {
        let brake = Brake::default();
        assert_eq!(tries(&brake, "ada", "192.0.2.1", NOW), NAME.tries);
        assert_eq!(tries(&brake, "ada", "198.51.100.1", NOW), 0, "another peer is no way around");
        let Wait(wait) = brake.take(&name("ada"), peer("198.51.100.1"), NOW).unwrap_err();
        assert_eq!(wait, NAME.back_after);
        assert_eq!(tries(&brake, "ada", "198.51.100.1", NOW.plus(wait)), 1);
        let later = NOW.plus(NAME.back_after * (NAME.tries + 2));
        assert_eq!(tries(&brake, "ada", "198.51.100.2", later), NAME.tries);
    }

    #[test]
    fn a_peer_is_braked_over_all_names_and_a_login_of_its_own_gives_it_nothing_back() {
        let brake = Brake::default();
        // One who has an account there, and tries others' names in between.
        for n in 0..PEER.tries - 1 {
            brake.take(&name(&format!("victim{n}")), peer("192.0.2.1"), NOW).unwrap();
        }
        brake.take(&name("mallory"), peer("192.0.2.1"), NOW).unwrap();
        brake.give_back(&name("mallory"), peer("192.0.2.1"));
        brake.let_in(&name("mallory"), peer("192.0.2.1"), NOW);
        assert_eq!(tries(&brake, "victim", "192.0.2.1", NOW), 1);
        assert_eq!(tries(&brake, "victim", "192.0.2.2", NOW), NAME.tries - 1);
    }

    #[test]
    fn who_has_logged_in_from_there_is_not_kept_out_by_who_tries_their_name_elsewhere() {
        let brake = Brake::default();
        brake.let_in(&name("ada"), peer("192.0.2.1"), NOW);
        assert_eq!(tries(&brake, "ada", "203.0.113.9", NOW), NAME.tries);
        assert_eq!(tries(&brake, "ada", "192.0.2.1", NOW), NAME.tries);
    }

    #[test]
    fn a_code_is_guessed_five_times_and_a_right_password_gives_none_back() {
        let brake = Brake::default();
        let ada = name("ada");
        let guesses = (0..100).take_while(|_| {
            brake.take(&ada, peer("192.0.2.1"), NOW).unwrap();
            brake.give_back(&ada, peer("192.0.2.1"));
            brake.take_code(&ada, NOW).is_ok()
        });
        assert_eq!(guesses.count() as u32, CODE.tries);
        brake.let_in(&ada, peer("192.0.2.1"), NOW);
        assert!(brake.take_code(&ada, NOW).is_ok());
    }

    #[test]
    fn an_ipv6_peer_is_its_network_and_a_mapped_address_is_ipv4() {
        assert_eq!(peer("2001:db8:1:2::1"), peer("2001:db8:1:2:ffff::9"));
        assert_ne!(peer("2001:db8:1:2::1"), peer("2001:db8:1:3::1"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
    }

    #[test]
    fn however_many_try_memory_is_bounded_and_the_brake_holds() {
        let mut tries = Tries::<u64>::default();
        let many = REMEMBERED_MAX as u64 * 2;
        let through = (0..many).filter(|n| tries.take(*n, NAME, NOW).is_ok()).count();
        assert_eq!(tries.full_after.len(), REMEMBERED_MAX);
        assert_eq!(through, REMEMBERED_MAX + NAME.tries as usize, "those beyond share one allowance");
        // When the first have all their tries again, there is room.
        tries.take(many, NAME, NOW.plus(NAME.back_after)).unwrap();
        assert_eq!(tries.full_after.len(), 1);
    }
}
