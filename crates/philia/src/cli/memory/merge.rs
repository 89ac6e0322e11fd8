//! `philia memory merge`: one memory of several that say the same.

use super::{known, person, told};
use crate::cli::{Context, Who};
use clap::Args;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory merge 0198c0de 0198c0fe
  philia memory merge 0198c0de 0198c0fe 0198c1aa --json

The first keeps its words and takes over the others' sources, labels and weight; the others go.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct MergeArgs {
    /// The one that stays
    keep: String,
    /// Those that become a part of it
    #[arg(required = true, value_name = "OTHER")]
    others: Vec<String>,
    #[command(flatten)]
    who: Who,
    /// The memory as JSON
    #[arg(long)]
    json: bool,
}

impl MergeArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let person = person(context, &self.who).await?;
        let keep = known(&person, &self.keep).await?.id;
        let mut others = Vec::with_capacity(self.others.len());
        for id in &self.others {
            others.push(known(&person, id).await?.id);
        }
        told(context, &person, &person.merge_memories(&keep, &others).await?, self.json).await
    }
}
