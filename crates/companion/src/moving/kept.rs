//! Backups by the clock, of which the last few are kept in a directory.
//!
//! Who is erased must not come back from a backup that Philia made by itself. So an erasure promises, before it begins, that
//! a new backup is made and all older ones in that directory are removed. What is forgotten of somebody who stays leaves with the
//! oldest backup.

use super::{Backup, Tell, Total, back_up, verify};
use crate::error::{Error, Result};
use crate::philia::Philia;
use jiff::{SignedDuration, Timestamp};
use philia_ports::store::{Change, Draft, Key, Kind, Record};
use philia_ports::{PartitionId, StoreError};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The job of making a new backup and removing the older ones.
pub(crate) const TASK: &str = "renew_backups";
/// What the files' names begin and end with.
const NAME: (&str, &str) = ("philia-", ".backup");
/// How often it is looked whether a backup is due.
const LOOK: Duration = Duration::from_secs(60);
/// How often a backup is begun anew when the store changes faster than it can be read.
const TRIES: usize = 5;

/// What an operator may say about it.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// Where they are kept; none keeps none.
    pub dir: Option<PathBuf>,
    /// How often one is made; none only when it is asked for.
    pub every: Option<Duration>,
    /// How many are kept, at least 1.
    pub keep: usize,
    /// What they are sealed with; none leaves them as clear as the store is.
    pub passphrase: Option<SecretString>,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { dir: None, every: None, keep: 7, passphrase: None }
    }
}

impl PartialEq for BackupSettings {
    fn eq(&self, other: &Self) -> bool {
        let shown = |settings: &Self| settings.passphrase.as_ref().map(|phrase| phrase.expose_secret().to_owned());
        (&self.dir, self.every, self.keep) == (&other.dir, other.every, other.keep) && shown(self) == shown(other)
    }
}

/// A backup that was made and found sound.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Kept {
    /// The file's name, in the directory of backups.
    pub file: String,
    /// When it was begun: every turn that was acknowledged before is in it.
    pub made_at: Timestamp,
    /// Bytes of the file.
    pub size: u64,
    /// Is it sealed with a passphrase?
    pub sealed: bool,
    /// What is in it.
    #[serde(flatten)]
    pub total: Total,
}

impl Philia {
    /// Writes everything to a new file, reads it again from end to end, and hands back what is in it. A file that is not
    /// whole does not stay.
    ///
    /// # Errors
    /// As for [`back_up`]; a file that is there already.
    pub async fn back_up_to(&self, path: &Path, passphrase: Option<SecretString>, tell: Tell<'_>) -> Result<Kept> {
        let parts = &self.0.parts;
        let mut tries = TRIES;
        loop {
            tries -= 1;
            let how = Backup { now: self.now(), passphrase: passphrase.clone(), chance: parts.chance.clone() };
            match write(self, path, how, tell).await {
                Err(Error::Store(StoreError::Unavailable(why))) if tries > 0 => {
                    tracing::warn!(why, "the backup is begun anew");
                }
                other => return other,
            }
        }
    }

    /// Makes a backup in the directory of backups, and removes the oldest of those that are too many.
    ///
    /// # Errors
    /// [`Error::Refused`] where no directory is configured; as for [`back_up_to`](Self::back_up_to).
    pub async fn keep_backup(&self) -> Result<Kept> {
        let settings = &self.0.parts.settings.backup;
        let Some(dir) = settings.dir.clone() else {
            return Err(Error::Refused("no directory for backups is configured (backup.dir)".into()));
        };
        let _one_at_a_time = self.0.backing_up.lock().await;
        private_dir(&dir)?;
        let name = format!("{}{}{}", NAME.0, self.now().strftime("%Y%m%dT%H%M%S%.6fZ"), NAME.1);
        let kept = self.back_up_to(&dir.join(name), settings.passphrase.clone(), &|_| ()).await?;
        let names = names(&dir)?;
        for old in &names[..names.len().saturating_sub(settings.keep.max(1))] {
            fs::remove_file(dir.join(old))?;
        }
        tracing::info!(file = kept.file, records = kept.total.sum.records, bytes = kept.size, "a backup is made");
        Ok(kept)
    }

