//! Attachments of a running daemon: served, read as text within limits, kept by what is in them, killed in the middle.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "attachments/made.rs"]
mod made;
mod support;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use made::{Contents, mail, pdf, pdf_of_contents, repeated};
use replyd::{
    attachments::{Asked, AttachmentId, Attachments, Raws, Text},
    config::Extraction,
    types::MailId,
};
use support::{
    daemon::{Daemon, House},
    names::Names,
    smtp::hand_in,
};

/// A shelf with one mail, and the real program to read texts.
struct Shelf {
    shelf: Attachments,
    _folder: tempfile::TempDir,
}

struct One(bytes::Bytes);

impl Raws for One {
    fn raw(&self, _: MailId) -> Asked<'_, Result<Option<bytes::Bytes>, String>> {
        Box::pin(async { Ok(Some(self.0.clone())) })
    }
}

impl Shelf {
    fn of(parts: &[(&str, &[u8])], limits: Extraction) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = PathBuf::from(env!("CARGO_BIN_EXE_replyd"));
        let raws = Arc::new(One(mail("Read this", parts).into()));
        Self { shelf: Attachments::with_program(folder.path().join("a"), limits, raws, program), _folder: folder }
    }

    async fn text(&self, n: usize) -> Text {
        self.shelf.text(AttachmentId { mail: MailId(0), n }).await.unwrap()
    }
}

