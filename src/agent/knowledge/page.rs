//! One page: what stands on its top, and the pieces it was cut into.

use std::sync::Arc;

use super::{Audience, PageRow, audience, folder::PageKind, pieces};
use crate::agent::words::Tongue;

/// The pages of one source, and what was passed over there, each with its name and why.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) pages: Vec<Page>,
    pub(super) warnings: Vec<String>,
}

/// One page, cut into pieces.
pub(super) struct Page {
    pub(super) file: String,
    pub(super) tongue: Tongue,
    pub(super) audience: Audience,
    pub(super) instructions: bool,
    /// Of an article: a newer version waits beside what is published.
    pub(super) newer_draft: bool,
    pub(super) pieces: Vec<Arc<pieces::Piece>>,
}

impl Page {
    pub(super) fn row(&self) -> PageRow {
        PageRow {
            file: self.file.clone(),
            language: self.tongue.code(),
            passages: self.pieces.len(),
            instructions: self.instructions,
            newer_draft: self.newer_draft,
            audience: self.audience.clone(),
        }
    }

    pub(super) fn words(&self) -> String {
        self.pieces.iter().map(|piece| piece.markdown.as_str()).collect::<Vec<_>>().join("\n\n")
    }
}

/// A text as the page that is called `name`, and what could not be read of its top.
pub(super) fn page(name: &str, kind: PageKind, text: &str) -> (Page, Option<String>) {
    let top = audience::top(text);
    let pieces = pieces::cut(name, top.title, top.body, kind);
    let pieces = if top.asks.is_empty() { pieces } else { pieces::answers(&pieces, &top.asks) };
    let sample: String = pieces.iter().map(|piece| piece.markdown.as_str()).take(8).collect();
    let page = Page {
        file: name.to_owned(),
        tongue: Tongue::of(&sample),
        audience: top.audience,
        instructions: top.instructions,
        newer_draft: false,
        pieces: pieces.into_iter().map(Arc::new).collect(),
    };
    (page, top.trouble)
}
