//! `philia config`: what holds and why, an example to start from, and the reference of the manual.

use super::Context;
use super::paint::{Paint, print};
use crate::config;
use clap::Args;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia config --explain                          every value, where it came from, what it means
  philia config --example > ~/.config/philia/philia.toml
  PHILIA__RECALL__K=8 philia config --explain      try a variable";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
#[group(multiple = false)]
pub(crate) struct ConfigArgs {
    /// Show each value, where it came from and what it means (the default)
    #[arg(long)]
    explain: bool,
    /// Print a commented philia.toml with every key at its default
    #[arg(long)]
    example: bool,
    /// Print the reference as Markdown, as docs/configuration.md has it
    #[arg(long, hide = true)]
    reference: bool,
}

impl ConfigArgs {
    /// Is what is asked the same whatever is configured? Then a broken file is no obstacle.
    pub(crate) fn needs_no_configuration(&self) -> bool {
        self.example || self.reference
    }

    /// Prints what does not depend on the configuration.
    pub(crate) fn run_without(&self) -> anyhow::Result<ExitCode> {
        print(&if self.example { config::example() } else { config::reference() })?;
        Ok(ExitCode::SUCCESS)
    }

    /// Explains the configuration.
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        print(&config::explain(&context.settings, Paint::stdout()))?;
        Ok(ExitCode::SUCCESS)
    }
}
