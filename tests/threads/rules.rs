//! How mail programs decide what is one thread.

use std::collections::HashMap;

use replyd::mime::{self, Encoding, Pieces};

/// A message as the programs look at it.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) raw: Vec<u8>,
    pub(crate) id: String,
    /// In-Reply-To and References.
    pub(crate) names: Vec<String>,
    pub(crate) references: Vec<String>,
    pub(crate) subject: String,
    pub(crate) thread_topic: Option<String>,
    pub(crate) thread_index: Vec<u8>,
    pub(crate) text: String,
}

impl Message {
    pub(crate) fn read(raw: &[u8]) -> Self {
        let mail = mime::parse(raw);
        let index = mail.header("Thread-Index").next().unwrap_or_default().to_owned();
        let thread_topic = mail.header("Thread-Topic").next().map(str::to_owned);
        Self {
            raw: raw.to_vec(),
            names: mail.references.iter().chain(&mail.in_reply_to).cloned().collect(),
            thread_topic,
            thread_index: Pieces::of(index.as_bytes(), Encoding::Base64).flat_map(|piece| piece.to_vec()).collect(),
            id: mail.message_id,
            references: mail.references,
            subject: mail.subject,
            text: mail.text,
        }
    }
}

/// RFC 5256 §2.1, for subjects without trailers: `Re:`, `Fwd:`, their like and `[blobs]` before the rest are taken away, in any
/// order.
pub(crate) fn base_subject(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let blob = rest.strip_prefix('[').and_then(|inner| inner.split_once(']')).map(|(_, after)| after.trim_start());
        let lower = rest.to_lowercase();
        let leader = ["re:", "fwd:", "fw:", "aw:", "sv:", "r:"].iter().find(|leader| lower.starts_with(**leader));
        match (leader, blob) {
            (Some(leader), _) => rest = rest[leader.len()..].trim_start(),
            (None, Some(after)) if !after.is_empty() => rest = after,
            _ => return rest.to_lowercase(),
        }
    }
}

/// The subject without reply prefixes; what stands in brackets is part of it. MS-OXCMAIL §2.2.3.2.6.1.
fn normalized_subject(subject: &str) -> String {
    let mut rest = subject.trim();
    while let Some((prefix, after)) = rest.split_once(": ")
        && prefix.chars().count() <= 3
        && prefix.chars().all(char::is_alphabetic)
    {
        rest = after;
    }
    rest.to_lowercase()
}

/// Sets that grow together, named by the place of the first message in each.
struct Threads(Vec<usize>);

impl Threads {
    fn of(messages: &[Message]) -> Self {
        Self((0..messages.len()).collect())
    }

    fn join(&mut self, a: usize, b: usize) {
        let (first, second) = (self.0[a].min(self.0[b]), self.0[a].max(self.0[b]));
        self.0.iter_mut().filter(|thread| **thread == second).for_each(|thread| *thread = first);
    }

    /// Counted from 0 in the order in which they begin.
    fn numbered(self) -> Vec<usize> {
        let mut names: HashMap<usize, usize> = HashMap::new();
        let mut numbered = Vec::new();
        for thread in self.0 {
            let next = names.len();
            numbered.push(*names.entry(thread).or_insert(next));
        }
        numbered
    }
}

/// Joins every two that share an id and pass `also`.
fn joined_by_ids(messages: &[Message], also: impl Fn(&Message, &Message) -> bool) -> Threads {
    let mut threads = Threads::of(messages);
    for (b, later) in messages.iter().enumerate() {
        for (a, earlier) in messages[..b].iter().enumerate() {
            let knows = |one: &Message, id: &String| one.id == *id || one.names.contains(id);
            let share = knows(later, &earlier.id) || earlier.names.iter().any(|id| knows(later, id));
            if share && also(earlier, later) {
                threads.join(a, b);
            }
        }
    }
    threads
}

/// One thread is what ids connect, also through messages nobody has. <https://www.jwz.org/doc/threading.html>, steps 1 to 4.
pub(crate) fn by_ids(messages: &[Message]) -> Vec<usize> {
    joined_by_ids(messages, |_, _| true).numbered()
}

