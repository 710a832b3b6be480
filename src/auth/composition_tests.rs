//! Mails that are put together so that what is checked and what is shown differ (S-04): the published tricks, each signed
//! by the attacker's own domain, and all wanting to be `admin@a.example`.

use super::*;
use crate::mime;

const ATTACKER: &str = "eve@evil.example";

/// Lines in place of From. `{a}` is who the attacker wants to be, `{e}` the attacker.
const FROMS: [(&str, &str); 47] = [
    ("two fields", "From: {e}\r\nFrom: {a}"),
    ("two fields, the other first", "From: {a}\r\nFrom: {e}"),
    ("a space before the colon", "From : {a}\r\nFrom: {e}"),
    ("a tab before the colon, second", "From: {e}\r\nFrom\t: {a}"),
    ("only a space before the colon", "From : {a}"),
    ("a leading space", " From: {a}\r\nFrom: {e}"),
    ("a leading space after another field", "X-A: 1\r\n From: {a}\r\nFrom: {e}"),
    ("another case", "from: {a}\r\nFrom: {e}"),
    ("a control character in the name", "From\u{1}: {a}\r\nFrom: {e}"),
    ("a NUL in the name", "From\0: {a}\r\nFrom: {e}"),
    ("an odd letter in front", "\u{feff}From: {a}\r\nFrom: {e}"),
    ("folded", "From:\r\n {a}\r\nFrom: {e}"),
    ("folded in the address", "From: <admin@\r\n a.example>"),
    ("folded between two", "From: {e},\r\n {a}"),
    ("a list", "From: {e}, {a}"),
    ("a list in brackets", "From: <{e}>, <{a}>"),
    ("a list without a comma", "From: <{e}> <{a}>"),
    ("a list after a semicolon", "From: {e}; {a}"),
    ("a quoted comma", "From: <{e}>\\, <{a}>"),
    ("a group", "From: admins:{a};"),
    ("a group and a mailbox", "From: x:{e};, {a}"),
    ("an empty group", "From: undisclosed:;"),
    ("empty", "From:"),
    ("blank", "From: \t "),
    ("empty brackets", "From: {a}<>"),
    ("empty brackets and a name", "From: \"{a}\" <>"),
    ("a route", "From: <@evil.example,@any.example:{a}>"),
    ("a route of one", "From: <@evil.example:{a}>"),
    ("a NUL in the address", "From: {a}\0{e}"),
    ("a NUL in brackets", "From: <{a}\0@evil.example>"),
    ("a comment before", "From: ({e}) <{a}>"),
    ("a comment after", "From: <{a}> ({e})"),
    ("a comment inside", "From: <admin(x)@a.example(y)>"),
    ("a comment in place of the end", "From: <{e}(>{a}<)>"),
    ("an open comment", "From: <{e}> (<{a}>"),
    ("an encoded word for the address", "From: =?utf-8?B?PGFkbWluQGEuZXhhbXBsZT4=?= <{e}>"),
    ("an encoded word for all", "From: =?utf-8?B?PGFkbWluQGEuZXhhbXBsZT4=?="),
    ("an encoded word in brackets", "From: <=?utf-8?Q?admin=40a=2Eexample?=>"),
    ("an encoded word and a list", "From: =?utf-8?B?PGFkbWluQGEuZXhhbXBsZT4=?=,<{e}>"),
    ("an encoded word in the local part", "From: <=?utf-8?Q?admin?=@a.example>"),
    ("a quoted local part", "From: <\"{a}\"@evil.example>"),
    ("a quoted local part with brackets", "From: \"<{a}>\"@evil.example"),
    ("no at sign", "From: <admin>"),
    ("two at signs", "From: <{a}@evil.example>"),
    ("spaces", "From: <admin @ a.example>"),
    ("letters that are not seen", "From: <admin\u{200b}@a.example>"),
    ("another field speaks for it", "Sender: {a}\r\nResent-From: {a}\r\nReply-To: {a}\r\nFrom: {e}"),
];

fn composed(from: &str) -> Vec<u8> {
    let from = from.replace("{a}", "admin@a.example").replace("{e}", ATTACKER);
    let rest = "To: support@acme.example\r\nSubject: Reset\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\
                Message-ID: <1@evil.example>\r\n\r\nPlease.\r\n";
    format!("{from}\r\n{rest}").into_bytes()
}

fn scene() -> (Scene, Key) {
    let scene = Scene::new();
    let key = Key::ed25519("evil.example", "s").unwrap();
    key.publish(&scene.zone);
    scene.zone.txt("evil.example", "v=spf1 ip4:192.0.2.1 -all");
    (scene, key)
}

impl Scene {
    /// As the whole line reads it: the same address is authenticated, shown and answered.
    async fn judged(&self, mail: &[u8]) -> (Option<Address>, Verdicts) {
        let read = mime::parse(mail);
        let envelope = Self::envelope(FORWARDER_IP, ATTACKER);
        let verdicts =
            self.auth.check(&envelope, &Bytes::copy_from_slice(mail), &read, Registration::default()).await.verdicts;
        (read.from, verdicts)
    }
}

#[tokio::test]
async fn s04_no_composition_makes_an_attacker_somebody_else() {
    let (scene, key) = scene();
    let mut as_themselves = 0;
    for (what, from) in FROMS {
        let plain = composed(from);
        // Where the signer finds no From to sign, the attacker goes without.
        let signed = key.sign(&plain).unwrap_or_else(|_| plain.clone());
        for mail in [plain, signed] {
            let (from, verdicts) = scene.judged(&mail).await;
            let held = verdicts.level == Level::Forged;
            let is_attacker = from.as_ref().is_some_and(|from| from.domain() == "evil.example");
            assert!(held || is_attacker, "{what}: {from:?} {verdicts:?}");
            assert!(held || from.is_some(), "{what}: nobody is more than level 0");
            as_themselves += usize::from(!held);
        }
    }
    // The rule is not that everything odd is held: the last rows are plain mails of the attacker.
    assert!(as_themselves > 4, "{as_themselves}");
}

/// Names that end early for one reader and late for another.
#[tokio::test]
async fn s04_no_odd_domain_in_a_signature_speaks_for_another() {
    let (scene, key) = scene();
    let mail = composed("From: {a}");
    let signed = String::from_utf8(key.sign(&mail).unwrap()).unwrap();
    for domain in [
        "a.example\0.evil.example",
        "a.example(.evil.example",
        "a.example'@evil.example",
        "a.example .evil.example",
        "a.example\".evil.example",
        "a.example;.evil.example",
        "example",
        "",
        ".",
    ] {
        let odd = signed.replacen("d=evil.example", &format!("d={domain}"), 1);
        let (_, verdicts) = scene.judged(odd.as_bytes()).await;
        assert_eq!(verdicts.level, Level::Forged, "{domain} {verdicts:?}");
    }
    let selector =
        signed.replacen("s=s;", "s=s._domainkey.evil.example.\0;", 1).replacen("d=evil.example", "d=a.example", 1);
    assert_eq!(scene.judged(selector.as_bytes()).await.1.level, Level::Forged);
}
