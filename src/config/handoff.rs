//! What an address gives to people before the AI thinks: topics, requests, anger, too many answers.

/// One `[[address.topic]]`: something customers write about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// `name`, in plain words. What is parted by commas, semicolons or slashes are different words for the same.
    pub name: String,
    /// `rule`: `"deny"` (default) or `"allow"`.
    pub rule: TopicRule,
    /// `examples`: sentences that customers write about it, in their languages. None by default.
    pub examples: Vec<String>,
}

/// `ai_hours`: when the AI answers at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AiHours {
    /// `"always"` (default).
    #[default]
    Always,
    /// `"inside"`: while people are there.
    Inside,
    /// `"outside"`: while they are not.
    Outside,
}

impl AiHours {
    /// Whether it does, when people are there or not.
    pub fn allow(self, people_are_there: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Inside => people_are_there,
            Self::Outside => !people_are_there,
        }
    }
}

/// One `[[address.acknowledgement]]`: the administrator's words for one language, instead of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// `language`: ISO 639-1, lower case.
    pub language: String,
    /// `markdown`.
    pub markdown: String,
}

/// What a topic does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TopicRule {
    /// A mail about it goes to people.
    #[default]
    Deny,
    /// Where one topic is allowed, a mail about none that is goes to people.
    Allow,
}

/// `handoff`: how soon an address gives customers to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandoffLevel {
    /// `"ai-only"`: for the word HUMAN and what the house forbids.
    AiOnly,
    /// `"quick"` (default): for a request, anger, or little progress.
    #[default]
    Quick,
    /// `"balanced"`: a request counts at once, anger after an answer.
    Balanced,
    /// `"ai-first"`: both count after two answers.
    AiFirst,
}

impl HandoffLevel {
    /// All, from the most patient to the least.
    pub const ALL: [Self; 4] = [Self::AiOnly, Self::AiFirst, Self::Balanced, Self::Quick];

    /// The word in `smtpd.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::AiOnly => "ai-only",
            Self::Quick => "quick",
            Self::Balanced => "balanced",
            Self::AiFirst => "ai-first",
        }
    }
}

/// When an address gives a customer to people. A level sets all four; each can be set alone.
///
/// What no setting turns off: the word HUMAN alone on a line, which every letter of the AI promises (S-28); law, authorities
/// and press; the brakes, the level of proof and the fence (S-09, S-11, S-22, S-23); topics; what nothing supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handoff {
    /// `handoff_on_request`: for whoever asks for a person in words other than HUMAN.
    pub on_request: bool,
    /// `handoff_on_frustration`: for whoever is angry.
    pub on_frustration: bool,
    /// `handoff_tries_min`: AI answers in a row before anger counts, and with `"ai-first"` a request.
    pub tries_min: u32,
    /// Whether a request waits for `tries_min` as well.
    pub request_waits: bool,
    /// `handoff_answers_max`: AI answers in a row after which the next mail goes to people; 0: never.
    pub answers_max: u32,
}

impl Handoff {
    /// What a level means.
    pub fn of(level: HandoffLevel) -> Self {
        let (heard, tries_min, request_waits, answers_max) = match level {
            HandoffLevel::AiOnly => (false, 0, false, 0),
            HandoffLevel::Quick => (true, 0, false, 3),
            HandoffLevel::Balanced => (true, 1, false, 5),
            HandoffLevel::AiFirst => (true, 2, true, 8),
        };
        Self { on_request: heard, on_frustration: heard, tries_min, request_waits, answers_max }
    }
}

impl Default for Handoff {
    fn default() -> Self {
        Self::of(HandoffLevel::default())
    }
}
