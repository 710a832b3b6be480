//! Forwarding providers: by what each is known, and what of its word counts. The one list.
//!
//! A `[[forwarder]]` of a built-in name changes the keys it gives and leaves the others. What is made of a profile is
//! decided in `auth`.

/// `[[forwarder]]`: a provider whose word counts for the addresses that name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forwarder {
    /// `name`, lower case.
    pub name: String,
    /// `title`: what people call it. Default: the name.
    pub title: String,
    /// `arc_sealers`: `d=` of its ARC seals, lower case.
    pub arc_sealers: Vec<String>,
    /// `envelopes`: how it writes the envelope sender of what it forwards.
    pub envelopes: Vec<EnvelopeShape>,
    /// `spf_domain`: the domain whose SPF record lists the addresses it sends from. None by default.
    pub spf_domain: Option<String>,
    /// `results_by`: its names in the `Authentication-Results` it writes, or domains above them. RFC 8601 §2.5.
    pub results_by: Vec<String>,
    /// `srs_means_spf_pass`: what failed SPF when it came leaves from addresses outside its SPF record, so that an SRS
    /// envelope which passes says that the first sender's SPF passed. Default false.
    pub srs_means_spf_pass: bool,
    /// `groups`: it has groups that write a new From and name the author in `X-Original-Sender`. Default false.
    pub groups: bool,
    /// `selectors`: with these it signs what it forwards, also in the name of our domain; a `*` at the end stands for
    /// anything. Such a signature does not speak for an author on a domain of ours.
    pub selectors: Vec<String>,
    /// `headers`: fields that stand on what it forwards and never on direct mail.
    pub headers: Vec<String>,
}

/// How a forwarder writes an envelope sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EnvelopeShape {
    /// `"caf"`: `mailbox+caf_=in+KEY=mx.acme.example@mailbox's domain`.
    Caf,
    /// `"srs"`: `mailbox+SRS=HASH=TT=DOMAIN=USER@mailbox's domain`.
    Srs,
    /// `"bounces-srs"`: `bounces+SRS=HASH=TT@tenant's domain`. Names neither mailbox nor sender.
    BouncesSrs,
    /// `"srs0"`: `SRS0=HASH=TT=DOMAIN=USER@forwarder`.
    Srs0,
    /// `"srs1"`: `SRS1=HASH=FIRST==HASH=TT=DOMAIN=USER@forwarder`.
    Srs1,
    /// `"group"`: `group+bncTOKEN@group's domain`.
    Group,
}

impl EnvelopeShape {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Caf, Self::Srs, Self::BouncesSrs, Self::Srs0, Self::Srs1, Self::Group];

    /// The word in `smtpd.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Caf => "caf",
            Self::Srs => "srs",
            Self::BouncesSrs => "bounces-srs",
            Self::Srs0 => "srs0",
            Self::Srs1 => "srs1",
            Self::Group => "group",
        }
    }
}

/// What is known of a provider without configuration.
struct Profile {
    name: &'static str,
    title: &'static str,
    arc_sealers: &'static [&'static str],
    envelopes: &'static [EnvelopeShape],
    spf_domain: Option<&'static str>,
    results_by: &'static [&'static str],
    srs_means_spf_pass: bool,
    groups: bool,
    selectors: &'static [&'static str],
    headers: &'static [&'static str],
}

const UNKNOWN: Profile = Profile {
    name: "",
    title: "",
    arc_sealers: &[],
    envelopes: &[],
    spf_domain: None,
    results_by: &[],
    srs_means_spf_pass: false,
    groups: false,
    selectors: &[],
    headers: &[],
};

