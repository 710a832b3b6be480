//! `replyd check`: every mistake in the configuration at once.

use serde_json::{Value, json};

use super::{Context, Failure};
use crate::config::{self, Mistakes};

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let read = config::load(&context.config);
    if context.json {
        println!("{:#}", json!({ "mistakes": read.as_ref().err().map(rows).unwrap_or_default() }));
    }
    let config = read.map_err(|mistakes| Failure::config(mistakes.to_string()))?;
    if !context.json {
        let (addresses, domains) = (config.addresses.len(), config.domains.len());
        println!("{}: no mistakes; {addresses} addresses, {domains} domains", context.config.display());
    }
    Ok(())
}

fn rows(mistakes: &Mistakes) -> Vec<Value> {
    // Line 0: the mistake is of the whole file.
    let row = |mistake: &config::Mistake| json!({ "line": mistake.line, "key": mistake.key, "words": mistake.words });
    mistakes.0.iter().map(row).collect()
}
