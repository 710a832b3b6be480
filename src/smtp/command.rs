//! One command line, parsed. Pure.
//!
//! Tolerant where the world needs it, strict where that protects. Whether the command comes at the right time is decided
//! in `session`.

use crate::types::Address;

/// `MAIL FROM` with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailFrom {
    /// `None` is the null sender `<>`. RFC 5321 §4.5.5.
    pub(crate) from: Option<Address>,
    /// `SIZE=`, octets. RFC 1870 §6.
    pub(crate) size: Option<u64>,
    /// `SMTPUTF8`. RFC 6531 §3.4.
    pub(crate) smtputf8: bool,
}

/// What the peer asks for. RFC 5321 §4.1.1, RFC 3030, RFC 3207.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// `EHLO name`.
    Ehlo(String),
    /// `HELO name`.
    Helo(String),
    /// `MAIL FROM:<…>`.
    Mail(MailFrom),
    /// `RCPT TO:<…>`.
    Rcpt(Address),
    /// `DATA`.
    Data,
    /// `BDAT octets [LAST]`.
    Bdat {
        /// Octets that follow the line.
        bytes: u64,
        /// Whether the mail ends with them.
        last: bool,
    },
    /// `RSET`.
    Rset,
    /// `NOOP`.
    Noop,
    /// `VRFY`.
    Vrfy,
    /// `HELP`.
    Help,
    /// `QUIT`.
    Quit,
    /// `STARTTLS`.
    StartTls,
}

/// Why a line is no command. The peer's fault, every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CommandError {
    /// No such verb.
    #[error("no such command")]
    Unknown,
    /// A verb we know and do not offer.
    #[error("a command that is not offered")]
    NotOffered,
    /// The beginning of an HTTP request: a browser or a server was made to speak to us.
    #[error("another protocol")]
    OtherProtocol,
    /// The line ends with LF alone, or holds a CR or another control character, or is not UTF-8.
    #[error("a control character, a bare line ending or broken UTF-8 in the line")]
    Characters,
    /// Longer than `limits.command_line_bytes_max`.
    #[error("the line is too long")]
    TooLong,
    /// The verb is known, what follows is not understood; carries the form that is expected.
    #[error("the form is {0}")]
    Form(&'static str),
    /// A parameter of MAIL or RCPT that we do not offer.
    #[error("a parameter that is not offered")]
    Parameter,
    /// `MAIL FROM` holds no address.
    #[error("the sender is no address")]
    Sender,
    /// `RCPT TO` holds no address.
    #[error("the recipient is no address")]
    Recipient,
}

