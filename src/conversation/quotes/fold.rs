//! Text made comparable: one case, no accents, one kind of space, digit and colon.
//!
//! The words of mail programs come with and without accents, with narrow spaces, in full width and between direction
//! marks. Tables and lines go through the same fold, so that a table holds each word once, as people spell it.

/// Folds `line` into `out`, which is emptied first. Runs of white space become one space; both ends are trimmed.
pub(super) fn fold_into(line: &str, out: &mut String) {
    out.clear();
    if line.is_ascii() {
        let line = line.trim_ascii();
        if is_single_spaced(line) {
            out.push_str(line);
            return out.make_ascii_lowercase();
        }
        for word in line.split_ascii_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        return out.make_ascii_lowercase();
    }
    let mut rest = line;
    while !rest.is_empty() {
        let (plain, behind) = rest.split_at(rest.bytes().take_while(u8::is_ascii).count());
        push_ascii(plain, out);
        let mut chars = behind.chars();
        if let Some(c) = chars.next() {
            push(c, out);
        }
        rest = chars.as_str();
    }
    out.truncate(out.trim_end().len());
}

/// A run of ASCII between other characters: the most of any line that is not all ASCII.
fn push_ascii(plain: &str, out: &mut String) {
    if !is_single_spaced(plain) {
        return plain.chars().for_each(|c| push(c, out));
    }
    let spaced = out.is_empty() || out.ends_with(' ');
    let from = out.len();
    out.push_str(if spaced { plain.strip_prefix(' ').unwrap_or(plain) } else { plain });
    out[from..].make_ascii_lowercase();
}

/// Whether words of an ASCII line have one space between them. Without a branch: most lines are so, and all are asked.
fn is_single_spaced(line: &str) -> bool {
    let octets = line.as_bytes();
    let controls = octets.iter().fold(false, |found, octet| found | (*octet < b' '));
    let behind = octets.get(1..).unwrap_or_default();
    !octets.iter().zip(behind).fold(controls, |found, (one, two)| found | (*one == b' ' && *two == b' '))
}

/// As [`fold_into`], into a new text.
pub(super) fn fold(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    fold_into(line, &mut out);
    out
}

fn push(c: char, out: &mut String) {
    if c.is_ascii() {
        match c.to_ascii_lowercase() {
            ' ' | '\t' | '\r' | '\n' => space(out),
            c => out.push(c),
        }
        return;
    }
    if c.is_whitespace() {
        return space(out);
    }
    for low in c.to_lowercase() {
        match bare(low) {
            '\0' => {}
            low => out.push(low),
        }
    }
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The letter without its marks; NUL for what is only a mark, a direction or nothing to see.
fn bare(c: char) -> char {
    match c {
        // Invisible: soft hyphen, zero width, direction marks and isolates, byte order mark, combining marks, tatweel.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => '\0',
        '\u{61c}' | '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{591}'..='\u{5c7}' => '\0',
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ'..='ặ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => 'e',
        'ğ' | 'ĝ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ'..='ı' | 'ỉ'..='ị' => 'i',
        'ķ' => 'k',
        'ĺ'..='ł' => 'l',
        'ñ' | 'ń'..='ŋ' => 'n',
        'ò'..='ö' | 'ø' | 'ō'..='ő' | 'ơ' | 'ọ'..='ợ' => 'o',
        'ŕ'..='ř' => 'r',
        'ś'..='š' | 'ș' => 's',
        'ţ'..='ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ'..='ų' | 'ư' | 'ụ'..='ự' => 'u',
        'ý' | 'ÿ' | 'ỳ'..='ỹ' => 'y',
        'ź'..='ž' => 'z',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' => 'ι',
        'ό' => 'ο',
        'ύ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        // Arabic and Persian write the same letters with two codes.
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        'أ' | 'إ' | 'آ' => 'ا',
        '٠'..='٩' => digit(c, '٠'),
        '۰'..='۹' => digit(c, '۰'),
        '०'..='९' => digit(c, '०'),
        '๐'..='๙' => digit(c, '๐'),
        '０'..='９' => digit(c, '０'),
        'ａ'..='ｚ' => char::from_u32('a' as u32 + (c as u32 - 'ａ' as u32)).unwrap_or(c),
        '：' | '﹕' | '︰' => ':',
        '，' | '、' | '،' => ',',
        '（' => '(',
        '）' => ')',
        '＜' | '〈' => '<',
        '＞' | '〉' => '>',
        '＠' => '@',
        '’' | '‘' | 'ʼ' | '´' | '＇' => '\'',
        '“' | '”' | '„' | '«' | '»' | '＂' | '「' | '」' | '『' | '』' => '"',
        '–' | '—' | '―' | '−' | '‐' | '‑' | '─' | '━' | '－' => '-',
        '＿' => '_',
        c => c,
    }
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(c as u32 - zero as u32, 10).unwrap_or(c)
}

/// Whether its script writes words without spaces between, so that a word may begin and end anywhere.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_folds_to_the_same() {
        for (text, want) in [
            ("À  Écrit\u{a0}:", "a ecrit :"),
            ("e\u{301}crit", "ecrit"),
            ("10:00\u{202f}AM", "10:00 am"),
            ("\u{200f}כתב:\u{200e}", "כתב:"),
            ("发件人：", "发件人:"),
            ("Gönderen İZMİR ILIK", "gonderen izmir ilik"),
            ("٢٠٢٤ ۲۰۲۴ २०२४ ２０２４", "2024 2024 2024 2024"),
            ("  a \t b  ", "a b"),
            (" A b ", "a b"),
            ("a  b", "a b"),
            ("a\tb", "a b"),
            ("Ä  B\u{a0} ß C ", "a b ß c"),
            ("\u{a0} A É É", "a e e"),
            ("Ἔγραψε Έγραψες", "ἔγραψε εγραψεσ"),
            ("Message d’origine", "message d'origine"),
        ] {
            assert_eq!(fold(text), want, "{text}");
        }
    }
}
