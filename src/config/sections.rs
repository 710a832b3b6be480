//! The tables that stand once each.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::{
    Agent, Dane, Domain, Embeddings, EnvelopeSender, Forwarder, Hours, KnowledgeSite, MaskPattern, Model, Route,
    Segment, SupportAddress, Tool,
};
use crate::types::Network;

/// The whole configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `[smtp]`.
    pub smtp: Smtp,
    /// `[tls]`.
    pub tls: Tls,
    /// `[limits]`.
    pub limits: Limits,
    /// `[auth]`.
    pub auth: Auth,
    /// `[store]`.
    pub store: Store,
    /// `[outbound]`.
    pub outbound: Outbound,
    /// `[agent]`.
    pub agent: Agent,
    /// `[model]`.
    pub model: Model,
    /// `[knowledge]`.
    pub knowledge: Knowledge,
    /// `[web]`.
    pub web: Web,
    /// `[log]`.
    pub log: Log,
    /// `[[domain]]`.
    pub domains: Vec<Domain>,
    /// `[[address]]`.
    pub addresses: Vec<SupportAddress>,
    /// `[[forwarder]]`.
    pub forwarders: Vec<Forwarder>,
    /// `[[segment]]`.
    pub segments: Vec<Segment>,
    /// `[[hours]]`.
    pub hours: Vec<Hours>,
    /// `[[mask]]`.
    pub masks: Vec<MaskPattern>,
    /// `[[tool]]`.
    pub tools: Vec<Tool>,
}

/// `[smtp]`: where mail arrives.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// `hostname`: our name in greeting, Received and Message-ID; the domain of destinations and keyed reply addresses.
    pub hostname: String,
    /// `[[smtp.listener]]`.
    pub listeners: Vec<Listener>,
    /// `shared_destination`: a local part at `hostname` that takes mail without a key and routes by headers. Default `in`.
    pub shared_destination: String,
}

impl Default for Smtp {
    fn default() -> Self {
        Self { hostname: "localhost".into(), listeners: vec![Listener::default()], shared_destination: "in".into() }
    }
}

/// `[[smtp.listener]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// `listen`: IP address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// `tls`: `"starttls"` (default), `"implicit"`, `"off"`.
    pub tls: TlsMode,
    /// `require_tls`: refuse MAIL before TLS. Default false.
    pub require_tls: bool,
    /// `proxy_from`: addresses of load balancers that prefix a PROXY v1 or v2 header. Default none.
    pub proxy_from: Vec<std::net::IpAddr>,
}

impl Default for Listener {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 2525)),
            tls: TlsMode::StartTls,
            require_tls: false,
            proxy_from: Vec::new(),
        }
    }
}

/// How a listener speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Plain, with STARTTLS offered. RFC 3207.
    StartTls,
    /// TLS from the first byte. RFC 8314 §3.3.
    Implicit,
    /// Never.
    Off,
}

/// `[tls]`.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// `certificate`: PEM chain. Without it a self-signed one is made in the data folder.
    pub certificate: Option<PathBuf>,
    /// `key`: PEM private key.
    pub key: Option<PathBuf>,
}

