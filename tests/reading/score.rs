//! Counts what was read right, and by what.

use std::{collections::BTreeMap, fmt, ops::Add};

use replyd::conversation::quotes::Parted;

use crate::{letter::Form, oracle::Fault, program::Sends};

/// One mail, read.
pub(crate) struct Read {
    pub(crate) program: &'static str,
    pub(crate) tongue: &'static str,
    pub(crate) form: Form,
    pub(crate) sends: Sends,
    pub(crate) fault: Option<Fault>,
    pub(crate) mail: Vec<u8>,
    pub(crate) found: Parted,
}

/// Counts, and the failures.
#[derive(Default)]
pub(crate) struct Score {
    counts: BTreeMap<(&'static str, String), Count>,
    mails: usize,
    failures: Vec<Read>,
}

#[derive(Default, Clone, Copy)]
struct Count {
    mails: usize,
    wrong: usize,
    lost: usize,
}

impl Score {
    pub(crate) fn add(&mut self, read: Read) {
        let wrong = usize::from(read.fault.is_some());
        let lost = usize::from(read.fault.as_ref().is_some_and(Fault::is_loss));
        self.mails += 1;
        let kinds = [
            ("program", format!("{} {}", read.program, kind(read.sends))),
            ("language", read.tongue.to_owned()),
            ("form", format!("{:?}", read.form)),
        ];
        for key in kinds {
            let count = self.counts.entry(key).or_default();
            count.mails += 1;
            count.wrong += wrong;
            count.lost += lost;
        }
        if read.fault.is_some() {
            self.failures.push(read);
        }
    }

    pub(crate) fn mails(&self) -> usize {
        self.mails
    }

    pub(crate) fn lost(&self) -> usize {
        self.failures.iter().filter(|read| read.fault.as_ref().is_some_and(Fault::is_loss)).count()
    }

    pub(crate) fn right_per_mille(&self) -> usize {
        (self.mails - self.failures.len()) * 1000 / self.mails.max(1)
    }

    /// One line; the failures by form, parts and kind of fault; of so many of these the first in full.
    pub(crate) fn verdict(&self, shown: usize) -> String {
        let mut groups: BTreeMap<String, Vec<&Read>> = BTreeMap::new();
        for read in &self.failures {
            let fault = read.fault.as_ref().map_or("", Fault::kind);
            groups.entry(format!("{:?} {} {fault}", read.form, kind(read.sends))).or_default().push(read);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(key, reads)| (!key.ends_with("lost"), std::cmp::Reverse(reads.len())));
        let mut out = format!(
            "{} of {} mails read right ({} per mille), words lost in {}\n",
            self.mails - self.failures.len(),
            self.mails,
            self.right_per_mille(),
            self.lost()
        );
        for (key, reads) in &groups {
            out += &format!("\n{:5} {key}\n{}", reads.len(), by_program(reads));
        }
        for (key, reads) in groups.iter().take(shown) {
            out += &format!("\n=== {key}: {} ({})\n{}", reads[0].program, reads[0].tongue, in_full(reads[0]));
        }
        out
    }
}

/// A line for each program: in which languages.
fn by_program(reads: &[&Read]) -> String {
    let mut programs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for read in reads {
        programs.entry(read.program).or_default().push(read.tongue);
    }
    programs.iter().map(|(program, tongues)| format!("        {program}: {}\n", tongues.join(" "))).collect()
}

impl Add for Score {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.mails += other.mails;
        for (key, count) in other.counts {
            let sum = self.counts.entry(key).or_default();
            sum.mails += count.mails;
            sum.wrong += count.wrong;
            sum.lost += count.lost;
        }
        self.failures.extend(other.failures);
        self
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((kind, name), Count { mails, wrong, lost }) in &self.counts {
            writeln!(f, "{kind:9} {name:32} {mails:6} mails {wrong:5} wrong {lost:5} lost")?;
        }
        Ok(())
    }
}

fn kind(sends: Sends) -> &'static str {
    match sends {
        Sends::Plain(_) => "text",
        Sends::Html(_) => "html",
        Sends::Both(..) => "both",
    }
}

fn in_full(read: &Read) -> String {
    let mail = replyd::mime::parse(&read.mail);
    let body = if mail.text_from_html { &mail.html } else { &mail.text };
    let fault = read.fault.as_ref().map(Fault::words).unwrap_or_default();
    format!(
        "{fault}\n--- body\n{body}\n--- new\n{}\n--- quoted\n{}\n--- signature\n{}\n",
        read.found.new_text, read.found.quoted_text, read.found.signature
    )
}
