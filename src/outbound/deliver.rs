//! One attempt to hand one signed letter to one recipient's server, or to the folder.
//!
//! A transaction that has begun is never abandoned half way: it runs in a task of its own and ends by itself or by the
//! deadlines of its connection.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    connection,
    outcome::{Fault, Outcome},
    route::{Target, Way},
    transaction::Open,
};
use crate::{
    config,
    types::{LetterId, Signed},
};

/// Deadlines of one attempt.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connecting, and setting up TLS.
    pub connect: Duration,
    /// Each answer of the far side, and each write.
    pub command: Duration,
}

impl Limits {
    /// Those of `[outbound]`.
    pub fn of(settings: &config::Outbound) -> Self {
        Self { connect: settings.connect_timeout, command: settings.command_timeout }
    }

    /// What a whole attempt gets: time for a slow server, not for every server being slow at every step.
    pub fn attempt(&self) -> Duration {
        self.connect * 2 + self.command * 2
    }
}

/// One letter for one recipient, on its way.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Which letter.
    pub letter: LetterId,
    /// The recipient's place in its list; with the letter it names the file.
    pub place: u16,
    /// The bytes and the envelope.
    pub signed: Signed,
    /// Where to.
    pub way: Way,
    /// What we call ourselves in EHLO.
    pub hello: Arc<str>,
    /// Deadlines.
    pub limits: Limits,
}

/// Letters that go out one behind another, over one connection as long as they go to the same server.
#[derive(Debug, Default)]
pub struct Lane(Option<Open>);

impl Lane {
    /// Makes one attempt. Dropping the returned future does not stop it.
    pub async fn deliver(&mut self, attempt: Attempt) -> Outcome {
        let kept = self.0.take();
        let running = match attempt.way.clone() {
            Way::File(folder) => tokio::task::spawn_blocking(move || (to_file(&folder, &attempt), kept)),
            Way::Servers(targets) => tokio::spawn(async move { to_servers(&targets, &attempt, kept).await }),
        };
        match running.await {
            Ok((outcome, kept)) => {
                self.0 = kept;
                outcome
            }
            Err(fault) => Outcome::Unknown { words: format!("the attempt broke off: {fault}") },
        }
    }

    /// Nothing more goes out in it.
    pub fn end(self) {
        if let Some(open) = self.0 {
            open.goodbye();
        }
    }
}

/// Tries the servers in order until one takes the letter or refuses it for good.
///
/// Until one was handed the letter, trying another can double nothing.
async fn to_servers(targets: &[Target], attempt: &Attempt, kept: Option<Open>) -> (Outcome, Option<Open>) {
    let signed = &attempt.signed;
    // S-12: nothing that could end the message early goes on a wire, whoever made it.
    if let Err(words) = connection::wire_safe(signed.bytes()) {
        return (Outcome::Refused { words: format!("the letter is malformed: {words}") }, kept);
    }
    let deadline = Instant::now() + attempt.limits.attempt();
    let (mut fault, mut asked) = (None, None);
    // A server that has had enough of us says so at MAIL, or is gone: then it is asked anew like any other.
    if let Some(open) = kept
        && let Some(mut open) = open.again(targets, deadline, signed).await
    {
        match open.hand_over(signed).await {
            Ok(outcome) => return open.after(outcome),
            Err(new) => (fault, asked) = (Some(new), Some(open.goodbye())),
        }
    }
    for target in targets.iter().filter(|target| asked.as_ref() != Some(&target.host)) {
        for address in &target.addresses {
            if Instant::now() >= deadline {
                break;
            }
            let (new, spoken) =
                match connection::open(target, *address, &attempt.hello, &attempt.limits, deadline).await {
                    Ok(mut open) => match open.transaction(signed).await {
                        Ok(outcome) => return open.after(outcome),
                        Err(new) => {
                            open.goodbye();
                            (new, true)
                        }
                    },
                    Err(new) => (new, false),
                };
            // One server may refuse us for good while another takes the letter, or was not reached yet.
            fault = Some(doubtful(fault, new));
            if spoken {
                // At its other addresses the same server would say the same.
                break;
            }
        }
    }
    let fault = fault.unwrap_or_else(|| Fault::Later("there was no time left to try a server".into()));
    (fault.into(), None)
}

fn doubtful(before: Option<Fault>, new: Fault) -> Fault {
    match (before, new) {
        (Some(Fault::Later(words)), Fault::Refused(_) | Fault::NoMailbox(_)) => Fault::Later(words),
        (_, new) => new,
    }
}

/// Writes `LETTER-PLACE.eml`, durable, once: a second attempt finds it there.
fn to_file(folder: &Path, attempt: &Attempt) -> Outcome {
    match write_file(folder, attempt) {
        Ok(path) => Outcome::Accepted { by: path.display().to_string(), words: "written to a file".into() },
        Err(fault) => Outcome::Later { words: format!("{}: {fault}", folder.display()) },
    }
}

fn write_file(folder: &Path, attempt: &Attempt) -> io::Result<PathBuf> {
    let name = format!("{}-{}.eml", attempt.letter, attempt.place);
    let path = folder.join(&name);
    fs::create_dir_all(folder)?;
    if !path.try_exists()? {
        let unfinished = folder.join(format!(".{name}.tmp"));
        let mut file = File::create(&unfinished)?;
        // RFC 5321 §4.4: what final delivery writes on top; also the envelope of a file that is opened later.
        write!(file, "Return-Path: <{}>\r\nDelivered-To: {}\r\n", attempt.signed.from(), attempt.signed.to())?;
        file.write_all(attempt.signed.bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
    }
    File::open(folder)?.sync_all()?;
    Ok(path)
}

#[cfg(test)]
#[path = "deliver_tests.rs"]
mod tests;
