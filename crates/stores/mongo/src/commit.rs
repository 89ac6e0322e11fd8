//! One commit: read what it changes, judge, and write all of it in one transaction.

use crate::Inner;
use crate::record::{Head, hash, key_of, name, number_of, record, tombstone};
use crate::session::{Failure, back_off, token};
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document, doc};
use philia_ports::store::{Change, Key, Kind, Partition, StoreError};
use std::collections::HashMap;

/// So often a commit begins anew because others are in its way: about ten seconds.
const ROUNDS: u32 = 24;

/// So many bytes are sent in one command, which may have 16 MB.
const COMMAND_BYTES: usize = 8 * 1024 * 1024;

fn holds(change: &Change, version: Option<u64>) -> bool {
    match change {
        Change::Insert(_) => version.is_none(),
        Change::Put { expected, .. } | Change::Delete { expected: Some(expected), .. } => version == Some(*expected),
        Change::Delete { expected: None, .. } => true,
    }
}

/// What a commit writes: documents in place of what is there, and names of documents that go.
#[derive(Debug, Default)]
struct Plan {
    head: Head,
    put: Vec<Document>,
    gone: Vec<Document>,
}

fn plan(partition: &Partition, head: &Head, changes: &[Change], versions: &HashMap<Key, u64>) -> Plan {
    let head = Head { exists: true, seq: head.seq + 1, by: token(), ..head.clone() };
    let mut plan = Plan { head, ..Plan::default() };
    let seq = plan.head.seq;
    for change in changes {
        let (key, version) = (change.key(), versions.get(change.key()));
        match (change, version) {
            (Change::Delete { .. }, None) => {}
            (Change::Delete { .. }, Some(_)) => {
                plan.head.records = plan.head.records.saturating_sub(1);
                // Jobs are not followed, and would leave a mark with every turn.
                if key.kind == Kind::Job {
                    plan.gone.push(name(&hash(&partition.id), key));
                } else {
                    plan.put.push(tombstone(partition, key, seq));
                }
            }
            (Change::Insert(draft) | Change::Put { draft, .. }, _) => {
                plan.head.records += u64::from(version.is_none());
                plan.put.push(record(partition, draft, version.map_or(1, |version| version + 1), seq));
            }
        }
    }
    plan
}

impl Inner {
    /// Makes all changes or none.
    pub(crate) async fn commit(&self, partition: &Partition, changes: &[Change]) -> Result<u64, StoreError> {
        let _turn = self.turn(&partition.id).await?;
        let mut last = None;
        for round in 0..ROUNDS {
            let failure = match self.try_commit(partition, changes).await {
                Ok(Some(seq)) => return Ok(seq),
                // An erasure had to be finished first.
                Ok(None) => {
                    self.head(&partition.id).await?;
                    continue;
                }
                Err(failure) => failure,
            };
            match failure {
                Failure::Final(error) | Failure::Unsure(error) => return Err(error),
                Failure::Transient(error) => last = Some(error),
            }
            back_off(round).await;
        }
        Err(last.unwrap_or_else(|| self.unavailable("too many commit to the same partition")))
    }

    /// One try; none if an erasure is not finished.
    async fn try_commit(&self, partition: &Partition, changes: &[Change]) -> Result<Option<u64>, Failure> {
        let mut session = self.begin().await?;
        let plan = match self.prepare_commit(&mut session, partition, changes).await {
            Ok(Some(plan)) => plan,
            other => {
                self.give_up(&mut session).await;
                return other.map(|_| None);
            }
        };
        match self.make(&mut session).await {
            Ok(()) => Ok(Some(plan.seq)),
            // The head tells.
            Err(Failure::Unsure(error)) => match self.head(&partition.id).await {
                Ok(now) if now.by == plan.by => Ok(Some(plan.seq)),
                _ => Err(Failure::Unsure(error)),
            },
            Err(failure) => Err(failure),
        }
    }

    /// Reads, judges and writes, and returns the head as it is then; none if an erasure is not finished.
    async fn prepare_commit(
        &self,
        session: &mut ClientSession,
        partition: &Partition,
        changes: &[Change],
    ) -> Result<Option<Head>, Failure> {
        let own = doc! { "_id": hash(&partition.id) };
        let head = Head::read(self.within(self.partitions.find_one(own).session(&mut *session)).await?.as_ref());
        if head.generation != partition.generation {
            return Err(StoreError::Erased.into());
        }
        if head.erasing {
            return Ok(None);
        }
        let versions = self.versions(session, partition, changes).await?;
        if let Some(change) = changes.iter().find(|change| !holds(change, versions.get(change.key()).copied())) {
            return Err(StoreError::Conflict(change.key().clone()).into());
        }
        let Plan { head, put, gone } = plan(partition, &head, changes, &versions);
        // The head first: it is what others who commit meet at.
        let written = head.write(&partition.id);
        self.replace(session, self.partitions.name(), vec![written]).await?;
        self.replace(session, self.records.name(), put).await?;
        if !gone.is_empty() {
            let ids = doc! { "_id": { "$in": gone } };
            self.within(self.records.delete_many(ids).session(&mut *session)).await?;
        }
        Ok(Some(head))
    }

    /// The versions of the records that changes are about, as far as they are there.
    async fn versions(
        &self,
        session: &mut ClientSession,
        partition: &Partition,
        changes: &[Change],
    ) -> Result<HashMap<Key, u64>, Failure> {
        let hash = hash(&partition.id);
        let names: Vec<Document> = changes.iter().map(|change| name(&hash, change.key())).collect();
        let find = self.records.find(doc! { "_id": { "$in": names } }).projection(doc! { "v": 1, "x": 1 });
        let mut found = self.within(find.session(&mut *session).into_future()).await?;
        let mut versions = HashMap::with_capacity(changes.len());
        while self.within(found.advance(session)).await? {
            let document: Document = found.deserialize_current().map_err(|error| self.failed(&error))?;
            if let (Some(key), Some(version)) = (key_of(&document), number_of(&document, "v")) {
                versions.insert(key, version);
            }
        }
        Ok(versions)
    }

    /// Writes documents in place of those of the same name, or anew, in as few commands as may be.
    pub(crate) async fn replace(
        &self,
        session: &mut ClientSession,
        collection: &str,
        documents: Vec<Document>,
    ) -> Result<(), Failure> {
        let mut waiting = documents.into_iter().peekable();
        while waiting.peek().is_some() {
            let (mut updates, mut bytes) = (Vec::new(), 0);
            while let Some(next) = waiting.peek() {
                let size = next.to_vec().map_or(0, |written| written.len());
                if bytes > 0 && bytes + size > COMMAND_BYTES {
                    break;
                }
                bytes += size;
                let Some(document) = waiting.next() else { break };
                let id = document.get("_id").cloned().unwrap_or(Bson::Null);
                updates.push(doc! { "q": { "_id": id }, "u": document, "upsert": true });
            }
            let command = doc! { "update": collection, "updates": updates };
            let database = self.client.database(&self.records.namespace().db);
            let answer = self.within(database.run_command(command).session(&mut *session)).await?;
            if let Some(first) = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document()) {
                let message = first.get_str("errmsg").unwrap_or("a write failed");
                return Err(self.told(first.get_i32("code").ok(), message).into());
            }
        }
        Ok(())
    }
}
