//! Signatures: their separators, the line of a telephone, closing words with what follows them, contact lines.
//!
//! Each stretch of new text is looked at from its end, for an answer above a quote has one as well as one below.

use super::{
    Kind,
    closings::{self, Closing},
    fold::{fold, fold_into},
    rows::Sheet,
    words::{CONTACTS, SENT_BY, SENT_FROM},
};

/// Rows a signature may have below its separator.
const ROWS_MAX: usize = 15;
/// Octets of a row of a signature.
const ROW_OCTETS_MAX: usize = 160;

/// How sure we are, by what says so.
const SURE_SEPARATOR: u8 = 95;
const SURE_TELEPHONE: u8 = 90;
const SURE_CLOSING: u8 = 82;
const SURE_CONTACTS: u8 = 70;

/// Marks the signatures of a mail that somebody of this name wrote.
pub(super) fn mark(sheet: &mut Sheet<'_>, from_name: &str) {
    let name = fold(from_name);
    let first = (0..sheet.len()).find(|at| says(sheet, *at));
    let last = (0..sheet.len()).rfind(|at| says(sheet, *at));
    let mut end = sheet.len();
    let mut is_last = true;
    while end > 0 {
        if !is_open(sheet, end - 1) {
            end -= 1;
            continue;
        }
        let start = (0..end).rev().take_while(|at| is_open(sheet, *at)).last().unwrap_or(end);
        let rows: Vec<usize> = (start..end).rev().filter(|at| sheet.is_new(*at)).take(ROWS_MAX * 2).collect();
        let mut stretch = Stretch { rows: rows.into_iter().rev().collect(), is_last, is_only: false, name: &name };
        stretch.is_only = first.is_none_or(|first| first >= start) && last.is_none_or(|last| last < end);
        is_last &= stretch.rows.is_empty();
        stretch.mark(sheet);
        end = start;
    }
}

fn says(sheet: &Sheet<'_>, at: usize) -> bool {
    matches!(sheet.kind(at), Kind::New | Kind::Forwarded)
}

/// A stretch goes on through notes and what a mail program marked.
fn is_open(sheet: &Sheet<'_>, at: usize) -> bool {
    matches!(sheet.kind(at), Kind::New | Kind::Disclaimer | Kind::Signature)
}

/// New rows between quotes, the last of them.
struct Stretch<'n> {
    rows: Vec<usize>,
    /// Nothing new stands below.
    is_last: bool,
    /// Nothing new stands anywhere else.
    is_only: bool,
    /// The sender's name, folded; empty without.
    name: &'n str,
}

