//! Where arriving bodies lie: memory, files without a name, and the bound on both.

use super::*;

fn spool(folder: &std::path::Path, above_bytes: usize, memory_bytes: usize) -> Arc<Spool> {
    Arc::new(Spool::open(folder.join("spool"), above_bytes, memory_bytes).unwrap())
}

async fn arrive(arriving: &mut Arriving, bytes: &[u8]) {
    for piece in bytes.chunks(8000) {
        arriving.buffer().extend_from_slice(piece);
        arriving.settle().await;
    }
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place % 251) as u8).collect()
}

#[tokio::test]
async fn a_small_body_stays_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut arriving = Arriving::new(spool(folder.path(), 100_000, 1 << 20), MailId(1), None);
    arrive(&mut arriving, &pattern(50_000)).await;
    assert!(arriving.file.is_none());
    assert_eq!(arriving.into_body().await.unwrap().bytes()[..], pattern(50_000));
}

#[tokio::test]
async fn a_large_body_goes_through_a_file_that_has_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path(), 100_000, 16 << 20);
    let mut arriving = Arriving::new(spool.clone(), MailId(1), Some(1_000_000));
    arrive(&mut arriving, &pattern(1_000_000)).await;
    assert!(arriving.file.is_some());
    assert!(arriving.kept.capacity() <= 2 * WRITE_BYTES);
    assert_eq!(fs::read_dir(folder.path().join("spool")).unwrap().count(), 0);
    let body = arriving.into_body().await.unwrap();
    assert_eq!(body.bytes()[..], pattern(1_000_000));
    assert_eq!(spool.judged.available_permits(), spool.judged_permits as usize - 977);
    drop(body);
    assert_eq!(spool.judged.available_permits(), spool.judged_permits as usize);
    assert_eq!(spool.arriving.available_permits(), 4 << 10);
}

#[tokio::test]
async fn when_memory_for_arriving_bodies_is_used_up_they_go_to_files() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path(), 100_000, 64 * 1024);
    let mut first = Arriving::new(spool.clone(), MailId(1), None);
    arrive(&mut first, &pattern(9_000)).await;
    assert!(first.file.is_none());
    let mut second = Arriving::new(spool.clone(), MailId(2), None);
    arrive(&mut second, &pattern(9_000)).await;
    assert!(second.file.is_some());
    assert_eq!(second.into_body().await.unwrap().bytes()[..], pattern(9_000));
}

#[tokio::test]
async fn a_body_larger_than_all_the_memory_is_judged_alone_and_not_never() {
    let folder = tempfile::tempdir().unwrap();
    let mut arriving = Arriving::new(spool(folder.path(), 1000, 64 * 1024), MailId(1), None);
    arrive(&mut arriving, &pattern(500_000)).await;
    assert_eq!(arriving.into_body().await.unwrap().bytes().len(), 500_000);
}

#[tokio::test]
async fn a_spool_that_cannot_be_written_is_told_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let spool = spool(folder.path(), 1000, 1 << 20);
    fs::remove_dir(folder.path().join("spool")).unwrap();
    let mut arriving = Arriving::new(spool, MailId(1), None);
    arrive(&mut arriving, &pattern(500_000)).await;
    assert!(arriving.kept.capacity() <= WRITE_BYTES);
    assert!(matches!(arriving.into_body().await, Err(SpoolError::File(_))));
}

#[test]
fn what_a_crash_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("arriving-0000000000001"), b"half").unwrap();
    spool(folder.path(), 1, 1);
    assert_eq!(fs::read_dir(path).unwrap().count(), 0);
}
