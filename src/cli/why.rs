//! `replyd why ID`: what became of one mail.

use super::{Context, Failure, block_on, control::Control, paint};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The queue id, as in `250 2.0.0 Ok: queued as ID`.
    id: String,
}

pub(super) fn run(context: &Context, args: Args) -> Result<(), Failure> {
    block_on(async {
        let control = Control::open(context).await?;
        let why: serde_json::Value = control.get(&format!("/api/v1/messages/{}/why", args.id)).await?;
        if context.json {
            println!("{why:#}");
            return Ok(());
        }
        for step in why["steps"].as_array().into_iter().flatten() {
            println!("{}", paint::one_line(step.as_str().unwrap_or_default()));
        }
        Ok(())
    })
}
