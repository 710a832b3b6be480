//! Who may do what (S-26): every operation that the API describes, asked by every kind of visitor, of what is theirs, of what is
//! another address's, and of what is not there.
//!
//! The operations come from `openapi.json`; [`table`] says what each works with. One that is new fails here until it stands there.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "authorization/house.rs"]
mod house;
#[path = "authorization/repeated.rs"]
mod repeated;

use std::collections::BTreeSet;

use house::{A, B, House, Objects, Said, address, key, person};
use replyd::{
    people::{Actor, Reach},
    types::{Grants, Role, Verb},
};
use serde_json::{Value, json};

/// What an operation works with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Of {
    /// One thing of an address: read there, and the verb there.
    One,
    /// The same of something in it, of which there is none.
    Inside,
    /// One held mail: its verb is the one that looks.
    Held,
    /// The same, and the answer is the conversation it went to.
    HeldInto,
    /// What is of no address: the verb everywhere.
    House,
    /// A list of what may be looked at.
    List,
    /// An address that the request names.
    Named,
    /// What is of every address: looked at by who may look anywhere.
    Common,
    /// What needs a right anywhere.
    Somewhere,
    /// Who works here: the verb everywhere, and no key. That a person has logged in a short while ago is the door's to see.
    Appointing,
}

/// For each operation: what it works with, and a request that goes beyond the door.
fn table(operation: &str, own: &Objects) -> Option<(Of, Value)> {
    let nothing = Value::Null;
    Some(match operation {
        "get_conversations" | "get_queue" | "get_held" | "get_learned" | "get_seen" | "get_sessions" => {
            (Of::List, nothing)
        }
        // Their own logins are theirs to end.
        "post_sessions_id_end" => (Of::List, json!({})),
        "get_canned" => (Of::List, nothing),
        "get_canned_name" | "delete_canned_name" => (Of::Common, nothing),
        "put_canned_name" => (Of::House, json!({ "title": "Shipping", "markdown": "Two days." })),
        "get_mentions_name" => (Of::Somewhere, nothing),
        "get_people" | "get_people_name" | "get_keys" | "get_blocked" => (Of::House, nothing),
        "post_people" => (Of::Appointing, json!({ "name": "eve", "role": "viewer" })),
        "patch_people_name" => (Of::Appointing, json!({ "disabled": true })),
        "post_people_name_link" | "delete_people_name" | "post_keys_id_revoke" => (Of::Appointing, json!({})),
        "post_keys" => (Of::Appointing, json!({ "name": "report", "can": ["read"], "role": "viewer" })),
        "post_blocked" => (Of::House, json!({ "who": "spam.example", "why": "spam" })),
        "delete_blocked_who" => (Of::House, nothing),
        "get_conversations_id_canned_name" | "get_conversations_id_drafts_mine" => (Of::One, nothing),
        "delete_conversations_id_drafts_mine" => (Of::One, nothing),
        "put_conversations_id_drafts_mine" => (Of::One, json!({ "markdown": "It has" })),
        "put_conversations_id_seen" | "post_conversations_id_assign" => (Of::One, json!({})),
        "post_conversations_id_notes" => (Of::One, json!({ "markdown": "Call her." })),
        "post_conversations_id_snooze" => (Of::One, json!({ "until": "3h" })),
        "get_conversations_id"
        | "get_messages_id_why"
        | "get_messages_id_raw"
        | "get_messages_id_html"
        | "get_messages_id_attachments"
        | "get_attachments_id"
        | "get_attachments_id_text"
        | "get_letters_id_attachments_n"
        | "get_queue_id" => (Of::One, nothing),
        "patch_conversations_id" => (Of::One, json!({ "status": "resolved" })),
        "post_conversations_id_merge" => (Of::One, json!({ "from": own.conversation })),
        "post_conversations_id_replies" => (Of::One, json!({ "markdown": "It has left." })),
        "post_conversations_id_tags" => (Of::One, json!({ "add": ["vip"] })),
        "post_conversations_id_draft_discard" => (Of::One, json!({})),
        "post_conversations_id_draft_rewrite" => (Of::One, json!({ "instruction": "shorter" })),
        "post_conversations_id_call_approve" => (Of::One, json!({ "call": "1" })),
        "post_conversations_id_call_deny" => (Of::One, json!({})),
        "post_queue_id_retry" | "post_queue_id_recall" | "post_queue_id_edit" => (Of::One, json!({})),
        "post_queue_id_drop" => (Of::One, json!({ "why": "a mistake" })),
        "post_conversations_id_split" => (Of::One, json!({ "mails": [] })),
        "post_messages_id_redact" | "post_letters_id_redact" => (Of::One, json!({ "why": "she asked" })),
        // The first line of a time line is no note: in, and nothing there.
        "post_conversations_id_notes_seq_redact" => (Of::Inside, json!({ "why": "she asked" })),
        "get_held_id" => (Of::Held, nothing),
        "post_held_id_discard" => (Of::Held, json!({ "why": "spam" })),
        "post_held_id_release" => (Of::HeldInto, json!({})),
        "post_learned_forget" => (Of::Named, json!({ "address": A, "forwarder": { "arc_sealer": "google.com" } })),
        "get_counts"
        | "get_knowledge"
        | "get_knowledge_articles"
        | "get_knowledge_articles_name"
        | "get_knowledge_sites"
        | "get_knowledge_search"
        | "get_suppressions"
        | "get_suppressions_recipient"
        | "get_tools" => (Of::House, nothing),
        "post_knowledge_articles" => (Of::House, json!({ "name": "shipping", "text": "# Shipping\n\nTwo days." })),
        "put_knowledge_articles_name" => (Of::House, json!({ "text": "# Shipping\n\nTwo days.", "version": 1 })),
        "delete_knowledge_articles_name"
        | "post_knowledge_articles_name_publish"
        | "post_knowledge_articles_name_unpublish" => (Of::House, json!({})),
        "post_knowledge_articles_name_rollback" => (Of::House, json!({ "version": 1 })),
        "post_knowledge_crawl" => (Of::House, json!({})),
        "post_suppressions" => (Of::House, json!({ "recipient": "ada@customer.example", "why": "she asked" })),
        "post_suppressions_recipient_remove" => (Of::House, json!({})),
        "post_tools_name_test" => (Of::House, json!({ "arguments": {}, "dry_run": true })),
        "get_webhooks" | "get_webhooks_id_deliveries" => (Of::House, nothing),
        "post_webhooks" => (Of::House, json!({ "url": "https://hooks.acme.example/replyd" })),
        "post_webhooks_id_replay" => (Of::House, json!({ "event": "msg_0" })),
        "delete_webhooks_id" | "post_webhooks_id_enable" | "post_webhooks_id_disable" | "post_webhooks_id_test" => {
            (Of::House, json!({}))
        }
        _ => return None,
    })
}

