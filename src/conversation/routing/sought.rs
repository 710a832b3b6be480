//! Where our addresses were looked for in a mail, in order, and what was found there: for people who ask why.

use super::{Destined, Directory, Sent, places};
use crate::{
    mime::Mail,
    types::{Address, ConversationId, Recipient},
};

/// Addresses of one place that are told; a mail may name a thousand.
const NAMED_MAX: usize = 5;

/// One place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// `RCPT TO`, or the name of a header.
    pub place: &'static str,
    /// The first addresses that stood there.
    pub named: Vec<Address>,
    /// What it means.
    pub outcome: SoughtOutcome,
}

/// What one place means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoughtOutcome {
    /// It stands for these registered addresses.
    Found(Vec<Address>),
    /// It is the destination that all share: the headers decide.
    Shared,
    /// It is the envelope sender of a letter of ours.
    Returned(Sent),
    /// It is the address for answers in this conversation.
    Reply(ConversationId),
    /// Nothing of ours stands there.
    NoneOfOurs,
    /// An earlier place has settled it.
    NotNeeded,
}

impl Sought {
    /// In words.
    pub fn words(&self) -> String {
        let list = |addresses: &[Address]| {
            let mut words: Vec<String> = addresses.iter().take(NAMED_MAX).map(ToString::to_string).collect();
            if addresses.len() > NAMED_MAX {
                words.push("…".into());
            }
            if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
        };
        let outcome = match &self.outcome {
            SoughtOutcome::Found(ours) => format!("found {}", list(ours)),
            SoughtOutcome::Shared => "the destination that all addresses share, so the headers decide".into(),
            SoughtOutcome::Returned(sent) => {
                format!("the envelope sender of our letter {} to recipient {}", sent.letter, sent.place)
            }
            SoughtOutcome::Reply(id) => format!("its reply key is ours and names conversation {id}"),
            SoughtOutcome::NoneOfOurs => "none of ours".into(),
            SoughtOutcome::NotNeeded => "not needed any more".into(),
        };
        format!("{} {}: {outcome}", self.place, list(&self.named))
    }
}

impl Directory {
    /// The places in the order of [`Directory::route`]: every recipient, then, for the shared destination, the headers.
    /// Places where nothing stands are left out.
    pub fn sought(&self, recipients: &[Recipient], mail: &Mail) -> Vec<Sought> {
        let mut told = Vec::new();
        for Recipient { address } in recipients {
            let outcome = match self.recipient(address) {
                Some(Destined::Address(ours)) => SoughtOutcome::Found(vec![ours]),
                Some(Destined::Shared) => SoughtOutcome::Shared,
                Some(Destined::Returned(sent)) => SoughtOutcome::Returned(sent),
                Some(Destined::Reply(id)) => SoughtOutcome::Reply(id),
                None => SoughtOutcome::NoneOfOurs,
            };
            told.push(Sought { place: "RCPT TO", named: vec![address.clone()], outcome });
        }
        if !told.iter().any(|sought| sought.outcome == SoughtOutcome::Shared) {
            return told;
        }
        let mut settled = false;
        for (place, named) in places(mail) {
            if named.is_empty() {
                continue;
            }
            let ours = self.ours(&named);
            let outcome = match (settled, ours.is_empty()) {
                (true, _) => SoughtOutcome::NotNeeded,
                (false, true) => SoughtOutcome::NoneOfOurs,
                (false, false) => SoughtOutcome::Found(ours),
            };
            settled |= matches!(outcome, SoughtOutcome::Found(_));
            told.push(Sought { place, named: named.iter().take(NAMED_MAX + 1).cloned().collect(), outcome });
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{conversation::Registered, mime::RawHeader};

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn told(recipient: &str, mail: &Mail) -> Vec<String> {
        let support =
            Registered { address: address("support@acme.example"), destination: address("in+k1@mx.acme.example") };
        let directory = Directory::new(vec![support], address("in@mx.acme.example"));
        let sought = directory.sought(&[Recipient { address: address(recipient) }], mail);
        sought.iter().map(Sought::words).collect()
    }

    #[test]
    fn a_destination_with_a_key_settles_it_and_the_shared_one_asks_the_headers_in_order() {
        let forwarded = RawHeader { name: "Delivered-To".into(), value: "team@acme.example".into() };
        let mail = Mail {
            headers: vec![forwarded],
            to: vec![address("support@acme.example")],
            cc: vec![address("x@y.example")],
            ..Mail::default()
        };
        assert_eq!(told("in+k1@mx.acme.example", &mail), ["RCPT TO in+k1@mx.acme.example: found support@acme.example"]);
        assert_eq!(
            told("in@mx.acme.example", &mail),
            [
                "RCPT TO in@mx.acme.example: the destination that all addresses share, so the headers decide",
                "Delivered-To team@acme.example: none of ours",
                "To support@acme.example: found support@acme.example",
                "Cc x@y.example: not needed any more",
            ]
        );
    }
}
