//! Words: how any text, in any script, becomes the terms that recall compares.
//!
//! One [`Analyzer`] serves the index and the query, so both sides always agree. Words are split by script, folded
//! (case, accents, width), stripped of possessives, freed of stop words and stemmed by the rules of their script.
//! Scripts without spaces (Chinese, Japanese, Korean, Thai, ...) become bigrams of
//! characters, as is usual in search engines; emoji are words of their own.

mod english;
mod fold;
mod kinds;
mod scan;
mod stem;
mod stop;

pub use fold::fold;
pub use scan::{Kind, Word, words};

use hashbrown::HashSet;
use kinds::Kinds;
use std::borrow::Cow;
use stem::Stemmers;

/// One term of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term<'a> {
    /// What is compared: folded and stemmed.
    pub stem: &'a str,
    /// The word as the text spells it.
    pub surface: &'a str,
    /// The byte at which the surface begins.
    pub start: usize,
    /// A word that says nothing by itself ("the", "что", "的").
    pub stop: bool,
}

impl Term<'_> {
    /// It is the mark of a kind ([`Analyzer::marks`]), no word of the text, and so counts for no length.
    pub fn is_mark(&self) -> bool {
        self.stem.starts_with(kinds::MARK)
    }
}

/// Turns texts into terms. Built once and passed in; building takes well under a millisecond.
pub struct Analyzer {
    stemmers: Stemmers,
    stop: HashSet<String>,
    kinds: Kinds,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyzer").field("stop", &self.stop.len()).finish_non_exhaustive()
    }
}

impl Analyzer {
    /// An analyser with the built-in stop words.
    pub fn new() -> Self {
        let bare = Self { stemmers: Stemmers::new(), stop: stop::words().map(fold).collect(), kinds: Kinds::default() };
        let kinds = Kinds::new(&bare);
        Self { kinds, ..bare }
    }

    /// Calls `found` for each term in order, stop words included (they say so).
    pub fn each(&self, text: &str, mut found: impl FnMut(Term<'_>)) {
        let mut folded = String::with_capacity(32);
        words(text, |word| match word.kind {
            Kind::Spaced => self.spaced(word, &mut folded, &mut found),
            Kind::Unspaced => self.unspaced(word, &mut found),
            Kind::Emoji => {
                folded.clear();
                folded.extend(word.text.chars().filter(|c| !fold::is_emoji_variant(*c)));
                // A colour without anything that has it.
                if folded.is_empty() {
                    return;
                }
                found(Term { stem: &folded, surface: word.text, start: word.start, stop: false });
            }
        });
    }

    /// The stems of the content words, in order, repeats included.
    pub fn terms(&self, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        self.each(text, |term| {
            if !term.stop {
                out.push(term.stem.to_owned());
            }
        });
        out
    }

    /// The stem of one word, whether it is a stop word or not; the word folded if it is not Latin.
    pub fn stem(&self, word: &str) -> String {
        let mut folded = String::new();
        fold::fold_into(word, &mut folded);
        let base = strip_affixes(&folded);
        self.stemmers.stem(base).into_owned()
    }

    /// Does this word say nothing by itself?
    pub fn is_stop(&self, word: &str) -> bool {
        let mut folded = String::new();
        fold::fold_into(word, &mut folded);
        self.stop.contains(strip_affixes(&folded))
    }

    fn spaced(&self, word: Word<'_>, folded: &mut String, found: &mut impl FnMut(Term<'_>)) {
        fold::fold_into(word.text, folded);
        let base = strip_affixes(folded);
        if base.is_empty() {
            return;
        }
        let stop = self.stop.contains(base);
        let surface = surface_of(word.text);
        let stem = if stop { Cow::Borrowed(base) } else { self.stemmers.stem(base) };
        found(Term { stem: &stem, surface, start: word.start, stop });
    }

    /// Bigrams within a stretch of one script, between function characters; a Chinese character is also a word by itself.
    /// Where scripts meet ("子猫を") a particle or an ending begins, so nothing reaches across.
    fn unspaced(&self, word: Word<'_>, found: &mut impl FnMut(Term<'_>)) {
        let folded: Vec<char> = fold::fold(word.text).chars().collect();
        let starts: Vec<usize> = word.text.char_indices().map(|(at, _)| word.start + at).collect();
        // Where folding merged characters (half-width kana), only the beginning of the run is known.
        let start_of = |at: usize| if starts.len() == folded.len() { starts[at] } else { word.start };
        let mut gram = String::with_capacity(8);
        let mut emit = |at: usize, chars: &[char]| {
            gram.clear();
            gram.extend(chars);
            let stop = self.stop.contains(gram.as_str());
            found(Term { stem: &gram, surface: &gram, start: start_of(at), stop });
        };
        let breaks = |at: usize| stop::is_function_character(folded[at]);
        let mut at = 0;
        while at < folded.len() {
            if breaks(at) {
                at += 1;
                continue;
            }
            let from = at;
            while at < folded.len() && !breaks(at) && scan::is_same_script(folded[from], folded[at]) {
                at += 1;
            }
            let piece = &folded[from..at];
            if let [single] = piece {
                emit(from, &[*single]);
                continue;
            }
            for (offset, &c) in piece.iter().enumerate() {
                if scan::is_han(c) {
                    emit(from + offset, &[c]);
                }
                if let Some(&next) = piece.get(offset + 1) {
                    emit(from + offset, &[c, next]);
                }
            }
        }
    }
}

/// "dog's" is about a dog, "don't" is a stop word by its head, "l'ami" is a friend.
fn strip_affixes(word: &str) -> &str {
    let Some((head, tail)) = word.split_once('\'') else { return word };
    match tail {
        "s" | "t" | "re" | "ve" | "ll" | "d" | "m" | "" => head,
        _ if head.len() <= 2 => tail,
        _ => word,
    }
}

/// The surface without a possessive: "dog's" is shown as "dog".
fn surface_of(text: &str) -> &str {
    let mut chars = text.char_indices().rev();
    match (chars.next(), chars.next()) {
        (Some((_, 's' | 'S')), Some((at, quote))) if fold::is_apostrophe(quote) => &text[..at],
        _ => text,
    }
}

#[cfg(test)]
mod tests;
