//! `replyd tool`: what the AI may ask of other systems, and trying it out.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{
    Context, Failure, block_on,
    control::Control,
    lists::{rows, text},
    paint,
};
use crate::{
    agent::tools::{Toolbox, definition_hash},
    config, daemon, setup,
    types::Clock,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Every tool, with what it may do and the level it needs.
    List,
    /// Call a tool as the AI would, and show the request and what came back.
    Test(Test),
    /// Print `[[tool]]` tables made from an OpenAPI 3 document, to read, thin out and paste into smtpd.toml.
    Import {
        /// The document, JSON or YAML.
        file: PathBuf,
        /// Whom the tools ask, instead of the first server of the document.
        #[arg(long)]
        server: Option<String>,
    },
    /// Print `[[tool]]` tables for the tools of an MCP server, at an address or a program, pinned to what it says of them now.
    ImportMcp {
        /// Its address (streamable HTTP).
        #[arg(required_unless_present = "command")]
        url: Option<String>,
        /// A file whose first line is sent as a bearer token.
        #[arg(long, conflicts_with = "command")]
        token_file: Option<String>,
        /// A network or address it may be in, where that is not public.
        #[arg(long = "network", conflicts_with = "command")]
        networks: Vec<String>,
        /// A program's variable, and the file whose first line it is.
        #[arg(long = "env-file", value_name = "NAME=FILE", value_parser = argument, requires = "command")]
        env_files: Vec<(String, String)>,
        /// Instead of an address: a program that speaks MCP over its standard input, by its whole path, with what it is started with.
        /// Last, for all that follows is the program's.
        #[arg(long, num_args = 1.., allow_hyphen_values = true, conflicts_with = "url")]
        command: Vec<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Test {
    /// The tool.
    name: String,
    /// An argument: `order=A1`. The value is JSON where it reads as JSON and the tool does not ask for a text.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = argument)]
    args: Vec<(String, String)>,
    /// Show the request as it would leave, with masks for secrets, and ask nobody.
    #[arg(long)]
    dry_run: bool,
    /// Also when the tool changes something.
    #[arg(long)]
    write: bool,
    /// For whom: a conversation, by its id or number.
    #[arg(long)]
    conversation: Option<String>,
    /// For whom, without a conversation: a mail address.
    #[arg(long, conflicts_with = "conversation")]
    contact: Option<String>,
}

fn argument(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    match action {
        Action::List => block_on(async { rows(context, &Control::open(context).await?.get(PATH).await?, line) }),
        Action::Test(test) => block_on(async { tried(context, &Control::open(context).await?, test).await }),
        Action::Import { file, server } => import(context, &file, server.as_deref()),
        Action::ImportMcp { url, token_file, networks, env_files, command } => {
            let url = url.unwrap_or_default();
            block_on(import_mcp(context, setup::McpServer { url, command, env_files, networks, token_file }))
        }
    }
}

/// The tables go to standard output, what was left out to the person.
fn import(context: &Context, file: &Path, server: Option<&str>) -> Result<(), Failure> {
    let unreadable = |words: String| Failure::data(format!("{}: {words}", file.display()));
    let octets = std::fs::metadata(file).map_err(|fault| unreadable(fault.to_string()))?.len();
    if octets > setup::DOCUMENT_OCTETS_MAX {
        return Err(unreadable(format!("it has {octets} octets, {} at most", setup::DOCUMENT_OCTETS_MAX)));
    }
    let text = std::fs::read_to_string(file).map_err(|fault| unreadable(fault.to_string()))?;
    let document = setup::read_document(&text).map_err(unreadable)?;
    told(context, &setup::import_openapi(&document, server).map_err(unreadable)?);
    Ok(())
}

/// Asks the server by a tool made for that, within the same limits as any.
async fn import_mcp(context: &Context, server: setup::McpServer) -> Result<(), Failure> {
    let base = context.config.parent().unwrap_or(Path::new(""));
    let probe = config::parse(&server.probe(), base).map_err(|mistakes| Failure::usage(mistakes.to_string()))?;
    let own = super::control::load(&context.config)?;
    let fetcher = daemon::fetcher(&own).map_err(|error| Failure::unavailable(error.to_string()))?;
    let toolbox = Toolbox::new(probe.tools, fetcher, Clock::system());
    let tool = toolbox.tools().first().ok_or_else(|| Failure::usage("no tool can be made of that address"))?;
    let definitions = toolbox.definitions(tool).await.map_err(Failure::unavailable)?;
    let pinned = |one: Value| {
        let hash = definition_hash(&one);
        (one, hash)
    };
    let pinned: Vec<_> = definitions.into_iter().map(pinned).collect();
    told(context, &setup::mcp_tables(&server, &pinned));
    Ok(())
}

fn told(context: &Context, imported: &setup::Imported) {
    if context.json {
        println!("{:#}", json!({ "tools": imported.tools, "toml": imported.toml, "left_out": imported.left_out }));
        return;
    }
    print!("{}", imported.toml);
    for line in &imported.left_out {
        eprintln!("left out: {}", paint::one_line(line));
    }
}

const PATH: &str = "/api/v1/tools";

fn line(row: &Value) -> String {
    let approval = if row["approval"] == true { "  a person lets it run" } else { "" };
    let (name, class, level) = (text(&row["name"]), text(&row["class"]), &row["level_min"]);
    format!("{name}  {class}  level {level}{approval}  {}", text(&row["description"]))
}

async fn tried(context: &Context, control: &Control, test: Test) -> Result<(), Failure> {
    let all: Value = control.get(PATH).await?;
    let tool = all.as_array().into_iter().flatten().find(|tool| tool["name"] == test.name.as_str());
    let tool = tool.ok_or_else(|| Failure::data(format!("there is no tool {}", test.name)))?;
    let body = json!({
        "arguments": typed(test.args, &tool["parameters"]),
        "dry_run": test.dry_run,
        "write": test.write,
        "conversation": test.conversation,
        "contact": test.contact,
    });
    let tried: Value = control.send("POST", &format!("{PATH}/{}/test", test.name), body).await?;
    if context.json {
        println!("{tried:#}");
        return Ok(());
    }
    let status = tried["status"].as_u64().map(|status| format!("\n\n{status}\n")).unwrap_or_default();
    let shown = format!("{}{status}{}", text(&tried["request"]), tried["result"].as_str().unwrap_or_default());
    for line in shown.lines() {
        println!("{}", paint::one_line(line));
    }
    Ok(())
}

/// A shell knows texts only: what the schema does not call a text is read as JSON where it is some.
fn typed(arguments: Vec<(String, String)>, parameters: &Value) -> Value {
    let value = |(name, value): (String, String)| {
        let is_text = parameters["properties"][&name]["type"] == "string";
        let json = if is_text { None } else { serde_json::from_str(&value).ok() };
        (name, json.unwrap_or(Value::String(value)))
    };
    Value::Object(arguments.into_iter().map(value).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_the_schema_asks_for() {
        let schema = json!({ "properties": { "order": { "type": "string" }, "count": { "type": "integer" } } });
        let given = ["order=12", "count=12", "other=x=y"].map(|text| argument(text).unwrap());
        assert_eq!(typed(given.into(), &schema), json!({ "order": "12", "count": 12, "other": "x=y" }));
        assert!(argument("order").is_err());
    }
}
