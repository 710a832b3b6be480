//! Views, filters, pages and counts, over every journal, and equal when the index is made again.

use std::{collections::BTreeSet, time::Duration};

use super::{
    testing::{Bed, NOW, address, answering, claim_of, conversation_of, end, file, letter, mail},
    *,
};
use crate::types::{Approval, HandOffCode, LetterId, Level};

const ADA: &str = "ada@customer.example";

/// The `n`-th conversation, changed `n` seconds after the first.
async fn open(store: &Store, n: u64) -> ConversationId {
    let mut mail = mail(n, ADA);
    mail.now = later(n);
    store.accept(mail, file).await.unwrap();
    conversation_of(store, n)
}

fn later(secs: u64) -> Millis {
    NOW.plus(Duration::from_secs(secs))
}

fn ids(store: &Store, listing: &Listing) -> Vec<ConversationId> {
    store.listed(listing).unwrap().rows.into_iter().map(|row| row.id).collect()
}

fn seen(store: &Store, view: InboxView) -> Vec<ConversationId> {
    ids(store, &Listing { view, ..Listing::default() })
}

fn given(conversation: ConversationId, code: HandOffCode, topic: &str) -> HandOff {
    HandOff {
        circumstances: Circumstances { code, topic: Some(topic.into()), ..Circumstances::default() },
        conversation,
        generation: 1,
        reason: "nothing supports an answer".into(),
        draft: None,
        acknowledgement: None,
        wanted: None,
        run: None,
        now: later(60),
    }
}

