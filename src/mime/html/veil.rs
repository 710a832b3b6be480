//! Follows the open elements of a page and says whether a reader sees what stands in them.

use super::{
    kept_at_close, kept_at_open,
    look::Look,
    nesting::is_void,
    sheet::{Named, Sheet},
    tokens::Tag,
};

/// Elements inside one another whose look is told apart; deeper ones look like the deepest.
const OPEN_MAX: usize = 20_000;

/// The open elements, each with its look.
pub(super) struct Veil<'a> {
    sheet: Sheet<'a>,
    open: Vec<(Named<'a>, Look)>,
    /// The page itself: what `<html>` and `<body>` say holds also where somebody closed them.
    page: Look,
}

impl<'a> Veil<'a> {
    pub(super) fn of(html: &'a str) -> Self {
        Self { sheet: Sheet::of(html), open: Vec::new(), page: Look::default() }
    }

    /// Whether a reader sees words that stand here.
    pub(super) fn is_seen(&self) -> bool {
        self.look().is_seen()
    }

    fn look(&self) -> Look {
        self.open.last().map_or(self.page, |(_, look)| *look)
    }

    pub(super) fn open(&mut self, tag: &Tag<'a>) {
        let kept = kept_at_open(tag.name, self.open.iter().map(|(one, _)| one.name));
        self.open.truncate(kept);
        if is_void(tag.name) {
            return;
        }
        if self.sheet.is_empty() && tag.attributes().next().is_none() && !tag.is("a") {
            if self.open.len() < OPEN_MAX && !tag.is("body") && !tag.is("html") {
                self.open.push((Named::of(*tag), self.look()));
            }
            return;
        }
        let own = tag.attribute("style");
        let element = Named::of(*tag);
        let around = self.open.iter().rev().map(|(one, _)| *one).filter(|one| one.is_short);
        let styles = if element.is_short { self.sheet.styles(&element, around, own) } else { vec![own] };
        let look = self.look().inside(tag, &styles);
        if tag.is("body") || tag.is("html") {
            self.page = look;
        } else if self.open.len() < OPEN_MAX {
            self.open.push((element, look));
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        if let Some(kept) = kept_at_close(name, self.open.iter().map(|(one, _)| one.name)) {
            self.open.truncate(kept);
        }
    }
}
