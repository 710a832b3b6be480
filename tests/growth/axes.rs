//! The table of axes: everything of which a sender can put more into a mail (S-15, S-17).

/// One thing to have more of.
pub(crate) struct Axis {
    /// For failures.
    pub(crate) name: &'static str,
    /// A mail with so many of it.
    pub(crate) mail: fn(usize) -> Vec<u8>,
    /// Where a cap stands in the way, the number just below it: there too each doubling is looked at.
    #[allow(dead_code, reason = "one test program uses it")]
    pub(crate) cap: Option<usize>,
}

const fn axis(name: &'static str, mail: fn(usize) -> Vec<u8>) -> Axis {
    Axis { name, mail, cap: None }
}

const fn capped(name: &'static str, cap: usize, mail: fn(usize) -> Vec<u8>) -> Axis {
    Axis { name, mail, cap: Some(cap) }
}

const FROM: &str = "From: Ada <ada@customer.example>\r\nMessage-ID: <1@customer.example>\r\n";

/// Header lines and nothing else of note.
fn head(lines: &str) -> Vec<u8> {
    format!("{FROM}To: support@acme.example\r\n{lines}\r\nhello\r\n").into_bytes()
}

/// One long header field.
fn field(name: &str, value: &str) -> Vec<u8> {
    head(&format!("{name}: {value}\r\n"))
}

fn text(text: &str) -> Vec<u8> {
    format!("{FROM}Subject: hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").into_bytes()
}

fn html(page: &str) -> Vec<u8> {
    format!("{FROM}Subject: hello\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n").into_bytes()
}

fn parts(parts: &str) -> Vec<u8> {
    format!("{FROM}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n").into_bytes()
}

fn of(n: usize, each: impl Fn(usize) -> String) -> String {
    (0..n).map(each).collect()
}

fn encoded(encoding: &str, body: &str) -> Vec<u8> {
    format!("{FROM}Content-Transfer-Encoding: {encoding}\r\n\r\n{body}").into_bytes()
}

fn report(status: &str) -> Vec<u8> {
    let kind = "multipart/report; report-type=delivery-status; boundary=b";
    let part = "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n";
    format!("From: MAILER-DAEMON@x.example\r\nContent-Type: {kind}\r\n\r\n{part}{status}--b--\r\n").into_bytes()
}

/// Inside one another, each opened and closed.
fn nested(n: usize) -> Vec<u8> {
    let open = of(n, |i| format!("--b{i}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", i + 1));
    format!("{FROM}Content-Type: multipart/mixed; boundary=b0\r\n\r\n{open}").into_bytes()
}

/// In subjects and texts: five digits, none twice for long.
fn number(i: usize) -> usize {
    10_000 + i % 90_000
}

