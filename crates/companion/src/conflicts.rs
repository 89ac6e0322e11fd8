//! Conflicts: what the person said that cannot all be true is found, shown and resolved.
//!
//! A new value of a fact closes the old one at once; that is noted as a conflict that is resolved already. Everything
//! else waits as detected, until the person resolves it by hand or answers when they are asked.

use crate::error::{Error, Result};
use crate::facts::{self, LiveFact, fact_id, store};
use crate::hook::Event;
use crate::person::Person;
use crate::text::id_of;
use crate::unit::Unit;
use crate::vectors::Vector;
use jiff::{SignedDuration, Timestamp};
use philia_mind::memory::conflict::{
    self, Conflict, ConflictState, Contradiction, Method, between, between_facts, related_keys,
};
use philia_mind::memory::recall::Query;
use philia_mind::memory::{Fact, Link, Relation, Speaker};
use philia_mind::{Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::index::Filter;
use philia_ports::store::{Cursor, Key, Kind, Page, Scan};
use sha2::{Digest, Sha256};

/// Memories near a new one that it is compared with.
const RIVALS: usize = 8;
/// What was found longer ago than this is no longer asked about.
const ASKED_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// An answer comes this soon after the question, or it is none.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Conflicts looked at when one is sought that may be asked about.
const LOOKED_AT: usize = 20;

impl Person {
    /// Conflicts between memories, newest first. A page may hold fewer than `limit` and still have a next one.
    pub async fn conflicts(
        &self,
        state: Option<ConflictState>,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<Page<Conflict>> {
        let mut page: Page<Conflict> = self.page(&Scan { cursor, ..Scan::newest(Kind::Conflict, limit) }).await?;
        page.items.retain(|conflict| state.is_none_or(|state| conflict.state == state));
        Ok(page)
    }

    /// One conflict.
    pub async fn conflict(&self, id: &str) -> Result<Option<Conflict>> {
        Ok(self.get(Kind::Conflict, id).await?.map(|found| found.value))
    }

    /// Resolves a conflict. `keep` says which memory holds; without it the method decides: the later one
    /// ([`Method::TemporalPrecedence`]), the surer one ([`Method::ConfidenceBased`]). What does not hold is closed, or
    /// matters less; nothing is deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such conflict; [`Error::Refused`] if it was resolved before, if `keep` is none
    /// of the two, or if the method is the person's to decide and they did not.
    pub async fn resolve_conflict(&self, id: &str, method: Method, keep: Option<&MemoryId>) -> Result<Conflict> {
        self.app.tell(&self.partition.id, &Event::UserAction("resolve conflict"));
        loop {
            let mut unit = Unit::new(self);
            let resolved = resolve(&mut unit, id, method, keep).await?;
            match self.commit(unit.changes()).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => return other.map(|_| resolved),
            }
        }
    }

    /// Compares the message among new memories with what is near it, and notes what contradicts it.
    pub(crate) async fn compare(
        &self,
        unit: &mut Unit<'_>,
        new: &[Memory],
        lesson: &[Memory],
        vectors: Option<&[Option<Vector>]>,
    ) -> Result<()> {
        let Some(message) = new.iter().find(|memory| memory.speaker == Speaker::User && memory.fact.is_none()) else {
            return Ok(());
        };
        // What is stated as a fact was compared as one.
        if lesson.iter().any(|memory| memory.fact.is_some()) || !conflict::takes_a_stand(&message.content) {
            return Ok(());
        }
        let vector = lesson.iter().position(|memory| memory.id == message.id).and_then(|n| vectors?.get(n)?.clone());
        // What the embedder cannot judge has no neighbours.
        let Some(vector) = vector else { return Ok(()) };
        let mut message = message.clone();
        let mut found = false;
        for rival in self.rivals(&message, vector).await? {
            if let Some(contradiction) = between(&rival, &message) {
                note(unit, &rival, &message, contradiction, None).await?;
                contradict(&mut message, &rival, contradiction);
                found = true;
            }
        }
        if found {
            store(unit, &message)?;
        }
        Ok(())
    }

    /// The person's own memories that are near in meaning.
    async fn rivals(&self, memory: &Memory, vector: Vector) -> Result<Vec<Memory>> {
        let embedder = self.serving().await?;
        let (Some(numbers), true) = (vector.numbers, vector.by == embedder.info().id) else { return Ok(Vec::new()) };
        let query =
            Query { text: memory.content.clone(), dense_texts: vec![memory.content.clone()], ..Query::default() };
        let filter = Filter { speaker: Some(Speaker::User), ..Filter::default() };
        let near = f64::from(embedder.info().cluster);
        let hits = match self.follow(&**embedder).await {
            Ok(_) => self.search(&**embedder, &query, &[Some(numbers)], &filter, RIVALS).await?,
            Err(error) => return Err(error),
        };
        let near = hits.into_iter().filter(|hit| hit.signals.cosine >= near && hit.id != memory.id);
        let keys: Vec<Key> = near.map(|hit| Key::new(Kind::Memory, hit.id.as_str())).collect();
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        found.into_iter().flatten().map(|record| Ok(crate::records::read(record)?.value)).collect()
    }

    /// A conflict that waits, with the words of both memories: one that was asked about a moment ago, or the newest that
    /// may be asked about.
    pub(crate) async fn open_conflict(&self, now: Timestamp) -> Result<Option<(Conflict, Memory, Memory)>> {
        let from = now.saturating_sub(ASKED_WITHIN).ok();
        let scan = Scan { from, ..Scan::newest(Kind::Conflict, LOOKED_AT) };
        let waiting = self.page::<Conflict>(&scan).await?.items;
        let waiting = waiting.into_iter().filter(|conflict| conflict.state == ConflictState::Detected);
        let (asked, unasked): (Vec<_>, Vec<_>) = waiting.partition(|conflict| conflict.asked_at.is_some());
        let just_asked = |at: Timestamp| now.duration_since(at) < ANSWERED_WITHIN;
        let asked = asked.into_iter().find(|conflict| conflict.asked_at.is_some_and(just_asked));
        let Some(conflict) = asked.or_else(|| unasked.into_iter().next()) else { return Ok(None) };
        let keys = [&conflict.older, &conflict.newer].map(|id| Key::new(Kind::Memory, id.as_str()));
        let [Some(older), Some(newer)] = self.get_records(keys).await? else { return Ok(None) };
        Ok(Some((conflict, crate::records::read(older)?.value, crate::records::read(newer)?.value)))
    }

    /// Notes that the person is asked about a conflict now.
    pub(crate) async fn asks_about(&self, conflict: &Conflict, now: Timestamp) -> Result<()> {
        let mut unit = Unit::new(self);
        if let Some(mut conflict) = unit.get::<Conflict>(Kind::Conflict, &conflict.id).await? {
            conflict.asked_at = Some(now);
            unit.put(Kind::Conflict, &conflict.id, conflict.detected_at, &conflict)?;
            self.commit(unit.changes()).await?;
        }
        Ok(())
    }
}

async fn resolve(unit: &mut Unit<'_>, id: &str, method: Method, keep: Option<&MemoryId>) -> Result<Conflict> {
    let not_found = || Error::NotFound { what: "conflict", name: id.to_owned(), nearest: None };
    let mut conflict = unit.get::<Conflict>(Kind::Conflict, id).await?.ok_or_else(not_found)?;
    if conflict.state == ConflictState::Resolved {
        let how = conflict.method.map_or("", Method::as_str);
        return Err(Error::Refused(format!("the conflict {id} was resolved before ({how})")));
    }
    if let Some(keep) = keep.filter(|keep| **keep != conflict.older && **keep != conflict.newer) {
        return Err(Error::Refused(format!(
            "keep: {keep} is none of the two memories, which are {} and {}",
            conflict.older, conflict.newer
        )));
    }
    let now = unit.person().now();
    let older = unit.get::<Memory>(Kind::Memory, conflict.older.as_str()).await?;
    let newer = unit.get::<Memory>(Kind::Memory, conflict.newer.as_str()).await?;
    // With one of them forgotten there is nothing left to decide.
    if let (Some(mut older), Some(mut newer)) = (older, newer) {
        let kept = match (method, keep) {
            (Method::Ignore, _) => None,
            (_, Some(keep)) => Some(keep.clone()),
            (Method::TemporalPrecedence, None) => Some(newer.id.clone()),
            (Method::ConfidenceBased, None) if older.confidence > newer.confidence => Some(older.id.clone()),
            (Method::ConfidenceBased, None) => Some(newer.id.clone()),
            (Method::UserClarification, None) => {
                return Err(Error::Refused(format!(
                    "keep: say which memory holds, {} or {}",
                    conflict.older, conflict.newer
                )));
            }
        };
        if let Some(kept) = &kept {
            let (winner, loser) = if *kept == newer.id { (&mut newer, &mut older) } else { (&mut older, &mut newer) };
            if method == Method::ConfidenceBased {
                loser.importance *= conflict::OUTWEIGHED;
            } else {
                facts::close(loser, now);
                winner.links.retain(|link| link.to != loser.id || link.relation != Relation::Contradicts);
                if !winner.links.iter().any(|link| link.to == loser.id && link.relation == Relation::Supersedes) {
                    winner.links.push(Link { to: loser.id.clone(), relation: Relation::Supersedes, strength: 1.0 });
                }
                end_fact(unit, loser, now).await?;
            }
            store(unit, &older)?;
            store(unit, &newer)?;
        }
        conflict.kept = kept;
    }
    conflict.state = ConflictState::Resolved;
    conflict.method = Some(method);
    conflict.resolved_at = Some(now);
    unit.put(Kind::Conflict, id, conflict.detected_at, &conflict)?;
    Ok(conflict)
}

/// A fact that does not hold is no present value any more.
async fn end_fact(unit: &mut Unit<'_>, memory: &Memory, now: Timestamp) -> Result<()> {
    let Some(id) = memory.fact.as_ref().map(fact_id) else { return Ok(()) };
    if let Some(mut head) = unit.get::<LiveFact>(Kind::Fact, &id).await?
        && head.memory == memory.id
    {
        head.ended = Some(now);
        unit.put(Kind::Fact, &id, now, &head)?;
    }
    Ok(())
}

/// Notes that a new value closed an old one that contradicted it.
pub(crate) async fn settled(unit: &mut Unit<'_>, older: &Memory, newer: &Memory, method: Method) -> Result<()> {
    let (Some(old), Some(new)) = (&older.fact, &newer.fact) else { return Ok(()) };
    let found = between_facts((old, older.occurred_at), (new, newer.occurred_at));
    // What is taken back was wrong, whatever it is.
    let taken_back = Contradiction { what: conflict::ConflictType::FactualContradiction, confidence: 1.0 };
    match found.or_else(|| (method == Method::UserClarification).then_some(taken_back)) {
        Some(contradiction) => note(unit, older, newer, contradiction, Some(method)).await,
        None => Ok(()),
    }
}

/// Compares a new fact with those of other keys that it must fit ("born 1990", "50 years old").
pub(crate) async fn with_related_facts(unit: &mut Unit<'_>, memory: &mut Memory) -> Result<()> {
    let Some(fact) = memory.fact.clone() else { return Ok(()) };
    for key in related_keys(&fact.key) {
        let other = Fact { subject: fact.subject.clone(), key: (*key).to_owned(), value: String::new() };
        let Some(head) = unit.get::<LiveFact>(Kind::Fact, &fact_id(&other)).await? else { continue };
        if head.ended.is_some() {
            continue;
        }
        let Some(known) = unit.get::<Memory>(Kind::Memory, head.memory.as_str()).await? else { continue };
        let Some(other) = &known.fact else { continue };
        if let Some(found) = between_facts((other, known.occurred_at), (&fact, memory.occurred_at)) {
            contradict(memory, &known, found);
            note(unit, &known, memory, found, None).await?;
        }
    }
    Ok(())
}

fn contradict(memory: &mut Memory, other: &Memory, found: Contradiction) {
    memory.links.push(Link { to: other.id.clone(), relation: Relation::Contradicts, strength: found.confidence });
}

/// Notes a conflict once, resolved already if a method is given.
async fn note(
    unit: &mut Unit<'_>,
    older: &Memory,
    newer: &Memory,
    found: Contradiction,
    method: Option<Method>,
) -> Result<()> {
    let hash = Sha256::new().chain_update(older.id.as_str()).chain_update([0]).chain_update(newer.id.as_str());
    let id = id_of(hash);
    if unit.get::<Conflict>(Kind::Conflict, &id).await?.is_some() {
        return Ok(());
    }
    let at = newer.created_at.max(newer.occurred_at);
    let conflict = Conflict {
        id: id.clone(),
        older: older.id.clone(),
        newer: newer.id.clone(),
        what: found.what,
        confidence: found.confidence,
        state: if method.is_some() { ConflictState::Resolved } else { ConflictState::Detected },
        method,
        kept: method.map(|_| newer.id.clone()),
        detected_at: at,
        resolved_at: method.map(|_| at),
        asked_at: None,
    };
    unit.put(Kind::Conflict, &id, at, &conflict)
}
