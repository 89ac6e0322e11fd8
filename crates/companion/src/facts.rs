//! Facts in time: what was true when, in whatever order it was heard.
//!
//! The values of a fact form a chain from the newest to the oldest, each superseding the one before it. A value
//! that is heard late (an old conversation that was brought in) takes its place inside the chain by the time at
//! which it was said, so it never closes a newer one.

use crate::error::Result;
use crate::learn::{LiveFact, fact_id, folded};
use crate::unit::Unit;
use jiff::Timestamp;
use philia_mind::Memory;
use philia_mind::memory::{Fact, Link, Provenance, Relation};
use philia_ports::store::Kind;
use std::collections::HashSet;

/// A fact that is said again and again keeps the first so many of its sources: a record has an end.
const MAX_SOURCES: usize = 64;

/// Takes a memory's fact into the chain of its values, and returns the memory if it is to be written: one of the
/// same value may have been strengthened instead. A memory without a fact is returned as it is.
pub(crate) async fn settle(unit: &mut Unit<'_>, mut memory: Memory) -> Result<Option<Memory>> {
    let Some(fact) = memory.fact.clone() else { return Ok(Some(memory)) };
    let id = fact_id(&fact);
    let said = memory.occurred_at;
    let live = unit.get::<LiveFact>(Kind::Fact, &id).await?;

    let mut newer: Option<Memory> = None;
    let mut older = match &live {
        Some(live) => unit.get::<Memory>(Kind::Memory, live.memory.as_str()).await?,
        None => None,
    };
    let mut seen = HashSet::new();
    while let Some(known) = older.take_if(|known| holds_from(known) > said) {
        // A damaged chain may be a ring.
        let next = superseded(&known).filter(|_| seen.insert(known.id.clone()));
        older = match next {
            Some(link) => unit.get::<Memory>(Kind::Memory, link.to.as_str()).await?,
            None => None,
        };
        newer = Some(known);
    }

    if let Some(known) = older.as_mut().filter(|known| value_of(known) == folded(&fact.value) && held_at(known, said)) {
        strengthen(known, &memory);
        store(unit, known)?;
        return Ok(None);
    }
    if let Some(known) = newer.as_mut().filter(|known| value_of(known) == folded(&fact.value)) {
        known.valid_from = Some(said);
        strengthen(known, &memory);
        store(unit, known)?;
        if let Some(mut before) = older {
            close(&mut before, said);
            store(unit, &before)?;
        }
        return Ok(None);
    }

    if let Some(mut before) = older {
        close(&mut before, said);
        memory.valid_from = Some(said);
        memory.links.push(supersedes(&before));
        store(unit, &before)?;
    }
    match newer {
        Some(mut after) => {
            close(&mut memory, holds_from(&after));
            after.links.retain(|link| link.relation != Relation::Supersedes);
            after.links.push(supersedes(&memory));
            after.valid_from = Some(holds_from(&after));
            store(unit, &after)?;
        }
        None => unit.put(Kind::Fact, &id, said, &live_fact(fact, &memory))?,
    }
    Ok(Some(memory))
}

fn live_fact(fact: Fact, memory: &Memory) -> LiveFact {
    LiveFact { subject: fact.subject, key: fact.key, value: fact.value, memory: memory.id.clone() }
}

/// From when a value held.
fn holds_from(memory: &Memory) -> Timestamp {
    memory.valid_from.unwrap_or(memory.occurred_at)
}

/// Had it not been closed before that?
fn held_at(memory: &Memory, at: Timestamp) -> bool {
    memory.valid_until.is_none_or(|until| until > at)
}

fn value_of(memory: &Memory) -> String {
    memory.fact.as_ref().map(|fact| folded(&fact.value)).unwrap_or_default()
}

fn superseded(memory: &Memory) -> Option<&Link> {
    memory.links.iter().find(|link| link.relation == Relation::Supersedes)
}

fn supersedes(memory: &Memory) -> Link {
    Link { to: memory.id.clone(), relation: Relation::Supersedes, strength: 1.0 }
}

fn close(memory: &mut Memory, at: Timestamp) {
    memory.valid_until = Some(memory.valid_until.map_or(at, |until| until.min(at)));
}

fn strengthen(known: &mut Memory, again: &Memory) {
    known.reinforced += 1;
    known.confidence = (known.confidence + again.confidence).min(1.0);
    let new: Vec<Provenance> = again.sources.iter().filter(|source| !known.sources.contains(source)).cloned().collect();
    known.sources.extend(new);
    known.sources.truncate(MAX_SOURCES);
}

fn store(unit: &mut Unit<'_>, memory: &Memory) -> Result<()> {
    unit.put(Kind::Memory, memory.id.as_str(), memory.occurred_at, memory)
}
