//! `replyd inspect`: what replyd would make of a message, touching nothing.

use std::{
    io::Read,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Context, Failure, block_on, control, held::notice_lines, paint};
use crate::{
    config::{Autopilot, Config},
    conversation::{self, Lookups, NumberPlace, Sought, quotes, told},
    daemon,
    intake::Judged,
    mime, setup,
    types::{Address, Clock, Envelope, IdMaker, Recipient, Secret},
};

/// HTML longer than this is not cleaned, and so not shown: cleaning deep nesting costs its square.
const HTML_OCTETS_MAX: usize = 512 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The message; `-` is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Print only the new text a reader would see. With REPLY_SIGNATURE=strip in the environment, without the signature.
    #[arg(long, conflicts_with = "json")]
    visible: bool,
    /// As if it came from this address.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    peer_ip: IpAddr,
    /// As if the peer had called itself so.
    #[arg(long, default_value = "localhost")]
    helo: String,
    /// As if MAIL FROM were this; the null sender without.
    #[arg(long)]
    mail_from: Option<Address>,
    /// As if RCPT TO were this; may be said several times. Without, the headers decide.
    #[arg(long)]
    rcpt: Vec<Address>,
}

pub(super) fn run(context: &Context, args: Args) -> Result<(), Failure> {
    let body = read(&args.file)?;
    if args.visible {
        print!("{}", visible(&body));
        return Ok(());
    }
    // Without a configuration nothing is registered; everything else can be said all the same.
    let config = if context.config.exists() { control::load(&context.config)? } else { Config::default() };
    let (judged, sought) = block_on(judge(&config, args, body))?;
    let steps = steps(&config, &judged, &sought);
    if context.json {
        println!("{:#}", report(&judged, &steps));
    } else {
        print!("{}", in_words(&judged, &steps));
    }
    Ok(())
}

fn read(file: &std::path::Path) -> Result<Bytes, Failure> {
    let fault = |error: std::io::Error| Failure::io(format!("{}: {error}", file.display()));
    if file.as_os_str() != "-" {
        return std::fs::read(file).map(Bytes::from).map_err(fault);
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes.into())
}

/// The new text, with or without its signature.
fn visible(body: &[u8]) -> String {
    let parted = quotes::part(&mime::parse(body));
    let strip = std::env::var("REPLY_SIGNATURE").is_ok_and(|wanted| wanted == "strip");
    if strip || parted.signature.is_empty() {
        return parted.new_text;
    }
    format!("{}\n{}", parted.new_text.trim_end_matches('\n'), parted.signature)
}

async fn judge(config: &Config, args: Args, body: Bytes) -> Result<(Judged, Vec<Sought>), Failure> {
    let secret = secret(config);
    let keys = daemon::reply_keys(&config.store.path, &secret).map_err(|error| Failure::io(error.to_string()))?;
    let judge = daemon::judge(config, &secret, keys).map_err(|error| Failure::config(error.to_string()))?;
    let clock = Clock::system();
    let shared = Address::parse(&format!("{}@{}", config.smtp.shared_destination, config.smtp.hostname));
    let recipients = if args.rcpt.is_empty() { shared.into_iter().collect() } else { args.rcpt };
    let envelope = Envelope {
        id: IdMaker::new(clock.clone(), 0).mail(),
        arrived: clock.now(),
        peer: args.peer_ip,
        helo: args.helo,
        esmtp: true,
        tls: None,
        mail_from: args.mail_from,
        recipients: recipients.into_iter().map(|address| Recipient { address }).collect(),
        smtputf8: false,
    };
    let judged = judge.judge(envelope, body).await;
    let sought = judge.directory().sought(&judged.envelope.recipients, &judged.mail);
    Ok((judged, sought))
}

/// Every rule that was tried, in order, in words.
fn steps(config: &Config, judged: &Judged, sought: &[Sought]) -> Vec<String> {
    let Judged { mail, verdicts, class, destinations, .. } = judged;
    let mut steps: Vec<String> = sought.iter().map(|sought| format!("address: {}", sought.words())).collect();
    steps.extend(told::proofs(verdicts));
    steps.extend(told::level(verdicts));
    let word = json!(class.class);
    steps.push(format!("class {}", word.as_str().unwrap_or_default()));
    steps.extend(class.reasons.iter().map(|reason| format!("class, because: {reason}")));
    steps.extend(mail.notes.iter().map(|note| format!("note: {}", note.0)));
    steps.extend(keys(&destinations[0].lookups));
    for address in destinations.iter().filter_map(|destination| destination.address.as_ref()) {
        steps.extend(autopilot(config, address, judged));
    }
    steps
}

