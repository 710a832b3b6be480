//! Invites and one-time links: who opens one sets a password, once (S-25).
//!
//! Looking at a link does not use it: programs look at links before people do.

use std::{sync::PoisonError, time::Duration};

use tracing::info;

use super::{
    doorkeeper::Doorkeeper,
    login::{Browser, Knock, LoginError},
    token::{NoChance, digest, new_token},
};
use crate::{
    store::{
        StoreError,
        people::{AccountChange, AccountRow, AccountVerb, LinkRow, LoginName, SpentLink},
    },
    types::{Grants, Role, Secret},
};

/// How long a link works.
pub const INVITE_LASTS: Duration = Duration::from_secs(72 * 3600);

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// This person sets a password.
    Account(Box<AccountRow>),
    /// Nobody works here yet: whoever opens it becomes the first administrator.
    First,
}

/// What somebody says who opens a link.
#[derive(Debug)]
pub struct Accepted {
    /// By what they want to log in; for the first administrator only.
    pub name: String,
    /// What others are to see.
    pub shown: String,
    /// Their password.
    pub password: Secret,
}

/// Why a link does not let anybody in.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Used, expired, replaced, or never there.
    #[error("this link does not work (any more): ask for a new one")]
    Gone,
    /// In words.
    #[error("{0}")]
    Name(String),
    /// The rest is as for a login.
    #[error(transparent)]
    Login(#[from] LoginError),
}

impl From<StoreError> for InviteError {
    fn from(error: StoreError) -> Self {
        Self::Login(error.into())
    }
}

impl Doorkeeper {
    /// Makes the link of an account; an earlier one works no more.
    ///
    /// # Errors
    /// When there is no such account, or it is disabled.
    pub async fn invite(&self, name: LoginName, by: &str) -> Result<Secret, LoginError> {
        let (token, now) = (new_token()?, self.0.clock.now());
        let link = LinkRow { digest: digest(token.expose_str()), expires: now.plus(INVITE_LASTS), by: by.to_owned() };
        let verb = AccountVerb::Link(link);
        let change = AccountChange { name: name.clone(), verb, keeping: None, by: by.to_owned(), now };
        self.0.store.change_account(change).await?;
        info!(account = %name, by, "a one-time link was made");
        Ok(token)
    }

    /// Makes the link for the first administrator; `None` when somebody works here already.
    ///
    /// # Errors
    /// When the store or the machine cannot.
    pub fn invite_first(&self) -> Result<Option<Secret>, LoginError> {
        if self.0.store.account_count()? > 0 {
            return Ok(None);
        }
        let token = new_token()?;
        let until = self.0.clock.now().plus(INVITE_LASTS);
        *self.0.first.lock().unwrap_or_else(PoisonError::into_inner) = Some((digest(token.expose_str()), until));
        Ok(Some(token))
    }

    /// What a link is for.
    ///
    /// # Errors
    /// [`InviteError::Gone`].
    pub fn invited(&self, token: &str) -> Result<Invited, InviteError> {
        let (digest, now) = (digest(token), self.0.clock.now());
        let first = *self.0.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_some_and(|(first, until)| first == digest && now < until) && self.0.store.account_count()? == 0 {
            return Ok(Invited::First);
        }
        let open = |row: &AccountRow| row.link.as_ref().is_some_and(|link| now < link.expires) && !row.disabled;
        let row = self.0.store.by_link(&digest)?.filter(open);
        row.map(|row| Invited::Account(Box::new(row))).ok_or(InviteError::Gone)
    }

    /// Uses a link. With a second factor, the code is still to come.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub async fn accept(&self, token: &str, said: Accepted, browser: &Browser) -> Result<Knock, InviteError> {
        let Accepted { name, shown, password } = said;
        let invited = self.invited(token)?;
        let name = match &invited {
            Invited::First => LoginName::parse(name.trim()).map_err(InviteError::Name)?,
            Invited::Account(row) => row.name.clone(),
        };
        let hash = self.0.passwords.hash(&name, &password).await.map_err(LoginError::from)?;
        let now = self.0.clock.now();
        let account = match invited {
            Invited::First => {
                // Taken away first: of two who open it at once one is too late.
                let mine = self.0.first.lock().unwrap_or_else(PoisonError::into_inner).take();
                mine.filter(|(first, _)| *first == digest(token)).ok_or(InviteError::Gone)?;
                let grants = Grants::everywhere(Role::Admin);
                let verb = AccountVerb::Add { shown, mail: None, grants, password: Some(hash) };
                let change = AccountChange { by: name.to_string(), name, verb, keeping: None, now };
                let made = self.0.store.change_account(change).await;
                if made.is_err() {
                    // Nobody came in by it: it works still.
                    *self.0.first.lock().unwrap_or_else(PoisonError::into_inner) = mine;
                }
                made?
            }
            Invited::Account(_) => {
                let spent = SpentLink { digest: digest(token), password: hash, shown, now };
                self.0.store.spend_link(spent).await.map_err(|error| match error {
                    StoreError::NotFound(_) => InviteError::Gone,
                    error => error.into(),
                })?
            }
        };
        info!(account = %account.name, "a one-time link was used");
        Ok(self.let_in_or_ask(account, browser).await?)
    }

    async fn let_in_or_ask(&self, account: AccountRow, browser: &Browser) -> Result<Knock, LoginError> {
        match account.second_factor {
            Some(_) => Ok(Knock::NeedsCode(self.halfway(&account, self.0.clock.now()))),
            None => self.let_in(account, browser).await.map(Knock::In),
        }
    }
}

impl From<NoChance> for InviteError {
    fn from(error: NoChance) -> Self {
        Self::Login(error.into())
    }
}
