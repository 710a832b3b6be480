//! The verbs of `replyd knowledge` that change articles and show their history.

use std::{
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::PATH;
use crate::{
    cli::{
        Context, Failure,
        control::Control,
        lists::{moment, rows, text},
        paint,
    },
    store::{ARTICLE_OCTETS_MAX, ArticleName},
};

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Verb {
    /// Keep a page here instead of in the folder, as a draft.
    Add {
        /// What it is called: a to z, 0 to 9 and `-`.
        name: String,
        /// Markdown in UTF-8, with the same top as a file of the folder; `-` is standard input.
        file: PathBuf,
        /// Answer from it at once.
        #[arg(long)]
        publish: bool,
        #[command(flatten)]
        by: By,
    },
    /// Give an article another text: a draft beside what is published.
    #[command(disable_version_flag = true)]
    Edit {
        /// Which.
        name: String,
        /// The whole text; `-` is standard input.
        #[arg(default_value = "-")]
        file: PathBuf,
        /// The version that was read before: when somebody has edited it since, nothing is changed. The newest when it is not said.
        #[arg(long)]
        version: Option<u64>,
        /// Answer from it at once.
        #[arg(long)]
        publish: bool,
        #[command(flatten)]
        by: By,
    },
    /// Answer from an article.
    #[command(disable_version_flag = true)]
    Publish {
        /// Which.
        name: String,
        /// From this version; the newest when it is not said.
        #[arg(long)]
        version: Option<u64>,
        #[command(flatten)]
        by: By,
    },
    /// Answer from an article no more. It stays as a draft.
    Unpublish {
        /// Which.
        name: String,
        #[command(flatten)]
        by: By,
    },
    /// Give an article the text of an earlier version again, as a new one: published when the article is.
    #[command(disable_version_flag = true)]
    Rollback {
        /// Which.
        name: String,
        /// The version, as `history` lists it.
        version: u64,
        #[command(flatten)]
        by: By,
    },
    /// The versions of an article, newest first, also of one that was removed.
    History {
        /// Which.
        name: String,
    },
    /// The text of an article.
    #[command(disable_version_flag = true)]
    Show {
        /// Which.
        name: String,
        /// Of this version; the newest when it is not said.
        #[arg(long)]
        version: Option<u64>,
    },
    /// Take an article away. Its history stays, and `add` goes on from it.
    Remove {
        /// Which.
        name: String,
        #[command(flatten)]
        by: By,
    },
}

/// Who decides.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct By {
    /// Who decides.
    #[arg(long, env = "USER", hide_env_values = true, default_value = "somebody at the terminal")]
    by: String,
}

/// Looks at names and texts before anything is opened.
pub(super) async fn run(context: &Context, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Add { name, file, publish, by: By { by } } => {
            named(&name)?;
            let body = json!({ "name": name, "text": text_of(&file)?, "by": by, "publish": publish });
            tell(context, &Control::open(context).await?.send("POST", &format!("{PATH}/articles"), body).await?)
        }
        Verb::Edit { name, file, version, publish, by: By { by } } => {
            let (path, text) = (path(&name, "")?, text_of(&file)?);
            let control = Control::open(context).await?;
            let version = match version {
                Some(version) => version,
                None => newest(&control.get(&path).await?),
            };
            let body = json!({ "text": text, "version": version, "by": by, "publish": publish });
            tell(context, &control.send("PUT", &path, body).await?)
        }
        Verb::Publish { name, version, by: By { by } } => {
            ask(context, "POST", &path(&name, "/publish")?, json!({ "version": version, "by": by })).await
        }
        Verb::Unpublish { name, by: By { by } } => {
            ask(context, "POST", &path(&name, "/unpublish")?, json!({ "by": by })).await
        }
        Verb::Rollback { name, version, by: By { by } } => {
            ask(context, "POST", &path(&name, "/rollback")?, json!({ "version": version, "by": by })).await
        }
        Verb::Remove { name, by: By { by } } => ask(context, "DELETE", &path(&name, "")?, json!({ "by": by })).await,
        Verb::History { name } => history(context, &Control::open(context).await?.get(&path(&name, "")?).await?),
        Verb::Show { name, version } => {
            let wanted = version.map(|version| format!("?version={version}")).unwrap_or_default();
            show(context, &Control::open(context).await?.get(&path(&name, &wanted)?).await?);
            Ok(())
        }
    }
}

async fn ask(context: &Context, verb: &str, path: &str, body: Value) -> Result<(), Failure> {
    tell(context, &Control::open(context).await?.send(verb, path, body).await?)
}

fn named(name: &str) -> Result<ArticleName, Failure> {
    ArticleName::parse(name).map_err(Failure::data)
}