/// The keys it offers, in the order they are followed. What they name stands in the store, which is not asked.
fn keys(lookups: &Lookups) -> Vec<String> {
    let reply_keys = lookups.reply_keys.iter().map(|id| format!("key: a reply key of ours names conversation {id}"));
    let numbers = lookups.numbers.iter().map(|(number, place)| {
        let place = match place {
            NumberPlace::Subject => "the subject",
            NumberPlace::NewText => "the new text",
            NumberPlace::Quoted => "the quoted text",
        };
        format!("key: {place} names number {number}")
    });
    let ids = lookups.message_ids.iter().take(IDS_TOLD_MAX).map(|id| format!("key: it refers to the message <{id}>"));
    let mut told: Vec<String> = reply_keys.chain(numbers).chain(ids).collect();
    if told.is_empty() {
        told.push("key: nothing in it names an earlier conversation".into());
    }
    told
}

/// Message-IDs that are told.
const IDS_TOLD_MAX: usize = 10;

/// The conditions for an AI answer that can be said without the store.
fn autopilot(config: &Config, address: &Address, judged: &Judged) -> Vec<String> {
    let Some(settings) = config.addresses.iter().find(|one| one.address == *address) else { return Vec::new() };
    let needed = settings.level_min.unwrap_or(config.agent.level_min);
    let person = judged.class.class.is_personal();
    let conditions = [
        ("a person wrote it".to_owned(), person),
        (format!("Autopilot is not off for {address}"), settings.autopilot != Autopilot::Off),
        (format!("it has level {} or more", needed.as_u8()), judged.verdicts.level >= needed),
    ];
    let told =
        conditions.iter().map(|(words, met)| format!("Autopilot: {}: {words}", if *met { "met" } else { "not met" }));
    told.collect()
}

/// The secret of the install where there is one; else one that fits nothing.
fn secret(config: &Config) -> Secret {
    let there = config.store.path.join(setup::SECRET_FILE).exists();
    let secret = there.then(|| setup::secret_in(&config.store.path).ok()).flatten();
    secret.unwrap_or_else(|| Secret::new(*b"no install here: this fits none."))
}

/// The contract of `--json`.
fn report(judged: &Judged, steps: &[String]) -> Value {
    let Judged { mail, verdicts, class, destinations, .. } = judged;
    let parted = quotes::part(mail);
    let lookups = &destinations[0].lookups;
    let attachments: Vec<Value> = mail
        .attachments
        .iter()
        .map(|a| json!({ "name": a.name, "type": a.kind, "size": a.size, "inline": a.inline }))
        .collect();
    let html = if mail.html.len() <= HTML_OCTETS_MAX { ammonia::clean(&mail.html) } else { String::new() };
    json!({
        "class": class.class,
        "class_reasons": class.reasons,
        "level": verdicts.level,
        "level_sentence": verdicts.sentence,
        "auth": { "spf": verdicts.spf, "dkim": verdicts.dkim, "dmarc": verdicts.dmarc, "arc": verdicts.arc },
        "from": mail.from,
        "address": destinations[0].address,
        "number": lookups.numbers.first().map(|(number, _)| number),
        "reply_key": lookups.reply_keys.first(),
        "subject": mail.subject,
        "new_text": parted.new_text,
        "quoted_text": parted.quoted_text,
        "signature": parted.signature,
        "html": html,
        "attachments": attachments,
        "bounce": conversation::bounce(mail, class.class),
        "notice": conversation::notice(mail, class.class),
        "notes": mail.notes,
        "steps": steps,
    })
}

fn in_words(judged: &Judged, steps: &[String]) -> String {
    let report = report(judged, steps);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let verdicts = &judged.verdicts;
    let lines = [
        ("from", text(&report["from"])),
        ("subject", judged.mail.subject.clone()),
        ("address", text(&report["address"])),
        ("class", format!("{} ({})", text(&report["class"]), judged.class.reasons.join("; "))),
        ("level", format!("{} ({}): {}", verdicts.level.as_u8(), verdicts.level.word(), verdicts.sentence)),
        ("number", report["number"].to_string()),
    ];
    let mut out: String =
        lines.iter().map(|(name, value)| format!("{name:>8}: {}\n", paint::one_line(value))).collect();
    for failed in
        conversation::bounce(&judged.mail, judged.class.class).into_iter().flat_map(|bounce| bounce.recipients)
    {
        out += &format!("  report: {}\n", paint::one_line(&failed.to_string()));
    }
    out += &notice_lines(&report["notice"]);
    out += "\nWhat was tried, in order:\n";
    out.extend(steps.iter().map(|step| format!("  {}\n", paint::one_line(step))));
    out += &format!("\n{}\n", paint::harmless(text(&report["new_text"]).trim()));
    out
}
