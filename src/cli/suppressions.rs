//! `replyd suppressions`: addresses that are not written to any more, and their way back.

use serde_json::{Value, json};

use super::{
    Context, Failure, block_on,
    control::{Control, escaped},
    lists::{rows, text},
    paint,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Suppressions {
    /// Every address whose letters are refused, newest first, with who, what and when.
    List,
    /// Why letters to an address are refused.
    Show {
        /// The address.
        recipient: String,
    },
    /// Have letters to an address refused from now on.
    Add {
        /// The address.
        recipient: String,
        /// Who decides.
        #[arg(long)]
        by: String,
        /// Why.
        #[arg(long)]
        why: String,
    },
    /// Have letters to an address leave again. What was refused meanwhile waits for `queue retry`.
    Remove {
        /// The address.
        recipient: String,
        /// Who decides.
        #[arg(long)]
        by: String,
    },
}

pub(super) fn run(context: &Context, suppressions: Suppressions) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        match suppressions {
            Suppressions::List => rows(context, &control.get(PATH).await?, line),
            Suppressions::Show { recipient } => tell(context, &control.get(&path(&recipient, "")).await?, ""),
            Suppressions::Add { recipient, by, why } => {
                let body = json!({ "recipient": recipient, "by": by, "why": why });
                tell(context, &control.send("POST", PATH, body).await?, "letters to it are refused from now on: ")
            }
            Suppressions::Remove { recipient, by } => {
                let row = control.send("POST", &path(&recipient, "/remove"), json!({ "by": by })).await?;
                tell(context, &row, "letters to it leave again; until now: ")
            }
        }
    })
}

const PATH: &str = "/api/v1/suppressions";

fn path(recipient: &str, rest: &str) -> String {
    format!("{PATH}/{}{rest}", escaped(recipient))
}

fn line(row: &Value) -> String {
    format!("{}  {}", text(&row["recipient"]), text(&row["sentence"]))
}

fn tell(context: &Context, row: &Value, words: &str) -> Result<(), Failure> {
    if context.json {
        println!("{row:#}");
    } else {
        println!("{}", paint::one_line(&format!("{}  {words}{}", text(&row["recipient"]), text(&row["sentence"]))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_segment_of_the_path_whatever_stands_in_it() {
        assert_eq!(path("a/b?c@x.example", "/remove"), "/api/v1/suppressions/a%2Fb%3Fc%40x%2Eexample/remove");
        assert_eq!(path("é@x", ""), "/api/v1/suppressions/%C3%A9%40x");
    }
}
