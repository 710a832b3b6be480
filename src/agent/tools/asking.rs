//! Makes the request of a call: each value goes into its place and cannot leave it.
//!
//! A path holds no slash and no dots that walk, a query gets no further key, a header no line, and JSON is built and not
//! written. What cannot be put safely is refused; nothing is cleaned.

use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{facts::Facts, signing};
use crate::{
    agent::words,
    config::{BodyTemplate, Part, Template, Tool, ToolClass, ToolMethod},
    fetch::{self, HeaderMap, HeaderName, HeaderValue, Method, Reach, header},
    mime,
    types::Secret,
};

/// Stands for a secret where people look.
const MASK: &str = "***";

/// What a tool answers in, if it can choose.
const ACCEPT: &str = "application/json, text/plain;q=0.9";

/// Secrets by name, and the key that signs.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets {
    pub(super) named: Vec<(String, Secret)>,
    pub(super) signing: Option<Secret>,
}

impl Secrets {
    /// Masks for all that a tool names: for the eye.
    pub(super) fn masked(tool: &Tool) -> Self {
        let named = tool.secrets.iter().map(|(name, _)| (name.clone(), Secret::new(MASK)));
        Self { named: named.collect(), signing: None }
    }

    fn of(&self, name: &str) -> Result<&str, String> {
        let secret = self.named.iter().find(|(known, _)| known == name).map(|(_, secret)| secret.expose_str());
        secret.filter(|text| !text.is_empty()).ok_or_else(|| format!("the secret `{name}` is no text"))
    }
}

/// One call, all of it.
pub(super) struct Call<'a> {
    pub(super) tool: &'a Tool,
    pub(super) arguments: &'a Map<String, Value>,
    pub(super) facts: &'a Facts,
    pub(super) secrets: &'a Secrets,
    /// Seconds since 1970.
    pub(super) now_secs: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Path,
    Query,
    Header,
    Body,
}

impl Call<'_> {
    /// The request for the eye: as it leaves, or what a program is started and told with.
    ///
    /// # Errors
    /// As [`Call::request`].
    pub(super) fn shown(&self) -> Result<String, String> {
        match &self.tool.program {
            Some(program) => {
                Ok(format!("{}\n\n{}", program.shown(), escaped(&Value::Object(self.arguments.clone()).to_string())))
            }
            None => Ok(shown(&self.request()?)),
        }
    }

    /// A value that a program is started with.
    pub(super) fn told(&self, template: &Template) -> Result<String, String> {
        Ok(self.filled(template, Place::Header)?.unwrap_or_default())
    }

    /// The request as it leaves.
    ///
    /// # Errors
    /// Which value cannot stand in its place, in words that hold nothing of it.
    pub(super) fn request(&self) -> Result<fetch::Request, String> {
        let body = match &self.tool.mcp {
            Some(pin) => {
                let params = json!({ "name": pin.tool, "arguments": self.arguments });
                Some(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }))
            }
            None => self.body()?,
        };
        self.message(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default())
    }

    /// A request to the same place with that body.
    pub(super) fn message(&self, body: Bytes) -> Result<fetch::Request, String> {
        let url = self.url()?;
        let method = match self.tool.method {
            ToolMethod::Get => Method::GET,
            ToolMethod::Post => Method::POST,
            ToolMethod::Put => Method::PUT,
            ToolMethod::Patch => Method::PATCH,
            ToolMethod::Delete => Method::DELETE,
        };
        let mut headers = self.headers()?;
        headers.insert(header::ACCEPT, HeaderValue::from_static(ACCEPT));
        if !body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let key = self.key();
        if self.tool.class == ToolClass::Write {
            set(&mut headers, "idempotency-key", &key)?;
        }
        if let Some(secret) = &self.secrets.signing {
            let whom =
                signing::Whom { tool: &self.tool.name, facts: self.facts, request: &key, now_secs: self.now_secs };
            for (name, value) in whom.signed(secret, self.tool.method.word(), &url, &body) {
                set(&mut headers, name, &value)?;
            }
        }
        Ok(fetch::Request {
            method,
            url,
            headers,
            body,
            timeout: self.tool.timeout,
            response_bytes_max: self.tool.response_bytes_max,
            redirects_max: 0,
            reach: Reach::listed(&self.tool.networks),
        })
    }

    /// The same for the same mail and arguments, also when a crash lets the run begin anew: a call is made once, not twice.
    pub(super) fn key(&self) -> String {
        let Facts { conversation, generation, .. } = self.facts;
        let arguments = Value::Object(self.arguments.clone());
        // The name holds no line feed, and all that stands before the arguments is a number or a name.
        let run = format!("{conversation}\n{generation}\n{}\n{arguments}", self.tool.name);
        blake3::hash(run.as_bytes()).to_hex()[..KEY_DIGITS].to_owned()
    }

    fn url(&self) -> Result<String, String> {
        let mut url = self.tool.url.origin.clone();
        for template in &self.tool.url.segments {
            let segment = self.filled(template, Place::Path)?.unwrap_or_default();
            let is_given = template.parts().iter().any(|part| !matches!(part, Part::Text(_)));
            if is_given && (segment.is_empty() || walks(&segment)) {
                return Err("a value makes no segment of a path".to_owned());
            }
            url.push('/');
            url.push_str(&segment);
        }
        let mut mark = '?';
        for (name, template) in &self.tool.url.query {
            if let Some(value) = self.filled(template, Place::Query)? {
                let _ = write!(url, "{mark}{name}={value}");
                mark = '&';
            }
        }
        if !self.tool.takes_body() {
            for (name, value) in self.unplaced() {
                let value = encoded(name, &plain(name, value)?, Place::Query)?;
                let _ = write!(url, "{mark}{name}={value}");
                mark = '&';
            }
        }
        Ok(url)
    }

    /// Arguments that stand nowhere.
    fn unplaced(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.arguments.iter().filter(|(name, _)| !self.tool.places(name))
    }

    fn headers(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        for (name, template) in &self.tool.headers {
            let Some(value) = self.filled(template, Place::Header)? else { continue };
            set(&mut headers, name, &value)?;
        }
        Ok(headers)
    }

    fn body(&self) -> Result<Option<Value>, String> {
        match &self.tool.body {
            Some(template) => self.built(template),
            None if self.tool.takes_body() => {
                let object: Map<_, _> = self.unplaced().map(|(name, value)| (name.clone(), value.clone())).collect();
                Ok(Some(Value::Object(object)))
            }
            None => Ok(None),
        }
    }

    /// `None` where an argument is not there, so that its name goes too.
    fn built(&self, template: &BodyTemplate) -> Result<Option<Value>, String> {
        Ok(match template {
            BodyTemplate::Plain(value) => Some(value.clone()),
            BodyTemplate::Text(template) => match template.lone_argument() {
                Some(name) => self.arguments.get(name).cloned(),
                None => self.filled(template, Place::Body)?.map(Value::String),
            },
            BodyTemplate::List(all) => {
                let values = all.iter().filter_map(|one| self.built(one).transpose());
                Some(Value::Array(values.collect::<Result<_, _>>()?))
            }
            BodyTemplate::Object(all) => {
                let pairs = all.iter().filter_map(|(name, one)| {
                    self.built(one).transpose().map(|value| value.map(|value| (name.clone(), value)))
                });
                Some(Value::Object(pairs.collect::<Result<_, _>>()?))
            }
        })
    }

    /// A template with its values; `None` where an argument of it is not there.
    fn filled(&self, template: &Template, place: Place) -> Result<Option<String>, String> {
        let mut text = String::new();
        for part in template.parts() {
            match part {
                Part::Text(written) => text.push_str(written),
                Part::Argument(name) => match self.arguments.get(name) {
                    None | Some(Value::Null) => return Ok(None),
                    Some(value) => text.push_str(&encoded(name, &plain(name, value)?, place)?),
                },
                Part::Fact(fact) => text.push_str(&encoded(fact.word(), &self.facts.text(*fact), place)?),
                Part::Secret(name) => text.push_str(&encoded(name, self.secrets.of(name)?, place)?),
            }
        }
        Ok(Some(text))
    }
}

