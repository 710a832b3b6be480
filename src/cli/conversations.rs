//! `replyd conversations`: list, show, answer, recall, close, merge; what is decided about calls of tools stands in `wanted`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Context, Failure,
    attachments::remarks,
    block_on,
    control::{Control, escaped},
    conversing,
    lists::{moment, text},
    paint::{self, Paint},
    replying::Replying,
    wanted,
};
use crate::mime::Seal;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// The newest conversations.
    List {
        #[command(flatten)]
        which: Which,
    },
    /// One conversation with everything that happened in it.
    Show {
        /// Its number or id.
        id: String,
    },
    /// Answer as a person; the words, in Markdown, come from standard input.
    Reply {
        /// Its number or id.
        id: String,
        #[command(flatten)]
        how: Replying,
    },
    /// Take the newest reply back before it leaves; its words wait as a draft then.
    Recall {
        /// Its number or id.
        id: String,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
    /// Throw the waiting draft away; a person answers.
    Discard {
        /// Its number or id.
        id: String,
        /// Who decides.
        #[arg(long)]
        by: String,
        /// Why, in words.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Have the AI write another draft; until then the waiting one can be sent.
    Rewrite {
        /// Its number or id.
        id: String,
        /// What shall be different.
        instruction: String,
        /// Who asks.
        #[arg(long)]
        by: String,
    },
    /// Add tags and take others away.
    Tag {
        /// Its number or id.
        id: String,
        /// `+refund` adds one, `-refund` takes it away.
        #[arg(required = true, allow_hyphen_values = true, value_name = "+TAG|-TAG")]
        tags: Vec<String>,
    },
    #[command(flatten)]
    Conversing(conversing::Verb),
    /// Let the call of a tool run that waits for a person; the AI goes on with what it gives.
    Approve(wanted::Approve),
    /// Do not let it run; a person answers.
    Deny(wanted::Deny),
    /// Close as resolved.
    Close {
        /// Its number or id.
        id: String,
    },
    /// Make two conversations of one address one; there is no way back.
    Merge {
        /// The number or id of the one that stays.
        id: String,
        /// The number or id of the one that goes into it, and leads there from now on.
        gone: String,
    },
    /// Give back to the AI.
    GiveBack {
        /// Its number or id.
        id: String,
    },
}

/// Which conversations are listed.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Only of this support address.
    #[arg(long)]
    address: Option<String>,
    /// Only open ones.
    #[arg(long)]
    open: bool,
    /// Only those that the AI gave to people for this reason: `asks_for_person`, `frustration`, `forbidden_topic`, …
    #[arg(long, value_name = "REASON")]
    handed_off: Option<String>,
    /// Only those that were about this topic when the AI gave them to people.
    #[arg(long)]
    topic: Option<String>,
    /// Only those with this tag.
    #[arg(long)]
    tag: Option<String>,
    /// How many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl Which {
    fn query(&self) -> String {
        let named =
            [("address", &self.address), ("handed_off", &self.handed_off), ("topic", &self.topic), ("tag", &self.tag)];
        let named = named.iter().filter_map(|(name, value)| Some(format!("&{name}={}", escaped(value.as_ref()?))));
        format!("open={}&limit={}{}", self.open, self.limit, named.collect::<String>())
    }
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match action {
            Action::List { which } => list(context, &control, &which).await,
            Action::Show { id } => print(context, &control.get(&path(&id, "")).await?),
            Action::Reply { id, how } => {
                // What comes while the words are being written makes them stale.
                let read: Value = control.get(&path(&id, "")).await?;
                let body = how.request(&read)?;
                print(context, &control.send("POST", &path(&id, "/replies"), body).await?)
            }
            Action::Recall { id, by } => {
                let read: Value = control.get(&path(&id, "")).await?;
                let letter = newest_letter(&read).ok_or_else(|| Failure::data("no letter was written there"))?;
                let letter = format!("/api/v1/queue/{letter}/recall");
                control.send::<Value>("POST", &letter, json!({ "by": by })).await?;
                print(context, &control.get(&path(&id, "")).await?)
            }
            Action::Discard { id, by, why } => {
                order(context, &control, &id, "draft/discard", json!({ "by": by, "why": why })).await
            }
            Action::Rewrite { id, instruction, by } => {
                order(context, &control, &id, "draft/rewrite", json!({ "by": by, "instruction": instruction })).await
            }
            Action::Conversing(verb) => conversing::run(context, &control, verb).await,
            Action::Approve(given) => wanted::approve(context, &control, given).await,
            Action::Deny(given) => wanted::deny(context, &control, given).await,
            Action::Merge { id, gone } => {
                let body = json!({ "from": gone.trim_start_matches('#') });
                let view: Value = control.send("POST", &path(&id, "/merge"), body).await?;
                if context.json {
                    println!("{view:#}");
                }
                Ok(())
            }
            Action::Tag { id, tags } => tag(context, &control, &id, &tags).await,
            Action::Close { id } => mark(context, &control, &id, json!({ "status": "resolved" })).await,
            Action::GiveBack { id } => mark(context, &control, &id, json!({ "owner": "ai" })).await,
        }
    })
}

