//! Embedding memories anew when the embedder has changed.
//!
//! Vectors of different embedders cannot be compared. So as long as not all of a person's memories have a vector of
//! the configured embedder, the former one goes on serving, if it can still be made: their index holds its vectors,
//! questions and new memories are embedded by it. Meanwhile each memory gets a second vector beside the first. When
//! all have one, one commit turns the person over to the new embedder; then the former vectors are taken away.
//!
//! How far this is stands in a job of the person. It follows the store's change feed, so it can be interrupted at
//! any instant, and what is written meanwhile is seen.

use crate::error::{Error, Result};
use crate::person::{Person, write};
use crate::philia::Philia;
use crate::records::{Versioned, draft, read};
use crate::vectors::{Vector, pack, unpack};
use jiff::Timestamp;
use philia_mind::{Memory, MemoryId};
use philia_ports::store::{Change, Key, Kind, MAX_CHANGES, MAX_PAGE, Page, Scan};
use philia_ports::{Embedder, EmbedderError, PartitionId, StoreError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::RwLockReadGuard;

/// Makes the embedder of that id anew, if what is configured suffices.
pub type Former = dyn Fn(&str) -> Option<Arc<dyn Embedder>> + Send + Sync;

/// The job's id: a person has one at most.
const JOB: &str = "reembed";
/// What the job is called.
pub(crate) const TASK: &str = "reembed";
/// Memories embedded and written at once.
const BATCH: usize = 64;
/// Of so many of the newest memories one tells which embedder served last; those that wait for a vector do not.
const NEWEST: usize = 16;
/// How long a failed attempt rests before the next.
const REST: Duration = Duration::from_secs(30);

/// How far a person's memories have come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Progress {
    task: String,
    /// The embedder whose vectors serve; the new one once all memories have its vector.
    serves: String,
    /// The new one.
    to: String,
    /// The last commit that has been looked at.
    since: u64,
    /// Memories that have got their new vector.
    done: usize,
    /// Memories there were when it began; none before they are counted.
    all: Option<usize>,
}

impl Progress {
    fn new(serves: &str, to: &str) -> Self {
        Self { task: TASK.into(), serves: serves.into(), to: to.into(), since: 0, done: 0, all: None }
    }
}

/// How far embedding everybody anew has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reembedding {
    /// People who have been looked at.
    pub people: usize,
    /// Who is being embedded anew.
    pub person: Option<PartitionId>,
    /// Their memories that have a new vector.
    pub done: usize,
    /// Their memories.
    pub all: usize,
}

