//! The words that reports in free words have in common. Lower case; white space as single spaces.

/// How the line begins below which the returned mail stands, without what decorates it.
pub(super) const COPIES: [&str; 28] = [
    "below this line",
    "below the next line",
    "below is a copy",
    "original message",
    "this is a copy of",
    "here is a copy of",
    "start of returned message",
    "returned mail",
    "returned message",
    "message header follows",
    "message headers follow",
    "message text follows",
    "message body follows",
    "the header of the original",
    "the header and top",
    "the headers of the original",
    "the original message follows",
    "unsent message below",
    "forwarded message",
    "included is a copy",
    "enclosed is a copy",
    "attached is a copy",
    "a copy of the original",
    "a summary of the undelivered",
    "your message reads",
    "the first 50 lines of",
    "old message",
    "header of the source mail",
];

/// What introduces a list of addresses, one a line, that begins on this line or on one of the next.
pub(super) const INTRODUCTIONS: [&str; 31] = [
    // Exim, and who copied its words
    "address(es) failed",
    "addresses failed",
    "address failed",
    "not yet been delivered is",
    // Sendmail
    "following addresses had",
    "not delivered to the following",
    // Exchange, GroupWise, Novell
    "did not reach the following recipient",
    "undeliverable to the following",
    "delivery has failed to these recipients",
    // qmail, Postfix, Yahoo, Google, Microsoft's SMTP service
    "to the following address",
    "to the following recipient",
    "to the following user",
    "to the following destination",
    // Domino, MIMEsweeper
    "was not delivered to",
    "could not be delivered to",
    "cannot be delivered to",
    "could not deliver",
    // Netscape, MDaemon
    "did not receive this message",
    "did not receive your message",
    "did not receive a copy of your message",
    // hMailServer, MailEnable
    "following recipient(s) could not be reached",
    "following recipients could not be reached",
    // others
    "failed addresses follow",
    "failed recipients",
    "following list of recipients",
    "delivery of email to this address",
    "addressed to email address",
    "following recipients were rejected",
    "an die folgenden empfänger",
    "an folgende empfänger",
    "aux destinataires suivants",
];

/// What stands right before an address that failed.
pub(super) const BEFORE_ADDRESS: [&str; 27] = [
    // SMTP32 of IMail
    "undeliverable to ",
    "unknown user: ",
    "invalid final delivery userid: ",
    "attempts: ",
    // labels
    "failed recipient: ",
    "error-for: ",
    "undeliverable address: ",
    "intended recipient: ",
    "original address: ",
    "recipient address: ",
    // sentences
    "mailbox is full: ",
    "unable to deliver message to ",
    "unable to deliver your message to ",
    "quota violation for ",
    "originally addressed to ",
    "message, addressed to ",
    "your message was addressed, ",
    "your message to: ",
    "your message to ",
    "you sent mail to ",
    "generated from ",
    "could not be delivered to ",
    "local mailbox ",
    "user not found: ",
    "user unknown: ",
    "mail an ",
    "message à ",
];

/// What stands right behind one.
pub(super) const BEHIND_ADDRESS: [&str; 3] = [" - no such user", " is not a valid user", " does not exist here"];

/// What says that it is still being tried.
pub(super) const DELAYS: [&str; 12] = [
    "warning only",
    "warning message only",
    "just a warning",
    "not yet been delivered",
    "has been delayed",
    "has been postponed",
    "delivery attempts will continue",
    "we will continue to",
    "will be retried",
    "still being retried",
    "(delay)",
    "delivery delayed",
];
