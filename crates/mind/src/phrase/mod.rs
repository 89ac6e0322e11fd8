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

use hashbrown::HashMap;
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

/// One step of a pattern. There are many, so each takes little room: a set of words is its number.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A word of a set.
    One(u16),
    /// A word of a set, or nothing.
    Maybe(u16),
    /// Words of a set, or nothing.
    Many(u16),
    /// Up to so many words.
    Gap(u8),
    /// The first word of a sentence is next.
    Begin,
    /// The sentence is over.
    End,
}

/// What a set holds besides the words that are listed in it.
#[derive(Debug, Default)]
struct Loose {
    beginnings: Box<[Box<str>]>,
    any: bool,
}

/// Lists of numbers, one after another.
#[derive(Debug)]
struct Rows<N> {
    ends: Box<[u32]>,
    items: Box<[N]>,
}

impl<N: Copy> Rows<N> {
    fn of(lists: Vec<Vec<N>>) -> Self {
        let mut end = 0;
        let ends = lists.iter().map(|list| {
            end += u32::try_from(list.len()).unwrap_or_default();
            end
        });
        Self { ends: ends.collect(), items: lists.iter().flatten().copied().collect() }
    }

    fn get(&self, i: u32) -> &[N] {
        let end_of = |i: usize| self.ends.get(i).map_or(0, |end| *end as usize);
        let i = i as usize;
        self.items.get(if i == 0 { 0 } else { end_of(i - 1) }..end_of(i)).unwrap_or_default()
    }
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
    ids: ByWord<Box<str>, u32>,
    /// The steps of all patterns, one after another.
    steps: Box<[Step]>,
    /// Where the steps of each pattern end, and what it stands for.
    patterns: Box<[(u32, T)]>,
    /// Patterns by the number of a word they may begin with; the first list holds those that may begin with any.
    by_first: Rows<u32>,
    /// Patterns by the first bytes of a beginning that their first word may have.
    by_beginning: HashMap<[u8; BEGINNING], Box<[u32]>>,
    /// For each word, the numbers of the sets that it is in, in order.
    member_of: Rows<u16>,
    /// For each set, what it holds besides words.
    loose: Box<[Loose]>,
    /// For each word, whether a gap ends before it.
    stops: Box<[bool]>,
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
        let mut draft = Draft::new(classes);
        for (label, table) in tables {
            for pattern in table.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
                draft.add(*label, pattern);
            }
        }
        let stops: Vec<u32> = stops.split_whitespace().map(|word| draft.number(word)).collect();
        let mut stopping = vec![false; draft.by_first.len()];
        for id in stops {
            stopping[id as usize] = true;
        }
        let mut member_of = vec![Vec::new(); draft.by_first.len()];
        let mut loose: Vec<Loose> = draft.sets.iter().map(|_| Loose::default()).collect();
        for (set, number) in draft.sets {
            for id in set.ids {
                member_of[id as usize].push(number);
            }
            let beginnings = set.beginnings.into_iter().map(String::into_boxed_str).collect();
            loose[usize::from(number)] = Loose { beginnings, any: set.any };
        }
        member_of.iter_mut().for_each(|sets| sets.sort_unstable());
        let mut ids = draft.ids;
        ids.shrink_to_fit();
        Self {
            ids,
            steps: draft.steps.into(),
            patterns: draft.patterns.into(),
            by_first: Rows::of(draft.by_first),
            by_beginning: draft.by_beginning.into_iter().map(|(first, list)| (first, list.into())).collect(),
            member_of: Rows::of(member_of),
            loose: loose.into(),
            stops: stopping.into(),
        }
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
            let own = if id == 0 { &[] } else { self.by_first.get(id) };
            let begun = beginnings(words.get(start)).filter_map(|first| self.by_beginning.get(&first)).flatten();
            let mut hits = Vec::new();
            for &number in own.iter().chain(begun).chain(self.by_first.get(0)) {
                let (steps, label) = self.pattern(number as usize);
                if let Some(end) = self.matches(steps, words, &ids, start, start) {
                    hits.push(Hit { label, start, end });
                }
            }
            hits
        })
    }

    fn pattern(&self, number: usize) -> (&[Step], T) {
        let from = number.checked_sub(1).map_or(0, |before| self.patterns[before].0);
        let (end, label) = self.patterns[number];
        (&self.steps[from as usize..end as usize], label)
    }

    /// Where the steps end if they match from word `i` on, in the sentence of `start`.
    fn matches(&self, steps: &[Step], words: &Words, ids: &[u32], start: usize, i: usize) -> Option<usize> {
        let Some((step, rest)) = steps.split_first() else { return Some(i) };
        let here = i < words.len() && words.same_sentence(start, i);
        let fits = |set: &u16, i: usize| {
            i < words.len() && words.same_sentence(start, i) && self.has(*set, ids[i], words.get(i))
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
            Step::Gap(most) => (0..=usize::from(*most))
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

    fn has(&self, set: u16, id: u32, word: &str) -> bool {
        let loosely = |loose: &Loose| loose.any || loose.beginnings.iter().any(|b| word.starts_with(&**b));
        self.member_of.get(id).binary_search(&set).is_ok() || loosely(&self.loose[usize::from(set)])
    }

    /// The first place, if any.
    #[cfg(test)]
    pub(crate) fn first(&self, words: &Words) -> Option<Hit<T>> {
        self.find(words).next()
    }
}

/// A set of words, by number, by beginning, or all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Set {
    ids: Vec<u32>,
    beginnings: Vec<String>,
    any: bool,
}

