//! Calls that a person must let run, through the whole loop: a scripted model, a tool on a real socket, a store.

use std::path::Path;

use serde_json::json;

use super::world::{QUESTION, World, model};
use crate::{
    agent::run::Ended,
    config::{self, Tool},
    fetch::testing::{Asked, Said, Site, says},
    playground::{Models, Turn},
    store::{CallOrder, ConversationRow, Owner, Ruling, RunDecision, Suppress, WantedCall, What, Written},
    types::HandOffCode,
};

const ADA: &str = "ada@customer.example";

/// What the tool says, and what an answer may quote of it.
const REFUNDED: &str = "The refund of order A1 is on its way.";

fn refund() -> Turn {
    Turn::Calls(vec![("refund".into(), json!({"order": "A1"}))])
}

fn says_refunded() -> Turn {
    Turn::Says(json!({"paragraphs": [{"markdown": REFUNDED, "source": "P1"}]}).to_string())
}

fn done(_: &Asked) -> Said {
    says("200 OK", "text/plain", REFUNDED)
}

/// `refund`, which a person must let run. `more`: further keys.
fn tool(site: &Site, more: &str) -> Vec<Tool> {
    let text = format!(
        "[[tool]]\nname = \"refund\"\ntitle = \"Refund\"\ndescription = \"Refunds an order of a customer.\"\n\
         url = \"http://{}/refunds\"\nnetworks = [\"127.0.0.1\"]\nmethod = \"POST\"\nlevel_min = 3\napproval = true\n\
         parameters = '{{\"type\":\"object\",\"properties\":{{\"order\":{{\"type\":\"string\"}}}},\"required\":[\"order\"]}}'\n{more}",
        site.addr
    );
    config::parse(&text, Path::new("")).unwrap().tools
}

/// A house where the AI wants a refund and a person is asked. After that the model says `then`.
async fn asked(site: &Site, then: Turn) -> (World, Models) {
    let models = Models::of(vec![refund(), then]).await.unwrap();
    let world = World::with_toolbox(model(&models), tool(site, "")).await;
    let Ended::HandedOff(words) = world.asked(ADA, QUESTION).await else { panic!("people are asked") };
    assert!(words.contains("“Refund”, which a person must let run: POST http://"), "{words}");
    (world, models)
}

async fn rule(world: &World, ruling: Ruling) {
    let row = world.conversation();
    let (conversation, generation, now) = (row.id, row.generation, world.clock.now());
    let order = CallOrder { conversation, generation, call: None, ruling, by: "Eve".into(), now };
    assert_eq!(world.store.rule(order).await.unwrap(), Written::Done);
}

async fn let_run(world: &World) -> Ended {
    rule(world, Ruling::LetRun { keep: false }).await;
    world.works().await
}

fn wanted(row: &ConversationRow) -> &WantedCall {
    row.wanted.as_ref().expect("a call waits")
}

fn letters(world: &World) -> usize {
    let timeline = world.store.timeline(world.conversation().id).unwrap();
    timeline.iter().filter(|entry| matches!(entry.what, What::Letter(_))).count()
}

