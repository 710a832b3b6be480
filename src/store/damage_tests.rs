//! Torn, flipped, deleted, full and copied files: what was acknowledged is there, what was refused never appears.

use std::{
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    time::Instant,
};

use super::testing::*;
use crate::{
    store::{
        OpenError, Store,
        journal::{
            Journal, JournalError, Position, Record,
            segments::{Fault, Segments},
        },
        verify,
    },
    types::{Clock, MailId},
};

const ADA: &str = "ada@customer.example";

fn record(word: &str, raw: usize) -> Record {
    Record { facts: format!("duplicate {word}\n").into_bytes(), raw: vec![vec![b'r'; raw].into()] }
}

fn words(journal: &Segments) -> Vec<String> {
    let read = |kept: Result<super::journal::Kept, JournalError>| String::from_utf8(kept.unwrap().facts).unwrap();
    journal.read(Position::START).unwrap().map(read).collect()
}

fn segment(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.seg"))
}

/// Two batches of one record and one of two; gives the folder and where the last batch and its last record begin.
fn journal_of_three() -> (tempfile::TempDir, u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Segments::open(folder.path(), 8192).unwrap();
    journal.append(&[record("one", 700)], Position::START).unwrap();
    let before = journal.append(&[record("two", 700)], journal.end()).unwrap().after;
    let last = journal.append(&[record("three", 700), record("four", 90)], before).unwrap();
    let start_of_last = last.placed[1].offset - 40 - record("four", 0).facts.len() as u64;
    (folder, before.offset, start_of_last)
}

fn zero_from(path: &Path, from: u64) {
    let len = fs::metadata(path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&vec![0; (len - from) as usize], from).unwrap();
}

#[test]
fn a_tail_cut_at_any_octet_of_the_last_batch_takes_that_batch_and_no_more() {
    let (folder, begin, _) = journal_of_three();
    let path = segment(folder.path(), 1);
    let whole = fs::read(&path).unwrap();
    let end = Segments::open(folder.path(), 8192).unwrap().end().offset;
    let kept = ["duplicate one\n", "duplicate two\n"];
    for cut in begin..end {
        for truncate in [true, false] {
            fs::write(&path, &whole).unwrap();
            if truncate {
                fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(cut).unwrap();
            } else {
                zero_from(&path, cut);
            }
            let mut journal = Segments::open(folder.path(), 8192).unwrap();
            // The last octet of a checksum may have been zero all the same.
            if cut == end - 1 && !truncate && words(&journal).len() == 4 {
                continue;
            }
            assert_eq!(words(&journal), kept, "cut at {cut}");
            journal.append(&[record("five", 10)], journal.end()).unwrap();
            assert_eq!(words(&Segments::open(folder.path(), 8192).unwrap()).len(), 3);
            let _ = fs::remove_file(segment(folder.path(), 2));
        }
    }
}

#[test]
fn pieces_of_a_batch_that_reached_the_disk_in_another_order_are_cut() {
    let (folder, begin, last) = journal_of_three();
    let path = segment(folder.path(), 1);
    // The sector in the middle of the third record was never written; the fourth record was.
    let sector = begin.next_multiple_of(512);
    assert!(sector + 512 <= last);
    fs::OpenOptions::new().write(true).open(&path).unwrap().write_all_at(&[0; 512], sector).unwrap();
    let journal = Segments::open(folder.path(), 8192).unwrap();
    assert_eq!(words(&journal), ["duplicate one\n", "duplicate two\n"]);
    let rest = fs::read(&path).unwrap();
    assert!(rest[begin as usize..].iter().all(|octet| *octet == 0), "nothing of it may come back later");
}

#[test]
fn a_flipped_bit_in_what_was_acknowledged_refuses_to_start_and_names_the_place() {
    let (folder, begin, last) = journal_of_three();
    let path = segment(folder.path(), 1);
    let whole = fs::read(&path).unwrap();
    // In the first record, in the third of the last batch, in the facts and raw bytes of the very last.
    let last_end = Segments::open(folder.path(), 8192).unwrap().end().offset;
    for at in (0..begin).step_by(7).chain(begin + 8..last).chain(last + 40..last_end - 4) {
        let mut flipped = whole.clone();
        flipped[at as usize] ^= 4;
        fs::write(&path, &flipped).unwrap();
        match Segments::open(folder.path(), 8192).err() {
            Some(JournalError::Damaged { file, .. }) => assert_eq!(file, path),
            other => panic!("a bit flipped at {at}: {other:?}"),
        }
        assert_eq!(fs::read(&path).unwrap(), flipped, "a refused file stays as it is");
    }
}

