//! For whom a page is: everybody, the customers of some support addresses, or some segments of them; and what kind it is, when it is
//! the answer to certain questions, or words to the model.
//!
//! What a page says of it stands on its top, between `---` lines. What cannot be read there closes the page: a slip of a pen must not
//! tell everybody the prices of the few.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    agent::desk::Case,
    config::Segment,
    types::{Address, Level},
};

/// The level from which a From is believed to be a segment's contact.
pub const SEGMENT_LEVEL_MIN: Level = Level::Vouched;

/// For whom a search is made. The empty one is anybody: it finds what is open to all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// The support address that answers.
    pub address: Option<Address>,
    /// Who asks, where that was proved.
    pub contact: Option<Address>,
}

impl Reader {
    /// Who reads the answer to a case. A From that proved nothing belongs to no segment; neither does a conversation in which others
    /// take part, who would read along.
    pub fn of(case: &Case) -> Self {
        let proved = case.row.level >= SEGMENT_LEVEL_MIN && case.row.participants.is_empty();
        Self { address: Some(case.row.address.clone()), contact: proved.then(|| case.row.contact.clone()) }
    }

    /// The segments whose contact this is.
    pub(in crate::agent) fn segments<'a>(&self, all: &'a [Segment]) -> BTreeSet<&'a str> {
        let Some(contact) = &self.contact else { return BTreeSet::new() };
        all.iter().filter(|segment| segment.holds(contact)).map(|segment| segment.name.as_str()).collect()
    }
}

/// What a page says of itself on its top.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Audience {
    /// Nobody reads it yet.
    pub draft: bool,
    /// Support addresses that may quote it, as they are compared; all when there is none.
    pub addresses: Option<BTreeSet<String>>,
    /// Segments whose contacts may read it; everybody when there is none.
    pub segments: Option<BTreeSet<String>>,
}

impl Audience {
    /// Whether that reader may be shown it, being in these segments.
    pub(super) fn admits(&self, reader: &Reader, segments: &BTreeSet<&str>) -> bool {
        let address =
            |keys: &BTreeSet<String>| reader.address.as_ref().is_some_and(|address| keys.contains(&address.key()));
        let segment = |names: &BTreeSet<String>| names.iter().any(|name| segments.contains(name.as_str()));
        !self.draft && self.addresses.as_ref().is_none_or(address) && self.segments.as_ref().is_none_or(segment)
    }
}

/// The top of a page, and what is below it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Top<'a> {
    /// `title`.
    pub(super) title: Option<String>,
    /// `draft`, `addresses`, `segments`.
    pub(super) audience: Audience,
    /// `asks`: the questions to which this page, whole, is the answer.
    pub(super) asks: Vec<String>,
    /// `instructions: true`: words to the model, quoted to nobody.
    pub(super) instructions: bool,
    /// What could not be read: the page is a draft then.
    pub(super) trouble: Option<String>,
    /// The page.
    pub(super) body: &'a str,
}

/// Takes `---` … `---` (or `+++`) from the top.
pub(super) fn top(text: &str) -> Top<'_> {
    let whole = Top { body: text, ..Top::default() };
    let Some((sign, rest)) =
        [("---\n", ':'), ("+++\n", '=')].iter().find_map(|(fence, sign)| Some((*sign, text.strip_prefix(fence)?)))
    else {
        return whole;
    };
    let fence = &text[..3];
    let lines = rest.split_inclusive('\n');
    let Some(end) = lines.clone().position(|line| line.trim_end() == fence) else {
        // A rule at the top of a page, unless it says for whom the page is and forgets to end.
        let says = rest
            .lines()
            .take_while(|line| !line.trim().is_empty())
            .any(|line| value(line, sign).is_some_and(|(key, _)| CLOSING.contains(&key)));
        let trouble = says.then(|| format!("its `{fence}` has no end: nobody reads it"));
        return Top { audience: Audience { draft: says, ..Audience::default() }, trouble, ..whole };
    };
    let octets: usize = lines.clone().take(end + 1).map(str::len).sum();
    let mut top = Top { body: &rest[octets..], ..whole };
    for line in lines.take(end) {
        let Some((key, value)) = value(line, sign) else { continue };
        if let Err(words) = top.take(key, value) {
            top.trouble = Some(format!("`{key}`: {words}: nobody reads it"));
            top.audience.draft = true;
        }
    }
    top
}

/// Keys that close a page to somebody.
const CLOSING: [&str; 5] = ["draft", "published", "addresses", "segments", "instructions"];

