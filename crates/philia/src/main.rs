//! The philia program: one companion, many doors.

#[allow(unsafe_code, reason = "an allocator has to be one; it passes everything on as it is")]
mod allocator;
mod apart;
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

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> std::process::ExitCode {
    cli::main()
}