pub(crate) const AXES: &[Axis] = &[
    // ---- the header
    capped("header lines of many names", 1_000, |n| head(&of(n, |i| format!("X-{i}: v\r\n")))),
    capped("header lines of one name", 1_000, |n| head(&of(n, |_| "X-Same: v\r\n".into()))),
    // FNV, djb2 and their like give these pairs one value; so does any sum.
    capped("header names that collide", 1_000, |n| {
        head(&of(n, |i| format!("X-{}: v\r\n", of(20, |bit| if i >> bit & 1 == 0 { "Ez" } else { "FY" }.into()))))
    }),
    capped("Received lines", 1_000, |n| {
        head(&of(n, |i| {
            format!("Received: from a{i}.example by b.example with ESMTP; Sun, 22 Nov 2026 12:00:00 +0000\r\n")
        }))
    }),
    capped("DKIM-Signature lines", 900, |n| {
        head(&of(n, |i| format!("DKIM-Signature: v=1; a=rsa-sha256; d=d{i}.example; s=s; h=from; bh=AAAA; b=AAAA\r\n")))
    }),
    capped("ARC sets", 300, |n| {
        let set = |i: usize| {
            format!(
                "ARC-Seal: i={i}; a=rsa-sha256; cv=pass; d=f.example; s=s; b=AAAA\r\n\
                 ARC-Message-Signature: i={i}; a=rsa-sha256; d=f.example; s=s; h=from; bh=AAAA; b=AAAA\r\n\
                 ARC-Authentication-Results: i={i}; mx.f.example; spf=pass\r\n"
            )
        };
        head(&of(n, |i| set(i + 1)))
    }),
    capped("Authentication-Results lines", 1_000, |n| {
        head(&of(n, |_| "Authentication-Results: mx; spf=pass\r\n".into()))
    }),
    capped("From lines", 1_000, |n| head(&of(n, |i| format!("From: b{i}@x.example\r\n")))),
    axis("lines that are no header", |n| head(&of(n, |_| "no header at all\r\n".into()))),
    axis("a header line's length", |n| field("X-Long", &"a".repeat(n * 10))),
    axis("a header line's folds", |n| field("Subject", &of(n, |_| "\r\n a".into()))),
    axis("a header name's length", |n| head(&format!("{}: v\r\n", "N".repeat(n * 10)))),
    axis("white space in a header", |n| field("Subject", &" \t".repeat(n))),
    // ---- addresses
    capped("addresses in To", 1_000, |n| field("To", &of(n, |i| format!("Person {i} <p{i}@x.example>, ")))),
    capped("addresses in many Cc lines", 900, |n| head(&of(n, |i| format!("Cc: p{i}@x.example\r\n")))),
    axis("addresses in From", |n| {
        format!("From: {}\r\n\r\nhello", of(n, |i| format!("p{i}@x.example, "))).into_bytes()
    }),
    axis("groups in To", |n| field("To", &of(n, |i| format!("g{i}: a@x.example;, ")))),
    axis("groups inside one another", |n| field("To", &"g:".repeat(n))),
    axis("a source route", |n| field("Reply-To", &format!("<{}:a@x.example>", "@r.example,".repeat(n)))),
    axis("comments in From", |n| format!("From: {}a@x.example\r\n\r\nhello", "(c) ".repeat(n)).into_bytes()),
    axis("comments inside one another in From", |n| {
        format!("From: {}c{} a@x.example\r\n\r\nhello", "(".repeat(n), ")".repeat(n)).into_bytes()
    }),
    axis("comments inside one another in To", |n| {
        field("To", &format!("{}c{} a@x.example", "(".repeat(n), ")".repeat(n)))
    }),
    axis("quoted pairs in From", |n| format!("From: \"{}\" <a@x.example>\r\n\r\nhello", "\\\"".repeat(n)).into_bytes()),
    axis("encoded words in From", |n| {
        format!("From: {}<a@x.example>\r\n\r\nx", "=?utf-8?q?a?= ".repeat(n)).into_bytes()
    }),
    axis("marks of encoded words in From", |n| {
        format!("From: {}<a@x.example>\r\n\r\nx", "=?a?b ".repeat(n)).into_bytes()
    }),
    axis("an address's length", |n| field("To", &format!("{}@x.example", "a.".repeat(n)))),
    axis("labels of a domain", |n| field("To", &format!("a@{}example", "x.".repeat(n)))),
    // ---- encoded words
    axis("encoded words", |n| field("Subject", &"=?utf-8?q?a?= ".repeat(n))),
    axis("encoded words of changing charsets", |n| field("Subject", &"=?utf-8?q?a?= =?koi8-r?b?wcE=?= ".repeat(n))),
    axis("encoded words of no encoding", |n| field("Subject", &format!("{}?=", "=?a?z?x ".repeat(n)))),
    axis("encoded words of no charset", |n| field("Subject", &format!("{}?=", "=??q?x ".repeat(n)))),
    axis("encoded words that never end", |n| field("Subject", &"=?utf-8?q?x ".repeat(n))),
    axis("an encoded word's length", |n| field("Subject", &format!("=?utf-8?b?{}?=", "QUFB".repeat(n)))),
    axis("beginnings of encoded words", |n| field("Subject", &format!("{}?=", "=?".repeat(n)))),
    // ---- ids
    capped("References", 1_000, |n| field("References", &of(n, |i| format!("<{i}@x.example> ")))),
    axis("In-Reply-To without brackets", |n| field("In-Reply-To", &of(n, |i| format!("{i}@x.example, ")))),
    axis("a Message-ID's length", |n| field("References", &format!("<{}@x.example>", "a".repeat(n * 10)))),
    // ---- parts
    capped("parts", 480, |n| parts(&of(n, |i| format!("--b\r\n\r\npart {i}\r\n")))),
    capped("parts that are pages", 480, |n| {
        parts(&of(n, |_| "--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n".into()))
    }),
    capped("attachments", 480, |n| {
        parts(&of(n, |i| format!("--b\r\nContent-Disposition: attachment; filename=\"f{i}.pdf\"\r\n\r\nx\r\n")))
    }),
    capped("header lines of a part", 200, |n| {
        parts(&format!("--b\r\n{}\r\nx\r\n", of(n, |i| format!("X-{i}: v\r\n"))))
    }),
    capped("parts inside one another", 20, nested),
    axis("messages inside one another", |n| "Content-Type: message/rfc822\r\n\r\n".repeat(n).into_bytes()),
    axis("lines like boundaries", |n| parts(&format!("--b\r\n\r\n{}", "--bb\r\n--\r\n".repeat(n)))),
    axis("boundaries inside one another that stay open", |n| {
        format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".repeat(n)
        )
        .into_bytes()
    }),
    capped("cids", 480, |n| {
        let images = of(n, |i| format!("--b\r\nContent-Type: image/png\r\nContent-ID: <c{i}@x>\r\n\r\nx\r\n"));
        let shown = of(n, |i| format!("<img src=\"cid:c{i}@x\">"));
        parts(&format!("{images}--b\r\nContent-Type: text/html\r\n\r\n{shown}\r\n"))
    }),
    axis("cids that never end", |n| html(&"cid:".repeat(n))),
    // ---- parameters
    capped("parameters", 100, |n| field("Content-Type", &format!("text/plain{}", of(n, |i| format!("; p{i}=v"))))),
    capped("continuations of a parameter", 100, |n| {
        field("Content-Disposition", &format!("attachment{}", of(n, |i| format!("; filename*{i}=v"))))
    }),
    capped("encoded continuations of a parameter", 100, |n| {
        field("Content-Disposition", &format!("attachment{}", of(n, |i| format!("; filename*{i}*=utf-8''%C3"))))
    }),
    axis("a parameter's length", |n| field("Content-Type", &format!("text/plain; charset=\"{}\"", "a\\\"".repeat(n)))),
    axis("a boundary's length", |n| {
        let boundary = "b".repeat(n);
        format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{}", "--bbbb\r\n".repeat(n)).into_bytes()
    }),
    // ---- transfer encodings and charsets
    axis("base64", |n| encoded("base64", &"QUFBQUFBQUFBQUFB\r\n".repeat(n))),
    axis("uuencoded lines without their letters", |n| {
        text(&format!("begin 644 a\r\n{}end\r\n", "_\r\n".repeat(n * 5)))
    }),
    axis("quoted-printable", |n| encoded("quoted-printable", &"=C3=BC=\r\n".repeat(n))),
    axis("quoted-printable of equals signs", |n| encoded("quoted-printable", &"=".repeat(n * 10))),
    axis("quoted-printable with blanks at the end", |n| encoded("quoted-printable", &"= ".repeat(n * 5))),
    axis("quoted-printable with long blanks", |n| encoded("quoted-printable", &format!("{}x", "= \t".repeat(n)))),
    axis("escapes of ISO-2022-JP", |n| text(&"\x1b$B$\"\x1b(B".repeat(n))),
    axis("octets that are no UTF-8", |n| [text(""), vec![0xe4; n * 10]].concat()),
    // ---- plain text
    axis("text", |n| text(&"a line of words and more\r\n".repeat(n))),
    axis("a line's length", |n| text(&"word ".repeat(n))),
    axis("empty lines", |n| text(&format!("a{}b", "\r\n".repeat(n * 4)))),
    axis("empty lines between words", |n| text(&"a\r\n\r\n\r\n\r\n".repeat(n))),
    axis("quoted lines", |n| text(&"> said before\r\n".repeat(n))),
    axis("quote marks on one line", |n| text(&format!("{} x", "> ".repeat(n)))),
    axis("quotes that grow deeper", |n| text(&of(n, |i| format!("{} x\r\n", ">".repeat(i % 40))))),
    axis("quoted and new lines by turns", |n| text(&"> old\r\nnew\r\n\r\n".repeat(n))),
    axis("lone quotes", |n| text(&"a\r\n>>> cheap <<<\r\nb\r\n".repeat(n))),
    axis("broken quotes", |n| text(&"> a <\r\nhttp://x.example >\r\n> b\r\n".repeat(n))),
    axis("attributions", |n| {
        text(&"On Sun, 22 Nov 2026 at 12:00, Ada <ada@x.example> wrote:\r\n> hello\r\n".repeat(n))
    }),
    axis("attributions that never end", |n| text(&"On Sun, 22 Nov 2026 Ada <ada@x.example\r\n".repeat(n))),
    axis("beginnings of attributions", |n| text(&"On \r\n\r\n".repeat(n))),
    axis("dated beginnings of attributions", |n| text(&"On 2 Jan 2024, a@b\r\n\r\n".repeat(n))),
    axis("addresses that begin on a row", |n| text(&"1@<\r\n".repeat(n))),
    axis("attributions on the line of a text", |n| text(&"thanks On 22 Nov 2026 Ada wrote:\r\n> hello\r\n".repeat(n))),
    axis("heads of older mails", |n| {
        text(&"x\r\n-----Original Message-----\r\nFrom: a@x.example\r\nSent: today\r\n".repeat(n))
    }),
    axis("fields in a text", |n| text(&"From: Berlin\r\n\r\n".repeat(n))),
    axis("forwarded mails in a text", |n| {
        text(&"---------- Forwarded message ---------\r\nFrom: a@x.example\r\n".repeat(n))
    }),
    axis("signatures", |n| text(&"-- \r\nAda\r\n".repeat(n))),
    axis("rules", |n| text(&"____________________\r\n".repeat(n))),
    // ---- numbers and links
    axis("numbers in the subject", |n| field("Subject", &of(n, |i| format!("[{}] ", number(i))))),
    axis("a number's digits", |n| field("Subject", &format!("[{}]", "1".repeat(n * 10)))),
    axis("brackets in the subject", |n| field("Subject", &"[".repeat(n * 10))),
    axis("numbers in the text", |n| text(&of(n, |i| format!("Ref: #{}\r\n", number(i))))),
    axis("numbers in quoted text", |n| text(&of(n, |i| format!("> Reference: Ticket #{}\r\n", number(i))))),
    axis("hash signs", |n| text(&"#".repeat(n * 10))),
    axis("digits behind a hash sign", |n| text(&format!("Ref: #{}", "1".repeat(n * 10)))),
    axis("links in the text", |n| text(&of(n, |i| format!("http://x{i}.example/a?b=c#d ")))),
    axis("a link's length", |n| text(&format!("http://x.example/{}", "a/".repeat(n * 5)))),
    // ---- pages
    axis("tags", |n| html(&"<p>x</p>".repeat(n))),
    axis("tags inside one another", |n| html(&format!("{}x{}", "<div>".repeat(n), "</div>".repeat(n)))),
    axis("many kinds of tags inside one another", |n| html(&of(n, |i| format!("<t{i}>")))),
    axis("tags that only close", |n| html(&"</blockquote></div>".repeat(n))),
    axis("attributes", |n| html(&format!("<div {}>x</div>", of(n, |i| format!("a{i}=\"v\" "))))),
    axis("attributes without values", |n| html(&format!("<div {}>x</div>", "a ".repeat(n)))),
    axis("an attribute's length", |n| html(&format!("<div class=\"{}\">x</div>", "c ".repeat(n * 5)))),
    axis("tags with attributes", |n| html(&"<div class=\"a b\" id=\"c\" style=\"color: red\">x</div>".repeat(n))),
    axis("a tag's name's length", |n| html(&format!("<{}>x", "t".repeat(n * 10)))),
    axis("entities", |n| html(&"&amp;&#228;&nbsp;".repeat(n))),
    axis("entities that never end", |n| html(&"&aaaaaaaaaa".repeat(n))),
    axis("styles", |n| html(&"<style>a{b:c}</style>x".repeat(n))),
    axis("rules that hold for everything", |n| {
        html(&format!("<style>{}</style>{}", ".a .b{color:red}".repeat(n), "<p class='a b'>x".repeat(n)))
    }),
    axis("rules tried through long tags", |n| {
        let long = format!("<div {}>", "x".repeat(3_900)).repeat(64);
        html(&format!("<style>{}</style>{long}{}", ".a .b{color:red}".repeat(200), "<i class=b>x</i>".repeat(n)))
    }),
    axis("long classes around everything", |n| {
        html(&format!(
            "<style>.a .b{{color:red}}</style><div class=\"{}\">{}",
            "c ".repeat(n),
            "<b class=b>x</b>".repeat(n)
        ))
    }),
    axis("styles that never end", |n| html(&"<style><".repeat(n))),
    axis("ends of styles inside a style", |n| html(&format!("<style>{}", "</s".repeat(n)))),
    axis("a style attribute's rules", |n| html(&format!("<div style=\"{}\">x</div>", "color: red; ".repeat(n)))),
    axis("elements that hide", |n| html(&"<div style=\"display:none\">x".repeat(n))),
    axis("comments of a page", |n| html(&"<!-- c -->x".repeat(n))),
    axis("comments of a page that never end", |n| html(&"<!-- c ".repeat(n))),
    axis("quotes in tags that never end", |n| html(&"<a href='x\" ".repeat(n))),
    axis("tags that never end", |n| html(&"<a ".repeat(n))),
    axis("blockquotes by turns", |n| html(&"<blockquote>old</blockquote>new<br>".repeat(n))),
    axis("blockquotes inside one another", |n| html(&"<blockquote>x".repeat(n))),
    axis("quotes of mail programs", |n| {
        html(&"<div class=\"gmail_quote\">On 22 Nov 2026 Ada wrote:<br>x</div>y".repeat(n))
    }),
    axis("links of a page", |n| html(&of(n, |i| format!("<a href=\"http://x{i}.example\">here</a>")))),
    axis("links of a page that never end", |n| html(&"<a href=http://x.example>y".repeat(n))),
    axis("a link's address's length", |n| html(&format!("<a href=\"http://x/{}\">y</a>", "&amp;a".repeat(n)))),
    axis("pictures", |n| html(&"<img alt=\"\u{1f600}\" src=x>".repeat(n))),
    axis("rows of tables", |n| html(&format!("<table>{}</table>", "<tr><td>a</td><td>b</td></tr>".repeat(n)))),
    axis("a page's line", |n| html(&"word ".repeat(n))),
    // ---- reports
    axis("recipients of a report", |n| {
        report(&of(n, |i| {
            format!("Final-Recipient: rfc822; p{i}@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n")
        }))
    }),
    axis("empty lines of a report", |n| report(&"\r\n\r\n".repeat(n))),
    axis("lines of a report's diagnosis", |n| report(&format!("Diagnostic-Code: smtp;{}\r\n", "\r\n a".repeat(n)))),
    // ---- what is nothing
    axis("octets of any kind", |n| (0..n * 10).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
    axis("NULs", |n| vec![0; n * 10]),
    axis("line ends", |n| b"\r\n".repeat(n * 5)),
    axis("carriage returns", |n| vec![b'\r'; n * 10]),
];

/// What opens and never closes, in every field that is read.
#[allow(dead_code, reason = "one test program uses it")]
pub(crate) const OPENINGS: [&str; 16] = [
    "=?a?q?",
    "=?a?b?x",
    "(",
    "\"",
    "<",
    "a@(",
    "\\",
    "=?",
    "<a@x",
    "'",
    ":;",
    "[",
    "=?utf-8?q?a?= ",
    "(\"",
    "<(",
    "a*0*=",
];

/// The fields that are read.
#[allow(dead_code, reason = "one test program uses it")]
pub(crate) const FIELDS: [&str; 9] = [
    "From",
    "To",
    "Subject",
    "References",
    "Message-ID",
    "Content-Type",
    "Date",
    "Content-Disposition",
    "List-Unsubscribe",
];

/// A mail of which one field is so many openings.
#[allow(dead_code, reason = "one test program uses it")]
pub(crate) fn unterminated(name: &str, opening: &str, n: usize) -> Vec<u8> {
    format!("{name}: {}\r\n\r\nhello\r\n", opening.repeat(n)).into_bytes()
}
