//! Attachments of mails that stand in a table, in a folder that tests spoil.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;
use crate::types::Chance;

/// Mails by id, and how often they were asked for.
#[derive(Default)]
struct Table {
    mails: BTreeMap<u64, Bytes>,
    asked: AtomicUsize,
}

impl Raws for Table {
    fn raw(&self, mail: MailId) -> Asked<'_, Result<Option<Bytes>, String>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(self.mails.get(&mail.0).cloned()) })
    }
}

/// A part of a mail: what its header says, and its octets.
type Part<'a> = (&'a str, &'a [u8]);

fn mail(html: &str, parts: &[Part<'_>]) -> Bytes {
    let mut mail = format!(
        "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\nContent-Type: text/html\r\n\r\n{html}\r\n"
    )
    .into_bytes();
    for (head, octets) in parts {
        mail.extend_from_slice(format!("--zz\r\n{head}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n").as_bytes());
        mail.extend_from_slice(octets);
        mail.extend_from_slice(b"\r\n");
    }
    mail.extend_from_slice(b"--zz--\r\n");
    mail.into()
}

struct House {
    folder: tempfile::TempDir,
    table: Arc<Table>,
}

impl House {
    fn of(mails: Vec<Bytes>) -> Self {
        let mails = (0..).zip(mails).collect();
        Self { folder: tempfile::tempdir().unwrap(), table: Arc::new(Table { mails, ..Table::default() }) }
    }

    fn folder(&self) -> PathBuf {
        self.folder.path().join("attachments")
    }

    fn open(&self) -> Attachments {
        // No test here reads texts: that needs the program, see tests/attachments.rs.
        let none = PathBuf::from("/nonexistent");
        Attachments::with_program(self.folder(), Extraction::default(), self.table.clone(), none)
    }

    fn asked(&self) -> usize {
        self.table.asked.load(Ordering::SeqCst)
    }
}

/// Every name below a folder, of files and folders.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            found.insert(entry.file_name().into_string().unwrap());
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    found
}

fn contents(folder: &Path) -> Vec<String> {
    names(folder).into_iter().filter(|name| name.len() == 64).collect()
}

async fn octets(shelf: &Attachments, mail: u64, n: usize) -> Result<Vec<u8>, Trouble> {
    let (_, mut file) = shelf.open(AttachmentId { mail: MailId(mail), n }).await?;
    let mut octets = Vec::new();
    file.read_to_end(&mut octets).unwrap();
    Ok(octets)
}

const FILE: &str = "Content-Type: application/pdf; name=a.pdf";

#[tokio::test]
async fn an_attachment_is_taken_from_its_mail_once() {
    let house = House::of(vec![mail("x", &[(FILE, b"%PDF-1"), (FILE, b"%PDF-2")])]);
    let shelf = house.open();
    assert_eq!(octets(&shelf, 0, 1).await.unwrap(), b"%PDF-2");
    let asked = house.asked();
    assert_eq!(octets(&house.open(), 0, 1).await.unwrap(), b"%PDF-2");
    assert_eq!(house.asked(), asked, "the file answers, also after a restart");
}

#[tokio::test]
async fn one_content_in_many_mails_is_one_file() {
    let house = House::of((0..5).map(|n| mail(&n.to_string(), &[(FILE, b"%PDF-1"), (FILE, b"%PDF-1")])).collect());
    let shelf = house.open();
    for mail in 0..5 {
        assert_eq!(octets(&shelf, mail, 1).await.unwrap(), b"%PDF-1");
    }
    assert_eq!(contents(&house.folder()), [blake3::hash(b"%PDF-1").to_hex().to_string()]);
}

#[tokio::test]
async fn a_folder_that_was_deleted_is_made_again() {
    let house = House::of(vec![mail("x", &[(FILE, b"%PDF-1")])]);
    assert_eq!(octets(&house.open(), 0, 0).await.unwrap(), b"%PDF-1");
    let before = names(&house.folder());
    fs::remove_dir_all(house.folder()).unwrap();
    assert_eq!(octets(&house.open(), 0, 0).await.unwrap(), b"%PDF-1");
    assert_eq!(names(&house.folder()), before);
}

#[tokio::test]
async fn a_file_that_is_not_its_hash_is_made_again() {
    let house = House::of(vec![mail("x", &[(FILE, b"%PDF-1")])]);
    let shelf = house.open();
    octets(&shelf, 0, 0).await.unwrap();
    let name = &contents(&house.folder())[0];
    fs::write(house.folder().join(&name[..2]).join(name), b"%PDF-X").unwrap();
    assert_eq!(octets(&shelf, 0, 0).await.unwrap(), b"%PDF-1");
    assert_eq!(fs::read(house.folder().join(&name[..2]).join(name)).unwrap(), b"%PDF-1");
}

