//! JSON Schema, as much of it as tells arguments apart, and strict: what is not named is not taken.
//!
//! Our own, because libraries take patterns, which whoever is argued with could make slow (S-17), and objects that may hold
//! anything. A keyword that would have to be checked and is not known here is a mistake of the schema, never passed over.

use std::fmt;

use serde_json::{Map, Value};

/// Levels of schemas in schemas.
const DEPTH_MAX: usize = 16;

/// Octets of all arguments together.
const ARGUMENTS_OCTETS_MAX: usize = 16 * 1024;

/// Keywords that say something to people and models, and ask for nothing.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$schema",
    "$id",
];

/// A schema of arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    json: Value,
    root: Node,
}

/// What arguments are not, and where: `order: a text is expected`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    at: String,
    words: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.at.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.at, self.words)
    }
}

impl std::error::Error for SchemaError {}

#[derive(Debug, Clone, PartialEq, Default)]
struct Node {
    types: Vec<Type>,
    values: Option<Vec<Value>>,
    properties: Vec<(String, Node)>,
    required: Vec<String>,
    is_open: bool,
    items: Option<Box<Node>>,
    all: Vec<Node>,
    any: Vec<Node>,
    one: Vec<Node>,
    bounds: Bounds,
    format: Option<Format>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Bounds {
    minimum: Option<f64>,
    maximum: Option<f64>,
    above: Option<f64>,
    below: Option<f64>,
    length_min: Option<u64>,
    length_max: Option<u64>,
    items_min: Option<u64>,
    items_max: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

const TYPES: &[(&str, Type, &str)] = &[
    ("null", Type::Null, "nothing"),
    ("boolean", Type::Boolean, "true or false"),
    ("integer", Type::Integer, "a whole number"),
    ("number", Type::Number, "a number"),
    ("string", Type::String, "a text"),
    ("array", Type::Array, "a list"),
    ("object", Type::Object, "an object"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Date,
    DateTime,
    Email,
    Uuid,
}

impl Schema {
    /// Takes no arguments.
    pub fn empty() -> Self {
        let root = Node { types: vec![Type::Object], ..Node::default() };
        Self { json: serde_json::json!({ "type": "object", "properties": {} }), root }
    }

    /// Reads a schema of an object.
    ///
    /// # Errors
    /// Where it says something that is not understood here.
    pub fn read(json: Value) -> Result<Self, SchemaError> {
        let root = node(&json, "", 0)?;
        if root.types != [Type::Object] {
            return Err(error("", "arguments are named: `\"type\": \"object\"` is expected"));
        }
        if root.is_open {
            return Err(error("additionalProperties", "arguments that nobody named have no place"));
        }
        Ok(Self { json, root })
    }

    /// As it was written, for a model.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The names of the arguments.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.root.properties.iter().map(|(name, _)| name.as_str())
    }

    /// Whether an argument is always there.
    pub fn requires(&self, name: &str) -> bool {
        self.root.required.iter().any(|required| required == name)
    }

    /// Whether an argument can only be a text, a number or a truth, which any place of a request can hold.
    pub fn is_plain(&self, name: &str) -> bool {
        let node = self.root.properties.iter().find(|(known, _)| known == name).map(|(_, node)| node);
        node.is_some_and(|node| {
            let values = node.values.as_ref().is_some_and(|values| values.iter().all(is_scalar));
            let types =
                !node.types.is_empty() && !node.types.iter().any(|one| matches!(one, Type::Array | Type::Object));
            values || types
        })
    }

    /// Whether these are arguments of this schema.
    ///
    /// # Errors
    /// The first that is not, in words that hold nothing of what was given.
    pub fn check(&self, arguments: &Value) -> Result<(), SchemaError> {
        if arguments.to_string().len() > ARGUMENTS_OCTETS_MAX {
            return Err(error("", format!("the arguments are longer than {ARGUMENTS_OCTETS_MAX} bytes")));
        }
        self.root.check(arguments, "")
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn error(at: &str, words: impl Into<String>) -> SchemaError {
    SchemaError { at: at.to_owned(), words: words.into() }
}

fn below(at: &str, leaf: &str) -> String {
    if at.is_empty() { leaf.to_owned() } else { format!("{at}.{leaf}") }
}

fn node(json: &Value, at: &str, depth: usize) -> Result<Node, SchemaError> {
    if depth > DEPTH_MAX {
        return Err(error(at, "it is nested too deeply"));
    }
    let Some(map) = json.as_object() else {
        return if *json == Value::Bool(true) {
            Ok(Node { is_open: true, ..Node::default() })
        } else {
            Err(error(at, "it is no schema"))
        };
    };
    let mut made = Node::default();
    for (keyword, value) in map {
        let wrong = || error(&below(at, keyword), "it is not what this keyword takes");
        let several = |value: &Value| -> Result<Vec<Node>, SchemaError> {
            value.as_array().ok_or_else(wrong)?.iter().map(|one| node(one, &below(at, keyword), depth + 1)).collect()
        };
        match keyword.as_str() {
            "type" => made.types = types(value).ok_or_else(wrong)?,
            "nullable" => {}
            "enum" => made.values = Some(value.as_array().ok_or_else(wrong)?.clone()),
            "const" => made.values = Some(vec![value.clone()]),
            "properties" => made.properties = properties(value.as_object().ok_or_else(wrong)?, at, depth)?,
            "required" => made.required = texts(value).ok_or_else(wrong)?,
            "additionalProperties" => made.is_open = value.as_bool().ok_or_else(wrong)?,
            "items" => made.items = Some(Box::new(node(value, &below(at, keyword), depth + 1)?)),
            "allOf" => made.all = several(value)?,
            "anyOf" => made.any = several(value)?,
            "oneOf" => made.one = several(value)?,
            "minimum" => made.bounds.minimum = Some(value.as_f64().ok_or_else(wrong)?),
            "maximum" => made.bounds.maximum = Some(value.as_f64().ok_or_else(wrong)?),
            "exclusiveMinimum" => made.bounds.above = Some(value.as_f64().ok_or_else(wrong)?),
            "exclusiveMaximum" => made.bounds.below = Some(value.as_f64().ok_or_else(wrong)?),
            "minLength" => made.bounds.length_min = Some(value.as_u64().ok_or_else(wrong)?),
            "maxLength" => made.bounds.length_max = Some(value.as_u64().ok_or_else(wrong)?),
            "minItems" => made.bounds.items_min = Some(value.as_u64().ok_or_else(wrong)?),
            "maxItems" => made.bounds.items_max = Some(value.as_u64().ok_or_else(wrong)?),
            "format" => made.format = format_of(value.as_str().ok_or_else(wrong)?),
            known if ANNOTATIONS.contains(&known) => {}
            unknown => {
                let words = format!("`{unknown}` is not understood, so no argument could be held to it");
                return Err(error(&below(at, unknown), words));
            }
        }
    }
    if map.get("nullable") == Some(&Value::Bool(true)) && !made.types.is_empty() {
        made.types.push(Type::Null);
    }
    if let Some(missing) = made.required.iter().find(|name| !made.properties.iter().any(|(known, _)| known == *name)) {
        return Err(error(&below(at, "required"), format!("`{missing}` is not among the properties")));
    }
    Ok(made)
}

fn properties(map: &Map<String, Value>, at: &str, depth: usize) -> Result<Vec<(String, Node)>, SchemaError> {
    map.iter().map(|(name, value)| Ok((name.clone(), node(value, &below(at, name), depth + 1)?))).collect()
}

fn types(value: &Value) -> Option<Vec<Type>> {
    let one = |name: &str| TYPES.iter().find(|(known, ..)| *known == name).map(|(_, one, _)| *one);
    match value {
        Value::String(name) => Some(vec![one(name)?]),
        Value::Array(names) => names.iter().map(|name| one(name.as_str()?)).collect(),
        _ => None,
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Other formats are told to the model and not checked, as the standard leaves open.
fn format_of(name: &str) -> Option<Format> {
    Some(match name {
        "date" => Format::Date,
        "date-time" => Format::DateTime,
        "email" => Format::Email,
        "uuid" => Format::Uuid,
        _ => return None,
    })
}

impl Node {
    fn check(&self, value: &Value, at: &str) -> Result<(), SchemaError> {
        if !self.types.is_empty() && !self.types.iter().any(|one| one.fits(value)) {
            let expected: Vec<&str> = self.types.iter().map(|one| one.words()).collect();
            return Err(error(at, format!("{} is expected", expected.join(" or "))));
        }
        if self.values.as_ref().is_some_and(|values| !values.contains(value)) {
            return Err(error(at, "it is none of the values that are taken"));
        }
        match value {
            Value::String(text) => self.check_text(text, at)?,
            Value::Number(number) => self.bounds.check_number(number.as_f64().unwrap_or(f64::NAN), at)?,
            Value::Array(list) => self.check_list(list, at)?,
            Value::Object(map) => self.check_object(map, at)?,
            Value::Null | Value::Bool(_) => {}
        }
        let fits = |node: &&Node| node.check(value, at).is_ok();
        self.all.iter().try_for_each(|node| node.check(value, at))?;
        if !self.any.is_empty() && !self.any.iter().any(|node| fits(&node)) {
            return Err(error(at, "it is none of the kinds that are taken"));
        }
        if !self.one.is_empty() && self.one.iter().filter(fits).count() != 1 {
            return Err(error(at, "it is not exactly one of the kinds that are taken"));
        }
        Ok(())
    }

    fn check_text(&self, text: &str, at: &str) -> Result<(), SchemaError> {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(error(at, "a control character stands in it"));
        }
        let length = text.chars().count() as u64;
        if self.bounds.length_min.is_some_and(|min| length < min) {
            return Err(error(at, "it is too short"));
        }
        if self.bounds.length_max.is_some_and(|max| length > max) {
            return Err(error(at, "it is too long"));
        }
        match self.format {
            Some(format) if !format.fits(text) => Err(error(at, format!("{} is expected", format.words()))),
            _ => Ok(()),
        }
    }

    fn check_list(&self, list: &[Value], at: &str) -> Result<(), SchemaError> {
        let length = list.len() as u64;
        if self.bounds.items_min.is_some_and(|min| length < min) {
            return Err(error(at, "the list is too short"));
        }
        if self.bounds.items_max.is_some_and(|max| length > max) {
            return Err(error(at, "the list is too long"));
        }
        let Some(items) = &self.items else { return Ok(()) };
        list.iter().enumerate().try_for_each(|(n, value)| items.check(value, &format!("{at}[{n}]")))
    }

    fn check_object(&self, map: &Map<String, Value>, at: &str) -> Result<(), SchemaError> {
        if let Some(missing) = self.required.iter().find(|name| !map.contains_key(*name)) {
            return Err(error(&below(at, missing), "it is missing"));
        }
        for (name, value) in map {
            match self.properties.iter().find(|(known, _)| known == name) {
                Some((_, node)) => node.check(value, &below(at, name))?,
                // An object of which only parts are told apart by `anyOf` is checked there.
                None if self.is_open || self.is_told_elsewhere() => {}
                // The name is the caller's: it is not said again.
                None => return Err(error(at, "there is an argument that nobody asked for")),
            }
        }
        Ok(())
    }

    /// Whether alternatives say what this object holds.
    fn is_told_elsewhere(&self) -> bool {
        self.properties.is_empty() && !(self.all.is_empty() && self.any.is_empty() && self.one.is_empty())
    }
}

impl Type {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            // JSON Schema: 1.0 is a whole number too.
            Self::Integer => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    fn words(self) -> &'static str {
        TYPES.iter().find(|(_, one, _)| *one == self).map_or("something else", |(.., words)| words)
    }
}

impl Bounds {
    fn check_number(&self, number: f64, at: &str) -> Result<(), SchemaError> {
        // Written so that what is no number is out of every bound.
        let low = self.minimum.is_none_or(|min| number >= min) && self.above.is_none_or(|min| number > min);
        let high = self.maximum.is_none_or(|max| number <= max) && self.below.is_none_or(|max| number < max);
        match (low, high) {
            (true, true) => Ok(()),
            (false, _) => Err(error(at, "it is too small")),
            (true, false) => Err(error(at, "it is too large")),
        }
    }
}

impl Format {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => text.parse::<jiff::civil::Date>().is_ok(),
            Self::DateTime => text.parse::<jiff::Timestamp>().is_ok(),
            Self::Email => crate::types::Address::parse(text).is_ok(),
            Self::Uuid => {
                let lengths: Vec<usize> = text.split('-').map(str::len).collect();
                lengths == [8, 4, 4, 4, 12] && text.bytes().all(|octet| octet == b'-' || octet.is_ascii_hexdigit())
            }
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Date => "a date such as 2026-11-23",
            Self::DateTime => "a time such as 2026-11-23T14:00:00Z",
            Self::Email => "a mail address",
            Self::Uuid => "a UUID",
        }
    }
}
