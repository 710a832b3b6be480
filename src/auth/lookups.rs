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

use mail_auth::{DnssecStatus, MX, RecordSet, ResolverCache, Txt, dmarc::Dmarc};

use super::dns::{Answer, Dns, Question, no_answer};

/// Names asked about for one mail, whoever chose them (S-18).
const QUESTIONS_MAX: usize = 80;

/// mail-auth's five caches in one, for one mail.
pub(super) struct Lookups {
    dns: Arc<Dns>,
    peer: IpAddr,
    started: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Answers fetched for this mail: they stand even when the shared cache forgets them meanwhile.
    fetched: HashMap<Question, Answer>,
    missed: Vec<Question>,
    /// Nothing more will be fetched: what is not known is trouble.
    last_run: bool,
    address_trouble: bool,
}

impl Lookups {
    pub(super) fn new(dns: Arc<Dns>, peer: IpAddr) -> Self {
        Self { dns, peer, started: Instant::now(), state: Mutex::default() }
    }

    /// Notes a question that will come, so that it is fetched along with the first ones.
    pub(super) fn ask_early(&self, question: Question) {
        if self.find(&question).is_none() {
            self.state().missed.push(question);
        }
    }

    /// Whether the last run missed nothing.
    pub(super) fn is_complete(&self) -> bool {
        self.state().missed.is_empty()
    }

    /// From now on what is not known counts as DNS trouble.
    pub(super) fn give_up(&self) {
        let mut state = self.state();
        state.last_run = true;
        state.missed.clear();
    }

    /// Fetches what the last run missed. `false` when this mail has asked enough.
    ///
    /// Each answer is noted when it comes: dropping the future keeps what is there.
    pub(super) async fn fetch_missed(&self) -> bool {
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

    /// Whether an address or MX lookup since the last call was answered by trouble: SPF then is a temporary error.
    pub(super) fn take_address_trouble(&self) -> bool {
        std::mem::take(&mut self.state().address_trouble)
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

    /// What is known about `name`; notes it as missed otherwise.
    fn recall(&self, kind: u8, name: &(impl Hash + ?Sized)) -> Answer {
        let mut heard = NameHeard(vec![kind]);
        if kind == Question::PTR {
            heard.0.extend_from_slice(self.peer.to_string().as_bytes());
        } else {
            name.hash(&mut heard);
        }
        let question = Question(heard.0.into());
        if let Some(answer) = self.find(&question) {
            return answer;
        }
        let mut state = self.state();
        if !state.last_run && !state.missed.contains(&question) {
            state.missed.push(question);
        }
        Answer::Trouble
    }

    /// Rows of an address or MX lookup. `None` makes mail-auth ask by itself, which it must for an absence: only an error
    /// tells it that there is nothing. hickory then answers from its own cache.
    fn rows<T>(&self, answer: Answer, of: impl FnOnce(Answer) -> Option<RecordSet<T>>) -> Option<RecordSet<T>> {
        match answer {
            Answer::Missing if self.state().last_run => {
                // Out of time: no asking by itself. Trouble rather than absence, as an absence could make SPF pass.
                self.state().address_trouble = true;
                Some(empty())
            }
            Answer::Missing => None,
            Answer::Trouble => {
                self.state().address_trouble = true;
                Some(empty())
            }
            other => of(other),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn empty<T>() -> RecordSet<T> {
    RecordSet { rrset: Vec::new().into(), dnssec_status: DnssecStatus::Indeterminate }
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

/// Five caches differ in their types and the branch of [`Answer`] only.
macro_rules! answers {
    ($key:ty, $value:ty, |$lookups:ident, $name:ident| $get:expr) => {
        impl ResolverCache<$key, $value> for Lookups {
            fn get<Q>(&self, $name: &Q) -> Option<$value>
            where
                $key: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                let $lookups = self;
                $get
            }

            fn remove<Q>(&self, _: &Q) -> Option<$value>
            where
                $key: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                None
            }

            /// What mail-auth found by itself is kept by hickory.
            fn insert(&self, _: $key, _: $value, _: Instant) {}
        }
    };
}

answers!(Box<str>, Txt, |lookups, name| match lookups.recall(Question::TXT, name) {
    Answer::Txt(txt) => Some(txt),
    _ => Some(no_answer()),
});

answers!(Box<str>, RecordSet<Ipv4Addr>, |lookups, name| lookups.rows(lookups.recall(Question::V4, name), |answer| {
    match answer {
        Answer::V4(rows) => Some(rows),
        _ => None,
    }
}));

answers!(Box<str>, RecordSet<Ipv6Addr>, |lookups, name| lookups.rows(lookups.recall(Question::V6, name), |answer| {
    match answer {
        Answer::V6(rows) => Some(rows),
        _ => None,
    }
}));

// An MX that is missing and one without hosts come to the same.
answers!(Box<str>, RecordSet<MX>, |lookups, name| match lookups.recall(Question::MX, name) {
    Answer::Mx(rows) => Some(rows),
    Answer::Missing => Some(empty()),
    other => lookups.rows(other, |_| None),
});

// RFC 7208 §5.5: whatever goes wrong with PTR, the mechanism does not match.
answers!(IpAddr, RecordSet<Box<str>>, |lookups, name| match lookups.recall(Question::PTR, name) {
    Answer::Ptr(rows) => Some(rows),
    _ => Some(empty()),
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
