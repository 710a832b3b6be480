//! The loop over a real store in memory: what people find in a conversation that the AI had in hand.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    desk::{Case, Desk as _},
    model::{Answerer, Thinking, Thought},
    notes::Notes,
    output::Fence,
    run::{Autopilot, Ended},
    samples::{self, QUIET, address},
    store_desk::StoreDesk,
    topics::Topics,
};
use crate::{
    config::{self, Config, SupportAddress, Topic, TopicRule},
    conversation::{self, ReplyKeys},
    outbound::Writer,
    store::{
        ConversationFilter, ConversationRow, DraftOrder, LetterRow, Mark, Order, Origin, Owner, Store, StoreError,
        What, Written,
    },
    types::{Clock, ConversationId, HandOffCode, IdMaker, JobKind, Level, Secret, Sentiment},
};

const START: u64 = 1_795_000_000_000;
const PAGE: &str = "Austria: 2 to 3 working days.";

const OTHERS: [&str; 3] = ["Within Austria it takes days.", "The page says working days.", "Days, as the page says."];

/// Says what the page says, in other words each time and when a person wished so; remembers what was wished.
#[derive(Default)]
struct Obliging {
    wishes: Mutex<Vec<String>>,
    thoughts: AtomicUsize,
}

impl Answerer for Obliging {
    fn name(&self) -> &'static str {
        "obliging"
    }
    fn think(&self, case: Arc<Case>, _: Arc<Notes>) -> Thinking {
        let wish = case.row.rewrite.as_ref().map(|rewrite| rewrite.instruction.clone());
        let other = self.thoughts.fetch_add(1, Ordering::AcqRel).checked_sub(1).map(|n| OTHERS[n % OTHERS.len()]);
        let words = if wish.is_some() { "Austria: 2 to 3 days." } else { other.unwrap_or(PAGE) };
        let impossible = wish.as_deref() == Some("in verse");
        self.wishes.lock().unwrap().extend(wish);
        let thought = Thought::Answer(samples::answer(words, &format!("{PAGE} {words}")));
        let thought = if impossible { Thought::hand_off("the pages are no verse") } else { thought };
        Box::pin(std::future::ready(thought))
    }
}

struct House {
    store: Store,
    desk: Arc<StoreDesk>,
    pilot: Autopilot<StoreDesk>,
    ids: IdMaker,
    clock: Clock,
    wishes: Arc<Obliging>,
}

impl House {
    fn with(change: impl FnOnce(&mut SupportAddress)) -> Self {
        let mut support = samples::case("", "").address.unwrap();
        change(&mut support);
        let clock = Clock::testing_fixed(START);
        let config = Config { addresses: vec![support], ..Config::default() };
        let store = Store::testing_memory(clock.clone());
        let keys = ReplyKeys::new(&[Secret::new(vec![7; 32])]);
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let writer = Writer::new(&config, store.clone(), keys, ids, clock.clone());
        let desk = Arc::new(StoreDesk::new(store.clone(), writer, &config.addresses, config.agent.brakes));
        let wishes = Arc::new(Obliging::default());
        let pilot = Autopilot::new(desk.clone(), wishes.clone(), config.agent, 60, clock.clone());
        let pilot = pilot.with_topics(Topics::new(&config.addresses));
        Self { store, desk, pilot, ids: IdMaker::new(clock.clone(), 0), clock, wishes }
    }

    /// Ada writes; the conversation it lies in.
    async fn mail(&self, text: &str) -> ConversationRow {
        let (id, now) = (self.ids.mail(), self.clock.now());
        // Her program says which conversation it belongs to, once there is one.
        let known = self.store.conversations(&ConversationFilter::default()).unwrap();
        let subject = known.first().map_or("Shipping".into(), |row| format!("Re: [{}] Shipping", row.number));
        let raw = format!("From: ada@customer.example\r\nSubject: {subject}\r\nMessage-ID: <{id}@x>\r\n\r\n{text}\r\n");
        let (ada, support) = (address("ada@customer.example"), address("support@acme.example"));
        let keys = ReplyKeys::new(&[Secret::new(vec![7; 32])]);
        let envelope = samples::envelope(id, now, Some(ada), &support);
        let arrival = samples::arrival(envelope, raw.as_bytes(), samples::human(), &keys);
        self.store.accept(arrival, conversation::file).await.unwrap();
        self.only()
    }

    fn only(&self) -> ConversationRow {
        let mut all = self.store.conversations(&ConversationFilter::default()).unwrap();
        assert_eq!(all.len(), 1, "all of it is one conversation");
        all.remove(0)
    }

    /// Time passes until the AI has looked.
    async fn looks(&self) -> Option<Ended> {
        self.clock.testing_advance(QUIET + Duration::from_secs(1));
        let job = self.desk.claim(self.clock.now(), Duration::from_secs(120)).await.unwrap()?;
        assert_eq!(job.id.kind(), JobKind::Answer);
        Some(self.pilot.work(job).await)
    }