impl Stretch<'_> {
    fn mark(&mut self, sheet: &mut Sheet<'_>) {
        if let Some(from) = self.separator(sheet) {
            self.take(sheet, from, SURE_SEPARATOR);
        }
        if let Some(from) = self.telephone(sheet) {
            // What somebody says below it is no signature.
            let end = (from + 1..self.rows.len()).find(|at| is_sentence(self.line(sheet, *at)));
            if let Some(end) = end {
                sheet.doubt(SURE_TELEPHONE);
                self.rows.drain(from..end).for_each(|row| sheet.row_mut(row).kind = Kind::Signature);
            } else {
                self.take(sheet, from, SURE_TELEPHONE);
                self.take_name(sheet);
            }
        }
        if let Some((from, to)) = self.closing(sheet) {
            sheet.doubt(SURE_CLOSING);
            self.rows[from..to].iter().for_each(|row| sheet.row_mut(*row).kind = Kind::Signature);
            if to == self.rows.len() {
                self.rows.truncate(from);
            }
        } else if self.is_last
            && let Some(from) = self.contacts(sheet).or_else(|| self.named(sheet)).or_else(|| self.dashed_name(sheet))
        {
            self.take(sheet, from, SURE_CONTACTS);
        }
    }

    /// The name above the line of a telephone.
    fn take_name(&mut self, sheet: &mut Sheet<'_>) {
        let Some(last) = self.rows.len().checked_sub(1).filter(|last| *last > 0) else { return };
        let line = self.line(sheet, last);
        let ended = line.ends_with(['.', '!', '?', '。', '！', '？', ':', '：']);
        if !ended && sheet.row(self.rows[last]).gap > 0 && (closings::is_full_name(line) || self.is_sender(&fold(line)))
        {
            self.take(sheet, last, SURE_CONTACTS);
        }
    }

    fn take(&mut self, sheet: &mut Sheet<'_>, from: usize, sure: u8) {
        sheet.doubt(sure);
        for row in self.rows.drain(from..) {
            sheet.row_mut(row).kind = Kind::Signature;
        }
    }

    fn line<'t>(&self, sheet: &Sheet<'t>, at: usize) -> &'t str {
        sheet.line(self.rows[at])
    }

    /// `-- ` alone on its row (RFC 3676 §4.3), a drawn rule above contact lines, or above a mailing list's footer.
    fn separator(&self, sheet: &Sheet<'_>) -> Option<usize> {
        let count = self.rows.len();
        (count.saturating_sub(ROWS_MAX + 1)..count).find(|at| {
            let text = self.line(sheet, *at);
            if matches!(text, "--" | "—" | "–" | "- -") {
                return (at + 1..count).filter(|below| is_sentence(self.line(sheet, *below))).count() <= 3;
            }
            let drawn = text.len() >= 3 && text.chars().all(|c| matches!(c, '_' | '-' | '~' | '=' | '*' | '—' | '─'));
            if !drawn || *at == 0 && self.is_only {
                return false;
            }
            let below: Vec<&str> = (at + 1..count).map(|below| self.line(sheet, below)).collect();
            let list = text.starts_with("____") && below.iter().take(2).any(|line| line.contains("mailing list"));
            list || (!below.is_empty()
                && below.iter().all(|line| !is_sentence(line))
                && below.iter().any(|line| is_contact(line)))
        })
    }

    /// `Sent from my telephone` near the end.
    fn telephone(&self, sheet: &Sheet<'_>) -> Option<usize> {
        const NEAR: usize = 3;
        let count = self.rows.len();
        (count.saturating_sub(NEAR)..count)
            .find(|at| is_telephone(self.line(sheet, *at)) && !self.is_inside_sentence(sheet, *at))
    }

    /// Whether a row is what was wrapped off the row above.
    fn is_inside_sentence(&self, sheet: &Sheet<'_>, at: usize) -> bool {
        const WRAPPED_OCTETS_MIN: usize = 50;
        let Some(above) = at.checked_sub(1).filter(|_| sheet.row(self.rows[at]).gap == 0) else { return false };
        let above = self.line(sheet, above);
        let unspaced_ends = above.ends_with(['。', '！', '？', '」', '）']);
        above.len() >= WRAPPED_OCTETS_MIN
            && !unspaced_ends
            && !above.ends_with(['.', '!', '?', ':', ';', ',', '>', '…', ')'])
    }

    /// Closing words, with the name and the contact lines below.
    fn closing(&self, sheet: &Sheet<'_>) -> Option<(usize, usize)> {
        let count = self.rows.len();
        for at in count.saturating_sub(ROWS_MAX + 1)..count {
            let Some(closing) = closings::read(self.line(sheet, at)) else { continue };
            if (at == 0 && self.is_only) || self.is_inside_sentence(sheet, at) {
                continue;
            }
            let end = (at + 1..count).find(|below| is_sentence(self.line(sheet, *below))).unwrap_or(count);
            // Words below that nobody signs with: it was no closing.
            let signed = end > at + 1 && self.signs(sheet, at + 1, end == count);
            if signed || (at + 1 == count && closing != Closing::Thanks) {
                return Some((at, end));
            }
        }
        None
    }

    /// Whether the row below closing words is a name, a company, another closing or a contact line.
    fn signs(&self, sheet: &Sheet<'_>, at: usize, is_end: bool) -> bool {
        let line = self.line(sheet, at);
        let low = fold(line);
        self.is_sender(&low)
            || closings::is_name(line)
            || closings::read(line).is_some()
            || is_contact(line)
            || (is_end && line.split_whitespace().count() <= 6 && !line.ends_with([':', '?', ',']))
    }

    /// A last paragraph of contact lines below a name.
    fn contacts(&self, sheet: &Sheet<'_>) -> Option<usize> {
        const ROWS: std::ops::RangeInclusive<usize> = 2..=12;
        const NAMELESS_ROWS_MIN: usize = 4;
        let count = self.rows.len();
        let from = (1..count).rev().find(|at| sheet.row(self.rows[*at]).gap > 0)?;
        let lines: Vec<&str> = (from..count).map(|at| self.line(sheet, at)).collect();
        let above = self.line(sheet, from - 1);
        if !ROWS.contains(&lines.len())
            || above.ends_with([':', '：', ','])
            || lines.iter().any(|line| is_sentence(line))
        {
            return None;
        }
        let contacts = lines.iter().filter(|line| is_contact(line) || is_telephone(line)).count();
        let listed = lines.iter().any(|line| line.starts_with(['-', '*', '•']));
        let named = closings::is_full_name(lines[0]) || self.is_sender(&fold(lines[0]));
        let signs = if named { contacts >= 1 } else { contacts >= 2 && lines.len() >= NAMELESS_ROWS_MIN };
        (signs && !listed && !is_contact(lines[0])).then_some(from)
    }

    /// The sender's own name near the end, with what may follow it.
    fn named(&self, sheet: &Sheet<'_>) -> Option<usize> {
        const ROWS: usize = 8;
        let count = self.rows.len();
        let from =
            (count.saturating_sub(ROWS).max(1)..count).find(|at| self.is_sender(&fold(self.line(sheet, *at))))?;
        let above = self.line(sheet, from - 1);
        let below_signs = (from + 1..count).all(|at| !is_sentence(self.line(sheet, at)));
        // `Please send it to` over a name and the rows of a place: what is meant is the place.
        let is_place = count - from > 2
            && !above.ends_with(['.', '!', '?', ',', '。', '！', '？'])
            && (from + 1..count).all(|at| !is_contact(self.line(sheet, at)));
        (below_signs && !is_place && !above.ends_with([':', '：'])).then_some(from)
    }

    /// `-Ada Lovelace` as the last row below others.
    fn dashed_name(&self, sheet: &Sheet<'_>) -> Option<usize> {
        let last = self.rows.len().checked_sub(1).filter(|last| *last > 0)?;
        let words = self.line(sheet, last).strip_prefix(['-', '–', '—', '~'])?.trim_start_matches(['-', ' ']);
        let above_is_list = self.line(sheet, last - 1).starts_with(['-', '*', '–']);
        (!above_is_list && words.split(' ').count() <= 3 && closings::is_name(words)).then_some(last)
    }

    /// Whether a folded row is the sender's name, or the first or last word of it.
    fn is_sender(&self, low: &str) -> bool {
        const CHARS_MIN: usize = 2;
        let bare = low.trim_matches(|c: char| !c.is_alphanumeric());
        bare.chars().count() >= CHARS_MIN
            && !self.name.is_empty()
            && (bare == self.name
                || self.name.split([' ', ',']).any(|word| word == bare && word.chars().count() >= CHARS_MIN))
    }
}

