//! Facts in time: what was true when, in whatever order it was heard.
//!
//! The values of a fact form a chain from the newest to the oldest, each superseding the one before it. A value
//! that is heard late (an old conversation that was brought in) takes its place inside the chain by the time at
//! which it was said, so it never closes a newer one. Nothing is deleted: a value that ended is closed, a value that was
//! never true is closed and marked. Keys that hold a set of values (names of dogs, languages) have a chain for each
//! value.

use crate::conflicts;
use crate::error::{Error, Result};
use crate::learn::{CORRECTED, CORRECTION, ENDED, PAST, folded};
use crate::person::Person;
use crate::text::id_of;
use crate::unit::Unit;
use jiff::Timestamp;
use philia_mind::memory::conflict::{self, Method};
use philia_mind::memory::sameness::gist;
use philia_mind::memory::{Fact, Link, Provenance, Relation};
use philia_mind::{Memory, MemoryId};
use philia_ports::store::{Key, Kind, Scan};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// A fact that is said again and again keeps the first so many of its sources: a record has an end.
const MAX_SOURCES: usize = 64;
/// The most values of a key that are known only to be of the past.
const MAX_PAST: usize = 64;
/// How sure a value is that the person has taken back.
const TAKEN_BACK: f64 = 0.1;

/// Which memory holds the value of a fact. Unique per (subject, key), and for a key that holds a set of values per
/// (subject, key, value).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LiveFact {
    pub(crate) subject: String,
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) memory: MemoryId,
    /// It ended, and no other value has come: nothing of this key is true now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Timestamp>,
    /// Values that are known only to be of the past ("I used to live in Oslo").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) past: Vec<MemoryId>,
}

/// Which facts are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactQuery {
    /// Only those about this subject (`user`, a name, a relation).
    pub subject: Option<String>,
    /// Only this key, or keys under it (`pet` finds `pet.dog.name`).
    pub key: Option<String>,
    /// Also what is no longer true.
    pub history: bool,
}

/// A fact, and what was true before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FactView {
    /// The fact.
    #[serde(flatten)]
    pub fact: Fact,
    /// The memory that holds it, with its words, its confidence and its sources.
    pub memory: Memory,
    /// Is it true now, as far as is known?
    pub live: bool,
    /// The values before it, newest first; empty unless they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Memory>,
}

impl Person {
    /// What is known to be true, by subject and key; with [`FactQuery::history`] also what was, each with the values
    /// before it.
    pub async fn facts(&self, query: &FactQuery) -> Result<Vec<FactView>> {
        let mut found: Vec<LiveFact> = self.fact_heads().await?;
        found.retain(|fact| {
            (query.history || fact.ended.is_none())
                && query.subject.as_ref().is_none_or(|subject| folded(subject) == folded(&fact.subject))
                && query.key.as_ref().is_none_or(|key| {
                    fact.key.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                })
        });
        found.sort_by(|a, b| {
            (a.subject != "user", &a.subject, &a.key, &a.value).cmp(&(
                b.subject != "user",
                &b.subject,
                &b.key,
                &b.value,
            ))
        });
        let mut views = Vec::with_capacity(found.len());
        for some in found.chunks(200) {
            let keys: Vec<Key> = some.iter().map(|fact| Key::new(Kind::Memory, fact.memory.as_str())).collect();
            let records = self.app.parts.store.get_many(&self.partition, &keys).await?;
            for (fact, record) in some.iter().zip(records) {
                // Forgotten meanwhile.
                let Some(memory) = record.map(crate::records::read::<Memory>).transpose()? else { continue };
                let before = match query.history {
                    true => self.values_before(fact, &memory.value).await?,
                    false => Vec::new(),
                };
                views.push(FactView {
                    fact: memory.value.fact.clone().unwrap_or_else(|| Fact {
                        subject: fact.subject.clone(),
                        key: fact.key.clone(),
                        value: fact.value.clone(),
                    }),
                    live: fact.ended.is_none(),
                    memory: memory.value,
                    before,
                });
            }
        }
        Ok(views)
    }

