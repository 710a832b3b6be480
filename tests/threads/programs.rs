//! The programs: how each writes an answer, and by which rule it shows threads.

use crate::{
    rules::{self, Message},
    world::{ADA, BOB, SUPPORT},
};

/// What happens to the second mail of the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Reply,
    /// With a colleague in copy from the beginning.
    ReplyAll,
    /// She types another subject into her answer.
    ChangedSubject,
    /// Gateways on both sides take away In-Reply-To, References, Thread-Topic and Thread-Index.
    Stripped,
}

impl Case {
    pub(crate) const ALL: [Self; 4] = [Self::Reply, Self::ReplyAll, Self::ChangedSubject, Self::Stripped];

    /// The mail as it arrives.
    pub(crate) fn lost_on_the_way(self, raw: Vec<u8>) -> Vec<u8> {
        if self != Self::Stripped {
            return raw;
        }
        let text = String::from_utf8(raw).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", "\u{0}").replace("\r\n\t", "\u{0}");
        let lost = ["In-Reply-To:", "References:", "Thread-Topic:", "Thread-Index:"];
        let left = unfolded.split("\r\n").filter(|line| !lost.iter().any(|name| line.starts_with(name)));
        let head = left.collect::<Vec<_>>().join("\r\n").replace('\u{0}', "\r\n ");
        format!("{head}\r\n\r\n{body}").into_bytes()
    }
}

/// How a program names what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// RFC 5322 §3.6.4: the parent's References, then the parent.
    Whole,
    /// Only the parent, whatever the parent named.
    Parent,
}

/// One mail program.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The thread of each message, counted from 0.
    pub(crate) threads: fn(&[Message]) -> Vec<usize>,
    /// What it puts before the subject of an answer.
    prefix: &'static str,
    names: Names,
    /// Whether it writes Outlook's fields.
    indexed: bool,
}

const PLAIN: Program =
    Program { name: "", threads: rules::by_ids, prefix: "Re: ", names: Names::Whole, indexed: false };

/// All of them.
pub(crate) fn all() -> Vec<Program> {
    vec![
        // Gmail API, "Managing threads": ids in References and In-Reply-To, and the subjects must match. Google Workspace updates,
        // March 2019: a References field that is there must name known messages; without one subject, people and a week decide.
        Program { name: "Gmail", threads: rules::gmail, ..PLAIN },
        // MS-OXOMSG §2.2.1.2, MS-OXCMAIL §2.2.3.2: Thread-Topic, for mail that comes by IMAP or POP. In German it writes AW.
        Program { name: "Outlook", threads: rules::outlook, prefix: "AW: ", indexed: true, ..PLAIN },
        // The same with index tracking, as Exchange keeps mail.
        Program { name: "Outlook on the web", threads: rules::exchange, prefix: "RE: ", indexed: true, ..PLAIN },
        // Says nothing of its rule; what it writes was seen: References name the parent alone. Without its fallback to subjects, so that no
        // luck is counted in.
        Program { name: "Apple Mail", names: Names::Parent, ..PLAIN },
        // `mail.strict_threading` is on by default: ids and nothing else (MDN archive, "Threading"; jwz.org/doc/threading.html).
        Program { name: "Thunderbird", ..PLAIN },
        // Says nothing of its rule: the strictest that is documented anywhere, so that any other holds as well.
        Program { name: "Yahoo", threads: rules::by_ids_and_subject, ..PLAIN },
        // RFC 8621 §3, whose authors it is.
        Program { name: "Fastmail", threads: rules::by_ids_and_subject, ..PLAIN },
        // RFC 5256 §3, as Cyrus and Dovecot serve it to webmail.
        Program { name: "IMAP THREAD=REFERENCES", threads: rules::imap_references, ..PLAIN },
        // As Yahoo.
        Program { name: "Proton", threads: rules::by_ids_and_subject, ..PLAIN },
        // The manual: `$strict_threads`, `$sort_re`, `$reply_regex`.
        Program { name: "mutt", threads: rules::mutt, ..PLAIN },
        // The same as Outlook's; in Italian it writes R, which is no prefix in any list of ours.
        Program { name: "Outlook", threads: rules::outlook, prefix: "R: ", indexed: true, ..PLAIN },
        // Its message store joins what In-Reply-To and References name, and looks at no subject (ThreadMessageOperations).
        Program { name: "K-9 Mail", ..PLAIN },
        // Help, "Conversation view": answers "are linked with the original message using some entries in the header".
        Program { name: "Zoho", ..PLAIN },
        // "How are incoming emails threaded to tickets": ids of References and In-Reply-To. It writes its own subject before.
        Program { name: "Zendesk", prefix: "[Customer Ltd] Re: ", ..PLAIN },
        // "Why is a customer's reply creating a new ticket": Message-ID, or its own `[#id]` in the subject, which ours must not look like.
        Program { name: "Freshdesk", prefix: "[#771] Re: ", ..PLAIN },
    ]
}

