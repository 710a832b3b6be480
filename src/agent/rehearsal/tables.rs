//! What a rehearsal tells: a row for each topic, the curve of support against agreement, and which topics to open.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Rehearsed, agreement::Likeness};

/// Answers that can be compared, below which no advice is given on a topic.
pub const COMPARED_MIN: u32 = 10;

/// Percent of answers that surely agree (the lower end of a 95 % interval) from which a topic may be opened.
pub const AGREED_MIN_PERCENT: u32 = 80;

/// How far apart the points of the curve are, in percent of support.
const STEP: u32 = 10;

/// Everything that was rehearsed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// All of it, as if it were one topic.
    pub all: Counts,
    /// The topics, the one with most exchanges first.
    pub topics: Vec<Topic>,
    /// From little support to much; steps without a proposal are left out.
    pub curve: Vec<Point>,
    /// Why people would have got it, the commonest first.
    pub silences: Vec<(String, u32)>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its numbers.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether to open it.
    pub advice: Advice,
}

/// How exchanges would have gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In all.
    pub exchanges: u32,
    /// Would have been answered.
    pub answered: u32,
    /// Would have gone to a person.
    pub handed_over: u32,
    /// Answered, and the person had said the same.
    pub agreed: u32,
    /// Answered, and the person had said something else.
    pub erred: u32,
    /// Answered, and the person's words do not tell.
    pub unclear: u32,
    /// Handed over because the topic is closed; were it open, the person had said the same.
    pub would_agree: u32,
    /// The same, and the person had said something else.
    pub would_err: u32,
}

/// Whether the AI should answer on a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Enough was answered, and surely enough of it agreed.
    Open,
    /// Enough was answered, and too little of it surely agreed.
    KeepClosed,
    /// Too few answers to say.
    TooFew,
}

/// Proposals whose support lies within one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Percent of support, from here to the next step.
    pub support_percent: u32,
    /// Proposals that could be compared.
    pub compared: u32,
    /// Of these, those that agreed.
    pub agreed: u32,
}

impl Report {
    /// Counts.
    pub fn of(rehearsed: &[Rehearsed]) -> Self {
        let mut report = Self::default();
        let mut topics: BTreeMap<&str, Counts> = BTreeMap::new();
        let mut curve: BTreeMap<u32, Point> = BTreeMap::new();
        let mut silences: BTreeMap<&str, u32> = BTreeMap::new();
        for one in rehearsed {
            report.all.count(one);
            topics.entry(&one.topic).or_default().count(one);
            one.silence.iter().for_each(|words| *silences.entry(words).or_default() += 1);
            let Some(proposal) = &one.proposal else { continue };
            let support_percent = proposal.support_percent.min(100 - STEP) / STEP * STEP;
            let point = curve.entry(support_percent).or_insert(Point { support_percent, compared: 0, agreed: 0 });
            point.compared += u32::from(!matches!(proposal.likeness, Likeness::Unclear(_)));
            point.agreed += u32::from(matches!(proposal.likeness, Likeness::Agrees(_)));
        }
        report.topics = topics
            .into_iter()
            .map(|(name, counts)| Topic { name: name.to_owned(), counts, advice: counts.advice() })
            .collect();
        report.topics.sort_by_key(|topic| std::cmp::Reverse(topic.counts.exchanges));
        report.curve = curve.into_values().filter(|point| point.compared > 0).collect();
        report.silences = silences.into_iter().map(|(words, count)| (words.to_owned(), count)).collect();
        report.silences.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        report
    }
}

impl Counts {
    fn count(&mut self, one: &Rehearsed) {
        self.exchanges += 1;
        let likeness = one.proposal.as_ref().map(|proposal| &proposal.likeness);
        if one.silence.is_some() {
            self.handed_over += 1;
            self.would_agree += u32::from(one.closed && matches!(likeness, Some(Likeness::Agrees(_))));
            self.would_err += u32::from(one.closed && matches!(likeness, Some(Likeness::Differs(_))));
            return;
        }
        self.answered += 1;
        match likeness {
            Some(Likeness::Agrees(_)) => self.agreed += 1,
            Some(Likeness::Differs(_)) => self.erred += 1,
            Some(Likeness::Unclear(_)) | None => self.unclear += 1,
        }
    }

    fn advice(&self) -> Advice {
        let agreed = self.agreed + self.would_agree;
        let compared = agreed + self.erred + self.would_err;
        if compared < COMPARED_MIN {
            Advice::TooFew
        } else if surely(agreed, compared) * 100.0 >= f64::from(AGREED_MIN_PERCENT) {
            Advice::Open
        } else {
            Advice::KeepClosed
        }
    }
}

impl Advice {
    /// What people read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Open => "open it",
            Self::KeepClosed => "keep it closed",
            Self::TooFew => "too few to say",
        }
    }
}

/// The lower end of the 95 % interval of a share, after Wilson: a few lucky answers are not yet a record.
fn surely(good: u32, all: u32) -> f64 {
    const Z: f64 = 1.96;
    let (n, share) = (f64::from(all), f64::from(good) / f64::from(all));
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    (centre - spread) / (1.0 + Z * Z / n)
}
