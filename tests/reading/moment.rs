//! Who wrote whom about what and when, and the patterns in which programs write that down.

use crate::{
    chance::Chance,
    tongues::{Tongue, items},
};

/// Somebody.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) address: String,
}

/// A minute of the year 2026, in the sender's own time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    day_of_year: usize,
    hour: usize,
    minute: usize,
    second: usize,
}

/// The mail that is answered, as the program sees it that answers.
pub(crate) struct Scene {
    /// The language people write in.
    pub(crate) tongue: &'static Tongue,
    /// The quoted mail.
    pub(crate) author: Person,
    pub(crate) moment: Moment,
    pub(crate) subject: String,
    /// Who answers it.
    pub(crate) writer: Person,
    /// Who else got it; only some programs say so.
    pub(crate) copied: Option<Person>,
}

impl Person {
    /// Family name first, as in the address books of companies; names without a space stay.
    pub(crate) fn filed(&self) -> String {
        match self.name.rsplit_once(' ') {
            Some((given, family)) => format!("{family}, {given}"),
            None => self.name.clone(),
        }
    }
}

impl Moment {
    pub(crate) fn by(chance: &mut Chance) -> Self {
        let mut below = |end: u64| chance.below(end) as usize;
        Self { day_of_year: below(365), hour: 7 + below(14), minute: below(60), second: below(60) }
    }

    /// Month and day of the month, from 0.
    fn date(self) -> (usize, usize) {
        const DAYS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut day = self.day_of_year;
        for (month, days) in DAYS.into_iter().enumerate() {
            if day < days {
                return (month, day);
            }
            day -= days;
        }
        unreachable!("a year has 365 days")
    }

    /// From Monday.
    fn weekday(self) -> usize {
        const FIRST: usize = 3; // the first of January 2026 was a Thursday
        (self.day_of_year + FIRST) % 7
    }

    /// As `Date:` has it. RFC 5322 §3.3.
    pub(crate) fn field(self) -> String {
        fill("{w}, {dd} {b} {y} {HH}:{i}:{s} +0100", super::tongues::english(), self, None)
    }
}

impl Scene {
    /// A pattern of this scene, in the given language.
    pub(crate) fn fill(&self, pattern: &str, tongue: &'static Tongue) -> String {
        fill(pattern, tongue, self.moment, Some(self))
    }

    /// A pattern of the language people write in; English where the program does not speak it.
    pub(crate) fn spoken(&self, pattern: fn(&'static Tongue) -> &'static str) -> String {
        let tongue = if pattern(self.tongue).is_empty() { super::tongues::english() } else { self.tongue };
        self.fill(pattern(tongue), tongue)
    }

    /// From a program's own table of languages, English first.
    pub(crate) fn listed(&self, list: &[(&str, &str)]) -> String {
        match list.iter().find(|(code, _)| *code == self.tongue.code) {
            Some((_, pattern)) => self.fill(pattern, self.tongue),
            None => self.fill(list[0].1, super::tongues::english()),
        }
    }
}

/// Writes out a pattern: `{n}` and `{a}` are the author, `{N}` and `{A}` who answers, `{t}` the subject; the rest is time.
fn fill(pattern: &str, tongue: &'static Tongue, moment: Moment, scene: Option<&Scene>) -> String {
    let (month, day) = moment.date();
    let half = moment.hour / 12;
    let hour_of_twelve = (moment.hour + 11) % 12 + 1;
    let person = |of: fn(&Scene) -> &str| scene.map(of).unwrap_or_default().to_owned();
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').expect("a pattern closes what it opens");
        out.push_str(before);
        out.push_str(&match field {
            "W" => items(tongue.days)[moment.weekday()].to_owned(),
            "w" => items(tongue.days_short)[moment.weekday()].to_owned(),
            "M" => items(tongue.months)[month].to_owned(),
            "b" => items(tongue.months_short)[month].to_owned(),
            "m" => (month + 1).to_string(),
            "mm" => format!("{:02}", month + 1),
            "d" => (day + 1).to_string(),
            "dd" => format!("{:02}", day + 1),
            "th" => ordinal(day + 1),
            "y" => "2026".to_owned(),
            "yy" => "26".to_owned(),
            "H" => moment.hour.to_string(),
            "HH" => format!("{:02}", moment.hour),
            "h" => hour_of_twelve.to_string(),
            "hh" => format!("{hour_of_twelve:02}"),
            "i" => format!("{:02}", moment.minute),
            "s" => format!("{:02}", moment.second),
            "p" => items(tongue.noon)[half].to_owned(),
            "n" => person(|s| &s.author.name),
            "a" => person(|s| &s.author.address),
            "N" => person(|s| &s.writer.name),
            "A" => person(|s| &s.writer.address),
            "t" => person(|s| &s.subject),
            other => unreachable!("no such field: {other}"),
        });
        rest = after;
    }
    out + rest
}

fn ordinal(day: usize) -> String {
    let ending = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}
