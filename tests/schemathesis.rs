//! A second opinion on the description of the API: Schemathesis makes requests out of `openapi.json`, right ones and wrong ones, and
//! holds every answer of the real daemon to it. No fault of ours, no answer that is not described.
//!
//! `deploy/schemathesis.sh` fetches it into `target/schemathesis`; REPLYD_SCHEMATHESIS_EXAMPLES (5 for each operation) makes a long
//! run of it. It is left out where it was not fetched, as tests are that need what REPLYD_TEST_OFFLINE does not fetch.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{net::TcpListener, path::Path, process::Command};

use serde_json::json;
use support::{
    daemon::{House, QUESTION},
    mails,
    names::Names,
    smtp::hand_in,
};

const ADA: &str = "ada@customer.example";
const SUPPORT: &str = "support@acme.example";

/// Requests for each operation.
const EXAMPLES: u32 = 5;

/// What it looks at. Whether wrong requests are refused is not among it: where a value is held to more than a schema says, both
/// answers are right.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method";

#[test]
fn every_answer_is_one_that_the_description_knows() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/schemathesis/bin/st");
    if !program.exists() {
        eprintln!("{} is not there: deploy/schemathesis.sh fetch target/schemathesis", program.display());
        return;
    }
    let names = Names::start();
    let house = House::plain(&names);
    // The port is free again when the daemon takes it.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    house.change(
        "[log]\n",
        &format!("[web]\nlisten = \"127.0.0.1:{port}\"\nkey_requests_per_minute = 1000000\n[log]\n"),
    );
    let daemon = house.start();
    let mail = mails::mail(ADA, SUPPORT, "1@customer.example", "Parcel", "", QUESTION);
    hand_in(&daemon, ADA, &[SUPPORT], &mail);
    let key = json!({ "name": "second-opinion", "role": "admin", "by": "Eve",
        "can": ["read", "answer", "release", "redact", "teach", "manage"] });
    let key = daemon.api().send("POST", "/api/v1/keys", &key);

    let examples = std::env::var("REPLYD_SCHEMATHESIS_EXAMPLES").map_or(EXAMPLES, |text| text.parse().unwrap());
    let mut run = Command::new(program);
    run.arg("run").arg(format!("http://127.0.0.1:{port}/api/v1/openapi.json"));
    run.args(["--header", &format!("Authorization: Bearer {}", key["secret"].as_str().unwrap())]);
    run.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--mode", "all", "--no-color"]);
    run.args(["--seed", "1", "--max-examples", &examples.to_string(), "--suppress-health-check", "all"]);
    let done = run.current_dir(house.data()).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(!daemon.log().contains("panicked"), "{}", daemon.log());
    daemon.stop();
}
