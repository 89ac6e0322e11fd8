//! An entry as a point, and a person as one.

use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Bag;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::{Entry, Filter};
use philia_ports::store::{PartitionId, micros};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longer stems are told by their hash.
const LONG: usize = 256;

/// A stem as a payload holds it.
pub(crate) fn key(stem: &str) -> Cow<'_, str> {
    if stem.len() <= LONG { stem.into() } else { format!("#{}", hex(&[stem])).into() }
}

fn hash(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

fn hex(parts: &[&str]) -> String {
    hash(parts).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id of a point: a hash in the form of a UUID.
fn uuid(parts: &[&str]) -> String {
    let hex = hex(parts);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A person's name among all who are in the index.
pub(crate) fn owner(id: &PartitionId) -> String {
    hex(&[id.account(), id.subject()])
}

/// The id of a person's own point.
pub(crate) fn head_id(id: &PartitionId) -> String {
    uuid(&["person", id.account(), id.subject()])
}

/// How far the index has come with a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) generation: u64,
    /// Counts how often everything was taken in anew.
    pub(crate) load: u64,
    pub(crate) upto: u64,
    /// Something is being written: what is there may be half of it.
    pub(crate) busy: bool,
    /// The length of every vector; 0 before the first.
    pub(crate) dimensions: usize,
    pub(crate) entries: usize,
    pub(crate) length: u64,
    pub(crate) window: u64,
    /// Others by name, with how many entries are theirs.
    pub(crate) speakers: BTreeMap<String, u64>,
}

impl Head {
    /// Whose the entries of this load are.
    pub(crate) fn person(&self, id: &PartitionId) -> String {
        format!("{}-{}", owner(id), self.load)
    }

    pub(crate) fn count(&mut self, speaker: &Speaker, come: bool) {
        if let Speaker::Other(name) = speaker {
            let entries = self.speakers.entry(name.clone()).or_default();
            *entries = if come { *entries + 1 } else { entries.saturating_sub(1) };
            if *entries == 0 {
                self.speakers.remove(name);
            }
        }
    }
}

/// An entry's payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) owner: String,
    pub(crate) person: String,
    pub(crate) id: String,
    pub(crate) stems: Vec<String>,
    /// How often each of them stands there.
    pub(crate) times: Vec<u32>,
    pub(crate) length: u32,
    pub(crate) window: u32,
    /// The points of two on each side.
    pub(crate) near: Vec<String>,
    pub(crate) place: Option<String>,
    /// As it sorts with a sign.
    pub(crate) order: i64,
    /// As JSON, so that it can be compared.
    pub(crate) speaker: String,
    /// Microseconds since 1970.
    pub(crate) at: i64,
    pub(crate) kind: MemoryKind,
    pub(crate) category: Category,
    pub(crate) importance: f64,
    pub(crate) reinforced: u32,
    pub(crate) emotion: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) hidden: bool,
}

/// A speaker as a payload holds them.
pub(crate) fn name_of(speaker: &Speaker) -> String {
    serde_json::to_string(speaker).unwrap_or_default()
}

impl Kept {
    pub(crate) fn new(owner: &str, person: &str, bag: &Bag, entry: &Entry) -> Self {
        Self {
            owner: owner.into(),
            person: person.into(),
            id: entry.id.to_string(),
            stems: bag.stems.keys().map(|stem| key(stem).into_owned()).collect(),
            times: bag.stems.values().copied().collect(),
            length: bag.length,
            window: bag.length,
            near: Vec::new(),
            place: entry.place.as_ref().map(|place| place.group.clone()),
            order: entry.place.as_ref().map_or(0, |place| (place.order ^ (1 << 63)).cast_signed()),
            speaker: name_of(&entry.speaker),
            at: micros(entry.occurred_at),
            kind: entry.kind,
            category: entry.category,
            importance: entry.importance,
            reinforced: entry.reinforced,
            emotion: entry.emotion.clone(),
            tags: entry.tags.clone(),
            hidden: entry.hidden,
        }
    }

    pub(crate) fn said_by(&self) -> Speaker {
        serde_json::from_str(&self.speaker).unwrap_or(Speaker::User)
    }

    /// How often a stem stands there.
    pub(crate) fn times(&self, key: &str) -> u32 {
        let at = self.stems.iter().position(|stem| stem == key);
        at.and_then(|at| self.times.get(at)).copied().unwrap_or(0)
    }

    pub(crate) fn passes(&self, filter: &Filter) -> bool {
        (filter.include_hidden || !self.hidden)
            && (filter.include_companion || self.said_by() != Speaker::Companion)
            && (filter.categories.is_empty() || filter.categories.contains(&self.category))
            && filter.kind.is_none_or(|kind| self.kind == kind)
            && filter.speaker.as_ref().is_none_or(|speaker| self.said_by() == *speaker)
            && (filter.emotions.is_empty() || self.emotion.as_ref().is_some_and(|one| filter.emotions.contains(one)))
            && filter.tags.iter().all(|tag| self.tags.contains(tag))
            && filter.after.is_none_or(|after| self.at >= micros(after))
            && filter.before.is_none_or(|before| self.at < micros(before))
            && self.importance >= filter.min_importance
    }
}

/// The id of an entry's point.
pub(crate) fn point_id(person: &str, id: &MemoryId) -> String {
    uuid(&["entry", person, id.as_str()])
}

/// A condition that a field is of a value.
pub(crate) fn is(field: &str, value: impl Serialize) -> Value {
    json!({ "key": field, "match": { "value": value } })
}

/// What a filter is to Qdrant, among a person's entries.
pub(crate) fn conditions(person: &str, filter: &Filter) -> Value {
    let any = |field: &str, values: Value| json!({ "key": field, "match": { "any": values } });
    let (mut must, mut must_not) = (vec![is("person", person)], Vec::new());
    if !filter.include_hidden {
        must_not.push(is("hidden", true));
    }
    if !filter.include_companion {
        must_not.push(is("speaker", name_of(&Speaker::Companion)));
    }
    must.extend(filter.kind.map(|kind| is("kind", kind)));
    must.extend(filter.speaker.as_ref().map(|speaker| is("speaker", name_of(speaker))));
    must.extend(filter.tags.iter().map(|tag| is("tags", tag)));
    if !filter.categories.is_empty() {
        must.push(any("category", json!(filter.categories)));
    }
    if !filter.emotions.is_empty() {
        must.push(any("emotion", json!(filter.emotions)));
    }
    must.extend(filter.after.map(|after| json!({ "key": "at", "range": { "gte": micros(after) } })));
    must.extend(filter.before.map(|before| json!({ "key": "at", "range": { "lt": micros(before) } })));
    if filter.min_importance > 0.0 {
        must.push(json!({ "key": "importance", "range": { "gte": filter.min_importance } }));
    }
    json!({ "must": must, "must_not": must_not })
}
