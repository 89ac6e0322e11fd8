//! Kinds of things: "puppy" names a kind of pet, "Spain" a kind of country.
//!
//! People ask for the kind ("What sports do I do?") and tell of the thing ("I went swimming"). Word vectors see that
//! dimly; a short list says it plainly. A memory is indexed under *marks*, one for each kind that one of its words names,
//! beside its words; a question that asks for a kind looks for the mark, too. A mark counts for no length, so nothing
//! else changes for a memory that has one.

use super::Analyzer;
use std::collections::{HashMap, HashSet};

/// What a mark begins with: a letter of no language that is written with words (the sign of a click).
pub(super) const MARK: char = 'ʘ';

const KINDS: &str = include_str!("kinds.txt");

/// Which words name which kinds, by stems.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// The kinds that a word names.
    named: HashMap<String, Vec<String>>,
    /// The words that ask for a kind.
    asking: HashSet<String>,
}

impl Kinds {
    pub(super) fn new(analyzer: &Analyzer) -> Self {
        let mut kinds = Self::default();
        for (asking, naming) in
            KINDS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'))
        {
            let asking: Vec<String> = asking.split_whitespace().map(|word| analyzer.stem(word)).collect();
            for word in naming.split_whitespace() {
                let named = kinds.named.entry(analyzer.stem(word)).or_default();
                named.extend(asking.iter().filter(|kind| !named.contains(kind)).cloned().collect::<Vec<_>>());
            }
            kinds.asking.extend(asking);
        }
        kinds
    }
}

impl Analyzer {
    /// The marks of a text, to be indexed beside it: one for each kind of thing that one of its words names. Empty for
    /// most texts.
    pub fn marks(&self, text: &str) -> String {
        let mut found: Vec<&str> = Vec::new();
        self.each(text, |term| {
            for kind in self.kinds.named.get(term.stem).into_iter().flatten() {
                if !found.contains(&kind.as_str()) {
                    found.push(kind);
                }
            }
        });
        found.into_iter().flat_map(|kind| [" ", "ʘ", kind]).collect()
    }

    /// The mark to look for where a question asks for a kind of thing by the word with this stem.
    pub fn mark(&self, stem: &str) -> Option<String> {
        self.kinds.asking.contains(stem).then(|| format!("{MARK}{stem}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_puppy_is_found_for_pets() {
        let analyzer = Analyzer::new();
        let mark = analyzer.mark(&analyzer.stem("pets")).unwrap();
        assert!(analyzer.terms(&analyzer.marks("I got a puppy and two kittens!")).contains(&mark), "{mark}");
        assert_eq!(analyzer.marks("I got a car"), "");
        assert_eq!(analyzer.mark(&analyzer.stem("puppy")), None);
    }

    #[test]
    fn a_mark_stays_what_it_is_through_the_analyser() {
        let analyzer = Analyzer::new();
        let (mut marks, mut words) = (0, 0);
        analyzer.each(&format!("swimming {}", analyzer.marks("swimming in Spain")), |term| {
            if term.is_mark() { marks += 1 } else { words += 1 }
        });
        assert!(marks >= 3 && words == 1, "{marks} {words}");
    }

    #[test]
    fn the_list_is_well_formed() {
        for line in KINDS.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (asking, naming) = line.split_once(": ").unwrap();
            assert!(!asking.is_empty() && !naming.is_empty() && line == line.to_lowercase(), "{line}");
        }
    }
}
