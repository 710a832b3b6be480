//! How elements stand among the lines of a page.

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
