//! Plays `tests/dialogues/*.smtp` against a server on loopback.
//!
//! `C: ` sends a line, `C= ` sends without line ending (both know `\r`, `\n`, `\0`), `S: ` expects a line that begins
//! so (`S: 250-*`: all lines of a reply), `closed` that the server closes, `mails: N` that N were kept. `#` is a remark.

use std::{fs, path::Path};

use super::support;

async fn play(path: &Path) {
    let script = fs::read_to_string(path).unwrap();
    let server = support::serve_plain();
    let mut client = server.client().await;
    for (place, line) in script.lines().enumerate() {
        let at = format!("{}:{}", path.display(), place + 1);
        let unescape = |text: &str| text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
        if let Some(text) = line.strip_prefix("C: ") {
            client.send(unescape(text) + "\r\n").await;
        } else if let Some(text) = line.strip_prefix("C= ") {
            client.send(unescape(text)).await;
        } else if line == "S: 250-*" {
            let reply = client.reply().await;
            assert!(reply.as_ref().is_some_and(|reply| reply.starts_with("250 ")), "{at}: {reply:?}");
        } else if let Some(begin) = line.strip_prefix("S: ") {
            let said = client.line().await;
            assert!(said.as_ref().is_some_and(|said| said.starts_with(begin)), "{at}: {said:?}");
        } else if line == "closed" {
            assert_eq!(client.rest().await, Vec::<String>::new(), "{at}");
        } else if let Some(count) = line.strip_prefix("mails: ") {
            assert_eq!(server.recorder.count().to_string(), count, "{at}");
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{at}: no such line");
        }
    }
}

#[tokio::test]
async fn every_dialogue_goes_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "smtp"));
    paths.sort();
    assert!(paths.len() >= 10);
    for path in paths {
        play(&path).await;
    }
}
