//! The command line: one file a command. Exit codes are those of sysexits.

// First, so that its macros are known in the rest.
#[macro_use]
mod out;

mod address;
mod attachments;
mod check;
mod control;
mod conversations;
mod conversing;
mod demo;
mod domain;
mod domain_rows;
mod exit;
mod extract_text;
mod generate;
mod held;
mod inspect;
mod key;
mod knowledge;
mod lists;
mod paint;
mod queue;
mod rehearse;
mod reply_key;
mod replying;
mod serve;
mod sites;
mod suppressions;
mod tool;
mod user;
mod verify;
mod wanted;
mod why;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

pub use exit::Failure;

/// replyd, a mail daemon that answers.
#[derive(Debug, Parser)]
#[command(name = "replyd", version, about, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// The configuration.
    #[arg(long, global = true, default_value = "smtpd.toml", env = "REPLYD_CONFIG")]
    config: PathBuf,
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon.
    Serve,
    /// Play the whole thing on loopback with a provider, a customer and a shop's knowledge.
    Demo(demo::Args),
    /// Report every mistake in the configuration.
    Check,
    /// Say what replyd would make of a message, touching nothing.
    Inspect(inspect::Args),
    /// Explain what became of one mail.
    Why(why::Args),
    /// List, show, answer and close conversations.
    #[command(subcommand)]
    Conversations(conversations::Action),
    /// What was attached to mails: list it, save it, read its text.
    #[command(subcommand)]
    Attachments(attachments::Action),
    /// What waits to be sent or answered, and what was refused.
    #[command(subcommand)]
    Queue(queue::Queue),
    /// Addresses that are not written to any more, because letters came back or were complained about.
    #[command(subcommand)]
    Suppressions(suppressions::Suppressions),
    /// The pages that are known, what a question would find in them, and articles: pages that are written here.
    #[command(subcommand)]
    Knowledge(knowledge::Action),
    /// What was accepted but not filed as the customer.
    #[command(subcommand)]
    Held(held::Held),
    /// Sending domains, their keys and DNS rows.
    #[command(subcommand)]
    Domain(domain::Action),
    /// What the AI may ask of other systems: list it, try it out, make it from an OpenAPI document.
    #[command(subcommand)]
    Tool(tool::Action),
    /// Support addresses and their forwarding destinations.
    #[command(subcommand)]
    Address(address::Action),
    /// The secrets that sign the reply keys in our Message-IDs.
    #[command(subcommand)]
    ReplyKey(reply_key::Action),
    /// People who log in to the inbox.
    #[command(subcommand)]
    User(user::Action),
    /// Keys by which programs ask the API.
    #[command(subcommand)]
    Key(key::Action),
    /// What Autopilot would have said to past mail, beside what people answered.
    Rehearse(rehearse::Args),
    /// Check the whole store; optionally make its index again.
    Verify(verify::Args),
    /// Read the text of one attachment: started by the daemon.
    #[command(hide = true)]
    ExtractText(extract_text::Args),
    /// Print completions for a shell.
    Completions(generate::CompletionArgs),
    /// Print the manual page, or write all of them into a folder.
    Man(generate::ManArgs),
}

/// Where a command finds its configuration and how it prints.
#[derive(Debug, Clone)]
struct Context {
    config: PathBuf,
    json: bool,
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_a_command(&error),
    };
    let context = Context { config: cli.config, json: cli.json };
    let done = match cli.command {
        Command::Serve => serve::run(&context),
        Command::Demo(args) => demo::run(args),
        Command::Check => check::run(&context),
        Command::Inspect(args) => inspect::run(&context, args),
        Command::Why(args) => why::run(&context, args),
        Command::Conversations(action) => conversations::run(&context, action),
        Command::Attachments(action) => attachments::run(&context, action),
        Command::Queue(action) => queue::run(&context, action),
        Command::Suppressions(action) => suppressions::run(&context, action),
        Command::Knowledge(action) => knowledge::run(&context, action),
        Command::Held(action) => held::run(&context, action),
        Command::Domain(action) => domain::run(&context, action),
        Command::Tool(action) => tool::run(&context, action),
        Command::Address(action) => address::run(&context, action),
        Command::ReplyKey(action) => reply_key::run(&context, action),
        Command::User(action) => user::run(&context, action),
        Command::Key(action) => key::run(&context, action),
        Command::Rehearse(args) => rehearse::run(&context, args),
        Command::Verify(args) => verify::run(&context, args),
        Command::ExtractText(args) => extract_text::run(&args),
        Command::Completions(args) => generate::completions(args),
        Command::Man(args) => generate::man(args),
    };
    let told = out::finish().map_err(|error| Failure::io(format!("standard output: {error}")));
    match done.and(told) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Help and version were asked for; anything else is a usage error: 64, where clap would say 2.
fn not_a_command(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when this cannot be printed.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(exit::USAGE) } else { ExitCode::SUCCESS }
}

/// Runs what needs the network or the store.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::os(format!("no runtime: {error}")))?.block_on(work)
}
