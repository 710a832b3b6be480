//! An MCP server that is a program of this machine: started for one session, spoken to over its standard input and output, and ended
//! with everything that it started.
//!
//! It runs as the user of the daemon and may do what that may; so it is named in `smtpd.toml`, by its whole path, and no shell reads
//! its arguments. It sees of our environment only what is named there.

use std::{process::Stdio, sync::Arc};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::{Duration, Instant, timeout_at},
};
use tracing::warn;

use super::{asking::Call, mcp::Fault, reading::masked};
use crate::{
    config::McpProgram,
    types::{Secret, fit_for_log},
};

/// Messages that a program writes before the one that is waited for: logs, progress, questions that nobody answers.
const MESSAGES_MAX: usize = 200;

/// Lines of its standard error that are logged; the rest is read and forgotten.
const NOISE_LINES_MAX: usize = 20;

/// Octets of one of them.
const NOISE_OCTETS_MAX: u64 = 1024;

/// What it gets to end by itself, once nobody speaks to it any more.
const END_MAX: Duration = Duration::from_secs(2);

/// A program that runs.
pub(super) struct Pipe {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    deadline: Instant,
    line_octets_max: usize,
}

impl Pipe {
    /// Starts it.
    pub(super) fn start(call: &Call<'_>, program: &McpProgram) -> Result<Self, Fault> {
        let path = &program.path;
        let fault = |words: String| Fault::Program(format!("{}: {words}", path.display()));
        let mut command = Command::new(path);
        command.args(&program.arguments).env_clear().current_dir("/").kill_on_drop(true);
        // What it starts belongs to its group, and is ended with it.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, value) in &program.env {
            command.env(name, call.told(value).map_err(fault)?);
        }
        let mut child = command.spawn().map_err(|error| fault(format!("it cannot be started: {error}")))?;
        let (Some(input), Some(output), Some(noise)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(fault("it has no standard input and output".to_owned()));
        };
        let secrets: Arc<[Secret]> = call.secrets.named.iter().map(|(_, secret)| secret.clone()).collect();
        let deadline = Instant::now() + call.tool.timeout;
        // Whoever left the group of the program may keep its standard error open for ever.
        tokio::spawn(timeout_at(deadline + END_MAX, log(call.tool.name.clone(), noise, secrets)));
        Ok(Self {
            child,
            input: Some(input),
            output: BufReader::new(output),
            deadline,
            line_octets_max: call.tool.response_bytes_max,
        })
    }

    /// Says something that has no answer.
    pub(super) async fn tell(&mut self, message: &Value) -> Result<(), Fault> {
        // JSON as it is written here holds no line feed. MCP 2025-06-18, transports, "stdio".
        let line = format!("{message}\n");
        let Some(input) = &mut self.input else { return Err(Fault::Program("it was ended".to_owned())) };
        let written = async {
            input.write_all(line.as_bytes()).await?;
            input.flush().await
        };
        match timeout_at(self.deadline, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Fault::Program(format!("the program does not listen: {error}"))),
            Err(_) => Err(too_slow()),
        }
    }

    /// Says something, and gives the message that answers it.
    pub(super) async fn exchange(&mut self, id: u64, message: &Value) -> Result<Value, Fault> {
        self.tell(message).await?;
        let deadline = self.deadline;
        let answer = async {
            for _ in 0..MESSAGES_MAX {
                let line = self.line().await?;
                let Ok(message) = serde_json::from_slice::<Value>(&line) else {
                    return Err(Fault::Program("the program wrote what is no message".to_owned()));
                };
                // What it asks or tells of its own accord is not answered: it was offered nothing.
                if message["id"] == id && message["method"].is_null() {
                    return Ok(message);
                }
            }
            Err(Fault::Program(format!("the program wrote {MESSAGES_MAX} messages, and none is the answer")))
        };
        timeout_at(deadline, answer).await.unwrap_or_else(|_| Err(too_slow()))
    }

    async fn line(&mut self) -> Result<Vec<u8>, Fault> {
        let mut line = Vec::new();
        let mut output = (&mut self.output).take(self.line_octets_max as u64 + 1);
        let read = output.read_until(b'\n', &mut line).await;
        read.map_err(|error| Fault::Program(format!("the program cannot be heard: {error}")))?;
        match line.last() {
            Some(b'\n') => Ok(line),
            Some(_) if line.len() > self.line_octets_max => {
                Err(Fault::Protocol("its answer is longer than response_bytes_max".to_owned()))
            }
            _ => Err(Fault::Program("the program ended without an answer".to_owned())),
        }
    }

    /// Lets it end by itself, for a moment. What is left then is killed.
    pub(super) async fn close(mut self) {
        drop(self.input.take());
        let until = self.deadline.min(Instant::now() + END_MAX);
        let rest = async {
            let mut scrap = [0; 4096];
            while self.output.read(&mut scrap).await.is_ok_and(|octets| octets > 0) {}
        };
        let _ = timeout_at(until, rest).await;
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // Nobody has waited for it, so that its number is still its own. tokio buries it.
        if let Some(group) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

fn too_slow() -> Fault {
    Fault::Program("the program did not answer in time".to_owned())
}

/// The first lines that a program writes to its standard error. The rest is read, or it would wait for us.
async fn log(tool: String, noise: ChildStderr, secrets: Arc<[Secret]>) {
    let mut noise = BufReader::new(noise);
    for _ in 0..NOISE_LINES_MAX {
        let mut line = Vec::new();
        match (&mut noise).take(NOISE_OCTETS_MAX).read_until(b'\n', &mut line).await {
            Ok(1..) => {
                let said = masked(&String::from_utf8_lossy(&line), secrets.iter());
                warn!(tool, "the program of an MCP tool says: {}", fit_for_log(&said));
            }
            Ok(0) | Err(_) => return,
        }
    }
    let mut scrap = [0; 4096];
    while noise.read(&mut scrap).await.is_ok_and(|octets| octets > 0) {}
}

#[cfg(test)]
#[path = "pipe_tests.rs"]
mod tests;
