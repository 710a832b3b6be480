//! `replyd queue list`, and what lists have in common.

use serde_json::Value;

use super::{Context, Failure, block_on, control::Control, paint};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Queue {
    /// Everything that waits, is being worked on, or was given up.
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

/// One line for each row; with `--json` the rows as they are.
fn print(context: &Context, path: &str, line: impl Fn(&Value) -> String) -> Result<(), Failure> {
    block_on(async { rows(context, &Control::open(context).await?.get(path).await?, line) })
}

/// The same of rows that are there.
pub(super) fn rows(context: &Context, rows: &Value, line: impl Fn(&Value) -> String) -> Result<(), Failure> {
    if context.json {
        println!("{rows:#}");
        return Ok(());
    }
    for row in rows.as_array().into_iter().flatten() {
        println!("{}", paint::one_line(&line(row)));
    }
    Ok(())
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Milliseconds since 1970 as people write them.
pub(super) fn moment(value: &Value) -> String {
    value.as_u64().map(|millis| crate::web::view::moment(crate::types::Millis(millis))).unwrap_or_default()
}
