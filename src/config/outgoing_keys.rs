//! The keys of `[outbound]` that belong to one route each.

use std::path::Path;

use super::{
    Dane, EnvelopeSender, Route, Smarthost, SmarthostTls,
    keys::{host, path},
    reader::Section,
};
use crate::types::Secret;

/// The folder for letters of the file route, in the data folder.
const OUTBOX: &str = "outbox";
/// RFC 6409 §3.1.
const SUBMISSION_PORT: u16 = 587;
/// RFC 5321 §4.5.4.2.
const SMTP_PORT: u16 = 25;
/// A longer password file is some other file.
const PASSWORD_BYTES_MAX: u64 = 4096;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Smarthost,
    Mx,
}

impl Kind {
    const WORDS: [(&'static str, Self); 3] = [("file", Self::File), ("smarthost", Self::Smarthost), ("mx", Self::Mx)];

    fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Smarthost => "smarthost",
            Self::Mx => "mx",
        }
    }
}

/// `route` and its keys. All keys are read whatever the route, so that each is known and each mistake is seen; one that
/// belongs to another route is a mistake too, for somebody believes it does something.
pub(super) fn route(s: &Section<'_, '_>, base: &Path, data: &Path) -> Route {
    let kind = s.word("route", Kind::File, &Kind::WORDS);
    let outbox = path(s, "path", base).unwrap_or_else(|| data.join(OUTBOX));
    let port = s.number("port", SMTP_PORT, 1..=65_535, "(a port)");
    let smarthost = smarthost(s, base, kind == Kind::Smarthost);
    for (leaf, of) in KEYS {
        if of != kind && s.has(leaf) {
            s.wrong(leaf, format!("it belongs to route `{}`, and the route is `{}`", of.word(), kind.word()));
        }
    }
    match kind {
        Kind::File => Route::File { path: outbox },
        Kind::Smarthost => Route::Smarthost(smarthost),
        Kind::Mx => Route::Mx { port },
    }
}

const KEYS: [(&str, Kind); 9] = [
    ("path", Kind::File),
    ("port", Kind::Mx),
    ("dane", Kind::Mx),
    ("smarthost_host", Kind::Smarthost),
    ("smarthost_port", Kind::Smarthost),
    ("smarthost_tls", Kind::Smarthost),
    ("smarthost_user", Kind::Smarthost),
    ("smarthost_password_file", Kind::Smarthost),
    ("smarthost_ca", Kind::Smarthost),
];

fn smarthost(s: &Section<'_, '_>, base: &Path, in_use: bool) -> Smarthost {
    let tls = s.word(
        "smarthost_tls",
        SmarthostTls::StartTls,
        &[("starttls", SmarthostTls::StartTls), ("implicit", SmarthostTls::Implicit), ("off", SmarthostTls::Off)],
    );
    let user = s.text("smarthost_user");
    let password_file = path(s, "smarthost_password_file", base);
    let password = password_file.and_then(|file| match first_line(&file) {
        Ok(password) => Some(password),
        Err(words) => {
            s.wrong("smarthost_password_file", format!("{}: {words}", file.display()));
            None
        }
    });
    if in_use && s.has("smarthost_user") != s.has("smarthost_password_file") {
        s.wrong("smarthost_user", "smarthost_user and smarthost_password_file go together");
    }
    let host_or_ip = |text: &str| match text.parse::<std::net::IpAddr>() {
        Ok(ip) => Ok(ip.to_string()),
        Err(_) => host(text),
    };
    let host = if in_use { s.needed("smarthost_host", host_or_ip) } else { s.made("smarthost_host", host_or_ip) };
    Smarthost {
        host: host.unwrap_or_default(),
        port: s.number("smarthost_port", SUBMISSION_PORT, 1..=65_535, "(a port)"),
        tls,
        user,
        password,
        ca: path(s, "smarthost_ca", base),
    }
}

/// `envelope`.
pub(super) fn envelope(s: &Section<'_, '_>, default: EnvelopeSender) -> EnvelopeSender {
    let words = [("auto", EnvelopeSender::Auto), ("verp", EnvelopeSender::Verp), ("from", EnvelopeSender::From)];
    s.word("envelope", default, &words)
}

/// `dane`.
pub(super) fn dane(s: &Section<'_, '_>, default: Dane) -> Dane {
    s.word("dane", default, &[("auto", Dane::Auto), ("trust-resolver", Dane::TrustResolver), ("off", Dane::Off)])
}

/// The first line of a file with a password or key, so that an editor's last line break does no harm.
pub(super) fn first_line(file: &Path) -> Result<Secret, String> {
    let about = std::fs::metadata(file).map_err(|error| format!("it cannot be read: {error}"))?;
    if !about.is_file() || about.len() > PASSWORD_BYTES_MAX {
        return Err("it is not a file that holds a password".to_owned());
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("it cannot be read: {error}"))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::new(line.as_bytes())),
        _ => Err("its first line is empty; the password is expected there".to_owned()),
    }
}
