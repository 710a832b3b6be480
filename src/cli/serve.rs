//! `replyd serve`: the daemon in the foreground, as a service manager wants it.

use super::{Context, Failure, block_on, control};
use crate::{
    daemon::{Daemon, StartError},
    observability,
    types::Clock,
};

pub(super) fn run(context: &Context) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    observability::log::init(&config.log).map_err(|error| Failure::config(error.to_string()))?;
    block_on(async {
        let daemon = Daemon::start(config, Clock::system()).await.map_err(|error| match error {
            StartError::Busy(_) => Failure::later(error.to_string()),
            _ => Failure::unavailable(error.to_string()),
        })?;
        if let Some(link) = daemon.first_link() {
            println!("Nobody has an account yet. This link makes the first administrator, once, within three days:");
            println!("{}", link.expose_str());
        }
        daemon.run_until_signalled().await.map_err(|error| Failure::os(error.to_string()))
    })
}
