//! Pages as they come: which may be known, and what of them is the page.

use super::*;
use crate::{
    config::{Config, parse},
    fetch::{HeaderName, HeaderValue},
};

fn scope() -> Scope {
    let text = "[[knowledge.site]]\nsitemap = \"https://a.example/s.xml\"\nexclude = [\"/internal/\"]\n";
    let config: Config = parse(text, std::path::Path::new("")).unwrap();
    Scope::of(&config.knowledge.sites[0]).unwrap()
}

fn response(headers: &[(&str, &str)], body: &[u8]) -> Response {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    let mut all = HeaderMap::new();
    for (name, value) in headers.iter().map(pair) {
        all.append(name, value);
    }
    Response { status: 200, headers: all, body: body.to_vec().into(), cut: false }
}

fn read_as(kind: &str, body: &[u8]) -> Result<Read, String> {
    let url = Url::parse("https://a.example/help/returns").unwrap();
    read(&url, &response(&[("content-type", kind)], body), &scope())
}

fn text_of(html: &str) -> String {
    read_as("text/html", html.as_bytes()).unwrap().text
}

#[test]
fn of_a_page_the_part_is_taken_that_no_other_page_has() {
    let page = "<html><head><title>Re&#x202e;turns &amp; re&#8203;funds\n | Acme</title><script>var x = '<main>';</script></head><body>\
        <header><h1>Acme</h1><nav><a href=/>Home</a></nav></header><div role=navigation>Menu</div>\
        <article><header><h2>Returns</h2></header><p>Send it <a href='../form?a=1&amp;b=2'>back</a> within 30 days.</p>\
        <form><input><label>Search</label></form><aside>Our newsletter</aside></article>\
        <script>track()</script><footer>Imprint</footer></body></html>";
    let read = read_as("text/html; charset=utf-8", page.as_bytes()).unwrap();
    assert_eq!(read.title, "Returns & refunds | Acme");
    assert_eq!(read.text, "## Returns\n\nSend it [back](<https://a.example/form?a=1&b=2>) within 30 days.");
}

#[test]
fn where_a_page_says_what_its_main_part_is_nothing_else_is_taken() {
    for main in ["<main>", "<div role=main>"] {
        let end = if main == "<main>" { "</main>" } else { "</div>" };
        let page =
            format!("<div>Offers!</div>{main}<header><h1>Hours</h1></header><p>Nine to five.{end}<div>Cookies?</div>");
        assert_eq!(text_of(&page), "# Hours\n\nNine to five.", "{main}");
    }
    // What is never closed ends where what is around it ends.
    assert_eq!(text_of("<div><nav>Menu <b>x</div><p>Nine to five."), "Nine to five.");
}

#[test]
fn what_acts_leads_away_or_hides_in_a_page_is_left_out() {
    let text = text_of(
        "<p onclick=x()>a < b <a href='javascript:alert(1)'>one</a> <a href='#top'>two</a> \
         <a href=\"https://b.example/&quot;><script>\">three</a> <<button>x</button>script>four</p>",
    );
    assert_eq!(text, "a \\< b one two [three](<https://b.example/%22%3E%3Cscript%3E>) \\<script\\>four");
}

#[test]
fn depth_costs_no_more_than_length() {
    let deep = format!("{}Nine to five.", "<div><b>".repeat(100_000));
    assert_eq!(text_of(&deep), "Nine to five.");
    let url = Url::parse("https://a.example/").unwrap();
    assert_eq!(content::main(&url, &deep).matches("<div>").count(), 32);
    let unclosed = format!("<p>Nine to five.{}", "<nav".repeat(20_000));
    assert!(text_of(&unclosed).starts_with("Nine to five."));
}

#[test]
fn a_page_says_itself_that_it_is_not_to_be_known() {
    for html in [
        "<meta name=robots content='NOINDEX, nofollow'><p>x</p>",
        "<META NAME=\"Robots\" CONTENT=\"none\"><p>x</p>",
        "<meta name=replyd content=noindex><p>x</p>",
    ] {
        assert!(read_as("text/html", html.as_bytes()).unwrap_err().contains("noindex"), "{html}");
    }
    text_of("<meta name=googlebot content=noindex><meta name=robots content=nofollow><p>x</p>");
    let url = Url::parse("https://a.example/").unwrap();
    for (tag, is_known) in [
        ("noindex", false),
        ("nofollow, NONE", false),
        ("replyd: noindex", false),
        ("otherbot: noindex", true),
        ("max-snippet:5, nofollow", true),
        ("max-snippet:5, noindex", false),
    ] {
        let headers = [("content-type", "text/plain"), ("x-robots-tag", tag)];
        assert_eq!(read(&url, &response(&headers, b"words"), &scope()).is_ok(), is_known, "{tag}");
    }
}

#[test]
fn a_copy_names_its_original_at_the_same_site_only() {
    for (href, original) in [
        ("/help/refunds", Some("https://a.example/help/refunds")),
        ("https://a.example/help/returns#x", None),
        ("https://b.example/help/refunds", None),
        ("/internal/refunds", None),
        ("javascript:alert(1)", None),
    ] {
        let html = format!("<head><link rel=canonical href='{href}'></head><body><p>x</p>");
        let read = read_as("text/html", html.as_bytes()).unwrap();
        assert_eq!(read.copy_of.as_ref().map(Url::as_str), original, "{href}");
    }
    let late = "<body><link rel=canonical href='/help/refunds'><p>x</p>";
    assert_eq!(read_as("text/html", late.as_bytes()).unwrap().copy_of, None, "who may write in a page is not its head");
}

#[test]
fn characters_are_read_as_the_site_says_or_as_they_are() {
    let latin = b"<p>Stra\xdfe</p>";
    for kind in ["text/html; charset=iso-8859-1", "text/html; charset=\"ISO-8859-1\"", "text/html"] {
        assert_eq!(read_as(kind, latin).unwrap().text, "Straße", "{kind}");
    }
    let said = [b"<meta charset='windows-1251'><p>".as_slice(), b"\xef\xf0</p>"].concat();
    assert_eq!(read_as("text/html", &said).unwrap().text, "пр");
    assert_eq!(read_as("text/plain", "Straße\r\n".as_bytes()).unwrap().text, "Straße\n");
}

#[test]
fn what_is_no_page_says_why() {
    for (kind, body, why) in [
        ("application/pdf", "%PDF", "it is application/pdf, neither HTML nor text"),
        ("", "<p>x</p>", "it does not say what kind it is"),
        ("text/html", "<nav>Menu</nav><p>…</p>", "it has no text"),
    ] {
        assert_eq!(read_as(kind, body.as_bytes()).unwrap_err(), why);
    }
    let long = format!("<p>{}</p>", "word ".repeat(60_000));
    assert!(read_as("text/html", long.as_bytes()).unwrap_err().contains("KiB of text"));
    let url = Url::parse("https://a.example/").unwrap();
    let packed = response(&[("content-type", "text/html"), ("content-encoding", "gzip")], b"x");
    assert!(read(&url, &packed, &scope()).unwrap_err().contains("packed"));
    let cut = Response { cut: true, ..response(&[("content-type", "text/html")], b"<p>x</p>") };
    assert!(read(&url, &cut, &scope()).unwrap_err().contains("larger than 2 MiB"));
}

proptest::proptest! {
    #[test]
    fn any_page_can_be_read(html in "(<|>|/|main|nav|p|a href=|title|meta|'|\"|=| |&lt;|é|x){0,60}") {
        let _ = read_as("text/html", html.as_bytes());
    }
}
