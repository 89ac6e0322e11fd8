//! Typed documents in and out of records.

use crate::error::{Error, Result};
use jiff::Timestamp;
use philia_ports::store::{Doc, Draft, Key, Kind, Record};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A document with the version it was read at.
#[derive(Clone, Debug)]
pub(crate) struct Versioned<T> {
    /// The document.
    pub(crate) value: T,
    /// 0 if it is not in the store yet.
    pub(crate) version: u64,
}

/// Reads a record's document.
pub(crate) fn read<T: DeserializeOwned>(record: Record) -> Result<Versioned<T>> {
    let Record { key, version, doc, .. } = record;
    match doc.read() {
        Ok(value) => Ok(Versioned { value, version }),
        Err(error) => Err(Error::Damaged { what: key.kind.as_str(), id: key.id, detail: error.to_string() }),
    }
}

/// A record to be written.
pub(crate) fn draft<T: Serialize>(kind: Kind, id: &str, at: Timestamp, value: &T) -> Result<Draft> {
    let doc = Doc::of(value).map_err(|error| Error::Damaged {
        what: kind.as_str(),
        id: id.to_owned(),
        detail: error.to_string(),
    })?;
    Ok(Draft { key: Key::new(kind, id), at, doc, blob: None })
}

/// A vector as a record's blob: little-endian f32.
pub(crate) fn blob_of(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A record's blob as a vector; none if it is no list of finite f32.
pub(crate) fn vector_of(blob: &[u8]) -> Option<Vec<f32>> {
    if blob.is_empty() || !blob.len().is_multiple_of(4) {
        return None;
    }
    let vector: Vec<f32> = blob.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    vector.iter().all(|number| number.is_finite()).then_some(vector)
}
