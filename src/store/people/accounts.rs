//! Accounts: what changes one, logs somebody in or out, and what follows from that in the index.

use super::rows::{
    ACCOUNTS_MAX, AGENT_OCTETS_MAX, AccountRow, GRANTS_MAX, Guarded, LOGINS_MAX, LinkRow, LoginName, LoginRow,
    SHOWN_OCTETS_MAX, SecondFactorRow, TokenDigest,
};
use crate::{
    store::{
        Store,
        desk::Desk,
        facts::{AccountGoneFact, Fact},
        index::Index,
        keys,
        projection::{Old, delete_row, old_pieces, put_row},
        requests::StoreError,
        steps::{cut_text, cut_words},
        view::{self, View},
    },
    types::{Address, Grants, Millis, one_line},
};

/// Somebody changes an account.
#[derive(Debug, Clone)]
pub struct AccountChange {
    /// Which.
    pub name: LoginName,
    /// How.
    pub verb: AccountVerb,
    /// The login that stays where the others end: of who changes their own account.
    pub keeping: Option<TokenDigest>,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// See [`AccountChange`].
#[derive(Debug, Clone)]
pub enum AccountVerb {
    /// There is to be one of that name.
    Add {
        /// What others see.
        shown: String,
        /// Where mail for them goes.
        mail: Option<Address>,
        /// What they may.
        grants: Grants,
        /// Without one, a link must let them in first.
        password: Option<Guarded>,
    },
    /// Others see another name, and mail goes elsewhere.
    Describe {
        /// What others see.
        shown: String,
        /// Where mail for them goes.
        mail: Option<Address>,
    },
    /// It has another password. Ends its other logins and its link.
    Password(Guarded),
    /// They may other things. Ends its other logins.
    Grants(Grants),
    /// A login needs this besides, or nothing. Ends its other logins.
    SecondFactor(Option<SecondFactorRow>),
    /// This link lets them set a password, once; one that was made before does not any more.
    Link(LinkRow),
    /// Nobody logs in by it. Ends its logins and its link.
    Disable,
    /// Somebody does again.
    Enable,
}

impl AccountVerb {
    /// One word, as it stands in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Add { .. } => "added",
            Self::Describe { .. } => "renamed",
            Self::Password(_) => "given a password",
            Self::Grants(_) => "given other roles",
            Self::SecondFactor(Some(_)) => "given a second factor",
            Self::SecondFactor(None) => "relieved of its second factor",
            Self::Link(_) => "given a link",
            Self::Disable => "disabled",
            Self::Enable => "enabled",
        }
    }
}

/// Somebody has proved who they are.
#[derive(Debug, Clone)]
pub struct NewLogin {
    /// Who.
    pub name: LoginName,
    /// The [generation](AccountRow::generation) in which they did.
    pub generation: u64,
    /// What the browser gets.
    pub login: LoginRow,
    /// A login of theirs that ends with it: of the same browser.
    pub instead_of: Option<TokenDigest>,
}

/// Somebody uses a link.
#[derive(Debug, Clone)]
pub struct SpentLink {
    /// Of what stands in it.
    pub digest: TokenDigest,
    /// The password they want.
    pub password: Guarded,
    /// What others are to see.
    pub shown: String,
    /// When.
    pub now: Millis,
}

impl Store {
    /// Changes an account, and gives it as it is then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account; [`StoreError::Refused`] when there is one of that name
    /// already, when there are too many, and of what is too long.
    pub async fn change_account(&self, change: AccountChange) -> Result<AccountRow, StoreError> {
        self.ask(move |desk| decide(desk, change)).await
    }

