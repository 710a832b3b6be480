//! What DNS says now about the rows of a sending domain, and what follows: whether it may send, whether its next keys sign,
//! which alarms begin and end.
//!
//! Commands look at a domain as the daemon does. When the daemon looks stands in `domain_watch`.

use std::{path::Path, time::Duration};

use tracing::{error, info, warn};

use crate::{
    config::{Config, Domain},
    outbound::{self, KeyError, KeyRing, Selectors},
    setup::{self, Change, Checked, DkimRow, Dns, DnsRow, KeyRole, Scope, SeenRow, Status},
    types::Millis,
};

/// How long good news holds: a row that disappears stops mail soon. Bad news is not remembered: who has published a row has
/// the letters tried again that wait for it, and means now.
pub(super) const REMEMBERED: Duration = Duration::from_secs(300);

/// All rows of one domain, as they are now.
pub(crate) struct Look {
    /// Its keys.
    pub(crate) ring: KeyRing,
    /// Its rows.
    pub(crate) checked: Vec<Checked>,
    /// The rows of the next keys were there, so that these sign from now on.
    pub(crate) switched: bool,
}

/// Asks DNS for every row of the domain, lets the next keys sign when theirs are there, and writes down what was seen.
///
/// # Errors
/// When the keys or what is written about them cannot be read or written.
pub(crate) async fn look(config: &Config, domain: &Domain, dns: &Dns, now: Millis) -> Result<Look, KeyError> {
    let data = &config.store.path;
    let mut ring = KeyRing::read(data, domain)?;
    let mut checked = setup::status(rows(config, domain, &ring, now)?, dns).await;
    let mut switched = false;
    if let Some(next) = ring.next.as_ref().filter(|_| setup::next_verified(&checked)) {
        switched = switch(data, domain, next.selectors.clone(), now).await?;
        ring = KeyRing::read(data, domain)?;
        checked = again(rows(config, domain, &ring, now)?, &checked);
    }
    note(data, domain, checked.clone(), Scope::All, now).await?;
    Ok(Look { ring, checked, switched })
}

/// All rows that the domain should have now.
///
/// # Errors
/// When a key that signs or will sign cannot be read.
pub(crate) fn rows(config: &Config, domain: &Domain, ring: &KeyRing, now: Millis) -> Result<Vec<DnsRow>, KeyError> {
    let data = &config.store.path;
    let mut keys = dkim_rows(data, domain, &ring.signing, KeyRole::Signs)?;
    if let Some(next) = &ring.next {
        keys.extend(dkim_rows(data, domain, &next.selectors, KeyRole::Next)?);
    }
    for old in ring.retired.iter().filter(|old| old.stay_until() > now) {
        // One that is lost does no harm: its row only stays.
        keys.extend(
            dkim_rows(data, domain, &old.selectors, KeyRole::Old { until: old.stay_until() }).unwrap_or_default(),
        );
    }
    Ok(setup::rows(config, domain, &keys))
}

/// The public rows of those keys.
///
/// # Errors
/// When a key file cannot be read.
pub(crate) fn dkim_rows(
    data: &Path,
    domain: &Domain,
    selectors: &Selectors,
    role: KeyRole,
) -> Result<Vec<DkimRow>, KeyError> {
    let row = |(selector, _): (&str, _)| {
        let key = outbound::load_key(&outbound::key_path(data, &domain.name, selector)?)?;
        Ok(DkimRow { selector: selector.to_owned(), record: key.record(), role })
    };
    selectors.each().map(row).collect()
}

/// What was found out about the rows, said of the same rows in their new parts.
fn again(rows: Vec<DnsRow>, checked: &[Checked]) -> Vec<Checked> {
    let of = |row: &DnsRow| {
        let known = checked.iter().find(|one| one.row.kind == row.kind && one.row.name == row.name);
        known.map_or_else(|| Status::Unknown("it was not asked for yet".to_owned()), |one| one.status.clone())
    };
    rows.into_iter().map(|row| Checked { status: of(&row), row }).collect()
}

async fn switch(data: &Path, domain: &Domain, published: Selectors, now: Millis) -> Result<bool, KeyError> {
    let (data, owned) = (data.to_owned(), domain.clone());
    // Another process may hold the lock: not on a thread that serves.
    let done = tokio::task::spawn_blocking(move || KeyRing::switch(&data, &owned, &published, now)).await;
    let ring = done.expect("changing a file does not panic")?;
    if let Some(ring) = &ring {
        let selectors: Vec<&str> = ring.signing.each().map(|(selector, _)| selector).collect();
        let name = &domain.name;
        info!(event = "keys_switched", domain = %name, "letters from {name} are signed with {} now", selectors.join(" and "));
    }
    Ok(ring.is_some())
}

/// Writes down what was seen, and logs the alarms that begin and end by it.
pub(super) async fn note(
    data: &Path,
    domain: &Domain,
    checked: Vec<Checked>,
    scope: Scope,
    now: Millis,
) -> Result<(), KeyError> {
    let (data, name) = (data.to_owned(), domain.name.clone());
    let noted = tokio::task::spawn_blocking(move || setup::note(&data, &name, &checked, scope, now)).await;
    for change in noted.expect("changing a file does not panic")? {
        match change {
            Change::Raised(row) => raised(&domain.name, &row),
            Change::Ended(row, _) => {
                let (domain, row) = (&domain.name, row.title());
                info!(event = "domain_alarm_ended", %domain, row, "{row} of the domain {domain} is there again");
            }
        }
    }
    Ok(())
}

/// One line for a row that was there and is not any more.
pub(super) fn raised(domain: &str, row: &SeenRow) {
    let (title, why) = (row.title(), &row.why);
    let then = if row.is_for_sending() { "letters from it wait until it is back" } else { "put it back" };
    error!(event = "domain_alarm", %domain, row = title, "{title} of the domain {domain} was there and is not any more: {why}; {then}");
}

/// One line for a domain that answers are to leave from and cannot.
pub(super) fn may_not_send(domain: &str, why: &str) {
    warn!(event = "domain_unverified", %domain, "nothing leaves from {domain}: {why}");
}

#[cfg(test)]
#[path = "domain_check_tests.rs"]
mod tests;
