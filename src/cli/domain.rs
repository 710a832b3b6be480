//! `replyd domain`: sending domains, their keys and DNS rows.

use serde_json::json;

use super::{Context, Failure, address::edit, block_on, control};
use crate::{
    config::{Config, Domain},
    daemon,
    outbound::{self, KeyKind},
    setup::{self, Checked},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Make an RSA and an Ed25519 key for a domain, write it into the configuration, print the DNS rows.
    Add {
        /// `acme.example`.
        name: String,
    },
    /// All sending domains.
    List,
    /// The DNS rows to publish.
    Records {
        /// Which.
        name: String,
    },
    /// Ask DNS whether the rows are there. Exits 65 while the domain may not send.
    Verify {
        /// Which.
        name: String,
    },
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    match action {
        Action::Add { name } => add(context, &name.to_ascii_lowercase()),
        Action::List => list(context),
        Action::Records { name } => records(context, &name),
        Action::Verify { name } => verify(context, &name),
    }
}

fn add(context: &Context, name: &str) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let data = &config.store.path;
    let known = config.domains.iter().find(|domain| domain.name == name);
    let domain = match known {
        // Already configured, perhaps with keys still to be made.
        Some(domain) if domain.selector_rsa.is_some() || domain.selector_ed25519.is_some() => domain.clone(),
        _ => {
            let month = jiff::Zoned::now().strftime("%Y%m").to_string();
            let domain = Domain {
                name: name.to_owned(),
                selector_rsa: Some(format!("rd{month}r")),
                selector_ed25519: Some(format!("rd{month}e")),
            };
            let new = setup::NewDomain {
                name: domain.name.clone(),
                selector_rsa: domain.selector_rsa.clone(),
                selector_ed25519: domain.selector_ed25519.clone(),
            };
            edit(context, |text| setup::add_domain(text, &new))?;
            domain
        }
    };
    let kinds = [(&domain.selector_rsa, KeyKind::Rsa), (&domain.selector_ed25519, KeyKind::Ed25519)];
    for (selector, kind) in kinds {
        let Some(selector) = selector else { continue };
        let path = outbound::key_path(data, name, selector).map_err(|error| Failure::usage(error.to_string()))?;
        if !path.exists() {
            outbound::make_key(data, name, selector, kind).map_err(|error| Failure::io(error.to_string()))?;
        }
    }
    records(context, name)
}

fn list(context: &Context) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let names: Vec<&str> = config.domains.iter().map(|domain| domain.name.as_str()).collect();
    if context.json {
        println!("{:#}", json!(names));
    } else {
        names.iter().for_each(|name| println!("{name}"));
    }
    Ok(())
}

fn rows(config: &Config, name: &str) -> Result<Vec<setup::DnsRow>, Failure> {
    let domain = config.domains.iter().find(|domain| domain.name.eq_ignore_ascii_case(name));
    let domain =
        domain.ok_or_else(|| Failure::data(format!("{name} is not a [[domain]]: replyd domain add {name}")))?;
    let keys = daemon::dkim_rows(&config.store.path, domain)
        .map_err(|error| Failure::data(format!("{error}; replyd domain add {name} makes the keys")))?;
    Ok(setup::rows(domain, &keys, &config.smtp.hostname, &config.outbound.route))
}

fn records(context: &Context, name: &str) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let rows = rows(&config, name)?;
    if context.json {
        let rows: Vec<_> = rows.iter().map(|row| json!({ "type": row.kind.word(), "name": row.name, "value": row.value, "purpose": row.purpose.words() })).collect();
        println!("{:#}", json!(rows));
        return Ok(());
    }
    for row in rows {
        println!("{}  {}\n    {}\n    # {}\n", row.kind.word(), row.name, row.value, row.purpose.words());
    }
    Ok(())
}

fn verify(context: &Context, name: &str) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let rows = rows(&config, name)?;
    let checked: Vec<Checked> = block_on(async {
        let dns = setup::Dns::of(&config.auth).map_err(|error| Failure::unavailable(error.to_string()))?;
        Ok(setup::status(rows, &dns).await)
    })?;
    if context.json {
        let rows: Vec<_> = checked
            .iter()
            .map(|c| json!({ "type": c.row.kind.word(), "name": c.row.name, "status": c.status.word() }))
            .collect();
        println!("{:#}", json!(rows));
    } else {
        for c in &checked {
            println!("{:<9} {}  {}", c.status.word(), c.row.kind.word(), c.row.name);
        }
    }
    if setup::verified(&checked) { Ok(()) } else { Err(Failure::data(format!("{name} may not send yet"))) }
}
