//! What the tests of this crate tell an index.
#![allow(dead_code, reason = "not every test needs everything")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Known, Query, analyse};
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::index::Entry;
use philia_ports::{Partition, PartitionId};

/// Somebody.
pub(crate) fn person(name: &str) -> Partition {
    Partition { id: PartitionId::new("house", name).unwrap(), generation: 0 }
}

/// Something the person said, without a vector and without a place.
pub(crate) fn entry(id: &str, text: &str) -> Entry {
    Entry {
        id: MemoryId::new(id),
        text: text.into(),
        vector: None,
        speaker: Speaker::User,
        place: None,
        occurred_at: Timestamp::UNIX_EPOCH,
        kind: MemoryKind::Episodic,
        category: Category::Conversation,
        importance: 0.5,
        reinforced: 0,
        emotion: None,
        tags: Vec::new(),
        hidden: false,
    }
}

/// A question, analysed.
pub(crate) fn question(text: &str) -> Query {
    analyse(&Analyzer::new(), text, &Known::default(), Timestamp::UNIX_EPOCH, &TimeZone::UTC)
}
