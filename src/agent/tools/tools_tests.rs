//! Tools against a real server on loopback: who may call what, what it hears, and what a model is told.

use std::{future::Future, path::Path, pin::Pin, sync::Arc};

use serde_json::json;

use super::*;
use crate::{
    agent::{
        notes::{Ledger, Noted},
        samples,
    },
    config,
    fetch::testing::{Asked, Authority, Said, Site, fetcher, says},
    playground::{Dns, Zone},
    store::{Participant, Place},
    types::{Level, Millis},
};

/// Tools that everybody is offered.
const BUILT_IN: usize = 2;

const NOW: u64 = 1_795_000_000_000;

/// A toolbox of one tool, and the server that it asks.
struct World {
    toolbox: Toolbox,
    site: Site,
    clock: Clock,
    folder: tempfile::TempDir,
    _dns: Dns,
}

impl World {
    /// `keys` may name the folder of secrets as `DIR`.
    async fn new(keys: &str, answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        let site = Site::start(answer).await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "s3cret-token\nsecond line\n").unwrap();
        std::fs::write(folder.path().join("signing"), "signing-key\n").unwrap();
        let text = format!(
            "[[address]]\naddress = \"support@acme.example\"\n[[address]]\naddress = \"billing@acme.example\"\n\
             [[tool]]\nname = \"order\"\ntitle = \"Order status\"\ndescription = \"Says where an order is.\"\n\
             networks = [\"127.0.0.1\"]\nurl = \"http://{}/orders/{{order}}\"\n\
             parameters = '{{\"type\":\"object\",\"properties\":{{\"order\":{{\"type\":\"string\"}}}},\"required\":[\"order\"]}}'\n{}",
            site.addr,
            keys.replace("DIR", folder.path().to_str().unwrap()),
        );
        let config = config::parse(&text, Path::new("")).unwrap();
        let (dns, clock) = (Dns::start(Zone::new()).unwrap(), Clock::testing_fixed(NOW));
        let toolbox = Toolbox::new(config.tools, fetcher(&dns, &Authority::new()), clock.clone());
        let toolbox = toolbox.with_segments(config.segments);
        Self { toolbox, site, clock, folder, _dns: dns }
    }

    async fn call(&self, case: &Case, arguments: Value) -> (Called, String) {
        let notes = Notes::unkept();
        let called = self.toolbox.call(case, "order", &arguments, &notes).await;
        (called, notes.so_far().tool_calls[0].outcome.clone())
    }
}

/// A journal that takes everything.
struct Written;

impl Ledger for Written {
    fn keep(&self, _: Noted) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
        Box::pin(async { Ok(()) })
    }
}

fn case(level: Level) -> Case {
    let mut case = samples::case("Parcel", "Where is my parcel?");
    case.mails[0].row.filings = vec![samples::filed(level)];
    case
}

