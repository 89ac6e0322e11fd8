//! `philia mcp`: the memory's tools for other assistants, over standard input and output.

use super::{Context, Who};
use crate::wire;
use clap::Args;
use std::process::ExitCode;
use tokio::io::{BufReader, stdin, stdout};

const EXAMPLES: &str = "Examples:
  philia mcp                        as the command of an MCP server in an assistant's configuration
  philia --data DIR mcp --user ada  with another memory, for somebody else

One program at a time uses a memory's files: while `philia serve` runs, point the assistant at http://ADDRESS/mcp.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Mcp {
    #[command(flatten)]
    who: Who,
}

impl Mcp {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let philia = wire::philia(&context.config).await?;
        let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        philia_web::serve_mcp(person, BufReader::new(stdin()), stdout()).await?;
        philia.idle().await;
        Ok(ExitCode::SUCCESS)
    }
}
