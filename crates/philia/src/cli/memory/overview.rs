//! `philia memory stats`, `graph`, `audit` and `consolidate`.

use super::person;
use crate::cli::paint::print;
use crate::cli::show::{Show, bar, one_line};
use crate::cli::{Context, Who};
use clap::Args;
use philia_companion::memories::{Audit, Statistics};
use philia_mind::MemoryId;
use philia_mind::memory::graph::Graph;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::ExitCode;

/// Whose, and how it is shown.
#[derive(Args)]
pub(super) struct LookArgs {
    #[command(flatten)]
    who: Who,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct GraphArgs {
    /// Around whom or what: a name, a word, or the id of a memory
    about: Option<String>,
    #[command(flatten)]
    look: LookArgs,
    /// How far, 0 to 5
    #[arg(long, default_value_t = 2)]
    depth: usize,
    /// At most so many, 1 to 1000
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// For Graphviz, as in `philia memory graph --dot | dot -Tsvg`
    #[arg(long, conflicts_with = "json")]
    dot: bool,
}

impl LookArgs {
    pub(super) async fn stats(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let found = person.statistics().await?;
        let show = Show::for_person(&person, context.paint).await?;
        print(&if self.json { json(&found)? } else { statistics(&found, &show) })?;
        Ok(ExitCode::SUCCESS)
    }

    /// Ends with 1 where something is not as it should be.
    pub(super) async fn audit(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let found = person.audit().await?;
        print(&if self.json { json(&found)? } else { audit(&found) })?;
        Ok(if found.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    pub(super) async fn consolidate(self, context: &Context) -> anyhow::Result<ExitCode> {
        let done = person(context, &self.who).await?.consolidate().await?;
        let (looked_at, made, sources) = (done.looked_at, done.made.len(), done.sources);
        print(&if self.json {
            json(&done)?
        } else {
            format!("{looked_at} episodes looked at: {made} conclusions made of {sources} of them.\n")
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl GraphArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.look.who).await?;
        let found = person.graph(self.about.as_deref(), self.depth, self.limit).await?;
        print(&match (self.look.json, self.dot) {
            (true, _) => json(&found)?,
            (false, true) => dot(&found),
            (false, false) => tree(&found),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}

#[expect(clippy::cast_precision_loss, reason = "a bar has ten steps")]
fn statistics(found: &Statistics, show: &Show) -> String {
    let mut out = format!("{} memories, {} bytes of words", found.memories, found.bytes);
    if let (Some(oldest), Some(newest)) = (found.oldest, found.newest) {
        let _ = write!(out, ", {} to {}", show.day(oldest), show.day(newest));
    }
    out.push('\n');
    let groups: [(&str, &BTreeMap<String, usize>); 5] = [
        ("kind", &found.kinds),
        ("category", &found.categories),
        ("speaker", &found.speakers),
        ("layer", &found.layers),
        ("month", &found.months),
    ];
    for (name, counts) in groups {
        let most = counts.values().copied().max().unwrap_or(1).max(1);
        let _ = writeln!(out, "{name}");
        for (value, count) in counts {
            let _ = writeln!(out, "  {value:14} {} {count}", bar(*count as f64 / most as f64));
        }
    }
    out
}

fn audit(found: &Audit) -> String {
    let mut out = String::new();
    let mut row = |name: &str, count: usize| {
        let _ = writeln!(out, "  {count:7}  {name}");
    };
    row("memories", found.statistics.memories);
    for (name, count) in found.statistics.kinds.iter().chain(&found.statistics.categories) {
        row(&format!("  {name}"), *count);
    }
    row("duplicates", found.duplicates.len());
    row("contradictions that wait", found.open_conflicts);
    row("without a vector", found.without_vector);
    row("jobs that wait", found.jobs);
    row("that give orders (kept as data)", found.suspicious.len());
    row("characters that give orders", found.suspicious_characters.len());
    for (fault, ids) in &found.faults {
        row(&fault.replace('_', " "), ids.len());
    }
    for (fault, ids) in &found.faults {
        for id in ids {
            let _ = writeln!(out, "  {}: {id}", fault.replace('_', " "));
        }
    }
    for id in &found.duplicates {
        let _ = writeln!(out, "  duplicate: {id}");
    }
    for id in
        found.suspicious.iter().map(MemoryId::as_str).chain(found.suspicious_characters.iter().map(String::as_str))
    {
        let _ = writeln!(out, "  gives orders: {id}");
    }
    out.push_str(if found.is_clean() { "All is well.\n" } else { "There is something to clear up.\n" });
    out
}

fn dot(found: &Graph) -> String {
    let quoted = |text: &str| format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""));
    let mut out = String::from("digraph memories {\n  rankdir=LR;\n");
    for node in &found.nodes {
        let shape = if node.kind == "subject" { "ellipse" } else { "box" };
        let _ = writeln!(out, "  {} [label={}, shape={shape}];", quoted(&node.id), quoted(&node.label));
    }
    for edge in &found.edges {
        let _ = writeln!(out, "  {} -> {} [label={}];", quoted(&edge.from), quoted(&edge.to), quoted(&edge.label));
    }
    out.push_str("}\n");
    out
}

fn tree(found: &Graph) -> String {
    if found.nodes.is_empty() {
        return "Nothing hangs together there.\n".into();
    }
    let labels: BTreeMap<&str, &str> = found.nodes.iter().map(|node| (node.id.as_str(), node.label.as_str())).collect();
    let mut out = String::new();
    let mut told = BTreeSet::new();
    for node in &found.nodes {
        let edges: Vec<_> = found.edges.iter().filter(|edge| edge.from == node.id).collect();
        if edges.is_empty() && told.contains(node.id.as_str()) {
            continue;
        }
        let _ = writeln!(out, "{}", one_line(&node.label));
        told.insert(node.id.as_str());
        for (n, edge) in edges.iter().enumerate() {
            let branch = if n + 1 == edges.len() { "└" } else { "├" };
            let label = labels.get(edge.to.as_str()).copied().unwrap_or_default();
            let _ = writeln!(out, "  {branch}─ {}: {}", edge.label, one_line(label));
            told.insert(edge.to.as_str());
        }
    }
    if found.more {
        out.push_str("There is more: --limit.\n");
    }
    out
}
