//! `philia memory reembed`: gives memories vectors of the configured embedder.

use crate::cli::paint::print;
use crate::cli::progress::Progress;
use crate::cli::{Context, Who};
use crate::wire;
use clap::Args;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory reembed              look at all of your memories, and embed what another embedder made
  philia memory reembed --all        everybody's, where the embedder has changed

You need not: `philia serve` does it in the background, and the former embedder serves meanwhile. It can be interrupted;
the next time goes on there.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReembedArgs {
    #[command(flatten)]
    who: Who,
    /// Everybody on this machine
    #[arg(long, conflicts_with = "user")]
    all: bool,
}

impl ReembedArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let philia = wire::philia(&context.config).await?;
        let progress = Progress::new("memories");
        let made = if self.all {
            philia.reembed_everybody(|how_far| progress.tell(how_far.done, how_far.all)).await
        } else {
            let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
            person.reembed(|done, all| progress.tell(done, all)).await
        };
        progress.finish();
        print(&match made? {
            0 => "All memories have vectors of the configured embedder.\n".to_owned(),
            1 => "One memory has a new vector.\n".to_owned(),
            made => format!("{made} memories have new vectors.\n"),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
