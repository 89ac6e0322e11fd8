//! `philia backup`: everything in one file.

use super::Context;
use super::paint::{Paint, note, print};
use super::progress::Progress;
use super::show;
use crate::wire;
use anyhow::{Context as _, bail};
use clap::Args;
use philia_companion::moving::Kept;
use secrecy::SecretString;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "Examples:
  philia backup                                      into the directory of backups, of which the last 7 are kept
  philia backup --to philia.backup
  philia backup --to usb/philia.backup --passphrase-file secret.txt
  philia restore philia.backup                       bring it back, here or on another machine

A backup holds every person and every account, each person as they were at one moment. What is sealed stays sealed: keep
the master key, too (`philia privacy` says where it is). While `philia serve` uses an SQLite store, the server makes the
backup: set backup.every_hours, or POST /api/admin/backup.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// Write to this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
    /// What was written, as JSON
    #[arg(long)]
    json: bool,
}

/// What a backup is sealed with.
#[derive(Args)]
pub(super) struct Passphrase {
    /// The passphrase is the first line of this file (- is stdin) rather than backup.passphrase
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    pub(super) fn read(&self, context: &Context) -> anyhow::Result<Option<SecretString>> {
        let Some(file) = &self.passphrase_file else { return Ok(context.config.backup.passphrase.clone()) };
        let mut line = String::new();
        if file == Path::new("-") {
            io::stdin().lock().read_line(&mut line)?;
        } else {
            let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
            line = text.lines().next().unwrap_or_default().to_owned();
        }
        Ok(Some(SecretString::from(line.trim_end_matches(['\r', '\n']))))
    }
}

impl Backup {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut config = context.config.clone();
        config.backup.passphrase = self.passphrase.read(context)?;
        if config.store.url.file().is_some_and(|file| !file.exists()) {
            bail!("there is nothing at {} yet", config.store.url);
        }
        let philia = wire::beside(&config).await.context(
            "a running `philia serve` makes its backups itself: set backup.every_hours, or POST /api/admin/backup",
        )?;
        let kept = match &self.to {
            Some(path) => {
                let progress = Progress::new("people");
                let kept =
                    philia.back_up_to(path, config.backup.passphrase.clone(), &|how_far| progress.moved(how_far)).await;
                progress.finish();
                kept?
            }
            None => philia.keep_backup().await?,
        };
        if self.json {
            print(&format!("{}\n", serde_json::to_string_pretty(&kept)?))?;
        } else {
            print(&in_words(&kept, self.to.as_deref(), config.backup_settings().dir.as_deref()))?;
            if !kept.sealed {
                note(
                    &Paint::stderr()
                        .dim("It is not sealed: whoever has it can read what the store's files would show."),
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn in_words(kept: &Kept, to: Option<&Path>, dir: Option<&Path>) -> String {
    let file = to.map_or_else(|| dir.unwrap_or(Path::new("")).join(&kept.file), Path::to_owned);
    let (records, size) = (show::records(&kept.total), show::size(kept.size));
    format!("{}: {records}, {size}, read again and sound\n{}\n", file.display(), kept.total.sum.sha256)
}
