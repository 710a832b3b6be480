//! The resolver of the daemon, as `[auth]` asks for it.

use std::net::SocketAddr;

use mail_auth::{
    MessageAuthenticator,
    hickory_resolver::{
        config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
        system_conf::read_system_conf,
    },
};
use tracing::warn;

use super::dns::{MISSING_FOR, QUERIES_AT_ONCE_MAX};
use crate::config;

/// How often a query is sent before the server counts as silent: a lost packet is worth one more.
const ATTEMPTS: usize = 2;

/// Entries of hickory's own cache. It serves routes; senders have one of their own.
const RESOLVER_CACHE_ENTRIES: u64 = 2048;

/// A resolver as `[auth]` asks for it. Whatever asks DNS for mail's sake asks this way: senders here, routes elsewhere.
pub fn resolver(settings: &config::Auth) -> MessageAuthenticator {
    resolver_with(settings, ResolveHosts::Never)
}

/// The same, and the machine's hosts file before it: for what the administrator names himself, the server of a model for one.
pub fn resolver_with_hosts_file(settings: &config::Auth) -> MessageAuthenticator {
    resolver_with(settings, ResolveHosts::Always)
}

/// Whom `[auth]` asks, and how.
pub fn name_servers(settings: &config::Auth) -> (ResolverConfig, ResolverOpts) {
    let (servers, mut options) = servers(&settings.resolvers);
    options.timeout = settings.query_timeout;
    options.attempts = ATTEMPTS;
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = RESOLVER_CACHE_ENTRIES;
    options.negative_min_ttl = Some(MISSING_FOR);
    options.negative_max_ttl = Some(MISSING_FOR);
    options.max_active_requests = QUERIES_AT_ONCE_MAX;
    (servers, options)
}

fn resolver_with(settings: &config::Auth, hosts: ResolveHosts) -> MessageAuthenticator {
    let (servers, mut options) = name_servers(settings);
    options.use_hosts_file = hosts;
    MessageAuthenticator::new(servers, options)
        .expect("building a resolver without DNSSEC and TLS reads and opens nothing that could fail")
}

fn servers(configured: &[SocketAddr]) -> (ResolverConfig, ResolverOpts) {
    if configured.is_empty() {
        match read_system_conf() {
            Ok(system) => return system,
            Err(error) => warn!(error = %error, "the machine names no DNS server; asking 127.0.0.1"),
        }
        // resolv.conf(5): without a server named, the one on the local machine.
        return (of_servers(&[SocketAddr::from(([127, 0, 0, 1], 53))]), ResolverOpts::default());
    }
    (of_servers(configured), ResolverOpts::default())
}

fn of_servers(addrs: &[SocketAddr]) -> ResolverConfig {
    let server = |addr: &SocketAddr| {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = addr.port();
            connection
        });
        NameServerConfig::new(addr.ip(), true, connections.to_vec())
    };
    ResolverConfig::from_parts(None, Vec::new(), addrs.iter().map(server).collect())
}
