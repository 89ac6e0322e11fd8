//! `philia memory`: searching what is remembered.

use super::paint::print;
use super::show::Show;
use super::{Context, Who};
use crate::wire;
use clap::{Args, Subcommand};
use philia_companion::recall::Request;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory search puppy
  philia memory search \"when did I go to Lahore?\" -k 3
  philia memory search puppy --json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MemoryArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Find memories by their words and their meaning
    #[command(after_help = EXAMPLES)]
    Search {
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
    },
}

impl MemoryArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let What::Search { query, who, k, json } = self.what;
        let person = wire::philia(&context.config).await?.person(wire::LOCAL_ACCOUNT, &who.user).await?;
        let found = person.recall(&Request { k, ..Request::new(query.clone()) }).await?.memories;
        let mut out = String::new();
        if json {
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
