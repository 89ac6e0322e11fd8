//! Memories by hand: adding one, changing one, and making one of two that say the same.

use crate::error::{Error, Result};
use crate::facts::{self, LiveFact, fact_id};
use crate::hook::Event;
use crate::learn::{embed_job, statement_id, write::Statement};
use crate::person::Person;
use crate::text::legible;
use crate::unit::Unit;
use jiff::Timestamp;
use philia_mind::memory::{Category, Fact, MemoryKind, Provenance, Speaker};
use philia_mind::{InteractionId, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::Kind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most bytes of a memory's text.
pub const MAX_CONTENT: usize = 32 * 1024;
/// The most labels of a memory.
pub const MAX_TAGS: usize = 32;
/// The most characters of a label.
pub const MAX_TAG: usize = 64;
/// The most bytes of what else is known of a memory.
const MAX_METADATA: usize = 16 * 1024;
/// The most characters of a fact's value.
const MAX_VALUE: usize = 8000;
/// Former texts that are kept of a memory that is changed again and again.
const MAX_FORMER: usize = 5;
/// The most memories that become one at once.
const MAX_MERGED: usize = 20;

/// In a memory's metadata: when it was last changed by hand, and what it said before.
const EDITED_AT: &str = "edited_at";
const FORMER: &str = "former";

/// A memory that is added by hand or by an application.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMemory {
    /// The text.
    #[cfg_attr(
        feature = "schema",
        schema(min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")
    )]
    pub content: String,
    /// What it is about; a fact if one is stated, else a note.
    #[serde(default)]
    pub category: Option<Category>,
    /// 0..=1; judged by the text if it is not given.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 1))]
    pub importance: Option<f64>,
    /// Free labels.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 32))]
    pub tags: Vec<String>,
    /// Keep it whatever happens.
    #[serde(default)]
    pub pinned: bool,
    /// When it was true in the world; now if it is not given.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
    /// The fact it states, if it states one: a value before it is closed.
    #[serde(default)]
    pub fact: Option<Fact>,
    /// Anything else that the application knows of it, at most 16 KiB.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub metadata: BTreeMap<String, Value>,
}

/// What is to be changed of a memory; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct MemoryEdit {
    /// The text. The former one is kept in the metadata.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(
        feature = "schema",
        schema(nullable = false, min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")
    )]
    pub content: Option<String>,
    /// What it is about.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub category: Option<Category>,
    /// 0..=1.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(nullable = false, minimum = 0, maximum = 1))]
    pub importance: Option<f64>,
    /// All labels anew.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(nullable = false, max_items = 32))]
    pub tags: Option<Vec<String>>,
    /// Keep it whatever happens.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub pinned: Option<bool>,
    /// When it was true in the world.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub occurred_at: Option<Timestamp>,
    /// The value of the fact it states.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(
        feature = "schema",
        schema(nullable = false, min_length = 1, max_length = 32768, pattern = "[^\\s\\u0000-\\u001f\\u007f-\\u009f]")
    )]
    pub value: Option<String>,
    /// Anything else that is known of it: what is named is set, and `null` takes it away.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(nullable = false, value_type = Object))]
    pub metadata: Option<BTreeMap<String, Value>>,
}

/// A field that is there must have a value: none of them can be taken away.
fn given<'de, D: Deserializer<'de>, T: DeserializeOwned>(field: D) -> std::result::Result<Option<T>, D::Error> {
    let value = Value::deserialize(field)?;
    serde_json::from_value(value).map(Some).map_err(serde::de::Error::custom)
}

impl Person {
    /// Adds a memory by hand, through the door `source`. What the person said before in the same words is strengthened
    /// instead, and returned.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming everything that is not allowed.
    pub async fn add_memory(&self, source: &str, new: NewMemory) -> Result<Memory> {
        self.add_memory_of(source, Speaker::User, new).await
    }

    /// The same, for the words of somebody else.
    ///
    /// # Errors
    /// As [`Person::add_memory`].
    pub async fn add_memory_of(&self, source: &str, speaker: Speaker, new: NewMemory) -> Result<Memory> {
        self.app.tell(&self.partition.id, &Event::UserAction("add memory"));
        let now = self.now();
        let id = MemoryId::new(format!("h-{}", self.philia().fresh_id()));
        let memory = self.drafted(id, source, speaker, new)?;
        let vectors = self.vectors_of(std::slice::from_ref(&memory)).await;
        loop {
            let mut unit = Unit::new(self);
            let new = self.write_memories(&mut unit, std::slice::from_ref(&memory), vectors.as_deref()).await?;
            if vectors.is_none() && !new.is_empty() {
                unit.write(embed_job(&InteractionId::new(memory.id.as_str()), &new, now)?);
            }
            let there = self.holder(&mut unit, &memory).await?;
            let changes = unit.changes();
            if !changes.is_empty() {
                match self.commit(changes).await {
                    Err(Error::Store(StoreError::Conflict(_))) => continue,
                    other => other?,
                };
            }
            for memory in &new {
                self.app.tell(&self.partition.id, &Event::MemoryCreated(memory));
            }
            return Ok(there);
        }
    }

