//! What the style of an element says: what of it stays, and how the element stands among the lines of the page.

use super::css;

/// A style as written, and what became of it. Mails say the same one again and again.
#[derive(Default)]
pub(super) struct Style {
    /// `None` when it would have loaded something, which is told each time.
    written: Option<String>,
    /// What stays of it.
    pub(super) kept: String,
    /// Whether it says how white space is shown.
    pub(super) says_spaces: bool,
    /// Whether white space between elements may be seen.
    pub(super) spaces_count: bool,
    /// Whether words may run from right to left.
    pub(super) direction_counts: bool,
    /// How its element stands, when it says so.
    pub(super) flow: Option<Flow>,
}

impl Style {
    /// Reads a style; `loads` is told the address of whatever would have been loaded.
    pub(super) fn of(written: &str, loads: &mut dyn FnMut(&str)) -> Self {
        let mut loaded = false;
        let kept = css::filtered(written, &mut |address| {
            loaded = true;
            loads(address);
        });
        let says = |all: &[&str]| kept.split(';').any(|one| all.iter().any(|begin| one.starts_with(begin)));
        Self {
            says_spaces: says(&["white-space"]),
            spaces_count: says(&["white-space", "display:inline", "float"]),
            direction_counts: says(&["direction", "unicode-bidi", "writing-mode"]),
            flow: Flow::said_by(&kept),
            written: (!loaded).then(|| written.to_owned()),
            kept,
        }
    }

    /// Whether it was read from these words.
    pub(super) fn is_of(&self, written: &str) -> bool {
        self.written.as_deref() == Some(written)
    }
}

/// How an element stands among the lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// A line ends before and behind it.
    Block,
    Inline,
    /// In no line: not shown, or beside them.
    Out,
}

impl Flow {
    /// What the style of an element says, when it says anything.
    pub(super) fn said_by(style: &str) -> Option<Self> {
        let flow = |one: &str| match one.split_once(':')? {
            ("display", "none") | ("float", "left" | "right") => Some(Self::Out),
            ("display", shown) if shown.starts_with("inline") => Some(Self::Inline),
            ("display", _) => Some(Self::Block),
            _ => None,
        };
        let said = style.split(';').filter_map(flow);
        said.reduce(|before, last| if before == Self::Out { before } else { last })
    }
}
