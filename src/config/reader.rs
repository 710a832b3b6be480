//! Takes values out of a TOML document and notes everything that is wrong on the way, with line and key.
//!
//! Knows nothing of what the keys mean: that is `read`. A key counts as known when it was asked for, so the list of known
//! keys cannot drift away from the code that reads them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use toml_edit::{Document, Item, TableLike, Value};

use super::{Mistake, words};

/// A document being read. Mistakes collect inside.
pub(super) struct Reader<'d> {
    document: &'d Document<&'d str>,
    notes: RefCell<Notes>,
}

/// What the reading found out.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) mistakes: Vec<Mistake>,
    /// `limits.connections_max`, `address.name`; tables as `limits`.
    pub(super) known: BTreeSet<String>,
    /// Full key (`address[a@b].name`) to the line it stands on.
    pub(super) lines: BTreeMap<String, usize>,
    pub(super) unknown: Vec<Unknown>,
}

/// A key nobody asked for.
#[derive(Debug)]
pub(super) struct Unknown {
    line: usize,
    /// As it stands in the message: with labels.
    key: String,
    /// The table without labels; empty at the top.
    table: String,
    leaf: String,
    is_table: bool,
}

/// The line, from 1, of a place in the text.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document<&'d str>) -> Self {
        Self { document, notes: RefCell::default() }
    }

    /// The whole file as a section; its keys are the names of tables.
    pub(super) fn root<T>(&self, read: impl FnOnce(&Section<'_, 'd>) -> T) -> T {
        let root = Section {
            reader: self,
            table: Some(self.document.as_table()),
            path: String::new(),
            bare: String::new(),
            line: 1,
            asked: RefCell::default(),
        };
        root.through(read)
    }

    /// Everything noted. Unknown keys are judged only now, when all known ones have been asked for.
    pub(super) fn finish(self) -> Notes {
        let mut notes = self.notes.into_inner();
        for unknown in std::mem::take(&mut notes.unknown) {
            let what = if unknown.is_table { "there is no such table" } else { "there is no such key" };
            let hint = match words::nearest(&notes.known, &unknown.table, &unknown.leaf) {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            notes.mistakes.push(Mistake { line: unknown.line, key: unknown.key, words: format!("{what}{hint}") });
        }
        notes
    }

    fn line_of_span(&self, span: Option<std::ops::Range<usize>>) -> Option<usize> {
        span.map(|span| line_at(self.document.raw(), span.start))
    }
}

/// One table, or the place where it would stand.
pub(super) struct Section<'r, 'd> {
    reader: &'r Reader<'d>,
    table: Option<&'r dyn TableLike>,
    path: String,
    bare: String,
    line: usize,
    asked: RefCell<BTreeSet<String>>,
}

/// A value that is there.
struct Found<'r> {
    item: &'r Item,
    line: usize,
}

impl<'r, 'd> Section<'r, 'd> {
    /// Reads with `read`, then notes the keys nobody asked for.
    fn through<T>(self, read: impl FnOnce(&Self) -> T) -> T {
        let value = read(&self);
        let asked = self.asked.borrow();
        for (leaf, item) in self.table.into_iter().flat_map(|table| table.iter()) {
            if !asked.contains(leaf) {
                let line = self.line_of_key(leaf, item);
                let unknown = Unknown {
                    line,
                    key: join(&self.path, leaf),
                    table: self.bare.clone(),
                    leaf: leaf.to_owned(),
                    is_table: item.is_table_like() || item.is_array_of_tables(),
                };
                self.reader.notes.borrow_mut().unknown.push(unknown);
            }
        }
        value
    }

    fn line_of_key(&self, leaf: &str, item: &Item) -> usize {
        // The header of a table says more than its name, whose span may be that of a later dotted use.
        let own = if item.is_table() || item.is_array_of_tables() { item.span() } else { None };
        let key = self.table.and_then(|table| table.get_key_value(leaf)).and_then(|(key, _)| key.span());
        self.reader.line_of_span(own.or(key).or_else(|| item.span())).unwrap_or(self.line)
    }

