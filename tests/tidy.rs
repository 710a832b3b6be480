//! Style that can be a test is this test. It reads the source as text, with the standard library only, and prints every
//! offence at once with file and line.
//!
//! The tables come first: change them here, in one place, when the house changes. How a file is taken apart stands in
//! `tidy_source/mod.rs`.

mod tidy_source;

use tidy_source::{Source, all_sources, paths_used, reexports, words_at};

/// Which rooms a room may use. `outbound::keys` allows that file of the room only. A room may always use itself.
const IMPORTS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("config", &["types"]),
    ("mime", &["types"]),
    ("fetch", &["types"]),
    ("rendering", &["types", "mime"]),
    ("attachments", &["types", "config", "mime"]),
    ("conversation", &["types", "mime"]),
    ("smtp", &["types", "config"]),
    ("auth", &["types", "config", "mime"]),
    ("store", &["types", "config", "mime", "conversation"]),
    ("outbound", &["types", "config", "mime", "conversation", "store"]),
    // It names what happened to a mail in the words of those who filed it.
    ("observability", &["types", "config", "conversation", "store"]),
    (
        "agent",
        &[
            "types",
            "config",
            "mime",
            "fetch",
            "conversation",
            "store",
            "outbound::compose",
            "outbound::writer",
            "observability",
        ],
    ),
    ("setup", &["types", "config", "store", "outbound::keys", "auth::sends"]),
    ("people", &["types", "config", "store"]),
    ("search", &["types", "config", "mime", "conversation", "store"]),
    ("webhooks", &["types", "fetch", "store"]),
    (
        "web",
        &[
            "types",
            "config",
            "mime",
            "attachments",
            "conversation",
            "store",
            "fetch",
            "webhooks",
            "setup",
            "outbound::compose",
            "outbound::enclosed",
            "outbound::html",
            "outbound::recipients",
            "outbound::writer",
            "outbound::queue",
            "agent",
            "observability",
            "people",
            "rendering",
            "search",
        ],
    ),
    ("intake", &["types", "config", "smtp", "auth", "mime", "conversation", "store", "setup", "observability"]),
    ("playground", &["types", "config", "smtp", "outbound::tls"]),
    ("daemon", EVERYTHING),
    ("cli", EVERYTHING),
    ("main", EVERYTHING),
    ("lib", EVERYTHING),
];

const EVERYTHING: &[&str] = &["*"];

/// Words that may stand in few places only, and why. Comments, texts in quotes and tests do not count.
const WORDS: &[Ban] = &[
    ban(&[".unwrap()", "todo!(", "unimplemented!(", "dbg!("], &[], "it stops the daemon, or was left behind"),
    ban(&["println!(", "print!(", "eprintln!(", "eprint!("], &["src/cli/", "src/main.rs"], "only the cli prints"),
    ban(&["process::exit"], &["src/cli/", "src/main.rs"], "it runs no destructors"),
    ban(&["flush_async"], &[], "it deadlocks at seven concurrent callers; the journal is what is durable"),
    ban(&["AsyncSmtpTransport"], &[], "its pool hands the next message another message's reply"),
    ban(&["parse_with_opts"], &[], "only the strict parse refuses l= signatures (S-07)"),
    ban(&["mail_builder"], &[], "it writes ids unchecked, so that a header can be put in (S-12)"),
    ban(&["Accepted::durable"], &["src/store/", "src/playground/"], "only the store says that a mail is kept"),
    ban(&["Approval::by_autopilot"], &["src/agent/"], "only the AI's judge lets the AI answer"),
    ban(&["Approval::by_person"], &["src/web/"], "only where a person has proved who they are"),
    ban(&["Signed::letter"], &["src/outbound/sign.rs"], "nothing unsigned is delivered"),
    ban(
        &["http1::Builder", "http1::handshake"],
        &["src/fetch/", "src/outbound/mta_sts_fetch.rs", "src/cli/", "src/web/"],
        "what is asked of the web is asked by fetch, which guards it (S-24)",
    ),
    ban(&["sled"], &["src/store/"], "only the store names a database"),
    ban(
        &["BuildHasherDefault", "FxHashMap", "FnvHashMap", "regex", "fancy_regex"],
        &[],
        "senders choose what is hashed and read: keyed hashes, no patterns (S-17)",
    ),
    ban(
        &["pdf_extract", "reading::read"],
        &["src/attachments/extract/", "src/cli/extract_text.rs"],
        "files of strangers are read in the confined process only (S-16)",
    ),
    ban(&["mail_parser"], &["src/mime/"], "one reading of a mail for everybody"),
    ban(
        &["mail_auth"],
        &["src/auth/", "src/outbound/", "src/setup/", "src/playground/"],
        "proof is made in auth, signatures in outbound",
    ),
];

