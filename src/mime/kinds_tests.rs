//! Kinds of parts: what is read, what is attached, what is only labelled.

use super::*;
use crate::mime::{SealedBy, Sealing};

fn mail(text: &str) -> Mail {
    parse(text.replace('\n', "\r\n").as_bytes())
}

fn names(mail: &Mail) -> Vec<&str> {
    mail.attachments.iter().map(|attachment| attachment.name.as_str()).collect()
}

fn seals(mail: &Mail) -> Vec<(SealedBy, Sealing)> {
    mail.seals.iter().map(|seal| (seal.by, seal.is)).collect()
}

#[test]
fn a_flowed_text_reads_as_paragraphs() {
    let mail = mail(
        "Content-Type: text/plain; format=flowed; delsp=\"no\"\n\nDear \nteam,\n\n> old \n> words\nmine\n-- \nAda \nL\n",
    );
    assert_eq!(mail.text, "Dear team,\n\n> old words\nmine\n-- \nAda L\n");
}

#[test]
fn a_file_inside_a_text_becomes_an_attachment() {
    for (encoding, body) in [
        ("7bit", "see below\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n"),
        ("quoted-printable", "see below\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n"),
    ] {
        let raw = format!("Content-Transfer-Encoding: {encoding}\n\n{body}");
        let mail = mail(&raw);
        assert_eq!(mail.text, "see below\nbye\n");
        assert_eq!((names(&mail), &mail.attachments[0].content(b"")[..]), (vec!["cat.txt"], &b"Cat"[..]));
    }
}

/// A container with one file and a body, built by `tnef_tests.rs`' rules.
const WINMAIL: &str =
    "eJ8+IgEAAQyABgAFAAAAaGVsbG8UAgECkAYADgAAAAAAAAAAAAAAAAAAAAAAAAABEIAGAAYAAABhLnR4dADvAQEPgAYAAwAAAENhdBgB";

#[test]
fn a_winmail_dat_is_unpacked_and_kept() {
    let part = format!(
        "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{WINMAIL}\n"
    );
    let alone = mail(&part);
    assert_eq!((alone.text.as_str(), names(&alone)), ("hello", vec!["winmail.dat", "a.txt"]));
    assert_eq!(&alone.attachments[1].content(b"")[..], b"Cat");
    let beside = mail(&format!("Content-Type: multipart/mixed; boundary=m\n\n--m\n\nDear team\n--m\n{part}--m--\n"));
    assert_eq!((beside.text.as_str(), names(&beside)), ("Dear team", vec!["winmail.dat", "a.txt"]));
}

#[test]
fn a_calendar_is_attached_and_says_what_it_asks_for() {
    let calendar = |kind: &str, body: &str| {
        mail(&format!(
            "Content-Type: multipart/alternative; boundary=m\n\n--m\n\nPlease come\n--m\nContent-Type: {kind}\n\n{body}\n--m--\n"
        ))
    };
    let invited = calendar("text/calendar; method=request; charset=utf-8", "BEGIN:VCALENDAR\nMETHOD:PUBLISH");
    assert_eq!(
        (invited.calendar.as_deref(), names(&invited), invited.text.as_str()),
        (Some("REQUEST"), vec!["invite.ics"], "Please come")
    );
    let replied = calendar("text/calendar", "BEGIN:VCALENDAR\nmethod:Reply\nEND:VCALENDAR");
    assert_eq!(replied.calendar.as_deref(), Some("REPLY"));
    assert_eq!(calendar("text/calendar", "BEGIN:VCALENDAR").calendar.as_deref(), Some(""));
    assert_eq!(calendar("text/plain", "METHOD:REPLY").calendar, None);
}

#[test]
fn a_seal_is_named_and_never_believed() {
    let signed = |protocol: &str, kind: &str| {
        mail(&format!(
            "Content-Type: multipart/signed; protocol=\"{protocol}\"; boundary=m\n\n--m\n\nread me\n--m\nContent-Type: {kind}; name=sig\n\nx\n--m--\n"
        ))
    };
    let smime = signed("application/pkcs7-signature", "application/pkcs7-signature");
    assert_eq!(
        (smime.text.as_str(), seals(&smime), names(&smime)),
        ("read me", vec![(SealedBy::Smime, Sealing::Signed)], vec!["sig"])
    );
    assert_eq!(smime.seals[0].to_string(), "signed with S/MIME, not verified");
    let pgp = signed("application/pgp-signature", "application/pgp-signature");
    assert_eq!((pgp.text.as_str(), seals(&pgp)), ("read me", vec![(SealedBy::Pgp, Sealing::Signed)]));

    let opaque = |parameter: &str| {
        mail(&format!(
            "Content-Type: application/x-pkcs7-mime{parameter}; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nQUJD\n"
        ))
    };
    assert_eq!(seals(&opaque("; smime-type=signed-data")), [(SealedBy::Smime, Sealing::Enclosed)]);
    assert_eq!(seals(&opaque("; smime-type=enveloped-data")), [(SealedBy::Smime, Sealing::Encrypted)]);
    let unsaid = opaque("");
    assert_eq!((seals(&unsaid), names(&unsaid)), (vec![(SealedBy::Smime, Sealing::Encrypted)], vec!["smime.p7m"]));

    let encrypted = mail(
        "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=m\n\n--m\nContent-Type: application/pgp-encrypted\n\n\
         Version: 1\n--m\nContent-Type: application/octet-stream; name=encrypted.asc\n\nx\n--m--\n",
    );
    assert_eq!((seals(&encrypted), encrypted.attachments.len()), (vec![(SealedBy::Pgp, Sealing::Encrypted)], 2));

    let inline =
        mail("\nhi\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nwords\n-----BEGIN PGP SIGNATURE-----\n");
    assert!(seals(&inline) == [(SealedBy::Pgp, Sealing::Signed)] && inline.text.contains("words"));
    assert_eq!(seals(&mail("\n-----BEGIN PGP MESSAGE-----\nx\n")), [(SealedBy::Pgp, Sealing::Encrypted)]);
    assert!(mail("\n> -----BEGIN PGP MESSAGE-----\n").seals.is_empty());
}