/// `[limits]`. What a peer may cost us.
#[derive(Debug, Clone)]
pub struct Limits {
    /// `connections_max`, total. Default 2000.
    pub connections_max: usize,
    /// `connections_per_ip_max`. Default 200: a provider forwards from few addresses.
    pub connections_per_ip_max: usize,
    /// `commands_max`, in one connection. Default 10000.
    pub commands_max: u32,
    /// `bad_commands_max`, in one connection. Default 10.
    pub bad_commands_max: u32,
    /// `recipients_max`, of one mail. Default 100. RFC 5321 §4.5.3.1.8.
    pub recipients_max: usize,
    /// `unknown_recipients_max`, in one connection. Default 20.
    pub unknown_recipients_max: u32,
    /// `command_line_bytes_max`, CRLF included. Default 2048. RFC 5321 §4.5.3.1.4 asks for 512 and extensions for more.
    pub command_line_bytes_max: usize,
    /// `message_bytes_max`. Default 52428800 (50 MiB).
    pub message_bytes_max: u64,
    /// `spool_above_bytes`: a longer body goes to a file while it arrives. Default 262144 (256 KiB).
    pub spool_above_bytes: usize,
    /// `bodies_bytes_max`: memory for whole bodies being judged, all connections together. Default 268435456 (256 MiB).
    pub bodies_bytes_max: usize,
    /// `wrong_numbers_per_sender_max`: numbers of conversations in which the sender takes no part, in one window, before
    /// numbers in their mail are no more followed. Default 10.
    pub wrong_numbers_per_sender_max: u32,
    /// `wrong_numbers_per_ip_max`: the same for one peer, whose proved customers are followed all the same. Default 100.
    pub wrong_numbers_per_ip_max: u32,
    /// `wrong_numbers_window_secs`. Default 3600.
    pub wrong_numbers_window: Duration,
    /// What reading the text of one attachment may cost.
    pub extraction: Extraction,
    /// Deadlines.
    pub timeouts: Timeouts,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 2000,
            connections_per_ip_max: 200,
            commands_max: 10_000,
            bad_commands_max: 10,
            recipients_max: 100,
            unknown_recipients_max: 20,
            command_line_bytes_max: 2048,
            message_bytes_max: 50 * 1024 * 1024,
            spool_above_bytes: 256 * 1024,
            bodies_bytes_max: 256 * 1024 * 1024,
            wrong_numbers_per_sender_max: 10,
            wrong_numbers_per_ip_max: 100,
            wrong_numbers_window: Duration::from_secs(3600),
            extraction: Extraction::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// The `extraction_*` of `[limits]`: what reading the text of one attachment may cost (S-16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extraction {
    /// `extraction_memory_bytes_max`: address space of the process that reads. Default 268435456 (256 MiB).
    pub memory_bytes_max: u64,
    /// `extraction_cpu_secs_max`: its processor time. Default 10.
    pub cpu: Duration,
    /// `extraction_timeout_secs`: from its start to its end. Default 30.
    pub timeout: Duration,
    /// `extraction_text_bytes_max`: text that is kept. Default 1048576 (1 MiB).
    pub text_bytes_max: usize,
    /// `extraction_file_bytes_max`: a longer attachment is not read. Default 33554432 (32 MiB).
    pub file_bytes_max: u64,
}

impl Default for Extraction {
    fn default() -> Self {
        Self {
            memory_bytes_max: 256 * 1024 * 1024,
            cpu: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            text_bytes_max: 1024 * 1024,
            file_bytes_max: 32 * 1024 * 1024,
        }
    }
}

/// The `*_timeout_secs` of `[limits]`. RFC 5321 §4.5.3.2.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// `command_timeout_secs`: between commands. Default 300. RFC 5321 §4.5.3.2.7.
    pub command: Duration,
    /// `data_timeout_secs`: between two pieces of a body. Default 180. RFC 5321 §4.5.3.2.5.
    pub data: Duration,
    /// `message_timeout_secs`: a whole body. Default 1800.
    pub message: Duration,
    /// `tls_timeout_secs`: a handshake. Default 30.
    pub tls: Duration,
    /// `write_timeout_secs`: one reply to a peer that does not read. Default 60.
    pub write: Duration,
    /// `shutdown_timeout_secs`: what running transactions get before we leave. Default 30.
    pub shutdown: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            command: Duration::from_secs(300),
            data: Duration::from_secs(180),
            message: Duration::from_secs(1800),
            tls: Duration::from_secs(30),
            write: Duration::from_secs(60),
            shutdown: Duration::from_secs(30),
        }
    }
}

/// `[auth]`: how senders are checked.
#[derive(Debug, Clone)]
pub struct Auth {
    /// `resolvers`: DNS servers; empty (default) takes those of the machine.
    pub resolvers: Vec<SocketAddr>,
    /// `query_timeout_millis`: one DNS query. Default 2000.
    pub query_timeout: Duration,
    /// `deadline_secs`: all checks of one mail together. Default 10 (S-18).
    pub deadline: Duration,
    /// `signatures_max`: DKIM signatures looked at in one mail. Default 10 (S-18).
    pub signatures_max: usize,
    /// `cache_entries_max`: DNS answers kept. Default 10000.
    pub cache_entries_max: usize,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            resolvers: Vec::new(),
            query_timeout: Duration::from_millis(2000),
            deadline: Duration::from_secs(10),
            signatures_max: 10,
            cache_entries_max: 10_000,
        }
    }
}

/// `[store]`.
#[derive(Debug, Clone)]
pub struct Store {
    /// `path`: the data folder. Default `data`, beside `smtpd.toml`.
    pub path: PathBuf,
    /// `segment_bytes`: size of a journal file, preallocated. Default 67108864 (64 MiB).
    pub segment_bytes: u64,
    /// `index_cache_bytes`: the index's cache. Default 67108864 (64 MiB); expect three times that in memory.
    pub index_cache_bytes: u64,
    /// `reopen_within_days`: a reply to a conversation closed longer ago opens a linked new one. Default 30.
    pub reopen_within_days: u32,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            path: PathBuf::from("data"),
            segment_bytes: 64 * 1024 * 1024,
            index_cache_bytes: 64 * 1024 * 1024,
            reopen_within_days: 30,
        }
    }
}

