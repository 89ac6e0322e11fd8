//! Retention: what a person who chose it does not keep for longer than they said.

use super::consolidate::Consolidated;
use super::survey::Verdict;
use crate::error::{Error, Result};
use crate::person::Person;
use jiff::Timestamp;
use philia_mind::memory::forget::goes_by_age;
use philia_mind::memory::{Memory, MemoryKind, Provenance};
use philia_mind::{InteractionId, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Kind, Record};
use serde::Serialize;
use std::collections::{BTreeSet, HashSet};

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
        let Some(days) = self.profile().await?.retention_days else { return Ok(None) };
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
