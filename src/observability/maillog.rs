//! One function for each thing that happens to a mail or a letter: the log is an interface.
//!
//! Field names are the same everywhere: `mail.id`, `conversation.id`, `number`, `letter.id`, `domain` (of the other side),
//! `address.domain` (ours), `size_bytes`, `level`, `class`, `reason`, `attempts`. Reasons are our words; the far side's words
//! are cut short and freed of control characters. No bodies, no subjects, no whole addresses (S-27).

use tracing::{info, warn};

use super::counters;
use crate::{
    conversation::{Class, Fate, HeldReason, IgnoredReason, Reported, Whom},
    store::{ArticleRow, ConversationRow, MailRow, Message, RunRow, Who},
    types::{Address, ConversationId, HandOffCode, LetterId, MailId, fit_for_log},
};

/// A mail was kept in a conversation. `opened`: the conversation is new.
pub fn kept(mail: &MailRow, conversation: ConversationId, opened: bool) {
    let (domain, class) = (sender(mail), class_word(mail.class.class));
    let (id, size_bytes, level) = (mail.id, mail.raw.len, mail.verdicts.level.as_u8());
    info!(
        event = "kept", mail.id = %id, conversation.id = %conversation, domain, size_bytes, level, class, opened,
        "kept a mail from {domain} in conversation {conversation}"
    );
}

/// The same mail came again and was answered with the id of the first copy.
pub fn duplicate(first: MailId, again: MailId) {
    info!(event = "duplicate", mail.id = %first, again.id = %again, "mail {again} is the same as {first}");
}

/// A mail waits on the held list.
pub fn held(mail: &MailRow, reason: &HeldReason) {
    let (domain, id, reason) = (sender(mail), mail.id, kind_of_held(reason));
    let (size_bytes, level) = (mail.raw.len, mail.verdicts.level.as_u8());
    warn!(event = "held", mail.id = %id, domain, size_bytes, level, reason, "holds a mail from {domain}: {reason}");
}

/// A mail stands in the ledger only.
pub fn ignored(mail: &MailRow, reason: IgnoredReason) {
    let (domain, id, reason) = (sender(mail), mail.id, reason.words());
    info!(event = "ignored", mail.id = %id, domain, reason, "ignores a mail from {domain}: {reason}");
}

/// A mail could not be kept for a trouble of ours; the peer was asked to come back.
pub fn not_kept(id: MailId, trouble: &dyn std::error::Error) {
    counters::not_kept();
    warn!(event = "not_kept", mail.id = %id, "could not keep a mail: {trouble}");
}

/// The AI wrote an answer.
pub fn answered(conversation: &ConversationRow, by: &str, passages: usize) {
    let (id, number, domain) = (conversation.id, conversation.number, conversation.contact.domain());
    info!(
        event = "answered", conversation.id = %id, number = %number, domain, by, passages,
        "answered conversation {id} by {by}"
    );
}

/// An answer came too late: a newer mail is there or a person took over.
pub fn answer_stale(conversation: &ConversationRow) {
    let (id, number) = (conversation.id, conversation.number);
    info!(event = "answer_stale", conversation.id = %id, number = %number, "an answer in conversation {id} came too late");
}

/// A run of the AI ended. The `gen_ai` fields are OpenTelemetry's: who was asked, for which model, and what it took. What was
/// asked and said is in the record only.
pub fn run(run: Option<&RunRow>) {
    let Some(run) = run else { return };
    let (provider, model) = run.model_calls.last().map_or(("", ""), |call| (&*call.provider, &*call.model));
    let (decision, code, answerer, domain) =
        (run.decision.word(), run.code.map_or("", HandOffCode::word), &*run.answerer, run.contact.domain());
    let tools: Vec<&str> = run.tool_calls.iter().map(|call| &*call.name).collect();
    info!(
        event = "run", run.id = %run.id, conversation.id = %run.conversation, domain, answerer, decision, code,
        attempts = run.attempt, millis = run.millis, passages = run.passages.len(), model_calls = run.model_calls.len(),
        gen_ai.operation.name = "chat", gen_ai.provider.name = provider, gen_ai.system = provider,
        gen_ai.request.model = model, gen_ai.usage.input_tokens = run.tokens_in,
        gen_ai.usage.output_tokens = run.tokens_out, gen_ai.tool.name = tools.join(" "),
        cost_millionths = run.cost_millionths, "run {} of conversation {}: {decision}", run.id, run.conversation
    );
}