/// What must come out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    /// They get in; what then comes depends on the request.
    In,
    Forbidden,
    Missing,
}

fn verdict(of: Of, verb: Verb, who: &Actor, at: &str) -> Verdict {
    let may = |verb| who.may(verb, Some(&address(at)));
    let nowhere = Reach::Only(BTreeSet::new());
    match of {
        Of::List => Verdict::In,
        Of::House if who.may(verb, None) => Verdict::In,
        Of::House => Verdict::Forbidden,
        Of::Appointing if who.may(verb, None) && !matches!(who, Actor::Key { .. }) => Verdict::In,
        Of::Appointing => Verdict::Forbidden,
        Of::Somewhere if who.reach(verb) == nowhere => Verdict::Forbidden,
        Of::Common if who.reach(Verb::Read) == nowhere => Verdict::Missing,
        Of::Somewhere => Verdict::In,
        Of::Common if verb == Verb::Read || who.may(verb, None) => Verdict::In,
        Of::Common => Verdict::Forbidden,
        Of::One | Of::Inside if !may(Verb::Read) => Verdict::Missing,
        Of::HeldInto if may(verb) && !may(Verb::Read) => Verdict::Forbidden,
        _ if may(verb) => Verdict::In,
        _ if may(Verb::Read) => Verdict::Forbidden,
        _ => Verdict::Missing,
    }
}

