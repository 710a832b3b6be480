//! `replyd conversations`: what people do with one besides answering it.

use serde_json::{Value, json};

use super::{
    Context, Failure,
    control::Control,
    conversations::{body, path, print},
    lists::text,
    paint::{self, Paint},
    replying::words_from_stdin,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// Write a note for the house alone; the words, in Markdown, come from standard input. `@name` mentions somebody.
    Note {
        /// Its number or id.
        id: String,
        /// Who writes.
        #[arg(long)]
        by: String,
    },
    /// Say who answers from now on.
    Assign {
        /// Its number or id.
        id: String,
        /// A person's name, or `ai`, `team` or `nobody`.
        to: String,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
    /// Put it off: nobody need look before a moment, or before the customer writes again.
    Snooze {
        /// Its number or id.
        id: String,
        /// RFC 3339, or a time from now: `45m`, `3h`, `2d`, `1w`. `now`: not any more.
        until: String,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
    /// Make some of its mails a conversation of their own.
    Split {
        /// Its number or id.
        id: String,
        /// The ids of the mails, as `show` prints them.
        #[arg(required = true)]
        mails: Vec<String>,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
}

pub(super) async fn run(context: &Context, control: &Control, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Note { id, by } => {
            let note = json!({ "markdown": words_from_stdin()?, "by": by });
            print(context, &control.send("POST", &path(&id, "/notes"), note).await?)
        }
        Verb::Assign { id, to, by } => {
            let to = match to.as_str() {
                "ai" | "team" | "nobody" => json!(to),
                person => json!({ "person": person }),
            };
            quietly(context, control, &path(&id, "/assign"), json!({ "to": to, "by": by })).await
        }
        Verb::Snooze { id, until, by } => {
            let until = Some(until).filter(|until| until != "now");
            quietly(context, control, &path(&id, "/snooze"), json!({ "until": until, "by": by })).await
        }
        Verb::Split { id, mails, by } => {
            print(context, &control.send("POST", &path(&id, "/split"), json!({ "mails": mails, "by": by })).await?)
        }
    }
}

/// Says nothing when it is done; with `--json` what the conversation is now.
async fn quietly(context: &Context, control: &Control, path: &str, body: Value) -> Result<(), Failure> {
    let row: Value = control.send("POST", path, body).await?;
    if context.json {
        println!("{row:#}");
    }
    Ok(())
}

/// A note in the time line.
pub(super) fn note(line: &Value, at: String, paint: Paint) -> String {
    let by = paint::one_line(text(&line["by"]));
    format!("\n{at} {}\n{}", paint.bold(&format!("note of {by}")), body(text(&line["markdown"]), paint))
}
