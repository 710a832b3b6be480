//! `replyd extract-text`: the process that reads one attachment, started by the daemon. Standard input is the file, standard
//! output its text.

use std::{fs::File, io::Read, os::fd::AsFd};

use super::Failure;
use crate::attachments::extract::{Form, confined, reading};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How it is read.
    form: Form,
    /// Memory.
    #[arg(long)]
    memory_bytes: u64,
    /// Processor time.
    #[arg(long)]
    cpu_secs: u64,
    /// Text that is written.
    #[arg(long)]
    text_bytes: usize,
    /// The limits stand.
    #[arg(long)]
    confined: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::os(format!("attachments cannot be read in safety here: {error}"));
    if !args.confined {
        match confined::begin(args.memory_bytes, args.cpu_secs).map_err(cannot)? {}
    }
    // A library that prints must not write into the text.
    let (input, output, complaints) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let mut out = File::from(output.as_fd().try_clone_to_owned().map_err(cannot)?);
    let mut file = File::from(input.as_fd().try_clone_to_owned().map_err(cannot)?);
    rustix::stdio::dup2_stdout(&complaints).map_err(|error| cannot(error.into()))?;
    std::panic::set_hook(Box::new(|_| {}));
    confined::finish().map_err(cannot)?;
    let mut octets = Vec::new();
    let read = file.read_to_end(&mut octets).and_then(|_| reading::read(&octets, args.form, args.text_bytes, &mut out));
    read.map_err(|error| Failure::io(error.to_string()))
}
