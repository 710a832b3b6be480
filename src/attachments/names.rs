//! What a download is called: a name that no system takes for more than a name (S-20).
//!
//! The sender's name is for the eye. It is brought into one form first and checked then: a full-width dot or slash becomes
//! the plain one, and is treated as such.

/// Octets of a name. File systems take 255; who saves it may add to it.
const NAME_OCTETS_MAX: usize = 180;

/// Octets of an ending that is kept whole when a name is shortened: it says what the file is.
const ENDING_OCTETS_MAX: usize = 16;

/// Names of devices, which Windows opens in place of a file.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt", "conin$", "conout$"];

/// The value of Content-Disposition: a download with this name. RFC 6266 §4, RFC 8187 §3.2.
pub fn disposition(name: &str) -> String {
    let name = harmless(name);
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " -_.()".contains(c) { c } else { '_' }).collect();
    let attr_char = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&octet);
    let encoded: String = name
        .bytes()
        .map(|octet| if attr_char(octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Whether Windows takes a name for that of a device, whatever its ending.
pub(super) fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_lowercase();
    DEVICES.contains(&stem.trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn harmless(name: &str) -> String {
    let normal = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(name);
    let clean: String = normal
        .chars()
        .filter(|c| !c.is_control() && !crate::mime::is_invisible(*c))
        .map(|c| if "/\\:*?\"<>|".contains(c) { '_' } else { c })
        .collect();
    // A dot at the beginning makes a settings file, one at the end is left out by Windows.
    let ends = |c: char| c == '.' || c.is_whitespace();
    let clean = shortened(clean.trim_matches(ends)).trim_matches(ends).to_owned();
    match clean.as_str() {
        "" => "unnamed".to_owned(),
        _ if is_device(&clean) => format!("_{clean}"),
        _ => clean,
    }
}

/// Cuts in the middle, so that the ending stays.
fn shortened(name: &str) -> String {
    if name.len() <= NAME_OCTETS_MAX {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    let ending = if ending.len() <= ENDING_OCTETS_MAX { ending } else { "" };
    format!("{}{ending}", &name[..name.floor_char_boundary(NAME_OCTETS_MAX - ending.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_stays_and_others_are_encoded() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        assert_eq!(
            disposition("Grüße.txt"),
            "attachment; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"
        );
    }

    #[test]
    fn s20_no_name_is_more_than_a_name() {
        for (name, harmless_name) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("\u{200b}.htaccess", "htaccess"),
            ("．．／x", "_x"),
            ("a\0b\r\nSet-Cookie: x", "abSet-Cookie_ x"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("CON", "_CON"),
            ("com1.txt", "_com1.txt"),
            ("x.exe. . ", "x.exe"),
            ("C:\\x", "C__x"),
            ("\"; filename=evil.exe", "_; filename=evil.exe"),
            ("...", "unnamed"),
        ] {
            assert_eq!(harmless(name), harmless_name, "{}", name.escape_debug());
        }
        let long = harmless(&format!("{}.exe", "ä".repeat(500)));
        assert!(long.len() <= NAME_OCTETS_MAX && long.ends_with("ä.exe"), "{long}");
    }

    #[test]
    fn s20_a_header_is_one_line_of_ascii_whatever_the_name() {
        for c in (0..0x11_0000_u32).step_by(7).filter_map(char::from_u32) {
            let value = disposition(&format!("a{c}b.txt"));
            assert!(value.bytes().all(|octet| (b' '..=b'~').contains(&octet)), "{value:?}");
            assert_eq!(value.matches('"').count(), 2, "{value}");
        }
    }
}
