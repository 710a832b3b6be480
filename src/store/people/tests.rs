//! Accounts and API keys in the store: every test ends by checking the legal states and a rebuilt index.

use std::{collections::BTreeSet, time::Duration};

use super::*;
use crate::{
    store::{Store, StoreError, testing::*},
    types::{Grants, Millis, Role, Verb},
};

const HOUR: Duration = Duration::from_secs(3600);

fn name(text: &str) -> LoginName {
    LoginName::parse(text).unwrap()
}

fn digest(n: u64) -> TokenDigest {
    TokenDigest::of(&n.to_be_bytes())
}

fn hash(text: &str) -> Guarded {
    Guarded::new(text.into())
}

fn change(verb: AccountVerb) -> AccountChange {
    AccountChange { name: name("ada"), verb, keeping: None, by: "eve".into(), now: NOW }
}

async fn done(store: &Store, verb: AccountVerb) -> AccountRow {
    store.change_account(change(verb)).await.unwrap()
}

fn add() -> AccountVerb {
    let grants = Grants::everywhere(Role::Agent);
    AccountVerb::Add { shown: "Ada".into(), mail: None, grants, password: Some(hash("first")) }
}

fn link(n: u64) -> AccountVerb {
    AccountVerb::Link(LinkRow { digest: digest(n), expires: NOW.plus(HOUR), by: "eve".into() })
}

async fn log_in(store: &Store, n: u64, made: Millis) -> Result<AccountRow, StoreError> {
    let generation = store.account(&name("ada")).unwrap().unwrap().generation;
    let login = LoginRow { digest: digest(n), made, expires: made.plus(HOUR), agent: "Browser".into() };
    store.log_in(NewLogin { name: name("ada"), generation, login, instead_of: None }).await
}

fn logins(row: &AccountRow) -> Vec<TokenDigest> {
    row.logins.iter().map(|login| login.digest).collect()
}

