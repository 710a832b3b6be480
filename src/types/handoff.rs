//! Why the AI gives a conversation to people, and in which mood its customer is.

use serde::{Deserialize, Serialize};

/// Why a conversation goes to people, in one word that can be counted. The sentence beside it says the particulars.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HandOffCode {
    /// The customer asks for a person.
    AsksForPerson,
    /// The customer is angry.
    Frustration,
    /// The AI answered several times and the customer still writes.
    NoProgress,
    /// The mail is about a topic that the AI never answers.
    ForbiddenTopic,
    /// The mail is about none of the topics that the AI may answer.
    OutsideTopics,
    /// Nobody could say what the mail is about.
    NotClassified,
    /// What the mail says is for a person whatever the configuration says: law, authorities, press.
    Policy,
    /// Much of the mail was hidden from the eye (S-23).
    Hidden,
    /// Nothing in the knowledge supports an answer.
    LowSupport,
    /// What would have been said may not leave (S-22).
    Fence,
    /// A tool failed.
    ToolFailure,
    /// A person must let a tool run, or let it run and has the result.
    Approval,
    /// The AI does not answer at this hour.
    OfficeHours,
    /// One of the brakes (S-09, S-11).
    Brake,
    /// A budget of runs, tokens or money is used up.
    Budget,
    /// Whoever thinks failed: no answer in time, nonsense, a crash.
    ModelFailure,
    /// A failure of ours: the letter could not be written or kept.
    Failure,
    /// A letter to the customer would be refused.
    Suppressed,
    /// The AI is off for the address, or the address is gone.
    Off,
    /// Whoever thinks found nothing to say.
    #[default]
    NotUnderstood,
}

impl HandOffCode {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::AsksForPerson,
        Self::Frustration,
        Self::NoProgress,
        Self::ForbiddenTopic,
        Self::OutsideTopics,
        Self::NotClassified,
        Self::Policy,
        Self::Hidden,
        Self::LowSupport,
        Self::Fence,
        Self::ToolFailure,
        Self::Approval,
        Self::OfficeHours,
        Self::Brake,
        Self::Budget,
        Self::ModelFailure,
        Self::Failure,
        Self::Suppressed,
        Self::Off,
        Self::NotUnderstood,
    ];

    /// As it stands in the journal, the API and the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::AsksForPerson => "asks_for_person",
            Self::Frustration => "frustration",
            Self::NoProgress => "no_progress",
            Self::ForbiddenTopic => "forbidden_topic",
            Self::OutsideTopics => "outside_topics",
            Self::NotClassified => "not_classified",
            Self::Policy => "policy",
            Self::Hidden => "hidden",
            Self::LowSupport => "low_support",
            Self::Fence => "fence",
            Self::ToolFailure => "tool_failure",
            Self::Approval => "approval",
            Self::OfficeHours => "office_hours",
            Self::Brake => "brake",
            Self::Budget => "budget",
            Self::ModelFailure => "model_failure",
            Self::Failure => "failure",
            Self::Suppressed => "suppressed",
            Self::Off => "off",
            Self::NotUnderstood => "not_understood",
        }
    }

    /// The code of that word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.word() == word)
    }
}

/// How a customer sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    /// Somebody should answer soon.
    Angry,
    /// Neither.
    #[default]
    Neutral,
    /// Praises or is relieved.
    Happy,
}

impl Sentiment {
    /// As it stands in the journal and the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Neutral => "neutral",
            Self::Happy => "happy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_code_is_what_the_journal_holds() {
        for code in HandOffCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.word());
            assert_eq!(HandOffCode::of(code.word()), Some(code));
        }
        for sentiment in [Sentiment::Angry, Sentiment::Neutral, Sentiment::Happy] {
            assert_eq!(serde_json::to_value(sentiment).unwrap(), sentiment.word());
        }
    }
}
