//! `replyd address`: support addresses and where their provider forwards to.

use serde_json::json;

use super::{Context, Failure, control, domain};
use crate::{
    config::{Autopilot, Config},
    setup,
    types::Address,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Register an address: writes it into the configuration and prints where to forward to. Refused with the DNS row that is
    /// missing while answers could not leave from its domain (65; 75 when DNS does not say).
    Add {
        /// `support@acme.example`.
        address: Address,
        /// Display name on replies.
        #[arg(long)]
        name: Option<String>,
        /// on, assist or off.
        #[arg(long, default_value = "off", value_parser = autopilot)]
        autopilot: Autopilot,
        /// The provider that forwards: google, microsoft365, zoho, fastmail, cpanel, …
        #[arg(long)]
        forwarder: Option<String>,
        /// Go on although its domain may not send; only with route = "file", where nothing leaves.
        #[arg(long)]
        unverified: bool,
    },
    /// All registered addresses.
    List,
    /// One address: its destination and how to set up the provider.
    Show {
        /// Which.
        address: Address,
    },
    /// Take an address out of the configuration. Its conversations stay.
    Remove {
        /// Which.
        address: Address,
    },
}

fn autopilot(word: &str) -> Result<Autopilot, String> {
    [Autopilot::On, Autopilot::Assist, Autopilot::Off]
        .into_iter()
        .find(|mode| mode.word() == word)
        .ok_or_else(|| "on, assist or off".to_owned())
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    match action {
        Action::Add { address, name, autopilot, forwarder, unverified } => {
            let new =
                setup::NewAddress { address: address.clone(), name, autopilot, forwarder, signature_markdown: None };
            let may_send = |config: &Config| domain::may_send(config, address.domain(), unverified);
            edit(context, |text| setup::add_address(text, &new), may_send)?;
            show(context, &address)?;
            eprintln!("replyd: restart the daemon to take mail for {address}");
            Ok(())
        }
        Action::List => list(context),
        Action::Show { address } => show(context, &address),
        Action::Remove { address } => edit(context, |text| setup::remove_address(text, &address), |_| Ok(())),
    }
}

/// Changes the configuration file, keeping its comments; nothing is written when the result has mistakes or `agree` says no.
pub(super) fn edit(
    context: &Context,
    change: impl FnOnce(&str) -> Result<String, setup::EditError>,
    agree: impl FnOnce(&Config) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let path = &context.config;
    let fault = |error: std::io::Error| Failure::io(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(fault)?;
    let changed = change(&text).map_err(|error| Failure::usage(error.to_string()))?;
    let base = path.parent().unwrap_or(std::path::Path::new("."));
    let config = crate::config::parse(&changed, base).map_err(|mistakes| Failure::config(mistakes.to_string()))?;
    agree(&config)?;
    setup::write_atomically(path, &changed).map_err(fault)
}

fn destination(config: &Config, address: &Address) -> Result<Address, Failure> {
    let data = &config.store.path;
    std::fs::create_dir_all(data)
        .map_err(|error| Failure::io(format!("the data folder {}: {error}", data.display())))?;
    let secret = setup::secret_in(data).map_err(|error| Failure::io(error.to_string()))?;
    setup::destination(&secret, address, &config.smtp.hostname).map_err(|error| Failure::config(error.to_string()))
}

fn list(context: &Context) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let mut rows = Vec::new();
    for address in &config.addresses {
        let destination = destination(&config, &address.address)?;
        if !context.json {
            let forwarder = address.forwarder.as_deref().unwrap_or("-");
            println!(
                "{}  autopilot {}  forwarder {forwarder}  {destination}",
                address.address,
                address.autopilot.word()
            );
        }
        rows.push(json!({
            "address": address.address, "autopilot": address.autopilot.word(), "forwarder": address.forwarder, "destination": destination,
        }));
    }
    if context.json {
        println!("{:#}", json!(rows));
    }
    Ok(())
}

fn show(context: &Context, address: &Address) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let known = config.addresses.iter().find(|known| known.address == *address);
    let known = known.ok_or_else(|| Failure::data(format!("{address} is not registered")))?;
    let destination = destination(&config, address)?;
    let provider = known.forwarder.as_deref().unwrap_or("generic");
    if context.json {
        println!(
            "{:#}",
            json!({ "address": known.address, "autopilot": known.autopilot.word(), "destination": destination })
        );
        return Ok(());
    }
    println!(
        "{address}\nautopilot: {}\nforward a copy of every mail to:\n\n    {destination}\n",
        known.autopilot.word()
    );
    println!("{}", setup::recipe(provider, &destination));
    Ok(())
}
