//! Why a mail is where it is: every rule that was tried, in order, in plain words.
//!
//! What was decided stands in the mail's row and in the time line; what is made anew (where addresses were looked for,
//! whether Autopilot would answer) follows from the configuration as it is now, and says so.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    api::Office,
    runs,
    view::{self, MailView, moment},
};
use crate::{
    agent::{Case, Desk as _, StoreDesk, Topics, autopilot, brakes, handoff, notes::Notes},
    config,
    conversation::{self, Directory, told},
    mime,
    store::{Filed, HandedOff, MailRow, Place, RunRow, StoreError, What},
    types::{ConversationId, Envelope, JobId, JobState},
};

/// Lines of a time line that are told for one mail.
const EVENTS_MAX: usize = 20;

/// Runs of a conversation among which those for one mail are looked for.
const RUNS_MAX: usize = 50;

/// What explaining needs beside the store.
#[derive(Debug)]
pub struct Rules {
    /// Which addresses are ours.
    pub directory: Directory,
    /// `[agent]`.
    pub agent: config::Agent,
    /// Reads a conversation as Autopilot does.
    pub desk: StoreDesk,
    /// What addresses say of topics, by words alone: nobody is asked a second time.
    pub topics: Topics,
}

/// Everything about one mail: what was said, proved, decided, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyView {
    /// The mail.
    #[serde(flatten)]
    pub mail: MailView,
    /// In words, one step a line.
    pub steps: Vec<String>,
}

/// Explains one mail.
///
/// # Errors
/// [`StoreError::Damaged`] when its raw bytes are not what was written.
pub(super) async fn why(office: &Office, row: MailRow) -> Result<WhyView, StoreError> {
    let parsed = mime::parse(&office.store.raw(&row.raw).await?);
    let envelope = &row.envelope;
    let tls = envelope.tls.as_ref().map_or("without TLS".into(), |tls| format!("over {}", tls.protocol));
    let from = envelope.mail_from.as_ref().map(|from| from.to_string()).unwrap_or_default();
    let recipients: Vec<String> = envelope.recipients.iter().map(|r| r.address.to_string()).collect();
    let mut steps = vec![
        format!("{} came from {} ({}) {tls}", moment(envelope.arrived), envelope.peer, envelope.helo),
        format!("envelope: MAIL FROM:<{from}> RCPT TO:<{}>", recipients.join(">, <")),
    ];
    let sought = office.rules.directory.sought(&envelope.recipients, &parsed);
    steps.extend(sought.iter().map(|sought| format!("address: {}", sought.words())));
    steps.extend(told::proofs(&row.verdicts));
    steps.extend(told::level(&row.verdicts));
    let class = row.class.class.word();
    steps.push(format!("class {class}"));
    steps.extend(row.class.reasons.iter().map(|reason| format!("class {class}, because: {reason}")));
    steps.extend(row.mail.notes.iter().map(|note| format!("note: {note}")));
    if let Some(report) = conversation::bounce(&parsed, row.class.class) {
        steps.extend(report.recipients.iter().map(|failed| format!("report: {failed}")));
    }
    for filed in &row.filings {
        steps.extend(filing(office, filed)?);
        if let Place::Conversation { id, .. } = filed.place {
            steps.extend(autopilot_now(office, id, &row).await?);
            steps.extend(what_happened(office, id, &row)?);
            steps.extend(what_the_ai_did(office, id, &row)?);
        }
    }
    steps.push(format!("{} octets kept, BLAKE3 {}", row.raw.len, row.raw.blake3));
    steps.push(format!("to see it judged again: {}", again(envelope)));
    Ok(WhyView { mail: view::of(row, parsed), steps })
}

/// What its keys proposed at one address, and where it lies.
fn filing(office: &Office, filed: &Filed) -> Result<Vec<String>, StoreError> {
    let at = filed.address.as_ref().map_or("at no address".into(), |address| format!("at {address}"));
    let mut told: Vec<String> = filed.keys.iter().map(|tried| format!("{at}: {}", tried.words())).collect();
    if filed.keys.is_empty() && matches!(filed.place, Place::Conversation { .. }) {
        told.push(format!("{at}: no key in it names a conversation there"));
    }
    told.push(match &filed.place {
        Place::Conversation { id, joined_by, level, why } => {
            let number = office.store.conversation(*id)?.map(|row| row.number.to_string()).unwrap_or_default();
            match joined_by {
                Some(key) => {
                    format!("{at}: joined conversation {number} by {}, with level {}", key.words(), level.as_u8())
                }
                None => format!("{at}: opened conversation {number}: {why}"),
            }
        }
        Place::Held(reason) => format!("{at}: held: {}", reason.words()),
        Place::Ignored(reason) => format!("{at}: ignored: {}", reason.words()),
        Place::Discarded { by, at: when, why } => {
            format!("{at}: discarded from the held list by {by} at {}: {why}", moment(*when))
        }
        Place::Duplicate(first) => format!("{at}: the same mail had been kept before as {first}"),
    });
    Ok(told)
}

