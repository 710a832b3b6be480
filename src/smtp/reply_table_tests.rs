//! What may be refused for good: only what cannot be mail for us. A 5xx after the data of a forwarded mail punishes the
//! provider, who may switch the forwarding off; so content and doubts about the sender are accepted and held.

use std::collections::BTreeSet;

use super::*;
use crate::types::MailId;

/// Why a reply is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// All is well so far.
    Fine,
    /// Trouble or a limit of ours: the peer keeps the mail and comes back.
    NotNow,
    /// The peer does not speak SMTP, or speaks it at the wrong time: nothing of a mail is lost.
    Protocol,
    /// The recipient is nobody of ours.
    Recipient,
    /// Longer than we said that we take.
    Size,
    /// Where the mail ends is not certain.
    LineEndings,
}

fn table() -> Vec<(&'static str, Reply, Why)> {
    use Why::*;
    let accepted = Accepted::durable(MailId(7), false);
    let offer = Offer { message_bytes_max: 1000, starttls: true };
    vec![
        ("greeting", Reply::greeting("mx.example"), Fine),
        ("helo", Reply::helo("mx.example"), Fine),
        ("ehlo", Reply::ehlo("mx.example", offer), Fine),
        ("accepted", Reply::accepted(&accepted), Fine),
        ("chunk_taken", Reply::chunk_taken(7), Fine),
        ("ok", Reply::ok(), Fine),
        ("sender_ok", Reply::sender_ok(), Fine),
        ("recipient_ok", Reply::recipient_ok(), Fine),
        ("go_ahead", Reply::go_ahead(), Fine),
        ("bye", Reply::bye(), Fine),
        ("help", Reply::help(), Fine),
        ("not_verified", Reply::not_verified(), Fine),
        ("ready_for_tls", Reply::ready_for_tls(), Fine),
        ("busy", Reply::busy(), NotNow),
        ("shutting_down", Reply::shutting_down(), NotNow),
        ("too_slow", Reply::too_slow(), NotNow),
        ("enough", Reply::enough(), NotNow),
        ("other_protocol", Reply::other_protocol(), NotNow),
        ("try_later", Reply::try_later(), NotNow),
        ("no_room", Reply::no_room(), NotNow),
        ("too_many_recipients", Reply::too_many_recipients(), NotNow),
        ("misunderstood", Reply::misunderstood(CommandError::Unknown), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::NotOffered), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::OtherProtocol), NotNow),
        ("misunderstood", Reply::misunderstood(CommandError::Characters), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::TooLong), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::Form("RSET")), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::Parameter), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::Sender), Protocol),
        ("misunderstood", Reply::misunderstood(CommandError::Recipient), Protocol),
        ("out_of_order", Reply::out_of_order("say EHLO first"), Protocol),
        ("must_tls", Reply::must_tls(), Protocol),
        ("needs_smtputf8", Reply::needs_smtputf8(), Protocol),
        ("no_such_recipient", Reply::no_such_recipient(), Recipient),
        ("no_recipients", Reply::no_recipients(), Recipient),
        ("too_big", Reply::too_big(), Size),
        ("bare_line_ending", Reply::bare_line_ending(), LineEndings),
        ("bare_line_ending_in_chunk", Reply::bare_line_ending_in_chunk(), LineEndings),
        ("bytes_behind_starttls", Reply::bytes_behind_starttls(), Protocol),
    ]
}

#[test]
fn only_what_cannot_be_mail_for_us_is_refused_for_good() {
    for (name, reply, why) in table() {
        let expected = match why {
            Why::Fine => 2..=3,
            Why::NotNow => 4..=4,
            Why::Protocol | Why::Recipient | Why::Size | Why::LineEndings => 5..=5,
        };
        assert!(expected.contains(&(reply.code / 100)), "{name}: {} because of {why:?}", reply.code);
        // RFC 3463 §3.8: 5.7.1 and its like say that policy or content was the matter. Nothing of ours does.
        assert!(!reply.enhanced.starts_with("5.7.") || name == "must_tls", "{name} is a matter of taste: {reply:?}");
    }
}

#[test]
fn every_reply_stands_in_the_table() {
    let source = include_str!("reply.rs");
    let makers = source.lines().filter(|line| line.contains("-> Self {")).filter_map(|line| {
        let name = line.trim().strip_prefix("pub(crate) fn ")?;
        name.split('(').next()
    });
    let makers: BTreeSet<&str> = makers.collect();
    let listed: BTreeSet<&str> = table().iter().map(|(name, _, _)| *name).collect();
    assert!(makers.len() > 20, "the replies were not found");
    assert_eq!(makers, listed, "a reply that is new must take a side");
}
