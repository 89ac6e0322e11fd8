//! Retention: what a person who chose it does not keep for longer than they said.

use super::consolidate::Consolidated;
use super::survey::Verdict;
use crate::error::{Error, Result};
use crate::person::Person;
use crate::philia::Philia;
use crate::records::draft;
use jiff::{SignedDuration, Timestamp};
use philia_mind::memory::forget::goes_by_age;
use philia_mind::memory::{Memory, MemoryKind, Provenance};
use philia_mind::{InteractionId, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Key, Kind, MAX_PAGE, Record};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeSet, HashSet};

/// What the daily job is called; a person has one at most.
pub(crate) const TASK: &str = "retention";

/// The most days that can be chosen.
pub const MOST_DAYS: u32 = 36_500;

/// What goes by its age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Retention {
    /// After so many days.
    pub days: u32,
    /// Memories that go.
    pub memories: usize,
    /// Turns of the log whose texts go with them.
    pub turns: usize,
}

/// What a night's reflection did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Night {
    /// What was consolidated.
    pub consolidated: Consolidated,
    /// What went by its age, where the person chose that.
    pub retention: Option<Retention>,
}

impl Person {
    /// What would go by its age, were it kept for `days`. Nothing is changed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a number of days outside 1 to [`MOST_DAYS`].
    pub async fn would_go_by_age(&self, days: u32) -> Result<Retention> {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Error::Invalid(format!("days: {days} is not 1 to {MOST_DAYS}")));
        }
        let reach = self.aged(days).await?;
        Ok(Retention { days, memories: reach.memories.len(), turns: reach.turns.len() })
    }

    /// Forgets what has become too old, if the person chose retention.
    ///
    /// # Errors
    /// A store that fails; what was begun is done later.
    pub(crate) async fn forget_by_age(&self) -> Result<Option<Retention>> {
        let Some(days) = self.retention_days().await? else { return Ok(None) };
        loop {
            let reach = self.aged(days).await?;
            let done = Retention { days, memories: reach.memories.len(), turns: reach.turns.len() };
            if done.memories == 0 && done.turns == 0 {
                return Ok(Some(done));
            }
            let pointers = self.pointers_to(&reach.memories).await?;
            match self.carry_out(&reach, pointers).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    self.reflected("retention", &done).await?;
                    return Ok(Some(done));
                }
            }
        }
    }

    /// After how many days things go: what the person chose, or else the operator.
    pub(crate) async fn retention_days(&self) -> Result<Option<u32>> {
        Ok(self.profile().await?.retention_days.or(self.app.parts.settings.retention_days))
    }

    /// The change that promises the daily job, unless it is promised already. Nights come only to those who talk; what
    /// is too old goes all the same.
    pub(crate) async fn retain_later(&self) -> Result<Option<Change>> {
        let [known] = self.get_records([Key::new(Kind::Job, TASK)]).await?;
        let draft = || draft(Kind::Job, TASK, self.now(), &json!({ "task": TASK }));
        if known.is_none() { draft().map(Change::Insert).map(Some) } else { Ok(None) }
    }

    /// The daily job: forgets what has become too old, and promises the next day's.
    pub(crate) async fn retention_job(&self, job: &Record) -> Result<()> {
        self.forget_by_age().await?;
        let expected = Some(job.version);
        let change = match self.retention_days().await? {
            None => Change::Delete { key: job.key.clone(), expected },
            Some(_) => {
                let tomorrow = self.now().saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
                let draft = draft(Kind::Job, TASK, tomorrow, &json!({ "task": TASK }))?;
                Change::Put { draft, expected: job.version }
            }
        };
        self.commit(vec![change]).await?;
        Ok(())
    }

    /// What goes, and the turns that nothing rests on any more.
    async fn aged(&self, days: u32) -> Result<philia_mind::memory::forget::Reach> {
        let now = self.now();
        // What a semantic memory that is there rests on: its sources, and all that its turns became.
        let (mut held, mut held_turns) = (HashSet::<MemoryId>::new(), HashSet::<InteractionId>::new());
        let mut insights: Vec<Memory> = Vec::new();
        self.each(Kind::Memory, |memory: Memory| {
            if memory.kind == MemoryKind::Semantic {
                insights.push(memory);
            }
        })
        .await?;
        let nothing = HashSet::new();
        for memory in insights.into_iter().filter(|memory| !goes_by_age(memory, &nothing, days, now)) {
            for source in memory.sources {
                match source {
                    Provenance::Memory(id) => {
                        held.insert(id);
                    }
                    Provenance::Interaction(turn) => {
                        held_turns.insert(turn);
                    }
                    Provenance::Document(_) | Provenance::Hand => {}
                }
            }
        }
        let held: HashSet<&MemoryId> = held.iter().collect();
        let mut survey = self
            .survey(
                |memory| {
                    let stated = memory
                        .sources
                        .iter()
                        .any(|source| matches!(source, Provenance::Interaction(turn) if held_turns.contains(turn)));
                    if !stated && goes_by_age(memory, &held, days, now) { Verdict::Asked } else { Verdict::Stays }
                },
                |_| (false, false),
            )
            .await?;
        // A turn goes if all that it became goes: the words of what stays are its provenance.
        let kept: BTreeSet<InteractionId> =
            survey.memories.iter().filter(|memory| memory.spared).flat_map(|memory| memory.turns.clone()).collect();
        for memory in &mut survey.memories {
            memory.named = !memory.spared && memory.turns.iter().all(|turn| !kept.contains(turn));
            memory.spared = !memory.named;
        }
        self.reach(&mut survey).await
    }

    /// A night's job: consolidates, and forgets what has become too old.
    pub(crate) async fn reflect_job(&self, job: &Record) -> Result<Night> {
        let night = Night { consolidated: self.consolidate_tonight().await?, retention: self.forget_by_age().await? };
        self.commit(vec![Change::Delete { key: job.key.clone(), expected: None }]).await?;
        Ok(night)
    }

    /// The change that promises a night's job, unless one waits already.
    pub(crate) async fn reflect_later(&self, now: Timestamp) -> Result<Option<Change>> {
        const JOB: &str = "reflect";
        let known = self.get_records([philia_ports::store::Key::new(Kind::Job, JOB)]).await?;
        if known[0].is_some() {
            return Ok(None);
        }
        let doc = serde_json::json!({ "task": JOB });
        Ok(Some(Change::Insert(crate::records::draft(Kind::Job, JOB, now, &doc)?)))
    }
}

impl Philia {
    /// Promises the daily job to everybody for whom the operator chose retention, whether they talk or not.
    ///
    /// # Errors
    /// The store does not answer.
    pub(crate) async fn promise_retention(&self) -> Result<()> {
        if self.0.parts.settings.retention_days.is_none() {
            return Ok(());
        }
        let mut cursor = None;
        loop {
            let page = self.0.parts.store.partitions(MAX_PAGE, cursor).await?;
            for info in page.items {
                let person = self.of(info.partition);
                let promised = async {
                    match person.retain_later().await? {
                        Some(job) => person.commit(vec![job]).await.map(drop),
                        None => Ok(()),
                    }
                };
                if let Err(error) = promised.await {
                    tracing::warn!(%error, "one person's retention is promised another day");
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}
