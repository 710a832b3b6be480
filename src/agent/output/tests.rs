//! What an author might be talked into, and what it may say (S-22).

use super::*;
use crate::agent::{
    answer::{Frame, Paragraph},
    samples::{answer, case, passage},
    words::Tongue,
};

const PAGE: &str = "Shipping to Austria takes 2 to 3 working days and costs 4.90 EUR. Follow your parcel on \
                    [the tracking page](<https://shop.acme.example/track?lang=en>) or write to parcels@acme.example.";
const SAID: &str = "Shipping to Austria takes 2 to 3 working days.";

fn held(customer: &str, words: &str) -> Result<String, Refusal> {
    let mut secrets = Secrets::new();
    secrets.keep("an API key", b"sk-live-9fQ2xTb7Zr0Lm4Wv");
    checked(
        &answer(words, PAGE),
        &case("Shipping", customer),
        &Fence { support_min_percent: 60, secrets: secrets.into(), ..Fence::default() },
    )
}

fn refusal(words: &str) -> Refusal {
    match held("How long does it take, for order 48151623?", words) {
        Err(refusal) => refusal,
        Ok(_) => panic!("said: {words}"),
    }
}

#[test]
fn what_the_page_says_may_be_said_in_other_words() {
    for words in [
        SAID,
        "Shipping to Austria takes 2–3 working days and costs 4,90 €.",
        "Your parcel to Austria takes 2 to 3 working days: [follow it](https://shop.acme.example/track?lang=en).",
        "For order 48151623, shipping to Austria takes 2 to 3 working days.",
        "Write to parcels@acme.example or support@acme.example, and follow your parcel on the tracking page of acme.example.",
    ] {
        assert_eq!(held("How long does it take, for order 48151623?", words), Ok(words.to_owned()), "{words}");
    }
}

#[test]
fn places_of_the_customer_do_not_leave_though_they_repeat_them_s22() {
    let customer = "Is https://wish.example/list yours? I mean wish.example, and https://shop.acme.example/go?to=wish.example. \
                    Write to other@wish.example.";
    for words in [
        "Shipping to Austria takes 2 to 3 working days, see wish.example.",
        "Shipping to Austria takes 2 to 3 working days, see https://wish.example/list.",
        "Shipping to Austria takes 2 to 3 working days: [parcel](https://shop.acme.example/go?to=wish.example).",
        "Shipping to Austria takes 2 to 3 working days, write to other@wish.example.",
        "Shipping to Austria takes 2 to 3 working days, write to other@acme.example.",
    ] {
        let refused = held(customer, words);
        assert!(matches!(refused, Err(Refusal::ForeignHost(_) | Refusal::ForeignLink(_))), "{words}: {refused:?}");
    }
}

#[test]
fn data_does_not_leave_through_a_known_host_s22() {
    for place in [
        "https://shop.acme.example/track?lang=en&q=word",
        "https://shop.acme.example/track?lang=word",
        "https://shop.acme.example/track?lang=en#word",
        "https://word.shop.acme.example/track?lang=en",
        "https://word@shop.acme.example/track?lang=en",
        "https://shop.acme.example:8080/track?lang=en",
        "shop.acme.example/word",
        "word@shop.acme.example",
    ] {
        let words = format!("Shipping to Austria takes 2 to 3 working days: {place}");
        assert!(matches!(refusal(&words), Refusal::ForeignHost(_) | Refusal::ForeignLink(_)), "{place}");
    }
}

#[test]
fn a_sentence_of_its_own_is_carried_by_nobody_s22() {
    for words in [
        "Shipping to Austria takes 2 to 3 working days. Send us your password and card.",
        "Shipping to Austria takes 2 to 3 working days and costs, but send us password card pin today.",
        "- Shipping to Austria takes 2 to 3 working days\n- buy our vouchers today",
        "Shipping to Austria takes 2 to 3 working days.\n\n```\npay now by voucher\n```",
        "| Shipping | working days |\n|---|---|\n| Austria | 2 to 3 |\n| transfer money to mallory immediately | 2 |",
    ] {
        assert_eq!(refusal(words), Refusal::NotCarried(1), "{words}");
    }
}

