//! `/api/v1/tools`: what the AI may ask of other systems, and trying it out. A router of its own, because the toolbox asks the
//! web and the store's verbs do not.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    finding::find,
    problem::Problem,
    visitor::Visitor,
};
use crate::{
    agent::{
        knowledge::Reader,
        tools::{Facts, Toolbox},
    },
    config::{Tool, ToolClass},
    types::{Address, Verb},
};

/// What the handlers work with.
#[derive(Clone)]
struct Shop {
    office: Office,
    toolbox: Arc<Toolbox>,
}

/// The verbs of tools, for whoever may open the control socket.
pub fn tools(office: Office, toolbox: Arc<Toolbox>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(test)).with_state(Arc::new(Shop { office, toolbox }))
}

/// One tool of the list.
#[derive(Debug, Serialize, ToSchema)]
struct ToolView {
    name: String,
    title: String,
    description: String,
    class: ToolClass,
    level_min: u8,
    /// A person lets each call run.
    approval: bool,
    /// The support addresses it is for; all when empty.
    addresses: Vec<String>,
    /// JSON schema.
    parameters: Value,
}

impl From<&Tool> for ToolView {
    fn from(tool: &Tool) -> Self {
        Self {
            name: tool.name.clone(),
            title: tool.title.clone(),
            description: tool.description.clone(),
            class: tool.class,
            level_min: tool.level_min.as_u8(),
            approval: tool.approval,
            addresses: tool.addresses.iter().map(ToString::to_string).collect(),
            parameters: tool.parameters.json().clone(),
        }
    }
}

/// What the AI may ask of other systems.
#[utoipa::path(get, path = "/api/v1/tools", tag = "tools", security(("key" = ["manage"])), responses((status = 200, body = Vec<ToolView>)))]
async fn list(State(shop): State<Arc<Shop>>, visitor: Visitor) -> Answer<Vec<ToolView>> {
    visitor.must_everywhere(Verb::Manage)?;
    Ok(Json(shop.toolbox.tools().iter().map(ToolView::from).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestRequest {
    /// As a model would give them.
    arguments: Value,
    /// Show the request and ask nobody.
    #[serde(default)]
    dry_run: bool,
    /// Also where the tool changes something.
    #[serde(default)]
    write: bool,
    /// For whom: an id or a number.
    conversation: Option<String>,
    /// For whom, without a conversation.
    contact: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TestView {
    /// As it leaves, with `***` for each secret and without what is signed.
    request: String,
    /// HTTP status; `null` after a dry run.
    status: Option<u16>,
    /// What a model would be shown.
    result: Option<String>,
}

/// Calls a tool for a person: the level and the rate do not hold them, the schema and the guard of addresses do.
#[utoipa::path(post, path = "/api/v1/tools/{name}/test", tag = "tools", security(("key" = ["manage"])), responses((status = 200, body = TestView)))]
async fn test(
    State(shop): State<Arc<Shop>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<TestRequest>,
) -> Answer<TestView> {
    visitor.must_everywhere(Verb::Manage)?;
    let tool = shop.toolbox.tools().iter().find(|tool| tool.name == name);
    let tool = tool.ok_or_else(|| Problem::not_found(format!("there is no tool {name}")))?;
    if tool.class == ToolClass::Write && !request.dry_run && !request.write {
        let words = format!("{name} changes something: say that it may (--write), or look at the request (--dry-run)");
        return Err(Problem::bad_request(words));
    }
    let facts = facts(&shop.office, &visitor, tool, &request)?;
    let tried = shop.toolbox.tried(tool, &facts, &request.arguments, request.dry_run).await;
    let tried = tried.map_err(Problem::bad_request)?;
    let (status, result) = tried.answer.unzip();
    Ok(Json(TestView { request: tried.request, status, result }))
}

fn facts(office: &Office, visitor: &Visitor, tool: &Tool, request: &TestRequest) -> Result<Facts, Problem> {
    if let Some(id) = &request.conversation {
        let row = find(office, visitor, Verb::Read, id)?;
        return Ok(Facts {
            contact: row.contact,
            contact_name: row.contact_name,
            conversation: row.id,
            number: row.number,
            address: row.address,
            level: tool.level_min,
            generation: row.generation,
            // Whoever tries a tool out is a colleague, and no segment is asked for.
            reader: Reader::default(),
        });
    }
    let contact = Address::parse(request.contact.as_deref().unwrap_or(NOBODY));
    let contact = contact.map_err(|error| Problem::bad_request(error.to_string()))?;
    let address = tool.addresses.first().cloned().unwrap_or_else(|| contact.clone());
    Ok(Facts::of_nobody(contact, address, tool.level_min))
}

/// Who asks when nobody is named. RFC 2606 §2: there is no such domain.
const NOBODY: &str = "nobody@replyd.invalid";
