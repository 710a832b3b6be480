//! Which servers a letter goes to, from made-up DNS.

use super::*;
use crate::outbound::support::{DnsMap, address};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn hosts(way: Way) -> Vec<String> {
    match way {
        Way::Servers(targets) => targets.into_iter().map(|target| target.host).collect(),
        Way::File(_) => panic!("a file"),
    }
}

async fn mx(dns: &DnsMap, domain: &str, dice: u64) -> Result<Way, RouteError> {
    plan(&Route::Mx { port: 25 }, &address(&format!("ada@{domain}")), dns, dice).await
}

#[tokio::test]
async fn servers_come_in_the_order_of_preference_and_equals_take_turns() {
    let mut dns = DnsMap::default();
    let records = [(20, "c.x"), (10, "b.x"), (10, "a.x")].map(|(p, host)| (p, host.to_owned()));
    dns.mx.insert("x".into(), records.into());
    for host in ["a.x", "b.x", "c.x"] {
        dns.addresses.insert(host.into(), vec![ip("192.0.2.1"), ip("2001:db8::1")]);
    }
    assert_eq!(hosts(mx(&dns, "x", 0).await.unwrap()), ["a.x", "b.x", "c.x"]);
    assert_eq!(hosts(mx(&dns, "x", 1).await.unwrap()), ["b.x", "a.x", "c.x"]);
}

#[tokio::test]
async fn without_mx_the_domain_is_its_own_server() {
    let mut dns = DnsMap::default();
    dns.addresses.insert("x".into(), vec![ip("192.0.2.1")]);
    assert_eq!(hosts(mx(&dns, "x", 0).await.unwrap()), ["x"]);
}

#[tokio::test]
async fn a_null_mx_and_a_name_that_does_not_exist_are_for_good() {
    let mut dns = DnsMap::default();
    dns.mx.insert("x".into(), vec![(0, String::new())]);
    assert!(matches!(mx(&dns, "x", 0).await, Err(RouteError::Never(words)) if words.contains("null MX")));
    assert!(matches!(mx(&dns, "gone", 0).await, Err(RouteError::Never(_))));
}

#[tokio::test]
async fn dns_trouble_is_never_for_good() {
    let mut dns = DnsMap { failing: vec!["x".into(), "a.y".into()], ..DnsMap::default() };
    dns.mx.insert("y".into(), vec![(10, "a.y".into()), (20, "gone.y".into())]);
    assert!(matches!(mx(&dns, "x", 0).await, Err(RouteError::Later(_))));
    assert!(matches!(mx(&dns, "y", 0).await, Err(RouteError::Later(_))));
    dns.failing.clear();
    assert!(matches!(mx(&dns, "y", 0).await, Err(RouteError::Never(_))));
}

#[tokio::test]
async fn an_address_literal_needs_no_dns() {
    let way = plan(&Route::Mx { port: 25 }, &address("ada@[IPv6:2001:db8::7]"), &DnsMap::default(), 0).await.unwrap();
    let Way::Servers(targets) = way else { panic!("a file") };
    assert_eq!(targets[0].addresses, ["[2001:db8::7]:25".parse().unwrap()]);
}

#[tokio::test]
async fn a_password_never_goes_in_clear_text_to_another_machine() {
    let mut relay = Smarthost {
        host: "192.0.2.9".into(),
        port: 25,
        tls: SmarthostTls::Off,
        user: Some("u".into()),
        password: Some(crate::types::Secret::new("p")),
        ca: None,
    };
    let to = address("ada@x");
    let refused = plan(&Route::Smarthost(relay.clone()), &to, &DnsMap::default(), 0).await;
    assert!(matches!(refused, Err(RouteError::Later(_))));
    relay.host = "127.0.0.1".into();
    assert!(plan(&Route::Smarthost(relay), &to, &DnsMap::default(), 0).await.is_ok());
}
