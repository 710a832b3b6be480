//! Whether a sending domain is verified, as DNS says now; remembered for a while.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    config::Domain,
    outbound::{self, Answer, DomainCheck, DomainStatus},
    setup,
    types::{Clock, Millis},
};

/// How long good news holds: a row that disappears stops mail soon. Bad news is not remembered: who has published a row has
/// the letters tried again that were refused for it, and means now.
const REMEMBERED: Duration = Duration::from_secs(300);

/// Asks DNS for the DKIM rows of a domain.
pub(super) struct DnsCheck {
    pub(super) dns: setup::Dns,
    pub(super) domains: Vec<Domain>,
    pub(super) data: PathBuf,
    pub(super) clock: Clock,
    /// The verified ones, and when DNS said so.
    pub(super) verified: Mutex<HashMap<String, Millis>>,
}

impl DomainCheck for DnsCheck {
    fn status<'a>(&'a self, domain: &'a str) -> Answer<'a, DomainStatus> {
        Box::pin(async move {
            let now = self.clock.now();
            let asked = self.verified.lock().unwrap_or_else(PoisonError::into_inner).get(domain).copied();
            if asked.is_some_and(|asked| now.since(asked) < REMEMBERED) {
                return DomainStatus::Verified;
            }
            let status = self.ask(domain).await;
            if status == DomainStatus::Verified {
                self.verified.lock().unwrap_or_else(PoisonError::into_inner).insert(domain.to_owned(), now);
            }
            status
        })
    }
}

impl DnsCheck {
    async fn ask(&self, name: &str) -> DomainStatus {
        let Some(domain) = self.domains.iter().find(|domain| domain.name == name) else {
            return DomainStatus::Unverified("it is not configured".into());
        };
        let keys = match dkim_rows(&self.data, domain) {
            Ok(keys) => keys,
            Err(error) => return DomainStatus::Unverified(error.to_string()),
        };
        match setup::domain_state(domain, &keys, &self.dns).await {
            setup::DomainState::Verified => DomainStatus::Verified,
            setup::DomainState::Unverified(words) => DomainStatus::Unverified(words),
            setup::DomainState::Unknown(words) => DomainStatus::Unknown(words),
        }
    }
}

/// The public rows of a domain's keys.
///
/// # Errors
/// When a key file cannot be read.
pub(crate) fn dkim_rows(data: &std::path::Path, domain: &Domain) -> Result<Vec<setup::DkimRow>, outbound::KeyError> {
    let selectors = [&domain.selector_ed25519, &domain.selector_rsa].into_iter().flatten();
    let row = |selector: &String| {
        let key = outbound::load_key(&outbound::key_path(data, &domain.name, selector)?)?;
        Ok(setup::DkimRow { selector: selector.clone(), record: key.record() })
    };
    selectors.map(row).collect()
}
