//! What kind of mail each shape is: people, robots, bounces, lists, forms, forwarding confirmations.

use super::*;
use crate::{
    mime,
    types::{Address, Clock, IdMaker, Millis, Recipient},
};

/// A mail From `ada@x.example` unless its headers say otherwise; `<>` stands for the null sender.
fn class_of(sender: &str, mail: &str) -> Classified {
    let from = if mail.contains("From:") { "" } else { "From: Ada <ada@x.example>\n" };
    let subject = if mail.contains("Subject:") { "" } else { "Subject: A question\n" };
    let body = if mail.contains("\n\n") { "" } else { "\n\nHow does it work?\n" };
    let raw = format!("{from}{subject}{mail}{body}").replace('\n', "\r\n");
    let envelope = Envelope {
        id: IdMaker::new(Clock::testing_fixed(1), 1).mail(),
        arrived: Millis::default(),
        peer: std::net::IpAddr::from([192, 0, 2, 1]),
        helo: "mx.x.example".to_owned(),
        esmtp: true,
        tls: None,
        mail_from: (sender != "<>").then(|| Address::parse(sender).unwrap()),
        recipients: vec![Recipient { address: Address::parse("in+key@mx.acme.example").unwrap() }],
        smtputf8: false,
    };
    classify_at(&mime::parse(raw.as_bytes()), &envelope, &[&Address::parse("support@acme.example").unwrap()])
}

#[track_caller]
fn check(class: Class, cases: &[(&str, &str)]) {
    for (sender, mail) in cases {
        let got = class_of(sender, mail);
        assert_eq!(got.class, class, "{sender} {mail:?}: {:?}", got.reasons);
        assert!(!got.reasons.is_empty());
    }
}

#[test]
fn a_mail_that_shows_our_code_is_a_persons_and_not_a_code_of_another_service() {
    check(
        Class::Human,
        &[
            ("ada@x.example", "Subject: Re: Your order [12345]\nIn-Reply-To: <rd.1.2.3@acme.example>\n\nK7M4-T9X2\n"),
            ("ada@x.example", "Subject: code\n\nThe code is K7M4-T9X2\n"),
            ("ada@x.example", "Subject: Re: Verification code\nIn-Reply-To: <rd.1.2.3@acme.example>\n\nk7m4 t9x2\n"),
            (
                "ada@x.example",
                "Subject: AW: Ihre Bestellung\nIn-Reply-To: <rd.1.2.3@acme.example>\n\nK7M4-T9X2\n\n\
                 > Please answer this mail and write this code into your answer:\n> K7M4-T9X2\n> If you did not write to us, \
                 please do not answer.\n",
            ),
            (
                "accounts@x.example",
                "From: accounts@x.example\nSubject: Re: Invoice\nIn-Reply-To: <rd.1.2.3@acme.example>\n\nCode: K7M4-T9X2\n",
            ),
        ],
    );
}

