//! The oracle: knows what the senders were told and the files that came out, and asks the daemon's doors for the rest.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use serde_json::Value;

use crate::{
    load::{Goes, Known, Sent, marker_in},
    support::api::Api,
};

/// Every mail that was ever sent, by marker.
#[derive(Default)]
pub(crate) struct Oracle {
    sent: BTreeMap<String, Sent>,
}

/// A letter as it lies in the outbox.
struct Letter {
    file: String,
    message_id: String,
    in_reply_to: String,
    to: String,
    subject: String,
}

impl Oracle {
    /// Remembers what the senders know.
    pub(crate) fn learn(&mut self, sent: Vec<Sent>) {
        for mail in sent {
            let before = self.sent.insert(mail.marker.clone(), mail);
            assert!(before.is_none(), "a marker is used once");
        }
    }

    /// Mails without 250, to be sent again; the oracle learns of them anew.
    pub(crate) fn take_unheard(&mut self, mut wanted: impl FnMut() -> bool) -> Vec<Sent> {
        let unheard: Vec<String> = self
            .sent
            .values()
            .filter(|mail| mail.queued.is_none() && wanted())
            .map(|mail| mail.marker.clone())
            .collect();
        unheard.iter().filter_map(|marker| self.sent.remove(marker)).collect()
    }

    /// Mails, those of them that heard 250, and those of them that were sent more than once for it.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let heard = self.sent.values().filter(|mail| mail.queued.is_some());
        (self.sent.len(), heard.clone().count(), heard.filter(|mail| mail.tries > 1).count())
    }

    /// Each of these that heard 250 is there, in the place it belongs, whole.
    pub(crate) fn check_taken(&self, api: &Api, markers: &[String]) {
        for mail in markers.iter().map(|marker| &self.sent[marker]) {
            let Some(id) = &mail.queued else { continue };
            let why = api.why(id);
            let filings = why["filings"].as_array().unwrap();
            assert_eq!(filings.len(), mail.to.len(), "{}: {why}", mail.marker);
            for filed in filings {
                check_place(api, mail, id, &filed["place"]);
            }
            check_raw(api, mail, id);
        }
    }

    /// The whole store against everything that was ever said, and the outbox against the store.
    pub(crate) fn check_everything(&self, api: &Api, outbox: &Path) {
        // The daemon goes on answering while it is looked at: a file that lies there now is a letter already.
        let files = letters_in(outbox);
        let (mut seen, mut letters) = (HashMap::<&str, Vec<(String, String)>>::new(), BTreeMap::new());
        let mut found = |subject: &str, place: String, id: &Value| {
            let marker = marker_in(subject).unwrap_or_else(|| panic!("nobody sent {subject:?}"));
            let (known, _) = self.sent.get_key_value(marker).unwrap_or_else(|| panic!("nobody sent {marker}"));
            seen.entry(known).or_default().push((place, id.as_str().unwrap().to_owned()));
        };
        for row in api.conversations() {
            let conversation = api.conversation(row["id"].as_str().unwrap());
            let mut numbers = (0, 0);
            for line in conversation["timeline"].as_array().unwrap() {
                match line["kind"].as_str().unwrap() {
                    "mail" => {
                        numbers.0 += 1;
                        found(line["mail"]["subject"].as_str().unwrap(), row["id"].to_string(), &line["id"]);
                    }
                    "letter" => {
                        numbers.1 += 1;
                        letters.insert(line["message_id"].as_str().unwrap().to_owned(), line["recipients"].clone());
                    }
                    _ => {}
                }
            }
            let (mails, answers) = numbers;
            assert!(mails > 0, "a conversation without a mail: {row}");
            assert!(answers <= mails, "{answers} answers to {mails} mails: {conversation}");
        }
        for row in api.held() {
            found(row["mail"]["subject"].as_str().unwrap(), "held".into(), &row["id"]);
        }
        for mail in self.sent.values() {
            self.check_seen(api, mail, seen.get(mail.marker.as_str()).map_or(&[], Vec::as_slice));
        }
        for letter in files {
            assert!(letters.contains_key(&letter.message_id), "{} is no letter of any conversation", letter.file);
        }
        check_outbox(outbox, &letters);
    }

    fn check_seen(&self, api: &Api, mail: &Sent, seen: &[(String, String)]) {
        let marker = &mail.marker;
        let Some((_, id)) = seen.first() else {
            assert!(mail.queued.is_none(), "{marker} heard 250 as {:?} and is nowhere", mail.queued);
            return;
        };
        let places: BTreeSet<&String> = seen.iter().map(|(place, _)| place).collect();
        assert_eq!(seen.len(), mail.to.len(), "{marker} (250: {:?}) is seen as {seen:?}", mail.queued);
        assert_eq!(places.len(), seen.len(), "{marker} is twice in one place: {seen:?}");
        assert!(seen.iter().all(|(_, other)| other == id), "{marker} has several ids: {seen:?}");
        if let Some(queued) = &mail.queued {
            assert_eq!(id, queued, "{marker} is kept under the id that was said");
        }
        check_raw(api, mail, id);
    }
}