/// The files of `smtp` that touch sockets; all others are given bytes.
const SOCKETS: &[&str] = &["src/smtp/server.rs", "src/smtp/tls.rs", "src/smtp/proxy.rs"];

/// Files that only compute.
const PURE: &[&str] = &[
    "src/mime/",
    "src/conversation/",
    "src/rendering/",
    "src/smtp/command.rs",
    "src/smtp/reply.rs",
    "src/smtp/session.rs",
    "src/smtp/data.rs",
];

/// What reads the clock, the network or a file.
const IMPURE: &[&str] = &["std::fs", "std::net::Tcp", "std::net::Udp", "tokio", "SystemTime", "Instant", "Clock"];

/// What gives a row of somebody's mail to whoever asks (S-26). In `web` only where a verb is named, and below a row that was
/// found there.
const ROWS: &[&str] = &[
    "store.conversation(",
    "store.conversation_by_number(",
    "store.conversation_or_survivor(",
    "store.conversations(",
    "store.timeline(",
    "store.mail(",
    "store.held(",
    "store.learned(",
    "store.letter(",
    "store.run(",
    "store.runs(",
];

/// The files of `web` that may.
const ROWS_IN: &[&str] = &["src/web/finding.rs", "src/web/runs.rs", "src/web/view.rs", "src/web/why.rs"];

/// SMTP's replies. RFC 5321 §4.2.3, RFC 4954 §6, RFC 3207 §4.
const REPLY_CODES: &[&str] = &[
    "211", "214", "220", "221", "235", "250", "251", "252", "334", "354", "421", "432", "450", "451", "452", "454",
    "455", "500", "501", "502", "503", "504", "521", "523", "530", "534", "535", "538", "550", "551", "552", "553",
    "554", "555", "556",
];

/// The attacks of the page of known attacks: S-01 to this.
const ATTACK_LAST: u32 = 28;

const LINES_MAX: usize = 400;
const TEST_LINES_MAX: usize = 700;

struct Ban {
    words: &'static [&'static str],
    allowed_in: &'static [&'static str],
    why: &'static str,
}

const fn ban(words: &'static [&'static str], allowed_in: &'static [&'static str], why: &'static str) -> Ban {
    Ban { words, allowed_in, why }
}

#[test]
fn the_source_is_tidy() {
    let sources = all_sources();
    assert!(sources.len() > 10, "the source tree was not found");
    let mut offences: Vec<String> = sources.iter().flat_map(|source| offences(source, &sources)).collect();
    offences.sort();
    assert!(offences.is_empty(), "{} offences:\n{}\n", offences.len(), offences.join("\n"));
}

/// A table of answers rots when files move and tests are renamed.
#[test]
fn the_attack_page_names_files_and_tests_that_exist() {
    let sources = all_sources();
    let door = sources.iter().find(|source| source.path == "src/lib.rs").expect("the library has a head");
    let rows: Vec<&str> = door.text.lines().filter(|line| line.starts_with("//! | S-")).collect();
    assert_eq!(rows.len(), ATTACK_LAST as usize, "one row for each attack");
    for (n, row) in rows.iter().enumerate() {
        assert!(row.starts_with(&format!("//! | S-{:02} |", n + 1)), "{row}");
        for word in row.split('`').skip(1).step_by(2) {
            if word.ends_with(".rs") {
                let path = format!("src/{word}");
                assert!(sources.iter().any(|source| source.path == path), "there is no {path}: {row}");
            } else if word.matches('_').count() > 1 {
                let test = format!("fn {word}(");
                assert!(sources.iter().any(|source| source.text.contains(&test)), "there is no test {word}: {row}");
            }
        }
    }
}

