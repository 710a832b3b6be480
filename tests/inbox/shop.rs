//! A support team's house: the real daemon with its inbox, people who may log in, and customers who write.

use std::{fs, path::PathBuf, thread};

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    chromium::Chromium,
    daemon::{Daemon, House},
    hands::Screen,
    mails,
    names::Names,
    smtp::hand_in,
};

pub(crate) const SUPPORT: &str = "support@acme.example";
pub(crate) const BILLING: &str = "billing@acme.example";
pub(crate) const ADA: &str = "ada@customer.example";
pub(crate) const BERT: &str = "bert@customer.example";

const PASSWORD: &str = "four wet kettles sing";

pub(crate) struct Shop {
    pub(crate) daemon: Daemon,
    pub(crate) house: House,
    _names: Names,
    address: String,
}

/// Somebody with a browser. Ends with a look at whether it was quiet: no error, no exception, nothing asked elsewhere.
pub(crate) struct Person {
    pub(crate) browser: Chromium,
    pub(crate) name: String,
    /// Whose pages these are, for the names of pictures.
    scene: String,
}

impl Shop {
    /// Nobody is answered by the AI unless `change` says so; letters become files at once.
    pub(crate) fn open(change: impl FnOnce(&House)) -> Self {
        let names = Names::start();
        let house = House::plain(&names);
        house.change("[log]\n", "[web]\nlisten = \"127.0.0.1:0\"\n[log]\n");
        change(&house);
        let daemon = house.start();
        let address = daemon.inbox().to_string();
        Self { daemon, house, _names: names, address }
    }

    /// One where people answer everything.
    pub(crate) fn of_people() -> Self {
        Self::open(|house| house.change("autopilot = \"on\"", "autopilot = \"off\""))
    }

    pub(crate) fn api(&self) -> Api {
        self.daemon.api()
    }

    /// Makes an account.
    pub(crate) fn employs(&self, name: &str, role: &str) {
        let account = json!({ "name": name, "role": role, "password": PASSWORD, "by": "the owner" });
        self.api().send("POST", "/api/v1/people", &account);
    }

    /// Somebody with an account at the login page; pictures are named after the scene.
    pub(crate) fn comes(&self, name: &str, scene: &str, screen: Screen) -> Person {
        self.employs(name, "admin");
        let browser = Chromium::driven(&self.address, screen);
        let scene = format!("{scene}-{}", format!("{screen:?}").to_lowercase());
        let mut person = Person { browser, name: name.to_owned(), scene };
        person.browser.go("inbox");
        person
    }

    /// The same, logged in.
    pub(crate) fn works(&self, name: &str, scene: &str, screen: Screen) -> Person {
        let mut person = self.comes(name, scene, screen);
        person.logs_in();
        person
    }

    /// A mail comes to the support address; the number of its conversation.
    pub(crate) fn hears(&self, from: &str, subject: &str, text: &str) -> String {
        self.hears_at(SUPPORT, from, subject, text)
    }

    pub(crate) fn hears_at(&self, to: &str, from: &str, subject: &str, text: &str) -> String {
        let id = format!("{}@customer.example", subject.replace(' ', "."));
        hand_in(&self.daemon, from, &[to], &mails::mail(from, to, &id, subject, "", text));
        let all = self.api().conversations();
        all.iter().find(|row| row["title"] == subject).unwrap()["number"].to_string()
    }

    /// A conversation as it is now.
    pub(crate) fn row(&self, number: &str) -> Value {
        self.api().conversation(number)
    }

    /// Entries of a kind in its time line.
    pub(crate) fn entries(&self, number: &str, kind: &str) -> Vec<Value> {
        let row = self.row(number);
        row["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == kind).cloned().collect()
    }

    /// A file that somebody may attach.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.house.data().with_file_name(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Person {
    /// By the form, which must be shown.
    pub(crate) fn logs_in(&mut self) {
        let name = self.name.clone();
        self.browser.fill("[name=name]", &name);
        self.browser.fill("[name=password]", PASSWORD);
        self.browser.follow("button.main");
    }

    /// Shows the menu where it is folded away.
    pub(crate) fn unfolds_menu(&mut self) {
        if self.browser.ask("return document.querySelector('details.side').open") == false {
            self.browser.press("details.side > summary");
        }
    }

    /// Keeps a picture of the page.
    pub(crate) fn picture(&mut self, what: &str) {
        let name = format!("{}-{what}", self.scene);
        self.browser.picture(&name);
    }

    /// Expects what the console said of an answer that refused.
    pub(crate) fn was_refused(&mut self, status: u16) {
        let happened = self.browser.happened();
        let words = format!("status of {status}");
        assert!(happened.len() == 1 && happened[0].contains(&words), "{happened:?}");
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if thread::panicking() {
            self.picture("failed");
            return;
        }
        let happened = self.browser.happened();
        assert!(happened.is_empty(), "{}: {happened:#?}", self.scene);
    }
}
