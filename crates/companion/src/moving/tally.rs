//! What a partition holds, as counts and a hash that every engine agrees on.
//!
//! The hash is SHA-256 over the records in their order: by the name of the kind, then by `at`, then by id (all by bytes).
//! Each is taken as a line of JSON without spaces, `{"kind":...,"id":...,"at":...,"doc":...,"blob":...}`: `at` in
//! microseconds since 1970, the fields of documents in the order of their names, the blob in base64 without padding, and
//! left away where there is none. Versions and numbers of commits are the store's own and no part of it.

use crate::text::hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use philia_ports::store::{Kind, Record, micros};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Sum {
    /// Records.
    pub records: u64,
    /// Records of each kind that there is any of.
    pub kinds: BTreeMap<String, u64>,
    /// Bytes of their lines.
    pub bytes: u64,
    /// The hash, in hexadecimal digits.
    pub sha256: String,
}

/// Counts and hashes as records go by.
#[derive(Clone, Default)]
pub struct Tally {
    hash: Sha256,
    records: u64,
    bytes: u64,
    kinds: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Takes in the next record, in the order of [`kinds`] and then of the scan.
    pub fn add(&mut self, record: &Record) {
        self.add_line(record.key.kind, &line(record));
    }

    /// The same of its [`line`].
    pub(super) fn add_line(&mut self, kind: Kind, line: &[u8]) {
        self.hash.update(line);
        self.hash.update(b"\n");
        self.records += 1;
        self.bytes += line.len() as u64;
        *self.kinds.entry(kind.as_str()).or_default() += 1;
    }

    /// What there was.
    pub fn sum(self) -> Sum {
        Sum {
            records: self.records,
            kinds: self.kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
            bytes: self.bytes,
            sha256: hex(&self.hash.finalize()),
        }
    }
}

/// Adds partitions up, in their order.
#[derive(Clone, Default)]
pub(super) struct Totals {
    hash: Sha256,
    partitions: u64,
    sum: Sum,
}

impl Totals {
    /// Takes in the next partition; one that holds nothing counts for nothing.
    pub(super) fn add(&mut self, name: &str, sum: &Sum) {
        if sum.records == 0 {
            return;
        }
        self.partitions += 1;
        self.hash.update(format!("{name} {}\n", sum.sha256));
        self.sum.records += sum.records;
        self.sum.bytes += sum.bytes;
        for (kind, count) in &sum.kinds {
            *self.sum.kinds.entry(kind.clone()).or_default() += count;
        }
    }

    pub(super) fn total(self) -> super::Total {
        super::Total { partitions: self.partitions, sum: Sum { sha256: hex(&self.hash.finalize()), ..self.sum } }
    }
}

/// Every kind, in the order of their names: the order does not change when a kind is added to the list.
pub fn kinds() -> Vec<Kind> {
    let mut kinds = Kind::ALL.to_vec();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds
}

/// A record as it is hashed and written.
pub(super) fn line(record: &Record) -> Vec<u8> {
    let Record { key, at, doc, blob, .. } = record;
    let mut out =
        format!("{{\"kind\":\"{}\",\"id\":{},\"at\":{},\"doc\":", key.kind, Value::from(key.id.as_str()), micros(*at))
            .into_bytes();
    write_canonical(&doc.value(), &mut out);
    if let Some(blob) = blob {
        out.extend(format!(",\"blob\":\"{}\"", STANDARD_NO_PAD.encode(blob)).as_bytes());
    }
    out.push(b'}');
    out
}

/// A document without spaces, fields in the order of their names.
fn write_canonical(doc: &Value, out: &mut Vec<u8>) {
    match doc {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (n, (name, field)) in fields.into_iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                out.extend(Value::from(name.as_str()).to_string().as_bytes());
                out.push(b':');
                write_canonical(field, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write_canonical(item, out);
            }
            out.push(b']');
        }
        plain => out.extend(plain.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use philia_ports::store::{Doc, Key};
    use serde_json::json;

    fn record(id: &str, doc: impl Into<Doc>, blob: Option<&[u8]>) -> Record {
        let at = Timestamp::from_microsecond(7).unwrap();
        Record { key: Key::new(Kind::Memory, id), at, version: 3, doc: doc.into(), blob: blob.map(<[u8]>::to_vec) }
    }

    fn hash(records: &[Record]) -> String {
        let mut tally = Tally::default();
        records.iter().for_each(|record| tally.add(record));
        tally.sum().sha256
    }

    #[test]
    fn only_what_is_the_records_own_counts() {
        let one = record("a", json!({ "b": 1, "a": [1.5, null, "x\"y"] }), Some(b"bytes"));
        let written = r#"{"kind":"memory","id":"a","at":7,"doc":{"a":[1.5,null,"x\"y"],"b":1},"blob":"Ynl0ZXM"}"#;
        assert_eq!(String::from_utf8(line(&one)).unwrap(), written);
        let same = Record { version: 9, doc: json!({ "a": [1.5, null, "x\"y"], "b": 1 }).into(), ..one.clone() };
        assert_eq!(hash(std::slice::from_ref(&one)), hash(&[same]));
        let others = [
            Record { key: Key::new(Kind::Fact, "a"), ..one.clone() },
            record("b", one.doc.clone(), Some(b"bytes")),
            Record { at: Timestamp::from_microsecond(8).unwrap(), ..one.clone() },
            record("a", json!({ "b": 2, "a": [1.5, null, "x\"y"] }), Some(b"bytes")),
            record("a", one.doc.clone(), Some(b"byte")),
            record("a", one.doc.clone(), Some(b"")),
            record("a", one.doc.clone(), None),
        ];
        let mut hashes: Vec<String> = others.iter().map(|other| hash(std::slice::from_ref(other))).collect();
        hashes.push(hash(std::slice::from_ref(&one)));
        hashes.push(hash(&[one.clone(), one]));
        let all = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn kinds_stand_by_their_names() {
        let kinds = kinds();
        assert_eq!(kinds.len(), Kind::ALL.len());
        assert!(kinds.is_sorted_by_key(|kind| kind.as_str()));
    }
}
