//! The keys of `[[tool]]`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use super::{
    BodyTemplate, McpPin, McpProgram, Part, Schema, Template, Tool, ToolClass, ToolMethod, UrlTemplate,
    template::is_name,
};
use crate::{
    config::{
        keys::{address, level, path},
        reader::Section,
    },
    types::Network,
};

/// A customer's answer waits for the tool.
const TIMEOUT: Duration = Duration::from_secs(20);
const TIMEOUT_SECS_MAX: i64 = 50;
/// What a model reads of one call, and more than it should.
const RESPONSE_BYTES_MAX: usize = 64 * 1024;
const PER_MINUTE_MAX: u32 = 60;
/// What providers of models take as the name of a function.
const NAME_OCTETS_MAX: usize = 48;
/// Fewer words tell no model when to call it.
const DESCRIPTION_CHARS_MIN: usize = 20;

/// Names of tools that are built in.
const TAKEN: &[&str] = &["hand_off", "resolve", "ask_code", "tag", "search_knowledge"];

/// Headers that replyd sets itself. `fetch` refuses those that frame a message; these would be taken for our word.
const OWN_HEADERS: &[&str] =
    &["host", "user-agent", "content-type", "content-length", "transfer-encoding", "connection"];

/// One table; `None` when it cannot be called at all.
pub(in crate::config) fn tool(s: &Section<'_, '_>, base: &Path) -> Option<Tool> {
    let methods = ToolMethod::ALL.map(|method| (method.word(), method));
    let mcp = mcp(s);
    // MCP's transport: everything is posted.
    let usual = if mcp.is_some() { ToolMethod::Post } else { ToolMethod::Get };
    let method = s.word("method", usual, &methods);
    let by_method = if method == ToolMethod::Get { ToolClass::Read } else { ToolClass::Write };
    let class = s.word("class", by_method, &[ToolClass::Read, ToolClass::Write].map(|class| (class.word(), class)));
    let parameters = s.prose("parameters").and_then(|text| match schema(&text) {
        Ok(schema) => Some(schema),
        Err(words) => {
            s.wrong("parameters", words);
            None
        }
    });
    let body = s.prose("body").and_then(|text| match body(&text, method) {
        Ok(body) => Some(body),
        Err(words) => {
            s.wrong("body", words);
            None
        }
    });
    let seconds = TIMEOUT.as_secs();
    let tool = Tool {
        title: s.text("title").unwrap_or_default(),
        description: s.needed("description", description).unwrap_or_default(),
        method,
        headers: s.tables("header", "name", str::to_owned, header).unwrap_or_default(),
        body,
        secrets: s.tables("secret", "name", str::to_owned, |s| secret(s, base)).unwrap_or_default(),
        parameters: parameters.unwrap_or_else(Schema::empty),
        class,
        level_min: level(s).unwrap_or(class.level_min()),
        approval: s.flag("approval", false),
        addresses: s.texts("addresses", address).unwrap_or_default(),
        segments: s.texts("segments", |name| Ok(name.to_owned())).unwrap_or_default(),
        networks: s
            .texts("networks", |text| text.parse::<Network>().map_err(|fault| fault.to_string()))
            .unwrap_or_default(),
        timeout: Duration::from_secs(s.number("timeout_secs", seconds, 1..=TIMEOUT_SECS_MAX, "seconds")),
        response_bytes_max: s.number("response_bytes_max", RESPONSE_BYTES_MAX, 256..=1 << 20, "bytes"),
        per_minute_max: s.number("per_minute_max", PER_MINUTE_MAX, 1..=100_000, "calls"),
        signing_key_file: path(s, "signing_key_file", base),
        mcp,
        program: program(s),
        // What follows is needed.
        name: s.needed("name", name).unwrap_or_default(),
        url: if s.has("mcp_command") && !s.has("url") {
            UrlTemplate::nowhere()
        } else {
            s.needed("url", UrlTemplate::read)?
        },
    };
    fits_together(s, &tool);
    let title = if tool.title.is_empty() { tool.name.replace('_', " ") } else { tool.title.clone() };
    Some(Tool { title, ..tool })
}