#[test]
fn a_record_of_a_newer_version_refuses_to_start() {
    let (folder, begin, _) = journal_of_three();
    let path = segment(folder.path(), 1);
    let mut newer = fs::read(&path).unwrap();
    let frame = &mut newer[begin as usize..];
    frame[24] = 2;
    let len = 40 + record("three", 700).octets();
    let sum = crc32c::crc32c(&frame[8..len]);
    frame[4..8].copy_from_slice(&sum.to_le_bytes());
    frame[len..len + 4].copy_from_slice(&(!sum).to_le_bytes());
    fs::write(&path, newer).unwrap();
    assert!(matches!(Segments::open(folder.path(), 8192).err(), Some(JournalError::Newer { version: 2, .. })));
}

#[test]
fn a_missing_segment_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Segments::open(folder.path(), 4096).unwrap();
    for _ in 0..3 {
        journal.append(&[record("big", 3000)], journal.end()).unwrap();
    }
    drop(journal);
    assert_eq!(words(&Segments::open(folder.path(), 4096).unwrap()).len(), 3);
    fs::remove_file(segment(folder.path(), 2)).unwrap();
    assert!(matches!(Segments::open(folder.path(), 4096).err(), Some(JournalError::Damaged { .. })));
}

#[test]
fn a_record_longer_than_a_segment_gets_one_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Segments::open(folder.path(), 4096).unwrap();
    for raw in [10, 100_000, 10] {
        journal.append(&[record("any", raw)], journal.end()).unwrap();
    }
    let end = journal.end();
    drop(journal);
    let journal = Segments::open(folder.path(), 4096).unwrap();
    assert_eq!((words(&journal).len(), journal.end()), (3, end));
}

#[test]
fn a_failed_append_never_appears_and_later_ones_work() {
    let folder = tempfile::tempdir().unwrap();
    let batch = [record("lost", 300), record("lost too", 300)];
    let octets = batch.iter().map(|record| record.octets() + 44).sum::<usize>();
    for fault in (0..=octets).step_by(37).map(Fault::FullAfter).chain([Fault::FullAfter(octets), Fault::Sync]) {
        let path = folder.path().join("journal");
        let mut journal = Segments::open(&path, 8192).unwrap();
        journal.append(&[record("one", 10)], journal.end()).unwrap();
        journal.fault = Some(fault);
        assert!(matches!(journal.append(&batch, journal.end()), Err(JournalError::Unavailable(_))));
        journal.append(&[record("two", 10)], journal.end()).unwrap();
        drop(journal);
        let journal = Segments::open(&path, 8192).unwrap();
        assert_eq!(words(&journal), ["duplicate one\n", "duplicate two\n"], "{fault:?}");
        drop(journal);
        fs::remove_dir_all(&path).unwrap();
    }
}

#[test]
fn a_journal_that_cannot_be_repaired_takes_nothing_until_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Segments::open(folder.path(), 8192).unwrap();
    journal.append(&[record("one", 10)], journal.end()).unwrap();
    journal.fault = Some(Fault::SyncAndRepair);
    assert!(journal.append(&[record("lost", 10)], journal.end()).is_err());
    assert!(matches!(journal.append(&[record("two", 10)], journal.end()), Err(JournalError::Unavailable(_))));
}

#[tokio::test]
async fn a_second_daemon_on_the_same_folder_is_refused() {
    let bed = Bed::segments();
    let store = bed.open();
    let second = Store::open(&settings(bed.path()), Clock::testing_fixed(NOW.0));
    assert!(matches!(second.err(), Some(OpenError::Locked(_))));
    end(store, &bed).await;
}

/// A store with thirty mails in several segments, closed.
async fn thirty_mails() -> Bed {
    let bed = Bed::segments();
    let store = bed.open();
    for n in 1..=30 {
        let mut next = mail(n, ADA);
        next.body = vec![b'x'; 5000].into();
        store.accept(next, file).await.unwrap();
    }
    store.close().await;
    bed
}

async fn has_thirty_mails(bed: &Bed, rebuilt: bool) {
    let store = bed.open();
    assert_eq!(store.index_was_rebuilt().is_some(), rebuilt, "{:?}", store.index_was_rebuilt());
    assert_eq!(store.counts().unwrap().shown, 30);
    for n in 1..=30 {
        let row = store.mail(MailId(n)).unwrap().unwrap();
        assert!(store.raw(&row.raw).await.unwrap().ends_with(b"xxx"));
    }
    assert!(!store.accept(mail(31, ADA), file).await.unwrap().is_duplicate());
    end(store, bed).await;
}

#[tokio::test]
async fn an_index_that_was_deleted_is_made_again() {
    let bed = thirty_mails().await;
    fs::remove_dir_all(bed.path().join("index")).unwrap();
    has_thirty_mails(&bed, true).await;
}

#[tokio::test]
async fn an_index_folder_that_was_emptied_is_made_again() {
    let bed = thirty_mails().await;
    let index = bed.path().join("index");
    fs::remove_dir_all(&index).unwrap();
    fs::create_dir(&index).unwrap();
    has_thirty_mails(&bed, true).await;
}

