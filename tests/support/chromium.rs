//! Chromium without a window, driven over a pipe: DevTools' protocol, JSON ended by NUL. What it wanted to do is written down.
//!
//! <https://chromedevtools.github.io/devtools-protocol/>

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// How long one answer, or one page, may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one window.
pub(crate) struct Chromium {
    child: Child,
    input: ChildStdin,
    said: mpsc::Receiver<Value>,
    reader: Option<JoinHandle<()>>,
    _profile: tempfile::TempDir,
    last_id: u64,
    session: String,
    window: String,
    /// Where our pages are: a frame that is anywhere else has been led away.
    home: String,
    loaded: bool,
    idle: bool,
    /// A person drives it: pages of ours may lead to pages of ours, and what the console calls an error counts.
    pub(super) driven: bool,
    /// Clicks, and keys other than those that type into a field.
    pub(super) presses: u32,
    seen: Vec<String>,
}

impl Chromium {
    /// Starts it. Everything but `home` (`127.0.0.1:PORT`) goes to `proxy`, and every window but ours is one too many.
    pub(crate) fn start(home: &str, proxy: &str) -> Self {
        let found = Command::new("sh").args(["-c", "command -v chromium"]).output().unwrap();
        assert!(found.status.success(), "chromium is missing: apt-get install chromium (deploy/test.sh does)");
        let profile = tempfile::tempdir().unwrap();
        let flags = [
            "--headless=new",
            "--remote-debugging-pipe",
            // Not the sandbox of frames, but that around the process: it needs what containers do not give.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--metrics-recording-only",
            // A popup that nobody clicked for shall open: it is counted.
            "--disable-popup-blocking",
            // Hundreds of frames in one process, whose events come in one session.
            "--disable-site-isolation-trials",
            "--disable-features=IsolateSandboxedIframes,IsolateOrigins,Translate,OptimizationHints,MediaRouter",
        ];
        let script = format!(
            "exec chromium {} --user-data-dir='{}' --proxy-server=http://{proxy} \
             --proxy-bypass-list='<-loopback>;{home}' about:blank 3<&0 4>&1 0</dev/null 1>&2",
            flags.join(" "),
            profile.path().display()
        );
        let mut run = Command::new("sh");
        run.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = run.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, said) = mpsc::channel();
        let reader = thread::spawn(move || {
            let messages = BufReader::new(output).split(0).map_while(Result::ok);
            messages.map_while(|octets| serde_json::from_slice(&octets).ok()).all(|message| tell.send(message).is_ok());
        });
        let mut chromium = Self {
            child,
            input,
            said,
            reader: Some(reader),
            _profile: profile,
            last_id: 0,
            session: String::new(),
            window: String::new(),
            home: format!("http://{home}/"),
            loaded: false,
            idle: false,
            driven: false,
            presses: 0,
            seen: Vec::new(),
        };
        chromium.open_window();
        chromium
    }

    fn open_window(&mut self) {
        self.call("Target.setDiscoverTargets", json!({ "discover": true }));
        let opened = self.call("Target.createTarget", json!({ "url": "about:blank" }));
        self.window = text(&opened["targetId"]).to_owned();
        let attached = self.call("Target.attachToTarget", json!({ "targetId": self.window, "flatten": true }));
        self.session = text(&attached["sessionId"]).to_owned();
        for domain in ["Page", "Log", "Runtime", "Network", "DOM", "CSS"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        self.call("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
        self.seen.clear();
    }

    /// Loads a page with all its frames, waits until it wants nothing more, and says what it did that it may not.
    pub(crate) fn visit(&mut self, path: &str) -> Vec<String> {
        self.load(path, true)
    }

    /// The same without waiting for what comes after loading: enough where no script can put anything off.
    pub(crate) fn glance(&mut self, path: &str) -> Vec<String> {
        self.load(path, false)
    }

    fn load(&mut self, path: &str, until_idle: bool) -> Vec<String> {
        // What the page before left behind is none of this one.
        self.call("Runtime.evaluate", json!({ "expression": "0" }));
        (self.loaded, self.idle) = (false, false);
        self.seen.clear();
        let url = format!("{}{path}", self.home);
        let went = self.call("Page.navigate", json!({ "url": url }));
        assert!(went["errorText"].is_null(), "{url}: {went}");
        let until = Instant::now() + PATIENCE;
        while !(self.loaded && (self.idle || !until_idle)) {
            self.hear(until, &url);
        }
        // Events come in order: behind this answer stands nothing that loading did.
        self.call("Runtime.evaluate", json!({ "expression": "0" }));
        std::mem::take(&mut self.seen)
    }

    /// `http://127.0.0.1:PORT/`.
    pub(super) fn home(&self) -> &str {
        &self.home
    }

    /// Forgets that a page was loaded: what is done next leads to another.
    pub(super) fn leaves(&mut self) {
        self.loaded = false;
    }

    /// Waits for the page that something led to.
    pub(super) fn arrives(&mut self, waiting_for: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.loaded {
            self.hear(until, waiting_for);
        }
    }

    /// What happened since the last time that should not have.
    pub(crate) fn happened(&mut self) -> Vec<String> {
        // Events come in order: behind this answer stands nothing older.
        self.call("Runtime.evaluate", json!({ "expression": "0" }));
        std::mem::take(&mut self.seen)
    }

    /// What an expression is worth in the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        self.call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true }))["result"]["value"]
            .take()
    }

    /// An element of the page or of a frame in it: how wide it is, and the colour of its words.
    pub(crate) fn seen(&mut self, name: &str) -> (i64, String) {
        let document = self.call("DOM.getDocument", json!({ "depth": -1, "pierce": true }));
        let mut nodes = vec![&document["root"]];
        let mut found = None;
        while let Some(node) = nodes.pop() {
            if node["localName"] == name {
                found = node["nodeId"].as_i64();
            }
            nodes.extend(node["children"].as_array().into_iter().flatten());
            nodes.extend(node.get("contentDocument"));
        }
        let id = found.unwrap_or_else(|| panic!("no {name} in {document}"));
        let shape = self.call("DOM.getBoxModel", json!({ "nodeId": id }));
        let style = self.call("CSS.getComputedStyleForNode", json!({ "nodeId": id }));
        let colour = style["computedStyle"].as_array().unwrap().iter().find(|one| one["name"] == "color").unwrap();
        (shape["model"]["width"].as_i64().unwrap(), text(&colour["value"]).to_owned())
    }

    fn tell(&mut self, method: &str, params: &Value) -> u64 {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        self.input.write_all(format!("{message}\0").as_bytes()).unwrap();
        self.last_id
    }

    pub(super) fn call(&mut self, method: &str, params: Value) -> Value {
        self.attempt(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The same where a page may go away meanwhile.
    pub(super) fn attempt(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.tell(method, &params);
        let until = Instant::now() + PATIENCE;
        loop {
            let mut message = self.hear(until, method);
            if message["id"] == id {
                return if message["error"].is_null() { Ok(message["result"].take()) } else { Err(message) };
            }
        }
    }

    /// The next message, an event already taken note of.
    fn hear(&mut self, until: Instant, waiting_for: &str) -> Value {
        let left = until.saturating_duration_since(Instant::now());
        let message = self.said.recv_timeout(left);
        let message = message.unwrap_or_else(|error| panic!("{waiting_for}: {error}; so far {:?}", self.seen));
        if let Some(method) = message["method"].as_str() {
            self.note(method, &message["params"]);
        }
        message
    }

    fn note(&mut self, method: &str, told: &Value) {
        match method {
            "Page.loadEventFired" => self.loaded = true,
            "Page.lifecycleEvent" if told["name"] == "networkIdle" => self.idle = true,
            "Page.javascriptDialogOpening" => {
                self.seen.push(format!("dialog: {}", told["message"]));
                self.tell("Page.handleJavaScriptDialog", &json!({ "accept": false }));
            }
            "Page.frameNavigated" if !self.is_ours(&told["frame"]["url"]) => {
                self.seen.push(format!("navigation: {}", told["frame"]["url"]));
            }
            "Page.frameRequestedNavigation" | "Page.frameScheduledNavigation"
                if told["reason"] != "initialFrameNavigation" && !(self.driven && self.is_ours(&told["url"])) =>
            {
                self.seen.push(format!("navigation: {} ({})", told["url"], told["reason"]));
            }
            "Page.windowOpen" => self.seen.push(format!("window: {}", told["url"])),
            "Target.targetCreated"
                if !self.session.is_empty()
                    && told["targetInfo"]["type"] == "page"
                    && told["targetInfo"]["targetId"] != self.window.as_str() =>
            {
                self.seen.push(format!("window: {}", told["targetInfo"]["url"]));
                self.tell("Target.closeTarget", &json!({ "targetId": told["targetInfo"]["targetId"] }));
            }
            "Network.requestWillBeSent" if !self.is_ours(&told["request"]["url"]) => {
                self.seen.push(format!("request: {}", told["request"]["url"]));
            }
            // What a frame or a policy refused should not have been there to refuse.
            "Log.entryAdded" if told["entry"]["source"] == "security" || is_refusal(text(&told["entry"]["text"])) => {
                self.seen.push(format!("refused: {}", told["entry"]["text"]));
            }
            "Log.entryAdded" if self.driven && told["entry"]["level"] == "error" => {
                self.seen.push(format!("error: {} ({})", told["entry"]["text"], told["entry"]["url"]));
            }
            "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" => {
                self.seen.push(format!("script: {method} {told}"));
            }
            _ => {}
        }
    }

    /// Our own pages, and pictures that stand in their own addresses.
    fn is_ours(&self, url: &Value) -> bool {
        let url = text(url);
        url.starts_with(&self.home) || url == "about:blank" || url.starts_with("data:image/")
    }
}

fn is_refusal(text: &str) -> bool {
    ["Blocked ", "Refused ", "violates "].iter().any(|word| text.contains(word))
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
