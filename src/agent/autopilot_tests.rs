//! Each reason to be silent, and each reason not to send.

use super::*;
use crate::{
    agent::samples::{answer, case, filed, mail, passage},
    conversation::Class,
    mime::Hidden,
    store::{SuppressionReason, SuppressionRow},
    types::{Author, ConversationId, Level},
};

const PAGE: &str = "Austria: 2 to 3 working days. See [the page](<https://shop.acme.example/shipping>).";
const WORDS: &str = "Austria: 2 to 3 working days.";

fn silence(change: impl FnOnce(&mut Case)) -> Result<(), Silence> {
    let mut case = case("Shipping", "How long?");
    change(&mut case);
    may_think(&case, &Agent::default())
}

fn fence() -> Fence {
    Fence { support_min_percent: 60, ..Fence::default() }
}

fn judged(case: &Case, answer: Answer) -> Decision {
    judge(case, &Agent::default(), &fence(), Thought::Answer(answer), Millis(7))
}

fn refusal(words: &str) -> String {
    match judged(&case("Shipping", "How long?"), answer(words, PAGE)) {
        Decision::HandOff { reason, .. } => reason.words,
        other => panic!("{words}: {other:?}"),
    }
}

#[test]
fn an_authenticated_mail_of_a_person_may_be_thought_about() {
    assert_eq!(silence(|_| {}), Ok(()));
    assert_eq!(silence(|case| case.row.owner = Owner::Ai), Ok(()));
    assert_eq!(silence(|case| case.mails[0].row.class.class = Class::Form), Ok(()));
}

#[test]
fn people_silence_it() {
    assert_eq!(silence(|case| case.row.owner = Owner::Team), Err(Silence::Team));
    assert_eq!(silence(|case| case.row.owner = Owner::Person("Eve".into())), Err(Silence::Person("Eve".into())));
}

#[test]
fn what_is_over_silences_it() {
    assert_eq!(silence(|case| case.row.status = Status::Resolved), Err(Silence::Closed));
    assert_eq!(silence(|case| case.row.merged_into = Some(ConversationId(2))), Err(Silence::Merged));
    assert_eq!(silence(|case| case.mails[0].answered = true), Err(Silence::Answered));
}

#[test]
fn the_address_silences_it() {
    assert_eq!(silence(|case| case.address = None), Err(Silence::NoAddress));
    let off = |case: &mut Case| case.address.as_mut().unwrap().autopilot = Autopilot::Off;
    assert_eq!(silence(off), Err(Silence::Off));
}

#[test]
fn a_suppressed_contact_goes_to_people_with_since_when() {
    let row = SuppressionRow {
        recipient: Address::parse("ada@customer.example").unwrap(),
        reason: SuppressionReason::Person("Eve".into()),
        words: "she asked us to".into(),
        at: Millis(0),
    };
    let silence = silence(|case| case.suppressed = Some(row)).unwrap_err();
    let words = "ada@customer.example is suppressed since Eve put it on the list 1970-01-01T00:00:00Z: she asked us to";
    assert_eq!((silence.to_string().as_str(), silence.is_settled()), (words, false));
}

#[test]
fn a_mail_that_hides_much_goes_to_a_person_s23() {
    let hides = |octets, seen| silence(|case| case.mails[0].hidden = Hidden::beside(octets, seen));
    assert_eq!(hides(500, 1_000), Err(Silence::Hidden(33)));
    assert_eq!(hides(100, 1_000), Ok(()), "a newsletter's first line");
    assert_eq!(hides(50, 10), Ok(()), "a word that a mail program hid");
    let answered = |case: &mut Case| {
        case.mails[0].hidden = Hidden::beside(500, 1);
        case.mails[0].answered = true;
        case.mails.push(mail(2, "Thank you."));
    };
    assert_eq!(silence(answered), Ok(()), "an older one is past");
    assert_eq!(Silence::Hidden(33).to_string(), "33 % of the words of a mail were hidden from the eye");
}

