//! How items are named and what they hold. Names of attributes are short, because DynamoDB counts and charges them.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use philia_ports::store::{Doc, Draft, Key, Kind, PartitionId, Position, Record, from_micros, micros};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// An item: attributes by their names.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The key of the table, of every item.
pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";
/// A record's place in time within its kind: the sort key of the index `by_time`.
pub(crate) const TIME: &str = "t";
/// A record's last change within its kind: the sort key of the index `by_change`.
pub(crate) const CHANGE: &str = "s";
/// Of a job: the shard of the index `by_due`, and its place within it.
pub(crate) const SHARD: &str = "q";
pub(crate) const DUE: &str = "j";
/// Of a record: the generation that wrote it, its version, its document and its blob, where they are small.
pub(crate) const GENERATION: &str = "g";
pub(crate) const VERSION: &str = "v";
pub(crate) const DOC: &str = "d";
pub(crate) const BLOB: &str = "b";
/// Of a record whose document or blob is large: the item that holds it.
pub(crate) const CONTENT: &str = "c";
/// It is gone, and stays as a mark for the feed of changes.
pub(crate) const GONE: &str = "x";
/// Written by a commit that took a second transaction (see `commit`).
pub(crate) const PART: &str = "o";

/// Documents and blobs up to so many bytes are kept with the record: a hundred of them make a transaction, with what
/// `by_time` holds of them, that stays below 4 MB.
pub(crate) const SMALL_DOC: usize = 8 * 1024;
pub(crate) const SMALL_BLOB: usize = 16 * 1024;

/// So many shards have things that all partitions write to: one alone would take no more than a thousand writes a
/// second.
pub(crate) const SHARDS: u8 = 8;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// It is so.
pub(crate) fn mark() -> AttributeValue {
    AttributeValue::Bool(true)
}

/// The text of an attribute; empty if there is none.
pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// The number of an attribute; 0 if there is none.
pub(crate) fn number_of(item: &Item, name: &str) -> u64 {
    item.get(name).and_then(|value| value.as_n().ok()?.parse().ok()).unwrap_or(0)
}

/// Is it marked so?
pub(crate) fn is(item: &Item, name: &str) -> bool {
    item.get(name).is_some_and(|value| value.as_bool() == Ok(&true))
}

/// What an item is found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Name {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The name of an item.
    pub(crate) fn of(item: &Item) -> Self {
        Self::new(text_of(item, PK), text_of(item, SK))
    }

    /// An item of that name, with nothing in it.
    pub(crate) fn item(&self) -> Item {
        self.with([])
    }

    /// An item of that name.
    pub(crate) fn with<const N: usize>(&self, attributes: [(&str, AttributeValue); N]) -> Item {
        let name = [(PK, text(&self.pk)), (SK, text(&self.sk))];
        name.into_iter().chain(attributes).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Where a partition's items are: by the hash of its name, so that what outlives an erasure does not tell the name, and
/// every name is as long and as far from the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) id: PartitionId,
    pub(crate) hash: String,
}

impl Home {
    pub(crate) fn of(id: &PartitionId) -> Self {
        let digest: [u8; 32] = Sha256::digest(id.to_string()).into();
        Self { id: id.clone(), hash: digest.map(|byte| format!("{byte:02x}")).concat() }
    }

    /// The partition key of its records of a kind.
    pub(crate) fn pk(&self, kind: Kind) -> String {
        format!("{}#{kind}", self.hash)
    }

    /// The name of its head.
    pub(crate) fn head(&self) -> Name {
        Name::new(&self.hash, "head")
    }

    /// The name of a record.
    pub(crate) fn record(&self, key: &Key) -> Name {
        Name::new(self.pk(key.kind), &key.id)
    }

    /// Its shard.
    pub(crate) fn shard(&self) -> u8 {
        self.hash.bytes().fold(0_u8, u8::wrapping_add) % SHARDS
    }

    /// Its entry in the directory. Sorted by account and then subject: names hold no control characters.
    pub(crate) fn entry(&self) -> Name {
        Name::new("directory", format!("{}\u{1}{}", self.id.account(), self.id.subject()))
    }
}

/// The partition of an entry in the directory.
pub(crate) fn entry_of(entry: &Name) -> Option<PartitionId> {
    PartitionId::parse(&entry.sk.replace('\u{1}', "/")).ok()
}

/// An instant so that its text sorts as it does.
pub(crate) fn sortable(micros: i64) -> String {
    format!("{:016x}", micros.cast_unsigned() ^ (1 << 63))
}

/// A place in the index `by_time`.
pub(crate) fn time(place: &Position) -> String {
    sortable(place.at) + &place.id
}

/// The instant at the beginning of a sortable text.
pub(crate) fn instant(sortable: &str) -> Option<i64> {
    let bits = u64::from_str_radix(sortable.get(..16)?, 16).ok()?;
    Some((bits ^ (1 << 63)).cast_signed())
}

