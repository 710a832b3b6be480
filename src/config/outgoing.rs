//! Routes, and the tables that may stand many times: domains and addresses.

use std::path::PathBuf;

use crate::types::{Address, Secret};

/// `[outbound] route`.
#[derive(Debug, Clone)]
pub enum Route {
    /// `"file"` (default): letters become `.eml` files in `path` (default `outbox` in the data folder). Nothing leaves.
    File {
        /// `path`.
        path: PathBuf,
    },
    /// `"smarthost"`: one relay takes everything.
    Smarthost(Smarthost),
    /// `"mx"`: straight to the recipient's servers.
    Mx {
        /// `port`. Default 25; another only in tests.
        port: u16,
    },
}

/// The `smarthost_*` keys of `[outbound]`.
#[derive(Debug, Clone)]
pub struct Smarthost {
    /// `smarthost_host`.
    pub host: String,
    /// `smarthost_port`. Default 587.
    pub port: u16,
    /// `smarthost_tls`: `"starttls"` (default), `"implicit"`, `"off"`.
    pub tls: SmarthostTls,
    /// `smarthost_user`; none by default.
    pub user: Option<String>,
    /// What stands in the file named by `smarthost_password_file`.
    pub password: Option<Secret>,
    /// `smarthost_ca`: PEM of a CA to trust instead of the public ones.
    pub ca: Option<PathBuf>,
}

/// How the smarthost is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmarthostTls {
    /// STARTTLS, and nothing without it.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// Clear text. Refused with a password, except to a loopback address.
    Off,
}

/// `[[domain]]`: a domain we send from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// `name`, ASCII, lower case.
    pub name: String,
    /// `selector_rsa`. Its key: `dkim/NAME/SELECTOR.pem` in the data folder (PKCS#8). From the first rotation on
    /// `dkim/NAME/ring.json` says which keys sign, until this is changed by hand.
    pub selector_rsa: Option<String>,
    /// `selector_ed25519`.
    pub selector_ed25519: Option<String>,
}

/// Whether the AI answers at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Autopilot {
    /// The AI answers.
    On,
    /// The AI drafts, a person sends.
    Assist,
    /// People answer.
    #[default]
    Off,
}

impl Autopilot {
    /// The word in `smtpd.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Assist => "assist",
            Self::Off => "off",
        }
    }
}

/// `[[address]]`: a support address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportAddress {
    /// `address`.
    pub address: Address,
    /// `name`: display name on replies; none by default.
    pub name: Option<String>,
    /// `autopilot`: `"on"`, `"assist"`, `"off"` (default).
    pub autopilot: Autopilot,
    /// `forwarder`: the provider that forwards this address; must name a `[[forwarder]]` or a built-in one. Lower case,
    /// aliases followed.
    pub forwarder: Option<String>,
    /// `signature_markdown`.
    pub signature_markdown: String,
    /// `signature_html`, instead of what is made from the Markdown.
    pub signature_html: Option<String>,
    /// `level_min`: instead of `[agent] level_min`.
    pub level_min: Option<crate::types::Level>,
    /// `form`: From of a web form that writes to this address; none by default.
    pub form: Option<Address>,
    /// `form_vouches`: the form knows who fills it in, so what it proves counts for them. Default false.
    pub form_vouches: bool,
}
