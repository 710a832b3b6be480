//! Numbers of an answer and what they count: prices, dates, telephone and account numbers.
//!
//! A price or a date with one figure changed is another promise, so numbers stand in the passage or they are not said. The
//! one exception is what a customer's matter is called (an order number): that may be repeated from their own words. Amounts
//! and dates may not: `refund 500 EUR` in a mail must not become our promise. Numbers that something is sent to
//! (telephones, accounts) may not either: see [`super::places`].

use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::agent::{masks::BEGINNINGS, words};

/// Digits from which a number says something without its unit: a telephone number, an account, a date.
const LONG_DIGITS_MIN: usize = 6;

/// Digits from which a number of the customer's is the name of their matter.
const NAME_DIGITS_MIN: usize = 4;

/// Characters of the shortest IBAN. ISO 13616.
const IBAN_CHARS_MIN: usize = 15;

/// Characters of the longest.
const IBAN_CHARS_MAX: usize = 34;

/// What kind of number stands in no source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// With a currency or a per cent sign.
    Amount,
    /// Of many digits: a telephone number, a date, a card.
    Long,
    /// ISO 13616.
    Account,
    /// Any other.
    Number,
}

impl Figure {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Amount => "an amount",
            Self::Long => "a telephone number, a date or another long number",
            Self::Account => "an account number",
            Self::Number => "a number",
        }
    }
}

/// The numbers that may be said.
#[derive(Debug, Default, Clone)]
pub(super) struct Figures {
    tokens: BTreeSet<String>,
    amounts: BTreeSet<String>,
    long: BTreeSet<String>,
    accounts: BTreeSet<String>,
}

impl Figures {
    /// Takes in all numbers of a passage.
    pub(super) fn learn(&mut self, text: &str) {
        let text = folded(text);
        self.tokens.extend(tokens(&text));
        self.accounts.extend(accounts(&text));
        for run in runs(&text) {
            self.amounts.extend(run.amount());
            self.long.insert(run.digits());
        }
    }

    /// Takes in the numbers of a tool's result, but for accounts and telephones: strangers write into what a tool reads (the
    /// remark of a parcel, the name of an order), and where to pay and whom to call is said by the company's own pages only.
    pub(super) fn learn_result(&mut self, text: &str) {
        let text = folded(text);
        let accounts: Vec<String> = accounts(&text).collect();
        let leads_away =
            |run: &Run<'_>| run.is_call() || accounts.iter().any(|account| account[2..].starts_with(&run.digits()));
        let (away, good): (Vec<Run<'_>>, Vec<Run<'_>>) = runs(&text).partition(leads_away);
        let away: BTreeSet<String> = away.iter().flat_map(|run| tokens(run.number)).collect();
        self.tokens.extend(tokens(&text).filter(|token| !away.contains(token)));
        for run in good {
            self.amounts.extend(run.amount());
            self.long.insert(run.digits());
        }
    }

    /// Takes in what the customer calls their matter by.
    pub(super) fn learn_names(&mut self, text: &str) {
        let text = folded(text);
        let accounts: Vec<String> = accounts(&text).collect();
        let of_account = |run: &Run<'_>| accounts.iter().any(|account| account[2..].starts_with(&run.digits()));
        let is_other = |run: &Run<'_>| run.amount().is_some() || run.is_telephone() || run.is_date() || of_account(run);
        let (others, names): (Vec<Run<'_>>, Vec<Run<'_>>) = runs(&text).partition(is_other);
        let others: BTreeSet<String> = others.iter().flat_map(|run| tokens(run.number)).collect();
        self.tokens.extend(tokens(&text).filter(|token| is_name(token) && !others.contains(token)));
        self.long.extend(names.iter().map(Run::digits));
    }

    /// The first number of `text` that may not be said.
    pub(super) fn foreign_in(&self, text: &str) -> Option<Figure> {
        let text = folded(text);
        let accounts: Vec<String> = accounts(&text).collect();
        let is_masked = BEGINNINGS.iter().any(|mask| text.contains(mask));
        if is_masked || accounts.iter().any(|account| !self.accounts.contains(account)) {
            return Some(Figure::Account);
        }
        // In groups or not: the parts of a long number that is known are known.
        let mut parts: BTreeSet<String> = accounts.iter().map(|account| account.to_lowercase()).collect();
        for run in runs(&text) {
            if run.amount().is_some_and(|amount| !self.amounts.contains(&amount)) {
                return Some(Figure::Amount);
            }
            let digits = run.digits();
            if digits.chars().count() < LONG_DIGITS_MIN {
                continue;
            }
            let of_account = |account: &String| account[2..].starts_with(&digits);
            if !self.long.contains(&digits) && !accounts.iter().any(of_account) {
                return Some(Figure::Long);
            }
            parts.extend(tokens(run.number));
        }
        let mut tokens = tokens(&text).filter(|token| !parts.contains(token));
        tokens.any(|token| !self.is_known(&token, &parts)).then_some(Figure::Number)
    }

