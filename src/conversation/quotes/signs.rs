//! Signatures at the end of what is new.

use super::{Kind, rows::Sheet};

/// Rows a signature may have below its separator.
const ROWS_MAX: usize = 15;

/// Marks the signature, if there is one.
pub(super) fn mark(sheet: &mut Sheet<'_>) {
    let new: Vec<usize> = (0..sheet.len()).filter(|i| sheet.is_new(*i)).collect();
    let Some(from) = separator(sheet, &new).or_else(|| sent_from(sheet, &new)).or_else(|| name(sheet, &new)) else {
        return;
    };
    for at in &new[from..] {
        sheet.row_mut(*at).kind = Kind::Signature;
    }
}

/// `-- ` alone on its row, or the rule above a mailing list's footer. RFC 3676 §4.3.
fn separator(sheet: &Sheet<'_>, new: &[usize]) -> Option<usize> {
    let first = new.len().saturating_sub(ROWS_MAX + 1);
    (first..new.len()).find(|i| {
        let text = sheet.line(new[*i]);
        let list_footer = || {
            let below = new[*i..].iter().skip(1).take(2);
            text.len() >= 20
                && text.bytes().all(|b| b == b'_')
                && below.into_iter().any(|n| sheet.line(*n).contains("mailing list"))
        };
        text == "--" || text == "—" || list_footer()
    })
}

/// `Sent from my telephone` near the end.
fn sent_from(sheet: &Sheet<'_>, new: &[usize]) -> Option<usize> {
    const NEAR: usize = 3;
    (new.len().saturating_sub(NEAR)..new.len()).find(|i| {
        let text = sheet.line(new[*i]);
        let low = text.trim_matches(['<', '>', '*', '_', '"', '(', ')', '[', '-', ' ']).to_lowercase();
        let sentence = text.contains(", ") || (text.ends_with('.') && text.split(' ').count() > 6);
        text.len() < 120
            && !sentence
            && (SENT_FROM.iter().any(|s| low.starts_with(s)) || SENT_BY.iter().any(|s| low.ends_with(s)))
    })
}

/// `-Ada Lovelace` as the last row below others.
fn name(sheet: &Sheet<'_>, new: &[usize]) -> Option<usize> {
    let last = new.len().checked_sub(1).filter(|last| *last > 0)?;
    let words = sheet.line(new[last]).strip_prefix('-')?.trim_start();
    let capital = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || c == '.')
    };
    let above_is_list = sheet.line(new[last - 1]).starts_with(['-', '*']);
    let count = words.split(' ').count();
    (!above_is_list && (1..=3).contains(&count) && words.split(' ').all(capital)).then_some(last)
}

const SENT_FROM: [&str; 40] = [
    "sent from my",
    "sent from a ",
    "sent from an ",
    "sent from mail",
    "sent from yahoo",
    "sent from outlook",
    "sent from proton",
    "sent from samsung",
    "sent from gmail",
    "sent from iphone",
    "sent from the ",
    "sent via ",
    "sent with ",
    "sent using ",
    "get outlook for",
    "get bluemail for",
    "gesendet von",
    "gesendet mit",
    "von meinem",
    "diese nachricht wurde von meinem",
    "holen sie sich outlook",
    "envoyé de mon",
    "envoyé depuis",
    "envoyé à partir de",
    "télécharger outlook",
    "enviado desde mi",
    "enviado desde ",
    "obtener outlook",
    "enviado do meu",
    "enviado de meu",
    "enviado a partir",
    "inviato da",
    "verstuurd vanaf",
    "verzonden vanaf",
    "skickat från",
    "sendt fra",
    "lähetetty ",
    "wysłane z",
    "отправлено с",
    "发自我的",
];
const SENT_BY: [&str; 4] = ["iphoneから送信", "ipadから送信", "에서 보냄", "gesendet"];
