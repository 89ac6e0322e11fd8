//! `philia memory conflicts`: memories that cannot both be true, and how that is settled.

use super::{known, person};
use crate::cli::paint::print;
use crate::cli::show::Show;
use crate::cli::{Context, Who};
use anyhow::bail;
use clap::Args;
use philia_companion::Person;
use philia_mind::memory::conflict::{Conflict, ConflictState, Method};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory conflicts
  philia memory conflicts --all --json
  philia memory conflicts --resolve 3f2a --method temporal_precedence
  philia memory conflicts --resolve 3f2a --method user_clarification --keep 0198c0de

Methods: with temporal_precedence the later one holds, with confidence_based the surer one, with user_clarification the
one you --keep; ignore leaves both as they are. What does not hold is closed or matters less; nothing is deleted.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ConflictsArgs {
    /// Those that are settled, too
    #[arg(long, conflicts_with = "resolve")]
    all: bool,
    /// Settle this one, by id or the beginning of it
    #[arg(long, value_name = "ID", requires = "method")]
    resolve: Option<String>,
    /// How: temporal_precedence, confidence_based, user_clarification or ignore
    #[arg(long, requires = "resolve", value_parser = method)]
    method: Option<Method>,
    /// The memory that holds
    #[arg(long, value_name = "ID", requires = "resolve")]
    keep: Option<String>,
    #[command(flatten)]
    who: Who,
    /// As JSON lines
    #[arg(long)]
    json: bool,
}

fn method(name: &str) -> Result<Method, String> {
    Method::parse(name).ok_or_else(|| format!("there are {}", Method::ALL.map(Method::as_str).join(", ")))
}

impl ConflictsArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let conflicts = match (&self.resolve, self.method) {
            (Some(id), Some(method)) => {
                let id = find(&person, id).await?;
                let keep = match &self.keep {
                    Some(keep) => Some(known(&person, keep).await?.id),
                    None => None,
                };
                vec![person.resolve_conflict(&id, method, keep.as_ref()).await?]
            }
            _ => all(&person, (!self.all).then_some(ConflictState::Detected)).await?,
        };
        let mut out = String::new();
        for conflict in &conflicts {
            out += &if self.json {
                format!("{}\n", serde_json::to_string(conflict)?)
            } else {
                shown(&person, conflict, context).await?
            };
        }
        if out.is_empty() && !self.json {
            out = "Nothing contradicts anything.\n".into();
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn all(person: &Person, state: Option<ConflictState>) -> anyhow::Result<Vec<Conflict>> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = person.conflicts(state, 200, cursor).await?;
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

async fn find(person: &Person, id: &str) -> anyhow::Result<String> {
    let mut fitting = all(person, None).await?;
    fitting.retain(|conflict| conflict.id.starts_with(id));
    match fitting.len() {
        1 => Ok(fitting.remove(0).id),
        0 => bail!("there is no conflict {id:?}; `philia memory conflicts --all` shows those there are"),
        _ => bail!("{id:?} is the beginning of {} ids; say more of it", fitting.len()),
    }
}

/// A conflict with both memories, for a person.
async fn shown(person: &Person, conflict: &Conflict, context: &Context) -> anyhow::Result<String> {
    let show = Show::for_person(person, context.paint).await?;
    let how = match (conflict.state, conflict.method) {
        (ConflictState::Detected, _) => "waits".to_owned(),
        (ConflictState::Resolved, Some(method)) => format!("settled by {}", method.as_str()),
        (ConflictState::Resolved, None) => "settled".to_owned(),
    };
    let mut out = format!("{}  {how}\n", &conflict.id[..conflict.id.len().min(12)]);
    for id in [&conflict.older, &conflict.newer] {
        let mark = if conflict.kept.as_ref() == Some(id) { "*" } else { " " };
        out += &match person.memory(id).await? {
            Some(memory) => format!("{mark} {}", show.memory(&memory)),
            None => format!("{mark} (forgotten since)  {id}\n"),
        };
    }
    Ok(out)
}