fn offences(source: &Source, all: &[Source]) -> Vec<String> {
    let mut found = Found { path: &source.path, lines: Vec::new() };
    whole_file(source, &mut found);
    marks(source, &mut found);
    if source.path.starts_with("src/") {
        imports(source, all, &mut found);
        banned_words(source, &mut found);
        reply_codes(source, &mut found);
    }
    found.lines
}

struct Found<'s> {
    path: &'s str,
    lines: Vec<String>,
}

impl Found<'_> {
    fn at(&mut self, line: usize, words: impl std::fmt::Display) {
        self.lines.push(format!("{}:{line:03}: {words}", self.path));
    }
}

fn whole_file(source: &Source, found: &mut Found<'_>) {
    let max = if source.is_test_file { TEST_LINES_MAX } else { LINES_MAX };
    let lines = source.text.lines().count();
    if lines > max {
        found.at(lines, format_args!("{lines} lines; {max} at most: one idea a file"));
    }
    if !source.text.starts_with("//!") {
        found.at(1, "the file does not begin with `//!` and what it is for");
    }
}

fn imports(source: &Source, all: &[Source], found: &mut Found<'_>) {
    let room = source.room();
    let Some((_, allowed)) = IMPORTS.iter().find(|(name, _)| *name == room) else {
        found.at(1, format_args!("the room `{room}` is not in the import table"));
        return;
    };
    for (line, path) in paths_used(source) {
        let [used, rest @ ..] = path.as_slice() else { continue };
        // A name the room shows at its door counts as the file it comes from.
        let file = rest.first().map(|name| reexports(used, all).remove(name).unwrap_or_else(|| name.clone()));
        let full = file.map_or_else(|| used.clone(), |file| format!("{used}::{file}"));
        let known = IMPORTS.iter().any(|(name, _)| name == used);
        let fine = used == room || allowed.iter().any(|may| *may == "*" || may == used || *may == full);
        if known && !fine {
            found.at(line, format_args!("`{room}` may not use `{full}`"));
        }
    }
}

fn banned_words(source: &Source, found: &mut Found<'_>) {
    let allowed = |places: &[&str]| places.iter().any(|place| source.path.starts_with(place));
    for ban in WORDS.iter().filter(|ban| !allowed(ban.allowed_in)) {
        for word in ban.words {
            for line in words_at(&source.code, word) {
                found.at(line, format_args!("`{word}`: {}", ban.why));
            }
        }
    }
    if source.path.starts_with("src/smtp/") && !allowed(SOCKETS) {
        for word in ["TcpListener", "TcpStream"] {
            for line in words_at(&source.code, word) {
                found.at(line, format_args!("`{word}`: the sockets of this room live in {SOCKETS:?}"));
            }
        }
    }
    if source.path.starts_with("src/web/") && !allowed(ROWS_IN) {
        for word in ROWS {
            for line in words_at(&source.code, word) {
                found.at(line, format_args!("`{word}`: ask `finding` for it, which names a verb (S-26)"));
            }
        }
    }
    if allowed(PURE) {
        for word in IMPURE {
            for line in words_at(&source.code, word) {
                found.at(line, format_args!("`{word}` in a pure file: it reads no clock, network or file"));
            }
        }
    }
}

/// In numbers, and at the beginning of texts in quotes.
fn reply_codes(source: &Source, found: &mut Found<'_>) {
    if !source.path.starts_with("src/smtp/") || source.path == "src/smtp/reply.rs" {
        return;
    }
    for code in REPLY_CODES {
        let in_text = [" ", "-", "\\r"].map(|after| format!("\"{code}{after}"));
        let lines = words_at(&source.code, code).chain(in_text.iter().flat_map(|text| words_at(&source.quoted, text)));
        for line in lines {
            found.at(line, format_args!("the reply code {code} outside of src/smtp/reply.rs"));
        }
    }
}

