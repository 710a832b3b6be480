//! A network: an address and how many of its bits count, as an administrator writes it. RFC 4632 §3.1, RFC 4291 §2.3.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

/// `10.0.0.0/8`, `fd00::/8`; without a length it is that one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write an address or a network as `192.0.2.7`, `10.0.0.0/8` or `fd00::/8`, not `{0}`")]
pub struct NetworkError(String);

impl Network {
    /// The network of `bits` bits around an address; more bits than the address has count as all of them.
    pub const fn new(address: IpAddr, bits: u8) -> Self {
        let most = bits_of(address);
        Self { address, bits: if bits > most { most } else { bits } }
    }

    /// Whether that address is in it. An IPv4 address is in no IPv6 network, mapped into IPv6 or not.
    pub fn contains(&self, address: IpAddr) -> bool {
        let both = |ours: u128, theirs: u128, width: u32| {
            let ignored = width - u32::from(self.bits);
            // Shifting by the whole width is no shift.
            ours.checked_shr(ignored) == theirs.checked_shr(ignored)
        };
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                both(u128::from(ours.to_bits()), u128::from(theirs.to_bits()), 32)
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => both(ours.to_bits(), theirs.to_bits(), 128),
            _ => false,
        }
    }
}

const fn bits_of(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = match bits {
            None => bits_of(address),
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= bits_of(address)).ok_or_else(wrong)?,
        };
        Ok(Self { address, bits })
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_networks_that_share_its_first_bits() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.1.2.3/8", "10.255.0.1", "9.255.255.255"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("172.16.0.0/12", "172.31.255.255", "172.32.0.0"),
            ("0.0.0.0/0", "255.255.255.255", "::"),
            ("::/0", "ffff::", "1.2.3.4"),
            ("fc00::/7", "fdff::1", "fe00::"),
            ("::ffff:10.0.0.0/104", "::ffff:10.9.9.9", "10.9.9.9"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_says_so() {
        for wrong in ["", "10", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "localhost", "010.0.0.1", "::1%lo"]
        {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