impl Philia {
    /// Embeds everybody's memories anew where another embedder made their vectors; returns how many got a new one.
    /// `tell` hears of every step. Can be dropped at any time; the next call goes on there.
    ///
    /// # Errors
    /// What kept a person's memories from being embedded anew. Everybody else's were, unless the embedder or the
    /// store does not answer.
    pub async fn reembed_everybody(&self, mut tell: impl FnMut(&Reembedding) + Send) -> Result<usize> {
        let mut how_far = Reembedding::default();
        let mut made = 0;
        let mut cursor = None;
        let mut failed = None;
        loop {
            let page = self.0.parts.store.partitions(MAX_PAGE, cursor).await?;
            for info in page.items {
                let id = info.partition.id.clone();
                let person = self.of(info.partition);
                how_far.person = Some(id);
                let done = person
                    .finish_reembedding(|done, all| {
                        (how_far.done, how_far.all) = (done, all);
                        tell(&how_far);
                    })
                    .await;
                match done {
                    Ok(done) => made += done,
                    // Gone meanwhile, and the memories with them.
                    Err(Error::Store(StoreError::Erased)) => {}
                    Err(error @ Error::Store(StoreError::Unavailable(_))) => return Err(error),
                    Err(error) => {
                        tracing::error!(%error, "a person's memories cannot be embedded anew for now");
                        failed = Some(error);
                    }
                }
                how_far = Reembedding { people: how_far.people + 1, ..Reembedding::default() };
                tell(&how_far);
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        failed.map_or(Ok(made), Err)
    }

    /// Embeds anew what another embedder made, in the background; returns when all is done.
    pub(crate) async fn reembed_quietly(&self) {
        loop {
            let done = self.reembed_everybody(|how_far| self.0.set_reembedding(Some(how_far.clone()))).await;
            match done {
                Ok(made) => {
                    self.0.set_reembedding(None);
                    self.0.settled.store(true, Ordering::Release);
                    if made > 0 {
                        let embedder = &self.0.parts.embedder.info().id;
                        tracing::info!(memories = made, embedder, "all memories have vectors of the new embedder");
                    }
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "embedding anew goes on later; the former embedder serves meanwhile");
                }
            }
            tokio::time::sleep(REST).await;
        }
    }
}

impl Person {
    /// Looks at every memory of this person and gives it a vector of the configured embedder if it has none;
    /// returns how many got one. `tell` hears how many memories have been looked at, of how many.
    ///
    /// # Errors
    /// [`Error::Store`] if the embedder or the store does not answer; what was done stays done.
    pub async fn reembed(&self, tell: impl FnMut(usize, usize) + Send) -> Result<usize> {
        loop {
            let serves = self.serving().await?.info().id.clone();
            if self.get::<Progress>(Kind::Job, JOB).await?.is_some() {
                break;
            }
            let job = Progress::new(&serves, &self.configured_embedder().await.info().id);
            match self.commit(vec![self.job(&job, 0)?]).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    break;
                }
            }
        }
        self.finish_reembedding(tell).await
    }

    /// Does what is left of the job, if there is one; notices if there should be.
    async fn finish_reembedding(&self, mut tell: impl FnMut(usize, usize) + Send) -> Result<usize> {
        drop(self.serving().await?);
        let mut made = 0;
        while let Some(job) = self.get::<Progress>(Kind::Job, JOB).await? {
            match self.step(job).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    let (new, progress) = other?;
                    made += new;
                    let all = progress.all.unwrap_or_default().max(progress.done);
                    tell(progress.done, all);
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(made)
    }

    /// The embedder whose vectors serve this person. As long as the guard is held, it stays that one: hold it from
    /// before the index catches up until it has been searched.
    pub(crate) async fn serving(&self) -> Result<RwLockReadGuard<'_, Arc<dyn Embedder>>> {
        loop {
            if let Ok(known) = RwLockReadGuard::try_map(self.locks.serves.read().await, Option::as_ref)
                && self.may_serve(&**known).await
            {
                return Ok(known);
            }
            let mut serves = self.locks.serves.write().await;
            let known = match &*serves {
                Some(known) => self.may_serve(&**known).await,
                None => false,
            };
            if !known {
                *serves = Some(self.find_serving().await?);
            }
        }
    }

    /// Does the embedder that served last do so still? A former one may have been relieved by another instance.
    pub(crate) async fn may_serve(&self, known: &dyn Embedder) -> bool {
        let relieved = self.app.is_shared()
            && known.info().id != self.configured_embedder().await.info().id
            && match self.get::<Progress>(Kind::Job, JOB).await {
                Ok(job) => job.is_none_or(|job| job.value.serves != known.info().id),
                Err(_) => false,
            };
        !relieved && self.may_reach(known).await
    }

    /// Finds out which embedder serves, and begins a job where that is not, or not everywhere, the configured one.
    async fn find_serving(&self) -> Result<Arc<dyn Embedder>> {
        let configured = self.configured_embedder().await;
        if self.app.settled.load(Ordering::Acquire) {
            return Ok(configured);
        }
        let to = &configured.info().id;
        loop {
            let job = self.get::<Progress>(Kind::Job, JOB).await?;
            let last = match &job {
                Some(job) => Some(job.value.serves.clone()),
                None => self.last_embedder().await?,
            };
            let former = last.filter(|last| last != to);
            if former.is_none() && job.as_ref().is_none_or(|job| job.value.to == *to) {
                return Ok(configured);
            }
            let former_one = former.as_deref().and_then(|id| self.former(id, &*configured));
            let serving = former_one.unwrap_or_else(|| Arc::clone(&configured));
            let serves = &serving.info().id;
            if job.as_ref().is_some_and(|job| job.value.to == *to && job.value.serves == *serves) {
                return Ok(serving);
            }
            tracing::info!(
                from = former.as_deref().unwrap_or("several"),
                to,
                meanwhile = serves,
                "the embedder has changed; memories are embedded anew"
            );
            let version = job.map_or(0, |job| job.version);
            match self.commit(vec![self.job(&Progress::new(serves, to), version)?]).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => return other.map(|_| serving),
            }
        }
    }

    /// A former embedder, if it can be made. What left this machine before need not do so for ever: who has chosen
    /// an embedder of this machine is not served by a remote one any more.
    fn former(&self, id: &str, configured: &dyn Embedder) -> Option<Arc<dyn Embedder>> {
        let parts = &self.app.parts;
        let former = parts.former.as_ref().and_then(|make| make(id)).filter(|former| former.info().id == id);
        former.filter(|former| configured.info().remote || !former.info().remote)
    }

    async fn last_embedder(&self) -> Result<Option<String>> {
        let newest: Page<Memory> = self.page(&Scan::newest(Kind::Memory, NEWEST)).await?;
        Ok(newest.items.into_iter().find_map(|memory| memory.embedder))
    }

    /// The job as it is to be. It is never due: it is taken up whenever there is time.
    fn job(&self, job: &Progress, version: u64) -> Result<Change> {
        Ok(write(draft(Kind::Job, JOB, Timestamp::MAX, job)?, version))
    }

    /// The next memories of the feed; where there are none, the next part of the work.
    async fn step(&self, job: Versioned<Progress>) -> Result<(usize, Progress)> {
        let Versioned { value: mut progress, version } = job;
        let configured = self.configured_embedder().await;
        if progress.to != configured.info().id {
            // What may have this person's words has changed meanwhile: begin again, with what may now.
            let anew = Progress::new(&self.serving().await?.info().id.clone(), &configured.info().id);
            self.commit(vec![self.job(&anew, version)?]).await?;
            return Ok((0, anew));
        }
        if progress.all.is_none() {
            progress.all = Some(self.count_of(Kind::Memory).await?);
        }
        let feed = self.app.parts.store.changes(&self.partition, Kind::Memory, progress.since, BATCH).await?;
        let Some(last) = feed.touched.last() else {
            return self.turn_over(progress, version, configured).await.map(|progress| (0, progress));
        };
        progress.since = last.seq;
        let there: Vec<Key> = feed
            .touched
            .into_iter()
            .filter(|touched| !touched.deleted)
            .map(|touched| Key::new(Kind::Memory, touched.id))
            .collect();
        let (changes, made) = self.embedded_anew(&there, &progress, &*configured).await?;
        progress.done += made;
        // A commit of the feed is never cut apart, so there may be more changes than one of ours takes. The last
        // says how far the job is: what was written before is found written if it never comes to that.
        let mut changes = changes.into_iter().peekable();
        loop {
            let mut commit: Vec<Change> = changes.by_ref().take(MAX_CHANGES - 1).collect();
            let last = changes.peek().is_none();
            if last {
                commit.push(self.job(&progress, version)?);
            }
            self.commit(commit).await?;
            if last {
                break;
            }
        }
        // In small steps, so that nobody's question waits for all of them.
        if self.app.index.info(&self.partition).await.is_ok_and(|info| info.is_some()) {
            self.catch_up().await?;
        }
        Ok((made, progress))
    }

    /// Memories with a vector of the new embedder, and without those that serve no more; and how many were made.
    async fn embedded_anew(
        &self,
        keys: &[Key],
        progress: &Progress,
        configured: &dyn Embedder,
    ) -> Result<(Vec<Change>, usize)> {
        let mut found = Vec::new();
        for record in self.app.parts.store.get_many(&self.partition, keys).await?.into_iter().flatten() {
            let id = record.key.id.clone();
            let blob = record.blob.clone();
            match read::<Memory>(record) {
                Ok(memory) => {
                    let vectors = unpack(memory.value.embedder.as_deref(), blob.as_deref());
                    found.push((memory, vectors));
                }
                Err(error) => tracing::error!(%error, id, "a memory cannot be read and is not embedded anew"),
            }
        }
        let lacks = |vectors: &[Vector]| !vectors.iter().any(|vector| vector.by == progress.to);
        let lacking: Vec<&Memory> =
            found.iter().filter(|(_, vectors)| lacks(vectors)).map(|(memory, _)| &memory.value).collect();
        let made = lacking.len();
        let mut new = self.vectors_by(configured, &lacking).await?.into_iter();
        let mut changes = Vec::new();
        for (Versioned { mut value, version }, mut vectors) in found {
            let before = vectors.len();
            vectors.retain(|vector| vector.by == progress.to || vector.by == progress.serves);
            let dropped = vectors.len() < before;
            let added = if lacks(&vectors) { new.next() } else { None };
            if dropped || added.is_some() {
                vectors.extend(added);
                let blob = pack(&vectors, &mut value);
                let mut draft = draft(Kind::Memory, value.id.as_str(), value.occurred_at, &value)?;
                draft.blob = blob;
                changes.push(Change::Put { draft, expected: version });
            }
        }
        Ok((changes, made))
    }

    /// All memories have both vectors: from now on the new one serves. Or all have only that: the job is done.
    async fn turn_over(&self, progress: Progress, version: u64, to: Arc<dyn Embedder>) -> Result<Progress> {
        if progress.serves == progress.to {
            let key = Key::new(Kind::Job, JOB);
            self.commit(vec![Change::Delete { key, expected: Some(version) }]).await?;
            return Ok(progress);
        }
        let mut serves = self.locks.serves.write().await;
        let _not_while_it_catches_up = self.locks.index.lock().await;
        let over = Progress { serves: progress.to.clone(), since: 0, ..progress };
        self.commit(vec![self.job(&over, version)?]).await?;
        *serves = Some(to);
        // It is filled again, from the new vectors, at the next question.
        let cleared = self.app.index.clear(&self.partition).await;
        cleared.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(over)
    }

    /// Records of a kind.
    pub(crate) async fn count_of(&self, kind: Kind) -> Result<usize> {
        let mut scan = Scan::of(kind);
        let mut count = 0;
        loop {
            let page = self.app.parts.store.scan(&self.partition, &scan).await?;
            count += page.items.len();
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => return Ok(count),
            }
        }
    }

    /// What an embedder makes of memories, in their order.
    ///
    /// # Errors
    /// What the embedder says, as [`Error::Store`]'s unavailability: it is tried again later.
    pub(crate) async fn vectors_by(&self, embedder: &dyn Embedder, memories: &[&Memory]) -> Result<Vec<Vector>> {
        if memories.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<String> = memories.iter().map(|memory| memory.content.clone()).collect();
        let vectors = embedder.embed_documents(&texts).await.and_then(|vectors| match vectors.len() {
            found if found == texts.len() => Ok(vectors),
            found => Err(EmbedderError::Unusable {
                embedder: embedder.info().id.clone(),
                detail: format!("{found} vectors for {} texts", texts.len()),
            }),
        });
        let vectors = vectors.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let by = &embedder.info().id;
        Ok(vectors.into_iter().map(|numbers| Vector { by: by.clone(), numbers }).collect())
    }

    /// Gives memories that wait for a vector the one that serves; those that have it are left as they are.
    pub(crate) async fn fill_in(&self, ids: &[MemoryId]) -> Result<Vec<Change>> {
        let serving = Arc::clone(&*self.serving().await?);
        let keys: Vec<Key> = ids.iter().map(|id| Key::new(Kind::Memory, id.as_str())).collect();
        let mut waiting = Vec::new();
        for mut record in self.app.parts.store.get_many(&self.partition, &keys).await?.into_iter().flatten() {
            let blob = record.blob.take();
            let memory = read::<Memory>(record)?;
            let vectors = unpack(memory.value.embedder.as_deref(), blob.as_deref());
            if !vectors.iter().any(|vector| vector.by == serving.info().id) {
                waiting.push((memory, vectors));
            }
        }
        let memories: Vec<&Memory> = waiting.iter().map(|(memory, _)| &memory.value).collect();
        let new = self.vectors_by(&*serving, &memories).await?;
        let mut changes = Vec::with_capacity(new.len());
        for ((Versioned { mut value, version }, mut vectors), new) in waiting.into_iter().zip(new) {
            vectors.insert(0, new);
            let blob = pack(&vectors, &mut value);
            let mut draft = draft(Kind::Memory, value.id.as_str(), value.occurred_at, &value)?;
            draft.blob = blob;
            changes.push(Change::Put { draft, expected: version });
        }
        Ok(changes)
    }
}
