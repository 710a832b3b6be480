//! Reads what a tool answered into lines that a person can read, so that an answer can be held against them.

use serde_json::Value;

use crate::{fetch::Response, types::Secret};

/// Octets of a result that a model is shown, and that the record keeps the beginning of.
const RESULT_OCTETS_MAX: usize = 8 * 1024;

/// Names on the way to a value.
const DEPTH_MAX: usize = 12;

/// A secret shorter than this is no secret, and taking it out would tear words apart.
const SECRET_OCTETS_MIN: usize = 6;

/// The lines of an answer.
///
/// # Errors
/// When it is nothing to read, in words.
pub(super) fn lines(response: &Response, secrets: &[(String, Secret)]) -> Result<String, &'static str> {
    let kind = response.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = String::from_utf8_lossy(&response.body);
    let lines = match kind.as_str() {
        "text/html" | "application/xhtml+xml" => return Err("it answered with a page for people"),
        _ if kind.starts_with("image/") || kind.starts_with("audio/") || kind.starts_with("video/") => {
            return Err("it answered with no text");
        }
        _ => match serde_json::from_str::<Value>(&text) {
            Ok(value) => {
                let mut lines = String::new();
                write(&value, &mut Vec::new(), &mut lines);
                lines
            }
            Err(_) if kind.contains("json") && !response.cut => return Err("it answered with JSON that is none"),
            Err(_) => clean(&text),
        },
    };
    Ok(shown(lines, secrets, response.cut))
}

/// The same of a text that came in an envelope.
pub(super) fn text(text: &str, secrets: &[(String, Secret)]) -> String {
    let lines = match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let mut lines = String::new();
            write(&value, &mut Vec::new(), &mut lines);
            lines
        }
        Err(_) => clean(text),
    };
    shown(lines, secrets, false)
}

/// A text in which no secret stands: an echo of what we sent would show what nobody may see.
pub(super) fn masked<'a>(text: &str, secrets: impl Iterator<Item = &'a Secret>) -> String {
    let secrets = secrets.filter(|secret| secret.expose().len() >= SECRET_OCTETS_MIN);
    secrets.fold(text.to_owned(), |text, secret| text.replace(secret.expose_str(), "***"))
}

fn shown(lines: String, secrets: &[(String, Secret)], is_cut: bool) -> String {
    let lines = masked(&lines, secrets.iter().map(|(_, secret)| secret));
    let whole = lines.trim();
    let end = whole.floor_char_boundary(RESULT_OCTETS_MAX);
    match whole {
        "" => "It answered without words.".to_owned(),
        _ if end < whole.len() || is_cut => format!("{}\n(There is more than is shown here.)", &whole[..end]),
        whole => whole.to_owned(),
    }
}

/// `items 1 title: Blue shoes`, a line for each value.
fn write(value: &Value, path: &mut Vec<String>, lines: &mut String) {
    if lines.len() > RESULT_OCTETS_MAX || path.len() > DEPTH_MAX {
        return;
    }
    let text = match value {
        Value::Object(map) => {
            for (name, value) in map {
                path.push(name.replace('_', " "));
                write(value, path, lines);
                path.pop();
            }
            return;
        }
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                path.push((n + 1).to_string());
                write(value, path, lines);
                path.pop();
            }
            return;
        }
        Value::Null => return,
        Value::String(text) => clean(text).replace('\n', " "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
    };
    let colon = if path.is_empty() { "" } else { ": " };
    lines.push_str(&format!("{}{colon}{text}\n", clean(&path.join(" "))));
}

/// Without what a terminal or a reader would take for more than letters.
fn clean(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control() && !crate::agent::words::is_unseen(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{HeaderMap, HeaderValue};

    fn read(kind: &'static str, body: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static(kind));
        let secrets = [("shop".to_owned(), Secret::new("s3cret-token"))];
        lines(&Response { status: 200, headers, body: body.to_owned().into(), cut: false }, &secrets)
    }

    #[test]
    fn json_is_read_as_lines_of_names_and_values() {
        let body = r#"{"order":"A1","shipped":true,"items":[{"title":"Blue\nshoes","price_eur":49.5}],"note":null}"#;
        let expected = "items 1 price eur: 49.5\nitems 1 title: Blue shoes\norder: A1\nshipped: yes";
        assert_eq!(read("application/json", body).unwrap(), expected);
        assert_eq!(read("application/problem+json; charset=utf-8", "\"x\"").unwrap(), "x");
        assert_eq!(read("text/plain", "It is on its way.\n").unwrap(), "It is on its way.");
        assert_eq!(read("application/json", "{}").unwrap(), "It answered without words.");
    }

    #[test]
    fn what_is_no_answer_for_a_model_says_so_s22() {
        assert!(read("text/html", "<p>Log in</p>").is_err());
        assert!(read("image/png", "x").is_err());
        assert!(read("application/json", "{\"a\":").is_err());
    }

    #[test]
    fn a_long_answer_is_cut_and_says_so_and_a_deep_one_ends() {
        let long = read("text/plain", &"ä".repeat(RESULT_OCTETS_MAX)).unwrap();
        assert!(long.len() < RESULT_OCTETS_MAX + 100 && long.ends_with("(There is more than is shown here.)"));
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(read("application/json", &deep).unwrap(), "It answered without words.");
        assert!(read("application/json", &"[".repeat(100_000)).is_err());
    }

    #[test]
    fn secrets_and_unseen_signs_are_not_shown_s27() {
        let said =
            read("application/json", "{\"you sent\":\"Bearer s3cret-token\",\"x\":\"a\u{202e}b\\u001b[0m\"}").unwrap();
        assert_eq!(said, "x: ab[0m\nyou sent: Bearer ***");
    }
}
