//! What tables of tools are made of, whoever described the tool: a schema that arguments can be held to, a name, a description.

use serde_json::{Map, Value};

/// References that are followed behind one another.
const REFERENCES_MAX: usize = 32;

/// Schemas in schemas.
const DEPTH_MAX: usize = 12;

/// Schemas of one tool, each counted as often as it is referred to: a few short ones can stand for a thousand million.
const SCHEMAS_MAX: usize = 1000;

/// Keywords of a schema that arguments are held to.
const KEPT: &[&str] = &[
    "type",
    "nullable",
    "enum",
    "const",
    "required",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "format",
    "description",
    "title",
];

/// Keywords that would narrow an argument, and that are not understood.
const LOST: &[&str] =
    &["pattern", "multipleOf", "not", "uniqueItems", "patternProperties", "discriminator", "if", "contains"];

/// Octets of a description that a model is shown.
const DESCRIPTION_OCTETS_MAX: usize = 1000;

/// What a tool's name may be long, and what its description must.
const NAME_OCTETS_MAX: usize = 48;
const DESCRIPTION_CHARS_MIN: usize = 20;

/// What was read of the schemas of one tool.
#[derive(Default)]
pub(super) struct Reading {
    /// What arguments are not held to, each in one line.
    pub(super) lost: Vec<String>,
    schemas: usize,
}

/// A schema without references, and without what arguments are not held to.
pub(super) fn kept(
    document: &Value,
    schema: &Value,
    at: &str,
    reading: &mut Reading,
    depth: usize,
) -> Result<Value, String> {
    reading.schemas += 1;
    if depth > DEPTH_MAX {
        return Err(format!("`{at}` is nested too deeply, or in itself"));
    }
    if reading.schemas > SCHEMAS_MAX {
        return Err(format!("its arguments are more than {SCHEMAS_MAX} schemas"));
    }
    let schema = resolved(document, schema)?;
    let mut made = Map::new();
    for (keyword, inner) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            known if KEPT.contains(&known) => drop(made.insert(keyword.clone(), inner.clone())),
            "items" => drop(made.insert(keyword.clone(), kept(document, inner, at, reading, depth + 1)?)),
            "properties" => {
                let properties = inner.as_object().into_iter().flatten().map(|(name, inner)| {
                    Ok((name.clone(), kept(document, inner, &format!("{at}.{name}"), reading, depth + 1)?))
                });
                made.insert(keyword.clone(), Value::Object(properties.collect::<Result<_, String>>()?));
            }
            "allOf" | "anyOf" | "oneOf" => {
                let all =
                    inner.as_array().into_iter().flatten().map(|inner| kept(document, inner, at, reading, depth + 1));
                made.insert(keyword.clone(), Value::Array(all.collect::<Result<_, _>>()?));
            }
            // A number since 3.1, a truth before.
            "exclusiveMinimum" | "exclusiveMaximum" if inner.is_number() => {
                made.insert(keyword.clone(), inner.clone());
            }
            lossy if LOST.contains(&lossy) => reading.lost.push(line(&format!("`{lossy}` of {at}"))),
            _ => {}
        }
    }
    Ok(Value::Object(made))
}

/// Follows references within the document; nothing else is read.
pub(super) fn resolved<'d>(document: &'d Value, mut value: &'d Value) -> Result<&'d Value, String> {
    for _ in 0..REFERENCES_MAX {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
        let pointer = reference.strip_prefix('#').ok_or_else(|| format!("`{reference}` is in another document"))?;
        value = document.pointer(pointer).ok_or_else(|| format!("`{reference}` is not in the document"))?;
    }
    Err("its references go round".to_owned())
}

/// A name that `[[tool]]` takes, and that none of these is.
pub(super) fn tool_name(text: &str, taken: &[String]) -> String {
    let mut name = String::new();
    for (n, c) in text.chars().enumerate() {
        let is_word = c.is_ascii_alphanumeric();
        let begins =
            c.is_ascii_uppercase() && text[..].chars().nth(n.wrapping_sub(1)).is_some_and(|c| c.is_ascii_lowercase());
        if (!is_word || begins) && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if is_word {
            name.push(c.to_ascii_lowercase());
        }
    }
    let name = name.trim_matches(|c: char| c == '_' || c.is_ascii_digit());
    let name = if name.is_empty() { "operation" } else { name };
    let name = name[..name.len().min(NAME_OCTETS_MAX - 4)].trim_end_matches('_').to_owned();
    let mut numbered = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}_{n}")));
    numbered.find(|name| !taken.contains(name)).unwrap_or(name)
}

/// A description in one line, as long as one must be; `of` says where it comes from where there are too few words.
pub(super) fn described(words: &str, of: &str) -> String {
    let words = line(words);
    let words = if words.chars().count() < DESCRIPTION_CHARS_MIN { line(&format!("{words} ({of})")) } else { words };
    words[..words.floor_char_boundary(DESCRIPTION_OCTETS_MAX)].to_owned()
}

/// In one line.
pub(super) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect()
}
