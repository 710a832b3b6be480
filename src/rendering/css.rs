//! The style of one element: properties that paint and space, with values that are words, colours and bounded sizes.
//!
//! Nothing that loads (`url`, `image-set`), computes (`expression`, `calc`, `var`), escapes (`\`) or leaves its place
//! (`position`, negative margins). What is not known is left out.

/// Octets of the style of one element that are written.
const STYLE_OCTETS_MAX: usize = 2_000;
/// The largest number in a value, whatever its unit.
const NUMBER_MAX: f64 = 3_000.0;

/// The declarations that may stay, written again; `loads` is told the address of whatever would have been loaded.
pub(super) fn filtered(style: &str, loads: &mut dyn FnMut(&str)) -> String {
    let mut out = String::new();
    let lower = style.to_ascii_lowercase();
    urls(style, &lower, loads);
    for declaration in lower.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let value = value.trim().trim_end_matches("!important").trim_end();
        let mut property = property.trim();
        let mut value = value;
        if property == "background"
            && value.contains("url(")
            && let Some(colour) = colour_beside_picture(value)
        {
            (property, value) = ("background-color", colour);
        }
        if !is_allowed(property, value) {
            continue;
        }
        if out.len() + property.len() + value.len() + 2 > STYLE_OCTETS_MAX {
            break;
        }
        if !out.is_empty() {
            out.push(';');
        }
        out.push_str(property);
        out.push(':');
        out.push_str(value);
    }
    out
}

/// Whether every declaration is one that [`filtered`] writes.
pub(super) fn is_filtered(style: &str) -> bool {
    let fine = |one: &str| one.split_once(':').is_some_and(|(property, value)| is_allowed(property, value));
    style.len() <= STYLE_OCTETS_MAX && style.split(';').all(fine)
}

fn urls(style: &str, lower: &str, loads: &mut dyn FnMut(&str)) {
    for (at, _) in lower.match_indices("url(") {
        let inner = style[at + 4..].split(')').next().unwrap_or_default();
        loads(inner.trim().trim_matches(['"', '\'']));
    }
}

fn is_allowed(property: &str, value: &str) -> bool {
    if value.is_empty() || PROPERTIES.binary_search(&property).is_err() {
        return false;
    }
    let family = matches!(property, "font-family" | "font");
    let known = |octet: u8| match octet {
        b' ' | b'#' | b'%' | b'.' | b',' | b'+' | b'-' | b'/' | b'(' | b')' => true,
        b'\'' | b'"' | b'_' => family,
        _ => octet.is_ascii_alphanumeric(),
    };
    let is_even = |quote: u8| value.bytes().filter(|octet| *octet == quote).count().is_multiple_of(2);
    let quotes_close = !family || is_even(b'\'') && is_even(b'"');
    if !quotes_close || !value.bytes().all(known) || !functions_are_colours(value) || !numbers_are_bounded(value) {
        return false;
    }
    match property {
        "display" => DISPLAYS.contains(&value),
        "overflow" => value == "hidden" || value == "visible",
        // What is pulled out of its place may lie over something else.
        _ if property.starts_with("margin") => !value.split(' ').any(|size| size.starts_with('-')),
        _ => true,
    }
}

fn functions_are_colours(value: &str) -> bool {
    value.match_indices('(').all(|(at, _)| {
        let name = value[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-').next();
        name.is_some_and(|name| ["rgb", "rgba", "hsl", "hsla"].contains(&name))
    })
}

fn numbers_are_bounded(value: &str) -> bool {
    // So few digits are no more, whatever they are.
    const OCTETS_FINE: usize = 3;
    let words = value.split([' ', ',', '(', ')', '/']).filter(|word| !word.starts_with('#'));
    let mut numbers =
        words.flat_map(|word| word.split(|c: char| !c.is_ascii_digit() && c != '.')).filter(|n| !n.is_empty());
    numbers.all(|digits| {
        let short = digits.len() <= OCTETS_FINE && digits.bytes().all(|octet| octet.is_ascii_digit());
        short || digits.parse().is_ok_and(|n: f64| n <= NUMBER_MAX)
    })
}

/// The colour beside a picture: `background:#036 url(x) no-repeat` keeps its words readable.
fn colour_beside_picture(value: &str) -> Option<&str> {
    value.split(' ').find(|word| word.starts_with('#') && word[1..].bytes().all(|b| b.is_ascii_hexdigit()))
}

const DISPLAYS: [&str; 11] = [
    "block",
    "inline",
    "inline-block",
    "none",
    "table",
    "inline-table",
    "table-row",
    "table-cell",
    "table-row-group",
    "table-header-group",
    "list-item",
];

/// Sorted.
const PROPERTIES: [&str; 84] = [
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "caption-side",
    "clear",
    "color",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-decoration-color",
    "text-decoration-line",
    "text-decoration-style",
    "text-indent",
    "text-transform",
    "unicode-bidi",
    "vertical-align",
    "visibility",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
    "writing-mode",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(style: &str) -> String {
        filtered(style, &mut |_| {})
    }

    #[test]
    fn what_paints_and_spaces_stays() {
        assert!(PROPERTIES.is_sorted());
        for style in [
            "color:#333333;font:bold 14px/1.5 'open sans',arial,sans-serif",
            "background:#fff;border:1px solid #999999;padding:3px 0",
            "display:none;max-height:0;overflow:hidden",
            "color:rgba(0,0,0,.5);width:100%;border-color:#a99999",
        ] {
            assert_eq!(kept(style), style);
            assert!(is_filtered(style));
        }
        assert_eq!(kept("COLOR : Red !important ; "), "color:red");
    }

    #[test]
    fn what_loads_computes_escapes_or_leaves_its_place_goes() {
        for style in [
            "background:url(https://evil.example/x)",
            "background-image:url(x)",
            "width:expression(alert(1))",
            "color:\\72 ed",
            "position:fixed",
            "margin-left:-2000px",
            "margin:0 -9px",
            "width:99999px",
            "behavior:url(#x)",
            "-moz-binding:url(x)",
            "color:red/*",
            "font-family:'a",
            "color:var(--x)",
            "width:calc(1px)",
            "list-style:image-set('x')",
            "--x:red",
            "color:}body{color",
            "@import 'x'",
            "display:flex-evil",
            "color",
            "color:",
        ] {
            assert_eq!(kept(style), "", "{style}");
            assert!(!is_filtered(style), "{style}");
        }
    }

    #[test]
    fn what_would_be_loaded_is_told() {
        let mut told = Vec::new();
        let style = "background:#fff URL( 'https://A.example/x' );list-style:url(//b.example/y)";
        assert_eq!(filtered(style, &mut |address| told.push(address.to_owned())), "background-color:#fff");
        assert_eq!(told, ["https://A.example/x", "//b.example/y"]);
    }
}
