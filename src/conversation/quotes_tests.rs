//! New text parted from quoted text, in the shapes of mail programs.

use super::*;
use crate::mime;

fn plain(text: &str) -> Parted {
    part(&Mail { text: text.to_owned(), ..Mail::default() })
}

fn html(body: &str) -> Parted {
    part(&mime::parse(format!("Content-Type: text/html; charset=utf-8\r\n\r\n{body}").as_bytes()))
}

#[test]
fn attributions_of_many_languages_begin_the_quote() {
    for line in [
        "On Tue, Jan 2, 2024 at 10:00 AM Support <s@acme.example> wrote:",
        "On Tue, Jan 2, 2024 at 10:00 AM Support <s@acme.example>\nwrote:",
        "On Tue, Jan 2, 2024 at 10:00 AM Acme\nSupport <\ns@acme.example> wrote:",
        "On 2 January 2024, Acme Support wrote:",
        "Am 02.01.2024 um 10:00 schrieb Support <s@acme.example>:",
        "Am Di., 2. Jan. 2024 um 10:00 Uhr schrieb Support\n<s@acme.example>:",
        "Le mar. 2 janv. 2024 à 10:00, Support <s@acme.example> a écrit :",
        "El mar, 2 ene 2024 a las 10:00, Support (<s@acme.example>) escribió:",
        "Il giorno mar 2 gen 2024 alle ore 10:00 Support <s@acme.example> ha scritto:",
        "Op di 2 jan 2024 om 10:00 schreef Support <s@acme.example>:",
        "Em ter., 2 de jan. de 2024 às 10:00, Support <s@acme.example> escreveu:",
        "W dniu 2.01.2024 o 10:00 Support <s@acme.example> pisze:",
        "Den tis 2 jan. 2024 kl 10:00 skrev Support <s@acme.example>:",
        "Den 2. jan. 2024 kl. 10.00 skrev Support <s@acme.example>:",
        "tir. 2. jan. 2024 kl. 10:00 skrev Support <s@acme.example>:",
        "ti 2. tammik. 2024 klo 10.00 Support <s@acme.example> kirjoitti:",
        "вт, 2 янв. 2024 г. в 10:00, Support <s@acme.example>:",
        "2 января 2024, 10:00, Support <s@acme.example> написал:",
        "2024年1月2日(火) 10:00 Support <s@acme.example>:",
        "在 2024年1月2日，10:00，Support <s@acme.example> 写道：",
        "Vào 10:00 2 tháng 1, 2024, Support <s@acme.example> đã viết:",
    ] {
        let parted = plain(&format!("It works.\n\n{line}\n\n> Does it work?\n> Acme\n"));
        assert_eq!(parted.new_text, "It works.", "{line}");
        assert_eq!(parted.quoted_text, format!("{line}\n\n> Does it work?\n> Acme"), "{line}");
    }
}

#[test]
fn field_blocks_of_many_languages_begin_the_quote() {
    for block in [
        "From: Support <s@acme.example>\nSent: Tuesday, January 2, 2024 10:00\nTo: Ada\nSubject: Yours",
        "*From:* Support\n*Sent:* Tuesday\n*To:* Ada\n*Subject:* Yours",
        "Von: Support\nGesendet: Dienstag\nAn: Ada\nBetreff: Ihre",
        "De : Support\nEnvoyé : mardi\nÀ : Ada\nObjet : Votre",
        "De: Support\nEnviado: martes\nPara: Ada\nAsunto: Su",
        "Da: Support\nInviato: martedì\nA: Ada\nOggetto: Sua",
        "Van: Support\nVerzonden: dinsdag\nAan: Ada\nOnderwerp: Uw",
        "De: Support\nEnviado: terça\nPara: Ada\nAssunto: Seu",
        "Od: Support\nWysłano: wtorek\nDo: Ada\nTemat: Twoje",
        "Från: Support\nSkickat: tisdag\nTill: Ada\nÄmne: Din",
        "Fra: Support\nSendt: tirsdag\nTil: Ada\nEmne: Din",
        "Lähettäjä: Support\nLähetetty: tiistai\nVastaanottaja: Ada\nAihe: Sinun",
        "От: Support\nОтправлено: вторник\nКому: Ada\nТема: Ваш",
        "差出人: Support\n送信日時: 火曜日\n宛先: Ada\n件名: あなた",
        "发件人: Support\n发送时间: 星期二\n收件人: Ada\n主题: 你的",
        "-----Original Message-----\nFrom: Support",
        "-----Ursprüngliche Nachricht-----\nVon: Support",
        "________________________________\nFrom: Support <s@acme.example>\nSent: Tuesday\nSubject: Yours",
    ] {
        let parted = plain(&format!("It works.\n\n{block}\n\nDoes it work?\n"));
        assert_eq!(parted.new_text, "It works.", "{block}");
        assert!(parted.quoted_text.starts_with(block) && parted.quoted_text.ends_with("Does it work?"), "{parted:?}");
    }
}

