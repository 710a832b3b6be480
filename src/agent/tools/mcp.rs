//! A tool of an MCP server, over streamable HTTP or as a program of this machine (`pipe`): as `[[tool]]` pins it, and not as the server says it today.
//!
//! The Model Context Protocol is JSON-RPC 2.0. A server tells a model in its own words what its tools are for, and may change
//! those words at any time; so what a model reads stands in `smtpd.toml`, with the BLAKE3 of the definition it was taken from.
//! Before each call the server is asked for its definition, and one that is another than the pinned one is not called.

use serde_json::{Value, json};

use super::{asking::Call, pipe::Pipe};
use crate::fetch::{FetchError, Fetcher, Method, Response, header};

/// The protocol that is spoken. A server that knows only older ones answers with one of those, and is understood.
const PROTOCOL: &str = "2025-06-18";

/// Pages of a list of tools.
const PAGES_MAX: usize = 20;

/// Octets of the name of a session.
const SESSION_OCTETS_MAX: usize = 512;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nobody answered.
    Fetch(FetchError),
    /// What came is not what the protocol asks for, in words.
    Protocol(String),
    /// The program did not run, or did not speak.
    Program(String),
    /// The definition is not the pinned one.
    Changed(String),
}

impl Fault {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Fetch(fault) => fault.to_string(),
            Self::Protocol(words) | Self::Program(words) | Self::Changed(words) => words.clone(),
        }
    }

    /// Whether a call that ended so may have been heard.
    pub(super) fn may_have_been_heard(&self) -> bool {
        match self {
            Self::Fetch(fault) => fault.may_have_been_heard(),
            Self::Protocol(_) | Self::Program(_) => true,
            Self::Changed(_) => false,
        }
    }

    /// What a model hears.
    pub(super) fn in_general(&self) -> &'static str {
        match self {
            Self::Fetch(fault) => fault.in_general(),
            Self::Protocol(_) | Self::Program(_) => "the service did not answer properly",
            Self::Changed(_) => "the tool cannot be called now",
        }
    }
}

/// The hash by which a definition is pinned: of all that the server says of the tool but `_meta`, keys in order.
pub fn definition_hash(definition: &Value) -> String {
    let mut definition = definition.clone();
    if let Some(map) = definition.as_object_mut() {
        map.remove("_meta");
    }
    blake3::hash(definition.to_string().as_bytes()).to_hex().to_string()
}

/// A conversation with a server, as long as one call.
pub(super) struct Session<'a> {
    wire: Wire<'a>,
    asked: u64,
}

/// What it goes over.
enum Wire<'a> {
    Web(Web<'a>),
    Program(Box<Pipe>),
}

