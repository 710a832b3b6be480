//! Threads that hold everywhere: mail programs' rules, as far as they are documented, against what we write and read.
//!
//! A customer writes, we answer, she answers that, we answer again. Her program groups the four, and what she sends goes
//! through the inbound line. Where a program must break a thread by its own rule, the table says so and why.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![allow(dead_code, reason = "it uses a part of what the other tests use")]

#[path = "threads/programs.rs"]
mod programs;
#[path = "threads/rules.rs"]
mod rules;
#[path = "threads/world.rs"]
mod world;

use programs::{Case, Program, all};
use replyd::store::Place;
use rules::{Message, base_subject};
use world::{ADA, World};

/// Four mails in one thread.
const WHOLE: [usize; 4] = [0, 0, 0, 0];

#[tokio::test]
async fn our_answers_fall_into_the_customers_thread_and_hers_come_home() {
    matrix(World::new(|_| ()), |program, case| match (case, program.name) {
        // The rule says that another subject is another thread: our answer stands with the mail that it answers.
        (Case::ChangedSubject, "Gmail" | "Fastmail" | "Yahoo" | "Proton") => [0, 0, 1, 1],
        (Case::Stripped, "Gmail" | "IMAP THREAD=REFERENCES") => WHOLE,
        // A number in the subject is not known to be none of it; nothing else is left.
        (Case::Stripped, "Outlook" | "Outlook on the web" | "mutt") => [0, 1, 1, 1],
        // Ids are all they have.
        (Case::Stripped, _) => [0, 1, 1, 2],
        _ => WHOLE,
    })
    .await;
}

#[tokio::test]
async fn without_the_number_in_the_subject_programs_that_compare_subjects_lose_nothing() {
    matrix(World::new(|address| address.number_in_subject = false), |program, case| match (case, program.name) {
        (Case::ChangedSubject, "Gmail" | "Fastmail" | "Yahoo" | "Proton") => [0, 0, 1, 1],
        (Case::Stripped, "Gmail" | "IMAP THREAD=REFERENCES" | "Outlook" | "Outlook on the web" | "mutt") => WHOLE,
        (Case::Stripped, _) => [0, 1, 1, 2],
        _ => WHOLE,
    })
    .await;
}

async fn matrix(world: World, expected: impl Fn(&Program, Case) -> [usize; 4]) {
    let mut wrong = Vec::new();
    for program in all() {
        for case in Case::ALL {
            let (threads, mailbox) = exchange(&world, &program, case).await;
            if threads != expected(&program, case) {
                let subjects: Vec<&str> = mailbox.iter().map(|message| message.subject.as_str()).collect();
                let wanted = expected(&program, case);
                wrong.push(format!("{} {case:?}: {threads:?}, expected {wanted:?}; {subjects:?}", program.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The four mails, each as her mailbox has it, and the thread in which her program shows each.
async fn exchange(world: &World, program: &Program, case: Case) -> (Vec<usize>, Vec<Message>) {
    let topic = format!("Where is my parcel from {}?", program.name);
    let first = program.begins(&world.next_id(), &topic, case);
    let place = world.receive(&first.raw).await;
    let Place::Conversation { id, joined_by: None, .. } = place else { panic!("{}: {place:?}", program.name) };
    let answer = Message::read(&case.lost_on_the_way(world.answer(id, "It is on its way.").await));

    let second = program.answers(&world.next_id(), &answer, case);
    let place = world.receive(&case.lost_on_the_way(second.raw.clone())).await;
    let came_home = matches!(&place, Place::Conversation { id: joined, joined_by: Some(_), .. } if *joined == id);
    assert!(came_home, "{} {case:?}: {place:?}", program.name);
    let again = Message::read(&case.lost_on_the_way(world.answer(id, "You will have it tomorrow.").await));

    assert_eq!(base_subject(&answer.subject), base_subject(&first.subject), "{} {case:?}", program.name);
    assert_eq!(base_subject(&again.subject), base_subject(&second.subject), "{} {case:?}", program.name);
    let mailbox = vec![first, answer, second, again];
    ((program.threads)(&mailbox), mailbox)
}

#[tokio::test]
async fn an_answer_to_the_keyed_address_comes_home_with_nothing_else_left_of_it() {
    let world = World::new(|address| address.keyed_reply_to = true);
    let gmail = all().into_iter().next().unwrap();
    let first = gmail.begins(&world.next_id(), "Where is my parcel?", Case::Reply);
    let Place::Conversation { id, .. } = world.receive(&first.raw).await else { panic!("it opens") };
    let letter = world.answer(id, "It is on its way.").await;
    let [reply_to] = &replyd::mime::parse(&letter).reply_to[..] else { panic!("one address for answers") };
    assert_eq!(reply_to.domain(), "mx.acme.example");

    let bare = |from: &str, id: &str| {
        format!("From: {from}\r\nTo: {reply_to}\r\nSubject: Hello\r\nMessage-ID: <{id}>\r\n\r\nIs it?\r\n").into_bytes()
    };
    let (hers, eves) = (bare(ADA, &world.next_id()), bare("eve@evil.example", &world.next_id()));
    let place = world.receive_from(ADA, &reply_to.to_string(), &hers).await;
    assert!(matches!(place, Place::Conversation { id: joined, .. } if joined == id), "{place:?}");
    let place = world.receive_from("eve@evil.example", &reply_to.to_string(), &eves).await;
    assert!(matches!(place, Place::Conversation { joined_by: None, .. }), "whoever learns it takes no part: {place:?}");
}