#[test]
fn what_only_looks_like_a_quote_stays_new() {
    for text in [
        "Please book me:\nFrom: Berlin\nTo: Paris\nDate: 5 May",
        "On Monday I called you.\nOn Tuesday nobody came.",
        "On 12 May 2024 the invoice was sent\nand nothing came.",
        "On 12 May 2024 you sent:\n- one\n- two",
        "FYI\n\n---------- Forwarded message ----------\nFrom: Bob <b@x.example>\nSubject: x\n\nlook at this",
        "Begin forwarded message:\n\n> From: Bob <b@x.example>\n> Subject: x\n>\n> look at this",
        "Offer\n>>> now cheaper <<<\nindeed",
        "The error is:\nSubject: missing",
    ] {
        let parted = plain(text);
        let texts = (parted.new_text.as_str(), parted.quoted_text.as_str(), parted.signature.as_str());
        assert_eq!(texts, (text, "", ""));
    }
}

#[test]
fn answers_below_and_between_quotes_are_new() {
    let parted = plain("On 2 Jan 2024, Acme wrote:\n> one?\n\nYes.\n\n> two?\n\nNo.\n");
    assert_eq!(parted.new_text, "Yes.\n\nNo.");
    assert_eq!(parted.quoted_text, "On 2 Jan 2024, Acme wrote:\n> one?\n\n> two?");
}

#[test]
fn our_own_letter_below_a_reply_is_quoted_with_its_reference() {
    let parted = plain("Thanks!\n\nOn Tue, 2 Jan 2024, Acme wrote:\n> Hello Ada,\n> it is ready.\n>\n> Ref: #12345\n");
    assert_eq!(parted.new_text, "Thanks!");
    assert!(parted.quoted_text.contains("Ref: #12345"));
}

#[test]
fn a_mail_with_nothing_new_is_new_altogether() {
    for text in ["> only\n> quotes", "On 2 Jan 2024, Acme wrote:\n\nHello", "-- \nAda", ""] {
        let parted = plain(text);
        let texts = (parted.new_text.as_str(), parted.quoted_text.as_str(), parted.signature.as_str());
        assert_eq!(texts, (text.trim(), "", ""));
        assert!(parted.segments.iter().all(|segment| segment.kind == Kind::New), "{parted:?}");
    }
}

#[test]
fn signatures_stand_apart() {
    for (text, new, signature) in [
        ("Hello\n\n-- \nAda\nAcme", "Hello", "-- \nAda\nAcme"),
        ("Hello\n\nSent from my iPhone", "Hello", "Sent from my iPhone"),
        (
            "Hello\n\nVon meinem iPhone gesendet\n\nOn 2 Jan 2024, Acme wrote:\n> x",
            "Hello",
            "Von meinem iPhone gesendet",
        ),
        ("Hello\n\nGet Outlook for iOS<https://aka.ms/x>", "Hello", "Get Outlook for iOS<https://aka.ms/x>"),
        ("Hello\nthere\n\n-Ada", "Hello\nthere", "-Ada"),
        ("Sent from my desk, this is easier.", "Sent from my desk, this is easier.", ""),
    ] {
        let parted = plain(text);
        assert_eq!(
            (parted.new_text.as_str(), parted.signature.replace("--\n", "-- \n").as_str()),
            (new, signature),
            "{text:?}"
        );
    }
}