/// Patterns while they are compiled.
struct Draft<'a, T> {
    classes: &'a Classes<'a>,
    ids: ByWord<Box<str>, u32>,
    steps: Vec<Step>,
    patterns: Vec<(u32, T)>,
    by_first: Vec<Vec<u32>>,
    by_beginning: HashMap<[u8; BEGINNING], Vec<u32>>,
    /// Equal sets share a number.
    sets: HashMap<Set, u16>,
}

impl<'a, T> Draft<'a, T> {
    fn new(classes: &'a Classes<'a>) -> Self {
        Self {
            classes,
            ids: ByWord::default(),
            steps: Vec::new(),
            patterns: Vec::new(),
            by_first: vec![Vec::new()],
            by_beginning: HashMap::new(),
            sets: HashMap::new(),
        }
    }

    fn add(&mut self, label: T, pattern: &str) {
        let number = u32::try_from(self.patterns.len()).unwrap_or(u32::MAX);
        // What it may begin with, as long as nothing says what it must.
        let mut open = true;
        for step in pattern.split_whitespace() {
            let (step, set) = self.step(step);
            self.steps.push(step);
            if !open {
                continue;
            }
            match (step, set) {
                (Step::Begin, _) => {}
                (_, Some(set)) if !set.any && set.beginnings.iter().all(|b| beginnings(b).next().is_some()) => {
                    for id in set.ids {
                        let listed = &mut self.by_first[id as usize];
                        if listed.last() != Some(&number) {
                            listed.push(number);
                        }
                    }
                    for beginning in &set.beginnings {
                        if let Some(first) = beginnings(beginning).next() {
                            let listed = self.by_beginning.entry(first).or_default();
                            if listed.last() != Some(&number) {
                                listed.push(number);
                            }
                        }
                    }
                    open = !matches!(step, Step::One(_));
                }
                _ => {
                    self.by_first[0].push(number);
                    open = false;
                }
            }
        }
        if open {
            self.by_first[0].push(number);
        }
        self.patterns.push((u32::try_from(self.steps.len()).unwrap_or(u32::MAX), label));
    }

    fn step(&mut self, step: &str) -> (Step, Option<Set>) {
        match step {
            "^" => return (Step::Begin, None),
            "$" => return (Step::End, None),
            _ => {}
        }
        if let Some(n) = step.strip_prefix("..") {
            return (Step::Gap(n.parse().unwrap_or(0)), None);
        }
        let (kind, words): (fn(u16) -> Step, &str) = match step.as_bytes().first() {
            Some(b'?') => (Step::Maybe, &step[1..]),
            Some(b'+') => (Step::Many, &step[1..]),
            _ => (Step::One, step),
        };
        let set = self.set(words);
        // No table comes near to so many; the sets beyond would be equal to the last.
        let next = u16::try_from(self.sets.len()).unwrap_or(u16::MAX);
        let number = *self.sets.entry(set.clone()).or_insert(next);
        (kind(number), Some(set))
    }

    fn set(&mut self, words: &str) -> Set {
        let mut set = Set::default();
        let classes = self.classes;
        for word in words.split('|') {
            if word == "_" {
                set.any = true;
            } else if let Some(name) = word.strip_prefix('@') {
                let members = classes.iter().find(|(n, _)| *n == name).map_or("", |(_, members)| members);
                members.split_whitespace().for_each(|member| self.member(&mut set, member));
            } else {
                self.member(&mut set, word);
            }
        }
        set.ids.sort_unstable();
        set.ids.dedup();
        set
    }

    fn member(&mut self, set: &mut Set, word: &str) {
        match word.strip_suffix('*') {
            Some(beginning) => set.beginnings.push(beginning.to_owned()),
            None => set.ids.push(self.number(word)),
        }
    }

    /// The number of a word, which it gets now if it has none.
    fn number(&mut self, word: &str) -> u32 {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let next = u32::try_from(self.by_first.len()).unwrap_or(u32::MAX);
        self.ids.insert(word.into(), next);
        self.by_first.push(Vec::new());
        next
    }
}

/// Under what the patterns that may begin with a word are listed: its first three bytes, and its first two.
fn beginnings(word: &str) -> impl Iterator<Item = [u8; BEGINNING]> {
    let two = word.as_bytes().first_chunk().map(|[a, b]| [*a, *b, 0]);
    word.as_bytes().first_chunk().copied().into_iter().chain(two)
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
            ("go* home", "they are going home", true),
            ("go* home", "they are g home", false),
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