#[test]
fn cards_for_other_programs_are_neither_text_nor_attachment() {
    let mail = mail(
        "Content-Type: multipart/alternative; boundary=m\n\n--m\n\nplain\n--m\nContent-Type: text/x-amp-html\n\n<html amp4email>\n--m\n\
         Content-Type: text/html\n\n<p>page</p>\n--m--\n",
    );
    assert_eq!((mail.text.as_str(), mail.html.as_str(), mail.attachments.len()), ("plain", "<p>page</p>", 0));
}

#[test]
fn parts_are_read_in_their_order_and_files_stay_files() {
    let parts = |kinds: &[(&str, &str)]| {
        let one = |(head, body): &(&str, &str)| {
            format!("--m\n{head}\nContent-Description: x\n\n{body}\n")
                .replace("\n\nContent-D", "\nContent-D")
                .replace("--m\n\n", "--m\n")
        };
        let parts: String = kinds.iter().map(one).collect();
        mail(&format!("Content-Type: multipart/mixed; boundary=m\n\n{parts}--m--\n"))
    };
    let around =
        parts(&[("", "one"), ("Content-Type: image/png; name=a.png", "x"), ("Content-Type: text/plain", "two")]);
    assert_eq!((around.text.as_str(), names(&around)), ("one\ntwo", vec!["a.png"]));
    let both =
        parts(&[("Content-Type: text/html", "<p>one</p>"), ("", "two"), ("Content-Type: text/html", "<p>three</p>")]);
    assert_eq!((both.text.as_str(), both.html.as_str()), ("one\ntwo", "<p>one</p>\n<p>three</p>"));
    let file = parts(&[("", "one"), ("Content-Type: text/plain; name=log.txt", "two")]);
    assert_eq!((file.text.as_str(), names(&file)), ("one", vec!["log.txt"]));
    let doubled =
        parts(&[("Content-Type: application/applefile; name=a", "x"), ("Content-Type: image/png; name=a", "x")]);
    assert_eq!(doubled.attachments.len(), 2);
    assert_eq!(parts(&[("", ""), ("", " \n ")]).text, "");
}

#[test]
fn a_related_picture_without_disposition_is_inline() {
    for (reference, id) in [("cid:p1@x", "<p1@x>"), ("CID:p1@x", "<p1@x>"), ("cid:p%31@x", "<p1@x>"), ("cid:p1", "p1")]
    {
        let mail = mail(&format!(
            "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<img src=\"{reference}\">\n--r\n\
             Content-Type: image/png; name=p.png\nContent-ID: {id}\nContent-Disposition: attachment\n\nx\n--r--\n"
        ));
        assert!(mail.attachments[0].inline, "{reference}");
    }
}

