//! Logging in: a password, then a code where the account asks for one. Each login is a new token (S-25).

use std::{net::IpAddr, time::Duration};

use tracing::info;

use super::{
    brake::{Peer, Wait},
    doorkeeper::{ABSOLUTE, Doorkeeper},
    password::PasswordError,
    token::{NoChance, digest, new_token},
};
use crate::{
    store::{
        StoreError,
        people::{AccountRow, LoginName, LoginRow, NewLogin},
    },
    types::{Millis, Secret, head},
};

/// How long the code may take after the password.
pub const HALFWAY: Duration = Duration::from_secs(5 * 60);

/// Octets that are looked at of what a browser calls itself.
const AGENT_OCTETS_MAX: usize = 200;

/// Where a login comes from.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The peer.
    pub peer: IpAddr,
    /// What it calls itself.
    pub agent: String,
    /// The token it had: that login ends with the new one.
    pub token: Option<Secret>,
}

/// What a right password gave.
#[derive(Debug)]
pub enum Knock {
    /// They are in.
    In(Ticket),
    /// A code is missing. What the browser brings with it, for [`HALFWAY`].
    NeedsCode(Secret),
}

/// A login.
#[derive(Debug)]
pub struct Ticket {
    /// Whose.
    pub name: LoginName,
    /// What the browser keeps.
    pub token: Secret,
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Nobody is told which.
    #[error("the name or the password is not right")]
    Wrong,
    /// None of now, or used before.
    #[error("that code is not right, or was used before: wait for the next one")]
    WrongCode,
    /// Too late for the code, or the account was changed meanwhile.
    #[error("that took too long: log in again")]
    Over,
    /// Too many tries.
    #[error("too many tries: come back in {} min", minutes(*.0))]
    Braked(Duration),
    /// Not now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// No randomness.
    #[error(transparent)]
    NoChance(#[from] NoChance),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn minutes(wait: Duration) -> u64 {
    wait.as_secs().div_ceil(60).max(1)
}

impl From<Wait> for LoginError {
    fn from(Wait(wait): Wait) -> Self {
        Self::Braked(wait)
    }
}

impl Doorkeeper {
    /// Looks at a name and a password. Whether there is such an account cannot be told from the answer, nor from the work.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn knock(&self, name: &str, password: Secret, browser: &Browser) -> Result<Knock, LoginError> {
        let (lodge, peer, now) = (&self.0, Peer::of(browser.peer), self.0.clock.now());
        // What is no name has no account, and costs the same.
        let said = LoginName::parse(name.trim()).ok();
        let account = said.as_ref().map(|name| lodge.store.account(name)).transpose()?.flatten();
        let name = said.unwrap_or_else(nobody);
        lodge.brake.take(&name, peer, now)?;
        let hash = account.as_ref().and_then(|account| account.password.as_ref());
        let fits = lodge.passwords.fits(&password, hash).await?;
        let Some(account) = account.filter(|account| fits && !account.disabled) else {
            info!(peer = %peer, "a login failed");
            return Err(LoginError::Wrong);
        };
        lodge.brake.give_back(&name, peer);
        if account.second_factor.is_some() {
            return Ok(Knock::NeedsCode(self.halfway(&account, now)));
        }
        self.let_in(account, browser).await.map(Knock::In)
    }

    /// Looks at a code, after the password.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn prove(&self, halfway: &str, code: &str, browser: &Browser) -> Result<Ticket, LoginError> {
        let (lodge, now) = (&self.0, self.0.clock.now());
        let account = self.read_halfway(halfway, now)?;
        lodge.brake.take_code(&account.name, now)?;
        let factor = account.second_factor.as_ref().ok_or(LoginError::Over)?;
        let step = lodge.factors.step(&account.name, &factor.secret, code, now);
        // RFC 6238 §5.2: one that was accepted is not accepted again.
        let is_new = match step {
            Some(step) => lodge.store.spend_step(account.name.clone(), step).await?,
            None => false,
        };
        if !is_new {
            info!(account = %account.name, peer = %Peer::of(browser.peer), "a second factor failed");
            return Err(LoginError::WrongCode);
        }
        self.let_in(account, browser).await
    }

    /// Makes a login for somebody who has proved who they are.
    pub(super) async fn let_in(&self, account: AccountRow, browser: &Browser) -> Result<Ticket, LoginError> {
        let (lodge, now) = (&self.0, self.0.clock.now());
        let token = new_token()?;
        let login = LoginRow {
            digest: digest(token.expose_str()),
            made: now,
            expires: now.plus(ABSOLUTE),
            agent: head(&browser.agent, AGENT_OCTETS_MAX).to_owned(),
        };
        let instead_of = browser.token.as_ref().map(|token| digest(token.expose_str()));
        let AccountRow { name, generation, .. } = account;
        lodge.store.log_in(NewLogin { name: name.clone(), generation, login, instead_of }).await?;
        let peer = Peer::of(browser.peer);
        lodge.brake.let_in(&name, peer, now);
        info!(account = %name, peer = %peer, "logged in");
        Ok(Ticket { name, token })
    }

    pub(super) fn halfway(&self, account: &AccountRow, now: Millis) -> Secret {
        let text = format!("{}:{}:{}", now.plus(HALFWAY).0, account.generation, account.name);
        let mac = self.0.halfway.mac(&text);
        Secret::new(format!("{text}:{mac}"))
    }

    fn read_halfway(&self, halfway: &str, now: Millis) -> Result<AccountRow, LoginError> {
        let (text, mac) = halfway.rsplit_once(':').ok_or(LoginError::Over)?;
        if !constant_time_eq::constant_time_eq(self.0.halfway.mac(text).as_bytes(), mac.as_bytes()) {
            return Err(LoginError::Over);
        }
        let parts: Vec<&str> = text.split(':').collect();
        let [until, generation, name] = parts[..] else { return Err(LoginError::Over) };
        if until.parse().is_ok_and(|until| now >= Millis(until)) {
            return Err(LoginError::Over);
        }
        let account = self.0.store.account(&LoginName::parse(name).map_err(|_| LoginError::Over)?)?;
        let same = |account: &AccountRow| account.generation.to_string() == generation && !account.disabled;
        account.filter(same).ok_or(LoginError::Over)
    }
}

/// Whose tries are counted where no name was said.
fn nobody() -> LoginName {
    LoginName::parse("0").expect("it is a digit")
}
