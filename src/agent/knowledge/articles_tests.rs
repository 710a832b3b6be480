//! Articles beside a folder: what is found, what waits, and when a change is in force.

use std::sync::{Mutex, PoisonError};

use super::*;
use crate::{
    agent::knowledge::{Knowledge, Reader},
    config::Segment,
    types::{Address, Clock},
};

const QUESTION: &str = "How many days until a refund of my kayak?";

/// Articles that a test changes.
#[derive(Default)]
struct Kept(Mutex<(u64, Vec<Article>)>);

impl Kept {
    fn put(&self, articles: Vec<Article>) {
        let mut kept = self.0.lock().unwrap();
        *kept = (kept.0 + 1, articles);
    }
}

impl Articles for Kept {
    fn changes(&self) -> Result<u64, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).0)
    }

    fn all(&self) -> Result<Vec<Article>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone())
    }
}

/// Articles that cannot be read.
struct Broken;

impl Articles for Broken {
    fn changes(&self) -> Result<u64, StoreError> {
        Err(StoreError::Damaged("on purpose".into()))
    }

    fn all(&self) -> Result<Vec<Article>, StoreError> {
        Err(StoreError::Damaged("on purpose".into()))
    }
}

fn article(name: &str, text: &str) -> Article {
    Article { name: name.into(), text: text.into(), published: true, newer_draft: false }
}

fn refunds(days: &str) -> Article {
    article("refunds", &format!("# Refunds\n\nThe refund of a kayak takes {days} days.\n"))
}

/// Knowledge over these articles and a folder with `orders.md`.
fn beside_a_folder(articles: Arc<dyn Articles>) -> (tempfile::TempDir, Knowledge) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("orders.md"), "# Orders\n\nYour order is packed at noon.\n").unwrap();
    let segments = vec![Segment { name: "partners".into(), contacts: Vec::new() }];
    let knowledge = Knowledge::unread(Some(folder.path()), segments, Clock::testing_fixed(0)).unwrap();
    (folder, knowledge.with_articles(articles))
}

/// File and text of what is found first.
fn best(knowledge: &Knowledge, question: &str) -> Option<(String, String)> {
    knowledge.search(question, 1).unwrap().pop().map(|passage| (passage.file, passage.text))
}

#[test]
fn a_published_article_is_found_beside_the_folder_and_a_draft_is_only_listed() {
    // Given an article that is published, with a newer draft, and one that is not.
    let later = Article { published: false, ..article("later", "# Kayaks on Mars\n\nA kayak floats on Mars.\n") };
    let waiting = Article { newer_draft: true, ..refunds("five") };
    let (_folder, knowledge) = beside_a_folder(Arc::new(vec![later, waiting]));

    // Then the one is found by its name, the other is not, and the folder is as it was.
    let (file, text) = best(&knowledge, QUESTION).unwrap();
    assert_eq!((file.as_str(), text.as_str()), ("article:refunds", "The refund of a kayak takes five days."));
    assert_eq!(best(&knowledge, "Does a kayak float on Mars?").unwrap().0, "article:refunds");
    assert_eq!(best(&knowledge, "When is my order packed?").unwrap().0, "orders.md");
    let listed: Vec<_> =
        knowledge.pages().into_iter().map(|page| (page.file, page.audience.draft, page.newer_draft)).collect();
    let row = |name: &str, draft, newer| (name.to_owned(), draft, newer);
    let expected =
        [row("article:later", true, false), row("article:refunds", false, true), row("orders.md", false, false)];
    assert_eq!(listed, expected);
}

