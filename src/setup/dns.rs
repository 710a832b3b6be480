//! What setup asks DNS. Nothing is remembered: a row that was published a moment ago must be seen.

use std::{future::Future, net::IpAddr, time::Duration};

use mail_auth::hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
    lookup::Lookup as Answer,
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::RData,
};

use crate::{auth::may_send, config::Auth, types::Verdict};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// DNS says that there is no such record.
    #[error("there is no such record")]
    NoRecord,
    /// DNS could not be asked. Trying again can help.
    #[error("{0}")]
    Failed(String),
}

/// No resolver could be made.
#[derive(Debug, thiserror::Error)]
#[error("no DNS resolver can be made: {0}")]
pub struct DnsError(String);

/// DNS as it is. Names are absolute, without a last dot.
#[derive(Clone)]
pub struct Dns {
    resolver: TokioResolver,
    settings: Auth,
}

/// No question takes longer, retries included.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(10);

impl Dns {
    /// Asks the servers of `[auth] resolvers`, or those of the machine.
    ///
    /// # Errors
    /// When the machine names no DNS servers.
    pub fn of(auth: &Auth) -> Result<Self, DnsError> {
        let provider = TokioRuntimeProvider::default();
        let mut builder = if auth.resolvers.is_empty() {
            TokioResolver::builder(provider).map_err(|error| DnsError(error.to_string()))?
        } else {
            let servers = auth.resolvers.iter().map(|server| {
                let mut ways = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for way in &mut ways {
                    way.port = server.port();
                }
                NameServerConfig::new(server.ip(), true, ways)
            });
            let config = ResolverConfig::from_parts(None, Vec::new(), servers.collect());
            TokioResolver::builder_with_config(config, provider).with_options(ResolverOpts::default())
        };
        builder.options_mut().timeout = auth.query_timeout;
        builder.options_mut().cache_size = 0;
        let resolver = builder.build().map_err(|error| DnsError(error.to_string()))?;
        Ok(Self { resolver, settings: auth.clone() })
    }

    /// The TXT records of a name, each with its strings joined (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    ///
    /// # Errors
    /// [`LookupError`].
    pub async fn txt(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let answer = answered(self.resolver.txt_lookup(absolute(name))).await?;
        let joined = answer.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
        Ok(joined.collect())
    }

    /// The mail exchangers, best first, lower case without a last dot.
    ///
    /// # Errors
    /// [`LookupError`].
    pub async fn mx(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let answer = answered(self.resolver.mx_lookup(absolute(name))).await?;
        let mut found: Vec<(u16, String)> = Vec::new();
        for record in answer.answers() {
            if let RData::MX(mx) = &record.data {
                let host = mx.exchange.to_lowercase().to_ascii();
                found.push((mx.preference, host.trim_end_matches('.').to_owned()));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, host)| host).collect())
    }

    /// The IPv4 and IPv6 addresses.
    ///
    /// # Errors
    /// [`LookupError`].
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let answer = tokio::time::timeout(QUESTION_TIMEOUT, self.resolver.lookup_ip(absolute(name))).await;
        Ok(answer.map_err(|_| silent())?.map_err(failed)?.iter().collect())
    }

    /// What the domain's SPF record says of mail from that address. See [`may_send`].
    pub async fn may_send(&self, domain: &str, peer: IpAddr) -> Verdict {
        may_send(&self.settings, domain, peer).await
    }
}

/// With the last dot, so that no search domain of the machine is tried.
fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

async fn answered(question: impl Future<Output = Result<Answer, NetError>>) -> Result<Answer, LookupError> {
    tokio::time::timeout(QUESTION_TIMEOUT, question).await.map_err(|_| silent())?.map_err(failed)
}

fn silent() -> LookupError {
    LookupError::Failed(format!("DNS gave no answer within {} seconds", QUESTION_TIMEOUT.as_secs()))
}

/// Only "no such name" and "no record of that type" count as none; the rest is trouble.
fn failed(error: NetError) -> LookupError {
    if error.is_no_records_found() { LookupError::NoRecord } else { LookupError::Failed(error.to_string()) }
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
