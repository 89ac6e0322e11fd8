//! `philia memory search`: by words and meaning, with the reason of every hit.

use super::person;
use crate::cli::paint::print;
use crate::cli::show::Show;
use crate::cli::{Context, Who};
use clap::Args;
use philia_companion::recall::Request;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory search puppy
  philia memory search \"when did I go to Lahore?\" -k 3
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
    /// As JSON lines, with every signal
    #[arg(long)]
    json: bool,
}

impl SearchArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let query = self.query;
        let found = person.recall(&Request { k: self.k, ..Request::new(query.clone()) }).await?.memories;
        let mut out = String::new();
        if self.json {
            for recalled in &found {
                let line = serde_json::json!({
                    "memory": recalled.memory,
                    "score": recalled.score,
                    "relevance": recalled.relevance,
                    "why": recalled.why,
                });
                out.push_str(&format!("{line}\n"));
            }
        } else {
            let show = Show::for_person(&person, context.paint).await?;
            found.iter().for_each(|recalled| out.push_str(&show.recalled(recalled)));
            if found.is_empty() {
                out = format!("I remember nothing about {query:?}.\n");
            }
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}
