//! What a charset's label means: registered names, other programs' names, and names with something broken about them.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_8859_8, KOI8_R, KOI8_U, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_874, WINDOWS_1252, X_MAC_CYRILLIC,
};

use super::tables::{self, Table};

/// How octets are to be read.
pub(super) enum Charset {
    /// By a decoder that the web has too.
    Standard(&'static Encoding),
    /// One octet a character, by a table of our own.
    Table(&'static Table),
    /// By escape sequences: ISO-2022 of Japan, Korea and China.
    Escaped,
    /// RFC 1843.
    Hz,
    /// `None`: which octet comes first is to be found out.
    Utf16(Option<&'static Encoding>),
    /// Whether the big end comes first.
    Utf32(bool),
    /// Refused.
    Utf7,
    /// Nothing that helps: no label, `unknown-8bit`, a name nobody knows.
    Unknown,
}

/// Longer is no name.
const LABEL_OCTETS_MAX: usize = 100;

/// What the label means.
pub(super) fn named(declared: &str) -> Charset {
    let label: String = declared
        .bytes()
        .take(LABEL_OCTETS_MAX)
        .skip_while(|b| !b.is_ascii_alphanumeric())
        .take_while(|b| !matches!(b, b';' | b',' | b'"' | b'\''))
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    let squeezed: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let squeezed = squeezed.strip_prefix('x').unwrap_or(&squeezed);
    // Before the registered names: the web maps some of these to something else, or to nothing.
    if let Some(charset) = by_beginning(squeezed) {
        return charset;
    }
    if let Some(encoding) = Encoding::for_label_no_replacement(label.trim().as_bytes()) {
        return Charset::Standard(encoding);
    }
    by_number(squeezed)
}

fn by_beginning(name: &str) -> Option<Charset> {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| name.starts_with(beginning));
    Some(if name.contains("utf7") {
        Charset::Utf7
    } else if begins(&["utf16be", "unicodefffe"]) {
        Charset::Utf16(Some(UTF_16BE))
    } else if begins(&["utf16le"]) {
        Charset::Utf16(Some(UTF_16LE))
    } else if begins(&["utf16", "ucs2", "csutf16", "csunicode", "iso10646ucs2"]) || name == "unicode" {
        Charset::Utf16(None)
    } else if begins(&["utf32", "ucs4", "csutf32", "iso10646ucs4"]) {
        Charset::Utf32(name.ends_with("be"))
    } else if begins(&["iso2022", "csiso2022", "jis7"]) || name == "jis" {
        Charset::Escaped
    } else if begins(&["hz"]) {
        Charset::Hz
    } else if begins(&["unknown", "default", "usascii", "ascii", "ansix34", "7bit", "8bit", "binary", "userdefined"]) {
        Charset::Unknown
    } else if begins(&["utf8", "unicode11utf8", "unicode20utf8", "csutf8", "uft8", "utf"]) {
        Charset::Standard(UTF_8)
    } else if begins(&["gb18030", "csgb18030", "gb2312", "csgb2312", "euccn"]) {
        // What says GB2312 holds characters of its successors.
        Charset::Standard(GB18030)
    } else if begins(&["gb"]) {
        Charset::Standard(GBK)
    } else if begins(&["big5", "cnbig5", "csbig5"]) {
        Charset::Standard(BIG5)
    } else if begins(&["eucjp", "ujis", "cseucpkd"]) {
        Charset::Standard(EUC_JP)
    } else if begins(&["euckr", "ksc", "csksc", "cseuckr", "uhc", "korean"]) {
        Charset::Standard(EUC_KR)
    } else if begins(&["shiftjis", "sjis", "csshiftjis", "mskanji", "windows31j", "cswindows31j"]) {
        Charset::Standard(SHIFT_JIS)
    } else if begins(&["koi8u", "koi8ru"]) {
        Charset::Standard(KOI8_U)
    } else if begins(&["koi8"]) {
        Charset::Standard(KOI8_R)
    } else if begins(&["maccyrillic", "macukrain"]) {
        Charset::Standard(X_MAC_CYRILLIC)
    } else if begins(&["mac"]) {
        Charset::Standard(MACINTOSH)
    } else if begins(&["tis620", "thai"]) {
        Charset::Standard(WINDOWS_874)
    } else if begins(&["viscii", "csviscii"]) {
        Charset::Table(&tables::VISCII)
    } else if begins(&["tcvn", "vntcvn"]) {
        Charset::Table(&tables::TCVN)
    } else {
        return None;
    })
}

/// Names that are a family's and a number, whatever follows: `cp1252`, `win-1251`, `iso88592`, `ibm-850_P100`.
fn by_number(name: &str) -> Charset {
    let family: &str = &name[..name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len())];
    let digits = &name[family.len()..];
    let digits = &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())];
    match family {
        "iso" | "csiso" | "" if digits.starts_with("8859") => latin(&digits[4..]),
        "isolatin" | "latin" | "csisolatin" => match digits {
            "0" | "9" => latin("15"),
            "5" => latin("9"),
            "6" => latin("10"),
            "7" => latin("13"),
            "8" => latin("14"),
            "10" => latin("16"),
            part => latin(part),
        },
        "windows" | "cswindows" | "win" | "cp" | "ms" | "ibm" | "csibm" | "cspc" | "dos" | "oem" | "codepage"
        | "pc" | "ansi" | "" => page(digits),
        _ => Charset::Unknown,
    }
}