    /// The heads of all chains, live or ended.
    pub(crate) async fn fact_heads(&self) -> Result<Vec<LiveFact>> {
        let mut heads = Vec::new();
        let mut scan = Scan::of(Kind::Fact);
        loop {
            let page = self.page::<LiveFact>(&scan).await?;
            heads.extend(page.items);
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => return Ok(heads),
            }
        }
    }

    async fn values_before(&self, fact: &LiveFact, head: &Memory) -> Result<Vec<Memory>> {
        let mut values = Vec::new();
        let mut seen = HashSet::from([head.id.clone()]);
        let mut next: Vec<MemoryId> = superseded(head);
        next.extend(fact.past.iter().cloned());
        while let Some(id) = next.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            if let Some(memory) = self.memory(&id).await? {
                next.extend(superseded(&memory));
                values.push(memory);
            }
        }
        values.sort_by_key(|memory| std::cmp::Reverse((memory.valid_until, memory.occurred_at)));
        Ok(values)
    }
}

/// Takes a memory's fact into the chain of its values, and returns the memory if it is to be written: one of the
/// same value may have been strengthened instead. A memory without a fact is returned as it is.
pub(crate) async fn settle(unit: &mut Unit<'_>, mut memory: Memory) -> Result<Option<Memory>> {
    let Some(fact) = memory.fact.clone() else { return Ok(Some(memory)) };
    if is(&memory, ENDED) {
        return end(unit, memory, fact).await;
    }
    if is(&memory, PAST) {
        return was(unit, memory, fact).await;
    }
    let id = fact_id(&fact);
    let said = memory.occurred_at;
    let corrects = is(&memory, CORRECTION);
    let head = unit.get::<LiveFact>(Kind::Fact, &id).await?;

    let mut newer: Option<Memory> = None;
    let mut older = match &head {
        Some(head) => unit.get::<Memory>(Kind::Memory, head.memory.as_str()).await?,
        None => None,
    };
    let mut seen = HashSet::new();
    while let Some(known) = older.take_if(|known| holds_from(known) > said) {
        // A damaged chain may be a ring.
        let next = superseded(&known).into_iter().next().filter(|_| seen.insert(known.id.clone()));
        older = match next {
            Some(id) => unit.get::<Memory>(Kind::Memory, id.as_str()).await?,
            None => None,
        };
        newer = Some(known);
    }

    if let Some(known) = older.as_mut().filter(|known| says_the_same(known, &fact) && held_at(known, said)) {
        if strengthen(known, &memory) {
            store(unit, known)?;
        }
        return Ok(None);
    }
    if let Some(known) = newer.as_mut().filter(|known| says_the_same(known, &fact)) {
        known.valid_from = Some(said);
        strengthen(known, &memory);
        store(unit, known)?;
        if let Some(mut before) = older {
            close(&mut before, said);
            store(unit, &before)?;
        }
        return Ok(None);
    }

    match older {
        Some(mut before) => {
            memory.links.push(supersedes(&before));
            let held = held_at(&before, said);
            if corrects && held {
                memory.valid_from = Some(holds_from(&before));
                take_back(&mut before, said);
            } else {
                memory.valid_from = Some(said);
                close(&mut before, said);
            }
            if held && newer.is_none() {
                let method = if corrects { Method::UserClarification } else { Method::TemporalPrecedence };
                conflicts::settled(unit, &before, &memory, method).await?;
            }
            store(unit, &before)?;
        }
        None if corrects => take_back_another(unit, &mut memory, &fact).await?,
        None => {}
    }
    match newer {
        Some(mut after) => {
            close(&mut memory, holds_from(&after));
            after.links.retain(|link| link.relation != Relation::Supersedes);
            after.links.push(supersedes(&memory));
            after.valid_from = Some(holds_from(&after));
            store(unit, &after)?;
        }
        None => {
            conflicts::with_related_facts(unit, &mut memory).await?;
            let past = head.map(|head| head.past).unwrap_or_default();
            unit.put(Kind::Fact, &id, said, &LiveFact { past, ..live_fact(fact, &memory) })?;
        }
    }
    Ok(Some(memory))
}

