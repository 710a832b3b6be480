//! Every key of `smtpd.toml` with its type, range and unit: the one list.
//!
//! Defaults stand in `sections`; this file only takes what differs.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Agent, Auth, Config, Domain, EnvelopeShape, Extraction, Forwarder, Knowledge, Limits, Listener, Log, LogFormat,
    Outbound, Smtp, Store, Timeouts, Tls, TlsMode, brakes::brakes, budgets::budgets, forwarders, handoff_keys,
    mask_patterns, model_keys, outgoing_keys, reader::Section, segments, sites, support_keys, tools, web_keys,
};
use crate::types::{Address, Level};

/// Seconds in a day: the longest deadline that makes sense.
const DAY_SECS: i64 = 86_400;

/// The longest `undo_secs`: a customer waits for the letter all that time.
const UNDO_SECS_MAX: i64 = 600;
/// A letter an hour is no queue any more.
const PAUSE_MILLIS_MAX: i64 = 3_600_000;
/// The most bytes any size may ask for: 1 TiB.
const BYTES_MAX: i64 = 1 << 40;
/// The most of anything that is counted.
pub(super) const COUNT_MAX: i64 = 1_000_000;

/// The whole file. Relative paths are taken from `base`.
pub(super) fn config(root: &Section<'_, '_>, base: &Path) -> Config {
    let store = root.table("store", |s| store(s, base));
    let mut config = Config {
        smtp: root.table("smtp", smtp),
        tls: root.table("tls", |s| tls(s, base)),
        limits: root.table("limits", limits),
        auth: root.table("auth", auth),
        outbound: root.table("outbound", |s| outbound(s, base, &store.path)),
        store,
        agent: root.table("agent", agent),
        model: root.table("model", |s| model_keys::model(s, base)),
        knowledge: root.table("knowledge", |s| knowledge(s, base)),
        web: root.table("web", web_keys::web),
        log: root.table("log", log),
        domains: root.tables("domain", "name", |name| host(name).unwrap_or(name.into()), domain).unwrap_or_default(),
        addresses: root
            .tables(
                "address",
                "address",
                |text| address(text).map_or(text.into(), |address| address.key()),
                support_keys::support,
            )
            .unwrap_or_default(),
        forwarders: root.tables("forwarder", "name", forwarders::canonical, forwarder).unwrap_or_default(),
        masks: root.tables("mask", "name", str::to_owned, mask_patterns::mask).unwrap_or_default(),
        segments: root.tables("segment", "name", str::to_owned, segments::segment).unwrap_or_default(),
        hours: root.tables("hours", "name", str::to_owned, handoff_keys::hours).unwrap_or_default(),
        tools: root.tables("tool", "name", str::to_owned, |s| tools::tool(s, base)).unwrap_or_default(),
    };
    handoff_keys::put_hours(&mut config.addresses, &config.hours);
    config
}

fn smtp(s: &Section<'_, '_>) -> Smtp {
    let default = Smtp::default();
    let label = |listen: &str| socket(listen).map_or(listen.to_owned(), |listen| listen.to_string());
    Smtp {
        hostname: s.made("hostname", host).unwrap_or(default.hostname),
        listeners: s.tables("listener", "listen", label, listener).unwrap_or(default.listeners),
        shared_destination: s.made("shared_destination", local_part).unwrap_or(default.shared_destination),
    }
}

fn listener(s: &Section<'_, '_>) -> Option<Listener> {
    let default = Listener::default();
    let tls = s.word(
        "tls",
        default.tls,
        &[("starttls", TlsMode::StartTls), ("implicit", TlsMode::Implicit), ("off", TlsMode::Off)],
    );
    let require_tls = s.flag("require_tls", default.require_tls);
    let proxy_from = s.texts("proxy_from", |text| text.parse::<IpAddr>().map_err(|_| no_ip(text)));
    let listen = s.needed("listen", socket)?;
    Some(Listener { listen, tls, require_tls, proxy_from: proxy_from.unwrap_or_default() })
}

fn tls(s: &Section<'_, '_>, base: &Path) -> Tls {
    Tls { certificate: path(s, "certificate", base), key: path(s, "key", base) }
}

