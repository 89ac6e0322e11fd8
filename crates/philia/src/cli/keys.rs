//! `philia keys`: changing the keys that seal.

use super::paint::{note, print};
use super::{Context, Who, privacy};
use crate::wire;
use clap::{Args, Subcommand};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia keys rotate               a new key for your own records, which are sealed anew
  philia keys rotate --user ana
  philia keys rotate --master      a new master key: everybody's keys are wrapped anew, no record is touched

If it is interrupted, the same command goes on. The server must not be running.";

#[derive(Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    command: Keys,
}

#[derive(Subcommand)]
enum Keys {
    /// Change a key
    Rotate(Rotate),
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
struct Rotate {
    #[command(flatten)]
    who: Who,
    /// Change the master key rather than a person's
    #[arg(long)]
    master: bool,
}

impl KeysArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let Keys::Rotate(rotate) = self.command;
        let philia = wire::philia(&context.config).await?;
        if rotate.master {
            match philia.rotate_master_key().await? {
                None => print("Nobody is sealed, so there is no master key to change.\n")?,
                Some((people, left)) => {
                    let people =
                        if people == 1 { "1 person's keys are".into() } else { format!("{people} people's keys are") };
                    print(&format!("{people} wrapped with a new master key.\n"))?;
                    if let Some(left) = left {
                        note(&format!("Now {left}."));
                    }
                }
            }
            return Ok(ExitCode::SUCCESS);
        }
        let person = philia.person(wire::LOCAL_ACCOUNT, &rotate.who.user).await?;
        person.rotate_key().await?;
        privacy::settle(&person).await?;
        print("Everything is sealed with a new key; the former one is gone.\n")?;
        Ok(ExitCode::SUCCESS)
    }
}
