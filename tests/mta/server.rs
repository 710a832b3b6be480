//! A mail server of others, as `deploy/mta.sh` starts it: on an address of its own, until it is dropped.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::Ipv4Addr,
    path::Path,
    process::{Child, ChildStdin, Command, Output, Stdio},
};

/// Its name.
pub(crate) const HOST: &str = "mx.customer.example";

/// Where it listens, on [`Server::ip`].
pub(crate) const PORT: u16 = 2525;

/// Where it finds replyd, on the same address.
pub(crate) const REPLYD_PORT: u16 = 2526;

/// `deploy/mta.sh fetch` put them there.
const FETCHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/mta");

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/mta.sh");

/// How it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talks {
    InTls,
    InClear,
}

/// A running server.
pub(crate) struct Server {
    talks: Talks,
    ip: Ipv4Addr,
    folder: tempfile::TempDir,
    process: Child,
    /// Ends it when closed.
    input: Option<ChildStdin>,
}

impl Server {
    /// Starts it; `None` when it cannot be had and tests may do without.
    pub(crate) fn start(name: &str, talks: Talks) -> Option<Self> {
        let missing = if !Path::new(FETCHED).join(name).exists() {
            format!("{FETCHED}/{name} is missing: deploy/mta.sh fetch target/mta")
        } else if !is_root() {
            format!("{name} is started by root only: run deploy/test.sh as root")
        } else {
            return Some(Self::started(name, talks));
        };
        assert!(env::var_os("REPLYD_TEST_OFFLINE").is_some(), "{missing}; REPLYD_TEST_OFFLINE=1 does without");
        eprintln!("LEFT OUT, as REPLYD_TEST_OFFLINE is set: {missing}");
        None
    }

    fn started(name: &str, talks: Talks) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Several servers at once, of several runs, and every one on the same port.
        let [_, high, middle, low] = std::process::id().to_be_bytes();
        let ip = Ipv4Addr::new(127, 64 | high, middle, low);
        let ports = [PORT, REPLYD_PORT].map(|port| port.to_string());
        let mut process = Command::new(SCRIPT)
            .args(["run", FETCHED, name])
            .arg(folder.path())
            .arg(ip.to_string())
            .args(ports)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let server = Self { talks, ip, folder, process, input };
        assert_eq!(said, "ready\n", "{name} does not start:\n{}", server.log());
        server
    }

    pub(crate) fn talks(&self) -> Talks {
        self.talks
    }

    pub(crate) fn ip(&self) -> Ipv4Addr {
        self.ip
    }

    /// Lines of `[outbound]`: the CA that made its certificate, and whom it lets send anywhere.
    pub(crate) fn tls_and_auth(&self) -> String {
        let [ca, file] = ["tls/ca.pem", "password"].map(|name| self.folder.path().join(name));
        fs::write(&file, "secret\n").unwrap();
        format!("smarthost_ca = {ca:?}\nsmarthost_user = \"replyd\"\nsmarthost_password_file = {file:?}")
    }

    /// A customer hands in a mail, where it can be as mail programs do: TLS and AUTH.
    pub(crate) fn submit(&self, from: &str, to: &str, mail: &[u8]) {
        let file = self.folder.path().join("submitted");
        fs::write(&file, mail).unwrap();
        let manner: &[&str] = match self.talks {
            Talks::InTls => &["--tls", "--auth", "PLAIN", "--auth-user", "replyd", "--auth-password", "secret"],
            Talks::InClear => &[],
        };
        let done = Command::new("swaks")
            .args(["--server", &self.ip.to_string(), "--port", &PORT.to_string(), "--ehlo", "mail.customer.example"])
            .args(manner)
            .args(["--from", from, "--to", to, "--data"])
            .arg(format!("@{}", file.display()))
            .output()
            .expect("swaks is missing: apt-get install swaks (deploy/test.sh does)");
        assert!(done.status.success(), "{}\n{}", words(&done), self.log());
    }

    /// The mail with that Message-ID in the Maildir, with the line ends of the wire.
    pub(crate) fn delivered(&self, message_id: &str) -> Option<Vec<u8>> {
        let files = fs::read_dir(self.folder.path().join("mail/new")).ok()?;
        let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let text = texts.into_iter().find(|text| text.contains(message_id))?;
        Some(text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes())
    }

    /// What opendkim makes of the first signature and of the second, with DNS on that port of 127.0.0.1.
    pub(crate) fn opendkim(&self, dns_port: u16, mail: &[u8]) -> [String; 2] {
        let file = self.folder.path().join("verified");
        fs::write(&file, mail).unwrap();
        let done = Command::new(SCRIPT)
            .args(["opendkim", FETCHED])
            .arg(self.folder.path())
            .arg(dns_port.to_string())
            .arg(file)
            .output()
            .unwrap();
        let said = words(&done);
        let mut results = said.split("dkim=").skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned());
        [(); 2].map(|()| results.next().unwrap_or_else(|| panic!("a result for each signature: {said}")))
    }

    fn log(&self) -> String {
        let logs = ["log", "logs/main", "logs/panic", "logs/reject"].map(|name| self.folder.path().join(name));
        logs.iter().filter_map(|log| fs::read_to_string(log).ok()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

/// How the last server says that it heard a mail: `ESMTPS`, `ESMTPSA`. RFC 3848.
pub(crate) fn received_with(text: &str) -> String {
    let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n", " ");
    let received = head.split("Received:").nth(1).unwrap_or_else(|| panic!("no trace: {head}"));
    let mut words = received.split_ascii_whitespace().map(str::to_ascii_uppercase);
    words.find(|word| word.starts_with("ESMTP")).unwrap_or_else(|| panic!("no protocol: {received}"))
}

fn words(done: &Output) -> String {
    [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}
