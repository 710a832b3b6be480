//! One-time codes over the wire: the daemon, a scripted model, a tool's server that wants level 4, and the customer's server.
//!
//! What leaves holds a code, and nothing else of ours does; what comes back with it is done once.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "codes/post.rs"]
mod post;
#[path = "codes/shop.rs"]
mod shop;
mod support;

use post::Manner;
use serde_json::{Value, json};
use shop::{ADA, Shop, WISH, in_form, typed};
use support::{mails, smtp::hand_in};

const SUPPORT: &str = "support@acme.example";

#[test]
fn a_customer_proves_with_a_code_what_her_mail_did_not_and_the_tool_is_called_once_s01() {
    // Given a wish that needs level 4, of who proved level 3
    let shop = Shop::open();
    let daemon = shop.house.start();
    shop.wishes(&daemon);

    // When the letter leaves
    let letter = shop.post.next();

    // Then it is hers alone, signed as it left, and says the same code as text and as page
    assert!(letter.rcpt_to == ADA && letter.header("To").ends_with(&format!("<{ADA}>")), "{}", letter.raw);
    assert_eq!(letter.header("Auto-Submitted"), "auto-replied");
    let code = letter.code();
    assert!(in_form(&code), "{code}");
    let [text, page] = letter.parts();
    assert!(text.matches(&code).count() == 1 && page.matches(&code).count() == 1, "{text}\n{page}");
    assert!(!letter.raw.contains("????") && text.contains(WISH), "she sees what it is for: {text}");

    // and the code stands nowhere else: no file, no line of the log, no answer of the API, no prompt
    daemon.until("it is settled", |api| api.queue().is_empty());
    shop.nobody_has(&daemon, &code);
    assert!(shop.is_on_disk("????-????"), "what was searched for it holds the letter");
    assert_eq!(shop.tools.heard().len(), 0);

    // When she answers as people do: lower case, spaces, our letter below
    let words = format!("hi, here it is:\r\n{}\r\nthanks, ada\r\n\r\n{}", typed(&code), letter.quoted());
    shop.answers(&daemon, &letter, "2", &words);

    // Then the tool hears of level 4 once, and what it said is what she reads
    let answer = shop.post.next();
    assert!(answer.parts()[0].contains(shop::DONE), "{}", answer.raw);
    assert!(
        !answer.parts().concat().to_uppercase().contains(&code),
        "our answer quotes hers, and no code: {}",
        answer.raw
    );
    let [call] = &shop.tools.heard()[..] else { panic!("{:#?}", shop.tools.heard()) };
    assert_eq!((call.header("replyd-level"), call.header("replyd-contact")), ("4", ADA));
    assert!(shop::is_signed(call), "{call:?}");
    daemon.until("it is settled", |api| api.queue().is_empty());
    shop.nobody_says(&daemon, &code);
    assert_eq!(shop.post.all().len(), 2);

    // And the letter itself, come back to us, is whole under both signatures and our own words
    let back = hand_in(&daemon, ADA, &[SUPPORT], letter.raw.as_bytes());
    let why = daemon.api().why(&back);
    let signed = why["verdicts"]["dkim"].as_array().unwrap_or_else(|| panic!("{why:#}"));
    assert!(signed.len() == 2 && signed.iter().all(|one| one["verdict"] == "pass"), "{why:#}");
    daemon.stop();
    shop.house.verify();
}

#[test]
fn five_wrong_codes_give_it_to_a_person_and_the_right_one_comes_too_late_s01() {
    // Given a code that was asked for, and an AI that waits before it answers
    let shop = Shop::open();
    let daemon = shop.house.start();
    let number = shop.wishes(&daemon);
    let letter = shop.post.next();
    let code = letter.code();
    daemon.until("it has left", |api| api.queue().is_empty());
    daemon.stop();
    shop.house.change("quiet_period_secs = 0", "quiet_period_secs = 600");
    let daemon = shop.house.start();

    // When five wrong ones come, each in a mail of its own
    let wrong = ["C2D3-F4H5", "h2j3 k4m5", "N2P3Q4R5", "T2V3-W4X5", "Y2Y3-Y4Y5"];
    for (n, wrong) in wrong.into_iter().enumerate() {
        let view = daemon.api().conversation(&number);
        assert_eq!((&view["owner"], daemon.api().queue().len()), (&json!("ai"), usize::from(n > 0)), "{view:#}");
        shop.answers(&daemon, &letter, &format!("wrong-{n}"), &format!("My code is {wrong}"));
    }

    // Then a person has it with the reason, no answer is due, and the right one opens nothing
    for right in ["right", "right-again"] {
        let view = daemon.api().conversation(&number);
        assert_eq!((&view["owner"], daemon.api().queue()), (&json!("team"), vec![]), "{view:#}");
        assert!(view["waits_because"].as_str().unwrap().contains("5 one-time codes were wrong"), "{view:#}");
        shop.answers(&daemon, &letter, right, &format!("Sorry, it is {}", typed(&code)));
    }
    assert!(!is_shown(&daemon.api().conversation(&number)));
    assert_eq!((shop.tools.heard().len(), shop.post.all().len()), (0, 1));
    shop.nobody_says(&daemon, &code);
    daemon.stop();
    shop.house.verify();
}