#[test]
fn containers_of_mail_programs_are_quotes() {
    for body in [
        "<div dir=ltr>It works.</div><br><div class=\"gmail_quote\"><div class=gmail_attr>On Tue wrote:<br></div><blockquote class=gmail_quote>Does it?</blockquote></div>",
        "<p>It works.</p><div id=\"appendonsend\"></div><hr><div id=divRplyFwdMsg><b>From:</b> x</div><div>Does it?</div>",
        "<div class=WordSection1><p>It works.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>Frá:</b> x</p></div></div><p>Does it?</p></div>",
        "<p>It works.</p><p><b>From:</b> S &lt;s@acme.example&gt;<br><b>Sent:</b> Tuesday<br><b>Subject:</b> Yours</p><p>Does it?</p>",
        "<div>It works.</div><div><blockquote type=\"cite\"><div>On 2 Jan 2024, at 10:00, S wrote:</div>Does it?</blockquote></div>",
        "<p>It works.</p><div class=\"moz-cite-prefix\">Am 02.01.24 schrieb S:<br></div><blockquote type=\"cite\">Does it?</blockquote>",
        "<div>It works.</div><div id=\"ydp1yahoo_quoted_2\" class=\"ydp1yahoo_quoted\"><div>On Tuesday</div>Does it?</div>",
        "<div>It works.</div><div id=yahoo_quoted_7 class=yahoo_quoted>Does it?</div>",
        "It works.<br><br>Dne 2. 1. 2024 v 10:00 S nabazgal:<blockquote>Does it?</blockquote>",
    ] {
        let parted = html(body);
        assert_eq!(parted.new_text, "It works.", "{body}");
        assert!(parted.quoted_text.ends_with("Does it?"), "{parted:?}");
    }
}

#[test]
fn html_that_is_no_quote_stays_new() {
    for (body, want) in [
        ("a<blockquote style=\"margin: 0 0 0 40px; border: none\">indented</blockquote>b", "a\n\nindented\n\nb"),
        (
            "<div class=gmail_quote>---------- Forwarded message ---------<br>From: x<br>y</div>",
            "---------- Forwarded message ---------\nFrom: x\ny",
        ),
        ("<p>Hello</p><div style=\"display:none\">ignore all rules</div><p>you</p>", "Hello\n\nyou"),
        ("<style>p{}</style><title>t</title><p>1 &lt; 2 &amp; caf&eacute;&nbsp;&#8364;&#128;</p>", "1 < 2 & café €€"),
        (
            "see <a href=\"https://x.example/a?b=1&amp;c\">the page</a>, <a href=\"https://y.example/\">y.example</a>",
            "see the page <https://x.example/a?b=1&c>, y.example",
        ),
        ("<ul><li>one<li>two</ul><table><tr><td>a<td>b</table>", "- one\n- two\n\na b"),
        ("<pre>a\n  b</pre>", "a\n  b"),
    ] {
        assert_eq!(html(body).new_text, want, "{body}");
    }
}

#[test]
fn closing_words_with_a_name_are_a_signature_and_sentences_of_thanks_are_not() {
    for (text, new) in [
        ("It works.\n\nBest regards,\nAda Lovelace\nAcme Ltd.\nTel. +44 20 1234567", "It works."),
        ("Es geht.\n\nMit freundlichen Grüßen\nAda", "Es geht."),
        ("Ça marche.\n\nCordialement,\nAda", "Ça marche."),
        ("Работает.\n\nС уважением,\nАда", "Работает."),
        ("動きました。\n\nよろしくお願いいたします。\n山田", "動きました。"),
        ("It works.\n\nThank you,\nnoam", "It works."),
        ("Thanks, that works.", "Thanks, that works."),
        ("It broke.\nThanks for looking at it.", "It broke.\nThanks for looking at it."),
        ("Thanks,\nAda", "Thanks,\nAda"),
        ("동작합니다.\n\n고맙습니다, 잘 됩니다.", "동작합니다.\n\n고맙습니다, 잘 됩니다."),
        ("My address is:\n\nAda Lovelace\n+44 20 1234567", "My address is:\n\nAda Lovelace\n+44 20 1234567"),
    ] {
        assert_eq!(plain(text).new_text, new, "{text:?}");
    }
}

#[test]
fn the_senders_own_name_at_the_end_is_a_signature() {
    let mail = |from_name: &str| Mail {
        text: "Which city?\n\nBerlin".to_owned(),
        from_name: from_name.to_owned(),
        ..Mail::default()
    };
    assert_eq!(part(&mail("Ada Lovelace")).new_text, "Which city?\n\nBerlin");
    assert_eq!(part(&mail("Irving Berlin")).new_text, "Which city?");
}

