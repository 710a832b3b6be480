//! `replyd queue list` and `replyd held list`.

use serde_json::Value;

use super::{Context, Failure, block_on, control::Control, paint};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Queue {
    /// Everything that waits, is being worked on, or was given up.
    List,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Held {
    /// Every held mail with its reason.
    List,
}

pub(super) fn queue(context: &Context, Queue::List: Queue) -> Result<(), Failure> {
    print(context, "/api/v1/queue", |job| {
        let state = match &job["state"] {
            Value::String(word) => word.clone(),
            Value::Object(state) => {
                state.iter().next().map_or_else(String::new, |(word, at)| format!("{word} {}", moment(at)))
            }
            _ => String::new(),
        };
        let to = job["to"].as_str().unwrap_or("-");
        format!(
            "{}  [{}]  {to}  {state}  attempts {}  {}",
            text(&job["name"]),
            job["number"],
            job["attempts"],
            text(&job["last_words"])
        )
    })
}

pub(super) fn held(context: &Context, Held::List: Held) -> Result<(), Failure> {
    print(context, "/api/v1/held", |mail| {
        let from = mail["mail"]["from"].as_str().unwrap_or("(no usable From)");
        let reasons: Vec<String> = mail["filings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|filed| {
                serde_json::from_value::<crate::conversation::HeldReason>(filed["place"]["held"].clone()).ok()
            })
            .map(|reason| reason.words())
            .collect();
        format!(
            "{}  {}  {from}  {}  {}",
            text(&mail["id"]),
            moment(&mail["kept"]),
            text(&mail["mail"]["subject"]),
            reasons.join("; ")
        )
    })
}

/// One line for each row; with `--json` the rows as they are.
fn print(context: &Context, path: &str, line: impl Fn(&Value) -> String) -> Result<(), Failure> {
    block_on(async {
        let rows: Value = Control::open(context).await?.get(path).await?;
        if context.json {
            println!("{rows:#}");
            return Ok(());
        }
        for row in rows.as_array().into_iter().flatten() {
            println!("{}", paint::one_line(&line(row)));
        }
        Ok(())
    })
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Milliseconds since 1970 as people write them.
pub(super) fn moment(value: &Value) -> String {
    value.as_u64().map(|millis| crate::web::view::moment(crate::types::Millis(millis))).unwrap_or_default()
}