/// A brake kept the AI from answering; people get the conversation.
pub fn brake_held(conversation: &ConversationRow, brake: &'static str) {
    counters::brake_held(brake);
    let (id, number, domain) = (conversation.id, conversation.number, conversation.contact.domain());
    info!(
        event = "brake_held", conversation.id = %id, number = %number, domain, brake,
        "no answer in conversation {id}: the brake `{brake}` holds"
    );
}

/// A conversation was handed to people.
pub fn handed_off(conversation: &ConversationRow, code: HandOffCode, reason: &str) {
    let (id, number, domain) = (conversation.id, conversation.number, conversation.contact.domain());
    let reason = match code {
        // S-27: these words hold what a tool is asked, or gave.
        HandOffCode::Approval => "a tool that a person must let run".to_owned(),
        _ => fit_for_log(reason),
    };
    let code = code.word();
    info!(
        event = "handed_off", conversation.id = %id, number = %number, domain, code, reason,
        "handed conversation {id} to people: {reason}"
    );
}

/// A person has done something with a letter that had not arrived: `what` is one word.
pub fn steered(letter: LetterId, what: &'static str) {
    info!(event = "steered", letter.id = %letter, what, "a person {what} letter {letter}");
}

/// A mail says what became of a letter of ours. Whether that is believed stands with the letter.
pub fn reported(mail: MailId, said: &Reported) {
    let fate = match said.fate {
        Fate::Arrived => "arrived",
        Fate::Delayed => "delayed",
        Fate::Failed { no_mailbox: true } => "no_mailbox",
        Fate::Failed { no_mailbox: false } => "failed",
        Fate::Complained => "complained",
    };
    let (letter, status) = (said.letter, fit_for_log(&said.status));
    let is_proven = matches!(said.whom, Whom::Place(_));
    info!(
        event = "reported", mail.id = %mail, letter.id = %letter, fate, status, is_proven,
        "mail {mail} reports on letter {letter}: {fate}"
    );
}

/// A person put an address on the list of those that are not written to, or took it off: `what` is one word.
pub fn suppression(recipient: &Address, what: &'static str) {
    let domain = recipient.domain();
    info!(event = "suppression", domain, what, "a person {what} an address at {domain}");
}

/// A person blocked a contact or a domain, or let them in again: `what` says which.
pub fn block(who: &Who, what: &'static str) {
    let domain = who.domain();
    info!(event = "block", domain, what, "a person {what} somebody at {domain}");
}

/// A person took the words of a message away for good.
pub fn redacted(message: Message, by: &str) {
    info!(event = "redacted", by, "{by} redacted {message}");
}

/// A person did that with an article: `what` is one word or two.
pub fn article(row: &ArticleRow, what: &'static str) {
    let (name, newest, published) = (row.name.as_str(), row.newest(), row.published_version().unwrap_or_default());
    info!(event = "article", article = name, newest, published, what, "a person {what} article {name}");
}

fn sender(mail: &MailRow) -> &str {
    mail.mail.from.as_ref().or(mail.envelope.mail_from.as_ref()).map_or("", Address::domain)
}

/// The sentence of a forged mail repeats what the mail says of itself: the log has the kind only.
fn kind_of_held(reason: &HeldReason) -> &'static str {
    match reason {
        HeldReason::Forged(_) => "forged",
        HeldReason::NoAddress => "no address of ours",
        HeldReason::StrayReport => "stray report",
        HeldReason::ForwardingConfirmation => "forwarding confirmation",
        HeldReason::VerificationCode => "verification code",
        HeldReason::Blocked(_) => "blocked",
    }
}

fn class_word(class: Class) -> &'static str {
    match class {
        Class::Human => "human",
        Class::AutomaticReply => "automatic_reply",
        Class::Bounce => "bounce",
        Class::Complaint => "complaint",
        Class::List => "list",
        Class::Form => "form",
        Class::ForwardingConfirmation => "forwarding_confirmation",
        Class::VerificationCode => "verification_code",
        Class::Probe => "probe",
        Class::OwnEcho => "own_echo",
    }
}