/// A part of ISO 8859; the year of the standard may follow.
fn latin(part: &str) -> Charset {
    let one = |part: &str| Encoding::for_label_no_replacement(format!("iso-8859-{part}").as_bytes());
    let part = if part.len() > 2 { &part[..part.len() - 4.min(part.len() - 1)] } else { part };
    match (part, one(part)) {
        ("8", _) => Charset::Standard(ISO_8859_8),
        (_, Some(encoding)) => Charset::Standard(encoding),
        _ => Charset::Standard(WINDOWS_1252),
    }
}

/// A code page of DOS, Windows or its mail programs.
fn page(digits: &str) -> Charset {
    let windows = |number: &str| Encoding::for_label_no_replacement(format!("windows-{number}").as_bytes());
    match digits {
        "65001" => Charset::Standard(UTF_8),
        "65000" => Charset::Utf7,
        "1200" => Charset::Utf16(Some(UTF_16LE)),
        "1201" => Charset::Utf16(Some(UTF_16BE)),
        "932" | "31" | "943" => Charset::Standard(SHIFT_JIS),
        "936" | "52936" => Charset::Standard(GBK),
        "949" | "51949" | "970" | "1363" => Charset::Standard(EUC_KR),
        "950" => Charset::Standard(BIG5),
        "54936" | "20936" => Charset::Standard(GB18030),
        "20932" | "51932" => Charset::Standard(EUC_JP),
        "50220" | "50221" | "50222" | "50225" | "50227" => Charset::Escaped,
        "20866" | "878" => Charset::Standard(KOI8_R),
        "21866" | "1168" => Charset::Standard(KOI8_U),
        "10000" => Charset::Standard(MACINTOSH),
        "10007" => Charset::Standard(X_MAC_CYRILLIC),
        "819" | "20127" | "367" => Charset::Standard(WINDOWS_1252),
        "866" => Charset::Standard(encoding_rs::IBM866),
        _ => match (tables::page(digits), digits.strip_prefix("2859"), windows(digits)) {
            (Some(table), ..) => Charset::Table(table),
            (None, Some(part), _) => latin(part),
            // `windows1252http-equivcontent-type`, `windows-12520`: what stands in front is meant.
            (None, None, None) => match digits.get(..4).and_then(windows) {
                Some(encoding) => Charset::Standard(encoding),
                None => Charset::Unknown,
            },
            (None, None, Some(encoding)) => Charset::Standard(encoding),
        },
    }
}
