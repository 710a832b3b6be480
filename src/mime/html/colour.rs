//! Colours as mail writes them, and whether one can be seen on another.

/// What words or paper are painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// Red, green, blue.
    Known(u8, u8, u8),
    /// Nothing at all.
    Clear,
    /// A picture, or what we cannot read: anything may be seen on it.
    Unknown,
}

/// The eye tells apart what differs by more in any of the three.
const SAME_WITHIN: u8 = 16;

impl Paint {
    /// Whether words of this colour cannot be told from what they stand on.
    pub(super) fn is_lost_on(self, paper: Self) -> bool {
        match (self, paper) {
            (Self::Clear, _) => true,
            (Self::Known(r, g, b), Self::Known(x, y, z)) => {
                [(r, x), (g, y), (b, z)].into_iter().all(|(one, other)| one.abs_diff(other) <= SAME_WITHIN)
            }
            _ => false,
        }
    }
}

/// A colour in a style. `None` when it says nothing of its own: `inherit`, or what a browser would pass over.
pub(super) fn value(text: &str) -> Option<Paint> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix('#') {
        return hex(digits);
    }
    if text == "transparent" {
        return Some(Paint::Clear);
    }
    for name in ["rgba", "rgb", "hsla", "hsl"] {
        if let Some(inner) = text.strip_prefix(name).and_then(|rest| rest.strip_prefix('(')) {
            return function(name, inner.trim_end_matches(')'));
        }
    }
    if ["var(", "color(", "lab(", "light-dark(", "windowtext", "currentcolor"]
        .iter()
        .any(|other| text.starts_with(other))
    {
        return Some(Paint::Unknown);
    }
    named(text)
}

/// A colour in an attribute: there `#` may be left out.
pub(super) fn attribute(text: &str) -> Option<Paint> {
    let text = text.trim().to_ascii_lowercase();
    value(&text).or_else(|| hex(&text))
}

/// The paper that a background makes of the one below.
pub(super) fn background(text: &str, below: Paint) -> Paint {
    if ["url(", "gradient(", "image(", "var("].iter().any(|picture| text.contains(picture)) {
        return Paint::Unknown;
    }
    let words = |text: &str| text.split(' ').find_map(value);
    // A function's own spaces must not cut it.
    let found = if text.contains('(') { value(&text.replace(", ", ",")).or_else(|| words(text)) } else { words(text) };
    match found {
        Some(Paint::Clear) | None => below,
        Some(paint) => paint,
    }
}

fn hex(digits: &str) -> Option<Paint> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let one = |at: usize| u8::from_str_radix(&digits[at..at + 1], 16).ok().map(|n| n * 17);
    let two = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    match digits.len() {
        4 if one(3)? < 26 => Some(Paint::Clear),
        8 if two(6)? < 26 => Some(Paint::Clear),
        // Half seen through: what shines through decides.
        4 if one(3)? < 230 => Some(Paint::Unknown),
        8 if two(6)? < 230 => Some(Paint::Unknown),
        3 | 4 => Some(Paint::Known(one(0)?, one(1)?, one(2)?)),
        6 | 8 => Some(Paint::Known(two(0)?, two(2)?, two(4)?)),
        _ => None,
    }
}

fn function(name: &str, inner: &str) -> Option<Paint> {
    let parts: Vec<&str> = inner.split([',', '/', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let number = |text: &str, whole: f32| match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f32>().ok().map(|n| n * whole / 100.0),
        None => text.trim_end_matches("deg").parse().ok(),
    };
    match parts.get(3).and_then(|alpha| number(alpha, 1.0)) {
        Some(alpha) if alpha <= 0.1 => return Some(Paint::Clear),
        Some(alpha) if alpha < 0.9 => return Some(Paint::Unknown),
        _ => {}
    }
    let (a, b, c) = (parts.first()?, parts.get(1)?, parts.get(2)?);
    if name.starts_with("hsl") {
        let (lightness, saturation) = (number(c, 100.0)?, number(b, 100.0)?);
        // Black, white and grey need no hue; of all others we cannot say enough.
        let grey = (lightness * 2.55).clamp(0.0, 255.0) as u8;
        let plain = saturation <= 5.0 || lightness <= 4.0 || lightness >= 97.0;
        return Some(if plain { Paint::Known(grey, grey, grey) } else { Paint::Unknown });
    }
    let octet = |text: &str| number(text, 255.0).map(|n| n.clamp(0.0, 255.0) as u8);
    Some(Paint::Known(octet(a)?, octet(b)?, octet(c)?))
}

fn named(name: &str) -> Option<Paint> {
    let (_, [r, g, b]) = NAMED.iter().find(|(known, _)| *known == name)?;
    Some(Paint::Known(*r, *g, *b))
}

/// The names that mail uses, and all that are nearly white or nearly black.
const NAMED: [(&str, [u8; 3]); 60] = [
    ("black", [0, 0, 0]),
    ("white", [255, 255, 255]),
    ("red", [255, 0, 0]),
    ("green", [0, 128, 0]),
    ("blue", [0, 0, 255]),
    ("gray", [128, 128, 128]),
    ("grey", [128, 128, 128]),
    ("silver", [192, 192, 192]),
    ("yellow", [255, 255, 0]),
    ("navy", [0, 0, 128]),
    ("maroon", [128, 0, 0]),
    ("purple", [128, 0, 128]),
    ("teal", [0, 128, 128]),
    ("olive", [128, 128, 0]),
    ("lime", [0, 255, 0]),
    ("aqua", [0, 255, 255]),
    ("cyan", [0, 255, 255]),
    ("fuchsia", [255, 0, 255]),
    ("magenta", [255, 0, 255]),
    ("orange", [255, 165, 0]),
    ("brown", [165, 42, 42]),
    ("pink", [255, 192, 203]),
    ("gold", [255, 215, 0]),
    ("crimson", [220, 20, 60]),
    ("darkblue", [0, 0, 139]),
    ("darkred", [139, 0, 0]),
    ("darkgreen", [0, 100, 0]),
    ("darkgray", [169, 169, 169]),
    ("darkgrey", [169, 169, 169]),
    ("dimgray", [105, 105, 105]),
    ("dimgrey", [105, 105, 105]),
    ("darkslategray", [47, 79, 79]),
    ("slategray", [112, 128, 144]),
    ("midnightblue", [25, 25, 112]),
    ("royalblue", [65, 105, 225]),
    ("steelblue", [70, 130, 180]),
    ("dodgerblue", [30, 144, 255]),
    ("lightblue", [173, 216, 230]),
    ("lightgray", [211, 211, 211]),
    ("lightgrey", [211, 211, 211]),
    ("gainsboro", [220, 220, 220]),
    ("whitesmoke", [245, 245, 245]),
    ("snow", [255, 250, 250]),
    ("ghostwhite", [248, 248, 255]),
    ("floralwhite", [255, 250, 240]),
    ("seashell", [255, 245, 238]),
    ("ivory", [255, 255, 240]),
    ("azure", [240, 255, 255]),
    ("mintcream", [245, 255, 250]),
    ("aliceblue", [240, 248, 255]),
    ("honeydew", [240, 255, 240]),
    ("linen", [250, 240, 230]),
    ("oldlace", [253, 245, 230]),
    ("beige", [245, 245, 220]),
    ("lightyellow", [255, 255, 224]),
    ("cornsilk", [255, 248, 220]),
    ("lavender", [230, 230, 250]),
    ("lavenderblush", [255, 240, 245]),
    ("antiquewhite", [250, 235, 215]),
    ("tomato", [255, 99, 71]),
];