#[test]
fn automatic_mail_is_never_answered_s11() {
    for class in [Class::AutomaticReply, Class::Bounce, Class::List, Class::Probe, Class::OwnEcho] {
        assert_eq!(silence(|case| case.mails[0].row.class.class = class), Err(Silence::NoMail));
    }
}

#[test]
fn unproven_mail_is_not_answered_s09() {
    let unproven = |case: &mut Case| case.mails[0].row.filings = vec![filed(Level::Unproven)];
    let expected = Err(Silence::Brake(Brake::Proof { level: 1, word: "unproven", needed: 2 }));
    assert_eq!(silence(unproven), expected);
    // The newest one counts, whatever came before.
    let newest_unproven = |case: &mut Case| {
        case.mails.push(mail(2, "And?"));
        case.mails[1].row.filings = vec![filed(Level::Unproven)];
    };
    assert_eq!(silence(newest_unproven), expected);
}

#[test]
fn an_address_may_ask_for_another_level() {
    let ask = |level| move |case: &mut Case| case.address.as_mut().unwrap().level_min = Some(level);
    assert!(matches!(silence(ask(Level::Confirmed)), Err(Silence::Brake(Brake::Proof { needed: 4, .. }))));
    let lenient = |case: &mut Case| {
        case.mails[0].row.filings = vec![filed(Level::Unproven)];
        ask(Level::Unproven)(case);
    };
    assert_eq!(silence(lenient), Ok(()));
}

#[test]
fn the_brakes_silence_it_s11() {
    assert_eq!(silence(|case| case.sent.conversation_hour = 4), Ok(()));
    let name = |change: fn(&mut Case)| silence(change).unwrap_err().brake();
    assert_eq!(name(|case| case.sent.conversation_hour = 5), Some("conversation"));
    assert_eq!(name(|case| case.sent.sender_day = 20), Some("sender"));
    // What it thought before a brake held does not go out.
    let mut case = case("Shipping", "How long?");
    case.sent.said = vec![crate::conversation::text_digest(WORDS).unwrap()];
    let decision = judged(&case, answer(WORDS, PAGE));
    assert!(matches!(decision, Decision::HandOff { brake: Some("same_text"), .. }), "{decision:?}");
}

#[test]
fn a_good_answer_goes_out_for_the_generation_that_was_read() {
    let Decision::Send { approval, markdown, sources } = judged(&case("Shipping", "How long?"), answer(WORDS, PAGE))
    else {
        panic!("not sent")
    };
    assert_eq!((approval.author(), approval.generation()), (&Author::Ai, 1));
    assert_eq!(markdown, WORDS);
    assert_eq!(sources, ["shipping.md: Shipping times"]);
}

#[test]
fn where_it_assists_the_answer_waits_for_a_person() {
    let mut case = case("Shipping", "How long?");
    case.address.as_mut().unwrap().autopilot = Autopilot::Assist;
    let Decision::Draft { draft, .. } = judged(&case, answer(WORDS, PAGE)) else { panic!("no draft") };
    assert_eq!((draft.markdown.as_str(), draft.generation, draft.made), (WORDS, 1, Millis(7)));
}

#[test]
fn no_approval_is_made_where_nobody_may_think() {
    let mut case = case("Shipping", "How long?");
    case.row.owner = Owner::Team;
    assert!(matches!(judged(&case, answer(WORDS, PAGE)), Decision::HandOff { .. }));
}

#[test]
fn a_thought_that_hands_over_is_handed_over() {
    let thought = Thought::hand_off("no idea");
    let decision = judge(&case("x", "y"), &Agent::default(), &fence(), thought, Millis(0));
    assert_eq!(decision, Decision::hand_off("no idea".into()));
}

#[test]
fn an_empty_a_long_and_a_weak_answer_do_not_leave() {
    assert!(refusal(" \n").contains("empty"));
    assert!(refusal(&"Austria working days. ".repeat(500)).contains("longer"));
    let weak = Answer { support_percent: 59, ..answer(WORDS, PAGE) };
    let Decision::HandOff { reason, .. } = judged(&case("x", "y"), weak) else { panic!("sent") };
    assert_eq!(reason.code, HandOffCode::LowSupport);
    assert!(reason.words.contains("59 %"), "{reason}");
}