/// Parses one line without its CRLF. `hostname` is what `<postmaster>` without a domain is completed with.
///
/// # Errors
/// See [`CommandError`].
pub(crate) fn parse(line: &[u8], hostname: &str) -> Result<Command, CommandError> {
    if line.iter().any(|b| b.is_ascii_control() && *b != b'\t') {
        return Err(CommandError::Characters);
    }
    let line = std::str::from_utf8(line).map_err(|_| CommandError::Characters)?;
    // RFC 5321 §4.1.1: trailing white space is tolerated.
    let line = line.trim_end_matches([' ', '\t']);
    let (verb, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let rest = rest.trim_start_matches([' ', '\t']);
    let is = |known: &str| verb.eq_ignore_ascii_case(known);
    let bare = |command: Command, form| if rest.is_empty() { Ok(command) } else { Err(CommandError::Form(form)) };
    match verb.len() {
        4 if is("MAIL") => parse_mail(rest).map(Command::Mail),
        4 if is("RCPT") => parse_rcpt(rest, hostname).map(Command::Rcpt),
        4 if is("DATA") => bare(Command::Data, "DATA"),
        4 if is("BDAT") => parse_bdat(rest),
        4 if is("EHLO") => parse_helo(rest, "EHLO name").map(Command::Ehlo),
        4 if is("HELO") => parse_helo(rest, "HELO name").map(Command::Helo),
        4 if is("RSET") => bare(Command::Rset, "RSET"),
        4 if is("NOOP") => Ok(Command::Noop),
        4 if is("QUIT") => Ok(Command::Quit),
        4 if is("VRFY") => Ok(Command::Vrfy),
        4 if is("HELP") => Ok(Command::Help),
        // RFC 3207 §4: no parameters.
        8 if is("STARTTLS") => bare(Command::StartTls, "STARTTLS"),
        _ if ["AUTH", "EXPN", "ETRN", "TURN", "ATRN", "SEND", "SOML", "SAML"].into_iter().any(is) => {
            Err(CommandError::NotOffered)
        }
        _ if ["GET", "POST", "PUT", "CONNECT", "OPTIONS"].into_iter().any(is) => Err(CommandError::OtherProtocol),
        _ => Err(CommandError::Unknown),
    }
}

fn parse_helo(rest: &str, form: &'static str) -> Result<String, CommandError> {
    // Tolerated: names that are no host names (underscores, bare words); forwarders' workers have them. It is a claim
    // that nothing rests on. RFC 5321 §4.1.4: must not refuse because it does not check out.
    match rest.split([' ', '\t']).next() {
        Some(name) if !name.is_empty() && name.len() <= HELO_OCTETS_MAX => Ok(name.to_owned()),
        _ => Err(CommandError::Form(form)),
    }
}

fn parse_mail(rest: &str) -> Result<MailFrom, CommandError> {
    const FORM: &str = "MAIL FROM:<address>";
    let rest = strip_keyword(rest, "FROM:").ok_or(CommandError::Form(FORM))?;
    let (path, parameters) = split_path(rest).ok_or(CommandError::Form(FORM))?;
    let from = match path {
        "" => None,
        path => Some(Address::parse(path).map_err(|_| CommandError::Sender)?),
    };
    let mut mail = MailFrom { from, size: None, smtputf8: false };
    for parameter in parameters.split([' ', '\t']).filter(|parameter| !parameter.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if key.eq_ignore_ascii_case("SIZE") {
            mail.size = Some(parse_octets(value).ok_or(CommandError::Form("SIZE=octets"))?);
        } else if key.eq_ignore_ascii_case("BODY") {
            // RFC 6152 §2. BINARYMIME (RFC 3030 §3) is not offered: it would bring bare CR and LF with it (S-13).
            let known = value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME");
            known.then_some(()).ok_or(CommandError::Parameter)?;
        } else if key.eq_ignore_ascii_case("SMTPUTF8") && !parameter.contains('=') {
            mail.smtputf8 = true;
        } else {
            return Err(CommandError::Parameter);
        }
    }
    Ok(mail)
}

fn parse_rcpt(rest: &str, hostname: &str) -> Result<Address, CommandError> {
    const FORM: &str = "RCPT TO:<address>";
    let rest = strip_keyword(rest, "TO:").ok_or(CommandError::Form(FORM))?;
    let (path, parameters) = split_path(rest).ok_or(CommandError::Form(FORM))?;
    if !parameters.trim().is_empty() {
        return Err(CommandError::Parameter);
    }
    // RFC 5321 §4.1.1.3: postmaster may stand without a domain; whether it is ours is the intake's to say.
    let address = if path.eq_ignore_ascii_case("postmaster") {
        Address::parse(&format!("{path}@{hostname}"))
    } else {
        Address::parse(path)
    };
    address.map_err(|_| CommandError::Recipient)
}

fn parse_bdat(rest: &str) -> Result<Command, CommandError> {
    const FORM: CommandError = CommandError::Form("BDAT octets [LAST]");
    // RFC 3030 §2.
    let mut words = rest.split([' ', '\t']).filter(|word| !word.is_empty());
    let bytes = words.next().and_then(parse_octets).ok_or(FORM)?;
    let last = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("LAST") => true,
        Some(_) => return Err(FORM),
    };
    if words.next().is_some() { Err(FORM) } else { Ok(Command::Bdat { bytes, last }) }
}

/// Up to twenty digits (RFC 1870 §6.1), nothing else: `parse` alone would take a sign.
fn parse_octets(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn strip_keyword<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then_some(rest)
}

/// Splits `<@route:mailbox> parameters` into mailbox and parameters; the route is dropped.
fn split_path(text: &str) -> Option<(&str, &str)> {
    // Tolerated: a space after the colon. Old office devices and scripts write `FROM: <a@b>`.
    let text = text.trim_start_matches([' ', '\t']);
    let (path, rest) = match text.strip_prefix('<') {
        Some(inner) => {
            let end = closing_bracket(inner)?;
            (&inner[..end], &inner[end + 1..])
        }
        // Tolerated: no angle brackets, from the same devices. The null sender needs them.
        None if !text.is_empty() => text.split_at(text.find([' ', '\t']).unwrap_or(text.len())),
        None => return None,
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    // RFC 5321 §4.1.1.3: a source route is ignored.
    let path = if path.starts_with('@') { path.split_once(':')?.1 } else { path };
    Some((path, rest))
}

/// Where the `>` stands that is not inside a quoted local part.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (place, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(place),
            _ => {}
        }
    }
    None
}

/// Octets of the name in EHLO. RFC 5321 §4.5.3.1.2 for domains; address literals are shorter.
const HELO_OCTETS_MAX: usize = 255;

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