    /// Takes an account away. What it did stays under its name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub async fn remove_account(&self, name: LoginName, by: String, now: Millis) -> Result<(), StoreError> {
        self.ask(move |desk| {
            known(desk, &name)?;
            desk.state(&Fact::AccountGone(AccountGoneFact { name, by: cut_words(&by), at: now }))
        })
        .await
    }

    /// Logs somebody in, and drops logins that are over or too many.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the account changed since they proved who they are.
    pub async fn log_in(&self, new: NewLogin) -> Result<AccountRow, StoreError> {
        self.ask(move |desk| log_in(desk, new)).await
    }

    /// Ends logins of an account: this one, or all but `keeping`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account.
    pub async fn end_logins(
        &self,
        name: LoginName,
        which: impl Fn(&TokenDigest) -> bool + Send + 'static,
    ) -> Result<(), StoreError> {
        self.ask(move |desk| {
            let mut row = known(desk, &name)?;
            row.logins.retain(|login| !which(&login.digest));
            write(desk, row).map(drop)
        })
        .await
    }

    /// Takes a step of a second factor as used; `false` when it, or a later one, was used before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account.
    pub async fn spend_step(&self, name: LoginName, step: u64) -> Result<bool, StoreError> {
        self.ask(move |desk| {
            let mut row = known(desk, &name)?;
            match &mut row.second_factor {
                Some(factor) if factor.last_step < step => factor.last_step = step,
                _ => return Ok(false),
            }
            write(desk, row).map(|_| true)
        })
        .await
    }

    /// Uses a link: its account has that password, its earlier logins end, and the link is gone.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not there (any more) or has expired.
    pub async fn spend_link(&self, spent: SpentLink) -> Result<AccountRow, StoreError> {
        self.ask(move |desk| spend_link(desk, spent)).await
    }

    /// One account.
    pub fn account(&self, name: &LoginName) -> Result<Option<AccountRow>, StoreError> {
        account(self.index(), name)
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let mut rows = all(self.index())?;
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    /// How many accounts there are.
    pub fn account_count(&self) -> Result<u64, StoreError> {
        Ok(self.index().state()?.map_or(0, |state| state.tallies.accounts))
    }

    /// Who has that login, and which it is. Whether it has expired is for the caller to say.
    pub fn by_login(&self, digest: &TokenDigest) -> Result<Option<(AccountRow, LoginRow)>, StoreError> {
        let Some(row) = led_to(self.index(), &keys::login(digest))? else { return Ok(None) };
        let login = row.logins.iter().find(|login| login.digest == *digest).cloned();
        Ok(login.map(|login| (row, login)))
    }

    /// Whose link that is. Whether it has expired is for the caller to say.
    pub fn by_link(&self, digest: &TokenDigest) -> Result<Option<AccountRow>, StoreError> {
        led_to(self.index(), &keys::link(digest))
    }
}

fn decide(desk: &mut Desk, change: AccountChange) -> Result<AccountRow, StoreError> {
    let AccountChange { name, verb, keeping, by, now } = change;
    let mut row = match &verb {
        AccountVerb::Add { .. } => new(desk, name, now)?,
        _ => known(desk, &name)?,
    };
    let ends_logins = match &verb {
        AccountVerb::Password(_) | AccountVerb::Grants(_) | AccountVerb::SecondFactor(_) | AccountVerb::Disable => true,
        AccountVerb::Add { .. } | AccountVerb::Describe { .. } | AccountVerb::Link(_) | AccountVerb::Enable => false,
    };
    match verb {
        AccountVerb::Add { shown, mail, grants, password } => {
            (row.shown, row.mail, row.grants, row.password) = (fitting(shown)?, mail, bounded(grants)?, password);
        }
        AccountVerb::Describe { shown, mail } => (row.shown, row.mail) = (fitting(shown)?, mail),
        AccountVerb::Password(hash) => (row.password, row.link) = (Some(hash), None),
        AccountVerb::Grants(grants) => row.grants = bounded(grants)?,
        AccountVerb::SecondFactor(factor) => row.second_factor = factor,
        AccountVerb::Link(_) if row.disabled => {
            return Err(StoreError::Refused(format!("{} is disabled: enable it first", row.name)));
        }
        AccountVerb::Link(link) => row.link = Some(link),
        AccountVerb::Disable => (row.disabled, row.link) = (true, None),
        AccountVerb::Enable => row.disabled = false,
    }
    if ends_logins {
        row.generation += 1;
        row.logins.retain(|login| !row.disabled && Some(login.digest) == keeping);
    }
    (row.by, row.at) = (cut_words(&by), now);
    write(desk, row)
}

fn known(view: &impl View, name: &LoginName) -> Result<AccountRow, StoreError> {
    account(view, name)?.ok_or_else(|| StoreError::NotFound(format!("account {name}")))
}

fn new(desk: &Desk, name: LoginName, now: Millis) -> Result<AccountRow, StoreError> {
    if account(desk, &name)?.is_some() {
        return Err(StoreError::Refused(format!("there is an account {name} already")));
    }
    if desk.tallies().accounts >= ACCOUNTS_MAX {
        return Err(StoreError::Refused(format!(
            "there are {ACCOUNTS_MAX} accounts, and more are not kept: remove one"
        )));
    }
    let (shown, by) = Default::default();
    let (mail, password, second_factor, link) = (None, None, None, None);
    // Not 0: an earlier account of that name counted from there.
    let (grants, logins, generation) = (Grants::default(), Vec::new(), now.0);
    let row = AccountRow {
        name,
        shown,
        mail,
        password,
        second_factor,
        grants,
        disabled: false,
        generation,
        logins,
        link,
        made: now,
        by,
        at: now,
    };
    Ok(row)
}

