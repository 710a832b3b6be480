//! What comes back after a letter was accepted, over real sockets: the report goes to the letter's own envelope sender, whoever
//! is not there is not written to again until a person says so, and nobody can make such a report up.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    sync::mpsc,
    thread,
};

use serde_json::{Value, json};
use support::{
    api::Api,
    daemon::{Daemon, House, QUESTION},
    mails,
    names::Names,
    smtp::{Client, accepted, hand_in, queued_as},
};

const ADA: &str = "ada@customer.example";
/// Autopilot is off there.
const BILLING: &str = "billing@acme.example";
/// The AI answers there.
const SUPPORT: &str = "support@acme.example";

/// One letter as Ada's server heard it.
struct Heard {
    mail_from: String,
    rcpt_to: String,
    letter: String,
}

impl Heard {
    fn message_id(&self) -> &str {
        let line = self.letter.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap();
        line.trim_end_matches('>')
    }
}

/// Ada's server accepts everything, one connection at a time; `refusal`, when it is not empty, is what it says to RCPT.
struct Server {
    port: u16,
    heard: mpsc::Receiver<Heard>,
}

impl Server {
    fn start(refusal: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, heard) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let mut write = stream.try_clone().unwrap();
                let mut letter = None;
                let (mut mail_from, mut rcpt_to) = (String::new(), String::new());
                // Whoever hangs up has heard enough.
                let _ = write.write_all(b"220 mx.customer.example\r\n");
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if let Some(text) = letter.as_mut().filter(|_| line != ".") {
                        *text = format!("{text}{line}\n");
                        continue;
                    }
                    let in_brackets = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let reply = match line.split([' ', ':']).next().unwrap() {
                        "MAIL" => {
                            mail_from = in_brackets();
                            "250 ok"
                        }
                        "RCPT" => {
                            rcpt_to = in_brackets();
                            if refusal.is_empty() { "250 ok" } else { refusal }
                        }
                        "DATA" => {
                            letter = Some(String::new());
                            "354 go on"
                        }
                        "." => {
                            let letter = letter.take().unwrap();
                            let (mail_from, rcpt_to) = (mail_from.clone(), rcpt_to.clone());
                            tell.send(Heard { mail_from, rcpt_to, letter }).unwrap();
                            "250 2.0.0 Ok: queued as 4f2"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    };
                    let _ = write.write_all(format!("{reply}\r\n").as_bytes());
                }
            }
        });
        Self { port, heard }
    }

    fn next(&self) -> Heard {
        self.heard.recv_timeout(support::daemon::STARTS_WITHIN).expect("a letter leaves")
    }
}

/// A daemon whose letters leave to that server, its domain verified.
fn leaving(names: &Names, server: &Server) -> (House, Daemon) {
    names.zone().mx("customer.example", 10, "mx.customer.example").a("mx.customer.example", Ipv4Addr::LOCALHOST);
    let house = House::plain(names);
    let text = fs::read_to_string(house.config()).unwrap();
    let domain = "name = \"acme.example\"\n";
    let text = text
        .replace("route = \"file\"\npath = \"data/outbox\"", &format!("route = \"mx\"\nport = {}", server.port))
        .replace(domain, &format!("{domain}selector_rsa = \"r\"\nselector_ed25519 = \"e\"\n"));
    fs::write(house.config(), text).unwrap();
    let rows: Value = serde_json::from_str(&succeeds(&house, &["domain", "add", "acme.example", "--json"])).unwrap();
    for row in rows.as_array().unwrap().iter().filter(|row| row["type"] == "TXT") {
        names.zone().txt(row["name"].as_str().unwrap(), row["value"].as_str().unwrap());
    }
    let daemon = house.start();
    (house, daemon)
}

