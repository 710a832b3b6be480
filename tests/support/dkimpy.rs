//! Somebody else's verifier of DKIM signatures: dkimpy, in the Python that `deploy/test.sh` names.

use std::{
    ffi::OsStr,
    io::Write,
    process::{Command, Stdio},
};

/// Prints one line for each of two signatures, with the rows given as `NAME=VALUE` arguments.
const VERIFIER: &str = r#"
import sys, dkim
rows = dict(row.split("=", 1) for row in sys.argv[1:])
def txt(name, timeout=5):
    return rows[(name.decode() if isinstance(name, bytes) else name).rstrip(".")].encode()
mail = sys.stdin.buffer.read()
checker = dkim.DKIM(mail)
for index in range(2):
    try:
        print("pass" if checker.verify(idx=index, dnsfunc=txt) else "fail")
    except dkim.ValidationError:
        print("fail")
"#;

/// `pass` or `fail` for the first signature and for the second. `rows`: `NAME=VALUE`.
pub(crate) fn opinion(python: &OsStr, rows: &[String], mail: &[u8]) -> [String; 2] {
    let mut asked = Command::new(python)
        .args(["-c", VERIFIER])
        .args(rows)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(mail).unwrap();
    let said = String::from_utf8(asked.wait_with_output().unwrap().stdout).unwrap();
    let mut lines = said.lines().map(str::to_owned);
    [(); 2].map(|()| lines.next().expect("a line for each signature"))
}
