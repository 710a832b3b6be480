//! A house whose AI may cancel orders of customers who proved to be there, and who is looked at for codes that lie about.

use std::{fs, path::Path};

use aws_lc_rs::{digest, hmac};
use replyd::playground::{AskedModel, Models, Turn};
use serde_json::json;

use super::{
    SUPPORT,
    post::{Letter, Post},
    support::{
        daemon::{Daemon, House, TO_FILES},
        mails,
        names::Names,
        smtp::hand_in,
        tool_server::{Heard, Says, ToolServer},
    },
};

pub(crate) const ADA: &str = "ada@customer.example";
pub(crate) const WISH: &str = "Please cancel my order 42, I do not need it any more.";

/// What the tool says, and an answer may repeat.
pub(crate) const DONE: &str = "Order 42 is cancelled.";

const KEY: &str = "a key that the shop shares";

/// Everything that is there while a test runs.
pub(crate) struct Shop {
    pub(crate) house: House,
    pub(crate) post: Post,
    pub(crate) tools: ToolServer,
    models: Models,
    _names: Names,
    _runtime: tokio::runtime::Runtime,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let models = runtime.block_on(Models::start(|_, asked| obeys(asked))).unwrap();
        let (names, post) = (Names::start(), Post::open());
        let tools = ToolServer::start(|_| Says::Text(DONE.into()));
        let house = House::plain(&names);
        fs::write(house.config().with_file_name("key"), KEY).unwrap();
        house.change(TO_FILES, &post.route());
        house.change("level = \"info\"", "level = \"debug\"");
        let tool = format!(
            "[[tool]]\nname = \"cancel_order\"\ndescription = \"Cancels an order that was not sent yet.\"\n\
             method = \"POST\"\nurl = \"http://{}/cancel\"\nnetworks = [\"127.0.0.1\"]\nsigning_key_file = \"key\"\n",
            tools.address()
        );
        let model = format!("[model]\nbase_url = \"{}\"\nname = \"m\"\n{tool}[knowledge]", models.base_url());
        house.change("[knowledge]", &model);
        names.publish(&house.add_domain());
        Self { house, post, tools, models, _names: names, _runtime: runtime }
    }

    /// Ada wants what needs a code; the number of her conversation.
    pub(crate) fn wishes(&self, daemon: &Daemon) -> String {
        hand_in(daemon, ADA, &[SUPPORT], &mails::mail(ADA, SUPPORT, "1@customer.example", "Order", "", WISH));
        daemon.api().conversations()[0]["number"].to_string()
    }

    /// Ada answers a letter; the queue id.
    pub(crate) fn answers(&self, daemon: &Daemon, letter: &Letter, id: &str, text: &str) -> String {
        self.sends_back(daemon, ADA, letter, (id, ""), text)
    }

    /// Somebody answers a letter, with header fields of theirs; the queue id.
    pub(crate) fn sends_back(
        &self,
        daemon: &Daemon,
        from: &str,
        letter: &Letter,
        (id, extra): (&str, &str),
        text: &str,
    ) -> String {
        let extra = format!("In-Reply-To: {}\r\n{extra}", letter.header("Message-ID"));
        let subject = letter.header("Subject");
        let mail = mails::mail(from, SUPPORT, &format!("{id}@customer.example"), &subject, &extra, text);
        hand_in(daemon, from, &[SUPPORT], &mail)
    }

    /// No file of ours, and nothing that we say, holds it.
    pub(crate) fn nobody_has(&self, daemon: &Daemon, code: &str) {
        for form in forms(code) {
            assert_eq!(holding(&self.house.data(), &form), Vec::<String>::new(), "{form}");
        }
        self.nobody_says(daemon, code);
    }

    /// No line of the log, no answer about any conversation, and nothing that a model was asked holds it.
    pub(crate) fn nobody_says(&self, daemon: &Daemon, code: &str) {
        let api = daemon.api();
        let mut said = vec![daemon.log(), format!("{:?}", api.queue()), format!("{:?}", api.conversations())];
        for row in api.conversations() {
            let number = row["number"].to_string();
            let view = api.conversation(&number);
            let shown = self.house.run(&["conversations", "show", &number]);
            assert!(shown.status.success(), "{shown:?}");
            said.push(String::from_utf8(shown.stdout).unwrap());
            for line in view["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "mail") {
                said.push(api.why(line["id"].as_str().unwrap()).to_string());
            }
            said.push(view.to_string());
        }
        said.extend(self.models.asked().iter().map(|asked| asked.body.to_string()));
        for said in said {
            let folded = said.to_uppercase();
            assert!(forms(code).iter().all(|form| !folded.contains(form.as_str())), "{code}: {said}");
        }
    }

    /// Whether a file of the data folder holds these words.
    pub(crate) fn is_on_disk(&self, words: &str) -> bool {
        !holding(&self.house.data(), words).is_empty()
    }
}

/// Cancels where it can, asks for a code where it cannot, and else says what it was told.
fn obeys(asked: &AskedModel) -> Turn {
    let text = asked.text();
    if let Some(place) = text.find(DONE) {
        let label = text[..place].rsplit("passage ").next().unwrap();
        let label = label.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        return Turn::Says(json!({"paragraphs": [{"markdown": DONE, "source": label}]}).to_string());
    }
    let tools = asked.body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let is_offered = |name: &&str| tools.iter().any(|tool| tool["function"]["name"] == **name);
    match ["cancel_order", "ask_code"].iter().find(|name| is_offered(name)) {
        Some(name) => Turn::Calls(vec![((*name).to_owned(), json!({}))]),
        None => Turn::Says(json!({"paragraphs": [], "hand_off": "nothing can be done"}).to_string()),
    }
}

/// Whether it is four letters and four digits by turns, in halves.
pub(crate) fn in_form(word: &str) -> bool {
    let fits = |(place, c): (usize, char)| match place {
        4 => c == '-',
        0 | 2 | 5 | 7 => "CDFHJKMNPQRTVWXY".contains(c),
        _ => ('2'..='9').contains(&c),
    };
    word.chars().count() == 9 && word.chars().enumerate().all(fits)
}

/// As somebody types it on a telephone.
pub(crate) fn typed(code: &str) -> String {
    code.to_lowercase().replace('-', " ")
}

/// How it may stand somewhere, in capitals.
fn forms(code: &str) -> [String; 3] {
    [code.to_owned(), code.replace('-', ""), code.replace('-', " ")]
}

/// Names of the files below a folder that hold these words in whatever case.
fn holding(folder: &Path, words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, words));
        } else if let Ok(octets) = fs::read(&path) {
            let octets = octets.to_ascii_uppercase();
            let holds = memchr::memmem::find(&octets, words.as_bytes()).is_some();
            found.extend(holds.then(|| path.display().to_string()));
        }
    }
    found
}

/// Whether the words about a call stand under the shared key.
pub(crate) fn is_signed(call: &Heard) -> bool {
    let values = ["tool", "conversation", "contact", "level", "request-id", "time"]
        .map(|name| call.header(&format!("replyd-{name}")));
    let url = format!("http://{}{}", call.header("host"), call.path);
    let sha = hex(digest::digest(&digest::SHA256, call.body.as_bytes()).as_ref());
    let lines = format!("POST\n{url}\n{sha}\n{}\n", values.join("\n"));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes()), lines.as_bytes());
    hex(tag.as_ref()) == call.header("replyd-signature")
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
