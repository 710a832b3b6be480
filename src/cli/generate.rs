//! `replyd completions` and `replyd man`: made from the commands themselves, so they say what is true.

use std::path::PathBuf;

use clap::CommandFactory;

use super::{Cli, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct CompletionArgs {
    /// bash, zsh, fish, elvish or powershell.
    shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// Write `replyd.1` and a page for every command into this folder.
    #[arg(long)]
    folder: Option<PathBuf>,
}

pub(super) fn completions(args: CompletionArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "replyd", &mut script);
    print!("{}", String::from_utf8_lossy(&script));
    Ok(())
}

pub(super) fn man(args: ManArgs) -> Result<(), Failure> {
    let done = match args.folder {
        Some(folder) => {
            std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(Cli::command(), &folder))
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map(|()| print!("{}", String::from_utf8_lossy(&page)))
        }
    };
    done.map_err(|error| Failure::io(error.to_string()))
}
