//! `replyd key`: which programs may ask the API, and for what.

use serde_json::{Value, json};

use super::{
    Context, Failure, block_on,
    control::{Control, escaped},
    lists::{moment, rows, text},
    paint,
    user::{Roles, Who, granted},
};
use crate::types::Clock;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Make a key, and print its secret: it is not shown again.
    Add(Add),
    /// All keys, the newest first; also those that were revoked.
    List,
    /// Have a key open nothing any more.
    Revoke {
        /// Its id or its name.
        key: String,
        #[command(flatten)]
        who: Who,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// What it is called.
    name: String,
    /// What it can: a list with commas.
    #[arg(
        long, required = true, value_delimiter = ',',
        value_parser = ["read", "answer", "release", "redact", "teach", "manage"]
    )]
    can: Vec<String>,
    #[command(flatten)]
    roles: Roles,
    /// Days until it counts no more. Without: it counts until it is revoked.
    #[arg(long)]
    days: Option<u32>,
    #[command(flatten)]
    who: Who,
}

/// Milliseconds.
const DAY: u64 = 86_400_000;

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match action {
            Action::Add(Add { name, can, roles, days, who }) => {
                let expires = days.map(|days| Clock::system().now().0 + u64::from(days) * DAY);
                let body = json!({
                    "name": name, "can": can, "role": roles.role, "at": roles.at, "expires": expires, "by": who.by,
                });
                let made: Value = control.send("POST", PATH, body).await?;
                if context.json {
                    println!("{made:#}");
                } else {
                    eprintln!("{}", paint::one_line(&line(&made)));
                    // For scripts it alone stands on standard output.
                    println!("{}", paint::one_line(text(&made["secret"])));
                }
                Ok(())
            }
            Action::List => rows(context, &control.get(PATH).await?, line),
            Action::Revoke { key, who } => {
                let path = format!("{PATH}/{}/revoke", escaped(&key));
                let gone: Value = control.send("POST", &path, json!({ "by": who.by })).await?;
                if context.json {
                    println!("{gone:#}");
                } else {
                    println!("{}", paint::one_line(&line(&gone)));
                }
                Ok(())
            }
        }
    })
}

const PATH: &str = "/api/v1/keys";

fn line(row: &Value) -> String {
    let can: Vec<&str> = row["verbs"].as_array().into_iter().flatten().map(text).collect();
    let state = match (row["revoked"].is_null(), row["expires"].is_null()) {
        (false, _) => format!("revoked {} by {}", moment(&row["revoked"]["at"]), text(&row["revoked"]["by"])),
        (true, false) => format!("until {}", moment(&row["expires"])),
        (true, true) => "counts until it is revoked".to_owned(),
    };
    format!("{}  {}  {}  {}  {state}", text(&row["id"]), text(&row["name"]), can.join(","), granted(&row["grants"]))
}