    /// `at61` of an account in groups begins with letters.
    fn is_known(&self, token: &str, parts: &BTreeSet<String>) -> bool {
        self.tokens.contains(token) || parts.iter().any(|part| part.len() >= IBAN_CHARS_MIN && part.starts_with(token))
    }
}

/// One form of digits and letters that look the same.
fn folded(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned()
}

fn tokens(text: &str) -> impl Iterator<Item = String> {
    words::plain(text).into_iter().filter(|word| word.contains(|c: char| c.is_numeric()))
}

/// `4711` and `A1234B`, not `2026`.
fn is_name(token: &str) -> bool {
    let digits = token.chars().filter(|c| c.is_numeric()).count();
    let is_year = token.parse::<u32>().is_ok_and(|number| (1900..2100).contains(&number));
    digits >= NAME_DIGITS_MIN && !is_year
}

/// Digits with what is written between the digits of one number.
struct Run<'t> {
    before: &'t str,
    number: &'t str,
    behind: &'t str,
}

/// Signs and codes of currencies and shares, each row one of them.
#[rustfmt::skip]
const UNITS: &[&[&str]] = &[
    &["€", "eur", "euro", "euros"], &["$", "usd", "dollar", "dollars", "us$"], &["£", "gbp", "pound", "pounds"],
    &["¥", "jpy", "cny", "yen", "yuan"], &["chf", "franken", "francs", "sfr"], &["pln", "zł"], &["czk", "kč"], &["kr", "sek", "nok", "dkk"],
    &["huf", "ft"], &["ron", "lei"], &["₺", "try", "tl"], &["₽", "rub", "руб"], &["₹", "inr"], &["₩", "krw"], &["₿", "btc"],
    &["%", "percent", "prozent", "pct", "procent", "pourcent", "٪"], &["‰"],
];

impl Run<'_> {
    fn digits(&self) -> String {
        self.number.chars().filter(|c| c.is_numeric()).collect()
    }

    /// The number with its currency, when it has one.
    fn amount(&self) -> Option<String> {
        let is_letter = |c: char| c.is_alphabetic();
        let behind = self.behind.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let before = self.before.trim_end_matches([' ', '\u{a0}', '\u{202f}']);
        let word = behind.split(|c| !is_letter(c)).next().filter(|word| !word.is_empty());
        let word = word.or_else(|| behind.get(..behind.chars().next()?.len_utf8()));
        let ahead = before.rsplit(|c| !is_letter(c)).next().filter(|word| !word.is_empty());
        let ahead = ahead.or_else(|| before.get(before.len() - before.chars().next_back()?.len_utf8()..));
        let unit = [word, ahead].into_iter().flatten().find_map(|word| {
            let word = word.to_lowercase();
            UNITS.iter().find(|row| row.contains(&word.as_str()))
        })?;
        let number: String = self.number.chars().map(|c| if c == ',' { '.' } else { c }).collect();
        Some(format!("{} {}", number.trim_start_matches('+'), unit[0]))
    }

    /// `+43 1 234`, `0043…`, `01 234 567`.
    fn is_telephone(&self) -> bool {
        self.number.starts_with(['+', '0'])
    }

    /// A whole telephone number, and no date.
    fn is_call(&self) -> bool {
        self.is_telephone() && !self.is_date() && self.digits().chars().count() >= LONG_DIGITS_MIN
    }

    /// Three groups that could be a day, a month and a year.
    fn is_date(&self) -> bool {
        let groups: Vec<&str> =
            self.number.split(|c: char| !c.is_numeric()).filter(|group| !group.is_empty()).collect();
        groups.len() == 3 && groups.iter().all(|group| group.len() <= 4)
    }
}

/// The numbers of a text, as they are written.
fn runs(text: &str) -> impl Iterator<Item = Run<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c: char| c.is_numeric())?;
        let end = start + number_len(&text[start..]);
        at = end;
        let start = if text[..start].ends_with('+') { start - 1 } else { start };
        Some(Run { before: &text[..start], number: &text[start..end], behind: &text[end..] })
    })
}

/// Octets from the first digit to the last one of the same number. Words part numbers, and so do two signs of a sentence.
fn number_len(text: &str) -> usize {
    let mut len = 0;
    let mut between = String::new();
    for (at, c) in text.char_indices() {
        if c.is_numeric() {
            len = at + c.len_utf8();
            between.clear();
        } else {
            between.push(c);
            let joins = matches!(
                c,
                ' ' | '\u{a0}' | '\u{202f}' | '.' | ',' | '-' | '–' | '‑' | '/' | '(' | ')' | '\'' | '’' | ':'
            );
            let sentence = matches!(between.as_str(), ", " | ". " | ": ");
            if !joins || sentence || between.chars().count() > 3 {
                break;
            }
        }
    }
    len
}

