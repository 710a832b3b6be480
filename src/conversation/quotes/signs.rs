//! Signatures at the end of what is new.

use super::{Mark, Row};

/// Rows a signature may have below its separator.
const ROWS_MAX: usize = 15;

/// Marks the signature, if there is one.
pub(super) fn mark(rows: &mut [Row<'_>]) {
    let new: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].mark == Mark::New && !rows[*i].is_blank()).collect();
    let Some(from) = separator(rows, &new).or_else(|| sent_from(rows, &new)).or_else(|| name(rows, &new)) else {
        return;
    };
    for at in &new[from..] {
        rows[*at].mark = Mark::Signature;
    }
}

/// `-- ` alone on its row, or the rule above a mailing list's footer. RFC 3676 §4.3.
fn separator(rows: &[Row<'_>], new: &[usize]) -> Option<usize> {
    let first = new.len().saturating_sub(ROWS_MAX + 1);
    (first..new.len()).find(|i| {
        let text = rows[new[*i]].text.trim();
        let list_footer = || {
            let below = new[*i..].iter().skip(1).take(2);
            text.len() >= 20
                && text.bytes().all(|b| b == b'_')
                && below.into_iter().any(|n| rows[*n].text.contains("mailing list"))
        };
        text == "--" || text == "—" || list_footer()
    })
}

/// `Sent from my telephone` near the end.
fn sent_from(rows: &[Row<'_>], new: &[usize]) -> Option<usize> {
    const NEAR: usize = 3;
    (new.len().saturating_sub(NEAR)..new.len()).find(|i| {
        let text = rows[new[*i]].text.trim();
        let low = text.trim_matches(['<', '>', '*', '_', '"', '(', ')', '[', '-', ' ']).to_lowercase();
        let sentence = text.contains(", ") || (text.ends_with('.') && text.split(' ').count() > 6);
        text.len() < 120
            && !sentence
            && (SENT_FROM.iter().any(|s| low.starts_with(s)) || SENT_BY.iter().any(|s| low.ends_with(s)))
    })
}

/// `-Ada Lovelace` as the last row below others.
fn name(rows: &[Row<'_>], new: &[usize]) -> Option<usize> {
    let last = new.len().checked_sub(1).filter(|last| *last > 0)?;
    let words = rows[new[last]].text.trim().strip_prefix('-')?.trim_start();
    let capital = |word: &str| {
        word.chars().next().is_some_and(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || c == '.')
    };
    let above_is_list = rows[new[last - 1]].text.trim_start().starts_with(['-', '*']);
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
