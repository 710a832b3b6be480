//! The sample `smtpd.toml` is true: it runs, it names every key, and what it calls a default is one.

use std::{collections::BTreeSet, path::Path};

use super::{Autopilot, Config, Route, parse, read::read};

fn base() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sample() -> String {
    std::fs::read_to_string(base().join("smtpd.toml")).unwrap()
}

/// The sample with its commented defaults in force.
fn with_defaults_written_out(sample: &str) -> String {
    let uncommented = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => rest.to_owned(),
        _ => line.to_owned(),
    };
    sample.lines().map(uncommented).collect::<Vec<_>>().join("\n")
}

/// The sample with everything in force that looks like a key.
fn with_examples_written_out(sample: &str) -> String {
    let text = with_defaults_written_out(sample);
    text.lines().map(|line| line.strip_prefix("# Example: ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// `table.key` of every line that has one, and `table` of every header.
fn keys_written(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut table = String::new();
    for line in text.lines() {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_matches(['[', ']']).to_owned();
            keys.insert(table.clone());
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        {
            keys.insert(format!("{table}.{key}"));
        }
    }
    keys
}

#[test]
fn the_sample_runs_as_it_is() {
    let config = parse(&sample(), base()).unwrap();
    assert_eq!(config.smtp.hostname, "mx.acme.example");
    assert_eq!(config.smtp.listeners[0].listen.to_string(), "127.0.0.1:2525");
    let Route::File { path } = &config.outbound.route else { panic!("{:?}", config.outbound.route) };
    assert_eq!(path, &base().join("data/outbox"));
    let [support, billing] = config.addresses.as_slice() else { panic!("{:?}", config.addresses) };
    assert_eq!((support.autopilot, billing.autopilot), (Autopilot::On, Autopilot::Off));
    assert!(support.signature_markdown.contains("Acme"));
}

#[test]
fn every_commented_default_is_the_default_of_the_code() {
    let as_it_is = parse(&sample(), base()).unwrap();
    let written_out = parse(&with_defaults_written_out(&sample()), base()).unwrap();
    assert_eq!(format!("{written_out:#?}"), format!("{as_it_is:#?}"));
}

#[test]
fn every_key_the_reader_knows_stands_in_the_sample() {
    let everything = with_examples_written_out(&sample());
    let (_, notes) = read(&everything, base());
    let missing: Vec<_> = notes.known.difference(&keys_written(&everything)).cloned().collect();
    assert_eq!(missing, Vec::<String>::new(), "known to the code, not in smtpd.toml");
    let unknown: Vec<_> = notes.mistakes.iter().filter(|mistake| mistake.words.contains("no such")).collect();
    assert!(unknown.is_empty(), "in smtpd.toml, not known to the code: {unknown:?}");
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let config = parse("", Path::new("")).unwrap();
    let mut expected = Config::default();
    expected.outbound.route = Route::File { path: "data/outbox".into() };
    assert_eq!(format!("{config:#?}"), format!("{expected:#?}"));
}
