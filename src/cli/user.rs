//! `replyd user`: who works here and logs in.

use std::io::Read as _;

use serde_json::{Value, json};

use super::{
    Context, Failure, block_on,
    control::{Control, escaped},
    lists::{moment, rows, text},
    paint,
};

/// Octets that are read of a password.
const PASSWORD_OCTETS_MAX: u64 = 4096;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Let somebody in: prints a link by which they set a password, once, within three days.
    Add(Add),
    /// Everybody who may log in, with what they may.
    List,
    /// Print a new link that sets a password, once, within three days. An earlier one works no more.
    Link {
        /// The login name.
        name: String,
        /// Take their second factor away, too: they lost it.
        #[arg(long)]
        without_second_factor: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Give somebody other roles. Their logins end.
    Roles {
        /// The login name.
        name: String,
        #[command(flatten)]
        roles: Roles,
        #[command(flatten)]
        who: Who,
    },
    /// Log somebody out everywhere and let them in no more. Their name stays.
    Disable {
        /// The login name.
        name: String,
        /// Let them in again instead.
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Take an account away. What it did stays under its name.
    Remove {
        /// The login name.
        name: String,
        #[command(flatten)]
        who: Who,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// Login name: a to z, 0 to 9, `.`, `-` and `_`.
    name: String,
    /// The name that others see.
    #[arg(long)]
    shown: Option<String>,
    /// Their mail address.
    #[arg(long)]
    mail: Option<String>,
    #[command(flatten)]
    roles: Roles,
    /// Read a password from standard input instead of printing a link.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    who: Who,
}

/// What somebody may.
#[derive(Debug, clap::Args)]
#[group(id = "granted")]
pub(super) struct Roles {
    /// viewer reads, agent answers too, admin sets up too.
    #[arg(long, default_value = "agent", value_parser = ["viewer", "agent", "admin"])]
    pub(super) role: String,
    /// At this support address only; may be said more than once. Without: at every one.
    #[arg(long)]
    pub(super) at: Vec<String>,
}

/// Under which name it is written down.
#[derive(Debug, clap::Args)]
pub(super) struct Who {
    /// Who decides.
    #[arg(long, default_value = "operator")]
    pub(super) by: String,
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match action {
            Action::Add(add) => added(context, &control, add).await,
            Action::List => rows(context, &control.get(PATH).await?, line),
            Action::Link { name, without_second_factor, who } => {
                if without_second_factor {
                    let body = json!({ "second_factor": false, "by": who.by });
                    let _: Value = control.send("PATCH", &path(&name, ""), body).await?;
                }
                let made: Value = control.send("POST", &path(&name, "/link"), json!({ "by": who.by })).await?;
                told_link(context, &made);
                Ok(())
            }
            Action::Roles { name, roles, who } => {
                let body = json!({ "roles": { "role": roles.role, "at": roles.at }, "by": who.by });
                tell(context, &control.send("PATCH", &path(&name, ""), body).await?, "")
            }
            Action::Disable { name, undo, who } => {
                let body = json!({ "disabled": !undo, "by": who.by });
                tell(context, &control.send("PATCH", &path(&name, ""), body).await?, "")
            }
            Action::Remove { name, who } => {
                let gone = control.send("DELETE", &path(&name, ""), json!({ "by": who.by })).await?;
                tell(context, &gone, "is gone; was ")
            }
        }
    })
}

async fn added(context: &Context, control: &Control, add: Add) -> Result<(), Failure> {
    let Add { name, shown, mail, roles, password_stdin, who } = add;
    let password = if password_stdin { Some(password()?) } else { None };
    let mut body = json!({ "name": name, "role": roles.role, "at": roles.at, "by": who.by });
    for (field, value) in [("shown", shown), ("mail", mail), ("password", password)] {
        if let Some(value) = value {
            body[field] = value.into();
        }
    }
    let made: Value = control.send("POST", PATH, body).await?;
    if made["link"].is_null() {
        return tell(context, &made, "may log in: ");
    }
    told_link(context, &made);
    Ok(())
}

/// The first line of what is typed or piped in.
fn password() -> Result<String, Failure> {
    let mut typed = String::new();
    let read = std::io::stdin().take(PASSWORD_OCTETS_MAX).read_to_string(&mut typed);
    read.map_err(|error| Failure::io(format!("standard input: {error}")))?;
    Ok(typed.lines().next().unwrap_or_default().to_owned())
}

/// For scripts the link alone stands on standard output.
fn told_link(context: &Context, made: &Value) {
    if context.json {
        println!("{made:#}");
        return;
    }
    let link = text(&made["link"]);
    if link.starts_with('/') {
        eprintln!("[web] listen is not set: nobody can open this link yet");
    }
    println!("{}", paint::one_line(link));
}

const PATH: &str = "/api/v1/people";

fn path(name: &str, rest: &str) -> String {
    format!("{PATH}/{}{rest}", escaped(name))
}

fn line(row: &Value) -> String {
    let state = match (row["disabled"].as_bool(), row["password"].as_bool(), row["second_factor"].as_bool()) {
        (Some(true), _, _) => "disabled".to_owned(),
        (_, Some(false), _) => format!("invited until {}", moment(&row["link_expires"])),
        (_, _, Some(true)) => "password and code".to_owned(),
        _ => "password".to_owned(),
    };
    format!("{}  {}  {}  {state}", text(&row["name"]), text(&row["shown"]), granted(&row["grants"]))
}

/// Roles in words.
pub(super) fn granted(grants: &Value) -> String {
    let everywhere = grants["everywhere"].as_str().map(|role| format!("{role} at every address"));
    let at = grants["at"].as_object().into_iter().flatten().map(|(at, role)| format!("{} at {at}", text(role)));
    let all: Vec<String> = everywhere.into_iter().chain(at).collect();
    if all.is_empty() { "no role".to_owned() } else { all.join(", ") }
}

fn tell(context: &Context, row: &Value, words: &str) -> Result<(), Failure> {
    if context.json {
        println!("{row:#}");
    } else {
        println!("{}", paint::one_line(&format!("{words}{}", line(row))));
    }
    Ok(())
}
