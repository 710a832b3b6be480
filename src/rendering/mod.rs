//! A mail as a page that is safe to look at (S-19).
//!
//! Two walls that know nothing of each other, for HTML: `rewrite` writes a new document from nothing but names and values it knows,
//! and what it wrote goes through ammonia, which parses it as a browser does and keeps what `policy` allows. The third wall
//! is the frame it is shown in: no script, no form, no load, an origin of its own. Of plain text nothing is markup but what
//! `plain` writes itself, as the second wall would leave it.
//!
//! Pure, and linear in the mail: no file, no network, no clock. Nothing is fetched to show a mail (S-21): pictures are those
//! that the mail carries, and the others are named.
//!
//! ```text
//! page ─ plain     text → markup              rewrite   HTML → markup, by pieces
//!                                               css, links, pictures   what a value may be
//!      ─ policy    markup → what ammonia leaves of it
//! frame ─ the document around it, and the rules of the browser for it
//! ```

mod css;
mod elements;
pub mod frame;
mod links;
mod pictures;
mod plain;
mod policy;
mod rewrite;

use serde::Serialize;

use crate::{mime::Mail, types::MailId};

/// Octets of the page that are shown; the rest is in the raw mail. A browser shows so much without trouble.
pub const PAGE_OCTETS_MAX: usize = 2 * 1024 * 1024;

/// Elements inside one another that are shown; of deeper ones the text. Newsletters stay below half of it.
pub const DEPTH_MAX: usize = 100;

/// Where attachments are served: of a mail the `n`-th, from 0, at `PREFIX` `ID` `-` `n`.
pub const ATTACHMENTS: &str = "/api/v1/attachments/";

/// What a page needs to know beside the mail.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The mail, for the addresses of its pictures.
    pub id: MailId,
}

/// A mail made safe to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rendered {
    /// A fragment for the body of [`frame::document`], whose style shows its line ends.
    pub html: String,
    /// Pictures and backgrounds that would have been loaded from elsewhere.
    pub remote: Remote,
    /// Links, in order, the first [`Rendered::LINKS_MAX`].
    pub links: Vec<Link>,
    /// Whether the mail is longer than what is shown.
    pub trimmed: bool,
}

impl Rendered {
    /// Links that are listed. All are shown.
    pub const LINKS_MAX: usize = 1_000;
}

/// What was not loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Remote {
    /// How many.
    pub count: usize,
    /// From where, each once, the first [`Remote::HOSTS_MAX`].
    pub hosts: Vec<String>,
}

impl Remote {
    /// Hosts that are named.
    pub const HOSTS_MAX: usize = 100;

    fn add(&mut self, host: &str) {
        self.count += 1;
        if self.hosts.len() < Self::HOSTS_MAX && !self.hosts.iter().any(|known| known == host) {
            self.hosts.push(host.to_owned());
        }
    }
}

/// A link of the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// The host it leads to; of `mailto:` the domain, empty for `tel:`.
    pub host: String,
    /// Its words name another host.
    pub elsewhere: bool,
}

/// Renders a mail: its HTML, or its text when it has none.
///
/// Never fails, and whatever the mail holds the result has no script, no form, no way to load or to go anywhere but a link
/// that somebody clicks.
pub fn page(mail: &Mail, options: &Options) -> Rendered {
    let mut rendered = if mail.html.trim().is_empty() {
        plain::markup(&mail.text)
    } else {
        let written = rewrite::markup(&mail.html, &pictures::Album::of(mail, options.id));
        Rendered { html: policy::clean(&written.html), ..written }
    };
    if rendered.trimmed {
        rendered.html.push_str(frame::TRIMMED);
    }
    rendered
}

#[cfg(test)]
#[path = "rendering_tests.rs"]
mod tests;
