//! Whether a file may leave with a letter, and under which type.

use super::sniff::{Sniffed, Sniffer};

/// Types of what is a ZIP archive or text to its octets, by the endings of names that people know.
const BY_ENDING: &[(&str, &str)] = &[
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("doc", "application/msword"),
    ("xls", "application/vnd.ms-excel"),
    ("csv", "text/csv"),
    ("ics", "text/calendar"),
];

/// The type under which the file leaves.
///
/// `denied`: endings of names and types, in lower case. The octets count as well as the name, so that another name is no way out.
///
/// # Errors
/// Why it may not leave, in words.
pub fn leaving_type(name: &str, content: &[u8], denied: &[String]) -> Result<&'static str, String> {
    let mut sniffer = Sniffer::default();
    sniffer.push(content);
    let Sniffed { sort, .. } = sniffer.finish();
    let is_denied = |what: &str| denied.iter().any(|denied| denied == what);
    // Windows leaves out dots and spaces at the end.
    let bare = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace()).to_lowercase();
    let ending = bare.rsplit_once('.').map_or("", |(_, ending)| ending.trim());
    if is_denied(ending) {
        return Err(format!("{name} may not leave: files that end in .{ending} are denied at this address"));
    }
    let by_ending = BY_ENDING.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind);
    if is_denied(sort.kind) || by_ending.is_some_and(is_denied) {
        return Err(format!("{name} may not leave: it is {}, which is denied at this address", sort.words));
    }
    let unspecific = ["application/zip", "application/x-ole-storage", "text/plain"].contains(&sort.kind);
    Ok(by_ending.filter(|_| unspecific).unwrap_or(sort.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Vec<String> {
        ["exe", "js", "application/x-msdownload", "application/x-elf"].map(str::to_owned).into()
    }

    #[test]
    fn what_is_denied_is_told_by_its_name_and_by_its_octets() {
        for (name, content) in [
            ("setup.exe", &b"hello"[..]),
            ("SETUP.EXE", b"hello"),
            ("setup.pdf.exe. ", b"hello"),
            ("invoice.pdf", b"MZ\x90\0"),
            ("notes.txt", b"\x7fELF\x02"),
            ("run.js", b"alert(1)"),
        ] {
            let why = leaving_type(name, content, &denied()).unwrap_err();
            assert!(why.starts_with(name) && why.contains("denied at this address"), "{why}");
        }
        assert!(leaving_type("setup.exe", b"MZ\x90\0", &[]).is_ok(), "an empty list denies nothing");
    }

    #[test]
    fn a_file_leaves_as_what_it_is() {
        for (name, content, kind) in [
            ("plan.png", &b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            ("plan.txt", b"\x89PNG\r\n\x1a\n", "image/png"),
            ("slip.pdf", b"%PDF-1.7\n", "application/pdf"),
            ("list.csv", b"a,b\n1,2\n", "text/csv"),
            ("list.xlsx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("list.pdf", b"PK\x03\x04", "application/zip"),
            ("x", b"\0\x01\x02", "application/octet-stream"),
        ] {
            assert_eq!(leaving_type(name, content, &denied()), Ok(kind), "{name}");
        }
    }
}
