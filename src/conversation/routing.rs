//! Which of our addresses a mail reaches.

mod sought;

use std::{borrow::Cow, collections::HashMap};

use constant_time_eq::constant_time_eq;

pub use sought::{Sought, SoughtOutcome};

use super::{ReplyKeys, Sent, Verp};
use crate::{
    mime::Mail,
    types::{Address, ConversationId, Recipient},
};

/// A registered support address and the secret destination its provider forwards to.
#[derive(Debug, Clone)]
pub struct Registered {
    /// `support@acme.example`.
    pub address: Address,
    /// `in+KEY@mx.acme.example`.
    pub destination: Address,
}

/// What a recipient of the envelope stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destined {
    /// This registered address, by its own name or its destination.
    Address(Address),
    /// The destination without a key: the headers say which address.
    Shared,
    /// The envelope sender of this delivery of ours: something comes back.
    Returned(Sent),
    /// An address of ours that carries the reply key of this conversation, whose support address the store knows.
    Reply(ConversationId),
}

/// All registered addresses.
#[derive(Debug, Clone)]
pub struct Directory {
    addresses: Vec<Address>,
    /// The place of each address, by its [key](Address::key). Addresses are public: a map may look them up.
    by_name: HashMap<String, usize>,
    /// Each destination and its [key](Address::key), in the order of `addresses`. These are secret.
    destinations: Vec<(Address, Box<[u8]>)>,
    shared: Address,
    verp: Option<Verp>,
    /// What reads keyed reply addresses, which are at the host of `shared`.
    replies: Option<ReplyKeys>,
}

/// The registered addresses that one mail reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routed {
    /// Each gets the mail.
    pub addresses: Vec<Address>,
    /// On a shared destination: the first of these that has not had the mail gets it.
    pub one_of: Vec<Address>,
    /// The conversations whose keyed reply addresses it was sent to.
    pub replies: Vec<ConversationId>,
    /// The delivery of ours that the mail came back to. A report is about one: of several recipients the first counts.
    pub returned: Option<Sent>,
}

/// Headers that name the address a forwarder had in hand, the most trustworthy first. To and Cc follow.
const PATH_HEADERS: [&str; 5] = ["Delivered-To", "X-Original-To", "X-Forwarded-To", "X-Forwarded-For", "Resent-To"];

impl Directory {
    /// `shared`: the destination without a key.
    pub fn new(registered: Vec<Registered>, shared: Address) -> Self {
        let by_name = registered.iter().enumerate().map(|(place, one)| (one.address.key(), place)).collect();
        let parts = registered.into_iter().map(|Registered { address, destination }| {
            let key = destination.key().into_bytes().into();
            (address, (destination, key))
        });
        let (addresses, destinations) = parts.unzip();
        Self { addresses, by_name, destinations, shared, verp: None, replies: None }
    }

    /// The envelope senders of our own letters are ours too.
    #[must_use]
    pub fn with_verp(self, verp: Verp) -> Self {
        Self { verp: Some(verp), ..self }
    }

    /// Takes mail also at addresses that carry a reply key of `keys`.
    #[must_use]
    pub fn with_reply_keys(self, keys: ReplyKeys) -> Self {
        Self { replies: Some(keys), ..self }
    }

    /// What this recipient stands for; `None`: it is nobody of ours. Letter case does not matter.
    pub fn recipient(&self, recipient: &Address) -> Option<Destined> {
        if *recipient == self.shared {
            return Some(Destined::Shared);
        }
        let key = recipient.key();
        let named = self.by_name.get(&key).copied();
        match named.or_else(|| self.behind_destination(key.as_bytes())) {
            Some(place) => Some(Destined::Address(self.addresses[place].clone())),
            None => {
                let returned = self.verp.as_ref().and_then(|verp| verp.read(recipient)).map(Destined::Returned);
                returned.or_else(|| self.behind_reply_key(recipient).map(Destined::Reply))
            }
        }
    }

