//! `[[hours]]`: when people are there.

use jiff::{Timestamp, ToSpan, Zoned, civil, tz::TimeZone};

use crate::types::Millis;

/// Days ahead in which the next opening is looked for: longer closed is closed for good.
const DAYS_AHEAD_MAX: i64 = 60;

/// `[[hours]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// `name`.
    pub name: String,
    /// `time_zone`: an IANA name, out of the database in the program.
    pub zone: TimeZone,
    /// `open`.
    pub shifts: Vec<Shift>,
    /// `closed`.
    pub holidays: Vec<Holiday>,
}

/// Some days of a week, from a minute of the day until another one: `mon-fri 09:00-17:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// Monday first.
    days: [bool; 7],
    from: u16,
    /// Not after `from`: on the next day.
    until: u16,
}

/// A day on which nobody is there: `2026-12-24`, or `12-24` of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    year: Option<i16>,
    month: i8,
    day: i8,
}

impl Hours {
    /// Whether people are there. A night shift belongs to the day on which it begins.
    pub fn is_open(&self, at: Millis) -> bool {
        let Some(local) = self.local(at) else { return true };
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let (today, yesterday) = (local.date(), local.date().yesterday());
        let since_today = self.on(today).any(|one| one.from <= minute && (minute < one.until || one.is_overnight()));
        let since_yesterday =
            yesterday.is_ok_and(|day| self.on(day).any(|one| one.is_overnight() && minute < one.until));
        since_today || since_yesterday
    }

    /// When people are there again; `None` when they are, or when nobody comes for two months.
    pub fn opens_next(&self, at: Millis) -> Option<Zoned> {
        if self.is_open(at) {
            return None;
        }
        let local = self.local(at)?;
        (0..=DAYS_AHEAD_MAX).find_map(|ahead| {
            let day = local.date().checked_add(ahead.days()).ok()?;
            let begins = self.on(day).filter_map(|shift| {
                let (hour, minute) = (i8::try_from(shift.from / 60).ok()?, i8::try_from(shift.from % 60).ok()?);
                // In the hour that a spring night leaves out, what comes after it.
                day.at(hour, minute, 0, 0).to_zoned(self.zone.clone()).ok()
            });
            begins.filter(|begin| *begin > local).min()
        })
    }

    fn local(&self, at: Millis) -> Option<Zoned> {
        Timestamp::from_millisecond(i64::try_from(at.0).ok()?).ok().map(|at| at.to_zoned(self.zone.clone()))
    }

    fn on(&self, day: civil::Date) -> impl Iterator<Item = &Shift> {
        let closed = self.holidays.iter().any(|holiday| holiday.is(day));
        let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
        self.shifts.iter().filter(move |shift| !closed && shift.days[usize::from(weekday)])
    }
}

impl Shift {
    fn is_overnight(&self) -> bool {
        self.until <= self.from
    }

    /// Reads `mon-fri 09:00-17:30`, `sat,sun 10:00-14:00`, `daily 00:00-24:00`.
    ///
    /// # Errors
    /// What is expected, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no shift: write days and hours as in \"mon-fri 09:00-17:30\" or \"sat,sun 10:00-14:00\""
            )
        };
        let (days, hours) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let (from, until) = hours.trim().split_once('-').ok_or_else(wrong)?;
        let (from, until) = (minute(from).ok_or_else(wrong)?, minute(until).ok_or_else(wrong)?);
        if from == until || from == MINUTES {
            return Err(wrong());
        }
        Ok(Self { days: days_of(days).ok_or_else(wrong)?, from, until })
    }
}

impl Holiday {
    fn is(&self, day: civil::Date) -> bool {
        (self.month, self.day) == (day.month(), day.day()) && self.year.is_none_or(|year| year == day.year())
    }

    /// Reads `2026-12-24` and `12-24`.
    ///
    /// # Errors
    /// What is expected, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no day: write \"2026-12-24\", or \"12-24\" for every year");
        let every_year = text.len() == 5;
        // A leap year, so that 29 February is a day.
        let whole = if every_year { format!("2024-{text}") } else { text.to_owned() };
        let day: civil::Date = whole.parse().map_err(|_| wrong())?;
        Ok(Self { year: (!every_year).then_some(day.year()), month: day.month(), day: day.day() })
    }
}

/// Minutes of a day, which is also the last one there is.
const MINUTES: u16 = 24 * 60;

