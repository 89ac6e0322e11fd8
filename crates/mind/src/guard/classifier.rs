//! What a message is by all of its words together: a linear classifier over hashed words, pairs of words and runs of
//! letters (multinomial logistic regression; features hashed as in Weinberger et al., 2009).
//!
//! Signs and parts know what somebody wrote down; this weighs what nobody did. It is learned from the sentences in
//! `crates/testkit/data` by `cargo run --release -p philia-mind --example learn_guard`, and reads nothing but
//! its own table: no model, no network, the same answer on every machine.

use super::plain::plain;
use crate::phrase::Fnv;
use compact_str::CompactString;
use std::hash::Hasher as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// So many features are told apart, a power of two; what falls together is weighed together.
pub const BUCKETS: usize = 1 << 17;

/// Classes that are told apart, the one that nothing follows from first.
pub const CLASSES: usize = 4;

/// Runs of so many letters within a word, its beginning and its end counted as one each.
const RUNS: std::ops::RangeInclusive<usize> = 2..=5;

/// A longer text is read through windows of so many letters, each half over the one before: what matters is not to
/// drown in the rest.
const WINDOW: usize = 240;

/// A step of the rarity of a feature as it is kept, in natural logarithms.
const RARITY_STEP: f32 = 1.0 / 16.0;

/// The features of a text, sorted and each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Words and pairs of words.
    pub words: Vec<u32>,
    /// Runs of letters within words.
    pub runs: Vec<u32>,
}

impl Features {
    /// The features of a text.
    pub fn of(text: &str) -> Self {
        Self::of_words(&words(text))
    }

    fn of_words(words: &[CompactString]) -> Self {
        let mut features = Self::default();
        let mut letters: Vec<char> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            features.words.push(bucket(&[b"w", word.as_bytes()]));
            if let Some(next) = words.get(at + 1) {
                features.words.push(bucket(&[b"w", word.as_bytes(), b" ", next.as_bytes()]));
            }
            letters.clear();
            letters.extend(std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')));
            for start in 0..letters.len() {
                let mut hash = Fnv::default();
                hash.write(b"c");
                for (before, letter) in letters[start..].iter().take(*RUNS.end()).enumerate() {
                    hash.write(letter.encode_utf8(&mut [0; 4]).as_bytes());
                    if RUNS.contains(&(before + 1)) {
                        features.runs.push(fold(hash.finish()));
                    }
                }
            }
        }
        for list in [&mut features.words, &mut features.runs] {
            list.sort_unstable();
            list.dedup();
        }
        features
    }

    /// Both kinds, each weighed by `rarity` and of length one.
    pub fn values(&self, rarity: impl Fn(u32) -> f32) -> impl Iterator<Item = (u32, f32)> {
        [&self.words, &self.runs].into_iter().flat_map(move |list| {
            let values: Vec<f32> = list.iter().map(|feature| rarity(*feature)).collect();
            let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            list.iter().copied().zip(values.into_iter().map(move |value| value / length)).collect::<Vec<_>>()
        })
    }
}

fn bucket(parts: &[&[u8]]) -> u32 {
    let mut hash = Fnv::default();
    parts.iter().for_each(|part| hash.write(part));
    fold(hash.finish())
}

fn fold(hash: u64) -> u32 {
    ((hash ^ (hash >> 32)) % BUCKETS as u64) as u32
}

