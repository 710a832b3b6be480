//! The keys of `[[address]]` that give customers to people, and `[[address.topic]]`.

use std::sync::Arc;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{AiHours, Handoff, HandoffLevel, Holiday, Hours, Shift, SupportAddress, Topic, TopicRule, reader::Section};

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

/// `hours` and `ai_hours` of an address; the hours themselves are [put beside](put_hours) when all are read.
pub(super) fn hours_of(s: &Section<'_, '_>) -> (Option<String>, AiHours) {
    let words = [("always", AiHours::Always), ("inside", AiHours::Inside), ("outside", AiHours::Outside)];
    let name = s.text("hours");
    let when = s.word("ai_hours", AiHours::default(), &words);
    if when != AiHours::Always && name.is_none() {
        s.wrong("ai_hours", "it says something of hours, and there are no `hours`");
    }
    (name, when)
}

/// `[[hours]]`.
pub(super) fn hours(s: &Section<'_, '_>) -> Option<Hours> {
    let shifts = s.texts("open", Shift::read).unwrap_or_default();
    let holidays = s.texts("closed", Holiday::read).unwrap_or_default();
    if shifts.is_empty() {
        s.wrong("open", "it is needed here: a list such as [\"mon-fri 09:00-17:30\"]");
    }
    let (name, zone) = (s.needed("name", |name| Ok(name.to_owned())), s.needed("time_zone", zone));
    Some(Hours { name: name?, zone: zone?, shifts, holidays })
}

/// Out of the database in the program: what is open must not depend on the machine.
fn zone(name: &str) -> Result<TimeZone, String> {
    let found = TimeZoneDatabase::bundled().get(name);
    found.map_err(|_| format!("`{name}` is no time zone such as \"Europe/Vienna\""))
}

/// Gives each address the hours it names.
pub(super) fn put_hours(addresses: &mut [SupportAddress], hours: &[Hours]) {
    let hours: Vec<Arc<Hours>> = hours.iter().cloned().map(Arc::new).collect();
    for address in addresses {
        let named = |one: &&Arc<Hours>| address.hours_name.as_ref() == Some(&one.name);
        address.hours = hours.iter().find(named).cloned();
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

    #[test]
    fn hours_are_named_by_addresses() {
        let hours = "[[hours]]\nname = \"office\"\ntime_zone = \"Europe/Vienna\"\nopen = [\"mon-fri 09:00-17:00\"]\n";
        let address = parsed(&format!("hours = \"office\"\nai_hours = \"outside\"\n{hours}")).unwrap();
        assert_eq!(address.hours.unwrap().shifts, [Shift::read("mon-fri 09:00-17:00").unwrap()]);
        assert!(address.ai_hours.allow(false) && !address.ai_hours.allow(true));
        for (wrong, words) in [
            ("hours = \"office\"".to_owned(), "no [[hours]] is named"),
            ("ai_hours = \"inside\"".to_owned(), "there are no `hours`"),
            (hours.replace("Europe/Vienna", "Europe/Wien"), "is no time zone"),
            (hours.replace("09:00-17:00", "9 to 5"), "is no shift"),
            (hours.replace("\"mon-fri 09:00-17:00\"", ""), "it is needed here"),
        ] {
            let told = parsed(&wrong).unwrap_err();
            assert!(told.contains(words), "{told}");
        }
    }
}