/// A name that others see, in one line.
fn fitting(shown: String) -> Result<String, StoreError> {
    let shown = one_line(&shown).trim().to_owned();
    if shown.is_empty() || shown.len() > SHOWN_OCTETS_MAX {
        return Err(StoreError::Refused(format!("the name that others see has 1 to {SHOWN_OCTETS_MAX} octets")));
    }
    Ok(shown)
}

pub(super) fn bounded(grants: Grants) -> Result<Grants, StoreError> {
    if grants.at.len() > GRANTS_MAX {
        return Err(StoreError::Refused(format!("roles name {GRANTS_MAX} addresses at most")));
    }
    Ok(grants)
}

fn log_in(desk: &mut Desk, new: NewLogin) -> Result<AccountRow, StoreError> {
    let NewLogin { name, generation, mut login, instead_of } = new;
    let mut row = known(desk, &name)?;
    if row.disabled || row.generation != generation {
        return Err(StoreError::Refused("the account was changed meanwhile: log in again".into()));
    }
    row.logins.retain(|other| other.expires > login.made && Some(other.digest) != instead_of);
    let surplus = (row.logins.len() + 1).saturating_sub(LOGINS_MAX);
    row.logins.drain(..surplus);
    cut_text(&mut login.agent, AGENT_OCTETS_MAX);
    row.logins.push(login);
    write(desk, row)
}

fn spend_link(desk: &mut Desk, spent: SpentLink) -> Result<AccountRow, StoreError> {
    let SpentLink { digest, password, shown, now } = spent;
    let row = led_to(desk, &keys::link(&digest))?;
    let open = |row: &AccountRow| row.link.as_ref().is_some_and(|link| link.digest == digest && now < link.expires);
    let Some(mut row) = row.filter(open) else {
        return Err(StoreError::NotFound("link of that kind (any more)".into()));
    };
    row.shown = fitting(shown)?;
    (row.by, row.at) = (row.name.to_string(), now);
    (row.password, row.link, row.generation) = (Some(password), None, row.generation + 1);
    row.logins.clear();
    write(desk, row)
}

fn write(desk: &mut Desk, row: AccountRow) -> Result<AccountRow, StoreError> {
    desk.state(&Fact::Account(Box::new(row.clone())))?;
    Ok(row)
}

pub(super) fn account(view: &impl View, name: &LoginName) -> Result<Option<AccountRow>, StoreError> {
    view::row(view, &keys::account(name))
}

/// The account that a login or a link leads to.
pub(super) fn led_to(view: &impl View, key: &[u8]) -> Result<Option<AccountRow>, StoreError> {
    match view.value(key)? {
        Some(account) => view::row(view, &account),
        None => Ok(None),
    }
}

pub(super) fn all(index: &Index) -> Result<Vec<AccountRow>, StoreError> {
    let mut rows = Vec::new();
    for found in index.scan(keys::ACCOUNTS) {
        let (key, _) = found?;
        if key.len() == keys::ACCOUNT_LEN {
            rows.extend(view::row::<AccountRow>(index, &key)?);
        }
    }
    Ok(rows)
}

/// Writes what follows from the fact: the row, and what leads to it. `None`: it is gone.
pub(in crate::store) fn project(
    name: &LoginName,
    now: Option<(&AccountRow, &[u8])>,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    let key = keys::account(name);
    let old = old_pieces(desk, &key)?;
    let before = if old == Old::None { None } else { account(desk, name)? };
    before.as_ref().into_iter().flat_map(leading).for_each(|leads| desk.delete(leads));
    let tallies = desk.tallies_mut();
    tallies.accounts = tallies.accounts.saturating_sub(u64::from(before.is_some())) + u64::from(now.is_some());
    let Some((row, json)) = now else { return delete_row(key, desk) };
    leading(row).for_each(|leads| desk.put(leads, key.as_slice()));
    put_row(key, json, old, desk)
}

/// The keys by which an account is found besides its name.
pub(super) fn leading(row: &AccountRow) -> impl Iterator<Item = Vec<u8>> {
    let logins = row.logins.iter().map(|login| keys::login(&login.digest));
    logins.chain(row.link.iter().map(|link| keys::link(&link.digest)))
}
