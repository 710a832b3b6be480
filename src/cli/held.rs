//! `replyd held`: what was accepted with a doubt, let in or thrown out by a person.

use serde_json::{Value, json};

use super::{
    Context, Failure, block_on,
    control::Control,
    lists::{moment, rows, text},
    paint,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Held {
    /// Every held mail with its reason and how it begins.
    List,
    /// One held mail: what it says, what it proved, and why it is held.
    Show {
        /// The queue id.
        id: String,
    },
    /// File it as if it had been accepted. People have it then; the AI is silent unless --answer is given.
    Release(ReleaseArgs),
    /// Take it from the list into the ledger. Its bytes stay in the journal.
    Discard {
        /// The queue id.
        id: String,
        /// Who decides.
        #[arg(long)]
        by: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
    /// What was learned about forwarders, by whom and from which mail.
    Learned,
    /// Take back what was learned about a forwarder.
    Forget {
        /// The support address.
        #[arg(long)]
        address: String,
        /// The `d=` of its ARC seals.
        #[arg(long, conflicts_with = "envelope_domain", required_unless_present = "envelope_domain")]
        arc_sealer: Option<String>,
        /// The domain of its envelopes.
        #[arg(long)]
        envelope_domain: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct ReleaseArgs {
    /// The queue id.
    id: String,
    /// Who decides.
    #[arg(long)]
    by: String,
    /// Put it into this conversation, by number or id; without, it opens one.
    #[arg(long)]
    conversation: Option<String>,
    /// The support address it is for, when it reached none.
    #[arg(long)]
    address: Option<String>,
    /// Vouch for its sender, so that the AI may answer.
    #[arg(long)]
    answer: bool,
    /// Always accept from the forwarder it came by, at this support address: what the newest ARC seal says counts from now on;
    /// without seals, mail from its envelope domain is not held as forged any more, and proves no more than before.
    #[arg(long)]
    always_from_this_forwarder: bool,
}

pub(super) fn run(context: &Context, held: Held) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match held {
            Held::List => rows(context, &control.get("/api/v1/held").await?, line),
            Held::Show { id } => show(context, &control.get(&path(&id, "")).await?),
            Held::Release(args) => {
                let body = json!({
                    "by": args.by,
                    "conversation": args.conversation.map(|id| id.trim_start_matches('#').to_owned()),
                    "address": args.address,
                    "answer": args.answer,
                    "always_from_this_forwarder": args.always_from_this_forwarder,
                });
                let row: Value = control.send("POST", &path(&args.id, "/release"), body).await?;
                tell(context, &row, &format!("it lies in conversation {} now", row["number"]))
            }
            Held::Discard { id, by, why } => {
                let row: Value = control.send("POST", &path(&id, "/discard"), json!({ "by": by, "why": why })).await?;
                tell(context, &row, "")
            }
            Held::Learned => rows(context, &control.get("/api/v1/learned").await?, learned_line),
            Held::Forget { address, arc_sealer, envelope_domain } => {
                let forwarder = match (arc_sealer, envelope_domain) {
                    (Some(domain), _) => json!({ "arc_sealer": domain }),
                    (None, domain) => json!({ "envelope_domain": domain }),
                };
                let body = json!({ "address": address, "forwarder": forwarder });
                let row: Value = control.send("POST", "/api/v1/learned/forget", body).await?;
                tell(context, &row, "")
            }
        }
    })
}

fn path(id: &str, rest: &str) -> String {
    // What is no id finds nothing; it must only not become another path.
    let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("/api/v1/held/{id}{rest}")
}

fn tell(context: &Context, row: &Value, words: &str) -> Result<(), Failure> {
    match (context.json, words) {
        (true, _) => println!("{row:#}"),
        (false, "") => {}
        (false, words) => println!("{}", paint::one_line(words)),
    }
    Ok(())
}

fn line(mail: &Value) -> String {
    let from = mail["mail"]["from"].as_str().unwrap_or("(no usable From)");
    let reasons: Vec<&str> = mail["reasons"].as_array().into_iter().flatten().map(text).collect();
    let (id, kept, subject) = (text(&mail["id"]), moment(&mail["kept"]), text(&mail["mail"]["subject"]));
    format!("{id}  {kept}  {from}  {subject}  {}  “{}”", reasons.join("; "), text(&mail["preview"]))
}

fn learned_line(row: &Value) -> String {
    let kind = row["forwarder"].as_object().and_then(|kind| kind.iter().next());
    let (kind, domain) = kind.map_or(("", ""), |(kind, domain)| (kind.as_str(), text(domain)));
    let (address, at, by, from) = (text(&row["address"]), moment(&row["at"]), text(&row["by"]), text(&row["from"]));
    format!("{address}  {kind}  {domain}  learned {at} by {by} from mail {from}")
}

fn show(context: &Context, why: &Value) -> Result<(), Failure> {
    if context.json {
        println!("{why:#}");
        return Ok(());
    }
    let from = why["mail"]["from"].as_str().unwrap_or("(no usable From)");
    println!("{}", paint::one_line(&format!("from {from}: {}", text(&why["mail"]["subject"]))));
    for step in why["steps"].as_array().into_iter().flatten() {
        println!("{}", paint::one_line(text(step)));
    }
    print!("{}", notice_lines(&why["notice"]));
    if !text(&why["notice"]["link"]).is_empty() {
        println!("          (nobody has opened it; open it yourself if you asked for this)");
    }
    println!();
    for line in text(&why["new_text"]).lines() {
        println!("  {}", paint::one_line(line));
    }
    Ok(())
}

/// What a mail asks its reader to prove, a line for each thing it names; nothing for other mail.
pub(super) fn notice_lines(notice: &Value) -> String {
    let named = [("asks", "provider"), ("for", "mailbox"), ("code", "code"), ("link", "link"), ("cancel", "cancel")];
    let named = named.map(|(name, key)| (name, text(&notice[key])));
    let said = named.iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| format!("{name:>8}: {}\n", paint::one_line(value))).collect()
}
