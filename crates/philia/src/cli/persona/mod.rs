//! `philia persona`: the characters one can talk with.

mod check;
mod create;
mod known;
mod mix;
mod show;
mod transfer;

use super::Context;
use crate::wire;
use clap::{Args, Subcommand};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia persona list
  philia persona import seraphina.png
  philia chat --persona seraphina
  philia persona export --card v3 --out seraphina.json
  philia persona blend curious_companion=0.6 supportive_friend=0.4 --id gentle_explorer
  philia persona new
  philia persona validate my_character.toml

Characters are files in the data directory's personas/ (TOML or JSON); `philia persona schema` describes them.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PersonaArgs {
    #[command(subcommand)]
    what: What,
    /// Who you are, where several people share this machine
    #[arg(long, short, global = true, value_name = "NAME", default_value = wire::LOCAL_USER)]
    user: String,
}

#[derive(Subcommand)]
enum What {
    /// Name them all
    List,
    /// Show one: who they are, their temperament, traits and style
    Show(show::Show),
    /// Say everything that is wrong with files
    Validate(check::Validate),
    /// Show the system prompt that a character becomes
    Compile(check::Compile),
    /// Mix several into a new one
    Blend(mix::Blend),
    /// Bring in a character card, a LuminoraCore persona or a persona file
    Import(transfer::Import),
    /// Write one out, as a file of ours or a card for other programs
    Export(transfer::Export),
    /// Make one, by answering a few questions
    New(create::New),
    /// Print the JSON Schema of persona files
    Schema,
}

impl PersonaArgs {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let user = &self.user;
        match self.what {
            What::List => show::list(context, user).await,
            What::Show(args) => args.run(context, user).await,
            What::Validate(args) => args.run(context),
            What::Compile(args) => args.run(context, user).await,
            What::Blend(args) => args.run(context, user).await,
            What::Import(args) => args.run(context),
            What::Export(args) => args.run(context, user).await,
            What::New(args) => args.run(context, user).await,
            What::Schema => check::schema(),
        }
    }
}