impl Program {
    /// Her first mail.
    pub(crate) fn begins(&self, id: &str, subject: &str, case: Case) -> Message {
        let index = self.indexed.then(|| [&[1, 0xDD, 0x7A, 0x67, 0xDF, 0x23][..], &digest(id)].concat());
        Message::read(&self.written(id, subject, "", index, subject, case, "Where is it?"))
    }

    /// Her answer to a message in her mailbox.
    pub(crate) fn answers(&self, id: &str, to: &Message, case: Case) -> Message {
        let mut bare = to.subject.as_str();
        while let Some((prefix, rest)) = bare.split_once(": ").filter(|(prefix, _)| prefix.len() <= 3) {
            debug_assert!(!prefix.is_empty());
            bare = rest;
        }
        let subject = match case {
            Case::ChangedSubject => "Another matter".to_owned(),
            _ => format!("{}{bare}", self.prefix),
        };
        let older = if self.names == Names::Whole { &to.references[..] } else { &[] };
        let references: Vec<String> = older.iter().chain([&to.id]).map(|id| format!("<{id}>")).collect();
        let names = format!("In-Reply-To: <{}>\r\nReferences: {}\r\n", to.id, references.join("\r\n "));
        let index = self.indexed.then(|| match to.thread_index.is_empty() {
            true => [&[1, 0xDD, 0x7A, 0x67, 0xDF, 0x24][..], &digest(id)].concat(),
            false => [&to.thread_index[..], &[0, 0, 9, 9, 0x50]].concat(),
        });
        // MS-OXOMSG §2.2.1.5: the topic stays what it was, whatever becomes of the subject.
        let topic = to.thread_topic.clone().unwrap_or_else(|| bare.to_owned());
        let quote: String = to.text.lines().map(|line| format!("> {line}\r\n")).collect();
        let text = format!("And when?\r\n\r\nOn Sun, 22 Nov 2026 at 20:08, Acme <{SUPPORT}> wrote:\r\n{quote}");
        Message::read(&self.written(id, &subject, &names, index, &topic, case, &text))
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one mail")]
    fn written(
        &self,
        id: &str,
        subject: &str,
        names: &str,
        index: Option<Vec<u8>>,
        topic: &str,
        case: Case,
        text: &str,
    ) -> Vec<u8> {
        let copy = if case == Case::ReplyAll { format!("Cc: {BOB}\r\n") } else { String::new() };
        let outlook = index.map(|index| format!("Thread-Topic: {topic}\r\nThread-Index: {}\r\n", base64(&index)));
        format!(
            "From: Ada <{ADA}>\r\nTo: {SUPPORT}\r\n{copy}Subject: {subject}\r\nDate: Sun, 22 Nov 2026 20:00:00 +0000\r\n\
             Message-ID: <{id}>\r\n{names}{}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
            outlook.unwrap_or_default()
        )
        .into_bytes()
    }
}

/// Sixteen octets that no other mail has.
fn digest(id: &str) -> [u8; 16] {
    let mut octets = [0; 16];
    for (place, octet) in id.bytes().enumerate() {
        octets[place % 16] ^= octet.rotate_left(place as u32 / 16);
    }
    octets
}

fn base64(octets: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in octets.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, octet| bits << 8 | u32::from(*octet)) << (8 * (3 - three.len()));
        (0..4).for_each(|n| {
            out.push(if n > three.len() { '=' } else { char::from(LETTERS[(bits >> (18 - 6 * n)) as usize & 63]) })
        });
    }
    out
}
