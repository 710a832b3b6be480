//! `[agent]`: what the AI's thinking may take. What happens then: `agent::budgets`.

use std::ops::RangeInclusive;

use super::reader::Section;

/// The most that thinking may take of one spender, also when nothing is sent. Days and months are those of the calendar, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Runs in which somebody is asked to think.
    pub runs: u64,
    /// Tokens, in and out.
    pub tokens: u64,
    /// Hundredths of the currency unit in which the prices of `[model]` are.
    pub cents: u64,
}

impl Budget {
    /// What nobody reaches.
    pub const UNLIMITED: Self = Self { runs: u64::MAX, tokens: u64::MAX, cents: u64::MAX };
}

/// The budgets of `[agent]`: `runs_per_…_max`, `tokens_per_…_max`, `cents_per_…_max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// `…_per_conversation_max`, since it began. Default 100 runs, 1,000,000 tokens, 200 cents.
    pub per_conversation: Budget,
    /// `…_per_sender_per_day_max`. Default 100 runs, 1,000,000 tokens, 200 cents.
    pub per_sender_per_day: Budget,
    /// `…_per_day_max`. Default 10,000 runs, 50,000,000 tokens, 5,000 cents.
    pub per_day: Budget,
    /// `…_per_month_max`. Default 200,000 runs, 1,000,000,000 tokens, 50,000 cents.
    pub per_month: Budget,
}

impl Budgets {
    /// None that anybody reaches.
    pub const UNLIMITED: Self = Self {
        per_conversation: Budget::UNLIMITED,
        per_sender_per_day: Budget::UNLIMITED,
        per_day: Budget::UNLIMITED,
        per_month: Budget::UNLIMITED,
    };
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            per_conversation: Budget { runs: 100, tokens: 1_000_000, cents: 200 },
            per_sender_per_day: Budget { runs: 100, tokens: 1_000_000, cents: 200 },
            per_day: Budget { runs: 10_000, tokens: 50_000_000, cents: 5_000 },
            per_month: Budget { runs: 200_000, tokens: 1_000_000_000, cents: 50_000 },
        }
    }
}

/// The number that turns a budget off.
const MOST: RangeInclusive<i64> = 0..=1_000_000_000_000;

pub(super) fn budgets(s: &Section<'_, '_>) -> Budgets {
    let default = Budgets::default();
    let budget = |of: &str, default: Budget| {
        let number = |what: &str, default: u64| s.number(&format!("{what}_per_{of}_max"), default, MOST, what);
        let Budget { runs, tokens, cents } = default;
        Budget { runs: number("runs", runs), tokens: number("tokens", tokens), cents: number("cents", cents) }
    };
    Budgets {
        per_conversation: budget("conversation", default.per_conversation),
        per_sender_per_day: budget("sender_per_day", default.per_sender_per_day),
        per_day: budget("day", default.per_day),
        per_month: budget("month", default.per_month),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn budgets_are_read() {
        let config = crate::config::parse("[agent]\ntokens_per_day_max = 7\ncents_per_month_max = 3\n", Path::new(""));
        let budgets = config.unwrap().agent.budgets;
        assert_eq!((budgets.per_day.tokens, budgets.per_month.cents, budgets.per_day.runs), (7, 3, 10_000));
        let mistakes = crate::config::parse("[agent]\nruns_per_day_max = -1\n", Path::new("")).unwrap_err();
        assert!(mistakes.to_string().contains("agent.runs_per_day_max: -1 is out of range"), "{mistakes}");
    }
}
