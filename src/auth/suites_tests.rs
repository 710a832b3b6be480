//! The public suites for SPF and ARC through this room: our cache and lookups, and a DNS server over loopback.
//!
//! `deploy/corpora.sh target/corpora auth` fetches them; they are no part of the repository.

use std::{collections::BTreeMap, fs, net::IpAddr, path::Path};

use mail_auth::hickory_resolver::proto::rr::{
    Name, RData,
    rdata::{A, AAAA, CNAME, MX, PTR, TXT},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::*;
use crate::{
    playground::{Dns as DnsServer, Zone},
    types::{Clock, IdMaker},
};

/// The documents of a suite; `None` when tests may do without the network.
fn suite<T: DeserializeOwned>(name: &str) -> Option<Vec<T>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/corpora/auth").join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        let missing = format!("{} is missing: deploy/corpora.sh target/corpora auth", path.display());
        assert!(std::env::var_os("REPLYD_TEST_OFFLINE").is_some(), "{missing}");
        eprintln!("LEFT OUT, as REPLYD_TEST_OFFLINE is set: {missing}");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// A DNS server with that table, and what asks it.
struct Served {
    auth: Authenticator,
    _dns: DnsServer,
}

fn served(zone: Zone) -> Served {
    let dns = DnsServer::start(zone).unwrap();
    let settings = config::Auth { resolvers: vec![dns.addr()], ..config::Auth::default() };
    Served { auth: Authenticator::new(&settings, Vec::new()), _dns: dns }
}

#[derive(Deserialize)]
struct SpfScenario {
    tests: BTreeMap<String, SpfCase>,
    zonedata: BTreeMap<String, Vec<Value>>,
}

#[derive(Deserialize)]
struct SpfCase {
    helo: String,
    host: IpAddr,
    mailfrom: String,
    result: Value,
}

/// The suite writes one word, or a list with the preferred one first.
fn accepts(result: &Value, word: &str) -> bool {
    match result {
        Value::Array(words) => words.iter().any(|accepted| accepted == word),
        one => one == word,
    }
}

impl SpfScenario {
    fn zone(&self) -> Zone {
        let zone = Zone::new();
        for (name, rows) in &self.zonedata {
            let rows: Vec<(&str, &Value)> = rows.iter().flat_map(|row| row_of(&zone, name, row)).collect();
            // RFC 7208 §3.1 has done away with rows of type SPF: they stand for TXT where there is none.
            let stand_in = if rows.iter().any(|(kind, _)| *kind == "TXT") { "TXT" } else { "SPF" };
            for (kind, value) in rows.into_iter().filter(|(kind, _)| *kind != "SPF" || stand_in == "SPF") {
                add(&zone, name, kind, value);
            }
        }
        zone
    }
}

fn row_of<'a>(zone: &Zone, name: &str, row: &'a Value) -> Option<(&'a str, &'a Value)> {
    let Some(row) = row.as_object() else {
        // RFC 7208 §2.6.6 makes the same of a server that does not answer and of one that fails.
        zone.servfail_beside_rows(name);
        return None;
    };
    let (kind, value) = row.iter().next()?;
    Some((kind, value))
}

