//! `philia memory add`, `edit`, `pin`, `tag` and `merge`.

use super::list::named;
use super::{known, person};
use crate::cli::paint::print;
use crate::cli::show::Show;
use crate::cli::{Context, Who};
use anyhow::bail;
use clap::Args;
use philia_companion::Person;
use philia_companion::edit::{MemoryEdit, NewMemory};
use philia_mind::Memory;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct AddArgs {
    /// What to remember, in your words
    content: String,
    #[command(flatten)]
    who: Who,
    /// What it is about (fact, preference, emotion, event, note, ...)
    #[arg(long)]
    category: Option<String>,
    /// How much it matters, 0 to 1
    #[arg(long)]
    importance: Option<f64>,
    /// A label; can be repeated
    #[arg(long)]
    tag: Vec<String>,
    /// Keep it whatever happens
    #[arg(long)]
    pin: bool,
}

#[derive(Args)]
pub(super) struct EditArgs {
    /// Which, by id or the beginning of it
    id: String,
    /// Its new words
    #[arg(long)]
    content: Option<String>,
    /// What it is about
    #[arg(long)]
    category: Option<String>,
    /// How much it matters, 0 to 1
    #[arg(long)]
    importance: Option<f64>,
    #[command(flatten)]
    who: Who,
}

#[derive(Args)]
pub(super) struct PinArgs {
    /// Which, by id or the beginning of it
    id: String,
    /// Let go of it again
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    who: Who,
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
}

#[derive(Args)]
pub(super) struct MergeArgs {
    /// The one that stays, by id or the beginning of it
    keep: String,
    /// Those that become a part of it
    #[arg(required = true)]
    others: Vec<String>,
    #[command(flatten)]
    who: Who,
}

impl AddArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let new = NewMemory {
            content: self.content,
            category: named("--category", self.category.as_deref())?,
            importance: self.importance,
            tags: self.tag,
            pinned: self.pin,
            ..NewMemory::default()
        };
        shown(context, &person, &person.add_memory("cli", new).await?).await
    }
}

impl EditArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let edit = MemoryEdit {
            content: self.content,
            category: named("--category", self.category.as_deref())?,
            importance: self.importance,
            ..MemoryEdit::default()
        };
        if edit == MemoryEdit::default() {
            bail!("say what is to change: --content, --category or --importance");
        }
        let memory = known(&person, &self.id).await?;
        shown(context, &person, &person.edit_memory(&memory.id, &edit).await?).await
    }
}

impl PinArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let memory = known(&person, &self.id).await?;
        let edit = MemoryEdit { pinned: Some(!self.off), ..MemoryEdit::default() };
        shown(context, &person, &person.edit_memory(&memory.id, &edit).await?).await
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
        shown(context, &person, &person.edit_memory(&memory.id, &edit).await?).await
    }
}

impl MergeArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let keep = known(&person, &self.keep).await?;
        let mut others = Vec::with_capacity(self.others.len());
        for id in &self.others {
            others.push(known(&person, id).await?.id);
        }
        shown(context, &person, &person.merge_memories(&keep.id, &others).await?).await
    }
}

async fn shown(context: &Context, person: &Person, memory: &Memory) -> anyhow::Result<ExitCode> {
    print(&Show::for_person(person, context.paint).await?.memory(memory))?;
    Ok(ExitCode::SUCCESS)
}
