//! `philia memory search`: by words and meaning, with the reason of every hit.

use super::{bound, named, person};
use crate::cli::paint::print;
use crate::cli::show::Show;
use crate::cli::{Context, Who};
use clap::Args;
use philia_companion::recall::Request;
use philia_mind::memory::recall::Recalled;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::Filter;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory search puppy
  philia memory search \"when did I go to Lahore?\" -k 3
  philia memory search holiday --category event --since 2026-01-01
  philia memory search \"when was I sad?\" --explain
  philia memory search puppy --json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SearchArgs {
    /// What to look for
    query: String,
    #[command(flatten)]
    who: Who,
    /// How many, 1 to 50
    #[arg(short, long, default_value_t = 10)]
    k: usize,
    /// Only these categories (fact, preference, emotion, event, insight, conversation, note, action, file, email)
    #[arg(long, value_delimiter = ',', value_parser = named::<Category>)]
    category: Vec<Category>,
    /// Only this kind (episodic, semantic)
    #[arg(long, value_parser = named::<MemoryKind>)]
    kind: Option<MemoryKind>,
    /// Only what was said by user, companion, or somebody by name
    #[arg(long)]
    speaker: Option<String>,
    /// Only from this day (2026-05-03) or instant (2026-05-03T08:00:00Z) on
    #[arg(long)]
    since: Option<String>,
    /// Only before this day or instant
    #[arg(long)]
    until: Option<String>,
    /// Only what was felt so (joy, sorry-for, sad, ...)
    #[arg(long, value_delimiter = ',')]
    emotion: Vec<String>,
    /// Only with all of these labels
    #[arg(long, value_delimiter = ',')]
    tag: Vec<String>,
    /// Only this important or more, 0 to 1
    #[arg(long, default_value_t = 0.0)]
    min_importance: f64,
    /// At most so many tokens together
    #[arg(long)]
    budget: Option<usize>,
    /// Show every signal of every hit
    #[arg(long)]
    explain: bool,
    /// As JSON lines, with every signal
    #[arg(long)]
    json: bool,
}

/// The signals of a hit as small bars.
fn bars(recalled: &Recalled) -> String {
    let signals = &recalled.signals;
    let rows = [
        ("words", signals.lexical),
        ("around", signals.neighbourhood),
        ("meaning", signals.dense),
        ("kindred", signals.kindred),
        ("speaker", signals.speaker),
        ("time", signals.date),
        ("feeling", signals.feeling),
    ];
    rows.iter().filter(|(_, value)| *value > 0.0).fold(String::new(), |out, (name, value)| {
        out + &format!("             {name:<8} {:<10} {value:.2}\n", "#".repeat((value * 10.0).round() as usize))
    })
}

impl SearchArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let query = self.query;
        let filter = Filter {
            categories: self.category,
            kind: self.kind,
            speaker: self.speaker.map(|name| match name.as_str() {
                "user" => Speaker::User,
                "companion" => Speaker::Companion,
                _ => Speaker::Other(name),
            }),
            emotions: self.emotion,
            tags: self.tag,
            after: bound(&person, "--since", self.since.as_deref()).await?,
            before: bound(&person, "--until", self.until.as_deref()).await?,
            min_importance: self.min_importance,
            ..Filter::default()
        };
        let filter = Filter { include_companion: filter.speaker == Some(Speaker::Companion), ..filter };
        let request = Request { k: self.k, filter, budget: self.budget, ..Request::new(query.clone()) };
        let found = person.recall(&request).await?.memories;
        let mut out = String::new();
        if self.json {
            for recalled in &found {
                let line = serde_json::json!({
                    "memory": recalled.memory,
                    "score": recalled.score,
                    "relevance": recalled.relevance,
                    "why": recalled.why,
                    "signals": recalled.signals,
                    "linked": recalled.linked,
                });
                out.push_str(&format!("{line}\n"));
            }
        } else {
            let show = Show::for_person(&person, context.paint).await?;
            for recalled in &found {
                out.push_str(&show.recalled(recalled));
                if self.explain {
                    out.push_str(&bars(recalled));
                }
            }
            if found.is_empty() {
                out = format!("I remember nothing about {query:?}.\n");
            }
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}