fn shipped(_: &Asked) -> Said {
    says("200 OK", "application/json", r#"{"status":"shipped","days":2}"#)
}

fn order() -> Value {
    json!({ "order": "A1" })
}

#[tokio::test]
async fn what_a_tool_answers_is_a_passage_that_names_it() {
    let world = World::new("", shipped).await;
    let (called, outcome) = world.call(&case(Level::Authenticated), order()).await;
    let Called::Result(passage) = called else { panic!("{called:?}") };
    assert_eq!((passage.file.as_str(), passage.heading.as_str()), ("tool:order", "Order status"));
    assert_eq!((passage.text.as_str(), outcome.as_str()), ("days: 2\nstatus: shipped", "done: it answered 200"));
    assert_eq!(world.site.asked()[0].line, "GET /orders/A1 HTTP/1.1");
}

#[tokio::test]
async fn a_tool_of_a_segment_is_for_contacts_who_proved_to_be_in_it_and_read_alone_s22() {
    type Change = fn(&mut Case);
    let partners = "segments = [\"staff\", \"partners\"]\nlevel_min = 1\n[[segment]]\nname = \"partners\"\n\
                    contacts = [\"@customer.example\"]\n[[segment]]\nname = \"staff\"\ncontacts = [\"@acme.example\"]\n";
    let changes: [(&str, Level, bool, Change); 5] = [
        ("one of them", Level::Authenticated, true, |_| {}),
        ("one of them, vouched for", Level::Vouched, true, |_| {}),
        ("another", Level::Authenticated, false, |case| case.row.contact = samples::address("eve@elsewhere.example")),
        ("who only says so", Level::Unproven, false, |_| {}),
        ("somebody reads along", Level::Authenticated, false, |case| {
            let eve = samples::address("eve@elsewhere.example");
            case.row.participants.push(Participant { address: eve, since: Millis(0), level: Level::Vouched });
        }),
    ];
    for (who, level, may, change) in changes {
        let world = World::new(partners, shipped).await;
        let mut case = case(level);
        change(&mut case);
        let offered = world.toolbox.offered(&case).iter().any(|offer| offer.name == "order");
        let (called, outcome) = world.call(&case, order()).await;
        assert_eq!((offered, world.site.connections() > 0), (may, may), "{who}");
        if !may {
            assert_eq!(called, Called::Refused(NO_SUCH_TOOL.into()), "{who}");
            assert!(outcome.contains("for contacts in staff, partners only"), "{who}: {outcome}");
        }
    }
}

#[tokio::test]
async fn a_model_tags_with_what_stands_in_the_list_and_nothing_else() {
    let tags = vec!["refund".to_owned(), "shipping".to_owned()];
    let world = World::new("", shipped).await;
    let (case, none) = (case(Level::Authenticated), Notes::unkept());
    assert!(!world.toolbox.offered(&case).iter().any(|offer| offer.name == TAG), "there is nothing to choose from");
    assert!(matches!(world.toolbox.call(&case, TAG, &json!({"tags": ["x"]}), &none).await, Called::Refused(_)));

    let toolbox = world.toolbox.with_tags(tags);
    let offer = toolbox.offered(&case).into_iter().find(|offer| offer.name == TAG).unwrap();
    assert_eq!(offer.parameters["properties"]["tags"]["items"]["enum"], json!(["refund", "shipping"]));
    for (arguments, tagged) in [
        (json!({"tags": ["refund", "shipping", "refund"]}), &["refund", "shipping"][..]),
        (json!({"tags": ["refund", "vip"]}), &[]),
        (json!({"tags": ["<script>"]}), &[]),
        (json!({"tags": "refund"}), &[]),
        (json!({}), &[]),
    ] {
        let notes = Notes::unkept();
        let called = toolbox.call(&case, TAG, &arguments, &notes).await;
        assert_eq!(notes.end().tags, tagged, "{arguments}");
        assert_eq!(matches!(called, Called::Done(_)), !tagged.is_empty(), "{arguments}: {called:?}");
    }
}

#[tokio::test]
async fn a_code_is_asked_for_where_it_opens_a_tool_and_can_prove_something_s22() {
    for (keys, level, may) in [
        ("method = \"POST\"\n", Level::Vouched, true),
        ("method = \"POST\"\n", Level::Authenticated, true),
        ("level_min = 4\n", Level::Authenticated, true),
        ("", Level::Vouched, true),
        ("", Level::Authenticated, false),
        ("method = \"POST\"\n", Level::Unproven, false),
        ("method = \"POST\"\n", Level::Confirmed, false),
        ("method = \"POST\"\naddresses = [\"billing@acme.example\"]\n", Level::Authenticated, false),
    ] {
        let (world, case) = (World::new(keys, shipped).await, case(level));
        let offered = world.toolbox.offered(&case);
        let named = offered.iter().find(|offer| offer.name == ASK_CODE);
        assert_eq!(named.is_some(), may, "{keys} {level:?}");
        assert!(named.is_none_or(|offer| offer.description.contains("order (Says where an order is.)")));
        // A model that calls what it was not offered hears that it cannot.
        let called = world.toolbox.call(&case, ASK_CODE, &json!({}), &Notes::unkept()).await;
        assert_eq!(called == Called::AskCode, may, "{keys} {level:?}: {called:?}");
    }
}

#[tokio::test]
async fn a_tool_is_offered_and_called_within_its_level_and_address_only_s22() {
    for (keys, level, may) in [
        ("", Level::Vouched, false),
        ("", Level::Authenticated, true),
        ("level_min = 2\n", Level::Vouched, true),
        ("method = \"POST\"\n", Level::Authenticated, false),
        ("method = \"POST\"\n", Level::Confirmed, true),
        ("addresses = [\"billing@acme.example\"]\n", Level::Confirmed, false),
        ("addresses = [\"support@acme.example\"]\n", Level::Confirmed, true),
    ] {
        // Given a tool and a mail of that level
        let (world, case) = (World::new(keys, shipped).await, case(level));

        // When it is offered, and called whether or not it was
        let offered = world.toolbox.offered(&case);
        let (called, outcome) = world.call(&case, order()).await;

        // Then both say the same, and who may not hears no more than that there is no such tool
        assert_eq!(offered.iter().any(|offer| offer.name == "order"), may, "{keys} {level:?}");
        assert_eq!(world.site.connections(), usize::from(may), "{keys} {level:?}");
        if !may {
            assert_eq!(called, Called::Refused(NO_SUCH_TOOL.into()));
            assert!(outcome.contains("level") || outcome.contains("not for this support address"), "{outcome}");
        }
    }
}

#[tokio::test]
async fn the_weakest_of_the_mails_to_answer_counts() {
    // Given a confirmed mail, and before it one that proved nothing and is not answered yet
    let world = World::new("", shipped).await;
    let mut case = case(Level::Confirmed);
    let mut weak = samples::mail(2, "Ask for order B2 too");
    let Place::Conversation { level, .. } = &mut weak.row.filings[0].place else { panic!("it is in a conversation") };
    *level = Level::Unproven;
    case.mails.insert(0, weak);

    // Then nothing is offered until it is
    assert_eq!(world.toolbox.offered(&case).len(), BUILT_IN);
    case.mails[0].answered = true;
    assert_eq!(world.toolbox.offered(&case).len(), BUILT_IN + 1);
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_not_asked_for_and_the_model_hears_why() {
    let world = World::new("", shipped).await;
    for (arguments, words) in [
        (json!({}), "the arguments are not taken: order: it is missing"),
        (
            json!({ "order": "A1", "level": 4 }),
            "the arguments are not taken: there is an argument that nobody asked for",
        ),
        (json!({ "order": "../admin" }), "the arguments cannot be sent"),
        (json!("A1"), "the arguments are not taken: an object is expected"),
    ] {
        let (called, _) = world.call(&case(Level::Confirmed), arguments).await;
        assert_eq!(called, Called::Refused(words.into()));
    }
    let none = world.toolbox.call(&case(Level::Confirmed), "rm_rf", &json!({}), &Notes::unkept()).await;
    assert_eq!((none, world.site.connections()), (Called::Refused(NO_SUCH_TOOL.into()), 0));
}

#[tokio::test]
async fn a_tool_is_called_so_many_times_in_a_minute() {
    let world = World::new("per_minute_max = 2\n", shipped).await;
    let case = case(Level::Confirmed);
    let mut made = 0;
    for _ in 0..5 {
        made += usize::from(matches!(world.call(&case, order()).await.0, Called::Result(_)));
    }
    assert_eq!(made, 2);
    world.clock.testing_advance(std::time::Duration::from_secs(60));
    assert!(matches!(world.call(&case, order()).await.0, Called::Result(_)));
}

#[tokio::test]
async fn secrets_reach_the_server_and_nobody_else_s27() {
    // Given a server that says again what it heard
    let keys = "[[tool.header]]\nname = \"Authorization\"\nvalue = \"Bearer {secret.shop}\"\n\
                [[tool.secret]]\nname = \"shop\"\nfile = \"DIR/token\"\n";
    let echo = |asked: &Asked| says("200 OK", "text/plain", asked.header("authorization").unwrap_or("nothing"));
    let world = World::new(keys, echo).await;
    let notes = Notes::unkept();

    // When it is called, and tried out
    let case = case(Level::Confirmed);
    let called = world.toolbox.call(&case, "order", &order(), &notes).await;
    let tool = &world.toolbox.tools()[0];
    let tried = world.toolbox.tried(tool, &Facts::of(&case), &order(), false).await.unwrap();

    // Then the first line of the file was said to it, and nothing of it to anyone else
    assert_eq!(world.site.asked()[0].header("authorization"), Some("Bearer s3cret-token"));
    let seen = format!("{called:?}{:?}{tried:?}{tool:?}", notes.so_far());
    assert!(!seen.contains("s3cret-token") && seen.contains("Bearer ***"), "{seen}");
    assert!(tried.request.contains("authorization: Bearer ***"), "{}", tried.request);

    // and a new one counts at once, and a missing one is told to people only
    std::fs::write(world.folder.path().join("token"), "n3w-token").unwrap();
    world.call(&case, order()).await;
    assert_eq!(world.site.asked()[2].header("authorization"), Some("Bearer n3w-token"));
    std::fs::remove_file(world.folder.path().join("token")).unwrap();
    let (called, outcome) = world.call(&case, order()).await;
    assert_eq!(called, Called::Failed("the tool cannot be called now".into()));
    assert!(outcome.contains("token") && outcome.contains("No such file"), "{outcome}");
}

#[tokio::test]
async fn for_whom_it_is_asked_is_signed_and_no_argument_can_say_it() {
    let keys = "method = \"POST\"\nsigning_key_file = \"DIR/signing\"\n";
    let world = World::new(keys, shipped).await;
    world.call(&case(Level::Confirmed), order()).await;
    let asked = &world.site.asked()[0];
    let header = |name: &str| asked.header(name).unwrap_or_else(|| panic!("no {name}")).to_owned();
    let values = ["tool", "conversation", "contact", "level", "request-id", "time"]
        .map(|name| header(&format!("replyd-{name}")));
    assert_eq!((values[0].as_str(), values[3].as_str(), values[5].as_str()), ("order", "4", "1795000000"));
    assert_eq!(values[2], samples::case("", "").row.contact.to_string());
    assert_eq!(header("idempotency-key"), values[4]);

    // Another reader of the same words comes to the same signature.
    let sha = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, asked.body.as_bytes());
    let sha: String = sha.as_ref().iter().map(|octet| format!("{octet:02x}")).collect();
    let lines = format!("POST\n{}\n{sha}\n{}\n", world.site.url("/orders/A1"), values.join("\n"));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"signing-key");
    let signature: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&header("replyd-signature")[at..at + 2], 16).unwrap()).collect();
    aws_lc_rs::hmac::verify(&key, lines.as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn what_a_server_says_instead_is_a_general_word_for_the_model_and_the_truth_for_people() {
    for (status, kind, body, heard) in [
        ("404 Not Found", "text/plain", "/srv/app/orders.rb:12", "the service knows nothing of that"),
        ("403 Forbidden", "text/plain", "token expired", "the service does not take that"),
        ("500 Oh", "text/plain", "stack trace", "the service did not answer properly"),
        ("200 OK", "text/html", "<p>Log in", "the service did not answer properly"),
        ("200 OK", "application/json", "{\"a\":", "the service did not answer properly"),
        ("302 Found", "text/plain", "", "the service did not answer properly"),
    ] {
        let world = World::new("", move |_| says(status, kind, body)).await;
        let (called, outcome) = world.call(&case(Level::Confirmed), order()).await;
        assert_eq!(called, Called::Failed(heard.into()), "{status}");
        let number = &status[..3];
        assert!(outcome.contains(number) || number == "200", "{outcome}");
    }
    let world = World::new("timeout_secs = 1\n", |_| Said::Silent(String::new())).await;
    let (called, outcome) = world.call(&case(Level::Confirmed), order()).await;
    assert_eq!(called, Called::Failed("the service did not answer in time".into()));
    assert!(outcome.contains("did not answer within 1 s"), "{outcome}");
}

#[tokio::test]
async fn a_change_that_may_or_may_not_have_been_made_goes_to_people() {
    for answer in ["HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 2", ""] {
        let world = World::new("method = \"POST\"\n", move |_| Said::Whole(answer.into())).await;
        let (called, outcome) = world.call(&case(Level::Confirmed), order()).await;
        let Called::HandOff(reason) = called else { panic!("{answer:?}: {called:?}") };
        assert!(reason.contains("nobody knows whether “Order status” did"), "{reason}");
        assert!(outcome.starts_with("in doubt"), "{outcome}");
    }
    let world = World::new("method = \"POST\"\n", |_| says("200 OK", "text/html", "<p>Done")).await;
    let (called, _) = world.call(&case(Level::Confirmed), order()).await;
    assert_eq!(called, Called::Done("it was done".into()));
}

#[tokio::test]
async fn a_change_that_an_earlier_attempt_made_is_not_made_again() {
    // Given an attempt that made a change and whose answer never left
    let world = World::new("method = \"POST\"\n", shipped).await;
    let (case, first) = (case(Level::Confirmed), Notes::unkept());
    let made = world.toolbox.call(&case, "order", &order(), &first).await;

    // When the next one would make it again
    let second = Notes::kept(Arc::new(Written), first.so_far().tool_calls);
    let again = world.toolbox.call(&case, "order", &order(), &second).await;

    // Then it hears what came of it, and the server hears nothing
    assert_eq!((again, world.site.connections()), (made, 1));
}

#[tokio::test]
async fn a_call_that_needs_a_person_waits_for_one() {
    let world = World::new("method = \"POST\"\napproval = true\n", shipped).await;
    let (called, _) = world.call(&case(Level::Confirmed), order()).await;
    let Called::HandOff(reason) = called else { panic!("{called:?}") };
    assert!(reason.contains("Order status") && reason.contains("/orders/A1"), "{reason}");
    assert_eq!(world.site.connections(), 0);
}

#[tokio::test]
async fn a_server_in_an_inner_network_is_not_asked_unless_it_is_listed_s24() {
    let world = World::new("", shipped).await;
    let mut tool = world.toolbox.tools()[0].clone();
    tool.networks.clear();
    let facts = Facts::of(&case(Level::Confirmed));
    let refused = world.toolbox.tried(&tool, &facts, &order(), false).await.unwrap_err();
    assert!(refused.contains("127.0.0.1, which is a loopback address"), "{refused}");
    assert_eq!(world.site.connections(), 0);
    assert!(
        world.toolbox.tried(&tool, &facts, &order(), true).await.unwrap().answer.is_none(),
        "a dry run asks nobody"
    );
}

#[tokio::test]
async fn giving_up_and_closing_take_no_proof_and_ask_nobody() {
    let world = World::new("", shipped).await;
    let (case, notes) = (case(Level::Unproven), Notes::unkept());
    let offered: Vec<String> = world.toolbox.offered(&case).into_iter().map(|offer| offer.name).collect();
    assert_eq!(offered, [HAND_OFF, RESOLVE]);
    let arguments = json!({ "reason": "They ask\r\nfor a person" });
    let Called::HandOff(reason) = world.toolbox.call(&case, HAND_OFF, &arguments, &notes).await else {
        panic!("it is silent")
    };
    assert!(reason.contains("it says: They ask  for a person"), "{reason}");
    assert!(matches!(world.toolbox.call(&case, HAND_OFF, &json!([]), &notes).await, Called::HandOff(_)));
    assert!(matches!(world.toolbox.call(&case, RESOLVE, &json!({}), &notes).await, Called::Done(_)));
    assert_eq!((world.site.connections(), notes.so_far().tool_calls.len()), (0, 3));
}
