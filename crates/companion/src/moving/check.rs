//! Reads all of a store and says what is wrong with it.

use super::flow::{Flow as _, Scanning};
use super::tally::{Sum, Tally, Totals, kinds};
use super::{Progress, Tell, Total, mark, partitions, snapshot};
use crate::documents::Document;
use crate::error::Result;
use crate::facts::LiveFact;
use crate::learn::Statement;
use crate::privacy::cipher::is_sealed;
use crate::state::{CompanionState, SessionState, ThreadState};
use jiff::Timestamp;
use philia_mind::interaction::Interaction;
use philia_mind::memory::conflict::Conflict;
use philia_mind::memory::layers::Access;
use philia_mind::memory::{Memory, Task};
use philia_mind::{MemoryId, Profile};
use philia_ports::StoreAdmin;
use philia_ports::store::{Key, Kind, Partition, Record};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Records read again by their names at once.
const AGAIN: usize = 100;
/// Changes asked for at once.
const CHANGES: usize = 10_000;
/// Problems that are listed; the rest is counted.
const LISTED: usize = 100;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// Everything that is there.
    pub total: Total,
    /// The sum of each partition, by its name.
    pub partitions: BTreeMap<String, Sum>,
    /// Records that are sealed: what is in them is their person's alone, and was not looked at.
    pub sealed: u64,
    /// Problems that were found.
    pub problems: u64,
    /// The first of them.
    pub listed: Vec<Problem>,
}

/// One thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whose.
    pub partition: String,
    /// Which record, or which part of the store.
    pub of: String,
    /// What is wrong with it.
    pub what: String,
}

/// Reads everything, more than once and by different ways: every record must be the same by its place and by its name,
/// and a document of its kind; versions and the feed must fit; what names a memory must find it. Meant for a store that
/// nobody writes meanwhile.
///
/// # Errors
/// The store's own: what it cannot read at all.
pub async fn check(store: &dyn StoreAdmin, tell: Tell<'_>) -> Result<Checked> {
    let all = partitions(store).await?;
    let mut found = Findings::default();
    let (mut totals, mut sums) = (Totals::default(), BTreeMap::new());
    let mut progress = Progress { of: all.len() as u64, ..Progress::default() };
    tell(progress);
    if let Some(from) = mark::unfinished(store).await? {
        found.add(
            "_system/_",
            "the store",
            format!("everything of {from} was being moved into it, and not all is here"),
        );
    }
    let mut jobs = 0;
    for info in &all {
        let sum = partition(store, &info.partition, &mut found).await?;
        let name = info.partition.id.to_string();
        totals.add(&name, &sum);
        progress.records += sum.records;
        progress.partitions += 1;
        jobs += sum.kinds.get(Kind::Job.as_str()).copied().unwrap_or(0);
        if sum.records > 0 {
            sums.insert(name, sum);
        }
        tell(progress);
    }
    let due =
        store.due(Timestamp::MAX, usize::try_from(jobs).unwrap_or(usize::MAX).saturating_add(1)).await?.len() as u64;
    if due != jobs {
        found.add("every partition", "jobs", format!("{jobs} are there, and {due} are found when they are due"));
    }
    let Findings { sealed, problems, listed } = found;
    Ok(Checked { total: totals.total(), partitions: sums, sealed, problems, listed })
}

#[derive(Default)]
struct Findings {
    sealed: u64,
    problems: u64,
    listed: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, partition: impl ToString, of: impl ToString, what: impl Into<String>) {
        self.problems += 1;
        if self.listed.len() < LISTED {
            self.listed.push(Problem { partition: partition.to_string(), of: of.to_string(), what: what.into() });
        }
    }
}

async fn partition(store: &dyn StoreAdmin, partition: &Partition, found: &mut Findings) -> Result<Sum> {
    let id = &partition.id;
    let mut flow = Scanning::new(store, partition);
    let mut tally = Tally::default();
    let mut names: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
    let mut named: Vec<(Key, MemoryId)> = Vec::new();
    let mut page: Vec<Record> = Vec::new();
    while let Some(record) = flow.next().await? {
        tally.add(&record);
        if !names.entry(record.key.kind).or_default().insert(record.key.id.clone()) {
            found.add(id, &record.key, "it is there twice");
        }
        if record.version == 0 {
            found.add(id, &record.key, "its version is 0; versions begin with 1");
        }
        if is_sealed(&record) {
            found.sealed += 1;
        } else if let Err(wrong) = parse(&record, &mut named) {
            found.add(id, &record.key, format!("it is no {}: {wrong}", record.key.kind));
        }
        page.push(record);
        if page.len() == AGAIN {
            again(store, partition, &mut page, found).await?;
        }
    }
    again(store, partition, &mut page, found).await?;
    let memories = names.get(&Kind::Memory);
    for (key, memory) in named {
        if !memories.is_some_and(|memories| memories.contains(memory.as_str())) {
            found.add(id, key, format!("it names the memory {memory}, which is not there"));
        }
    }
    feed(store, partition, &names, found).await?;
    Ok(tally.sum())
}

