//! The program: everything is in the library.

/// Reading a mail makes and drops many small pieces on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    replyd::cli::main()
}
