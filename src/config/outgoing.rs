//! Routes, and the tables that may stand many times: domains and addresses.

use std::{path::PathBuf, sync::Arc};

use super::{Acknowledgement, AiHours, Handoff, Hours, Topic};
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

/// `[outbound] envelope`: who stands in MAIL FROM, and so where reports about a letter go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EnvelopeSender {
    /// `"auto"` (default): as `"verp"`, but as `"from"` on the route `smarthost`, and where the host name leads nobody back. A
    /// relay may refuse an envelope domain that is not its customer's, and SPF of our host name does not name the relay's
    /// addresses.
    #[default]
    Auto,
    /// `"verp"`: an address at `[smtp] hostname` that names letter and recipient and carries a MAC.
    Verp,
    /// `"from"`: the support address. Reports come back by its provider, if at all, and prove less.
    From,
}

impl EnvelopeSender {
    /// Whether envelope senders are addresses at `hostname`.
    pub fn is_verp(self, route: &Route, hostname: &str) -> bool {
        match self {
            Self::Auto => leads_back(hostname) && !matches!(route, Route::Smarthost(_)),
            Self::Verp => true,
            Self::From => false,
        }
    }
}

/// `[outbound] dane`: whose word on DNSSEC is believed when DNS names the certificates of mail servers. RFC 7672.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dane {
    /// `"auto"` (default): a resolver on this machine. Nobody can change its answers on their way.
    #[default]
    Auto,
    /// `"trust-resolver"`: the resolver wherever it is; it and the way to it are trusted.
    TrustResolver,
    /// `"off"`: nobody's.
    Off,
}

/// Whether others can find a host by that name: it has a dot, and is none of those that stand for no host outside.
/// RFC 6761 §6.3, RFC 6762 §3, RFC 2606 §2.
pub(super) fn leads_back(hostname: &str) -> bool {
    const NOWHERE: [&str; 4] = [".localhost", ".local", ".internal", ".invalid"];
    hostname.contains('.') && !NOWHERE.iter().any(|end| hostname.ends_with(end))
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
    /// `[[address.signature]]`: signatures for letters in one language; the above for all others.
    pub signatures: Vec<Signature>,
    /// `quote`: the mail that is answered stands below the answer. Default true.
    pub quote: bool,
    /// `level_min`: instead of `[agent] level_min`.
    pub level_min: Option<crate::types::Level>,
    /// `form`: From of a web form that writes to this address; none by default.
    pub form: Option<Address>,
    /// `form_vouches`: the form knows who fills it in, so what it proves counts for them. Default false.
    pub form_vouches: bool,
    /// `number_in_subject`: `[12345]` stands in the subject of letters, before the title. Default true.
    pub number_in_subject: bool,
    /// `letter_bytes_max`: one letter as it is sent, files encoded. Default 26214400 (25 MiB).
    pub letter_bytes_max: u64,
    /// `attachments_denied`: endings of names and types of files that do not leave. Lower case.
    pub attachments_denied: Vec<String>,
    /// `keyed_reply_to`: letters ask for answers at an address of ours that carries the reply key. Default false.
    pub keyed_reply_to: bool,
    /// `handoff` and `handoff_*`: how soon customers are given to people. Default `"quick"`.
    pub handoff: Handoff,
    /// `[[address.topic]]`; none by default.
    pub topics: Vec<Topic>,
    /// `hours`: the name of the `[[hours]]` when its people are there; none by default, and then nothing is said of hours.
    pub hours_name: Option<String>,
    /// These hours, when there are such.
    pub hours: Option<Arc<Hours>>,
    /// `ai_hours`: `"always"` (default), `"inside"`, `"outside"`.
    pub ai_hours: AiHours,
    /// `acknowledge_handoff`: a customer whom the AI gives to people is told so. Default false.
    pub acknowledge: bool,
    /// `[[address.acknowledgement]]`: other words than ours; none by default.
    pub acknowledgements: Vec<Acknowledgement>,
}

/// `[[address.signature]]`: what stands below letters in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `language`: ISO 639-1, lower case.
    pub language: String,
    /// `markdown`.
    pub markdown: String,
    /// `html`, instead of what is made from the Markdown.
    pub html: Option<String>,
}

/// What large providers refuse by its name, and what it is when the name says otherwise.
const ATTACHMENTS_DENIED: [&str; 31] = [
    "exe",
    "com",
    "scr",
    "pif",
    "cpl",
    "dll",
    "msi",
    "msix",
    "jar",
    "apk",
    "bat",
    "cmd",
    "ps1",
    "vbs",
    "js",
    "jse",
    "wsf",
    "hta",
    "reg",
    "lnk",
    "iso",
    "img",
    "vhd",
    "chm",
    "application/x-msdownload",
    "application/x-elf",
    "application/x-mach-binary",
    "application/java-vm",
    "application/vnd.android.dex",
    "application/x-ms-shortcut",
    "application/x-disk-image",
];

/// 25 MiB: what the large providers take.
pub(super) const LETTER_BYTES_MAX: u64 = 25 * 1024 * 1024;

pub(super) fn denied_by_default() -> [String; 31] {
    ATTACHMENTS_DENIED.map(str::to_owned)
}

impl SupportAddress {
    /// An address with every other key at its default.
    pub fn of(address: Address) -> Self {
        Self {
            address,
            name: None,
            autopilot: Autopilot::default(),
            forwarder: None,
            signature_markdown: String::new(),
            signature_html: None,
            signatures: Vec::new(),
            quote: true,
            level_min: None,
            form: None,
            form_vouches: false,
            number_in_subject: true,
            letter_bytes_max: LETTER_BYTES_MAX,
            attachments_denied: denied_by_default().to_vec(),
            keyed_reply_to: false,
            handoff: Handoff::default(),
            topics: Vec::new(),
            hours_name: None,
            hours: None,
            ai_hours: AiHours::default(),
            acknowledge: false,
            acknowledgements: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smarthost() -> Route {
        let host = "relay.example".to_owned();
        Route::Smarthost(Smarthost {
            host,
            port: 587,
            tls: SmarthostTls::StartTls,
            user: None,
            password: None,
            ca: None,
        })
    }

    #[test]
    fn envelope_senders_are_ours_where_they_lead_back_and_no_relay_may_mind() {
        let (file, mx) = (Route::File { path: PathBuf::new() }, Route::Mx { port: 25 });
        for (sender, route, hostname, is_verp) in [
            (EnvelopeSender::Auto, &mx, "mx.acme.example", true),
            (EnvelopeSender::Auto, &file, "mx.acme.example", true),
            (EnvelopeSender::Auto, &smarthost(), "mx.acme.example", false),
            (EnvelopeSender::Verp, &smarthost(), "mx.acme.example", true),
            (EnvelopeSender::From, &mx, "mx.acme.example", false),
            (EnvelopeSender::Auto, &file, "localhost", false),
            (EnvelopeSender::Auto, &mx, "mail", false),
            (EnvelopeSender::Auto, &mx, "mail.local", false),
            (EnvelopeSender::Auto, &mx, "mx.corp.internal", false),
        ] {
            assert_eq!(sender.is_verp(route, hostname), is_verp, "{sender:?} {route:?} {hostname}");
        }
    }
}
