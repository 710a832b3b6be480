//! What staff should know before they open an attachment, in words: what it is when that is not what it claims, and what
//! opening it might run (S-20).
//!
//! Names come here cleaned: without control and format characters, so that a right-to-left trick already shows its true
//! ending.

use super::{names, sniff::Sniffed};

/// Endings of names that a system runs, or opens in a program that runs what is in it.
const ENDINGS: &[(&str, &str)] = &[
    (
        PROGRAM,
        "exe com scr pif cpl dll sys ocx msi msp msix appx jar apk app dmg pkg deb rpm run bin elf gadget xll wll",
    ),
    (
        SCRIPT,
        "bat cmd ps1 psm1 psd1 vbs vbe vb js jse mjs ws wsf wsh wsc sct hta msc reg inf sh bash zsh csh py pyw pl rb php phtml asp aspx jsp cgi command applescript scpt ahk",
    ),
    ("a page that can hold scripts", "html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt chm hlp"),
    ("an Office file with macros", "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam sldm"),
    ("an Office query or connection", "iqy oqy dqy rqy slk odc"),
    (
        "a shortcut",
        "lnk url scf desktop webloc website library-ms search-ms searchconnector-ms settingcontent-ms appref-ms application rdp theme themepack diagcab",
    ),
    ("a disk image", "iso img vhd vhdx vmdk udf"),
    ("a OneNote file", "one onepkg"),
];
const PROGRAM: &str = "a program";
const SCRIPT: &str = "a script";

/// Endings that a second one hides behind.
const HARMLESS: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "rtf", "odt", "jpg", "jpeg", "png", "gif", "zip",
    "mp3", "mp4", "eml", "ics",
];

/// Spaces in a row that push an ending out of sight.
const SPACES_MAX: usize = 8;

/// Says what is odd or dangerous about an attachment; empty when nothing is.
pub(super) fn warnings(name: &str, claimed: &str, sniffed: &Sniffed) -> Vec<String> {
    let mut told = Vec::new();
    let sort = sniffed.sort;
    let agree = agrees(claimed, sort.kind);
    if !agree {
        told.push(format!("claims {claimed}, is {}", sort.words));
    } else if sort.dangerous {
        told.push(format!("is {}", sort.words));
    }
    if sniffed.macros {
        told.push("holds macros".to_owned());
    }
    told.extend(of_name(name));
    told
}

fn of_name(name: &str) -> Vec<String> {
    let mut told = Vec::new();
    // Windows leaves out dots and spaces at the end.
    let bare = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace()).to_lowercase();
    let mut parts = bare.rsplit('.');
    let ending = parts.next().unwrap_or_default().trim();
    let before = parts.next().map(str::trim);
    let known = ENDINGS.iter().find(|(_, endings)| endings.split(' ').any(|known| known == ending));
    if let (Some((words, _)), Some(before)) = (known, before) {
        told.push(format!("its name ends as that of {words}: .{ending}"));
        if HARMLESS.contains(&before) {
            told.push(format!("its name has two endings: it looks like .{before} and is .{ending}"));
        }
    }
    if bare.starts_with('.') {
        told.push("its name begins with a dot, as those of settings do".to_owned());
    }
    if names::is_device(&bare) {
        told.push("its name is that of a device of Windows".to_owned());
    }
    if name.contains(&" ".repeat(SPACES_MAX)) {
        told.push("its name holds many spaces, which push the ending out of sight".to_owned());
    }
    told
}

/// Whether octets of the one type may honestly be called the other.
fn agrees(claimed: &str, found: &str) -> bool {
    let (claim, find) = (family(claimed), family(found));
    match (claim, find) {
        // It claims nothing.
        ("unknown", "unknown") => true,
        ("unknown", find) => find != "program",
        // What we know when we see it is not there.
        (claim, "unknown") => !matches!(claim, "pdf" | "png" | "jpeg" | "gif" | "webp" | "zip" | "ole" | "text"),
        // Office files of one generation are sent under the name of another, and tables as HTML or CSV.
        ("ole", "zip" | "text" | "page" | "rtf") | ("zip", "ole") | ("rtf", "ole" | "zip" | "text") => true,
        ("page", "text") | ("text", "rtf") | ("media", "media") | ("text", "xml") | ("xml", "text" | "page") => true,
        (claim, find) => claim == find,
    }
}

