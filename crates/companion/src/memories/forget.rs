//! Forgetting: what goes is decided first, promised durably, and then done step by step; a crash on the way ends
//! with everything done.
//!
//! What is decided is names only, so the promise holds none of the words. Repeating a step changes nothing.

use super::survey::Verdict;
use crate::blobs::{drop_job, held_by};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::{LiveFact, fact_id};
use crate::person::Person;
use crate::records::{Versioned, draft, read};
use philia_mind::memory::forget::Reach;
use philia_mind::memory::{Provenance, Relation};
use philia_mind::{Interaction, InteractionId, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Doc, Draft, Key, Kind, Record};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// Names in one job: a record has an end.
const NAMES_A_JOB: usize = 1500;
/// Records that one step of a job changes, with whatever hangs on each.
const A_STEP: usize = 20;
/// The job that removes the traces of what was deleted; one waits at most.
const SCRUB: &str = "scrub";

/// A part of what goes, as a job keeps it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Promise {
    task: String,
    #[serde(default)]
    memories: Vec<MemoryId>,
    #[serde(default)]
    turns: Vec<InteractionId>,
    #[serde(default)]
    replies: Vec<InteractionId>,
    #[serde(default)]
    mended: Vec<MemoryId>,
}

/// What is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Delete,
    Redact,
    TakeReply,
    Mend,
}

impl Person {
    /// Forgets a memory: its words, the turns it came from, whatever rests on nothing else, what was concluded from
    /// it, and the replies that quote it. Returns what is gone. The turns stay in the log as redacted ones, so that
    /// what was forgotten stays forgotten when memories are made anew. The traces in the store's files are removed
    /// soon after, by a job.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such memory.
    pub async fn forget(&self, id: &MemoryId) -> Result<Vec<Memory>> {
        self.app.tell(&self.partition.id, &Event::UserAction("forget"));
        if self.memory(id).await?.is_none() {
            let name = id.as_str().to_owned();
            return Err(Error::NotFound { what: "memory", name, nearest: None });
        }
        self.forget_where(|memory| memory.id == *id).await
    }

