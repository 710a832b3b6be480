//! Edits of `smtpd.toml` on its text: comments, order and spacing stay.
//!
//! Works on the text only; the caller checks the result with `config::parse` and writes it with
//! [`write_atomically`](super::write_atomically).

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::{
    config::Autopilot,
    types::{Address, AddressError},
};

/// Why the text was not edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is not TOML.
    #[error("the configuration is not TOML: {0}")]
    Broken(String),
    /// The table is written in one line, or is another thing.
    #[error("`{0}` in the configuration is not written as `[[{0}]]`; change it by hand")]
    Shape(&'static str),
    /// It stands there already.
    #[error("{0} stands in the configuration already")]
    Exists(String),
    /// It does not stand there.
    #[error("{0} does not stand in the configuration")]
    Missing(String),
    /// The domain is no host name.
    #[error("{name}: {reason}")]
    Domain {
        /// As given.
        name: String,
        /// Why.
        reason: AddressError,
    },
}

/// A support address to add. What is `None` is not written.
#[derive(Debug, Clone)]
pub struct NewAddress {
    /// `address`.
    pub address: Address,
    /// `name`.
    pub name: Option<String>,
    /// `autopilot`.
    pub autopilot: Autopilot,
    /// `forwarder`.
    pub forwarder: Option<String>,
    /// `signature_markdown`.
    pub signature_markdown: Option<String>,
}

/// A domain to add.
#[derive(Debug, Clone)]
pub struct NewDomain {
    /// `name`.
    pub name: String,
    /// `selector_rsa`.
    pub selector_rsa: Option<String>,
    /// `selector_ed25519`.
    pub selector_ed25519: Option<String>,
}

/// The text with one more `[[address]]`, after the others.
///
/// # Errors
/// [`EditError::Exists`] when it is there in any letter case.
pub fn add_address(text: &str, new: &NewAddress) -> Result<String, EditError> {
    let mut document = read(text)?;
    let all = tables(&mut document, "address")?;
    if place(all, "address", |text| is(text, &new.address)).is_some() {
        return Err(EditError::Exists(new.address.to_string()));
    }
    let mut table = Table::new();
    table.insert("address", value(new.address.to_string()));
    set(&mut table, "name", new.name.as_deref());
    table.insert("autopilot", value(new.autopilot.word()));
    set(&mut table, "forwarder", new.forwarder.as_deref());
    set(&mut table, "signature_markdown", new.signature_markdown.as_deref());
    push(all, table);
    Ok(document.to_string())
}

/// The text without that `[[address]]`, its own comments included.
///
/// # Errors
/// [`EditError::Missing`].
pub fn remove_address(text: &str, address: &Address) -> Result<String, EditError> {
    let mut document = read(text)?;
    let all = tables(&mut document, "address")?;
    let at = place(all, "address", |text| is(text, address)).ok_or_else(|| EditError::Missing(address.to_string()))?;
    all.remove(at);
    Ok(document.to_string())
}

/// The text with that `[[domain]]`: added after the others, or given the selectors when it stands there without any.
///
/// # Errors
/// [`EditError::Exists`] when it stands there with selectors; [`EditError::Domain`].
pub fn add_domain(text: &str, new: &NewDomain) -> Result<String, EditError> {
    let reason = |reason| EditError::Domain { name: new.name.clone(), reason };
    let name = Address::parse(&format!("x@{}", new.name)).map_err(reason)?.domain().to_owned();
    let mut document = read(text)?;
    let all = tables(&mut document, "domain")?;
    match place(all, "name", |text| Address::parse(&format!("x@{text}")).is_ok_and(|x| x.domain() == name)) {
        Some(at) => {
            let table = all.get_mut(at).expect("the place was just found");
            if table.contains_key("selector_rsa") || table.contains_key("selector_ed25519") {
                return Err(EditError::Exists(name));
            }
            selectors(table, new);
        }
        None => {
            let mut table = Table::new();
            table.insert("name", value(name));
            selectors(&mut table, new);
            push(all, table);
        }
    }
    Ok(document.to_string())
}

fn selectors(table: &mut Table, new: &NewDomain) {
    set(table, "selector_rsa", new.selector_rsa.as_deref());
    set(table, "selector_ed25519", new.selector_ed25519.as_deref());
}

fn read(text: &str) -> Result<DocumentMut, EditError> {
    text.parse().map_err(|error: toml_edit::TomlError| EditError::Broken(error.message().to_owned()))
}

/// The tables of that name; an empty list is put in when there is none.
fn tables<'d>(document: &'d mut DocumentMut, name: &'static str) -> Result<&'d mut ArrayOfTables, EditError> {
    let item = document.as_table_mut().entry(name).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut().ok_or(EditError::Shape(name))
}

fn place(all: &ArrayOfTables, key: &str, found: impl Fn(&str) -> bool) -> Option<usize> {
    all.iter().position(|table| table.get(key).and_then(Item::as_str).is_some_and(&found))
}

fn is(text: &str, address: &Address) -> bool {
    Address::parse(text).is_ok_and(|written| written == *address)
}

fn set(table: &mut Table, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        table.insert(key, value(text));
    }
}

fn push(all: &mut ArrayOfTables, mut table: Table) {
    table.decor_mut().set_prefix("\n");
    all.push(table);
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
