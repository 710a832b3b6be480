//! `replyd domain`: sending domains, their keys and DNS rows.

use serde_json::{Value, json};

use super::{
    Context, Failure,
    address::edit,
    block_on, control,
    domain_rows::{self, day, moment},
};
use crate::{
    config::{Config, Domain, Route},
    daemon,
    outbound::{KeyError, KeyRing, NextKeys, RetiredKeys, Selectors},
    setup::{self, DomainState, SeenRow},
    types::{Address, Clock, Millis},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Action {
    /// Make an RSA and an Ed25519 key for a domain, write it into the configuration, print the DNS rows.
    ///
    /// Each row is printed with what it is needed for and what DNS has of it now. Said again it makes no second keys.
    Add {
        /// `acme.example`.
        #[arg(value_parser = domain_name)]
        name: String,
    },
    /// All sending domains: whether they may send, alarms, rotations of keys.
    ///
    /// As DNS was asked last: by the daemon at its start and once a day, by `verify` and `rotate`. An alarm is a row that was there
    /// and is not any more.
    List,
    /// The DNS rows to publish, without asking DNS.
    Records {
        /// Which.
        #[arg(value_parser = domain_name)]
        name: String,
    },
    /// Ask DNS whether the rows are there, and why not.
    ///
    /// `verified`: it is there. `pending`: there is none. `failing`: there is another, or one that receivers cannot use. `unknown`: DNS
    /// does not say. Exits 0 when the domain may send, 65 when a row for that is pending or failing, 75 when it is unknown.
    Verify {
        /// Which.
        #[arg(value_parser = domain_name)]
        name: String,
    },
    /// Change the keys of a domain, in two steps.
    ///
    /// The first time: makes the next keys and prints their rows; the old keys go on signing. Said again: asks DNS, and lets the next
    /// keys sign when both of their rows are there. A running daemon does the same by itself every 15 minutes. The old rows must
    /// stay for 7 days after that, for letters on their way. Exits 0 when keys were made or changed, 75 while DNS lacks a row.
    Rotate {
        /// Which.
        #[arg(value_parser = domain_name)]
        name: String,
        /// Make further keys although the last change is less than 7 days old.
        #[arg(long)]
        force: bool,
    },
}

/// In its ASCII form, as the configuration has it.
fn domain_name(text: &str) -> Result<String, String> {
    let address = Address::parse(&format!("x@{text}")).map_err(|error| error.to_string())?;
    Ok(address.domain().to_owned())
}

pub(super) fn run(context: &Context, action: Action) -> Result<(), Failure> {
    match action {
        Action::Add { name } => add(context, &name),
        Action::List => list(context),
        Action::Records { name } => records(context, &name),
        Action::Verify { name } => verify(context, &name),
        Action::Rotate { name, force } => rotate(context, &name, force),
    }
}

/// Today, as selectors carry it.
fn date() -> String {
    jiff::Zoned::now().strftime("%Y%m%d").to_string()
}

fn of_keys(error: KeyError) -> Failure {
    match error {
        KeyError::Name(_) | KeyError::Exists(_) => Failure::usage(error.to_string()),
        KeyError::File { .. } | KeyError::Form { .. } | KeyError::Ring { .. } | KeyError::Making => {
            Failure::io(error.to_string())
        }
    }
}

fn find<'c>(config: &'c Config, name: &str) -> Result<&'c Domain, Failure> {
    let domain = config.domains.iter().find(|domain| domain.name == name);
    domain.ok_or_else(|| Failure::data(format!("{name} is not a [[domain]]: replyd domain add {name}")))
}

/// The keys of the domain, which must have some.
fn ring(config: &Config, domain: &Domain) -> Result<KeyRing, Failure> {
    let ring = KeyRing::read(&config.store.path, domain).map_err(of_keys)?;
    let name = &domain.name;
    let has_keys = ring.signing.each().next().is_some();
    has_keys.then_some(ring).ok_or_else(|| Failure::data(format!("{name} has no keys: replyd domain add {name}")))
}

