//! Sending domains at a terminal: their rows, whether DNS has them, rotations of keys beside a daemon that runs, and alarms.
//!
//! A DNS server on loopback stands for the world's; its zone changes between steps.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    fs,
    io::Read,
    net::{Ipv4Addr, TcpListener},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use support::{
    daemon::{Daemon, House, QUESTION},
    mails, metrics,
    names::Names,
    smtp::{hand_in, receive},
};

const ADA: &str = "ada@customer.example";
/// Autopilot is off there.
const BILLING: &str = "billing@acme.example";
const ACME: &str = "acme.example";

/// How a command ended.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(house: &House, args: &[&str]) -> Ended {
    let done = house.run(args);
    let [out, err] = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Ended { code: done.status.code(), out, err }
}

/// A command that ends with that code; what it printed.
#[track_caller]
fn ends(house: &House, args: &[&str], code: i32) -> String {
    let ended = run(house, args);
    assert_eq!(ended.code, Some(code), "{args:?}:\n{}{}", ended.out, ended.err);
    ended.out + &ended.err
}

#[track_caller]
fn rows(house: &House, args: &[&str]) -> Vec<Value> {
    let ended = run(house, &[args, &["--json"]].concat());
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{args:?}: {error}:\n{}{}", ended.out, ended.err))
}

fn change(house: &House, from: &str, to: &str) {
    let text = fs::read_to_string(house.config()).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(house.config(), text.replace(from, to)).unwrap();
}

/// A row's fields; `null` where there is no such row.
fn row_of<'r>(rows: &'r [Value], part: &str) -> &'r Value {
    rows.iter().find(|row| row["name"].as_str().unwrap().contains(part)).unwrap_or(&Value::Null)
}

/// Puts the texts among those rows into the zone, those whose name has that part.
fn publish(names: &Names, rows: &[Value], part: &str) {
    for row in rows.iter().filter(|row| row["type"] == "TXT") {
        let name = row["name"].as_str().unwrap();
        if name.contains(part) {
            names.zone().remove(name).txt(name, row["value"].as_str().unwrap());
        }
    }
}

/// A house whose domain has keys and whose rows are published.
fn verified() -> (Names, House) {
    let names = Names::start();
    let house = House::new(names.addr(), "", "segment_bytes = 4194304\n[web]\nmetrics = \"127.0.0.1:0\"");
    publish(&names, &rows(&house, &["domain", "add", ACME]), "");
    ends(&house, &["domain", "verify", ACME], 0);
    (names, house)
}

fn signing(house: &House) -> Value {
    rows(house, &["domain", "list"])[0]["signing"].clone()
}

#[test]
fn a_domain_gets_dated_keys_and_every_row_is_printed_with_what_dns_has_of_it() {
    // Given a DNS that has one of its rows
    let names = Names::start();
    let house = House::plain(&names);
    names.zone().txt("_dmarc.shop.example", "v=DMARC1; p=reject");

    // When the domain is added
    let Ended { code: Some(0), out: added, .. } = run(&house, &["domain", "add", "Shop.example"]) else {
        panic!("add")
    };

    // Then it stands in the configuration under selectors of today, and each row with its value and status
    let config = fs::read_to_string(house.config()).unwrap();
    assert!(config.contains("name = \"shop.example\"\nselector_rsa = \"replyd-rsa-20"), "{config}");
    for part in
        ["k=rsa; p=", "k=ed25519; p=", "v=spf1 a:mx.acme.example", "MX  mx.acme", "A  mx.acme", "v=TLSRPTv1", "v=STSv1"]
    {
        assert!(added.contains(part), "{part}: {added}");
    }
    assert!(added.contains("# pending, needed to send: DNS has no such row"), "{added}");
    assert!(
        added.contains("https://mta-sts.mx.acme.example/.well-known/mta-sts.txt") && added.contains("mode: testing")
    );
    let printed = rows(&house, &["domain", "add", "shop.example"]);
    assert_eq!(row_of(&printed, "_dmarc")["status"], "verified");
    assert_eq!(row_of(&printed, "replyd-rsa")["need"], "sending");
    assert_eq!(row_of(&printed, "_mta-sts")["need"], "recommended");
    assert!(row_of(&printed, "_mta-sts")["policy"]["text"].as_str().unwrap().contains("mx: mx.acme.example"));

    // And said again it makes no second keys, also where the domain stood there without any
    assert_eq!(run(&house, &["domain", "add", "shop.example"]).out, added);
    assert!(ends(&house, &["domain", "add", ACME], 0).contains("replyd-ed25519-20"));
    assert_eq!(rows(&house, &["domain", "records", ACME]).len(), 9);
}

