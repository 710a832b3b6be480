//! New text apart from quoted text.
//!
//! A mail is read as rows. HTML names the containers in which mail programs keep what they quote; plain text has `>`, the
//! line that says who wrote it, and blocks of header fields. Nothing is thrown away: every row ends up in one of three
//! texts, and when nothing would be new, all of it is. Forwarded mail is what the sender wants read, so it stays new.
//!
//! Pure and linear: each row is looked at together with a fixed number of rows behind it.

mod heads;
mod pages;
mod passed_on;
mod signs;
mod words;

pub use passed_on::writer_passed_on;

use crate::mime::Mail;

/// A mail's text in three.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parted {
    /// What the sender wrote this time.
    pub new_text: String,
    /// What was there before, lines that introduce it included.
    pub quoted_text: String,
    /// The sender's signature, its separator included; empty without.
    pub signature: String,
}

/// Parts the text of a mail.
pub fn part(mail: &Mail) -> Parted {
    let rows = if mail.text_from_html { pages::rows(&mail.html) } else { plain_rows(&mail.text) };
    let whole: String = rows.iter().map(|r| format!("{}\n", r.text)).collect();
    let parted = part_rows(rows);
    if parted.new_text.is_empty() {
        // Hide, never cut: a mail that seems to say nothing new is shown whole.
        return Parted { new_text: whole.trim().to_owned(), ..Parted::default() };
    }
    parted
}

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Quoted,
    Signature,
}

/// One line of a mail.
#[derive(Debug, Clone)]
struct Row<'a> {
    text: std::borrow::Cow<'a, str>,
    mark: Mark,
}

impl Row<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn is_new_text(&self) -> bool {
        self.mark == Mark::New && !self.is_blank()
    }
}

fn plain_rows(text: &str) -> Vec<Row<'_>> {
    text.lines()
        .map(|line| {
            // What an older parting put before `>`: Gmail's mobile writers leave a zero width space.
            let start = line.trim_start_matches([' ', '\t', '\u{200b}', '\u{feff}', '\u{a0}']);
            let quoted = start.starts_with('>') && !heads::ends_address(start);
            Row { text: line.into(), mark: if quoted { Mark::Quoted } else { Mark::New } }
        })
        .collect()
}

fn part_rows(mut rows: Vec<Row<'_>>) -> Parted {
    doubt_lone_quotes(&mut rows);
    mark_quotes(&mut rows);
    join_broken_quotes(&mut rows);
    signs::mark(&mut rows);
    let text = |mark| text_of(&rows, mark);
    let new_text = text(Mark::New);
    Parted { new_text: new_text.trim().to_owned(), quoted_text: text(Mark::Quoted), signature: text(Mark::Signature) }
}

/// The rows of one part. Where other parts stood between, or nothing, one empty row stays at most.
fn text_of(rows: &[Row<'_>], mark: Mark) -> String {
    let mut out = String::new();
    let (mut blanks, mut others) = (0, false);
    for row in rows {
        if row.is_blank() {
            blanks += 1;
        } else if row.mark != mark {
            others = true;
        } else {
            if !out.is_empty() {
                let blanks = if others { blanks.min(1) } else { blanks };
                (0..=blanks).for_each(|_| out.push('\n'));
            }
            (blanks, others) = (0, false);
            out.push_str(row.text.trim_end());
        }
    }
    out
}

/// A single `>` line in the middle of a paragraph is no quote: `>>> now cheaper <<<`.
fn doubt_lone_quotes(rows: &mut [Row<'_>]) {
    for at in 1..rows.len().saturating_sub(1) {
        let beside = |row: &Row<'_>| row.is_new_text() && !heads::ends_like_attribution(&row.text);
        if rows[at].mark == Mark::Quoted
            && beside(&rows[at - 1])
            && beside(&rows[at + 1])
            && rows[at].text.contains("<<")
        {
            rows[at].mark = Mark::New;
        }
    }
}

/// Finds what introduces quotes, and marks it and what follows.
fn mark_quotes(rows: &mut Vec<Row<'_>>) {
    // Each costs moving what follows; nobody answers so often in one mail.
    let mut splits_left = 20;
    let mut at = 0;
    while at < rows.len() {
        if !rows[at].is_new_text() {
            at += 1;
            continue;
        }
        match heads::at(rows, at) {
            heads::Head::None => at += 1,
            // What somebody forwards is what he wants read.
            heads::Head::Forward => {
                rows[at..].iter_mut().filter(|r| r.mark == Mark::Quoted).for_each(|r| r.mark = Mark::New);
                return;
            }
            heads::Head::Original { rows: count } => {
                let from = heads::with_rule_above(rows, at);
                mark_from(rows, from, at + count);
                mark_to_end(rows, at + count);
                return;
            }
            heads::Head::Attribution { rows: count, from } => {
                if from > 0 && splits_left > 0 {
                    splits_left -= 1;
                    split(rows, at, from);
                    at += 1;
                }
                mark_from(rows, at, at + count);
                let next = (at + count..rows.len()).find(|i| !rows[*i].is_blank());
                match next {
                    Some(next) if rows[next].mark == Mark::Quoted => at = next,
                    _ => {
                        mark_to_end(rows, at + count);
                        return;
                    }
                }
            }
        }
    }
}

/// Cuts a row in which somebody's last words and an attribution share the line.
fn split(rows: &mut Vec<Row<'_>>, at: usize, from: usize) {
    let text = rows[at].text.to_string();
    let (words, head) = text.split_at(from);
    let words = words.trim_end().trim_end_matches('-').trim_end();
    rows[at].text = words.to_owned().into();
    rows.insert(at + 1, Row { text: head.to_owned().into(), mark: Mark::New });
}

fn mark_from(rows: &mut [Row<'_>], from: usize, to: usize) {
    let to = to.min(rows.len());
    for row in &mut rows[from.min(to)..to] {
        row.mark = Mark::Quoted;
    }
}

fn mark_to_end(rows: &mut [Row<'_>], from: usize) {
    mark_from(rows, from, rows.len());
}

/// Rows that a mail program broke off a quoted row: between two quoted rows, no empty row around, a link or a remnant.
fn join_broken_quotes(rows: &mut [Row<'_>]) {
    const ROWS_MAX: usize = 2;
    let mut last_quoted = None;
    for at in 0..rows.len() {
        if rows[at].mark != Mark::Quoted {
            continue;
        }
        if let Some(before) = last_quoted.replace(at) {
            let between = before + 1..at;
            if (1..=ROWS_MAX).contains(&between.len()) && rows[between.clone()].iter().all(|r| is_remnant(&r.text)) {
                mark_from(rows, between.start, between.end);
            }
        }
    }
}

fn is_remnant(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && (text.starts_with("(http")
            || text.starts_with("http")
            || text.starts_with("<http")
            || text.starts_with('_')
            || text.ends_with(" >"))
}

#[cfg(test)]
#[path = "quotes_tests.rs"]
mod tests;
