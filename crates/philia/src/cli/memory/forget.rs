//! `philia memory forget`: single memories by id, or everything about something, after a look at what goes.

use super::{known, person_of};
use crate::cli::paint::{note, print};
use crate::cli::show::{Show, counted, one_line};
use crate::cli::{Context, Who};
use crate::wire;
use anyhow::bail;
use clap::Args;
use philia_companion::memories::{About, Forgetting};
use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia memory forget 0198c0de-7a11-7000-8000-000000000001.u
  philia memory forget --about \"my ex\"
  philia memory forget --about \"my ex\" --exclude \"the house\" --include Paula --yes

What goes is shown first, and asked for unless you say --yes. What is forgotten is gone for good, from the log and from
the store's files too; exports and backups that were made before are yours to delete.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ForgetArgs {
    /// Memories, by id
    #[arg(required_unless_present = "about", conflicts_with = "about", value_name = "ID")]
    ids: Vec<String>,
    /// Everything about this, in your words
    #[arg(long, value_name = "WORDS")]
    about: Option<String>,
    /// Words (or the id of a memory) that are meant as well; can be repeated
    #[arg(long, value_name = "WORDS", requires = "about")]
    include: Vec<String>,
    /// Words (or the id of a memory) that stay; can be repeated
    #[arg(long, value_name = "WORDS", requires = "about")]
    exclude: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    who: Who,
    /// What went, or would go, as JSON
    #[arg(long)]
    json: bool,
}

impl ForgetArgs {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let philia = wire::philia(&context.config).await?;
        let person = person_of(&philia, &self.who).await?;
        let show = Show::for_person(&person, context.paint).await?;
        let Some(words) = &self.about else {
            let mut list = String::new();
            let mut memories = Vec::new();
            for id in &self.ids {
                let memory = known(&person, id).await?;
                list.push_str(&show.memory(&memory));
                memories.push(memory);
            }
            if !self.agreed(&list, "Forget this, and all that is known only from it?")? {
                return nothing();
            }
            let mut gone = Vec::new();
            for memory in memories {
                match person.forget(&memory.id).await {
                    Ok(memories) => gone.extend(memories),
                    // It went with one that was forgotten before it.
                    Err(philia_companion::Error::NotFound { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            // The traces in the files go now, rather than a little later.
            philia.recover().await?;
            print(&if self.json {
                format!("{}\n", serde_json::json!({ "forgotten": gone }))
            } else {
                let count = u64::try_from(gone.len()).unwrap_or(u64::MAX);
                format!("Forgotten: {}.\n", if count == 1 { "1 memory".into() } else { format!("{count} memories") })
            })?;
            return Ok(ExitCode::SUCCESS);
        };
        let about = About { about: words.clone(), include: self.include.clone(), exclude: self.exclude.clone() };
        let found = person.forgetting(&about).await?;
        if found.goes.is_nothing() {
            print(&if self.json { json(&found)? } else { format!("Nothing is known about {words:?}.\n") })?;
            return Ok(ExitCode::SUCCESS);
        }
        let list = if self.json && !self.yes { json(&found)? } else { preview(&found, &show) };
        if !self.agreed(&list, "Forget all of this, for good?")? {
            return nothing();
        }
        let gone = person.forget_about(&about).await?;
        print(&if self.json { json(&gone)? } else { "It is forgotten.\n".into() })?;
        Ok(ExitCode::SUCCESS)
    }

    /// Shows what goes, and asks.
    fn agreed(&self, list: &str, question: &str) -> anyhow::Result<bool> {
        if self.yes {
            return Ok(true);
        }
        print(list)?;
        if !io::stdin().is_terminal() {
            bail!("nothing is forgotten yet: say --yes, or ask from a terminal");
        }
        note(&format!("{question} [y/N]"));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
    }
}

fn nothing() -> anyhow::Result<ExitCode> {
    print("Nothing is forgotten.\n")?;
    Ok(ExitCode::SUCCESS)
}

fn json(forgetting: &Forgetting) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(forgetting)?))
}

/// What would go, for a person.
pub(crate) fn preview(found: &Forgetting, show: &Show) -> String {
    let mut out = String::from("Looked for:\n");
    for word in &found.words {
        let _ = writeln!(out, "  {}  ({})", one_line(&word.words), one_line(&word.why));
    }
    let goes = &found.goes;
    let counts = [
        (goes.memories, "thing that was said", "things that were said"),
        (goes.facts, "fact", "facts"),
        (goes.insights, "conclusion", "conclusions"),
        (goes.tasks, "task", "tasks"),
        (goes.documents, "part of a document", "parts of documents"),
        (goes.turns, "turn of the log", "turns of the log"),
        (goes.replies, "answer of the companion's", "answers of the companion's"),
    ];
    out.push_str("This would go:\n");
    for (count, one, many) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let _ = writeln!(out, "  {count:5} {}", if count == 1 { one } else { many });
    }
    for (kind, count) in &goes.other {
        let _ = writeln!(
            out,
            "  {}",
            counted(u64::try_from(*count).unwrap_or(u64::MAX), &format!("record of kind {kind}"))
        );
    }
    for example in &found.examples {
        let _ = writeln!(out, "  {:>11}  {}", show.day(example.at), one_line(&example.content));
    }
    if !found.maybe.is_empty() {
        out.push_str("This may be meant, and stays unless you --include it:\n");
    }
    for maybe in &found.maybe {
        let _ =
            writeln!(out, "  {}  ({}; {})", one_line(&maybe.content), one_line(&maybe.why), one_line(&maybe.include));
    }
    out
}