async fn text_of(kind: &str, octets: &[u8]) -> Text {
    Shelf::of(&[(kind, octets)], Extraction::default()).text(0).await
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[tokio::test]
async fn the_text_of_every_kind_is_read() {
    let invoice = pdf(&["Invoice 4711 for Ada", "Second page"]);
    let parts: [(&str, &[u8]); 6] = [
        ("application/pdf; name=invoice.pdf", &invoice),
        ("text/csv; name=table.csv", b"number;name\r\n12345;Gr\xfc\xdfe\r\n"),
        ("application/json; name=data.json", b"{\"order\": 12345}"),
        ("text/html; name=page.html", b"<html><body><p>Hello</p><script>no()</script>"),
        ("application/octet-stream; name=notes.txt", b"only text"),
        ("application/zip; name=a.zip", b"PK\x03\x04 never opened"),
    ];
    let shelf = Shelf::of(&parts, Extraction::default());
    let mut read = Vec::new();
    for n in 0..parts.len() {
        read.push(shelf.text(n).await);
    }
    assert_eq!(words(&read[0].text), ["Invoice", "4711", "for", "Ada", "Second", "page"], "{:?}", read[0]);
    assert_eq!(words(&read[1].text), ["number;name", "12345;Grüße"], "{:?}", read[1]);
    assert_eq!(words(&read[2].text), ["{\"order\":", "12345}"], "{:?}", read[2]);
    assert_eq!(words(&read[3].text), ["Hello"], "{:?}", read[3]);
    assert_eq!(words(&read[4].text), ["only", "text"], "{:?}", read[4]);
    assert!(read[..5].iter().all(|text| text.trouble.is_empty() && !text.cut), "{read:?}");
    assert_eq!((read[5].text.as_str(), read[5].trouble.as_str()), ("", "no text is read of what is a ZIP archive"));
}

#[tokio::test]
async fn why_there_is_no_text_is_said_in_words() {
    let scanned = text_of("application/pdf", &pdf(&[""])).await;
    assert!(scanned.trouble.contains("its pages may be pictures"), "{scanned:?}");
    let encrypted = String::from_utf8(pdf(&["x"])).unwrap().replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 99 0 R");
    let encrypted = text_of("application/pdf", encrypted.as_bytes()).await;
    assert!(encrypted.trouble.contains("it is encrypted"), "{encrypted:?}");
    let broken = text_of("application/pdf", b"%PDF-1.7 and no more").await;
    assert!(broken.trouble.contains("it is no PDF that can be read"), "{broken:?}");
    let long = Extraction { file_bytes_max: 1024, ..Extraction::default() };
    let long = Shelf::of(&[("text/plain; name=a", &[b'a'; 1025])], long).text(0).await;
    assert!(long.trouble.contains("it is longer than 1024 octets"), "{long:?}");
    let short = Extraction { text_bytes_max: 1024, ..Extraction::default() };
    let short = Shelf::of(&[("text/plain; name=a", &[b'a'; 1025])], short).text(0).await;
    assert_eq!((short.text.len(), short.cut), (1024, true));
}

/// A page that saves and restores its state again and again: eight million times in 64 MiB.
fn much_work() -> Contents {
    repeated(*b"q Q\n", 64 << 20)
}

#[tokio::test]
async fn s16_a_file_that_needs_too_much_memory_ends_its_process_only() {
    // On a busy machine memory, and not the clock, must be what ends it.
    let patience = Duration::from_secs(600);
    let limits = Extraction { cpu: patience, timeout: patience, ..Extraction::default() };
    let bomb = pdf_of_contents(&[much_work()]);
    assert!(bomb.len() < 1 << 20, "{} octets", bomb.len());
    let read = Shelf::of(&[("application/pdf", &bomb)], limits).text(0).await;
    assert!(read.trouble.contains("needs more than 256 MiB of memory"), "{read:?}");
}

#[tokio::test]
async fn s16_a_file_that_inflates_beyond_all_memory_costs_no_more_than_is_allowed() {
    let limits = Extraction { cpu: Duration::from_secs(60), timeout: Duration::from_secs(60), ..Extraction::default() };
    let read =
        Shelf::of(&[("application/pdf", &pdf_of_contents(&[repeated(*b"    ", 2 << 30)]))], limits).text(0).await;
    assert!(!read.trouble.is_empty(), "{read:?}");
}

#[tokio::test]
async fn s16_a_file_that_takes_too_long_is_ended_at_the_limit_and_keeps_what_was_read() {
    let (cpu, timeout) = (Duration::from_secs(1), Duration::from_secs(600));
    let limits = Extraction { cpu, timeout, memory_bytes_max: 4 << 30, ..Extraction::default() };
    let began = Instant::now();
    let pages = pdf_of_contents(&["BT /F1 12 Tf (first) Tj ET".into(), much_work()]);
    let read = Shelf::of(&[("application/pdf", &pages)], limits).text(0).await;
    assert!(read.trouble.contains("1 s of processor time"), "{}", read.trouble);
    assert_eq!((read.text.trim(), read.cut), ("first", true));
    assert!(began.elapsed() < limits.timeout, "{:?}", began.elapsed());
}

#[tokio::test]
async fn s16_a_page_tree_that_is_its_own_parent_ends_its_process_only() {
    let looped = String::from_utf8(pdf(&["x"])).unwrap().replace("/Type /Pages", "/Type /Pages /Parent 2 0 R");
    let looped = looped.replace("/Resources << /Font << /F1 3 0 R >> >>", "").replace("/MediaBox [0 0 600 800]", "");
    let read = text_of("application/pdf", looped.as_bytes()).await;
    assert!(!read.trouble.is_empty(), "{read:?}");
}

/// The process as the system sees it, while it waits for the file.
#[test]
fn s16_what_reads_is_confined_before_it_reads_an_octet() {
    let limits = ["--memory-bytes", "268435456", "--cpu-secs", "5", "--text-bytes", "1000"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_replyd"))
        .args(["extract-text", "plain"])
        .args(limits)
        .env("CANARY", "x")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let of_process = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !of_process("status").contains("Seccomp:\t2") {
        assert!(Instant::now() < until, "{}", of_process("status"));
        thread::yield_now();
    }
    assert!(of_process("status").contains("NoNewPrivs:\t1"));
    assert_eq!(of_process("environ"), "");
    for limit in ["address space 268435456", "cpu time 5 6", "file size 0 0", "processes 0 0", "core file size 0 0"] {
        let limits = words(&of_process("limits")).join(" ");
        assert!(limits.contains(&format!("Max {limit}")), "{limit}: {limits}");
    }
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"Hello").unwrap();
    drop(stdin);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success() && done.stdout.starts_with(b"Hello"), "{done:?}");
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff";

fn one_mail(daemon: &Daemon, subject: &str, parts: &[(&str, &[u8])]) -> String {
    hand_in(daemon, "ada@customer.example", &["support@acme.example"], &mail(subject, parts))
}

#[test]
fn s20_whatever_is_attached_is_served_so_that_no_browser_runs_it() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let id = one_mail(
        &daemon,
        "Look",
        &[
            ("image/png; name=\"../../p\u{202e}gnp.exe\"", b"<html><script>alert(1)</script>"),
            ("image/png; name=big.png", PNG),
            ("text/html; name=a.html", b"<script>alert(1)</script>"),
        ],
    );
    let rows = daemon.api().get(&format!("/api/v1/messages/{id}/attachments"));
    assert_eq!(rows[0]["warnings"][0], "claims image/png, is an HTML page", "{rows:#}");
    assert_eq!(rows[1]["sniffed"], "image/png");
    for (n, kind) in [(0, "application/octet-stream"), (1, "image/png"), (2, "application/octet-stream")] {
        let (head, body) = daemon.api().answer("GET", &format!("/api/v1/attachments/{id}-{n}"));
        for line in [
            "http/1.1 200 ok",
            &format!("content-type: {kind}"),
            "content-disposition: attachment; filename=",
            "x-content-type-options: nosniff",
            "content-security-policy: default-src 'none'; sandbox",
            &format!("etag: \"{}\"", blake3::hash(&body).to_hex()),
        ] {
            assert!(head.contains(line), "{line}\n{head}");
        }
    }
    for missing in [format!("{id}-3"), format!("{id}-x"), "0000000000000-0".into(), "..%2f..%2fetc-0".into()] {
        assert!(
            daemon.api().answer("GET", &format!("/api/v1/attachments/{missing}")).0.starts_with("http/1.1 404"),
            "{missing}"
        );
    }
    // What people see of the mail has it too.
    let number = daemon.api().conversations()[0]["number"].to_string();
    let view = daemon.api().conversation(&number);
    let attached =
        &view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "mail").unwrap()["attached"];
    assert_eq!(attached[0]["id"], format!("{id}-0"), "{attached:#}");
    assert_eq!(attached[0]["warnings"], rows[0]["warnings"]);
    assert_eq!(attached[2]["text"], "possible");
    daemon.stop();
    house.verify();
}

