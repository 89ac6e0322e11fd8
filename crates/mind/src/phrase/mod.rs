//! Phrases in everyday text: a small pattern language, so that lexicons read as tables.
//!
//! A pattern is a row of steps, one word each, within one sentence:
//! - `word` that word, `a|b` any of these, `word*` any word that begins so, `_` any word at all;
//! - `@name` any word of a class, also among alternatives;
//! - `?step` may be left out; `+step` any number of times (at most six), or not at all;
//! - `..3` up to three words of any kind;
//! - `^` the sentence begins here; `$` it ends here.

mod words;

pub(crate) use words::{Words, is_negation};

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// A map by word. The words are the tables', not the person's, so a plain hash (FNV-1a) does: nobody can choose them
/// to collide.
pub(crate) type ByWord<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// FNV-1a, 64 bits (Fowler, Noll & Vo).
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Named sets of words, for `@name`.
pub(crate) type Classes<'a> = [(&'a str, &'a str)];

/// The most words a `+step` takes.
const REPEAT: usize = 6;

/// So many bytes of a `word*` are looked up.
const BEGINNING: usize = 3;

/// One step of a pattern.
#[derive(Debug)]
enum Step {
    /// A word of a set.
    One(Set),
    /// A word of a set, or nothing.
    Maybe(Set),
    /// Words of a set, or nothing.
    Many(Set),
    /// Up to so many words.
    Gap(usize),
    /// The first word of a sentence is next.
    Begin,
    /// The sentence is over.
    End,
}

/// A set of words, by number, by beginning, or all of them.
#[derive(Debug, Default)]
struct Set {
    /// The words' numbers, while the patterns are compiled; then it is looked up in [`Phrases::member_of`].
    ids: Vec<u32>,
    /// Equal sets share a number.
    number: u32,
    beginnings: Vec<String>,
    any: bool,
}

/// A place where a pattern was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit<T> {
    /// What the pattern stands for.
    pub(crate) label: T,
    /// Its first word.
    pub(crate) start: usize,
    /// The word after its last.
    pub(crate) end: usize,
}

/// Compiled patterns, each with what it stands for.
#[derive(Debug)]
pub(crate) struct Phrases<T> {
    ids: ByWord<String, u32>,
    patterns: Vec<(Vec<Step>, T)>,
    /// Patterns by the number of a word they may begin with; the first list holds those that may begin with any.
    by_first: Vec<Vec<u32>>,
    /// Patterns by the first bytes of a beginning that their first word may have.
    by_beginning: HashMap<[u8; BEGINNING], Vec<u32>>,
    /// The number of each distinct set of words, while the patterns are compiled.
    sets: HashMap<Vec<u32>, u32>,
    /// For each word, the numbers of the sets that it is in, in order.
    member_of: Vec<Vec<u32>>,
    /// For each word, whether a gap ends before it.
    stops: Vec<bool>,
}

impl<T: Copy> Phrases<T> {
    /// Compiles tables of patterns, separated by `;` or line ends. An unknown class matches nothing; the tests of each
    /// table see to it that there is none.
    pub(crate) fn new(classes: &Classes<'_>, tables: &[(T, &str)]) -> Self {
        Self::stopping(classes, tables, "")
    }

