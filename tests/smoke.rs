//! `deploy/smoke.sh` against the daemon as it ships, when swaks is there; else it is skipped and says so.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod support;

use std::{path::Path, process::Command};

use support::{daemon::House, names::Names};

#[test]
fn the_smoke_script_finds_nothing_wrong() {
    if Command::new("swaks").arg("--version").output().is_err() {
        println!("skipped: swaks is missing (apt-get install swaks)");
        return;
    }
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/smoke.sh");
    let (host, port) = (daemon.address().ip().to_string(), daemon.address().port().to_string());
    let done = Command::new(script)
        .args([host, port])
        .env("REPLYD", env!("CARGO_BIN_EXE_replyd"))
        .env("REPLYD_CONFIG", house.config())
        .env_remove("REPLYD_TO")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    println!("{said}");
    assert!(done.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&done.stderr), daemon.log());
    assert_eq!(
        said.lines().filter(|line| line.starts_with("ok ")).count(),
        said.lines().count(),
        "every check is made"
    );
    daemon.stop();
    house.verify();
}