pub(super) fn path(id: &str, rest: &str) -> String {
    // What is neither number nor id finds nothing; it must only not become another path.
    let id: String = id.trim_start_matches('#').chars().filter(char::is_ascii_alphanumeric).collect();
    format!("/api/v1/conversations/{id}{rest}")
}

/// A word about the draft, or the call, as it is shown now: what comes meanwhile makes it stale, and that is told.
pub(super) async fn order(
    context: &Context,
    control: &Control,
    id: &str,
    verb: &str,
    mut body: Value,
) -> Result<(), Failure> {
    let read: Value = control.get(&path(id, "")).await?;
    body["generation"] = read["generation"].clone();
    print(context, &control.send("POST", &path(id, &format!("/{verb}")), body).await?)
}

fn newest_letter(conversation: &Value) -> Option<&str> {
    conversation["timeline"].as_array()?.iter().rfind(|line| line["kind"] == "letter")?["id"].as_str()
}

/// Says nothing when it is done, as commands do; with `--json` what the conversation is now.
async fn mark(context: &Context, control: &Control, id: &str, body: Value) -> Result<(), Failure> {
    let row: Value = control.send("PATCH", &path(id, ""), body).await?;
    if context.json {
        println!("{row:#}");
    }
    Ok(())
}

/// Says nothing when it is done; with `--json` what the conversation is now.
async fn tag(context: &Context, control: &Control, id: &str, tags: &[String]) -> Result<(), Failure> {
    let of = |sign: char| tags.iter().filter_map(|tag| tag.strip_prefix(sign)).collect::<Vec<_>>();
    if let Some(bare) = tags.iter().find(|tag| !tag.starts_with(['+', '-'])) {
        return Err(Failure::usage(format!("`{bare}`: say +{bare} to add it, -{bare} to take it away")));
    }
    let body = json!({ "add": of('+'), "remove": of('-') });
    let row: Value = control.send("POST", &path(id, "/tags"), body).await?;
    if context.json {
        println!("{row:#}");
    }
    Ok(())
}

async fn list(context: &Context, control: &Control, which: &Which) -> Result<(), Failure> {
    let rows: Value = control.get(&format!("/api/v1/conversations?{}", which.query())).await?;
    if context.json {
        println!("{rows:#}");
        return Ok(());
    }
    let paint = Paint::stdout();
    for row in rows.as_array().into_iter().flatten() {
        let number = paint.bold(&format!("[{}]", row["number"]));
        let waits = match text(&row["waits_because"]) {
            "" => String::new(),
            because => paint.dim(&format!("  waits: {}", paint::one_line(because))),
        };
        let (status, owner) = (text(&row["status"]), owner(&row["owner"]));
        let (contact, title) = (text(&row["contact"]), paint::one_line(text(&row["title"])));
        let tags = row["tags"].as_array().into_iter().flatten().map(|tag| format!("  #{}", text(tag)));
        let tags = tags.collect::<String>();
        println!("{number}  {}  {status}  {owner}  {contact}  {title}{tags}{waits}", moment(&row["updated"]));
    }
    Ok(())
}

fn owner(owner: &Value) -> String {
    match owner {
        Value::String(word) => word.clone(),
        Value::Object(person) => text(&person["person"]).to_owned(),
        _ => String::new(),
    }
}

pub(super) fn print(context: &Context, view: &Value) -> Result<(), Failure> {
    if context.json {
        println!("{view:#}");
    } else {
        print!("{}", render(view, Paint::stdout()));
    }
    Ok(())
}

/// A conversation as a person reads it in a terminal.
pub(super) fn render(view: &Value, paint: Paint) -> String {
    let mut out = String::new();
    let head = format!("[{}] {}", view["number"], paint::one_line(text(&view["title"])));
    let (address, contact, status) = (text(&view["address"]), text(&view["contact"]), text(&view["status"]));
    out += &format!("{}\n{contact} to {address}, {status}, level {}\n", paint.bold(&head), view["level"]);
    let copies = view["participants"].as_array().into_iter().flatten().map(|one| text(&one["address"]));
    let copies: Vec<String> = copies.map(paint::one_line).collect();
    if !copies.is_empty() {
        out += &format!("copies to {}\n", copies.join(", "));
    }
    out += &handed_off(&view["handed_off"], paint);
    for line in view["timeline"].as_array().into_iter().flatten() {
        let at = paint.dim(text(&line["at"]).get(11..19).unwrap_or_default());
        out += &match text(&line["kind"]) {
            "mail" => {
                let from = line["mail"]["from"].as_str().unwrap_or("(no usable From)");
                let level = &line["verdicts"]["level"];
                format!(
                    "\n{at} {} {}\n{}{}{}",
                    paint.cyan(from),
                    paint.dim(&format!("(level {level}, {})", text(&line["id"]))),
                    body(text(&line["new_text"]), paint),
                    said_of_itself(line, paint),
                    attached(&line["attached"], paint)
                )
            }
            "letter" => {
                let by = line["author"]["person"].as_str().map_or("the AI".into(), paint::one_line);
                format!(
                    "\n{at} {} {}\n{}{}{}",
                    paint.green(text(&line["from"])),
                    paint.dim(&format!("({by}{}, {})", origin(&line["origin"]), text(&line["id"]))),
                    body(without_quote(text(&line["text"])), paint),
                    enclosed(&line["enclosed"], paint),
                    deliveries(&line["deliveries"], paint)
                )
            }
            "note" => conversing::note(line, at, paint),
            _ => format!("{at} {}\n", paint.dim(&paint::one_line(text(&line["words"])))),
        };
    }
    out += &runs(&view["runs"], paint);
    out += &wanted::told(&view["wanted"], paint);
    if let Some(draft) = view["draft"]["markdown"].as_str() {
        out += &format!(
            "\n{}\n{}",
            paint.green("draft, to be sent with reply --draft, or discard, or rewrite"),
            body(draft, paint)
        );
    }
    out
}