#[test]
fn a_domain_that_is_not_ascii_is_added_and_found_in_either_form() {
    let names = Names::start();
    let house = House::plain(&names);
    let added = rows(&house, &["domain", "add", "Bücher.example"]);
    assert!(row_of(&added, "replyd-rsa")["name"].as_str().unwrap().ends_with("._domainkey.xn--bcher-kva.example"));
    publish(&names, &added, "_domainkey");
    for name in ["bücher.example", "XN--BCHER-KVA.example"] {
        ends(&house, &["domain", "verify", name], 0);
    }
    ends(&house, &["domain", "add", "../x"], 64);
}

#[test]
fn verify_says_row_by_row_what_is_the_matter_and_ends_with_a_code_for_scripts() {
    let names = Names::start();
    let house = House::plain(&names);
    assert!(ends(&house, &["domain", "verify", ACME], 65).contains("replyd domain add"));
    let printed = rows(&house, &["domain", "add", ACME]);
    let verify = || rows(&house, &["domain", "verify", ACME]);

    // Missing: pending, 65
    let said = ends(&house, &["domain", "verify", ACME], 65);
    assert!(said.contains("pending   TXT  replyd-rsa") && said.contains("acme.example is missing"), "{said}");

    // Another value: failing, with what was seen
    publish(&names, &printed, "_domainkey");
    let rsa = row_of(&printed, "replyd-rsa")["name"].as_str().unwrap();
    names.zone().remove(rsa).txt(rsa, "v=DKIM1; k=rsa; p=AAAA");
    ends(&house, &["domain", "verify", ACME], 65);
    assert_eq!(row_of(&verify(), "replyd-rsa")["status"], "failing");
    assert!(row_of(&verify(), "replyd-rsa")["why"].as_str().unwrap().contains("p=AAAA"));

    // Trouble: unknown, 75
    names.zone().servfail(rsa);
    ends(&house, &["domain", "verify", ACME], 75);
    names.zone().heal();

    // What is only recommended: failing, and the domain may send
    publish(&names, &printed, "");
    names.zone().txt(ACME, "v=spf1 -all");
    let said = ends(&house, &["domain", "verify", ACME], 0);
    assert!(said.contains("failing   TXT  acme.example  (recommended): DNS has `v=spf1"), "{said}");
}

#[test]
fn an_address_is_refused_with_the_row_that_its_domain_lacks() {
    // Given a domain with keys of which DNS knows nothing
    let names = Names::start();
    let house = House::plain(&names);
    let add = ["address", "add", "help@acme.example", "--autopilot", "on"];
    assert!(ends(&house, &add, 65).contains("acme.example has no DKIM key"));
    let printed = rows(&house, &["domain", "add", ACME]);
    let before = fs::read_to_string(house.config()).unwrap();

    // Then the row is named, nothing is written, and the flag is for files only
    let said = ends(&house, &add, 65);
    assert!(said.contains("_domainkey.acme.example is missing") && said.contains("--unverified"), "{said}");
    assert!(ends(&house, &["address", "add", "help@other.example"], 65).contains("domain add other.example"));
    assert_eq!(fs::read_to_string(house.config()).unwrap(), before);
    change(&house, "route = \"file\"\npath = \"data/outbox\"", "route = \"mx\"");
    ends(&house, &[&add[..], &["--unverified"]].concat(), 64);
    names.zone().servfail(ACME);
    ends(&house, &add, 75);
    names.zone().heal();

    // And with its rows it is registered
    publish(&names, &printed, "_domainkey");
    ends(&house, &add, 0);
    change(&house, "route = \"mx\"", "route = \"file\"");
    names.zone().remove(row_of(&printed, "replyd-rsa")["name"].as_str().unwrap());
    ends(&house, &["address", "add", "sales@acme.example", "--unverified"], 0);
}

