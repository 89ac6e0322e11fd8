//! Kinds of things: "puppy" names a kind of pet, "Spain" a kind of country.
//!
//! People ask for the kind ("What sports do I do?") and tell of the thing ("I went swimming"). Word vectors see that
//! dimly; a short list says it plainly. A memory is indexed under *marks*, one for each kind that one of its words names,
//! beside its words; a question that asks for a kind looks for the mark, too. A mark counts for no length, so nothing
//! else changes for a memory that has one.

//!
//! For other languages, whose words have no vectors, a second list names *concepts* the same way: "Где я живу?" asks for
//! a home, and "мы переехали в Казань" tells of one.

use super::{Analyzer, Kind, Term, fold, words};
use hashbrown::HashMap;

/// What a mark begins with: a letter of no language that is written with words (the sign of a click).
pub(super) const MARK: char = 'ʘ';

const KINDS: &str = include_str!("kinds.txt");
const CONCEPTS: &str = include_str!("concepts.txt");

/// Words, and the kinds they stand for.
#[derive(Debug, Default)]
struct Lexicon {
    /// By stem.
    stems: HashMap<String, Vec<String>>,
    /// Of scripts without spaces: found wherever they stand, folded.
    runs: Vec<(String, String)>,
}

impl Lexicon {
    fn add(&mut self, analyzer: &Analyzer, word: &str, kind: &str) {
        let mut unspaced = false;
        words(word, |word| unspaced |= word.kind == Kind::Unspaced);
        if unspaced {
            self.runs.push((fold(word), kind.to_owned()));
            return;
        }
        let kinds = self.stems.entry(analyzer.stem(word)).or_default();
        if !kinds.iter().any(|known| known == kind) {
            kinds.push(kind.to_owned());
        }
    }

    fn of(&self, stem: &str) -> impl Iterator<Item = &str> {
        self.stems.get(stem).into_iter().flatten().map(String::as_str)
    }

    fn in_runs<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let folded = if text.is_ascii() { String::new() } else { fold(text) };
        self.runs.iter().filter(move |(run, _)| folded.contains(run.as_str())).map(|(run, kind)| (&**run, &**kind))
    }
}

/// Which words name which kinds, and which ask for them.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    named: Lexicon,
    asking: Lexicon,
}

impl Kinds {
    pub(super) fn new(analyzer: &Analyzer) -> Self {
        let mut kinds = Self::default();
        for (asking, naming) in entries(KINDS) {
            for kind in asking.split_whitespace() {
                let stem = analyzer.stem(kind);
                kinds.asking.add(analyzer, kind, &stem);
                naming.split_whitespace().for_each(|word| kinds.named.add(analyzer, word, &stem));
            }
        }
        for (concept, told) in entries(CONCEPTS) {
            let concept = analyzer.stem(concept);
            let asking = told.split('|').next().unwrap_or_default();
            asking.split_whitespace().for_each(|word| kinds.asking.add(analyzer, word, &concept));
            told.split(['|', ' '])
                .filter(|word| !word.is_empty())
                .for_each(|word| kinds.named.add(analyzer, word, &concept));
        }
        kinds
    }
}

fn entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(':'))
}

impl Analyzer {
    /// The marks of a text, to be indexed beside it: one for each kind of thing that one of its words names. Empty for
    /// most texts.
    pub fn marks(&self, text: &str) -> String {
        let mut found: Vec<&str> = Vec::new();
        let mut add = |kind| {
            if !found.contains(&kind) {
                found.push(kind);
            }
        };
        self.each(text, |term| self.kinds.named.of(term.stem).for_each(&mut add));
        self.kinds.named.in_runs(text).for_each(|(_, kind)| add(kind));
        found.into_iter().flat_map(|kind| [" ", "ʘ", kind]).collect()
    }

    /// The marks to look for where a question asks for kinds of things by this word of it.
    pub fn asked_by(&self, term: &Term<'_>) -> impl Iterator<Item = String> {
        // A stop word is no stem, so it is looked up as what it would be.
        let stem = if term.stop { self.stem(term.surface) } else { term.stem.to_owned() };
        let kinds: Vec<String> = self.kinds.asking.of(&stem).map(|kind| format!("{MARK}{kind}")).collect();
        kinds.into_iter()
    }

    /// The marks to look for where a question in a script without spaces asks for kinds, each with the word that does.
    pub fn asked_in_runs(&self, text: &str) -> Vec<(String, String)> {
        self.kinds.asking.in_runs(text).map(|(run, kind)| (run.to_owned(), format!("{MARK}{kind}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_puppy_is_found_for_pets() {
        let analyzer = Analyzer::new();
        let asked = |text: &str| {
            let mut marks = Vec::new();
            analyzer.each(text, |term| marks.extend(analyzer.asked_by(&term)));
            marks.extend(analyzer.asked_in_runs(text).into_iter().map(|(_, mark)| mark));
            marks
        };
        let mark = asked("pets").remove(0);
        assert!(analyzer.terms(&analyzer.marks("I got a puppy and two kittens!")).contains(&mark), "{mark}");
        assert_eq!(analyzer.marks("I got a car"), "");
        assert!(asked("puppy").is_empty());
        for (question, told) in [
            ("Где я живу?", "Мы переехали в Казань"),
            ("ما هي مهنتي؟", "أعمل نجارا"),
            ("मैं किस शहर में रहता हूँ", "मैं पुणे में बसा"),
            ("どこに住んでいますか", "京都に引っ越しました"),
        ] {
            let told = analyzer.terms(&analyzer.marks(told));
            assert!(asked(question).iter().any(|mark| told.contains(mark)), "{question}: {told:?}");
        }
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
        for line in KINDS.lines().chain(CONCEPTS.lines()).filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (asking, naming) = line.split_once(": ").unwrap();
            assert!(!asking.is_empty() && !naming.is_empty() && line == line.to_lowercase(), "{line}");
        }
    }
}
