//! Lists and tables of a page as text: numbers before items, bars between the cells of what is a table to the reader.
//!
//! Most tables of a mail only put things side by side; these stay without bars. A table of facts has heads or borders.

use super::{nesting::is_one_of, tokens::Tag};

/// Lists and tables inside one another that are told apart.
const OPEN_MAX: usize = 1_000;
/// Levels of a list that are indented.
const INDENTED_MAX: usize = 6;

/// What is open.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The next number of each list; `None` has bullets.
    lists: Vec<Option<u32>>,
    tables: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    of_facts: bool,
    /// Cells of this row so far.
    cells: usize,
    in_cell: bool,
}

impl Layout {
    /// What stands before the words of an element, and whether it keeps to the line.
    pub(super) fn open(&mut self, tag: &Tag<'_>) -> &'static str {
        if tag.is("ol") && self.lists.len() < OPEN_MAX {
            self.lists.push(Some(tag.attribute("start").trim().parse().unwrap_or(1)));
        } else if tag.is("ul") && self.lists.len() < OPEN_MAX {
            self.lists.push(None);
        } else if tag.is("table") && self.tables.len() < OPEN_MAX {
            let layout = tag.attribute("role").trim().eq_ignore_ascii_case("presentation");
            let border = tag.attribute("border").trim().trim_end_matches("px").parse().unwrap_or(0_u32);
            self.tables.push(Table { of_facts: border > 0 && !layout, ..Table::default() });
        } else if let Some(table) = self.tables.last_mut() {
            return table.open(tag);
        }
        ""
    }

    pub(super) fn close(&mut self, name: &str) {
        if is_one_of(name, &["ol", "ul"]) {
            self.lists.pop();
        } else if name.eq_ignore_ascii_case("table") {
            self.tables.pop();
        } else if let Some(table) = self.tables.last_mut()
            && is_one_of(name, &["td", "th", "tr"])
        {
            table.in_cell = false;
        }
    }

    /// What stands before an item of a list.
    pub(super) fn item(&mut self, tag: &Tag<'_>) -> String {
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(INDENTED_MAX));
        let Some(Some(next)) = self.lists.last_mut() else { return indent + "- " };
        let number = tag.attribute("value").trim().parse().unwrap_or(*next);
        *next = number.saturating_add(1);
        format!("{indent}{number}. ")
    }

    /// Whether a paragraph that begins or ends here does not break the line: it stands in a cell of facts.
    pub(super) fn keeps_to_line(&self, name: &str) -> bool {
        self.tables.last().is_some_and(|table| table.of_facts && table.in_cell)
            && is_one_of(name, &["p", "div", "br", "center", "h1", "h2", "h3", "h4", "h5", "h6"])
    }
}

impl Table {
    fn open(&mut self, tag: &Tag<'_>) -> &'static str {
        if tag.is("tr") {
            (self.cells, self.in_cell) = (0, false);
        } else if tag.is("td") || tag.is("th") {
            self.of_facts |= tag.is("th");
            self.cells += 1;
            self.in_cell = true;
            if self.of_facts && self.cells > 1 {
                return " | ";
            }
        }
        ""
    }
}
