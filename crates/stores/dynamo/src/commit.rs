//! One commit: read what it changes, judge, and make all of it in one transaction.

use crate::Inner;
use crate::content::{Contents, note};
use crate::head::Head;
use crate::item::{
    CONTENT, GONE, Home, Item, PART, VERSION, is, number_of, record, record_of, text, text_of, tombstone,
};
use crate::transact::{MOST, Outcome, back_off, token};
use aws_sdk_dynamodb::types::AttributeValue;
use philia_ports::store::{Change, Key, Kind, Partition, PartitionId, StoreError};
use std::collections::{BTreeMap, HashMap};

/// So often a commit begins anew because other programs commit to the same partition at the same time.
const ROUNDS: u32 = 40;

/// What is to be written to one item.
#[derive(Debug)]
enum Write {
    Put(Item),
    Delete(Item),
}

impl Write {
    /// As it is kept in a head.
    fn keep(self) -> AttributeValue {
        let (name, item) = match self {
            Self::Put(item) => ("put", item),
            Self::Delete(key) => ("delete", key),
        };
        AttributeValue::M([(name.to_owned(), AttributeValue::M(item))].into())
    }

    fn kept(value: &AttributeValue) -> Option<Self> {
        let value = value.as_m().ok()?;
        let item = |name| value.get(name)?.as_m().ok().cloned();
        item("put").map(Self::Put).or_else(|| item("delete").map(Self::Delete))
    }
}

/// A record that is there.
#[derive(Debug)]
struct State {
    version: u64,
    content: Option<String>,
}

/// All that a commit writes.
#[derive(Debug)]
struct Plan {
    head: Head,
    writes: Vec<Write>,
    contents: Contents,
}

fn holds(change: &Change, state: Option<&State>) -> bool {
    let version = state.map(|state| state.version);
    match change {
        Change::Insert(_) => version.is_none(),
        Change::Put { expected, .. } | Change::Delete { expected: Some(expected), .. } => version == Some(*expected),
        Change::Delete { expected: None, .. } => true,
    }
}

fn plan(head: &Head, changes: &[Change], states: &HashMap<Key, State>) -> Plan {
    let (home, generation, seq) = (&head.home, head.generation, head.seq + 1);
    let (mut writes, mut contents, mut touched) = (Vec::new(), Contents::default(), BTreeMap::new());
    let mut records = head.records;
    for change in changes {
        let (key, state) = (change.key(), states.get(change.key()));
        match (change, state) {
            (Change::Delete { .. }, None) => continue,
            (Change::Delete { .. }, Some(_)) => {
                records = records.saturating_sub(1);
                writes.push(match key.kind {
                    // Jobs are not followed, and would leave a mark with every turn.
                    Kind::Job => Write::Delete(home.record(key)),
                    _ => Write::Put(tombstone(home, key, generation, seq)),
                });
            }
            (Change::Insert(draft) | Change::Put { draft, .. }, _) => {
                records += u64::from(state.is_none());
                let version = state.map_or(1, |state| state.version + 1);
                let (mut item, large) = record(home, draft, generation, version, seq);
                if let Some(large) = large {
                    let id = token();
                    item.insert(CONTENT.into(), text(&id));
                    contents.new.push((id, large));
                }
                writes.push(Write::Put(item));
            }
        }
        contents.old.extend(state.and_then(|state| state.content.clone()));
        if key.kind != Kind::Job {
            *touched.entry(key.kind.as_str().to_owned()).or_default() += 1;
        }
    }
    let head = Head { exists: true, seq, records, by: token(), touched, listed: true, ..head.clone() };
    Plan { head, writes, contents }
}

impl Inner {
    /// Makes all changes or none. Commits of this program to one partition wait for each other; for those of other
    /// programs the head stands guard.
    pub(crate) async fn commit(&self, partition: &Partition, changes: &[Change]) -> Result<u64, StoreError> {
        let home = Home::of(&partition.id);
        let mut known = self.turn(&home).await?;
        for round in 0..ROUNDS {
            // The head as this program's last commit left it, if it can still be that.
            let cached = known.take().filter(|head| head.home == home && head.generation == partition.generation);
            let head = match cached {
                Some(head) => head,
                None => self.head(&home).await?,
            };
            if head.generation != partition.generation {
                *known = Some(head);
                return Err(StoreError::Erased);
            }
            let states = self.states(&home, changes).await?;
            if let Some(change) = changes.iter().find(|change| !holds(change, states.get(change.key()))) {
                // True if nobody has committed since the head was read.
                let now = self.head(&home).await?;
                let same = now == head;
                *known = Some(now);
                if same {
                    return Err(StoreError::Conflict(change.key().clone()));
                }
                continue;
            }
            let plan = plan(&head, changes, &states);
            let (token, seq) = (plan.head.by.clone(), plan.head.seq);
            let contents = self.make(&head, plan, &mut known).await?;
            if let Some(contents) = contents {
                self.clean(&home, &token, &contents, true).await;
                return Ok(seq);
            }
            back_off(round.min(3)).await;
        }
        Err(self.unavailable("too many commit to the same partition"))
    }

