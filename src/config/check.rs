//! What must fit together in a configuration, however it was made.

use std::{
    collections::HashSet,
    net::{IpAddr, SocketAddr},
    path::Path,
};

use super::{
    Budgets, Config, EnvelopeSender, Mistake, ModelServer, Route, SmarthostTls, TlsMode,
    forwarders::built_in_forwarders, keys, outgoing::leads_back,
};
use crate::types::Address;

/// What is wrong with a configuration beyond its form. Looks at the files it names. `line` of each mistake is 0.
pub fn check(config: &Config) -> Vec<Mistake> {
    let mut all = Findings::default();
    listeners(config, &mut all);
    limits(config, &mut all);
    certificate(config, &mut all);
    smarthost(config, &mut all);
    envelope(config, &mut all);
    domains(config, &mut all);
    addresses(config, &mut all);
    forwarders(config, &mut all);
    tools(config, &mut all);
    sites(config, &mut all);
    prices(config, &mut all);
    if let Some(path) = &config.knowledge.path
        && let Err(error) = std::fs::read_dir(path)
    {
        all.say("knowledge.path", format!("{}: the folder cannot be read: {error}", path.display()));
    }
    all.0
}

#[derive(Default)]
struct Findings(Vec<Mistake>);

impl Findings {
    fn say(&mut self, key: impl Into<String>, words: impl Into<String>) {
        self.0.push(Mistake { line: 0, key: key.into(), words: words.into() });
    }
}

fn listeners(config: &Config, all: &mut Findings) {
    if keys::host(&config.smtp.hostname).is_err() {
        all.say("smtp.hostname", format!("`{}` is not a host name", config.smtp.hostname));
    }
    if config.smtp.listeners.is_empty() {
        all.say("smtp.listener", "there is no listener, so no mail can arrive");
    }
    for (n, listener) in config.smtp.listeners.iter().enumerate() {
        let key = format!("smtp.listener[{}]", listener.listen);
        if listener.require_tls && listener.tls == TlsMode::Off {
            all.say(format!("{key}.require_tls"), "TLS is required where tls = \"off\": nobody could send anything");
        }
        if config.smtp.listeners[..n].iter().any(|earlier| overlap(earlier.listen, listener.listen)) {
            all.say(format!("{key}.listen"), format!("two listeners on {}", listener.listen));
        }
    }
    for (key, web) in [("web.listen", config.web.listen), ("web.metrics", config.web.metrics)] {
        if let Some(web) = web
            && config.smtp.listeners.iter().any(|listener| overlap(listener.listen, web))
        {
            all.say(key, format!("an SMTP listener stands on {web}"));
        }
    }
    if let (Some(web), Some(metrics)) = (config.web.listen, config.web.metrics)
        && overlap(web, metrics)
    {
        all.say("web.metrics", format!("`listen` stands on {web}: the metrics need a port of their own"));
    }
    if let Some(listen) = config.web.listen
        && !listen.ip().is_loopback()
        && config.web.url.as_ref().is_none_or(|url| url.scheme() != "https")
    {
        let words =
            format!("{listen} is no loopback address: say the https:// address under which people reach it with `url`");
        all.say("web.listen", words);
    }
    if let Some(metrics) = config.web.metrics
        && !metrics.ip().is_loopback()
        && !config.web.metrics_from_anywhere
    {
        let words = format!(
            "{metrics} is no loopback address: whoever may read them from elsewhere must be said with metrics_from_anywhere = true"
        );
        all.say("web.metrics", words);
    }
}

fn tools(config: &Config, all: &mut Findings) {
    for (n, tool) in config.tools.iter().enumerate() {
        let key = format!("tool[{}]", tool.name);
        if config.tools[..n].iter().any(|earlier| earlier.name == tool.name) {
            all.say(format!("{key}.name"), format!("two tools are named `{}`", tool.name));
        }
        audience(config, &key, (&tool.addresses, &tool.segments), all);
    }
}

fn sites(config: &Config, all: &mut Findings) {
    for (n, site) in config.knowledge.sites.iter().enumerate() {
        let key = format!("knowledge.site[{}]", site.sitemap);
        if config.knowledge.sites[..n].iter().any(|earlier| earlier.sitemap == site.sitemap) {
            all.say(format!("{key}.sitemap"), "two sites have that sitemap");
        }
        audience(config, &key, (&site.addresses, &site.segments), all);
    }
}

/// For whom something is: names of what there is.
fn audience(config: &Config, key: &str, (addresses, segments): (&[Address], &[String]), all: &mut Findings) {
    let unknown = |address: &&Address| !config.addresses.iter().any(|known| known.address == **address);
    if let Some(address) = addresses.iter().find(unknown) {
        all.say(format!("{key}.addresses"), format!("`{address}` is none of the [[address]]"));
    }
    let unknown = |name: &&String| !config.segments.iter().any(|known| known.name == **name);
    if let Some(name) = segments.iter().find(unknown) {
        all.say(format!("{key}.segments"), format!("no [[segment]] is named `{name}`"));
    }
}

/// A budget of money that somebody wrote down counts nothing while a model is free.
fn prices(config: &Config, all: &mut Findings) {
    let cents = |budgets: &Budgets| {
        [budgets.per_conversation, budgets.per_sender_per_day, budgets.per_day, budgets.per_month].map(|one| one.cents)
    };
    if cents(&config.agent.budgets) == cents(&Budgets::default()) {
        return;
    }
    for (key, server) in [("model", &config.model.server), ("model.fallback", &config.model.fallback)] {
        let is_free = |server: &ModelServer| server.input_price_millionths == 0 && server.output_price_millionths == 0;
        if server.as_ref().is_some_and(is_free) {
            all.say(
                format!("{key}.input_price"),
                "[agent] has a budget in cents, and no price says what a thought costs",
            );
        }
    }
}

