//! Each brake by itself, and what it says to people.

use super::*;
use crate::{
    agent::samples::{case, filed, mail},
    conversation::Class,
};

/// Settings that let everything pass which the proof does not stop.
fn loose() -> Agent {
    Agent { level_min: Level::Unproven, brakes: released(), ..Agent::default() }
}

/// Which brake holds, with the default settings and with this one alone.
fn held(change: impl Fn(&mut Case), alone: impl Fn(&mut Agent)) -> Brake {
    let mut case = case("Shipping", "How long?");
    change(&mut case);
    let newest = case.newest().unwrap();
    let held = check(&case, newest, &Agent::default()).unwrap_err();
    assert_eq!(check(&case, newest, &loose()), Ok(()), "another brake held too");
    let mut settings = loose();
    alone(&mut settings);
    assert_eq!(check(&case, newest, &settings), Err(held.clone()));
    held
}

fn words(brake: &Brake) -> String {
    assert!(NAMES.contains(&brake.name()));
    brake.to_string()
}

#[test]
fn nothing_holds_where_a_person_asks_for_the_first_time() {
    let case = case("Shipping", "How long?");
    assert_eq!(check(&case, case.newest().unwrap(), &Agent::default()), Ok(()));
}

#[test]
fn what_follows_close_behind_a_machine_is_for_people() {
    let behind_a_machine = |case: &mut Case| {
        let mut machine = mail(2, "I am away.");
        machine.row.class.class = Class::AutomaticReply;
        machine.row.kept = Millis(case.read_at.0 - 60_000);
        case.mails.insert(0, machine);
    };
    let brake = held(behind_a_machine, |settings| settings.brakes.machine_pause = Brakes::default().machine_pause);
    assert_eq!(
        words(&brake),
        "a machine wrote in this conversation less than 60 minutes ago, and machines are not answered"
    );
    // The pause ends.
    let mut case = case("Shipping", "How long?");
    behind_a_machine(&mut case);
    case.read_at = Millis(case.read_at.0 + 3_600_000);
    assert_eq!(check(&case, case.newest().unwrap(), &Agent::default()), Ok(()));
}

#[test]
fn who_proved_too_little_is_not_answered_s09() {
    let unproven = |case: &mut Case| case.mails[0].row.filings = vec![filed(Level::Unproven)];
    let brake = held(unproven, |settings| settings.level_min = Level::Vouched);
    assert_eq!(words(&brake), "the mail proved too little about its sender: level 1 (unproven), and 2 is needed");
}

#[test]
fn a_conversation_has_its_hour_and_its_day() {
    let full = |sent: Sent| move |case: &mut Case| case.sent = sent.clone();
    let hour = held(full(Sent { conversation_hour: 5, conversation_day: 5, ..Sent::default() }), |settings| {
        settings.brakes.per_conversation_per_hour_max = 5;
    });
    assert_eq!(words(&hour), "5 answers were sent in this conversation within an hour, which is the limit");
    let day = held(full(Sent { conversation_hour: 4, conversation_day: 10, ..Sent::default() }), |settings| {
        settings.brakes.per_conversation_per_day_max = 10;
    });
    assert_eq!(words(&day), "10 answers were sent in this conversation within a day, which is the limit");
}

#[test]
fn a_sender_has_its_day_and_a_shorter_one_without_proof_s09() {
    let brake = held(|case| case.sent.sender_day = 20, |settings| settings.brakes.per_sender_per_day_max = 20);
    assert_eq!(words(&brake), "20 answers were sent to this sender within a day, which is the limit");
    let mut once = case("Shipping", "How long?");
    once.mails[0].row.filings = vec![filed(Level::Unproven)];
    once.sent.sender_day = 1;
    let lowered = Agent { level_min: Level::Unproven, ..Agent::default() };
    let brake = check(&once, once.newest().unwrap(), &lowered).unwrap_err();
    assert!(words(&brake).ends_with("which is the limit for one who proved nothing"), "{brake}");
}

#[test]
fn a_domain_and_everybody_have_their_hours_and_days() {
    let brake = held(|case| case.sent.domain_hour = 200, |settings| settings.brakes.per_domain_per_hour_max = 200);
    assert!(words(&brake).contains("to addresses of this sender's domain within an hour"), "{brake}");
    let brake = held(|case| case.sent.domain_day = 2000, |settings| settings.brakes.per_domain_per_day_max = 2000);
    assert!(words(&brake).contains("to addresses of this sender's domain within a day"), "{brake}");
    let brake = held(|case| case.sent.all_hour = 500, |settings| settings.brakes.per_hour_max = 500);
    assert!(words(&brake).contains("in all within an hour"), "{brake}");
    let brake = held(|case| case.sent.all_day = 5000, |settings| settings.brakes.per_day_max = 5000);
    assert!(words(&brake).contains("in all within a day"), "{brake}");
}

#[test]
fn the_same_again_is_for_people() {
    let again = |case: &mut Case| {
        case.mails[0].answered = true;
        case.mails.push(mail(2, "how LONG ? (2)"));
    };
    let brake = held(again, |settings| settings.brakes.same_text = Brakes::default().same_text);
    assert_eq!(words(&brake), "the mail says the same as an earlier one that was answered");
    // Twice before any answer is one question.
    let mut twice = case("Shipping", "How long?");
    twice.mails.push(mail(2, "How long?"));
    assert_eq!(check(&twice, twice.newest().unwrap(), &Agent::default()), Ok(()));
}

#[test]
fn our_own_words_back_are_for_people_and_are_not_said_again() {
    let mut case = case("Shipping", "Austria: 2 to 3 working days.\r\n");
    case.sent.said = vec![text_digest("Austria: 2 to 3 working days.").unwrap()];
    let brake = check(&case, case.newest().unwrap(), &Agent::default()).unwrap_err();
    assert_eq!(brake, Brake::SameText(Same::OurOwn));
    assert_eq!(same_answer(&case, "**Austria:** 3 to 4 working days."), Err(Brake::SameText(Same::Answer)));
    assert_eq!(same_answer(&case, "Germany: 1 to 2 working days."), Ok(()));
    assert_eq!(
        words(&Brake::SameText(Same::Answer)),
        "the AI would say again what it said in this conversation before"
    );
}
