//! What we render, read again by another: the tokenizer that browsers' rules are written for. It knows nothing of our policy.

use std::cell::RefCell;

use html5ever::{
    Attribute,
    tendril::StrTendril,
    tokenizer::{BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

/// What runs, loads, sends, moves the page, or makes a browser read on in another way.
const ACTING: [&str; 31] = [
    "script",
    "style",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "button",
    "select",
    "textarea",
    "meta",
    "link",
    "base",
    "svg",
    "math",
    "template",
    "noscript",
    "title",
    "xmp",
    "plaintext",
    "noembed",
    "noframes",
    "audio",
    "video",
    "source",
    "track",
    "portal",
    "dialog",
];

/// Attributes that load or lead somewhere and that nothing we write has.
const LOADING: [&str; 12] = [
    "srcset",
    "srcdoc",
    "action",
    "formaction",
    "background",
    "poster",
    "data",
    "ping",
    "http-equiv",
    "id",
    "name",
    "xlink:href",
];

/// A fragment has no element and no attribute that acts, and every address in it is one that a person clicks or a picture of
/// the mail's own.
///
/// # Panics
/// When it has.
pub(crate) fn rendered_is_harmless(markup: &str) {
    let tags = Tags::default();
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(markup));
    let tokenizer = Tokenizer::new(tags, TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    for tag in tokenizer.sink.0.take() {
        let name = &*tag.name;
        assert!(!ACTING.contains(&name), "<{name}> is left: {markup}");
        for Attribute { name: attribute, value } in &tag.attrs {
            let attribute = &*attribute.local;
            assert!(!attribute.starts_with("on") && !LOADING.contains(&attribute), "<{name} {attribute}>: {markup}");
            is_harmless(name, attribute, value, markup);
        }
    }
}

fn is_harmless(name: &str, attribute: &str, value: &str, markup: &str) {
    // The scheme of an address is the same in any case. RFC 3986 §3.1.
    let low = value.to_ascii_lowercase();
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| low.starts_with(beginning));
    match attribute {
        "href" => assert!(name == "a" && begins(&["http://", "https://", "mailto:", "tel:"]), "{value}: {markup}"),
        "src" => assert!(name == "img" && begins(&["/api/v1/attachments/", "data:image/"]), "{value}: {markup}"),
        "style" => {
            for word in
                ["url(", "@", "expression", "image(", "var(", "position", "behavior", "-moz-binding", "\\", "/*"]
            {
                assert!(!low.contains(word), "{word} in {value}: {markup}");
            }
        }
        _ => {}
    }
}

#[derive(Default)]
struct Tags(RefCell<Vec<Tag>>);

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token {
            self.0.borrow_mut().push(tag);
        }
        TokenSinkResult::Continue
    }
}
