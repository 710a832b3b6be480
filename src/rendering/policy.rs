//! The second wall: ammonia parses what was written as a browser does, and keeps what stands here.
//!
//! It trusts nothing that `rewrite` did: every value is judged again, by its final form.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use ammonia::{Builder, Url, UrlRelative};

use super::{css, elements, links, pictures};

/// The classes of our own that `frame` styles; a mail has none.
pub(super) const CLASSES: [&str; 4] = ["plain", "quoted", "picture", "elsewhere"];

/// A fragment with nothing in it but what the policy names.
pub(super) fn clean(markup: &str) -> String {
    POLICY.clean(markup).to_string()
}

/// Whether an address that `links` let through stays: one that no browser can parse does not.
pub(super) fn is_address(href: &str) -> bool {
    Url::parse(href).is_ok()
}

/// What ends the start tag of a link behind its address, as the policy writes it.
pub(super) const LINK_END: &str = "\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">";

static POLICY: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut own: HashMap<&str, HashSet<&str>> = HashMap::from([("a", HashSet::from(["href"]))]);
    for (name, of) in elements::OWN {
        of.iter().for_each(|element| _ = own.entry(element).or_default().insert(name));
    }
    own.entry("img").or_default().insert("src");
    let classes = || HashSet::from(CLASSES);
    let mut policy = Builder::default();
    policy
        .tags(elements::ELEMENTS.into_iter().collect())
        .clean_content_tags(elements::DROPPED.into_iter().chain(["script", "style", "template", "noscript"]).collect())
        .tag_attributes(own)
        .generic_attributes(elements::GENERIC.into_iter().collect())
        .allowed_classes(HashMap::from([("div", classes()), ("span", classes()), ("blockquote", classes())]))
        .url_schemes(["http", "https", "mailto", "tel", "data"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(judged);
    policy
});

/// Ammonia's table says which attributes there may be; this says what they may hold.
fn judged<'v>(element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let fine = match attribute {
        "href" => element == "a" && links::href(value).is_some_and(|href| href == value),
        "src" => element == "img" && pictures::is_shown(value),
        "style" => css::is_filtered(value),
        "alt" => true,
        "class" => element != "a",
        "rel" | "target" => element == "a",
        _ => elements::is_plain_value(attribute, value),
    };
    fine.then_some(Cow::Borrowed(value))
}
