//! Held mail, let in or thrown out by people.

use super::testing::*;
use crate::{
    conversation::Class,
    store::{Discard, LearnedRow, Mark, Owner, Place, Release, ReleaseTo, Status, Store, StoreError, Voucher, What},
    types::{ArcSeal, JobKind, Level, MailId, Millis, Verdict},
};

const ADA: &str = "ada@customer.example";

/// Keeps a forged mail, the `n`-th; it is held.
async fn hold(store: &Store, n: u64) {
    let mut forged = mail(n, ADA);
    forged.verdicts.level = Level::Forged;
    store.accept(forged, file).await.unwrap();
    assert!(matches!(place(store, n), Place::Held(_)));
}

fn release(n: u64) -> Release {
    Release {
        mail: MailId(n),
        address: None,
        to: ReleaseTo::Opens,
        by: "Eve".into(),
        answer: false,
        learn: false,
        now: Millis(NOW.0 + 60_000),
        dice: n.wrapping_mul(104_729),
    }
}

fn refusal<T: std::fmt::Debug>(done: Result<T, StoreError>) -> String {
    match done.unwrap_err() {
        StoreError::Refused(why) => why,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_released_mail_is_filed_and_waits_for_people() {
    for bed in Bed::all() {
        let store = bed.open();
        hold(&store, 1).await;
        let id = store.release(release(1)).await.unwrap();

        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.contact, row.status, row.owner), (address(ADA), Status::Open, Owner::Nobody));
        assert_eq!(row.level, Level::Unproven, "a person's word is no proof that others could lean on");
        assert_eq!(row.waits_because, "Eve released it from the held list");
        assert!(matches!(place(&store, 1), Place::Conversation { level: Level::Unproven, joined_by: None, .. }));
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), None, "the AI was not asked");
        let said = store.timeline(id).unwrap().into_iter().find_map(|entry| match entry.what {
            What::Event { name, words } if name == "released" => Some(words),
            _ => None,
        });
        assert!(said.unwrap().contains("DMARC fails"), "why it was held stays known");
        let counts = store.counts().unwrap();
        assert_eq!((counts.accepted, counts.shown, counts.held), (1, 1, 0));
        assert!(store.held().unwrap().is_empty());
        assert!(matches!(store.release(release(1)).await, Err(StoreError::NotFound(_))), "once is enough");
        assert_eq!(store.raw(&store.mail(MailId(1)).unwrap().unwrap().raw).await.unwrap().len(), {
            let sent = mail(1, ADA);
            sent.trace.len() + sent.body.len()
        });
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_ai_answers_a_released_mail_only_when_a_person_vouches_for_it() {
    for bed in Bed::all() {
        let store = bed.open();
        hold(&store, 1).await;
        let id = store.release(Release { answer: true, ..release(1) }).await.unwrap();
        assert!(store.next_due(JobKind::Answer).unwrap().is_some());
        let mail = store.mail(MailId(1)).unwrap().unwrap();
        assert_eq!(mail.level_in(id), Level::Vouched);
        assert_eq!(store.conversation(id).unwrap().unwrap().level, Level::Unproven);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_released_mail_joins_the_conversation_that_a_person_names() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        hold(&store, 2).await;
        let joined = store.release(Release { to: ReleaseTo::Joins(id), ..release(2) }).await.unwrap();
        let row = store.conversation(joined).unwrap().unwrap();
        assert_eq!((row.id, row.status, row.last_mail), (id, Status::Open, Some(MailId(2))));
        assert_eq!(row.level, Level::Authenticated);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_cannot_lie_there_is_refused_and_stays_held() {
    for bed in Bed::all() {
        let store = bed.open();
        let mut stray = mail(1, ADA);
        stray.destinations[0].address = None;
        store.accept(stray, file).await.unwrap();
        assert!(refusal(store.release(release(1)).await).contains("which one it is for"));
        let mut nobody = mail(2, ADA);
        nobody.mail.from = None;
        store.accept(nobody, file).await.unwrap();
        assert!(refusal(store.release(release(2)).await).contains("can only join"));
        store.accept(mail(3, ADA), file).await.unwrap();
        let id = conversation_of(&store, 3);
        assert!(matches!(store.release(release(3)).await, Err(StoreError::NotFound(_))), "it is not held");
        let mut elsewhere = mail(4, ADA);
        elsewhere.verdicts.level = Level::Forged;
        elsewhere.destinations[0].address = Some(address("billing@acme.example"));
        store.accept(elsewhere, file).await.unwrap();
        let joins = Release { to: ReleaseTo::Joins(id), ..release(4) };
        assert!(refusal(store.release(joins).await).contains("billing@acme.example"));
        assert_eq!(store.held().unwrap().len(), 3);
        // Said which, it goes.
        let address = Some(address("support@acme.example"));
        store.release(Release { address, ..release(1) }).await.unwrap();
        store.release(Release { to: ReleaseTo::Joins(id), ..release(2) }).await.unwrap();
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_released_report_of_a_machine_asks_for_no_answer_s11() {
    for bed in Bed::all() {
        let store = bed.open();
        let mut report = mail(1, ADA);
        (report.class.class, report.verdicts.level) = (Class::Bounce, Level::Forged);
        store.accept(report, file).await.unwrap();
        store.release(Release { answer: true, ..release(1) }).await.unwrap();
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), None);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_discarded_mail_stays_in_the_ledger_with_who_when_and_why() {
    for bed in Bed::all() {
        let store = bed.open();
        hold(&store, 1).await;
        let discard = Discard { mail: MailId(1), by: "Eve".into(), why: "spam".into(), now: NOW };
        store.discard(discard.clone()).await.unwrap();
        let expected = Place::Discarded { by: "Eve".into(), at: NOW, why: "spam".into() };
        assert_eq!(place(&store, 1), expected);
        let counts = store.counts().unwrap();
        assert_eq!((counts.accepted, counts.held, counts.discarded), (1, 0, 1));
        assert!(matches!(store.discard(discard).await, Err(StoreError::NotFound(_))));
        let row = store.mail(MailId(1)).unwrap().unwrap();
        assert!(!store.raw(&row.raw).await.unwrap().is_empty(), "its bytes stay");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_is_learned_of_a_forwarder_is_listed_and_can_be_taken_back() {
    for bed in Bed::all() {
        let store = bed.open();
        hold(&store, 1).await;
        assert!(refusal(store.release(Release { learn: true, ..release(1) }).await).contains("no forwarder"));
        let mut sealed = mail(2, ADA);
        sealed.verdicts.level = Level::Forged;
        sealed.verdicts.arc = ArcSeal {
            verdict: Verdict::Pass,
            sealer: "relay.example".into(),
            sets: 1,
            vouched: false,
            sealers: Vec::new(),
        };
        let mut enveloped = mail(3, "srs0=x@srs.example");
        enveloped.mail.from = Some(address(ADA));
        (enveloped.verdicts.level, enveloped.verdicts.spf) = (Level::Forged, Verdict::Pass);
        enveloped.verdicts.spf_domain = "srs.example".into();
        for (n, taught) in [(2, sealed), (3, enveloped)] {
            store.accept(taught, file).await.unwrap();
            store.release(Release { learn: true, ..release(n) }).await.unwrap();
        }
        let support = address("support@acme.example");
        let learned = |n, forwarder: &Voucher| LearnedRow {
            address: support.clone(),
            forwarder: forwarder.clone(),
            by: "Eve".into(),
            from: MailId(n),
            at: release(n).now,
        };
        let (sealer, domain) =
            (Voucher::ArcSealer("relay.example".into()), Voucher::EnvelopeDomain("srs.example".into()));
        assert_eq!(store.learned(Some(&support)).unwrap(), [learned(2, &sealer), learned(3, &domain)]);
        assert_eq!(store.learned(Some(&address("billing@acme.example"))).unwrap(), []);

        store.forget(support.clone(), sealer.clone()).await.unwrap();
        assert_eq!(store.learned(None).unwrap(), [learned(3, &domain)]);
        assert!(matches!(store.forget(support, sealer).await, Err(StoreError::NotFound(_))));
        end(store, &bed).await;
    }
}