/// The conditions for an AI answer in the order they are asked, and which are met now.
async fn autopilot_now(office: &Office, id: ConversationId, row: &MailRow) -> Result<Vec<String>, StoreError> {
    let Rules { agent, desk, topics, .. } = &office.rules.as_ref();
    let case = match desk.read(id, office.clock.now()).await {
        Ok(Some(case)) => case,
        // What cannot be read for an answer is explained without it.
        Ok(None) | Err(_) => return Ok(Vec::new()),
    };
    let newest = case.newest();
    let needed = brakes::level_needed(&case, agent);
    let of_the_mail = [
        ("a person wrote it", row.class.class.is_personal()),
        ("it is the newest mail of a person there", newest.is_some_and(|mail| mail.row.id == row.id)),
        (
            "the newest mail has the level that the address asks for",
            newest.is_some_and(|mail| case.level_of(mail) >= needed),
        ),
    ];
    let of_the_case = autopilot::conditions(&case).map(|condition| (condition.words, condition.unmet.is_none()));
    let conditions = of_the_mail.into_iter().chain(of_the_case);
    let mut told: Vec<String> = conditions
        .map(|(words, met)| format!("Autopilot, now: {}: {words}", if met { "met" } else { "not met" }))
        .collect();
    let allowed = autopilot::may_think(&case, agent).and_then(|()| autopilot::may_spend(&case, agent));
    told.push(match allowed {
        Ok(()) => {
            "Autopilot, now: met: no brake holds and no budget is used up; the AI may think about this conversation"
                .into()
        }
        Err(silence) => format!("Autopilot, now: the AI is silent: {silence}"),
    });
    told.extend(people_get_it(&case, topics).await);
    Ok(told)
}

/// What people would get before anybody thinks, and how they got it when they did.
async fn people_get_it(case: &Case, topics: &Topics) -> Vec<String> {
    let mut told = Vec::new();
    if let Err(reason) = handoff::gate(case, topics, &Arc::new(Notes::unkept())).await {
        told.push(format!("Autopilot, now: people get it before anybody thinks ({}): {reason}", reason.code.word()));
    }
    if let Some(handed) = &case.row.handed_off {
        let HandedOff { at, reason, circumstances } = handed;
        let topic = circumstances.topic.as_ref().map_or(String::new(), |topic| format!(", topic “{topic}”"));
        let (code, sentiment) = (circumstances.code.word(), circumstances.sentiment.word());
        told.push(format!(
            "handed to people at {}: {code}{topic}, the customer sounds {sentiment}: {reason}",
            moment(*at)
        ));
        told.extend(circumstances.summary.lines().map(|line| format!("summary: {line}")));
    }
    told
}

/// The time line from this mail to the next one, and the work that is left.
fn what_happened(office: &Office, id: ConversationId, row: &MailRow) -> Result<Vec<String>, StoreError> {
    let timeline = office.store.timeline(id)?;
    let behind = timeline.iter().skip_while(|entry| entry.what != What::Mail(row.id)).skip(1);
    let mut told = Vec::new();
    for entry in behind.take_while(|entry| !matches!(entry.what, What::Mail(_))).take(EVENTS_MAX) {
        let words = match &entry.what {
            What::Event { name, words } => format!("{name}: {words}"),
            What::Letter(letter) => format!("letter {letter} was written"),
            What::Note(note) => format!("{} wrote a note", note.by),
            What::Mail(_) => continue,
        };
        told.push(format!("then, {}: {words}", moment(entry.at)));
    }
    if let Some(job) = office.store.job(JobId::Answer(id))? {
        let state = match job.state {
            JobState::Due(at) => format!("is due at {}", moment(at)),
            JobState::Claimed(until) => format!("is being worked on, until {} at most", moment(until)),
            JobState::Parked => "was given up".to_owned(),
        };
        let words = if job.last_words.is_empty() { String::new() } else { format!(": {}", job.last_words) };
        told.push(format!("job {} {state}, after {} attempts{words}", job.id, job.attempts));
    }
    Ok(told)
}

/// The runs from this mail to the next one of a person.
fn what_the_ai_did(office: &Office, id: ConversationId, row: &MailRow) -> Result<Vec<String>, StoreError> {
    let timeline = office.store.timeline(id)?;
    let behind = timeline.iter().skip_while(|entry| entry.what != What::Mail(row.id)).skip(1);
    let next = behind.filter(|entry| matches!(entry.what, What::Mail(_))).map(|entry| entry.at).next();
    let of_this = |run: &RunRow| run.started >= row.kept && next.is_none_or(|next| run.started < next);
    let mut rows = office.store.runs(id, RUNS_MAX)?;
    rows.reverse();
    Ok(rows.iter().filter(|run| of_this(run)).flat_map(runs::told).map(|line| format!("Autopilot: {line}")).collect())
}

/// The command that judges the raw mail as it was judged.
fn again(envelope: &Envelope) -> String {
    let mut command = format!("replyd inspect FILE --peer-ip={} --helo={}", envelope.peer, quoted(&envelope.helo));
    if let Some(from) = &envelope.mail_from {
        command += &format!(" --mail-from={}", quoted(&from.to_string()));
    }
    for recipient in &envelope.recipients {
        command += &format!(" --rcpt={}", quoted(&recipient.address.to_string()));
    }
    command
}

/// A word as a shell takes it. A peer chose it: nothing in it may be more than a word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_=:[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_peers_word_cannot_become_a_command() {
        assert_eq!(quoted("mail.example"), "mail.example");
        assert_eq!(quoted("a; rm -rf /"), "'a; rm -rf /'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