fn add(zone: &Zone, name: &str, kind: &str, value: &Value) {
    let host = |value: &Value| name_of(value.as_str().unwrap());
    let data = match kind {
        "A" => RData::A(A(value.as_str().unwrap().parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(value.as_str().unwrap().parse().unwrap())),
        "MX" => RData::MX(MX::new(u16::try_from(value[0].as_u64().unwrap()).unwrap(), host(&value[1]))),
        "PTR" => RData::PTR(PTR(host(value))),
        "CNAME" => RData::CNAME(CNAME(host(value))),
        _ if value == "NONE" => return,
        _ => RData::TXT(TXT::from_bytes(strings(value).iter().map(Vec::as_slice).collect())),
    };
    zone.row(&name_of(name).to_ascii(), data);
}

/// Names hold what no host name may.
fn name_of(text: &str) -> Name {
    let labels = text.trim_end_matches('.').split('.').filter(|label| !label.is_empty());
    Name::from_labels(labels.map(str::as_bytes)).unwrap()
}

/// The character strings of a TXT row, octet by octet: YAML's `\x96` is one octet.
fn strings(value: &Value) -> Vec<Vec<u8>> {
    let octets = |text: &Value| text.as_str().unwrap().chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<u8>>();
    match value {
        // A row has at least one string. RFC 1035 §3.3.14.
        Value::Array(parts) if parts.is_empty() => vec![Vec::new()],
        Value::Array(parts) => parts.iter().map(octets).collect(),
        one => octets(one).chunks(255).map(<[u8]>::to_vec).collect(),
    }
}

async fn check_spf(auth: &Inner, case: &SpfCase) -> Verdict {
    // RFC 7208 §2.4, §4.3: the null sender stands for the HELO name, a missing local part for postmaster.
    let (local, domain) = case.mailfrom.rsplit_once('@').unwrap_or(("", &case.helo));
    let local = if local.is_empty() { "postmaster" } else { local };
    let client = spf::Client { peer: case.host, helo: &case.helo, local, domain };
    let lookups = lookups::Lookups::new(auth.dns.clone());
    let deadline = Instant::now() + auth.deadline;
    loop {
        let verdict = spf::check(&lookups, client);
        if !lookups.want_another_run(deadline).await {
            return verdict;
        }
    }
}

/// RFC 7208, all 203 cases.
#[tokio::test]
async fn the_whole_spf_suite_passes() {
    let Some(scenarios) = suite::<SpfScenario>("spf.json") else { return };
    let (mut cases, mut wrong) = (0, Vec::new());
    for scenario in &scenarios {
        let served = served(scenario.zone());
        let auth = &*served.auth.0;
        for (name, case) in &scenario.tests {
            cases += 1;
            let word = check_spf(auth, case).await.word();
            if !accepts(&case.result, word) {
                wrong.push(format!("{name}: {word} instead of {}", case.result));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(cases, 203);
}

#[derive(Deserialize)]
struct ArcScenario {
    tests: BTreeMap<String, ArcCase>,
    #[serde(rename = "txt-records")]
    rows: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct ArcCase {
    message: String,
    cv: String,
}

/// The cases we answer otherwise, and why.
const ARC_DIFFERENCES: &[(&str, Verdict, &str)] = &[(
    "ams_fields_h_empty",
    Verdict::Neutral,
    "A message signature that signs no field at all. RFC 6376 §5.4 wants From signed at least, so it vouches for nothing here; \
     the suite takes it for a pass.",
)];

/// The validation part of the ARC suite, all 170 cases.
#[tokio::test]
async fn the_arc_suite_passes_but_for_what_is_explained() {
    let Some(scenarios) = suite::<ArcScenario>("arc.json") else { return };
    let (mut cases, mut wrong) = (0, Vec::new());
    for scenario in &scenarios {
        let zone = Zone::new();
        for (name, value) in scenario.rows.iter().flatten() {
            zone.txt(name, value);
        }
        let served = served(zone);
        for (name, case) in &scenario.tests {
            cases += 1;
            let mail = Bytes::from(case.message.replace('\n', "\r\n"));
            let verdicts = served
                .auth
                .check(&envelope(), &mail, &crate::mime::parse(&mail), Registration::default())
                .await
                .verdicts;
            let found = verdicts.arc.verdict;
            let difference = ARC_DIFFERENCES.iter().find(|(differing, ..)| differing == name);
            let is_right = match (difference, case.cv.as_str()) {
                (Some((_, verdict, _)), _) => found == *verdict,
                (None, "Pass") => found == Verdict::Pass,
                (None, "None") => found == Verdict::None,
                // A chain that says itself that it failed has no result in the suite.
                (None, _) => !matches!(found, Verdict::Pass | Verdict::None),
            };
            if !is_right {
                wrong.push(format!("{name}: {} instead of {}: {}", found.word(), case.cv, verdicts.sentence));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(cases, 170);
    assert!(ARC_DIFFERENCES.len() <= 2 && ARC_DIFFERENCES.iter().all(|(.., why)| !why.is_empty()));
}

fn envelope() -> Envelope {
    Envelope {
        id: IdMaker::new(Clock::testing_fixed(1), 0).mail(),
        arrived: crate::types::Millis(1),
        peer: [192, 0, 2, 1].into(),
        helo: "out.a.example".into(),
        esmtp: true,
        tls: None,
        mail_from: None,
        recipients: Vec::new(),
        smtputf8: false,
    }
}