/// A place in the index `by_change`.
pub(crate) fn change(seq: u64, id: &str) -> String {
    format!("{seq:016x}{id}")
}

/// The partition key of a shard of `by_due`.
pub(crate) fn due_shard(shard: u8) -> String {
    format!("job#{shard}")
}

/// The partition and the job of a place in the index `by_due`.
pub(crate) fn due_of(item: &Item) -> Option<(PartitionId, Key)> {
    let mut parts = text_of(item, DUE).get(16..)?.splitn(3, '\u{1}');
    let id = PartitionId::parse(&format!("{}/{}", parts.next()?, parts.next()?)).ok()?;
    Some((id, Key::new(Kind::Job, parts.next()?)))
}

/// The item of a record, and what is too large for it: to be kept in an item of its own.
pub(crate) fn record(home: &Home, draft: &Draft, generation: u64, version: u64, seq: u64) -> (Item, Option<Item>) {
    let Draft { key, at, doc, blob } = draft;
    let place = Position { at: micros(*at), id: key.id.clone() };
    let time = text(time(&place));
    let mut item = home.record(key).with([(TIME, time), (GENERATION, number(generation)), (VERSION, number(version))]);
    let mut large = Item::new();
    if key.kind == Kind::Job {
        let due = format!("{}{}\u{1}{}\u{1}{}", sortable(place.at), home.id.account(), home.id.subject(), key.id);
        item.insert(SHARD.into(), text(due_shard(home.shard())));
        item.insert(DUE.into(), text(due));
    } else {
        item.insert(CHANGE.into(), text(change(seq, &key.id)));
    }
    let holder = if doc.len() <= SMALL_DOC { &mut item } else { &mut large };
    holder.insert(DOC.into(), text(doc.as_str()));
    if let Some(blob) = blob {
        let holder = if blob.len() <= SMALL_BLOB { &mut item } else { &mut large };
        holder.insert(BLOB.into(), AttributeValue::B(Blob::new(blob.clone())));
    }
    (item, Some(large).filter(|large| !large.is_empty()))
}

/// What is left of a record for its followers.
pub(crate) fn tombstone(home: &Home, key: &Key, generation: u64, seq: u64) -> Item {
    let change = text(change(seq, &key.id));
    home.record(key).with([(GENERATION, number(generation)), (CHANGE, change), (GONE, mark())])
}

/// The record of an item that holds all of it; none if it holds something else.
pub(crate) fn read(item: &Item) -> Option<Record> {
    let Name { pk, sk } = Name::of(item);
    Some(Record {
        key: Key::new(Kind::parse(pk.split_once('#')?.1)?, sk),
        at: from_micros(instant(text_of(item, TIME))?)?,
        version: Some(number_of(item, VERSION)).filter(|version| *version > 0)?,
        doc: Doc::kept(text_of(item, DOC))?,
        blob: match item.get(BLOB) {
            Some(blob) => Some(blob.as_b().ok()?.as_ref().to_vec()),
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
    fn instants_sort_as_text() {
        let instants = [i64::MIN, -2_000_000, -1, 0, 1, 255, 1_700_000_000_000_000, i64::MAX];
        assert!(instants.map(sortable).is_sorted());
        for at in instants {
            assert_eq!(instant(&sortable(at)), Some(at));
        }
        assert_eq!(instant("00"), None);
    }

    #[test]
    fn a_job_tells_whose_it_is() {
        let home = Home::of(&PartitionId::new("a:b", "c d").unwrap());
        let draft =
            Draft { key: Key::new(Kind::Job, "a/b:c"), at: Timestamp::UNIX_EPOCH, doc: json!({}).into(), blob: None };
        let (item, _) = record(&home, &draft, 0, 1, 1);
        assert_eq!(due_of(&item), Some((home.id.clone(), draft.key)));
        assert!(home.shard() < SHARDS);
        assert_eq!(entry_of(&home.entry()), Some(home.id));
    }

    #[test]
    fn what_is_large_stands_apart() {
        let home = Home::of(&PartitionId::system());
        let sized = |doc: usize, blob: usize| {
            let doc = json!({ "t": "x".repeat(doc - 8) }).into();
            Draft { key: Key::new(Kind::Blob, "a"), at: Timestamp::UNIX_EPOCH, doc, blob: Some(vec![7; blob]) }
        };
        for (doc, blob, large_doc, large_blob) in [
            (SMALL_DOC, SMALL_BLOB, false, false),
            (SMALL_DOC + 1, 0, true, false),
            (8, SMALL_BLOB + 1, false, true),
            (SMALL_DOC + 1, SMALL_BLOB + 1, true, true),
        ] {
            let (item, large) = record(&home, &sized(doc, blob), 0, 1, 1);
            let large = large.unwrap_or_default();
            assert_eq!((large.contains_key(DOC), large.contains_key(BLOB)), (large_doc, large_blob));
            assert_eq!((!item.contains_key(DOC), !item.contains_key(BLOB)), (large_doc, large_blob));
        }
    }
}
