//! The philia program: one companion, many doors.

mod cli;
mod config;
mod engines;
mod keys;
mod lifecycle;
mod logging;
mod metrics;
mod system;
mod traces;
mod wire;

/// A turn takes and gives back thousands of small pieces of memory, and often not on the same thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