/// `Sent from my telephone`, and not the beginning of a sentence.
fn is_telephone(text: &str) -> bool {
    const OCTETS_MAX: usize = 150;
    if text.len() > OCTETS_MAX {
        return false;
    }
    let words = text.split_once('<').map_or(text, |(words, link)| if words.trim().is_empty() { link } else { words });
    // What the maker says of the program behind its link is no sentence of the writer.
    let linked = words.split_once("(http").filter(|(words, _)| !words.trim().is_empty());
    let (words, text) = linked.map_or((words, text), |(words, _)| (words, words.trim_end()));
    let mut low = String::new();
    fold_into(words, &mut low);
    let low = low.trim_matches(|c: char| !c.is_alphanumeric() && c != '〒');
    let sentence = text.contains(", ") && !text.ends_with('.') || (text.ends_with('.') && text.split(' ').count() > 10);
    let question = text.ends_with(['?', '？', ':', '：']);
    let words = low.split(' ').count();
    // A phrase of several words says it; `my`, which begins such lines in some languages, only with the name of a thing.
    let starts = SENT_FROM
        .begins(low)
        .is_some_and(|end| is_device(low) || (low[..end].contains(' ') && words <= 9 && low.len() > end));
    let ends = SENT_BY.iter().any(|end| low.ends_with(end)) && is_device(low);
    !sentence && !question && (starts || ends)
}