fn visitors() -> Vec<Actor> {
    let roles = Role::ALL.into_iter().flat_map(|role| [Grants::at(address(A), role), Grants::everywhere(role)]);
    let people = roles.map(person);
    let keys = Verb::ALL.into_iter().map(|verb| key(Grants::everywhere(Role::Admin), [verb]));
    let bounded = key(Grants::at(address(A), Role::Admin), Verb::ALL);
    people.chain(keys).chain([bounded, person(Grants::default())]).collect()
}

/// An operation as the description has it.
struct Operation {
    name: String,
    method: String,
    path: String,
    verb: Verb,
}

async fn operations(house: &House) -> Vec<Operation> {
    let said = house.ask(Some(Actor::Operator), "GET", "/api/v1/openapi.json", None).await;
    let document: Value = serde_json::from_str(&said.text).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let verb = operation["security"][0]["key"][0].as_str().unwrap_or_else(|| panic!("{path} names no verb"));
            found.push(Operation {
                name: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                verb: serde_json::from_value(json!(verb)).unwrap(),
            });
        }
    }
    found
}

fn filled(operation: &Operation, objects: &Objects) -> String {
    let path = operation.path.trim_start_matches("/api/v1/");
    let id = match path.split('/').next().unwrap() {
        "conversations" => objects.conversation.clone(),
        "messages" => objects.mail.clone(),
        "attachments" => format!("{}-0", objects.mail),
        "held" => objects.held.clone(),
        _ => objects.letter.clone(),
    };
    let path =
        operation.path.replace("{id}", &id).replace("{n}", "0").replace("{seq}", "0").replace("{name}", "shipping");
    let path = path.replace("{recipient}", "ada@customer.example").replace("{who}", "spam.example");
    match operation.name.as_str() {
        "get_knowledge_search" => format!("{path}?q=shipping"),
        "get_seen" => format!("{path}?conversations="),
        _ => path,
    }
}

