//! Articles in the store: every test ends by checking the legal states and a rebuilt index.

use super::*;
use crate::store::testing::*;

fn name(text: &str) -> ArticleName {
    ArticleName::parse(text).unwrap()
}

fn add(text: &str, publish: bool) -> ArticleVerb {
    ArticleVerb::Add { text: text.into(), publish }
}

fn edit(version: u64, text: &str) -> ArticleVerb {
    ArticleVerb::Edit { text: text.into(), version, publish: false }
}

async fn ask(store: &Store, verb: ArticleVerb) -> Result<ArticleChanged, StoreError> {
    ask_of(store, "refunds", verb).await
}

async fn ask_of(store: &Store, article: &str, verb: ArticleVerb) -> Result<ArticleChanged, StoreError> {
    store.change_article(ArticleChange { name: name(article), verb, by: "Eve".into(), now: NOW }).await
}

/// Changes `refunds`, which must succeed.
async fn done(store: &Store, verb: ArticleVerb) -> ArticleRow {
    match ask(store, verb).await.unwrap() {
        ArticleChanged::Done(row) => row,
        ArticleChanged::Stale(row) => panic!("stale: {row:?}"),
    }
}

fn text(store: &Store, version: u64) -> Option<String> {
    store.article_text(&name("refunds"), version).unwrap()
}

