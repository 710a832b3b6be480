//! Several letters behind one another: one connection as long as the server likes, and never a reply taken for another.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{
    Attempt, Lane, Limits, Manner, Outcome, Target, Way,
    support::{RAW, signed},
    transaction::LETTERS_MAX,
};
use crate::types::LetterId;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What a server answers to a command, given how many letters came through this connection and through all.
type Answers = fn(verb: &str, here: u32, in_all: u32) -> &'static str;

fn gladly(verb: &str) -> &'static str {
    match verb {
        "greeting" => "220 mx\r\n",
        "DATA" => "354 go\r\n",
        "QUIT" => "221 bye\r\n",
        _ => "250 ok\r\n",
    }
}

/// Serves one connection after another; how many letters came through each, and the verbs of all. An empty answer hangs up.
async fn serve(listener: TcpListener, answers: Answers, wanted: u32) -> (Vec<u32>, Vec<String>) {
    let (mut letters, mut verbs, mut in_all) = (Vec::new(), Vec::new(), 0);
    while in_all < wanted {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut here = 0;
        converse(BufReader::new(tcp), |verb| {
            if verb != "greeting" {
                verbs.push(verb.to_owned());
            }
            let answer = answers(verb, here, in_all);
            if verb == "." && answer.starts_with("250") {
                (here, in_all) = (here + 1, in_all + 1);
            }
            answer
        })
        .await;
        letters.push(here);
    }
    (letters, verbs)
}

async fn converse(mut stream: BufReader<TcpStream>, mut answer: impl FnMut(&str) -> &'static str) {
    let mut verb = "greeting".to_owned();
    loop {
        let reply = answer(&verb);
        if reply.is_empty() || stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
        let in_data = verb == "DATA" && reply.starts_with("354");
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            if !in_data || line == ".\r\n" {
                verb = line.split([' ', ':', '\r']).next().unwrap().to_owned();
                break;
            }
        }
    }
}

async fn server(answers: Answers, wanted: u32) -> (SocketAddr, JoinHandle<(Vec<u32>, Vec<String>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (address, tokio::spawn(serve(listener, answers, wanted)))
}

async fn letter(to: &[(&str, SocketAddr)]) -> Attempt {
    let target = |(host, address): &(&str, SocketAddr)| Target {
        host: (*host).to_owned(),
        addresses: vec![*address],
        manner: Manner::Opportunistic,
    };
    Attempt {
        letter: LetterId(1 << 30),
        place: 0,
        signed: signed(RAW).await,
        way: Way::Servers(to.iter().map(target).collect()),
        hello: "mx.acme.example".into(),
        limits: Limits { connect: PATIENCE, command: PATIENCE },
    }
}

/// Sends letters in one lane to such a server until it took so many; how many went through each connection.
async fn sent(answers: Answers, wanted: u32) -> Vec<u32> {
    let (address, serving) = server(answers, wanted).await;
    let attempt = letter(&[("mx.x", address)]).await;
    let mut lane = Lane::default();
    for n in 0..wanted {
        let outcome = lane.deliver(attempt.clone()).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "letter {n}: {outcome:?}");
    }
    lane.end();
    serving.await.unwrap().0
}

#[tokio::test]
async fn letters_share_a_connection_up_to_a_bound() {
    assert_eq!(sent(|verb, _, _| gladly(verb), 5).await, [5]);
    assert_eq!(sent(|verb, _, _| gladly(verb), LETTERS_MAX + 1).await, [LETTERS_MAX, 1]);
}

#[tokio::test]
async fn a_server_that_has_had_enough_of_a_connection_gets_the_next_letter_in_another() {
    let temporary: Answers = |verb, here, _| match (verb, here) {
        ("MAIL", 2) => "421 4.7.0 too many letters\r\n",
        _ => gladly(verb),
    };
    assert_eq!(sent(temporary, 5).await, [2, 2, 1]);
    let for_good: Answers = |verb, here, _| match (verb, here) {
        ("MAIL", 1) => "550 5.7.0 one letter a connection\r\n",
        _ => gladly(verb),
    };
    assert_eq!(sent(for_good, 3).await, [1, 1, 1]);
    let silently: Answers = |verb, here, _| match (verb, here) {
        ("MAIL", 1) => "",
        _ => gladly(verb),
    };
    assert_eq!(sent(silently, 3).await, [1, 1, 1]);
}

#[tokio::test]
async fn what_comes_unasked_behind_a_letter_is_no_reply_to_the_next() {
    // Had the second 250 been taken for the reply to MAIL, all replies would be those of the command before.
    let twice: Answers = |verb, _, _| match verb {
        "." => "250 ok\r\n250 ok\r\n",
        _ => gladly(verb),
    };
    assert_eq!(sent(twice, 3).await, [1, 1, 1]);
    let farewell: Answers = |verb, _, _| match verb {
        "." => "250 ok\r\n421 4.3.2 closing\r\n",
        _ => gladly(verb),
    };
    assert_eq!(sent(farewell, 3).await, [1, 1, 1]);
}

#[tokio::test]
async fn who_puts_off_a_recipient_is_not_asked_a_second_time_in_the_same_attempt() {
    let greylists: Answers = |verb, _, in_all| match (verb, in_all) {
        ("RCPT", 1) => "450 4.7.1 greylisted\r\n",
        _ => gladly(verb),
    };
    let (address, serving) = server(greylists, 2).await;
    let attempt = letter(&[("mx.x", address)]).await;
    let mut lane = Lane::default();
    assert!(matches!(lane.deliver(attempt.clone()).await, Outcome::Accepted { .. }));
    let later = lane.deliver(attempt).await;
    assert!(matches!(&later, Outcome::Later { words } if words.contains("greylisted")), "{later:?}");
    lane.end();
    serving.abort();
}

#[tokio::test]
async fn a_letter_for_another_server_gets_a_connection_of_its_own() {
    let ((one, at_one), (other, at_other)) =
        (server(|verb, _, _| gladly(verb), 1).await, server(|verb, _, _| gladly(verb), 2).await);
    let mut lane = Lane::default();
    for to in [("one.x", one), ("other.x", other), ("other.x", other)] {
        let outcome = lane.deliver(letter(&[to]).await).await;
        assert!(matches!(&outcome, Outcome::Accepted { by, .. } if by.starts_with(to.0)), "{outcome:?}");
    }
    lane.end();
    assert_eq!((at_one.await.unwrap().0, at_other.await.unwrap().0), (vec![1], vec![2]));
}