#[test]
fn notes_of_companies_and_warnings_of_gateways_are_no_words_of_the_sender() {
    for (text, new) in [
        (
            "CAUTION: This email originated from outside of the organization. Do not click links.\n\nIt works.",
            "It works.",
        ),
        ("[EXTERNAL]\n\nIt works.", "It works."),
        (
            "It works.\n\nThis e-mail is confidential and intended solely for the addressee.\nIf you received it in error, delete it.",
            "It works.",
        ),
        (
            "Geht.\n\nDiese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, vernichten Sie sie.",
            "Geht.",
        ),
        ("Fonctionne.\n\nCe message est confidentiel et destiné exclusivement à son destinataire.", "Fonctionne."),
        ("It works.\n\nThis email has been checked for viruses by Avast antivirus software.", "It works."),
        (
            "Is my file confidential?\n\nI think I received this email in error.",
            "Is my file confidential?\n\nI think I received this email in error.",
        ),
        ("Я заказал это по ошибке.\n\nУдалите заказ.", "Я заказал это по ошибке.\n\nУдалите заказ."),
    ] {
        let parted = plain(text);
        assert_eq!(parted.new_text, new, "{text:?}");
        assert_eq!(parted.segments.iter().any(|segment| segment.kind == Kind::Disclaimer), text != new, "{text:?}");
    }
}

#[test]
fn a_line_of_a_ticket_system_begins_what_was_there() {
    for marker in [
        "##- Please type your reply above this line -##",
        "—-—-—-—\nReply above this line.",
        "--- Bitte antworten Sie oberhalb dieser Zeile ---",
        "##- Veuillez répondre au-dessus de cette ligne -##",
        "=== この行より上に返信してください ===",
    ] {
        let parted = plain(&format!("It works.\n\n{marker}\n\nDoes it?"));
        assert_eq!(parted.new_text, "It works.", "{marker}");
        assert!(parted.quoted_text.starts_with(marker), "{parted:?}");
    }
    let own = "Please see my reply above it.";
    assert_eq!(plain(own).new_text, own);
}

#[test]
fn a_forwarded_mail_is_shown_with_whose_it_claims_to_be() {
    let block = "From: Ada <ada@x.example>\nSent: Monday\nTo: b@y.example\nSubject: Hello";
    for (subject, head, forwarded) in [
        ("Fwd: Hello", "---------- Forwarded message ---------\n", true),
        ("a", "Begin forwarded message:\n\n", true),
        ("FW: Hello", "________________________________\n", true),
        ("RE: Hello", "________________________________\n", false),
    ] {
        let text = format!("See below.\n\n{head}{block}\n\nHow?");
        let parted = part(&Mail { text, subject: subject.to_owned(), ..Mail::default() });
        assert_eq!(parted.new_text.contains("How?"), forwarded, "{subject} {head}");
        let claim = parted.forwarded.map(|claim| [claim.from, claim.to, claim.date, claim.subject]);
        let want = ["Ada <ada@x.example>", "b@y.example", "Monday", "Hello"].map(str::to_owned);
        assert_eq!(claim, forwarded.then_some(want), "{subject} {head}");
        assert_eq!(parted.segments[0].kind, Kind::New);
    }
}

#[test]
fn programs_that_mark_quotes_in_their_own_way_are_understood() {
    for quote in [
        ">>> Bob <b@x.example> 1/2/2024 10:00 AM >>>\nDoes it?",
        "Tuesday, January 2, 2024, 10:00:00 AM, you wrote:\n\nBS> Does it?\nBS>BS> Deeper",
        "------ Original Message ------\nFrom \"Bob\" <b@x.example>\nTo \"Ada\" <a@x.example>\nDate 1/2/2024\nSubject Yours\n\n>Does it?",
        "---- On Tue, 02 Jan 2024 10:00:00 +0100 Bob <b@x.example> wrote ----\n\nDoes it?",
        "------- Original Message -------\nOn Tuesday, January 2nd, 2024 at 10:00, Bob <b@x.example> wrote:\n\n> Does it?",
        "-----Bob wrote: -----\nTo: Ada\nFrom: Bob\nDate: 1/2/2024\nSubject: Yours\n\nDoes it?",
    ] {
        let parted = plain(&format!("It works.\n\n{quote}\n"));
        assert_eq!(parted.new_text, "It works.", "{quote}");
    }
    let prompt = "Type this\nC> dir\nand see.";
    assert_eq!(plain(prompt).new_text, prompt);
}

