//! `replyd check`: every mistake in the configuration at once.

use super::{Context, Failure, control};

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    if context.json {
        println!("{}", serde_json::json!({ "mistakes": [] }));
        return Ok(());
    }
    let (addresses, domains) = (config.addresses.len(), config.domains.len());
    println!("{}: no mistakes; {addresses} addresses, {domains} domains", context.config.display());
    Ok(())
}
