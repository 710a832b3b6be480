//! Whom a mail names besides its writer, as far as what proves the writer covers that (S-01).

use super::Directory;
use crate::{
    mime::Mail,
    types::{Address, is_within},
};

/// Others that are taken from one mail.
const NAMED_MAX: usize = 20;

/// The addresses in To and Cc that are neither the writer's nor ours.
///
/// A field counts only when every DKIM signature of From's domain covers it: else anybody on the way, or who sends an old
/// mail again, could have added it. Mail without such a signature is proved as a whole or not at all, which is for the
/// level to say. Mail that is not addressed to us in such a field names nobody: it was sent to others and perhaps again by
/// somebody else, or to us in blind copy, which is not ours to tell.
pub fn named(mail: &Mail, ours: &Directory) -> Vec<Address> {
    let Some(from) = &mail.from else { return Vec::new() };
    let mut named: Vec<Address> = Vec::new();
    let mut is_to_us = false;
    for address in written_to(mail) {
        if ours.recipient(address).is_some() {
            is_to_us = true;
        } else if address != from && !named.contains(address) && named.len() < NAMED_MAX {
            named.push(address.clone());
        }
    }
    if is_to_us { named } else { Vec::new() }
}

/// The addresses that the writer put into To and Cc, as far as what proves the writer covers these fields.
pub fn written_to(mail: &Mail) -> impl Iterator<Item = &Address> {
    let domain = mail.from.as_ref().map_or("", Address::domain);
    let signed: Vec<&str> = mail.header("DKIM-Signature").filter(|value| speaks_for(value, domain)).collect();
    // A signature covers one field of a name: a second one may be anybody's.
    let covered =
        |field: &str| signed.is_empty() || mail.header(field).count() == 1 && signed.iter().all(|s| covers(s, field));
    let to = if covered("to") { &mail.to[..] } else { &[] };
    let cc = if covered("cc") { &mail.cc[..] } else { &[] };
    to.iter().chain(cc)
}

/// Whether `d=` is the domain of From, above or below it. Too much is no harm: one more signature must cover the field.
fn speaks_for(signature: &str, from: &str) -> bool {
    let domain = tag(signature, "d").to_ascii_lowercase();
    is_within(&domain, from) || is_within(from, &domain)
}

/// RFC 6376 §3.5, `h=`.
fn covers(signature: &str, field: &str) -> bool {
    tag(signature, "h").split(':').any(|name| name.trim().eq_ignore_ascii_case(field))
}

/// RFC 6376 §3.2.
fn tag<'v>(value: &'v str, name: &str) -> &'v str {
    let tags = value.split(';').filter_map(|tag| tag.split_once('='));
    let mut found = tags.filter(|(found, _)| found.trim() == name).map(|(_, value)| value.trim());
    found.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{conversation::Registered, mime};

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn named_in(head: &str) -> Vec<String> {
        let registered =
            Registered { address: address("support@acme.example"), destination: address("in+k1@mx.acme.example") };
        let ours = Directory::new(vec![registered], address("in@mx.acme.example"));
        let mail = mime::parse(format!("From: ada@customer.example\r\n{head}\r\nhello\r\n").as_bytes());
        named(&mail, &ours).iter().map(Address::to_string).collect()
    }

    const FIELDS: &str = "To: support@acme.example, bob@customer.example\r\n\
        Cc: Carl <carl@other.example>, Ada@customer.example, in+k1@mx.acme.example, bob@customer.example\r\n";

    fn signed(domain: &str, fields: &str) -> String {
        format!("DKIM-Signature: v=1; a=rsa-sha256; d={domain};\r\n s=s1; h=From:{fields};\r\n bh=x; b=y\r\n{FIELDS}")
    }

    #[test]
    fn others_are_named_once_and_neither_the_writer_nor_we() {
        assert_eq!(named_in(FIELDS), ["bob@customer.example", "carl@other.example"]);
    }

    #[test]
    fn s01_a_field_that_the_writers_signature_leaves_open_names_nobody() {
        let both = ["bob@customer.example", "carl@other.example"];
        assert_eq!(named_in(&signed("customer.example", "To : CC")), both);
        assert_eq!(named_in(&signed("customer.example", "To:Subject")), ["bob@customer.example"]);
        assert!(named_in(&signed("customer.example", "Subject")).is_empty());
        assert!(named_in(&signed("Mail.Customer.example", "Subject")).is_empty());
        let added = format!("Cc: eve@evil.example\r\n{}", signed("customer.example", "To:Cc"));
        assert_eq!(named_in(&added), ["bob@customer.example"], "of two Cc the signature covers one");
        assert_eq!(named_in(&signed("provider.example", "Subject")), both, "another's signature says nothing of it");
    }

    #[test]
    fn a_mail_to_others_names_nobody_whoever_sent_it_to_us() {
        assert!(named_in("To: bob@customer.example\r\nCc: carl@other.example\r\n").is_empty());
        let added =
            format!("To: support@acme.example\r\n{}", signed("customer.example", "Cc").replace("in+k1@mx.", "k@"));
        assert!(named_in(&added).is_empty(), "who sends it again can put us in where nothing is signed");
    }

    #[test]
    fn a_mail_to_a_thousand_names_few() {
        let many: Vec<String> = (0..1000).map(|n| format!("x{n}@other.example")).collect();
        assert_eq!(named_in(&format!("To: support@acme.example,\r\n {}\r\n", many.join(",\r\n "))).len(), NAMED_MAX);
    }
}
