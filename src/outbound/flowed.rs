//! Text as it is sent: `format=flowed`. RFC 3676.
//!
//! Pure. Lines end before column 76, so that a terminal and an old program show them well; what is one paragraph is
//! marked as one, so that a telephone sets it anew in its own width, and quoting it keeps `>` where it belongs. Whoever
//! does not know the format sees an ordinary mail.

/// Columns of a line, its marks of quoting included: with the next `> ` before it, it still has the 78 of RFC 3676 §4.2.
const COLUMNS: usize = 76;

/// Before the signature; the only line that may end in a space and not flow. RFC 3676 §4.3.
pub(super) const SEPARATOR: &str = "-- ";

/// What stands before code, which is never broken.
const CODE: &str = "    ";

/// Breaks the lines of `text`, in which a line is a paragraph and `>` before it says that it is quoted.
pub(super) fn flowed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    for line in text.split('\n') {
        paragraph(line, &mut out);
        out.push('\n');
    }
    out.pop();
    out
}

fn paragraph(line: &str, out: &mut String) {
    let depth = line.bytes().take_while(|octet| *octet == b'>').count();
    let (marks, rest) = line.split_at(depth);
    let words = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    if words == SEPARATOR {
        begin(marks, words, out);
        return out.push_str(words);
    }
    let words = words.trim_end();
    if words.starts_with(CODE) {
        begin(marks, words, out);
        return out.push_str(words);
    }
    let room = COLUMNS.saturating_sub(depth + 2).max(COLUMNS / 2);
    let mut rest = words;
    loop {
        let end = break_at(rest, room);
        let piece = &rest[..end];
        begin(marks, piece, out);
        out.push_str(piece);
        rest = &rest[end..];
        if rest.is_empty() {
            return;
        }
        out.push('\n');
    }
}

/// Where the next line begins: behind the last space within the room, else behind the first one; the space stays on its line.
fn break_at(text: &str, room: usize) -> usize {
    if text.chars().nth(room).is_none() {
        return text.len();
    }
    // Two spaces are somebody's table: the break goes behind both, and none begins a line.
    let ends =
        |at: usize| text[at..].starts_with(' ') && !text[at + 1..].starts_with(' ') && !text[..at].trim().is_empty();
    let mut last = None;
    for (column, (at, _)) in text.char_indices().enumerate() {
        if ends(at) {
            if column >= room {
                return last.unwrap_or(at + 1);
            }
            last = Some(at + 1);
        } else if column >= room && last.is_some() {
            break;
        }
    }
    last.unwrap_or(text.len())
}

/// The marks, and a space before what would be read as something else. RFC 3676 §4.4.
fn begin(marks: &str, words: &str, out: &mut String) {
    out.push_str(marks);
    let stuffed =
        if marks.is_empty() { words.starts_with([' ', '>']) || words.starts_with("From ") } else { !words.is_empty() };
    if stuffed {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mime;

    fn read(flowed: &str) -> String {
        let head = "Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
        mime::parse(format!("{head}{}", flowed.replace('\n', "\r\n")).as_bytes()).text
    }

    #[test]
    fn a_long_paragraph_is_broken_and_is_one_again_for_who_knows_the_format() {
        let long = "It left our house on Monday and is on its way to you, as the carrier told us this very morning. "
            .repeat(3);
        let text = format!("{}\n\nBye\n-- \nAcme", long.trim_end());
        let sent = flowed(&text);
        assert!(sent.lines().all(|line| line.len() <= COLUMNS), "{sent}");
        assert_eq!(sent.lines().filter(|line| line.ends_with(' ')).count(), 4, "{sent}");
        assert_eq!(read(&sent), text);
    }

    #[test]
    fn quotes_keep_their_depth_in_every_line() {
        let sent = flowed(&format!("> {}\n>> deep", "word ".repeat(30).trim_end()));
        assert!(sent.lines().all(|line| line.starts_with('>') && line.len() <= COLUMNS), "{sent}");
        assert_eq!(read(&sent), format!("> {}\n>> deep", "word ".repeat(30).trim_end()));
    }

    #[test]
    fn what_must_not_be_broken_or_taken_for_something_else_is_not() {
        let code = format!("{CODE}{}", "x = 1; ".repeat(20).trim_end());
        let link = format!("https://acme.example/{}", "a".repeat(100));
        assert_eq!(flowed(&code), format!(" {code}"));
        assert_eq!(flowed(&link), link);
        assert_eq!(flowed("From here"), " From here");
        assert_eq!(read(&flowed(&format!("{code}\nFrom here\n{link}"))), format!("{code}\nFrom here\n{link}"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        /// Nothing is lost and nothing added, whatever the lines.
        #[test]
        fn it_reads_back_as_it_was_written(lines in prop::collection::vec("[a-zé漢 ,.>-]{0,160}", 0..6)) {
            let tidy = |line: &String| {
                let line = line.trim();
                let depth = line.bytes().take_while(|octet| *octet == b'>').count();
                let words = line[depth..].trim();
                match (depth, words) {
                    (0, words) => words.to_owned(),
                    (_, "") => line[..depth].to_owned(),
                    (_, words) => format!("{} {words}", &line[..depth]),
                }
            };
            let text = format!("x\n{}\nx", lines.iter().map(tidy).collect::<Vec<_>>().join("\n"));
            prop_assert_eq!(read(&flowed(&text)), text);
        }
    }
}