    /// The same, where no gap steps over the words of a list, parted by white space: who looks for "I ..2 die" does not
    /// want "I never die".
    pub(crate) fn stopping(classes: &Classes<'_>, tables: &[(T, &str)], stops: &str) -> Self {
        let mut out = Self {
            ids: ByWord::default(),
            patterns: Vec::new(),
            by_first: vec![Vec::new()],
            by_beginning: HashMap::new(),
            sets: HashMap::new(),
            member_of: Vec::new(),
            stops: Vec::new(),
        };
        for (label, table) in tables {
            for pattern in table.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
                out.add(classes, *label, pattern);
            }
        }
        let stops: Vec<u32> = stops.split_whitespace().map(|word| out.number(word)).collect();
        out.stops = vec![false; out.by_first.len()];
        for id in stops {
            out.stops[id as usize] = true;
        }
        out.member_of = vec![Vec::new(); out.by_first.len()];
        // From here on a set is its number: what it is made of is known by word.
        for (ids, set) in std::mem::take(&mut out.sets) {
            for id in ids {
                out.member_of[id as usize].push(set);
            }
        }
        for sets in &mut out.member_of {
            sets.sort_unstable();
            sets.shrink_to_fit();
        }
        for step in out.patterns.iter_mut().flat_map(|(steps, _)| steps) {
            if let Step::One(set) | Step::Maybe(set) | Step::Many(set) = step {
                set.ids = Vec::new();
            }
        }
        out
    }

    fn add(&mut self, classes: &Classes<'_>, label: T, pattern: &str) {
        let steps: Vec<Step> = pattern.split_whitespace().map(|s| self.step(classes, s)).collect();
        let number = u32::try_from(self.patterns.len()).unwrap_or(u32::MAX);
        match firsts(&steps) {
            Some((ids, beginnings)) => {
                for id in ids {
                    self.by_first[id as usize].push(number);
                }
                for beginning in beginnings {
                    self.by_beginning.entry(beginning).or_default().push(number);
                }
            }
            None => self.by_first[0].push(number),
        }
        self.patterns.push((steps, label));
    }

    fn step(&mut self, classes: &Classes<'_>, step: &str) -> Step {
        match step {
            "^" => return Step::Begin,
            "$" => return Step::End,
            _ => {}
        }
        if let Some(n) = step.strip_prefix("..") {
            return Step::Gap(n.parse().unwrap_or(0));
        }
        if let Some(rest) = step.strip_prefix('?') {
            return Step::Maybe(self.set(classes, rest));
        }
        if let Some(rest) = step.strip_prefix('+') {
            return Step::Many(self.set(classes, rest));
        }
        Step::One(self.set(classes, step))
    }

    fn set(&mut self, classes: &Classes<'_>, words: &str) -> Set {
        let mut set = Set::default();
        for word in words.split('|') {
            if word == "_" {
                set.any = true;
            } else if let Some(name) = word.strip_prefix('@') {
                let members = classes.iter().find(|(n, _)| *n == name).map_or("", |(_, members)| members);
                for member in members.split_whitespace() {
                    self.member(&mut set, member);
                }
            } else {
                self.member(&mut set, word);
            }
        }
        set.ids.sort_unstable();
        set.ids.dedup();
        let next = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        set.number = *self.sets.entry(set.ids.clone()).or_insert(next);
        set
    }

    fn member(&mut self, set: &mut Set, word: &str) {
        if let Some(beginning) = word.strip_suffix('*') {
            set.beginnings.push(beginning.to_owned());
            return;
        }
        set.ids.push(self.number(word));
    }

    /// The number of a word, which it gets now if it has none.
    fn number(&mut self, word: &str) -> u32 {
        let next = u32::try_from(self.by_first.len()).unwrap_or(u32::MAX);
        let id = *self.ids.entry(word.to_owned()).or_insert(next);
        if id == next {
            self.by_first.push(Vec::new());
        }
        id
    }

    /// Whether a word stands in any pattern.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.ids.contains_key(word)
    }

    /// Every place where a pattern is found, by its first word, then by the order of the tables.
    pub(crate) fn find<'a>(&'a self, words: &'a Words) -> impl Iterator<Item = Hit<T>> + 'a {
        let ids: Vec<u32> = words.iter().map(|w| self.ids.get(w).copied().unwrap_or(0)).collect();
        (0..words.len()).flat_map(move |start| {
            let id = ids[start];
            let own: &[u32] = if id == 0 { &[] } else { &self.by_first[id as usize] };
            let begun = words.get(start).as_bytes().first_chunk().and_then(|first| self.by_beginning.get(first));
            let mut hits = Vec::new();
            for &number in own.iter().chain(begun.into_iter().flatten()).chain(&self.by_first[0]) {
                let (steps, label) = &self.patterns[number as usize];
                if let Some(end) = self.matches(steps, words, &ids, start, start) {
                    hits.push(Hit { label: *label, start, end });
                }
            }
            hits
        })
    }

    /// Where the steps end if they match from word `i` on, in the sentence of `start`.
    fn matches(&self, steps: &[Step], words: &Words, ids: &[u32], start: usize, i: usize) -> Option<usize> {
        let Some((step, rest)) = steps.split_first() else { return Some(i) };
        let here = i < words.len() && words.same_sentence(start, i);
        let fits = |set: &Set, i: usize| {
            i < words.len() && words.same_sentence(start, i) && self.has(set, ids[i], words.get(i))
        };
        match step {
            Step::One(set) => fits(set, i).then(|| self.matches(rest, words, ids, start, i + 1)).flatten(),
            Step::Maybe(set) => fits(set, i)
                .then(|| self.matches(rest, words, ids, start, i + 1))
                .flatten()
                .or_else(|| self.matches(rest, words, ids, start, i)),
            Step::Many(set) => {
                let most = (0..REPEAT).take_while(|n| fits(set, i + n)).count();
                (0..=most).rev().find_map(|n| self.matches(rest, words, ids, start, i + n))
            }
            Step::Gap(most) => (0..=*most)
                .take_while(|n| *n == 0 || self.steps_over(words, ids, start, i + n - 1))
                .find_map(|n| self.matches(rest, words, ids, start, i + n)),
            Step::Begin => (here && (i == 0 || !words.same_sentence(i - 1, i)))
                .then(|| self.matches(rest, words, ids, start, i))
                .flatten(),
            Step::End => (!here).then(|| self.matches(rest, words, ids, start, i)).flatten(),
        }
    }

    /// May a gap hold the word at `i`?
    fn steps_over(&self, words: &Words, ids: &[u32], start: usize, i: usize) -> bool {
        i < words.len() && words.same_sentence(start, i) && !self.stops[ids[i] as usize]
    }

    fn has(&self, set: &Set, id: u32, word: &str) -> bool {
        self.member_of[id as usize].binary_search(&set.number).is_ok()
            || set.any
            || set.beginnings.iter().any(|b| word.starts_with(b.as_str()))
    }

    /// The first place, if any.
    #[cfg(test)]
    pub(crate) fn first(&self, words: &Words) -> Option<Hit<T>> {
        self.find(words).next()
    }
}