/// `S-nn` names an attack there is; an RFC is written so that a search finds it: `RFC 5321 §4.5.2`.
fn marks(source: &Source, found: &mut Found<'_>) {
    for (number, line) in source.comments.lines().enumerate().map(|(n, line)| (n + 1, line)) {
        for (at, _) in line.match_indices("S-") {
            let digits: String = line[at + 2..].chars().take_while(char::is_ascii_digit).collect();
            let own_word = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
            let good = digits.len() == 2 && digits.parse().is_ok_and(|n: u32| (1..=ATTACK_LAST).contains(&n));
            if own_word && !digits.is_empty() && !good {
                found.at(number, format_args!("there is no attack S-{digits}"));
            }
        }
        for (at, _) in line.match_indices("RFC") {
            let own_word = !line[..at].ends_with(char::is_alphanumeric);
            let after = &line[at + 3..];
            let numbered =
                after.trim_start_matches([' ', '-', '_', '#', ':']).starts_with(|c: char| c.is_ascii_digit());
            if own_word && numbered && !rfc_is_well_formed(after) {
                found.at(number, format_args!("write `RFC 5321` or `RFC 5321 §4.5.2`, not `RFC{}`", cut(after)));
            }
        }
    }
}

fn rfc_is_well_formed(after: &str) -> bool {
    let Some(after) = after.strip_prefix(' ') else { return false };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &after[digits..];
    let glued = rest.starts_with(|c: char| c.is_alphanumeric() || c == '§');
    let section = rest.trim_start_matches([',', ' ']);
    let in_words = ["section", "Section", "sec.", "Sec."].iter().any(|word| section.starts_with(word));
    let sign_is_good = match section.strip_prefix('§') {
        Some(number) => {
            rest.starts_with(" §") && number.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase())
        }
        None => true,
    };
    (1..=5).contains(&digits) && !glued && !in_words && sign_is_good
}

fn cut(text: &str) -> String {
    text.chars().take(20).collect()
}

/// The offences of one made-up file.
fn offences_of(path: &str, text: &str) -> Vec<String> {
    let door =
        Source::new("src/outbound/mod.rs", "//! Door.\npub use compose::{Letter, reply};\npub use queue::Queue;\n");
    offences(&Source::new(path, &format!("//! A file.\n{text}")), &[door])
}

#[test]
fn an_import_against_the_table_is_seen_however_it_is_written() {
    for text in [
        "use crate::store::Store;",
        "use crate::{types::Level, store::{Store, rows}};",
        "fn f() -> crate::store::Store {}",
    ] {
        let seen = offences_of("src/mime/x.rs", text);
        assert!(!seen.is_empty() && seen[0].starts_with("src/mime/x.rs:002: `mime` may not use `store"), "{seen:?}");
    }
    assert_eq!(offences_of("src/mime/x.rs", "use crate::{types::Level, mime::Mail};"), Vec::<String>::new());
    assert_eq!(offences_of("src/mime/x.rs", "// use crate::store::Store;"), Vec::<String>::new());
}

#[test]
fn a_part_of_a_room_may_be_allowed_alone() {
    let fine = "use crate::outbound::{Letter, compose::html};";
    assert_eq!(offences_of("src/agent/x.rs", fine), Vec::<String>::new());
    assert_eq!(offences_of("src/agent/x.rs", "use crate::outbound::{Letter, Queue};").len(), 1);
    assert_eq!(offences_of("src/agent/x.rs", "use crate::outbound;").len(), 1);
}

#[test]
fn tests_may_do_what_the_daemon_may_not() {
    let unwrap = "fn f() { x.unwrap(); }\n";
    assert_eq!(offences_of("src/web/x.rs", unwrap).len(), 1);
    assert_eq!(offences_of("src/web/x_tests.rs", unwrap), Vec::<String>::new());
    let in_block = format!("#[cfg(test)]\nmod tests {{\n use crate::cli::X;\n {unwrap} }}\n");
    assert_eq!(offences_of("src/web/x.rs", &in_block), Vec::<String>::new());
    let after_block = format!("{in_block}{unwrap}");
    assert!(offences_of("src/web/x.rs", &after_block)[0].starts_with("src/web/x.rs:007:"));
    let after_name = format!("#[cfg(test)]\n#[path = \"x_tests.rs\"]\nmod tests;\n{unwrap}");
    assert_eq!(offences_of("src/web/x.rs", &after_name).len(), 1);
}

