//! Memories: what is kept of what was said, and the pure rules of how it is scored, fused and chosen.

use crate::{InteractionId, MemoryId, Pad};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a memory is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemoryKind {
    /// Something that happened or was said at a time.
    Episodic,
    /// Something that is so, distilled from one or more episodes.
    Semantic,
}

/// What a memory is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A durable fact ("lives in Berlin").
    Fact,
    /// A like, a dislike, a way of wanting things.
    Preference,
    /// How someone felt.
    Emotion,
    /// Something that happened or will.
    Event,
    /// Something concluded by reflection.
    Insight,
    /// Talk that is none of the others.
    Conversation,
    /// A note that was asked for.
    Note,
    /// Something to be done.
    Action,
    /// A file.
    File,
    /// An e-mail.
    Email,
}

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person.
    User,
    /// The companion. Never a source of facts, and a hit only when asked what the companion said.
    Companion,
    /// Somebody else, by name (imports keep every speaker).
    Other(String),
    /// A document, by its title: text from outside, nobody's word. Never a source of facts.
    Document(String),
}

/// Where a memory came from: the words behind it. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// A turn of the log.
    Interaction(InteractionId),
    /// Another memory.
    Memory(MemoryId),
    /// A part of a document, by the document's id; the memory's metadata says which part.
    Document(String),
    /// Written by hand, or by an application, through the door that the memory's `source` names.
    Hand,
}

/// How two memories hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// About the same thing.
    Related,
    /// The other contains this one.
    Parent,
    /// The other is part of this one.
    Child,
    /// This one replaces the other.
    Supersedes,
    /// They cannot both be true.
    Contradicts,
}

/// A link to another memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Link {
    /// The other memory.
    pub to: MemoryId,
    /// What it is to this one.
    pub relation: Relation,
    /// 0..1.
    pub strength: f64,
}

/// A fact in three words; unique per (subject, key) among those that are still valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Fact {
    /// Whom it is about: `user`, or a name or relation ("sister").
    pub subject: String,
    /// What is said of them: `name`, `home`, `pet.dog.name`.
    pub key: String,
    /// The value, in the person's own words.
    pub value: String,
}

/// Something to be done: a to-do, a promise, a reminder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Task {
    /// When it is due, if a time was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it was completed; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Put off until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Timestamp>,
}

/// Something that hangs on a memory: bytes kept in the store, or a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// What it is called (`photo.jpg`).
    pub name: String,
    /// Its media type (`image/jpeg`).
    pub media_type: String,
    /// Where it is.
    #[serde(flatten)]
    pub held: Held,
}

/// Where an attachment is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// In the store, by the id of its bytes.
    Blob(String),
    /// Elsewhere, by its address.
    Link(String),
}

/// The place of a memory in a conversation: neighbours lend each other their words in recall.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Place {
    /// Within which run of talk (a session). Neighbours never reach across.
    pub group: String,
    /// The order within the group. Gaps are allowed.
    pub order: u64,
}

/// One memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Memory {
    /// Its name; stable under repeated learning.
    pub id: MemoryId,
    /// Episodic or semantic.
    pub kind: MemoryKind,
    /// What it is about.
    pub category: Category,
    /// The text, verbatim for episodes.
    pub content: String,
    /// The door or import it came through (`cli`, `web`, `import:locomo`).
    pub source: String,
    /// Who said it.
    pub speaker: Speaker,
    /// 0..1, see [`importance`].
    pub importance: f64,
    /// 0..1: how sure we are that it is so.
    pub confidence: f64,
    /// When it was true in the world.
    pub occurred_at: Timestamp,
    /// When it was learned.
    pub created_at: Timestamp,
    /// From when a fact holds, if known apart from `occurred_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// When it stopped being true. Closed, never deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Whom it is about, where that is known: `user`, or a name or relation ("sister").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The fact it states, if it states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<Fact>,
    /// What is to be done, if something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Its place in a conversation, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The companion's mood after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Pad>,
    /// The emotion it was appraised as (an OCC name, or `surprise`, `social`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emotion: Option<String>,
    /// The words behind it. Never empty.
    pub sources: Vec<Provenance>,
    /// Links to other memories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Free labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What hangs on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// A reflection has made a semantic memory of it and others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consolidated: bool,
    /// Kept whatever happens.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// How often the same thing was said again.
    #[serde(default)]
    pub reinforced: u32,
    /// The embedder that made the vector in the record's blob; none while it waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedder: Option<String>,
    /// Anything else a source knows of it (`dia_id` of an import, a page number).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, serde_json::Value>,
}

impl Memory {
    /// An episode in somebody's own words, known for sure, of middling importance; what else is known of it is set
    /// beside (`Memory { importance, ..Memory::new(…) }`).
    pub fn new(
        id: MemoryId,
        content: impl Into<String>,
        speaker: Speaker,
        source: impl Into<String>,
        occurred_at: Timestamp,
        from: Provenance,
    ) -> Self {
        Self {
            id,
            kind: MemoryKind::Episodic,
            category: Category::Conversation,
            content: content.into(),
            source: source.into(),
            speaker,
            importance: 0.3,
            confidence: 1.0,
            occurred_at,
            created_at: occurred_at,
            valid_from: None,
            valid_until: None,
            subject: None,
            fact: None,
            task: None,
            place: None,
            mood: None,
            emotion: None,
            sources: vec![from],
            links: Vec::new(),
            tags: Vec::new(),
            attachments: Vec::new(),
            consolidated: false,
            pinned: false,
            reinforced: 0,
            embedder: None,
            metadata: BTreeMap::new(),
        }
    }

    /// Where a part of a document stands, as one cites it: `"Handbook.pdf", page 3`. None for what was said.
    pub fn citation(&self) -> Option<String> {
        let Speaker::Document(title) = &self.speaker else { return None };
        let page = |name: &str| self.metadata.get(name).and_then(serde_json::Value::as_u64);
        let pages = match (page(PAGE), page(LAST_PAGE)) {
            (Some(first), Some(last)) if last > first => format!(", pages {first} to {last}"),
            (Some(first), _) => format!(", page {first}"),
            (None, _) => String::new(),
        };
        Some(format!("\"{title}\"{pages}"))
    }
}

/// In a part of a document's metadata: the page it begins on, counted from 1, where the document has pages.
pub const PAGE: &str = "page";
/// In a part of a document's metadata: the page it ends on, if that is another one.
pub const LAST_PAGE: &str = "last_page";

pub mod audit;
pub mod chunk;
pub mod conflict;
pub mod consolidate;
mod cues;
pub mod extract;
pub mod forget;
pub mod graph;
pub mod importance;
pub mod layers;
pub mod opinion;
pub mod recall;
pub mod sameness;
pub mod tasks;
