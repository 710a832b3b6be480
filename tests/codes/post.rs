//! The server that letters leave to: it takes them, or does not answer, and remembers each to the octet.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use super::support::daemon::STARTS_WITHIN;

/// How it behaves to whoever connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Manner {
    /// It takes what comes.
    #[default]
    Kind,
    /// It says nothing, not even a greeting.
    Deaf,
    /// It takes a letter and does not say so. RFC 1047.
    Mute,
}

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) rcpt_to: String,
    /// Lines as they came, without the dots of SMTP.
    pub(crate) raw: String,
    is_answered: bool,
}

/// The server; lives as long as the process.
pub(crate) struct Post {
    address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    all: Arc<Mutex<Vec<Letter>>>,
    came: Receiver<Letter>,
    stuck: Receiver<()>,
}

/// What one connection tells.
struct Desk {
    manner: Manner,
    all: Arc<Mutex<Vec<Letter>>>,
    came: Sender<Letter>,
    stuck: Sender<()>,
}

impl Post {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (manner, all) = (Arc::<Mutex<Manner>>::default(), Arc::<Mutex<Vec<Letter>>>::default());
        let ((tell, came), (hold, stuck)) = (mpsc::channel(), mpsc::channel());
        let (asked, kept) = (manner.clone(), all.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let manner = *asked.lock().unwrap();
                let desk = Desk { manner, all: kept.clone(), came: tell.clone(), stuck: hold.clone() };
                // A connection that breaks is what some tests are about.
                thread::spawn(move || desk.serve(stream).ok());
            }
        });
        Self { address, manner, all, came, stuck }
    }

    /// The lines of `[outbound]` by which letters come here.
    pub(crate) fn route(&self) -> String {
        let (host, port) = (self.address.ip(), self.address.port());
        format!("route = \"smarthost\"\nsmarthost_host = \"{host}\"\nsmarthost_port = {port}\nsmarthost_tls = \"off\"")
    }

    /// Behaves so to whoever connects from now on.
    pub(crate) fn turns(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Waits until somebody waits for an answer in vain.
    pub(crate) fn until_stuck(&self) {
        self.stuck.recv_timeout(STARTS_WITHIN).expect("a letter is on its way");
    }

    /// The next letter that was taken with a word.
    pub(crate) fn next(&self) -> Letter {
        loop {
            let letter = self.came.recv_timeout(STARTS_WITHIN).expect("a letter leaves");
            if letter.is_answered {
                return letter;
            }
        }
    }

    /// Every letter that came, copies included.
    pub(crate) fn all(&self) -> Vec<Letter> {
        self.all.lock().unwrap().clone()
    }
}

impl Desk {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        if self.manner == Manner::Deaf {
            return self.holds(stream);
        }
        let (mut write, mut lines) = (stream.try_clone()?, BufReader::new(stream.try_clone()?).lines());
        write.write_all(b"220 relay.example\r\n")?;
        let mut rcpt_to = String::new();
        while let Some(line) = lines.next().transpose()? {
            let reply = match line.split([' ', ':']).next().unwrap_or_default() {
                "RCPT" => {
                    rcpt_to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    "250 Ok"
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n")?;
                    let mut raw = String::new();
                    while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                        raw = raw + line.strip_prefix('.').unwrap_or(&line) + "\r\n";
                    }
                    let is_answered = self.manner == Manner::Kind;
                    let letter = Letter { rcpt_to: rcpt_to.clone(), raw, is_answered };
                    self.all.lock().unwrap().push(letter.clone());
                    // Nobody waits for it whose test is over.
                    let _ = self.came.send(letter);
                    if !is_answered {
                        return self.holds(stream);
                    }
                    "250 2.0.0 Ok: queued as 4f2"
                }
                "QUIT" => "221 bye",
                _ => "250 Ok",
            };
            write.write_all(format!("{reply}\r\n").as_bytes())?;
        }
        Ok(())
    }

    /// Until the other side is dead.
    fn holds(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let _ = self.stuck.send(());
        stream.read_to_end(&mut Vec::new()).map(|_| ())
    }
}

impl Letter {
    /// A header field, unfolded.
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        let value = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.unwrap_or_else(|| panic!("no {name}: {head}")).to_owned()
    }

    /// As text and as a page.
    pub(crate) fn parts(&self) -> [String; 2] {
        let mail = replyd::mime::parse(self.raw.as_bytes());
        [mail.text, mail.html]
    }

    /// The one thing in it that has the form of a code.
    pub(crate) fn code(&self) -> String {
        let [text, _] = self.parts();
        let codes: Vec<&str> = text.split_whitespace().filter(|word| super::in_form(word)).collect();
        let [code] = codes[..] else { panic!("{codes:?}: {text}") };
        code.to_owned()
    }

    /// It as a mail program quotes it below an answer.
    pub(crate) fn quoted(&self) -> String {
        let [text, _] = self.parts();
        let lines: String = text.lines().map(|line| format!("> {line}\r\n")).collect();
        format!("On Mon, 23 Nov 2026 at 12:00, Acme Support <support@acme.example> wrote:\r\n\r\n{lines}")
    }
}