#[test]
fn a_person_is_a_person_whatever_the_road_left_on_the_mail() {
    check(
        Class::Human,
        &[
            ("ada@x.example", "To: support@acme.example"),
            // pains #12: an empty sender alone, with a person in From and no report, is no machine.
            ("<>", "To: support@acme.example"),
            ("<>", "Subject: Re: your delivery problem"),
            (
                "support+caf_=in+key=mx.acme.example@acme.example",
                "X-Forwarded-To: in+key@mx.acme.example\nPrecedence: list",
            ),
            (
                "support+SRS=ab=cd=x.example=ada@acme.example",
                "X-MS-Exchange-Inbox-Rules-Loop: support@acme.example\nResent-From: s@acme.example",
            ),
            ("SRS0=ab=cd=x.example=ada@acme.example", "List-Id: <support.acme.example>\nPrecedence: list"),
            ("ada@x.example", "Precedence: bulk"),
            ("ada@x.example", "Precedence: list"),
            ("ada@x.example", "List-Id: <support.acme.example>"),
            ("ada@x.example", "Auto-Submitted: no"),
            ("ada@x.example", "X-Auto-Response-Suppress: All"),
            ("ada@x.example", "X-Auto-Response-Suppress: DR, OOF, AutoReply"),
            ("ada@x.example", "Subject: Out of office printer is broken"),
            ("ada@x.example", "Subject: Undeliverable mail, what now?"),
            ("ada@x.example", "Subject: Delivery failed again\nX-Priority: 1\n\nI got 550 5.1.1 back"),
            ("postmaster@x.example", "From: postmaster@x.example\nSubject: Your TLS certificate"),
            ("ada@x.example", "From: reno.reply@x.example"),
            (
                "support+bncBAAB@acme.example",
                "X-Google-Group-Id: 1\nX-Original-Sender: ada@x.example\nPrecedence: list\nMailing-list: list support@acme.example\n\
                 List-ID: <support.acme.example>\nList-Post: <https://groups.google.com/a/x>\n\
                 List-Unsubscribe: <mailto:googlegroups-manage+1+unsubscribe@googlegroups.com>",
            ),
            (
                "support@acme.example",
                "From: support@acme.example\nSubject: FW: A question\nAuto-Submitted: auto-generated\n\
                 X-MS-Exchange-Inbox-Rules-Loop: support@acme.example\n\nVon: Ada <ada@x.example>\nGesendet: Montag\nBetreff: Frage\n\nWie?\n",
            ),
            // Our own group, by whatever road: the customer wrote to it.
            (
                "support+bounces@acme.example",
                "To: support@acme.example\nList-Id: Support <support.acme.example>\nPrecedence: list\nList-Post: <mailto:support@acme.example>\nList-Unsubscribe: <mailto:support+unsubscribe@acme.example>",
            ),
            // A rule passed on what a customer wrote: it wears what a rule that answers wears, but asks nobody for silence.
            (
                "support@acme.example",
                "From: support@acme.example\nSubject: FW: A question\nAuto-Submitted: auto-generated\n\
                 X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nX-MS-Exchange-Inbox-Rules-Loop: support@acme.example\n\
                 X-MS-Exchange-Parent-Message-Id: <1@x.example>\n\nFrom: Ada <ada@x.example>\nSent: Monday\nTo: support@acme.example\n\
                 Subject: A question\n\nHow does it work?\n",
            ),
            // People write about absences and machines too.
            (
                "ada@x.example",
                "Subject: Re: Delivery\nIn-Reply-To: <1@y>\n\nI am out of the office on Monday. Can you deliver on Tuesday?\n",
            ),
            (
                "<>",
                "Subject: Re: Order\nIn-Reply-To: <1@y>\n\nAll I get is an automatic reply. Does a person read this?\n",
            ),
            (
                "ada@x.example",
                "Subject: Re: We have received your order\nIn-Reply-To: <1@y>\n\nThank you, that was quick.\n\n> This is an automated \
                 message.\n> Please do not reply to this mail.\n",
            ),
            ("<>", "Subject: Holiday\n\nWe want to go to Rome.\n"),
            // And about codes.
            ("ada@x.example", "Subject: Verification code\n\nI never got the code. I tried 3 times.\n"),
            ("ada@x.example", "Subject: Login\n\nThe verification code 123456 that you sent does not work.\n"),
            (
                "ada@x.example",
                "Subject: How do I confirm forwarding?\n\nGmail sent me https://mail.google.com/mail/vf-1 but it fails.\n",
            ),
            // A customer shows a bounce, whatever way it came.
            ("<>", "Subject: Delivery failed\n\nHello,\n\nUnknown user: bob@y.example\n\nis what I get. Why?\n"),
            (
                "ada@x.example",
                "Subject: Fwd: failure notice\n\n<bob@y.example>:\nSorry, no mailbox here by that name.\n",
            ),
            // A customer encloses a bounce.
            (
                "ada@x.example",
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwhy?\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n--b--\n",
            ),
        ],
    );
}

