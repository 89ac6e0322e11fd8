//! Looking at memories, and forgetting them.

use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::{LiveFact, fact_id};
use crate::person::Person;
use crate::records::{Versioned, draft, read};
use philia_mind::memory::{Provenance, Speaker};
use philia_mind::{Interaction, InteractionId, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::index::Filter;
use philia_ports::store::{Change, Cursor, Key, Kind, Page, Scan};

impl Person {
    /// Memories, newest first. The companion's own words are left out unless asked for, so a page may hold
    /// fewer than `limit` and still have a next one.
    pub async fn memories(&self, limit: usize, cursor: Option<Cursor>, with_companion: bool) -> Result<Page<Memory>> {
        self.browse(&Filter { include_companion: with_companion, ..Filter::default() }, limit, cursor).await
    }

    /// Memories that pass a filter, newest first. A page may hold fewer than `limit` and still have a next one.
    pub async fn browse(&self, filter: &Filter, limit: usize, cursor: Option<Cursor>) -> Result<Page<Memory>> {
        let scan = Scan { cursor, ..Scan::newest(Kind::Memory, limit) };
        let mut page: Page<Memory> = self.page(&scan).await?;
        page.items.retain(|memory| passes(memory, filter));
        Ok(page)
    }

    /// One memory.
    pub async fn memory(&self, id: &MemoryId) -> Result<Option<Memory>> {
        Ok(self.get(Kind::Memory, id.as_str()).await?.map(|record| record.value))
    }

    /// Forgets a memory: its words, the turn it came from, what was derived from it, and every fact that rests
    /// on nothing else. Returns what is gone. The turn stays in the log as one that was redacted, so that what
    /// was forgotten stays forgotten when memories are made anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such memory.
    pub async fn forget(&self, id: &MemoryId) -> Result<Vec<Memory>> {
        self.app.tell(&self.partition.id, &Event::UserAction("forget"));
        loop {
            match self.try_forget(id).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    let gone = other?;
                    self.catch_up().await?;
                    return Ok(gone);
                }
            }
        }
    }

    async fn try_forget(&self, id: &MemoryId) -> Result<Vec<Memory>> {
        let memory = self.memory(id).await?.ok_or_else(|| Error::NotFound {
            what: "memory",
            name: id.as_str().to_owned(),
            nearest: None,
        })?;
        let turns: Vec<InteractionId> = memory
            .sources
            .iter()
            .filter_map(|source| match source {
                Provenance::Interaction(turn) => Some(turn.clone()),
                Provenance::Memory(_) | Provenance::Document(_) | Provenance::Hand => None,
            })
            .collect();
        let rests_on = |memory: &Memory| {
            memory.id == *id
                || memory.sources.iter().all(|source| match source {
                    Provenance::Interaction(turn) => turns.contains(turn),
                    Provenance::Memory(other) => other == id,
                    Provenance::Document(_) | Provenance::Hand => false,
                })
        };
        let mut gone = Vec::new();
        let mut scan = Scan::of(Kind::Memory);
        loop {
            let page: Page<Memory> = self.page(&scan).await?;
            gone.extend(page.items.into_iter().filter(&rests_on));
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => break,
            }
        }
        let mut changes: Vec<Change> = gone
            .iter()
            .map(|memory| Change::Delete { key: Key::new(Kind::Memory, memory.id.as_str()), expected: None })
            .collect();
        for turn in &turns {
            changes.extend(self.redacted(turn).await?);
        }
        for memory in &gone {
            changes.extend(self.without_fact(memory).await?);
        }
        if changes.len() > philia_ports::store::MAX_CHANGES {
            return Err(Error::Invalid("too much rests on this memory to forget it at once".into()));
        }
        self.commit(changes).await?;
        Ok(gone)
    }

    /// The change that forgets that a memory holds a fact's present value.
    async fn without_fact(&self, memory: &Memory) -> Result<Option<Change>> {
        let Some(id) = memory.fact.as_ref().map(fact_id) else { return Ok(None) };
        let live = self.get::<LiveFact>(Kind::Fact, &id).await?.filter(|live| live.value.memory == memory.id);
        Ok(live.map(|live| Change::Delete { key: Key::new(Kind::Fact, id), expected: Some(live.version) }))
    }

    /// The change that takes the words out of a turn of the log.
    async fn redacted(&self, id: &InteractionId) -> Result<Option<Change>> {
        let [record] = self.get_records([Key::new(Kind::Interaction, id.as_str())]).await?;
        let Some(Versioned { value: mut turn, version }) = record.map(read::<Interaction>).transpose()? else {
            return Ok(None);
        };
        turn.redacted = true;
        turn.message.clear();
        turn.reply = turn.reply.map(|_| String::new());
        turn.used.clear();
        turn.felt = None;
        Ok(Some(Change::Put { draft: draft(Kind::Interaction, id.as_str(), turn.at, &turn)?, expected: version }))
    }
}

/// Does a memory pass? What recall hides (questions, facts that are no longer true) is shown all the same: it is there.
fn passes(memory: &Memory, filter: &Filter) -> bool {
    (filter.categories.is_empty() || filter.categories.contains(&memory.category))
        && filter.kind.is_none_or(|kind| memory.kind == kind)
        && filter.speaker.as_ref().is_none_or(|speaker| memory.speaker == *speaker)
        && (filter.include_companion || filter.speaker.is_some() || memory.speaker != Speaker::Companion)
        && (filter.emotions.is_empty()
            || memory.emotion.as_ref().is_some_and(|emotion| filter.emotions.contains(emotion)))
        && filter.tags.iter().all(|tag| memory.tags.contains(tag))
        && filter.after.is_none_or(|after| memory.occurred_at >= after)
        && filter.before.is_none_or(|before| memory.occurred_at < before)
        && memory.importance >= filter.min_importance
}
