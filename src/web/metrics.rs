//! `/metrics`: the numbers of the daemon in Prometheus' text form, for a listener of its own. Says nothing about anybody's mail.

use std::{fmt::Write, sync::Arc};

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use super::{api::Office, problem::Problem};
use crate::{
    agent::brakes,
    observability::counters,
    store::{Counts, RunDecision, Spender, Store, StoreError},
    types::{HandOffCode, JobKind},
};

/// What the metrics are read from.
#[derive(Clone)]
pub struct Gauges {
    /// The store and the clock.
    pub office: Office,
    /// How DMARC came out since the start: domain of From, result, mails. Of bounded length.
    pub dmarc: DmarcCounts,
    /// What DNS said of the domains we send from when it was asked last.
    pub domains: Arc<dyn Fn() -> Vec<DomainGauge> + Send + Sync>,
}

/// A domain we send from.
pub struct DomainGauge {
    /// Its name.
    pub name: String,
    /// Whether all rows that sending needs were there.
    pub is_verified: bool,
    /// Rows that were there and are not any more.
    pub alarms: u64,
}

/// See [`Gauges::dmarc`].
pub type DmarcCounts = Arc<dyn Fn() -> Vec<(String, &'static str, u64)> + Send + Sync>;

/// The version of the form. <https://prometheus.io/docs/instrumenting/exposition_formats/>
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`.
pub fn metrics(gauges: Gauges) -> Router {
    Router::new().route("/metrics", get(answer)).with_state(gauges)
}

async fn answer(State(gauges): State<Gauges>) -> Result<impl IntoResponse, Problem> {
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text(&gauges)))
}

fn text(gauges: &Gauges) -> String {
    let mut page = Page::default();
    // A store that cannot be asked is a number too, not a scrape that fails.
    let up = store(gauges, &mut page).is_ok();
    page.gauge("replyd_store_up", "Whether the store answers.", &[(String::new(), u64::from(up))]);
    since_the_start(&mut page);
    domains(gauges, &mut page);
    let dmarc = (gauges.dmarc)().into_iter();
    let dmarc = dmarc.map(|(domain, result, mails)| (labels(&[("domain", &domain), ("result", result)]), mails));
    page.counter("replyd_dmarc_total", "Mails by domain of From and result of DMARC.", &dmarc.collect::<Vec<_>>());
    page.0
}

fn store(gauges: &Gauges, page: &mut Page) -> Result<(), StoreError> {
    let store = &gauges.office.store;
    let counts = store.counts()?;
    let Counts { accepted, shown, held, ignored, duplicates, discarded, conversations, letters, jobs, parked } = counts;
    let one = |value: u64| [(String::new(), value)];
    page.counter("replyd_accepted_total", "Destinations of mails that were answered 250.", &one(accepted));
    let places =
        [("shown", shown), ("held", held), ("own_echo", ignored), ("duplicate", duplicates), ("discarded", discarded)];
    let places = places.map(|(place, count)| (labels(&[("place", place)]), count));
    page.gauge("replyd_mails", "Where they lie; the places add up to replyd_accepted_total.", &places);
    page.gauge("replyd_books_balance", "Whether they add up.", &one(u64::from(counts.balance())));
    page.gauge("replyd_conversations", "Conversations.", &one(conversations));
    page.counter("replyd_letters_total", "Letters written by the AI and by people.", &one(letters));
    let states = [("open", jobs.saturating_sub(parked)), ("parked", parked)];
    let states = states.map(|(state, count)| (labels(&[("state", state)]), count));
    page.gauge("replyd_jobs", "Answers and deliveries to be made; parked ones need a person.", &states);
    let suppressed = one(store.suppressions_count()?);
    page.gauge("replyd_suppressions", "Addresses that are not written to any more.", &suppressed);
    thinking(gauges, store, page)?;
    let mut overdue = Vec::new();
    for (kind, word) in [(JobKind::Answer, "answer"), (JobKind::Deliver, "deliver")] {
        let late = store.next_due(kind)?.map_or(0, |due| gauges.office.clock.now().since(due).as_secs());
        overdue.push((labels(&[("kind", word)]), late));
    }
    page.gauge("replyd_job_overdue_seconds", "How long the earliest job has been due.", &overdue);
    page.counter("replyd_journal_records_total", "Records in the journal.", &one(store.journal_records()?));
    let rebuilt = u64::from(store.index_was_rebuilt().is_some());
    page.gauge("replyd_index_rebuilt", "Whether the index had to be made again at the start.", &one(rebuilt));
    Ok(())
}

/// What the AI's runs came to, and what they took of the budgets of this day and month.
fn thinking(gauges: &Gauges, store: &Store, page: &mut Page) -> Result<(), StoreError> {
    let totals = store.run_totals()?;
    let decisions = RunDecision::ALL.iter().zip(totals.decisions);
    let decisions: Vec<_> =
        decisions.map(|(decision, count)| (labels(&[("decision", decision.word())]), count)).collect();
    page.gauge("replyd_runs", "Times the AI took up a conversation, by what came of it.", &decisions);
    let codes = HandOffCode::ALL.iter().zip(totals.codes);
    let codes: Vec<_> = codes.map(|(code, count)| (labels(&[("code", code.word())]), count)).collect();
    page.gauge("replyd_runs_handed_off", "Runs that gave the conversation to people, by why.", &codes);
    let tokens = [("input", totals.tokens_in), ("output", totals.tokens_out)];
    let tokens = tokens.map(|(kind, count)| (labels(&[("type", kind)]), count));
    page.counter("replyd_run_tokens_total", "Tokens sent to models, and back.", &tokens);
    let one = |value: u64| [(String::new(), value)];
    page.counter(
        "replyd_run_cost_millionths_total",
        "What they cost, in millionths of the currency unit of the prices.",
        &one(totals.cost_millionths),
    );
    page.counter("replyd_run_seconds_total", "How long runs took, together.", &one(totals.millis / 1000));
    let now = gauges.office.clock.now();
    let mut spent = Vec::new();
    for (period, spender) in [("day", Spender::DayOf(now)), ("month", Spender::MonthOf(now))] {
        let took = store.spent(spender)?;
        for (of, value) in [("runs", took.runs), ("tokens", took.tokens), ("cost_millionths", took.cost_millionths)] {
            spent.push((labels(&[("period", period), ("of", of)]), value));
        }
    }
    page.gauge("replyd_spent", "What thinking took of the budgets of this day and month, UTC.", &spent);
    Ok(())
}

fn since_the_start(page: &mut Page) {
    let counted = counters::snapshot();
    let intake = counted.intake.iter();
    let intake =
        intake.map(|((level, class), count)| (labels(&[("level", &level.to_string()), ("class", class)]), *count));
    page.counter("replyd_intake_total", "Mails kept, by level of proof and class.", &intake.collect::<Vec<_>>());
    let one = |value: u64| [(String::new(), value)];
    page.counter("replyd_intake_duplicates_total", "Mails that had been kept before.", &one(counted.duplicates));
    page.counter("replyd_intake_not_kept_total", "Mails put off for a trouble of ours.", &one(counted.not_kept));
    let held = brakes::NAMES
        .map(|brake| (labels(&[("brake", brake)]), counted.brakes.get(brake).copied().unwrap_or_default()));
    page.counter("replyd_brakes_held_total", "How often a brake kept the AI from answering.", &held);
}

fn domains(gauges: &Gauges, page: &mut Page) {
    let all = (gauges.domains)();
    let of = |value: fn(&DomainGauge) -> u64| -> Vec<(String, u64)> {
        all.iter().map(|domain| (labels(&[("domain", &domain.name)]), value(domain))).collect()
    };
    let verified = of(|domain| u64::from(domain.is_verified));
    page.gauge("replyd_domain_verified", "Whether DNS has the DKIM rows of a domain we send from.", &verified);
    let alarms = of(|domain| domain.alarms);
    page.gauge("replyd_domain_alarms", "DNS rows of it that were there and are not any more.", &alarms);
}

/// Lines of the text form.
#[derive(Default)]
struct Page(String);

impl Page {
    fn gauge(&mut self, name: &str, help: &str, samples: &[(String, u64)]) {
        self.family(name, "gauge", help, samples);
    }

    fn counter(&mut self, name: &str, help: &str, samples: &[(String, u64)]) {
        self.family(name, "counter", help, samples);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str, samples: &[(String, u64)]) {
        let mut write = |line: std::fmt::Arguments<'_>| self.0.write_fmt(line).expect("a text takes what is written");
        write(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for (labels, value) in samples {
            write(format_args!("{name}{labels} {value}\n"));
        }
    }
}

/// `{name="value",…}`, with what could end a value early taken out of it.
fn labels(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    };
    format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_write_lines_of_its_own() {
        assert_eq!(labels(&[("domain", "a\"} 1\nx\\")]), r#"{domain="a\"} 1\nx\\"}"#);
    }

    #[test]
    fn a_family_says_what_it_is() {
        let mut page = Page::default();
        page.gauge("replyd_jobs", "To be done.", &[(labels(&[("state", "open")]), 3)]);
        assert_eq!(page.0, "# HELP replyd_jobs To be done.\n# TYPE replyd_jobs gauge\nreplyd_jobs{state=\"open\"} 3\n");
    }
}