#[test]
fn automatic_replies_are_told_by_what_they_say_of_themselves() {
    check(
        Class::AutomaticReply,
        &[
            ("ada@x.example", "Auto-Submitted: auto-replied"),
            ("ada@x.example", "Auto-Submitted: Auto-Replied (vacation)"),
            ("<>", "Auto-Submitted: auto-replied; owner-email=\"a@x\""),
            ("ada@x.example", "Auto-Submitted: auto-generated"),
            ("ada@x.example", "X-Autoreply: yes"),
            ("ada@x.example", "X-Autorespond: 1"),
            ("ada@x.example", "Precedence: auto_reply"),
            ("<>", "Subject: Automatic reply: A question"),
            ("<>", "Subject: =?utf-8?Q?R=C3=A9ponse_automatique?= : x"),
            ("ada@x.example", "Subject: Automatische Antwort: x\nX-Auto-Response-Suppress: All"),
            (
                "ada@x.example",
                "Subject: Re: A question\nAuto-Submitted: auto-generated\nX-MS-Exchange-Inbox-Rules-Loop: ada@x.example\n\
                 X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nX-Auto-Response-Suppress: All\nIn-Reply-To: <1@y>",
            ),
            (
                "<>",
                "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nread\n--b--\n",
            ),
            ("b@x.example", "From: no-reply@x.example"),
            ("b@x.example", "From: Shop <orders_noreply@x.example>\nReply-To: no-reply@x.example"),
            ("b@x.example", "From: DoNotReply@x.example"),
        ],
    );
}

#[test]
fn a_rule_that_answers_is_told_from_one_that_forwards_by_all_its_marks() {
    let rule = "Auto-Submitted: auto-generated\nX-MS-Exchange-Inbox-Rules-Loop: ada@x.example\n\
                X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\nIn-Reply-To: <rd.1.2.abc@acme.example>";
    check(
        Class::AutomaticReply,
        &[
            (
                "ada@x.example",
                &format!("Subject: Re: Your order\nX-Auto-Response-Suppress: All\n{rule}\n\nI got it.\n"),
            ),
            // Its subject is that of a forward, but it answers.
            (
                "ada@x.example",
                &format!("Subject: FW: Your order\nX-Auto-Response-Suppress: All\n{rule}\n\nI got it.\n"),
            ),
            ("ada@x.example", &format!("Subject: Re: Your order\n{rule}\n\nI got it.\n")),
        ],
    );
}

#[test]
fn absences_without_any_header_are_told_by_enough_words() {
    let replies = [
        ("Automatic reply: A question", "I am out of the office until 5 May."),
        ("Abwesend: A question", "Ich bin bis zum 5. Mai nicht im Büro."),
        ("Re: A question", "This is an automatic reply. I am out of the office."),
        ("AW: A question", "Dies ist eine automatische Antwort. Nach meiner Rückkehr melde ich mich."),
        ("Réponse automatique : A question", "Je suis absent jusqu'au 5 mai."),
        ("Respuesta automática: A question", "Estoy de vacaciones hasta el 5 de mayo."),
        ("Risposta automatica: A question", "Sono in ferie fino al 5 maggio."),
        ("Resposta automática: A question", "Estou de férias até 5 de maio."),
        ("Automatisch antwoord: A question", "Ik ben tot 5 mei niet op kantoor."),
        ("Autosvar: A question", "Jag är på semester till 5 maj."),
        ("Autosvar: A question", "Jeg er på ferie til 5. maj."),
        ("Automaattinen vastaus: A question", "Olen lomalla 5.5. saakka."),
        ("[Odpowiedź automatyczna] A question", "Jestem na urlopie do 5 maja."),
        ("Automatická odpověď: A question", "Jsem na dovolené do 5. května."),
        ("Automatikus válasz: A question", "Május 5-ig szabadságon vagyok."),
        ("Răspuns automat: A question", "Sunt în concediu până pe 5 mai."),
        ("Otomatik Yanıt: A question", "5 Mayıs'a kadar izindeyim."),
        ("Автоответ: A question", "Я в отпуске до 5 мая."),
        ("Автоматична відповідь: A question", "Я у відпустці до 5 травня."),
        ("Αυτόματη απάντηση: A question", "Είμαι εκτός γραφείου έως 5 Μαΐου."),
        ("自動返信: A question", "5月5日まで休暇をいただいております。"),
        ("自动回复: A question", "我正在休假,5月5日回来。"),
        ("자동 회신: A question", "5월 5일까지 부재중입니다."),
        ("رد تلقائي: A question", "أنا خارج المكتب حتى 5 مايو."),
        ("We have received your request", "This is an automated message. Our team will be with you soon."),
        ("Your mail (Automatic response)", "I am away until 5 May."),
    ];
    for (subject, text) in replies {
        let mail =
            format!("Subject: {subject}\nIn-Reply-To: <1@y>\nContent-Type: text/plain; charset=utf-8\n\n{text}\n");
        check(Class::AutomaticReply, &[("ada@x.example", &mail), ("<>", &mail)]);
    }
}

