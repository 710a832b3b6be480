//! One page: what stands on its top, and the pieces it was cut into.

use super::{Audience, PageRow, audience, folder, pieces};
use crate::agent::words::Tongue;

/// One page, cut into pieces.
pub(super) struct Page {
    pub(super) file: String,
    pub(super) tongue: Tongue,
    pub(super) audience: Audience,
    pub(super) instructions: bool,
    pub(super) pieces: Vec<pieces::Piece>,
}

impl Page {
    pub(super) fn row(&self) -> PageRow {
        PageRow {
            file: self.file.clone(),
            language: self.tongue.code(),
            passages: self.pieces.len(),
            instructions: self.instructions,
            audience: self.audience.clone(),
        }
    }

    pub(super) fn words(&self) -> String {
        self.pieces.iter().map(|piece| piece.markdown.as_str()).collect::<Vec<_>>().join("\n\n")
    }
}

/// A file as a page, and what could not be read of its top.
pub(super) fn page(file: &folder::PageFile, text: &str) -> (Page, Option<String>) {
    let top = audience::top(text);
    let pieces = pieces::cut(&file.name, top.title, top.body, file.kind);
    let pieces = if top.asks.is_empty() { pieces } else { pieces::answers(&pieces, &top.asks) };
    let sample: String = pieces.iter().map(|piece| piece.markdown.as_str()).take(8).collect();
    let (file, tongue) = (file.name.clone(), Tongue::of(&sample));
    (Page { file, tongue, audience: top.audience, instructions: top.instructions, pieces }, top.trouble)
}
