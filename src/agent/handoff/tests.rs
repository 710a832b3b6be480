//! Who goes to people before anybody thinks, by the level of the address.

use super::*;
use crate::{
    agent::samples::{case, mail},
    config::{AiHours, HandoffLevel, Hours, Shift},
};

/// Nobody keeps what it costs.
async fn gated(case: &Case, topics: &Topics) -> Result<Option<String>, Reason> {
    gate(case, topics, &Arc::new(Notes::unkept())).await
}

async fn code_after(level: HandoffLevel, answers: u32, text: &str) -> Option<HandOffCode> {
    let mut case = case("Shipping", text);
    case.address.as_mut().unwrap().handoff = Handoff::of(level);
    case.answers_in_a_row = answers;
    gated(&case, &Topics::default()).await.err().map(|reason| reason.code)
}

const ASKS: &str = "How long does shipping to Austria take? I want to talk to a human!";
const ANGRY: &str = "WHERE IS MY ORDER??? This is ridiculous.";
const CALM: &str = "How long does shipping to Austria take?";

#[tokio::test]
async fn who_asks_for_a_person_gets_one_s28() {
    for text in ["HUMAN", "How long does shipping take?\n\nHuman, please", ASKS] {
        let reason = gated(&case("Shipping", text), &Topics::default()).await.unwrap_err();
        assert_eq!(
            (reason.code, reason.words.as_str()),
            (HandOffCode::AsksForPerson, "the customer asks for a person")
        );
    }
}

#[tokio::test]
async fn no_level_turns_off_what_every_letter_promises_and_what_the_law_may_ask_for_s28() {
    for level in HandoffLevel::ALL {
        for text in ["HUMAN", "Mensch", "人工"] {
            assert_eq!(code_after(level, 0, text).await, Some(HandOffCode::AsksForPerson), "{level:?} {text}");
        }
        let grave = "How do I return a parcel? My lawyer wants to know.";
        assert_eq!(code_after(level, 0, grave).await, Some(HandOffCode::Policy), "{level:?}");
    }
}

#[tokio::test]
async fn a_level_says_how_soon_people_get_it() {
    use HandOffCode::{AsksForPerson, Frustration, NoProgress};
    use HandoffLevel::{AiFirst, AiOnly, Balanced, Quick};
    for (level, answers, text, expected) in [
        (Quick, 0, ASKS, Some(AsksForPerson)),
        (Quick, 0, ANGRY, Some(Frustration)),
        (Quick, 2, CALM, None),
        (Quick, 3, CALM, Some(NoProgress)),
        (Balanced, 0, ASKS, Some(AsksForPerson)),
        (Balanced, 0, ANGRY, None),
        (Balanced, 1, ANGRY, Some(Frustration)),
        (Balanced, 5, CALM, Some(NoProgress)),
        (AiFirst, 1, ASKS, None),
        (AiFirst, 2, ASKS, Some(AsksForPerson)),
        (AiFirst, 1, ANGRY, None),
        (AiFirst, 2, ANGRY, Some(Frustration)),
        (AiFirst, 7, CALM, None),
        (AiFirst, 8, CALM, Some(NoProgress)),
        (AiOnly, 99, ASKS, None),
        (AiOnly, 99, ANGRY, None),
        (AiOnly, 99, CALM, None),
    ] {
        assert_eq!(code_after(level, answers, text).await, expected, "{level:?} after {answers}: {text}");
    }
}

#[tokio::test]
async fn a_title_that_was_answered_asks_for_nobody_any_more() {
    let mut case = case("Re: HUMAN", "Thank you.");
    assert!(gated(&case, &Topics::default()).await.is_err());
    case.mails[0].answered = true;
    case.mails.push(mail(2, "And how long does it take?"));
    assert_eq!(gated(&case, &Topics::default()).await, Ok(None));
}

#[tokio::test]
async fn an_address_says_at_which_hours_the_ai_answers() {
    // Given hours that read_at of the sample case (1970-01-01 02:46 UTC, a Thursday) lies in or not.
    for (shift, ai_hours, expected) in [
        ("thu 00:00-09:00", AiHours::Always, None),
        ("thu 00:00-09:00", AiHours::Inside, None),
        ("thu 00:00-09:00", AiHours::Outside, Some(HandOffCode::OfficeHours)),
        ("fri 00:00-09:00", AiHours::Inside, Some(HandOffCode::OfficeHours)),
        ("fri 00:00-09:00", AiHours::Outside, None),
    ] {
        let mut case = case("Shipping", CALM);
        let address = case.address.as_mut().unwrap();
        let (shifts, holidays) = (vec![Shift::read(shift).unwrap()], Vec::new());
        let hours = Hours { name: "office".into(), zone: jiff::tz::TimeZone::UTC, shifts, holidays };
        (address.hours, address.ai_hours) = (Some(hours.into()), ai_hours);
        let code = gated(&case, &Topics::default()).await.err().map(|reason| reason.code);
        assert_eq!(code, expected, "{shift} {ai_hours:?}");
    }
}
