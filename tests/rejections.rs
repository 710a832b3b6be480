//! S-10: bad mail through the real door. It is refused while its sender can still hear it, or kept where people see it;
//! nothing is mailed to anybody because of it. And the numbers that say so, over the socket that shows them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::collections::BTreeMap;

use support::{
    daemon::{House, QUESTION},
    mails::{self, Chance},
    metrics,
    names::Names,
    smtp::{Client, accepted},
};

const SUPPORT: &str = "support@acme.example";

/// Mails of the run; each is worse than it looks.
const MAILS: u32 = 400;

fn house(names: &Names) -> House {
    House::new(names.addr(), "", "segment_bytes = 4194304\n[web]\nmetrics = \"127.0.0.1:0\"")
}

/// One bad mail: its envelope sender, and its bytes.
fn bad_mail(chance: &mut Chance, n: u32) -> (String, Vec<u8>) {
    let victim =
        format!("victim-{}@{}", chance.below(20), ["strict.example", "other.example"][chance.below(2) as usize]);
    let id = format!("{n}@strict.example");
    let ordinary = |extra: &str, text: &str| mails::mail(&victim, SUPPORT, &id, "Parcel", extra, text);
    let garbage = |chance: &mut Chance, octets: u64| -> Vec<u8> {
        let octets = (0..octets).map(|_| chance.bits() as u8).filter(|octet| !matches!(octet, b'\r' | b'\n' | 0));
        [&octets.collect::<Vec<u8>>()[..], b"\r\n"].concat()
    };
    let mail = match chance.below(9) {
        // Forged, a question that the knowledge answers.
        0 | 1 => ordinary("", QUESTION),
        // A report about nothing we sent, as ours would look.
        2 => ordinary("Auto-Submitted: auto-replied\r\n", "Your mail could not be delivered. 550 5.1.1"),
        3 => format!(
            "From: MAILER-DAEMON@other.example\r\nTo: {SUPPORT}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nno\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; {victim}\r\nAction: failed\r\n\
             Status: 5.1.1\r\n\r\n--b--\r\n"
        )
        .into_bytes(),
        // Asks for receipts of every kind.
        4 => ordinary(
            &format!("Disposition-Notification-To: {victim}\r\nReturn-Receipt-To: {victim}\r\nErrors-To: {victim}\r\n"),
            "Tell me that you read this.",
        ),
        // Two From, none, an unusable one.
        5 => ordinary(&format!("From: <other@other.example>\r\nReply-To: {victim}\r\n"), "Who am I?"),
        6 => b"Subject: nobody\r\n\r\nNobody wrote this.\r\n".to_vec(),
        // A broken one, and noise.
        7 => ordinary(
            "Content-Type: multipart/mixed; boundary=\"never\r\nContent-Transfer-Encoding: base64\r\n",
            "=?\r\n--",
        ),
        _ => garbage(chance, 400),
    };
    let sender = if chance.percent(30) { String::new() } else { victim };
    (sender, mail)
}

#[test]
fn bad_mail_makes_no_mail_s10() {
    let names = Names::start();
    let house = house(&names);
    let daemon = house.start();
    let shown_at = metrics::address(&daemon);
    let mut chance = Chance::new(10);
    let mut replies: BTreeMap<String, u32> = BTreeMap::new();
    for n in 0..MAILS {
        let (sender, mail) = bad_mail(&mut chance, n);
        let to = if chance.percent(10) { "nobody@acme.example" } else { SUPPORT };
        let mut client = Client::greeted(daemon.address()).unwrap();
        let said = client.mail(&sender, &[to], &mail).unwrap();
        // Content and doubts are never a reason; the recipient is.
        let expected = if to == SUPPORT { "250" } else { "550" };
        assert!(said.starts_with(expected), "{said}: from <{sender}>\n{}", String::from_utf8_lossy(&mail));
        *replies.entry(said.chars().take(3).collect()).or_default() += 1;
    }
    for (bad, code) in [(&b"From: a@other.example\r\n\r\nbare\nline\r\n"[..], "554"), (b"bare\rline\r\n", "554")] {
        let said = Client::greeted(daemon.address()).unwrap().mail("", &[SUPPORT], bad).unwrap();
        assert!(said.starts_with(code), "{said}");
    }
    // What was to be thought about has been thought about.
    daemon.until("nothing is left to do", |_| metrics::metrics(shown_at)["replyd_jobs{state=\"open\"}"] == 0);
    let outbox = std::fs::read_dir(house.outbox()).map(|folder| folder.count()).unwrap_or(0);
    assert_eq!(outbox, 0, "somebody got mail");
    let told = metrics::metrics(shown_at);
    assert_eq!(told["replyd_letters_total"], 0);
    assert_eq!(told["replyd_accepted_total"], u64::from(replies["250"]));
    assert!(
        told["replyd_brakes_held_total{brake=\"proof\"}"] > 0,
        "the forged questions were thought about: {told:#?}"
    );
    daemon.stop();
    house.verify();
}

#[test]
fn the_numbers_say_what_happened_and_the_books_balance() {
    let names = Names::start();
    let house = house(&names);
    let daemon = house.start();
    let shown_at = metrics::address(&daemon);
    let mut client = Client::greeted(daemon.address()).unwrap();
    let mut send = |from: &str, id: &str, extra: &str| {
        let mail = mails::mail(from, SUPPORT, id, "Password", extra, QUESTION);
        accepted(&client.mail(from, &[SUPPORT], &mail).unwrap())
    };
    send("ada@customer.example", "1@customer.example", "");
    send("ada@customer.example", "1@customer.example", "");
    send("ada@customer.example", "2@customer.example", "X-Replyd-Letter: 1\r\n");
    let thrown_out = send("bob@strict.example", "3@strict.example", "");
    send("bob@strict.example", "4@strict.example", "");
    let done = house.run(&["held", "discard", &thrown_out, "--by", "Eve", "--why", "spam"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    daemon.until("Ada is answered", |_| metrics::metrics(shown_at)["replyd_letters_total"] == 1);
    daemon.until("it has left", |_| metrics::metrics(shown_at)["replyd_jobs{state=\"open\"}"] == 0);

    let told = metrics::metrics(shown_at);
    let place = |place: &str| told[&format!("replyd_mails{{place=\"{place}\"}}")];
    let places = ["shown", "held", "own_echo", "duplicate", "discarded"].map(place);
    assert_eq!((places, told["replyd_accepted_total"]), ([1, 1, 1, 1, 1], 5));
    assert_eq!((told["replyd_books_balance"], told["replyd_store_up"]), (1, 1));
    assert_eq!(told["replyd_intake_total{level=\"3\",class=\"human\"}"], 1);
    assert_eq!(told["replyd_intake_total{level=\"0\",class=\"human\"}"], 2);
    assert_eq!(told["replyd_intake_duplicates_total"], 1);
    assert_eq!(told["replyd_dmarc_total{domain=\"customer.example\",result=\"pass\"}"], 3);
    assert_eq!(told["replyd_dmarc_total{domain=\"strict.example\",result=\"fail\"}"], 2);
    assert_eq!(told["replyd_jobs{state=\"parked\"}"], 0);
    assert!(told["replyd_journal_records_total"] > 5);
    daemon.stop();
    house.verify();
}
