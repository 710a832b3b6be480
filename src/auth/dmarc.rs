//! DMARC in our words, and how often it came out how, domain by domain, for the metrics.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use mail_auth::{DmarcOutput, DmarcResult, dmarc::Policy};

use crate::types::Verdict;

/// Domains counted apart. Senders choose the names, so beyond this the one with the fewest mails makes room (S-15).
const DOMAINS_MAX: usize = 1000;

/// Mails by what DMARC said of them, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DmarcCount {
    /// Aligned and proved.
    pub pass: u64,
    /// Neither signed nor sent by the domain.
    pub fail: u64,
    /// The domain publishes no policy.
    pub none: u64,
    /// DNS trouble.
    pub temp_error: u64,
    /// The policy cannot be read.
    pub perm_error: u64,
}

impl DmarcCount {
    /// All together.
    pub fn mails(&self) -> u64 {
        self.pass + self.fail + self.none + self.temp_error + self.perm_error
    }

    fn count(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::TempError => &mut self.temp_error,
            Verdict::PermError => &mut self.perm_error,
            Verdict::None | Verdict::SoftFail | Verdict::Neutral => &mut self.none,
        } += 1;
    }

    fn add(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.none += other.none;
        self.temp_error += other.temp_error;
        self.perm_error += other.perm_error;
    }
}

/// See [`super::Authenticator::dmarc_counts`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DmarcCounts {
    /// By domain of From, most mails first.
    pub domains: Vec<(String, DmarcCount)>,
    /// Of all domains that had to make room, together.
    pub others: DmarcCount,
}

/// The counters.
#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    domains: HashMap<String, DmarcCount>,
    others: DmarcCount,
}

impl Counters {
    pub(super) fn count(&self, domain: &str, verdict: Verdict) {
        let mut counted = self.lock();
        if let Some(count) = counted.domains.get_mut(domain) {
            return count.count(verdict);
        }
        if counted.domains.len() >= DOMAINS_MAX {
            let least = counted.domains.iter().min_by_key(|(_, count)| count.mails()).map(|(name, _)| name.clone());
            let gone = least.and_then(|name| counted.domains.remove(&name)).unwrap_or_default();
            counted.others.add(gone);
        }
        counted.domains.entry(domain.to_owned()).or_default().count(verdict);
    }

    pub(super) fn snapshot(&self) -> DmarcCounts {
        let counted = self.lock();
        let mut domains: Vec<_> = counted.domains.iter().map(|(name, count)| (name.clone(), *count)).collect();
        let others = counted.others;
        drop(counted);
        domains.sort_by(|(a, more), (b, less)| less.mails().cmp(&more.mails()).then_with(|| a.cmp(b)));
        DmarcCounts { domains, others }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        // A panic elsewhere leaves at worst one mail uncounted.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn verdict(output: &DmarcOutput) -> Verdict {
    match output.result() {
        DmarcResult::Pass => Verdict::Pass,
        DmarcResult::Fail(_) => Verdict::Fail,
        DmarcResult::TempError(_) => Verdict::TempError,
        DmarcResult::PermError(_) => Verdict::PermError,
        DmarcResult::None => Verdict::None,
    }
}

pub(super) fn policy_word(policy: Policy) -> &'static str {
    match policy {
        Policy::Quarantine => "quarantine",
        Policy::Reject => "reject",
        Policy::None | Policy::Unspecified => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-15.
    #[test]
    fn a_flood_of_names_displaces_none_that_matter_and_loses_no_count() {
        let counters = Counters::default();
        for _ in 0..3 {
            counters.count("customer.example", Verdict::Pass);
        }
        counters.count("customer.example", Verdict::Fail);
        for n in 0..2 * DOMAINS_MAX {
            counters.count(&format!("{n}.example"), Verdict::None);
        }
        let counts = counters.snapshot();
        assert_eq!(counts.domains.len(), DOMAINS_MAX);
        let expected = DmarcCount { pass: 3, fail: 1, ..DmarcCount::default() };
        assert_eq!(counts.domains[0], ("customer.example".to_owned(), expected));
        let mails = counts.others.mails() + counts.domains.iter().map(|(_, count)| count.mails()).sum::<u64>();
        assert_eq!(mails, 4 + 2 * DOMAINS_MAX as u64);
    }
}