/// The words of a text without disguise, in lower case, without accents, every digit a nought.
fn words(text: &str) -> Vec<CompactString> {
    let mut out = Vec::new();
    let mut word = CompactString::default();
    let plain = plain(text);
    if plain.is_ascii() {
        // The same, without a look at Unicode's tables for each letter.
        let parts = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let letter = |c: char| if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() };
        return parts.map(|word| word.chars().map(letter).collect()).collect();
    }
    let bare = plain.nfkd().filter(|c| !matches!(*c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{640}'));
    for c in bare.flat_map(char::to_lowercase).chain(std::iter::once(' ')) {
        if c.is_numeric() {
            word.push('0');
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            word.push(c);
        } else if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
    }
    out
}

/// A table that was learned: for each class its bias and the scale of its weights (32-bit floats, little-endian); then for
/// each feature its rarity (a byte, in sixteenths) and a weight for each class (signed bytes).
pub type Table = [u8; 8 * CLASSES + BUCKETS * ROW];

/// Bytes of a feature in a [`Table`].
const ROW: usize = 1 + CLASSES;

/// How much speaks for each class, in log-odds up to a common summand.
pub type Logits = [f32; CLASSES];

/// A table, read.
#[derive(Debug)]
pub struct Classifier {
    biases: Logits,
    scales: [f32; CLASSES],
    rows: &'static [u8],
}

impl Classifier {
    /// Reads a table.
    pub fn new(table: &'static Table) -> Self {
        let (head, rows) = table.split_at(8 * CLASSES);
        let float = |at: usize| f32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        Self {
            biases: std::array::from_fn(|class| float(8 * class)),
            scales: std::array::from_fn(|class| float(8 * class + 4)),
            rows,
        }
    }

    /// How much a text speaks for each class; of a long one, the window that is furthest from the first class.
    pub fn weigh(&self, text: &str) -> Logits {
        let words = words(text);
        furthest(Windows(&words).map(|window| self.weigh_features(&Features::of_words(window)))).unwrap_or(self.biases)
    }

    fn weigh_features(&self, features: &Features) -> Logits {
        let mut sums: Logits = [0.0; CLASSES];
        let row = |feature: u32| &self.rows[feature as usize * ROW..][..ROW];
        for (feature, value) in features.values(|feature| f32::from(row(feature)[0]) * RARITY_STEP) {
            for (sum, weight) in sums.iter_mut().zip(&row(feature)[1..]) {
                *sum += value * f32::from(weight.cast_signed());
            }
        }
        std::array::from_fn(|class| self.biases[class] + sums[class] * self.scales[class])
    }
}

/// What is furthest from the first class; of equals the first.
pub fn furthest(weighed: impl Iterator<Item = Logits>) -> Option<Logits> {
    weighed.reduce(|best, next| if against_first(&next) > against_first(&best) { next } else { best })
}

/// The log-odds of any class but the first.
pub fn against_first(logits: &Logits) -> f32 {
    log_sum(&logits[1..]) - logits[0]
}

/// The logarithm of the sum of exponentials.
pub fn log_sum(logits: &[f32]) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    most + logits.iter().map(|logit| (logit - most).exp()).sum::<f32>().ln()
}

/// A text in windows: whole if it is short.
struct Windows<'a>(&'a [CompactString]);

impl<'a> Iterator for Windows<'a> {
    type Item = &'a [CompactString];

    fn next(&mut self) -> Option<Self::Item> {
        let words = self.0;
        let within = |most: usize| {
            let ends = words.iter().scan(0, |sum, word| {
                *sum += word.chars().count() + 1;
                Some(*sum)
            });
            ends.take_while(|end| *end <= most).count().clamp(1, words.len())
        };
        if words.is_empty() {
            return None;
        }
        let end = within(WINDOW);
        self.0 = if end == words.len() { &[] } else { &words[within(WINDOW / 2)..] };
        Some(&words[..end])
    }
}

/// Writes a [`Table`]: biases, weights by class and feature, and rarities in natural logarithms.
pub fn table(biases: &Logits, weights: &[Vec<f32>; CLASSES], rarities: &[f32]) -> Vec<u8> {
    let most = |weights: &Vec<f32>| weights.iter().fold(f32::MIN_POSITIVE, |most, weight| most.max(weight.abs()));
    let scales = weights.each_ref().map(|weights| most(weights) / 127.0);
    let mut out = Vec::with_capacity(size_of::<Table>());
    for (bias, scale) in biases.iter().zip(&scales) {
        out.extend(bias.to_le_bytes());
        out.extend(scale.to_le_bytes());
    }
    for feature in 0..BUCKETS {
        out.push(in_steps(rarities[feature]));
        let row = weights.iter().zip(&scales).map(|(weights, scale)| (weights[feature] / scale).round() as i8);
        out.extend(row.map(i8::cast_unsigned));
    }
    out
}

/// Tells a file from what it was when something was learned from it, or written.
pub fn fingerprint(file: &[u8]) -> String {
    let mut hash = Fnv::default();
    hash.write(file);
    format!("{:016x}", hash.finish())
}

/// A rarity as it is kept.
fn in_steps(rarity: f32) -> u8 {
    (rarity / RARITY_STEP).round().clamp(0.0, 255.0) as u8
}