#[tokio::test]
async fn each_view_shows_what_it_is_called() {
    for bed in Bed::all() {
        let store = bed.open();
        let [ai, team, mine, others, done] = [
            open(&store, 1).await,
            open(&store, 2).await,
            open(&store, 3).await,
            open(&store, 4).await,
            open(&store, 5).await,
        ];
        let draft = Draft { markdown: "Dear Ada".into(), sources: vec![], generation: 1, made: NOW, taken_back: None };
        let proposed = HandOff { draft: Some(draft), now: later(50), ..given(ai, HandOffCode::Off, "refunds") };
        assert_eq!(store.hand_off(proposed).await.unwrap(), Written::Done);
        assert_eq!(store.hand_off(given(team, HandOffCode::LowSupport, "refunds")).await.unwrap(), Written::Done);
        store.mark(mine, Mark::Taken("Eve".into()), later(61)).await.unwrap();
        store.mark(others, Mark::Taken("Bob".into()), later(62)).await.unwrap();
        store.mark(done, Mark::Taken("Eve".into()), later(63)).await.unwrap();
        store.mark(done, Mark::Resolved, later(64)).await.unwrap();

        assert_eq!(seen(&store, InboxView::Everything), [done, others, mine, team, ai]);
        assert_eq!(seen(&store, InboxView::Open), [others, mine, team, ai]);
        assert_eq!(seen(&store, InboxView::Closed), [done]);
        assert_eq!(seen(&store, InboxView::Mine("Eve".into())), [mine]);
        assert_eq!(seen(&store, InboxView::Ai), [ai]);
        assert_eq!(seen(&store, InboxView::Unassigned), [team]);
        assert_eq!(seen(&store, InboxView::Drafts), [ai]);
        assert_eq!(seen(&store, InboxView::HandedOff), [team]);
        assert_eq!(seen(&store, InboxView::Failed), []);
        let resolved =
            Listing { view: InboxView::Mine("Eve".into()), status: Some(Status::Resolved), ..Listing::default() };
        assert_eq!(ids(&store, &resolved), [done]);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn filters_hold_together_and_nothing_of_another_address_is_shown() {
    for bed in Bed::all() {
        let store = bed.open();
        let (first, second) = (open(&store, 1).await, open(&store, 2).await);
        let mut sales = mail(3, ADA);
        sales.destinations[0].address = Some(address("sales@acme.example"));
        store.accept(sales, file).await.unwrap();
        let third = conversation_of(&store, 3);
        for id in [first, second, third] {
            let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
            let tagging = Tagging { conversation: id, add: tags(&["vip"]), remove: tags(&[]), now: NOW };
            store.tag(tagging).await.unwrap();
        }
        store.hand_off(given(first, HandOffCode::LowSupport, "refunds")).await.unwrap();
        store.hand_off(given(second, HandOffCode::Budget, "refunds")).await.unwrap();

        let all = Listing { tag: Some("vip".into()), ..Listing::default() };
        assert_eq!(ids(&store, &all), [second, first, third]);
        let about = Listing { topic: Some("refunds".into()), ..all.clone() };
        assert_eq!(ids(&store, &about), [second, first]);
        let budget = Listing { handed_off: Some(HandOffCode::Budget), ..about.clone() };
        assert_eq!(ids(&store, &budget), [second]);
        let at = |text: &str| Some(BTreeSet::from([address(text)]));
        assert_eq!(ids(&store, &Listing { addresses: at("sales@acme.example"), ..all.clone() }), [third]);
        assert_eq!(ids(&store, &Listing { addresses: at("sales@acme.example"), ..about }), []);
        assert_eq!(ids(&store, &Listing { addresses: Some(BTreeSet::new()), ..all.clone() }), []);
        assert_eq!(ids(&store, &Listing { level: Some(Level::Unproven), ..all.clone() }), []);
        assert_eq!(ids(&store, &Listing { level: Some(Level::Authenticated), ..all }).len(), 3);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_leave_out_what_did_not_move() {
    let bed = Bed::segments();
    let store = bed.open();
    let mut known = Vec::new();
    for n in 1..=9 {
        known.insert(0, open(&store, n).await);
    }
    let mut listing = Listing { view: InboxView::Open, limit: 4, ..Listing::default() };
    let first = store.listed(&listing).unwrap();
    // While they are read one goes to the top, and one leaves the list.
    store.mark(known[6], Mark::Taken("Eve".into()), later(100)).await.unwrap();
    store.mark(known[1], Mark::Resolved, later(101)).await.unwrap();
    let told = first.next.unwrap().to_string();
    listing.after = Some(told.parse().unwrap());
    let second = store.listed(&listing).unwrap();
    let shown: Vec<_> = first.rows.iter().chain(&second.rows).map(|row| row.id).collect();
    assert_eq!(shown, [&known[..6], &known[7..8], &known[8..]].concat()[..8]);
    assert_eq!(second.next, None, "a list says where it ends");
    assert_eq!(ids(&store, &Listing { after: None, limit: 1, ..listing }), [known[6]]);
    let counted = |at_most| store.listed_count(&Listing::default(), at_most).unwrap();
    assert_eq!(counted(9), Counted { count: 9, more: false });
    assert_eq!(counted(8), Counted { count: 8, more: true });
    end(store, &bed).await;
}

#[test]
fn what_no_list_gave_is_no_cursor() {
    let cursor = Cursor::before(NOW).to_string();
    assert_eq!(cursor.parse(), Ok(Cursor::before(NOW)));
    let changed = cursor.replacen('f', "e", 1);
    for text in ["", "7", "ä", &changed, &cursor[2..], &format!("{cursor}00")] {
        assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
    }
}

#[tokio::test]
async fn a_failed_letter_is_shown_until_it_is_tried_again_written_anew_or_the_conversation_is_closed() {
    for bed in Bed::all() {
        for dealt_with in ["retried", "anew", "closed"] {
            let store = bed.open();
            let n = store.counts().unwrap().conversations + 1;
            let id = open(&store, n).await;
            store.reply(letter(n, id, Approval::by_autopilot(1))).await.unwrap();
            let job = JobId::Deliver(LetterId(n), 0);
            let (claim, delivery) = (claim_of(&store, job), DeliveryState::Refused { words: "550".into(), at: NOW });
            store
                .settle(Settled { job, claim, delivery, uncertain: false, no_mailbox: false, now: NOW })
                .await
                .unwrap();
            assert_eq!(seen(&store, InboxView::Failed), [id]);

            match dealt_with {
                "retried" => {
                    let (letter, by) = (LetterId(n), "Eve".to_owned());
                    let steering = Steering { letter, recipient: None, steer: Steer::Retry, by, now: NOW };
                    assert_eq!(store.steer(steering).await.unwrap(), Steered::Done);
                }
                "anew" => {
                    let generation = store.conversation(id).unwrap().unwrap().generation;
                    let written = letter(100 + n, id, Approval::by_person("Eve", generation));
                    assert_eq!(store.reply(written).await.unwrap(), Written::Done);
                }
                _ => store.mark(id, Mark::Resolved, NOW).await.unwrap(),
            }
            assert_eq!(seen(&store, InboxView::Failed), [], "{dealt_with}");
            if dealt_with == "closed" {
                end(store, &bed).await;
            }
        }
    }
}

#[tokio::test]
async fn what_was_merged_stands_in_no_list_and_its_failed_letter_in_the_other() {
    for bed in Bed::all() {
        let store = bed.open();
        let (stays, goes) = (open(&store, 1).await, open(&store, 2).await);
        store.reply(letter(1, goes, Approval::by_autopilot(1))).await.unwrap();
        let job = JobId::Deliver(LetterId(1), 0);
        let settle = async |delivery| {
            let claim = claim_of(&store, job);
            store
                .settle(Settled { job, claim, delivery, uncertain: false, no_mailbox: false, now: NOW })
                .await
                .unwrap();
        };
        settle(DeliveryState::Refused { words: "550".into(), at: NOW }).await;
        store.merge(stays, goes, later(9)).await.unwrap();

        assert_eq!(seen(&store, InboxView::Everything), [stays]);
        assert_eq!(seen(&store, InboxView::Failed), [stays]);
        let retry = Steering { letter: LetterId(1), recipient: None, steer: Steer::Retry, by: "Eve".into(), now: NOW };
        store.steer(retry).await.unwrap();
        assert_eq!(seen(&store, InboxView::Failed), []);
        settle(DeliveryState::Refused { words: "550".into(), at: NOW }).await;
        assert_eq!(seen(&store, InboxView::Failed), [stays]);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_long_time_line_is_read_in_pages_that_are_the_whole_of_it() {
    for bed in Bed::all() {
        let store = bed.open();
        let (stays, goes) = (open(&store, 1).await, open(&store, 2).await);
        for n in 3..=20 {
            let mut more = answering(mail(n, ADA), if n % 3 == 0 { goes } else { stays });
            more.now = later(n);
            store.accept(more, file).await.unwrap();
        }
        store.merge(stays, goes, later(50)).await.unwrap();
        let whole = store.timeline(stays).unwrap();

        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let page = store.timeline_page(stays, before.as_ref(), 7).unwrap();
            assert!((1..=7).contains(&page.entries.len()));
            pages.splice(0..0, page.entries);
            // What comes meanwhile belongs to a newer page.
            let mut newer = answering(mail(100 + pages.len() as u64, ADA), stays);
            newer.now = later(60);
            store.accept(newer, file).await.unwrap();
            let Some(older) = page.older else { break };
            before = Some(older.to_string().parse::<TimelineCursor>().unwrap());
        }
        assert_eq!(pages, whole);
        for text in ["", "0", "zz", &"f".repeat(23)] {
            assert_eq!(text.parse::<TimelineCursor>(), Err(CursorError), "{text}");
        }
        end(store, &bed).await;
    }
}