/// "I no longer work at X", "we broke up": closes what is held, and opens nothing. What was not known to be held was so
/// in the past.
async fn end(unit: &mut Unit<'_>, mut memory: Memory, fact: Fact) -> Result<Option<Memory>> {
    let said = memory.occurred_at;
    let any = fact.value.trim().is_empty();
    let ids = if any && conflict::is_set(&fact.key) {
        let heads = unit.person().fact_heads().await?;
        heads.iter().filter(|head| is_about(head, &fact)).map(LiveFact::id).collect()
    } else {
        vec![fact_id(&fact)]
    };
    let mut known = false;
    for id in ids {
        let Some(mut head) = unit.get::<LiveFact>(Kind::Fact, &id).await? else { continue };
        known = true;
        let Some(mut held) = unit.get::<Memory>(Kind::Memory, head.memory.as_str()).await? else { continue };
        if head.ended.is_some() || holds_from(&held) > said || !(any || says_the_same(&held, &fact)) {
            continue;
        }
        close(&mut held, said);
        add_sources(&mut held, &memory);
        store(unit, &held)?;
        head.ended = Some(said);
        unit.put(Kind::Fact, &id, said, &head)?;
    }
    if known || any {
        return Ok(None);
    }
    memory.tags.retain(|tag| tag != ENDED);
    memory.tags.push(PAST.into());
    was(unit, memory, fact).await
}

/// "I used to live in X": true once, and not now. If it was held to be true until now, it ends.
async fn was(unit: &mut Unit<'_>, mut memory: Memory, fact: Fact) -> Result<Option<Memory>> {
    let said = memory.occurred_at;
    let id = fact_id(&fact);
    let head = unit.get::<LiveFact>(Kind::Fact, &id).await?;
    let Some(mut head) = head else {
        close(&mut memory, said);
        unit.put(Kind::Fact, &id, said, &LiveFact { ended: Some(said), ..live_fact(fact, &memory) })?;
        return Ok(Some(memory));
    };
    let mut known = vec![head.memory.clone()];
    known.extend(head.past.iter().cloned());
    unit.fetch(known.iter().map(|id| Key::new(Kind::Memory, id.as_str()))).await?;
    for (n, place) in known.iter().enumerate() {
        let Some(mut held) = unit.get::<Memory>(Kind::Memory, place.as_str()).await? else { continue };
        if !says_the_same(&held, &fact) {
            continue;
        }
        let now_over = n == 0 && head.ended.is_none() && holds_from(&held) <= said;
        if now_over {
            close(&mut held, said);
            head.ended = Some(said);
        }
        if strengthen(&mut held, &memory) || now_over {
            store(unit, &held)?;
            unit.put(Kind::Fact, &id, said, &head)?;
        }
        return Ok(None);
    }
    let until = match unit.get::<Memory>(Kind::Memory, head.memory.as_str()).await? {
        Some(held) => holds_from(&held).min(said),
        None => said,
    };
    close(&mut memory, until);
    if head.past.len() < MAX_PAST {
        head.past.push(memory.id.clone());
        unit.put(Kind::Fact, &id, said, &head)?;
    }
    Ok(Some(memory))
}

/// "No, my sister's name is Ana": of the values that could be meant by what is corrected, the one that was said last was
/// never true.
async fn take_back_another(unit: &mut Unit<'_>, memory: &mut Memory, fact: &Fact) -> Result<()> {
    let mut candidates = Vec::new();
    for head in unit.person().fact_heads().await? {
        let another = if conflict::is_set(&fact.key) {
            is_about(&head, fact)
        } else {
            // The name is the subject here, and what it is to the person the value.
            fact.key == "relation" && head.key == fact.key && gist(&head.value) == gist(&fact.value)
        };
        if another
            && head.ended.is_none()
            && let Some(held) = unit.get::<Memory>(Kind::Memory, head.memory.as_str()).await?
            && holds_from(&held) <= memory.occurred_at
        {
            candidates.push((head, held));
        }
    }
    let last = candidates.into_iter().max_by_key(|(_, held)| (held.occurred_at, held.id.clone()));
    let Some((mut head, mut wrong)) = last else { return Ok(()) };
    memory.links.push(supersedes(&wrong));
    take_back(&mut wrong, memory.occurred_at);
    head.ended = Some(memory.occurred_at);
    unit.put(Kind::Fact, &head.id(), memory.occurred_at, &head)?;
    conflicts::settled(unit, &wrong, memory, Method::UserClarification).await?;
    store(unit, &wrong)
}

/// The id of the record that makes a fact unique.
pub(crate) fn fact_id(fact: &Fact) -> String {
    let mut hash = Sha256::new();
    hash.update(folded(&fact.subject).as_bytes());
    hash.update([0]);
    hash.update(folded(&fact.key).as_bytes());
    if conflict::is_set(&fact.key) {
        hash.update([0]);
        hash.update(gist(&fact.value).as_bytes());
    }
    id_of(hash)
}