    /// All support addresses, as they are configured.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.addresses.iter()
    }

    /// Whether that support address is registered.
    pub fn is_registered(&self, address: &Address) -> bool {
        self.by_name.contains_key(&address.key())
    }

    /// S-03: nobody can make up an address of ours.
    fn behind_reply_key(&self, recipient: &Address) -> Option<ConversationId> {
        let at_home = recipient.domain() == self.shared.domain();
        let read = || self.replies.as_ref()?.read(&recipient.to_string());
        at_home.then(read).flatten().map(|(_, conversation)| conversation)
    }

    /// S-03: all are compared, each in constant time, so that how long it takes tells nothing about a key.
    fn behind_destination(&self, key: &[u8]) -> Option<usize> {
        let mut hit = None;
        for (place, (_, destination)) in self.destinations.iter().enumerate() {
            if constant_time_eq(destination, key) {
                hit = Some(place);
            }
        }
        hit
    }

    /// Where mail for that registered address is forwarded to.
    pub fn destination_of(&self, address: &Address) -> Option<&Address> {
        let place = self.by_name.get(&address.key())?;
        self.destinations.get(*place).map(|(destination, _)| destination)
    }

    /// The registered addresses that the mail reaches; empty when there is none.
    pub fn route(&self, recipients: &[Recipient], mail: &Mail) -> Routed {
        let mut routed = Routed::default();
        let mut shared = false;
        for recipient in recipients {
            match self.recipient(&recipient.address) {
                Some(Destined::Address(address)) => push_new(&mut routed.addresses, address),
                Some(Destined::Shared) => shared = true,
                Some(Destined::Reply(conversation)) if !routed.replies.contains(&conversation) => {
                    routed.replies.push(conversation);
                }
                // Whose letter it was only the store knows.
                Some(Destined::Returned(sent)) => drop(routed.returned.get_or_insert(sent)),
                Some(Destined::Reply(_)) | None => {}
            }
        }
        if shared {
            routed.one_of = self.named_in_headers(mail);
            routed.one_of.retain(|address| !routed.addresses.contains(address));
        }
        routed
    }

    /// The registered addresses of the first header that names one.
    fn named_in_headers(&self, mail: &Mail) -> Vec<Address> {
        let mut ours = places(mail).map(|(_, named)| self.ours(&named));
        ours.find(|ours| !ours.is_empty()).unwrap_or_default()
    }

    fn ours(&self, named: &[Address]) -> Vec<Address> {
        let mut ours = Vec::new();
        for address in named {
            if let Some(place) = self.by_name.get(&address.key()) {
                push_new(&mut ours, self.addresses[*place].clone());
            }
        }
        ours
    }
}

fn push_new(list: &mut Vec<Address>, address: Address) {
    if !list.contains(&address) {
        list.push(address);
    }
}

/// The headers that may name the address, in the order in which they are believed, and what stands in each.
fn places(mail: &Mail) -> impl Iterator<Item = (&'static str, Cow<'_, [Address]>)> {
    let path = PATH_HEADERS.into_iter().map(|name| (name, mail.header(name).flat_map(addresses_in).collect()));
    path.chain([("To", Cow::from(&mail.to)), ("Cc", Cow::from(&mail.cc))])
}

