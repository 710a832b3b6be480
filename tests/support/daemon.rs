//! The daemon as a process of its own: started, watched, ended by its id.

use std::{
    collections::VecDeque,
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{api::Api, names::Names};

/// Within which a daemon takes mail again, whatever was done to it before.
pub(crate) const STARTS_WITHIN: Duration = Duration::from_secs(30);

/// Within which a daemon that nobody keeps busy ends after SIGTERM.
pub(crate) const STOPS_WITHIN: Duration = Duration::from_secs(60);

/// Lines of the log that are kept for a failure.
const LOG_LINES: usize = 300;

/// A question that the knowledge answers word for word.
pub(crate) const QUESTION: &str = "How do I reset my password?";

const KNOWLEDGE: &str = "# Your account\n\n## How do I reset my password?\n\nTo reset your password open the login page, \
    choose \"Reset my password\" and enter your mail address. You receive a link that is valid for 60 minutes.\n";

/// Where letters go, as [`House::new`] has it.
pub(crate) const TO_FILES: &str = "route = \"file\"\npath = \"data/outbox\"";

/// The domain, as [`House::new`] has it.
const NAMED: &str = "name = \"acme.example\"\n";

/// How often a file of `/proc` or an exit is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A data folder and its configuration; gone when dropped.
pub(crate) struct House {
    folder: tempfile::TempDir,
}

impl House {
    /// A house with nothing changed but small segments, which are made fast.
    pub(crate) fn plain(names: &Names) -> Self {
        Self::new(names.addr(), "", "segment_bytes = 4194304")
    }

    /// A configuration with two addresses, `support@acme.example` (Autopilot on, knowledge, no quiet period) and
    /// `billing@acme.example` (off), whose DNS is `dns` and whose letters go to `data/outbox`. `limits` and `store`
    /// are lines of these tables.
    pub(crate) fn new(dns: SocketAddr, limits: &str, store: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("knowledge")).unwrap();
        fs::write(folder.path().join("knowledge/password.md"), KNOWLEDGE).unwrap();
        let text = format!(
            "[smtp]\nhostname = \"mx.acme.example\"\n[[smtp.listener]]\nlisten = \"127.0.0.1:0\"\n\
             [limits]\n{limits}\n[auth]\nresolvers = [\"{dns}\"]\n[store]\npath = \"data\"\n{store}\n\
             [outbound]\n{TO_FILES}\nundo_secs = 0\n\
             [agent]\nquiet_period_secs = 0\nanswers_per_sender_per_day_max = 100000\n\
             answers_per_domain_per_hour_max = 100000\nanswers_per_domain_per_day_max = 100000\n\
             answers_per_hour_max = 100000\nanswers_per_day_max = 100000\n\
             runs_per_sender_per_day_max = 100000\nruns_per_day_max = 100000\n\
             [knowledge]\npath = \"knowledge\"\n[log]\nlevel = \"info\"\n\
             [[domain]]\n{NAMED}\
             [[address]]\naddress = \"support@acme.example\"\nname = \"Acme Support\"\nautopilot = \"on\"\n\
             [[address]]\naddress = \"billing@acme.example\"\nautopilot = \"off\"\n",
        );
        fs::write(folder.path().join("smtpd.toml"), text).unwrap();
        Self { folder }
    }

    /// `smtpd.toml`.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("smtpd.toml")
    }

    /// Writes the configuration anew with `to` for `from`, which must stand there.
    pub(crate) fn change(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(self.config(), text.replace(from, to)).unwrap();
    }

    /// Makes keys for acme.example, and gives its rows as `domain add` prints them: objects with type, name and value.
    pub(crate) fn add_domain(&self) -> Vec<serde_json::Value> {
        self.change(NAMED, &format!("{NAMED}selector_rsa = \"r\"\nselector_ed25519 = \"e\"\n"));
        let done = self.run(&["domain", "add", "acme.example", "--json"]);
        assert!(done.status.success(), "domain add: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where letters become files.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.data().join("outbox")
    }

    /// Starts the daemon and waits until it takes mail.
    pub(crate) fn start(&self) -> Daemon {
        self.spawn().until_ready()
    }

    /// Starts the daemon and does not wait.
    pub(crate) fn spawn(&self) -> Starting {
        let mut child = self.command(&["serve"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let (ready, address) = mpsc::channel();
        let (opened, inbox) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let kept = log.clone();
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("taking mail at ") {
                    let _ = ready.send(address.trim().parse::<SocketAddr>().unwrap());
                }
                if let Some((_, address)) = line.split_once("serving the inbox at ") {
                    let _ = opened.send(address.trim().parse::<SocketAddr>().unwrap());
                }
                let mut kept = kept.lock().unwrap();
                if kept.len() == LOG_LINES {
                    kept.pop_front();
                }
                kept.push_back(line);
            }
        });
        let process = Process { child, log, reader: Some(reader), socket: self.data().join("replyd.sock") };
        Starting { process, address, inbox, began: Instant::now() }
    }

    /// Runs a command of the program to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// `replyd verify`, and with `--rebuild`; both must find nothing. Returns what the latter printed.
    pub(crate) fn verify(&self) -> serde_json::Value {
        self.verified(&["verify", "--json"]);
        let report = self.verified(&["verify", "--rebuild", "--json"]);
        assert!(report["index_was_rebuilt"].is_null(), "{report}");
        report
    }

    /// One `verify`, which must end with 0.
    pub(crate) fn verified(&self, args: &[&str]) -> serde_json::Value {
        let done = self.run(args);
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{args:?} ended with {}:\n{out}\n{err}", done.status);
        let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args:?}: {e}:\n{out}"));
        assert_eq!(report["troubles_total"], 0, "{report}");
        report
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_replyd"));
        command.arg("--config").arg(self.config()).args(args).stdin(Stdio::null()).env_remove("REPLYD_LOG");
        command
    }
}

