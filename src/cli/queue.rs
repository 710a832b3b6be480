//! `replyd queue`: what has not left yet or was refused lately, tried again, dropped, recalled or written anew by a person.

use serde_json::{Value, json};

use super::{
    Context, Failure, block_on,
    control::Control,
    lists::{rows, text},
    paint,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Queue {
    /// Every recipient that has not got its letter, answers that are due, and what was refused or came back in the last seven
    /// days.
    List,
    /// One letter: what it says, and how far it got with each recipient.
    Show {
        /// The letter, as the list names it.
        id: String,
    },
    /// Try it again now, also after a refusal: the same letter under the same Message-ID.
    Retry {
        /// The letter, or one recipient of it, as the list names it.
        id: String,
        /// Who decides.
        #[arg(long, default_value = "somebody")]
        by: String,
    },
    /// Take a letter back before the first attempt; its words wait as a draft then.
    Recall {
        /// The letter, as the list names it.
        id: String,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
    /// Write a refused letter anew: its words wait as a draft then, which `conversations reply` sends, with `--to` to another address.
    Edit {
        /// The letter, or one recipient of it, as the list names it.
        id: String,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
    /// End it for good: it is not tried again.
    Drop {
        /// The letter, or one recipient of it, as the list names it.
        id: String,
        /// Who decides.
        #[arg(long)]
        by: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
}

pub(super) fn run(context: &Context, queue: Queue) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match queue {
            Queue::List => rows(context, &control.get("/api/v1/queue").await?, line),
            Queue::Show { id } => show(context, &control.get(&path(&id, "")).await?),
            Queue::Retry { id, by } => {
                tell(context, &control.send("POST", &path(&id, "/retry"), json!({ "by": by })).await?)
            }
            Queue::Recall { id, by } => {
                tell(context, &control.send("POST", &path(&id, "/recall"), json!({ "by": by })).await?)
            }
            Queue::Edit { id, by } => {
                let letter: Value = control.send("POST", &path(&id, "/edit"), json!({ "by": by })).await?;
                tell(context, &letter)?;
                if !context.json {
                    let number = &letter["number"];
                    println!("its words wait: replyd conversations reply {number} --by {by} --draft [--to ADDRESS]");
                }
                Ok(())
            }
            Queue::Drop { id, by, why } => {
                let body = json!({ "by": by, "why": why });
                tell(context, &control.send("POST", &path(&id, "/drop"), body).await?)
            }
        }
    })
}

fn path(id: &str, rest: &str) -> String {
    // What is no id finds nothing; it must only not become another path.
    let id: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("/api/v1/queue/{id}{rest}")
}

fn line(row: &Value) -> String {
    let to = row["to"].as_str().unwrap_or("-");
    let (id, tries, words) = (text(&row["id"]), &row["tries"], text(&row["words"]));
    format!("{id}  [{}]  {to}  {}  tries {tries}  {words}", row["number"], text(&row["state"]))
}

fn show(context: &Context, letter: &Value) -> Result<(), Failure> {
    if context.json {
        return tell(context, letter);
    }
    let (from, id, subject) = (text(&letter["from"]), text(&letter["message_id"]), text(&letter["subject"]));
    println!("{}", paint::one_line(&format!("[{}] {subject}", letter["number"])));
    println!("{}", paint::one_line(&format!("from {from}, Message-ID <{id}>")));
    tell(context, letter)?;
    println!();
    text(&letter["text"]).lines().for_each(|line| println!("  {}", paint::one_line(line)));
    Ok(())
}

/// How far it is now, a line for each recipient.
fn tell(context: &Context, letter: &Value) -> Result<(), Failure> {
    if context.json {
        println!("{letter:#}");
        return Ok(());
    }
    for one in letter["deliveries"].as_array().into_iter().flatten() {
        let (id, to, words) = (text(&one["id"]), text(&one["to"]), text(&one["words"]));
        println!("{}", paint::one_line(&format!("{id}  {to}  {words}")));
    }
    Ok(())
}