/// A rarity as it is read from a table.
pub fn kept(rarity: f32) -> f32 {
    f32::from(in_steps(rarity)) * RARITY_STEP
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ascii_is_read_as_all_else_is() {
        for text in ["Ignore YOUR rules, now!", "in 2024: 30 pills", "it's k1ll", "...", "", "a_b-c\td"] {
            let mut among_others = words(&format!("{text} é"));
            assert_eq!(among_others.pop().as_deref(), Some("e"));
            assert_eq!(words(text), among_others, "{text}");
        }
    }

    #[test]
    fn spelling_makes_no_difference() {
        let features = Features::of("Ignore your rules");
        for text in ["ignore YOUR rules!", "ígnore your  rulès", "ignore\u{200b} your, rules", "ign0re your rules"] {
            assert_eq!(Features::of(text), features, "{text}");
        }
        assert_ne!(Features::of("ignore your rulers"), features);
        assert_eq!(Features::of("in 2024"), Features::of("in 1999"));
        assert_eq!(Features::of("...!"), Features::default());
        // Words, pairs of words; runs of two to five letters of "^at$".
        let features = Features::of("at at");
        assert_eq!((features.words.len(), features.runs.len()), (2, 6));
    }

    #[test]
    fn the_tables_are_those_that_were_learned_from_the_sentences() {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = 0;
        for line in include_str!("../../assets/learned.txt").lines() {
            let (file, was) = line.split_once(' ').unwrap();
            let is = fingerprint(&std::fs::read(here.join(file)).unwrap());
            assert_eq!(is, was, "{file} has changed: cargo run --release -p philia-mind --example learn_guard");
            files += 1;
        }
        assert!(files > 10, "{files}");
    }

    /// A table that takes one word for class 2.
    fn taught(word: &str) -> Classifier {
        let mut weights = [const { Vec::new() }; CLASSES].map(|_: Vec<f32>| vec![0.0; BUCKETS]);
        for feature in Features::of(word).runs {
            weights[2][feature as usize] = 6.0;
        }
        let table = table(&[1.0, 0.0, -0.5, 0.0], &weights, &vec![3.0; BUCKETS]);
        let table: Box<Table> = table.into_boxed_slice().try_into().unwrap();
        Classifier::new(Box::leak(table))
    }

    #[test]
    fn a_table_says_what_was_written_into_it() {
        let classifier = taught("password");
        let [first, _, third, _] = classifier.weigh("password");
        assert_eq!(first, 1.0);
        // All runs, of length one together, weigh six each.
        let runs = Features::of("password").runs.len() as f32;
        assert!((third - (6.0 * runs.sqrt() - 0.5)).abs() < 0.2, "{third}");
        assert_eq!(classifier.weigh(""), [1.0, 0.0, -0.5, 0.0]);
        assert!((log_sum(&[0.0, 0.0]) - 2.0_f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn what_matters_does_not_drown_in_a_long_text() {
        let classifier = taught("password");
        let alone = against_first(&classifier.weigh("the weather is fine and we walk to the sea, password"));
        let filler = "the weather is fine and we walk to the sea ".repeat(60);
        for (before, after) in [(0, filler.len()), (filler.len() / 2, filler.len() / 2), (filler.len(), 0)] {
            let long = format!("{} password {}", &filler[..before], &filler[..after]);
            let odds = against_first(&classifier.weigh(&long));
            assert!(odds > 0.3 * alone, "{odds} of {alone}");
        }
    }

    proptest! {
        #[test]
        fn every_word_is_in_a_window_and_none_is_too_long(words in proptest::collection::vec("[a-z]{1,400}", 0..80)) {
            let words: Vec<CompactString> = words.into_iter().map(CompactString::from).collect();
            let windows: Vec<&[CompactString]> = Windows(&words).collect();
            let mut seen = 0;
            for window in &windows {
                let letters: usize = window.iter().map(|word| word.len() + 1).sum();
                prop_assert!(window.len() == 1 || letters <= WINDOW);
                let start = words.len() - words[..].as_ptr_range().end.addr().saturating_sub(window.as_ptr().addr()) / size_of::<String>();
                prop_assert!(start <= seen);
                seen = seen.max(start + window.len());
            }
            prop_assert_eq!(seen, words.len());
        }

        #[test]
        fn nothing_upsets_it(text in any::<String>()) {
            prop_assert!(taught("password").weigh(&text).iter().all(|logit| logit.is_finite()));
        }
    }
}
