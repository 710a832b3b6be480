//! Every seed of the fuzz targets, those included that the fuzzer found: what must hold of any input holds of them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a library of its own to the fuzz targets")]
mod properties;

use std::path::Path;

fn all(target: &str, property: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() > 3, "{target} has no seeds");
    let wrong: Vec<_> = seeds
        .iter()
        .filter(|seed| {
            let data = std::fs::read(seed).unwrap();
            std::panic::catch_unwind(|| property(&data)).is_err()
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn mails_are_read_whole() {
    all("mime", properties::mime);
}

#[test]
fn nothing_is_lost_where_quotes_are_told_from_new_text() {
    all("quotes", properties::quotes);
}

#[test]
fn pages_become_text_that_is_bounded() {
    all("html", properties::html);
}

#[test]
fn what_outlook_wraps_is_unwrapped_or_kept() {
    all("tnef", properties::tnef);
}
