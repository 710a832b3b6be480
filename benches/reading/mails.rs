//! Support mails as mail programs write them: about 20 KB, an answer on top of three mails that it answers, each quoting the
//! one before. And a mail of 25 MB with attachments.

use std::fmt::Write;

/// One mail and what stands in it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) raw: Vec<u8>,
    /// The decoded parts, for who reads no mail.
    pub(crate) text: String,
    pub(crate) html: String,
}

/// Paragraphs of each turn, so that the whole mail has about 20 KB: beside a page, and alone.
const PARAGRAPHS: usize = 6;
const PARAGRAPHS_ALONE: usize = 18;

const PEOPLE: [&str; 2] = ["Ada Lovelace <ada@customer.example>", "Acme Support <support@acme.example>"];

const SENTENCES: [&str; 12] = [
    "Thank you for the quick answer, the second step did the trick on the first machine.",
    "On the other one it still says that the licence could not be checked, see the number below.",
    "We updated to version 4.2.1 on Tuesday and it has happened three times since.",
    "Could you please tell me whether the order 778-1204 has left your warehouse yet?",
    "Our accountant needs the invoice with the new address, the old one is no longer valid.",
    "I tried it again in a private window, and with the café’s network: the same.",
    "Please open Settings, then Devices, remove the printer and add it again while it is switched on.",
    "If that does not help, send us the file trace.log from the folder named there.",
    "The parcel should be with you within two to three working days; here is the link to follow it.",
    "We are sorry for the trouble, and have put the difference of 12,40 € back on your card.",
    "By the way, is there any date for the release that reads the old files?",
    "My colleague Grüber says hello, she was the one who found the workaround.",
];

/// What was said at one turn: paragraphs of a few sentences, other ones at each turn.
fn paragraphs(turn: usize, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| (0..3).map(|m| SENTENCES[(turn * 5 + n * 3 + m * 2) % SENTENCES.len()]).collect::<Vec<_>>().join(" "))
        .collect()
}

fn head(content: &str) -> String {
    format!(
        "Received: from mail.customer.example (mail.customer.example [192.0.2.7])\r\n\tby mx.acme.example with ESMTPS id 1a2b3c\r\n\t\
         for <support@acme.example>; Mon, 23 Nov 2026 10:00:03 +0000\r\n\
         DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer.example; s=s1; t=1795428000;\r\n\t\
         h=to:subject:message-id:date:from; bh={0}=;\r\n\tb={0}{0}{0}\r\n\t {0}{0}{0}==\r\n\
         MIME-Version: 1.0\r\nReferences: <1@customer.example> <2@acme.example> <3@customer.example>\r\n\
         In-Reply-To: <3@acme.example>\r\nFrom: Ada Lovelace <ada@customer.example>\r\n\
         Date: Mon, 23 Nov 2026 11:00:00 +0100\r\nMessage-ID: <4@customer.example>\r\n\
         Subject: =?UTF-8?Q?Re=3A_Gr=C3=BC=C3=9Fe_und_eine_Frage?= [12345]\r\n\
         To: Acme Support <support@acme.example>\r\n{content}\r\n\r\n",
        "Zm9ydHktdGhyZWUgb2N0ZXRzIGFzIGJhc2U2NCBzYXkg"
    )
}

fn alternative(name: &'static str, text: String, html: String) -> Sample {
    let part = |kind: &str, body: &str| {
        format!(
            "--000000000000aa11bb06\r\nContent-Type: {kind}; charset=\"UTF-8\"\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
            quoted_printable(body)
        )
    };
    let mut raw = head("Content-Type: multipart/alternative; boundary=\"000000000000aa11bb06\"");
    raw += &part("text/plain", &text);
    raw += &part("text/html", &html);
    raw += "--000000000000aa11bb06--\r\n";
    Sample { name, raw: raw.into_bytes(), text, html }
}

/// RFC 2045 §6.7.
fn quoted_printable(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut column = 0;
        for octet in line.bytes() {
            let plain = matches!(octet, b' '..=b'~') && octet != b'=';
            let width = if plain { 1 } else { 3 };
            if column + width > 75 {
                out.push_str("=\r\n");
                column = 0;
            }
            column += width;
            if plain {
                out.push(char::from(octet));
            } else {
                let _ = write!(out, "={octet:02X}");
            }
        }
        out.push_str("\r\n");
    }
    out
}

fn wrapped(text: &str, prefix: &str) -> String {
    let (mut out, mut column) = (prefix.to_owned(), 0);
    for word in text.split(' ') {
        if column + word.len() > 72 {
            out.push('\n');
            out.push_str(prefix);
            column = 0;
        }
        out.push_str(word);
        out.push(' ');
        column += word.len() + 1;
    }
    out.trim_end().to_owned() + "\n"
}

fn attribution(level: usize) -> String {
    format!("On Mon, 23 Nov 2026 at {:02}:14, {} wrote:", 10 - level, PEOPLE[level % 2])
}

