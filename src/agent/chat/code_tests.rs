//! One-time codes through the whole loop: a model that obeys, a tool that needs level 4, a store, and customers of every kind.

use std::{path::Path, sync::Arc, time::Duration};

use serde_json::json;

use super::world::{Incoming, World, model};
use crate::{
    agent::{run::Ended, tools::Toolbox},
    config,
    conversation::CODE_PLACE,
    fetch::testing::{Authority, Site, fetcher, says},
    playground::{AskedModel, Dns, Models, Turn, Zone},
    store::{CODE_COUNTS, CODE_TRIES_MAX, ConversationRow, LetterRow, Origin, Owner, RunDecision, What},
    types::{Clock, Level},
};

const CANCEL: &str = "Please cancel my order 42, I do not need it any more.";
const ADA: &str = "ada@customer.example";

/// A shop that cancels orders for who proved to be the customer, and a model that does whatever it can.
struct Shop {
    world: World,
    site: Site,
    models: Models,
    _dns: Dns,
}

impl Shop {
    async fn open() -> Self {
        let site = Site::start(|_| says("200 OK", "application/json", r#"{"order":"Order 42 is cancelled."}"#)).await;
        let text = format!(
            "[[address]]\naddress = \"support@acme.example\"\n[[tool]]\nname = \"cancel_order\"\nmethod = \"POST\"\n\
             description = \"Cancels an order that was not sent yet.\"\nnetworks = [\"127.0.0.1\"]\n\
             url = \"http://{}/cancel\"\n",
            site.addr
        );
        let tools = config::parse(&text, Path::new("")).unwrap().tools;
        let dns = Dns::start(Zone::new()).unwrap();
        let toolbox = Toolbox::new(tools, fetcher(&dns, &Authority::new()), Clock::testing_fixed(1_795_000_000_000));
        let models = Models::start(|_, asked| obeys(asked)).await.unwrap();
        let world = World::with_tools(model(&models), Arc::new(toolbox)).await;
        Self { world, site, models, _dns: dns }
    }

    /// A customer wants what needs a code, and is asked for it.
    async fn asked(&self) -> LetterRow {
        assert_eq!(self.world.asked(ADA, CANCEL).await, Ended::AskedCode);
        self.newest_letter()
    }

    fn newest_letter(&self) -> LetterRow {
        let timeline = self.world.store.timeline(self.world.conversation().id).unwrap();
        let letter = timeline.iter().rev().find_map(|entry| match entry.what {
            What::Letter(id) => self.world.store.letter(id).unwrap(),
            _ => None,
        });
        letter.unwrap()
    }

    /// What the customer reads in that letter, when it has left.
    fn code(&self, letter: &LetterRow) -> String {
        let Origin::CodeRequest { digest, .. } = letter.origin else { panic!("{:?}", letter.origin) };
        self.world.keys.codes().written(letter.id, letter.conversation, digest).unwrap()
    }

    async fn replies(&self, letter: &LetterRow, text: &str) -> Ended {
        let headers = format!("In-Reply-To: <{}>\r\n", letter.message_id);
        self.world.worked(Incoming { headers: &headers, text, ..Incoming::default() }).await
    }

    fn row(&self, letter: &LetterRow) -> ConversationRow {
        self.world.store.conversation(letter.conversation).unwrap().unwrap()
    }

    fn events(&self, row: &ConversationRow) -> Vec<String> {
        let timeline = self.world.store.timeline(row.id).unwrap();
        let names = timeline.into_iter().filter_map(|entry| match entry.what {
            What::Event { name, .. } => Some(name),
            _ => None,
        });
        names.collect()
    }

    /// No model was ever shown it, and no record of a run has it.
    fn nobody_saw(&self, code: &str, row: &ConversationRow) {
        let bare = code.replace('-', "");
        let runs = serde_json::to_string(&self.world.store.runs(row.id, 100).unwrap()).unwrap();
        let shown = self.models.asked().iter().map(|asked| asked.body.to_string()).collect::<String>();
        for text in [runs, shown, serde_json::to_string(row).unwrap()] {
            let text = text.to_uppercase();
            assert!(!text.contains(code) && !text.contains(&bare), "{text}");
        }
    }
}

fn is_offered(asked: &AskedModel, name: &str) -> bool {
    let tools = asked.body["tools"].as_array().into_iter().flatten();
    tools.into_iter().any(|tool| tool["function"]["name"] == name)
}

/// Cancels where it can, asks for a code where it cannot, and else says what it was told.
fn obeys(asked: &AskedModel) -> Turn {
    let text = asked.text();
    if text.contains("Order 42 is cancelled.") {
        let label = text.rsplit("passage ").next().and_then(|rest| rest.split(']').next()).unwrap().to_owned();
        let said = json!({"paragraphs": [{"markdown": "Order 42 is cancelled.", "source": label}]});
        return Turn::Says(said.to_string());
    }
    match ["cancel_order", "ask_code"].into_iter().find(|name| is_offered(asked, name)) {
        Some(name) => Turn::Calls(vec![(name.into(), json!({}))]),
        None => Turn::Says(json!({"paragraphs": [], "hand_off": "nothing can be done"}).to_string()),
    }
}

#[tokio::test]
async fn what_was_asked_goes_on_when_the_code_was_shown_s01() {
    // Given a mail that is signed and answers nothing of ours, and a tool that needs more
    let shop = Shop::open().await;
    let letter = shop.asked().await;
    let row = shop.row(&letter);
    assert_eq!((shop.site.connections(), &row.owner, row.waits_because.as_str()), (0, &Owner::Ai, ""));
    assert_eq!(shop.world.store.runs(row.id, 1).unwrap()[0].decision, RunDecision::AskedCode);

    // When the letter leaves: what is kept of it has no code, and it goes to the contact alone
    let code = shop.code(&letter);
    let kept = shop.world.store.raw(&letter.raw).await.unwrap();
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.matches(CODE_PLACE).count() == 2 && !kept.contains(&code), "{kept}");
    assert_eq!(letter.recipients.len(), 1);
    assert_eq!(letter.recipients[0].to.to_string(), ADA);

    // and the customer answers with it, as people type
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(shop.replies(&letter, &format!("Here it is: {typed}\r\n\r\nAda")).await, Ended::Sent);

    // Then the tool was called once, the answer is about what was asked first, and nobody but us has seen the code
    assert_eq!(shop.site.asked().len(), 1);
    let row = shop.row(&letter);
    assert_eq!(shop.events(&row), ["code_asked", "code_shown"]);
    assert!(shop.newest_letter().answers());
    let last = shop.models.asked().last().unwrap().text();
    assert!(
        last.contains(CANCEL) && last.contains("has shown the one-time code") && last.contains("**** ****"),
        "{last}"
    );
    shop.nobody_saw(&code, &row);
}

#[tokio::test]
async fn the_letter_has_the_place_of_its_code_in_every_script() {
    for mail in [
        "Пожалуйста, отмените мой заказ 42, он мне больше не нужен.",
        "Kérem, törölje a 42-es rendelésemet, már nincs rá szükségem.",
        "Bitte stornieren Sie meine Bestellung 42, ich brauche sie nicht mehr.",
    ] {
        let shop = Shop::open().await;
        assert_eq!(shop.world.asked(ADA, mail).await, Ended::AskedCode);
        let raw = shop.world.store.raw(&shop.newest_letter().raw).await.unwrap();
        // As octets: what leaves is filled in without reading it again.
        assert_eq!(String::from_utf8_lossy(&raw).replace("=\r\n", "").matches(CODE_PLACE).count(), 2, "{mail}");
    }
}

#[tokio::test]
async fn wrong_codes_end_it_and_the_right_one_counts_no_more_s01() {
    let shop = Shop::open().await;
    let letter = shop.asked().await;
    let code = shop.code(&letter);
    let headers = format!("In-Reply-To: <{}>\r\n", letter.message_id);
    let mail = Incoming { headers: &headers, ..Incoming::default() };

    // Given four wrong ones, two of them in one mail
    for text in ["C2D3-F4H5", "H2J3-K4M5 and X2Y3-W4V5", "T2R3-Q4P5"] {
        shop.world.arrives(Incoming { text, ..mail }).await;
    }
    assert_eq!(shop.row(&letter).code.open.unwrap().wrong, 4);
    assert_eq!(shop.row(&letter).owner, Owner::Ai);

    // When a fifth and five more come, and then the right one
    for text in ["N2M3-N4M5"; 6] {
        shop.world.arrives(Incoming { text, ..mail }).await;
    }
    let right = shop.world.arrives(Incoming { text: &code, level: Level::Unproven, ..mail }).await;

    // Then a person has it, and the code has proved nothing
    let row = shop.row(&letter);
    assert_eq!((row.owner.clone(), row.code.counts_until, &row.code.open), (Owner::Team, None, &None));
    assert!(row.waits_because.contains("whoever writes may not be the customer"), "{}", row.waits_because);
    assert_eq!(shop.events(&row).iter().filter(|name| *name == "code_wrong").count(), usize::from(CODE_TRIES_MAX) - 1);
    assert_eq!(shop.world.store.mail(right).unwrap().unwrap().level_in(row.id), Level::Unproven);
    assert_eq!(shop.site.connections(), 0);
}

#[tokio::test]
async fn only_the_contact_shows_it_in_new_words_in_time_and_here_s01() {
    /// What somebody does with the code, and what is read of it.
    struct Misuse {
        what: &'static str,
        from: &'static str,
        text: fn(&str) -> String,
        after: Duration,
    }
    let (ada, now) = (ADA, Duration::ZERO);
    let misuses = [
        Misuse {
            what: "quoted by who did not ask",
            from: ada,
            text: |code| {
                format!("That was not me!\r\n\r\nOn 18 November 2026 at 11:06 UTC, Acme wrote:\r\n> {code}\r\n")
            },
            after: now,
        },
        Misuse {
            what: "in a forwarded mail",
            from: ada,
            text: |code| {
                format!(
                    "What is this?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Acme <support@acme.example>\r\n\
                     Date: Wed, 18 Nov 2026 11:06:00 +0000\r\nSubject: Re: Shipping\r\nTo: <ada@customer.example>\r\n\r\n{code}\r\n"
                )
            },
            after: now,
        },
        Misuse {
            what: "in a quote without a word",
            from: ada,
            text: |code| format!("On 18 November 2026 at 11:06 UTC, Acme wrote:\r\n> {code}\r\n"),
            after: now,
        },
        Misuse { what: "by another who takes part", from: "bob@customer.example", text: str::to_owned, after: now },
        Misuse { what: "too late", from: ada, text: str::to_owned, after: Duration::from_secs(3601) },
    ];
    for Misuse { what, from, text, after } in misuses {
        // Given a conversation in which Bob takes part, and a code for Ada
        let shop = Shop::open().await;
        let first = Incoming { text: CANCEL, named: &["bob@customer.example"], ..Incoming::default() };
        assert_eq!(shop.world.worked(first).await, Ended::AskedCode);
        let letter = shop.newest_letter();
        assert_eq!(letter.recipients.len(), 1, "Bob does not get it");

        // When it comes back like that
        let code = shop.code(&letter);
        shop.world.clock.testing_advance(after);
        let headers = format!("In-Reply-To: <{}>\r\n", letter.message_id);
        let mail = Incoming { from, headers: &headers, text: &text(&code), ..Incoming::default() };
        shop.world.worked(mail).await;

        // Then it proved nothing, and the tool was not called
        let row = shop.row(&letter);
        assert_eq!(row.code.counts_until, None, "{what}");
        assert_eq!(shop.site.connections(), 0, "{what}");
        shop.nobody_saw(&code, &row);
    }
}

#[tokio::test]
async fn the_code_of_another_conversation_is_a_wrong_one_s01() {
    let shop = Shop::open().await;
    let first = shop.asked().await;
    shop.world.clock.testing_advance(Duration::from_secs(60));
    let second = shop.asked().await;
    assert_ne!(first.conversation, second.conversation);

    shop.replies(&second, &shop.code(&first)).await;

    let row = shop.row(&second);
    assert_eq!((row.code.counts_until, row.code.open.as_ref().unwrap().wrong), (None, 1));
    assert_eq!(shop.row(&first).code.open.unwrap().wrong, 0);
    assert_eq!(shop.site.connections(), 0);
    shop.nobody_saw(&shop.code(&first), &row);
}

#[tokio::test]
async fn a_code_is_used_once_and_counts_for_a_day_s01() {
    // Given one that was shown
    let shop = Shop::open().await;
    let letter = shop.asked().await;
    let code = shop.code(&letter);
    shop.replies(&letter, &code).await;
    let row = shop.row(&letter);
    let headers = format!("In-Reply-To: <{}>\r\n", letter.message_id);
    let again = Incoming { headers: &headers, text: &code, level: Level::Unproven, ..Incoming::default() };

    // When somebody sends it again who proves nothing, within the day
    let replayed = shop.world.arrives(again).await;

    // Then it lifts nothing, and so much as the day is long the contact needs none
    let mail = shop.world.store.mail(replayed).unwrap().unwrap();
    assert_eq!(row.level_of(&mail, shop.world.clock.now()), Level::Unproven);
    let signed = shop.world.arrives(Incoming { level: Level::Vouched, ..again }).await;
    let mut mail = shop.world.store.mail(signed).unwrap().unwrap();
    mail.filings.clear();
    let now = shop.world.clock.now();
    assert_eq!(row.level_of(&mail, now), Level::Confirmed);
    assert_eq!(row.level_of(&mail, now.plus(CODE_COUNTS)), Level::Vouched, "the day is over");
}

#[tokio::test]
async fn a_model_that_always_asks_floods_nobody_s09() {
    // Given a customer who writes again and again and never shows a code
    let shop = Shop::open().await;
    let mut asked = 0;
    for n in 0..8 {
        let text = format!("{CANCEL} This is mail {n} about it.");
        asked += u32::from(shop.world.asked(ADA, &text).await == Ended::AskedCode);
        shop.world.clock.testing_advance(Duration::from_secs(600));
    }
    // Then three codes were sent in all, and people have the other conversations
    assert_eq!(asked, 3);
    assert_eq!(shop.site.connections(), 0);

    // And in one conversation one code waits at a time
    let shop = Shop::open().await;
    let letter = shop.asked().await;
    let ended = shop.replies(&letter, "I have no code. Cancel it at once!").await;
    assert!(matches!(ended, Ended::HandedOff(_)), "{ended:?}");
}