#[test]
fn a_rotation_waits_for_dns_and_says_until_when_the_old_rows_stay() {
    // Given a domain that may send
    let (names, house) = verified();
    let old = signing(&house);

    // When a rotation begins
    let next = rows(&house, &["domain", "rotate", ACME]);

    // Then the old keys sign until both next rows are there
    assert!(next.iter().all(|row| row["need"] == "rotation" && row["status"] == "pending"), "{next:#?}");
    assert_eq!(next.len(), 2);
    assert!(ends(&house, &["domain", "rotate", ACME], 75).contains("the old keys go on signing"));
    assert!(ends(&house, &["domain", "list"], 0).contains("next keys wait for their rows"));
    publish(&names, &next, "replyd-rsa");
    ends(&house, &["domain", "rotate", ACME], 75);
    assert_eq!(signing(&house), old);

    // And then the next ones do, and the old rows stay for a week
    publish(&names, &next, "replyd-ed25519");
    let said = ends(&house, &["domain", "rotate", ACME], 0);
    assert!(said.contains("sign since") && said.contains("letters on their way"), "{said}");
    assert_ne!(signing(&house), old);
    let kept = rows(&house, &["domain", "records", ACME]);
    assert_eq!(kept.iter().filter(|row| row["until"].is_string()).count(), 2, "{kept:#?}");
    ends(&house, &["domain", "verify", ACME], 0);

    // And said once more it begins nothing, unless it must
    let now = signing(&house);
    ends(&house, &["domain", "rotate", ACME], 0);
    assert_eq!(rows(&house, &["domain", "list"])[0]["next"], Value::Null);
    assert_eq!(rows(&house, &["domain", "rotate", ACME, "--force"]).len(), 2);
    assert_eq!(signing(&house), now);
}

/// A command that is killed after so long; whether it had ended.
fn killed(house: &House, args: &[&str], after: Duration) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replyd"));
    command.arg("--config").arg(house.config()).args(args).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut out, (ended, end)) = (child.stdout.take().unwrap(), mpsc::channel());
    let reader = thread::spawn(move || {
        let _ = out.read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    let had_ended = end.recv_timeout(after).is_ok();
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    had_ended
}

/// Repeats a command that is killed ever later, until it ends by itself; what must hold is asked after each.
fn killed_until_it_ends(house: &House, args: &[&str], holds: impl Fn()) -> usize {
    for n in 0.. {
        let had_ended = killed(house, args, Duration::from_millis(n * 20));
        holds();
        if had_ended {
            return n as usize;
        }
    }
    unreachable!("each time there is more of it")
}

#[test]
fn a_rotation_that_is_killed_anywhere_never_signs_with_one_key_of_each() {
    let (names, house) = verified();
    let (old, dkim) = (signing(&house), house.data().join("dkim/acme.example"));
    let has_keys = |selectors: &Value| {
        for kind in ["rsa", "ed25519"] {
            let name = format!("{}.pem", selectors[kind].as_str().unwrap());
            let key = fs::read_to_string(dkim.join(name)).unwrap();
            assert!(key.ends_with("-----END PRIVATE KEY-----\n"), "{key}");
        }
    };

    let kills = killed_until_it_ends(&house, &["domain", "rotate", ACME], || {
        assert_eq!(signing(&house), old);
        let next = &rows(&house, &["domain", "list"])[0]["next"];
        if !next.is_null() {
            has_keys(&next["selectors"]);
        }
    });
    assert!(kills > 1, "it was not killed");
    let next = rows(&house, &["domain", "list"])[0]["next"]["selectors"].clone();
    publish(&names, &rows(&house, &["domain", "records", ACME]), "replyd-");

    killed_until_it_ends(&house, &["domain", "rotate", ACME], || {
        let now = signing(&house);
        assert!(now == old || now == next, "{now}");
        has_keys(&now);
    });
    assert_eq!(signing(&house), next);
}

/// Ada's server: takes letters, and gives the first `s=` of each.
fn server() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (took, letters) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let heard = receive(stream.unwrap());
            let mut tags = heard.split([';', '\r', '\n']).map(str::trim);
            let selector = tags.find_map(|tag| tag.strip_prefix("s=")).unwrap_or_default().to_owned();
            if took.send(selector).is_err() {
                return;
            }
        }
    });
    (port, letters)
}