#[test]
fn a_changed_article_is_found_at_once_and_no_file_is_read_for_it() {
    // Given what was read just now.
    let kept = Arc::new(Kept::default());
    let (folder, knowledge) = beside_a_folder(kept.clone());
    assert_eq!(best(&knowledge, QUESTION), None);

    // When an article and a file come, and no time goes by,
    kept.put(vec![refunds("five")]);
    std::fs::write(folder.path().join("paddles.md"), "# Paddles\n\nPaddles are blue.\n").unwrap();

    // then the article is found, the folder has not been looked at, and what it had is found still.
    assert!(best(&knowledge, QUESTION).unwrap().1.contains("five"));
    assert_eq!(best(&knowledge, "Are paddles blue?"), None);
    assert_eq!(best(&knowledge, "When is my order packed?").unwrap().0, "orders.md");
    kept.put(vec![refunds("nine")]);
    assert!(best(&knowledge, QUESTION).unwrap().1.contains("nine"));
    kept.put(Vec::new());
    assert_eq!(best(&knowledge, QUESTION), None);
}

#[test]
fn a_folder_that_is_gone_takes_no_article_with_it() {
    let kept = Arc::new(Kept::default());
    let (folder, knowledge) = beside_a_folder(kept.clone());
    kept.put(vec![refunds("five")]);
    drop(folder);
    assert!(knowledge.reload().is_err());
    assert!(best(&knowledge, QUESTION).unwrap().1.contains("five"));
}

#[test]
fn articles_that_cannot_be_read_leave_the_folder() {
    let (_folder, knowledge) = beside_a_folder(Arc::new(Broken));
    assert_eq!(best(&knowledge, "When is my order packed?").unwrap().0, "orders.md");
    assert!(knowledge.reload().unwrap_err().to_string().contains("on purpose"));
}

#[test]
fn the_top_of_an_article_says_what_that_of_a_file_says() {
    let exact = article(
        "hours",
        "---\nasks: [\"What are your opening hours?\"]\n---\nFrom nine to five.\r\n\r\nNever on Sundays.\n",
    );
    let tone = article("tone", "---\ninstructions: true\naddresses: [b2b@acme.example]\n---\nBe brief.\n");
    let draft = Article { published: false, ..article("song", "---\ninstructions: true\n---\nSing.\n") };
    let closed = article("prices", "---\nsegments: [partners]\n---\n# Prices\n\nA kayak costs ten.\n");
    let nobody = article("gone", "---\nsegments: [press]\n---\n# Press\n\nWe say nothing.\n");
    let (_folder, knowledge) = beside_a_folder(Arc::new(vec![exact, tone, draft, closed, nobody]));

    let (file, text) = best(&knowledge, "What are your opening hours?").unwrap();
    assert_eq!((file.as_str(), text.as_str()), ("article:hours", "From nine to five.\n\nNever on Sundays."));
    let to = |address: &str| knowledge.instructions(&Reader { address: Address::parse(address).ok(), contact: None });
    assert_eq!((to("b2b@acme.example"), to("support@acme.example")), (vec!["Be brief.".to_owned()], Vec::new()));
    assert_eq!(best(&knowledge, "What does a kayak cost?"), None);
    assert!(
        knowledge.warnings()[0].starts_with("article:gone: no [[segment]] is named press"),
        "{:?}",
        knowledge.warnings()
    );
}

#[test]
fn a_text_that_nobody_would_find_is_told_why() {
    let (_folder, knowledge) = beside_a_folder(Arc::new(Vec::new()));
    for (text, words) in [
        ("", "nothing to read"),
        ("---\ntitle: Refunds\n---\n\n", "nothing to read"),
        ("---\nasks: [\"Refunds?\"]\n---\n", "nothing to read"),
        ("---\nsegments: [partners\n---\nTen.\n", "`segments`: the list has no end"),
        ("---\nsegments: partners\n\nTen.\n", "has no end"),
        ("---\nsegments: [press]\n---\nTen.\n", "no [[segment]] is named press"),
        ("---\ndraft: true\n---\nTen.\n", "its top says that it is a draft"),
    ] {
        let told = knowledge.check_article("refunds", text).unwrap_err();
        assert!(told.contains(words), "{text:?}: {told}");
    }
    for text in ["Ten.", "---\nsegments: [partners]\n---\nTen.\n", "---\ninstructions: true\n---\nBe brief.\n"] {
        assert_eq!(knowledge.check_article("refunds", text), Ok(()), "{text:?}");
    }
}