    fn events(&self, id: ConversationId) -> Vec<String> {
        let line = self.store.timeline(id).unwrap().into_iter();
        line.filter_map(|entry| match entry.what {
            What::Event { name, .. } => Some(name),
            _ => None,
        })
        .collect()
    }

    async fn order(&self, order: Order) -> Result<Written, StoreError> {
        let row = self.only();
        let (generation, now) = (row.generation, self.clock.now());
        self.store.draft(DraftOrder { conversation: row.id, generation, order, by: "Eve".into(), now }).await
    }

    fn letters(&self) -> Vec<LetterRow> {
        let line = self.store.timeline(self.only().id).unwrap().into_iter();
        line.filter_map(|entry| match entry.what {
            What::Letter(id) => self.store.letter(id).unwrap(),
            _ => None,
        })
        .collect()
    }

    fn draft(&self) -> Option<String> {
        self.only().draft.map(|draft| draft.markdown)
    }
}

fn assist(address: &mut SupportAddress) {
    address.autopilot = config::Autopilot::Assist;
}

#[tokio::test]
async fn a_hand_off_is_kept_with_its_code_topic_mood_and_summary_until_it_is_given_back() {
    // Given an address that never speaks of refunds
    let house = House::with(|address| {
        address.topics = vec![Topic { name: "Refunds".into(), rule: TopicRule::Deny, examples: Vec::new() }];
    });
    // When somebody does, and is angry
    house.mail("I want a REFUND for order 20991!!! This is ridiculous. When do I get it?").await;
    let ended = house.looks().await;
    // Then people find why, about what, in which mood, and what is asked
    assert!(matches!(ended, Some(Ended::HandedOff(_))), "{ended:?}");
    let handed = house.only().handed_off.unwrap();
    let told = &handed.circumstances;
    assert_eq!((told.code, told.topic.as_deref()), (HandOffCode::ForbiddenTopic, Some("Refunds")));
    assert_eq!(told.sentiment, Sentiment::Angry);
    assert!(told.summary.contains("asks: When do I get it?\nnames: 20991"), "{}", told.summary);
    let about = |topic: &str| ConversationFilter { topic: Some(topic.into()), ..ConversationFilter::default() };
    assert_eq!(house.store.conversations(&about("Refunds")).unwrap().len(), 1);
    assert_eq!(house.store.conversations(&about("Shipping")).unwrap().len(), 0);
    // And it is over when they give it back
    house.store.mark(house.only().id, Mark::GivenBack, house.clock.now()).await.unwrap();
    assert_eq!(house.only().handed_off, None);
}

#[tokio::test]
async fn three_answers_in_a_row_are_enough_and_one_that_helped_begins_anew() {
    for (last, goes_to_people) in
        [("And on Sundays?", true), ("That helped, excellent service! And on Sundays?", false)]
    {
        let house = House::with(|_| {});
        for text in ["How long does it take?", "And to the mountains of Austria?", "Does that hold in winter?"] {
            house.mail(text).await;
            assert_eq!(house.looks().await, Some(Ended::Sent), "{text}");
        }
        house.mail(last).await;
        let ended = house.looks().await;
        let code = house.only().handed_off.map(|handed| handed.circumstances.code);
        assert_eq!(code, goes_to_people.then_some(HandOffCode::NoProgress), "{last}: {ended:?}");
    }
}

#[tokio::test]
async fn a_person_has_another_draft_written_and_the_old_one_waits_until_it_is_there() {
    // Given a draft that waits
    let house = House::with(assist);
    house.mail("How long does it take?").await;
    assert!(matches!(house.looks().await, Some(Ended::Drafted(_))));
    assert_eq!(house.draft().as_deref(), Some(PAGE));
    // When a person wants it shorter
    let order = Order::Rewrite { instruction: "shorter".into() };
    assert_eq!(house.order(order).await.unwrap(), Written::Done);
    assert_eq!(house.draft().as_deref(), Some(PAGE), "it can still be sent");
    assert!(matches!(house.looks().await, Some(Ended::Drafted(_))));
    // Then the other one is there, and who thinks heard the wish
    assert_eq!(house.draft().as_deref(), Some("Austria: 2 to 3 days."));
    assert_eq!(*house.wishes.wishes.lock().unwrap(), ["shorter"]);
    assert_eq!(house.only().rewrite, None);
    // And where it cannot be done, what waited waits on
    house.order(Order::Rewrite { instruction: "in verse".into() }).await.unwrap();
    house.looks().await;
    let row = house.only();
    assert_eq!(
        row.draft.map(|draft| (draft.markdown, draft.generation)),
        Some(("Austria: 2 to 3 days.".into(), row.generation))
    );
    assert_eq!((row.waits_because.as_str(), row.handed_off), ("the pages are no verse", None));
    assert_eq!(house.events(row.id), ["drafted", "rewrite_asked", "drafted", "rewrite_asked", "not_rewritten"]);
}

