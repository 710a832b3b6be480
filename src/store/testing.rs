//! Mails, filings and folders for the tests of the store.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use tempfile::TempDir;

use super::{Place, Store, journal::MemoryJournal, legal, opening, tallies::Tallies, verify};
use crate::{
    config,
    conversation::{
        AnswerPolicy, Arrival, Class, Classified, Destination, Filing, Fingerprint, Found, HeldReason, Lookups,
        MailSummary,
    },
    store::{NewLetter, Origin, index::Index, journal::Position},
    types::{
        Address, Approval, Claim, Clock, ConversationId, Envelope, JobId, JobKind, LetterId, Level, MailId, Millis,
        Recipient, Verdicts,
    },
};

pub(super) const NOW: Millis = Millis(1_700_000_000_000);
pub(super) const LEASE: Duration = Duration::from_secs(60);
pub(super) const QUIET: Duration = Duration::from_secs(20);

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A person's mail to `support@acme.example`, the `n`-th of its kind: id, dice, Message-ID and fingerprint follow from it.
pub(super) fn mail(n: u64, from: &str) -> Arrival {
    let digest = *blake3::hash(&n.to_be_bytes()).as_bytes();
    let envelope = Envelope {
        id: MailId(n),
        arrived: NOW,
        peer: [127, 0, 0, 1].into(),
        helo: "mail.example".into(),
        esmtp: true,
        tls: None,
        mail_from: Some(address(from)),
        recipients: vec![Recipient { address: address("in@mx.example") }],
        smtputf8: false,
    };
    Arrival {
        envelope,
        now: NOW,
        trace: Bytes::from_static(b"Received: by mx.example\r\n"),
        body: format!("From: <{from}>\r\nSubject: number {n}\r\n\r\nhello {n}\r\n").into(),
        mail: MailSummary {
            from: Some(address(from)),
            from_name: "Ada".into(),
            subject: format!("number {n}"),
            message_id: format!("mail-{n}@customer.example"),
            named: Vec::new(),
            attachments: 0,
            notes: Vec::new(),
        },
        verdicts: Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("DKIM passes") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![Destination {
            address: Some(address("support@acme.example")),
            lookups: Lookups { fingerprint: Fingerprint(digest), ..Lookups::default() },
            answer: AnswerPolicy { wanted: true, quiet: QUIET, reopen_within: Duration::from_secs(86_400) },
            named: true,
            one_of: false,
        }],
        dice: n.wrapping_mul(7919),
    }
}

pub(super) fn automatic(mut mail: Arrival) -> Arrival {
    mail.class.class = Class::AutomaticReply;
    mail
}

/// The same mail, referring to a conversation by reply key.
pub(super) fn answering(mut mail: Arrival, conversation: ConversationId) -> Arrival {
    mail.destinations[0].lookups.reply_keys = vec![conversation];
    mail
}

/// Joins the first candidate; holds what proved nothing.
pub(super) fn file(arrival: &Arrival, destination: &Destination, found: &Found) -> Filing {
    if arrival.verdicts.level == Level::Forged {
        return Filing::Held(HeldReason::Forged("DMARC fails".into()));
    }
    if destination.address.is_none() {
        return Filing::Held(HeldReason::NoAddress);
    }
    match found.candidates.first() {
        Some(first) => Filing::Joins {
            conversation: first.id,
            key: first.key,
            reopens: first.closed.is_some(),
            level: arrival.verdicts.level,
        },
        None => Filing::Opens { linked_to: None, why: "nothing pointed anywhere".into() },
    }
}

/// Where the store keeps its journal, and how to open it again.
pub(super) enum Bed {
    Memory(MemoryJournal),
    Segments(TempDir),
}

impl Bed {
    pub(super) fn all() -> [Self; 2] {
        [Self::Memory(MemoryJournal::default()), Self::segments()]
    }

    pub(super) fn segments() -> Self {
        Self::Segments(tempfile::tempdir().unwrap())
    }

    pub(super) fn open(&self) -> Store {
        let clock = Clock::testing_fixed(NOW.0);
        match self {
            Self::Memory(journal) => Store::testing_over(journal, clock),
            Self::Segments(folder) => Store::open(&settings(folder.path()), clock).unwrap(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Memory(_) => panic!("memory has no folder"),
            Self::Segments(folder) => folder.path(),
        }
    }
}

/// Small segments, so that a test fills some.
pub(super) fn settings(path: &Path) -> config::Store {
    config::Store {
        path: path.to_owned(),
        segment_bytes: 64 * 1024,
        index_cache_bytes: 16 * 1024 * 1024,
        ..config::Store::default()
    }
}

/// Ends a store after a test: every state is legal, and the index equals one made from the journal alone.
pub(super) async fn end(store: Store, bed: &Bed) {
    let troubles = legal::troubles(store.index()).unwrap();
    assert!(troubles.is_empty(), "{troubles:#?}");
    assert!(store.counts().unwrap().balance());
    let mut report = verify::Report::default();
    match bed {
        Bed::Memory(journal) => {
            let again = Index::temporary().unwrap();
            opening::replay(&again, journal, Position::START, Tallies::default()).unwrap();
            verify::compare(store.index(), &again, &mut report).unwrap();
        }
        Bed::Segments(folder) => {
            store.clone().close().await;
            drop(store);
            report = verify::compare_rebuild(folder.path()).unwrap();
            assert_eq!(report.index_was_rebuilt, None);
            let whole = verify::verify(folder.path()).unwrap();
            assert!(whole.is_good(), "{:#?}", whole.troubles);
        }
    }
    assert!(report.is_good(), "{:#?}", report.troubles);
}

/// Where the only destination of a mail lies.
pub(super) fn place(store: &Store, mail: u64) -> Place {
    store.mail(MailId(mail)).unwrap().unwrap().filings.remove(0).place
}

/// The conversation of a mail.
pub(super) fn conversation_of(store: &Store, mail: u64) -> ConversationId {
    match place(store, mail) {
        Place::Conversation { id, .. } => id,
        other => panic!("mail {mail} lies in {other:?}"),
    }
}

pub(super) fn letter(n: u64, conversation: ConversationId, approval: Approval) -> NewLetter {
    NewLetter {
        id: LetterId(n),
        conversation,
        approval,
        message_id: format!("letter-{n}@mx.example"),
        from: address("support@acme.example"),
        recipients: vec![address("ada@customer.example")],
        subject: "Re: number 1".into(),
        raw: format!("Subject: Re: number 1\r\n\r\nletter {n}\r\n").into(),
        sources: vec!["faq.md".into()],
        origin: Origin::Written,
        enclosed: Vec::new(),
        digests: Vec::new(),
        undo: None,
        run: None,
        resolves: false,
        now: NOW,
    }
}

/// Claims what is due of a kind, long after everything.
pub(super) async fn claim_late(store: &Store, kind: JobKind) -> crate::types::Job {
    store.claim(kind, Millis(NOW.0 + 3_600_000), LEASE).await.unwrap().unwrap()
}

/// Under which claim somebody has that job now.
pub(super) fn claim_of(store: &Store, job: JobId) -> Option<Claim> {
    store.jobs().unwrap().into_iter().find(|one| one.id == job).and_then(|one| one.claim())
}