#[tokio::test]
async fn notes_that_cannot_be_read_are_made_again() {
    let house = House::of(vec![mail("x", &[(FILE, b"%PDF-1")])]);
    let shelf = house.open();
    let before = shelf.list(MailId(0)).await.unwrap();
    for damage in ["", "{", "{\"notes\":\"0.0.0/0\",\"rows\":[]}"] {
        fs::write(house.folder().join("mails").join(MailId(0).to_string()), damage).unwrap();
        assert_eq!(shelf.list(MailId(0)).await.unwrap(), before, "{damage}");
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told_and_the_list_is_whole() {
    let house = House::of(vec![mail("x", &[(FILE, b"%PDF-1")])]);
    // Nothing can be made below a file.
    fs::write(house.folder(), b"").unwrap();
    let shelf = house.open();
    assert_eq!(shelf.list(MailId(0)).await.unwrap()[0].row.size, 6);
    let trouble = octets(&shelf, 0, 0).await.unwrap_err();
    assert!(matches!(&trouble, Trouble::Disk(_)), "{trouble}");
    assert!(trouble.to_string().contains("the mail itself is safe"), "{trouble}");
    fs::remove_file(house.folder()).unwrap();
    assert_eq!(octets(&shelf, 0, 0).await.unwrap(), b"%PDF-1");
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let house = House::of(vec![mail("x", &[(FILE, b"%PDF-1")])]);
    let shelf = house.open();
    for (mail, n) in [(0, 1), (0, 9999), (1, 0)] {
        assert!(matches!(octets(&shelf, mail, n).await, Err(Trouble::Missing(_))), "{mail}-{n}");
    }
    for id in [
        "",
        "x",
        "0000000000000",
        "0000000000000-",
        "0000000000000-+1",
        "0000000000000--1",
        "0000000000000-12345",
        "../../x-1",
    ] {
        assert_eq!(id.parse::<AttachmentId>(), Err(()), "{id}");
    }
    assert_eq!("0000000000000-7".parse(), Ok(AttachmentId { mail: MailId(0), n: 7 }));
}

const LOGO: &[u8] = b"\x89PNG\r\n\x1a\n logo";
const LOGO_HEAD: &str = "Content-Type: image/png; name=logo.png\r\nContent-ID: <logo>";

#[tokio::test]
async fn logos_are_decoration_where_the_text_shows_them_and_where_they_come_again() {
    let shown = mail("<img src='cid:logo'>", &[(LOGO_HEAD, LOGO)]);
    let large = [LOGO, &[1; 30_000]].concat();
    let others = mail("x", &[(LOGO_HEAD, b"\x89PNG\r\n\x1a\n other"), (LOGO_HEAD, &large)]);
    let again =
        mail("y", &[("Content-Type: image/png; name=image001.png", b"\x89PNG\r\n\x1a\n other"), (LOGO_HEAD, &large)]);
    let house = House::of(vec![shown, others, again]);
    let shelf = house.open();
    let decoration = async |mail: u64| {
        let rows = shelf.list(MailId(mail)).await.unwrap();
        rows.into_iter().map(|row| row.decoration).collect::<Vec<_>>()
    };
    assert_eq!(decoration(0).await, [true], "small, and shown in the text");
    assert_eq!(decoration(1).await, [false, false], "nobody knows yet that it comes again");
    assert_eq!(decoration(2).await, [true, false], "small, and seen before; the large one is somebody's picture");
    assert_eq!(decoration(1).await, [true, false]);
}

/// Whatever a sender calls a file, the folder holds names that we made.
#[tokio::test]
async fn s20_no_name_of_a_sender_reaches_the_file_system() {
    let mut chance = Chance::new(20);
    let mut wanted: Vec<String> =
        ["../../../evil", "/etc/evil", "a\0b", "..", ".", "CON", "NUL.txt", "aux", ".htaccess", "C:\\evil"]
            .map(str::to_owned)
            .to_vec();
    wanted.extend(
        (0..0x11_0000_u32)
            .filter_map(char::from_u32)
            .filter(|c| mime::is_invisible(*c))
            .map(|c| format!("{c}.htaccess")),
    );
    wanted.push("e".repeat(300));
    wanted.push("ä".repeat(300));
    let count = wanted.len() + 10_000;
    while wanted.len() < count {
        let letters = (0..1 + chance.below(40)).filter_map(|_| char::from_u32(chance.below(0x11_0000) as u32));
        wanted.push(letters.collect());
    }
    let heads: Vec<String> = wanted
        .iter()
        .map(|name| {
            let encoded: String = name.bytes().map(|octet| format!("%{octet:02X}")).collect();
            format!("Content-Type: application/x-evil\r\nContent-Disposition: attachment; filename*=UTF-8''{encoded}")
        })
        .collect();
    let mails: Vec<Bytes> = heads
        .chunks(400)
        .map(|heads| mail("x", &heads.iter().map(|head| (head.as_str(), b"evil".as_slice())).collect::<Vec<_>>()))
        .collect();
    let many = mails.len() as u64;
    let house = House::of(mails);
    let shelf = house.open();
    let mut listed = 0;
    for mail in 0..many {
        let rows = shelf.list(MailId(mail)).await.unwrap();
        listed += rows.len();
        for row in &rows {
            assert!(
                !row.row.name.contains(['/', '\\', '\0']) && !row.row.name.chars().any(mime::is_invisible),
                "{row:?}"
            );
        }
        assert_eq!(octets(&shelf, mail, rows.len() - 1).await.unwrap(), b"evil");
    }
    assert_eq!(listed, count);
    let ours = |name: &str| match name {
        "mails" | "new" => true,
        hex if hex.len() == 2 || hex.len() == 64 => hex.bytes().all(|octet| b"0123456789abcdef".contains(&octet)),
        id => id.parse::<MailId>().is_ok(),
    };
    let foreign: Vec<String> =
        names(house.folder.path()).into_iter().filter(|name| name != "attachments" && !ours(name)).collect();
    assert_eq!(foreign, Vec::<String>::new());
    assert_eq!(contents(&house.folder()).len(), 1);
    assert_eq!(names(house.folder.path()).iter().filter(|name| name.len() == 13).count(), many as usize);
}
