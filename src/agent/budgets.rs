//! Budgets: the most that thinking may take, also when nothing is sent. Pure.
//!
//! The brakes count letters; these count what the letters cost, and what was thought and never sent: runs, tokens, and money
//! by the price table, for one conversation, one sender on a day, and everybody on a day and in a month. Where one is used
//! up, nobody is asked to think, and people get the conversation with the reason.
//!
//! What was spent follows from the runs in the journal, so that a restart forgets nothing. A run is counted when it begins,
//! its tokens when they are known: at most as many runs as think at once can pass a budget of tokens or money, each by what
//! was left of it when it began ([`Left`]) and one request more.

use super::notes::Noted;
use crate::{
    config::{Budget, Budgets},
    store::Spent,
};

/// What thinking took so far, of each whom a run is charged to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spendings {
    /// This conversation, since it began.
    pub conversation: Spent,
    /// Its contact, today.
    pub sender_day: Spent,
    /// Everybody, today.
    pub day: Spent,
    /// Everybody, this month.
    pub month: Spent,
}

/// A budget is used up, with the reason that people read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the AI's budget of {what} {whose} is used up: {spent} of {max}")]
pub struct UsedUp {
    /// One of [`NAMES`].
    pub name: &'static str,
    whose: &'static str,
    what: &'static str,
    spent: u64,
    max: u64,
}

/// Millionths in a hundredth.
const MILLIONTHS_PER_CENT: u64 = 10_000;

/// The four names, for codes of runs.
pub const NAMES: [&str; 4] = ["budget_conversation", "budget_sender_day", "budget_day", "budget_month"];

/// Whether there is a run, a token and money left.
///
/// # Errors
/// The first that is used up.
pub fn check(spendings: &Spendings, budgets: &Budgets) -> Result<(), UsedUp> {
    for (name, whose, spent, budget) in pairs(spendings, budgets) {
        let cents = spent.cost_millionths / MILLIONTHS_PER_CENT;
        let kinds = [
            ("runs", spent.runs, budget.runs),
            ("tokens", spent.tokens, budget.tokens),
            ("money (in hundredths)", cents, budget.cents),
        ];
        if let Some((what, spent, max)) = kinds.into_iter().find(|(_, spent, max)| spent >= max) {
            return Err(UsedUp { name, whose, what, spent, max });
        }
    }
    Ok(())
}

fn pairs(spendings: &Spendings, budgets: &Budgets) -> [(&'static str, &'static str, Spent, Budget); 4] {
    let [conversation, sender_day, day, month] = NAMES;
    [
        (conversation, "for this conversation", spendings.conversation, budgets.per_conversation),
        (sender_day, "for this sender and day", spendings.sender_day, budgets.per_sender_per_day),
        (day, "for this day", spendings.day, budgets.per_day),
        (month, "for this month", spendings.month, budgets.per_month),
    ]
}

/// What one run may take before a budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    tokens: u64,
    cost_millionths: u64,
}

impl Default for Left {
    /// Everything.
    fn default() -> Self {
        Self { tokens: u64::MAX, cost_millionths: u64::MAX }
    }
}

impl Left {
    /// The least that any budget leaves.
    pub fn of(spendings: &Spendings, budgets: &Budgets) -> Self {
        pairs(spendings, budgets).into_iter().fold(Self::default(), |left, (_, _, spent, budget)| Self {
            tokens: left.tokens.min(budget.tokens.saturating_sub(spent.tokens)),
            cost_millionths: left
                .cost_millionths
                .min(budget.cents.saturating_mul(MILLIONTHS_PER_CENT).saturating_sub(spent.cost_millionths)),
        })
    }

    /// Whether a run that took this much may ask again.
    pub fn allows(&self, noted: &Noted) -> bool {
        noted.tokens_in.saturating_add(noted.tokens_out) < self.tokens && noted.cost_millionths < self.cost_millionths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(runs: u64, tokens: u64, cost_millionths: u64) -> Spent {
        Spent { runs, tokens, cost_millionths }
    }

    #[test]
    fn each_budget_holds_alone_and_says_which() {
        let budgets = Budgets::default();
        assert_eq!(check(&Spendings::default(), &budgets), Ok(()));
        let full = [spent(200_000, 0, 0), spent(0, 1_000_000_000, 0), spent(0, 0, 50_000 * MILLIONTHS_PER_CENT)];
        for over in full {
            let cases = [
                (NAMES[0], Spendings { conversation: over, ..Spendings::default() }),
                (NAMES[1], Spendings { sender_day: over, ..Spendings::default() }),
                (NAMES[2], Spendings { day: over, ..Spendings::default() }),
                (NAMES[3], Spendings { month: over, ..Spendings::default() }),
            ];
            for (name, spendings) in cases {
                assert_eq!(check(&spendings, &budgets).map_err(|used_up| used_up.name), Err(name), "{over:?}");
                assert_eq!(check(&spendings, &Budgets::UNLIMITED), Ok(()));
            }
        }
    }

    #[test]
    fn one_less_than_the_budget_is_not_all_of_it() {
        let budgets = Budgets::default();
        let almost = spent(99, 999_999, 200 * MILLIONTHS_PER_CENT - 1);
        assert_eq!(check(&Spendings { conversation: almost, ..Spendings::default() }, &budgets), Ok(()));
    }

    #[test]
    fn what_is_left_is_the_least_that_any_budget_leaves() {
        let budgets = Budgets::default();
        let spendings =
            Spendings { conversation: spent(1, 999_000, 0), day: spent(9, 0, 49_999_999), ..Spendings::default() };
        let left = Left::of(&spendings, &budgets);
        let noted = |tokens_in, cost_millionths| Noted { tokens_in, cost_millionths, ..Noted::default() };
        assert!(left.allows(&noted(999, 0)));
        assert!(!left.allows(&noted(1000, 0)), "the conversation's tokens");
        assert!(!left.allows(&noted(0, 1)), "the day's money");
    }
}
