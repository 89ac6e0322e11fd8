//! How documents are named and what they hold.

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, doc};
use philia_ports::store::{Doc, Draft, Key, Kind, Partition, PartitionId, Record, from_micros, micros};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Stands for a partition's name: what outlives an erasure does not tell it.
pub(crate) fn hash(id: &PartitionId) -> String {
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(id.to_string()) {
        // Writing to a string cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// A number as BSON keeps it. Versions and commits do not come near its end.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The number of a field.
pub(crate) fn number_of(document: &Document, name: &str) -> Option<u64> {
    let number = match document.get(name)? {
        Bson::Int64(number) => *number,
        Bson::Int32(number) => i64::from(*number),
        _ => return None,
    };
    number.try_into().ok()
}

/// A partition as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// Is there a document of it?
    pub(crate) exists: bool,
    /// How often it was erased.
    pub(crate) generation: u64,
    /// Its newest commit.
    pub(crate) seq: u64,
    /// How many records it holds.
    pub(crate) records: u64,
    /// The token of the transaction that wrote this.
    pub(crate) by: String,
    /// It was erased, and not all of what it held is removed yet.
    pub(crate) erasing: bool,
}

impl Head {
    pub(crate) fn read(document: Option<&Document>) -> Self {
        let Some(document) = document else { return Self::default() };
        let number = |name| number_of(document, name).unwrap_or(0);
        Self {
            exists: true,
            generation: number("g"),
            seq: number("n"),
            records: number("r"),
            by: document.get_str("w").unwrap_or_default().to_owned(),
            erasing: document.get_bool("e").unwrap_or(false),
        }
    }

    /// The document, with the name as long as there is something of it.
    pub(crate) fn write(&self, id: &PartitionId) -> Document {
        let mut document = doc! {
            "_id": hash(id), "g": number(self.generation), "n": number(self.seq), "r": number(self.records),
            "w": &self.by,
        };
        if self.erasing {
            document.insert("e", true);
        }
        if self.seq > 0 {
            document.extend(doc! { "a": id.account(), "u": id.subject() });
        }
        document
    }
}

/// The partition of a document that names it: of a head, or of a job.
pub(crate) fn partition_of(document: &Document) -> Option<Partition> {
    let name = format!("{}/{}", document.get_str("a").ok()?, document.get_str("u").ok()?);
    Some(Partition { id: PartitionId::parse(&name).ok()?, generation: number_of(document, "g")? })
}

/// What a record is found by.
pub(crate) fn name(partition: &str, key: &Key) -> Document {
    doc! { "p": partition, "k": key.kind.as_str(), "i": &key.id }
}

/// The document of a record.
pub(crate) fn record(partition: &Partition, draft: &Draft, version: u64, seq: u64) -> Document {
    let Draft { key, at, doc, blob } = draft;
    let mut document = doc! {
        "_id": name(&hash(&partition.id), key), "g": number(partition.generation), "t": micros(*at),
        "v": number(version), "d": doc.as_str(),
    };
    if let Some(blob) = blob {
        document.insert("b", Binary { subtype: BinarySubtype::Generic, bytes: blob.clone() });
    }
    if key.kind == Kind::Job {
        // Found across partitions, and sorted by their names.
        document.extend(doc! { "j": true, "a": partition.id.account(), "u": partition.id.subject() });
    } else {
        document.insert("s", number(seq));
    }
    document
}

/// What is left of a record for its followers.
pub(crate) fn tombstone(partition: &Partition, key: &Key, seq: u64) -> Document {
    doc! {
        "_id": name(&hash(&partition.id), key), "g": number(partition.generation), "s": number(seq), "x": true,
    }
}

/// The key of a record's document.
pub(crate) fn key_of(document: &Document) -> Option<Key> {
    let name = document.get_document("_id").ok()?;
    Some(Key::new(Kind::parse(name.get_str("k").ok()?)?, name.get_str("i").ok()?))
}

/// The record of a document; none if it holds something else.
pub(crate) fn read(document: &Document) -> Option<Record> {
    Some(Record {
        key: key_of(document)?,
        at: from_micros(document.get_i64("t").ok()?)?,
        version: number_of(document, "v")?,
        doc: Doc::kept(document.get_str("d").ok()?)?,
        blob: match document.get("b") {
            Some(Bson::Binary(blob)) => Some(blob.bytes.clone()),
            Some(_) => return None,
            None => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let deep = (0..100).fold(json!(1), |inner, _| json!({ "$in.it": inner }));
        for (doc, blob) in [
            (json!({ "most": u64::MAX, "least": i64::MIN, "negative": -0.0, "third": 1.0 / 3.0 }), None),
            (json!({ "$.a": { "": "a\0b" } }), Some(vec![])),
            (deep, Some(vec![0, 255])),
        ] {
            let key = Key::new(Kind::Memory, "a.$b");
            let draft = Draft { key: key.clone(), at: Timestamp::MIN, doc: doc.into(), blob };
            let partition = Partition { id: PartitionId::system(), generation: 3 };
            let written = record(&partition, &draft, 7, 9);
            let bytes = written.to_vec().unwrap();
            let found = read(&Document::from_reader(bytes.as_slice()).unwrap()).unwrap();
            let expected = Record { key, at: draft.at, version: 7, doc: draft.doc, blob: draft.blob };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_head_comes_back_and_forgets_the_name_of_one_who_was_erased() {
        let id = PartitionId::new("home", "ana").unwrap();
        let head = Head { exists: true, generation: 2, seq: 5, records: 3, by: "x".into(), erasing: false };
        let written = head.write(&id);
        assert_eq!((Head::read(Some(&written)), partition_of(&written).unwrap().id), (head.clone(), id.clone()));
        let erased = Head { seq: 0, records: 0, erasing: true, ..head }.write(&id);
        assert!(Head::read(Some(&erased)).erasing && partition_of(&erased).is_none());
        assert!(!erased.to_string().contains("ana"));
    }
}
