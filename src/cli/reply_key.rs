//! `replyd reply-key`: the secrets behind the reply keys in our Message-IDs, and their change.

use serde_json::json;

use super::{Context, Failure, control};
use crate::{setup, types::Secret};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Make a new key that signs from now on. The old ones still let replies in, until they are removed.
    Rotate,
    /// All keys, the one in force first, with the day each was retired. The secrets are not shown.
    List,
    /// Take a retired key away: replies to letters that it signed need another proof then.
    Remove {
        /// As in the list.
        name: String,
    },
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let data = &config.store.path;
    let install = setup::secret_in(data).map_err(|error| Failure::io(error.to_string()))?;
    match action {
        Action::Rotate => {
            let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
            let name = setup::rotate_reply_key(data, &install, &today).map_err(failure)?;
            println!("{name}");
            eprintln!("replyd: restart the daemon to sign with {name}");
            Ok(())
        }
        Action::List => list(context, data, &install),
        Action::Remove { name } => {
            setup::remove_reply_key(data, &install, &name).map_err(failure)?;
            eprintln!("replyd: restart the daemon to stop reading {name}");
            Ok(())
        }
    }
}

fn list(context: &Context, data: &std::path::Path, install: &Secret) -> Result<(), Failure> {
    let keys = setup::reply_keys(data, install).map_err(failure)?;
    if context.json {
        let rows = keys.iter().map(|key| json!({ "name": key.name, "made": key.made, "retired": key.retired }));
        println!("{:#}", json!(rows.collect::<Vec<_>>()));
        return Ok(());
    }
    for key in &keys {
        let state = key.retired.as_ref().map_or("in force".to_owned(), |day| format!("retired {day}, still read"));
        println!("{}  {state}", key.name);
    }
    Ok(())
}

fn failure(error: setup::ReplyKeyError) -> Failure {
    use setup::ReplyKeyError as E;
    match error {
        E::Damaged { .. } | E::Secret(_) => Failure::io(error.to_string()),
        E::TooMany | E::InForce(_) => Failure::usage(error.to_string()),
        E::Unknown(_) => Failure::data(error.to_string()),
    }
}
