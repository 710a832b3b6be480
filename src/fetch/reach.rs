//! Which addresses may be connected to: the registries of special addresses, and what an administrator listed (S-24).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use crate::types::Network;

/// How far a request may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Addresses that everybody can reach.
    Public,
    /// Those, and these networks.
    Listed(Arc<[Network]>),
    /// Any. Only for what the administrator wrote himself and nobody else has a part in: a model on his own machine.
    Anywhere,
}

impl Reach {
    /// The public addresses and those networks; [`Reach::Public`] without any.
    pub fn listed(networks: &[Network]) -> Self {
        if networks.is_empty() { Self::Public } else { Self::Listed(networks.into()) }
    }

    /// Whether that address may be connected to.
    ///
    /// # Errors
    /// What the address is instead, in words.
    pub fn judge(&self, address: IpAddr) -> Result<(), &'static str> {
        match self {
            Self::Anywhere => Ok(()),
            Self::Listed(networks) if networks.iter().any(|network| network.contains(address)) => Ok(()),
            Self::Listed(_) | Self::Public => special(address).map_or(Ok(()), Err),
        }
    }

    /// Judges a connection that stands: who is at the other end, and that it is not ourselves at a public address, where
    /// what we serve for this machine alone would answer.
    ///
    /// # Errors
    /// As [`Reach::judge`].
    pub fn judge_connected(&self, ours: IpAddr, theirs: IpAddr) -> Result<(), &'static str> {
        self.judge(theirs)?;
        let is_listed = match self {
            Self::Anywhere => true,
            Self::Listed(networks) => networks.iter().any(|network| network.contains(theirs)),
            Self::Public => false,
        };
        if ours == theirs && !is_listed { Err("this machine") } else { Ok(()) }
    }
}

/// What an address is, if not a public one.
fn special(address: IpAddr) -> Option<&'static str> {
    let is_public_v6 = || GLOBAL_UNICAST.contains(address);
    let named = SPECIAL.iter().find(|(network, _)| network.contains(address)).map(|(_, what)| *what);
    match address {
        IpAddr::V4(_) => named,
        // What is unassigned today is somebody's own tomorrow.
        IpAddr::V6(_) => named.or_else(|| (!is_public_v6()).then_some("not a public address")),
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Network {
    Network::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits)
}

const fn v6(a: u16, b: u16, c: u16, bits: u8) -> Network {
    Network::new(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), bits)
}

/// A host of ::/96 or ::ffff:0:0/96.
const fn v6_tail(marks: u16, bits: u8) -> Network {
    Network::new(IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, marks, 0, 0)), bits)
}

/// All of IPv6 that is given out to be reached. RFC 4291 §2.4, IANA's "IPv6 Global Unicast Address Assignments".
const GLOBAL_UNICAST: Network = v6(0x2000, 0, 0, 3);

const PRIVATE: &str = "a private address";
const TEST: &str = "an address for documents and tests";
const EMBEDS: &str = "an IPv6 address that carries an IPv4 address";

/// IANA's registries of special-purpose addresses (RFC 6890), multicast, and where clouds keep their metadata. The narrower
/// stand first, for the word.
const SPECIAL: &[(Network, &str)] = &[
    (v4(169, 254, 169, 254, 32), "a metadata service"),
    (v4(100, 100, 100, 200, 32), "a metadata service"),
    (v4(168, 63, 129, 16, 32), "a metadata service"),
    (v4(192, 0, 0, 192, 32), "a metadata service"),
    (v4(0, 0, 0, 0, 8), "this network"),
    (v4(10, 0, 0, 0, 8), PRIVATE),
    (v4(100, 64, 0, 0, 10), "an address behind a carrier's NAT"),
    (v4(127, 0, 0, 0, 8), "a loopback address"),
    (v4(169, 254, 0, 0, 16), "a link-local address"),
    (v4(172, 16, 0, 0, 12), PRIVATE),
    (v4(192, 0, 0, 0, 24), "an address for protocols"),
    (v4(192, 0, 2, 0, 24), TEST),
    (v4(192, 31, 196, 0, 24), "an address for protocols"),
    (v4(192, 52, 193, 0, 24), "an address for protocols"),
    (v4(192, 88, 99, 0, 24), "a 6to4 relay"),
    (v4(192, 168, 0, 0, 16), PRIVATE),
    (v4(192, 175, 48, 0, 24), "an address for protocols"),
    (v4(198, 18, 0, 0, 15), TEST),
    (v4(198, 51, 100, 0, 24), TEST),
    (v4(203, 0, 113, 0, 24), TEST),
    (v4(224, 0, 0, 0, 4), "a multicast address"),
    (v4(255, 255, 255, 255, 32), "the broadcast address"),
    (v4(240, 0, 0, 0, 4), "a reserved address"),
    (Network::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 128), "a loopback address"),
    (Network::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 128), "this network"),
    // RFC 4291 §2.5.5, RFC 6052, RFC 8215, RFC 3056, RFC 4380.
    (v6_tail(0, 96), EMBEDS),
    (v6_tail(0xffff, 96), EMBEDS),
    (v6(0x64, 0xff9b, 0, 96), EMBEDS),
    (v6(0x64, 0xff9b, 1, 48), EMBEDS),
    (v6(0x2002, 0, 0, 16), EMBEDS),
    (v6(0x2001, 0, 0, 32), EMBEDS),
    (v6(0x2001, 0, 0, 23), "an address for protocols"),
    (v6(0x2001, 0xdb8, 0, 32), TEST),
    (v6(0x3fff, 0, 0, 20), TEST),
    (v6(0x2620, 0x4f, 0x8000, 48), "an address for protocols"),
    (v6(0xfd00, 0xec2, 0, 32), "a metadata service"),
    (v6(0xfc00, 0, 0, 7), PRIVATE),
    (v6(0xfe80, 0, 0, 10), "a link-local address"),
    (v6(0xfec0, 0, 0, 10), PRIVATE),
    (v6(0xff00, 0, 0, 8), "a multicast address"),
];

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