/// Hexadecimal digits of a key: 128 bits.
const KEY_DIGITS: usize = 32;

fn set(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), String> {
    let wrong = || format!("the header {name} would hold what no header can");
    let name = HeaderName::try_from(name).map_err(|_| wrong())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

fn plain(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(format!("`{name}` is no text, number or truth")),
    }
}

fn encoded(name: &str, text: &str, place: Place) -> Result<String, String> {
    match place {
        Place::Body => Ok(text.to_owned()),
        Place::Header => {
            let visible = text.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic());
            if visible { Ok(text.to_owned()) } else { Err(format!("`{name}` holds what no header can")) }
        }
        // Servers decode before they look for slashes, some of them twice.
        Place::Path if text.contains(['/', '\\', '%']) || text.chars().any(char::is_control) => {
            Err(format!("`{name}` holds a slash, a percent sign or a control character, and stands in a path"))
        }
        Place::Path | Place::Query => Ok(percent(text)),
    }
}

/// All but what RFC 3986 §2.3 leaves unreserved.
pub(super) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            encoded.push(char::from(octet));
        } else {
            let _ = write!(encoded, "%{octet:02X}");
        }
    }
    encoded
}

/// Whether readers of URLs take a segment for a step. RFC 3986 §5.2.4; browsers decode the dots first.
fn walks(segment: &str) -> bool {
    let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
    // Some take what follows a semicolon for parameters of the segment.
    let name = decoded.split(';').next().unwrap_or_default();
    let name = name.split("%3b").next().unwrap_or_default();
    matches!(name, "." | "..")
}

/// A request for the eye: a line each for method, headers and body.
fn shown(request: &fetch::Request) -> String {
    let mut text = format!("{} {}\n", request.method, request.url);
    for (name, value) in &request.headers {
        let _ = writeln!(text, "{name}: {}", value.to_str().unwrap_or(MASK));
    }
    if !request.body.is_empty() {
        let _ = write!(text, "\n{}", escaped(&String::from_utf8_lossy(&request.body)));
    }
    text.trim_end().to_owned()
}

/// JSON in which whatever nobody would see, or would take for a space, is told by its number: it means the same, and who lets a call
/// run reads what is sent. RFC 8259 §7.
fn escaped(json: &str) -> String {
    let is_told = |c| words::is_unseen(c) || mime::is_invisible(c) || c == '\u{fe0f}' || c != ' ' && c.is_whitespace();
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_told(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
#[path = "asking_tests.rs"]
mod tests;
