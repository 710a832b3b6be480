//! The lookups of one mail: mail-auth is answered from what is known and told "not now" for the rest, which is noted.
//!
//! mail-auth asks one name after the other, at the moment it needs it. Here it is run, what it missed is fetched all
//! at once, and it is run again, until it misses nothing: results of a run that missed something are thrown away. So
//! keys of ten signatures cost the time of one, and nothing is asked that an earlier mail has asked.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::{Hash, Hasher},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use mail_auth::{DnssecStatus, MX, Parameters, RecordSet, ResolverCache, Txt, common::cache::NoCache, dmarc::Dmarc};
use tokio::time::timeout_at;

use super::dns::{Answer, Dns, Question, no_answer};

type NoRows<T> = NoCache<Box<str>, RecordSet<T>>;

/// mail-auth's parameters with the two caches it asks where SPF is not its own.
type Over<'x, P> =
    Parameters<'x, P, Lookups, NoRows<MX>, Lookups, NoRows<Ipv6Addr>, NoCache<IpAddr, RecordSet<Box<str>>>>;

/// Names asked about for one mail, whoever chose them (S-18).
const QUESTIONS_MAX: usize = 80;

/// Runs over one mail until nothing more is missed: ten SPF lookups in a row and some to spare.
const RUNS_MAX: usize = 16;

/// What is known and what is missed, for one mail.
pub(super) struct Lookups {
    dns: Arc<Dns>,
    started: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Answers fetched for this mail: they stand even when the shared cache forgets them meanwhile.
    fetched: HashMap<Question, Answer>,
    missed: Vec<Question>,
    runs: usize,
    /// Nothing more will be fetched: what is not known is trouble.
    last_run: bool,
}

impl Lookups {
    pub(super) fn new(dns: Arc<Dns>) -> Self {
        Self { dns, started: Instant::now(), state: Mutex::default() }
    }

    /// Notes a question that will come, so that it is fetched along with the first ones.
    pub(super) fn ask_early(&self, question: Question) {
        if self.find(&question).is_none() {
            self.state().missed.push(question);
        }
    }

    pub(super) fn over<P>(&self, params: P) -> Over<'_, P> {
        Parameters::new(params).with_txt_cache(self).with_ipv4_cache(self)
    }

    /// After a run: fetches what it missed. `false` when that was nothing, so that its results stand.
    ///
    /// When `deadline` has come or this mail has asked enough, what is not known counts as trouble in one last run.
    pub(super) async fn want_another_run(&self, deadline: tokio::time::Instant) -> bool {
        let runs = {
            let mut state = self.state();
            if state.missed.is_empty() {
                return false;
            }
            state.runs += 1;
            state.runs
        };
        if runs > RUNS_MAX || !matches!(timeout_at(deadline, self.fetch_missed()).await, Ok(true)) {
            let mut state = self.state();
            state.last_run = true;
            state.missed.clear();
        }
        true
    }

    /// `false` when this mail has asked enough.
    ///
    /// Each answer is noted when it comes: dropping the future keeps what is there.
    async fn fetch_missed(&self) -> bool {
        let (missed, room) = {
            let mut state = self.state();
            (std::mem::take(&mut state.missed), QUESTIONS_MAX.saturating_sub(state.fetched.len()))
        };
        let enough = missed.len() > room;
        let mut asked = tokio::task::JoinSet::new();
        for question in missed.into_iter().take(room) {
            let dns = self.dns.clone();
            asked.spawn(async move { (dns.ask(&question).await, question) });
        }
        while let Some(done) = asked.join_next().await {
            if let Ok((answer, question)) = done {
                self.state().fetched.insert(question, answer);
            }
        }
        !enough
    }

    /// The DMARC record at that domain, as far as it has been looked up.
    pub(super) fn dmarc_record(&self, domain: &str) -> Option<Arc<Dmarc>> {
        match self.find(&Question::txt(&format!("_dmarc.{domain}.")))? {
            Answer::Txt(Txt::Dmarc(record)) => Some(record),
            _ => None,
        }
    }

    fn find(&self, question: &Question) -> Option<Answer> {
        let fetched = self.state().fetched.get(question).cloned();
        fetched.or_else(|| self.dns.known(&question.0, self.started))
    }

    /// What is known; notes the question as missed otherwise, and says that there is trouble.
    pub(super) fn recall(&self, question: &Question) -> Answer {
        if let Some(answer) = self.find(question) {
            return answer;
        }
        let mut state = self.state();
        if !state.last_run && !state.missed.contains(question) {
            state.missed.push(question.clone());
        }
        Answer::Trouble
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hears the name inside a key that can only be hashed: mail-auth hands its names as `&Q where Q: Hash`.
///
/// A `str` writes its bytes and then one byte that ends them; a test holds the standard library to it. Were it ever to
/// change, every name would become unknown, which is DNS trouble and not a pass.
struct NameHeard(Vec<u8>);

impl Hasher for NameHeard {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn write_u8(&mut self, _end: u8) {}

    fn finish(&self) -> u64 {
        0
    }
}

/// Two caches differ in what they hold only.
macro_rules! answers {
    ($kind:expr, $value:ty, |$lookups:ident, $answer:ident| $get:expr) => {
        impl ResolverCache<Box<str>, $value> for Lookups {
            fn get<Q>(&self, name: &Q) -> Option<$value>
            where
                Box<str>: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                let mut heard = NameHeard(vec![$kind]);
                name.hash(&mut heard);
                let ($lookups, $answer) = (self, self.recall(&Question(heard.0.into())));
                $get
            }

            fn remove<Q>(&self, _: &Q) -> Option<$value>
            where
                Box<str>: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                None
            }

            /// What mail-auth found by itself is kept by hickory.
            fn insert(&self, _: Box<str>, _: $value, _: Instant) {}
        }
    };
}

answers!(Question::TXT, Txt, |_lookups, answer| match answer {
    Answer::Txt(txt) => Some(txt),
    _ => Some(no_answer()),
});

// Asked for only where a DMARC record has a policy for names that do not exist (`np`). `None` makes mail-auth ask by
// itself, which it must for an absence: only an error tells it that there is nothing. hickory answers from its own cache.
answers!(Question::V4, RecordSet<Ipv4Addr>, |lookups, answer| match answer {
    Answer::Missing if !lookups.state().last_run => None,
    _ => Some(RecordSet { rrset: Arc::new([]), dnssec_status: DnssecStatus::Indeterminate }),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashed_name_can_be_heard() {
        for name in ["", "a", "_dmarc.example.org.", "a-rather-long-selector-of-many-octets._domainkey.example.org."] {
            let mut heard = NameHeard(vec![b'T']);
            Hash::hash(name, &mut heard);
            assert_eq!(heard.0, format!("T{name}").into_bytes());
            let mut heard = NameHeard(Vec::new());
            Box::<str>::from(name).hash(&mut heard);
            assert_eq!(heard.0, name.as_bytes());
        }
    }
}