/// Whether a code was shown in a conversation.
fn is_shown(view: &Value) -> bool {
    view["timeline"].as_array().unwrap().iter().any(|line| line["name"] == "code_shown")
}

#[test]
fn a_code_whose_letter_was_kept_leaves_after_a_kill_and_works() {
    for manner in [Manner::Deaf, Manner::Mute] {
        // Given a daemon that dies while its letter leaves: before a word of it, or before it was told that it arrived
        let shop = Shop::open();
        shop.post.turns(manner);
        let daemon = shop.house.start();
        shop.wishes(&daemon);
        shop.post.until_stuck();
        daemon.kill();

        // When it starts again
        shop.post.turns(Manner::Kind);
        let daemon = shop.house.start();
        let letter = shop.post.next();

        // Then one letter is there, or the same one twice, and its code works
        daemon.until("it has left", |api| api.queue().is_empty());
        let copies = shop.post.all();
        assert_eq!(copies.len(), if manner == Manner::Mute { 2 } else { 1 }, "{manner:?}");
        assert!(copies.iter().all(|copy| copy.raw == letter.raw), "{manner:?}: {copies:#?}");
        let code = letter.code();
        shop.nobody_has(&daemon, &code);
        shop.answers(&daemon, &letter, "2", &typed(&code));
        assert!(shop.post.next().parts()[0].contains(shop::DONE), "{manner:?}");
        assert_eq!(shop.tools.heard().len(), 1, "{manner:?}");
        daemon.stop();
        shop.house.verify();
    }
}

#[test]
fn answers_that_are_to_go_elsewhere_lead_no_code_there_s07() {
    // Given a mail that proves to be from Ada's domain, and asks to be answered elsewhere, with others in copy
    let shop = Shop::open();
    let daemon = shop.house.start();
    let extra = "Reply-To: Ada <mallory@customer.example>\r\nCc: eve@customer.example\r\n";
    let wish = mails::mail(ADA, SUPPORT, "1@customer.example", "Order", extra, WISH);
    hand_in(&daemon, ADA, &[SUPPORT], &wish);

    let letter = shop.post.next();

    // Then the code is Ada's, and asks her for an answer to us
    assert!(letter.rcpt_to == ADA && letter.header("To").ends_with(&format!("<{ADA}>")), "{}", letter.raw);
    assert!(!letter.raw.contains("mallory") && !letter.raw.contains("\nCc:"), "{}", letter.raw);
    // and who is in copy learns nothing of it, nor does anything with it
    shop.sends_back(&daemon, "eve@customer.example", &letter, ("eve", ""), &typed(&letter.code()));
    daemon.until("it is settled", |api| api.queue().is_empty());
    assert_eq!((shop.tools.heard().len(), shop.post.all().len()), (0, 1));
    daemon.stop();
}

#[test]
fn a_machine_that_sends_our_letter_back_shows_no_code_s11() {
    for (what, extra, back) in BACK {
        let shop = Shop::open();
        let daemon = shop.house.start();
        let number = shop.wishes(&daemon);
        let letter = shop.post.next();

        shop.sends_back(&daemon, ADA, &letter, ("back", extra), &back(&letter.parts()[0].replace('\n', "\r\n")));

        daemon.until("it is settled", |api| api.queue().is_empty());
        let view = daemon.api().conversation(&number);
        assert!(!is_shown(&view) && shop.tools.heard().is_empty(), "{what}: {view:#}");
        shop.nobody_says(&daemon, &letter.code());
        daemon.stop();
    }
}

/// What is done to a letter, the header fields that say so, and what comes back of its text.
type Back = (&'static str, &'static str, fn(&str) -> String);

const BACK: [Back; 3] = [
    ("an absence note that says so", "Auto-Submitted: auto-replied\r\n", |text| format!("I am away.\r\n\r\n{text}")),
    ("a desk that says nothing and quotes without a mark", "", |text| {
        format!("We have received your message, ticket 4711. You wrote:\r\n\r\n{text}")
    }),
    ("a mailbox that sends the words back as they are", "", str::to_owned),
];

#[test]
fn a_code_in_a_subject_is_read_by_nobody_s22() {
    let shop = Shop::open();
    let daemon = shop.house.start();
    shop.wishes(&daemon);
    let letter = shop.post.next();
    let code = letter.code();

    // When she writes it where no text is, once as an answer and once as a new mail
    let subject = format!("My code is {}", typed(&code));
    let answer = format!("In-Reply-To: {}\r\n", letter.header("Message-ID"));
    let topic = format!("Thread-Topic: {subject}\r\nThread-Index: Ad0AAAAAAAAAAAAAAAAAAAAAAAAAAA==\r\n");
    for (id, extra) in [("2@customer.example", answer), ("3@customer.example", topic)] {
        let extra = extra.as_str();
        hand_in(&daemon, ADA, &[SUPPORT], &mails::mail(ADA, SUPPORT, id, &subject, extra, "See above."));
    }

    // Then neither a model, nor who looks at conversations, nor who gets our next letter has it
    let asks_again = shop.post.next();
    daemon.until("it is settled", |api| api.queue().is_empty());
    shop.nobody_says(&daemon, &code);
    assert!(!asks_again.raw.to_uppercase().contains(&typed(&code).to_uppercase()), "{}", asks_again.raw);
    assert_ne!(asks_again.code(), code);
    daemon.stop();
}
