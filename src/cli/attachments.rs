//! `replyd attachments`: what was attached to a mail, its octets, its text.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    Context, Failure, block_on,
    control::Control,
    lists::{rows, text},
    paint,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// What is attached to a mail: what it claims, what it is, and what to look out for.
    List {
        /// The mail's queue id.
        mail: String,
    },
    /// Write an attachment into a file that is not there yet. The name is yours: the sender's is only shown.
    Save {
        /// The attachment's id from the list, MAILID-N.
        id: String,
        /// The new file.
        file: PathBuf,
    },
    /// Print the text of an attachment, read by a process that can do nothing else.
    Text {
        /// The attachment's id from the list, MAILID-N.
        id: String,
    },
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match action {
            Action::List { mail } => {
                let path = format!("/api/v1/messages/{}/attachments", harmless(&mail));
                rows(context, &control.get(&path).await?, line)
            }
            Action::Save { id, file } => {
                let octets = control.save(&path(&id, ""), &file).await?;
                if context.json {
                    println!("{:#}", json!({ "id": id, "file": file, "size": octets }));
                }
                Ok(())
            }
            Action::Text { id } => {
                let read: Value = control.get(&path(&id, "/text")).await?;
                show(context, &read)
            }
        }
    })
}

fn show(context: &Context, read: &Value) -> Result<(), Failure> {
    if context.json {
        println!("{read:#}");
        return Ok(());
    }
    println!("{}", paint::harmless(text(&read["text"]).trim_end()));
    match (text(&read["trouble"]), read["cut"].as_bool()) {
        ("", Some(true)) => eprintln!("replyd: there is more text than was read"),
        ("", _) => {}
        (trouble, _) => eprintln!("replyd: {}", paint::one_line(trouble)),
    }
    Ok(())
}

fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/attachments/{}{rest}", harmless(id))
}

/// What is no id finds nothing; it must only not become another path.
fn harmless(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

fn line(row: &Value) -> String {
    let (id, size, kind, name) = (text(&row["id"]), &row["size"], text(&row["type"]), text(&row["name"]));
    format!("{id}  {size}  {kind}  {name}{}", remarks(row))
}

/// What is to be said beside the name of an attachment.
pub(super) fn remarks(row: &Value) -> String {
    let warnings = row["warnings"].as_array().into_iter().flatten().map(text);
    let decoration = row["decoration"].as_bool().is_some_and(|is| is).then_some("decoration");
    let remarks: Vec<&str> = warnings.chain(decoration).collect();
    if remarks.is_empty() { String::new() } else { format!("  ({})", remarks.join("; ")) }
}

/// A new file, for its owner only.
pub(super) fn new_file(path: &Path) -> Result<std::fs::File, Failure> {
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
    options.open(path).map_err(|error| Failure::io(format!("{}: {error}", path.display())))
}
