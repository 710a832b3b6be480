//! What we say: the only file that writes three-digit codes.
//!
//! Words to the peer are general; the particulars go to the log. Enhanced codes stand on every reply except the greeting,
//! those to HELO and EHLO, and the intermediate one (RFC 2034 §4, RFC 3463).

use std::borrow::Cow;

use super::command::CommandError;
use crate::types::Accepted;

/// One reply, perhaps of several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    code: u16,
    enhanced: &'static str,
    /// Lines, separated by `\n`.
    text: Cow<'static, str>,
    closes: bool,
}

/// What we offer in EHLO.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    /// `SIZE`, octets.
    pub(crate) message_bytes_max: u64,
    /// `STARTTLS`: available, and not used yet.
    pub(crate) starttls: bool,
}

impl Reply {
    /// The connection ends after these words.
    pub(crate) fn closes(&self) -> bool {
        self.closes
    }

    /// The peer did not speak the protocol: such replies are counted.
    pub(crate) fn is_protocol_error(&self) -> bool {
        matches!(self.code, 500..=504 | 555)
    }

    /// The answer to QUIT.
    pub(crate) fn is_bye(&self) -> bool {
        self.code == 221
    }

    /// Appends the reply as it goes on the wire. RFC 5321 §4.2.1.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        let digits = [self.code / 100 % 10, self.code / 10 % 10, self.code % 10].map(|digit| b'0' + digit as u8);
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            out.extend_from_slice(&digits);
            out.push(if lines.peek().is_some() { b'-' } else { b' ' });
            if !self.enhanced.is_empty() {
                out.extend_from_slice(self.enhanced.as_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    fn new(code: u16, enhanced: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, enhanced, text: text.into(), closes: false }
    }

    fn closing(code: u16, enhanced: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { closes: true, ..Self::new(code, enhanced, text) }
    }

    // ---- all is well

    /// The first words. RFC 5321 §4.3.1.
    pub(crate) fn greeting(hostname: &str) -> Self {
        Self::new(220, "", format!("{hostname} ESMTP replyd"))
    }

    /// To HELO.
    pub(crate) fn helo(hostname: &str) -> Self {
        Self::new(250, "", hostname.to_owned())
    }

    /// To EHLO, with what we offer. RFC 5321 §4.1.1.1.
    pub(crate) fn ehlo(hostname: &str, offer: Offer) -> Self {
        let starttls = if offer.starttls { "\nSTARTTLS" } else { "" };
        let size = offer.message_bytes_max;
        Self::new(
            250,
            "",
            format!("{hostname}\nPIPELINING\nSIZE {size}\n8BITMIME\nSMTPUTF8\nCHUNKING{starttls}\nENHANCEDSTATUSCODES"),
        )
    }

    /// The mail is kept: only the store makes what this needs.
    pub(crate) fn accepted(accepted: &Accepted) -> Self {
        Self::new(250, "2.0.0", format!("Ok: queued as {}", accepted.id()))
    }

    /// A BDAT chunk that is not the last has come. RFC 3030 §2.
    pub(crate) fn chunk_taken(bytes: u64) -> Self {
        Self::new(250, "2.0.0", format!("Ok: {bytes} octets"))
    }

    /// To RSET and NOOP.
    pub(crate) fn ok() -> Self {
        Self::new(250, "2.0.0", "Ok")
    }

    /// To MAIL.
    pub(crate) fn sender_ok() -> Self {
        Self::new(250, "2.1.0", "Ok")
    }

    /// To RCPT.
    pub(crate) fn recipient_ok() -> Self {
        Self::new(250, "2.1.5", "Ok")
    }

    /// To DATA.
    pub(crate) fn go_ahead() -> Self {
        Self::new(354, "", "End data with <CR><LF>.<CR><LF>")
    }

    /// To QUIT.
    pub(crate) fn bye() -> Self {
        Self::closing(221, "2.0.0", "Bye")
    }

    /// To HELP.
    pub(crate) fn help() -> Self {
        Self::new(214, "2.0.0", "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS")
    }

    /// To VRFY: neither yes nor no, so that nobody can ask for addresses. RFC 5321 §3.5.3.
    pub(crate) fn not_verified() -> Self {
        Self::new(252, "2.5.0", "Send a mail and see")
    }

    /// To STARTTLS. RFC 3207 §4.
    pub(crate) fn ready_for_tls() -> Self {
        Self::new(220, "2.0.0", "Ready to start TLS")
    }

    // ---- not now

    /// At the door: too many connections, in all or from there.
    pub(crate) fn busy() -> Self {
        Self::closing(421, "4.7.0", "Too many connections, try again later")
    }

    /// We are leaving. RFC 5321 §3.8.
    pub(crate) fn shutting_down() -> Self {
        Self::closing(421, "4.3.2", "Shutting down, try again later")
    }

    /// A deadline has passed.
    pub(crate) fn too_slow() -> Self {
        Self::closing(421, "4.4.2", "Waited too long")
    }

    /// One of the counts of `[limits]` is used up.
    pub(crate) fn enough() -> Self {
        Self::closing(421, "4.7.0", "Too many commands or errors in one connection")
    }

    /// A browser or another server's request: nothing in it is for us.
    pub(crate) fn other_protocol() -> Self {
        Self::closing(421, "4.7.0", "This is a mail server")
    }

    /// Something here does not work at the moment.
    pub(crate) fn try_later() -> Self {
        Self::new(451, "4.3.0", "Not possible at the moment, try again later")
    }

    /// No memory or disk for this body at the moment.
    pub(crate) fn no_room() -> Self {
        Self::new(452, "4.3.1", "No room for this mail at the moment, try again later")
    }

    /// RFC 5321 §4.5.3.1.10: the rest goes in another transaction.
    pub(crate) fn too_many_recipients() -> Self {
        Self::new(452, "4.5.3", "Too many recipients, send the rest separately")
    }

    // ---- never

    /// The line was no command.
    pub(crate) fn misunderstood(error: CommandError) -> Self {
        match error {
            CommandError::Unknown => Self::new(500, "5.5.2", "Command not recognized"),
            CommandError::NotOffered => Self::new(502, "5.5.1", "Command not offered"),
            CommandError::OtherProtocol => Self::other_protocol(),
            CommandError::Characters => {
                Self::new(500, "5.5.2", "A line is UTF-8 without control characters, ended by CRLF")
            }
            CommandError::TooLong => Self::new(500, "5.5.2", "Line too long"),
            CommandError::Form(form) => Self::new(501, "5.5.4", format!("The form is: {form}")),
            CommandError::Parameter => Self::new(555, "5.5.4", "Parameter not offered"),
            CommandError::Sender => Self::new(501, "5.1.7", "The sender is not an address"),
            CommandError::Recipient => Self::new(501, "5.1.3", "The recipient is not an address"),
        }
    }

    /// The command comes at the wrong time.
    pub(crate) fn out_of_order(words: &'static str) -> Self {
        Self::new(503, "5.5.1", words)
    }

    /// RFC 3207 §4: `require_tls`.
    pub(crate) fn must_tls() -> Self {
        Self::new(530, "5.7.0", "Must issue a STARTTLS command first")
    }

    /// RFC 6531 §3.5.
    pub(crate) fn needs_smtputf8() -> Self {
        Self::new(553, "5.6.7", "This address needs the SMTPUTF8 parameter")
    }

    /// Nobody here has that address, and we are no relay.
    pub(crate) fn no_such_recipient() -> Self {
        Self::new(550, "5.1.1", "No such recipient here")
    }

    /// DATA or BDAT, and no recipient was taken.
    pub(crate) fn no_recipients() -> Self {
        Self::new(554, "5.5.1", "No valid recipients")
    }

    /// Larger than `limits.message_bytes_max`. RFC 1870 §6.
    pub(crate) fn too_big() -> Self {
        Self::new(552, "5.3.4", "The mail is larger than we take")
    }

    /// A CR or LF alone in DATA: where this mail ends is not certain, so nothing after it is heard (S-13).
    pub(crate) fn bare_line_ending() -> Self {
        Self::closing(554, "5.6.0", "A CR or LF stands alone; lines end with CRLF. RFC 5321 section 2.3.8")
    }

    /// The same in a BDAT chunk, whose end is certain.
    pub(crate) fn bare_line_ending_in_chunk() -> Self {
        Self { closes: false, ..Self::bare_line_ending() }
    }

    /// Something was sent behind STARTTLS before TLS began (S-14).
    pub(crate) fn bytes_behind_starttls() -> Self {
        Self::closing(554, "5.5.1", "Nothing may follow STARTTLS before our answer")
    }
}

#[cfg(test)]
#[path = "reply_table_tests.rs"]
mod table;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::MailId;

