//! What companies, gateways and scanners write into the mail of others: never the sender's words.

use super::{
    Kind,
    fold::{fold_into, is_unspaced},
    heads::{OCTETS_MAX, is_rule},
    phrases::Phrases,
    rows::Sheet,
    words::{BANNERS, DISCLAIMERS, NOTIONS, SECRETS, SELF},
};

/// Rows on top in which a gateway's warning is sought.
const BANNER_ROWS_MAX: usize = 8;
/// Rows at the end of new text in which a note is sought.
const NOTE_ROWS_MAX: usize = 60;
/// Octets of a row that are read; notes put whole paragraphs into one.
const ROW_OCTETS_MAX: usize = 4096;
/// How sure we are of a note.
const SURE: u8 = 85;

/// Marks warnings on top and notes at the end.
pub(super) fn mark(sheet: &mut Sheet<'_>) {
    let mut low = String::new();
    mark_banner(sheet, &mut low);
    let mut end = sheet.len();
    let mut rows_left = NOTE_ROWS_MAX;
    while end > 0 && rows_left > 0 {
        let start = paragraph_start(sheet, end - 1);
        rows_left = rows_left.saturating_sub(end - start);
        if sheet.is_new(end - 1) {
            mark_note(sheet, start..end, &mut low);
        }
        end = start;
    }
}

/// The first row of the paragraph of new text in which a row stands; the row itself when it is not new.
fn paragraph_start(sheet: &Sheet<'_>, row: usize) -> usize {
    let mut start = row;
    while start > 0
        && row - start < NOTE_ROWS_MAX
        && sheet.row(start).gap == 0
        && sheet.kind(start - 1) == sheet.kind(row)
    {
        start -= 1;
    }
    start
}

/// A gateway's warning on top: its rows, and those over which a sentence of it goes on.
fn mark_banner(sheet: &mut Sheet<'_>, low: &mut String) {
    let Some(first) = (0..sheet.len().min(BANNER_ROWS_MAX)).find(|at| sheet.is_new(*at)) else { return };
    let rows: Vec<usize> = (first..sheet.len()).take(BANNER_ROWS_MAX).take_while(|at| sheet.is_new(*at)).collect();
    let says = |at: usize, low: &mut String| {
        let line = sheet.line(at);
        if line.len() > ROW_OCTETS_MAX {
            return false;
        }
        fold_into(line, low);
        let bare = low.trim_matches(|c: char| !c.is_alphanumeric());
        let tag = low.len() > bare.len()
            && matches!(bare, "external" | "ext" | "extern" | "externe" | "externo" | "caution" | "warning");
        tag || (low.len() <= OCTETS_MAX * 2 && BANNERS.within(low).is_some())
    };
    let said: Vec<bool> = rows.iter().map(|at| says(*at, low)).collect();
    let Some(last) = said.iter().rposition(|said| *said) else { return };
    let mut end = last + 1;
    while end < rows.len() && goes_on(sheet, rows[end - 1], rows[end]) {
        end += 1;
    }
    // From its beginning: a heading, a rule, the first half of a wrapped sentence.
    let start = said.iter().position(|said| *said).unwrap_or(last);
    let from = (0..start).rev().take_while(|at| {
        let line = sheet.line(rows[*at]);
        is_rule(line)
            || (sheet.row(rows[at + 1]).gap == 0 && (goes_on(sheet, rows[*at], rows[at + 1]) || is_heading(line)))
    });
    let from = from.last().unwrap_or(start);
    while end < rows.len() && is_rule(sheet.line(rows[end])) {
        end += 1;
    }
    // Between its first and last row there may be words of somebody only when nothing else would be left.
    let close = (from..end).len() <= BANNER_ROWS_MAX && said[start..=last].iter().filter(|said| !**said).count() <= 2;
    if close && end < sheet.len() {
        sheet.doubt(SURE);
        sheet.mark(rows[from]..rows[end - 1] + 1, Kind::Disclaimer);
    }
}

/// Whether a sentence goes on from one row to the next: no gap, a long row, no end of a sentence.
fn goes_on(sheet: &Sheet<'_>, row: usize, next: usize) -> bool {
    const WRAPPED_OCTETS_MIN: usize = 50;
    let line = sheet.line(row);
    sheet.row(next).gap == 0
        && line.len() >= WRAPPED_OCTETS_MIN
        && !line.ends_with(['.', '!', '?', '。', '！', '>', ':', ']', '*'])
}

fn is_heading(line: &str) -> bool {
    const OCTETS_MAX: usize = 60;
    line.len() <= OCTETS_MAX && (line.ends_with([':', '：']) || line.chars().all(|c| !c.is_lowercase()))
}

