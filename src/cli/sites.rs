//! `replyd knowledge sites` and `crawl`: how it stands with the websites that are known.

use serde_json::Value;

use super::{Context, Failure, lists::text, paint};

/// What tells how it stands.
pub(super) const PATH: &str = "/api/v1/knowledge/sites";

/// What crawls.
pub(super) const CRAWL: &str = "/api/v1/knowledge/crawl";

/// One after the other.
pub(super) fn show(context: &Context, rows: &Value) {
    if context.json {
        println!("{rows:#}");
        return;
    }
    if rows.as_array().is_none_or(Vec::is_empty) {
        println!("there is no [[knowledge.site]] in smtpd.toml");
    }
    for row in rows.as_array().into_iter().flatten() {
        for line in lines(row) {
            println!("{}", paint::one_line(&line));
        }
    }
}

/// That a site could not be crawled, for the exit code.
pub(super) fn failed(rows: &Value) -> Result<(), Failure> {
    let troubled = rows.as_array().into_iter().flatten().find(|row| row["trouble"] != "");
    match troubled {
        Some(row) => Err(Failure::later(format!("{}: {}", text(&row["sitemap"]), text(&row["trouble"])))),
        None => Ok(()),
    }
}

fn lines(row: &Value) -> Vec<String> {
    let mut lines = vec![
        text(&row["sitemap"]).to_owned(),
        format!("  pages: {}  crawled: {}  next: {}", row["pages"], at(&row["crawled"]), at(&row["next"])),
    ];
    if row["trouble"] != "" {
        lines.push(format!("  failed at {}, what was known stays: {}", at(&row["tried"]), text(&row["trouble"])));
    }
    if !row["tried"].is_null() {
        let counts = ["new", "changed", "unchanged", "gone", "refused", "failed", "requests", "octets", "seconds"];
        let counts = counts.map(|key| format!("{key} {}", row["tally"][key]));
        lines.push(format!("  last crawl: {}", counts.join(", ")));
    }
    let refused = row["refused"].as_array().into_iter().flatten();
    lines.extend(refused.map(|page| match text(&page["url"]) {
        "" => format!("  not known: {}", text(&page["why"])),
        url => format!("  not known: {url}: {}", text(&page["why"])),
    }));
    lines
}

fn at(millis: &Value) -> String {
    let moment =
        millis.as_i64().filter(|millis| *millis > 0).and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    match moment {
        Some(moment) => moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None if millis.is_null() => "never".to_owned(),
        None => "now".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_site_is_told_with_what_is_not_known_of_it() {
        let row = json!({
            "sitemap": "https://x.example/s.xml", "crawled": 1_795_000_000_000_u64, "tried": 1_795_000_000_000_u64,
            "next": 0, "trouble": "", "pages": 2,
            "tally": { "new": 2, "changed": 0, "unchanged": 0, "gone": 0, "refused": 1, "failed": 0, "requests": 5,
                "octets": 900, "seconds": 4 },
            "refused": [{ "url": "https://x.example/a", "why": "robots.txt forbids it" }, { "url": "", "why": "more" }],
        });
        let told = lines(&row);
        assert_eq!(told[1], "  pages: 2  crawled: 2026-11-18 11:06:40 UTC  next: now");
        assert!(told[2].starts_with("  last crawl: new 2, changed 0"), "{told:?}");
        assert_eq!(told[3], "  not known: https://x.example/a: robots.txt forbids it");
        assert_eq!(told[4], "  not known: more");
        assert!(failed(&json!([row])).is_ok());
        assert!(failed(&json!([{ "sitemap": "x", "trouble": "down" }])).is_err());
    }
}
