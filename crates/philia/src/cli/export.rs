//! `philia export`: everything about a person, for programs (JSON) or for people (Markdown).

use super::paint::{Paint, note};
use super::progress::Progress;
use super::{Context, Who};
use crate::wire;
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use philia_companion::Person;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "Examples:
  philia export --out me.json        everything, for programs
  philia export --out me.md          everything, for people
  philia export --all --out me.zip   both, with files and vectors, to be brought in again
  philia export --user ana | gzip > ana.json.gz

The file is for your eyes: only you can read it.";

/// Where `/export` writes if no file is named.
pub(crate) const FILE: &str = "philia-export.json";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    #[command(flatten)]
    who: Who,
    /// Write to this file instead of stdout; a name that ends with .md makes it Markdown
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What to write, if the file's name does not say
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Everything in one zip: JSON with vectors, Markdown, and files (`philia import archive` brings it in again)
    #[arg(long, requires = "out", conflicts_with = "format")]
    all: bool,
    /// Replace the file if it is there
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For programs
    Json,
    /// For people
    Markdown,
}

impl Format {
    /// What a file's name says.
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("md" | "markdown") => Self::Markdown,
            _ => Self::Json,
        }
    }
}

impl Export {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let philia = wire::philia(&context.config).await?;
        let person = philia.person(wire::LOCAL_ACCOUNT, &self.who.user).await?;
        // Whoever is at this machine is somebody, also before they have said anything.
        if self.who.user != wire::LOCAL_USER && person.records().await? == 0 {
            return Err(philia.accounts().nobody(wire::LOCAL_ACCOUNT, &self.who.user).await?.into());
        }
        match &self.out {
            Some(path) if self.all => {
                let progress = Arc::new(Progress::new("records"));
                let bar = Arc::clone(&progress);
                let written = placed(path, self.force, async |file| {
                    Ok(person.export_archive(BufWriter::new(file), move |done, all| bar.tell(done, all)).await?)
                });
                let written = written.await;
                progress.finish();
                written?;
                let paint = Paint::stderr();
                note(&paint.dim(&format!("Written to {}.", path.display())));
                if person.privacy().await?.sealed.is_some() {
                    note(&paint.warn("What is in it is not sealed: keep it where nobody else can read it."));
                }
            }
            None => {
                let format = self.format.unwrap_or(Format::Json);
                write_out(&person, format, &mut BufWriter::new(io::stdout())).await?;
            }
            Some(path) => {
                let format = self.format.unwrap_or_else(|| Format::of(path));
                to_file(&person, path, format, self.force).await?;
                note(&Paint::stderr().dim(&format!("Written to {}.", path.display())));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes everything about a person to a new file, in the format that its name says.
pub(crate) async fn write(person: &Person, path: &Path) -> anyhow::Result<String> {
    to_file(person, path, Format::of(path), false).await?;
    Ok(format!("Everything about you is in {}.\n", path.display()))
}

async fn to_file(person: &Person, path: &Path, format: Format, force: bool) -> anyhow::Result<()> {
    placed(path, force, async |file| write_out(person, format, &mut BufWriter::new(file)).await).await
}

/// Makes a file at a path, whole or not at all.
async fn placed(path: &Path, force: bool, write: impl AsyncFnOnce(File) -> anyhow::Result<()>) -> anyhow::Result<()> {
    if !force && path.exists() {
        bail!("there is a {} already; choose another name, or replace it with `philia export --force`", path.display());
    }
    // Written beside it first, so that what is there stays whole if something fails on the way.
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let file = private_file(&part).with_context(|| format!("{} cannot be written", part.display()))?;
    let written = write(file).await;
    let placed = written
        .and_then(|()| std::fs::rename(&part, path).with_context(|| format!("{} cannot be written", path.display())));
    if placed.is_err() {
        // The error that matters is the first one.
        let _ = std::fs::remove_file(&part);
    }
    placed
}

async fn write_out(person: &Person, format: Format, out: &mut (impl Write + Send)) -> anyhow::Result<()> {
    match format {
        Format::Json => person.export_json(out).await?,
        Format::Markdown => person.export_markdown(out).await?,
    }
    Ok(out.flush()?)
}

/// Makes a file that only its owner can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
