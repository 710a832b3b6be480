//! How DNS rows are printed: for people to publish, and for scripts.

use serde_json::{Value, json};

use super::Context;
use crate::{
    config::Config,
    setup::{Checked, DnsRow, MtaStsPolicy, Purpose, Status},
    types::Millis,
};

/// A moment in UTC, to the second.
pub(super) fn moment(at: Millis) -> String {
    formatted(at, "%Y-%m-%dT%H:%M:%SZ")
}

/// Its day.
pub(super) fn day(at: Millis) -> String {
    formatted(at, "%Y-%m-%d")
}

fn formatted(at: Millis, format: &str) -> String {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    // Only beyond the year 9999.
    jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX).strftime(format).to_string()
}

/// All rows as they are to be published, and what DNS has of them.
pub(super) fn print(context: &Context, config: &Config, checked: &[Checked]) {
    let rows = checked.iter().map(|one| (&one.row, Some(&one.status)));
    print_all(context, config, rows);
}

/// The same without a question to DNS.
pub(super) fn print_unchecked(context: &Context, config: &Config, rows: &[DnsRow]) {
    print_all(context, config, rows.iter().map(|row| (row, None)));
}

/// Those of the next keys.
pub(super) fn print_next(context: &Context, config: &Config, checked: &[Checked]) {
    let next = checked.iter().filter(|one| one.row.purpose == Purpose::NextDkim);
    print_all(context, config, next.map(|one| (&one.row, Some(&one.status))));
}

fn print_all<'r>(context: &Context, config: &Config, rows: impl Iterator<Item = (&'r DnsRow, Option<&'r Status>)>) {
    if context.json {
        let rows: Vec<Value> = rows.map(|(row, status)| value(config, row, status)).collect();
        println!("{:#}", json!(rows));
        return;
    }
    for (row, status) in rows {
        println!("{}  {}\n    {}", row.kind.word(), row.name, row.value);
        let need = row.purpose.need().words();
        match status {
            Some(status) => println!("    # {}, {need}{}", status.word(), reason(status)),
            None => println!("    # {need}"),
        }
        println!("    # {}", row.purpose.words());
        match row.purpose {
            Purpose::OldDkim { until } => println!("    # may go after {}", day(until)),
            Purpose::MtaSts => {
                let policy = MtaStsPolicy::of(&config.smtp.hostname);
                println!("    # {} has to serve this, as text/plain:", policy.url);
                policy.text.lines().for_each(|line| println!("    #     {line}"));
            }
            _ => {}
        }
        println!();
    }
}

/// One line a row.
pub(super) fn print_statuses(context: &Context, checked: &[Checked]) {
    if context.json {
        let rows: Vec<Value> = checked.iter().map(status_value).collect();
        println!("{:#}", json!(rows));
        return;
    }
    for Checked { row, status } in checked {
        let need = row.purpose.need().words();
        println!("{:<9} {}  {}  ({need}){}", status.word(), row.kind.word(), row.name, reason(status));
    }
}

fn reason(status: &Status) -> String {
    if *status == Status::Verified { String::new() } else { format!(": {}", status.why()) }
}

fn value(config: &Config, row: &DnsRow, status: Option<&Status>) -> Value {
    let mut value = json!({
        "type": row.kind.word(), "name": row.name, "value": row.value, "need": row.purpose.need().word(),
        "purpose": row.purpose.words(),
    });
    if let Some(status) = status {
        value["status"] = status.word().into();
        value["why"] = status.why().into();
    }
    match row.purpose {
        Purpose::OldDkim { until } => value["until"] = moment(until).into(),
        Purpose::MtaSts => {
            let policy = MtaStsPolicy::of(&config.smtp.hostname);
            value["policy"] = json!({ "url": policy.url, "text": policy.text });
        }
        _ => {}
    }
    value
}

fn status_value(checked: &Checked) -> Value {
    let Checked { row, status } = checked;
    json!({
        "type": row.kind.word(), "name": row.name, "need": row.purpose.need().word(), "status": status.word(),
        "why": status.why(),
    })
}