#[test]
fn a_calendar_that_answers_is_no_person_and_an_invitation_is_one() {
    let meeting = |subject: &str, text: &str, method: &str, more: &str| {
        format!(
            "Subject: {subject}\nContent-Type: multipart/alternative; boundary=m\n\n--m\n\n{text}\n--m\n\
             Content-Type: text/calendar; method={method}\n\nBEGIN:VCALENDAR\n{more}END:VCALENDAR\n--m--\n"
        )
    };
    let google = "Ada has accepted this invitation.\n";
    for mail in [
        meeting("Accepted: Demo", "", "REPLY", ""),
        meeting("Zugesagt: Demo", "", "reply", "COMMENT:\n"),
        meeting("Demo", "", "CANCEL", ""),
        meeting("Accepted: Demo @ Fri", google, "REPLY", ""),
    ] {
        check(Class::AutomaticReply, &[("ada@x.example", &mail)]);
    }
    for mail in [
        meeting("Demo", "Shall we meet?", "REQUEST", ""),
        meeting("Demo", "", "REQUEST", ""),
        meeting("Accepted: Demo", "Fine, but please send the price list before.", "REPLY", ""),
        meeting("Accepted: Demo", "", "REPLY", "COMMENT:Please send the price list\n"),
        meeting("Canceled: Demo", "We no longer need your product.", "CANCEL", ""),
    ] {
        check(Class::Human, &[("ada@x.example", &mail)]);
    }
    let found = class_of("ada@x.example", &meeting("Demo", "", "REPLY", ""));
    assert_eq!(found.reasons, ["+2 its calendar answers an invitation", "+1 nobody wrote a word to it"]);
}

#[test]
fn every_sign_has_its_points() {
    let found = class_of("<>", "Subject: Automatic reply: A question\n\nI am out of the office.\n");
    let expected = [
        "+2 its subject begins like an automatic reply",
        "+1 its envelope sender is empty",
        "+2 its text says that somebody is away",
    ];
    assert_eq!((found.class, found.reasons.as_slice()), (Class::AutomaticReply, &expected.map(String::from)[..]));
}

#[test]
fn bounces_are_told_by_their_report_or_by_a_mail_system_that_speaks_of_failure() {
    check(
        Class::Bounce,
        &[
            (
                "<>",
                "From: Mail Delivery System <MAILER-DAEMON@x.example>\nAuto-Submitted: auto-replied\n\
                 Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n--b\n\
                 Content-Type: message/delivery-status\n\nStatus: 5.1.1\n--b--\n",
            ),
            // A forwarder gave it a sender.
            (
                "SRS0=ab=cd=x.example=a@acme.example",
                "From: postmaster@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b--\n",
            ),
            ("<>", "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\nHi. This is the qmail-send program.\n"),
            ("a@x.example", "From: mailer-daemon@x.example\nSubject: Undelivered Mail\n\n550 5.1.1 no such user\n"),
            ("<>", "From: x@x.example\nX-Failed-Recipients: a@y.example"),
            ("<>", "From: postmaster@x.example\nSubject: Unzustellbar: Ihre Anfrage"),
            // A forwarder put its own sender in the place of the empty one.
            (
                "SRS0=ab=cd=x.example=a@acme.example",
                "Return-Path: <>\nFrom: postmaster@x.example\nSubject: Delivery failure\n\nUnknown user: a@y.example\n",
            ),
            // A scanner that has no name of a mail system.
            (
                "scan@x.example",
                "From: scan@x.example\nSubject: Mail could not be delivered\n\nUnable to deliver message to <a@y.example>\n",
            ),
        ],
    );
}

