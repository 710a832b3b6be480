//! What people change of their own account: password and second factor. Each ends their other logins, and gives this
//! browser a new token.

use tracing::info;

use super::{
    brake::Peer,
    doorkeeper::{Doorkeeper, Inside},
    login::{Browser, LoginError, Ticket},
    password::PasswordError,
    second_factor::Enrolment,
};
use crate::{
    store::{
        StoreError,
        people::{AccountChange, AccountRow, AccountVerb, Guarded, LoginName, SecondFactorRow},
    },
    types::Secret,
};

/// A secret that was shown, as its page carried it, and the code that an app made of it.
#[derive(Debug)]
pub struct Code {
    /// See [`Enrolment::sealed`].
    pub sealed: String,
    /// Six digits.
    pub code: String,
}

/// Why an account stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// The password they have.
    #[error("the password you have now is not right")]
    WrongPassword,
    /// What an app shows.
    #[error("the code does not fit: look at the time of both devices, and try the next one")]
    WrongCode,
    /// The rest is as for a login.
    #[error(transparent)]
    Login(#[from] LoginError),
}

impl From<StoreError> for OwnError {
    fn from(error: StoreError) -> Self {
        Self::Login(error.into())
    }
}

impl From<PasswordError> for OwnError {
    fn from(error: PasswordError) -> Self {
        Self::Login(error.into())
    }
}

impl Doorkeeper {
    /// Gives them another password.
    ///
    /// # Errors
    /// When the one they say they have is not right, or the new one cannot be had.
    pub async fn change_password(
        &self,
        inside: &Inside,
        old: Secret,
        new: Secret,
        browser: &Browser,
    ) -> Result<Ticket, OwnError> {
        self.check_password(inside, old, browser).await?;
        let hash = self.0.passwords.hash(&inside.account.name, &new).await?;
        self.change_own(inside, AccountVerb::Password(hash), browser).await
    }

    /// A new secret for them to put into an app. `issuer`: what the app shows beside it.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn enrol(&self, inside: &Inside, issuer: &str) -> Result<Enrolment, LoginError> {
        Ok(self.0.factors.enrol(&inside.account.name, issuer)?)
    }

    /// The hash of a password that the operator gives somebody.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn hash(&self, name: &LoginName, password: &Secret) -> Result<Guarded, PasswordError> {
        self.0.passwords.hash(name, password).await
    }

    /// From now on their logins need a code.
    ///
    /// # Errors
    /// When the password is not right, or the code is not of that secret.
    pub async fn set_second_factor(
        &self,
        inside: &Inside,
        password: Secret,
        code: Code,
        browser: &Browser,
    ) -> Result<Ticket, OwnError> {
        self.check_password(inside, password, browser).await?;
        let (name, sealed) = (&inside.account.name, Guarded::new(code.sealed));
        let step = self.0.factors.step(name, &sealed, &code.code, self.0.clock.now());
        let factor = SecondFactorRow { secret: sealed, last_step: step.ok_or(OwnError::WrongCode)? };
        self.change_own(inside, AccountVerb::SecondFactor(Some(factor)), browser).await
    }

    /// Their password is enough again.
    ///
    /// # Errors
    /// When it is not right.
    pub async fn drop_second_factor(
        &self,
        inside: &Inside,
        password: Secret,
        browser: &Browser,
    ) -> Result<Ticket, OwnError> {
        self.check_password(inside, password, browser).await?;
        self.change_own(inside, AccountVerb::SecondFactor(None), browser).await
    }

    /// Whoever sits at somebody's open browser does not guess their password there: the brake counts.
    async fn check_password(&self, inside: &Inside, password: Secret, browser: &Browser) -> Result<(), OwnError> {
        let (lodge, name, peer) = (&self.0, &inside.account.name, Peer::of(browser.peer));
        lodge.brake.take(name, peer, lodge.clock.now()).map_err(LoginError::from)?;
        if !lodge.passwords.fits(&password, inside.account.password.as_ref()).await? {
            return Err(OwnError::WrongPassword);
        }
        lodge.brake.give_back(name, peer);
        Ok(())
    }

    async fn change_own(&self, inside: &Inside, verb: AccountVerb, browser: &Browser) -> Result<Ticket, OwnError> {
        let AccountRow { name, .. } = &inside.account;
        info!(account = %name, "was {} by its owner", verb.word());
        let (name, by, now) = (name.clone(), name.to_string(), self.0.clock.now());
        let account = self.0.store.change_account(AccountChange { name, verb, keeping: None, by, now }).await?;
        Ok(self.let_in(account, browser).await?)
    }
}
