//! `replyd inspect`: what replyd would make of a message, or of every message of a mailbox, touching nothing.

mod folder;
pub(super) mod judging;
pub(super) mod mailbox;
mod mbox;
mod report;
mod steps;
mod table;

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Context, Failure, block_on, control};
use crate::{config::Config, conversation::quotes, mime, types::Address};
use judging::{Inspector, Way};
use mailbox::Opened;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A message, an mbox, or a folder (a Maildir, or of .eml files); `-` is standard input.
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
    /// Ask DNS nothing: what it would prove is not proved. For large mailboxes.
    #[arg(long)]
    no_dns: bool,
}

pub(super) fn run(context: &Context, args: Args) -> Result<(), Failure> {
    if args.visible {
        print!("{}", visible(&mailbox::read(&args.file)?));
        return Ok(());
    }
    let config = config(context, args.no_dns)?;
    let way = Way { peer: args.peer_ip, helo: args.helo, mail_from: args.mail_from, rcpt: args.rcpt };
    block_on(async {
        let inspector = Inspector::new(config, way)?;
        match mailbox::open(&args.file)? {
            Opened::Mail(body) => one(context, &inspector, body).await,
            Opened::Mailbox(mails) => all(context, &inspector, mails, &args.file).await,
        }
    })
}

/// Without a configuration nothing is registered; everything else can be said all the same.
fn config(context: &Context, no_dns: bool) -> Result<Config, Failure> {
    let mut config = if context.config.exists() { control::load(&context.config)? } else { Config::default() };
    if no_dns {
        // What DNS has not said by then counts as trouble, which is never a pass.
        config.auth.deadline = Duration::ZERO;
    }
    Ok(config)
}

async fn one(context: &Context, inspector: &Inspector, body: bytes::Bytes) -> Result<(), Failure> {
    let judged = inspector.judge(body).await;
    let steps = steps::steps(&inspector.config, &judged, &inspector.sought(&judged));
    if context.json {
        println!("{:#}", report::report(&judged, &steps));
    } else {
        print!("{}", report::in_words(&judged, &steps));
    }
    Ok(())
}

/// One mail after the other, and never more than one in memory. What cannot be read is named and counted.
async fn all(context: &Context, inspector: &Inspector, mails: mailbox::Mails, from: &Path) -> Result<(), Failure> {
    let mut tally = table::Tally::default();
    if !context.json {
        println!("{}", table::HEAD);
    }
    for found in mails {
        match found {
            mailbox::Found::Mail { name, body } => {
                let judged = inspector.judge(body).await;
                tally.count(&judged);
                if context.json {
                    let steps = steps::steps(&inspector.config, &judged, &inspector.sought(&judged));
                    let mut report = report::report(&judged, &steps);
                    report["file"] = name.into();
                    println!("{report}");
                } else {
                    println!("{}", table::row(tally.mails, &name, &judged));
                }
            }
            mailbox::Found::Unread { name, why } => {
                eprintln!("replyd: {name}: {why}");
                tally.unread(&why);
            }
            mailbox::Found::LeftOut => tally.left_out += 1,
        }
        if super::out::is_closed() {
            return Ok(());
        }
    }
    // A reader of JSON lines takes every line for a mail.
    if context.json {
        eprintln!("{tally}");
    } else {
        println!("{tally}");
    }
    tally.ended(from)
}

/// The new text, with or without its signature.
fn visible(body: &[u8]) -> String {
    let strip = std::env::var("REPLY_SIGNATURE").is_ok_and(|wanted| wanted == "strip");
    quotes::part(&mime::parse(body)).visible(strip)
}