fn name(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_');
    if !is_name(text) || !plain || text.len() > NAME_OCTETS_MAX {
        return Err(format!("`{text}` is not of small letters, digits and `_`, {NAME_OCTETS_MAX} at most"));
    }
    if TAKEN.contains(&text) {
        return Err(format!("`{text}` is a tool of replyd itself"));
    }
    Ok(text.to_owned())
}

/// Both or neither.
fn mcp(s: &Section<'_, '_>) -> Option<McpPin> {
    let tool = s.text("mcp_tool");
    let blake3 = s.made("mcp_blake3", |text| {
        let good = text.len() == 64 && text.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
        if good { Ok(text.to_owned()) } else { Err("it is no BLAKE3 in 64 hexadecimal digits".to_owned()) }
    });
    if s.has("mcp_tool") != s.has("mcp_blake3") {
        s.wrong("mcp_tool", "mcp_tool and mcp_blake3 go together: `replyd tool import-mcp` prints both");
    }
    Some(McpPin { tool: tool?, blake3: blake3? })
}

/// A program by its whole path, what it is started with, and all of its environment.
fn program(s: &Section<'_, '_>) -> Option<McpProgram> {
    let env = s.tables("env", "name", str::to_owned, variable).unwrap_or_default();
    let command = s.texts("mcp_command", |text| match text.contains('\0') {
        false => Ok(text.to_owned()),
        true => Err("a word of a command has no NUL".to_owned()),
    })?;
    let mut words = command.into_iter();
    let path = words.next().map(PathBuf::from).filter(|path| path.is_absolute());
    let Some(path) = path else {
        s.wrong("mcp_command", "it begins with the whole path of a program: no shell and no PATH looks for it");
        return None;
    };
    if !path.is_file() {
        s.wrong("mcp_command", format!("{}: this is no program that is there", path.display()));
    }
    Some(McpProgram { path, arguments: words.collect(), env })
}

fn variable(s: &Section<'_, '_>) -> Option<(String, Template)> {
    let value = s.needed("value", Template::read);
    let name = s.needed("name", |text| {
        let plain = text.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_');
        if plain && is_name(text) { Ok(text.to_owned()) } else { Err(format!("`{text}` is no name of a variable")) }
    });
    Some((name?, value?))
}

fn description(text: &str) -> Result<String, String> {
    if text.chars().count() < DESCRIPTION_CHARS_MIN {
        return Err(format!(
            "say in {DESCRIPTION_CHARS_MIN} letters at least what it does and when it helps: a model decides by it"
        ));
    }
    Ok(text.to_owned())
}

fn schema(text: &str) -> Result<Schema, String> {
    let json: Value = serde_json::from_str(text).map_err(|fault| format!("this is not JSON: {fault}"))?;
    let schema = Schema::read(json).map_err(|fault| fault.to_string())?;
    if let Some(name) = schema.names().find(|name| !is_name(name)) {
        return Err(format!("`{name}`: an argument is named with letters, digits, `_` and `-`"));
    }
    Ok(schema)
}

fn body(text: &str, method: ToolMethod) -> Result<BodyTemplate, String> {
    if !method.has_body() {
        return Err(format!("{} has no body", method.word()));
    }
    let json: Value = serde_json::from_str(text).map_err(|fault| format!("this is not JSON: {fault}"))?;
    BodyTemplate::read(&json)
}

fn header(s: &Section<'_, '_>) -> Option<(String, Template)> {
    let value = s.needed("value", |text| {
        let good = text.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic());
        if good { Template::read(text) } else { Err("a header is of visible ASCII".to_owned()) }
    });
    let name = s.needed("name", |text| {
        let token = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
        let lower = text.to_ascii_lowercase();
        if !text.bytes().all(token) {
            return Err(format!("`{text}` is no name of a header"));
        }
        if OWN_HEADERS.contains(&lower.as_str()) || lower.starts_with("replyd-") || lower == "idempotency-key" {
            return Err(format!("`{text}` is set by replyd itself"));
        }
        Ok(lower)
    });
    Some((name?, value?))
}

fn secret(s: &Section<'_, '_>, base: &Path) -> Option<(String, std::path::PathBuf)> {
    let file = s.needed("file", |text| Ok(base.join(text)));
    let name =
        s.needed("name", |text| if is_name(text) { Ok(text.to_owned()) } else { Err(format!("`{text}` is no name")) });
    Some((name?, file?))
}

