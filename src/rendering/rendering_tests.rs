//! What a rendered mail keeps and what it loses.

use super::*;
use crate::mime;

fn rendered(html: &str) -> Rendered {
    let mail = Mail { html: html.to_owned(), ..Mail::default() };
    page(&mail, &Options { id: MailId(7) })
}

#[test]
fn a_newsletter_still_looks_like_itself() {
    let html = rendered(
        "<html><head><style>p{color:red}</style><title>x</title></head><body bgcolor=#eeeeee style='margin:0'>\
         <table width=600 cellpadding=4 align=center><tr><td style='background:#036;color:#fff' colspan=2>\
         <h1>Sale</h1><font face=Arial size=2 color=red>All <b>shoes</b></font><tr><td>one<td>two</table>\
         <ol start=3><li>a<li>b</ol></body></html>",
    )
    .html;
    assert_eq!(
        html,
        "<div bgcolor=\"#eeeeee\" style=\"margin:0\"><table width=\"600\" cellpadding=\"4\" align=\"center\"><tbody><tr>\
         <td style=\"background:#036;color:#fff\" colspan=\"2\"><h1>Sale</h1><font face=\"Arial\" size=\"2\" color=\"red\">All \
         <b>shoes</b></font></td></tr><tr><td>one</td><td>two</td></tr></tbody></table>\
         <ol start=\"3\"><li>a</li><li>b</li></ol></div>"
    );
}

