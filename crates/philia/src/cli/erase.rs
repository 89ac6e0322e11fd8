//! `philia erase`: everything of a person, for good.

use super::paint::{note, print};
use super::{Context, Who};
use crate::wire;
use clap::Args;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia export --all --out me.zip    keep a copy first, if you like
  philia erase --yes                  everything of yours on this machine
  philia erase --user ana --yes

It cannot be undone. Backups that Philia made by itself are made anew, without you. Copies that you made yourself (exports,
backups elsewhere) are yours to delete.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Erase {
    #[command(flatten)]
    who: Who,
    /// Yes, erase it
    #[arg(long)]
    yes: bool,
}

impl Erase {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        if !self.yes {
            note("This erases every message, memory, file and setting, for good. Say so with --yes.");
            return Ok(ExitCode::FAILURE);
        }
        let philia = wire::philia(&context.config).await?;
        philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?.erase().await?;
        philia.renew_backups().await?;
        print("Everything is gone, from the store and from the bytes of its files.\n")?;
        Ok(ExitCode::SUCCESS)
    }
}