fn succeeds(house: &House, args: &[&str]) -> String {
    let done = house.run(args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// A mail of Ada's, answered by Eve; the conversation's number.
fn eve_answers(daemon: &Daemon, n: u32) -> String {
    let mail = mails::mail(ADA, BILLING, &format!("{n}@customer.example"), &format!("Bill {n}"), "", QUESTION);
    let id = hand_in(daemon, ADA, &[BILLING], &mail);
    let number = number_of(daemon, &id);
    let path = format!("/api/v1/conversations/{number}/replies");
    daemon.api().send("POST", &path, &json!({ "markdown": "You paid twice.", "by": "Eve" }));
    number
}

/// The number of the conversation in which a mail lies.
fn number_of(daemon: &Daemon, mail: &str) -> String {
    let place = &daemon.api().why(mail)["filings"][0]["place"]["conversation"]["id"];
    let id = place.as_str().unwrap_or_else(|| panic!("it lies in no conversation: {:#}", daemon.api().why(mail)));
    daemon.api().conversation(id)["number"].to_string()
}

/// The one delivery of the newest letter of a conversation.
fn delivery(api: &Api, number: &str) -> Value {
    let view = api.conversation(number);
    let mut letters = view["timeline"].as_array().unwrap().iter().filter(|line| line["deliveries"].is_array());
    letters.next_back().map(|line| line["deliveries"][0].clone()).unwrap_or_default()
}

fn events(api: &Api, number: &str) -> Vec<String> {
    let view = api.conversation(number);
    let named = view["timeline"].as_array().unwrap().iter().filter_map(|line| line["name"].as_str());
    named.map(str::to_owned).collect()
}

/// A report of RFC 3464 on something that names neither our Message-ID nor the address that we wrote to.
fn report(action: &str, status: &str, words: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@mx.customer.example\r\nTo: somebody\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Message-ID: <report-{action}-{status}@mx.customer.example>\r\nMIME-Version: 1.0\r\nContent-Type: \
         multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nA report.\r\n--b\r\nContent-Type: \
         message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\nFinal-Recipient: rfc822; \
         x93@internal.customer.example\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n\r\n\
         --b--\r\n"
    )
    .into_bytes()
}

/// Handed in from the null sender; the last reply.
fn comes_back(daemon: &Daemon, to: &str, mail: &[u8]) -> String {
    Client::greeted(daemon.address()).unwrap().mail("", &[to], mail).unwrap()
}

/// The last letter of the MAC is another.
fn forged(sender: &str) -> String {
    let (local, host) = sender.split_once('@').unwrap();
    let last = if local.ends_with('0') { '1' } else { '0' };
    format!("{}{last}@{host}", &local[..local.len() - 1])
}

#[test]
fn a_letter_that_comes_back_is_told_its_recipient_suppressed_and_written_to_again_when_a_person_says_so() {
    let (names, server) = (Names::start(), Server::start(""));
    let (house, daemon) = leaving(&names, &server);
    let number = eve_answers(&daemon, 1);
    let heard = server.next();
    let sender = heard.mail_from.clone();
    assert_eq!(heard.rcpt_to, ADA);
    assert!(sender.starts_with("bounce.") && sender.ends_with("@mx.acme.example"), "{sender}");
    assert!(heard.letter.contains("From: billing@acme.example\n"), "From is what it was: {}", heard.letter);
    daemon.until("it is accepted", |api| delivery(api, &number)["state"] == "accepted");
    succeeds(&house, &["conversations", "close", &number]);

    // Nobody can make up such an address, and an upper case one is the same.
    let refused = comes_back(&daemon, &forged(&sender), &report("failed", "5.1.1", "550 5.1.1 no such user"));
    assert!(refused.starts_with("550 5.1.1"), "{refused}");
    assert_eq!(delivery(&daemon.api(), &number)["state"], "accepted");
    let delay = report("delayed", "4.4.1", "421 4.4.1 busy");
    accepted(&comes_back(&daemon, &sender.to_uppercase(), &delay));
    let delayed = delivery(&daemon.api(), &number);
    assert_eq!(delayed["state"], "delayed", "{delayed}");
    assert!(delayed["words"].as_str().unwrap().ends_with("421 4.4.1 busy"), "{delayed}");

    let gone = report("failed", "5.1.1", "550 5.1.1 no such user");
    let id = accepted(&comes_back(&daemon, &sender, &gone));

    assert_eq!(number_of(&daemon, &id), number, "it lies with the letter");
    let bounced = delivery(&daemon.api(), &number);
    assert_eq!(bounced["state"], "bounced", "{bounced}");
    assert!(bounced["words"].as_str().unwrap().contains("550 5.1.1 no such user"), "{bounced}");
    let told = daemon.api().conversation(&number);
    assert_eq!(told["status"], "open", "{told:#}");
    assert_eq!(told["waits_because"], "our letter did not reach ada@customer.example: 550 5.1.1 no such user");
    // The same again, as servers do: nothing more happens.
    let before = events(&daemon.api(), &number);
    accepted(&comes_back(&daemon, &sender, &gone));
    assert_eq!(events(&daemon.api(), &number), before);
    let listed = succeeds(&house, &["suppressions", "list"]);
    assert!(listed.starts_with("ada@customer.example  letter ") && listed.lines().count() == 1, "{listed}");
    assert!(succeeds(&house, &["queue", "list"]).contains("bounced"));

    let second = eve_answers(&daemon, 2);
    daemon.until("the next letter is refused", |api| delivery(api, &second)["state"] == "refused");
    let why = delivery(&daemon.api(), &second);
    assert!(why["words"].as_str().unwrap().contains("550 5.1.1 no such user"), "with the reason: {why}");
    assert!(daemon.api().conversation(&second)["waits_because"].as_str().unwrap().contains("suppressed"));
    daemon.stop();
    // The list is in the journal, and commands reach it while nothing runs.
    house.verify();
    assert!(succeeds(&house, &["suppressions", "show", "ADA@customer.example"]).contains("came back"));
    let nameless = house.run(&["suppressions", "remove", ADA]);
    assert_eq!(nameless.status.code(), Some(64), "who decides must be said");
    let daemon = house.start();
    succeeds(&house, &["suppressions", "remove", ADA, "--by", "Eve"]);
    assert_eq!(succeeds(&house, &["suppressions", "list"]), "");
    assert_eq!(house.run(&["suppressions", "remove", ADA, "--by", "Eve"]).status.code(), Some(65));
    assert_eq!(events(&daemon.api(), &number).last().unwrap(), "lifted");

    succeeds(&house, &["queue", "retry", why["id"].as_str().unwrap(), "--by", "Eve"]);

    let again = server.next();
    assert_eq!(again.rcpt_to, ADA);
    assert_ne!(again.mail_from, sender, "each letter has its own");
    daemon.until("it has left", |api| delivery(api, &second)["state"] == "accepted");
    daemon.stop();
    house.verify();
}

#[test]
fn who_is_put_on_the_list_by_a_person_or_a_server_is_not_written_to() {
    let (names, server) = (Names::start(), Server::start("550 5.1.1 <ada@customer.example>: no such user"));
    let (house, daemon) = leaving(&names, &server);
    let number = eve_answers(&daemon, 1);
    daemon.until("it is refused", |api| delivery(api, &number)["state"] == "refused");
    let listed = succeeds(&house, &["suppressions", "list"]);
    assert!(listed.contains("its server refused letter") && listed.contains("550 5.1.1"), "{listed}");

    succeeds(&house, &["suppressions", "add", "bob/b@customer.example", "--by", "Eve", "--why", "he asked"]);

    let twice = house.run(&["suppressions", "add", "bob/b@customer.example", "--by", "Eve", "--why", "again"]);
    assert_eq!(twice.status.code(), Some(64), "{}", String::from_utf8_lossy(&twice.stderr));
    let shown: Value =
        serde_json::from_str(&succeeds(&house, &["suppressions", "show", "bob/b@customer.example", "--json"])).unwrap();
    assert_eq!(shown["reason"], json!({ "person": "Eve" }));
    assert!(shown["sentence"].as_str().unwrap().ends_with("he asked"), "{shown}");
    assert_eq!(daemon.api().get("/api/v1/suppressions").as_array().unwrap().len(), 2);
    succeeds(&house, &["suppressions", "remove", "bob/b@customer.example", "--by", "Eve"]);
    assert!(daemon.log().lines().all(|line| !line.contains("bob/b")), "the log has no local parts: {}", daemon.log());
    daemon.stop();
    house.verify();
}

#[test]
fn what_a_machine_writes_to_the_envelope_sender_is_shown_and_is_no_bounce() {
    let (names, server) = (Names::start(), Server::start(""));
    let (house, daemon) = leaving(&names, &server);
    let number = eve_answers(&daemon, 1);
    let heard = server.next();
    daemon.until("it is accepted", |api| delivery(api, &number)["state"] == "accepted");

    // RFC 3834 §3.1.1, §4: from another address of hers, with the null sender, whose SPF is that of the HELO name.
    names.zone().txt("mail.customer.example", "v=spf1 ip4:127.0.0.1 -all");
    let extra = "Auto-Submitted: auto-replied\r\n";
    let (from, id) = ("ada.loewe@customer.example", "away@customer.example");
    let note = mails::mail(from, "somebody@acme.example", id, "Out of office", extra, "I am away until Monday.");
    let id = accepted(&comes_back(&daemon, &heard.mail_from, &note));

    assert_eq!(number_of(&daemon, &id), number);
    assert_eq!(daemon.api().why(&id)["class"]["class"], "automatic_reply");
    // Nothing in this one says that a machine wrote it, but where it went.
    let odd = mails::mail(ADA, "somebody@acme.example", "odd@customer.example", "Brev", "", "Brevet kom inte fram.");
    let id = accepted(&comes_back(&daemon, &heard.mail_from, &odd));
    assert_eq!(number_of(&daemon, &id), number);
    assert_eq!(daemon.api().why(&id)["class"]["class"], "automatic_reply");
    assert_eq!(delivery(&daemon.api(), &number)["state"], "accepted");
    assert_eq!(daemon.api().get("/api/v1/suppressions"), json!([]));
    assert_eq!(daemon.api().conversations().len(), 1);
    daemon.stop();
    house.verify();
}

#[test]
fn a_forged_report_that_knows_the_message_id_suppresses_nobody() {
    let (names, server) = (Names::start(), Server::start(""));
    let (house, daemon) = leaving(&names, &server);
    let number = eve_answers(&daemon, 1);
    let heard = server.next();
    daemon.until("it is accepted", |api| delivery(api, &number)["state"] == "accepted");
    let text = String::from_utf8(report("failed", "5.1.1", "550 5.1.1 no such user")).unwrap();
    let text = text.replace("x93@internal.customer.example", ADA).replace(
        "\r\n--b--",
        &format!(
            "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\n\r\n--b--",
            heard.message_id()
        ),
    );

    accepted(&comes_back(&daemon, BILLING, text.as_bytes()));

    assert_eq!(delivery(&daemon.api(), &number)["state"], "bounced", "people see what was said");
    assert_eq!(daemon.api().get("/api/v1/suppressions"), json!([]));
    eve_answers(&daemon, 2);
    assert_eq!(server.next().rcpt_to, ADA, "and she is written to");
    daemon.stop();
    house.verify();
}

#[test]
fn who_calls_an_answer_of_the_ai_spam_gets_no_other() {
    let (names, server) = (Names::start(), Server::start(""));
    let (house, daemon) = leaving(&names, &server);
    let asks = |n: u32, extra: &str| {
        let mail = mails::mail(ADA, SUPPORT, &format!("{n}@customer.example"), "Password", extra, QUESTION);
        hand_in(&daemon, ADA, &[SUPPORT], &mail)
    };
    let number = number_of(&daemon, &asks(1, ""));
    let heard = server.next();
    daemon.until("it is accepted", |api| delivery(api, &number)["state"] == "accepted");
    let complaint = format!(
        "From: fbl@provider.example\r\nTo: {SUPPORT}\r\nSubject: complaint\r\nMessage-ID: <fbl-1@provider.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\n\
         A complaint.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\
         Original-Mail-From: <{}>\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Re: Password\r\n\r\n\
         hello\r\n--b--\r\n",
        heard.mail_from
    );

    let reply = Client::greeted(daemon.address()).unwrap();
    let reply = { reply }.mail("fbl@provider.example", &[SUPPORT], complaint.as_bytes()).unwrap();

    let id = queued_as(&reply).unwrap();
    assert_eq!(number_of(&daemon, &id), number);
    assert_eq!(daemon.api().why(&id)["class"]["class"], "complaint");
    let listed = succeeds(&house, &["suppressions", "list"]);
    assert!(listed.contains(ADA) && listed.contains("complained about"), "{listed}");
    asks(2, &format!("In-Reply-To: <{}>\r\n", heard.message_id()));
    let view = daemon.api().conversation(&number);
    assert_eq!((&view["owner"], view["waits_because"] == ""), (&json!("team"), false), "{view:#}");
    assert_eq!(daemon.api().queue(), Vec::<Value>::new(), "no answer is due");

    // Nor elsewhere: people get it before the AI thinks, with since when
    let elsewhere = mails::mail(ADA, SUPPORT, "3@customer.example", "Another password", "", QUESTION);
    let other = number_of(&daemon, &hand_in(&daemon, ADA, &[SUPPORT], &elsewhere));
    assert_ne!(other, number);
    daemon.until("people have it", |api| api.conversation(&other)["owner"] == "team");
    let why = daemon.api().conversation(&other)["waits_because"].to_string();
    assert!(why.contains(&format!("{ADA} is suppressed since letter")) && why.contains("complained about"), "{why}");
    assert_eq!(delivery(&daemon.api(), &other), Value::Null, "no letter was written");
    daemon.stop();
    house.verify();
}