/// Bytes that are not compressible and not alike.
fn noise(octets: usize) -> Vec<u8> {
    let mut noise = vec![0; octets];
    blake3::Hasher::new().update(b"noise").finalize_xof().fill(&mut noise);
    noise
}

#[test]
fn twenty_five_megabytes_are_stored_and_served_in_constant_memory() {
    const MIB: u64 = 1024;
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let content = noise(25 << 20);
    let id = one_mail(&daemon, "Large", &[("application/octet-stream; name=large", &content)]);
    let path = format!("/api/v1/attachments/{id}-0");
    let (_, served) = daemon.api().answer("GET", &path);
    assert!(served == content);
    daemon.forget_peak();
    let before = daemon.memory_kib();
    for _ in 0..3 {
        assert!(daemon.api().answer("GET", &path).1 == content);
    }
    let rise = daemon.memory_peak_kib().saturating_sub(before);
    assert!(rise < 4 * MIB, "serving took {rise} KiB more");
    daemon.stop();
}

#[test]
fn a_daemon_killed_while_it_stores_has_the_attachment_after_the_restart() {
    let names = Names::start();
    let house = House::plain(&names);
    let content = noise(8 << 20);
    let mut daemon = house.start();
    let id = one_mail(&daemon, "Large", &[("application/octet-stream; name=large", &content)]);
    let path = format!("/api/v1/attachments/{id}-0");
    let new = house.data().join("attachments/new");
    let mut halves = 0;
    for _ in 0..3 {
        let api = daemon.api();
        let asked = path.clone();
        let asking = thread::spawn(move || api.begin("GET", &asked));
        let until = Instant::now() + Duration::from_secs(30);
        while half_written(&new) == 0 && !asking.is_finished() && Instant::now() < until {
            thread::yield_now();
        }
        daemon.kill();
        let _ = asking.join();
        halves += usize::from(half_written(&new) > 0);
        daemon = house.start();
        assert_eq!(fs::read_dir(&new).map_or(0, Iterator::count), 0, "what was half written is gone");
    }
    assert!(halves > 0, "no kill hit the writing");
    assert!(daemon.api().answer("GET", &path).1 == content);
    daemon.stop();
    house.verify();
}

/// Octets of what is being written.
fn half_written(new: &Path) -> u64 {
    let files = fs::read_dir(new).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum()
}