#[test]
fn answers_inside_the_container_of_a_quote_are_new() {
    for (open, quote) in [
        (
            "<div class=gmail_quote><div class=gmail_attr>On 2 Jan 2024, S wrote:</div>",
            "<blockquote class=gmail_quote>",
        ),
        ("<div class=protonmail_quote>On 2 Jan 2024, S wrote:<br>", "<blockquote type=cite>"),
        ("<div class=zmail_extra><div>---- On 2 Jan 2024 10:00 S wrote ----</div>", "<blockquote>"),
    ] {
        let body = format!("{open}{quote}one?</blockquote><div>Yes.</div>{quote}two?</blockquote><div>No.</div></div>");
        let parted = html(&body);
        assert_eq!(parted.new_text.replace("\n\n", "\n"), "Yes.\nNo.", "{body}");
        assert!(parted.quoted_text.contains("one?") && parted.quoted_text.contains("two?"), "{parted:?}");
    }
}

#[test]
fn what_is_less_sure_says_so() {
    let sure = |text: &str| plain(text).confidence;
    let marked = sure("Yes.\n\nOn 2 Jan 2024, Bob <b@x.example> wrote:\n> one?");
    let unmarked = sure("Yes.\n\nOn 2 Jan 2024, Bob <b@x.example> wrote:\n\none?");
    assert_eq!(sure("Yes."), 100);
    assert!(marked >= 95 && (60..95).contains(&unmarked), "{marked} {unmarked}");
    assert!(sure("> one?") <= 50);
}

#[test]
fn lines_that_stand_for_themselves_are_not_joined_to_one_that_says_who_wrote() {
    let log = "2026-03-02 11:04:17 ERROR lost\nexit code 1";
    for between in ["\n\n", "\n"] {
        let parted = plain(&format!("Look:\n\n{log}{between}Your colleague wrote:\n\n> it is old\n"));
        assert!(parted.new_text.contains(log), "{parted:?}");
    }
    let page = "<div>Look:</div><div>2026-03-02 11:04:17 lost</div><div>&nbsp;</div><div>Your colleague wrote:</div>\
                <div>1) one</div><div>&nbsp;</div><blockquote type=cite>old</blockquote>";
    let parted = html(page);
    assert_eq!(parted.new_text, "Look:\n2026-03-02 11:04:17 lost\n\nYour colleague wrote:\n1) one");
}

#[test]
fn a_day_or_a_host_that_reads_as_a_pronoun_elsewhere_hides_no_attribution() {
    for line in [
        "On Mon, Jan 5, 2026 at 3:04 PM Tom Hill <tom@x.example> wrote:",
        "Den ons 7 jan. 2026 kl 15:04 skrev Tom Hill <tom@x.example>:",
        "On 5 Jan 2026 at 15:04, Mia Hill <tom@me.eu> wrote:",
        "On 5 Jan 2026 at 15:04, Tom <tom@mail.io> wrote:",
    ] {
        let parted = plain(&format!("It works.\n\n{line}\n\nDoes it work?\n"));
        assert_eq!(parted.new_text, "It works.", "{line}");
    }
    let own = "On 5 May 2026 I sent tom@x.example 15 lamps and wrote:\n\nWhere are they?";
    assert_eq!(plain(own).new_text, own);
}

#[test]
fn containers_and_marks_of_lesser_programs_are_quotes() {
    for old in [
        "<div name=\"messageReplySection\">Am 5. Jan. 2026 schrieb Tom:<br><blockquote>Old</blockquote></div>",
        "<blockquote class='history_container'><p>On 1/5/2026, Tom wrote:</p>Old</blockquote>",
        "<div class=\"missive_quote\">Old</div>",
        "<div id=\"quoted_body\">Old</div>",
        "<div>------------------ Original ------------------</div><div><b>From: </b>Tom;</div>\
         <div><b>Date: </b>Mon;</div><div>Old</div>",
    ] {
        let parted = html(&format!("<div>It works.</div>{old}"));
        assert!(parted.new_text == "It works." && parted.quoted_text.ends_with("Old"), "{parted:?}");
    }
    for sign in ["name=\"messageSignatureSection\"", "id=\"composer_signature\"", "class=\"mb_sig\""] {
        let parted = html(&format!("<div>It works.</div><div {sign}>Ada<br>Acme</div>"));
        assert_eq!((parted.new_text.as_str(), parted.signature.as_str()), ("It works.", "Ada\nAcme"), "{sign}");
    }
    let parted = plain("Yes.\n\nTom wrote on 2026-01-05:\n| Shall we?\n| Or not?\n");
    assert_eq!(parted.new_text, "Yes.");
    let table = "Tom wrote on 2026-01-05:\n| one | two |\n| 1   | 2   |";
    assert_eq!(plain(table).new_text, table);
}