    fn wire(reply: &Reply) -> String {
        let mut out = Vec::new();
        reply.write_to(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_reply_of_several_lines_has_dashes_on_all_but_the_last() {
        let offer = Offer { message_bytes_max: 1000, starttls: true };
        assert_eq!(
            wire(&Reply::ehlo("mx.example", offer)),
            "250-mx.example\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n\
             250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n"
        );
        assert!(!wire(&Reply::ehlo("mx.example", Offer { starttls: false, ..offer })).contains("STARTTLS"));
    }

    #[test]
    fn the_class_of_the_enhanced_code_is_that_of_the_code() {
        for reply in [
            Reply::ok(),
            Reply::bye(),
            Reply::busy(),
            Reply::shutting_down(),
            Reply::no_room(),
            Reply::too_big(),
            Reply::must_tls(),
            Reply::no_such_recipient(),
            Reply::misunderstood(CommandError::Parameter),
        ] {
            let text = wire(&reply);
            assert_eq!(text.as_bytes()[0], text.as_bytes()[4], "{text}");
        }
    }

    #[test]
    fn kept_is_said_with_the_id_it_is_kept_under() {
        let accepted = Accepted::durable(MailId(7), false);
        assert_eq!(wire(&Reply::accepted(&accepted)), "250 2.0.0 Ok: queued as 0000000000007\r\n");
    }
}