#[test]
fn a_login_name_is_one_small_word_and_never_the_ais() {
    for (written, read) in [("ada", "ada"), ("Ada.L-1_x", "ada.l-1_x"), ("7", "7")] {
        assert_eq!(LoginName::parse(written).unwrap().as_str(), read);
    }
    for wrong in ["", "ai", "AI", ".ada", "-ada", "a b", "a@b", "key:x", "é", "a\n", &"x".repeat(65)] {
        assert!(LoginName::parse(wrong).is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn an_account_is_added_once_and_goes_with_all_that_led_to_it() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add()).await;
        let twice = store.change_account(change(add())).await.unwrap_err();
        assert!(matches!(twice, StoreError::Refused(_)), "{twice}");
        log_in(&store, 1, NOW).await.unwrap();
        done(&store, link(2)).await;
        assert_eq!((store.account_count().unwrap(), store.accounts().unwrap().len()), (1, 1));
        assert!(store.by_login(&digest(1)).unwrap().is_some() && store.by_link(&digest(2)).unwrap().is_some());

        store.remove_account(name("ada"), "eve".into(), NOW).await.unwrap();
        assert_eq!((store.account_count().unwrap(), store.account(&name("ada")).unwrap()), (0, None));
        assert!(store.by_login(&digest(1)).unwrap().is_none() && store.by_link(&digest(2)).unwrap().is_none());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_changes_who_may_log_in_ends_the_other_logins() {
    let roles = AccountVerb::Grants(Grants::everywhere(Role::Viewer));
    let factor = AccountVerb::SecondFactor(Some(SecondFactorRow { secret: hash("sealed"), last_step: 7 }));
    for verb in [AccountVerb::Password(hash("second")), roles, factor] {
        let bed = Bed::segments();
        let store = bed.open();
        done(&store, add()).await;
        for n in 1..=3 {
            log_in(&store, n, NOW).await.unwrap();
        }
        let kept = AccountChange { keeping: Some(digest(2)), ..change(verb.clone()) };
        assert_eq!(logins(&store.change_account(kept).await.unwrap()), [digest(2)]);
        assert!(store.by_login(&digest(1)).unwrap().is_none());
        assert_eq!(logins(&done(&store, verb).await), []);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_disabled_account_has_no_login_and_no_link() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add()).await;
        done(&store, link(9)).await;
        log_in(&store, 1, NOW).await.unwrap();
        let row =
            store.change_account(AccountChange { keeping: Some(digest(1)), ..change(AccountVerb::Disable) }).await;
        assert_eq!(logins(&row.unwrap()), []);
        assert!(store.by_link(&digest(9)).unwrap().is_none());
        assert!(log_in(&store, 2, NOW).await.is_err() && store.change_account(change(link(3))).await.is_err());
        done(&store, AccountVerb::Enable).await;
        log_in(&store, 2, NOW).await.unwrap();
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_login_that_began_before_a_change_does_not_come_to_be() {
    for bed in Bed::all() {
        let store = bed.open();
        // They prove who they are, and meanwhile the password is changed.
        let before = done(&store, add()).await;
        done(&store, AccountVerb::Password(hash("second"))).await;
        let login = LoginRow { digest: digest(1), made: NOW, expires: NOW.plus(HOUR), agent: String::new() };
        let new = NewLogin { name: name("ada"), generation: before.generation, login, instead_of: None };
        let refused = store.log_in(new.clone()).await.unwrap_err();
        assert!(refused.to_string().contains("log in again"), "{refused}");
        // An account of the same name is another one.
        store.remove_account(name("ada"), "eve".into(), NOW).await.unwrap();
        let later = AccountChange { now: NOW.plus(HOUR), ..change(add()) };
        store.change_account(later).await.unwrap();
        assert!(store.log_in(new).await.is_err());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn logins_that_are_over_or_too_many_go() {
    let bed = Bed::segments();
    let store = bed.open();
    done(&store, add()).await;
    for n in 0..LOGINS_MAX as u64 + 2 {
        log_in(&store, n, NOW).await.unwrap();
    }
    let row = store.account(&name("ada")).unwrap().unwrap();
    assert_eq!((row.logins.len(), logins(&row)[0]), (LOGINS_MAX, digest(2)));
    assert!(store.by_login(&digest(1)).unwrap().is_none());
    let later = log_in(&store, 99, NOW.plus(HOUR)).await.unwrap();
    assert_eq!(logins(&later), [digest(99)]);

    // The same browser again: its earlier login ends with the new one.
    let login = LoginRow { digest: digest(100), made: NOW, expires: NOW.plus(2 * HOUR), agent: "x".repeat(9_999) };
    let new = NewLogin { name: name("ada"), generation: row.generation, login, instead_of: Some(digest(99)) };
    let row = store.log_in(new).await.unwrap();
    assert_eq!(logins(&row), [digest(100)]);
    assert!(row.logins[0].agent.len() < 9_999);

    store.end_logins(name("ada"), |login| *login == digest(100)).await.unwrap();
    assert!(store.by_login(&digest(100)).unwrap().is_none());
    end(store, &bed).await;
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_only_in_time() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add()).await;
        done(&store, link(1)).await;
        // A newer one takes the place of the first.
        done(&store, link(2)).await;
        log_in(&store, 3, NOW).await.unwrap();
        let spent = |n, now| SpentLink { digest: digest(n), password: hash("chosen"), shown: "Ada L".into(), now };
        for (wrong, now) in [(1, NOW), (2, NOW.plus(HOUR)), (3, NOW)] {
            let refused = store.spend_link(spent(wrong, now)).await.unwrap_err();
            assert!(matches!(refused, StoreError::NotFound(_)), "{refused}");
        }
        let (first, second) = tokio::join!(store.spend_link(spent(2, NOW)), store.spend_link(spent(2, NOW)));
        assert!(first.is_ok() != second.is_ok(), "two people opened it at once");
        let row = store.account(&name("ada")).unwrap().unwrap();
        assert_eq!((row.password, row.shown.as_str(), row.link), (Some(hash("chosen")), "Ada L", None));
        assert!(row.logins.is_empty(), "who was logged in by the earlier password is not any more");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_step_of_a_second_factor_counts_once_and_forwards_only() {
    for bed in Bed::all() {
        let store = bed.open();
        done(&store, add()).await;
        assert!(!store.spend_step(name("ada"), 8).await.unwrap(), "there is no second factor");
        done(&store, AccountVerb::SecondFactor(Some(SecondFactorRow { secret: hash("s"), last_step: 7 }))).await;
        let (first, second) = tokio::join!(store.spend_step(name("ada"), 9), store.spend_step(name("ada"), 9));
        assert!(first.unwrap() != second.unwrap());
        assert!(!store.spend_step(name("ada"), 8).await.unwrap());
        assert!(store.spend_step(name("ada"), 10).await.unwrap());
        end(store, &bed).await;
    }
}

fn api_key(n: u64, called: &str) -> ApiKeyRow {
    ApiKeyRow {
        name: called.into(),
        digest: digest(n),
        grants: Grants::everywhere(Role::Viewer),
        verbs: BTreeSet::from([Verb::Read]),
        by: "eve".into(),
        made: NOW,
        expires: Some(NOW.plus(HOUR)),
        revoked: None,
    }
}

#[tokio::test]
async fn an_api_key_counts_until_it_expires_or_is_revoked() {
    for bed in Bed::all() {
        let store = bed.open();
        let row = store.add_api_key(api_key(1, "report")).await.unwrap();
        assert!(row.counts_at(NOW) && !row.counts_at(NOW.plus(HOUR)));
        assert!(store.add_api_key(api_key(2, "report")).await.is_err(), "two of one name could not be told apart");

        let revoked = store.revoke_api_key("report", "eve".into(), NOW).await.unwrap();
        assert!(!revoked.counts_at(NOW));
        assert_eq!(store.api_key(&digest(1)).unwrap(), Some(revoked));
        assert!(store.revoke_api_key("report", "eve".into(), NOW).await.is_err());

        // The name is free again; the id is another.
        let next = store.add_api_key(api_key(2, "report")).await.unwrap();
        store.revoke_api_key(&next.id(), "eve".into(), NOW).await.unwrap();
        assert_eq!(store.api_keys().unwrap().len(), 2);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn people_are_there_again_after_a_restart() {
    let bed = Bed::segments();
    let store = bed.open();
    done(&store, add()).await;
    log_in(&store, 1, NOW).await.unwrap();
    done(&store, link(2)).await;
    store.add_api_key(api_key(3, "report")).await.unwrap();
    let all = |store: &Store| (store.accounts().unwrap(), store.api_keys().unwrap(), store.account_count().unwrap());
    let before = all(&store);
    store.clone().close().await;
    drop(store);
    std::fs::remove_dir_all(bed.path().join("index")).unwrap();

    let store = bed.open();
    assert!(store.index_was_rebuilt().is_some());
    assert_eq!(all(&store), before);
    assert!(store.by_login(&digest(1)).unwrap().is_some() && store.by_link(&digest(2)).unwrap().is_some());
    end(store, &bed).await;
}

#[test]
fn hashes_and_sealed_secrets_are_not_printed_s27() {
    let secret = Guarded::new("$argon2id$v=19$salt$hash".into());
    assert!(!format!("{secret:?}").contains("argon2id"));
    let shown = format!("{:?}", digest(1));
    assert!(shown.len() < 30, "{shown}");
}
