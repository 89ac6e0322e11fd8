//! `philia import`: bringing in conversations from elsewhere.

use super::paint::{Paint, print};
use super::progress::Progress;
use super::show::{Show, counted};
use super::{Context, Who};
use crate::wire;
use anyhow::{Context as _, anyhow};
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use jiff::tz::TimeZone;
use philia_companion::Person;
use philia_companion::exchange::{Format, ImportReport, ImportedMemories, MemoryFormat, Skipped};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia import chatgpt conversations.json
  philia import letta sam.af
  philia import sillytavern \"Seraphina - 2024-5-1.jsonl\" --dry-run
  philia import character-ai Ori.json
  philia import jsonl talk.jsonl
  philia import mem0 memories.json --of mira
  philia import mcp-memory memory.json
  philia import archive me.zip --user me-again
  philia import locomo locomo10.json --user benchmark

Times are kept, and what was said becomes memories. Importing the same file again changes nothing, and an import that
was interrupted goes on where it stopped.
An archive (what `philia export --all` writes) comes in as it went out, for somebody of whom nothing is known yet.";

/// The name of what `philia export --all` writes.
const ARCHIVE: &str = "archive";

/// What is brought in.
#[derive(Clone, Copy, Debug)]
enum What {
    Conversations(Format),
    Memories(MemoryFormat),
    Archive,
}

impl What {
    /// Every name, in order.
    fn names() -> impl Iterator<Item = &'static str> {
        let memories = MemoryFormat::ALL.iter().map(|format| format.as_str());
        Format::ALL.iter().map(|format| format.as_str()).chain(memories).chain([ARCHIVE])
    }

    fn parse(name: &str) -> Result<Self, philia_companion::Error> {
        match name.parse() {
            _ if name == ARCHIVE => Ok(Self::Archive),
            Ok(format) => Ok(Self::Memories(format)),
            Err(_) => name.parse().map(Self::Conversations),
        }
    }
}

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Import {
    /// What kind of file it is
    #[arg(value_parser = PossibleValuesParser::new(What::names()).try_map(|name| What::parse(&name)))]
    what: What,
    /// The file
    file: PathBuf,
    #[command(flatten)]
    who: Who,
    /// Say what would be brought in, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Of a Mem0 export with several people's memories: whose are meant
    #[arg(long, value_name = "USER_ID")]
    of: Option<String>,
}

impl Import {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let file = self.file.display();
        anyhow::ensure!(
            self.of.is_none() || matches!(self.what, What::Memories(MemoryFormat::Mem0)),
            "--of is for exports of Mem0, which may hold the memories of several people"
        );
        let read = || std::fs::read(&self.file).with_context(|| format!("{file} cannot be read"));
        let philia = wire::philia(&context.config).await?;
        let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        let zone = TimeZone::get(&person.profile().await?.time_zone).unwrap_or(TimeZone::UTC);
        let unreadable = |error| anyhow!("{file}: {error}");
        let show = Show::for_person(&person, context.paint).await?;
        let text = match self.what {
            What::Conversations(format) => {
                let conversations = format.parse(&read()?, &zone).map_err(unreadable)?;
                let report = if self.dry_run {
                    person.dry_run(&conversations).await?
                } else {
                    let progress = Progress::new("messages");
                    let report = person.import(&conversations, |done, all| progress.tell(done, all)).await;
                    progress.finish();
                    report?
                };
                told(&report, self.dry_run, &show, context.paint)
            }
            What::Memories(format) => {
                let memories = format.parse(&read()?, self.of.as_deref(), &zone).map_err(unreadable)?;
                let report = if self.dry_run {
                    person.dry_run_memories(format, &memories).await?
                } else {
                    let progress = Progress::new("memories");
                    let report = person.import_memories(format, &memories, |done, all| progress.tell(done, all)).await;
                    progress.finish();
                    report?
                };
                kept(&report, self.dry_run, &show, context.paint)
            }
            What::Archive => self.archive(&person).await?,
        };
        philia.idle().await;
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn archive(&self, person: &Person) -> anyhow::Result<String> {
        anyhow::ensure!(!self.dry_run, "an archive has no dry run: it comes in whole, or not where anything is");
        let file =
            std::fs::File::open(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let progress = Progress::new("records");
        let restored = person.import_archive(file, |done| progress.tell(done, done)).await;
        progress.finish();
        let restored = restored?;
        Ok(format!(
            "Everything is back: {} records, of them {} memories and {} turns.\n",
            restored.records, restored.memories, restored.turns
        ))
    }
}

fn told(report: &ImportReport, dry: bool, show: &Show, paint: Paint) -> String {
    let mut out = String::new();
    let verb = if dry { "would be brought in" } else { "brought in" };
    let _ = writeln!(
        out,
        "{} {verb}, of {} in {}.",
        messages(report.added),
        report.messages,
        counted(report.conversations as u64, "conversation")
    );
    if let (Some(first), Some(last)) = (report.earliest, report.latest) {
        let _ = writeln!(out, "They were said from {} to {}.", show.day(first), show.day(last));
    }
    if report.known > 0 {
        let _ = writeln!(out, "{} there already.", were(report.known));
    }
    if !dry {
        let _ = writeln!(out, "{} memories, {} facts.", report.memories, report.facts);
    }
    if report.split > 0 {
        let _ = writeln!(out, "{} too long for one memory and kept in parts.", were(report.split));
    }
    if report.undated > 0 {
        let _ = writeln!(out, "{} without a date and count as said now.", were(report.undated));
    }
    if report.unembedded > 0 {
        let late = format!("{} wait for the embedder; they are found by their words meanwhile.", report.unembedded);
        let _ = writeln!(out, "{}", paint.warn(&late));
    }
    out + &left_out(&report.skipped, paint)
}

fn kept(report: &ImportedMemories, dry: bool, show: &Show, paint: Paint) -> String {
    let mut out = String::new();
    let memories = |count: usize| format!("{count} {}", if count == 1 { "memory" } else { "memories" });
    let verb = if dry { "would be brought in" } else { "brought in" };
    let _ = writeln!(out, "{} {verb}, of {}.", memories(report.added), report.memories);
    if let (Some(first), Some(last)) = (report.earliest, report.latest) {
        let _ = writeln!(out, "They are from {} to {}.", show.day(first), show.day(last));
    }
    if report.known > 0 {
        let _ = writeln!(out, "{} there already.", report.known);
    }
    if report.unembedded > 0 {
        let late = format!("{} wait for the embedder; they are found by their words meanwhile.", report.unembedded);
        let _ = writeln!(out, "{}", paint.warn(&late));
    }
    out + &left_out(&report.skipped, paint)
}

fn left_out(skipped: &[Skipped], paint: Paint) -> String {
    let line = |skipped: &Skipped| paint.warn(&format!("left out: {} ({})", skipped.why, skipped.count)) + "\n";
    skipped.iter().map(line).collect()
}

fn messages(count: usize) -> String {
    counted(count as u64, "message")
}

fn were(count: usize) -> String {
    format!("{} {}", messages(count), if count == 1 { "was" } else { "were" })
}
