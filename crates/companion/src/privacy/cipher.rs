//! Sealing a record: what is in it, and what its name tells.
//!
//! A document and the bytes beside it are sealed with XChaCha20-Poly1305 under the person's data key, each with a random
//! nonce of 24 bytes, and bound to their place: whose they are, which kind, which id and which of the two. So nothing
//! that is sealed can be put in another's place unnoticed. Ids are sealed, too, for many are made from what they name
//! (a statement's is the hash of its words), but always to the same: the nonce is a keyed hash of the id (a synthetic
//! initialisation vector), so that a record is found by its name.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use philia_ports::clock::random_bytes;
use philia_ports::store::{Doc, Draft, Key, Kind, Record};
use philia_ports::{Chance, PartitionId, StoreError};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// 32 bytes that nobody else has.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The only field of a sealed document.
const FIELD: &str = "$sealed";
/// What a sealed id begins with. No other id does.
const MARK: char = '~';
/// Bytes of a nonce.
const NONCE: usize = 24;

/// Random bytes that are wiped after use.
pub(super) fn random<const N: usize>(chance: &dyn Chance) -> Zeroizing<[u8; N]> {
    Zeroizing::new(random_bytes(chance))
}

/// A keyed hash.
pub(super) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail; were it to, nothing would be found under what it gives.
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Seals bytes under a key; the nonce comes before them.
pub(crate) fn seal(key: &[u8; 32], nonce: [u8; NONCE], place: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.into());
    // Only a text of more than 256 GB cannot be sealed; such a one does not fit into a record.
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: place }).unwrap_or_default();
    [&nonce[..], &sealed].concat()
}

/// Opens what [`seal`] made; none if it was made under another key, or for another place, or is damaged.
pub(crate) fn open(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place }).ok().map(Zeroizing::new)
}

/// A person's keys.
#[derive(Clone)]
pub(super) struct Ring {
    /// Seals ids. It stays as long as the person is sealed.
    pub(super) ids: Secret,
    /// Seal content, by number; the last one is the present one.
    pub(super) keys: BTreeMap<u32, Secret>,
}

impl Ring {
    pub(super) fn new(chance: &dyn Chance) -> Self {
        Self { ids: random(chance), keys: BTreeMap::from([(1, random(chance))]) }
    }

    /// The number of the present key.
    pub(super) fn current(&self) -> u32 {
        self.keys.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// A further key, which is the present one from now on.
    pub(super) fn add_key(&mut self, chance: &dyn Chance) {
        self.keys.insert(self.current() + 1, random(chance));
    }

    /// As it is wrapped.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(self.ids.to_vec());
        for (number, key) in &self.keys {
            bytes.extend(number.to_le_bytes());
            bytes.extend(&key[..]);
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (ids, rest) = bytes.split_first_chunk::<32>()?;
        let mut keys = BTreeMap::new();
        for key in rest.chunks(36) {
            let (number, key) = key.split_first_chunk::<4>()?;
            keys.insert(u32::from_le_bytes(*number), Zeroizing::new(<[u8; 32]>::try_from(key).ok()?));
        }
        (!keys.is_empty()).then_some(Self { ids: Zeroizing::new(*ids), keys })
    }
}

/// Whose records are sealed, and by which keys.
#[derive(Clone)]
pub(super) struct Sealer {
    whose: String,
    pub(super) ring: Ring,
}

impl Sealer {
    pub(super) fn new(whose: &PartitionId, ring: Ring) -> Self {
        Self { whose: whose.to_string(), ring }
    }

    /// The name under which a record is kept.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for an id that is too long to be sealed.
    pub(super) fn key(&self, key: &Key) -> Result<Key, StoreError> {
        let hash = keyed_hash(&self.ring.ids, &[b"nonce", key.kind.as_str().as_bytes(), key.id.as_bytes()]);
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&hash[..NONCE]);
        let sealed = seal(&self.ring.ids, nonce, key.kind.as_str().as_bytes(), key.id.as_bytes());
        let id = format!("{MARK}{}", URL_SAFE_NO_PAD.encode(sealed));
        if id.len() > 256 {
            return Err(StoreError::Invalid(format!(
                "the id of this {} is too long to be sealed: up to 150 bytes",
                key.kind
            )));
        }
        Ok(Key::new(key.kind, id))
    }