/// Only what has been seen on public mail, or stands on the provider's own pages. Zoho, iCloud and Proton have shown
/// neither seals nor envelopes so far: their mail is believed by its own signatures.
const BUILT_IN: [Profile; 9] = [
    Profile {
        name: "google",
        title: "Google",
        arc_sealers: &["google.com"],
        envelopes: &[EnvelopeShape::Caf, EnvelopeShape::Group],
        spf_domain: Some("_spf.google.com"),
        results_by: &["mx.google.com"],
        groups: true,
        headers: &["X-Forwarded-To", "X-Forwarded-For", "X-Gm-Original-To", "X-Google-Group-Id"],
        ..UNKNOWN
    },
    Profile {
        name: "microsoft365",
        title: "Microsoft 365",
        arc_sealers: &["microsoft.com"],
        envelopes: &[EnvelopeShape::Srs, EnvelopeShape::BouncesSrs],
        spf_domain: Some("spf.protection.outlook.com"),
        srs_means_spf_pass: true,
        headers: &["X-MS-Exchange-ForwardingLoop", "X-MS-Exchange-Inbox-Rules-Loop"],
        ..UNKNOWN
    },
    Profile { name: "zoho", title: "Zoho", ..UNKNOWN },
    Profile {
        name: "fastmail",
        title: "Fastmail",
        arc_sealers: &["messagingengine.com"],
        envelopes: &[EnvelopeShape::Srs0, EnvelopeShape::Srs1],
        spf_domain: Some("spf.messagingengine.com"),
        headers: &["X-Delivered-To", "X-Resolved-To"],
        ..UNKNOWN
    },
    Profile {
        name: "cloudflare",
        title: "Cloudflare",
        arc_sealers: &["cloudflare-email.net"],
        envelopes: &[EnvelopeShape::Srs0],
        spf_domain: Some("_spf.mx.cloudflare.net"),
        results_by: &["mx.cloudflare.net"],
        selectors: &["cf20*"],
        ..UNKNOWN
    },
    Profile { name: "icloud", title: "iCloud", ..UNKNOWN },
    Profile { name: "proton", title: "Proton", headers: &["X-Pm-Forwarded-From", "X-Original-To"], ..UNKNOWN },
    Profile {
        name: "cpanel",
        title: "your mail host",
        envelopes: &[EnvelopeShape::Srs0, EnvelopeShape::Srs1],
        ..UNKNOWN
    },
    Profile {
        name: "generic",
        title: "your provider",
        envelopes: &[EnvelopeShape::Srs0, EnvelopeShape::Srs1],
        headers: &["Delivered-To", "Resent-From", "Resent-To", "X-Yandex-Forward", "X-MailRu-Forward"],
        ..UNKNOWN
    },
];

/// Other names of built-in ones.
const ALIASES: [(&str, &str); 1] = [("exim", "cpanel")];

impl Forwarder {
    /// The profile that `name` begins with: the built-in one, or an empty one. Any case; aliases are followed.
    pub(super) fn named(name: &str) -> Self {
        let name = canonical(name);
        let Some(known) = BUILT_IN.iter().find(|profile| profile.name == name) else {
            return Self { title: name.clone(), name, ..Self::default() };
        };
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Self {
            name,
            title: known.title.to_owned(),
            arc_sealers: owned(known.arc_sealers),
            envelopes: known.envelopes.to_vec(),
            spf_domain: known.spf_domain.map(str::to_owned),
            results_by: owned(known.results_by),
            srs_means_spf_pass: known.srs_means_spf_pass,
            groups: known.groups,
            selectors: owned(known.selectors),
            headers: owned(known.headers),
        }
    }
}

/// The name under which a forwarder is kept: lower case, aliases followed.
pub(super) fn canonical(name: &str) -> String {
    let name = name.to_lowercase();
    ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, real)| (*real).to_owned())
}

/// Whether there is a built-in one of that name.
pub(super) fn is_built_in(name: &str) -> bool {
    let name = canonical(name);
    BUILT_IN.iter().any(|profile| profile.name == name)
}

/// The names of the built-in ones, aliases at the end.
pub fn built_in_forwarders() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|profile| profile.name).chain(ALIASES.iter().map(|(alias, _)| *alias))
}

/// The profile of that name: of those configured, else built in; `None` for an unknown name.
pub fn forwarder(name: &str, configured: &[Forwarder]) -> Option<Forwarder> {
    let name = canonical(name);
    let own = configured.iter().find(|forwarder| forwarder.name == name).cloned();
    own.or_else(|| is_built_in(&name).then(|| Forwarder::named(&name)))
}

/// Selectors with which forwarders sign, those configured and those built in.
pub fn forwarder_selectors(configured: &[Forwarder]) -> Vec<String> {
    let built_in = BUILT_IN.iter().flat_map(|profile| profile.selectors.iter().map(|&name| name.to_owned()));
    built_in.chain(configured.iter().flat_map(|forwarder| forwarder.selectors.clone())).collect()
}

/// Fields of all forwarders, those configured and those built in.
pub fn forwarder_headers(configured: &[Forwarder]) -> Vec<String> {
    let built_in = BUILT_IN.iter().flat_map(|profile| profile.headers.iter().map(|&name| name.to_owned()));
    built_in.chain(configured.iter().flat_map(|forwarder| forwarder.headers.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_forwarder_replaces_the_built_in_one() {
        let own = [Forwarder { arc_sealers: vec!["relay.example".into()], ..Forwarder::named("google") }];
        assert_eq!(forwarder("Google", &own).unwrap().arc_sealers, ["relay.example"]);
        assert_eq!(forwarder("google", &[]).unwrap().arc_sealers, ["google.com"]);
        assert_eq!(forwarder("nobody", &own), None);
    }

    #[test]
    fn an_alias_is_the_same_forwarder() {
        assert_eq!(forwarder("exim", &[]), forwarder("cpanel", &[]));
        assert_eq!(built_in_forwarders().filter(|name| forwarder(name, &[]).is_none()).count(), 0);
    }
}
