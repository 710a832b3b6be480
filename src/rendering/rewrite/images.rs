//! Pictures: those that the mail carries are shown, and of others it is said where they would have come from.

use super::Page;
use crate::{
    mime::html::{Tag, decode},
    rendering::{pictures::Picture, plain::escape},
};

/// Octets kept of the words that stand for a picture.
const ALT_OCTETS_MAX: usize = 300;
/// Pictures no wider or higher count who reads, and have no place to be shown in.
const PIXEL_MAX: u32 = 2;

impl Page<'_> {
    pub(super) fn picture(&mut self, tag: &Tag<'_>) {
        self.edge = false;
        let alt = decode(tag.attribute("alt"));
        let alt = alt[..alt.floor_char_boundary(ALT_OCTETS_MAX)].trim();
        self.link_words(alt);
        match self.album.find(&decode(tag.attribute("src")), &mut self.data_left) {
            Picture::Shown(src) => {
                self.out.push_str("<img src=\"");
                escape(&src, &mut self.out);
                self.out.push_str("\" alt=\"");
                escape(alt, &mut self.out);
                self.out.push('"');
                for key in ["width", "height", "border", "hspace", "vspace", "align", "style"] {
                    self.attribute(key, &decode(tag.attribute(key)));
                }
                self.out.push('>');
            }
            Picture::Remote(host) => {
                self.rendered.remote.add(&host);
                if !is_pixel(tag) {
                    self.placeholder(alt, &format!("picture at {host}, not loaded"));
                }
            }
            Picture::Missing => self.placeholder(alt, "picture that is not there"),
        }
    }

    fn placeholder(&mut self, alt: &str, what: &str) {
        self.out.push_str("<span class=\"picture\">");
        escape(alt, &mut self.out);
        self.out.push_str(if alt.is_empty() { "[" } else { " [" });
        escape(what, &mut self.out);
        self.out.push_str("]</span>");
    }
}

fn is_pixel(tag: &Tag<'_>) -> bool {
    ["width", "height"].iter().any(|key| tag.attribute(key).trim().parse().is_ok_and(|n: u32| n <= PIXEL_MAX))
}