/// A name needs no escaping.
fn path(name: &str, rest: &str) -> Result<String, Failure> {
    Ok(format!("{PATH}/articles/{}{rest}", named(name)?))
}

/// The text of a file; no more of it is read than is kept.
fn text_of(file: &Path) -> Result<String, Failure> {
    let (mut octets, at_most) = (Vec::new(), ARTICLE_OCTETS_MAX as u64 + 1);
    let read = if file.as_os_str() == "-" {
        std::io::stdin().take(at_most).read_to_end(&mut octets)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(at_most).read_to_end(&mut octets))
    };
    read.map_err(|error| Failure::io(format!("{}: {error}", file.display())))?;
    let not_right = |words: &str| Failure::data(format!("{}: {words}", file.display()));
    if octets.len() > ARTICLE_OCTETS_MAX {
        return Err(not_right(&format!("larger than the {} KiB that an article may have", ARTICLE_OCTETS_MAX / 1024)));
    }
    let text = String::from_utf8(octets)
        .map_err(|error| not_right(&format!("not UTF-8 from octet {} on", error.utf8_error().valid_up_to())))?;
    if text.trim().is_empty() { Err(not_right("it is empty")) } else { Ok(text) }
}

fn newest(row: &Value) -> u64 {
    let versions = row["versions"].as_array();
    versions.and_then(|versions| versions.last()?["version"].as_u64()).unwrap_or_default()
}

fn tell(context: &Context, row: &Value) -> Result<(), Failure> {
    if context.json {
        println!("{row:#}");
    } else {
        println!("{}", paint::one_line(&format!("{}  {}", text(&row["name"]), state(row))));
    }
    Ok(())
}

fn state(row: &Value) -> String {
    let newest = newest(row);
    match row["published"]["version"].as_u64() {
        _ if row["removed"] == true => format!("removed; version {newest} was the newest"),
        None => format!("version {newest}, a draft"),
        Some(published) if published == newest => format!("version {newest}, published"),
        Some(published) => format!("version {published} is published; version {newest} waits as a draft"),
    }
}

fn history(context: &Context, article: &Value) -> Result<(), Failure> {
    if context.json {
        let mut history = article.clone();
        // Of one version only, which nobody asked for.
        history.as_object_mut().map(|fields| (fields.remove("text"), fields.remove("version")));
        println!("{history:#}");
        return Ok(());
    }
    tell(context, article)?;
    let newest_first: Vec<Value> = article["versions"].as_array().into_iter().flatten().rev().cloned().collect();
    rows(context, &Value::Array(newest_first), |one| line(one, &article["published"]))
}

fn line(one: &Value, published: &Value) -> String {
    let mut line = format!(
        "{:>4}  {}  {}  {} octets",
        one["version"].as_u64().unwrap_or_default(),
        moment(&one["at"]),
        text(&one["by"]),
        one["octets"]
    );
    if let Some(earlier) = one["rolled_back_to"].as_u64() {
        line.push_str(&format!("  the text of version {earlier} again"));
    }
    if published["version"] == one["version"] {
        line.push_str(&format!("  published by {} at {}", text(&published["by"]), moment(&published["at"])));
    }
    line
}

/// Octet by octet, so that it can be edited and come back; on a terminal without what steers one.
fn show(context: &Context, article: &Value) {
    let words = text(&article["text"]);
    match context.json {
        true => println!("{article:#}"),
        false if std::io::stdout().is_terminal() => println!("{}", paint::harmless(words.trim_end())),
        false => print!("{words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_names_only() {
        assert_eq!(path("refunds", "/publish").unwrap(), "/api/v1/knowledge/articles/refunds/publish");
        for name in ["../x", "a/b", "a?b", ""] {
            assert!(path(name, "").is_err(), "{name}");
        }
    }

    #[test]
    fn a_version_is_told_with_what_became_of_it() {
        let article = json!({
            "name": "refunds", "published": { "version": 3, "by": "Eve", "at": 0 },
            "versions": [
                { "version": 3, "octets": 12, "by": "Ada", "at": 0, "rolled_back_to": 1 },
                { "version": 4, "octets": 13, "by": "Bob", "at": 0 },
            ],
        });
        assert_eq!(state(&article), "version 3 is published; version 4 waits as a draft");
        let told = line(&article["versions"][0], &article["published"]);
        let when = moment(&json!(0));
        let expected = format!("   3  {when}  Ada  12 octets  the text of version 1 again  published by Eve at {when}");
        assert_eq!(told, expected);
        assert!(!line(&article["versions"][1], &article["published"]).contains("published"));
    }
}