/// A mail of Ada's, answered by Eve.
fn eve_answers(daemon: &Daemon, n: u32) {
    let mail = mails::mail(ADA, BILLING, &format!("{n}@customer.example"), &format!("Bill {n}"), "", QUESTION);
    hand_in(daemon, ADA, &[BILLING], &mail);
    let number = daemon.api().conversations()[0]["number"].to_string();
    let path = format!("/api/v1/conversations/{number}/replies");
    daemon.api().send("POST", &path, &json!({ "markdown": "You paid twice.", "by": "Eve" }));
}

#[test]
fn a_daemon_that_runs_signs_with_the_keys_that_a_command_switched_to() {
    let (names, house) = verified();
    names.zone().mx("customer.example", 10, "mx.customer.example").a("mx.customer.example", Ipv4Addr::LOCALHOST);
    let (port, letters) = server();
    change(&house, "route = \"file\"\npath = \"data/outbox\"", &format!("route = \"mx\"\nport = {port}"));
    let old = signing(&house)["ed25519"].as_str().unwrap().to_owned();
    let daemon = house.start();
    eve_answers(&daemon, 1);
    assert_eq!(letters.recv().unwrap(), old);

    publish(&names, &rows(&house, &["domain", "rotate", ACME]), "");
    eve_answers(&daemon, 2);
    assert_eq!(letters.recv().unwrap(), old);
    ends(&house, &["domain", "rotate", ACME], 0);
    eve_answers(&daemon, 3);

    assert_eq!(letters.recv().unwrap(), signing(&house)["ed25519"].as_str().unwrap());
    assert_ne!(signing(&house)["ed25519"], old.as_str());
    daemon.until("all have left", |api| api.queue().is_empty());
    daemon.stop();
}

#[test]
fn a_row_that_goes_is_an_error_in_the_log_a_number_and_a_line_of_the_list_until_it_is_back() {
    // Given a domain that was verified, and a row that is gone when the daemon starts
    let (names, house) = verified();
    let rsa = format!("{}._domainkey.acme.example", signing(&house)["rsa"].as_str().unwrap());
    let printed = rows(&house, &["domain", "records", ACME]);
    names.zone().remove(&rsa);
    let daemon = house.start();
    let shown_at = metrics::address(&daemon);
    let number = |name: &str| metrics::metrics(shown_at)[&format!("{name}{{domain=\"acme.example\"}}")];

    // Then it is told everywhere
    daemon.until("the alarm", |_| daemon.log().contains("domain_alarm"));
    assert_eq!((number("replyd_domain_alarms"), number("replyd_domain_verified")), (1, 0));
    let log = daemon.log();
    let line = log.lines().find(|line| line.contains("domain_alarm")).unwrap();
    assert!(line.contains("ERROR") && line.contains(&rsa) && line.contains("letters from it wait"), "{line}");
    let listed = ends(&house, &["domain", "list"], 0);
    assert!(listed.contains("ALARM since 20") && listed.contains(&rsa), "{listed}");
    assert!(rows(&house, &["domain", "list"])[0]["alarms"][0]["since"].is_string());

    // And it ends for the daemon too when a person sees to it that the row is back
    publish(&names, &printed, &rsa);
    ends(&house, &["domain", "verify", ACME], 0);
    assert_eq!((number("replyd_domain_alarms"), number("replyd_domain_verified")), (0, 1));
    daemon.stop();
}