/// Names of what mail is written on, as every language writes them.
fn is_device(low: &str) -> bool {
    const DEVICES: [&str; 34] = [
        "mobil",
        "telefon",
        "yahoo",
        "proton",
        "windows",
        "spark",
        "tablet",
        "device",
        "gerat",
        "телефон",
        "почт",
        "手机",
        "手機",
        "휴대",
        "スマ",
        "携帯",
        "tuta",
        "thunderbird",
        "מכשיר",
        "هاتف",
        "iphone",
        "ipad",
        "android",
        "samsung",
        "galaxy",
        "outlook",
        "huawei",
        "xiaomi",
        "blackberry",
        "phone",
        "handy",
        "smartphone",
        "gmail",
        "mail",
    ];
    DEVICES.iter().any(|device| low.contains(device))
}

/// Whether somebody says something in it, rather than signs.
pub(super) fn is_sentence(line: &str) -> bool {
    const WORDS_MAX: usize = 11;
    const ENDED_WORDS_MIN: usize = 4;
    let low_start = line.trim_start_matches(['*', '_', '(']).to_ascii_lowercase();
    if low_start.starts_with("p.s") || low_start.starts_with("ps:") || low_start.starts_with("ps ") {
        return true;
    }
    if line.ends_with(['?', '？']) {
        return true;
    }
    if is_contact(line) {
        return line.len() > ROW_OCTETS_MAX * 2;
    }
    let words = line.split_whitespace().count();
    // `Ph.D.` ends no sentence.
    let abbreviated = line.rsplit(' ').next().is_some_and(|word| word.trim_end_matches('.').contains('.'));
    let ended = line.ends_with(['.', '!', '。', '！', '…']) && !abbreviated && words >= ENDED_WORDS_MIN;
    let unspaced = line.chars().count() > 15 && line.ends_with(['。', '！', '？']);
    ended || unspaced || words > WORDS_MAX || line.len() > ROW_OCTETS_MAX
}

/// A telephone number, an address, a page, or a line that begins with the name of one.
pub(super) fn is_contact(line: &str) -> bool {
    const OCTETS_MAX: usize = 300;
    const DIGITS_MIN: usize = 6;
    if line.is_empty() || line.len() > OCTETS_MAX {
        return false;
    }
    let words = line.split_whitespace().count();
    let page = |word: &str| word.contains("://") || word.contains("www.") || (word.contains('@') && word.contains('.'));
    if words <= 8 && line.split(|c: char| c.is_whitespace() || "<>()|,[]".contains(c)).any(page) {
        return true;
    }
    let digits = line.chars().filter(|c| c.is_numeric()).count();
    let of_number = line.chars().filter(|c| c.is_numeric() || " +-./()|x".contains(*c)).count();
    if digits >= DIGITS_MIN && of_number * 10 >= line.chars().count() * 6 {
        return true;
    }
    let low = fold(line);
    let low = low.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '〒');
    CONTACTS.begins(low).is_some_and(|end| {
        let rest = low[end..].trim_start();
        digits >= DIGITS_MIN || rest.starts_with([':', '.', '|', '/']) && words <= 12
    })
}
