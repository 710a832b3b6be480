//! Whether a reader would see the words of an element: sizes, colours, places and the other ways to hide.
//!
//! Errs towards seeing: what is not understood hides nothing.

use super::{
    colour::{self, Paint},
    tokens::Tag,
};

/// Below this a letter is a speck, px.
const FONT_PX_MIN: f32 = 2.0;
/// What browsers begin with, px.
const FONT_PX: f32 = 16.0;
/// Boxes no larger than this show nothing, px.
const BOX_PX_MAX: f32 = 1.0;
/// Whatever stands so far out has left the page, px.
const OFF_PAGE_PX: f32 = 500.0;
/// What the eye still sees of an element that lets light through.
const OPACITY_MIN: f32 = 0.1;

/// How the words of an element look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// Not to be undone by what is inside.
    gone: bool,
    invisible: bool,
    font_px: f32,
    flat: bool,
    ink: Paint,
    paper: Paint,
}

impl Default for Look {
    fn default() -> Self {
        let (ink, paper) = (Paint::Known(0, 0, 0), Paint::Known(255, 255, 255));
        Self { gone: false, invisible: false, font_px: FONT_PX, flat: false, ink, paper }
    }
}

impl Look {
    /// Whether a reader sees its words.
    pub(super) fn is_seen(&self) -> bool {
        !self.gone && !self.invisible && !self.flat && self.font_px >= FONT_PX_MIN && !self.ink.is_lost_on(self.paper)
    }

    /// How an element looks inside this one. `styles` are declarations, the weakest first.
    pub(super) fn inside(self, tag: &Tag<'_>, styles: &[&str]) -> Self {
        let mut look = self;
        let mut shape = Shape::default();
        look.take_attributes(tag, &mut shape);
        for style in styles {
            declarations(style, &mut |property, value| look.declare(self, &mut shape, property, value));
        }
        look.gone |= shape.hides();
        look
    }

    fn take_attributes(&mut self, tag: &Tag<'_>, shape: &mut Shape) {
        if tag.is("a") {
            // Links have a colour of their own.
            self.ink = Paint::Known(0, 0, 238);
        }
        for (key, value) in tag.attributes() {
            let is = |name: &str| key.eq_ignore_ascii_case(name);
            if is("bgcolor") {
                self.paper = colour::attribute(value).unwrap_or(self.paper);
            } else if is("background") && !value.is_empty() {
                self.paper = Paint::Unknown;
            } else if is("color") && tag.is("font") || is("text") && tag.is("body") {
                self.ink = colour::attribute(value).unwrap_or(self.ink);
            } else if is("hidden") {
                shape.none = true;
            }
        }
    }

    fn declare(&mut self, parent: Self, shape: &mut Shape, property: &str, value: &str) {
        match property {
            "display" => shape.none = value == "none",
            "visibility" => self.invisible = matches!(value, "hidden" | "collapse"),
            "opacity" => shape.faint = number(value).is_some_and(|n| n <= OPACITY_MIN),
            "filter" => shape.filtered = argument(value, "opacity").and_then(number).is_some_and(|n| n <= OPACITY_MIN),
            "font-size" => self.font_px = size(value, parent.font_px).unwrap_or(self.font_px),
            "font" => self.font(parent, value),
            "line-height" => self.flat = is_flat(value),
            "color" | "-webkit-text-fill-color" => self.ink = colour::value(value).unwrap_or(self.ink),
            "text-shadow" if value != "none" => self.ink = Paint::Unknown,
            "background-color" | "background" => self.paper = colour::background(value, self.paper),
            "background-image" if value != "none" => self.paper = Paint::Unknown,
            _ => shape.declare(property, value),
        }
    }

    /// `font: bold 0/0 arial`: the size is the first word that is one.
    fn font(&mut self, parent: Self, value: &str) {
        for word in value.split(' ').take_while(|word| !word.contains(',')) {
            let (of, line) = word.split_once('/').unwrap_or((word, ""));
            let weight = line.is_empty() && of.len() == 3 && of.ends_with("00");
            if let Some(px) = size(of, parent.font_px).filter(|_| !weight) {
                self.font_px = px;
                self.flat = is_flat(line);
                return;
            }
        }
    }
}

/// What one element says about its own box.
#[derive(Debug, Default)]
struct Shape {
    none: bool,
    faint: bool,
    filtered: bool,
    low: bool,
    narrow: bool,
    cut_off: bool,
    clipped: bool,
    scaled: bool,
    placed: bool,
    off_page: bool,
    pushed_out: bool,
}

impl Shape {
    fn declare(&mut self, property: &str, value: &str) {
        match property {
            "height" | "max-height" => self.low |= pixels(value).is_some_and(|px| px <= BOX_PX_MAX),
            "width" | "max-width" => self.narrow |= pixels(value).is_some_and(|px| px <= BOX_PX_MAX),
            "overflow" | "overflow-x" | "overflow-y" => self.cut_off = matches!(value, "hidden" | "clip"),
            "clip" | "clip-path" => self.clipped = is_clipped(value),
            "transform" | "-webkit-transform" | "-ms-transform" => self.transform(value),
            "scale" => self.scaled = value.split(' ').any(|n| number(n).is_some_and(|n| n.abs() < 0.05)),
            "position" => self.placed = matches!(value, "absolute" | "fixed" | "relative"),
            "left" | "top" | "right" | "bottom" => {
                self.off_page |= pixels(value).is_some_and(|px| px <= -OFF_PAGE_PX || px >= 10.0 * OFF_PAGE_PX);
            }
            "margin" | "margin-left" | "margin-top" | "margin-right" => {
                self.pushed_out |= value.split(' ').any(|side| pixels(side).is_some_and(|px| px <= -OFF_PAGE_PX));
            }
            "text-indent" => {
                let far = pixels(value).is_some_and(|px| px <= -OFF_PAGE_PX || px >= 10.0 * OFF_PAGE_PX);
                let past = value.strip_suffix('%').and_then(number).is_some_and(|percent| percent.abs() >= 100.0);
                self.pushed_out |= far || past;
            }
            "content-visibility" => self.none |= value == "hidden",
            _ => {}
        }
    }

