//! Logins, links and keys against a store in memory and a clock in the hand (S-25).

use std::time::Duration;

use super::{second_factor::testing_code, *};
use crate::{
    store::{
        Store,
        people::{AccountChange, AccountRow, AccountVerb, ApiKeyRow, LoginName},
    },
    types::{Clock, Grants, Millis, Role, Secret, Verb},
};

const NOW: Millis = Millis(1_700_000_000_000);
const PASSWORD: &str = "correct horse battery";

struct House {
    store: Store,
    clock: Clock,
    door: Doorkeeper,
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn name(text: &str) -> LoginName {
    LoginName::parse(text).unwrap()
}

fn browser() -> Browser {
    Browser { peer: "192.0.2.1".parse().unwrap(), agent: "Browser".into(), token: None }
}

/// A house where Ada works.
async fn house() -> House {
    let clock = Clock::testing_fixed(NOW.0);
    let store = Store::testing_memory(clock.clone());
    let door = Doorkeeper::new(store.clone(), &secret("of the installation"), clock.clone());
    let house = House { store, clock, door };
    let password = house.door.0.passwords.hash(&name("ada"), &secret(PASSWORD)).await.unwrap();
    let grants = Grants::everywhere(Role::Agent);
    house.change(AccountVerb::Add { shown: "Ada".into(), mail: None, grants, password: Some(password) }).await;
    house
}

impl House {
    async fn change(&self, verb: AccountVerb) -> AccountRow {
        let (name, by, now) = (name("ada"), "eve".into(), self.clock.now());
        self.store.change_account(AccountChange { name, verb, keeping: None, by, now }).await.unwrap()
    }

    async fn knock(&self, login: &str, password: &str) -> Result<Knock, LoginError> {
        self.door.knock(login, secret(password), &browser()).await
    }

    /// Ada logs in, with her password alone.
    async fn ticket(&self) -> Ticket {
        match self.knock("ada", PASSWORD).await.unwrap() {
            Knock::In(ticket) => ticket,
            Knock::NeedsCode(_) => panic!("nobody gave her a second factor"),
        }
    }

    async fn halfway(&self) -> Secret {
        match self.knock("ada", PASSWORD).await.unwrap() {
            Knock::NeedsCode(halfway) => halfway,
            Knock::In(_) => panic!("she is in without a code"),
        }
    }

    async fn inside(&self, ticket: &Ticket) -> Option<Inside> {
        self.door.who(ticket.token.expose_str()).await.unwrap()
    }

    fn hashes(&self) -> u64 {
        self.door.0.passwords.hashes()
    }