    fn find(&self, leaf: &str) -> Option<Found<'r>> {
        self.asked.borrow_mut().insert(leaf.to_owned());
        self.reader.notes.borrow_mut().known.insert(join(&self.bare, leaf));
        let item = self.table?.get(leaf)?;
        let line = self.line_of_key(leaf, item);
        self.reader.notes.borrow_mut().lines.insert(join(&self.path, leaf), line);
        Some(Found { item, line })
    }

    fn mistake(&self, line: usize, leaf: &str, words: impl Into<String>) {
        let mistake = Mistake { line, key: join(&self.path, leaf), words: words.into() };
        self.reader.notes.borrow_mut().mistakes.push(mistake);
    }

    /// Whether the key stands there, whatever its value.
    pub(super) fn has(&self, leaf: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(leaf))
    }

    /// Notes a mistake at a key, or at the table when the key is missing.
    pub(super) fn wrong(&self, leaf: &str, words: impl Into<String>) {
        let there = self.table.and_then(|table| table.get(leaf));
        self.mistake(there.map_or(self.line, |item| self.line_of_key(leaf, item)), leaf, words);
    }

    /// A table that stands once.
    pub(super) fn table<T>(&self, leaf: &str, read: impl FnOnce(&Section<'r, 'd>) -> T) -> T {
        let found = self.find(leaf);
        let table = found.as_ref().and_then(|found| found.item.as_table_like());
        if let Some(Found { item, line }) = &found
            && table.is_none()
        {
            let shape = if item.is_array_of_tables() { "it stands once" } else { "it is a table" };
            self.mistake(*line, leaf, format!("{shape}: write `[{}]`", join(&self.bare, leaf)));
        }
        let line = found.map_or(self.line, |found| found.line);
        self.child(join(&self.path, leaf), join(&self.bare, leaf), table, line).through(read)
    }

    /// A table that may stand many times; `None` when it is not there at all. Each is named in messages by what `label`
    /// makes of its key `label_leaf`.
    pub(super) fn tables<T>(
        &self,
        leaf: &str,
        label_leaf: &str,
        label: impl Fn(&str) -> String,
        read: impl Fn(&Section<'r, 'd>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Found { item, line } = self.find(leaf)?;
        let bare = join(&self.bare, leaf);
        let mut tables: Vec<(&'r dyn TableLike, usize)> = Vec::new();
        match item {
            Item::ArrayOfTables(many) => {
                for table in many {
                    tables.push((table, self.reader.line_of_span(table.span()).unwrap_or(line)));
                }
            }
            Item::Value(Value::Array(array)) if array.iter().all(Value::is_inline_table) => {
                for value in array {
                    if let Some(table) = value.as_inline_table() {
                        tables.push((table, self.reader.line_of_span(value.span()).unwrap_or(line)));
                    }
                }
            }
            _ => self.mistake(line, leaf, format!("it may stand many times: write `[[{bare}]]`")),
        }
        let mut all = Vec::with_capacity(tables.len());
        for (number, (table, line)) in tables.into_iter().enumerate() {
            let name = table.get(label_leaf).and_then(Item::as_str).map_or_else(|| (number + 1).to_string(), &label);
            let path = format!("{}[{name}]", join(&self.path, leaf));
            self.reader.notes.borrow_mut().lines.insert(path.clone(), line);
            all.extend(self.child(path, bare.clone(), Some(table), line).through(&read));
        }
        Some(all)
    }

    fn child(&self, path: String, bare: String, table: Option<&'r dyn TableLike>, line: usize) -> Section<'r, 'd> {
        Section { reader: self.reader, table, path, bare, line, asked: RefCell::default() }
    }

    /// A line of text; `None` when it is not there or no good. Never empty, never with control characters (S-12).
    pub(super) fn text(&self, leaf: &str) -> Option<String> {
        let Found { item, line } = self.find(leaf)?;
        match item.as_str() {
            Some("") => self.mistake(line, leaf, "it is empty"),
            Some(text) if text.chars().any(char::is_control) => {
                self.mistake(line, leaf, "a control character stands in it");
            }
            Some(text) => return Some(text.to_owned()),
            None => self.mistake(line, leaf, format!("expected a text in quotes, found {}", kind(item))),
        }
        None
    }

    /// Text of any length with line breaks; may be empty.
    pub(super) fn prose(&self, leaf: &str) -> Option<String> {
        let Found { item, line } = self.find(leaf)?;
        let Some(text) = item.as_str() else {
            self.mistake(line, leaf, format!("expected a text in quotes, found {}", kind(item)));
            return None;
        };
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.mistake(line, leaf, "a control character stands in it");
            return None;
        }
        Some(text.to_owned())
    }

    /// Text that `make` turns into something; its error is the mistake.
    pub(super) fn made<T>(&self, leaf: &str, make: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(leaf)?;
        make(&text).map_err(|words| self.wrong(leaf, words)).ok()
    }

    /// As [`made`](Self::made), and a mistake when it is not there.
    pub(super) fn needed<T>(&self, leaf: &str, make: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if !self.has(leaf) {
            self.wrong(leaf, "it is needed here");
        }
        self.made(leaf, make)
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, leaf: &str, default: T, words: &[(&str, T)]) -> T {
        self.made(leaf, |text| match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Ok(*value),
            None => {
                let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
                Err(format!("`{text}` is none of {}", list.join(", ")))
            }
        })
        .unwrap_or(default)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, leaf: &str, default: bool) -> bool {
        let Some(Found { item, line }) = self.find(leaf) else { return default };
        item.as_bool().unwrap_or_else(|| {
            self.mistake(line, leaf, format!("expected true or false, found {}", kind(item)));
            default
        })
    }

    /// A whole number of `unit` within `range`.
    pub(super) fn number<T>(&self, leaf: &str, default: T, range: RangeInclusive<i64>, unit: &str) -> T
    where
        T: TryFrom<i64>,
    {
        let Some(Found { item, line }) = self.find(leaf) else { return default };
        let taken = ranged(item.as_integer(), kind(item), &range, unit);
        taken.map_err(|words| self.mistake(line, leaf, words)).ok().unwrap_or(default)
    }

    /// A number of `unit` within `range`, with a point or without.
    pub(super) fn decimal(&self, leaf: &str, default: f64, range: RangeInclusive<f64>, unit: &str) -> f64 {
        let Some(Found { item, line }) = self.find(leaf) else { return default };
        let number = item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64));
        let words = match number {
            Some(number) if range.contains(&number) => return number,
            Some(number) => format!("{number} is out of range: {} to {} {unit}", range.start(), range.end()),
            None => format!("expected a number {unit}, found {}", kind(item)),
        };
        self.mistake(line, leaf, words);
        default
    }

    /// A list of whole numbers, not empty.
    pub(super) fn numbers(&self, leaf: &str, range: RangeInclusive<i64>, unit: &str) -> Option<Vec<u64>> {
        self.list(leaf, |value| ranged(value.as_integer(), value.type_name(), &range, unit)).and_then(|list| {
            if list.is_empty() {
                self.wrong(leaf, "the list is empty");
            }
            (!list.is_empty()).then_some(list)
        })
    }

    /// A list of texts, each turned into something.
    pub(super) fn texts<T>(&self, leaf: &str, make: impl Fn(&str) -> Result<T, String>) -> Option<Vec<T>> {
        self.list(leaf, |value| match value.as_str() {
            Some(text) => make(text),
            None => Err(format!("expected a text in quotes, found {}", value.type_name())),
        })
    }

    /// Good items are kept, every bad one is a mistake on its own line.
    fn list<T>(&self, leaf: &str, make: impl Fn(&Value) -> Result<T, String>) -> Option<Vec<T>> {
        let Found { item, line } = self.find(leaf)?;
        let Some(array) = item.as_array() else {
            self.mistake(line, leaf, format!("expected a list in brackets, found {}", kind(item)));
            return None;
        };
        let mut list = Vec::with_capacity(array.len());
        for value in array {
            match make(value) {
                Ok(made) => list.push(made),
                Err(words) => {
                    self.mistake(self.reader.line_of_span(value.span()).unwrap_or(line), leaf, words);
                }
            }
        }
        Some(list)
    }
}

fn ranged<T: TryFrom<i64>>(
    number: Option<i64>,
    kind: &str,
    range: &RangeInclusive<i64>,
    unit: &str,
) -> Result<T, String> {
    let number = number.ok_or_else(|| format!("expected a whole number of {unit}, found {kind}"))?;
    let taken = if range.contains(&number) { T::try_from(number).ok() } else { None };
    taken.ok_or_else(|| format!("{number} is out of range: {} to {} {unit}", range.start(), range.end()))
}

fn kind(item: &Item) -> &'static str {
    item.type_name()
}

fn join(path: &str, leaf: &str) -> String {
    if path.is_empty() { leaf.to_owned() } else { format!("{path}.{leaf}") }
}
