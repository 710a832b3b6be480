//! How many may come in: in all, and from one place (S-15).

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts connections.
#[derive(Debug)]
pub(crate) struct Door {
    total: Arc<Semaphore>,
    per_ip_max: usize,
    /// Only addresses with a connection stand here.
    per_ip: Mutex<HashMap<IpAddr, usize>>,
}

/// The place of one connection among those from its address; free again when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    door: Arc<Door>,
    key: IpAddr,
}

impl Door {
    /// `limits.connections_max` and `limits.connections_per_ip_max`.
    pub(crate) fn new(total_max: usize, per_ip_max: usize) -> Self {
        let total = Arc::new(Semaphore::new(total_max.min(Semaphore::MAX_PERMITS)));
        Self { total, per_ip_max, per_ip: Mutex::new(HashMap::new()) }
    }

    /// One of all connections, or `None` when there are too many.
    pub(crate) fn enter(&self) -> Option<OwnedSemaphorePermit> {
        self.total.clone().try_acquire_owned().ok()
    }

    /// One of the connections from there, or `None` when there are too many.
    pub(crate) fn enter_from(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let key = place_of(peer);
        // A panic while counting cannot leave the map half changed.
        let mut per_ip = self.per_ip.lock().unwrap_or_else(PoisonError::into_inner);
        let count = per_ip.entry(key).or_insert(0);
        if *count >= self.per_ip_max {
            return None;
        }
        *count += 1;
        Some(Place { door: self.clone(), key })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut per_ip = self.door.per_ip.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = per_ip.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                per_ip.remove(&self.key);
            }
        }
    }
}

/// One customer of an IPv6 provider has a /64 at least: it counts as one place.
fn place_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let door = Arc::new(Door::new(2, 1));
        let first = door.enter_from(ip("192.0.2.1")).unwrap();
        assert!(door.enter_from(ip("192.0.2.1")).is_none());
        assert!(door.enter_from(ip("::ffff:192.0.2.1")).is_none());
        assert!(door.enter_from(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(door.enter_from(ip("192.0.2.1")).is_some());
        assert!(door.per_ip.lock().unwrap().is_empty());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_place() {
        let door = Arc::new(Door::new(9, 1));
        let _first = door.enter_from(ip("2001:db8:1:2::1")).unwrap();
        assert!(door.enter_from(ip("2001:db8:1:2:3::4")).is_none());
        assert!(door.enter_from(ip("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn the_total_is_kept() {
        let door = Door::new(1, 1);
        let first = door.enter().unwrap();
        assert!(door.enter().is_none());
        drop(first);
        assert!(door.enter().is_some());
    }
}