/// Whether the second could not be bound beside the first. Port 0 takes a free one each time.
fn overlap(a: SocketAddr, b: SocketAddr) -> bool {
    let same_family = a.is_ipv4() == b.is_ipv4();
    let any = a.ip().is_unspecified() || b.ip().is_unspecified();
    a.port() != 0 && a.port() == b.port() && (a.ip() == b.ip() || (same_family && any))
}

fn limits(config: &Config, all: &mut Findings) {
    let limits = &config.limits;
    if limits.message_bytes_max > limits.bodies_bytes_max as u64 {
        let words = format!(
            "{} is less than message_bytes_max ({}): the largest mail could never be judged",
            limits.bodies_bytes_max, limits.message_bytes_max
        );
        all.say("limits.bodies_bytes_max", words);
    }
}

fn certificate(config: &Config, all: &mut Findings) {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(_), None) => all.say("tls.certificate", "a certificate without its key: `key` is missing"),
        (None, Some(_)) => all.say("tls.key", "a key without its certificate: `certificate` is missing"),
        _ => {}
    }
    for (key, path, label) in [
        ("tls.certificate", &config.tls.certificate, "CERTIFICATE-----"),
        ("tls.key", &config.tls.key, "PRIVATE KEY-----"),
    ] {
        if let Some(Err(words)) = path.as_ref().map(|path| pem(path, label)) {
            all.say(key, words);
        }
    }
}

/// Whether the file holds a PEM block of that label. Whether it fits its key is seen when TLS starts.
fn pem(path: &Path, label: &str) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: it cannot be read: {error}", path.display()))?;
    let found = memchr::memmem::find(&bytes, label.as_bytes()).is_some();
    let wrong = || format!("{}: no PEM block `-----BEGIN … {label}` stands in it", path.display());
    found.then_some(()).ok_or_else(wrong)
}

fn smarthost(config: &Config, all: &mut Findings) {
    let Route::Smarthost(smarthost) = &config.outbound.route else { return };
    if let Some(Err(words)) = smarthost.ca.as_ref().map(|path| pem(path, "CERTIFICATE-----")) {
        all.say("outbound.smarthost_ca", words);
    }
    if smarthost.tls == SmarthostTls::Off && smarthost.password.is_some() && !is_loopback(&smarthost.host) {
        let words = format!("the password would travel in clear text to {}: use \"starttls\"", smarthost.host);
        all.say("outbound.smarthost_tls", words);
    }
}

fn envelope(config: &Config, all: &mut Findings) {
    let hostname = &config.smtp.hostname;
    if config.outbound.envelope == EnvelopeSender::Verp && !leads_back(hostname) {
        let words = format!("reports would go to [smtp] hostname, and nobody outside finds `{hostname}`: use \"from\"");
        all.say("outbound.envelope", words);
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn domains(config: &Config, all: &mut Findings) {
    let mut seen = HashSet::new();
    for domain in &config.domains {
        let key = format!("domain[{}]", domain.name);
        if !seen.insert(&domain.name) {
            all.say(format!("{key}.name"), format!("the domain {} stands twice", domain.name));
        }
        if domain.selector_rsa.is_some() && domain.selector_rsa == domain.selector_ed25519 {
            // RFC 6376 §3.6.2.1: a selector names one record, and so one key.
            all.say(format!("{key}.selector_ed25519"), "both keys have the same selector: each needs its own");
        }
    }
}

fn addresses(config: &Config, all: &mut Findings) {
    let mut seen = HashSet::new();
    let letters_leave = !matches!(config.outbound.route, Route::File { .. });
    for support in &config.addresses {
        let key = format!("address[{}]", support.address.key());
        if !seen.insert(&support.address) {
            all.say(format!("{key}.address"), format!("the address {} stands twice", support.address));
        }
        if support.form.as_ref() == Some(&support.address) {
            all.say(
                format!("{key}.form"),
                "a form that writes From the support address could not be told from an echo of ours",
            );
        }
        if let (Some(name), None) = (&support.hours_name, &support.hours) {
            all.say(format!("{key}.hours"), format!("no [[hours]] is named \"{name}\""));
        }
        if support.form_vouches && support.form.is_none() {
            all.say(format!("{key}.form_vouches"), "it says something of a form, and there is no `form`");
        }
        for (n, signature) in support.signatures.iter().enumerate() {
            if support.signatures[..n].iter().any(|earlier| earlier.language == signature.language) {
                let words = format!("there are two signatures for \"{}\"", signature.language);
                all.say(format!("{key}.signature[{}].language", signature.language), words);
            }
        }
        let domain = support.address.domain();
        if letters_leave && !config.domains.iter().any(|known| known.name == domain) {
            let words = format!("there is no [[domain]] {domain}, so its answers could not leave");
            all.say(format!("{key}.address"), words);
        }
        if let Some(name) = &support.forwarder
            && super::forwarder(name, &config.forwarders).is_none()
        {
            let words = format!(
                "there is no [[forwarder]] `{name}`, and it is none of those built in: {}",
                built_in_forwarders().collect::<Vec<_>>().join(", ")
            );
            all.say(format!("{key}.forwarder"), words);
        }
    }
}

fn forwarders(config: &Config, all: &mut Findings) {
    let mut seen = HashSet::new();
    for forwarder in &config.forwarders {
        if !seen.insert(&forwarder.name) {
            all.say(
                format!("forwarder[{}].name", forwarder.name),
                format!("the forwarder {} stands twice", forwarder.name),
            );
        }
    }
}
