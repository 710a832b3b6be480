//! `replyd rehearse`: what Autopilot would have said to past mail, held against what people really answered.

mod sources;

use std::path::PathBuf;

use serde_json::json;

use super::{Context, Failure, block_on, control, paint};
use crate::{
    agent::{
        knowledge::Article,
        rehearsal::{
            Rehearsal, Rehearsed,
            agreement::Likeness,
            past::{self, Exchange},
            tables::{Counts, Report},
        },
    },
    config::{Config, SupportAddress},
    daemon,
    types::{Address, Clock},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// `conversations` for those that replyd keeps, or an mbox or a folder of past mail: the customers' and the answers.
    #[arg(long)]
    from: PathBuf,
    /// For which support address; needed where several are registered.
    #[arg(long)]
    address: Option<Address>,
    /// Exchanges at most, the newest.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    /// Answers that a person would have written otherwise, shown in full.
    #[arg(long, default_value_t = 5)]
    examples: usize,
}

pub(super) fn run(context: &Context, args: Args) -> Result<(), Failure> {
    let config = control::load(&context.config)?;
    let address = address(&config, args.address.as_ref())?;
    block_on(async {
        let rehearsal = rehearsal(&config, sources::articles(context, &config).await?)?;
        let conversations = if args.from.as_os_str() == "conversations" {
            sources::kept(context, address).await?
        } else {
            past::conversations(sources::mailbox(config.clone(), &args.from).await?)
        };
        let mut exchanges: Vec<Exchange> =
            conversations.iter().flat_map(|messages| past::exchanges(messages, address)).collect();
        if exchanges.is_empty() {
            return Err(Failure::data(format!(
                "{}: no answer of a person to a customer was found in it; who is a colleague is told by the domains of the \
                 configuration",
                args.from.display()
            )));
        }
        exchanges.sort_by_key(|exchange| exchange.case.read_at);
        exchanges.drain(..exchanges.len().saturating_sub(args.limit));
        let mut played = Vec::with_capacity(exchanges.len());
        for exchange in exchanges {
            let (asked, answered) = (newest(&exchange), exchange.answered.clone());
            played.push((rehearsal.play(exchange).await, asked, answered));
        }
        print(context, &config, &played, args.examples);
        Ok(())
    })
}

fn address<'a>(config: &'a Config, wanted: Option<&Address>) -> Result<&'a SupportAddress, Failure> {
    match (&config.addresses[..], wanted) {
        (addresses, Some(wanted)) => addresses
            .iter()
            .find(|one| one.address == *wanted)
            .ok_or_else(|| Failure::usage(format!("{wanted} is no [[address]] of the configuration"))),
        ([only], None) => Ok(only),
        ([], None) => Err(Failure::config("no [[address]] is configured")),
        (_, None) => Err(Failure::usage("several addresses are configured: say which with --address")),
    }
}

/// Whoever would think, proposing whatever it finds: how much support is enough is asked of the curve.
fn rehearsal(config: &Config, articles: Vec<Article>) -> Result<Rehearsal, Failure> {
    let clock = Clock::system();
    let thinking = daemon::rehearsing(config, &clock, articles);
    let (answerer, topics) = thinking.map_err(|error| Failure::io(error.to_string()))?;
    let rehearsal = Rehearsal::new(answerer, &config.agent, config.knowledge.support_min_percent, clock);
    Ok(rehearsal.with_topics(topics))
}

fn newest(exchange: &Exchange) -> String {
    exchange.case.newest().map(|mail| mail.new_text.trim().to_owned()).unwrap_or_default()
}

type Played = (Rehearsed, String, String);

fn print(context: &Context, config: &Config, played: &[Played], examples: usize) {
    let rehearsed: Vec<Rehearsed> = played.iter().map(|(one, ..)| one.clone()).collect();
    let report = Report::of(&rehearsed);
    let erred = played.iter().filter_map(|(one, asked, answered)| {
        let proposal = one.proposal.as_ref().filter(|_| one.silence.is_none())?;
        let Likeness::Differs(why) = &proposal.likeness else { return None };
        Some((one, proposal, why, asked, answered))
    });
    let erred: Vec<_> = erred.take(examples).collect();
    if context.json {
        let examples = erred.iter().map(|(one, proposal, why, asked, answered)| {
            json!({ "topic": one.topic, "support_percent": proposal.support_percent, "why": why, "asked": asked,
                    "would_have_said": proposal.markdown, "a_person_said": answered })
        });
        println!("{:#}", json!({ "report": report, "examples": examples.collect::<Vec<_>>() }));
        return;
    }
    tables(&report, config.knowledge.support_min_percent);
    for (one, proposal, why, asked, answered) in erred {
        println!("\nwould have erred on {} ({} % support): {why}", one.topic, proposal.support_percent);
        for (who, words) in
            [("asked", asked.as_str()), ("would have said", proposal.markdown.as_str()), ("a person said", answered)]
        {
            println!("  {who}:\n    {}", paint::harmless(words.trim()).replace('\n', "\n    "));
        }
    }
}

fn tables(report: &Report, support_min_percent: u32) {
    println!("topic                           exchanges  answered  agreed  erred  unclear  to people  advice");
    for topic in &report.topics {
        println!("{}  {}{}", line(&topic.name, &topic.counts), topic.advice.words(), closed(&topic.counts));
    }
    println!("{}", line("all", &report.all));
    println!("\nsupport of the pages against agreement with people (answered from {support_min_percent} % on)");
    for point in &report.curve {
        let percent = point.agreed * 100 / point.compared.max(1);
        let bar = "#".repeat(percent as usize / 5);
        println!("{:>3} %  {bar:<20}  {percent:>3} % of {}", point.support_percent, point.compared);
    }
    println!("\nwhy people would have got it");
    for (words, count) in report.silences.iter().take(SILENCES_TOLD_MAX) {
        println!("{count:>6}  {}", paint::one_line(words));
    }
    println!("\nTaken for granted: that each mail proved its sender, and that no brake held.");
}

/// Of a topic that is closed: what was found as if it were open.
fn closed(counts: &Counts) -> String {
    let compared = counts.would_agree + counts.would_err;
    if compared == 0 {
        String::new()
    } else {
        format!(" (closed; {} of {compared} would have agreed)", counts.would_agree)
    }
}

const SILENCES_TOLD_MAX: usize = 10;
const TOPIC_MAX: usize = 30;

fn line(name: &str, counts: &Counts) -> String {
    let name: String = paint::one_line(name).chars().take(TOPIC_MAX).collect();
    format!(
        "{name:<TOPIC_MAX$}  {:>9}  {:>8}  {:>6}  {:>5}  {:>7}  {:>9}",
        counts.exchanges, counts.answered, counts.agreed, counts.erred, counts.unclear, counts.handed_over
    )
}
