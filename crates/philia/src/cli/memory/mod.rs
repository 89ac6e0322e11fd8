//! `philia memory`: what is remembered. One file per command.

mod search;

use super::{Context, Who};
use crate::wire;
use clap::{Args, Subcommand};
use philia_companion::Person;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory search puppy
  philia memory search \"when did I go to Lahore?\" -k 3
  philia memory search puppy --json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MemoryArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Find memories by their words and their meaning
    Search(search::SearchArgs),
}

impl MemoryArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Search(args) => args.run(context).await,
        }
    }
}

/// The person whose memories a command is about.
async fn person(context: &Context, who: &Who) -> anyhow::Result<Person> {
    Ok(wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &who.user).await?)
}