#[test]
fn s19_nothing_that_acts_or_loads_is_left() {
    let html = rendered(
        "<script>alert(1)</script><img src=x onerror=alert(1)><a href='java&#10;script:alert(1)' onclick=x>a</a>\
         <form action=//evil.example><input name=x><button formaction=//evil.example>go</button></form>\
         <svg><style><img src=x onerror=alert(1)></style></svg><math><mtext><table><mglyph><style><!--</style>\
         <img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'></math><iframe srcdoc='<script>1</script>'></iframe>\
         <link rel=stylesheet href=//evil.example><base href=//evil.example><meta http-equiv=refresh content=0>\
         <div style='position:fixed;background:url(//evil.example/x)' id=x class=y>b</div>\
         <noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    )
    .html;
    assert!(html.starts_with("<span class=\"picture\">[picture that is not there]</span><a "), "{html}");
    assert!(html.contains(">a</a>go") && html.contains("\nb\n"), "{html}");
    for bad in
        ["<script", "onerror=", "javascript", "evil.example", "<svg", "<math", "<style", "<form", "<input", "class=\"y"]
    {
        assert!(!html.contains(bad), "{bad} in {html}");
    }
}

#[test]
fn pictures_that_the_mail_carries_are_shown_and_others_are_named() {
    let raw = b"From: a@x.example\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
        <img src='cid:logo%40x' alt=Logo width=90><img src=cid:none><img src='https://pics.example/a.png' alt='A shoe'>\
        <img src='https://track.example/p' width=1 height=1><td background='//pics.example/b'>\
        <img src='data:image/png;base64,iVBORw0KGgo='><img src='data:image/svg+xml;base64,PHN2Zz4='><img src=cid:doc>\r\n\
        --b\r\nContent-Type: application/pdf\r\nContent-ID: <doc>\r\n\r\nx\r\n\
        --b\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\n\r\nx\r\n--b--\r\n";
    let shown = page(&mime::parse(raw), &Options { id: MailId(7) });
    let src = format!("<img src=\"/api/v1/attachments/{}-1\" alt=\"Logo\" width=\"90\">", MailId(7));
    assert!(shown.html.contains(&src), "{}", shown.html);
    assert!(shown.html.contains("A shoe [picture at pics.example, not loaded]"), "{}", shown.html);
    assert!(shown.html.contains("<img src=\"data:image/png;base64,iVBORw0KGgo=\""), "{}", shown.html);
    assert_eq!(shown.html.matches("<img").count(), 2, "{}", shown.html);
    assert_eq!(shown.remote.count, 3);
    assert_eq!(shown.remote.hosts, ["pics.example", "track.example"]);
}

#[test]
fn a_link_that_says_another_host_than_it_leads_to_is_marked() {
    let shown =
        rendered("<a href='https://evil.example/x'>https://<b>bank</b>.example</a> <a href='mailto:a@x.example'>x</a>");
    assert!(shown.html.contains("<span class=\"elsewhere\">leads to evil.example</span>"), "{}", shown.html);
    assert!(
        shown.html.contains("href=\"https://evil.example/x\" target=\"_blank\" rel=\"noopener noreferrer nofollow\""),
        "{}",
        shown.html
    );
    let told: Vec<(&str, bool)> = shown.links.iter().map(|link| (link.host.as_str(), link.elsewhere)).collect();
    assert_eq!(told, [("evil.example", true), ("x.example", false)]);
}

#[test]
fn what_says_nothing_is_not_written() {
    for (page, shown) in [
        (
            "<div dir=ltr>\r\n<p class=x><span lang=de>a</span><b></b><i><font></font></i></p>\n\n<p>b",
            "<p>a</p><p>b</p>",
        ),
        ("<b>a</b> <i>b</i>\n<u> </u>c", "<b>a</b> <i>b</i> <u> </u>c"),
        ("<p>a</p> b <span style='color:red'></span>", "<p>a</p> b <span style=\"color:red\"></span>"),
        ("<p>a<br> <b> </b> b</p>", "<p>a\n b</p>"),
        ("<pre>a\n</pre>\n<p>b", "<pre>a\n</pre> <p>b</p>"),
        ("<div dir=rtl>a<div dir=ltr>b</div></div>", "<div dir=\"rtl\">a<div dir=\"ltr\">b</div></div>"),
        ("<span dir=ltr>a</span>", "<span dir=\"ltr\">a</span>"),
        ("<span>a<p>b</span>c", "a<p>b</p>c"),
    ] {
        assert_eq!(rendered(page).html, shown, "{page}");
    }
}

#[test]
fn lines_are_line_ends_where_the_frame_shows_them() {
    for (page, shown) in [
        ("<div>a</div><div dir=ltr><br clear=all></div><div>b\nc</div>d", "a\n\nb c\nd"),
        ("a<div>b<div>c</div></div><div></div><div>d<br></div>e", "a\nb\nc\nd\ne"),
        ("<ul><li>a<br>b<li><div>c</div></ul>", "<ul><li>a\nb</li><li>c\n</li></ul>"),
        // Where the mail says how white space is shown, line ends are its own.
        ("<pre>a\n<br>b<div>c</div></pre>d\ne<br>f", "<pre>a\n<br>b<div>c</div></pre>d e\nf"),
        (
            "<table><tr><td nowrap=nowrap>a\n<br><div>b</div></table>",
            "<table><tbody><tr><td nowrap=\"nowrap\">a\n<br><div>b</div></td></tr></tbody></table>",
        ),
        ("<p style='white-space:normal'>a<br>b</p>", "<p style=\"white-space:normal\">a<br>b</p>"),
        // A line ends behind a block, whatever it is called, and behind nothing else.
        ("<pre>a</pre><div>b</div>", "<pre>a</pre>b\n"),
        ("<div style='display:inline'>a</div><div>b</div>", "<div style=\"display:inline\">a</div>\nb\n"),
        ("<span style='display:block'>a</span><div>b</div>", "<span style=\"display:block\">a</span>b\n"),
        ("a<div style='display:none'>b</div><div>c</div>", "a<div style=\"display:none\">b</div>\nc\n"),
        ("<p style='float:left'>a</p><div>b</div>", "<p style=\"float:left\">a</p>b\n"),
        // What stands between the cells of a table a browser moves before it, but no line ends.
        (
            "<table><div>a</div><br><tr><td>b<br>c</table>",
            "<div>a</div><br><table><tbody><tr><td>b\nc</td></tr></tbody></table>",
        ),
    ] {
        assert_eq!(rendered(page).html, shown, "{page}");
    }
    assert!(frame::document(&rendered("a<br>b")).contains("white-space:pre-line}"), "the frame shows them");
}

#[test]
fn plain_text_is_shown_with_links_and_quotes() {
    let mail = Mail { text: "See <https://a.example/x?a=1&b=2>.\n> old\n>> older\nme".into(), ..Mail::default() };
    let html = page(&mail, &Options { id: MailId(7) }).html;
    assert_eq!(
        html,
        "<div class=\"plain\">See &lt;<a href=\"https://a.example/x?a=1&amp;b=2\" target=\"_blank\" \
         rel=\"noopener noreferrer nofollow\">https://a.example/x?a=1&amp;b=2</a>&gt;.\n<blockquote class=\"quoted\">\
         old\n<blockquote class=\"quoted\">older\n</blockquote></blockquote>me\n</div>"
    );
}

#[test]
fn s15_what_nests_without_end_is_flat_and_keeps_its_words() {
    for (open, close) in
        [("<div>", "</div>"), ("<b>", ""), ("<table><tr><td>", ""), ("<p>", ""), ("<a href=x>", "</a>"), ("<svg>", "")]
    {
        let html = format!("{}word{}", open.repeat(20_000), close.repeat(20_000));
        let shown = rendered(&html).html;
        assert!(shown.contains("word"), "{open}");
        let deepest = shown.split('<').fold((0_i32, 0), |(now, most), tag| {
            let now = now + i32::from(!tag.starts_with('/')) - i32::from(tag.starts_with('/'));
            (now, most.max(now))
        });
        assert!(deepest.1 <= 2 * DEPTH_MAX as i32 || open == "<p>", "{open}: {}", deepest.1);
    }
}

#[test]
fn unclosed_paragraphs_and_rows_are_not_deep() {
    let html = rendered(&format!("{}<p><i>last</i>", "<p>one<table><tr><td>cell<tr><td>cell</table>".repeat(500))).html;
    assert!(html.ends_with("<p><i>last</i></p>"), "{}", &html[html.len() - 200..]);
}

#[test]
fn a_page_is_cut_at_its_limit_and_says_so() {
    let shown = rendered(&"<p>word word word</p>".repeat(300_000));
    assert!(shown.trimmed && shown.html.len() < PAGE_OCTETS_MAX + 10_000);
    assert!(shown.html.ends_with(frame::TRIMMED));
}

#[test]
fn s15_references_without_end_stay_and_cost_no_more_than_their_number() {
    for (before, reference) in [("", "&amp;"), ("", "\u{a7}"), ("<table>", "&amp;"), ("<table><tr>", "&nbsp;")] {
        let shown = rendered(&format!("{before}{}", reference.repeat(20_000))).html;
        assert_eq!(shown.matches(reference).count(), 20_000, "{before}{reference}");
        assert_eq!(shown.contains("<wbr>"), !before.is_empty(), "{before}{reference}");
    }
}
