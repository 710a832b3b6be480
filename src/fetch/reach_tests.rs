//! Which addresses are public, by example and at the edges of each network.

use super::*;

fn judged(address: &str) -> Result<(), &'static str> {
    Reach::Public.judge(address.parse().unwrap())
}

#[test]
fn what_everybody_can_reach_is_public() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2606:4700::1111",
        "2a00::1",
        "2003::1",
        "2400:cb00::1",
        "3ffe::1",
    ] {
        assert_eq!(judged(address), Ok(()), "{address}");
    }
}

#[test]
fn s24_what_only_some_can_reach_is_not() {
    for address in [
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "ffff::1",
    ] {
        assert!(judged(address).is_err(), "{address}");
    }
}

#[test]
fn the_word_says_what_an_address_is() {
    for (address, what) in [
        ("169.254.169.254", "a metadata service"),
        ("fd00:ec2::254", "a metadata service"),
        ("10.1.2.3", "a private address"),
        ("::1", "a loopback address"),
        ("::ffff:10.0.0.1", "an IPv6 address that carries an IPv4 address"),
    ] {
        assert_eq!(judged(address), Err(what), "{address}");
    }
}

#[test]
fn what_an_administrator_lists_may_be_asked_and_its_neighbour_not() {
    let listed = Reach::listed(&["10.1.0.0/16".parse().unwrap(), "::1".parse().unwrap()]);
    for (address, may) in [("10.1.2.3", true), ("10.2.0.0", false), ("::1", true), ("127.0.0.1", false)] {
        assert_eq!(listed.judge(address.parse().unwrap()).is_ok(), may, "{address}");
    }
    assert_eq!(listed.judge("1.1.1.1".parse().unwrap()), Ok(()));
    assert!(listed.judge("::ffff:10.1.2.3".parse().unwrap()).is_err(), "spelled otherwise, it is not what was listed");
    assert_eq!(Reach::listed(&[]), Reach::Public);
}

#[test]
fn s24_ourselves_at_a_public_address_is_not_public() {
    let (ours, other): (IpAddr, IpAddr) = ("1.1.1.1".parse().unwrap(), "1.1.1.2".parse().unwrap());
    assert_eq!(Reach::Public.judge_connected(ours, other), Ok(()));
    assert_eq!(Reach::Public.judge_connected(ours, ours), Err("this machine"));
    assert!(Reach::Public.judge_connected(ours, "10.0.0.1".parse().unwrap()).is_err());
    assert_eq!(Reach::listed(&["1.1.1.1".parse().unwrap()]).judge_connected(ours, ours), Ok(()));
    assert_eq!(Reach::listed(&["9.9.9.9".parse().unwrap()]).judge_connected(ours, ours), Err("this machine"));
    assert_eq!(Reach::Anywhere.judge_connected(ours, ours), Ok(()));
}
