//! What no answer may hold: every secret of this configuration and of the data folder (S-22).

use super::parts::StartError;
use crate::{
    agent,
    config::{Config, Route},
    setup,
    types::Secret,
};

/// Gathers them.
///
/// # Errors
/// When the host name makes no addresses.
pub(super) fn of(config: &Config, install: &Secret) -> Result<agent::Secrets, StartError> {
    let mut secrets = agent::Secrets::new();
    secrets.keep("the secret of this installation", install.expose());
    for address in &config.addresses {
        // Whoever knows it can put mails into the inbox.
        let destination = setup::destination(install, &address.address, &config.smtp.hostname)?;
        secrets.keep("the destination of an address", destination.local().as_bytes());
    }
    if let Route::Smarthost(relay) = &config.outbound.route {
        relay.password.iter().for_each(|password| secrets.keep("the password of the smarthost", password.expose()));
    }
    let models = config.model.server.iter().chain(&config.model.fallback);
    for key in models.filter_map(|server| server.api_key.as_ref()) {
        secrets.keep("the key of a model", key.expose());
    }
    // A file that is missing now is told when its tool is called.
    for (_, file) in config.tools.iter().flat_map(|tool| &tool.secrets) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.lines().take(1).for_each(|line| secrets.keep("the secret of a tool", line.as_bytes()));
    }
    secrets.keep_words("the rules of a model", agent::chat::rules_text());
    Ok(secrets)
}
