//! `GET /setup`: sending domains with their DNS rows, addresses with what their provider must do, and tools.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use axum::{extract::State, http::Method};
use serde_json::Value;

use super::{
    super::{
        super::{finding, problem::Problem, visitor::Visitor},
        Shown,
        desk::Desk,
        held::text,
        page::Page,
        shown, time,
    },
    Premises,
};
use crate::{
    config::{Domain, SupportAddress},
    setup::{recipe, seen},
    store::{InboxView, Listing},
    types::Verb,
};

struct Row {
    kind: &'static str,
    name: String,
    value: String,
    need: &'static str,
    purpose: &'static str,
    status: String,
    why: String,
}

struct DomainCard {
    name: String,
    state: String,
    checked: String,
    alarms: Vec<String>,
    rows: Vec<Row>,
}

struct AddressCard {
    address: String,
    name: String,
    destination: String,
    provider: String,
    recipe: String,
    autopilot: &'static str,
    handoff: String,
    hours: String,
    topics: Vec<String>,
    signature: String,
    /// What has come so far, in words.
    connected: &'static str,
    kind: &'static str,
    /// Of the newest mail: markup.
    last: String,
}

struct ToolCard {
    name: String,
    title: String,
    description: String,
    class: String,
    level: String,
    approval: bool,
}

#[derive(Template)]
#[template(path = "inbox/house/setup.html")]
struct SetupPage {
    page: Page,
    domains: Vec<DomainCard>,
    addresses: Vec<AddressCard>,
    tools: Vec<ToolCard>,
    held: usize,
}

/// For who sets up.
pub(in super::super) async fn page(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Shown {
    visitor.must_everywhere(Verb::Manage)?;
    let Premises { config, .. } = &desk.premises;
    let tools = desk.ask(&visitor, Method::GET, "/tools", Value::Null).await?;
    let addresses = config.addresses.iter().map(|address| address_card(&desk, &visitor, address));
    shown(&SetupPage {
        page: Page::new(&desk.office, &visitor, "/setup")?,
        domains: config.domains.iter().map(|domain| domain_card(&desk.premises, domain)).collect(),
        addresses: addresses.collect::<Result<_, Problem>>()?,
        tools: tools.as_array().into_iter().flatten().map(tool_card).collect(),
        held: finding::held(&desk.office, &visitor)?.len(),
    })
}

fn domain_card(premises: &Premises, domain: &Domain) -> DomainCard {
    let seen = seen(&premises.config.store.path, &domain.name);
    let row = |row: crate::setup::DnsRow| {
        let known = seen.rows.iter().find(|one| one.kind == row.kind.word() && one.name == row.name);
        Row {
            kind: row.kind.word(),
            need: row.purpose.need().words(),
            purpose: row.purpose.words(),
            status: known.map_or_else(|| "pending".into(), |one| one.status.clone()),
            why: known.map(|one| one.why.clone()).unwrap_or_default(),
            name: row.name,
            value: row.value,
        }
    };
    DomainCard {
        name: domain.name.clone(),
        state: seen.word().to_owned(),
        checked: seen.checked.map(time::element).unwrap_or_default(),
        alarms: seen.alarms().map(|row| format!("{} is gone or another: {}", row.title(), row.why)).collect(),
        rows: (premises.rows)(domain).into_iter().map(row).collect(),
    }
}

fn address_card(desk: &Desk, visitor: &Visitor, address: &SupportAddress) -> Result<AddressCard, Problem> {
    let of_it = desk.premises.destinations.iter().find(|(known, _)| *known == address.address);
    let listing = Listing {
        view: InboxView::Everything,
        addresses: Some(BTreeSet::from([address.address.clone()])),
        limit: 1,
        ..Listing::default()
    };
    let newest = finding::listed(&desk.office, visitor, listing)?.rows.into_iter().next();
    let provider = address.forwarder.as_deref().unwrap_or("generic");
    let (connected, kind) = match newest {
        Some(_) => ("connected: mail comes through", "good"),
        None => ("pending: no mail has come through yet", "waits"),
    };
    Ok(AddressCard {
        address: address.address.to_string(),
        name: address.name.clone().unwrap_or_default(),
        destination: of_it.map(|(_, destination)| destination.to_string()).unwrap_or_default(),
        recipe: of_it.map(|(_, destination)| recipe(provider, destination)).unwrap_or_default(),
        provider: provider.to_owned(),
        autopilot: address.autopilot.word(),
        handoff: handoff(address),
        hours: address.hours_name.clone().unwrap_or_default(),
        topics: address.topics.iter().map(|topic| topic.name.clone()).collect(),
        signature: address.signature_markdown.clone(),
        connected,
        kind,
        last: newest.map(|row| time::element(row.updated)).unwrap_or_default(),
    })
}

/// When people get a conversation, in words.
fn handoff(address: &SupportAddress) -> String {
    let handoff = &address.handoff;
    let mut when = vec![format!("after {} answers at most", handoff.answers_max)];
    if handoff.on_request {
        when.push("when a person is asked for".into());
    }
    if handoff.on_frustration {
        when.push("when the customer is angry".into());
    }
    when.join(", ")
}

fn tool_card(tool: &Value) -> ToolCard {
    ToolCard {
        name: text(&tool["name"]),
        title: text(&tool["title"]),
        description: text(&tool["description"]),
        class: text(&tool["class"]),
        level: text(&tool["level_min"]),
        approval: tool["approval"] == true,
    }
}
