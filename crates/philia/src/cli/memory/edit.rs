//! `philia memory edit`: a memory changed by hand.

use super::{instant, known, named, person, told};
use crate::cli::{Context, Who};
use anyhow::bail;
use clap::Args;
use philia_companion::edit::MemoryEdit;
use philia_mind::memory::Category;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory edit 0198c0de --text \"The spare key is with Ana now.\"
  philia memory edit 0198c0de --tag home --untag garden --importance 0.9
  philia memory edit 0198c0de --pin

A memory is named by its id, or by as much of the beginning as is unique. What it said before is kept in its metadata.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct EditArgs {
    /// Which
    id: String,
    /// Its new words
    #[arg(long)]
    text: Option<String>,
    /// What it is about
    #[arg(long, value_parser = named::<Category>)]
    category: Option<Category>,
    /// How much it matters, 0 to 1
    #[arg(long)]
    importance: Option<f64>,
    /// Labels to add, with commas between
    #[arg(long, value_delimiter = ',')]
    tag: Vec<String>,
    /// Labels to take away, with commas between
    #[arg(long, value_delimiter = ',')]
    untag: Vec<String>,
    /// Keep it whatever happens
    #[arg(long, conflicts_with = "unpin")]
    pin: bool,
    /// Let it fade as others do
    #[arg(long)]
    unpin: bool,
    /// When it was: a day (2026-05-03) or an instant (2026-05-03T08:00:00Z)
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
    /// The value of the fact it states
    #[arg(long)]
    value: Option<String>,
    #[command(flatten)]
    who: Who,
    /// The memory as JSON
    #[arg(long)]
    json: bool,
}

impl EditArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let memory = known(&person, &self.id).await?;
        let tags = (!self.tag.is_empty() || !self.untag.is_empty()).then(|| {
            let missing = self.tag.iter().filter(|tag| !memory.tags.contains(tag));
            memory.tags.iter().chain(missing).filter(|tag| !self.untag.contains(tag)).cloned().collect()
        });
        let occurred_at = match &self.at {
            Some(at) => Some(instant(&person, at).await?),
            None => None,
        };
        let edit = MemoryEdit {
            content: self.text,
            category: self.category,
            importance: self.importance,
            tags,
            pinned: (self.pin || self.unpin).then_some(self.pin),
            occurred_at,
            value: self.value,
            ..MemoryEdit::default()
        };
        if edit == MemoryEdit::default() {
            bail!(
                "nothing to change: say --text, --category, --importance, --tag, --untag, --pin, --unpin, --at or --value"
            );
        }
        told(context, &person, &person.edit_memory(&memory.id, &edit).await?, self.json).await
    }
}
