//! A mailbox of the past, from messages to advice.

use super::{
    past::{By, Message, conversations, exchanges},
    tables::{Advice, Report},
    *,
};
use crate::{
    agent::{BuiltIn, samples},
    config::{SupportAddress, Topic, TopicRule},
    mime::Hidden,
    types::Millis,
};

fn message(by: By, at: u64, title: &str, words: &str) -> Message {
    let (customer, us) = (samples::address("ada@customer.example"), samples::address("support@acme.example"));
    let (from, to) = if by == By::Customer { (customer, us) } else { (us, customer) };
    Message {
        by,
        at: Millis(at),
        from,
        from_name: String::new(),
        to: vec![to],
        subject: title.into(),
        message_id: format!("{at}@mail.example"),
        refers_to: Vec::new(),
        new_text: words.into(),
        quoted_text: String::new(),
        hidden: Hidden::default(),
    }
}

fn support() -> SupportAddress {
    SupportAddress::of(samples::address("support@acme.example"))
}

#[test]
fn messages_find_their_conversation_by_reference_and_else_by_title_and_customer() {
    let asked = message(By::Customer, 1, "Shipping", "How long?");
    let other = message(By::Customer, 2, "Returns", "How do I return shoes?");
    let answer = message(By::Person, 3, "Re: [12345] Shipping", "Two days.");
    let renamed = Message {
        refers_to: vec![asked.message_id.clone(), answer.message_id.clone()],
        ..message(By::Customer, 4, "Something else", "And to Austria?")
    };
    // Mailboxes are in no order.
    let found = conversations(vec![renamed, answer, other, asked]);
    let times: Vec<Vec<u64>> = found.iter().map(|one| one.iter().map(|message| message.at.0).collect()).collect();
    assert_eq!(times, [vec![1, 3, 4], vec![2]]);
}

#[test]
fn a_conversation_is_cut_where_a_person_answered_and_shows_no_more_than_was_there_then() {
    let past = [
        message(By::Customer, 1, "Shipping", "first"),
        message(By::Customer, 2, "Shipping", "second"),
        message(By::Person, 3, "Re: Shipping", "an answer to both"),
        message(By::Person, 4, "Re: Shipping", "an afterthought that answers nothing"),
        message(By::Customer, 5, "Re: Shipping", "third"),
        message(By::Ai, 6, "Re: Shipping", "the AI's answer"),
        message(By::Customer, 7, "Re: Shipping", "nobody answers this one"),
    ];
    let found = exchanges(&past, &support());
    let [only] = &found[..] else { panic!("{} exchanges", found.len()) };
    assert_eq!(only.answered, "an answer to both");
    let unanswered: Vec<&str> = only.case.unanswered().map(|mail| mail.new_text.as_str()).collect();
    assert_eq!(unanswered, ["first", "second"]);

    // Given a second answer by a person, then the first mails count as answered in it.
    let more = [&past[..5], &[message(By::Person, 8, "Re: Shipping", "an answer to the third")]].concat();
    let found = exchanges(&more, &support());
    let unanswered: Vec<&str> = found[1].case.unanswered().map(|mail| mail.new_text.as_str()).collect();
    assert_eq!((found.len(), unanswered), (2, vec!["third"]));
}

async fn played(pairs: &[(&str, &str)]) -> Vec<Rehearsed> {
    played_at(support(), pairs).await
}

async fn played_at(address: SupportAddress, pairs: &[(&str, &str)]) -> Vec<Rehearsed> {
    let (_folder, knowledge) = samples::help_pages();
    let settings = Agent::default();
    let answerer = Arc::new(BuiltIn::new(Arc::new(knowledge), 0, settings.level_min));
    let rehearsal = Rehearsal::new(answerer, &settings, 60, Clock::testing_fixed(0));
    let rehearsal = rehearsal.with_topics(Topics::new(std::slice::from_ref(&address)));
    let mut all = Vec::new();
    for (place, (asked, answered)) in pairs.iter().enumerate() {
        let at = place as u64 * 10 + 1;
        let messages =
            [message(By::Customer, at, "A question", asked), message(By::Person, at + 1, "Re: A question", answered)];
        for exchange in exchanges(&messages, &address) {
            all.push(rehearsal.play(exchange).await);
        }
    }
    all
}

