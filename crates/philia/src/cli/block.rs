//! `philia block`: the small texts that stand in every prompt.

use super::paint::{harmless, print};
use super::{Context, Who};
use crate::wire;
use clap::{Args, Subcommand};
use philia_companion::blocks::Block;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia block list
  philia block set human \"Ana, a gardener in Lisbon. Prefers short answers.\"
  philia block show human
  philia block remove human

Two are always there: persona (what the companion holds of itself with you) and human (what is known of you,
kept up by itself until you write it).";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BlockArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    who: Who,
    /// As JSON lines
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Every block
    List,
    /// One block
    Show {
        /// Its name
        label: String,
    },
    /// Write a block, instead of what it said before
    Set {
        /// Its name: small letters, digits, _ and -
        label: String,
        /// What it says
        text: String,
    },
    /// Remove what was written
    Remove {
        /// Its name
        label: String,
    },
}

impl BlockArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        let blocks = match self.what {
            What::List => person.blocks().await?,
            What::Show { label } => vec![person.block(&label).await?],
            What::Set { label, text } => vec![person.set_block(&label, &text).await?],
            What::Remove { label } => {
                person.remove_block(&label).await?;
                print(&format!("Removed: {}\n", harmless(&label)))?;
                return Ok(ExitCode::SUCCESS);
            }
        };
        let mut out = String::new();
        for block in &blocks {
            if self.json {
                out.push_str(&format!("{}\n", serde_json::to_string(block)?));
            } else {
                let Block { label, text, automatic, .. } = block;
                let kept = if *automatic { " (keeps itself)" } else { "" };
                let text = if text.is_empty() { "(nothing yet)".to_owned() } else { harmless(text) };
                out.push_str(&format!("{}{kept}\n  {}\n", context.paint.bold(label), text.replace('\n', "\n  ")));
            }
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}
