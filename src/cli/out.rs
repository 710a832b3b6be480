//! Where words for people and scripts go: standard output and standard error, both of which may be gone.
//!
//! The macros take the place of those of `std` in every command, which would panic. `replyd conversations list | head -1`
//! closes the pipe early: nobody reads any more, and the command ends as it would have. Any other trouble, a full disk say,
//! is told at the end.

use std::{
    fmt::Arguments,
    io::{self, ErrorKind, Write},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// The first trouble that was no closed pipe.
static TROUBLE: Mutex<Option<io::Error>> = Mutex::new(None);

/// Whether nobody reads standard output any more.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether nobody reads any more: what writes for long may stop.
pub(super) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Writes to standard output.
pub(super) fn words(words: Arguments<'_>) {
    note(io::stdout().write_fmt(words));
}

/// Writes to standard error. Where that fails there is nobody to tell.
pub(super) fn complain(words: Arguments<'_>) {
    let _ = io::stderr().write_fmt(words);
}

/// Writes what is still to be written.
///
/// # Errors
/// The first trouble there was.
pub(super) fn finish() -> io::Result<()> {
    note(io::stdout().flush());
    let mut trouble = TROUBLE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    trouble.take().map_or(Ok(()), Err)
}

fn note(done: io::Result<()>) {
    let Err(error) = done else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        CLOSED.store(true, Ordering::Relaxed);
    } else {
        TROUBLE.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
    }
}

macro_rules! print {
    ($($words:tt)*) => { $crate::cli::out::words(format_args!($($words)*)) };
}

macro_rules! println {
    () => { $crate::cli::out::words(format_args!("\n")) };
    ($($words:tt)*) => { $crate::cli::out::words(format_args!("{}\n", format_args!($($words)*))) };
}

macro_rules! eprintln {
    ($($words:tt)*) => { $crate::cli::out::complain(format_args!("{}\n", format_args!($($words)*))) };
}