/// How the AI gave it to people, and what they should know before they read on.
fn handed_off(handed: &Value, paint: Paint) -> String {
    if handed.is_null() {
        return String::new();
    }
    let topic = handed["topic"].as_str().map_or(String::new(), |topic| format!(", topic “{topic}”"));
    let (code, sentiment) = (text(&handed["code"]), text(&handed["sentiment"]));
    let head =
        format!("handed to people ({code}{topic}), the customer sounds {sentiment}: {}", text(&handed["reason"]));
    let lines = std::iter::once(head.as_str()).chain(text(&handed["summary"]).lines());
    lines.map(|line| format!("{}\n", paint.dim(&paint::one_line(line)))).collect()
}

/// What a mail says of itself that nobody proved, and what of it is not seen.
fn said_of_itself(line: &Value, paint: Paint) -> String {
    let mut said = Vec::new();
    if let Some(claim) = line["forwarded"].as_object() {
        let parts = ["from", "to", "date", "subject"].map(|name| (name, text(&claim[name])));
        let parts = parts.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name} {value}"));
        said.push(format!("forwards a mail, as it says {}", parts.collect::<Vec<_>>().join(", ")));
    }
    let seals = line["seals"].as_array().into_iter().flatten();
    said.extend(seals.filter_map(|seal| Seal::deserialize(seal).ok()).map(|seal| seal.to_string()));
    if let Some(share @ 1..) = line["hidden"]["share"].as_u64() {
        said.push(format!("{share} % of its words are hidden from the eye and left out"));
    }
    let bar = paint.dim("│");
    said.iter().map(|words| format!("   {bar} {}\n", paint.dim(&paint::one_line(words)))).collect()
}

/// What is attached, without the pictures that only decorate.
fn attached(rows: &Value, paint: Paint) -> String {
    let rows = rows.as_array().into_iter().flatten().filter(|row| row["decoration"] != true);
    let line = |row: &Value| {
        let words = format!("attached {}: {}{}", text(&row["id"]), text(&row["name"]), remarks(row));
        format!("   {} {}\n", paint.dim("│"), paint.dim(&paint::one_line(&words)))
    };
    rows.map(line).collect()
}

/// The files that went with a letter.
fn enclosed(rows: &Value, paint: Paint) -> String {
    let line = |row: &Value| {
        let words = format!("with {} ({}, {} octets)", text(&row["name"]), text(&row["type"]), row["size"]);
        format!("   {} {}\n", paint.dim("│"), paint.dim(&paint::one_line(&words)))
    };
    rows.as_array().into_iter().flatten().map(line).collect()
}

/// What a person's letter has to do with the AI's draft.
fn origin(origin: &Value) -> String {
    match (origin.as_str(), origin["draft_edited"]["kept_percent"].as_u64()) {
        (Some("draft_as_it_is"), _) => ", the AI's draft as it was".into(),
        (Some("draft_replaced"), _) => ", not the AI's draft".into(),
        (Some("acknowledgement"), _) => ", acknowledges the hand-off".into(),
        (_, Some(kept)) => format!(", the AI's draft with {kept} % of its words"),
        _ => String::new(),
    }
}

/// How far a letter got, a line for each recipient.
fn deliveries(rows: &Value, paint: Paint) -> String {
    let line = |row: &Value| {
        let words = format!("to {}: {}", text(&row["to"]), text(&row["words"]));
        format!("   {} {}\n", paint.dim("│"), paint.dim(&paint::one_line(&words)))
    };
    rows.as_array().into_iter().flatten().map(line).collect()
}

/// What the AI did, a line for each thing.
fn runs(rows: &Value, paint: Paint) -> String {
    let told = rows.as_array().into_iter().flatten().flat_map(|row| row["told"].as_array().into_iter().flatten());
    told.map(|line| format!("{}\n", paint.dim(&paint::one_line(text(line))))).collect()
}

/// Our letters quote what they answer; the time line shows that already.
fn without_quote(text: &str) -> &str {
    text.find("\n> ").and_then(|quote| text[..quote].rfind("\n\n")).map_or(text, |end| &text[..end])
}

pub(super) fn body(text: &str, paint: Paint) -> String {
    let bar = paint.dim("│");
    paint::harmless(text.trim()).lines().map(|line| format!("   {bar} {line}\n")).collect()
}
