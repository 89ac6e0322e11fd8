//! `philia memory`: what is remembered. One file per command.

mod add;
mod change;
mod conflicts;
mod edit;
mod facts;
mod forget;
mod list;
mod merge;
mod overview;
mod reembed;
mod search;

pub(crate) use forget::preview;

use super::paint::print;
use super::show::Show;
use super::{Context, Who};
use crate::wire;
use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use philia_companion::personas::nearest;
use philia_companion::{Person, Philia};
use philia_mind::{Memory, MemoryId};
use serde::de::DeserializeOwned;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory search puppy
  philia memory search \"when did I go to Lahore?\" -k 3
  philia memory add \"The spare key is under the blue pot.\"
  philia memory facts --history
  philia memory conflicts
  philia memory forget --about \"my ex\"";

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
    /// List memories, the newest last
    List(list::ListArgs),
    /// Show everything about one memory
    Show(list::ShowArgs),
    /// Remember something, in your words
    Add(add::AddArgs),
    /// Change a memory
    Edit(edit::EditArgs),
    /// Make one memory of several that say the same
    Merge(merge::MergeArgs),
    /// What is known to be true, and what was
    Facts(facts::FactsArgs),
    /// Memories that cannot both be true: see and settle them
    Conflicts(conflicts::ConflictsArgs),
    /// Forget memories, or everything about something
    Forget(forget::ForgetArgs),
    /// Keep a memory whatever happens
    Pin(change::PinArgs),
    /// Label a memory
    Tag(change::TagArgs),
    /// Show whom memories are about, and how they hang together
    Graph(overview::GraphArgs),
    /// Count them by kind, category, speaker, layer and month
    Stats(overview::LookArgs),
    /// Look for junk, duplicates and contradictions; ends with 1 if there is something to clear up
    Audit(overview::LookArgs),
    /// Make one memory of what was said again and again, now rather than at night
    Consolidate(overview::LookArgs),
    /// Give memories vectors of the embedder that is configured now
    Reembed(reembed::ReembedArgs),
}

impl MemoryArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Search(args) => args.run(context).await,
            What::Add(args) => args.run(context).await,
            What::Edit(args) => args.run(context).await,
            What::Merge(args) => args.run(context).await,
            What::Facts(args) => args.run(context).await,
            What::Conflicts(args) => args.run(context).await,
            What::Forget(args) => args.run(context).await,
            What::List(args) => args.run(context).await,
            What::Show(args) => args.run(context).await,
            What::Pin(args) => args.run(context).await,
            What::Tag(args) => args.run(context).await,
            What::Graph(args) => args.run(context).await,
            What::Stats(args) => args.stats(context).await,
            What::Audit(args) => args.audit(context).await,
            What::Consolidate(args) => args.consolidate(context).await,
            What::Reembed(args) => args.run(context).await,
        }
    }
}

/// The person whose memories a command is about.
async fn person(context: &Context, who: &Who) -> anyhow::Result<Person> {
    Ok(wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &who.user).await?)
}

/// A person of a program that is running already.
async fn person_of(philia: &Philia, who: &Who) -> anyhow::Result<Person> {
    Ok(philia.person(wire::LOCAL_ACCOUNT, &who.user).await?)
}

/// How many of the newest memories are looked through for ids like one that is not there.
const LIKE: usize = 1000;

/// A memory by its id, or by the beginning of it where that is enough.
async fn known(person: &Person, id: &str) -> anyhow::Result<Memory> {
    if let Some(memory) = person.memory(&MemoryId::new(id)).await? {
        return Ok(memory);
    }
    let newest = person.memories(LIKE, None, true).await?.items;
    let mut begins: Vec<Memory> = newest.iter().filter(|memory| memory.id.as_str().starts_with(id)).cloned().collect();
    match begins.len() {
        1 => Ok(begins.remove(0)),
        0 => match nearest(id, newest.iter().map(|memory| memory.id.as_str())) {
            Some(near) => bail!("there is no memory {id:?}; did you mean {near}?"),
            None => bail!("there is no memory {id:?}; `philia memory list` shows what there is"),
        },
        _ => {
            let ids: Vec<&str> = begins.iter().take(3).map(|memory| memory.id.as_str()).collect();
            bail!("{id:?} is the beginning of {} ids, such as {}; say more of it", begins.len(), ids.join(", "))
        }
    }
}

/// A value by the name that data has for it.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

/// An instant, or the beginning of a day where the person lives.
async fn instant(person: &Person, text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let Ok(day) = text.parse::<Date>() else {
        bail!("{text:?} is no time; write a day (2026-05-03) or an instant (2026-05-03T08:00:00Z)");
    };
    let zone = TimeZone::get(&person.profile().await?.time_zone).unwrap_or(TimeZone::UTC);
    Ok(day.to_zoned(zone)?.timestamp())
}

/// The instant that a flag names, if it is given.
async fn bound(person: &Person, flag: &str, text: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
    match text {
        None => Ok(None),
        Some(text) => instant(person, text).await.map(Some).map_err(|error| anyhow!("{flag}: {error}")),
    }
}

/// Shows what became of a memory.
async fn told(context: &Context, person: &Person, memory: &Memory, json: bool) -> anyhow::Result<ExitCode> {
    print(&if json {
        format!("{}\n", serde_json::to_string(memory)?)
    } else {
        Show::for_person(person, context.paint).await?.memory(memory)
    })?;
    Ok(ExitCode::SUCCESS)
}