/// What the rows of a paragraph say.
#[derive(Default)]
struct Said {
    /// Known phrases, and their characters.
    phrases: usize,
    weight: usize,
    /// The word that says it is confidential; empty without.
    secret: String,
    /// Different things that notes speak of.
    notions: Vec<String>,
    /// Different words of who speaks of themselves.
    selves: Vec<String>,
}

impl Said {
    /// Reads a folded row; whether it says anything.
    fn hear(&mut self, low: &str) -> bool {
        let (phrases, weight) = hits_in(&DISCLAIMERS, low, |_| {});
        let (notions, _) = hits_in(&NOTIONS, low, |notion| keep(&mut self.notions, notion));
        let secret = SECRETS.within(low);
        if let Some(word) = secret.clone().filter(|_| self.secret.is_empty()) {
            self.secret = low[word].to_owned();
        }
        self.phrases += phrases;
        self.weight += weight;
        let says = secret.is_some() || phrases + notions > 0;
        if says {
            hits_in(&SELF, low, |word| keep(&mut self.selves, word));
        }
        says
    }

    /// Whether it is somebody's own: in the language of the note, for `i`, `je` and `ich` mean other things elsewhere.
    fn is_of_self(&self) -> bool {
        let of = |secrets: &[&str]| self.secret.is_empty() || secrets.contains(&self.secret.as_str());
        self.selves.iter().any(|word| match word.as_str() {
            "i" => of(&["confidential", "confidentiality", "privileged"]),
            "ich" => of(&["vertraulich"]),
            "je" => of(&["confidentiel", "vertrouwelijk"]),
            _ => true,
        })
    }

    /// Whether it is a note. One phrase alone may be somebody's own: `I think I received this email in error`.
    fn is_note(&self) -> bool {
        let by_phrases = self.weight >= WEIGHT_MIN && (self.phrases > 1 || !self.is_of_self());
        by_phrases || (!self.secret.is_empty() && self.notions.len() >= NOTIONS_MIN && !self.is_of_self())
    }
}

/// Keeps a word once, and few of them.
fn keep(words: &mut Vec<String>, word: &str) {
    const WORDS_MAX: usize = 4;
    if words.len() < WORDS_MAX && !words.iter().any(|known| known == word) {
        words.push(word.to_owned());
    }
}

/// A note at the end: the rows of a paragraph from the first that says so.
fn mark_note(sheet: &mut Sheet<'_>, rows: std::ops::Range<usize>, low: &mut String) {
    let mut said = Said::default();
    let (mut first, mut last) = (None, rows.start);
    for at in rows.clone() {
        let line = sheet.line(at);
        if line.len() > ROW_OCTETS_MAX {
            return;
        }
        fold_into(line, low);
        if said.hear(low) {
            first = first.or(Some(at));
            last = at;
        }
    }
    let Some(first) = first.filter(|_| said.is_note()) else { return };
    let mut from = first;
    while from > rows.start && belongs_above(sheet, from) {
        from -= 1;
    }
    let mut to = last + 1;
    while to < rows.end && (said.phrases + said.notions.len() > 2 || goes_on(sheet, to - 1, to)) {
        to += 1;
    }
    // A rule or a heading that stands alone above.
    if from > 0 && from == rows.start && sheet.is_new(from - 1) && is_rule(sheet.line(from - 1)) {
        from -= 1;
    }
    if (0..from).any(|at| matches!(sheet.kind(at), Kind::New | Kind::Forwarded)) || to < sheet.len() {
        sheet.doubt(SURE);
        sheet.mark(from..to, Kind::Disclaimer);
    }
}

/// Whether the row above begins the note as well: a sentence that goes on, a heading, a rule.
fn belongs_above(sheet: &Sheet<'_>, row: usize) -> bool {
    let above = sheet.line(row - 1);
    goes_on(sheet, row - 1, row) || is_heading(above) || is_rule(above)
}

/// So many characters of known phrases make a note.
const WEIGHT_MIN: usize = 20;
/// So many of the things that such notes speak of make one.
const NOTIONS_MIN: usize = 2;

/// How many phrases stand in a folded line, and their characters; one of a script without spaces counts as three.
fn hits_in(phrases: &Phrases, low: &str, mut found: impl FnMut(&str)) -> (usize, usize) {
    let (mut rest, mut hits, mut weight) = (low, 0, 0);
    while let Some(place) = phrases.within(rest) {
        hits += 1;
        let phrase = &rest[place.clone()];
        found(phrase);
        weight += phrase.chars().map(|c| if is_unspaced(c) { 3 } else { 1 }).sum::<usize>();
        rest = &rest[place.end..];
    }
    (hits, weight)
}