    /// Makes backups when they are due, until the future is dropped.
    pub(crate) async fn sweep_backups(&self) {
        let settings = &self.0.parts.settings.backup;
        let (Some(dir), Some(every)) = (&settings.dir, settings.every) else { return std::future::pending().await };
        loop {
            if self.backup_is_due(dir, every)
                && let Err(error) = self.keep_backup().await
            {
                tracing::error!(%error, "the backup that is due could not be made; it is tried again");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn backup_is_due(&self, dir: &Path, every: Duration) -> bool {
        let newest = names(dir).ok().and_then(|names| names.last().and_then(|name| made_at(name)));
        let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
        newest.is_none_or(|newest| self.now().duration_since(newest) >= every)
    }

    /// Promises that no backup of before now stays, if there is any: whoever is erased next is in none.
    pub(crate) async fn promise_renewed_backups(&self) -> Result<()> {
        let settings = &self.0.parts.settings.backup;
        let any = settings.dir.as_ref().is_some_and(|dir| names(dir).is_ok_and(|names| !names.is_empty()));
        if !any {
            return Ok(());
        }
        let store = &self.0.parts.store;
        let system = store.open(&PartitionId::system()).await?;
        let key = Key::new(Kind::Job, TASK);
        let draft = Draft { key: key.clone(), at: self.now(), doc: json!({ "task": TASK }).into(), blob: None };
        loop {
            let there = store.get_many(&system, std::slice::from_ref(&key)).await?.into_iter().next().flatten();
            let change = match there {
                // One that is being done may have read who is erased only now.
                Some(job) => Change::Put { draft: draft.clone(), expected: job.version },
                None => Change::Insert(draft.clone()),
            };
            match store.commit(&system, vec![change]).await {
                Err(StoreError::Conflict(_)) => {}
                other => return other.map(drop).map_err(Into::into),
            }
        }
    }

    /// Makes a new backup and removes all older ones, if that was promised.
    ///
    /// # Errors
    /// As for [`keep_backup`](Self::keep_backup); it stays promised then.
    pub async fn renew_backups(&self) -> Result<()> {
        let store = &self.0.parts.store;
        let system = store.open(&PartitionId::system()).await?;
        let found = store.get_many(&system, &[Key::new(Kind::Job, TASK)]).await?;
        match found.into_iter().next().flatten() {
            Some(job) => self.renew_backups_job(&job).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn renew_backups_job(&self, job: &Record) -> Result<()> {
        let settings = &self.0.parts.settings.backup;
        if let Some(dir) = &settings.dir {
            let older = names(dir)?;
            if !older.is_empty() {
                self.keep_backup().await?;
            }
            for old in older {
                match fs::remove_file(dir.join(old)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
        }
        let store = &self.0.parts.store;
        let system = store.open(&PartitionId::system()).await?;
        let done = Change::Delete { key: job.key.clone(), expected: Some(job.version) };
        match store.commit(&system, vec![done]).await {
            // It was promised anew meanwhile.
            Err(StoreError::Conflict(_)) => Ok(()),
            other => other.map(drop).map_err(Into::into),
        }
    }
}

async fn write(philia: &Philia, path: &Path, how: Backup, tell: Tell<'_>) -> Result<Kept> {
    if path.exists() {
        return Err(Error::Refused(format!("there is a file at {} already", path.display())));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let made = async {
        let file = private_file(&part)?;
        let (made_at, passphrase) = (how.now, how.passphrase.clone());
        let (out, total) = back_up(philia.0.vault.beneath(), BufWriter::new(file), how, tell).await?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let size = file.metadata()?.len();
        let sealed = passphrase.is_some();
        let written = part.clone();
        // It is read again as whoever needs it will read it.
        let check = move || verify(BufReader::new(File::open(written)?), passphrase.as_ref());
        let manifest = tokio::task::spawn_blocking(check).await.map_err(io::Error::other)??;
        if manifest.total != total {
            return Err(Error::Refused("what was written is not what was read; the disk may be failing".into()));
        }
        fs::rename(&part, path)?;
        sync_dir(path)?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Kept { file, made_at, size, sealed, total })
    };
    let made = made.await;
    if made.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&part);
    }
    made
}

/// The backups in a directory, oldest first.
fn names(dir: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = match fs::read_dir(dir) {
        Ok(entries) => {
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<_>>()?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    names.retain(|name| made_at(name).is_some());
    names.sort_unstable();
    Ok(names)
}

/// When a backup was made, by its name; none for what is no backup of this directory.
fn made_at(name: &str) -> Option<Timestamp> {
    let instant = name.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?;
    instant.parse().ok()
}

fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A file that only its owner can read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file's name is as durable as what is in it.
fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        File::open(dir)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
