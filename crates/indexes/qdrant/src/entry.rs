//! An entry as a point.

use philia_mind::MemoryId;
use philia_mind::memory::recall::judge::Bag;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::index::{Entry, Filter};
use philia_ports::store::{PartitionId, micros};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A hash of some words, in 32 hexadecimal digits.
fn hex(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The same in the form of a UUID, which points are named by.
fn uuid(parts: &[&str]) -> String {
    let hex = hex(parts);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A person's name among all who are in the index. It tells nobody who they are.
pub(crate) fn owner(id: &PartitionId) -> String {
    hex(&[id.account(), id.subject()])
}

/// The id of a person's own point.
pub(crate) fn head_id(id: &PartitionId) -> String {
    uuid(&["person", id.account(), id.subject()])
}

/// The id of an entry's point: the same entry is the same point, however often it is written.
pub(crate) fn point_id(person: &str, id: &MemoryId) -> String {
    uuid(&["entry", person, id.as_str()])
}

/// An entry's payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) owner: String,
    pub(crate) person: String,
    #[serde(flatten)]
    pub(crate) standing: Standing,
    pub(crate) stems: Vec<String>,
    /// How often each of them stands there.
    pub(crate) times: Vec<u32>,
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

/// The part of it that its neighbours and the head are reckoned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) id: String,
    pub(crate) place: Option<String>,
    /// As it sorts with a sign.
    pub(crate) order: i64,
    /// As JSON, so that it can be compared.
    pub(crate) speaker: String,
    /// Its words, and its neighbours' with them.
    pub(crate) length: u32,
    pub(crate) window: u32,
    /// The points of two on each side.
    pub(crate) near: Vec<String>,
}

/// A speaker as a payload holds them.
fn name_of(speaker: &Speaker) -> String {
    serde_json::to_string(speaker).unwrap_or_default()
}

impl Standing {
    /// Its fields, for who reads no more.
    pub(crate) const FIELDS: [&str; 7] = ["id", "place", "order", "speaker", "length", "window", "near"];

    pub(crate) fn said_by(&self) -> Speaker {
        serde_json::from_str(&self.speaker).unwrap_or(Speaker::User)
    }
}

impl Kept {
    pub(crate) fn new(owner: String, person: &str, bag: &Bag, entry: &Entry) -> Self {
        let standing = Standing {
            id: entry.id.to_string(),
            place: entry.place.as_ref().map(|place| place.group.clone()),
            order: entry.place.as_ref().map_or(0, |place| (place.order ^ (1 << 63)).cast_signed()),
            speaker: name_of(&entry.speaker),
            length: bag.length,
            window: bag.length,
            near: Vec::new(),
        };
        Self {
            owner,
            person: person.into(),
            standing,
            stems: bag.stems.keys().cloned().collect(),
            times: bag.stems.values().copied().collect(),
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

    /// How often a stem stands there.
    pub(crate) fn times(&self, stem: &str) -> u32 {
        let at = self.stems.iter().position(|held| held == stem);
        at.and_then(|at| self.times.get(at)).copied().unwrap_or(0)
    }

    /// What Qdrant is asked by [`conditions`].
    pub(crate) fn passes(&self, filter: &Filter) -> bool {
        let speaker = self.standing.said_by();
        (filter.include_hidden || !self.hidden)
            && (filter.include_companion || speaker != Speaker::Companion)
            && (filter.categories.is_empty() || filter.categories.contains(&self.category))
            && filter.kind.is_none_or(|kind| self.kind == kind)
            && filter.speaker.as_ref().is_none_or(|wanted| speaker == *wanted)
            && (filter.emotions.is_empty() || self.emotion.as_ref().is_some_and(|one| filter.emotions.contains(one)))
            && filter.tags.iter().all(|tag| self.tags.contains(tag))
            && filter.after.is_none_or(|after| self.at >= micros(after))
            && filter.before.is_none_or(|before| self.at < micros(before))
            && self.importance >= filter.min_importance
    }
}

/// A condition that a field is of a value.
pub(crate) fn is(field: &str, value: impl Serialize) -> Value {
    json!({ "key": field, "match": { "value": value } })
}

/// What a filter is to Qdrant, among a person's entries, of a range of time if one is given.
pub(crate) fn conditions(person: &str, filter: &Filter, within: Option<Value>) -> Value {
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
    let after = filter.after.map(|after| json!({ "gte": micros(after) }));
    let before = filter.before.map(|before| json!({ "lt": micros(before) }));
    let ranges = [after, before, within].into_iter().flatten();
    must.extend(ranges.map(|range| json!({ "key": "at", "range": range })));
    if filter.min_importance > 0.0 {
        must.push(json!({ "key": "importance", "range": { "gte": filter.min_importance } }));
    }
    json!({ "must": must, "must_not": must_not })
}
