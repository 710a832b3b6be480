//! The control socket: one request a connection, in HTTP/1.1. RFC 9112.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

/// How long one answer may take.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// More conversations than any test makes.
const ALL: usize = 10_000_000;

/// A way to ask the daemon.
#[derive(Clone)]
pub(crate) struct Api {
    socket: PathBuf,
}

impl Api {
    pub(super) fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned() }
    }

    /// A value, which must be there.
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, None);
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// Sends a value; what comes back.
    pub(crate) fn send(&self, verb: &str, path: &str, value: &Value) -> Value {
        let (status, body) = self.ask(verb, path, Some(value.to_string()));
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// The bytes that were kept of a mail.
    pub(crate) fn raw(&self, mail: &str) -> Vec<u8> {
        let (status, body) = self.ask("GET", &format!("/api/v1/messages/{mail}/raw"), None);
        assert_eq!(status, 200, "raw {mail}: {}", String::from_utf8_lossy(&body));
        body
    }

    /// A mail with everything about it.
    pub(crate) fn why(&self, mail: &str) -> Value {
        self.get(&format!("/api/v1/messages/{mail}/why"))
    }

    /// Every conversation, without time lines.
    pub(crate) fn conversations(&self) -> Vec<Value> {
        list(self.get(&format!("/api/v1/conversations?limit={ALL}")))
    }

    /// A conversation with its time line.
    pub(crate) fn conversation(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/conversations/{id}"))
    }

    /// The held mails.
    pub(crate) fn held(&self) -> Vec<Value> {
        list(self.get("/api/v1/held"))
    }

    /// The jobs.
    pub(crate) fn queue(&self) -> Vec<Value> {
        list(self.get("/api/v1/queue"))
    }

    /// The head of an answer, in lower case, and its body.
    pub(crate) fn answer(&self, verb: &str, path: &str) -> (String, Vec<u8>) {
        self.ask_whole(verb, path, None)
    }

    /// Asks, and takes whatever comes until the daemon closes or dies.
    pub(crate) fn begin(&self, verb: &str, path: &str) {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        let _ = write!(stream, "{verb} {path} HTTP/1.1\r\nHost: replyd\r\nConnection: close\r\n\r\n");
        let _ = stream.read_to_end(&mut Vec::new());
    }

    /// Status and value, from a daemon that may be killed meanwhile; `None` when there was no whole answer.
    pub(crate) fn attempt(&self, verb: &str, path: &str, value: Option<&Value>) -> Option<(u16, Value)> {
        let (head, body) = self.exchange(verb, path, value.map(Value::to_string)).ok()??;
        // A value that was cut short is none.
        Some((status(&head), serde_json::from_slice(&body).ok()?))
    }

    fn ask(&self, verb: &str, path: &str, body: Option<String>) -> (u16, Vec<u8>) {
        let (head, body) = self.ask_whole(verb, path, body);
        (status(&head), body)
    }

    fn ask_whole(&self, verb: &str, path: &str, body: Option<String>) -> (String, Vec<u8>) {
        let (head, body) = self.exchange(verb, path, body).unwrap().expect("an answer has a head");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        assert_eq!(length, Some(body.len()), "{path}: the answer is whole, and says its length");
        (head, body)
    }

    /// What comes until the daemon closes: head, in lower case, and body; `None` without a whole head.
    fn exchange(&self, verb: &str, path: &str, body: Option<String>) -> io::Result<Option<(String, Vec<u8>)>> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
        let body = body.unwrap_or_default();
        let (kind, length) = ("Content-Type: application/json", body.len());
        write!(
            stream,
            "{verb} {path} HTTP/1.1\r\nHost: replyd\r\nConnection: close\r\n{kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        Ok(Some((head, answer.split_off(end + 4))))
    }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(rows) => rows,
        other => panic!("not a list: {other}"),
    }
}