fn check_place(api: &Api, mail: &Sent, id: &str, place: &Value) {
    let marker = &mail.marker;
    if mail.goes == Goes::Held {
        assert!(place["held"].is_object(), "{marker} should be held: {place}");
        return;
    }
    let conversation = place["conversation"]["id"].as_str().unwrap_or_else(|| panic!("{marker} lies in {place}"));
    let conversation = api.conversation(conversation);
    let timeline = conversation["timeline"].as_array().unwrap();
    let times = timeline.iter().filter(|line| line["kind"] == "mail" && line["id"] == id).count();
    assert_eq!(times, 1, "{marker} in {conversation}");
    if let Goes::Joins(number) = &mail.goes {
        assert_eq!(&said(&conversation["number"]), number, "{marker} joins by its number: {place}");
    }
}

/// Kept is our trace and then exactly what was sent.
fn check_raw(api: &Api, mail: &Sent, id: &str) {
    let raw = api.raw(id);
    let trace = raw.strip_suffix(mail.body.as_slice());
    let trace = trace.unwrap_or_else(|| panic!("{} is not kept as it was sent: {} octets", mail.marker, raw.len()));
    assert!(trace.ends_with(b"\r\n") && trace.len() < 4_000, "{}: {}", mail.marker, String::from_utf8_lossy(trace));
}

/// No mail is answered twice, no letter is there twice, and what counts as delivered lies there.
fn check_outbox(outbox: &Path, letters: &BTreeMap<String, Value>) {
    let (mut answered, mut ids) = (HashMap::new(), HashMap::new());
    let files = letters_in(outbox);
    for letter in &files {
        let file = &letter.file;
        if let Some(other) = answered.insert(&letter.in_reply_to, file) {
            panic!("{file} and {other} answer the same mail {}", letter.in_reply_to);
        }
        if let Some(other) = ids.insert((&letter.message_id, &letter.to), file) {
            panic!("{file} and {other} are the same letter {}", letter.message_id);
        }
    }
    for (id, recipients) in letters {
        let accepted = recipients.as_array().unwrap().iter().filter(|one| one["state"]["accepted"].is_object()).count();
        let here = files.iter().filter(|letter| letter.message_id == *id).count();
        // A file whose delivery was not written down yet is tried again and found there.
        assert!(accepted <= here, "{id} counts as delivered {accepted} times and lies there {here} times");
    }
}

/// Conversations that a customer can name, because an answer told the number.
pub(crate) fn known(outbox: &Path) -> Vec<Known> {
    let number = |subject: &str| Some(subject.split_once('[')?.1.split_once(']')?.0.to_owned());
    letters_in(outbox)
        .into_iter()
        .filter_map(|letter| Some(Known { number: number(&letter.subject)?, customer: letter.to }))
        .collect()
}

fn letters_in(outbox: &Path) -> Vec<Letter> {
    let Ok(files) = fs::read_dir(outbox) else { return Vec::new() };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let whole = names.filter(|name| name.ends_with(".eml"));
    whole.map(|file| letter(&fs::read_to_string(outbox.join(&file)).unwrap(), file)).collect()
}

fn letter(text: &str, file: String) -> Letter {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{file} has no end of its header"));
    assert!(body.trim_end().ends_with("--"), "{file} is cut short");
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
        line.map(|line| line[name.len()..].trim().trim_matches(['<', '>']).to_owned())
    };
    let must = |name: &str| field(name).unwrap_or_else(|| panic!("{file} has no {name}\n{head}"));
    Letter {
        message_id: must("message-id:"),
        in_reply_to: must("in-reply-to:"),
        to: must("delivered-to:"),
        subject: must("subject:"),
        file,
    }
}

/// A number, whether it is written as text or as a number.
fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