fn limits(s: &Section<'_, '_>) -> Limits {
    let default = Limits::default();
    let memory = 1024..=BYTES_MAX;
    Limits {
        connections_max: s.number("connections_max", default.connections_max, 1..=COUNT_MAX, "connections"),
        connections_per_ip_max: s.number(
            "connections_per_ip_max",
            default.connections_per_ip_max,
            1..=COUNT_MAX,
            "connections",
        ),
        commands_max: s.number("commands_max", default.commands_max, 10..=1_000_000_000, "commands"),
        bad_commands_max: s.number("bad_commands_max", default.bad_commands_max, 1..=COUNT_MAX, "commands"),
        // RFC 5321 §4.5.3.1.8 asks for 100; a smaller number only costs the peer another transaction.
        recipients_max: s.number("recipients_max", default.recipients_max, 1..=10_000, "recipients"),
        unknown_recipients_max: s.number(
            "unknown_recipients_max",
            default.unknown_recipients_max,
            1..=COUNT_MAX,
            "recipients",
        ),
        // RFC 5321 §4.5.3.1.4: 512 at least.
        command_line_bytes_max: s.number(
            "command_line_bytes_max",
            default.command_line_bytes_max,
            512..=65_536,
            "bytes",
        ),
        // RFC 5321 §4.5.3.1.7: 64 KiB at least.
        message_bytes_max: s.number("message_bytes_max", default.message_bytes_max, 65_536..=4 << 30, "bytes"),
        spool_above_bytes: s.number("spool_above_bytes", default.spool_above_bytes, memory.clone(), "bytes"),
        bodies_bytes_max: s.number("bodies_bytes_max", default.bodies_bytes_max, memory, "bytes"),
        wrong_numbers_per_sender_max: s.number(
            "wrong_numbers_per_sender_max",
            default.wrong_numbers_per_sender_max,
            1..=COUNT_MAX,
            "wrong numbers",
        ),
        wrong_numbers_per_ip_max: s.number(
            "wrong_numbers_per_ip_max",
            default.wrong_numbers_per_ip_max,
            1..=COUNT_MAX,
            "wrong numbers",
        ),
        wrong_numbers_window: secs(s, "wrong_numbers_window_secs", default.wrong_numbers_window),
        extraction: extraction(s),
        timeouts: timeouts(s),
    }
}

fn extraction(s: &Section<'_, '_>) -> Extraction {
    let default = Extraction::default();
    // Less than 64 MiB does not even hold the program.
    let memory = 64 << 20..=BYTES_MAX;
    let text = 1024..=64 << 20;
    Extraction {
        memory_bytes_max: s.number("extraction_memory_bytes_max", default.memory_bytes_max, memory, "bytes"),
        cpu: secs(s, "extraction_cpu_secs_max", default.cpu),
        timeout: secs(s, "extraction_timeout_secs", default.timeout),
        text_bytes_max: s.number("extraction_text_bytes_max", default.text_bytes_max, text, "bytes"),
        file_bytes_max: s.number("extraction_file_bytes_max", default.file_bytes_max, 1024..=BYTES_MAX, "bytes"),
    }
}

fn timeouts(s: &Section<'_, '_>) -> Timeouts {
    let default = Timeouts::default();
    Timeouts {
        command: secs(s, "command_timeout_secs", default.command),
        data: secs(s, "data_timeout_secs", default.data),
        message: secs(s, "message_timeout_secs", default.message),
        tls: secs(s, "tls_timeout_secs", default.tls),
        write: secs(s, "write_timeout_secs", default.write),
        shutdown: secs(s, "shutdown_timeout_secs", default.shutdown),
    }
}

fn auth(s: &Section<'_, '_>) -> Auth {
    let default = Auth::default();
    let query_millis = default.query_timeout.as_millis() as u64;
    Auth {
        resolvers: s.texts("resolvers", resolver).unwrap_or(default.resolvers),
        query_timeout: Duration::from_millis(s.number(
            "query_timeout_millis",
            query_millis,
            10..=60_000,
            "milliseconds",
        )),
        deadline: Duration::from_secs(s.number("deadline_secs", default.deadline.as_secs(), 1..=120, "seconds")),
        signatures_max: s.number("signatures_max", default.signatures_max, 1..=100, "signatures"),
        cache_entries_max: s.number("cache_entries_max", default.cache_entries_max, 0..=10_000_000, "entries"),
    }
}

fn store(s: &Section<'_, '_>, base: &Path) -> Store {
    let default = Store::default();
    Store {
        path: path(s, "path", base).unwrap_or(base.join(default.path)),
        segment_bytes: s.number("segment_bytes", default.segment_bytes, 1 << 20..=4 << 30, "bytes"),
        index_cache_bytes: s.number("index_cache_bytes", default.index_cache_bytes, 1 << 20..=BYTES_MAX, "bytes"),
        reopen_within_days: s.number("reopen_within_days", default.reopen_within_days, 0..=36_500, "days"),
    }
}

