//! Takes a source file apart for `tidy`: what is code, what is comment, what stands in quotes, what is a test.
//!
//! No parser of Rust: as much of its lexical form as is needed to not be fooled by it. Each part keeps the file's line
//! breaks, so that a line number is true in all of them.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// One file.
pub(crate) struct Source {
    /// From the top of the tree, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Without comments, what stands in quotes, and tests.
    pub(crate) code: String,
    /// What stands in quotes, quotes included, outside of tests.
    pub(crate) quoted: String,
    /// Comments, everywhere.
    pub(crate) comments: String,
    pub(crate) is_test_file: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Quoted,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let parts = parts(&chars);
        let only = |wanted: Part| -> Vec<char> {
            let keep = |(c, part): (&char, &Part)| if *c == '\n' || *part == wanted { *c } else { ' ' };
            chars.iter().zip(&parts).map(keep).collect()
        };
        let (mut code, mut quoted) = (only(Part::Code), only(Part::Quoted));
        let is_test_file = path.starts_with("tests/") || path.ends_with("_tests.rs");
        let tests = if is_test_file { Vec::new() } else { test_items(&code) };
        let whole = if is_test_file { 0..chars.len() } else { 0..0 };
        for at in tests.into_iter().flatten().chain(whole) {
            for part in [&mut code, &mut quoted] {
                if part[at] != '\n' {
                    part[at] = ' ';
                }
            }
        }
        let text_of = |chars: Vec<char>| chars.into_iter().collect::<String>();
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: text_of(code),
            quoted: text_of(quoted),
            comments: text_of(only(Part::Comment)),
            is_test_file,
        }
    }

    /// `src/smtp/reply.rs` is in the room `smtp`, `src/intake.rs` in `intake`.
    pub(crate) fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }
}

/// Every `.rs` file under `src` and `tests`. A file that is named by `#[cfg(test)] mod NAME;` is a test file.
pub(crate) fn all_sources() -> Vec<Source> {
    let top = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        collect(&top.join(folder), &mut files);
    }
    let read = |file: &PathBuf| {
        let path = file.strip_prefix(&top).unwrap_or(file).to_string_lossy().replace('\\', "/");
        Source::new(&path, &std::fs::read_to_string(file).expect("a source file is text"))
    };
    let mut sources: Vec<Source> = files.iter().map(read).collect();
    let test_modules: Vec<String> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        if test_modules.iter().any(|module| source.path == *module || source.path.starts_with(&format!("{module}/"))) {
            source.is_test_file = true;
            source.code = blank(&source.code);
            source.quoted = blank(&source.quoted);
        }
    }
    sources
}

fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the source tree can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// `src/smtp/support.rs` and `src/smtp/support` for `#[cfg(test)] mod support;` in `src/smtp/mod.rs`.
fn test_modules(source: &Source) -> Vec<String> {
    let folder = match source.path.strip_suffix("/mod.rs").or(source.path.strip_suffix("/lib.rs")) {
        Some(folder) => folder,
        None => source.path.trim_end_matches(".rs"),
    };
    let mut modules = Vec::new();
    let chars: Vec<char> = source.text.chars().collect();
    let code: Vec<char> =
        chars.iter().zip(parts(&chars)).map(|(c, part)| if part == Part::Code { *c } else { ' ' }).collect();
    for item in test_items(&code) {
        let item: String = code[item].iter().collect();
        if let Some(name) =
            item.strip_suffix(';').and_then(|item| item.rsplit_once("mod ")).map(|(_, name)| name.trim())
        {
            modules.extend([format!("{folder}/{name}.rs"), format!("{folder}/{name}")]);
        }
    }
    modules
}

/// What each character is part of.
fn parts(chars: &[char]) -> Vec<Part> {
    let mut parts = vec![Part::Code; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let (end, part) = piece(chars, at);
        parts[at..end].fill(part);
        at = end;
    }
    parts
}

/// Where the piece that begins at `at` ends.
fn piece(chars: &[char], at: usize) -> (usize, Part) {
    let next = |n: usize| chars.get(at + n).copied().unwrap_or('\0');
    let until = |from: usize, found: &dyn Fn(usize) -> bool| (from..chars.len()).find(|i| found(*i));
    match chars[at] {
        '/' if next(1) == '/' => (until(at, &|i| chars[i] == '\n').unwrap_or(chars.len()), Part::Comment),
        '/' if next(1) == '*' => (end_of_block_comment(chars, at), Part::Comment),
        '"' => (end_of_string(chars, at + 1), Part::Quoted),
        'r' if !in_word(chars, at) && (next(1) == '"' || next(1) == '#') => {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            if next(1 + hashes) != '"' {
                return (at + 1, Part::Code);
            }
            let closes = |i: usize| {
                chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
            };
            (until(at + hashes + 2, &closes).map_or(chars.len(), |end| end + 1 + hashes), Part::Quoted)
        }
        // A character, or the name of a lifetime.
        '\'' if next(1) == '\\' => {
            (until(at + 3, &|i| chars[i] == '\'').map_or(chars.len(), |end| end + 1), Part::Quoted)
        }
        '\'' if next(2) == '\'' => (at + 3, Part::Quoted),
        _ => (at + 1, Part::Code),
    }
}