/// What each key allows and all of them together do not.
fn fits_together(s: &Section<'_, '_>, tool: &Tool) {
    for part in tool.parts() {
        match part {
            Part::Argument(name) if !tool.parameters.names().any(|known| known == name) => {
                s.wrong("parameters", format!("`{{{name}}}` is none of the arguments"));
            }
            Part::Secret(name) if !tool.secrets.iter().any(|(known, _)| known == name) => {
                s.wrong("secret", format!("there is no [[tool.secret]] named `{name}`"));
            }
            _ => {}
        }
    }
    let in_path = |name: &str| {
        let is_it = |part: &Part| matches!(part, Part::Argument(known) if known == name);
        tool.url.segments.iter().any(|segment| segment.parts().iter().any(is_it))
    };
    for name in tool.parameters.names() {
        // Only a value of a body may be anything; all other places hold a plain one.
        let is_anywhere_else =
            tool.places(name) && !in_body_alone(tool, name) || !tool.places(name) && !tool.takes_body();
        if is_anywhere_else && !tool.parameters.is_plain(name) {
            s.wrong(
                "parameters",
                format!("`{name}` stands in the URL or a header, so it is a text, a number or a truth"),
            );
        }
        if in_path(name) && !tool.parameters.requires(name) {
            s.wrong("parameters", format!("`{name}` stands in the path, so it is among `required`"));
        }
    }
    if tool.mcp.is_some() {
        if tool.method != ToolMethod::Post || tool.body.is_some() {
            s.wrong("mcp_tool", "what an MCP server is asked has its own form: no method and no body");
        }
        if tool.url.parts().any(|part| matches!(part, Part::Argument(_))) {
            s.wrong("url", "no argument stands in the address of an MCP server");
        }
    }
    match &tool.program {
        Some(program) => program_alone(s, tool, program),
        None if s.has("env") => s.wrong("env", "an environment is for a program (mcp_command)"),
        None => {}
    }
    if tool.program.is_none() && !tool.url.is_tls() && tool.networks.is_empty() {
        s.wrong("url", "it begins with https://; http:// is for a server in one of `networks`");
    }
    for (name, file) in &tool.secrets {
        if let Err(fault) = std::fs::File::open(file) {
            s.wrong("secret", format!("`{name}`: {}: it cannot be read: {fault}", file.display()));
        }
    }
    if let Some(file) = &tool.signing_key_file
        && let Err(fault) = std::fs::File::open(file)
    {
        s.wrong("signing_key_file", format!("{}: it cannot be read: {fault}", file.display()));
    }
}

/// A program is told what the protocol says, and nothing as HTTP would.
fn program_alone(s: &Section<'_, '_>, tool: &Tool, program: &McpProgram) {
    if tool.mcp.is_none() {
        s.wrong("mcp_command", "it goes with mcp_tool and mcp_blake3: `replyd tool import-mcp --command` prints them");
    }
    for key in ["url", "networks", "header", "signing_key_file"] {
        if s.has(key) {
            s.wrong(key, "a program (mcp_command) is not asked over the web");
        }
    }
    let given = program.env.iter().flat_map(|(_, value)| value.parts());
    if given.into_iter().any(|part| matches!(part, Part::Argument(_))) {
        s.wrong("env", "no argument of a model stands in an environment");
    }
}

/// Whether every place of that argument is a whole text of the body.
fn in_body_alone(tool: &Tool, name: &str) -> bool {
    let is_it = |part: &Part| matches!(part, Part::Argument(known) if known == name);
    let headers = tool.headers.iter().flat_map(|(_, value)| value.parts());
    !tool.url.parts().chain(headers).any(is_it) && tool.body.as_ref().is_some_and(|body| !has_mixed(body, name))
}

/// Whether the argument stands beside other words in a text of the body.
fn has_mixed(body: &BodyTemplate, name: &str) -> bool {
    match body {
        BodyTemplate::Text(template) => {
            let is_it = |part: &Part| matches!(part, Part::Argument(known) if known == name);
            template.lone_argument().is_none() && template.parts().iter().any(is_it)
        }
        BodyTemplate::Plain(_) => false,
        BodyTemplate::List(all) => all.iter().any(|one| has_mixed(one, name)),
        BodyTemplate::Object(all) => all.iter().any(|(_, one)| has_mixed(one, name)),
    }
}