fn outbound(s: &Section<'_, '_>, base: &Path, data: &Path) -> Outbound {
    let default = Outbound::default();
    let hours = default.give_up_after.as_secs() / 3600;
    let retry = s.numbers("retry_secs", 1..=7 * DAY_SECS, "seconds");
    Outbound {
        route: outgoing_keys::route(s, base, data),
        dane: outgoing_keys::dane(s, default.dane),
        envelope: outgoing_keys::envelope(s, default.envelope),
        concurrency: s.number("concurrency", default.concurrency, 1..=1000, "deliveries"),
        concurrency_per_domain: s.number(
            "concurrency_per_domain",
            default.concurrency_per_domain,
            1..=1000,
            "deliveries",
        ),
        pause_per_domain: Duration::from_millis(s.number(
            "pause_per_domain_millis",
            0,
            0..=PAUSE_MILLIS_MAX,
            "milliseconds",
        )),
        connect_timeout: secs(s, "connect_timeout_secs", default.connect_timeout),
        command_timeout: secs(s, "command_timeout_secs", default.command_timeout),
        retry: retry.map_or(default.retry, |list| list.into_iter().map(Duration::from_secs).collect()),
        give_up_after: Duration::from_secs(s.number("give_up_after_hours", hours, 1..=720, "hours") * 3600),
        undo: Duration::from_secs(s.number("undo_secs", default.undo.as_secs(), 0..=UNDO_SECS_MAX, "seconds")),
    }
}

fn agent(s: &Section<'_, '_>) -> Agent {
    let default = Agent::default();
    let (quiet_secs, code_minutes) = (default.quiet_period.as_secs(), default.code_valid.as_secs() / 60);
    Agent {
        quiet_period: Duration::from_secs(s.number("quiet_period_secs", quiet_secs, 0..=DAY_SECS, "seconds")),
        level_min: level(s).unwrap_or(default.level_min),
        disclosure: s.flag("disclosure", default.disclosure),
        code_valid: Duration::from_secs(60 * s.number("code_valid_minutes", code_minutes, 5..=1440, "minutes")),
        tags: s.texts("tags", crate::types::tag).unwrap_or_default(),
        brakes: brakes(s),
        budgets: budgets(s),
        keep_prompts_days: s.number("keep_prompts_days", default.keep_prompts_days, 0..=3650, "days"),
        concurrency: s.number("concurrency", default.concurrency, 1..=1000, "conversations"),
    }
}

fn knowledge(s: &Section<'_, '_>, base: &Path) -> Knowledge {
    let percent = Knowledge::default().support_min_percent;
    Knowledge {
        path: path(s, "path", base),
        sites: s.tables("site", "sitemap", sites::canonical, sites::site).unwrap_or_default(),
        support_min_percent: s.number("support_min_percent", percent, 0..=100, "percent"),
        embeddings: s.table("embeddings", |s| model_keys::embeddings(s, base)),
    }
}