    /// The true id of what is kept under an id; that itself if it is no sealed one of this person.
    pub(super) fn true_id(&self, kind: Kind, id: String) -> String {
        let sealed = id.strip_prefix(MARK).and_then(|sealed| URL_SAFE_NO_PAD.decode(sealed).ok());
        let plain = sealed.and_then(|sealed| open(&self.ring.ids, kind.as_str().as_bytes(), &sealed));
        plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok()).unwrap_or(id)
    }

    fn place(&self, part: &str, key: &Key) -> Vec<u8> {
        ["philia", part, &self.whose, key.kind.as_str(), &key.id].join("\0").into_bytes()
    }

    fn seal_part(&self, part: &str, key: &Key, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        let Some((number, secret)) = self.ring.keys.last_key_value() else { return Vec::new() };
        let sealed = seal(secret, *random::<NONCE>(chance), &self.place(part, key), plain);
        [&number.to_le_bytes()[..], &sealed].concat()
    }

    fn open_part(&self, part: &str, key: &Key, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (number, sealed) = sealed.split_first_chunk::<4>()?;
        open(self.ring.keys.get(&u32::from_le_bytes(*number))?, &self.place(part, key), sealed)
    }

    /// A draft as it is kept, but for its name.
    pub(super) fn seal(&self, draft: Draft, chance: &dyn Chance) -> Draft {
        let Draft { key, at, doc, blob } = draft;
        let plain = Zeroizing::new(String::from(doc).into_bytes());
        let doc = json!({ FIELD: STANDARD_NO_PAD.encode(self.seal_part("doc", &key, &plain, chance)) }).into();
        let blob = blob.map(|plain| self.seal_part("blob", &key, &plain, chance));
        Draft { key, at, doc, blob }
    }

    /// A record as it was before it was sealed; one that was not is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for what was changed, or put there from elsewhere.
    pub(super) fn open(&self, record: Record) -> Result<Record, StoreError> {
        let Record { key, at, version, doc, blob } = record;
        let key = Key::new(key.kind, self.true_id(key.kind, key.id));
        let Some(sealed) = sealed_text(&doc) else { return Ok(Record { key, at, version, doc, blob }) };
        let damaged = || StoreError::Corrupt {
            location: key.to_string(),
            detail: "it is sealed, and not with this person's key, or not for this place".into(),
        };
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| damaged())?;
        let plain = self.open_part("doc", &key, &sealed).ok_or_else(damaged)?;
        let doc = str::from_utf8(&plain).ok().and_then(Doc::kept).ok_or_else(damaged)?;
        let blob = blob.map(|blob| self.open_part("blob", &key, &blob).ok_or_else(damaged)).transpose()?;
        Ok(Record { key, at, version, doc, blob: blob.map(|blob| blob.to_vec()) })
    }

    /// Is this record sealed with the present key, and its name with it?
    pub(super) fn is_current(&self, record: &Record) -> bool {
        let number = sealed_text(&record.doc).and_then(|text| STANDARD_NO_PAD.decode(text.get(..8)?).ok());
        let number = number.and_then(|bytes| Some(u32::from_le_bytes(*bytes.first_chunk::<4>()?)));
        record.key.id.starts_with(MARK) && number == Some(self.ring.current())
    }
}

/// Is there anything sealed about this record?
pub(crate) fn is_sealed(record: &Record) -> bool {
    sealed_text(&record.doc).is_some() || record.key.id.starts_with(MARK)
}