struct Process {
    child: Child,
    log: Arc<Mutex<VecDeque<String>>>,
    reader: Option<JoinHandle<()>>,
    socket: PathBuf,
}

impl Process {
    fn log(&self) -> String {
        self.log.lock().unwrap().iter().map(|line| format!("  {line}\n")).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// A daemon that may not be ready yet.
pub(crate) struct Starting {
    process: Process,
    address: mpsc::Receiver<SocketAddr>,
    inbox: mpsc::Receiver<SocketAddr>,
    began: Instant,
}

impl Starting {
    /// Waits until it takes mail.
    pub(crate) fn until_ready(self) -> Daemon {
        let Ok(address) = self.address.recv_timeout(STARTS_WITHIN) else {
            panic!("the daemon did not start within {STARTS_WITHIN:?}:\n{}", self.process.log());
        };
        Daemon { process: self.process, address, inbox: Mutex::new(self.inbox), took: self.began.elapsed() }
    }

    /// Waits until it takes mail or ends.
    pub(crate) fn until_ready_or_ended(self) -> Result<Daemon, String> {
        match self.address.recv_timeout(STARTS_WITHIN) {
            Ok(address) => {
                Ok(Daemon { process: self.process, address, inbox: Mutex::new(self.inbox), took: self.began.elapsed() })
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(self.process.log()),
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("neither started nor ended:\n{}", self.process.log()),
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(self) {
        drop(self.process);
    }
}

/// A daemon that takes mail. Killed when dropped.
pub(crate) struct Daemon {
    process: Process,
    address: SocketAddr,
    /// Said once; behind a lock, for tests that share the daemon between threads.
    inbox: Mutex<mpsc::Receiver<SocketAddr>>,
    /// How long its start took.
    pub(crate) took: Duration,
}

impl Daemon {
    /// Where it takes mail.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people log in: it must have been told to listen. Said once.
    pub(crate) fn inbox(&self) -> SocketAddr {
        self.inbox.lock().unwrap().recv_timeout(STARTS_WITHIN).unwrap()
    }

    /// Its control socket.
    pub(crate) fn api(&self) -> Api {
        Api::new(&self.process.socket)
    }

    /// The last lines of its log.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// `kill -9`.
    pub(crate) fn kill(self) {
        drop(self.process);
    }

    /// SIGTERM, without waiting.
    pub(crate) fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.process.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "SIGTERM was not sent");
    }

    /// Waits for its end.
    pub(crate) fn ended(mut self) -> ExitStatus {
        let until = Instant::now() + STOPS_WITHIN;
        loop {
            if let Some(status) = self.process.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the daemon did not end within {STOPS_WITHIN:?}:\n{}", self.process.log());
            // A process cannot be waited for with a deadline otherwise.
            thread::sleep(LOOK);
        }
    }

    /// Waits until something holds that the daemon does in its own time.
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Api) -> bool) {
        let until = Instant::now() + STARTS_WITHIN;
        while !holds(&self.api()) {
            assert!(Instant::now() < until, "{what}: not within {STARTS_WITHIN:?}:\n{}", self.process.log());
            // Nothing outside tells when a thought is thought.
            thread::sleep(LOOK);
        }
    }

    /// SIGTERM, and an end with 0.
    pub(crate) fn stop(self) {
        self.terminate();
        let log = self.process.log.clone();
        let status = self.ended();
        assert!(status.success(), "it ended with {status}:\n{:#?}", log.lock().unwrap());
    }

    /// Memory in use now, KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most memory that was ever in use, KiB.
    pub(crate) fn memory_peak_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Forgets the peak: from now on it is counted anew.
    pub(crate) fn forget_peak(&self) {
        // proc(5), clear_refs: 5 resets VmHWM.
        fs::write(format!("/proc/{}/clear_refs", self.process.child.id()), "5").unwrap();
    }

    fn status(&self, field: &str) -> u64 {
        let mut text = String::new();
        let path = format!("/proc/{}/status", self.process.child.id());
        fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}
