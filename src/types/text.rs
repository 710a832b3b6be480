//! Text as every room cuts it.

/// The beginning of a text, cut where a character ends.
pub fn head(text: &str, octets_max: usize) -> &str {
    &text[..text.floor_char_boundary(octets_max)]
}
