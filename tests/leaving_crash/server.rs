//! A mail server that takes every letter, counts it, and tells when it has seen what somebody waits for.
//!
//! A letter counts as delivered when its dot has come: from then on it is the server's. RFC 5321 §4.2.5, RFC 1047.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

/// Within which the connections of a dead daemon end.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// What the server can see of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A claim was made: somebody connects.
    Claimed,
    /// The dot has come and is not answered.
    Dot,
    /// It is answered, and the daemon may not have written that down.
    Said,
}

impl Moment {
    pub(crate) const ALL: [Self; 3] = [Self::Claimed, Self::Dot, Self::Said];
}

/// A running server; lives as long as the process.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// By marker.
    letters: HashMap<String, Taken>,
    /// What is waited for, and how many of them go by before.
    aim: Option<(Moment, u64)>,
    /// Told when it is seen.
    seen: Option<Sender<()>>,
    /// From then on nobody hears anything, until the daemon is dead.
    is_frozen: bool,
    /// Daemons that were let in: the one that speaks now.
    daemon: u64,
    connections: usize,
}

/// A letter that came, perhaps several times.
struct Taken {
    message_id: String,
    /// From which daemons, one for each copy.
    daemons: Vec<u64>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, shared) = (listener.local_addr().unwrap(), Arc::<Shared>::default());
        let of_thread = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = of_thread.clone();
                let stream = stream.unwrap();
                shared.lock().connections += 1;
                thread::spawn(move || {
                    // A connection that breaks is what this is for.
                    let _ = shared.serve(&stream);
                    shared.lock().connections -= 1;
                    shared.changed.notify_all();
                });
            }
        });
        Self { address, shared }
    }

    /// The lines of `[outbound]` by which letters come here.
    pub(crate) fn route(&self) -> String {
        format!(
            "route = \"smarthost\"\nsmarthost_host = \"{}\"\nsmarthost_port = {}\nsmarthost_tls = \"off\"",
            self.address.ip(),
            self.address.port()
        )
    }

    /// Lets the next daemon in; what comes is told once when it sees that moment, after as many that go by.
    pub(crate) fn open(&self, aim: Option<(Moment, u64)>) -> Receiver<()> {
        let (seen, told) = mpsc::channel();
        let mut state = self.shared.lock();
        (state.aim, state.seen, state.is_frozen) = (aim, Some(seen), false);
        state.daemon += 1;
        told
    }

    /// Waits until every connection of a dead daemon has ended.
    pub(crate) fn quiet(&self) {
        let mut state = self.shared.lock();
        (state.aim, state.is_frozen) = (None, false);
        self.shared.changed.notify_all();
        let ended = self.shared.changed.wait_timeout_while(state, ENDS_WITHIN, |state| state.connections > 0);
        assert!(!ended.unwrap().1.timed_out(), "a connection of a dead daemon does not end");
    }

    /// How often each letter was delivered, by marker.
    pub(crate) fn copies(&self) -> HashMap<String, usize> {
        self.shared.lock().letters.iter().map(|(marker, taken)| (marker.clone(), taken.daemons.len())).collect()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Whoever waits for this moment hears of it, and then nobody is answered any more.
    fn pass(&self, moment: Moment) {
        let mut state = self.lock();
        match state.aim {
            Some((aim, 0)) if aim == moment => {
                (state.aim, state.is_frozen) = (None, true);
                // Nobody listens any more who had no patience.
                let _ = state.seen.take().map(|seen| seen.send(()));
            }
            Some((aim, left)) if aim == moment => state.aim = Some((aim, left - 1)),
            _ => {}
        }
        while state.is_frozen {
            state = self.changed.wait(state).unwrap();
        }
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let (mut lines, daemon) = (BufReader::new(stream.try_clone()?), self.lock().daemon);
        self.pass(Moment::Claimed);
        say(stream, "220 relay.example ESMTP")?;
        let mut line = Vec::new();
        while next(&mut lines, &mut line)? {
            let verb = String::from_utf8_lossy(&line).to_ascii_uppercase();
            match verb.trim_end().split([' ', ':']).next().unwrap_or_default() {
                "DATA" => {
                    say(stream, "354 go on")?;
                    let Some(letter) = data(&mut lines)? else { return Ok(()) };
                    self.take(&letter, daemon);
                    self.pass(Moment::Dot);
                    say(stream, "250 2.0.0 Ok: queued as 4f2")?;
                    self.pass(Moment::Said);
                }
                "QUIT" => return say(stream, "221 bye"),
                _ => say(stream, "250 Ok")?,
            }
        }
        Ok(())
    }

    fn take(&self, letter: &str, daemon: u64) {
        let (head, body) = letter.split_once("\r\n\r\n").expect("a letter has a header and a body");
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let field = |name: &str| {
            let value = head.lines().find_map(|line| line.strip_prefix(name));
            value.unwrap_or_else(|| panic!("a letter without {name}\n{head}")).trim().to_owned()
        };
        assert_eq!(head.matches("DKIM-Signature:").count(), 2, "{head}");
        let (subject, message_id) = (field("Subject:"), field("Message-ID:"));
        let marker = super::people::marker_in(&subject).expect("nobody wrote this").to_owned();
        assert!(body.contains(&super::people::words(&marker)), "{marker} came without its words: {body}");
        let mut state = self.lock();
        let taken = state.letters.entry(marker.clone());
        let taken = taken.or_insert_with(|| Taken { message_id: message_id.clone(), daemons: Vec::new() });
        assert_eq!(taken.message_id, message_id, "{marker} is two letters");
        assert_ne!(taken.daemons.last(), Some(&daemon), "{marker} came twice from the same daemon");
        taken.daemons.push(daemon);
    }
}

fn say(mut stream: &TcpStream, words: &str) -> io::Result<()> {
    stream.write_all(format!("{words}\r\n").as_bytes())
}

/// The next line with its end; false when there is no whole one.
fn next(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    lines.read_until(b'\n', line)?;
    Ok(line.ends_with(b"\n"))
}

/// What stands before the dot; `None` when none comes. RFC 5321 §4.5.2.
fn data(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let (mut letter, mut line) = (Vec::new(), Vec::new());
    while next(lines, &mut line)? {
        if line == b".\r\n" {
            return Ok(Some(String::from_utf8(letter).expect("letters are ASCII")));
        }
        letter.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
    Ok(None)
}
