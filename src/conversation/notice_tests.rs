//! Codes and links of others: recognized in fifty shapes (S-02), and shown, never followed.

use super::*;
use crate::{
    conversation::{Classified, classify},
    mime,
    types::{Address, Envelope, MailId, Millis, Recipient},
};

fn parsed(from: &str, subject: &str, text: &str) -> Mail {
    let head = format!("From: {from}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n");
    mime::parse(format!("{head}{text}\n").replace('\n', "\r\n").as_bytes())
}

fn class_of(mail: &Mail, to: &str) -> Classified {
    let envelope = Envelope {
        id: MailId(1),
        arrived: Millis(0),
        peer: std::net::IpAddr::from([192, 0, 2, 1]),
        helo: "mx.x.example".into(),
        esmtp: true,
        tls: None,
        mail_from: Address::parse("bounces@service.example").ok(),
        recipients: vec![Recipient { address: Address::parse(to).unwrap() }],
        smtputf8: false,
    };
    classify(mail, &envelope)
}

/// How services word it: subject and text, `CODE` and `LINK` to be filled in.
const SHAPES: [(&str, &str); 10] = [
    (
        "Slack confirmation code: CODE",
        "Your confirmation code is below — enter it in your open browser window.\n\nCODE\n\nQuestions? We are here.",
    ),
    ("CODE is your verification code", "Use it to verify this email address.\nIf you did not request this, ignore it."),
    (
        "Your sign-in code",
        "Enter this code to sign in:\n\nCODE\n\nThis code will expire in 10 minutes. Do not share it.",
    ),
    ("[GitHub] Please verify your device", "Verification code: CODE\n\nIf this wasn't you, reset your password."),
    ("Verify your email address", "Click to verify your email: LINK\n\nIf you didn't create an account, ignore this."),
    ("Reset your password", "Somebody asked for a new password.\nLINK\nThis link expires in one hour."),
    ("Ada has invited you to work in the workspace", "Join now:\nLINK\n"),
    ("Ihr Bestätigungscode", "Ihr Sicherheitscode lautet:\n\nCODE\n\nGültig für 10 Minuten."),
    (
        "Votre code de vérification",
        "Voici votre code : CODE\nSi vous n'avez pas fait cette demande, ignorez ce message.",
    ),
    ("您的验证码", "您的验证码是 CODE 。请勿告诉他人。"),
];

/// Who sends them.
const SENDERS: [(&str, &str); 5] = [
    ("Slack <no-reply@slack.com>", "Slack"),
    ("Google <noreply@accounts.google.com>", "Google"),
    ("GitHub <noreply@github.com>", "GitHub"),
    ("Apple <appleid@id.apple.com>", "Apple"),
    ("Acme Cloud <no-reply@unknown.example>", "unknown.example"),
];

const CODES: [&str; 5] = ["A7B-9QZ", "482913", "123-456", "7391", "G-582910"];

#[test]
fn s02_codes_and_links_of_other_services_are_told_in_fifty_shapes() {
    let mut seen = 0;
    for (subject, text) in SHAPES {
        for ((from, provider), code) in SENDERS.iter().zip(CODES) {
            let link = "https://service.example/auth/verify?token=abcdef";
            let fill = |words: &str| words.replace("CODE", code).replace("LINK", link);
            let mail = parsed(from, &fill(subject), &fill(text));
            for to in ["support@acme.example", "support+slack@acme.example", "in+key@mx.acme.example"] {
                let found = class_of(&mail, to);
                assert_eq!(found.class, Class::VerificationCode, "{from} {subject}: {:?}", found.reasons);
            }
            let shown = notice(&mail, Class::VerificationCode).unwrap();
            assert_eq!(shown.provider, *provider, "{subject}");
            let (has_code, has_link) = (text.contains("CODE") || subject.contains("CODE"), text.contains("LINK"));
            assert_eq!(
                (shown.code.as_str(), shown.link.as_str()),
                (if has_code { code } else { "" }, if has_link { link } else { "" }),
                "{subject}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 50);
}

#[test]
fn a_form_that_passes_on_trouble_with_a_code_is_a_form() {
    let head = "From: no-reply@acme.example\nReply-To: ada@x.example\nSubject: Verification code\n\n";
    let mail = mime::parse(format!("{head}The verification code does not work:\n\n482913\n").as_bytes());
    assert_eq!(class_of(&mail, "support@acme.example").class, Class::Form);
}

fn gmail(subject: &str, text: &str) -> Notice {
    let mail = parsed("Gmail Team <forwarding-noreply@google.com>", subject, text);
    assert_eq!(class_of(&mail, "in+key@mx.acme.example").class, Class::ForwardingConfirmation);
    notice(&mail, Class::ForwardingConfirmation).unwrap()
}

#[test]
fn gmails_two_links_are_told_apart_and_only_its_own_hosts_count() {
    let found = gmail(
        "(#482913579) Gmail Forwarding Confirmation - Receive Mail from support@acme.example",
        "To cancel: https://mail.google.com/mail/uf-%5Bab-vf-cd%5D-x\nTo allow:\nhttps://mail-settings.google.com/mail/vf-%5Bab-uf-cd%5D-y\n\
         https://mail.google.com.evil.example/mail/vf-1 https://mail.google.com@evil.example/mail/vf-2",
    );
    let expected = Notice {
        provider: "Gmail".into(),
        code: "482913579".into(),
        link: "https://mail-settings.google.com/mail/vf-%5Bab-uf-cd%5D-y".into(),
        cancel: "https://mail.google.com/mail/uf-%5Bab-vf-cd%5D-x".into(),
        mailbox: "support@acme.example".into(),
    };
    assert_eq!(found, expected);
}

#[test]
fn gmails_code_may_be_absent_or_stand_in_the_text() {
    let newer =
        gmail("(Gmail Forwarding Confirmation - Receive Mail from s@acme.example", "https://mail.google.com/mail/vf-x");
    assert_eq!((newer.code.as_str(), newer.link.as_str()), ("", "https://mail.google.com/mail/vf-x"));
    assert_eq!(gmail("Gmail", "Confirmation code: 482913579\nhttps://evil.example/mail/vf-x").code, "482913579");
    assert_eq!(gmail("Gmail", "https://evil.example/mail/vf-x").link, "");
}

#[test]
fn other_mail_has_no_notice() {
    let mail = parsed("Ada <ada@x.example>", "A question", "My code is 123456");
    assert_eq!(notice(&mail, Class::Human), None);
}