#[tokio::test]
async fn a_draft_is_published_and_a_newer_one_waits_beside_it() {
    for bed in Bed::all() {
        let store = bed.open();
        let draft = done(&store, add("Thirty days.", false)).await;
        assert_eq!((draft.newest(), draft.published_version()), (1, None));

        let published = done(&store, ArticleVerb::Publish { version: None }).await;
        assert_eq!(published.published, Some(PublishedVersion { version: 1, by: "Eve".into(), at: NOW }));

        let edited = done(&store, edit(1, "Sixty days.")).await;
        assert_eq!((edited.newest(), edited.published_version()), (2, Some(1)));
        assert_eq!((text(&store, 1).unwrap(), text(&store, 2).unwrap()), ("Thirty days.".into(), "Sixty days.".into()));

        done(&store, ArticleVerb::Publish { version: Some(2) }).await;
        let none = done(&store, ArticleVerb::Unpublish).await;
        assert_eq!((none.newest(), none.published), (2, None));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn an_edit_from_an_older_version_is_stale_and_writes_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add("Thirty days.", true)).await;
        // Two people have read version 1, and both edit it at once.
        let (first, second) = tokio::join!(ask(&store, edit(1, "Sixty days.")), ask(&store, edit(1, "Ninety days.")));
        let outcomes = [first.unwrap(), second.unwrap()];
        let written = outcomes.iter().filter(|outcome| matches!(outcome, ArticleChanged::Done(_))).count();
        assert_eq!(written, 1, "{outcomes:?}");
        let ArticleChanged::Stale(row) = outcomes.iter().find(|one| matches!(one, ArticleChanged::Stale(_))).unwrap()
        else {
            unreachable!("it was found as one")
        };
        assert_eq!((row.newest(), text(&store, 3)), (2, None));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_rollback_is_a_new_version_with_the_old_text() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add("Thirty days.", true)).await;
        done(&store, ArticleVerb::Edit { text: "Never.".into(), version: 1, publish: true }).await;

        let back = done(&store, ArticleVerb::Rollback { to: 1 }).await;
        assert_eq!((back.newest(), back.published_version()), (3, Some(3)));
        assert_eq!(back.versions[2].rolled_back_to, Some(1));
        assert_eq!(text(&store, 3).unwrap(), "Thirty days.");

        // Of a draft it is a draft again.
        done(&store, ArticleVerb::Unpublish).await;
        let draft = done(&store, ArticleVerb::Rollback { to: 2 }).await;
        assert_eq!((draft.newest(), draft.published), (4, None));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_is_removed_is_not_listed_and_keeps_its_history() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add("Thirty days.", true)).await;
        let gone = done(&store, ArticleVerb::Remove).await;
        assert!(gone.removed && gone.published.is_none());
        assert_eq!(store.articles().unwrap(), []);
        assert_eq!(store.article(&name("refunds")).unwrap(), Some(gone));
        let refused = ask(&store, ArticleVerb::Publish { version: None }).await.unwrap_err();
        assert!(matches!(refused, StoreError::NotFound(_)), "{refused}");

        // Under the same name it goes on from there.
        let again = done(&store, add("Fifty days.", false)).await;
        assert_eq!((again.newest(), again.published, again.removed), (2, None, false));
        assert_eq!(text(&store, 1).unwrap(), "Thirty days.");
        assert_eq!(store.articles().unwrap().len(), 1);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_words_and_changes_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add("Thirty days.", false)).await;
        let before = (store.articles().unwrap(), store.article_changes().unwrap());
        let long = "x".repeat(ARTICLE_OCTETS_MAX + 1);
        for (verb, words) in [
            (add("Sixty days.", false), "already"),
            (edit(1, " \n"), "has a text"),
            (edit(1, &long), "at most"),
            (ArticleVerb::Publish { version: Some(2) }, "version 2"),
            (ArticleVerb::Rollback { to: 9 }, "version 9"),
        ] {
            let refused = ask(&store, verb).await.unwrap_err();
            assert!(refused.is_final() && refused.to_string().contains(words), "{refused}");
        }
        let refused = ask_of(&store, "returns", ArticleVerb::Unpublish).await.unwrap_err();
        assert_eq!(refused.to_string(), "there is no article returns");
        assert_eq!((store.articles().unwrap(), store.article_changes().unwrap()), before);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_longest_text_is_kept_whole() {
    for bed in Bed::all() {
        let store = bed.open();
        // Its JSON is twice as long.
        let longest = "\"".repeat(ARTICLE_OCTETS_MAX);
        done(&store, add(&longest, true)).await;
        assert_eq!(text(&store, 1).as_deref(), Some(longest.as_str()));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_oldest_versions_go_and_the_published_one_stays() {
    let bed = Bed::segments();
    let store = bed.open();
    done(&store, add("version 1", false)).await;
    done(&store, edit(1, "version 2")).await;
    done(&store, ArticleVerb::Publish { version: Some(2) }).await;
    let last = ARTICLE_VERSIONS_MAX as u64 + 10;
    for version in 2..last {
        done(&store, edit(version, &format!("version {}", version + 1))).await;
    }
    let row = store.article(&name("refunds")).unwrap().unwrap();
    assert_eq!((row.versions.len(), row.newest(), row.published_version()), (ARTICLE_VERSIONS_MAX, last, Some(2)));
    assert_eq!(text(&store, 2).as_deref(), Some("version 2"));
    assert_eq!((text(&store, 1), text(&store, 11)), (None, None));
    assert_eq!(text(&store, 12).as_deref(), Some("version 12"));
    end(store, &bed).await;
}

#[tokio::test]
async fn there_are_so_many_articles_and_no_more() {
    let bed = Bed::Memory(Default::default());
    let store = bed.open();
    for n in 0..ARTICLES_MAX {
        ask_of(&store, &format!("a{n}"), add("Words.", false)).await.unwrap();
    }
    let refused = ask_of(&store, "one-more", add("Words.", false)).await.unwrap_err();
    assert!(refused.to_string().contains("remove one"), "{refused}");
    ask_of(&store, "a0", ArticleVerb::Remove).await.unwrap();
    ask_of(&store, "one-more", add("Words.", false)).await.unwrap();
    assert_eq!(store.articles().unwrap().len() as u64, ARTICLES_MAX);
    end(store, &bed).await;
}

#[tokio::test]
async fn articles_are_there_again_after_a_restart() {
    let bed = Bed::segments();
    let store = bed.open();
    done(&store, add("Thirty days.", true)).await;
    done(&store, edit(1, "Sixty days.")).await;
    let (before, changes) = (store.articles().unwrap(), store.article_changes().unwrap());
    store.clone().close().await;
    drop(store);

    let store = bed.open();
    assert_eq!(store.index_was_rebuilt(), None);
    assert_eq!((store.articles().unwrap(), store.article_changes().unwrap()), (before.clone(), changes));
    store.clone().close().await;
    drop(store);

    // Also when the index is lost.
    std::fs::remove_dir_all(bed.path().join("index")).unwrap();
    let store = bed.open();
    assert!(store.index_was_rebuilt().is_some());
    assert_eq!((store.articles().unwrap(), store.article_changes().unwrap()), (before, changes));
    assert_eq!(text(&store, 2).as_deref(), Some("Sixty days."));
    end(store, &bed).await;
}
