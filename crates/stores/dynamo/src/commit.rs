//! One commit: read what it changes, judge, and make all of it in one transaction.

use crate::DynamoStore;
use crate::content::{Contents, mark_done};
use crate::head::Head;
use crate::item::{
    CONTENT, Home, Item, Name, PART, VERSION, mark, number, number_of, record, text, text_of, tombstone,
};
use crate::transact::{MOST, Tries, Write, token};
use aws_sdk_dynamodb::types::AttributeValue;
use philia_ports::store::{Change, Kind, Partition, PartitionId, StoreError};

impl Write {
    /// As it is kept in a head.
    fn keep(self) -> AttributeValue {
        let name = if self.removes { "delete" } else { "put" };
        AttributeValue::M([(name.to_owned(), AttributeValue::M(self.item))].into())
    }

    fn kept(value: &AttributeValue) -> Option<Self> {
        let (name, item) = value.as_m().ok()?.iter().next()?;
        let item = item.as_m().ok()?;
        Some(if name == "delete" { Self::remove(&Name::of(item)) } else { Self::put(item.clone()) })
    }
}

/// Is a record as a change expects it? Its item is empty if it is not there.
fn holds(change: &Change, found: &Item) -> bool {
    let version = Some(number_of(found, VERSION)).filter(|version| *version > 0);
    match change {
        Change::Insert(_) => version.is_none(),
        Change::Put { expected, .. } | Change::Delete { expected: Some(expected), .. } => version == Some(*expected),
        Change::Delete { expected: None, .. } => true,
    }
}

/// The head after a commit, and what it writes besides.
fn plan(old: &Head, changes: &[Change], found: &[Item]) -> (Head, Vec<Write>, Contents) {
    let (home, generation, seq) = (&old.home, old.generation, old.seq + 1);
    let mut head = Head { seq, by: token(), touched: Item::new(), ..old.clone() };
    let (mut writes, mut contents) = (Vec::new(), Contents::default());
    for (change, found) in changes.iter().zip(found) {
        let (key, version) = (change.key(), number_of(found, VERSION));
        let write = match change {
            Change::Delete { .. } if version == 0 => continue,
            Change::Delete { .. } => {
                head.records = head.records.saturating_sub(1);
                match key.kind {
                    // Jobs are not followed, and would leave a mark with every turn.
                    Kind::Job => Write::remove(&home.record(key)),
                    _ => Write::put(tombstone(home, key, generation, seq)),
                }
            }
            Change::Insert(draft) | Change::Put { draft, .. } => {
                head.records += u64::from(version == 0);
                let (mut item, large) = record(home, draft, generation, version + 1, seq);
                if let Some(large) = large {
                    let id = token();
                    item.insert(CONTENT.into(), text(&id));
                    contents.new.push((id, large));
                }
                Write::put(item)
            }
        };
        writes.push(match version {
            0 => write.only_if("attribute_not_exists(v)", None),
            _ => write.only_if("v = :v", Some(number(version))),
        });
        contents.old.extend(Some(text_of(found, CONTENT)).filter(|id| !id.is_empty()).map(str::to_owned));
        if key.kind != Kind::Job {
            let touched = number_of(&head.touched, key.kind.as_str()) + 1;
            head.touched.insert(key.kind.to_string(), number(touched));
        }
    }
    (head, writes, contents)
}

impl DynamoStore {
    /// Makes all changes or none. Commits of this program to one partition wait for each other; for those of other
    /// programs the head stands guard.
    pub(crate) async fn commit_changes(&self, partition: &Partition, changes: &[Change]) -> Result<u64, StoreError> {
        let home = Home::of(&partition.id);
        let names: Vec<Name> = changes.iter().map(|change| home.record(change.key())).collect();
        let mut known = self.turn(&home).await?;
        let mut tries = Tries::default();
        while tries.next().await {
            // The head as this program's last commit left it, if it can still be that.
            let head = match known.take() {
                Some(head) if head.home == home && head.generation == partition.generation => head,
                _ => self.head(&home).await?,
            };
            if head.generation != partition.generation {
                return Err(StoreError::Erased);
            }
            let found = self.get_all(&names, Some("pk, sk, v, c")).await?;
            if let Some((change, _)) = changes.iter().zip(&found).find(|(change, found)| !holds(change, found)) {
                // True if nobody has committed since the head was read.
                if *known.insert(self.head(&home).await?) == head {
                    return Err(StoreError::Conflict(change.key().clone()));
                }
                continue;
            }
            *known = self.make(&head, changes, &found).await?;
            if let Some(head) = &*known {
                return Ok(head.seq);
            }
        }
        Err(self.unavailable("too many commit to the same partition"))
    }

    /// Makes the changes of a commit, and returns the head as it is then; none if others have written meanwhile.
    async fn make(&self, old: &Head, changes: &[Change], found: &[Item]) -> Result<Option<Head>, StoreError> {
        let (mut head, mut writes, contents) = plan(old, changes, found);
        let note = contents.note(&head);
        let mut steps: Vec<Write> = note.iter().map(mark_done).collect();
        if old.seq == 0 && head.home.id != PartitionId::system() {
            steps.push(Write::put(head.home.entry().item()));
        }
        // What does not fit is kept in the head, and written by whoever comes next: this program, most often.
        let rest = writes.split_off(writes.len().min(MOST - 1 - steps.len()));
        head.rest = rest.into_iter().map(Write::keep).collect();
        for write in writes.iter_mut().filter(|write| !head.rest.is_empty() && !write.removes) {
            write.item.insert(PART.into(), mark());
        }
        steps.extend(writes);
        steps.push(head.over(old));
        self.stage(&note, contents).await?;
        let made = self.transact(steps, &head.by).await;
        // Should an answer have been lost, the head tells.
        let done = matches!(made, Ok(true)) || self.head(&head.home).await.is_ok_and(|now| now.by == head.by) || made?;
        if done && !head.rest.is_empty() {
            self.settle(&head).await?;
            head.rest.clear();
        }
        if let Some(note) = note
            && let Err(error) = self.clean(&note).await
        {
            tracing::debug!(%error, "needless contents are left until the next scrub");
        }
        Ok(done.then_some(head))
    }

    /// Writes what is left of a partition's newest commit.
    pub(crate) async fn settle(&self, head: &Head) -> Result<(), StoreError> {
        let rest: Option<Vec<Write>> = head.rest.iter().map(Write::kept).collect();
        let rest = rest.ok_or_else(|| self.corrupt(format!("the commit {} of a partition is not whole", head.seq)))?;
        let settled = Head { rest: Vec::new(), ..head.clone() };
        let steps = rest.into_iter().chain([settled.over(head)]);
        // Refused: somebody else was first.
        self.transact(steps.collect(), &token()).await.map(drop)
    }
}