    fn transform(&mut self, value: &str) {
        let zero = |name| {
            argument(value, name).is_some_and(|all| all.split(',').any(|n| number(n).is_some_and(|n| n.abs() < 0.05)))
        };
        let far = |name| {
            argument(value, name)
                .is_some_and(|all| all.split(',').any(|one| pixels(one).is_some_and(|px| px.abs() >= OFF_PAGE_PX)))
        };
        let edge_on = ["rotatex", "rotatey"].iter().any(|name| argument(value, name) == Some("90deg"));
        self.scaled = ["scale", "scalex", "scaley"].into_iter().any(zero) || edge_on;
        self.pushed_out |= ["translate", "translatex", "translatey"].into_iter().any(far);
    }

    fn hides(&self) -> bool {
        self.none
            || self.faint
            || self.filtered
            || self.clipped
            || self.scaled
            || self.pushed_out
            || self.cut_off && (self.low || self.narrow)
            || self.placed && self.off_page
    }
}

/// The declarations of a style in lower case, without `!important`, comments and needless spaces.
pub(super) fn declarations(style: &str, each: &mut dyn FnMut(&str, &str)) {
    let style = super::decode(style).to_ascii_lowercase();
    let style = without_comments(&style);
    for declaration in style.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().trim_end_matches("important").trim_end().trim_end_matches('!').trim_end();
        if value.contains(|c: char| c.is_whitespace() && c != ' ') || value.contains("  ") || value.contains(", ") {
            let words: Vec<&str> = value.split_ascii_whitespace().collect();
            each(property.trim(), &words.join(" ").replace(", ", ","));
        } else {
            each(property.trim(), value);
        }
    }
}

fn without_comments(style: &str) -> std::borrow::Cow<'_, str> {
    if !style.contains("/*") {
        return style.into();
    }
    let mut out = String::with_capacity(style.len());
    let mut rest = style;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.into()
}

/// A number, or a percentage as its hundredth.
fn number(value: &str) -> Option<f32> {
    let value = value.trim();
    match value.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f32>().ok().map(|n| n / 100.0),
        None => value.parse().ok(),
    }
}

/// A length in px where that can be told without the page around it.
fn pixels(value: &str) -> Option<f32> {
    size(value.trim(), FONT_PX).filter(|_| !value.ends_with('%') || value.trim_start_matches(['0', '.']) == "%")
}

/// A size in px; `em` and percent of `parent`. Nothing for words such as `large`: they can all be read.
fn size(value: &str, parent: f32) -> Option<f32> {
    let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit() || "+-.".contains(c)).len();
    let (n, unit) = value.split_at(digits);
    let n: f32 = n.parse().ok()?;
    let px = match unit {
        "px" => n,
        "" => n,
        "pt" => n * 4.0 / 3.0,
        "pc" => n * 16.0,
        "in" => n * 96.0,
        "cm" => n * 37.8,
        "mm" => n * 3.78,
        "rem" => n * FONT_PX,
        "em" => n * parent,
        "ex" | "ch" => n * parent / 2.0,
        "vw" | "vh" | "vmin" | "vmax" => n * 8.0,
        "%" => n * parent / 100.0,
        _ => return None,
    };
    Some(px)
}

/// A line without height shows nothing; half of one is read.
fn is_flat(value: &str) -> bool {
    size(value, FONT_PX)
        .is_some_and(|px| if value.ends_with(|c: char| c.is_ascii_digit()) { px < 0.1 } else { px <= BOX_PX_MAX })
}

/// `rect(0,0,0,0)`, `inset(50%)`, `circle(0)`: nothing is left.
fn is_clipped(value: &str) -> bool {
    if let Some(sides) = argument(value, "rect") {
        let mut sides = sides.split([',', ' ']).filter(|side| !side.is_empty());
        return sides.all(|side| pixels(side).is_some_and(|px| px.abs() <= BOX_PX_MAX));
    }
    if let Some(first) = argument(value, "inset").and_then(|all| all.split(' ').next()) {
        return first.strip_suffix('%').and_then(number).is_some_and(|percent| percent >= 50.0);
    }
    argument(value, "circle").and_then(|all| all.split(' ').next()).and_then(pixels).is_some_and(|px| px <= BOX_PX_MAX)
        || argument(value, "polygon")
            .is_some_and(|all| all.split([',', ' ']).all(|n| pixels(n).is_some_and(|px| px.abs() <= BOX_PX_MAX)))
}

/// What stands in the brackets of a function.
fn argument<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    let at = value.find(name).filter(|at| value[at + name.len()..].starts_with('('))?;
    value[at + name.len() + 1..].split(')').next().map(str::trim)
}
