//! Bytes in the store: cut into parts that fit into a record, and put together again.
//!
//! A head names how many parts there are, and is written after them: where there is a head, the bytes are whole.
//! Bytes that nothing names any more are dropped by a job that is made durable together with what let go of them.

use crate::error::Result;
use crate::person::Person;
use crate::records::draft;
use crate::text::hex;
use jiff::Timestamp;
use philia_mind::Memory;
use philia_mind::memory::Held;
use philia_ports::store::{Change, Draft, Key, Kind, Page, Record, Scan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Bytes of a part: well below what a record may have.
const PART: usize = 256 * 1024;
/// Parts read or written at once.
const AT_ONCE: usize = 16;
/// The most parts that any bytes have.
pub(crate) const MOST_PARTS: usize = 4096;

/// What is known of bytes without reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) bytes: usize,
    pub(crate) parts: usize,
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn part_key(name: &str, part: usize) -> Key {
    Key::new(Kind::Blob, format!("{name}.{part:04}"))
}

/// The job of dropping bytes that nothing names any more.
pub(crate) fn drop_job(names: &BTreeSet<String>, at: Timestamp) -> Result<Draft> {
    let id = sha256(names.iter().flat_map(|name| [name.as_str(), " "]).collect::<String>().as_bytes());
    draft(
        Kind::Job,
        &format!("blobs-{}-{}", &id[..24], at.as_microsecond()),
        at,
        &json!({ "task": "blobs", "names": names }),
    )
}

/// The bytes that hang on memories.
pub(crate) fn held_by<'m>(memories: impl IntoIterator<Item = &'m Memory>) -> BTreeSet<String> {
    let attachments = memories.into_iter().flat_map(|memory| &memory.attachments);
    attachments
        .filter_map(|attachment| match &attachment.held {
            Held::Blob(name) => Some(name.clone()),
            Held::Link(_) => None,
        })
        .collect()
}

impl Person {
    /// Stores bytes under a name; the same name is the same bytes, and is stored once.
    pub(crate) async fn put_blob(&self, name: &str, bytes: &[u8]) -> Result<()> {
        if self.get::<Head>(Kind::Blob, name).await?.is_some() {
            return Ok(());
        }
        let parts: Vec<&[u8]> = bytes.chunks(PART).collect();
        for (batch, first) in parts.chunks(AT_ONCE).zip((0..).step_by(AT_ONCE)) {
            let keys: Vec<Key> = (first..first + batch.len()).map(|part| part_key(name, part)).collect();
            // Some may be there from an attempt that broke off.
            let there = self.app.parts.store.get_many(&self.partition, &keys).await?;
            let missing = keys.into_iter().zip(batch).zip(there).filter(|(_, there)| there.is_none());
            let changes: Vec<Change> = missing
                .map(|((key, part), _)| {
                    Change::Insert(Draft { key, at: self.now(), doc: json!({}).into(), blob: Some(part.to_vec()) })
                })
                .collect();
            if !changes.is_empty() {
                self.commit(changes).await?;
            }
        }
        let head = Head { bytes: bytes.len(), parts: parts.len() };
        self.commit(vec![Change::Insert(draft(Kind::Blob, name, self.now(), &head)?)]).await?;
        Ok(())
    }

    /// The bytes of a name; none if there are none, or not all of them.
    pub(crate) async fn blob(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(head) = self.get::<Head>(Kind::Blob, name).await?.map(|head| head.value) else { return Ok(None) };
        let keys: Vec<Key> = (0..head.parts.min(MOST_PARTS)).map(|part| part_key(name, part)).collect();
        let mut bytes = Vec::with_capacity(head.bytes.min(PART * MOST_PARTS));
        for keys in keys.chunks(AT_ONCE) {
            for record in self.app.parts.store.get_many(&self.partition, keys).await? {
                let Some(part) = record.and_then(|record| record.blob) else { return Ok(None) };
                bytes.extend_from_slice(&part);
            }
        }
        Ok((bytes.len() == head.bytes).then_some(bytes))
    }

    /// Drops bytes, the head first: what is left after a crash is dropped by the job.
    pub(crate) async fn drop_blob(&self, name: &str) -> Result<()> {
        let parts = self.get::<Head>(Kind::Blob, name).await?.map_or(MOST_PARTS, |head| head.value.parts);
        self.commit(vec![Change::Delete { key: Key::new(Kind::Blob, name), expected: None }]).await?;
        let keys: Vec<Key> = (0..parts).map(|part| part_key(name, part)).collect();
        for keys in keys.chunks(philia_ports::store::MAX_CHANGES) {
            self.commit(keys.iter().cloned().map(|key| Change::Delete { key, expected: None }).collect()).await?;
        }
        Ok(())
    }

    /// Does a job of [`drop_job`]: what is named by some memory after all stays.
    pub(crate) async fn drop_unnamed(&self, job: &Record) -> Result<()> {
        let mut names: BTreeSet<String> = serde_json::from_value(job.doc.value()["names"].take()).unwrap_or_default();
        let mut scan = Scan::of(Kind::Memory);
        loop {
            let page: Page<Memory> = self.page(&scan).await?;
            names.retain({
                let held = held_by(&page.items);
                move |name| !held.contains(name)
            });
            match page.next {
                Some(next) if !names.is_empty() => scan.cursor = Some(next),
                _ => break,
            }
        }
        for name in &names {
            self.drop_blob(name).await?;
        }
        self.commit(vec![Change::Delete { key: job.key.clone(), expected: None }]).await?;
        Ok(())
    }

    /// Drops what these memories held and no other holds, now; `job` was committed when they were deleted.
    pub(crate) async fn drop_now(&self, job: Draft) -> Result<()> {
        let _one_at_a_time = self.among_files().await;
        let Draft { key, at, doc, blob } = job;
        self.drop_unnamed(&Record { key, at, version: 1, doc, blob }).await
    }
}
