//! `philia memory pin` and `tag`.

use super::{known, person, told};
use crate::cli::{Context, Who};
use clap::Args;
use philia_companion::edit::MemoryEdit;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct PinArgs {
    /// Which, by id or the beginning of it
    id: String,
    /// Let go of it again
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    who: Who,
    /// The memory as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct TagArgs {
    /// Which, by id or the beginning of it
    id: String,
    /// Labels to add
    #[arg(required = true)]
    tags: Vec<String>,
    /// Take them away instead
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    who: Who,
    /// The memory as JSON
    #[arg(long)]
    json: bool,
}

impl PinArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let memory = known(&person, &self.id).await?;
        let edit = MemoryEdit { pinned: Some(!self.off), ..MemoryEdit::default() };
        told(context, &person, &person.edit_memory(&memory.id, &edit).await?, self.json).await
    }
}

impl TagArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let memory = known(&person, &self.id).await?;
        let mut tags = memory.tags.clone();
        tags.retain(|tag| !self.tags.contains(tag));
        if !self.remove {
            tags.extend(self.tags);
        }
        let edit = MemoryEdit { tags: Some(tags), ..MemoryEdit::default() };
        told(context, &person, &person.edit_memory(&memory.id, &edit).await?, self.json).await
    }
}