#[test]
fn mail_flows_while_attachments_that_never_end_are_read() {
    let names = Names::start();
    let limits = "extraction_cpu_secs_max = 4\nextraction_timeout_secs = 600\nextraction_memory_bytes_max = 4294967296";
    let house = House::new(names.addr(), limits, "segment_bytes = 4194304");
    let daemon = house.start();
    let endless = pdf_of_contents(&[much_work()]);
    let ids: Vec<String> = (0..2)
        .map(|n| {
            let other = [endless.as_slice(), format!("%{n}").as_bytes()].concat();
            one_mail(&daemon, "Endless", &[("application/pdf; name=endless.pdf", &other)])
        })
        .collect();
    let reading: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let api = daemon.api();
            thread::spawn(move || api.get(&format!("/api/v1/attachments/{id}-0/text")))
        })
        .collect();
    let mut taken = 0;
    while !reading.iter().all(thread::JoinHandle::is_finished) {
        one_mail(&daemon, &format!("Meanwhile {taken}"), &[]);
        taken += 1;
    }
    for read in reading {
        let read = read.join().unwrap();
        assert!(read["trouble"].as_str().unwrap().contains("processor time"), "{read}");
    }
    // One that had to wait for the readers would be the only one.
    assert!(taken > 2, "{taken} mails in the meantime");
    daemon.stop();
}

#[test]
fn an_archive_of_petabytes_costs_its_octets() {
    // Like 42.zip: a local header that promises four gigabytes and names another archive.
    let bomb = [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0; 8], b"\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\0\0a.zip"]
        .concat();
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let parts = vec![("application/zip; name=42.zip", bomb.as_slice()); 100];
    let before = daemon.memory_kib();
    daemon.forget_peak();
    let id = one_mail(&daemon, "Bomb", &parts);
    let rows = daemon.api().get(&format!("/api/v1/messages/{id}/attachments"));
    assert_eq!(rows.as_array().unwrap().len(), 100);
    assert!(
        rows.as_array().unwrap().iter().all(|row| row["is"] == "a ZIP archive" && row["text"] == "none"),
        "{rows:#}"
    );
    assert!(daemon.memory_peak_kib() < before + 32 * 1024);
    daemon.stop();
}

#[test]
fn people_list_save_and_read_what_is_attached() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let invoice = pdf(&["Invoice 4711"]);
    let parts: [(&str, &[u8]); 2] = [
        ("application/pdf; name=\"in\x1b[31mvoice.pdf\"", &invoice),
        ("image/png; name=\"photo.png.exe\"", b"MZ\x90\0\x03"),
    ];
    let id = one_mail(&daemon, "Invoice", &parts);
    let said = |args: &[&str], code: i32| {
        let done = house.run(args);
        assert_eq!(done.status.code(), Some(code), "{args:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let (first, second) = (format!("{id}-0"), format!("{id}-1"));
    let list = said(&["attachments", "list", &id], 0);
    assert!(list.contains("claims image/png, is a Windows program") && !list.contains('\x1b'), "{list}");
    let file = house.data().join("saved");
    let file = file.to_str().unwrap();
    assert_eq!(said(&["attachments", "save", &first, file], 0), "");
    assert_eq!(fs::read(file).unwrap(), invoice);
    said(&["attachments", "save", &first, file], 74);
    said(&["attachments", "save", &format!("{id}-9"), "/nonexistent/x"], 65);
    assert_eq!(words(&said(&["attachments", "text", &first], 0)), ["Invoice", "4711"]);
    assert_eq!(words(&said(&["attachments", "text", &second], 0)), Vec::<&str>::new());
    let number = daemon.api().conversations()[0]["number"].to_string();
    let shown = said(&["conversations", "show", &number], 0);
    let line = format!("attached {second}: photo.png.exe  (claims image/png, is a Windows program");
    assert!(shown.contains(&line), "{shown}");
    daemon.stop();
    // Without a daemon the command reads the store itself, and starts the reading process from its own program.
    fs::remove_dir_all(house.data().join("attachments")).unwrap();
    let read: serde_json::Value = serde_json::from_str(&said(&["attachments", "text", &first, "--json"], 0)).unwrap();
    assert_eq!(words(read["text"].as_str().unwrap()), ["Invoice", "4711"], "{read}");
}

/// `rm -r` beside a running daemon is a mistake that costs nothing either.
#[test]
fn a_folder_deleted_under_a_running_daemon_is_made_again() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let id = one_mail(&daemon, "Invoice", &[("application/pdf; name=a.pdf", b"%PDF-1")]);
    let path = format!("/api/v1/attachments/{id}-0");
    for _ in 0..3 {
        assert_eq!(daemon.api().answer("GET", &path).1, b"%PDF-1");
        fs::remove_dir_all(house.data().join("attachments")).unwrap();
    }
    daemon.stop();
    house.verify();
}