    /// Gives Ada a second factor, and says what her app knows.
    async fn with_second_factor(&self) -> Secret {
        let inside = self.inside(&self.ticket().await).await.unwrap();
        let enrolment = self.door.enrol(&inside, "replyd").unwrap();
        let code = Code { sealed: enrolment.sealed, code: testing_code(&enrolment.secret, self.clock.now()) };
        self.door.set_second_factor(&inside, secret(PASSWORD), code, &browser()).await.unwrap();
        enrolment.secret
    }
}

#[tokio::test]
async fn a_right_password_gives_a_token_that_is_known_by_its_hash_alone_s25() {
    let house = house().await;
    let ticket = house.ticket().await;
    let inside = house.inside(&ticket).await.unwrap();
    assert_eq!(inside.actor.name(), Some("ada"));
    assert!(inside.actor.may(Verb::Answer, None) && !inside.actor.may(Verb::Manage, None));
    let kept = serde_json::to_string(&house.store.accounts().unwrap()).unwrap();
    assert!(!kept.contains(ticket.token.expose_str()) && !kept.contains(PASSWORD));
    assert!(!format!("{ticket:?} {inside:?}").contains(ticket.token.expose_str()));
}

#[tokio::test]
async fn unknown_disabled_and_uninvited_cost_one_hash_and_hear_the_same_s25() {
    let house = house().await;
    let mut answers = Vec::new();
    for (login, password) in [("ada", "wrong password"), ("nobody", PASSWORD), ("no name!", PASSWORD)] {
        let before = house.hashes();
        answers.push(house.knock(login, password).await.unwrap_err().to_string());
        assert_eq!(house.hashes() - before, 1, "{login}");
    }
    house.change(AccountVerb::Disable).await;
    let before = house.hashes();
    answers.push(house.knock("ada", PASSWORD).await.unwrap_err().to_string());
    assert_eq!(house.hashes() - before, 1);
    answers.dedup();
    assert_eq!(answers, ["the name or the password is not right"]);
}

#[tokio::test]
async fn guessing_is_braked_before_a_password_is_looked_at_and_ends_with_time_s25() {
    let house = house().await;
    let mut tries = 0;
    let wait = loop {
        match house.knock("ada", "wrong password").await.unwrap_err() {
            LoginError::Wrong => tries += 1,
            LoginError::Braked(wait) => break wait,
            other => panic!("{other}"),
        }
    };
    assert_eq!(tries, 10);
    let before = house.hashes();
    assert!(matches!(house.knock("ada", PASSWORD).await, Err(LoginError::Braked(_))), "the right one waits too");
    assert_eq!(house.hashes(), before);
    house.clock.testing_advance(wait);
    house.ticket().await;
}

#[tokio::test]
async fn each_login_is_a_new_token_and_the_old_one_of_that_browser_ends_s25() {
    let house = house().await;
    let first = house.ticket().await;
    // A token that somebody else put there is not taken over.
    let planted = Browser { token: Some(secret("planted-by-somebody")), ..browser() };
    let Knock::In(second) = house.door.knock("ada", secret(PASSWORD), &planted).await.unwrap() else { panic!() };
    assert_ne!(second.token, secret("planted-by-somebody"));
    assert!(house.door.who("planted-by-somebody").await.unwrap().is_none());
    assert!(house.inside(&first).await.is_some(), "another browser stays logged in");

    let again = Browser { token: Some(second.token.clone()), ..browser() };
    let Knock::In(third) = house.door.knock("ada", secret(PASSWORD), &again).await.unwrap() else { panic!() };
    assert!(house.inside(&second).await.is_none() && house.inside(&third).await.is_some());
    let csrf = |inside: Inside| inside.csrf;
    assert_ne!(house.inside(&first).await.map(csrf), house.inside(&third).await.map(csrf));
}

#[tokio::test]
async fn a_login_ends_when_it_is_not_used_and_after_a_week_at_the_latest() {
    let house = house().await;
    let idle = house.ticket().await;
    house.clock.testing_advance(IDLE - Duration::from_secs(1));
    assert!(house.inside(&idle).await.is_some());
    house.clock.testing_advance(IDLE);
    assert!(house.inside(&idle).await.is_none());
    assert!(house.store.account(&name("ada")).unwrap().unwrap().logins.is_empty(), "it is gone, not only refused");

    let used = house.ticket().await;
    let hours = ABSOLUTE.as_secs() / 3600;
    for hour in 1..hours {
        house.clock.testing_advance(Duration::from_secs(3600));
        assert!(house.inside(&used).await.is_some(), "{hour}");
    }
    house.clock.testing_advance(Duration::from_secs(3600));
    assert!(house.inside(&used).await.is_none());
}

#[tokio::test]
async fn other_roles_count_from_the_next_request_on_s26() {
    let house = house().await;
    let ticket = house.ticket().await;
    house.change(AccountVerb::Grants(Grants::everywhere(Role::Viewer))).await;
    assert!(house.inside(&ticket).await.is_none(), "the login ended with the roles it was for");
    let inside = house.inside(&house.ticket().await).await.unwrap();
    assert!(!inside.actor.may(Verb::Answer, None) && inside.actor.may(Verb::Read, None));
}

#[tokio::test]
async fn a_login_is_fresh_for_a_quarter_of_an_hour() {
    let house = house().await;
    let inside = house.inside(&house.ticket().await).await.unwrap();
    assert_eq!(inside.fresh_until(), NOW.plus(Duration::from_secs(900)));
}

#[tokio::test]
async fn a_code_counts_once_s25() {
    let house = house().await;
    let app = house.with_second_factor().await;
    house.clock.testing_advance(Duration::from_secs(60));
    let code = testing_code(&app, house.clock.now());
    let (first, second) = (house.halfway().await, house.halfway().await);
    house.door.prove(first.expose_str(), &code, &browser()).await.unwrap();
    // Whoever looked over her shoulder, with her password too.
    let replayed = house.door.prove(second.expose_str(), &code, &browser()).await;
    assert!(matches!(replayed, Err(LoginError::WrongCode)), "{replayed:?}");
    // Nor an earlier one that was never used.
    let earlier = testing_code(&app, Millis(house.clock.now().0 - 30_000));
    assert!(house.door.prove(second.expose_str(), &earlier, &browser()).await.is_err());
}

#[tokio::test]
async fn the_code_that_set_a_second_factor_up_logs_nobody_in_s25() {
    let house = house().await;
    let app = house.with_second_factor().await;
    let halfway = house.halfway().await;
    let code = testing_code(&app, house.clock.now());
    let replayed = house.door.prove(halfway.expose_str(), &code, &browser()).await;
    assert!(matches!(replayed, Err(LoginError::WrongCode)), "{replayed:?}");
}

#[tokio::test]
async fn halfway_is_nobodys_login_and_ends_soon_s25() {
    let house = house().await;
    let app = house.with_second_factor().await;
    let halfway = house.halfway().await;
    let halfway = halfway.expose_str();
    assert!(house.door.who(halfway).await.unwrap().is_none());
    let code = |house: &House| testing_code(&app, house.clock.now());
    house.clock.testing_advance(Duration::from_secs(30));
    for forged in ["", "x", &format!("{halfway}x"), &halfway.replacen('1', "2", 1)] {
        let refused = house.door.prove(forged, &code(&house), &browser()).await;
        assert!(matches!(refused, Err(LoginError::Over)), "{forged}: {refused:?}");
    }
    house.clock.testing_advance(HALFWAY);
    let late = house.door.prove(halfway, &code(&house), &browser()).await;
    assert!(matches!(late, Err(LoginError::Over)), "{late:?}");
    // Another password meanwhile: whoever knew the old one is not halfway in any more.
    let again = house.halfway().await;
    house.change(AccountVerb::Disable).await;
    house.change(AccountVerb::Enable).await;
    let stale = house.door.prove(again.expose_str(), &code(&house), &browser()).await;
    assert!(matches!(stale, Err(LoginError::Over)), "{stale:?}");
}

#[tokio::test]
async fn codes_are_not_guessed_s25() {
    let house = house().await;
    house.with_second_factor().await;
    let mut guesses = 0;
    loop {
        let halfway = house.halfway().await;
        match house.door.prove(halfway.expose_str(), "000000", &browser()).await.unwrap_err() {
            LoginError::WrongCode => guesses += 1,
            LoginError::Braked(_) => break,
            other => panic!("{other}"),
        }
    }
    assert_eq!(guesses, 5);
}

#[tokio::test]
async fn another_password_ends_every_other_login_and_needs_the_old_one_s25() {
    let house = house().await;
    let (here, elsewhere) = (house.ticket().await, house.ticket().await);
    let inside = house.inside(&here).await.unwrap();
    let new = || secret("another horse battery");
    let refused = house.door.change_password(&inside, secret("wrong password"), new(), &browser()).await;
    assert!(matches!(refused, Err(OwnError::WrongPassword)), "{refused:?}");
    assert!(house.inside(&elsewhere).await.is_some());

    let next = house.door.change_password(&inside, secret(PASSWORD), new(), &browser()).await.unwrap();
    assert!(house.inside(&here).await.is_none() && house.inside(&elsewhere).await.is_none());
    assert!(house.inside(&next).await.is_some());
    assert!(house.knock("ada", PASSWORD).await.is_err());
}

fn said(login: &str, password: &str) -> Accepted {
    Accepted { name: login.into(), shown: "Ada L".into(), password: secret(password) }
}

#[tokio::test]
async fn an_invite_is_looked_at_and_used_once_and_in_time_s25() {
    let house = house().await;
    let link = house.door.invite(name("ada"), "eve").await.unwrap();
    let link = link.expose_str();
    for _ in 0..3 {
        assert!(matches!(house.door.invited(link).unwrap(), Invited::Account(row) if row.name == name("ada")));
    }
    // What does not do leaves it as it was.
    assert!(house.door.accept(link, said("", "short"), &browser()).await.is_err());
    let Knock::In(ticket) = house.door.accept(link, said("", "another horse battery"), &browser()).await.unwrap()
    else {
        panic!("she has no second factor")
    };
    assert_eq!(house.inside(&ticket).await.unwrap().account.shown, "Ada L");
    let again = house.door.accept(link, said("", "a third horse battery"), &browser()).await;
    assert!(matches!(again, Err(InviteError::Gone)), "{again:?}");
    assert!(house.knock("ada", "another horse battery").await.is_ok());

    let late = house.door.invite(name("ada"), "eve").await.unwrap();
    house.clock.testing_advance(INVITE_LASTS);
    assert!(matches!(house.door.invited(late.expose_str()), Err(InviteError::Gone)));
    assert!(house.door.accept(late.expose_str(), said("", "a third horse battery"), &browser()).await.is_err());
}

#[tokio::test]
async fn a_link_is_no_way_around_the_second_factor_s25() {
    let house = house().await;
    house.with_second_factor().await;
    let link = house.door.invite(name("ada"), "eve").await.unwrap();
    let knock = house.door.accept(link.expose_str(), said("", "another horse battery"), &browser()).await.unwrap();
    assert!(matches!(knock, Knock::NeedsCode(_)), "{knock:?}");
}

#[tokio::test]
async fn the_first_link_makes_one_administrator_and_no_second_s25() {
    let clock = Clock::testing_fixed(NOW.0);
    let store = Store::testing_memory(clock.clone());
    let door = Doorkeeper::new(store.clone(), &secret("of the installation"), clock.clone());
    let link = door.invite_first().unwrap().unwrap();
    let link = link.expose_str();
    assert_eq!(door.invited(link).unwrap(), Invited::First);
    // A name that is none leaves it as it was.
    assert!(matches!(door.accept(link, said("ai", PASSWORD), &browser()).await, Err(InviteError::Name(_))));
    let (here, ada, eve) = (browser(), said("ada", PASSWORD), said("eve", PASSWORD));
    let (one, other) = tokio::join!(door.accept(link, ada, &here), door.accept(link, eve, &here));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let only = store.accounts().unwrap().remove(0);
    assert!(only.grants.allow(Verb::Manage, None));
    assert!(door.invite_first().unwrap().is_none());
    assert!(matches!(door.invited(link), Err(InviteError::Gone)));
}

#[tokio::test]
async fn an_api_key_is_somebody_until_it_is_revoked_or_expires() {
    let house = house().await;
    let key = new_api_key().unwrap();
    let row = ApiKeyRow {
        name: "report".into(),
        digest: digest(key.expose_str()),
        grants: Grants::everywhere(Role::Agent),
        verbs: [Verb::Read].into(),
        by: "eve".into(),
        made: NOW,
        expires: Some(NOW.plus(Duration::from_secs(60))),
        revoked: None,
    };
    house.store.add_api_key(row).await.unwrap();
    let actor = house.door.by_key(key.expose_str()).unwrap().unwrap();
    assert_eq!(actor.name(), Some("key:report"));
    assert!(actor.may(Verb::Read, None) && !actor.may(Verb::Answer, None));
    assert!(house.door.who(key.expose_str()).await.unwrap().is_none(), "a key is no login");
    for other in ["", "rk_", "rk_other", &key.expose_str()[3..], &"rk_x".repeat(100)] {
        assert_eq!(house.door.by_key(other).unwrap(), None);
    }
    house.clock.testing_advance(Duration::from_secs(60));
    assert_eq!(house.door.by_key(key.expose_str()).unwrap(), None);
}
