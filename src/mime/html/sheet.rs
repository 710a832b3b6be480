//! The style sheets of a page, as far as they decide what is seen: tags, classes, ids and what stands inside what.
//!
//! A rule whose selector is not understood hides nothing, but makes colours unknown where it might hold: white words in a
//! blue box are not lost because we did not see the blue.

use std::collections::HashMap;

use super::tokens::Tag;

/// Octets of style sheets and rules that are read. Newsletters stay far below.
const SHEET_OCTETS_MAX: usize = 256 * 1024;
const RULES_MAX: usize = 2_000;
/// What reading the rules for all elements may cost: so many octets for each of the page, and these. Past it rules hide nothing
/// (S-15).
const COST_PER_OCTET: usize = 16;
const COST_MIN: usize = 4 * 1024 * 1024;
/// What trying a rule costs beside its length.
const COST_OF_TRYING: usize = 40;
/// What looking at an element around costs beside the length of its id and classes.
const COST_OF_LOOKING: usize = 8;
/// Rules that are tried for one element.
const TRIED_MAX: usize = 200;
/// Elements around one that a selector may name.
const AROUND_MAX: usize = 64;
/// A screen narrower than this reads no mail: a rule for wider ones holds.
const NARROWEST_PX: u32 = 320;

/// The rules of a page.
#[derive(Debug, Default)]
pub(super) struct Sheet<'a> {
    rules: Vec<Rule<'a>>,
    /// By the last part's id, class or tag, in lower case.
    by_key: HashMap<String, Vec<usize>>,
    /// Octets of rules that may still be read for elements.
    left: std::cell::Cell<usize>,
}

#[derive(Debug)]
struct Rule<'a> {
    /// From the outermost to the element itself. Thousands of rules are kept at once: none keeps room to grow.
    parts: Box<[Part]>,
    /// Something of the selector was not understood.
    doubtful: bool,
    weight: u32,
    declarations: &'a str,
}

#[derive(Debug, Default)]
struct Part {
    tag: String,
    id: String,
    classes: Box<[String]>,
    /// It is the parent of what follows, not only somewhere around it.
    parent: bool,
}

/// A tag with longer attributes matches no rule: every element inside would look at them again.
const TAG_OCTETS_MAX: usize = 4_000;

/// An element, as a selector sees it: read once, however many rules are tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    id: &'a str,
    class: &'a str,
    /// Longer attributes match no rule.
    pub(super) is_short: bool,
}

impl<'a> Named<'a> {
    pub(super) fn of(tag: Tag<'a>) -> Self {
        let is_short = tag.octets() <= TAG_OCTETS_MAX;
        Self { name: tag.name, id: tag.attribute("id").trim(), class: tag.attribute("class"), is_short }
    }

    fn classes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.class.split_ascii_whitespace()
    }

    /// What looking at it costs.
    fn cost(&self) -> usize {
        COST_OF_LOOKING + self.id.len() + self.class.len()
    }
}

/// What a rule that may hold does to colours.
const DOUBT: &str = "color:var(--);background:var(--)";

impl<'a> Sheet<'a> {
    /// Reads all `<style>` elements.
    pub(super) fn of(html: &'a str) -> Self {
        let sheet_cost = std::cell::Cell::new(COST_MIN + html.len() * COST_PER_OCTET);
        let mut sheet = Self { left: sheet_cost, ..Self::default() };
        let mut left = SHEET_OCTETS_MAX;
        let mut rest = html;
        while let Some(at) = find_tag(rest, "<style") {
            let Some((_, inside)) = rest[at..].split_once('>') else { break };
            let end = find_tag(inside, "</style").unwrap_or(inside.len());
            let text = &inside[..inside.floor_char_boundary(end.min(left))];
            left -= text.len();
            sheet.read(text);
            rest = &inside[end..];
        }
        sheet
    }

