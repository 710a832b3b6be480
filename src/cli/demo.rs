//! `replyd demo`: the whole thing on loopback. A provider forwards a customer's mails over SMTP, the daemon answers from a
//! shop's pages, and the customer's own mail server receives the answers.
//!
//! Everything is real: sockets, DNS packets, signatures, the journal on disk. Only the people are played.

mod prompt;
mod script;
mod stage;

use std::io::IsTerminal;

use super::{Failure, block_on, paint::Paint};
use script::Script;
use stage::Stage;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Play the script once and exit: 0 when every expectation held, 65 when one did not.
    #[arg(long)]
    once: bool,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    block_on(async {
        let stage =
            Stage::set().await.map_err(|error| Failure::unavailable(format!("the demo cannot start: {error}")))?;
        let paint = Paint::stdout();
        println!("{}", paint.bold("replyd demo: everything on loopback, nothing leaves this machine"));
        println!("{}\n", paint.dim(&format!("daemon at {}, data in {}", stage.smtp(), stage.folder().display())));
        let failed = match Script::new(&stage, paint).play().await {
            Ok(failed) => failed,
            Err(error) => {
                stage.strike(false).await;
                return Err(Failure::data(format!("the demo stopped: {error}")));
            }
        };
        if !args.once {
            if let Some(link) = stage.inbox_link() {
                println!("\nThe inbox, in a browser; choose any name and password: {link}");
            }
            if std::io::stdin().is_terminal() {
                println!("\nAsk Acme's support something, or press Ctrl-D to leave.");
            }
            prompt::ask(&stage, paint).await.map_err(|error| Failure::io(error.to_string()))?;
        }
        stage.strike(failed == 0).await;
        match failed {
            0 => Ok(()),
            failed => Err(Failure::data(format!("{failed} expectations did not hold"))),
        }
    })
}
