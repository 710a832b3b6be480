//! `[[tool]]`: what the AI may ask of other systems, with everything about it that a model could get wrong decided here.

mod keys;
mod schema;
mod template;

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::{Address, Level, Network};

pub(super) use keys::tool;
pub use schema::{Schema, SchemaError};
pub use template::{Fact, Part, Template, UrlTemplate};

/// One tool that is asked by HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// `name`: by which a model calls it. Small letters, digits and `_`.
    pub name: String,
    /// `title`: what people call it, and what an answer names as its source. Default: the name.
    pub title: String,
    /// `description`: what a model reads to decide when to call it.
    pub description: String,
    /// `method`. Default `"GET"`.
    pub method: ToolMethod,
    /// `url`: with `{argument}` in its path and in values of its query.
    pub url: UrlTemplate,
    /// `[[tool.header]]`.
    pub headers: Vec<(String, Template)>,
    /// `body`: JSON whose texts may hold `{argument}`. Default: the arguments that stand nowhere else.
    pub body: Option<BodyTemplate>,
    /// `[[tool.secret]]`: files whose first line stands for `{secret.NAME}`. Read at each call, so that a new one counts at once.
    pub secrets: Vec<(String, PathBuf)>,
    /// `parameters`: a JSON schema of an object. Default: no arguments.
    pub parameters: Schema,
    /// `class`. Default: `"read"` for GET, `"write"` for all else.
    pub class: ToolClass,
    /// `level_min`: the level that the mails to answer must have. Default 3 for reading and 4 for writing.
    pub level_min: Level,
    /// `approval`: a person lets each call run. Default false.
    pub approval: bool,
    /// `addresses`: only conversations of these support addresses. Default: all.
    pub addresses: Vec<Address>,
    /// `segments`: only contacts in one of these `[[segment]]`. Default: all contacts.
    pub segments: Vec<String>,
    /// `networks`: addresses that may be asked although they are not public. Default: none.
    pub networks: Vec<Network>,
    /// `timeout_secs`. Default 20.
    pub timeout: Duration,
    /// `response_bytes_max`. Default 65536.
    pub response_bytes_max: usize,
    /// `per_minute_max`: calls, all conversations together. Default 60.
    pub per_minute_max: u32,
    /// `signing_key_file`: with it, who asks is said in signed headers.
    pub signing_key_file: Option<PathBuf>,
    /// `mcp_tool` and `mcp_blake3`: the tool of an MCP server at `url`, and the definition it was taken from.
    pub mcp: Option<McpPin>,
    /// `mcp_command`: the MCP server is a program of this machine, and there is no `url`.
    pub program: Option<McpProgram>,
}

/// An MCP server that is started for each call. It runs as the daemon's user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpProgram {
    /// The whole path of the program.
    pub path: PathBuf,
    /// What it is started with, as it stands: no shell reads it.
    pub arguments: Vec<String>,
    /// `[[tool.env]]`: all of its environment.
    pub env: Vec<(String, Template)>,
}

impl McpProgram {
    /// For the eye.
    pub fn shown(&self) -> String {
        let words = std::iter::once(self.path.display().to_string()).chain(self.arguments.iter().cloned());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A tool of an MCP server, as it was when a person looked at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpPin {
    /// What the server calls it.
    pub tool: String,
    /// BLAKE3 of its definition, hexadecimal.
    pub blake3: String,
}

/// What a request does, as HTTP says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "RFC 9110 §9.3 and RFC 5789 say it")]
pub enum ToolMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl ToolMethod {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The word, as HTTP writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request by it has a body.
    pub fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// Whether a tool changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolClass {
    /// It only looks.
    Read,
    /// It changes something outside; called twice it may do so twice.
    Write,
}

impl ToolClass {
    /// The word in `smtpd.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The level that a tool of this class needs where nobody says otherwise.
    pub fn level_min(self) -> Level {
        match self {
            Self::Read => Level::Authenticated,
            Self::Write => Level::Confirmed,
        }
    }
}

/// JSON with places in its texts.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyTemplate {
    /// A text. One that is a single `{argument}` becomes the argument, of whatever type; one that it lacks leaves its place out.
    Text(Template),
    /// A number, a truth, or null.
    Plain(Value),
    /// A list.
    List(Vec<BodyTemplate>),
    /// An object.
    Object(Vec<(String, BodyTemplate)>),
}

impl BodyTemplate {
    /// Every place in it.
    pub fn parts(&self) -> Vec<&Part> {
        match self {
            Self::Text(template) => template.parts().iter().collect(),
            Self::Plain(_) => Vec::new(),
            Self::List(all) => all.iter().flat_map(Self::parts).collect(),
            Self::Object(all) => all.iter().flat_map(|(_, value)| value.parts()).collect(),
        }
    }

    fn read(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => Self::Text(Template::read(text)?),
            Value::Array(all) => Self::List(all.iter().map(Self::read).collect::<Result<_, _>>()?),
            Value::Object(all) => {
                let pairs = all.iter().map(|(key, value)| Ok((key.clone(), Self::read(value)?)));
                Self::Object(pairs.collect::<Result<_, String>>()?)
            }
            plain => Self::Plain(plain.clone()),
        })
    }
}

impl Tool {
    /// Every place in URL, headers and body.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        let env = self.program.iter().flat_map(|program| &program.env);
        let headers = self.headers.iter().chain(env).flat_map(|(_, value)| value.parts());
        let body = self.body.iter().flat_map(BodyTemplate::parts);
        self.url.parts().chain(headers).chain(body)
    }

    /// Whether arguments without a place of their own go into the body.
    pub fn takes_body(&self) -> bool {
        self.method.has_body() && self.body.is_none()
    }

    /// Whether an argument has a place of its own. The others go into the body as an object, or into the query.
    pub fn places(&self, argument: &str) -> bool {
        self.parts().any(|part| matches!(part, Part::Argument(name) if name == argument))
    }
}

#[cfg(test)]
#[path = "tool_tests.rs"]
mod tests;