/// `[outbound]`: how letters leave.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// `route` and the keys that belong to it.
    pub route: Route,
    /// `dane`, for route `mx`: `"auto"` (default), `"trust-resolver"` or `"off"`.
    pub dane: Dane,
    /// `envelope`: `"auto"` (default), `"verp"` or `"from"`.
    pub envelope: EnvelopeSender,
    /// `concurrency`: deliveries at once. Default 50.
    pub concurrency: usize,
    /// `concurrency_per_domain`: of these, to one domain; through a smarthost, to it. Default 10.
    pub concurrency_per_domain: usize,
    /// `pause_per_domain_millis`: between the beginnings of two deliveries to one domain; through a smarthost, to it. 0 is
    /// none, and then letters share connections. Default 0.
    pub pause_per_domain: Duration,
    /// `connect_timeout_secs`. Default 30.
    pub connect_timeout: Duration,
    /// `command_timeout_secs`: each answer of the far side. Default 300. RFC 5321 §4.5.3.2.
    pub command_timeout: Duration,
    /// `retry_secs`: waiting times after temporary failures; the last one repeats. Default 60, 300, 900, 3600, 14400.
    pub retry: Vec<Duration>,
    /// `give_up_after_hours`: a letter still undelivered then is refused and shown. Default 120. RFC 5321 §4.5.4.1.
    pub give_up_after: Duration,
    /// `undo_secs`: what a person wrote waits so long before its first attempt, and can be recalled; 0 is not at all.
    /// Default 10. The AI's letters do not wait.
    pub undo: Duration,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            route: Route::File { path: PathBuf::from("outbox") },
            dane: Dane::Auto,
            envelope: EnvelopeSender::Auto,
            concurrency: 50,
            concurrency_per_domain: 10,
            pause_per_domain: Duration::ZERO,
            connect_timeout: Duration::from_secs(30),
            command_timeout: Duration::from_secs(300),
            retry: [60, 300, 900, 3600, 14_400].map(Duration::from_secs).to_vec(),
            give_up_after: Duration::from_secs(120 * 3600),
            undo: Duration::from_secs(10),
        }
    }
}

/// `[knowledge]`.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// `path`: a folder of Markdown, HTML and text files; none by default.
    pub path: Option<PathBuf>,
    /// `[[knowledge.site]]`: websites that are read too.
    pub sites: Vec<KnowledgeSite>,
    /// `support_min_percent`: how strongly a passage must support an answer before it is sent. Default 60.
    pub support_min_percent: u32,
    /// `[knowledge.embeddings]`: who says what pages and questions mean; nobody by default.
    pub embeddings: Option<Embeddings>,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self { path: None, sites: Vec::new(), support_min_percent: 60, embeddings: None }
    }
}

/// `[web]`.
#[derive(Debug, Clone)]
pub struct Web {
    /// `listen`: the inbox and its API over TCP, for who logs in or has an API key; off by default.
    pub listen: Option<SocketAddr>,
    /// `url`: the address under which people reach `listen`, behind the proxy that has its certificate. With `https` cookies
    /// travel over TLS only. Default: `http://` and `listen`, which must be a loopback address then.
    pub url: Option<url::Url>,
    /// `metrics`: `/metrics` over TCP, in Prometheus' text form; off by default.
    pub metrics: Option<SocketAddr>,
    /// `metrics_from_anywhere`: whether `metrics` may be another address than a loopback one. Default false.
    pub metrics_from_anywhere: bool,
    /// `key_requests_per_minute`: requests of one API key in a minute, at least 1. Default 600.
    pub key_requests_per_minute: u32,
    /// `webhook_networks`: addresses that webhooks may tell although they are not public. Default: none.
    pub webhook_networks: Vec<Network>,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: None,
            url: None,
            metrics: None,
            metrics_from_anywhere: false,
            key_requests_per_minute: 600,
            webhook_networks: Vec::new(),
        }
    }
}

/// `[log]`.
#[derive(Debug, Clone)]
pub struct Log {
    /// `level`: `error`, `warn`, `info` (default), `debug`, `trace`, or an env-filter expression.
    pub level: String,
    /// `format`: `text` (default) or `json`.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
