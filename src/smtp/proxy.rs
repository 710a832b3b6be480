//! The PROXY protocol, versions 1 and 2: which client stands behind a load balancer we trust.
//!
//! Read only from the addresses in `proxy_from`, and from those always: without the header the connection closes.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use tokio::{io::AsyncReadExt, net::TcpStream};

/// What version 2 begins with.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// Octets of a version 1 line at most, CRLF included (its specification, §2.1).
const LINE_BYTES_MAX: usize = 107;

/// Octets of a version 2 header that we read: addresses and a few extensions. Real ones have less than 300.
const HEADER_BYTES_MAX: usize = 2048;

/// Octets of a version 2 header before its addresses.
const FIXED_BYTES: usize = 16;

/// What stands at the beginning of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// More bytes are needed to say.
    Partial,
    /// A header of `bytes` octets.
    Whole {
        /// Its length.
        bytes: usize,
        /// The client, or `None` when the balancer speaks for itself (a health check).
        client: Option<IpAddr>,
    },
}

/// The bytes are no PROXY header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection does not begin with a PROXY header")]
pub(crate) struct NoHeader;

/// Reads the header at the beginning of `bytes`. Pure.
///
/// # Errors
/// [`NoHeader`] as soon as it cannot become one.
pub(crate) fn parse(bytes: &[u8]) -> Result<Header, NoHeader> {
    let begins = |with: &[u8]| bytes.iter().zip(with).all(|(a, b)| a == b);
    if begins(SIGNATURE) {
        parse_binary(bytes)
    } else if begins(b"PROXY ") {
        parse_line(bytes)
    } else {
        Err(NoHeader)
    }
}

fn parse_line(bytes: &[u8]) -> Result<Header, NoHeader> {
    let head = &bytes[..bytes.len().min(LINE_BYTES_MAX)];
    let Some(end) = memchr::memchr(b'\n', head) else {
        return if bytes.len() >= LINE_BYTES_MAX { Err(NoHeader) } else { Ok(Header::Partial) };
    };
    let line = head[..end].strip_suffix(b"\r").ok_or(NoHeader)?;
    let line = std::str::from_utf8(line).map_err(|_| NoHeader)?;
    let words: Vec<&str> = line.split(' ').collect();
    let client = match words[..] {
        ["PROXY", "UNKNOWN", ..] => None,
        ["PROXY", "TCP4", source, target, _, _] => {
            target.parse::<Ipv4Addr>().map_err(|_| NoHeader)?;
            Some(IpAddr::V4(source.parse().map_err(|_| NoHeader)?))
        }
        ["PROXY", "TCP6", source, target, _, _] => {
            target.parse::<Ipv6Addr>().map_err(|_| NoHeader)?;
            Some(IpAddr::V6(source.parse().map_err(|_| NoHeader)?))
        }
        _ => return Err(NoHeader),
    };
    Ok(Header::Whole { bytes: end + 1, client })
}

fn parse_binary(bytes: &[u8]) -> Result<Header, NoHeader> {
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED_BYTES>() else { return Ok(Header::Partial) };
    let [version_command, family, length_high, length_low] = [fixed[12], fixed[13], fixed[14], fixed[15]];
    let length = usize::from(u16::from_be_bytes([length_high, length_low]));
    if version_command >> 4 != 2 || FIXED_BYTES + length > HEADER_BYTES_MAX {
        return Err(NoHeader);
    }
    let Some(addresses) = rest.get(..length) else { return Ok(Header::Partial) };
    let client = match (version_command & 0xf, family) {
        // LOCAL: the balancer itself.
        (0, _) => None,
        // PROXY over TCP, IPv4 and IPv6.
        (1, 0x11) if length >= 12 => addresses.first_chunk::<4>().map(|ip| IpAddr::from(*ip)),
        (1, 0x21) if length >= 36 => addresses.first_chunk::<16>().map(|ip| IpAddr::from(*ip)),
        // UNSPEC: to be treated as the balancer's own.
        (1, 0x00) => None,
        _ => return Err(NoHeader),
    };
    Ok(Header::Whole { bytes: FIXED_BYTES + length, client })
}

/// Reads the header from the socket and not one byte more: TLS may begin right behind it.
///
/// # Errors
/// What the socket says, or `InvalidData` when there is no header. The caller sets the deadline.
pub(crate) async fn read(stream: &mut TcpStream) -> io::Result<Option<IpAddr>> {
    let mut bytes = [0u8; HEADER_BYTES_MAX];
    let mut taken = 0;
    while taken < bytes.len() {
        let seen = taken + stream.peek(&mut bytes[taken..]).await?;
        if seen == taken {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let header = parse(&bytes[..seen]).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let used = match header {
            Header::Partial => seen,
            Header::Whole { bytes, .. } => bytes,
        };
        // What was peeked is there: this does not wait.
        stream.read_exact(&mut bytes[taken..used]).await?;
        if let Header::Whole { client, .. } = header {
            return Ok(client);
        }
        taken = used;
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, NoHeader))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2(command: u8, family: u8, addresses: &[u8]) -> Vec<u8> {
        let length = (addresses.len() as u16).to_be_bytes();
        [&SIGNATURE[..], &[0x20 | command, family], &length, addresses].concat()
    }

    fn client(bytes: &[u8]) -> Option<IpAddr> {
        // Every shorter piece asks for more; what follows is left alone.
        for end in 0..bytes.len() {
            assert_eq!(parse(&bytes[..end]), Ok(Header::Partial), "{end}");
        }
        let followed = [bytes, b"EHLO x\r\n"].concat();
        match parse(&followed) {
            Ok(Header::Whole { bytes: length, client }) if length == bytes.len() => client,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn version_1_names_the_client() {
        assert_eq!(client(b"PROXY TCP4 192.0.2.7 198.51.100.1 5000 25\r\n"), Some("192.0.2.7".parse().unwrap()));
        assert_eq!(client(b"PROXY TCP6 2001:db8::7 2001:db8::1 5000 25\r\n"), Some("2001:db8::7".parse().unwrap()));
        assert_eq!(client(b"PROXY UNKNOWN\r\n"), None);
    }

    #[test]
    fn version_2_names_the_client() {
        let four = [192, 0, 2, 7, 198, 51, 100, 1, 0x13, 0x88, 0, 25];
        assert_eq!(client(&v2(1, 0x11, &four)), Some("192.0.2.7".parse().unwrap()));
        let mut six = [0u8; 40];
        six[..2].copy_from_slice(&[0x20, 0x01]);
        six[15] = 7;
        assert_eq!(client(&v2(1, 0x21, &six)), Some("2001::7".parse().unwrap()));
        assert_eq!(client(&v2(0, 0x11, &four)), None);
    }

    #[test]
    fn what_is_no_header_is_refused_at_once() {
        for bytes in [
            &b"EHLO x\r\n"[..],
            b"PROXY TCP4 192.0.2.7\r\n",
            b"PROXY TCP4 2001:db8::7 198.51.100.1 1 2\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.1 5000 25\n",
            &[b'P'; 200],
            &[&b"PROXY "[..], &[b'x'; 200]].concat(),
            &v2(1, 0x11, &[1, 2, 3]),
            &v2(1, 0x31, &[0; 216]),
            &v2(1, 0x11, &[0; 4000]),
        ] {
            assert_eq!(parse(bytes), Err(NoHeader), "{}", bytes.escape_ascii());
        }
    }
}
