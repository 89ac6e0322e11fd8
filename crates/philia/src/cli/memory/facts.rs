//! `philia memory facts`: what is known to be true, and what was.

use super::person;
use crate::cli::paint::print;
use crate::cli::show::{Show, one_line};
use crate::cli::{Context, Who};
use clap::Args;
use philia_companion::facts::{FactQuery, FactView};
use philia_mind::Memory;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory facts
  philia memory facts --subject user --key pet
  philia memory facts --history
  philia memory facts --json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct FactsArgs {
    /// Also what is no longer true, and the values before
    #[arg(long)]
    history: bool,
    /// Only about this subject (user, a name, a relation)
    #[arg(long)]
    subject: Option<String>,
    /// Only this key, or keys under it (pet finds pet.dog.name)
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    who: Who,
    /// As JSON lines
    #[arg(long)]
    json: bool,
}

impl FactsArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let query = FactQuery { subject: self.subject, key: self.key, history: self.history };
        let facts = person.facts(&query).await?;
        let mut out = String::new();
        if self.json {
            for fact in &facts {
                out += &format!("{}\n", serde_json::to_string(fact)?);
            }
        } else {
            let show = Show::for_person(&person, context.paint).await?;
            for fact in &facts {
                out += &shown(fact, &show, context);
            }
            if facts.is_empty() {
                out = "No such fact is known.\n".into();
            }
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A fact on a line, with the values before it below.
fn shown(fact: &FactView, show: &Show, context: &Context) -> String {
    let row = |memory: &Memory, value: &str, ended: bool| {
        let until = match memory.valid_until {
            Some(until) => format!(", until {}", show.day(until)),
            None if ended => ", no longer".into(),
            None => String::new(),
        };
        let about = format!("since {}{until}  {}", show.day(memory.occurred_at), memory.id);
        format!("{}  {}\n", one_line(value), context.paint.dim(&about))
    };
    let name = one_line(&format!("{} {}", fact.fact.subject, fact.fact.key));
    let mut out = format!("{name}: {}", row(&fact.memory, &fact.fact.value, !fact.live));
    for before in &fact.before {
        let value = before.fact.as_ref().map_or(before.content.as_str(), |fact| fact.value.as_str());
        out += &format!("    before: {}", row(before, value, true));
    }
    out
}