/// Whether the letter before belongs to the same word; `b` and `c` alone are prefixes of strings.
fn in_word(chars: &[char], at: usize) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = |n: usize| at.checked_sub(n).map(|i| chars[i]);
    match before(1) {
        Some('b' | 'c') => before(2).is_some_and(is_word),
        Some(c) => is_word(c),
        None => false,
    }
}

fn end_of_string(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn end_of_block_comment(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (at, depth) = (at + 2, depth + 1),
            ('*', '/') => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

/// Where the items stand that are there in tests only.
fn test_items(code: &[char]) -> Vec<std::ops::Range<usize>> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let marks = ["#[cfg(test)]", "#[cfg(all(test", "#[test]", "#[tokio::test"];
        if !marks.iter().any(|mark| mark.chars().enumerate().all(|(n, c)| code.get(at + n) == Some(&c))) {
            at += 1;
            continue;
        }
        let end = end_of_item(code, at);
        items.push(at..end);
        at = end;
    }
    items
}

/// After the first `;` outside of brackets, or the brace that closes the item.
fn end_of_item(code: &[char], from: usize) -> usize {
    let mut depth = 0usize;
    for (at, c) in code.iter().enumerate().skip(from) {
        match c {
            '{' | '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The lines on which `word` stands as a word of its own.
pub(crate) fn words_at<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.lines().enumerate().flat_map(move |(number, line)| {
        line.match_indices(word).filter_map(move |(at, _)| {
            let joined_before = word.starts_with(is_word) && line[..at].ends_with(is_word);
            let joined_after = word.ends_with(is_word) && line[at + word.len()..].starts_with(is_word);
            (!joined_before && !joined_after).then_some(number + 1)
        })
    })
}

/// Every path after `crate::`, taken out of its braces, with its line.
pub(crate) fn paths_used(source: &Source) -> Vec<(usize, Vec<String>)> {
    let mut used = Vec::new();
    for (at, word) in source.code.match_indices("crate::") {
        let line = 1 + source.code[..at].matches('\n').count();
        let mut rest = &source.code[at + word.len()..];
        used.extend(tree(&mut rest, 0).into_iter().map(|path| (line, path)));
    }
    used
}

/// What a room's `mod.rs` shows at its door: name to the file it comes from.
pub(crate) fn reexports(room: &str, all: &[Source]) -> HashMap<String, String> {
    let door = format!("src/{room}/mod.rs");
    let mut names = HashMap::new();
    let Some(source) = all.iter().find(|source| source.path == door) else { return names };
    for (at, word) in source.code.match_indices("use ") {
        if !source.code[..at].trim_end().ends_with(['b', ')']) {
            continue; // not `pub use` or `pub(crate) use`
        }
        let mut rest = source.code[at + word.len()..].trim_start_matches("self::");
        for path in tree(&mut rest, 0) {
            if let [file, .., name] = path.as_slice() {
                names.insert(name.clone(), file.clone());
            }
        }
    }
    names
}

/// Deeper nesting than this stands in no `use` of ours.
const DEPTH_MAX: usize = 20;

/// `a::{b, c::d}` → `[a, b]`, `[a, c, d]`.
fn tree(rest: &mut &str, depth: usize) -> Vec<Vec<String>> {
    *rest = rest.trim_start();
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    if let Some(inside) = rest.strip_prefix('{') {
        *rest = inside;
        let mut all = Vec::new();
        loop {
            all.extend(tree(rest, depth + 1));
            // `as name`, commas and space between two of them.
            let stop = rest.find([',', '}', ';']).unwrap_or(rest.len());
            let comma = rest[stop..].starts_with(',');
            *rest = rest.get(stop + 1..).unwrap_or("");
            if !comma {
                return all;
            }
        }
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(rest.len());
    let name = rest[..end].to_owned();
    *rest = &rest[end..];
    if name.is_empty() {
        return Vec::new();
    }
    let Some(after) = rest.strip_prefix("::") else { return vec![vec![name]] };
    // `a::<T>` ends the path as well.
    if after.starts_with('<') {
        return vec![vec![name]];
    }
    *rest = after;
    let mut below = tree(rest, depth + 1);
    for path in &mut below {
        path.insert(0, name.clone());
    }
    if below.is_empty() { vec![vec![name]] } else { below }
}
