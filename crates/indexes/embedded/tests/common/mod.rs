//! What the tests of this crate tell an index.
#![allow(dead_code, reason = "not every test needs everything")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::memory::recall::{Known, Query, analyse};
use philia_mind::text::Analyzer;
use philia_ports::{Partition, PartitionId};
pub(crate) use philia_testkit::index::entry;

/// Somebody.
pub(crate) fn person(name: &str) -> Partition {
    Partition { id: PartitionId::new("house", name).unwrap(), generation: 0 }
}

/// A question, analysed.
pub(crate) fn question(text: &str) -> Query {
    analyse(&Analyzer::new(), text, &Known::default(), Timestamp::UNIX_EPOCH, &TimeZone::UTC)
}
