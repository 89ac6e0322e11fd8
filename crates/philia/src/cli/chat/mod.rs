//! `philia chat`: talking, on a terminal or from a pipe.

mod act;
mod command;
mod editor;
mod lines;
mod meeting;
mod piped;
mod settings;
mod terminal;
mod wrap;

use super::paint::Paint;
use super::{Context, Who};
use crate::wire;
use clap::Args;
use philia_companion::{Incoming, Person, Philia};
use philia_mind::{Persona, ThreadId};
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "Examples:
  philia chat
  philia chat --persona supportive_friend
  philia chat --user ana --data ~/ana
  printf \"I got a new puppy today!\\nHis name is Sparky.\\n\" | philia chat
  echo /mood | philia chat

From a pipe, every line is a message; only the replies are printed. While talking, /help shows what else there is.";

#[derive(Args, Default)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Chat {
    #[command(flatten)]
    who: Who,
    /// Whom to talk with; see `philia persona list`
    #[arg(long, short, value_name = "ID")]
    persona: Option<String>,
    /// A conversation of its own; what is remembered is shared between them
    #[arg(long, short, value_name = "NAME")]
    thread: Option<String>,
}

/// A conversation that is open.
struct Talk {
    philia: Philia,
    person: Person,
    /// Whom they asked for by a flag; otherwise their settings say.
    asked_for: Option<String>,
    persona: Arc<Persona>,
    thread: ThreadId,
    paint: Paint,
    /// Longest message, in bytes.
    limit: usize,
}

impl Chat {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let philia = wire::talking(&context.config).await?;
        let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        let persona = person.persona(self.persona.as_deref()).await?;
        let mut talk = Talk {
            philia: philia.clone(),
            person,
            asked_for: self.persona,
            persona,
            thread: self.thread.map_or_else(ThreadId::main, ThreadId::new),
            paint: context.paint,
            limit: context.config.turn.max_message_kb * 1024,
        };
        let code = if io::stdin().is_terminal() && io::stdout().is_terminal() {
            terminal::run(&mut talk, context).await
        } else {
            piped::run(&mut talk).await
        };
        // What was said is learned before the program ends.
        philia.idle().await;
        code
    }
}

impl Talk {
    fn incoming(&self, message: &str) -> Incoming {
        Incoming { thread: Some(self.thread.clone()), persona: self.asked_for.clone(), ..Incoming::new("cli", message) }
    }
}
