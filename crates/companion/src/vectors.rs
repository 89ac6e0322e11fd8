//! A memory's vectors, in the bytes beside its document.
//!
//! Usually there is one, as plain little-endian f32, and the document names the embedder that made it. While a
//! person is embedded anew there are two, the former and the new one, each with its own name: so both belong to the
//! memory, and whatever is done to it (closed, corrected, forgotten) is done to both.

use crate::records::{blob_of, vector_of};
use philia_mind::Memory;

/// The first four bytes where each vector has its own name: as a number it is none, so no plain vector begins so.
const NAMED: [u8; 4] = [0xff, 0xff, 0xff, 0x7f];

/// What an embedder made of a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vector {
    /// Its vector space ([`philia_ports::EmbedderInfo::id`]).
    pub(crate) by: String,
    /// None if it looked and could not judge.
    pub(crate) numbers: Option<Vec<f32>>,
}

/// The vectors of a record. What cannot be understood counts as not there.
pub(crate) fn unpack(embedder: Option<&str>, blob: Option<&[u8]>) -> Vec<Vector> {
    match blob {
        Some(blob) if blob.starts_with(&NAMED) => named(&blob[NAMED.len()..]).unwrap_or_default(),
        plain => match embedder {
            Some(by) => vec![Vector { by: by.to_owned(), numbers: plain.and_then(vector_of) }],
            None => Vec::new(),
        },
    }
}

/// The bytes that hold these vectors, and the last one's name in the document.
pub(crate) fn pack(vectors: &[Vector], memory: &mut Memory) -> Option<Vec<u8>> {
    memory.embedder = vectors.last().map(|last| last.by.clone());
    if let [] | [_] = vectors {
        return vectors.first()?.numbers.as_deref().map(blob_of);
    }
    let mut bytes = NAMED.to_vec();
    for Vector { by, numbers } in vectors {
        let numbers = numbers.as_deref().map(blob_of).unwrap_or_default();
        for part in [by.as_bytes(), &numbers] {
            bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(part);
        }
    }
    Some(bytes)
}

fn named(mut bytes: &[u8]) -> Option<Vec<Vector>> {
    let mut part = || -> Option<Option<&[u8]>> {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else {
            return bytes.is_empty().then_some(None);
        };
        let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        bytes = rest;
        Some(Some(part))
    };
    let mut vectors = Vec::new();
    while let Some(by) = part()? {
        let numbers = part()??;
        let by = std::str::from_utf8(by).ok()?.to_owned();
        vectors.push(Vector { by, numbers: vector_of(numbers) });
    }
    Some(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_mind::MemoryId;
    use philia_mind::memory::{Provenance, Speaker};

    fn memory() -> Memory {
        let at = jiff::Timestamp::UNIX_EPOCH;
        Memory::new(MemoryId::new("m"), "text", Speaker::User, "test", at, Provenance::Hand)
    }

    fn vector(by: &str, numbers: &[f32]) -> Vector {
        Vector { by: by.into(), numbers: (!numbers.is_empty()).then(|| numbers.to_vec()) }
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let cases = [
            vec![],
            vec![vector("a", &[1.0, 0.5])],
            vec![vector("a", &[])],
            vec![vector("a", &[1.0]), vector("b:c:3", &[0.0, -1.0, 0.25])],
            vec![vector("a", &[]), vector("b", &[])],
        ];
        for vectors in cases {
            let mut memory = memory();
            let blob = pack(&vectors, &mut memory);
            assert_eq!(memory.embedder.as_deref(), vectors.last().map(|last| last.by.as_str()));
            assert_eq!(unpack(memory.embedder.as_deref(), blob.as_deref()), vectors);
        }
    }

    #[test]
    fn one_vector_is_kept_plain() {
        assert_eq!(pack(&[vector("a", &[1.0])], &mut memory()), Some(1.0_f32.to_le_bytes().to_vec()));
        assert_eq!(unpack(None, Some(&[0, 0, 0, 0])), []);
    }

    #[test]
    fn damaged_bytes_hold_no_vectors() {
        let whole = pack(&[vector("a", &[1.0]), vector("b", &[2.0, 3.0])], &mut memory()).unwrap();
        for end in NAMED.len() + 1..whole.len() {
            let cut = unpack(Some("b"), Some(&whole[..end]));
            assert!(cut.len() < 2, "{end}: {cut:?}");
        }
    }
}
