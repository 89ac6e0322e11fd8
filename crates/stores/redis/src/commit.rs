//! Commits.

use crate::RedisStore;
use crate::error::Place as _;
use crate::names::{self, Home};
use crate::scripts::COMMIT;
use philia_ports::store::{Change, Draft, Key, Kind, Partition, PartitionId, StoreError, check_changes, micros};
use redis::cmd;

/// What begins a record's value, and the whole of it for the script.
fn value(draft: &Draft, version: u64) -> Vec<u8> {
    let mut value = names::time(micros(draft.at)).to_vec();
    value.extend(version.to_be_bytes());
    value.extend(draft.doc.as_str().as_bytes());
    value
}

impl RedisStore {
    pub(crate) async fn open_partition(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        let mut get = cmd("HGET");
        get.arg(Home::of(id).meta).arg("generation");
        let generation: Option<u64> = self.ask(philia_redis::Request::Command(&get)).await?;
        Ok(Partition { id: id.clone(), generation: generation.unwrap_or(0) })
    }

    pub(crate) async fn commit_changes(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        check_changes(&changes)?;
        let home = Home::of(&partition.id);
        let mut kinds: Vec<Kind> = Vec::new();
        for change in &changes {
            if !kinds.contains(&change.key().kind) {
                kinds.push(change.key().kind);
            }
        }
        let number_of = |kind: Kind| kinds.iter().position(|known| *known == kind).map_or(0, |place| place + 1);
        let mut script = COMMIT.key(&home.meta);
        script.key(home.people()).key(home.due());
        for kind in &kinds {
            script.key(&home.kind(*kind));
        }
        script.arg(partition.generation).arg(names::person(&partition.id)).arg(number_of(Kind::Job));
        let keys: Vec<Key> = changes.iter().map(|change| change.key().clone()).collect();
        for change in changes {
            script.arg(number_of(change.key().kind)).arg(&change.key().id);
            let (draft, version) = match change {
                Change::Insert(draft) => {
                    script.arg("none");
                    (draft, 1)
                }
                Change::Put { draft, expected } => {
                    script.arg(&expected.to_be_bytes());
                    (draft, expected.wrapping_add(1))
                }
                Change::Delete { expected, .. } => {
                    match expected {
                        Some(expected) => script.arg(&expected.to_be_bytes()),
                        None => script.arg("any"),
                    };
                    script.arg("").arg("0").arg("");
                    continue;
                }
            };
            script.arg(value(&draft, version));
            match draft.blob {
                Some(blob) => script.arg("1").arg(blob),
                None => script.arg("0").arg(""),
            };
        }
        let answer: i64 = self.write(&script).await.map_err(|error| self.link.error(error))?;
        match u64::try_from(answer) {
            Ok(0) => Err(StoreError::Erased),
            Ok(seq) => Ok(seq),
            Err(_) => {
                let place = usize::try_from(-(answer + 1)).ok();
                let key = place.and_then(|place| keys.get(place));
                Err(key.map_or_else(
                    || self.link.corrupt(format!("a commit said {answer}")),
                    |key| StoreError::Conflict(key.clone()),
                ))
            }
        }
    }
}
