//! Reading mails: honest ones, odd ones, and From lines made to be read two ways (S-04).

use super::*;

fn mail(text: &str) -> Mail {
    parse(text.replace('\n', "\r\n").as_bytes())
}

fn from(line: &str) -> Result<String, String> {
    let mail = parse(format!("{line}\r\nSubject: x\r\n\r\nbody\r\n").as_bytes());
    assert_eq!(mail.from.is_none(), !mail.from_trouble.is_empty(), "{line:?}");
    mail.from.map(|a| format!("{} {a}", mail.from_name)).ok_or(mail.from_trouble)
}

#[test]
fn a_plain_mail_is_read() {
    let mail = mail(
        "From: Ada <ada@x.example>\nTo: a@y.example, B <b@y.example>\nCc: c@y.example\nReply-To: r@x.example\n\
         Subject: Hello\n there\nMessage-ID: <1@x>\nIn-Reply-To: <0@x>\nReferences: <a@x>\n <b@x>\n\
         Date: Tue, 02 Jan 2024 10:00:00 +0100\n\nGood day,\nAda\n",
    );
    assert_eq!(mail.from.unwrap().to_string(), "ada@x.example");
    assert_eq!((mail.from_name.as_str(), mail.subject.as_str()), ("Ada", "Hello there"));
    assert_eq!(mail.to.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a@y.example", "b@y.example"]);
    assert_eq!((mail.cc.len(), mail.reply_to.len()), (1, 1));
    assert_eq!((mail.message_id.as_str(), mail.in_reply_to, mail.references.len()), ("1@x", vec!["0@x".to_owned()], 2));
    assert_eq!(mail.date, Some(1_704_186_000_000));
    assert_eq!(mail.text, "Good day,\nAda\n");
    assert!(!mail.text_from_html && mail.html.is_empty() && mail.attachments.is_empty() && mail.notes.is_empty());
    assert_eq!(mail.headers[4].value, "Hello there");
}

#[test]
fn honest_from_lines_are_read() {
    for (line, want) in [
        ("From: ada@x.example", " ada@x.example"),
        ("From: <ada@x.example>", " ada@x.example"),
        ("from:Ada Lovelace <ada@X.example>", "Ada Lovelace ada@x.example"),
        ("FROM: \"Lovelace, Ada\" <ada@x.example>", "Lovelace, Ada ada@x.example"),
        ("From: \"Ada \\\"A\\\" L\" <ada@x.example>", "Ada \"A\" L ada@x.example"),
        ("From: ada@x.example (Ada)", "Ada ada@x.example"),
        ("From: Ada\r\n <ada@x.example>", "Ada ada@x.example"),
        ("From: =?utf-8?Q?J=C3=BCrgen?= <j@x.example>", "Jürgen j@x.example"),
        ("From: =?utf-8?Q?M=C3=BCller,_J?= <j@x.example>", "Müller, J j@x.example"),
        ("From: \"ada@x.example\" <ada@x.example>", "ada@x.example ada@x.example"),
        ("From: ada@x.example <ada@x.example>", "ada@x.example ada@x.example"),
        ("From: \"evil@y.example\" <ada@x.example>", "evil@y.example ada@x.example"),
        ("From: 'Ada' via Group <g@x.example>", "'Ada' via Group g@x.example"),
        ("From: Ada Q. Lovelace <ada.q@x.example>", "Ada Q. Lovelace ada.q@x.example"),
        ("From: info@b\u{fc}cher.example", " info@xn--bcher-kva.example"),
        ("From: \"a b\"@x.example", " \"a b\"@x.example"),
    ] {
        assert_eq!(from(line), Ok(want.to_owned()), "{line:?}");
    }
}

#[test]
fn s04_a_from_that_two_readers_could_take_two_ways_is_nobody() {
    for line in [
        "X: y",
        "From:",
        "From: ",
        "From: \r\n ",
        "From: <>",
        "From: Ada",
        "From: a@x.example\r\nFrom: b@y.example",
        "From: a@x.example\r\nfrom : b@y.example",
        "From: a@x.example\r\n From : b@y.example",
        "From : a@x.example",
        " From: a@x.example",
        "From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n--b\r\nFrom: b@y.example",
        "\tFrom: a@x.example\r\nFrom: b@y.example",
        "From: a@x.example\r\nFrom\0: b@y.example",
        "From: a@x.example, b@y.example",
        "From: a@x.example,",
        "From: <a@x.example>, <b@y.example>",
        "From: <a@x.example> <b@y.example>",
        "From: <a@x.example>b@y.example",
        "From: <a@x.example><b@y.example>",
        "From: a@x.example <b@y.example>",
        "From: a@x.example\0@y.example",
        "From: \"a\0\" <a@x.example>",
        "From: a@x.example;",
        "From: G: a@x.example;",
        "From: G: a@x.example, b@y.example;",
        "From: undisclosed:;",
        "From: <@r.example:a@x.example>",
        "From: <@r.example,@s.example:a@x.example>",
        "From: @a@x.example",
        "From: =?utf-8?B?YUB4LmV4YW1wbGU=?=",
        "From: <=?utf-8?B?YUB4LmV4YW1wbGU=?=>",
        "From: =?utf-8?Q?a=40x.example=2C?= b",
        "From: a(hi)@x.example",
        "From: <a@x.example(hi)>",
        "From: <a@x.example",
        "From: a@x.example>",
        "From: \"Ada <a@x.example>",
        "From: (Ada <a@x.example>",
        "From: a@x.example (c",
        "From: a @x.example",
        "From: a@b@x.example",
        "From: <a@x .example>",
        "From: a\u{200b}@x.example",
        "From: a@x.example\r b@y.example",
        "From: Doe, Ada <ada@x.example>",
        "From: a@[1.2]",
    ] {
        assert!(from(line).is_err(), "{line:?} gave {:?}", from(line));
    }
}

#[test]
fn s04_a_second_from_beyond_the_caps_still_counts() {
    let filler = "X-Fill: 0123456789012345678901234567890123456789\r\n".repeat(2_000);
    assert!(from(&format!("From: a@x.example\r\n{filler}From: b@y.example")).is_err());
    let big = format!("X-Big: {}\r\n", "y".repeat(300 * 1024));
    assert!(from(&format!("From: a@x.example\r\n{big}From: b@y.example")).is_err());
    assert!(from(&format!("From: a@x.example\r\n{big}X: y")).is_ok());
}

#[test]
fn encoded_words_are_decoded_however_they_were_cut() {
    for (value, want) in [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?R3LDvA==?= =?utf-8?B?w59l?=", "Grüße"),
        ("=?utf-8?Q?Gr=C3?=\n =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?B?R3LD?= =?UTF-8?B?vA==?= x", "Grü x"),
        ("a =?iso-8859-1?Q?=E4?= b", "a ä b"),
        ("=?iso-8859-1?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8*de?Q?a_b?=", "a b"),
        ("=?utf-8?Q?with a space?=", "with a space"),
        ("=?nonsense?Q?=E4?=", "ä"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q?open", "=?utf-8?Q?open"),
        ("=?utf-8?Q??=", ""),
        ("=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?=", "こんにちは"),
        ("=?utf-8?Q?=00a=0Ab=07?=", "a b"),
        ("plain", "plain"),
    ] {
        assert_eq!(mail(&format!("Subject: {value}\n\nx")).subject, want, "{value:?}");
    }
}

#[test]
fn eight_bit_headers_are_read_as_utf8_or_windows_1252() {
    assert_eq!(parse("Subject: Grüße\r\n\r\n".as_bytes()).subject, "Grüße");
    assert_eq!(parse(b"Subject: Gr\xfc\xdfe \x80\r\n\r\n").subject, "Grüße €");
    assert_eq!(parse(b"Subject: \x1b$B$3$s\x1b(B\r\n\r\n").subject, "こん");
}

#[test]
fn a_long_subject_is_cut_between_characters() {
    let subject = mail(&format!("Subject: {}\n\n", "é".repeat(2_000))).subject;
    assert_eq!(subject.len(), 998);
    assert!(subject.chars().all(|c| c == 'é'));
}

#[test]
fn bodies_of_many_charsets_are_read() {
    for (charset, bytes, want) in [
        ("gb2312", &b"\xc4\xe3\xba\xc3"[..], "你好"),
        ("gb2312", "你好，世界，谢谢".as_bytes(), "你好，世界，谢谢"),
        ("iso-2022-jp", b"\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"),
        ("Shift_JIS", b"\x83n\x83\x8d\x81[", "ハロー"),
        ("koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
        ("koi8-r", "Привет".as_bytes(), "Привет"),
        ("windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
        ("euc-kr", b"\xbe\xc8\xb3\xe7", "안녕"),
        ("big5", b"\xa7A\xa6n", "你好"),
        ("iso-8859-2", b"\xb3\xf3d\xbc", "łódź"),
        ("iso-8859-1", b"\xfc\x80", "ü€"),
        ("iso-8859-1", "über".as_bytes(), "über"),
        ("us-ascii", "über".as_bytes(), "über"),
        ("utf-8", b"\xfcber \xc3\xa4", "über ä"),
        ("utf-8", b"\xef\xbb\xbfhi", "hi"),
        ("", b"\xfcber", "über"),
        ("no-such", b"\xfcber", "über"),
        ("hz-gb-2312", b"kept ~{<:~}", "kept 己"),
        ("utf-16le", b"h\0i\0", "hi"),
    ] {
        let mut raw = format!("Content-Type: text/plain; charset=\"{charset}\"\r\n\r\n").into_bytes();
        raw.extend_from_slice(bytes);
        assert_eq!(parse(&raw).text, want, "{charset}");
    }
}

#[test]
fn ids_are_found_however_they_are_written() {
    for (value, want) in [
        ("<a@x> <b@x>", vec!["a@x", "b@x"]),
        ("<a@x>,<b@x>", vec!["a@x", "b@x"]),
        ("<a@x><b@x>", vec!["a@x", "b@x"]),
        ("<a\n @x>", vec!["a@x"]),
        ("a@x b@x", vec!["a@x", "b@x"]),
        ("<a@x", vec!["a@x"]),
        ("a@x>", vec!["a@x"]),
        ("Your mail <a@x> of Tuesday", vec!["a@x"]),
        ("<no-at>", vec!["no-at"]),
        ("", vec![]),
        ("<>", vec![]),
    ] {
        assert_eq!(mail(&format!("References: {value}\n\n")).references, want, "{value:?}");
    }
    let many: String = (0..300).map(|i| format!(" <{i}@x>\n")).collect();
    let references = mail(&format!("References:{many}\n")).references;
    assert_eq!((references.len(), references[99].as_str()), (100, "299@x"));
}

#[test]
fn an_alternative_is_read_in_its_plain_form_and_kept_as_html() {
    let raw = "Content-Type: multipart/mixed; boundary=m\n\npreamble\n--m\nContent-Type: multipart/alternative; boundary=\"a b\"\n\n\
         --a b\n\nplain\n--a b\nContent-Type: text/html\n\n<p>html</p>\n--a b--\n--m\n\
         Content-Type: application/pdf; name=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=\"\nContent-Transfer-Encoding: base64\n\nQUJD\n\
         RA==\n--m--\nepilogue"
        .replace('\n', "\r\n");
    let mail = parse(raw.as_bytes());
    assert_eq!((mail.text.as_str(), mail.html.as_str(), mail.text_from_html), ("plain", "<p>html</p>", false));
    let pdf = &mail.attachments[0];
    assert_eq!(
        (pdf.name.as_str(), pdf.kind.as_str(), &pdf.content(raw.as_bytes())[..], pdf.size),
        ("Grüße.pdf", "application/pdf", &b"ABCD"[..], 4)
    );
    assert_eq!(pdf.digest, blake3::hash(b"ABCD"));
    assert!(!pdf.inline);
}

#[test]
fn html_alone_becomes_text_and_a_plain_footer_does_not_replace_it() {
    let mail = mail(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/html; charset=iso-8859-1\n\
         Content-Transfer-Encoding: quoted-printable\n\n<p>Gr=FC=DFe</p>\n--m\nContent-Type: text/plain\n\nfooter\n--m--\n",
    );
    assert_eq!(mail.text, "Grüße\nfooter");
    assert!(!mail.text_from_html, "not all of it");
}

#[test]
fn a_picture_shown_by_the_html_is_inline() {
    let mail = mail(
        "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<img src=\"cid:p1@x\">\n--r\n\
         Content-Type: image/png; name=p.png\nContent-ID: <p1@x>\nContent-Disposition: attachment\n\nx\n--r\n\
         Content-Type: image/png\nContent-ID: <p2@x>\nContent-Disposition: attachment\n\nx\n--r--\n",
    );
    assert_eq!(mail.attachments.iter().map(|a| a.inline).collect::<Vec<_>>(), [true, false]);
    assert_eq!(mail.attachments[0].content_id, "p1@x");
}

#[test]
fn s20_attachment_names_are_for_the_eye_only() {
    for (name, want) in [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\\\x.exe", "C:_x.exe"),
        ("\u{200b}.htaccess", ".htaccess"),
        ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        ("a\u{0}b\u{7}", "ab"),
        ("   ", "unnamed"),
        ("\u{feff}", "unnamed"),
    ] {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Disposition: attachment; filename=\"{name}\"\n\nx\n--m--\n"
        );
        assert_eq!(mail(&raw).attachments[0].name, want, "{name:?}");
    }
    let long = "é".repeat(300);
    let raw = format!(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Disposition: attachment; filename=\"{long}\"\n\nx\n--m--\n"
    );
    assert_eq!(mail(&raw).attachments[0].name.chars().count(), 200);
    let raw = "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Disposition: attachment; filename*0*=utf-8''Gr%C3%BC;\n filename*1=\"sse.txt\"\n\nx\n--m--\n";
    assert_eq!(mail(raw).attachments[0].name, "Grüsse.txt");
}

#[test]
fn an_enclosed_message_is_attached_as_it_is() {
    let inner = "Subject: Old =?utf-8?Q?=C3=A4?=\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nhidden\n--i--";
    let raw = format!(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\n\nsee below\n--m\nContent-Type: message/rfc822\n\n{inner}\n--m--\n"
    );
    let raw = raw.replace('\n', "\r\n");
    let mail = parse(raw.as_bytes());
    assert_eq!(mail.text, "see below");
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.attachments[0].name, "Old ä.eml");
    assert_eq!(mail.attachments[0].content(raw.as_bytes()), inner.replace('\n', "\r\n"));
    assert!(mail.reported_message_id.is_empty());
}

#[test]
fn a_message_in_a_digest_keeps_its_header_though_no_empty_line_stands_in_front() {
    let raw = "Content-Type: multipart/digest; boundary=m\n\n--m\n\nSubject: one\n\nfirst\n--m\nFrom: a@x.example\n\
               Subject: two\n\nsecond\n--m--\n";
    let mail = parse(raw.as_bytes());
    let read: Vec<_> = mail.attachments.iter().map(|a| (a.name.as_str(), a.content(raw.as_bytes()))).collect();
    let [(first, one), (second, two)] = &read[..] else { panic!("{read:?}") };
    assert_eq!((*first, &one[..]), ("one.eml", &b"Subject: one\n\nfirst"[..]));
    assert_eq!((*second, &two[..]), ("two.eml", &b"From: a@x.example\nSubject: two\n\nsecond"[..]));
}

#[test]
fn a_delivery_report_tells_what_it_is_about() {
    for enclosed in ["message/rfc822", "text/rfc822-headers"] {
        let mail = mail(&format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=m\n\n--m\n\nfailed\n--m\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n--m\nContent-Type: {enclosed}\n\n\
             Message-ID: <orig@x>\nSubject: s\n\nb\n--m--\n"
        ));
        assert_eq!((mail.report_type.as_str(), mail.reported_message_id.as_str()), ("delivery-status", "orig@x"));
        assert_eq!(mail.delivery_status, "Reporting-MTA: dns; x\n\nStatus: 5.1.1");
        assert_eq!((mail.text.as_str(), mail.attachments.len()), ("failed", 2));
    }
}

#[test]
fn broken_shapes_still_show_their_text() {
    for (raw, want) in [
        ("", ""),
        ("\n", ""),
        ("hello", "hello"),
        ("just text\nand more\n", "just text\nand more\n"),
        ("Subject: x\nno blank line here\nand: more\n", "no blank line here\nand: more\n"),
        ("From a@x Sun Jan  1 00:00:00 2023\nSubject: x\n\nbody", "body"),
        ("Content-Type: multipart/mixed; boundary=m\n\nnever begins\n", "never begins\n"),
        ("Content-Type: multipart/mixed\n\nno boundary\n", "no boundary\n"),
        ("Content-Type: multipart/mixed; boundary=m\n\n--m\n\nnever ends\n", "never ends\n"),
        ("Content-Type: multipart/mixed; boundary=m\n\n--m\nno head no blank\n--m--\n", "no head no blank"),
        (
            "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=n\n\ninner never begins\n--m--\n",
            "inner never begins",
        ),
        (
            "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=n\n\n--n\n\ninner never ends\n--m--\n",
            "inner never ends",
        ),
        ("Content-Type: multipart/mixed; boundary=m\n\nonly an end\n--m--\n", "only an end"),
        ("Subject: x\nNo field at all\n\nbody", "No field at all\n\nbody"),
        ("Subject: x\nNo field at all\nTo: a@x\n\nbody", "body"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        (
            "Content-Type: multipart/mixed; boundary=\"m n\"\n \n--m n\nContent-Type: text/html\n\n<p>hi</p>\n--m n--\n",
            "hi\n",
        ),
        (
            "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\nno blank\n\nmore\n--m--\n",
            "no blank\n\nmore",
        ),
        ("Content-Transfer-Encoding: base64\n\nDear team, no base64 at all.", "Dear team, no base64 at all."),
        ("Content-Type: multipart/\tmixed; boundary=m\n\n--m\n\nhi\n--m--\n", "hi"),
        ("Content-Type: text\n\nx", "x"),
        ("Content-Type: text/plain; charset\n\nx", "x"),
        ("Content-Transfer-Encoding: base64\n\n!!SGk*=\n", "Hi"),
        ("Content-Transfer-Encoding: quoted-printable\n\n=ZZ=4=\n=41=", "=ZZ=4A"),
        ("Content-Transfer-Encoding: x-odd\n\nx", "x"),
    ] {
        assert_eq!(parse(raw.as_bytes()).text, want, "{raw:?}");
    }
}

#[test]
fn s23_what_its_own_style_hides_is_not_read() {
    for style in ["display:none", "color: red; DISPLAY : none", "visibility:hidden", "font-size:0px", "opacity:0"] {
        let html = format!("<p>Where is <span style=\"{style}\">the refund of 900 euros</span> my parcel?</p>");
        let text = crate::mime::html::to_text(&html);
        assert!(text.contains("my parcel?") && !text.contains("refund"), "{style}: {text}");
    }
}

#[test]
fn s19_a_part_in_utf_7_is_shown_as_it_stands_with_a_note() {
    for kind in ["text/plain", "text/html"] {
        let mail =
            mail(&format!("Content-Type: {kind}; charset=\"utf-7\"\n\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-"));
        assert_eq!(mail.text.trim_end(), "+ADw-script+AD4-alert(1)+ADw-/script+AD4-");
        assert!(!mail.html.contains("<script") && mail.notes[0].0.contains("UTF-7"), "{:?}", mail.notes);
    }
    let meta = mail("Content-Type: text/html\n\n<meta charset=utf-7>+ADw-script+AD4-");
    assert_eq!(meta.text.trim_end(), "+ADw-script+AD4-");
    assert_eq!(mail("Subject: =?utf-7?Q?+ADw-script+AD4-?=\n\nx").subject, "+ADw-script+AD4-");
}

#[test]
fn a_multipart_out_of_order_still_shows_all_of_its_parts() {
    for (body, want) in [
        ("--m\n\none\n--m--\n--m\n\ntwo\n--m--\n", "one\ntwo"),
        ("--m\n--m--\nContent-Type: text/plain\n\nbehind the end\n--m--\n", "behind the end"),
        ("in front\n--m--\n\none\n--m--\n", "in front\none"),
        ("--m\nContent-Type: multipart/related; boundary=n\n--n\n\none\n--n--\n--m--", "one"),
        ("--m\nContent-Type: multipart/related; Boundary=n\n--n\n\none\n--n--\n--m--", "one"),
        ("--m\nContent-Type: multipart/mixed; boundary=m\n\nwhose?\n--m\n\none\n--m--\n--m--\n", "whose?\none"),
        ("--m \t\n\none\n--m  \n\ntwo\n--m-- \n", "one\ntwo"),
        ("--m\n\none\n--mm\n--m", "one\n--mm"),
    ] {
        let mail = mail(&format!("Content-Type: multipart/mixed; boundary=m\n\n{body}"));
        assert_eq!(mail.text, want, "{body:?}");
    }
}