    /// Forgets every memory of which this holds, in the same way. Returns what is gone.
    ///
    /// # Errors
    /// A store that fails. What was begun then is done later.
    pub async fn forget_where(&self, goes: impl Fn(&Memory) -> bool + Send + Sync) -> Result<Vec<Memory>> {
        loop {
            let verdict = |memory: &Memory| if goes(memory) { Verdict::Goes } else { Verdict::Asked };
            let survey = self.survey(verdict, |_| (false, false));
            let reach = self.reach(&mut survey.await?).await?;
            let gone = self.memories_of(reach.memories.iter()).await?;
            let pointers = self.pointers_to(&reach.memories).await?;
            match self.carry_out(&reach, pointers).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    self.catch_up().await?;
                    return Ok(gone);
                }
            }
        }
    }

    /// Promises that all of this goes, together with other changes, and does it. The traces in the files are removed
    /// by a job of their own, which is promised too.
    pub(super) async fn carry_out(&self, reach: &Reach, mut besides: Vec<Change>) -> Result<()> {
        let now = self.now();
        let batch = self.philia().fresh_id();
        let mut jobs = Vec::new();
        for (n, promise) in promises(reach).into_iter().enumerate() {
            jobs.push(draft(Kind::Job, &format!("forget-{batch}-{n:05}"), now, &promise)?);
        }
        let [scrub] = self.get_records([Key::new(Kind::Job, SCRUB)]).await?;
        if scrub.is_none() {
            besides.push(Change::Insert(draft(Kind::Job, SCRUB, now, &json!({ "task": SCRUB }))?));
        }
        // All promises are made at once where they fit, which is up to a hundred thousand names.
        besides.extend(jobs.iter().cloned().map(Change::Insert));
        for some in besides.chunks(philia_ports::store::MAX_CHANGES) {
            self.commit(some.to_vec()).await?;
        }
        for job in jobs {
            self.keep_promise(&job.key, &job.doc).await?;
        }
        Ok(())
    }

    /// Does a job of forgetting.
    pub(crate) async fn forget_job(&self, job: &Record) -> Result<()> {
        self.keep_promise(&job.key, &job.doc).await
    }

    /// Removes the traces of what was deleted from the files of the store.
    pub(crate) async fn scrub_job(&self, job: &Record) -> Result<()> {
        self.app.parts.store.scrub().await?;
        self.commit(vec![Change::Delete { key: job.key.clone(), expected: None }]).await?;
        Ok(())
    }

    /// Removes the traces now.
    pub(super) async fn scrub_now(&self) -> Result<()> {
        if let [Some(job)] = self.get_records([Key::new(Kind::Job, SCRUB)]).await? {
            self.scrub_job(&job).await?;
        }
        Ok(())
    }

    async fn keep_promise(&self, key: &Key, doc: &Doc) -> Result<()> {
        let Versioned { value: promise, .. } =
            read::<Promise>(Record { key: key.clone(), at: self.now(), version: 0, doc: doc.clone(), blob: None })?;
        self.in_steps(Step::Delete, promise.memories.iter().map(MemoryId::as_str)).await?;
        self.in_steps(Step::Redact, promise.turns.iter().map(InteractionId::as_str)).await?;
        self.in_steps(Step::TakeReply, promise.replies.iter().map(InteractionId::as_str)).await?;
        self.in_steps(Step::Mend, promise.mended.iter().map(MemoryId::as_str)).await?;
        self.app.forget_accesses(&self.partition, &promise.memories);
        self.let_go().await;
        self.commit(vec![Change::Delete { key: key.clone(), expected: None }]).await?;
        Ok(())
    }

    /// Changes records a few at a time; a step that meets somebody else's change is done again.
    async fn in_steps(&self, step: Step, ids: impl Iterator<Item = &str> + Send) -> Result<()> {
        let kind = match step {
            Step::Delete | Step::Mend => Kind::Memory,
            Step::Redact | Step::TakeReply => Kind::Interaction,
        };
        let keys: Vec<Key> = ids.map(|id| Key::new(kind, id)).collect();
        for some in keys.chunks(A_STEP) {
            loop {
                let mut changes = Vec::new();
                let mut held = BTreeSet::new();
                for record in self.app.parts.store.get_many(&self.partition, some).await?.into_iter().flatten() {
                    match step {
                        Step::Delete => {
                            held.extend(held_by([&read::<Memory>(record.clone())?.value]));
                            changes.extend(self.deleted(record).await?);
                        }
                        Step::Redact => changes.extend(redacted(record)?),
                        Step::TakeReply => changes.extend(without_reply(record)?),
                        Step::Mend => changes.extend(self.mended(record).await?),
                    }
                }
                // What hung on them goes too, unless something else holds it.
                let job = (!held.is_empty()).then(|| drop_job(&held, self.now())).transpose()?;
                if let Some(job) = &job {
                    changes.insert(0, Change::Insert(job.clone()));
                }
                match self.commit_in_parts(changes).await {
                    Err(Error::Store(StoreError::Conflict(_))) => {}
                    other => {
                        other?;
                        if let Some(job) = job {
                            self.drop_now(job).await?;
                        }
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    async fn commit_in_parts(&self, changes: Vec<Change>) -> Result<()> {
        for some in changes.chunks(philia_ports::store::MAX_CHANGES) {
            self.commit(some.to_vec()).await?;
        }
        Ok(())
    }

    /// The changes that take a memory away, with what hangs on it.
    async fn deleted(&self, record: Record) -> Result<Vec<Change>> {
        let memory = read::<Memory>(record)?.value;
        let id = memory.id.as_str();
        let gone = |kind: Kind, id: &str| Change::Delete { key: Key::new(kind, id), expected: None };
        let mut changes = vec![gone(Kind::Memory, id), gone(Kind::Access, id), gone(Kind::Task, id)];
        changes.extend(self.without_fact(&memory).await?);
        Ok(changes)
    }

    /// The change that forgets that a memory holds a fact's present value.
    async fn without_fact(&self, memory: &Memory) -> Result<Option<Change>> {
        let Some(id) = memory.fact.as_ref().map(fact_id) else { return Ok(None) };
        let live = self.get::<LiveFact>(Kind::Fact, &id).await?.filter(|live| live.value.memory == memory.id);
        Ok(live.map(|live| Change::Delete { key: Key::new(Kind::Fact, id), expected: Some(live.version) }))
    }

    /// A memory that stays, without its links to what is gone and without turns that were redacted among its
    /// sources. What a reflection had made of it may have gone: then it can be reflected on again.
    async fn mended(&self, mut record: Record) -> Result<Option<Change>> {
        let blob = record.blob.take();
        let Versioned { value: mut memory, version } = read::<Memory>(record)?;
        let before = memory.clone();
        let others: Vec<MemoryId> = memory
            .links
            .iter()
            .map(|link| link.to.clone())
            .chain(memory.sources.iter().filter_map(|source| match source {
                Provenance::Memory(id) => Some(id.clone()),
                _ => None,
            }))
            .collect();
        let keys: Vec<Key> = others.iter().map(|id| Key::new(Kind::Memory, id.as_str())).collect();
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let gone = |id: &MemoryId| others.iter().zip(&found).any(|(other, found)| other == id && found.is_none());
        memory.consolidated &= !memory.links.iter().any(|link| link.relation == Relation::Parent && gone(&link.to));
        memory.links.retain(|link| !gone(&link.to));
        let mut sources = Vec::with_capacity(memory.sources.len());
        for source in &memory.sources {
            let stays = match source {
                Provenance::Memory(id) => !gone(id),
                Provenance::Interaction(id) => self.interaction(id).await?.is_some_and(|turn| !turn.redacted),
                Provenance::Document(_) | Provenance::Hand => true,
            };
            if stays {
                sources.push(source.clone());
            }
        }
        // Provenance is never empty.
        if !sources.is_empty() {
            memory.sources = sources;
        }
        if memory == before {
            return Ok(None);
        }
        let mut draft: Draft = draft(Kind::Memory, memory.id.as_str(), memory.occurred_at, &memory)?;
        draft.blob = blob;
        Ok(Some(Change::Put { draft, expected: version }))
    }

    /// Memories of these names that are there.
    pub(super) async fn memories_of(&self, ids: impl Iterator<Item = &MemoryId>) -> Result<Vec<Memory>> {
        let keys: Vec<Key> = ids.map(|id| Key::new(Kind::Memory, id.as_str())).collect();
        let mut memories = Vec::with_capacity(keys.len());
        for some in keys.chunks(500) {
            for record in self.app.parts.store.get_many(&self.partition, some).await?.into_iter().flatten() {
                memories.push(read::<Memory>(record)?.value);
            }
        }
        Ok(memories)
    }
}

/// What goes, in parts that fit a record each.
fn promises(reach: &Reach) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    let mut room = 0;
    let mut next = |promises: &mut Vec<Promise>| {
        if room == 0 {
            promises.push(Promise { task: "forget".into(), ..Promise::default() });
            room = NAMES_A_JOB;
        }
        room -= 1;
        promises.len() - 1
    };
    for id in &reach.memories {
        let at = next(&mut promises);
        promises[at].memories.push(id.clone());
    }
    for id in &reach.turns {
        let at = next(&mut promises);
        promises[at].turns.push(id.clone());
    }
    for id in &reach.replies {
        let at = next(&mut promises);
        promises[at].replies.push(id.clone());
    }
    // Last, because what is mended looks at what is gone.
    for id in &reach.mended {
        let at = next(&mut promises);
        promises[at].mended.push(id.clone());
    }
    promises
}

/// The change that takes the words out of a turn of the log.
fn redacted(record: Record) -> Result<Option<Change>> {
    let Versioned { value: mut turn, version } = read::<Interaction>(record)?;
    if turn.redacted {
        return Ok(None);
    }
    redact(&mut turn);
    put(&turn, version)
}

/// Takes every word out of a turn.
pub(crate) fn redact(turn: &mut Interaction) {
    turn.redacted = true;
    turn.message.clear();
    turn.speaker = turn.speaker.take().map(|_| String::new());
    turn.reply = turn.reply.take().map(|_| String::new());
    turn.used.clear();
    turn.felt = None;
    turn.thought = None;
    turn.bond = None;
    turn.fallback.clear();
}

/// The change that takes the reply out of a turn.
fn without_reply(record: Record) -> Result<Option<Change>> {
    let Versioned { value: mut turn, version } = read::<Interaction>(record)?;
    if turn.redacted || (turn.reply.as_ref().is_none_or(String::is_empty) && turn.used.is_empty()) {
        return Ok(None);
    }
    turn.reply = turn.reply.take().map(|_| String::new());
    turn.used.clear();
    turn.thought = None;
    turn.fallback.clear();
    put(&turn, version)
}

fn put(turn: &Interaction, version: u64) -> Result<Option<Change>> {
    Ok(Some(Change::Put { draft: draft(Kind::Interaction, turn.id.as_str(), turn.at, turn)?, expected: version }))
}