#[test]
fn a_number_that_its_passage_has_not_does_not_leave_s22() {
    for (words, figure) in [
        ("Shipping to Austria takes 2 to 30 working days.", Figure::Number),
        ("Shipping to Austria takes 2 working days and costs 3 EUR.", Figure::Amount),
        ("Shipping to Austria takes 2 to 3 working days, call +43 2 3 490 23.", Figure::Long),
        ("Shipping to Austria takes 2 to 3 working days: DE89 3704 0044 0532 0130 00.", Figure::Account),
    ] {
        assert_eq!(refusal(words), Refusal::ForeignFigure(1, figure), "{words}");
    }
}

#[test]
fn a_number_of_another_paragraphs_passage_carries_nothing() {
    let mut two = answer("Shipping takes 2 days.", "Shipping takes 2 days.");
    two.passages.push(passage("Returns take 30 days."));
    two.paragraphs.push(Paragraph { markdown: "Returns take 2 days.".into(), carried_by: Some(1) });
    let refused = checked(&two, &case("x", "y"), &Fence::default());
    assert_eq!(refused, Err(Refusal::ForeignFigure(2, Figure::Number)));
}

#[test]
fn signs_that_hide_something_do_not_leave_s22() {
    for sign in [
        '\u{200b}',
        '\u{202e}',
        '\u{2066}',
        '\u{e0041}',
        '\u{fe01}',
        '\u{e0100}',
        '\u{3164}',
        '\u{2800}',
        '\u{200d}',
        '\u{7}',
    ] {
        assert_eq!(
            refusal(&format!("Shipping to Austria{sign} takes 2 to 3 working days.")),
            Refusal::Unseen,
            "{sign:?}"
        );
    }
    let persian = "ارسال به اتریش ۲ تا ۳ روز کاری طول می\u{200c}کشد.";
    assert!(!hides_something(persian) && !hides_something("👩\u{200d}💻 ❤\u{fe0f}"));
    assert_eq!(refusal("Shipping to Аustriа takes 2 to 3 working days."), Refusal::LookAlike);
    assert_eq!(refusal("Shipping <i>to</i> Austria"), Refusal::Html);
    assert_eq!(refusal("Shipping ![to](https://shop.acme.example/track?lang=en) Austria"), Refusal::Picture);
}

#[test]
fn a_secret_does_not_leave_and_is_not_named_s22() {
    let words = "Shipping to Austria: https://9fQ2xTb7Zr0Lm4Wv.evil.example/";
    assert_eq!(refusal(words), Refusal::Secret("an API key"));
    assert!(!refusal(words).to_string().contains("9fQ2"));
}

#[test]
fn the_answer_is_in_the_language_of_the_question() {
    let german = "Wie lange dauert der Versand nach Österreich, und was ist, wenn ich nicht da bin?";
    let long =
        "Shipping to Austria takes 2 to 3 working days and costs 4.90 EUR, and you can follow it on the tracking page.";
    assert_eq!(held(german, long), Err(Refusal::Language));
    assert!(held("How long is it, and what do I do when it is not there?", long).is_ok());
    // What was answered is no question any more.
    let mut case = case("x", german);
    case.mails[0].answered = true;
    assert!(checked(&answer(long, PAGE), &case, &Fence::default()).is_ok());
}

#[test]
fn a_tools_result_points_to_hosts_that_the_administrator_named_s22() {
    let mut tracked =
        passage("Your parcel is on its way: https://track.carrier.example/4711. Note: see https://evil.example/a.");
    tracked.file = "tool:parcel".into();
    let says = |words: &str, hosts: &[&str]| {
        let answer = Answer { passages: vec![tracked.clone()], ..answer(words, "") };
        let hosts = hosts.iter().map(ToString::to_string).collect();
        checked(&answer, &case("x", "y"), &Fence { hosts, ..Fence::default() })
    };
    let good = "Your parcel is on its way: https://track.carrier.example/4711";
    assert!(says(good, &["carrier.example"]).is_ok());
    assert!(matches!(says(good, &[]), Err(Refusal::ForeignHost(_))));
    assert!(matches!(says(good, &["rier.example"]), Err(Refusal::ForeignHost(_))));
    let bad = "Your parcel is on its way: https://evil.example/a";
    assert_eq!(says(bad, &["carrier.example"]), Err(Refusal::ForeignHost("evil.example".into())));
}

#[test]
fn a_frame_of_ours_says_what_the_page_is_called_and_nothing_else() {
    let mut quote = answer(PAGE, PAGE);
    quote.frame = Frame::Quotes(Tongue::English);
    assert!(checked(&quote, &case("x", "y"), &Fence::default()).is_ok());
}
