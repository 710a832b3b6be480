//! People who answer: each takes a customer's mail in hand, reads the conversation and writes one reply, and goes on where
//! the daemon died under them.

use std::{net::SocketAddr, sync::Mutex};

use serde_json::json;

use crate::{
    oracle::Oracle,
    support::{
        api::Api,
        mails,
        smtp::{Client, queued_as},
    },
};

/// Autopilot is off there.
const BILLING: &str = "billing@acme.example";

/// What every marker begins with.
const MARKER: &str = "reply-";

/// One reply on its way to the daemon, and what its writer knows.
struct Reply {
    /// Stands in the subject.
    marker: String,
    /// The queue id of the customer's mail.
    queued: Option<String>,
    /// The conversation, and its generation when it was read.
    read: Option<(String, u64)>,
    /// How often the reply was sent to the daemon.
    posts: u32,
}

/// What lies on everybody's desk.
#[derive(Default)]
pub(crate) struct Office(Mutex<Desk>);

#[derive(Default)]
struct Desk {
    begun: u64,
    unfinished: Vec<Reply>,
}

impl Office {
    /// One of them writes until the daemon dies, or until `replies` in all were begun and none is left.
    pub(crate) fn write(&self, address: SocketAddr, api: &Api, oracle: &Oracle, replies: u64) {
        while let Some(mut reply) = self.next(replies) {
            match reply.write(address, api) {
                Some(()) => oracle.heard_yes(reply.marker, reply.read.expect("who answers has read").0),
                None => return self.0.lock().unwrap().unfinished.push(reply),
            }
        }
    }

    fn next(&self, replies: u64) -> Option<Reply> {
        let mut desk = self.0.lock().unwrap();
        desk.unfinished.pop().or_else(|| {
            (desk.begun < replies).then(|| {
                desk.begun += 1;
                Reply { marker: format!("{MARKER}{}", desk.begun), queued: None, read: None, posts: 0 }
            })
        })
    }
}

impl Reply {
    /// Does what is left to do; `None` when the daemon died meanwhile.
    fn write(&mut self, address: SocketAddr, api: &Api) -> Option<()> {
        let marker = &self.marker;
        if self.queued.is_none() {
            let from = format!("{marker}@customer.example");
            let mail =
                mails::mail(&from, BILLING, &format!("{marker}@mail.customer.example"), marker, "", "Where is it?");
            let said = Client::greeted(address).ok()?.mail(&from, &[BILLING], &mail).ok()?;
            self.queued = queued_as(&said);
            assert!(self.queued.is_some() || said.starts_with('4'), "{marker} was refused for good: {said}");
        }
        if self.read.is_none() {
            let why = value(api, &format!("/api/v1/messages/{}/why", self.queued.as_ref()?))?;
            let id = why["filings"][0]["place"]["conversation"]["id"].as_str();
            let id = id.unwrap_or_else(|| panic!("{marker} lies in no conversation: {why}"));
            let conversation = value(api, &format!("/api/v1/conversations/{id}"))?;
            self.read = Some((id.to_owned(), conversation["generation"].as_u64().unwrap()));
        }
        let (id, generation) = self.read.as_ref()?;
        // With what they had read: should the first have been kept and the yes lost, the second is refused.
        let reply = json!({ "markdown": words(marker), "by": "Eve", "generation": generation });
        self.posts += 1;
        let (status, answer) = api.attempt("POST", &format!("/api/v1/conversations/{id}/replies"), Some(&reply))?;
        match status {
            200 => Some(()),
            409 if self.posts > 1 => Some(()),
            status => panic!("{marker}: {status} {answer}"),
        }
    }
}

fn value(api: &Api, path: &str) -> Option<serde_json::Value> {
    let (status, value) = api.attempt("GET", path, None)?;
    assert_eq!(status, 200, "{path}: {value}");
    Some(value)
}

/// What a reply says.
pub(crate) fn words(marker: &str) -> String {
    format!("This answers {marker}, and nothing else.")
}

/// The marker in a subject.
pub(crate) fn marker_in(subject: &str) -> Option<&str> {
    subject.split(' ').find(|word| word.starts_with(MARKER))
}