#[tokio::test]
async fn an_index_of_zeros_is_made_again_and_kept_for_a_look() {
    let bed = thirty_mails().await;
    for entry in fs::read_dir(bed.path().join("index")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            zero_from(&path, 0);
        }
    }
    has_thirty_mails(&bed, true).await;
}

#[tokio::test]
async fn an_index_cut_short_or_holed_gives_the_same_content() {
    for share in [0, 1, 2, 3, 4] {
        let bed = thirty_mails().await;
        let db = bed.path().join("index/db");
        let len = fs::metadata(&db).unwrap().len();
        let file = fs::OpenOptions::new().write(true).open(&db).unwrap();
        match share {
            0 => file.set_len(len / 2).unwrap(),
            part => file.write_all_at(&[0; 700], len / 5 * part).unwrap(),
        }
        drop(file);
        let store = bed.open();
        assert_eq!(store.counts().unwrap().shown, 30);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_half_written_snapshot_of_sled_does_not_block_the_start() {
    let bed = thirty_mails().await;
    fs::write(bed.path().join("index/snap.FFFFFFFFFFFFFFFF.generating"), b"half").unwrap();
    has_thirty_mails(&bed, false).await;
}

#[tokio::test]
async fn an_index_ahead_of_its_journal_is_made_again() {
    let bed = thirty_mails().await;
    let store = Bed::segments();
    fs::remove_dir_all(bed.path().join("journal")).unwrap();
    let fresh = store.open();
    fresh.accept(mail(1, ADA), file).await.unwrap();
    fresh.close().await;
    copy(&store.path().join("journal"), &bed.path().join("journal"));
    let opened = bed.open();
    assert!(opened.index_was_rebuilt().is_some());
    assert_eq!(opened.counts().unwrap().shown, 1);
    end(opened, &bed).await;
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else if entry.file_name() != "spare.tmp" {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_taken_in_the_middle_of_a_run_has_what_was_acknowledged_before() {
    let bed = Bed::segments();
    let store = bed.open();
    let mut tasks = tokio::task::JoinSet::new();
    let (told, mut acknowledged) = tokio::sync::mpsc::unbounded_channel();
    for client in 0..8u64 {
        let (store, told) = (store.clone(), told.clone());
        tasks.spawn(async move {
            for n in 1..=60 {
                let accepted = store.accept(mail(client * 1000 + n, ADA), file).await.unwrap();
                told.send(accepted.id()).unwrap();
            }
        });
    }
    drop(told);
    let mut before = Vec::new();
    while before.len() < 200 {
        before.push(acknowledged.recv().await.unwrap());
    }
    // The index first: as after a kill, it may be behind the journal and never before it.
    let copied = Bed::segments();
    copy(&bed.path().join("index"), &copied.path().join("index"));
    copy(&bed.path().join("journal"), &copied.path().join("journal"));
    tasks.join_all().await;
    drop(store);
    let again = copied.open();
    for id in before {
        assert!(again.mail(id).unwrap().is_some(), "mail {id} was acknowledged");
    }
    end(again, &copied).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_index_of_two_thousand_conversations_equals_one_made_again() {
    let bed = Bed::segments();
    let store = bed.open();
    accept_many(&store, 2000, 100, 20).await;
    store.close().await;
    let report = verify::compare_rebuild(bed.path()).unwrap();
    assert!(report.is_good(), "{:#?}", report.troubles);
    assert_eq!((report.counts.conversations, report.index_was_rebuilt), (2000, None));
    assert!(report.keys > 2000 * 8);
    let rebuilt = verify::rebuild(bed.path()).unwrap();
    assert_eq!(rebuilt.counts, report.counts);
}

/// So many mails by so many clients at once.
async fn accept_many(store: &Store, mails: u64, clients: u64, body: usize) {
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..clients {
        let store = store.clone();
        tasks.spawn(async move {
            for n in 0..mails / clients {
                let mut next = mail(client * 1_000_000 + n, ADA);
                next.body = vec![b'x'; body].into();
                store.accept(next, file).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}

/// `cargo test --release --lib store:: -- --ignored --nocapture rate`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn rate_of_accepting() {
    for clients in [1, 10, 100] {
        let folder = tempfile::tempdir_in(".").unwrap();
        let settings = crate::config::Store { path: folder.path().to_owned(), ..Default::default() };
        let store = Store::open(&settings, Clock::system()).unwrap();
        let mails = if clients == 1 { 2000 } else { 40_000 };
        let begin = Instant::now();
        accept_many(&store, mails, clients, 5000).await;
        let rate = mails as f64 / begin.elapsed().as_secs_f64();
        println!("{clients} clients: {rate:.0} mails/s");
        store.close().await;
    }
}