fn add(context: &Context, name: &str) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    // It may be configured already, perhaps with keys still to be made.
    if !has_selectors(&config, name) {
        let Selectors { rsa, ed25519 } = Selectors::dated(&config.store.path, name, &date()).map_err(of_keys)?;
        let new = setup::NewDomain { name: name.to_owned(), selector_rsa: rsa, selector_ed25519: ed25519 };
        match edit(context, |text| setup::add_domain(text, &new), |_| Ok(())) {
            Ok(()) => eprintln!("replyd: a daemon that runs knows of {name} after its next start"),
            // Another command was faster: its keys are the ones.
            Err(_) if has_selectors(&control::load(&context.config)?, name) => {}
            Err(failure) => return Err(failure),
        }
    }
    let config = control::load(&context.config)?;
    let domain = find(&config, name)?;
    let signing = ring(&config, domain)?.signing;
    signing.make_missing(&config.store.path, &domain.name).map_err(of_keys)?;
    domain_rows::print(context, &config, &look(&config, domain)?.checked);
    Ok(())
}

fn has_selectors(config: &Config, name: &str) -> bool {
    let known = config.domains.iter().find(|domain| domain.name == name);
    known.is_some_and(|domain| domain.selector_rsa.is_some() || domain.selector_ed25519.is_some())
}

fn records(context: &Context, name: &str) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let domain = find(&config, name)?;
    let ring = ring(&config, domain)?;
    let rows = daemon::domain_rows(&config, domain, &ring, Clock::system().now()).map_err(of_keys)?;
    domain_rows::print_unchecked(context, &config, &rows);
    Ok(())
}

/// Asks DNS about all rows.
fn look(config: &Config, domain: &Domain) -> Result<daemon::Look, Failure> {
    block_on(async {
        let dns = setup::Dns::of(&config.auth).map_err(|error| Failure::unavailable(error.to_string()))?;
        daemon::look(config, domain, &dns, Clock::system().now()).await.map_err(of_keys)
    })
}

fn verify(context: &Context, name: &str) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let domain = find(&config, name)?;
    ring(&config, domain)?;
    let daemon::Look { checked, switched, .. } = look(&config, domain)?;
    domain_rows::print_statuses(context, &checked);
    if switched && !context.json {
        println!("the next keys of {name} sign from now on");
    }
    match setup::state_of(domain, &checked) {
        DomainState::Verified => Ok(()),
        DomainState::Unverified(why) => Err(Failure::data(format!("{name} may not send: {why}"))),
        DomainState::Unknown(why) => Err(Failure::later(format!("whether {name} may send is not known: {why}"))),
    }
}

