//! Bounces of others, as `deploy/corpora.sh` fetched them: found, and whom they name.
//!
//! Their own tests say what is right. Two mails that they call bounces are plain spam in the place of one, and one that they
//! call none is a proper report of RFC 3464; all three stand below by name.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{collections::BTreeSet, net::IpAddr, path::Path};

use replyd::{
    conversation::{self, Bounce, Class, Fate, ReplyKeys, Reported, Returned, Sent, Whom},
    mime,
    types::{Address, Envelope, LetterId, MailId, Millis, Recipient, Secret},
};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/corpora/bounce");

/// Spam with nothing of a report in it, which the corpus expects to be found all the same.
const NO_REPORTS: [&str; 2] = ["bounceparser/spam-bogus-email-in-report.msg", "bounceparser/spam-with-image.msg"];
/// A report of RFC 3464 by Postfix, which the corpus wants taken for the question of a filter.
const A_REPORT: &str = "bounceparser/whitelist.msg";

struct Expected {
    file: String,
    bounce: Option<bool>,
    failed: BTreeSet<String>,
    temporary: Option<bool>,
}

fn corpus() -> Option<Vec<Expected>> {
    let table = std::fs::read_to_string(Path::new(CORPUS).join("expected.tsv")).ok()?;
    let flag = |word: &str| (word != "-").then_some(word == "1");
    let rows = table.lines().map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let failed = fields[2].split(',').filter(|address| *address != "-").map(str::to_lowercase).collect();
        Expected { file: fields[0].to_owned(), bounce: flag(fields[1]), failed, temporary: flag(fields[3]) }
    });
    Some(rows.collect())
}

fn read(file: &str, mail_from: Option<&str>) -> (Class, Option<Bounce>) {
    let raw = std::fs::read(Path::new(CORPUS).join(file)).unwrap();
    let envelope = Envelope {
        id: MailId(1),
        arrived: Millis(0),
        peer: IpAddr::from([192, 0, 2, 1]),
        helo: "mx.x.example".into(),
        esmtp: true,
        tls: None,
        mail_from: mail_from.map(|address| Address::parse(address).unwrap()),
        recipients: vec![Recipient { address: Address::parse("in+key@mx.acme.example").unwrap() }],
        smtputf8: false,
    };
    let mail = mime::parse(&raw);
    let class = conversation::classify(&mail, &envelope).class;
    (class, conversation::bounce(&mail, class))
}

/// The sender of a bounce that came through a forwarder, beside the null sender of one that came straight.
const SENDERS: [Option<&str>; 2] = [None, Some("SRS0=ab=cd=x.example=ada@acme.example")];

#[test]
fn bounces_of_the_corpus_are_found_and_others_are_not() {
    let Some(corpus) = corpus() else {
        return eprintln!("skipped: deploy/corpora.sh target/corpora fetches the mails");
    };
    let of = |kind| corpus.iter().filter(move |row| row.bounce == Some(kind));
    // Without npm the dozen of one package is missing.
    assert!(of(true).count() >= 219 && of(false).count() >= 6, "the corpus is not whole");
    for sender in SENDERS {
        let is_bounce = |row: &&Expected| read(&row.file, sender).0 == Class::Bounce;
        let missed: Vec<&str> = of(true).filter(|row| !is_bounce(row)).map(|row| row.file.as_str()).collect();
        assert_eq!(missed, NO_REPORTS, "as from {sender:?}");
        let wrong: Vec<&str> = of(false).filter(is_bounce).map(|row| row.file.as_str()).collect();
        assert_eq!(wrong, [A_REPORT], "as from {sender:?}");
    }
}

#[test]
fn bounces_of_the_corpus_name_who_failed() {
    let Some(corpus) = corpus() else {
        return eprintln!("skipped: deploy/corpora.sh target/corpora fetches the mails");
    };
    let mut wrong = Vec::new();
    for row in corpus.iter().filter(|row| !row.failed.is_empty()) {
        let recipients = read(&row.file, None).1.map(|bounce| bounce.recipients).unwrap_or_default();
        let named: BTreeSet<String> = recipients.iter().map(|failed| failed.recipient.to_lowercase()).collect();
        if named != row.failed {
            wrong.push(format!("{}: {named:?} instead of {:?}", row.file, row.failed));
        }
        if let Some(temporary) = row.temporary
            && recipients.iter().any(|failed| (failed.action == "delayed") != temporary)
        {
            wrong.push(format!("{}: temporary is {temporary}, not {recipients:?}", row.file));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bounces_of_the_corpus_that_come_to_an_envelope_sender_say_one_thing_of_its_recipient() {
    let Some(corpus) = corpus() else {
        return eprintln!("skipped: deploy/corpora.sh target/corpora fetches the mails");
    };
    let keys = ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte")]);
    let sent = Sent { letter: LetterId(77), place: 3 };
    let returned = Returned { sent, to: Address::parse("ada@customer.example").unwrap() };
    let mut gone = 0;
    let mut wrong = Vec::new();
    for row in corpus.iter().filter(|row| row.bounce == Some(true) && !NO_REPORTS.contains(&row.file.as_str())) {
        let mail = mime::parse(&std::fs::read(Path::new(CORPUS).join(&row.file)).unwrap());
        let said = conversation::reported(&mail, Class::Bounce, Some(&returned), &keys);
        let [Reported { letter: LetterId(77), whom: Whom::Place(3), fate, status, .. }] = said.as_slice() else {
            wrong.push(format!("{}: {said:?}", row.file));
            continue;
        };
        gone += u32::from(*fate == Fate::Failed { no_mailbox: true });
        let is_delay = *fate == Fate::Delayed;
        if row.temporary.is_some_and(|temporary| temporary != is_delay) {
            wrong.push(format!("{}: temporary is {:?}, not {fate:?} {status}", row.file, row.temporary));
        }
        if matches!(fate, Fate::Failed { no_mailbox: true }) && !conversation::is_no_mailbox(status) {
            wrong.push(format!("{}: {status} names no mailbox", row.file));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    // Most say 550 or 5.0.0 and their reason in words: too little to write to somebody no more.
    assert_eq!(gone, 32);
}