impl LiveFact {
    fn id(&self) -> String {
        fact_id(&Fact { subject: self.subject.clone(), key: self.key.clone(), value: self.value.clone() })
    }
}

pub(crate) fn live_fact(fact: Fact, memory: &Memory) -> LiveFact {
    let Fact { subject, key, value } = fact;
    LiveFact { subject, key, value, memory: memory.id.clone(), ended: None, past: Vec::new() }
}

fn is_about(head: &LiveFact, fact: &Fact) -> bool {
    folded(&head.subject) == folded(&fact.subject) && folded(&head.key) == folded(&fact.key)
}

fn is(memory: &Memory, tag: &str) -> bool {
    memory.tags.iter().any(|known| known == tag)
}

/// From when a value held.
fn holds_from(memory: &Memory) -> Timestamp {
    memory.valid_from.unwrap_or(memory.occurred_at)
}

/// Had it not been closed before that?
fn held_at(memory: &Memory, at: Timestamp) -> bool {
    memory.valid_until.is_none_or(|until| until > at)
}

fn says_the_same(memory: &Memory, fact: &Fact) -> bool {
    memory.fact.as_ref().is_some_and(|known| conflict::same_value(&fact.key, &known.value, &fact.value))
}

fn superseded(memory: &Memory) -> Vec<MemoryId> {
    let links = memory.links.iter().filter(|link| link.relation == Relation::Supersedes);
    links.map(|link| link.to.clone()).collect()
}

fn supersedes(memory: &Memory) -> Link {
    Link { to: memory.id.clone(), relation: Relation::Supersedes, strength: 1.0 }
}

/// Closes a value; it matters less from then on.
pub(crate) fn close(memory: &mut Memory, at: Timestamp) {
    if memory.valid_until.is_none() {
        memory.importance *= conflict::CLOSED;
    }
    memory.valid_until = Some(memory.valid_until.map_or(at, |until| until.min(at)));
}

/// Closes a value that was never true.
fn take_back(memory: &mut Memory, at: Timestamp) {
    close(memory, at);
    memory.confidence = memory.confidence.min(TAKEN_BACK);
    if !is(memory, CORRECTED) {
        memory.tags.push(CORRECTED.into());
    }
}

/// Strengthens a memory by one that says the same. False if it rests on nothing new: then it has been done already.
pub(crate) fn strengthen(known: &mut Memory, again: &Memory) -> bool {
    if !add_sources(known, again) {
        return false;
    }
    known.reinforced = known.reinforced.saturating_add(1);
    known.confidence = (known.confidence + again.confidence).min(1.0);
    true
}

/// Adds the sources of one memory to another's. Of very many the first are kept, and the last.
fn add_sources(known: &mut Memory, again: &Memory) -> bool {
    let new: Vec<Provenance> = again.sources.iter().filter(|source| !known.sources.contains(source)).cloned().collect();
    let any = !new.is_empty();
    for source in new {
        if known.sources.len() >= MAX_SOURCES {
            known.sources.pop();
        }
        known.sources.push(source);
    }
    any
}

pub(crate) fn store(unit: &mut Unit<'_>, memory: &Memory) -> Result<()> {
    unit.put(Kind::Memory, memory.id.as_str(), memory.occurred_at, memory)
}

/// Says no to a memory without sources: nothing is known that nobody said.
pub(crate) fn check_sources(memory: &Memory) -> Result<()> {
    match memory.sources.is_empty() {
        true => Err(Error::Invalid(format!("the memory {} names no source, and none is kept without one", memory.id))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(subject: &str, key: &str, value: &str) -> String {
        fact_id(&Fact { subject: subject.into(), key: key.into(), value: value.into() })
    }

    #[test]
    fn a_fact_is_one_by_subject_and_key() {
        assert_eq!(id("user", "home", "Rome"), id("User", "home", "Oslo"));
        assert_ne!(id("user", "home", "x"), id("sister", "home", "x"));
        assert_ne!(id("ab", "c", "x"), id("a", "bc", "x"));
    }

    #[test]
    fn each_value_of_a_set_is_a_fact_of_its_own() {
        assert_ne!(id("user", "pet.dog.name", "Rex"), id("user", "pet.dog.name", "Bella"));
        assert_eq!(id("user", "pet.dog.name", "Rex"), id("user", "pet.dog.name", "rex!"));
    }
}