#[test]
fn lists_need_more_than_one_mark() {
    check(
        Class::List,
        &[
            ("b@x.example", "List-Id: <l.x.example>\nPrecedence: list"),
            ("b@x.example", "List-Unsubscribe: <https://x.example/u>\nPrecedence: bulk"),
            (
                "b@x.example",
                "List-Unsubscribe: <https://x.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click",
            ),
            (
                "b@x.example",
                "From: noreply@x.example\nList-Id: <l.x.example>\nList-Unsubscribe: <https://x.example/u>\nReply-To: a@x.example",
            ),
            (
                "support+caf_=in+key=mx.acme.example@acme.example",
                "List-Id: <l.x.example>\nList-Unsubscribe: <https://x.example/u>\nX-Forwarded-To: in+key@mx.acme.example",
            ),
            (
                "support+bncB@acme.example",
                "X-Google-Group-Id: 1\nList-ID: <support.acme.example>\nList-Unsubscribe: <https://news.x.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click",
            ),
        ],
    );
}

#[test]
fn a_form_has_a_robot_in_from_and_a_person_in_reply_to() {
    check(
        Class::Form,
        &[
            ("b@acme.example", "From: no-reply@acme.example\nReply-To: ada@x.example"),
            ("b@acme.example", "From: noreply@acme.example\nReply-To: ada@x.example\nAuto-Submitted: auto-generated"),
            ("b@acme.example", "From: WordPress <wordpress@acme.example>\nReply-To: ada@x.example"),
        ],
    );
}

#[test]
fn a_forwarding_confirmation_comes_before_all_filters() {
    check(
        Class::ForwardingConfirmation,
        &[
            (
                "forwarding-noreply@google.com",
                "From: Gmail Team <forwarding-noreply@google.com>\nX-Google-Address-Confirmation: abc",
            ),
            (
                "forwarding-noreply@google.com",
                "From: Equipo <forwarding-noreply@google.com>\nAuto-Submitted: auto-generated\nPrecedence: bulk",
            ),
        ],
    );
    let asks = "\n\nConfirm here: https://mail.provider.example/confirm?token=abc\n";
    check(
        Class::ForwardingConfirmation,
        &[
            ("n@zoho.com", &format!("From: noreply@zoho.com\nSubject: Email forwarding confirmation{asks}")),
            (
                "n@x.example",
                &format!("From: no-reply@provider.example\nSubject: Please confirm forwarding to s@acme.example{asks}"),
            ),
            ("n@x.example", &format!("From: noreply@anbieter.example\nSubject: Weiterleitung bestätigen{asks}")),
            (
                "n@qq.com",
                "From: mailadmin@qq.com\nSubject: =?utf-8?B?6YKu5Lu26L2s5Y+R?=\n\nhttps://mail.qq.com/cgi-bin/attrset?k=1 confirm\n",
            ),
        ],
    );
    check(
        Class::Human,
        &[
            ("e@evil.example", "From: e@evil.example\nX-Google-Address-Confirmation: abc"),
            ("e@evil.example", "From: forwarding@google.com.evil.example\nX-Google-Address-Confirmation: abc"),
        ],
    );
}

#[test]
fn our_own_mail_is_known_by_its_mark() {
    check(Class::Probe, &[("<>", "X-Replyd-Probe: abc\nAuto-Submitted: auto-generated")]);
    check(
        Class::OwnEcho,
        &[("s@acme.example", "X-Replyd-Letter: abc"), ("<>", "X-Replyd-Letter: abc\nPrecedence: list")],
    );
}