fn holds(said: &Said, expected: Verdict, what: &str) {
    let fits = match expected {
        Verdict::In => !matches!(said.status, 401 | 403) && said.status < 500,
        Verdict::Forbidden => said.status == 403,
        Verdict::Missing => said.status == 404,
    };
    assert!(fits, "{what}: {expected:?} was expected, {} came: {}", said.status, said.text);
    if said.status >= 400 {
        assert_eq!(said.media_type, "application/problem+json", "{what}: {}", said.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_keeps_out_who_may_not_s26() {
    let mut house = House::open().await;
    let operations = operations(&house).await;
    assert!(operations.len() > 40, "{} operations", operations.len());
    let names: BTreeSet<&str> = operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names.len(), operations.len(), "a name for each");
    let (mut own, mut foreign) = (house.objects(A).await, house.objects(B).await);
    let missing = Objects::missing();
    for operation in &operations {
        let name = &operation.name;
        let (of, _) = table(name, &own).unwrap_or_else(|| panic!("{name} is new: say in the table what it works with"));
        for who in visitors() {
            // What was released, merged or recalled is not there for the next.
            if operation.method != "GET" && matches!(of, Of::One | Of::Held | Of::HeldInto | Of::Common) {
                (own, foreign) = (house.objects(A).await, house.objects(B).await);
            }
            let body = table(name, &own).map(|(_, body)| body).filter(|body| !body.is_null());
            let ask = async |objects| {
                house.ask(Some(who.clone()), &operation.method, &filled(operation, objects), body.as_ref()).await
            };
            let what = format!("{name} by {who:?}");
            let here = verdict(of, operation.verb, &who, A);
            let said = ask(&own).await;
            holds(&said, here, &format!("{what}, own"));
            if matches!(of, Of::One | Of::Held | Of::HeldInto) {
                assert_ne!((here, said.status), (Verdict::In, 404), "{what}: it is there: {}", said.text);
                let there = verdict(of, operation.verb, &who, B);
                let (said, nothing) = (ask(&foreign).await, ask(&missing).await);
                holds(&said, there, &format!("{what}, foreign"));
                assert_eq!(nothing.status, 404, "{what}, missing: {}", nothing.text);
                if there == Verdict::Missing {
                    let shape = |said: &Said, of: &Objects| {
                        let ids = [&of.conversation, &of.mail, &of.held, &of.letter];
                        ids.into_iter().fold(said.text.clone(), |text, id| text.replace(id.as_str(), "ID"))
                    };
                    assert_eq!(shape(&said, &foreign), shape(&nothing, &missing), "{what}: foreign is not missing");
                }
            }
        }
        let said = house.ask(None, &operation.method, &filled(operation, &own), Some(&json!({}))).await;
        assert_eq!(said.status, 401, "{name} by nobody: {}", said.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_holds_what_may_be_looked_at_and_nothing_else_s26() {
    let mut house = House::open().await;
    let (own, foreign) = (house.objects(A).await, house.objects(B).await);
    let limited = person(Grants::at(address(A), Role::Agent));
    for (path, here, there) in [
        ("/api/v1/conversations", &own.conversation, &foreign.conversation),
        ("/api/v1/queue", &own.letter, &foreign.letter),
        ("/api/v1/held", &own.held, &foreign.held),
    ] {
        let said = house.ask(Some(limited.clone()), "GET", path, None).await;
        assert!(said.text.contains(here.as_str()), "{path}: {}", said.text);
        assert!(!said.text.contains(there.as_str()) && !said.text.contains(B), "{path}: {}", said.text);
        let all = house.ask(Some(person(Grants::everywhere(Role::Agent))), "GET", path, None).await;
        assert!(all.text.contains(here.as_str()) && all.text.contains(there.as_str()), "{path}: {}", all.text);
        let nothing = house.ask(Some(person(Grants::default())), "GET", path, None).await;
        assert_eq!((nothing.status, nothing.text.as_str()), (200, "[]"), "{path}");
    }
    let of_b = house.ask(Some(limited), "GET", &format!("/api/v1/conversations?address={B}"), None).await;
    assert_eq!((of_b.status, of_b.text.as_str()), (200, "[]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_names_besides_is_held_to_the_same_s26() {
    let mut house = House::open().await;
    let (own, foreign) = (house.objects(A).await, house.objects(B).await);
    let agent = || Some(person(Grants::at(address(A), Role::Agent)));
    for (path, body) in [
        (format!("/api/v1/conversations/{}/merge", own.conversation), json!({ "from": foreign.conversation })),
        (format!("/api/v1/held/{}/release", own.held), json!({ "conversation": foreign.conversation })),
    ] {
        let said = house.ask(agent(), "POST", &path, Some(&body)).await;
        assert_eq!(said.status, 404, "{path}: {}", said.text);
    }
    let path = format!("/api/v1/held/{}/release", own.held);
    let said = [B, "nobody@acme.example"].map(|to| json!({ "address": to }));
    let said = [
        house.ask(agent(), "POST", &path, Some(&said[0])).await,
        house.ask(agent(), "POST", &path, Some(&said[1])).await,
    ];
    let shapes = [said[0].text.replace(B, "X"), said[1].text.replace("nobody@acme.example", "X")];
    assert_eq!(
        (said[0].status, &shapes[0]),
        (said[1].status, &shapes[1]),
        "another's address is as one that is not ours"
    );
    assert_eq!(said[0].status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn held_mail_is_looked_at_by_who_may_release_s02() {
    let mut house = House::open().await;
    let own = house.objects(A).await;
    for path in ["why", "raw", "html", "attachments"].map(|what| format!("/api/v1/messages/{}/{what}", own.held)) {
        let viewer = house.ask(Some(person(Grants::at(address(A), Role::Viewer))), "GET", &path, None).await;
        assert_eq!(viewer.status, 403, "{path}: {}", viewer.text);
        let agent = house.ask(Some(person(Grants::at(address(A), Role::Agent))), "GET", &path, None).await;
        assert_eq!(agent.status, 200, "{path}: {}", agent.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_written_down_under_the_name_of_who_asked() {
    let mut house = House::open().await;
    let own = house.objects(A).await;
    let path = format!("/api/v1/conversations/{}/replies", own.conversation);
    let agent = || Some(person(Grants::at(address(A), Role::Agent)));
    let other = json!({ "markdown": "It has come.", "by": "Mallory" });
    let said = house.ask(agent(), "POST", &path, Some(&other)).await;
    assert_eq!(said.status, 400, "{}", said.text);
    let said = house.ask(agent(), "POST", &path, Some(&json!({ "markdown": "It has come." }))).await;
    assert!(said.status == 200 && said.text.contains("\"Grace\"") && !said.text.contains("Mallory"), "{}", said.text);
}
