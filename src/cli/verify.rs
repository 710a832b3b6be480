//! `replyd verify`: the whole store, read and counted; with `--rebuild`, the index made again and compared.

use super::{Context, Failure, control};
use crate::{daemon, store};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Make the index again from the journal and say whether it equals the one in use.
    #[arg(long)]
    rebuild: bool,
}

pub(super) fn run(context: &Context, args: Args) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    if std::os::unix::net::UnixStream::connect(daemon::socket_path(&config)).is_ok() {
        return Err(Failure::unavailable("the daemon runs: stop it first, so that nothing changes under the check"));
    }
    let report =
        if args.rebuild { store::compare_rebuild(&config.store.path) } else { store::verify(&config.store.path) };
    let report = report.map_err(|error| Failure::io(error.to_string()))?;
    if context.json {
        println!("{:#}", serde_json::json!(report));
    } else {
        print!("{report}");
    }
    if report.is_good() { Ok(()) } else { Err(Failure::data("the store is not sound")) }
}
