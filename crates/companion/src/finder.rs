//! Who finds memories: the index in this process, and before it a remote one where one is configured.
//!
//! A remote index is asked for everybody but those who are sealed: neither their words nor their questions ever leave
//! this process. When it does not answer, the index in process stands in, filled from the store as always, and it is
//! tried again after a while. Which of the two is asked is decided where a question begins, by [`Finder::info`]; who
//! finds out in the middle that the remote one is gone says [`IndexError::NotLoaded`], so that the question begins anew.

use crate::observe;
use crate::person::Person;
use crate::philia::{Philia, lock};
use crate::privacy::Vault;
use crate::records::read;
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Hit, Query};
use philia_mind::profile::{PrivacyTier, Profile};
use philia_ports::index::{Entry, Filter, IndexInfo};
use philia_ports::store::{Change, Draft, Key, Kind, Record};
use philia_ports::{Index, IndexError, Partition, PartitionId, Store as _, StoreError};
use serde_json::json;
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// What is taken in at once takes so many times as long as a question may.
const BULK: u32 = 10;

type Result<T> = std::result::Result<T, IndexError>;

/// The indexes. It has the methods of one.
pub(crate) struct Finder {
    here: Arc<dyn Index>,
    remote: Option<Remote>,
}

/// A remote index, and what is known of it.
pub(crate) struct Remote {
    pub(crate) index: Arc<dyn Index>,
    /// Knows who is sealed.
    pub(crate) vault: Arc<Vault>,
    /// The tier of those who have not chosen.
    pub(crate) tier: PrivacyTier,
    /// How long a question may take.
    pub(crate) patience: Duration,
    /// How long it is left alone when it did not answer.
    pub(crate) rest: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Since when it is left alone, and why.
    away: Option<(Instant, String)>,
    /// Whose questions the index in process answers meanwhile.
    here: HashSet<PartitionId>,
}

impl Remote {
    pub(crate) fn new(
        index: Arc<dyn Index>,
        vault: Arc<Vault>,
        tier: PrivacyTier,
        patience: Duration,
        rest: Duration,
    ) -> Self {
        Self { index, vault, tier, patience, rest, state: Mutex::default() }
    }

    /// Are the words of this person to stay in this process? So they are where that cannot be read.
    async fn stays(&self, partition: &Partition) -> bool {
        let sealed = async {
            if self.vault.phase(&partition.id).await?.is_some() {
                return Ok(true);
            }
            let profile = self.vault.get_many(partition, &[Person::profile_key()]).await?;
            let profile = profile.into_iter().next().flatten().map(read::<Profile>);
            Ok::<_, crate::Error>(match profile {
                Some(profile) => profile?.value.privacy != PrivacyTier::Cloud,
                None => self.tier != PrivacyTier::Cloud,
            })
        };
        sealed.await.unwrap_or_else(|error| {
            tracing::debug!(%error, "whether somebody is sealed cannot be read; their words stay here");
            true
        })
    }

    fn is_resting(&self) -> bool {
        lock(&self.state).away.as_ref().is_some_and(|(since, _)| since.elapsed() < self.rest)
    }

    /// Waits for an answer; notes whether there was one.
    async fn ask<T>(&self, patience: Duration, answer: impl Future<Output = Result<T>>) -> Result<T> {
        let answer = timeout(patience, answer)
            .await
            .unwrap_or_else(|_| Err(IndexError::Unavailable(format!("no answer within {} s", patience.as_secs_f64()))));
        let mut state = lock(&self.state);
        match &answer {
            Err(IndexError::Unavailable(why) | IndexError::Invalid(why)) => {
                if state.away.is_none() {
                    tracing::warn!(why, "the index does not answer; the one in this process stands in");
                }
                state.away = Some((Instant::now(), why.clone()));
            }
            _ if state.away.take().is_some() => tracing::info!("the index answers again"),
            _ => {}
        }
        answer
    }

    fn is_away(&self) -> bool {
        lock(&self.state).away.is_some()
    }
}

impl Finder {
    pub(crate) fn new(here: Arc<dyn Index>, remote: Option<Remote>) -> Self {
        Self { here, remote }
    }

    /// The remote one, if it has this person's words.
    async fn remote_for(&self, partition: &Partition) -> Option<&Remote> {
        let remote = self.remote.as_ref()?;
        let here = lock(&remote.state).here.contains(&partition.id);
        (!here && !remote.stays(partition).await).then_some(remote)
    }

    /// As [`Index::info`]; the question that follows is put to the index that answered this.
    pub(crate) async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>> {
        let Some(remote) = &self.remote else { return self.here.info(partition).await };
        if remote.stays(partition).await {
            return self.here.info(partition).await;
        }
        if !remote.is_resting() {
            let info = remote.ask(remote.patience, remote.index.info(partition)).await;
            if !remote.is_away() {
                lock(&remote.state).here.remove(&partition.id);
                return info;
            }
        }
        lock(&remote.state).here.insert(partition.id.clone());
        self.here.info(partition).await
    }