#[tokio::test]
async fn a_wish_where_the_ai_answers_by_itself_is_a_draft_all_the_same() {
    let house = House::with(assist);
    house.mail("How long does it take?").await;
    house.looks().await;
    house.order(Order::Rewrite { instruction: "shorter".into() }).await.unwrap();
    // Given that the address answers by itself meanwhile
    let case = house.desk.read(house.only().id, house.clock.now()).await.unwrap().unwrap();
    let on = SupportAddress { autopilot: config::Autopilot::On, ..case.address.clone().unwrap() };
    let case = Case { address: Some(on), ..case };
    let thought = Thought::Answer(samples::answer(PAGE, PAGE));
    let decision =
        super::autopilot::judge(&case, &config::Agent::default(), &Fence::default(), thought, house.clock.now());
    assert!(matches!(decision, super::autopilot::Decision::Draft { .. }), "{decision:?}");
}

#[tokio::test]
async fn a_newer_mail_makes_a_draft_stale_and_says_so() {
    let house = House::with(assist);
    house.mail("How long does it take?").await;
    house.looks().await;
    let read = house.only();
    // When she writes again
    house.mail("And to Italy?").await;
    // Then nothing waits, people read why, and whoever read the old one comes too late
    assert_eq!(house.draft(), None);
    assert_eq!(house.events(read.id), ["drafted", "draft_stale"]);
    let late = DraftOrder {
        conversation: read.id,
        generation: read.generation,
        order: Order::Discard { why: String::new() },
        by: "Eve".into(),
        now: house.clock.now(),
    };
    assert_eq!(house.store.draft(late).await.unwrap(), Written::Stale);
    assert!(matches!(house.looks().await, Some(Ended::Drafted(_))), "the newer mail gets a draft of its own");
}

#[tokio::test]
async fn a_discarded_draft_is_gone_and_people_have_the_conversation() {
    let house = House::with(assist);
    house.mail("How long does it take?").await;
    house.looks().await;
    house.order(Order::Discard { why: "it is about Italy".into() }).await.unwrap();
    let row = house.only();
    assert_eq!((row.draft, row.waits_because.as_str()), (None, "Eve discarded the draft; a person answers"));
    assert_eq!(house.events(row.id), ["drafted", "draft_discarded"]);
    assert_eq!(house.looks().await, None, "nobody thinks about it again");
    for order in [Order::Discard { why: String::new() }, Order::Rewrite { instruction: "x".into() }] {
        assert!(
            matches!(house.order(order).await, Err(StoreError::Refused(words)) if words.contains("no draft waits"))
        );
    }
}

#[tokio::test]
async fn who_goes_to_people_is_told_so_once_and_it_counts_as_a_letter_but_not_as_an_answer() {
    // Given an address that acknowledges
    let house = House::with(|address| {
        address.acknowledge = true;
        address.topics = vec![Topic { name: "Refunds".into(), rule: TopicRule::Deny, examples: Vec::new() }];
    });
    // When a mail goes to people
    house.mail("When do I get my refund?").await;
    assert!(matches!(house.looks().await, Some(Ended::HandedOff(_))));
    // Then one letter leaves with the hand-off, marked as a machine's
    let letters = house.letters();
    assert_eq!(letters.iter().map(|letter| letter.origin).collect::<Vec<_>>(), [Origin::Acknowledgement]);
    let raw = String::from_utf8(house.store.raw(&letters[0].raw).await.unwrap().to_vec()).unwrap();
    assert!(raw.contains("Auto-Submitted: auto-replied\r\n") && raw.contains("a person will answer it"), "{raw}");
    assert!(!raw.contains("HUMAN"), "no AI wrote it");
    let row = house.only();
    assert_eq!((row.owner.clone(), row.handed_off.is_some()), (Owner::Team, true));
    assert_eq!(house.store.work_left().unwrap(), 1, "its delivery, and nothing else");
    // And her mail waits for an answer all the same; whatever comes next is not acknowledged again
    let case = house.desk.read(row.id, house.clock.now()).await.unwrap().unwrap();
    assert!(!case.mails[0].answered && case.letters.is_empty() && case.answers_in_a_row == 0);
    assert_eq!((case.sent.conversation_day, case.sent.said.is_empty()), (1, false));
    house.mail("Hello? The refund!").await;
    assert_eq!(house.looks().await, None);
    house.store.mark(row.id, Mark::GivenBack, house.clock.now()).await.unwrap();
    assert!(matches!(house.looks().await, Some(Ended::HandedOff(_))), "the mail was never answered");
    assert_eq!(house.letters().len(), 1);
}

#[tokio::test]
async fn whom_the_ai_may_not_answer_gets_no_acknowledgement() {
    let house = House::with(|address| {
        address.acknowledge = true;
        address.level_min = Some(Level::Confirmed);
    });
    house.mail("HUMAN").await;
    assert!(matches!(house.looks().await, Some(Ended::HandedOff(_))));
    assert_eq!(house.letters().len(), 0);
}
