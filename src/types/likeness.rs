//! Names that look like other names. Nothing is decided by it: people are told (S-05).
//!
//! Which letters belong together is Unicode's; which look alike is a short list of the letters that are used for it.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::{CodePointMapData, props::Script};

use super::Address;

/// Letters that look like a Latin one, or like other Latin ones, in lower case.
const LOOK_ALIKE: [(&str, char); 24] = [
    ("\u{430}\u{251}\u{3b1}\u{4d9}", 'a'),
    ("\u{432}\u{44c}\u{184}\u{3b2}", 'b'),
    ("\u{441}\u{3f2}\u{1d04}", 'c'),
    ("\u{501}\u{257}", 'd'),
    ("\u{435}\u{454}\u{4bd}\u{3b5}", 'e'),
    ("\u{261}\u{581}", 'g'),
    ("\u{4bb}\u{570}\u{43d}", 'h'),
    ("\u{456}\u{131}\u{3b9}\u{269}", 'i'),
    ("\u{458}\u{3f3}", 'j'),
    ("\u{43a}\u{3ba}", 'k'),
    ("\u{4cf}\u{1c0}\u{399}1|", 'l'),
    ("\u{43c}\u{3fb}", 'm'),
    ("\u{438}\u{578}\u{3b7}\u{43f}", 'n'),
    ("\u{43e}\u{3bf}\u{585}\u{3c3}0\u{275}", 'o'),
    ("\u{440}\u{3c1}", 'p'),
    ("\u{51b}\u{563}", 'q'),
    ("\u{433}\u{280}", 'r'),
    ("\u{455}", 's'),
    ("\u{442}\u{3c4}", 't'),
    ("\u{446}\u{57d}\u{3c5}\u{28b}", 'u'),
    ("\u{475}\u{3bd}\u{1d20}", 'v'),
    ("\u{51d}\u{448}\u{461}\u{26f}\u{3c9}", 'w'),
    ("\u{445}\u{3c7}", 'x'),
    ("\u{443}\u{4af}\u{3b3}\u{263}", 'y'),
];

/// Pairs of letters that look like one.
const PAIRS: [(&str, &str); 3] = [("rn", "m"), ("vv", "w"), ("cl", "d")];

/// The last combining mark of the block that letters with accents are made of.
const MARKS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// Whether two different domains, in their ASCII form, look alike.
pub fn domains_look_alike(one: &str, other: &str) -> bool {
    one != other && skeleton(&shown(one)) == skeleton(&shown(other))
}

/// Whether two different addresses look alike.
pub fn addresses_look_alike(one: &Address, other: &Address) -> bool {
    let whole = |address: &Address| skeleton(&format!("{}@{}", address.local(), shown(address.domain())));
    one != other && whole(one) == whole(other)
}

/// A label of the domain (ASCII form) whose letters are of scripts that no language writes together, as it is shown.
pub fn mixed_label(domain: &str) -> Option<String> {
    shown(domain).split('.').find(|label| is_mixed(label)).map(str::to_owned)
}

/// The domain as people see it.
fn shown(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

/// What is left when everything is taken away by which two look-alikes differ. Lower case.
pub fn skeleton(text: &str) -> String {
    let plain = DecomposingNormalizerBorrowed::new_nfd().normalize(&text.to_lowercase()).into_owned();
    let latin = |c: char| LOOK_ALIKE.iter().find(|(others, _)| others.contains(c)).map_or(c, |(_, latin)| *latin);
    let mut skeleton: String = plain.chars().filter(|c| !MARKS.contains(c)).map(latin).collect();
    for (pair, one) in PAIRS {
        skeleton = skeleton.replace(pair, one);
    }
    skeleton
}

/// Whether a word is of scripts that no language writes together. UTS 39 §5.2, highly restrictive: one script, or those of
/// Chinese, Japanese or Korean with Latin.
pub fn is_mixed(label: &str) -> bool {
    const EAST: [&[Script]; 3] = [
        &[Script::Latin, Script::Han, Script::Hiragana, Script::Katakana],
        &[Script::Latin, Script::Han, Script::Hangul],
        &[Script::Latin, Script::Han, Script::Bopomofo],
    ];
    let scripts = CodePointMapData::<Script>::new();
    let mut seen: Vec<Script> = label.chars().map(|c| scripts.get(c)).collect();
    seen.retain(|script| !matches!(*script, Script::Common | Script::Inherited));
    seen.dedup();
    let within = |allowed: &&[Script]| seen.iter().all(|script| allowed.contains(script));
    seen.iter().any(|script| *script != seen[0]) && !EAST.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(domain: &str) -> String {
        Address::parse(&format!("x@{domain}")).unwrap().domain().to_owned()
    }

    #[test]
    fn domains_that_look_alike_are_told_and_others_are_not() {
        // Cyrillic throughout, one Cyrillic letter, an accent, digits, pairs.
        for (fake, real) in [
            ("\u{430}\u{441}\u{43c}\u{435}.example", "acme.example"),
            ("\u{430}cme.example", "acme.example"),
            ("acm\u{1eb9}.example", "acme.example"),
            ("paypa1.example", "paypal.example"),
            ("g00gle.example", "google.example"),
            ("acrne.example", "acme.example"),
            ("\u{3bf}\u{3c1}\u{3b5}\u{3b7}.example", "open.example"),
        ] {
            assert!(domains_look_alike(&ascii(fake), real), "{fake}");
        }
        for (other, real) in [
            ("acme.example", "acme.example"),
            ("ACME.example", "acme.example"),
            ("acme.test", "acme.example"),
            ("acne.example", "acme.example"),
            ("b\u{fc}cher.example", "acme.example"),
            ("\u{43f}\u{43e}\u{447}\u{442}\u{430}.example", "acme.example"),
        ] {
            assert!(!domains_look_alike(&ascii(other), real), "{other}");
        }
    }

    #[test]
    fn an_address_may_look_like_another_in_either_part() {
        let is = |one: &str, other: &str| {
            addresses_look_alike(&Address::parse(one).unwrap(), &Address::parse(other).unwrap())
        };
        assert!(is("\u{430}da@a.example", "ada@a.example"));
        assert!(is("ada@\u{430}.example", "ada@a.example"));
        assert!(!is("Ada@A.example", "ada@a.example"), "it is the same one");
        assert!(!is("eve@a.example", "ada@a.example"));
    }

    #[test]
    fn scripts_that_no_language_writes_together_are_told() {
        assert_eq!(mixed_label(&ascii("\u{430}cme.example")).as_deref(), Some("\u{430}cme"));
        for fine in [
            "acme.example",
            "b\u{fc}cher-24.example",
            "\u{43f}\u{43e}\u{447}\u{442}\u{430}.example",
            "日本語カナ.example",
        ] {
            assert_eq!(mixed_label(&ascii(fine)), None, "{fine}");
        }
    }
}