fn log(s: &Section<'_, '_>) -> Log {
    let default = Log::default();
    let format = s.word("format", default.format, &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
    Log { level: s.made("level", log_level).unwrap_or(default.level), format }
}

fn log_level(text: &str) -> Result<String, String> {
    // A lone word that is no level would be taken for the name of a module, and silence all others.
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let lone = text.chars().all(|c| c.is_ascii_alphabetic());
    if lone && !levels.contains(&text) {
        return Err(format!("`{text}` is none of {}", levels.map(|level| format!("`{level}`")).join(", ")));
    }
    let parsed = tracing_subscriber::EnvFilter::builder().parse(text);
    parsed.map(|_| text.to_owned()).map_err(|error| format!("neither a level nor a filter expression: {error}"))
}

fn domain(s: &Section<'_, '_>) -> Option<Domain> {
    let selector_rsa = s.made("selector_rsa", selector);
    let selector_ed25519 = s.made("selector_ed25519", selector);
    Some(Domain { name: s.needed("name", host)?, selector_rsa, selector_ed25519 })
}

/// RFC 6376 §3.1: a selector is one or more labels.
fn selector(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    let good = text.split('.').all(label);
    good.then(|| text.to_ascii_lowercase()).ok_or(format!("`{text}` is no selector: letters, digits, `-` and `.`"))
}

fn forwarder(s: &Section<'_, '_>) -> Option<Forwarder> {
    let name = s.needed("name", |name| Ok(forwarders::canonical(name)));
    let base = Forwarder::named(name.as_deref().unwrap_or_default());
    let is_new = name.as_deref().is_some_and(|name| !forwarders::is_built_in(name));
    if is_new && !s.has("arc_sealers") && !s.has("envelopes") {
        s.wrong("arc_sealers", "it is needed here, or `envelopes`: a forwarder is believed by what it leaves on mail");
    }
    let forwarder = Forwarder {
        title: s.text("title").unwrap_or(base.title),
        arc_sealers: s.texts("arc_sealers", host).unwrap_or(base.arc_sealers),
        envelopes: s.texts("envelopes", envelope_shape).unwrap_or(base.envelopes),
        spf_domain: s.made("spf_domain", spf_domain).or(base.spf_domain),
        results_by: s.texts("results_by", host).unwrap_or(base.results_by),
        srs_means_spf_pass: s.flag("srs_means_spf_pass", base.srs_means_spf_pass),
        groups: s.flag("groups", base.groups),
        selectors: s.texts("selectors", selector_pattern).unwrap_or(base.selectors),
        headers: s.texts("headers", field_name).unwrap_or(base.headers),
        name: name?,
    };
    if forwarder.srs_means_spf_pass && forwarder.spf_domain.is_none() {
        s.wrong("srs_means_spf_pass", "it needs `spf_domain`: the addresses it sends from are what says so");
    }
    Some(forwarder)
}

fn envelope_shape(text: &str) -> Result<EnvelopeShape, String> {
    EnvelopeShape::ALL.into_iter().find(|shape| shape.word() == text).ok_or_else(|| {
        let list: Vec<String> = EnvelopeShape::ALL.iter().map(|shape| format!("`{}`", shape.word())).collect();
        format!("`{text}` is none of {}", list.join(", "))
    })
}

/// A selector, or the beginning of one and `*`.
fn selector_pattern(text: &str) -> Result<String, String> {
    let beginning = text.strip_suffix('*');
    selector(&beginning.map_or(text.to_owned(), |beginning| format!("{beginning}x"))).map(|_| text.to_ascii_lowercase())
}

/// As a host name, but labels may begin with `_`: `_spf.google.com`.
fn spf_domain(text: &str) -> Result<String, String> {
    let plain = host(&text.replace('_', "x")).map_err(|_| format!("`{text}` is not a domain name"))?;
    if plain.len() == text.len() { Ok(text.to_ascii_lowercase()) } else { Err(format!("`{text}` is not ASCII")) }
}

/// RFC 5322 §3.6.8.
fn field_name(text: &str) -> Result<String, String> {
    let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    good.then(|| text.to_owned()).ok_or_else(|| format!("`{text}` is not the name of a header field"))
}

pub(super) fn level(s: &Section<'_, '_>) -> Option<Level> {
    // Level 0 is held before anybody could answer it.
    let number = s.number("level_min", 0u8, 1..=4, "(a level)");
    Level::from_u8(number).filter(|level| *level != Level::Forged)
}

pub(super) fn secs(s: &Section<'_, '_>, leaf: &str, default: Duration) -> Duration {
    Duration::from_secs(s.number(leaf, default.as_secs(), 1..=DAY_SECS, "seconds"))
}

/// A path, from `base` when it is relative.
pub(super) fn path(s: &Section<'_, '_>, leaf: &str, base: &Path) -> Option<PathBuf> {
    s.text(leaf).map(|text| base.join(text))
}

pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| format!("`{text}`: {error}"))
}

fn local_part(text: &str) -> Result<String, String> {
    let made = Address::parse(&format!("{text}@x.example")).ok().filter(|_| !text.contains(['+', '"']));
    made.map(|address| address.local().to_owned())
        .ok_or_else(|| format!("`{text}` is not a local part without `+`, as in `in`"))
}

/// A host name in its ASCII form, lower case, without a last dot. RFC 1123 §2.1.
pub(super) fn host(text: &str) -> Result<String, String> {
    let wrong = || format!("`{text}` is not a host name");
    let ascii = Address::parse(&format!("x@{text}")).map_err(|_| wrong())?.domain().to_owned();
    let strict = |label: &str| !label.starts_with('-') && !label.ends_with('-') && !label.contains(['_', '[']);
    // All digits and dots is an address, not a name; two `@` would have hidden the rest.
    let numeric = ascii.split('.').next_back().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    if ascii.split('.').all(strict) && !numeric && !text.contains('@') { Ok(ascii) } else { Err(wrong()) }
}

pub(super) fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("`{text}` is not an IP address and port, as in `127.0.0.1:2525`, `0.0.0.0:25` or `[::]:25`")
    })
}

/// A DNS server: an address with or without a port.
fn resolver(text: &str) -> Result<SocketAddr, String> {
    const DNS_PORT: u16 = 53;
    let with_port = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT));
    with_port.or_else(|_| text.parse()).map_err(|_| no_ip(text))
}

fn no_ip(text: &str) -> String {
    format!("`{text}` is not an IP address")
}
