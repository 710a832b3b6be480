//! A server that the AI's tools ask, on loopback: it counts what it hears, and says what a test tells it to.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Of its first line.
    pub(crate) path: String,
    /// Of `Idempotency-Key`; empty without.
    pub(crate) key: String,
    /// Header fields in their order, names in lower case.
    pub(crate) head: Vec<(String, String)>,
    /// As it came.
    pub(crate) body: String,
}

impl Heard {
    /// The value of a header field that must be there. `name`: in lower case.
    pub(crate) fn header(&self, name: &str) -> &str {
        let field = self.head.iter().find(|(there, _)| there == name);
        field.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }
}

/// What is said to one.
pub(crate) enum Says {
    /// 200, and this.
    Text(String),
    /// Nothing, for ever.
    Nothing,
}

/// The server. It ends with the test's process.
pub(crate) struct ToolServer {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl ToolServer {
    pub(crate) fn start(says: impl Fn(&Heard) -> Says + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<Heard>>>::default());
        let (seen, says) = (heard.clone(), Arc::new(says));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, says) = (seen.clone(), says.clone());
                thread::spawn(move || serve(stream, &seen, says.as_ref()));
            }
        });
        Self { address, heard }
    }

    /// Where it is asked: `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it heard so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

/// `None` when the other side went away before it had asked.
fn serve(stream: TcpStream, seen: &Mutex<Vec<Heard>>, says: &dyn Fn(&Heard) -> Says) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut path, mut key, mut head, mut length) = (String::new(), String::new(), Vec::new(), 0);
    loop {
        let mut line = String::new();
        // Who was killed before the whole head was sent has asked nothing.
        (reader.read_line(&mut line).ok()? > 0).then_some(())?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if path.is_empty() {
            path = line.split(' ').nth(1)?.to_owned();
            continue;
        }
        let (name, value) = line.split_once(": ")?;
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "idempotency-key" => key = value.to_ascii_lowercase(),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
        head.push((name, value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let heard = Heard { path, key, head, body: String::from_utf8(body).ok()? };
    seen.lock().unwrap().push(heard.clone());
    match says(&heard) {
        Says::Text(text) => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n", text.len());
            (&stream).write_all(format!("{head}Connection: close\r\n\r\n{text}").as_bytes()).ok()
        }
        // Until the other side has enough of it.
        Says::Nothing => reader.read_to_end(&mut Vec::new()).ok().map(|_| ()),
    }
}