/// RFC 8621 §3: one id in both messages, and the same subject without `Re:`, `Fwd:`, `[List-Tag]`.
pub(crate) fn by_ids_and_subject(messages: &[Message]) -> Vec<usize> {
    joined_by_ids(messages, |a, b| base_subject(&a.subject) == base_subject(&b.subject)).numbered()
}

/// The same subject is needed. A References field, when there is one, must name what is known; without one, subject and
/// people within a week suffice. What is in brackets before the subject counts as a list's tag.
pub(crate) fn gmail(messages: &[Message]) -> Vec<usize> {
    let mut threads = Threads::of(messages);
    for (b, later) in messages.iter().enumerate() {
        for (a, earlier) in messages[..b].iter().enumerate() {
            let same = base_subject(&earlier.subject) == base_subject(&later.subject);
            if same && (later.names.is_empty() || later.names.contains(&earlier.id)) {
                threads.join(a, b);
            }
        }
    }
    threads.numbered()
}

/// RFC 5256 §3, THREAD=REFERENCES: ids, then threads whose base subjects are the same, where one of them is an answer.
pub(crate) fn imap_references(messages: &[Message]) -> Vec<usize> {
    let mut threads = joined_by_ids(messages, |_, _| true);
    let is_reply = |message: &Message| message.subject.to_lowercase().starts_with("re:");
    for b in 0..messages.len() {
        for a in 0..b {
            let same = base_subject(&messages[a].subject) == base_subject(&messages[b].subject);
            if same && (is_reply(&messages[a]) || is_reply(&messages[b])) {
                threads.join(a, b);
            }
        }
    }
    threads.numbered()
}

/// Ids, then (`$strict_threads` unset, `$sort_re` set) a root whose subject begins as `$reply_regex` says hangs under the message that
/// has the rest of it for its subject. Nothing in brackets is taken away.
pub(crate) fn mutt(messages: &[Message]) -> Vec<usize> {
    let mut threads = joined_by_ids(messages, |_, _| true);
    let real = |subject: &str| {
        let rest =
            ["re: ", "aw: "].iter().find_map(|prefix| subject.to_lowercase().strip_prefix(prefix).map(str::to_owned));
        rest.map_or((false, subject.to_lowercase()), |rest| (true, rest))
    };
    for b in 0..messages.len() {
        let (is_reply, subject) = real(&messages[b].subject);
        let before = (0..b).rev().find(|a| real(&messages[*a].subject).1 == subject);
        if let Some(a) = before.filter(|_| is_reply && messages[b].names.is_empty()) {
            threads.join(a, b);
        }
    }
    threads.numbered()
}

/// The topic: `Thread-Topic`, or the normalized subject.
fn topic(message: &Message) -> String {
    message.thread_topic.clone().map_or_else(|| normalized_subject(&message.subject), |topic| topic.to_lowercase())
}

/// MS-OXOMSG §2.2.1.2: without index tracking the conversation is the hash of its topic.
pub(crate) fn outlook(messages: &[Message]) -> Vec<usize> {
    let mut threads = Threads::of(messages);
    for b in 0..messages.len() {
        let before = (0..b).find(|a| topic(&messages[*a]) == topic(&messages[b]));
        before.into_iter().for_each(|a| threads.join(a, b));
    }
    threads.numbered()
}

/// MS-OXOMSG §2.2.1.2: with index tracking it is the GUID in the index; a message without an index goes by its topic.
pub(crate) fn exchange(messages: &[Message]) -> Vec<usize> {
    let mut threads = Threads::of(messages);
    let guid = |message: &Message| message.thread_index.get(6..22).map(<[u8]>::to_vec);
    for b in 0..messages.len() {
        let before = (0..b).find(|a| match (guid(&messages[*a]), guid(&messages[b])) {
            (Some(one), Some(other)) => one == other,
            _ => topic(&messages[*a]) == topic(&messages[b]),
        });
        before.into_iter().for_each(|a| threads.join(a, b));
    }
    threads.numbered()
}