    /// A memory by hand as it will be written.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming everything that is not allowed.
    pub(crate) fn drafted(&self, id: MemoryId, source: &str, speaker: Speaker, new: NewMemory) -> Result<Memory> {
        check(Some(&new.content), new.importance, Some(&new.tags), new.fact.as_ref().map(|fact| &fact.value))?;
        check_metadata(&new.metadata)?;
        if let Some(Fact { subject, key, value }) = &new.fact
            && !(is_line(subject, MAX_TAG) && is_line(key, MAX_TAG) && is_line(value, MAX_VALUE))
        {
            return Err(Error::Invalid(format!(
                "fact: subject and key have 1 to {MAX_TAG} characters each, the value 1 to {MAX_VALUE}, without control \
                 characters"
            )));
        }
        let now = self.now();
        let at = new.occurred_at.unwrap_or(now);
        let neutral = philia_mind::persona::Temperament::MIDDLE;
        let importance = new.importance.unwrap_or_else(|| {
            philia_mind::memory::importance::appraise_and_score(&self.app.rules, &new.content, &neutral).1
        });
        let category = if new.fact.is_some() { Category::Fact } else { Category::Note };
        let mut memory = Memory {
            kind: if new.fact.is_some() { MemoryKind::Semantic } else { MemoryKind::Episodic },
            category: new.category.unwrap_or(category),
            importance,
            created_at: now,
            subject: new.fact.as_ref().map(|fact| fact.subject.clone()),
            fact: new.fact,
            tags: new.tags,
            metadata: new.metadata,
            pinned: new.pinned,
            ..Memory::new(id, legible(&new.content).trim(), speaker, source, at, Provenance::Hand)
        };
        self.suspect(std::slice::from_mut(&mut memory));
        Ok(memory)
    }

    /// The memory that holds what was to be written: itself, or the one that was strengthened instead.
    async fn holder(&self, unit: &mut Unit<'_>, memory: &Memory) -> Result<Memory> {
        if let Some(new) = unit.get::<Memory>(Kind::Memory, memory.id.as_str()).await? {
            return Ok(new);
        }
        let known = match (&memory.fact, statement_id(memory)) {
            (Some(fact), _) => unit.get::<LiveFact>(Kind::Fact, &fact_id(fact)).await?.map(|head| head.memory),
            (None, Some(id)) => unit.get::<Statement>(Kind::Statement, &id).await?.map(|statement| statement.memory),
            (None, None) => None,
        };
        match known {
            Some(id) => Ok(unit.get::<Memory>(Kind::Memory, id.as_str()).await?.unwrap_or_else(|| memory.clone())),
            None => Ok(memory.clone()),
        }
    }

