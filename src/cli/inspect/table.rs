//! A mailbox as a table: a row for each mail as it is read, and what there was in all.

use std::{collections::BTreeMap, fmt, path::Path};

use super::{
    super::{Failure, paint},
    mailbox::Unread,
};
use crate::{conversation::quotes, intake::Judged, types::Millis, web::view::moment};

/// Columns of [`row`]. Octets of text: new, quoted, signature; how sure that is, of a hundred.
pub(super) const HEAD: &str = "   no  date              from                          class            level  notes     new  quoted    sign  \
                               sure  att  subject                                   file";

/// Characters of an address and of a subject that are shown.
const FROM_MAX: usize = 28;
const SUBJECT_MAX: usize = 40;

/// One line for one mail.
pub(super) fn row(number: u64, name: &str, judged: &Judged) -> String {
    let mail = &judged.mail;
    let parted = quotes::part(mail);
    let from = mail.from.as_ref().map_or_else(|| format!("({})", mail.from_trouble), ToString::to_string);
    let row = format!(
        "{number:>5}  {:<16}  {}  {:<15}  {:>5}  {:>5}  {:>6}  {:>6}  {:>6}  {:>4}  {:>3}  {}  {name}",
        date(mail.date),
        column(&from, FROM_MAX),
        judged.class.class.word(),
        judged.verdicts.level.as_u8(),
        mail.notes.len(),
        parted.new_text.len(),
        parted.quoted_text.len(),
        parted.signature.len(),
        parted.confidence,
        mail.attachments.len(),
        column(&mail.subject, SUBJECT_MAX),
    );
    paint::one_line(&row)
}

/// To the minute, UTC.
fn date(date: Option<i64>) -> String {
    let millis = date.and_then(|millis| u64::try_from(millis).ok());
    let written = millis.map(|millis| moment(Millis(millis))).unwrap_or_default();
    match written.get(..16) {
        Some(minute) => minute.replace('T', " "),
        None => "-".to_owned(),
    }
}

/// As many characters as the column has, and no fewer.
fn column(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return format!("{text:<width$}");
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// What was in a mailbox.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) mails: u64,
    /// Files that are no mails.
    pub(super) left_out: u64,
    octets: u64,
    attachments: u64,
    with_notes: u64,
    classes: BTreeMap<&'static str, u64>,
    levels: BTreeMap<u8, u64>,
    unreadable: u64,
    refused: u64,
}

impl Tally {
    pub(super) fn count(&mut self, judged: &Judged) {
        self.mails += 1;
        self.octets += judged.body.len() as u64;
        self.attachments += judged.mail.attachments.len() as u64;
        self.with_notes += u64::from(!judged.mail.notes.is_empty());
        *self.classes.entry(judged.class.class.word()).or_default() += 1;
        *self.levels.entry(judged.verdicts.level.as_u8()).or_default() += 1;
    }

    pub(super) fn unread(&mut self, why: &Unread) {
        match why {
            Unread::Io(_) => self.unreadable += 1,
            Unread::TooLong | Unread::TooDeep => self.refused += 1,
        }
    }

    /// How the command ends.
    ///
    /// # Errors
    /// When something could not be read, or there was nothing to read.
    pub(super) fn ended(&self, from: &Path) -> Result<(), Failure> {
        let from = from.display();
        let missed = self.unreadable + self.refused;
        if self.unreadable > 0 {
            return Err(Failure::io(format!("{from}: {missed} could not be read; they are named above")));
        }
        if missed > 0 {
            return Err(Failure::data(format!("{from}: {missed} were not read; they are named above")));
        }
        if self.mails == 0 {
            return Err(Failure::data(format!("{from}: there is no mail in it")));
        }
        Ok(())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |counts: Vec<String>| if counts.is_empty() { "-".to_owned() } else { counts.join(", ") };
        let classes = self.classes.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let levels = self.levels.iter().map(|(level, count)| format!("{count} of level {level}")).collect();
        write!(
            f,
            "{} mails of {} octets: {}; {}; {} attachments; {} with notes; {} not read; {} files that are no mails",
            self.mails,
            self.octets,
            each(classes),
            each(levels),
            self.attachments,
            self.with_notes,
            self.unreadable + self.refused,
            self.left_out
        )
    }
}