/// The addresses of a trace header. `X-Forwarded-For` separates them by spaces, others by commas or not at all.
fn addresses_in(value: &str) -> impl Iterator<Item = Address> + '_ {
    value.split([' ', ',', ';', '\t', '<', '>']).filter_map(|word| Address::parse(word).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mime::RawHeader,
        types::{LetterId, Secret},
    };

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn directory() -> Directory {
        let registered = |name: &str, key: &str| Registered {
            address: address(&format!("{name}@acme.example")),
            destination: address(&format!("in+{key}@mx.acme.example")),
        };
        Directory::new(vec![registered("support", "k1"), registered("billing", "k2")], address("in@mx.acme.example"))
    }

    fn recipients(list: &[&str]) -> Vec<Recipient> {
        list.iter().map(|text| Recipient { address: address(text) }).collect()
    }

    #[test]
    fn a_recipient_is_ours_by_name_by_key_in_any_case_or_shared() {
        let ours = directory();
        let support = Some(Destined::Address(address("support@acme.example")));
        assert_eq!(ours.recipient(&address("Support@ACME.example")), support);
        assert_eq!(ours.recipient(&address("IN+K1@mx.acme.example")), support);
        assert_eq!(ours.recipient(&address("in@mx.acme.example")), Some(Destined::Shared));
        for stranger in ["in+k3@mx.acme.example", "sales@acme.example", "support@other.example"] {
            assert_eq!(ours.recipient(&address(stranger)), None, "{stranger}");
        }
    }

    #[test]
    fn a_key_changed_anywhere_is_nobodys() {
        // S-03: every octet counts, and so does the length.
        let (support, key) = (address("support@acme.example"), "abcdefghijklmno23456");
        let one = Registered { address: support.clone(), destination: address(&format!("in+{key}@mx.acme.example")) };
        let ours = Directory::new(vec![one], address("in@mx.acme.example"));
        let asked = |local: &str| ours.recipient(&address(&format!("{local}@mx.acme.example")));
        assert_eq!(asked(&format!("in+{key}")), Some(Destined::Address(support)));
        for at in 0..key.len() {
            for other in b"abcdefghijklmnopqrstuvwxyz234567".iter().filter(|other| **other != key.as_bytes()[at]) {
                let mut changed = key.to_owned().into_bytes();
                changed[at] = *other;
                assert_eq!(asked(&format!("in+{}", String::from_utf8(changed).unwrap())), None, "octet {at}");
            }
        }
        let (short, long) = (format!("in+{}", &key[1..]), format!("in+{key}a"));
        for wrong in [short.as_str(), &long, "in+", key, "support"] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
        assert_eq!(ours.recipient(&address(&format!("in+{key}@acme.example"))), None, "another host");
    }

    #[test]
    fn s03_an_address_with_our_reply_key_is_ours_and_with_any_other_is_nobodys() {
        let keys = ReplyKeys::new(&[Secret::new([7; 32])]);
        let key = keys.write(LetterId(1), ConversationId(9));
        let ours = directory().with_reply_keys(keys);
        let keyed = address(&format!("{}@MX.acme.example", key.to_uppercase()));
        assert_eq!(ours.recipient(&keyed), Some(Destined::Reply(ConversationId(9))));
        let routed =
            ours.route(&[Recipient { address: keyed.clone() }, Recipient { address: keyed }], &Mail::default());
        assert_eq!(routed, Routed { replies: vec![ConversationId(9)], ..Routed::default() });

        let foreign = ReplyKeys::new(&[Secret::new([8; 32])]).write(LetterId(1), ConversationId(9));
        for stranger in
            [format!("{key}@acme.example"), format!("{foreign}@mx.acme.example"), "rd.1.2.3@mx.acme.example".into()]
        {
            assert_eq!(ours.recipient(&address(&stranger)), None, "{stranger}");
        }
    }

    #[test]
    fn the_envelope_decides_and_headers_do_not_overrule_it() {
        let mail = Mail { to: vec![address("billing@acme.example")], ..Mail::default() };
        let routed = directory().route(&recipients(&["in+k1@mx.acme.example"]), &mail);
        assert_eq!(routed.addresses, [address("support@acme.example")]);
        assert!(routed.one_of.is_empty());
    }

    #[test]
    fn on_the_shared_destination_the_first_header_that_names_us_decides() {
        let header = |name: &str, value: &str| RawHeader { name: name.into(), value: value.into() };
        let mut mail = Mail { to: vec![address("x@y.example"), address("support@acme.example")], ..Mail::default() };
        let shared = recipients(&["in@mx.acme.example"]);
        assert_eq!(directory().route(&shared, &mail).one_of, [address("support@acme.example")]);
        mail.headers.push(header("X-Forwarded-For", "billing@acme.example in@mx.acme.example"));
        assert_eq!(directory().route(&shared, &mail).one_of, [address("billing@acme.example")]);
    }

    #[test]
    fn a_blind_copy_without_any_of_our_addresses_reaches_none() {
        let shared = recipients(&["in@mx.acme.example"]);
        assert_eq!(directory().route(&shared, &Mail::default()), Routed::default());
    }
}
