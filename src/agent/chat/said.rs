//! Reads what a model said: one JSON object, in code fences or not, and nothing else. Pure.

use serde::Deserialize;
use serde_json::Value;

use super::prompt;
use crate::{
    agent::{
        answer::{Answer, Frame, Paragraph},
        courtesy,
        knowledge::Passage,
        model::Thought,
        output,
    },
    types::{fit_for_log, head},
};

/// Paragraphs of an answer.
const PARAGRAPHS_MAX: usize = 20;

/// Octets of what a model may be quoted with to a person.
const REASON_OCTETS_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default)]
    paragraphs: Vec<SaidParagraph>,
    #[serde(default)]
    hand_off: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidParagraph {
    markdown: String,
    #[serde(default)]
    source: Option<String>,
}

/// The thought in it. `shown`: the passages by their labels. `asked`: the customer's words, whose language it is to have.
///
/// # Errors
/// What is wrong, in words that a model can be told: they name places and nothing that it said.
pub(super) fn thought(content: &str, shown: &[Passage], asked: &str) -> Result<Thought, String> {
    let content = without_fences(content)?;
    if content.is_empty() {
        return Err("it is empty".into());
    }
    let shape: Value = serde_json::from_str(content).map_err(|_| "it is not one whole JSON object")?;
    // A list would be taken for an object whose names were left out.
    let paragraphs = shape["paragraphs"].as_array().into_iter().flatten();
    let said = Some(content).filter(|_| shape.is_object() && paragraphs.clone().all(Value::is_object));
    let said = said.and_then(|content| serde_json::from_str::<Said>(content).ok());
    let said = said.ok_or("it is not the JSON object that was asked for")?;
    if let Some(reason) = said.hand_off.filter(|reason| !reason.trim().is_empty()) {
        let reason = fit_for_log(head(&reason, REASON_OCTETS_MAX));
        return Ok(Thought::hand_off(format!("the AI hands over: {reason}")));
    }
    let answer = answer(said.paragraphs, shown)?;
    if !output::may_be_same_language(&answer.markdown(), asked) {
        return Err("it is not in the customer's language".into());
    }
    Ok(Thought::Answer(answer))
}

/// Tolerated: models put code fences around JSON whatever they are told.
pub(super) fn without_fences(content: &str) -> Result<&str, String> {
    let content = content.trim();
    let Some(fenced) = content.strip_prefix("```") else { return Ok(content) };
    let (language, rest) = fenced.split_once('\n').unwrap_or((fenced, ""));
    let inside = rest.trim_end().strip_suffix("```");
    match inside {
        Some(inside) if matches!(language.trim(), "" | "json" | "JSON") => Ok(inside.trim()),
        _ => Err("it is not one whole JSON object".into()),
    }
}

