//! Forwarding providers by name, and whose ARC seals they put on.

use crate::config::Forwarder;

/// Built-in providers. Only those whose seals have been seen on public mail have any; a `[[forwarder]]` of the same name
/// replaces the row.
const BUILT_IN: [(&str, &[&str]); 9] = [
    ("google", &["google.com"]),
    ("microsoft365", &["microsoft.com"]),
    ("fastmail", &["messagingengine.com"]),
    ("cloudflare", &["cloudflare-email.net"]),
    ("zoho", &[]),
    ("icloud", &[]),
    ("proton", &[]),
    ("cpanel", &[]),
    ("generic", &[]),
];

/// The names of the built-in providers.
pub fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The domains (`d=`, lower case) whose ARC seals count for an address with that forwarder; `None` for an unknown name.
pub fn sealers(name: &str, configured: &[Forwarder]) -> Option<Vec<String>> {
    if let Some(own) = configured.iter().find(|forwarder| forwarder.name == name) {
        return Some(own.arc_sealers.iter().map(|domain| domain.to_ascii_lowercase()).collect());
    }
    let (_, domains) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
    Some(domains.iter().map(|domain| (*domain).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_forwarder_replaces_the_built_in_one() {
        let own = [Forwarder { name: "google".into(), arc_sealers: vec!["Relay.example".into()] }];
        assert_eq!(sealers("google", &own).unwrap(), ["relay.example"]);
        assert_eq!(sealers("google", &[]).unwrap(), ["google.com"]);
        assert_eq!(sealers("generic", &[]).unwrap(), Vec::<String>::new());
        assert_eq!(sealers("nobody", &[]), None);
    }
}