/// `HH:MM`, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two =
        |text: &str| (text.len() == 2 && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse::<u16>().ok());
    let (hour, minute) = (two(hour)??, two(minute)??);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= MINUTES).then_some(minutes)
}

fn days_of(text: &str) -> Option<[bool; 7]> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = |text: &str| NAMES.iter().position(|name| *name == text.trim().to_ascii_lowercase());
    if text.eq_ignore_ascii_case("daily") {
        return Some([true; 7]);
    }
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        // `fri-mon` goes over the end of the week.
        (0..=(last + 7 - first) % 7).for_each(|n| days[(first + n) % 7] = true);
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(zone: &str, shifts: &[&str], closed: &[&str]) -> Hours {
        Hours {
            name: "office".into(),
            zone: TimeZone::get(zone).unwrap(),
            shifts: shifts.iter().map(|text| Shift::read(text).unwrap()).collect(),
            holidays: closed.iter().map(|text| Holiday::read(text).unwrap()).collect(),
        }
    }

    fn at(text: &str) -> Millis {
        Millis(text.parse::<Timestamp>().unwrap().as_millisecond() as u64)
    }

    fn next(office: &Hours, now: &str) -> Option<String> {
        office.opens_next(at(now)).map(|when| when.strftime("%a %Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn hours_are_those_of_the_wall_in_their_zone() {
        let vienna = office("Europe/Vienna", &["mon-fri 09:00-17:30", "sat 10:00-14:00"], &["12-25", "2026-12-24"]);
        for (now, is_open) in [
            ("2026-11-23T08:00:00Z", true),
            ("2026-11-23T07:59:59Z", false),
            ("2026-11-23T16:29:00Z", true),
            ("2026-11-23T16:30:00Z", false),
            ("2026-07-01T07:00:00Z", true),
            ("2026-11-28T09:30:00Z", true),
            ("2026-11-29T09:30:00Z", false),
            ("2026-12-24T09:30:00Z", false),
            ("2027-12-24T09:30:00Z", true),
            ("2028-12-25T09:30:00Z", false),
        ] {
            assert_eq!(vienna.is_open(at(now)), is_open, "{now}");
        }
    }

    #[test]
    fn the_next_opening_is_found_over_weekends_holidays_and_changes_of_the_clock() {
        let vienna = office("Europe/Vienna", &["mon-fri 09:00-17:30"], &["12-25", "12-26", "12-24"]);
        assert_eq!(next(&vienna, "2026-11-23T08:00:00Z"), None, "they are there");
        assert_eq!(next(&vienna, "2026-11-23T05:00:00Z").unwrap(), "Mon 2026-11-23 09:00");
        assert_eq!(next(&vienna, "2026-11-27T20:00:00Z").unwrap(), "Mon 2026-11-30 09:00");
        assert_eq!(next(&vienna, "2026-12-23T20:00:00Z").unwrap(), "Mon 2026-12-28 09:00");
        let night = office("Europe/Vienna", &["sun 02:30-04:00"], &[]);
        assert_eq!(next(&night, "2026-03-28T20:00:00Z").unwrap(), "Sun 2026-03-29 03:30", "02:30 does not exist");
        let never = office("Europe/Vienna", &[], &[]);
        assert_eq!(next(&never, "2026-11-23T08:00:00Z"), None);
    }

    #[test]
    fn a_night_shift_ends_on_the_next_day_and_days_go_over_the_end_of_the_week() {
        let night = office("UTC", &["sun 22:00-06:00"], &[]);
        for (now, is_open) in
            [("2026-11-22T23:00:00Z", true), ("2026-11-23T05:59:00Z", true), ("2026-11-23T06:00:00Z", false)]
        {
            assert_eq!(night.is_open(at(now)), is_open, "{now}");
        }
        assert_eq!(days_of("fri-mon"), Some([true, false, false, false, true, true, true]));
        assert!(office("UTC", &["daily 00:00-24:00"], &[]).is_open(at("2026-11-23T23:59:59Z")));
    }

    #[test]
    fn what_is_no_shift_and_no_day_is_told_so() {
        for wrong in ["", "mon", "mon 9-17", "mon 09:00-25:00", "mon 09:60-10:00", "foo 09:00-10:00", "mon 09:00-09:00"]
        {
            assert!(Shift::read(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "2026-02-30", "13-01", "xmas", "12.24."] {
            assert!(Holiday::read(wrong).is_err(), "{wrong}");
        }
    }
}
