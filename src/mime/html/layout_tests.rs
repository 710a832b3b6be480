//! Lists, tables and links of a page as text.

use super::*;

#[test]
fn a_table_of_facts_keeps_its_cells_apart_and_one_for_looks_does_not() {
    for (page, text) in [
        (
            "<table><tr><th>Item</th><th>Price</th></tr><tr><td><p>Shoe</p></td><td>9 €<br>each</td></tr></table>after",
            "Item | Price\nShoe | 9 € each\n\nafter\n",
        ),
        ("<table border=1><tr><td>a<td>b<td><td>d<tr><td>e<td>f</table>", "a | b | | d\ne | f\n"),
        ("<table border=0><tr><td>a</td><td>b</td></tr></table>", "a b\n"),
        ("<table border=1 role=presentation><tr><td>a</td><td><p>b</p></td></tr></table>", "a\n\nb\n"),
        (
            "<table><tr><th><table><tr><td>one</td></tr></table></th><th><div>two</div></th></tr></table>",
            "one\n\ntwo\n",
        ),
    ] {
        assert_eq!(to_text(page), text, "{page}");
    }
}

#[test]
fn lists_have_their_numbers_and_levels() {
    for (page, text) in [
        ("<ol><li>a<li>b<ul><li>c<li>d</ul><li>e</ol>", "1. a\n2. b\n  - c\n  - d\n3. e\n"),
        ("<ol start=3><li>a</li><li value=9>b</li><li>c</li></ol>", "3. a\n9. b\n10. c\n"),
        ("</ol></table><li>a", "- a\n"),
        ("<ol><li><p>a</p></li><li><div><p>b</p><p>c</p></div></li></ol>d", "1. a\n2. b\n\nc\n\nd\n"),
        ("<ul><li><p></p></li><li><ul><li><p>a</ul></ul>", "-\n-\n  - a\n"),
    ] {
        assert_eq!(to_text(page), text, "{page}");
    }
}

#[test]
fn links_headings_and_preformatted_words_stay_readable() {
    for (page, text) in [
        (
            "<h1>Title</h1><p>See <a href='https://a.example/x?b=1&amp;c=2'>the page</a>.</p>",
            "Title\n\nSee the page <https://a.example/x?b=1&c=2>.\n",
        ),
        (
            "<a href='https://a.example/'>https://a.example</a> <a href='mailto:a@x.example'>Ada</a>",
            "https://a.example Ada\n",
        ),
        ("<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd\n"),
        ("a<hr>b", "a\nb\n"),
    ] {
        assert_eq!(to_text(page), text, "{page}");
    }
}
