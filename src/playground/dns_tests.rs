//! The DNS server in real packets.

use mail_auth::hickory_resolver::proto::op::Query;

use super::*;

async fn ask(dns: &Dns, name: &str, kind: RecordType) -> Message {
    exchange(dns, Message::query(), name, kind).await
}

async fn exchange(dns: &Dns, mut query: Message, name: &str, kind: RecordType) -> Message {
    query.add_query(Query::query(fqdn(name), kind));
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    socket.send_to(&query.to_vec().unwrap(), dns.addr()).await.unwrap();
    let mut reply = vec![0; 65_535];
    let octets = socket.recv(&mut reply).await.unwrap();
    Message::from_vec(&reply[..octets]).unwrap()
}

#[tokio::test]
async fn rows_may_change_while_it_runs() {
    let dns = Dns::start(Zone::new()).unwrap();
    assert_eq!(ask(&dns, "a.example", RecordType::TXT).await.metadata.response_code, ResponseCode::NXDomain);
    dns.zone().txt("A.example", "v=spf1 -all").cname("www.a.example", "a.example");
    assert_eq!(ask(&dns, "www.a.example", RecordType::TXT).await.answers.len(), 2);
    assert_eq!(ask(&dns, "a.example", RecordType::MX).await.metadata.response_code, ResponseCode::NoError);
    dns.zone().servfail("example");
    assert_eq!(ask(&dns, "a.example", RecordType::TXT).await.metadata.response_code, ResponseCode::ServFail);
    assert_eq!((dns.zone().queries(), dns.zone().queries_for("www")), (4, 1));
}

#[tokio::test]
async fn what_is_proved_is_said_to_who_asks_for_it_and_of_whole_chains_only() {
    let dns = Dns::start(Zone::new()).unwrap();
    dns.zone().proved("b.example").cname("www.b.example", "b.example").cname("www.a.example", "b.example");
    dns.zone().cname("out.b.example", "a.example");
    for (name, asks, is_proved) in [
        ("b.example", true, true),
        ("b.example", false, false),
        ("www.b.example", true, true),
        ("www.a.example", true, false),
        ("out.b.example", true, false),
    ] {
        let mut query = Message::query();
        query.metadata.authentic_data = asks;
        let reply = exchange(&dns, query, name, RecordType::A).await;
        assert_eq!(reply.metadata.authentic_data, is_proved, "{name} {asks}");
    }
}

#[tokio::test]
async fn an_answer_too_long_for_udp_asks_for_tcp() {
    let dns = Dns::start(Zone::new()).unwrap();
    dns.zone().txt("a.example", &"x".repeat(600));
    assert!(ask(&dns, "a.example", RecordType::TXT).await.metadata.truncation);
}
