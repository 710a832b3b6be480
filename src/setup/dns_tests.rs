//! The resolver against a DNS server of its own on loopback.

use std::net::{Ipv4Addr, SocketAddr};

use mail_auth::hickory_resolver::proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{
        Name, Record, RecordType,
        rdata::{A, MX, TXT},
    },
};
use tokio::net::UdpSocket;

use super::*;

/// What the server says; any other name does not exist.
fn answer(name: &str, kind: RecordType) -> Result<Vec<RData>, ResponseCode> {
    let host = |name: &str| Name::from_ascii(name).unwrap();
    match (name, kind) {
        ("key.acme.example.", RecordType::TXT) => {
            Ok(vec![RData::TXT(TXT::new(vec!["v=DKIM1; p=AA".into(), "BB".into()]))])
        }
        ("acme.example.", RecordType::MX) => {
            Ok(vec![RData::MX(MX::new(20, host("b.example."))), RData::MX(MX::new(10, host("A.example.")))])
        }
        ("mx.acme.example.", RecordType::A) => Ok(vec![RData::A(A(Ipv4Addr::new(192, 0, 2, 1)))]),
        ("mx.acme.example." | "acme.example.", _) => Ok(Vec::new()),
        ("broken.example.", _) => Err(ResponseCode::ServFail),
        _ => Err(ResponseCode::NXDomain),
    }
}

async fn serve(socket: UdpSocket) {
    let mut buffer = [0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        let question = Message::from_vec(&buffer[..length]).unwrap();
        let query = question.queries[0].clone();
        let mut reply = Message::response(question.metadata.id, OpCode::Query);
        reply.add_query(query.clone());
        match answer(&query.name().to_lowercase().to_ascii(), query.query_type()) {
            Ok(all) => {
                for data in all {
                    reply.add_answer(Record::from_rdata(query.name().clone(), 60, data));
                }
            }
            Err(code) => reply.metadata.response_code = code,
        }
        socket.send_to(&reply.to_vec().unwrap(), peer).await.unwrap();
    }
}

async fn dns() -> Dns {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server: SocketAddr = socket.local_addr().unwrap();
    tokio::spawn(serve(socket));
    Dns::of(&Auth { resolvers: vec![server], query_timeout: Duration::from_millis(500), ..Auth::default() }).unwrap()
}

#[tokio::test]
async fn the_strings_of_a_txt_record_are_joined() {
    assert_eq!(dns().await.txt("key.acme.example").await, Ok(vec!["v=DKIM1; p=AABB".into()]));
}

#[tokio::test]
async fn exchangers_come_best_first_and_in_lower_case() {
    assert_eq!(dns().await.mx("acme.example").await, Ok(vec!["a.example".into(), "b.example".into()]));
}

#[tokio::test]
async fn addresses_are_found() {
    assert_eq!(dns().await.addresses("mx.acme.example").await, Ok(vec![IpAddr::from([192, 0, 2, 1])]));
}

#[tokio::test]
async fn no_such_name_and_no_such_record_are_answers() {
    let dns = dns().await;
    assert_eq!(dns.txt("nobody.example").await, Err(LookupError::NoRecord));
    assert_eq!(dns.txt("acme.example").await, Err(LookupError::NoRecord));
    assert_eq!(dns.addresses("nobody.example").await, Err(LookupError::NoRecord));
}

#[tokio::test]
async fn a_server_in_trouble_is_no_answer() {
    let dns = dns().await;
    assert!(matches!(dns.txt("broken.example").await, Err(LookupError::Failed(_))));
    assert!(matches!(dns.mx("broken.example").await, Err(LookupError::Failed(_))));
}
