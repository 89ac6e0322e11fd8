//! The philia program: one companion, many doors.

mod cli;
mod config;
mod engines;
mod keys;
mod lifecycle;
mod logging;
mod metrics;
mod system;
mod wire;

fn main() -> std::process::ExitCode {
    cli::main()
}