    /// Changes a memory by hand. A new text gets a vector of its own; what it said before stays in its metadata.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] naming everything that is not allowed. Nothing is changed then.
    pub async fn edit_memory(&self, id: &MemoryId, edit: &MemoryEdit) -> Result<Memory> {
        self.app.tell(&self.partition.id, &Event::UserAction("edit memory"));
        check(edit.content.as_ref(), edit.importance, edit.tags.as_deref(), edit.value.as_ref())?;
        check_metadata(edit.metadata.as_ref().unwrap_or(&BTreeMap::new()))?;
        loop {
            let mut unit = Unit::new(self);
            let memory = self.edited(&mut unit, id, edit).await?;
            match self.commit(unit.changes()).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    // What it said may stand among the facts at hand.
                    self.let_go().await;
                    return Ok(memory);
                }
            }
        }
    }

    async fn edited(&self, unit: &mut Unit<'_>, id: &MemoryId, edit: &MemoryEdit) -> Result<Memory> {
        let old = unit.get::<Memory>(Kind::Memory, id.as_str()).await?.ok_or_else(|| no_memory(id))?;
        let now = self.now();
        let mut memory = old.clone();
        memory.category = edit.category.unwrap_or(memory.category);
        memory.importance = edit.importance.unwrap_or(memory.importance);
        memory.pinned = edit.pinned.unwrap_or(memory.pinned);
        memory.occurred_at = edit.occurred_at.unwrap_or(memory.occurred_at);
        if let Some(tags) = &edit.tags {
            memory.tags.clone_from(tags);
        }
        for (name, value) in edit.metadata.iter().flatten() {
            match value {
                Value::Null => memory.metadata.remove(name),
                value => memory.metadata.insert(name.clone(), value.clone()),
            };
        }
        if let Some(value) = &edit.value {
            revalue(unit, &mut memory, legible(value).trim()).await?;
        }
        let content = edit.content.as_ref().map(|text| legible(text).trim().to_owned());
        if let Some(content) = content.filter(|text| *text != old.content) {
            memory.content = content;
            keep_former(&mut memory, &old.content, now);
            restate(unit, &old, &memory).await?;
            let vectors = self.vectors_of(std::slice::from_ref(&memory)).await;
            memory.metadata.insert(EDITED_AT.into(), now.to_string().into());
            if vectors.is_none() {
                let job = InteractionId::new(format!("{id}-{}", now.as_microsecond()));
                unit.write(embed_job(&job, std::slice::from_ref(&memory), now)?);
            }
            let vector = vectors.and_then(|vectors| vectors.into_iter().next().flatten());
            memory.embedder = vector.as_ref().map(|vector| vector.by.clone());
            unit.write(self.memory_draft(memory.clone(), vector.as_ref())?);
            return Ok(memory);
        }
        if memory != old {
            memory.metadata.insert(EDITED_AT.into(), now.to_string().into());
        }
        facts::store(unit, &memory)?;
        Ok(memory)
    }

    /// Makes one memory of several that the person says are one: `keep` keeps its words and takes over the others'
    /// sources, labels and weight; the others are deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] if there is nothing to merge, if there is too much, or if another states a
    /// fact that `keep` does not state.
    pub async fn merge_memories(&self, keep: &MemoryId, others: &[MemoryId]) -> Result<Memory> {
        self.app.tell(&self.partition.id, &Event::UserAction("merge memories"));
        if others.is_empty() || others.len() > MAX_MERGED || others.contains(keep) {
            return Err(Error::Refused(format!(
                "others: name 1 to {MAX_MERGED} memories that are to become a part of {keep}, and not {keep} itself"
            )));
        }
        loop {
            let mut unit = Unit::new(self);
            let merged = merged(&mut unit, keep, others).await?;
            match self.commit(unit.changes()).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    self.let_go().await;
                    self.catch_up().await?;
                    return Ok(merged);
                }
            }
        }
    }
}

async fn merged(unit: &mut Unit<'_>, keep: &MemoryId, others: &[MemoryId]) -> Result<Memory> {
    let mut kept = unit.get::<Memory>(Kind::Memory, keep.as_str()).await?.ok_or_else(|| no_memory(keep))?;
    for id in others {
        let other = unit.get::<Memory>(Kind::Memory, id.as_str()).await?.ok_or_else(|| no_memory(id))?;
        if let Some(fact) = &other.fact {
            let same =
                kept.fact.as_ref().is_some_and(|known| fact_id(known) == fact_id(fact) && known.value == fact.value);
            if !same {
                return Err(Error::Refused(format!(
                    "{id} states a fact that {keep} does not state ({} of {}); a fact is closed by a newer one, or forgotten",
                    fact.key, fact.subject
                )));
            }
            let record = fact_id(fact);
            if let Some(mut head) = unit.get::<LiveFact>(Kind::Fact, &record).await?
                && head.memory == *id
            {
                head.memory = keep.clone();
                unit.put(Kind::Fact, &record, kept.occurred_at, &head)?;
            }
        }
        facts::strengthen(&mut kept, &Memory { confidence: 0.0, ..other.clone() });
        kept.reinforced = kept.reinforced.saturating_add(other.reinforced);
        kept.importance = kept.importance.max(other.importance);
        kept.pinned |= other.pinned;
        kept.occurred_at = kept.occurred_at.min(other.occurred_at);
        kept.tags.extend(other.tags.iter().filter(|tag| !kept.tags.contains(tag)).cloned().collect::<Vec<_>>());
        kept.tags.truncate(MAX_TAGS);
        let known: Vec<MemoryId> = kept.links.iter().map(|link| link.to.clone()).chain([keep.clone()]).collect();
        kept.links.extend(other.links.iter().filter(|link| !known.contains(&link.to)).cloned());
        kept.attachments.extend(other.attachments.iter().cloned());
        // From now on, saying it again finds the one that is left.
        if let Some(statement) = statement_id(&other)
            && unit.get::<Statement>(Kind::Statement, &statement).await?.is_some_and(|known| known.memory == *id)
        {
            unit.put(Kind::Statement, &statement, kept.occurred_at, &Statement { memory: keep.clone() })?;
        }
        unit.delete(Kind::Memory, id.as_str());
    }
    kept.links.retain(|link| !others.contains(&link.to));
    facts::store(unit, &kept)?;
    Ok(kept)
}