    /// Carries out a plan, and returns its contents; none if it was refused, because the head is another meanwhile.
    async fn make(&self, old: &Head, plan: Plan, known: &mut Option<Head>) -> Result<Option<Contents>, StoreError> {
        let Plan { mut head, mut writes, contents } = plan;
        let (home, token) = (head.home.clone(), head.by.clone());
        let mut transaction = self.transaction();
        if !contents.is_empty() {
            if let Err(error) = self.stage(&home, &token, &contents).await {
                self.clean(&home, &token, &contents, false).await;
                return Err(error);
            }
            transaction = transaction.mark_done(note(&home, &token));
        }
        if !old.listed && home.id != PartitionId::system() {
            transaction = transaction.put(home.entry());
        }
        // What does not fit is kept in the head, and written by whoever comes next: this program, most often.
        let fitting = MOST - 1 - transaction.len();
        if writes.len() > fitting {
            head.rest = writes.split_off(fitting).into_iter().map(Write::keep).collect();
        }
        for write in writes {
            transaction = match write {
                Write::Put(mut item) => {
                    if !head.rest.is_empty() {
                        item.insert(PART.into(), AttributeValue::Bool(true));
                    }
                    transaction.put(item)
                }
                Write::Delete(key) => transaction.delete(key),
            };
        }
        let done = match self.transact(transaction.head(old, &head), &token).await {
            Ok(Outcome::Done) => true,
            Ok(Outcome::Refused { unsure: false }) => false,
            // Whether it was done is told by the head.
            Ok(Outcome::Refused { unsure: true }) => {
                let now = self.head(&home).await?;
                if now.by != token {
                    return Err(self.unavailable("an answer was lost, and others have committed since"));
                }
                true
            }
            Ok(Outcome::Unsure(error)) => match self.head(&home).await {
                Ok(now) if now.by == token => true,
                _ => return Err(error),
            },
            Err(error) => {
                self.clean(&home, &token, &contents, false).await;
                return Err(error);
            }
        };
        if !done {
            self.clean(&home, &token, &contents, false).await;
            return Ok(None);
        }
        if !head.rest.is_empty() {
            self.settle(&head).await?;
            head.rest.clear();
        }
        *known = Some(head);
        Ok(Some(contents))
    }

    /// Writes what is left of a partition's newest commit.
    pub(crate) async fn settle(&self, head: &Head) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        for value in &head.rest {
            transaction = match Write::kept(value) {
                Some(Write::Put(item)) => transaction.put(item),
                Some(Write::Delete(key)) => transaction.delete(key),
                None => return Err(self.corrupt(format!("the commit {} of a partition is not whole", head.seq))),
            };
        }
        let settled = Head { rest: Vec::new(), ..head.clone() };
        match self.transact(transaction.head(head, &settled), &token()).await? {
            // Refused: somebody else was first.
            Outcome::Done | Outcome::Refused { .. } => Ok(()),
            Outcome::Unsure(error) => Err(error),
        }
    }

    /// The records that changes are about, as far as they are there.
    async fn states(&self, home: &Home, changes: &[Change]) -> Result<HashMap<Key, State>, StoreError> {
        let keys = changes.iter().map(|change| home.record(change.key())).collect();
        let mut states = HashMap::with_capacity(changes.len());
        for item in self.batch_get(keys, Some("pk, sk, v, c, x")).await? {
            let version = number_of(&item, VERSION).filter(|_| !is(&item, GONE));
            if let (Some(key), Some(version)) = (record_of(&item), version) {
                states.insert(key, State { version, content: text_of(&item, CONTENT).map(str::to_owned) });
            }
        }
        Ok(states)
    }
}