    /// As [`Index::apply`].
    pub(crate) async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<()> {
        let Some(remote) = self.remote_for(partition).await else {
            return self.here.apply(partition, since, upserts, removals, upto).await;
        };
        let applied = remote.index.apply(partition, since, upserts, removals, upto);
        remote.again(remote.ask(remote.patience * BULK, applied).await)?;
        // Sealed while it was on its way.
        if remote.stays(partition).await {
            remote.ask(remote.patience * BULK, remote.index.clear(partition)).await?;
            return Err(IndexError::NotLoaded);
        }
        Ok(())
    }

    /// As [`Index::search`].
    pub(crate) async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>> {
        match self.remote_for(partition).await {
            None => self.here.search(partition, query, vectors, filter, k).await,
            Some(remote) => {
                let found = remote.index.search(partition, query, vectors, filter, k);
                remote.again(remote.ask(remote.patience, found).await)
            }
        }
    }

    /// Forgets a person, everywhere.
    ///
    /// # Errors
    /// The remote one does not answer, and may hold them still.
    pub(crate) async fn clear(&self, partition: &Partition) -> Result<()> {
        self.let_go(partition).await?;
        match &self.remote {
            Some(remote) => remote.ask(remote.patience * BULK, remote.index.clear(partition)).await,
            None => Ok(()),
        }
    }

    /// Drops what this process holds of a person; another instance may have them now.
    pub(crate) async fn let_go(&self, partition: &Partition) -> Result<()> {
        self.here.clear(partition).await
    }

    /// Is there anything that outlives this process?
    pub(crate) fn is_remote(&self) -> bool {
        self.remote.is_some()
    }

    /// Does the index in process stand in for this person?
    pub(crate) fn stands_in(&self, id: &PartitionId) -> bool {
        self.remote.as_ref().is_some_and(|remote| lock(&remote.state).here.contains(id))
    }

    /// Asks the remote one whether it is there; none where there is none. What is wrong, if something is.
    pub(crate) async fn check(&self) -> Option<std::result::Result<(), String>> {
        let remote = self.remote.as_ref()?;
        let nobody = Partition { id: PartitionId::system(), generation: 0 };
        let asked = remote.ask(remote.patience, remote.index.info(&nobody)).await;
        Some(asked.map(drop).map_err(|error| error.to_string()))
    }

    /// As [`Index::held_bytes`].
    pub(crate) fn held_bytes(&self) -> Option<usize> {
        self.here.held_bytes()
    }
}

impl Remote {
    /// An answer that did not come is asked for again, of whoever stands in.
    fn again<T>(&self, answer: Result<T>) -> Result<T> {
        answer.map_err(|error| match error {
            IndexError::Unavailable(_) | IndexError::Invalid(_) => IndexError::NotLoaded,
            other => other,
        })
    }
}

/// The job of having the index on a server forget somebody who was erased.
pub(crate) const TASK: &str = "unindex";

fn job_of(id: &PartitionId) -> Key {
    Key::new(Kind::Job, format!("{TASK}-{}", observe::tag(id)))
}

impl Philia {
    /// Promises that an index on a server forgets somebody who is erased next, whatever comes between.
    pub(crate) async fn promise_cleared_index(&self, id: &PartitionId) -> crate::error::Result<()> {
        if !self.0.index.is_remote() {
            return Ok(());
        }
        let store = &self.0.parts.store;
        let system = store.open(&PartitionId::system()).await?;
        let doc = json!({ "task": TASK, "account": id.account(), "subject": id.subject() }).into();
        let promise = Draft { key: job_of(id), at: self.now(), doc, blob: None };
        match store.commit(&system, vec![Change::Insert(promise)]).await {
            // It is promised already.
            Err(StoreError::Conflict(_)) => Ok(()),
            other => other.map(drop).map_err(Into::into),
        }
    }

    /// Has every index forget somebody, and takes back what was promised of it.
    pub(crate) async fn clear_index(&self, partition: &Partition) -> crate::error::Result<()> {
        self.0.index.clear(partition).await?;
        if self.0.index.is_remote() {
            let store = &self.0.parts.store;
            let system = store.open(&PartitionId::system()).await?;
            store.commit(&system, vec![Change::Delete { key: job_of(&partition.id), expected: None }]).await?;
        }
        Ok(())
    }

    pub(crate) async fn clear_index_job(&self, job: &Record) -> crate::error::Result<()> {
        let doc = job.doc.value();
        let name = |name: &str| doc[name].as_str().unwrap_or_default();
        let id = PartitionId::new(name("account"), name("subject"))?;
        self.clear_index(&Partition { id, generation: 0 }).await
    }
}

impl Person {
    /// Has the indexes hold nothing any more of what was forgotten.
    pub(crate) async fn index_forgets(&self) {
        let here = self.app.index.let_go(&self.partition).await;
        // What is on a server follows what was removed; to fill it anew might take minutes.
        let there = if self.app.index.is_remote() { self.catch_up().await.map(drop) } else { Ok(()) };
        if let Err(error) = here.map_err(Into::into).and(there) {
            tracing::warn!(%error, "the index could not be told of what was forgotten; it drops it at its next use");
        }
    }
}

/// What an index that fails is to whoever asked for memories.
impl From<IndexError> for crate::Error {
    fn from(error: IndexError) -> Self {
        Self::Store(StoreError::Unavailable(error.to_string()))
    }
}
