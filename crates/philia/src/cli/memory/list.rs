//! `philia memory list` and `show`.

use super::{bound, known, person};
use crate::cli::paint::print;
use crate::cli::show::{Show, one_line};
use crate::cli::{Context, Who};
use anyhow::bail;
use clap::Args;
use jiff::Timestamp;
use philia_mind::Memory;
use philia_mind::memory::Speaker;
use philia_mind::memory::layers::layer;
use philia_ports::index::Filter;
use philia_ports::store::Cursor;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;
use std::process::ExitCode;

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    who: Who,
    /// Only this category (fact, preference, emotion, event, insight, conversation, note, action, file, email)
    #[arg(long)]
    category: Option<String>,
    /// Only this kind (episodic, semantic)
    #[arg(long)]
    kind: Option<String>,
    /// Only what this one said: user, companion, or a name
    #[arg(long)]
    speaker: Option<String>,
    /// Only from this day (2026-05-03) or instant (2026-05-03T08:00:00Z) on
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only before this day or instant
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Only with this tag; can be repeated
    #[arg(long)]
    tag: Vec<String>,
    /// Only this layer (active, working, reference, archive)
    #[arg(long)]
    layer: Option<String>,
    /// Only what is pinned
    #[arg(long)]
    pinned: bool,
    /// Look at so many, the newest, 1 to 1000
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Go on where an earlier list ended
    #[arg(long)]
    cursor: Option<String>,
    /// As JSON, with the cursor that leads on
    #[arg(long)]
    json: bool,
}

impl ListArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        if !(1..=1000).contains(&self.limit) {
            bail!("--limit: {} is not 1 to 1000", self.limit);
        }
        if let Some(wrong) =
            self.layer.as_ref().filter(|l| !["active", "working", "reference", "archive"].contains(&l.as_str()))
        {
            bail!("--layer: {wrong:?} is none; there are active, working, reference, archive");
        }
        let person = person(context, &self.who).await?;
        let filter = Filter {
            categories: named("--category", self.category.as_deref())?.into_iter().collect(),
            kind: named("--kind", self.kind.as_deref())?,
            speaker: self.speaker.as_deref().map(|name| match name {
                "user" => Speaker::User,
                "companion" => Speaker::Companion,
                name => Speaker::Other(name.to_owned()),
            }),
            tags: self.tag.clone(),
            after: bound(&person, "--since", self.since.as_deref()).await?,
            before: bound(&person, "--until", self.until.as_deref()).await?,
            ..Filter::default()
        };
        let page = person.browse(&filter, self.limit, self.cursor.map(Cursor)).await?;
        let now = jiff_now(&person);
        let accesses = person.accesses(&page.items).await?;
        let wanted = |(memory, layer): &(Memory, &'static str)| {
            (!self.pinned || memory.pinned) && self.layer.as_deref().is_none_or(|wanted| wanted == *layer)
        };
        let items: Vec<(Memory, &'static str)> = page
            .items
            .into_iter()
            .zip(accesses)
            .map(|(memory, access)| {
                let layer = layer(&memory, access, now).as_str();
                (memory, layer)
            })
            .filter(wanted)
            .collect();
        let out = if self.json {
            let items: Vec<_> =
                items.iter().map(|(memory, layer)| serde_json::json!({ "memory": memory, "layer": layer })).collect();
            let next = page.next.map(|cursor| cursor.0);
            format!("{}\n", serde_json::to_string_pretty(&serde_json::json!({ "items": items, "next": next }))?)
        } else {
            let show = Show::for_person(&person, context.paint).await?;
            let mut out: String = items.iter().rev().map(|(memory, _)| show.memory(memory)).collect();
            if out.is_empty() {
                out.push_str("There is nothing like that.\n");
            }
            if let Some(Cursor(next)) = page.next {
                let _ = writeln!(out, "There is more before these: --cursor {next}");
            }
            out
        };
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Args)]
pub(super) struct ShowArgs {
    /// Which, by id or the beginning of it
    id: String,
    #[command(flatten)]
    who: Who,
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl ShowArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let memory = known(&person, &self.id).await?;
        let access = person.accesses(std::slice::from_ref(&memory)).await?.into_iter().flatten().next();
        if self.json {
            let value = serde_json::json!({ "memory": memory, "access": access });
            print(&format!("{}\n", serde_json::to_string_pretty(&value)?))?;
            return Ok(ExitCode::SUCCESS);
        }
        let show = Show::for_person(&person, context.paint).await?;
        let mut out = show.memory(&memory);
        let word = |value: serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut row = |name: &str, text: String| {
            let _ = writeln!(out, "  {name:12} {}", one_line(&text));
        };
        row(
            "kind",
            format!("{}, {}", word(serde_json::to_value(memory.kind)?), word(serde_json::to_value(memory.category)?)),
        );
        row("importance", format!("{:.2}, confidence {:.2}", memory.importance, memory.confidence));
        row("layer", layer(&memory, access, jiff_now(&person)).as_str().to_owned());
        row("came from", serde_json::to_string(&memory.sources)?);
        if let Some(fact) = &memory.fact {
            row("fact", format!("{} / {} = {}", fact.subject, fact.key, fact.value));
        }
        if let Some(until) = memory.valid_until {
            row("held until", show.day(until));
        }
        if let Some(access) = access {
            row("recalled", format!("{} times, last {}", access.count, show.day(access.last)));
        }
        for link in &memory.links {
            row("link", format!("{} {}", word(serde_json::to_value(link.relation)?), link.to));
        }
        if !memory.tags.is_empty() {
            row("tags", memory.tags.join(", "));
        }
        if memory.pinned {
            row("pinned", "yes".into());
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn jiff_now(person: &philia_companion::Person) -> Timestamp {
    person.philia().now()
}

/// One of the values that a type names.
pub(super) fn named<T: DeserializeOwned>(flag: &str, text: Option<&str>) -> anyhow::Result<Option<T>> {
    let Some(text) = text else { return Ok(None) };
    match serde_json::from_value(text.into()) {
        Ok(value) => Ok(Some(value)),
        Err(error) => bail!("{flag}: {error}"),
    }
}