fn answer(said: Vec<SaidParagraph>, shown: &[Passage]) -> Result<Answer, String> {
    if said.len() > PARAGRAPHS_MAX {
        return Err(format!("it has more than {PARAGRAPHS_MAX} paragraphs"));
    }
    let mut paragraphs = Vec::with_capacity(said.len());
    for (place, SaidParagraph { markdown, source }) in said.into_iter().enumerate() {
        let source = source.filter(|source| !source.trim().is_empty());
        let carried_by = match source {
            // Whatever is named as their source: they have none.
            _ if courtesy::is_courtesy(&markdown) => None,
            Some(source) => match (0..shown.len()).find(|at| prompt::label(*at) == source.trim()) {
                Some(at) => Some(at),
                None => return Err(format!("the source of paragraph {} is no passage that was shown", place + 1)),
            },
            None => return Err(format!("paragraph {} names no source", place + 1)),
        };
        paragraphs.push(Paragraph { markdown, carried_by });
    }
    // How well it is supported is counted, never taken from what the model says of itself.
    let carried = paragraphs
        .iter()
        .filter_map(|paragraph| Some(output::carried_percent(&paragraph.markdown, shown.get(paragraph.carried_by?)?)));
    let support_percent = carried.min().ok_or("it says nothing, and hands nothing off")?;
    Ok(Answer { frame: Frame::None, paragraphs, passages: shown.to_vec(), support_percent })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::samples::passage;

    const ASKED: &str = "How long does it take from the day that I have ordered it until it is here?";
    const PAGE: &str = "Germany: 1 to 2 working days. Austria: 2 to 3 working days.";

    fn read(content: &str) -> Result<Thought, String> {
        thought(content, &[passage(PAGE), passage("Returns within 30 days.")], ASKED)
    }

    fn answered(content: &str) -> Answer {
        match read(content) {
            Ok(Thought::Answer(answer)) => answer,
            other => panic!("{content}: {other:?}"),
        }
    }

    #[test]
    fn an_answer_is_read_with_the_passages_it_names() {
        let said = r#"{"paragraphs":[{"markdown":"Hello,","source":null},{"markdown":"Austria: 2 to 3 working days.","source":"P1"},
            {"markdown":"Returns within 30 days.","source":" P2 "}],"hand_off":null}"#;
        for content in [said.to_owned(), format!("```json\n{said}\n```"), format!("\n```\n{said}```\n")] {
            let answer = answered(&content);
            let carried: Vec<Option<usize>> = answer.paragraphs.iter().map(|paragraph| paragraph.carried_by).collect();
            assert_eq!((carried.as_slice(), answer.support_percent), (&[None, Some(0), Some(1)][..], 100));
        }
    }

    #[test]
    fn a_hand_off_is_one_whatever_else_is_said_and_names_nobody() {
        let said =
            r#"{"paragraphs":[{"markdown":"x","source":"P1"}],"hand_off":"write to ada@customer.example\n now"}"#;
        assert_eq!(read(said), Ok(Thought::hand_off("the AI hands over: write to …@customer.example now")));
    }

    #[test]
    fn support_is_what_stands_in_the_passage_and_not_what_the_model_says() {
        let invented = r#"{"paragraphs":[{"markdown":"Austria: 2 to 3 working days.","source":"P1"},
            {"markdown":"Your refund was granted by our manager.","source":"P2"}]}"#;
        assert_eq!(answered(invented).support_percent, 0);
        let half = r#"{"paragraphs":[{"markdown":"Austria: working hard.","source":"P1"}]}"#;
        assert_eq!(answered(half).support_percent, 66);
        let nothing = r#"{"paragraphs":[{"markdown":"No, you do not.","source":"P1"}]}"#;
        assert_eq!(answered(nothing).support_percent, 0, "small words are carried by nothing");
        let boast = r#"{"paragraphs":[{"markdown":"Yes.","source":"P1","confidence":100}]}"#;
        assert!(read(boast).unwrap_err().contains("not the JSON object that was asked for"));
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let many = format!(r#"{{"paragraphs":[{}]}}"#, vec![r#"{"markdown":"x","source":"P1"}"#; 21].join(","));
        for (content, words) in [
            ("", "it is empty"),
            ("```json\n```", "it is empty"),
            ("It takes 2 days.", "not one whole JSON object"),
            (r#"{"paragraphs":[{"markdown":"x""#, "not one whole JSON object"),
            (r#"Sure! {"hand_off":"x"}"#, "not one whole JSON object"),
            (r#"{"hand_off":"x"} {"hand_off":"y"}"#, "not one whole JSON object"),
            ("```json\n{\"hand_off\":\"x\"}", "not one whole JSON object"),
            (r#"{"answer":"x"}"#, "not the JSON object that was asked for"),
            (r#"{"paragraphs":"x"}"#, "not the JSON object that was asked for"),
            ("[]", "not the JSON object that was asked for"),
            (r#"{}"#, "it says nothing"),
            (r#"{"paragraphs":[],"hand_off":" "}"#, "it says nothing"),
            (r#"{"paragraphs":[{"markdown":"Hello,"},{"markdown":"Kind regards"}]}"#, "it says nothing"),
            (r#"{"paragraphs":[{"markdown":"Days."}]}"#, "paragraph 1 names no source"),
            (r#"{"paragraphs":[{"markdown":"Days.","source":"P3"}]}"#, "the source of paragraph 1 is no passage"),
            (
                r#"{"paragraphs":[{"markdown":"Days.","source":"shipping.md"}]}"#,
                "the source of paragraph 1 is no passage",
            ),
            (
                r#"{"paragraphs":[{"markdown":"Die Lieferung nach Österreich dauert von der Bestellung an 2 bis 3 Tage und ist bei uns nicht teuer.","source":"P1"}]}"#,
                "it is not in the customer's language",
            ),
            (&many, "more than 20 paragraphs"),
        ] {
            let wrong = read(content).expect_err(content);
            assert!(wrong.contains(words), "{content}: {wrong}");
        }
    }
}