fn value(line: &str, sign: char) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(sign)?;
    Some((key.trim(), value.trim()))
}

impl Top<'_> {
    fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "title" => self.title = Some(unquoted(value).to_owned()).filter(|title| !title.is_empty()),
            "draft" => self.audience.draft |= flag(value)?,
            "published" => self.audience.draft |= !flag(value)?,
            "addresses" => {
                let address =
                    |name: &str| Address::parse(name).map(|address| address.key()).map_err(|error| error.to_string());
                self.audience.addresses = Some(names(value)?.into_iter().map(address).collect::<Result<_, _>>()?);
            }
            "segments" => self.audience.segments = Some(names(value)?.into_iter().map(str::to_owned).collect()),
            "asks" => self.asks = names(value)?.into_iter().map(str::to_owned).collect(),
            "instructions" => self.instructions = flag(value)?,
            _ => {}
        }
        Ok(())
    }
}

fn flag(value: &str) -> Result<bool, String> {
    match unquoted(value) {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("it is `true` or `false`".to_owned()),
    }
}

/// `[a, b]`, or `a, b`; at least one. A comma within quotation marks parts nothing.
fn names(value: &str) -> Result<Vec<&str>, String> {
    let inner = value.strip_prefix('[').map_or(Some(value), |inner| inner.strip_suffix(']'));
    let inner = inner.ok_or("the list has no end")?;
    let mut quoted = false;
    let parts = inner.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let names: Vec<&str> = parts.map(|name| unquoted(name.trim())).filter(|name| !name.is_empty()).collect();
    if names.is_empty() { Err("it names nothing on its line".to_owned()) } else { Ok(names) }
}

fn unquoted(value: &str) -> &str {
    value.trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_page_says_for_whom_it_is() {
        let page = "---\ntitle: \"Prices\"\ndraft: false\naddresses: [Sales@Acme.example, b2b@acme.example]\nsegments: partners\n---\nTen.\n";
        let top = top(page);
        assert_eq!((top.title.as_deref(), top.body), (Some("Prices"), "Ten.\n"));
        let addresses = ["sales@acme.example", "b2b@acme.example"].map(|text| Address::parse(text).unwrap().key());
        assert_eq!(top.audience.addresses, Some(addresses.into()));
        assert_eq!(top.audience.segments, Some(["partners".to_owned()].into()));
        assert!(!top.audience.draft && top.trouble.is_none());
    }

    #[test]
    fn a_page_without_a_top_is_everybodys() {
        for page in ["# Prices\n", "---\n\nA rule.\n", "---\nA rule: or what?\n", "+++ no\n", ""] {
            let top = top(page);
            assert_eq!((top.body, &top.audience), (page, &Audience::default()), "{page}");
        }
        assert!(top("---\npublished: false\n---").audience.draft);
        assert!(!top("+++\ndraft = false\n+++\nx").audience.draft);
    }

    #[test]
    fn what_cannot_be_read_closes_the_page() {
        for page in [
            "---\ndraft: yes please\n---\nx",
            "---\nsegments:\n- partners\n---\nx",
            "---\nsegments: [partners\n---\nx",
            "---\naddresses: not an address\n---\nx",
            "---\nsegments: partners\n\nThe end is forgotten.\n",
        ] {
            let top = top(page);
            assert!(top.audience.draft && top.trouble.is_some(), "{page}");
        }
    }

    #[test]
    fn a_page_may_be_the_answer_to_questions_or_words_to_the_model() {
        let top = top("---\nasks: [\"Can I, please, cancel?\", How do I cancel]\ninstructions: true\n---\n");
        assert_eq!(top.asks, ["Can I, please, cancel?", "How do I cancel"]);
        assert!(top.instructions);
    }

    #[test]
    fn who_is_not_named_is_not_admitted() {
        let reader = |address: &str| Reader { address: Some(Address::parse(address).unwrap()), contact: None };
        let page = top("---\naddresses: sales@acme.example\nsegments: partners\n---\n").audience;
        let partners = BTreeSet::from(["partners"]);
        assert!(page.admits(&reader("sales@acme.example"), &partners));
        assert!(!page.admits(&reader("sales@acme.example"), &BTreeSet::from(["press"])));
        assert!(!page.admits(&reader("support@acme.example"), &partners));
        assert!(!page.admits(&Reader::default(), &BTreeSet::new()));
        assert!(!Audience { draft: true, ..Audience::default() }.admits(&reader("a@b.example"), &partners));
    }
}