const ASKED: &str = "Can I send back unused items within 30 days?";
const SAME: &str =
    "Yes, you can send back unused items; print the return label in your account and drop the parcel at a post office.";

#[tokio::test]
async fn what_would_have_been_said_is_held_against_what_a_person_said() {
    let all = played(&[
        (ASKED, SAME),
        (ASKED, "We stopped taking anything back, but your shop voucher was credited to your customer card today."),
        (ASKED, "Yes!"),
        ("I want to talk to a human", "Of course, my number is below, please call me this afternoon about it."),
        ("Does the blue kayak paddle float?", "It floats, because the shaft is filled with foam from end to end."),
    ])
    .await;
    let report = Report::of(&all);
    let counts = report.all;
    assert_eq!((counts.exchanges, counts.answered, counts.handed_over), (5, 3, 2), "{all:#?}");
    assert_eq!((counts.agreed, counts.erred, counts.unclear), (1, 1, 1), "{all:#?}");
    let returns = report.topics.iter().find(|topic| topic.name == "returns.md").unwrap();
    assert_eq!((returns.counts.exchanges, returns.advice), (3, Advice::TooFew));
    assert!(report.silences.iter().any(|(words, _)| words == "the customer asks for a person"), "{report:#?}");
}

#[tokio::test]
async fn a_topic_is_opened_by_a_record_and_kept_closed_by_another() {
    let good = played(&[(ASKED, SAME); 30]).await;
    assert_eq!(Report::of(&good).topics[0].advice, Advice::Open);
    let wrong = "You have 14 days, and unused items go back to our shop in Vienna, where the refund is paid in cash.";
    let mixed: Vec<(&str, &str)> = (0..30).map(|n| (ASKED, if n % 3 == 0 { wrong } else { SAME })).collect();
    let report = Report::of(&played(&mixed).await);
    assert_eq!(report.topics[0].advice, Advice::KeepClosed, "{report:#?}");
    let point = report.curve.last().unwrap();
    assert_eq!((point.compared, point.agreed), (30, 20), "{report:#?}");
}

#[tokio::test]
async fn what_lies_below_the_threshold_is_no_answer_and_stands_in_the_curve() {
    // Given a question that the pages half speak to.
    let asked = "Which of your warehouse machines prints the return label so fast?";
    let all = played(&[(asked, "The label printers in the warehouse are thermal printers of a Swiss maker.")]).await;
    let report = Report::of(&all);
    assert_eq!((report.all.answered, report.all.handed_over), (0, 1), "{all:#?}");
    assert!(all[0].proposal.as_ref().is_some_and(|proposal| proposal.support_percent < 60), "{all:#?}");
    assert_eq!(report.curve.len(), 1, "{report:#?}");
}

#[tokio::test]
async fn a_closed_topic_is_rehearsed_as_if_it_were_open_and_may_be_advised() {
    // Given an address that leaves returns to people, and allows nothing else but shipping.
    let topic = |name: &str, rule, example: &str| Topic { name: name.into(), rule, examples: vec![example.into()] };
    let topics = vec![
        topic("Returns", TopicRule::Deny, "Can I send back unused items?"),
        topic("Shipping", TopicRule::Allow, "How long does shipping take?"),
    ];
    let address = SupportAddress { topics, ..support() };
    let paddle = ("Does the blue kayak paddle float?", "It floats, because the shaft is filled with foam.");
    let all = played_at(address, &[[(ASKED, SAME); 20].as_slice(), &[paddle]].concat()).await;

    // Then nothing would have been answered, and it is told what would have been said.
    let report = Report::of(&all);
    assert_eq!((report.all.answered, report.all.handed_over), (0, 21), "{all:#?}");
    let returns = report.topics.iter().find(|topic| topic.name == "Returns").unwrap();
    assert_eq!((returns.counts.would_agree, returns.advice), (20, Advice::Open), "{report:#?}");
    assert_eq!(all.iter().filter(|one| one.closed).count(), 20, "what no page speaks of would not be answered anyway");
}
