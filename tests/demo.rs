//! The README's first command: the main job, whole, as a newcomer sees it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::process::Command;

#[test]
fn the_demo_holds_all_that_it_promises_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_replyd"))
        .args(["demo", "--once"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    for promised in ["it says that an AI wrote it", "a reply joins by our Message-ID alone"] {
        assert!(said.contains(&format!("✓ {promised}")), "{said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