impl<'a> Session<'a> {
    /// Begins one.
    pub(super) async fn open(fetcher: &'a Fetcher, call: &'a Call<'a>) -> Result<Self, Fault> {
        let wire = match &call.tool.program {
            Some(program) => Wire::Program(Box::new(Pipe::start(call, program)?)),
            None => Wire::Web(Web { fetcher, call, id: None, protocol: None }),
        };
        let mut session = Self { wire, asked: 0 };
        let client = json!({ "name": "replyd", "version": env!("CARGO_PKG_VERSION") });
        let hello = json!({ "protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client });
        let result = session.ask("initialize", hello).await?;
        let protocol = result["protocolVersion"].as_str().unwrap_or_default();
        // A date: nothing else becomes a header.
        if protocol.len() != PROTOCOL.len() || !protocol.bytes().all(|octet| octet.is_ascii_digit() || octet == b'-') {
            return Err(Fault::Protocol("it speaks no version of MCP that is known".to_owned()));
        }
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        match &mut session.wire {
            Wire::Web(web) => {
                web.protocol = Some(protocol.to_owned());
                web.post(&initialized).await.map(drop)?;
            }
            Wire::Program(pipe) => pipe.tell(&initialized).await?,
        }
        Ok(session)
    }

    /// Every tool the server has, as it defines it.
    pub(super) async fn definitions(&mut self) -> Result<Vec<Value>, Fault> {
        let (mut all, mut cursor) = (Vec::new(), Value::Null);
        for _ in 0..PAGES_MAX {
            let from = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
            let result = self.ask("tools/list", from).await?;
            let page = result["tools"].as_array().ok_or_else(|| Fault::Protocol("it lists no tools".to_owned()))?;
            all.extend(page.iter().cloned());
            cursor = result["nextCursor"].clone();
            if !cursor.is_string() {
                return Ok(all);
            }
        }
        Err(Fault::Protocol(format!("its list of tools has more than {PAGES_MAX} pages")))
    }

    /// Looks whether the server still defines the tool as it was pinned.
    pub(super) async fn holds(&mut self, name: &str, pinned: &str) -> Result<(), Fault> {
        let all = self.definitions().await?;
        match all.iter().find(|definition| definition["name"] == name) {
            Some(definition) if definition_hash(definition) == pinned => Ok(()),
            Some(definition) => {
                let now = definition_hash(definition);
                Err(Fault::Changed(format!("the server defines `{name}` otherwise than it was pinned: now {now}")))
            }
            None => Err(Fault::Changed(format!("the server has no tool `{name}` any more"))),
        }
    }

    /// Calls a tool. What came back as text, and whether the server calls it an error.
    pub(super) async fn call(&mut self, name: &str, arguments: &Value) -> Result<(String, bool), Fault> {
        let result = self.ask("tools/call", json!({ "name": name, "arguments": arguments })).await?;
        let is_error = result["isError"] == true;
        if !is_error && result["structuredContent"].is_object() {
            return Ok((result["structuredContent"].to_string(), false));
        }
        let content =
            result["content"].as_array().ok_or_else(|| Fault::Protocol("its result has no content".to_owned()))?;
        let texts = content.iter().map(|item| item["text"].as_str().unwrap_or("(Something that is no text.)"));
        Ok((texts.collect::<Vec<_>>().join("\n"), is_error))
    }

    /// Ends the session. A server of the web would forget it by itself.
    pub(super) async fn close(self) {
        match self.wire {
            Wire::Web(web) => web.close().await,
            Wire::Program(pipe) => pipe.close().await,
        }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Result<Value, Fault> {
        self.asked += 1;
        let id = self.asked;
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let answer = match &mut self.wire {
            Wire::Web(web) => web.exchange(id, &message).await?,
            Wire::Program(pipe) => Some(pipe.exchange(id, &message).await?),
        };
        let answer = answer.ok_or_else(|| Fault::Protocol(format!("it does not answer `{method}`")))?;
        match answer.get("result") {
            Some(result) => Ok(result.clone()),
            // The server's own words are not repeated: they may hold anything.
            None => Err(Fault::Protocol(format!("it refuses `{method}` with the code {}", answer["error"]["code"]))),
        }
    }
}

/// A session over streamable HTTP.
struct Web<'a> {
    fetcher: &'a Fetcher,
    call: &'a Call<'a>,
    id: Option<String>,
    /// Once it is agreed on.
    protocol: Option<String>,
}

impl Web<'_> {
    async fn close(self) {
        if self.id.is_some()
            && let Ok(mut request) = self.request(Vec::new())
        {
            request.method = Method::DELETE;
            let _ = self.fetcher.fetch(request).await;
        }
    }

    async fn exchange(&mut self, id: u64, message: &Value) -> Result<Option<Value>, Fault> {
        let response = self.post(message).await?;
        if response.cut {
            return Err(Fault::Protocol("its answer is longer than response_bytes_max".to_owned()));
        }
        if self.protocol.is_none() {
            let id = response.headers.get("mcp-session-id").and_then(|id| id.to_str().ok());
            self.id = id.filter(|id| id.len() <= SESSION_OCTETS_MAX).map(str::to_owned);
        }
        Ok(messages(&response).into_iter().find(|message| message["id"] == id))
    }

    async fn post(&self, message: &Value) -> Result<Response, Fault> {
        let request = self.request(message.to_string().into_bytes()).map_err(Fault::Protocol)?;
        let response = self.fetcher.fetch(request).await.map_err(Fault::Fetch)?;
        match response.status {
            200..=299 => Ok(response),
            status => Err(Fault::Protocol(format!("it answered {status}"))),
        }
    }

    fn request(&self, body: Vec<u8>) -> Result<crate::fetch::Request, String> {
        let mut request = self.call.message(body.into())?;
        let value = |text: &str| text.parse().map_err(|_| "it names a session that no header can hold".to_owned());
        request.headers.insert(header::ACCEPT, value("application/json, text/event-stream")?);
        request.headers.insert("mcp-protocol-version", value(self.protocol.as_deref().unwrap_or(PROTOCOL))?);
        if let Some(id) = &self.id {
            request.headers.insert("mcp-session-id", value(id)?);
        }
        Ok(request)
    }
}

/// The JSON-RPC messages of an answer: one as JSON, or several as events.
fn messages(response: &Response) -> Vec<Value> {
    let text = String::from_utf8_lossy(&response.body);
    let kind = response.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("text/event-stream") {
        return serde_json::from_str(&text).into_iter().collect();
    }
    // The HTML standard, "server-sent events": an empty line ends an event, its data lines are one text.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let events = text.split("\n\n").map(|event| {
        let data = event.lines().filter_map(|line| line.strip_prefix("data:"));
        data.map(|data| data.strip_prefix(' ').unwrap_or(data)).collect::<Vec<_>>().join("\n")
    });
    events.filter_map(|data| serde_json::from_str(&data).ok()).collect()
}

#[cfg(test)]
#[path = "mcp_tests.rs"]
mod tests;
