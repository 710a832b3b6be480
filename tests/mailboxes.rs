//! `replyd inspect` on mailboxes: Maildirs, folders of files, mboxes, from disk and through a pipe.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

fn mail(subject: &str, text: &str) -> String {
    format!(
        "From: Ada <ada@customer.example>\nTo: support@acme.example\nSubject: {subject}\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0100\nMessage-ID: <{subject}@customer.example>\n\n{text}\n"
    )
}

fn inspect(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_replyd"))
        .args(["inspect", "--no-dns"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = inspect(folder, arguments).wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_maildir_is_a_table_with_a_row_for_each_mail_and_a_sum() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "box/cur/1.x:2,S", &mail("first", "New words.\n\nOn Monday, Acme wrote:\n> Old words."));
    write(home.path(), "box/new/2.x", &mail("second", "More."));
    write(home.path(), "box/.Sub/cur/3.x", "Subject: nobody's\n\nx\n");
    write(home.path(), "box/tmp/4.x", &mail("unfinished", "half"));
    write(home.path(), "box/dovecot.index", "no mail");

    let (code, out, err) = ended(home.path(), &["box"]);

    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len(), err.as_str()), (0, 5, ""), "{out}");
    assert!(lines[1].contains("(there is no From header)") && lines[1].ends_with(".Sub/cur/3.x"), "{out}");
    assert!(lines[2].contains("2026-11-23 09:00  ada@customer.example"), "{out}");
    assert!(lines[2].contains("first") && lines[2].ends_with("cur/1.x:2,S"), "{out}");
    assert!(lines[3].ends_with("new/2.x"), "{out}");
    assert!(lines[4].starts_with("3 mails of ") && lines[4].contains("2 of level 1"), "{out}");
    assert!(lines[4].ends_with("1 files that are no mails"), "{out}");
}

#[test]
fn a_folder_of_files_is_read_at_any_depth_with_the_mboxes_in_it() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "a/b/c/deep.EML", &mail("deep", "x"));
    write(home.path(), "a/17", &mail("numbered", "x"));
    write(
        home.path(),
        "a/Sent",
        &format!("From x\n{}\nFrom y Mon Nov 23 10:00:00 2026\n{}", mail("s1", "x"), mail("s2", "x")),
    );
    write(home.path(), "a/notes.txt", "no mail");
    std::os::unix::fs::symlink(home.path(), home.path().join("a/circle")).unwrap();

    let (code, out, err) = ended(home.path(), &["a", "--json"]);

    let mails: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = mails.iter().map(|mail| mail["file"].as_str().unwrap()).collect();
    assert_eq!((code, names), (0, vec!["17", "Sent:1", "Sent:2", "b/c/deep.EML"]));
    assert_eq!(mails[2]["subject"], "s2");
    assert!(err.contains("4 mails") && err.contains("2 files that are no mails"), "{err}");
}

#[test]
fn what_cannot_be_read_is_named_counted_and_told_by_the_exit_code() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "good.eml", &mail("good", "x"));
    let endless = fs::File::create(home.path().join("endless.eml")).unwrap();
    endless.set_len(1 << 30).unwrap();

    let (code, out, err) = ended(home.path(), &["."]);

    assert_eq!(code, 65, "{err}");
    assert!(
        err.contains("endless.eml: longer than") && out.contains("good") && out.contains("1 not read"),
        "{out}{err}"
    );
    fs::create_dir(home.path().join("empty")).unwrap();
    assert_eq!(ended(home.path(), &["empty"]).0, 65);
    assert_eq!(ended(home.path(), &["nowhere"]).0, 74);
    assert_eq!(ended(home.path(), &["--visible", "."]).0, 74);
}

/// The most memory it has used so far, in KiB.
fn peak_kib(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn an_mbox_of_any_length_is_read_in_the_memory_of_one_mail() {
    let home = tempfile::tempdir().unwrap();
    let mut child = inspect(home.path(), &["-"]);
    let mut input = child.stdin.take().unwrap();
    let mut rows = BufReader::new(child.stdout.take().unwrap()).lines();
    let begin = "From x Mon Nov 23 10:00:00 2026\n";
    let attachment = "Content-Type: application/pdf; name=long.pdf\nContent-Transfer-Encoding: base64\nSubject: long";
    let one = format!("{}{begin}", mail("x", &"c2l4dGVlbiBvY3RldHMu\n".repeat(16 * 1024))).replacen(
        "Subject: x",
        attachment,
        1,
    );
    input.write_all(begin.as_bytes()).unwrap();
    assert!(rows.next().unwrap().unwrap().contains("subject"), "the head of the table");
    let mut read = |count: usize| {
        for _ in 0..count {
            // A mail ends where the next one begins.
            input.write_all(one.as_bytes()).unwrap();
            let row = rows.next().unwrap().unwrap();
            assert!(row.contains("  1  long  "), "{row}");
        }
    };

    read(5);
    let before = peak_kib(&child);
    read(60);
    let after = peak_kib(&child);

    assert!(after < before + 4 * 1024, "{before} KiB after 5 mails, {after} KiB after 65");
    drop(input);
    assert!(child.wait().unwrap().success());
}