/// Reads records by their names, which must give the same.
async fn again(
    store: &dyn StoreAdmin,
    partition: &Partition,
    page: &mut Vec<Record>,
    found: &mut Findings,
) -> Result<()> {
    let keys: Vec<Key> = page.iter().map(|record| record.key.clone()).collect();
    let by_name = store.get_many(partition, &keys).await?;
    for (record, other) in page.drain(..).zip(by_name) {
        if other.as_ref() != Some(&record) {
            found.add(&partition.id, &record.key, "it is not the same when it is looked up by its name");
        }
    }
    Ok(())
}

/// The feed from the beginning tells what is there, no more and no less.
async fn feed(
    store: &dyn StoreAdmin,
    partition: &Partition,
    names: &BTreeMap<Kind, BTreeSet<String>>,
    found: &mut Findings,
) -> Result<()> {
    let head = snapshot::head(store, partition).await?;
    for kind in kinds().into_iter().filter(|kind| *kind != Kind::Job) {
        let there = names.get(&kind);
        let (mut since, mut told) = (0, HashSet::new());
        loop {
            let feed = store.changes(partition, kind, since, CHANGES).await?;
            for touched in &feed.touched {
                if touched.seq <= since || touched.seq > head {
                    let wrong = format!("it is of commit {}, after {since}, of {head}", touched.seq);
                    found.add(&partition.id, Key::new(kind, touched.id.clone()), wrong);
                }
                let key = Key::new(kind, touched.id.clone());
                if !touched.deleted && !mark::is_mark(partition, &key) {
                    if !there.is_some_and(|there| there.contains(&touched.id)) {
                        found.add(&partition.id, &key, "the feed tells of it, and it is not there");
                    }
                    told.insert(touched.id.clone());
                }
            }
            match feed.touched.last() {
                Some(last) if feed.more => since = last.seq,
                _ => break,
            }
        }
        for id in there.into_iter().flatten().filter(|id| !told.contains(*id)) {
            found.add(&partition.id, Key::new(kind, id.clone()), "the feed does not tell of it");
        }
    }
    Ok(())
}

/// Reads a document as what it should be, and notes which memories it names.
fn parse(record: &Record, named: &mut Vec<(Key, MemoryId)>) -> Result<(), String> {
    let mut names = |memories: Vec<MemoryId>| {
        named.extend(memories.into_iter().map(|memory| (record.key.clone(), memory)));
    };
    match record.key.kind {
        Kind::Profile => read::<Profile>(record).map(drop)?,
        Kind::Companion => read::<CompanionState>(record).map(drop)?,
        Kind::TraitVersion => read::<philia_mind::growth::Version>(record).map(drop)?,
        Kind::Interaction => read::<Interaction>(record).map(drop)?,
        Kind::Memory => read::<Memory>(record).map(drop)?,
        Kind::Fact => {
            let fact = read::<LiveFact>(record)?;
            names([fact.past, vec![fact.memory]].concat());
        }
        // Besides what says where a statement is, there is what lists the newest facts of a subject.
        Kind::Statement if record.doc.value().get("memory").is_some() => names(vec![read::<Statement>(record)?.memory]),
        Kind::Task => {
            read::<Task>(record)?;
            names(vec![MemoryId::new(&record.key.id)]);
        }
        Kind::Access => read::<Access>(record).map(drop)?,
        Kind::Conflict => {
            let conflict = read::<Conflict>(record)?;
            names(vec![conflict.older, conflict.newer]);
        }
        Kind::Session => read::<SessionState>(record).map(drop)?,
        Kind::Thread => read::<ThreadState>(record).map(drop)?,
        Kind::Document => read::<Document>(record).map(drop)?,
        // Theirs alone, bytes, or of more than one form.
        _ => drop(read::<serde_json::Map<String, serde_json::Value>>(record)?),
    }
    Ok(())
}

fn read<T: DeserializeOwned>(record: &Record) -> Result<T, String> {
    record.doc.read().map_err(|error| error.to_string())
}