#[test]
fn file_names_are_read_in_every_way_they_are_written() {
    for (parameters, want) in [
        ("filename=\"a b.txt\"", "a b.txt"),
        ("filename=a.txt", "a.txt"),
        ("filename=a b.txt", "a b.txt"),
        ("filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe.txt?=\"", "Grüße.txt"),
        ("filename==?utf-8?Q?Gr=C3=BC=C3=9Fe.txt?=", "Grüße.txt"),
        ("filename=\"=?utf-8?B?R3LDvMOf?=\n =?utf-8?B?ZS50eHQ=?=\"", "Grüße.txt"),
        ("filename*=utf-8''Gr%C3%BC%C3%9Fe.txt", "Grüße.txt"),
        ("filename*=UTF-8'de'Gr%C3%BC%C3%9Fe.txt", "Grüße.txt"),
        ("filename*=iso-8859-1''Gr%FC%DFe.txt", "Grüße.txt"),
        ("filename*=windows-1251''%CF%F0%E8%E2%E5%F2.txt", "Привет.txt"),
        ("filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9F; filename*2=e.txt", "Grüße.txt"),
        ("filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe.txt", "Grüße.txt"),
        ("filename*1=\"e.txt\"; filename*0=\"Gruess\"", "Gruesse.txt"),
        ("filename=\"fallback.txt\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.txt", "Grüße.txt"),
        ("filename*=utf-8''Gr%C3%BC%C3%9Fe.txt; filename=\"fallback.txt\"", "Grüße.txt"),
        ("filename*=\"utf-8''Gr%C3%BC%C3%9Fe.txt\"", "Grüße.txt"),
        ("filename=\"utf-8''Gr%C3%BC%C3%9Fe.txt\"", "utf-8''Gr%C3%BC%C3%9Fe.txt"),
        ("filename=\"Grüße.txt\"", "Grüße.txt"),
        ("filename=\"a\\\"b.txt\"", "a\"b.txt"),
        ("filename=\"never ends.txt", "never ends.txt"),
        ("FILENAME = \"a.txt\" ; x=y", "a.txt"),
        ("filename*=utf-7''+ADw-script.txt", "+ADw-script.txt"),
        ("filename*=nonsense''a.txt", "a.txt"),
        ("filename=\"\"; x=y", "unnamed"),
        ("filename=a;b.txt", "a"),
        ("filename='a b.txt'", "'a b.txt'"),
    ] {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Disposition: attachment; {parameters}\n\nx\n--m--\n"
        );
        assert_eq!(mail(&raw).attachments[0].name, want, "{parameters:?}");
    }
}

#[test]
fn eight_bit_headers_are_read_as_the_text_is_where_they_are_no_utf8() {
    let of = |charset: &str, words: &[u8]| {
        let kind = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset={charset}\n\nx"
        );
        let mail = parse(
            &[b"From: ", words, b" <a@x.example>\nSubject: ", words, b"\nX: ", words, b"\n", kind.as_bytes()].concat(),
        );
        assert_eq!((&mail.from_name, &mail.headers[2].value), (&mail.subject, &mail.subject));
        mail.subject
    };
    // Too few octets to tell by themselves.
    assert_eq!(of("windows-1251", b"\xcf\xf0\xe8"), "При");
    assert_eq!(of("koi8-r", b"\xf0\xd2\xc9"), "При");
    assert_eq!(of("windows-1251", "Grüße".as_bytes()), "Grüße");
    // Those are not octets of that charset, or nobody could read a header in it.
    assert_eq!(of("shift_jis", b"Gr\xfc\xdfe"), "Grüße");
    assert_eq!(of("utf-16", b"Gr\xfc\xdfe"), "Grüße");
    assert_eq!(of("utf-8", b"Gr\xfc\xdfe"), "Grüße");
}

#[test]
fn words_in_the_header_of_a_part_are_shown_though_fields_follow_them() {
    let head = "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n";
    let shown = mail(&format!("{head}We have looked at it\nand found nothing so far\nNote: Sunday\n\nAda\n--m--\n"));
    assert_eq!(shown.text, "We have looked at it\nand found nothing so far\nAda");
    let one_line = mail(&format!("{head}We have looked at it and found nothing\nNote: Sunday\n\nAda\n--m--\n"));
    assert_eq!(one_line.text, "We have looked at it and found nothing\nAda");
    // What is left of a broken field is none of it.
    let broken =
        mail(&format!("{head}name=\"a b c d.zip\"\nfor <a@x>; Tue, 7 May 2019\nContent-ID: <1>\n\nAda\n--m--\n"));
    assert_eq!(broken.text, "Ada");
    // Above the mail a line of it may look like words.
    let top = mail("Subject: x\nno field at all\nX: y\n\nAda\n");
    let lines: Vec<_> = top.headers.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!((lines, top.text.as_str()), (vec![("Subject", "x"), ("", "no field at all"), ("X", "y")], "Ada\n"));
}

#[test]
fn of_two_encodings_the_one_that_decodes_is_taken() {
    let text = |encodings: [&str; 2], body: &str| {
        let [one, other] = encodings.map(|encoding| format!("Content-Transfer-Encoding: {encoding}\n"));
        mail(&format!("Content-Type: text/plain; charset=utf-8\n{one}{other}\n{body}\n")).text
    };
    assert_eq!(text(["x-uuencode", "7bit"], "The farmer and the stork"), "The farmer and the stork\n");
    assert_eq!(
        text(["base64", "quoted-printable"], "Gr=C3=BC=C3=9Fe, und noch viele mehr, sagt er."),
        "Grüße, und noch viele mehr, sagt er.\n"
    );
    assert_eq!(text(["base64", "7bit"], "R3LDvMOfZQ=="), "Grüße");
    assert_eq!(text(["x-uuencode", "x-uuencode"], "#0V%T"), "Cat");
    assert_eq!(
        text(["x-uuencode", "x-uuencode"], "See what I send, a cat of my own"),
        "See what I send, a cat of my own\n"
    );
}