fn rotate(context: &Context, name: &str, force: bool) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let (domain, now) = (find(&config, name)?, Clock::system().now());
    let before = ring(&config, domain)?;
    let is_new = before.next.is_none();
    if is_new && let Some(old) = before.recently_retired(now).filter(|_| !force) {
        report(context, &before, old);
        return Ok(());
    }
    match &before.next {
        Some(next) => next.selectors.make_missing(&config.store.path, &domain.name).map_err(of_keys)?,
        None => drop(KeyRing::begin(&config.store.path, domain, &date(), now).map_err(of_keys)?),
    }
    let daemon::Look { ring: after, checked, .. } = look(&config, domain)?;
    match (&after.next, after.retired.first()) {
        (Some(_), _) => {
            domain_rows::print_next(context, &config, &checked);
            if is_new {
                eprintln!(
                    "replyd: publish both rows, then say this again; until DNS shows them the old keys go on signing"
                );
                return Ok(());
            }
            Err(Failure::later(format!("DNS does not show both next rows of {name} yet; the old keys go on signing")))
        }
        (None, Some(old)) => {
            report(context, &after, old);
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// Which keys sign since a rotation, and until when the old rows have to stay.
fn report(context: &Context, ring: &KeyRing, old: &RetiredKeys) {
    let names = |selectors: &Selectors| selectors.each().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    let (signing, retired, stay) = (names(&ring.signing), names(&old.selectors), old.stay_until());
    if context.json {
        let since = moment(old.at);
        println!("{:#}", json!({ "signing": signing, "since": since, "old": retired, "old_until": moment(stay) }));
        return;
    }
    println!("{} sign since {}", signing.join(" and "), moment(old.at));
    println!(
        "leave the rows of {} until {}: letters on their way are still verified with them",
        retired.join(" and "),
        day(stay)
    );
}

fn list(context: &Context) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let now = Clock::system().now();
    let mut all = Vec::new();
    for domain in &config.domains {
        let ring = KeyRing::read(&config.store.path, domain).map_err(of_keys)?;
        let seen = setup::seen(&config.store.path, &domain.name);
        if !context.json {
            line(domain, &ring, &seen, now);
        }
        let alarm = |row: &SeenRow| json!({ "row": row.title(), "why": row.why, "since": row.alarm.map(moment) });
        let next = |next: &NextKeys| json!({ "selectors": next.selectors, "made": moment(next.made) });
        let old = |old: &RetiredKeys| json!({ "selectors": old.selectors, "until": moment(old.stay_until()) });
        all.push(json!({
            "name": domain.name, "status": seen.word(), "checked": seen.checked.map(moment), "signing": ring.signing,
            "next": ring.next.as_ref().map(next), "old": ring.retired.iter().map(old).collect::<Vec<Value>>(),
            "alarms": seen.alarms().map(alarm).collect::<Vec<Value>>(),
        }));
    }
    if context.json {
        println!("{:#}", json!(all));
    }
    Ok(())
}

fn line(domain: &Domain, ring: &KeyRing, seen: &setup::Seen, now: Millis) {
    let asked = seen.checked.map_or("never looked at".to_owned(), |at| format!("looked at {}", moment(at)));
    println!("{:<9} {}  {asked}", seen.word(), domain.name);
    for row in seen.alarms() {
        let since = row.alarm.map(moment).unwrap_or_default();
        println!("    ALARM since {since}: {} was there and is not any more: {}", row.title(), row.why);
    }
    if let Some(next) = &ring.next {
        println!("    next keys wait for their rows since {}: replyd domain rotate {}", moment(next.made), domain.name);
    }
    for old in &ring.retired {
        let names: Vec<&str> = old.selectors.each().map(|(selector, _)| selector).collect();
        let may_go = if old.stay_until() > now { "stay until" } else { "may go since" };
        println!("    old rows of {} {may_go} {}", names.join(" and "), day(old.stay_until()));
    }
}

/// Whether answers may be set up to leave from that domain: refused, with the row that is missing, while it may not send.
///
/// `unverified`: the person knows; allowed where letters become files only.
pub(super) fn may_send(config: &Config, name: &str, unverified: bool) -> Result<(), Failure> {
    let to_files = matches!(config.outbound.route, Route::File { .. });
    match (unverified, to_files) {
        (true, true) => return Ok(()),
        (true, false) => {
            return Err(Failure::usage(
                "--unverified is for route = \"file\": by any other letters would have to leave",
            ));
        }
        (false, _) => {}
    }
    let state = match config.domains.iter().find(|domain| domain.name == name) {
        None => DomainState::Unverified(format!("it is not a [[domain]]: replyd domain add {name}")),
        Some(domain) => setup::state_of(domain, &look(config, domain)?.checked),
    };
    let hint = if to_files { "; as letters become files only, --unverified goes on without" } else { "" };
    match state {
        DomainState::Verified => Ok(()),
        DomainState::Unverified(why) => Err(Failure::data(format!(
            "answers could not leave from {name}: {why}{hint} (replyd domain verify {name})"
        ))),
        DomainState::Unknown(why) => {
            Err(Failure::later(format!("whether answers could leave from {name} is not known: {why}{hint}")))
        }
    }
}