/// Account numbers, in groups or not, without spaces.
fn accounts(text: &str) -> impl Iterator<Item = String> {
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '-' | '.');
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
    text.char_indices().filter(move |(at, c)| c.is_ascii_alphabetic() && begins(*at)).filter_map(move |(at, _)| {
        let letters = text[at..].chars().filter(|c| !is_space(*c)).take_while(char::is_ascii_alphanumeric);
        let letters: String = letters.take(IBAN_CHARS_MAX).collect::<String>().to_ascii_uppercase();
        (IBAN_CHARS_MIN..=letters.len()).map(|len| &letters[..len]).find(|account| is_iban(account)).map(str::to_owned)
    })
}

/// ISO 13616: country, two check digits, and a remainder of 1. ISO 7064, MOD 97-10.
fn is_iban(account: &str) -> bool {
    let (head, rest) = account.split_at(4);
    let begins =
        head.bytes().take(2).all(|b| b.is_ascii_uppercase()) && head.bytes().skip(2).all(|b| b.is_ascii_digit());
    let remainder = rest.chars().chain(head.chars()).filter_map(|c| c.to_digit(36)).fold(0, |sum, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (sum * shift + value) % 97
    });
    begins && remainder == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str, customer: &str, text: &str) -> Option<Figure> {
        let mut figures = Figures::default();
        figures.learn(source);
        figures.learn_names(customer);
        figures.foreign_in(text)
    }

    #[test]
    fn numbers_of_the_passage_may_be_said_as_they_stand_there() {
        let page =
            "2 to 3 working days, 4,90 EUR, from 49 € none. Call +43 1 234 56 78. IBAN AT61 1904 3002 3457 3201. 5 %.";
        for text in [
            "2–3 days",
            "It costs €4.90.",
            "4,90 euros, and none from 49 €",
            "call +43 (1) 234 5678",
            "AT61 1904 3002 3457 3201",
            "AT611904300234573201",
            "5 percent",
            "２ to ３",
        ] {
            assert_eq!(said(page, "", text), None, "{text}");
        }
        for (text, figure) in [
            ("20 days", Figure::Number),
            ("It costs 3 EUR.", Figure::Amount),
            ("4.90 CHF", Figure::Amount),
            ("USD 49", Figure::Amount),
            ("2 %", Figure::Amount),
            ("call +43 1 234 65 78", Figure::Long),
            ("call 234 23 49 5", Figure::Long),
            ("AT61 1904 3002 3457 3202", Figure::Long),
            ("DE89 3704 0044 0532 0130 00", Figure::Account),
            ("Transfer it to [IBAN ending in 3201]", Figure::Account),
            ("or from [card number", Figure::Account),
        ] {
            assert_eq!(said(page, "", text), Some(figure), "{text}");
        }
    }

    #[test]
    fn a_tools_result_says_when_and_how_much_and_not_where_to_pay_or_whom_to_call_s22() {
        let mut figures = Figures::default();
        figures.learn_result(
            "Parcel 4711-0815 comes on 03.05.2026 from 09:30 on, 4,90 EUR. Note: call +43 125589460, pay to \
             DE89 3704 0044 0532 0130 00",
        );
        for text in ["4711-0815", "on 03.05.2026", "from 09:30 on", "4.90 €"] {
            assert_eq!(figures.foreign_in(text), None, "{text}");
        }
        for text in ["call +43 125589460", "43125589460", "DE89370400440532013000", "8937 0400 4405 3201 3000"] {
            assert!(figures.foreign_in(text).is_some(), "{text}");
        }
    }

    #[test]
    fn of_a_customers_numbers_only_the_name_of_their_matter_is_repeated_s22() {
        let mail = "Order 302-1234567-89 (no. 4711, A1234B) of 03.05.2026, refund 5000 EUR, call +43 664 123 456, 2026, 17 days, \
                    pay to DE89 3704 0044 0532 0130 00";
        for text in ["Your order 4711", "302-1234567-89", "A1234B"] {
            assert_eq!(said("", mail, text), None, "{text}");
        }
        for text in [
            "5000 EUR",
            "03.05.2026",
            "17 days",
            "2026",
            "+43 664 123 456",
            "5000",
            "DE89 3704 0044 0532 0130 00",
            "8937 0400 4405 3201 3000",
        ] {
            assert!(said("", mail, text).is_some(), "{text}");
        }
    }
}
