//! A store as one file, written while it is used. See [`file`](super::file) for what is in it.

use super::file::Writer;
use super::snapshot::{self, Snapshot};
use super::tally::{Sum, Tally, Totals};
use super::{Progress, Tell, Total, mark, partitions};
use crate::error::{Error, Result};
use jiff::Timestamp;
use philia_ports::clock::time_ordered_id;
use philia_ports::{Chance, StoreAdmin};
use secrecy::SecretString;
use serde_json::json;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Lines on their way to the file.
const QUEUE: usize = 64;

/// How a backup is made.
#[derive(Clone)]
pub struct Backup {
    /// When.
    pub now: Timestamp,
    /// What it is sealed with; none leaves it as clear as the store is.
    pub passphrase: Option<SecretString>,
    /// Draws salts, nonces and its name.
    pub chance: Arc<dyn Chance>,
}

/// Writes everything that a store holds to a file, while it is used: each partition as it was at one commit, which is
/// none of before this call. Hands the file back, written to its end and not synced.
///
/// # Errors
/// [`Error::Refused`] for a store that is itself half full; a passphrase that is too short; the store's own, among them
/// [`Unavailable`](philia_ports::StoreError::Unavailable) for what changes faster than it can be read: worth another try;
/// what cannot be written.
pub async fn back_up<W: Write + Send + 'static>(
    store: &dyn StoreAdmin,
    out: W,
    how: Backup,
    tell: Tell<'_>,
) -> Result<(W, Total)> {
    if let Some(from) = mark::unfinished(store).await? {
        return Err(Error::Refused(format!("the store is half full of {from}; finish that first")));
    }
    let (lines, mut coming) = mpsc::channel::<Vec<u8>>(QUEUE);
    // Compressing, sealing and writing wait for nobody, and nobody waits for them but this.
    let writing = tokio::task::spawn_blocking(move || -> Result<W> {
        let id = time_ordered_id(how.now, &*how.chance);
        let mut writer = Writer::begin(out, id, how.now, how.passphrase.as_ref(), how.chance)?;
        let mut whole = false;
        while let Some(line) = coming.blocking_recv() {
            whole = line.is_empty();
            if !whole {
                writer.line(&line)?;
            }
        }
        if whole { Ok(writer.end()?) } else { Err(Error::BrokenOff) }
    });
    let read = read(store, &lines, tell).await;
    drop(lines);
    let written = writing.await.map_err(|error| Error::Write(io::Error::other(error)))?;
    // Who cannot write is the reason why nobody takes lines any more.
    match (read, written) {
        (Ok(total), Ok(out)) => Ok((out, total)),
        (_, Err(error)) if !matches!(error, Error::BrokenOff) => Err(error),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

type Lines = mpsc::Sender<Vec<u8>>;

async fn put(lines: &Lines, line: Vec<u8>) -> Result<()> {
    lines.send(line).await.map_err(|_| Error::BrokenOff)
}

async fn read(store: &dyn StoreAdmin, lines: &Lines, tell: Tell<'_>) -> Result<Total> {
    let all = partitions(store).await?;
    let mut totals = Totals::default();
    let mut progress = Progress { of: all.len() as u64, ..Progress::default() };
    tell(progress);
    for info in &all {
        let snapshot = snapshot::take(store, &info.partition.id).await?;
        if !snapshot.is_empty() {
            let name = snapshot.partition.id.to_string();
            let sum = write(store, snapshot, &name, lines).await?;
            totals.add(&name, &sum);
            progress.records += sum.records;
        }
        progress.partitions += 1;
        tell(progress);
    }
    let total = totals.total();
    put(lines, json!({ "total": total }).to_string().into_bytes()).await?;
    // The end, which nothing but the end of everything says.
    put(lines, Vec::new()).await?;
    Ok(total)
}

async fn write(store: &dyn StoreAdmin, snapshot: Snapshot, name: &str, lines: &Lines) -> Result<Sum> {
    let begins = json!({ "partition": name, "generation": snapshot.partition.generation, "head": snapshot.head });
    put(lines, begins.to_string().into_bytes()).await?;
    let mut tally = Tally::default();
    let mut records = snapshot.lines();
    while let Some((kind, line)) = records.next(store).await? {
        tally.add_line(kind, &line);
        put(lines, line).await?;
    }
    let sum = tally.sum();
    let mut ends = json!({ "end": name });
    if let (Some(ends), Ok(serde_json::Value::Object(sum))) = (ends.as_object_mut(), serde_json::to_value(&sum)) {
        ends.extend(sum);
    }
    put(lines, ends.to_string().into_bytes()).await?;
    Ok(sum)
}
