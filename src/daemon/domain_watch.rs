//! When the daemon asks DNS about the domains it sends from: at its start, once a day, sooner while something is to come or to
//! be mended, and for each letter unless it was asked a moment ago.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::domain_check::{self, REMEMBERED};
use crate::{
    config::{Config, Domain},
    outbound::{self, Answer, DomainCheck, DomainStatus, KeyRing},
    setup::{self, Dns, DomainState, KeyRole, Scope},
    types::{Clock, Millis},
};

/// How often the rows of a domain are looked at where all is well.
const CHECK_EVERY: Duration = Duration::from_secs(24 * 3600);

/// The same while next keys wait for their rows, and while a row is not as it should be.
const CHECK_SOON: Duration = Duration::from_secs(900);

/// How often it is seen whether a look is due: a command may have begun a rotation.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Watches over the domains of a configuration.
pub(super) struct DomainWatch {
    config: Config,
    dns: Dns,
    clock: Clock,
    /// The verified ones, and when DNS said so.
    verified: Mutex<HashMap<String, Millis>>,
}

impl DomainCheck for DomainWatch {
    fn status<'a>(&'a self, domain: &'a str) -> Answer<'a, DomainStatus> {
        Box::pin(async move {
            let now = self.clock.now();
            let asked = self.remembered().get(domain).copied();
            if asked.is_some_and(|asked| now.since(asked) < REMEMBERED) {
                return DomainStatus::Verified;
            }
            let status = self.ask(domain, now).await;
            if status == DomainStatus::Verified {
                self.remembered().insert(domain.to_owned(), now);
            }
            status
        })
    }
}

impl DomainWatch {
    pub(super) fn new(config: Config, dns: Dns, clock: Clock) -> Self {
        Self { config, dns, clock, verified: Mutex::default() }
    }

    /// Watches until `stop`.
    pub(super) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut is_start = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.round(is_start) => {}
            }
            is_start = false;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Looks at the domains that are due; at the start that is every one, and alarms that stand are told again.
    pub(super) async fn round(&self, is_start: bool) {
        for domain in &self.config.domains {
            let now = self.clock.now();
            if is_start {
                for row in setup::seen(&self.config.store.path, &domain.name).alarms() {
                    domain_check::raised(&domain.name, row);
                }
            } else if !self.is_due(domain, now) {
                continue;
            }
            self.look(domain, now, is_start).await;
        }
    }

    async fn look(&self, domain: &Domain, now: Millis, is_start: bool) {
        let look = match domain_check::look(&self.config, domain, &self.dns, now).await {
            Ok(look) => look,
            Err(fault) => {
                return warn!(domain = %domain.name, "the rows of {} were not looked at: {fault}", domain.name);
            }
        };
        if !setup::verified(&look.checked) {
            self.remembered().remove(&domain.name);
        }
        let is_used = self.config.addresses.iter().any(|address| address.address.domain() == domain.name);
        if is_start && is_used && !outbound::nothing_leaves(&self.config.outbound.route) {
            match setup::state_of(domain, &look.checked) {
                DomainState::Verified => {}
                DomainState::Unverified(why) | DomainState::Unknown(why) => {
                    domain_check::may_not_send(&domain.name, &why);
                }
            }
        }
    }

    fn is_due(&self, domain: &Domain, now: Millis) -> bool {
        let data = &self.config.store.path;
        let seen = setup::seen(data, &domain.name);
        let is_unsettled = KeyRing::read(data, domain).is_ok_and(|ring| {
            let has_keys = ring.signing.each().next().is_some();
            ring.next.is_some() || has_keys && (seen.word() != "verified" || seen.alarms().next().is_some())
        });
        let every = if is_unsettled { CHECK_SOON } else { CHECK_EVERY };
        seen.checked.is_none_or(|checked| now.since(checked) >= every)
    }

    async fn ask(&self, name: &str, now: Millis) -> DomainStatus {
        let Some(domain) = self.config.domains.iter().find(|domain| domain.name == name) else {
            return DomainStatus::Unverified("it is not configured".into());
        };
        let data = &self.config.store.path;
        let keys = KeyRing::read(data, domain)
            .and_then(|ring| domain_check::dkim_rows(data, domain, &ring.signing, KeyRole::Signs));
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => return DomainStatus::Unverified(error.to_string()),
        };
        let (state, checked) = setup::domain_state(domain, &keys, &self.dns).await;
        if let Err(fault) = domain_check::note(data, domain, checked.clone(), Scope::Some, now).await {
            warn!(domain = name, "what DNS says about {name} could not be written down: {fault}");
        }
        match state {
            DomainState::Verified => DomainStatus::Verified,
            DomainState::Unverified(words) if setup::seen(data, name).were_there(&checked) => DomainStatus::Lost(words),
            DomainState::Unverified(words) => DomainStatus::Unverified(words),
            DomainState::Unknown(words) => DomainStatus::Unknown(words),
        }
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<String, Millis>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