/// What is sealed in a document; none if it is clear.
fn sealed_text(doc: &Doc) -> Option<String> {
    // Others are told by their beginning.
    let begins = |text: &str| text.strip_prefix('"').is_some_and(|text| text.starts_with(FIELD));
    doc.as_str().trim_start().strip_prefix('{').filter(|text| begins(text.trim_start()))?;
    match doc.value() {
        Value::Object(mut fields) if fields.len() == 1 => match fields.remove(FIELD)? {
            Value::String(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The most bytes of a text that a sealed document has room for in `most` bytes.
#[cfg(test)]
const fn room(most: usize) -> usize {
    (most - 40) / 4 * 3 - (4 + NONCE + 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use philia_ports::store::{Change, MAX_RECORD_BYTES, check_changes};
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct Counting(AtomicU64);

    impl Chance for Counting {
        fn ten_bytes(&self) -> [u8; 10] {
            let mut bytes = [7; 10];
            bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            bytes
        }
    }

    fn sealer(who: &str, chance: &Counting) -> Sealer {
        Sealer::new(&PartitionId::new("home", who).unwrap(), Ring::new(chance))
    }

    fn draft(id: &str, words: &str, blob: Option<Vec<u8>>) -> Draft {
        Draft {
            key: Key::new(Kind::Memory, id),
            at: Timestamp::UNIX_EPOCH,
            doc: json!({ "content": words }).into(),
            blob,
        }
    }

    fn kept(sealer: &Sealer, draft: Draft) -> Record {
        let key = sealer.key(&draft.key).unwrap();
        Record { key, at: draft.at, version: 1, doc: draft.doc, blob: draft.blob }
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_and_shows_nothing(id in "[a-z0-9.-]{1,120}", words in "\\PC{12,200}", blob in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200))) {
            let chance = Counting::default();
            let sealer = sealer("ana", &chance);
            let clear = draft(&id, &words, blob);
            let sealed = kept(&sealer, sealer.seal(clear.clone(), &chance));
            let shown = format!("{} {}", sealed.key.id, sealed.doc);
            prop_assert!(!shown.contains(&words));
            prop_assert!(id.len() < 4 || !shown.contains(&id));
            prop_assert!(sealer.is_current(&sealed) && is_sealed(&sealed));
            let opened = sealer.open(sealed).unwrap();
            prop_assert_eq!((opened.key, opened.doc, opened.blob), (clear.key, clear.doc, clear.blob));
        }
    }

    #[test]
    fn nothing_sealed_can_be_put_in_anothers_place() {
        let chance = Counting::default();
        let (ana, ben) = (sealer("ana", &chance), sealer("ben", &chance));
        let mut bens = ana.clone();
        bens.whose = ben.whose.clone();
        let one = kept(&ana, ana.seal(draft("one", "my first secret", Some(vec![1, 2, 3])), &chance));
        let two = kept(&ana, ana.seal(draft("two", "my second secret", Some(vec![4, 5, 6])), &chance));
        assert!(ana.open(one.clone()).is_ok());
        let swapped = [
            Record { doc: two.doc.clone(), ..one.clone() },
            Record { blob: two.blob.clone(), ..one.clone() },
            Record { key: two.key.clone(), ..one.clone() },
            Record { key: Key::new(Kind::Interaction, one.key.id.clone()), ..one.clone() },
            Record { blob: Some(vec![1, 2, 3]), ..one.clone() },
        ];
        for record in swapped {
            assert!(matches!(ana.open(record), Err(StoreError::Corrupt { .. })));
        }
        assert!(bens.open(one.clone()).is_err(), "the same keys, another person");
        assert!(ben.open(one).is_err(), "another person's keys");
    }

    #[test]
    fn every_bit_counts() {
        let chance = Counting::default();
        let sealed = seal(&[1; 32], [2; NONCE], b"place", b"words");
        assert_eq!(open(&[1; 32], b"place", &sealed).unwrap().as_slice(), b"words");
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&[1; 32], b"place", &changed).is_none(), "{bit}");
        }
        assert!(open(&[1; 32], b"place", &sealed[..10]).is_none());
        let ring = Ring::new(&chance);
        assert_eq!(Ring::from_bytes(&ring.to_bytes()).unwrap().keys, ring.keys);
        assert!(Ring::from_bytes(&ring.to_bytes()[..50]).is_none());
    }

    #[test]
    fn the_longest_texts_fit_when_they_are_sealed() {
        let chance = Counting::default();
        let sealer = sealer("ana", &chance);
        let words = "x".repeat(room(MAX_RECORD_BYTES) - "{'content':''}".len());
        let sealed = sealer.seal(draft("one", &words, None), &chance);
        check_changes(&[Change::Insert(sealed)]).unwrap();
        // Twice the longest message, as one part of an import, with room for what else is in a turn.
        const { assert!(room(MAX_RECORD_BYTES) > 200 * 1024) };
        // The parts of a file are as long as they are with room for the seal.
        let part = sealer.seal(draft("one", "", Some(vec![0; 256 * 1024])), &chance);
        check_changes(&[Change::Insert(part)]).unwrap();
    }
}