#[tokio::test]
async fn a_call_that_is_let_run_is_made_once_and_answered_with_what_it_gave() {
    // Given a call that waits for a person
    let site = Site::start(done).await;
    let (world, models) = asked(&site, says_refunded()).await;
    let row = world.conversation();
    assert_eq!((site.connections(), &row.owner), (0, &Owner::Team));
    assert_eq!(row.handed_off.as_ref().unwrap().circumstances.code, HandOffCode::Approval);
    let id = wanted(&row).id.clone();

    // When a person lets it run
    assert_eq!(let_run(&world).await, Ended::Sent);

    // Then the tool heard it once, under the key that people were shown
    let heard = site.asked();
    assert_eq!((heard.len(), heard[0].body.as_str()), (1, r#"{"order":"A1"}"#));
    assert_eq!(heard[0].header("idempotency-key"), Some(id.as_str()));

    // and the model knew who let it, and the customer was told what it gave
    let told = models.asked()[1].text();
    assert!(told.contains("A person of the team let this call run: refund") && told.contains("It gave P1."), "{told}");
    assert!(told.contains(REFUNDED), "{told}");
    let row = world.conversation();
    assert_eq!((letters(&world), row.wanted.as_ref(), &row.owner), (1, None, &Owner::Ai));

    // and the record says all of it
    let runs = world.store.runs(row.id, 10).unwrap();
    let [sent, asked] = runs.as_slice() else { panic!("{runs:#?}") };
    assert_eq!((asked.decision, asked.code), (RunDecision::HandedOff, Some(HandOffCode::Approval)));
    assert_eq!((sent.decision, sent.let_run_by.as_str()), (RunDecision::Sent, "Eve"));
    assert_eq!(
        (sent.tool_calls[0].result.as_str(), sent.tool_calls[0].outcome.as_str()),
        (REFUNDED, "done: it answered 200")
    );
}

#[tokio::test]
async fn a_model_that_wants_it_again_does_not_get_it_again() {
    let site = Site::start(done).await;
    let models = Models::of(vec![refund(), refund(), says_refunded()]).await.unwrap();
    let world = World::with_toolbox(model(&models), tool(&site, "")).await;
    world.asked(ADA, QUESTION).await;
    assert_eq!((let_run(&world).await, site.asked().len()), (Ended::Sent, 1));
    assert!(models.asked()[2].text().contains("You made this call before. It gave P1."));
}

#[tokio::test]
async fn people_may_have_it_made_and_keep_the_conversation() {
    let site = Site::start(done).await;
    let (world, models) = asked(&site, says_refunded()).await;
    rule(&world, Ruling::LetRun { keep: true }).await;
    let Ended::HandedOff(words) = world.works().await else { panic!("it stays with people") };
    assert_eq!((site.asked().len(), models.asked().len(), letters(&world)), (1, 1, 0), "nobody thinks or writes");
    assert!(words.contains("“Refund”, which Eve let run, was made") && words.contains(REFUNDED), "{words}");
    let row = world.conversation();
    assert_eq!((row.waits_because, row.owner, row.wanted), (words, Owner::Team, None));
}

#[tokio::test]
async fn a_call_that_came_to_nothing_waits_again_and_keeps_its_key() {
    let site =
        Site::start(
            |asked| if asked.body.contains("A1") { says("404 Not Found", "text/plain", "no") } else { done(asked) },
        );
    let site = site.await;
    let (world, models) = asked(&site, says_refunded()).await;
    for times in 1..=2 {
        let Ended::HandedOff(words) = let_run(&world).await else { panic!("it came to nothing") };
        assert!(words.contains("“Refund”, which Eve let run, came to nothing: failed: it answered 404"), "{words}");
        let row = world.conversation();
        assert_eq!((site.asked().len(), wanted(&row).let_run.as_ref(), &row.owner), (times, None, &Owner::Team));
    }
    let keys: Vec<Option<String>> =
        site.asked().iter().map(|asked| asked.header("idempotency-key").map(str::to_owned)).collect();
    assert_eq!((keys[0].is_some(), &keys[0]), (true, &keys[1]));
    assert_eq!(models.asked().len(), 1, "nobody thinks about nothing");
}

#[tokio::test]
async fn a_call_of_which_nobody_knows_is_over_and_for_people() {
    let site = Site::start(|_| says("500 Internal Server Error", "text/plain", "oops")).await;
    let (world, _models) = asked(&site, says_refunded()).await;
    let Ended::HandedOff(words) = let_run(&world).await else { panic!("nobody knows") };
    assert!(words.contains("nobody knows whether “Refund” did what it was asked"), "{words}");
    assert_eq!((site.asked().len(), world.conversation().wanted), (1, None));
}

#[tokio::test]
async fn a_crash_while_it_is_called_leaves_a_doubt_and_no_second_call() {
    for keep in [false, true] {
        // Given a tool that holds the request, and a daemon that ends meanwhile
        let site = Site::start(|_| Said::Silent(String::new())).await;
        let (world, _models) = asked(&site, says_refunded()).await;
        rule(&world, Ruling::LetRun { keep }).await;
        {
            let working = world.works();
            tokio::pin!(working);
            while site.asked().is_empty() {
                tokio::select! {
                    ended = &mut working => panic!("the tool holds it: {ended:?}"),
                    () = tokio::task::yield_now() => {}
                }
            }
        }

        // When it starts again
        assert_eq!(world.store.free_claims(world.clock.now()).await.unwrap(), 1);
        let Ended::HandedOff(words) = world.works().await else { panic!("a person sees it") };

        // Then nobody calls again, and people are told
        assert_eq!(words, "an earlier attempt called `refund` and did not end; nobody knows what came of it");
        assert_eq!((site.asked().len(), world.conversation().wanted), (1, None), "{keep}");
    }
}

#[tokio::test]
async fn what_keeps_the_ai_from_thinking_keeps_the_call_waiting() {
    let site = Site::start(done).await;
    let (world, _models) = asked(&site, says_refunded()).await;
    rule(&world, Ruling::LetRun { keep: false }).await;
    let recipient = world.conversation().contact;
    let suppress = Suppress { recipient, by: "Eve".into(), why: "she asked".into(), now: world.clock.now() };
    world.store.suppress(suppress).await.unwrap();
    assert!(matches!(world.works().await, Ended::HandedOff(words) if words.contains("is suppressed")));
    let row = world.conversation();
    assert_eq!((site.connections(), wanted(&row).let_run.as_ref()), (0, None), "it was not begun and waits again");

    // and it can be made for people all the same
    rule(&world, Ruling::LetRun { keep: true }).await;
    assert!(matches!(world.works().await, Ended::HandedOff(words) if words.contains(REFUNDED)));
    assert_eq!(site.asked().len(), 1);
}

#[tokio::test]
async fn a_tool_that_was_configured_otherwise_since_is_not_called_s22() {
    let site = Site::start(done).await;
    let (world, _models) = asked(&site, says_refunded()).await;
    let world = world.with_other_tools(tool(&site, "timeout_secs = 7\n"));
    let Ended::HandedOff(words) = let_run(&world).await else { panic!("it is another tool") };
    assert!(words.contains("was not made: refused: the tool `refund` is configured otherwise"), "{words}");
    assert_eq!((site.connections(), world.conversation().wanted), (0, None));
}