    /// The styles of an element, the weakest first, with its own among them; `around` are the elements around it, the
    /// nearest first.
    pub(super) fn styles<'s>(
        &'s self,
        element: &Named<'s>,
        around: impl Iterator<Item = Named<'s>> + Clone,
        own: &'s str,
    ) -> Vec<&'s str> {
        let mut holding: Vec<&Rule<'_>> = Vec::new();
        if !self.rules.is_empty() {
            let keys = element.classes().map(|class| format!(".{}", class.to_ascii_lowercase()));
            let id = std::iter::once(format!("#{}", element.id.to_ascii_lowercase()));
            let keys = keys.chain(id).chain([element.name.to_ascii_lowercase(), "*".to_owned()]);
            let tried = keys.filter_map(|key| self.by_key.get(&key)).flatten().take(TRIED_MAX);
            let tried = tried.map(|at| &self.rules[*at]).take_while(|rule| self.may_try(rule, element));
            holding = tried
                .filter(|rule| rule.holds(element, around.clone().take_while(|one| self.may(one.cost()))))
                .collect();
            holding.sort_by_key(|rule| rule.weight);
        }
        let doubt = holding.iter().any(|rule| rule.doubtful).then_some(DOUBT);
        let sure = || holding.iter().filter(|rule| !rule.doubtful).map(|rule| rule.declarations);
        let loud = sure().filter(|declarations| declarations.contains('!'));
        sure().chain(doubt).chain([own]).chain(loud.map(only_loud)).filter(|style| !style.is_empty()).collect()
    }

    /// Whether no element needs to be asked about.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn may_try(&self, rule: &Rule<'_>, element: &Named<'_>) -> bool {
        self.may(COST_OF_TRYING * rule.parts.len() + rule.declarations.len() + element.cost())
    }

    fn may(&self, cost: usize) -> bool {
        let left = self.left.get().checked_sub(cost);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    fn read(&mut self, text: &'a str) {
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}', ';', '@']) {
            let head = &rest[..at];
            match rest.as_bytes()[at] {
                b'{' => {
                    let (body, after) = rest[at + 1..].split_once('}').unwrap_or((&rest[at + 1..], ""));
                    self.rule(head, body);
                    rest = after;
                }
                b'@' => rest = self.at_rule(&rest[at..]),
                // The end of a block that was entered.
                _ => rest = &rest[at + 1..],
            }
        }
    }

    /// Enters what holds on every screen, passes over everything else. What is behind.
    fn at_rule(&mut self, text: &'a str) -> &'a str {
        let Some(at) = text.find(['{', ';']) else { return "" };
        let after = &text[at + 1..];
        if text.as_bytes()[at] == b';' || holds_everywhere(&text[..at]) {
            return after;
        }
        let mut depth = 1;
        for (at, b) in after.bytes().enumerate() {
            match b {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return &after[at + 1..];
            }
        }
        ""
    }

    fn rule(&mut self, selectors: &str, declarations: &'a str) {
        let selectors = selectors.rsplit("-->").next().unwrap_or_default();
        let selectors = selectors.rsplit("*/").next().unwrap_or_default().trim().trim_start_matches("<!--");
        for selector in selectors.split(',') {
            if self.rules.len() == RULES_MAX {
                return;
            }
            let Some(mut rule) = Rule::of(selector, declarations) else { continue };
            let Some(last) = rule.parts.last() else { continue };
            let key = match last {
                Part { id, .. } if !id.is_empty() => format!("#{id}"),
                Part { classes, .. } if !classes.is_empty() => format!(".{}", classes[0]),
                Part { tag, .. } => tag.clone(),
            };
            rule.weight = rule.weight * RULES_MAX as u32 + self.rules.len() as u32;
            self.by_key.entry(key).or_default().push(self.rules.len());
            self.rules.push(rule);
        }
    }
}

/// Only a rule that is all loud is taken whole behind the element's own style.
fn only_loud(declarations: &str) -> &str {
    let all = declarations.split(';').filter(|one| !one.trim().is_empty()).all(|one| one.contains('!'));
    if all { declarations } else { "" }
}

