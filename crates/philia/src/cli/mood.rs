//! `philia mood`: how the companion feels.

use super::paint::print;
use super::{Context, Who, show};
use crate::wire;
use clap::Args;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia mood
  philia mood --persona supportive_friend --json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MoodArgs {
    #[command(flatten)]
    who: Who,
    /// Whose mood; by default the one you talk with
    #[arg(long, short, value_name = "ID")]
    persona: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl MoodArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        let mood = person.mood(self.persona.as_deref()).await?;
        let persona = person.persona(Some(&mood.persona)).await?;
        print(&match self.json {
            true => format!("{}\n", serde_json::to_string_pretty(&mood)?),
            false => show::mood(&mood, &persona.name, context.paint),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
