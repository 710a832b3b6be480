//! `/metrics`, read as Prometheus would.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use super::daemon::Daemon;

/// Where the metrics are, as the log of a start says.
pub(crate) fn address(daemon: &Daemon) -> SocketAddr {
    let log = daemon.log();
    let at = log.lines().find_map(|line| line.split_once("showing metrics at ")).expect("it says where");
    at.1.split_whitespace().next().unwrap().parse().unwrap()
}

/// What `/metrics` says, by name with labels.
pub(crate) fn metrics(address: SocketAddr) -> BTreeMap<String, u64> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: replyd\r\nconnection: close\r\n\r\n").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/plain; version=0.0.4"), "{head}");
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
    };
    body.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}
