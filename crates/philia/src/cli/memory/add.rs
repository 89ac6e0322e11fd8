//! `philia memory add`: a memory by hand.

use super::{instant, named, person, told};
use crate::cli::{Context, Who};
use clap::Args;
use philia_companion::edit::NewMemory;
use philia_mind::memory::Category;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory add \"The spare key is under the blue pot.\"
  philia memory add \"Dentist called, the crown is ready.\" --tag health,teeth --importance 0.7
  philia memory add \"We moved to Porto.\" --category event --at 2024-03-01 --pin --json

What you said before in the same words is strengthened instead.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AddArgs {
    /// What to remember
    text: String,
    /// What it is about (fact, preference, emotion, event, insight, conversation, note, action, file, email)
    #[arg(long, value_parser = named::<Category>)]
    category: Option<Category>,
    /// How much it matters, 0 to 1; judged by the text if not given
    #[arg(long)]
    importance: Option<f64>,
    /// Labels, with commas between
    #[arg(long, value_delimiter = ',')]
    tag: Vec<String>,
    /// Keep it whatever happens
    #[arg(long)]
    pin: bool,
    /// When it was: a day (2026-05-03) or an instant (2026-05-03T08:00:00Z); now if not given
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
    #[command(flatten)]
    who: Who,
    /// The memory as JSON
    #[arg(long)]
    json: bool,
}

impl AddArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let occurred_at = match &self.at {
            Some(at) => Some(instant(&person, at).await?),
            None => None,
        };
        let new = NewMemory {
            content: self.text,
            category: self.category,
            importance: self.importance,
            tags: self.tag,
            pinned: self.pin,
            occurred_at,
            ..NewMemory::default()
        };
        told(context, &person, &person.add_memory("cli", new).await?, self.json).await
    }
}
