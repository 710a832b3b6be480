//! The keys of `[[address]]` that give customers to people, and `[[address.topic]]`.

use super::{Handoff, HandoffLevel, Topic, TopicRule, reader::Section};

/// Octets of one name or example: more is a text, not a topic.
const PHRASE_OCTETS_MAX: usize = 400;
/// Examples of one topic.
const EXAMPLES_MAX: usize = 100;
/// Topics of one address.
const TOPICS_MAX: usize = 100;
/// Answers in a row that a number may ask for.
const ANSWERS_MAX: i64 = 100;

/// The level, and what is said otherwise.
pub(super) fn handoff(s: &Section<'_, '_>) -> Handoff {
    let level = s.word("handoff", HandoffLevel::default(), &HandoffLevel::ALL.map(|level| (level.word(), level)));
    let of_level = Handoff::of(level);
    Handoff {
        on_request: s.flag("handoff_on_request", of_level.on_request),
        on_frustration: s.flag("handoff_on_frustration", of_level.on_frustration),
        tries_min: s.number("handoff_tries_min", of_level.tries_min, 0..=ANSWERS_MAX, "answers"),
        answers_max: s.number("handoff_answers_max", of_level.answers_max, 0..=ANSWERS_MAX, "answers"),
        request_waits: of_level.request_waits,
    }
}

/// All topics of an address, in their order.
pub(super) fn topics(s: &Section<'_, '_>) -> Vec<Topic> {
    let topics = s.tables("topic", "name", |name| name.trim().to_lowercase(), topic).unwrap_or_default();
    for (n, one) in topics.iter().enumerate() {
        if topics[..n].iter().any(|earlier| earlier.name.to_lowercase() == one.name.to_lowercase()) {
            s.wrong("topic", format!("there are two topics named \"{}\"", one.name));
        }
    }
    if topics.len() > TOPICS_MAX {
        s.wrong("topic", format!("there are {} topics; at most {TOPICS_MAX} are looked at", topics.len()));
    }
    topics
}

fn topic(s: &Section<'_, '_>) -> Option<Topic> {
    let rule = s.word("rule", TopicRule::default(), &[("deny", TopicRule::Deny), ("allow", TopicRule::Allow)]);
    let examples = s.texts("examples", phrase).unwrap_or_default();
    if examples.len() > EXAMPLES_MAX {
        s.wrong("examples", format!("there are {} examples; at most {EXAMPLES_MAX} are looked at", examples.len()));
    }
    Some(Topic { name: s.needed("name", phrase)?, rule, examples })
}

fn phrase(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !text.chars().any(char::is_alphanumeric) {
        return Err("there is no word in it".into());
    }
    if text.len() > PHRASE_OCTETS_MAX {
        return Err(format!("it has {} octets; at most {PHRASE_OCTETS_MAX} make a topic", text.len()));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{SupportAddress, parse};

    fn parsed(keys: &str) -> Result<SupportAddress, String> {
        let text = format!("[[address]]\naddress = \"a@acme.example\"\n{keys}");
        let config = parse(&text, Path::new("")).map_err(|mistakes| mistakes.to_string())?;
        Ok(config.addresses.into_iter().next().unwrap())
    }

    #[test]
    fn a_level_sets_all_and_each_can_be_set_alone() {
        assert_eq!(parsed("").unwrap().handoff, Handoff::of(HandoffLevel::Quick));
        assert_eq!(parsed("handoff = \"ai-only\"").unwrap().handoff, Handoff::of(HandoffLevel::AiOnly));
        let own = parsed("handoff = \"balanced\"\nhandoff_on_frustration = false\nhandoff_answers_max = 9").unwrap();
        let balanced = Handoff::of(HandoffLevel::Balanced);
        assert_eq!(own.handoff, Handoff { on_frustration: false, answers_max: 9, ..balanced });
        assert!(parsed("handoff = \"never\"").unwrap_err().contains("ai-only"));
    }

    #[test]
    fn topics_are_denied_unless_they_say_otherwise() {
        let text = "[[address.topic]]\nname = \"Refunds\"\nexamples = [\"I want my money back\"]\n\
            [[address.topic]]\nname = \"Shipping\"\nrule = \"allow\"\n";
        let topics = parsed(text).unwrap().topics;
        assert_eq!(topics.iter().map(|topic| topic.rule).collect::<Vec<_>>(), [TopicRule::Deny, TopicRule::Allow]);
        assert_eq!(topics[0].examples, ["I want my money back"]);
        for (wrong, words) in [
            ("[[address.topic]]\nrule = \"deny\"\n", "needed"),
            ("[[address.topic]]\nname = \"?!\"\n", "no word"),
            ("[[address.topic]]\nname = \"a\"\nrule = \"maybe\"\n", "deny"),
            ("[[address.topic]]\nname = \"a\"\nexamples = [\"\"]\n", "no word"),
            (&text.replace("Shipping", "refunds"), "two topics"),
        ] {
            let told = parsed(wrong).unwrap_err();
            assert!(told.contains(words), "{wrong}: {told}");
        }
    }
}