impl<'a> Rule<'a> {
    /// `None` when it never holds for a mail that lies still: `:hover`, `::before`.
    fn of(selector: &str, declarations: &'a str) -> Option<Self> {
        let selector = selector.trim().to_ascii_lowercase();
        let mut doubtful = selector.contains(['+', '~', '[', '(']);
        let spaced = selector.replace('>', " > ");
        let mut parts: Vec<Part> = Vec::new();
        for word in spaced.split_ascii_whitespace() {
            if word == ">" {
                parts.last_mut()?.parent = true;
                continue;
            }
            let (word, state) = word.split_once(':').map_or((word, ""), |(word, state)| (word, state));
            if !matches!(state, "" | "link" | "root") {
                return None;
            }
            let word = word.split('[').next().unwrap_or_default();
            if word == "+" || word == "~" || word.ends_with(']') {
                doubtful = true;
                continue;
            }
            parts.push(Part::of(word));
        }
        let weight = parts.iter().map(Part::weight).sum();
        let fine = parts.last().is_some_and(|last| last.weight() > 0 || last.tag == "*");
        fine.then_some(Self { parts: parts.into_boxed_slice(), doubtful, weight, declarations })
    }

    fn holds<'t>(&self, element: &Named<'t>, around: impl Iterator<Item = Named<'t>>) -> bool {
        let Some((last, outer)) = self.parts.split_last() else { return false };
        if !last.is(element) {
            return false;
        }
        if self.doubtful {
            return true;
        }
        let mut wanted = outer.iter().rev().peekable();
        let mut around = around.take(AROUND_MAX);
        while let Some(part) = wanted.peek() {
            let Some(one) = around.next() else { break };
            if part.is(&one) {
                wanted.next();
            } else if part.parent {
                return false;
            }
        }
        wanted.peek().is_none()
    }
}

impl Part {
    fn of(word: &str) -> Self {
        let (mut part, mut classes) = (Self::default(), Vec::new());
        let mut rest = word;
        while !rest.is_empty() {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let end = rest[first..].find(['.', '#']).map_or(rest.len(), |at| at + first);
            let piece = &rest[..end];
            match piece.as_bytes()[0] {
                b'.' => classes.push(piece[1..].to_owned()),
                b'#' => part.id = piece[1..].to_owned(),
                _ => part.tag = piece.to_owned(),
            }
            rest = &rest[end..];
        }
        part.classes = classes.into_boxed_slice();
        part
    }

    fn weight(&self) -> u32 {
        100 * u32::from(!self.id.is_empty())
            + 10 * self.classes.len().min(9) as u32
            + u32::from(!matches!(self.tag.as_str(), "" | "*"))
    }

    fn is(&self, element: &Named<'_>) -> bool {
        let named = self.tag.is_empty() || self.tag == "*" || element.name.eq_ignore_ascii_case(&self.tag);
        let has = |class: &String| element.classes().any(|one| one.eq_ignore_ascii_case(class));
        named && (self.id.is_empty() || element.id.eq_ignore_ascii_case(&self.id)) && self.classes.iter().all(has)
    }
}

/// Whether a condition is one that every screen fulfils.
fn holds_everywhere(head: &str) -> bool {
    let head = head.to_ascii_lowercase();
    let Some(condition) = head.strip_prefix("@media") else { return false };
    condition.replace("only ", "").split(" and ").all(|one| {
        let one = one.trim();
        let width =
            one.strip_prefix("(min-width:").map(|width| width.trim_end_matches(')').trim().trim_end_matches("px"));
        matches!(one, "all" | "screen") || width.is_some_and(|px| px.parse().is_ok_and(|px: u32| px <= NARROWEST_PX))
    })
}

/// Where a tag begins, any case.
fn find_tag(text: &str, begin: &str) -> Option<usize> {
    memchr::memchr_iter(b'<', text.as_bytes()).find(|at| {
        text.as_bytes().get(*at..at + begin.len()).is_some_and(|here| here.eq_ignore_ascii_case(begin.as_bytes()))
    })
}