/// A fact's value is corrected by hand.
async fn revalue(unit: &mut Unit<'_>, memory: &mut Memory, value: &str) -> Result<()> {
    let Some(fact) = &mut memory.fact else {
        return Err(Error::Refused("value: this memory states no fact; change its content".into()));
    };
    let before = fact_id(fact);
    value.clone_into(&mut fact.value);
    let after = fact_id(fact);
    if let Some(mut head) = unit.get::<LiveFact>(Kind::Fact, &before).await?
        && head.memory == memory.id
    {
        if before != after {
            if unit.get::<LiveFact>(Kind::Fact, &after).await?.is_some() {
                return Err(Error::Refused(format!("value: {value:?} is known of {} already", fact.key)));
            }
            unit.delete(Kind::Fact, &before);
        }
        value.clone_into(&mut head.value);
        unit.put(Kind::Fact, &after, memory.occurred_at, &head)?;
    }
    Ok(())
}

/// Is there something in it, in one line, in so many characters at most?
fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

/// What a memory said is no longer found by its former words, but by its new ones, unless another is.
async fn restate(unit: &mut Unit<'_>, old: &Memory, new: &Memory) -> Result<()> {
    let (before, after) = (statement_id(old), statement_id(new));
    if before == after {
        return Ok(());
    }
    if let Some(before) = before
        && unit.get::<Statement>(Kind::Statement, &before).await?.is_some_and(|known| known.memory == old.id)
    {
        unit.delete(Kind::Statement, &before);
    }
    if let Some(after) = after
        && unit.get::<Statement>(Kind::Statement, &after).await?.is_none()
    {
        unit.put(Kind::Statement, &after, new.occurred_at, &Statement { memory: new.id.clone() })?;
    }
    Ok(())
}

/// Keeps what a memory said before.
fn keep_former(memory: &mut Memory, former: &str, now: Timestamp) {
    let list = memory.metadata.entry(FORMER.into()).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.push(json!({ "until": now, "content": former }));
        if list.len() > MAX_FORMER {
            list.remove(0);
        }
    }
}

fn check(
    content: Option<&String>,
    importance: Option<f64>,
    tags: Option<&[String]>,
    value: Option<&String>,
) -> Result<()> {
    let mut problems = Vec::new();
    for (field, text) in [("content", content), ("value", value)] {
        let Some(text) = text else { continue };
        if legible(text).trim().is_empty() || text.len() > MAX_CONTENT {
            problems.push(format!(
                "{field}: {} bytes; 1 to {MAX_CONTENT} are allowed, with a word or sign in them",
                text.len()
            ));
        }
    }
    if let Some(importance) = importance.filter(|importance| !(0.0..=1.0).contains(importance)) {
        problems.push(format!("importance: {importance} is not 0 to 1"));
    }
    if let Some(tags) = tags {
        if tags.len() > MAX_TAGS {
            problems.push(format!("tags: {} of them; at most {MAX_TAGS} are allowed", tags.len()));
        }
        let bad =
            |tag: &&String| tag.trim().is_empty() || tag.chars().count() > MAX_TAG || tag.chars().any(char::is_control);
        if let Some(tag) = tags.iter().find(bad) {
            let shown: String = tag.chars().take(20).collect();
            problems.push(format!(
                "tags: {shown:?} is not allowed; 1 to {MAX_TAG} characters, none of them a control character, are"
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems.join("; "))) }
}

/// What is our own in a memory's metadata stays ours, and a record has an end.
fn check_metadata(metadata: &BTreeMap<String, Value>) -> Result<()> {
    if let Some(own) = [EDITED_AT, FORMER].into_iter().find(|own| metadata.contains_key(*own)) {
        return Err(Error::Invalid(format!("metadata: {own:?} is written by the program; take another name")));
    }
    let bytes = json!(metadata).to_string().len();
    if bytes > MAX_METADATA {
        return Err(Error::Invalid(format!("metadata: {bytes} bytes; at most {MAX_METADATA} are allowed")));
    }
    Ok(())
}

fn no_memory(id: &MemoryId) -> Error {
    Error::NotFound { what: "memory", name: id.as_str().to_owned(), nearest: None }
}