#[test]
fn every_paragraph_needs_a_passage_that_carries_it_s22() {
    assert!(refusal("Send your password and card number by mail.").contains("paragraph 1"));
    assert!(refusal("Austria: 2 to 3 working days.\n\nSend us your card number by mail.").contains("paragraph 1"));
    // One number changed is another promise.
    assert!(refusal("Austria: 2 to 30 working days.").contains("paragraph 1"));
    let mut nobody = answer(WORDS, PAGE);
    nobody.paragraphs[0].carried_by = None;
    assert!(matches!(judged(&case("x", "y"), nobody), Decision::HandOff { .. }));
    let mut nowhere = answer(WORDS, PAGE);
    nowhere.paragraphs[0].carried_by = Some(9);
    assert!(matches!(judged(&case("x", "y"), nowhere), Decision::HandOff { .. }));
}

#[test]
fn links_and_names_of_strangers_do_not_leave_s22() {
    for words in [
        "[Austria](https://evil.example/) working days.",
        "Austria working days https://evil.example/?q=secret working days",
        "Austria: 2 to 3 working days. Working days: evil.example",
        "Shipping times to Austria: 2 to 3 working days, see e*vil*.example",
        "Austria: 2 to 3 working days <https://evil.example>",
        "Austria: 2 to 3 working days [page](https://shop.acme.example@evil.example/)",
        "Austria: 2 to 3 working days [page](javascript:alert(2))",
        "Austria: 2 to 3 working days [page](//evil.example/)",
        "Austria: 2 to 3 working days. Austria: ada@evil.example",
    ] {
        let reason = refusal(words);
        assert!(reason.contains("stands in none of the pages"), "{words}: {reason}");
    }
}

#[test]
fn links_of_the_page_may_leave_and_those_of_the_customer_may_not_s22() {
    let mut case = case("Shipping", "I found https://my.example/wish, how long?");
    case.mails[0].quoted_text = "https://quoted.example/".into();
    let says = |words: &str| judged(&case, answer(words, PAGE));
    let page = says("Austria: 2 to 3 working days: [page](https://shop.acme.example/shipping).");
    assert!(matches!(page, Decision::Send { .. }), "{page:?}");
    for words in [
        "Austria: 2 to 3 working days: [page](https://shop.acme.example/other).",
        "Austria: 2 to 3 working days, shipping times my.example.",
        "Austria: 2 to 3 working days [page](https://quoted.example/)",
    ] {
        assert!(matches!(says(words), Decision::HandOff { .. }), "{words}");
    }
}

#[test]
fn a_page_that_names_files_and_hosts_can_be_quoted_as_it_stands() {
    for page in [
        "Download `my_file.pdf` from <https://shop.acme.example/a_page.html> or **acme.example**.",
        "Write to [us](<mailto:help@acme.example>) or help@acme.example, e.g. on working days \\* 9.30\\_a.m.",
        "- see `config.toml`\n- see [shop\\_a.example](<https://shop.acme.example/x_y>)",
        "| a | b |\n|---|---|\n| x.example | 3.50 |",
    ] {
        let decision = judged(&case("x", "y"), answer(page, page));
        assert!(matches!(decision, Decision::Send { .. }), "{page}: {decision:?}");
    }
}

#[test]
fn pictures_html_and_hidden_characters_do_not_leave_s22() {
    assert!(refusal("![Austria](https://shop.acme.example/x.png) working days").contains("picture"));
    assert!(refusal("Austria <b>working</b> days").contains("HTML"));
    assert!(refusal("<div>\nAustria working days\n</div>").contains("HTML"));
    assert!(refusal("Austria\u{200b} working days").contains("cannot be seen"));
    assert!(refusal("Austria \u{202e}working days").contains("cannot be seen"));
}

#[test]
fn a_passage_that_is_not_quoted_allows_no_host_s22() {
    let mut sly = answer("Austria: 2 to 3 working days [page](https://evil.example/)", PAGE);
    sly.passages.push(passage("https://evil.example/"));
    assert!(matches!(judged(&case("x", "y"), sly), Decision::HandOff { .. }));
}
