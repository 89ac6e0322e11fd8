//! A store from a file. The whole file is read and found sound before anything is touched.

use super::file::{self, Header, Line, Reader};
use super::flow::Flow;
use super::migrate::{arrived, later};
use super::mirror::mirror;
use super::tally::{Sum, Tally, Totals};
use super::{Progress, Tell, Total, mark};
use crate::error::{Error, Result};
use jiff::Timestamp;
use philia_ports::store::{Partition, Record};
use philia_ports::{PartitionId, StoreAdmin};
use secrecy::SecretString;
use std::io::{BufReader, Read, Seek};

/// What a backup is and holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Manifest {
    /// Which it is.
    #[serde(flatten)]
    pub header: Header,
    /// What is in it.
    #[serde(flatten)]
    pub total: Total,
}

/// Reads all of a backup and makes sure that it is whole: the hash at its end, every line, the counts and the hash of
/// every partition, and of all of them. Blocks for as long as that takes.
///
/// # Errors
/// [`Error::Refused`] for what is no backup, was cut short or changed, or is of a newer program; [`Error::Invalid`] where
/// the passphrase is missing or wrong.
pub fn verify(mut from: impl Read + Seek, passphrase: Option<&SecretString>) -> Result<Manifest> {
    file::check_whole(&mut from)?;
    from.rewind()?;
    let (header, mut reader) = Reader::begin(BufReader::new(from), passphrase)?;
    let mut totals = Totals::default();
    let mut open: Option<(String, Tally)> = None;
    let total = loop {
        match (reader.next()?, &mut open) {
            (Some(Line::Partition { partition, .. }), None) => {
                PartitionId::parse(&partition).map_err(|_| file::damaged("the name of a partition"))?;
                open = Some((partition, Tally::default()));
            }
            (Some(line @ Line::Record { .. }), Some((_, tally))) => {
                if let Some(record) = line.record()? {
                    tally.add(&record);
                }
            }
            (Some(Line::End { end, sum }), Some((name, tally))) => {
                if end != *name || std::mem::take(tally).sum() != sum {
                    return Err(file::damaged(&format!("what is kept of {end}")));
                }
                totals.add(&end, &sum);
                open = None;
            }
            (Some(Line::Total { total }), None) => break total,
            _ => return Err(file::damaged("the order of its lines")),
        }
    };
    if reader.next()?.is_some() || totals.total() != total {
        return Err(file::damaged("its end"));
    }
    Ok(Manifest { header, total })
}

/// Puts all that is in a backup into an empty store, and reads it there again. Cut off, it is done again with the same
/// file, and does only what is left. `each` is told of every partition that is there.
///
/// # Errors
/// As for [`verify`], and nothing was touched then; [`Error::Refused`] for a store that holds anything else; what arrived is
/// not what was in the file; the store's own.
pub async fn restore(
    mut from: impl Read + Seek + Send,
    passphrase: Option<&SecretString>,
    target: &dyn StoreAdmin,
    now: Timestamp,
    tell: Tell<'_>,
    mut each: impl AsyncFnMut(&Partition),
) -> Result<Manifest> {
    let manifest = verify(&mut from, passphrase)?;
    from.rewind()?;
    let (header, mut reader) = Reader::begin(BufReader::new(from), passphrase)?;
    mark::begin(target, &format!("backup {}", header.id), now).await?;
    let mut progress = Progress { of: manifest.total.partitions, ..Progress::default() };
    while let Some(line) = reader.next()? {
        let Line::Partition { partition, generation, .. } = line else { continue };
        let here = Partition { id: PartitionId::parse(&partition)?, generation };
        let there = later(target, &here).await?;
        let mut end = None;
        let count = || {
            progress.records += 1;
            if progress.records.is_multiple_of(100) {
                tell(progress);
            }
        };
        let sum = mirror(Rest { reader: &mut reader, end: &mut end }, target, &there, count).await?;
        if end.as_ref() != Some(&sum) {
            return Err(file::damaged(&format!("what is kept of {partition}")));
        }
        arrived(target, &there, &sum).await?;
        each(&there).await;
        progress.partitions += 1;
        tell(progress);
    }
    mark::end(target).await?;
    Ok(manifest)
}

/// The records of the partition that a reader stands in.
struct Rest<'r, R: Read> {
    reader: &'r mut Reader<R>,
    /// What the partition's last line says.
    end: &'r mut Option<Sum>,
}

impl<R: Read + Send> Flow for Rest<'_, R> {
    async fn next(&mut self) -> Result<Option<Record>> {
        if self.end.is_some() {
            return Ok(None);
        }
        match self.reader.next()? {
            Some(line @ Line::Record { .. }) => line.record(),
            Some(Line::End { sum, .. }) => {
                *self.end = Some(sum);
                Ok(None)
            }
            _ => Err(Error::Refused("the backup changed while it was read".into())),
        }
    }
}
