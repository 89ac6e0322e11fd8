//! Words as PostgreSQL's full-text search holds them: the mind's own stems, as lexemes.
//!
//! A lexeme begins with the number of its person, so that one index over all people finds one person's words without a
//! look at anybody else's: `17/kayak`. How often a stem stands in a memory is how many positions its lexeme has.

use philia_mind::memory::recall::judge::{Bag, DIMENSIONS};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write as _;
use tokio_postgres::types::{FromSql, Type};

/// Longer stems are told by their hash: a lexeme has at most 2,046 bytes.
const LONG: usize = 256;
/// A lexeme has at most so many positions.
const MOST_TIMES: u32 = 255;
/// A sparse vector has at most so many numbers.
const MOST_WEIGHTS: usize = 16_000;

/// A stem as a lexeme holds it.
pub(super) fn key(stem: &str) -> Cow<'_, str> {
    if stem.len() <= LONG {
        return stem.into();
    }
    let hash = Sha256::digest(stem.as_bytes());
    hash.iter()
        .take(16)
        .fold(String::from("#"), |mut key, byte| {
            let _ = write!(key, "{byte:02x}");
            key
        })
        .into()
}

/// A person's stem as it stands in the text of a tsvector or tsquery.
pub(super) fn lexeme(person: i32, key: &str) -> String {
    format!("'{person}/{}'", key.replace('\\', "\\\\").replace('\'', "''"))
}

/// A memory's words as the text of a tsvector.
pub(super) fn tsvector(person: i32, bag: &Bag) -> String {
    let mut text = String::new();
    for (stem, times) in &bag.stems {
        text.push_str(&lexeme(person, &key(stem)));
        for at in 1..=(*times).min(MOST_TIMES) {
            let _ = write!(text, "{}{at}", if at == 1 { ':' } else { ',' });
        }
        text.push(' ');
    }
    text
}

/// Whoever holds one of these stems, as the text of a tsquery.
pub(super) fn tsquery<'s>(person: i32, keys: impl Iterator<Item = &'s str>) -> String {
    keys.map(|key| lexeme(person, key)).collect::<Vec<_>>().join(" | ")
}

/// Numbers by dimension as the text of a sparse vector.
pub(super) fn sparse(numbers: &[(u32, f32)]) -> String {
    let numbers = numbers.iter().take(MOST_WEIGHTS).filter(|(_, number)| *number != 0.0);
    let numbers: Vec<String> = numbers.map(|(dimension, number)| format!("{dimension}:{number}")).collect();
    format!("{{{}}}/{DIMENSIONS}", numbers.join(","))
}

/// Numbers as the text of a vector of length 1; none if they are no direction.
pub(super) fn vector(numbers: &[f32]) -> Option<String> {
    let length = numbers.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    if length == 0.0 || !length.is_finite() {
        return None;
    }
    let numbers: Vec<String> = numbers.iter().map(|x| format!("{}", (f64::from(*x) / length) as f32)).collect();
    Some(format!("[{}]", numbers.join(",")))
}

/// The stems of a memory with how often each stands there, as its column `words` holds them.
#[derive(Debug, Default)]
pub(super) struct Held<'a>(pub(super) Vec<(&'a str, u32)>);

impl<'a> FromSql<'a> for Held<'a> {
    /// A number of lexemes, then each: its text, a zero, a number of positions, the positions.
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let mut rest = raw;
        let count = u32::from_be_bytes(take(&mut rest, 4)?.try_into()?);
        let mut held = Vec::new();
        for _ in 0..count {
            let end = rest.iter().position(|byte| *byte == 0).ok_or("a lexeme without an end")?;
            let text = std::str::from_utf8(take(&mut rest, end)?)?;
            take(&mut rest, 1)?;
            let times = u16::from_be_bytes(take(&mut rest, 2)?.try_into()?);
            take(&mut rest, 2 * usize::from(times))?;
            let (_, key) = text.split_once('/').ok_or("a lexeme of nobody")?;
            held.push((key, u32::from(times).max(1)));
        }
        Ok(Self(held))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::TS_VECTOR
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], &'static str> {
    let (taken, left) = rest.split_at_checked(count).ok_or("it ends too soon")?;
    *rest = left;
    Ok(taken)
}

/// A vector of half precision as its type sends it: how many numbers, a zero, the numbers (IEEE 754 binary16).
pub(super) fn halves(sent: &[u8]) -> Vec<f32> {
    let half = |bytes: &[u8; 2]| {
        let bits = u16::from_be_bytes(*bytes);
        let (exponent, fraction) = ((bits >> 10) & 0x1f, f32::from(bits & 0x3ff));
        let size = match exponent {
            0 => fraction * 2.0_f32.powi(-24),
            // The same fraction, and an exponent that is counted from 127 rather than from 15.
            _ => f32::from_bits((u32::from(bits & 0x7fff) << 13) + ((127 - 15) << 23)),
        };
        if bits & 0x8000 == 0 { size } else { -size }
    };
    sent.get(4..).map(|numbers| numbers.as_chunks::<2>().0.iter().map(half).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_mind::text::Analyzer;

    #[test]
    fn words_are_quoted_and_counted() {
        let bag = Bag::of(&Analyzer::new(), "The dog and the other dog's lake");
        assert_eq!(tsvector(7, &bag), "'7/dog':1,2 '7/lake':1 ");
        assert_eq!(tsquery(7, ["it's", "a\\b"].into_iter()), "'7/it''s' | '7/a\\\\b'");
        let long = "x".repeat(1000);
        assert_eq!((key(&long).len(), key("dog")), (33, "dog".into()));
        assert_eq!(sparse(&[(1, 0.5), (3, 0.0), (9, 2.0)]), "{1:0.5,9:2}/1000000000");
    }

    #[test]
    fn vectors_have_length_one_or_are_none() {
        assert_eq!(vector(&[3.0, 4.0]).as_deref(), Some("[0.6,0.8]"));
        for none in [&[0.0, 0.0][..], &[f32::NAN], &[f32::INFINITY, 1.0], &[]] {
            assert_eq!(vector(none), None);
        }
        let sent = [0, 5, 0, 0, 0x3c, 0, 0xb8, 0, 0, 0, 0, 1, 0x35, 0x55];
        assert_eq!(halves(&sent), [1.0, -0.5, 0.0, 2.0_f32.powi(-24), 0.333_251_95]);
    }
}
