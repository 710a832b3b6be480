//! A plain blocking SMTP client that can also say the wrong thing.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use super::daemon::Daemon;

/// How long one reply may take.
const REPLIES_WITHIN: Duration = Duration::from_secs(30);

/// One connection.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects and hears the greeting.
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let (client, greeting) = Self::knock(address)?;
        if greeting.starts_with("220") { Ok(client) } else { Err(io::Error::other(greeting)) }
    }

    /// Connects and hears the first words, whatever they are.
    pub(crate) fn knock(address: SocketAddr) -> io::Result<(Self, String)> {
        let mut client = Self::silent(address)?;
        let words = client.reply()?;
        Ok((client, words))
    }

    /// Connects and does not wait for words.
    pub(crate) fn silent(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, REPLIES_WITHIN)?;
        stream.set_read_timeout(Some(REPLIES_WITHIN))?;
        stream.set_write_timeout(Some(REPLIES_WITHIN))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::with_capacity(1024, stream) })
    }

    /// Connects, and says EHLO.
    pub(crate) fn greeted(address: SocketAddr) -> io::Result<Self> {
        let mut client = Self::connect(address)?;
        client.command("EHLO mail.customer.example")?;
        Ok(client)
    }

    /// One command, one reply; lines of a reply are joined by LF.
    pub(crate) fn command(&mut self, line: &str) -> io::Result<String> {
        self.write(format!("{line}\r\n").as_bytes())?;
        self.reply()
    }

    /// Bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// We say nothing more.
    pub(crate) fn end_of_words(&mut self) -> io::Result<()> {
        self.stream.get_ref().shutdown(Shutdown::Write)
    }

    /// Everything that is said until the end.
    pub(crate) fn everything(&mut self) -> io::Result<String> {
        let mut said = Vec::new();
        self.stream.read_to_end(&mut said)?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// The next reply. RFC 5321 §4.2.1.
    pub(crate) fn reply(&mut self) -> io::Result<String> {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            reply.push_str(line.trim_end());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(reply);
            }
            reply.push('\n');
        }
    }

    /// MAIL and RCPT; the first reply that is no 250, if there is one.
    pub(crate) fn envelope(&mut self, from: &str, to: &[&str]) -> io::Result<Option<String>> {
        let mut replies = vec![self.command(&format!("MAIL FROM:<{from}>"))?];
        for to in to {
            replies.push(self.command(&format!("RCPT TO:<{to}>"))?);
        }
        Ok(replies.into_iter().find(|reply| !reply.starts_with("250")))
    }

    /// A whole mail by DATA; the last reply.
    pub(crate) fn mail(&mut self, from: &str, to: &[&str], body: &[u8]) -> io::Result<String> {
        if let Some(refusal) = self.envelope(from, to)? {
            return Ok(refusal);
        }
        let reply = self.command("DATA")?;
        if !reply.starts_with("354") {
            return Ok(reply);
        }
        self.write(&stuffed(body))?;
        self.reply()
    }

    /// A whole mail by BDAT in two chunks, commands pipelined; the last reply. RFC 3030, RFC 2920.
    pub(crate) fn mail_in_chunks(&mut self, from: &str, to: &[&str], body: &[u8]) -> io::Result<String> {
        let mut group = format!("MAIL FROM:<{from}>\r\n");
        to.iter().for_each(|to| group.push_str(&format!("RCPT TO:<{to}>\r\n")));
        let (first, last) = body.split_at(body.len() / 2);
        group.push_str(&format!("BDAT {}\r\n", first.len()));
        self.write(&[group.as_bytes(), first].concat())?;
        let mut replies = Vec::new();
        for _ in 0..to.len() + 2 {
            replies.push(self.reply()?);
        }
        if let Some(refusal) = replies.into_iter().find(|reply| !reply.starts_with("250")) {
            return Ok(refusal);
        }
        self.write(&[format!("BDAT {} LAST\r\n", last.len()).as_bytes(), last].concat())?;
        self.reply()
    }
}

/// The queue id in `250 2.0.0 Ok: queued as ID`.
pub(crate) fn queued_as(reply: &str) -> Option<String> {
    reply.strip_prefix("250 ")?.split_once("queued as ").map(|(_, id)| id.trim().to_owned())
}

/// The queue id of a mail that must have been accepted.
#[track_caller]
pub(crate) fn accepted(reply: &str) -> String {
    reply.strip_prefix("250 2.0.0 Ok: queued as ").unwrap_or_else(|| panic!("{reply}")).to_owned()
}

/// Hands a mail in over a connection of its own; its queue id.
#[track_caller]
pub(crate) fn hand_in(daemon: &Daemon, from: &str, to: &[&str], mail: &[u8]) -> String {
    accepted(&Client::greeted(daemon.address()).unwrap().mail(from, to, mail).unwrap())
}

/// RFC 5321 §4.5.2: leading dots are doubled; the lone dot ends it. The body ends in CRLF.
pub(crate) fn stuffed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / 50 + 3);
    for line in body.split_inclusive(|&octet| octet == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// A customer's server in one connection: takes whatever is sent, and gives what it heard.
pub(crate) fn receive(mut stream: TcpStream) -> String {
    let (mut heard, mut body) = (String::new(), false);
    stream.write_all(b"220 mx.customer.example\r\n").unwrap();
    for line in BufReader::new(stream.try_clone().unwrap()).lines() {
        let line = line.unwrap();
        heard = heard + &line + "\r\n";
        body &= line != ".";
        let reply = match line.as_str() {
            _ if body => continue,
            "DATA" => "354 go on",
            "." => "250 2.0.0 Ok: queued as 4f2",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        body = line == "DATA";
        // Whoever hangs up has heard enough.
        let _ = stream.write_all(format!("{reply}\r\n").as_bytes());
    }
    heard
}