/// What belongs together of the types there are.
fn family(kind: &str) -> &'static str {
    match kind {
        "text/html" | "application/xhtml+xml" => "page",
        "image/svg+xml" => "svg",
        "application/rtf" | "text/rtf" | "application/x-rtf" => "rtf",
        "text/xml" | "application/xml" => "xml",
        "application/pdf" | "application/x-pdf" => "pdf",
        "image/png" | "image/x-png" | "image/apng" => "png",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => "jpeg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" | "image/x-ms-bmp" | "image/x-bmp" => "bmp",
        "image/tiff" | "image/tif" => "tiff",
        "image/heic" | "image/heif" | "image/avif" => "heif",
        "image/x-icon" | "image/vnd.microsoft.icon" => "icon",
        "application/msword"
        | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint"
        | "application/vnd.ms-outlook"
        | "application/x-ole-storage" => "ole",
        "application/json" | "application/csv" | "application/ics" | "application/javascript" => "text",
        "application/x-msdownload"
        | "application/x-elf"
        | "application/x-mach-binary"
        | "application/java-vm"
        | "application/vnd.android.dex"
        | "application/wasm"
        | "application/x-ms-shortcut"
        | "application/x-url"
        | "application/x-desktop"
        | "text/x-script"
        | "application/java-archive"
        | "application/x-shockwave-flash"
        | "application/vnd.ms-htmlhelp"
        | "application/onenote"
        | "application/x-disk-image" => "program",
        kind if kind.starts_with("text/") || kind.starts_with("message/") => "text",
        kind if kind.starts_with("audio/") || kind.starts_with("video/") => "media",
        kind if kind.starts_with("application/vnd.openxmlformats") || kind.starts_with("application/vnd.oasis") => {
            "zip"
        }
        kind if kind.contains("zip") || kind.contains("macroenabled") || kind.contains("epub") => "zip",
        kind if kind.contains("tar") || kind.contains("rar") || kind.contains("compressed") => "zip",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attachments::sniff::Sniffer;

    fn told(name: &str, claimed: &str, octets: &[u8]) -> Vec<String> {
        let mut sniffer = Sniffer::default();
        sniffer.push(octets);
        warnings(name, claimed, &sniffer.finish())
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn honest_attachments_are_told_nothing_about() {
        for (name, claimed, octets) in [
            ("logo.png", "image/png", PNG),
            ("logo.png", "application/octet-stream", PNG),
            ("notes.txt", "text/plain", b"Hello"),
            ("table.csv", "text/csv", b"a;b\n1;2\n"),
            ("data.json", "application/json", b"{\"a\": 1}"),
            ("invoice.pdf", "application/pdf", b"%PDF-1.4\n"),
            ("letter.doc", "application/msword", b"{\\rtf1 x}"),
            ("mail.eml", "message/rfc822", b"From: a@b.example\r\n\r\nx"),
            ("smime.p7s", "application/pkcs7-signature", b"\x30\x82\x01\x02\x06"),
            ("v1.2 of 3.4.txt", "text/plain", b"x"),
        ] {
            assert_eq!(told(name, claimed, octets), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn what_is_not_what_it_claims_is_told() {
        assert_eq!(told("x.png", "image/png", b"MZ\x90\0"), ["claims image/png, is a Windows program"]);
        assert_eq!(
            told("x", "application/octet-stream", b"MZ\x90\0"),
            ["claims application/octet-stream, is a Windows program"]
        );
        assert_eq!(
            told("x.png", "image/png", b"<svg/onload=x>"),
            ["claims image/png, is an SVG picture, which can hold scripts"]
        );
        assert_eq!(
            told("x.pdf", "application/pdf", b"\x01\x02"),
            ["claims application/pdf, is data of an unknown kind"]
        );
        assert_eq!(told("x.txt", "text/plain", b"<html><script>"), ["claims text/plain, is an HTML page"]);
    }

    #[test]
    fn dangerous_names_are_told() {
        let about = |name: &str| told(name, "application/octet-stream", b"\x01");
        assert_eq!(about("setup.EXE"), ["its name ends as that of a program: .exe"]);
        assert_eq!(about("setup.exe . "), ["its name ends as that of a program: .exe"]);
        assert_eq!(
            about("invoice.pdf.js"),
            ["its name ends as that of a script: .js", "its name has two endings: it looks like .pdf and is .js"]
        );
        assert_eq!(about("invoice.pdf          .scr").len(), 3, "{:?}", about("invoice.pdf          .scr"));
        for name in ["a.docm", "a.lnk", "a.iso", "a.one", "a.html", ".htaccess", "CON", "lpt1.txt", "a.iqy", "a.url"] {
            assert_eq!(about(name).len(), 1, "{name}: {:?}", about(name));
        }
    }
}