fn quoted_text(count: usize) -> String {
    let name = "Ada";
    let mut text = String::new();
    for level in 0..4 {
        let prefix = "> ".repeat(level);
        if level > 0 {
            let before = "> ".repeat(level - 1);
            let _ = write!(text, "{before}\n{before}{}\n{before}\n", attribution(level));
        }
        for paragraph in paragraphs(level, count) {
            text += &wrapped(&paragraph, &prefix);
            let _ = writeln!(text, "{prefix}");
        }
        let _ = writeln!(
            text,
            "{prefix}Kind regards,\n{prefix}{name}\n{prefix}\n{prefix}-- \n{prefix}{name}, Customer Ltd."
        );
    }
    text
}

/// Gmail: `gmail_quote` inside `gmail_quote`.
pub(crate) fn gmail() -> Sample {
    let mut html = String::from("<div dir=\"ltr\">");
    for level in 0..4 {
        if level > 0 {
            let _ = write!(
                html,
                "<br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div>\
                 <blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\"><div dir=\"ltr\">",
                attribution(level)
                    .replace('<', "&lt;<a href=\"mailto:support@acme.example\" target=\"_blank\">")
                    .replace('>', "</a>&gt;")
            );
        }
        for paragraph in paragraphs(level, PARAGRAPHS) {
            let _ = write!(html, "<div>{paragraph}</div><div><br></div>");
        }
        html += "<div>See <a href=\"https://acme.example/help?id=7&amp;from=mail\">the page</a>.</div><div><br clear=\"all\"></div>\
                 <span class=\"gmail_signature_prefix\">-- </span><br><div dir=\"ltr\" class=\"gmail_signature\">Ada Lovelace, Customer Ltd.</div></div>";
    }
    html += &"</blockquote></div>".repeat(3);
    alternative("Gmail", quoted_text(PARAGRAPHS), html)
}

/// Outlook: Word's page, header blocks between borders, nothing nested.
pub(crate) fn outlook() -> Sample {
    let (mut text, mut body) = (String::new(), String::new());
    for level in 0..4 {
        if level > 0 {
            let (from, to) = (PEOPLE[level % 2], PEOPLE[(level + 1) % 2]);
            let fields = [
                ("From", from),
                ("Sent", "Monday, November 23, 2026 10:14 AM"),
                ("To", to),
                ("Subject", "Re: eine Frage [12345]"),
            ];
            text += "\n________________________________\n";
            body += "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\">";
            for (field, value) in fields {
                let _ = writeln!(text, "{field}: {value}");
                let value = value.replace('<', "&lt;").replace('>', "&gt;");
                let _ =
                    write!(body, "<b><span lang=\"EN-US\">{field}:</span></b><span lang=\"EN-US\"> {value}<br></span>");
            }
            text += "\n";
            body += "<o:p></o:p></p></div></div><p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>";
        }
        for paragraph in paragraphs(level, PARAGRAPHS) {
            let _ = write!(text, "{paragraph}\n\n");
            let _ = writeln!(
                body,
                "<p class=\"MsoNormal\"><span style=\"font-size:11.0pt;color:#1F497D\">{paragraph}</span><o:p></o:p></p>"
            );
        }
        text += "Mit freundlichen Grüßen\nAda Lovelace\n";
        body += "<p class=\"MsoNormal\">Mit freundlichen Grüßen<br>Ada Lovelace<o:p></o:p></p>";
    }
    let html = format!(
        "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta name=\"Generator\" content=\"Microsoft Word 15\">\
         <style><!--\n/* Font Definitions */\n@font-face {{font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}}\n\
         p.MsoNormal, li.MsoNormal {{margin:0cm; font-size:11.0pt; font-family:\"Calibri\",sans-serif;}}\n\
         a:link, span.MsoHyperlink {{color:#0563C1; text-decoration:underline;}}\n@page WordSection1 {{size:612.0pt 792.0pt;}}\n--></style></head>\
         <body lang=\"DE\" link=\"#0563C1\" style=\"word-wrap:break-word\"><div class=\"WordSection1\">{body}</div></body></html>"
    );
    alternative("Outlook", text, html)
}

/// A program that writes no HTML.
pub(crate) fn plain() -> Sample {
    let text = quoted_text(PARAGRAPHS_ALONE);
    let raw = head("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit")
        + &text.replace('\n', "\r\n");
    Sample { name: "plain", raw: raw.into_bytes(), text, html: String::new() }
}

/// 25 MB: the median mail with eight pictures, as base64.
pub(crate) fn long() -> Vec<u8> {
    const LINES: usize = 41_000;
    let mut raw = head("Content-Type: multipart/mixed; boundary=\"outer\"");
    let median = String::from_utf8(gmail().raw).expect("we wrote UTF-8");
    let (_, body) = median.split_once("\r\n\r\n").expect("we wrote an empty line");
    raw += "--outer\r\nContent-Type: multipart/alternative; boundary=\"000000000000aa11bb06\"\r\n\r\n";
    raw += body;
    for n in 0..8 {
        let _ = write!(
            raw,
            "--outer\r\nContent-Type: image/jpeg; name=\"IMG_{n}.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"IMG_{n}.jpg\"\r\n\r\n"
        );
        for line in 0..LINES {
            let _ = write!(raw, "{:08}{}\r\n", line * 7 + n, "/9j/4AAQSkZJRgABAQ".repeat(4).split_at(68).0);
        }
    }
    raw += "--outer--\r\n";
    raw.into_bytes()
}