/// What a pattern may begin with: numbers of words, and the first bytes of others; nothing if it may be anything.
fn firsts(steps: &[Step]) -> Option<(BTreeSet<u32>, BTreeSet<[u8; BEGINNING]>)> {
    let (mut ids, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        let (Step::One(set) | Step::Maybe(set) | Step::Many(set)) = step else {
            if matches!(step, Step::Begin) {
                continue;
            }
            return None;
        };
        if set.any {
            return None;
        }
        ids.extend(&set.ids);
        for beginning in &set.beginnings {
            beginnings.insert(*beginning.as_bytes().first_chunk()?);
        }
        if matches!(step, Step::One(_)) {
            return Some((ids, beginnings));
        }
    }
    None
}

/// Whether a word is among those of a list, parted by single spaces.
pub(crate) fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|w| w == word)
}

/// The classes that patterns name but the table does not hold; for the tests of each table.
#[cfg(test)]
pub(crate) fn unknown_classes(classes: &Classes<'_>, tables: &[&str]) -> Vec<String> {
    tables
        .iter()
        .flat_map(|t| t.split([';', '\n', ' ', '|']))
        .filter_map(|s| s.trim_start_matches(['?', '+']).strip_prefix('@'))
        .filter(|name| !classes.iter().any(|(n, _)| n == name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: &Classes = &[("pet", "dog cat"), ("fill", "a the new very")];

    fn found(pattern: &str, text: &str) -> bool {
        Phrases::new(CLASSES, &[((), pattern)]).first(&Words::of(text)).is_some()
    }

    #[test]
    fn each_kind_of_step() {
        for (pattern, text, expected) in [
            ("new dog", "My new dog!", true),
            ("new dog", "New. Dog.", false),
            ("i got +@fill @pet", "I got a very new cat", true),
            ("i got +@fill @pet", "I got bitten by a cat", false),
            ("passed ?right away", "she passed away", true),
            ("passed ?right away", "she passed right away", true),
            ("fail*", "a failure", true),
            ("my ..2 died", "my dear old dog died", false),
            ("my ..3 died", "my dear old dog died", true),
            ("my ..9 died", "my dear. It died", false),
            ("^ bye", "well, bye", false),
            ("^ bye", "Right. Bye", true),
            ("bye $", "bye for now", false),
            ("bye $", "ok bye! later", true),
            ("want _ dog", "want that dog", true),
            ("date", "an update, a candidate", false),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern:?} in {text:?}");
        }
    }

    #[test]
    fn gaps_end_before_a_stop() {
        let phrases = Phrases::stopping(&[], &[((), "i ..2 die")], "never not");
        assert!(phrases.first(&Words::of("I may well die")).is_some());
        assert!(phrases.first(&Words::of("I will never die")).is_none());
    }

    #[test]
    fn hits_tell_what_and_where() {
        let p = Phrases::new(&[], &[('a', "one two\nthree"), ('b', "two")]);
        let hits: Vec<_> = p.find(&Words::of("one two three")).map(|h| (h.label, h.start, h.end)).collect();
        assert_eq!(hits, [('a', 0, 2), ('b', 1, 2), ('a', 2, 3)]);
    }
}