#[test]
fn words_in_comments_and_quotes_do_not_count_and_words_in_words_neither() {
    let text = "// println!(\nconst A: &str = \"todo!( sled \\\" sled\"; const B: char = '\"'; // sled\n";
    assert_eq!(offences_of("src/web/x.rs", text), Vec::<String>::new());
    let text = "const A: &str = r#\"sled \" sled\"#; /* sled /* sled */ sled */ fn g<'a>(x: &'a str) { Instantly(x) }";
    assert_eq!(offences_of("src/conversation/x.rs", text), Vec::<String>::new());
    assert_eq!(offences_of("src/conversation/x.rs", "use std::time::Instant;").len(), 1);
    assert_eq!(offences_of("src/web/x.rs", "fn f() { sled::open(); }").len(), 1);
}

#[test]
fn makers_of_proofs_and_sockets_stay_in_their_rooms() {
    assert_eq!(offences_of("src/smtp/x.rs", "fn f() { Accepted::durable(id); }").len(), 1);
    assert_eq!(offences_of("src/outbound/queue.rs", "fn f() { Signed::letter(a, b, c); }").len(), 1);
    assert_eq!(offences_of("src/outbound/sign.rs", "fn f() { Signed::letter(a, b, c); }").len(), 0);
    assert_eq!(offences_of("src/smtp/session.rs", "fn f(x: TcpStream) {}").len(), 1);
    assert_eq!(offences_of("src/smtp/server.rs", "fn f(x: TcpStream) {}").len(), 0);
}

#[test]
fn rows_are_given_where_a_verb_is_named() {
    assert_eq!(offences_of("src/web/x.rs", "fn f() { office.store.mail(id); }").len(), 1);
    assert_eq!(offences_of("src/web/x.rs", "fn f() { office.store.mark(id); }").len(), 0);
    assert_eq!(offences_of("src/web/finding.rs", "fn f() { office.store.mail(id); }").len(), 0);
    assert_eq!(offences_of("src/agent/x.rs", "fn f() { store.mail(id); }").len(), 0);
}

#[test]
fn reply_codes_stand_in_one_file() {
    assert_eq!(offences_of("src/smtp/session.rs", "const A: u16 = 250; const B: &str = \"354 go on\";").len(), 2);
    assert_eq!(
        offences_of("src/smtp/session.rs", "const A: u32 = 250_000; const B: u8 = 0x250; const C: u8 = 255;").len(),
        0
    );
    assert_eq!(offences_of("src/smtp/reply.rs", "const A: u16 = 250;").len(), 0);
}

#[test]
fn marks_are_held_to_their_form() {
    for wrong in
        ["RFC5321", "RFC-5321", "RFC 5321 section 4", "RFC 5321, §4", "RFC 5321§4", "RFC 5321 §x", "S-29", "S-3"]
    {
        assert_eq!(offences_of("src/types/x.rs", &format!("// see {wrong} here")).len(), 1, "{wrong}");
    }
    for right in ["RFC 5321", "RFC 5321 §4.5.2 (words)", "RFC 5321: words", "RFCs", "S-07", "RFC 7489 §A.1", "DNS-01"]
    {
        assert_eq!(offences_of("src/types/x.rs", &format!("// see {right}.")).len(), 0, "{right}");
    }
}

#[test]
fn a_file_says_what_it_is_for_and_is_not_too_long() {
    let source = Source::new("src/types/x.rs", &"\n".repeat(LINES_MAX + 1));
    assert_eq!(offences(&source, &[]).len(), 2);
    assert!(offences_of("src/elsewhere/x.rs", "")[0].contains("not in the import table"));
}
