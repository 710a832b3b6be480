//! `replyd demo`.

use super::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Play the script once and exit: 0 when every expectation held.
    #[arg(long)]
    once: bool,
}

pub(super) fn run(_args: Args) -> Result<(), Failure> {
    Ok(())
}
