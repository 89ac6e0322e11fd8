//! Composition: what an attempt is made of, and which of it, together, is one.
//!
//! A phrase that is known is caught by the tables of [`super::signs`]. Most attempts are none of them, but are made of
//! the same parts: a verb of dismissing and what the companion was told, asking to see and what is its own, being
//! somebody else and without limits. The parts are words in many languages (`parts.txt`); the table here says which of
//! them, near each other, are an attempt. What is told of other people, quoted, or asked about in general is none.

use super::disguise::bare;
use super::signs::Sign;
use super::{Severity, ThreatKind};
use crate::phrase::{Phrases, Words};
use hashbrown::HashMap;

/// What attempts are made of. Their words are in `parts.txt`, under these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Dismiss,
    Off,
    Rules,
    Yours,
    OwnRules,
    NoHardRules,
    NoSoftRules,
    Being,
    Become,
    Mode,
    SwitchOn,
    Authority,
    Show,
    Insides,
    Obey,
    ReplaceSelf,
    NewBeing,
    Fiction,
    HowToHarm,
    HarmFrame,
    OthersTalk,
    PrivateThings,
    SendOut,
    StoredThings,
    Destination,
    ToMachine,
    MachineDoes,
    Plant,
    Planted,
    Set,
    Stat,
    Value,
    Lever,
    AnyRules,
    Hidden,
    MemoryVerb,
    MemoryPlace,
    MemoryPayload,
    FalseMemory,
    FalseGrant,
    OneBehind,
    Wishes,
    StrongLever,
    Demand,
    RoleAttempt,
    QueryAttempt,
    InjectionAttempt,
    Harmless,
}

use Part::*;

/// The headings of `parts.txt`.
const HEADINGS: &[(&str, Part)] = &[
    ("dismiss", Dismiss),
    ("off", Off),
    ("rules", Rules),
    ("yours", Yours),
    ("own rules", OwnRules),
    ("no hard rules", NoHardRules),
    ("no soft rules", NoSoftRules),
    ("being", Being),
    ("become", Become),
    ("mode", Mode),
    ("switch on", SwitchOn),
    ("authority", Authority),
    ("show", Show),
    ("insides", Insides),
    ("obey", Obey),
    ("replace self", ReplaceSelf),
    ("new being", NewBeing),
    ("fiction frame", Fiction),
    ("how to harm", HowToHarm),
    ("harm frame", HarmFrame),
    ("others' talk", OthersTalk),
    ("private things", PrivateThings),
    ("send out", SendOut),
    ("stored things", StoredThings),
    ("destination", Destination),
    ("to the machine", ToMachine),
    ("machine does", MachineDoes),
    ("plant", Plant),
    ("planted", Planted),
    ("set", Set),
    ("stat", Stat),
    ("value", Value),
    ("lever", Lever),
    ("any rules", AnyRules),
    ("hidden", Hidden),
    ("memory verb", MemoryVerb),
    ("memory place", MemoryPlace),
    ("memory payload", MemoryPayload),
    ("false memory", FalseMemory),
    ("false grant", FalseGrant),
    ("one behind", OneBehind),
    ("wishes", Wishes),
    ("strong lever", StrongLever),
    ("demand", Demand),
    ("role attempt", RoleAttempt),
    ("query attempt", QueryAttempt),
    ("injection attempt", InjectionAttempt),
    ("harmless", Harmless),
];

/// How near each other the parts of an attempt stand.
#[derive(Clone, Copy, Debug)]
enum Near {
    /// In one sentence, the first part so many words from each of the others at most.
    Words(usize),
    /// Anywhere in the message.
    Message,
}

const ROLE: Sign = (ThreatKind::RoleManipulation, 0.85, Severity::High);
const MILD_ROLE: Sign = (ThreatKind::RoleManipulation, 0.75, Severity::Medium);
const QUERY: Sign = (ThreatKind::SystemQuery, 0.82, Severity::Medium);
const INJECTION: Sign = (ThreatKind::InjectionAttempt, 0.82, Severity::Medium);

/// What is an attempt together. The first part is the one that must not be about somebody else.
const ATTEMPTS: &[(Sign, Near, &[Part])] = &[
    (ROLE, Near::Words(10), &[Dismiss, OwnRules]),
    (ROLE, Near::Words(8), &[Dismiss, Rules, Yours]),
    (ROLE, Near::Words(8), &[Off, OwnRules]),
    (ROLE, Near::Words(6), &[Off, Rules, Yours]),
    (ROLE, Near::Words(14), &[Become, NoHardRules, Being]),
    (MILD_ROLE, Near::Words(9), &[Become, NoHardRules]),
    (ROLE, Near::Words(12), &[Become, NoSoftRules, Being]),
    (ROLE, Near::Words(6), &[SwitchOn, Mode]),
    (ROLE, Near::Message, &[Authority, OwnRules, Dismiss]),
    (ROLE, Near::Message, &[Authority, Mode]),
    (ROLE, Near::Message, &[Authority, NoHardRules]),
    (ROLE, Near::Message, &[Authority, Obey]),
    (ROLE, Near::Message, &[Authority, OwnRules, Off]),
    (ROLE, Near::Message, &[Authority, Yours, Rules]),
    (QUERY, Near::Message, &[Authority, Insides]),
    (QUERY, Near::Words(9), &[Show, Insides]),
    (QUERY, Near::Words(8), &[Show, OthersTalk, PrivateThings]),
    (MILD_ROLE, Near::Words(10), &[ReplaceSelf, NewBeing]),
    (ROLE, Near::Words(12), &[ReplaceSelf, NoHardRules]),
    (ROLE, Near::Words(12), &[ReplaceSelf, NoSoftRules]),
    (MILD_ROLE, Near::Words(12), &[ReplaceSelf, Obey]),
    (MILD_ROLE, Near::Words(10), &[Obey, Being]),
    (MILD_ROLE, Near::Words(9), &[Obey, NoHardRules]),
    (ROLE, Near::Message, &[HowToHarm, Fiction, HarmFrame]),
    (ROLE, Near::Words(14), &[HowToHarm, NoHardRules]),
    (INJECTION, Near::Words(12), &[SendOut, StoredThings, Destination]),
    (INJECTION, Near::Words(12), &[ToMachine, MachineDoes]),
    (INJECTION, Near::Words(14), &[Plant, Planted]),
    (INJECTION, Near::Words(10), &[Set, Stat, Value]),
    (MILD_ROLE, Near::Message, &[Lever, OwnRules, AnyRules]),
    (MILD_ROLE, Near::Message, &[Lever, Dismiss, AnyRules]),
    (MILD_ROLE, Near::Message, &[Lever, Rules, Yours]),
    (QUERY, Near::Words(10), &[Show, Rules, Hidden]),
    (INJECTION, Near::Words(14), &[MemoryVerb, MemoryPlace, MemoryPayload]),
    (INJECTION, Near::Message, &[FalseMemory, FalseGrant, OwnRules]),
    (MILD_ROLE, Near::Message, &[StrongLever, Demand]),
    (MILD_ROLE, Near::Words(6), &[OneBehind]),
    (MILD_ROLE, Near::Words(12), &[Wishes, NoHardRules]),
    (ROLE, Near::Message, &[Authority, Off, Rules]),
    (MILD_ROLE, Near::Words(8), &[Dismiss, Rules, Become]),
    (MILD_ROLE, Near::Message, &[RoleAttempt]),
    (QUERY, Near::Message, &[QueryAttempt]),
    (INJECTION, Near::Message, &[InjectionAttempt]),
];

/// The parts that are patterns of words.
pub(super) struct Latin {
    pub(super) classes: Vec<(&'static str, &'static str)>,
    pub(super) tables: Vec<(Part, String)>,
}

/// The parts, taken from their file.
pub(super) fn latin() -> Latin {
    let (classes, patterns) = parsed();
    let tables = patterns.filter(|(_, p)| p.is_ascii() || p.contains('|')).map(|(part, p)| (part, p.to_owned()));
    Latin { classes, tables: tables.collect() }
}

fn parsed() -> (Vec<(&'static str, &'static str)>, impl Iterator<Item = (Part, &'static str)>) {
    const FILE: &str = include_str!("parts.txt");
    let lines = || FILE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let class = |line: &'static str| {
        line.strip_prefix('@')?.split_once(" = ").filter(|(name, _)| !name.contains([' ', '|', ';']))
    };
    let classes = lines().filter_map(class);
    let mut heading = None;
    let patterns = lines().filter(move |line| class(line).is_none()).filter_map(move |line| {
        match line.strip_suffix(':').and_then(|name| HEADINGS.iter().find(|(known, _)| *known == name)) {
            Some((_, part)) => {
                heading = Some(*part);
                None
            }
            None => heading.map(|part| (part, line)),
        }
    });
    let patterns = patterns.flat_map(|(part, line)| line.split(';').map(move |p| (part, p)));
    (classes.collect(), patterns.filter(|(_, p)| !p.trim().is_empty()))
}

/// Parts in letters that are not Latin: found wherever they stand, by their first letter.
#[derive(Debug)]
pub(super) struct Letters {
    by_first: HashMap<char, Vec<(String, Part)>>,
}

impl Letters {
    pub(super) fn new() -> Self {
        let mut by_first: HashMap<char, Vec<(String, Part)>> = HashMap::new();
        for (part, pattern) in parsed().1.filter(|(_, p)| !p.is_ascii() && !p.contains('|')) {
            // A blank at the end is a part of it: there the word ends.
            let text = bare(&pattern.trim_start().to_lowercase());
            if let Some(first) = text.chars().next() {
                by_first.entry(first).or_default().push((text, part));
            }
        }
        Self { by_first }
    }

    /// What is found in a lower-case text without accents: each with the number of its sentence and where it stands, in
    /// words of about three letters.
    fn find(&self, text: &str) -> Vec<Found> {
        let mut out = Vec::new();
        let (mut sentence, mut at) = (0, 0);
        for (i, c) in text.char_indices() {
            at += 1;
            if matches!(c, '.' | '!' | '?' | '\n' | '。' | '！' | '？' | '।' | '؟') {
                sentence += 1;
            }
            let begins = i == 0 || !joined(c) || !text[..i].ends_with(char::is_alphanumeric);
            for (word, part) in self.by_first.get(&c).into_iter().flatten() {
                let rest = &text[i..];
                let ends = word.ends_with(' ') && rest.len() + 1 == word.len() && word.starts_with(rest);
                if (begins || prefixed(text, i)) && (rest.starts_with(word.as_str()) || ends) {
                    out.push(Found {
                        part: *part,
                        sentence,
                        start: at / 3,
                        end: (at + word.chars().count()) / 3,
                        word: None,
                    });
                }
            }
        }
        out
    }
}

/// Is the letter of a script that parts its words by blanks?
fn joined(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{97f}')
}

/// Whether what begins at `i` follows one of the little words that Arabic writes together with the next.
fn prefixed(text: &str, i: usize) -> bool {
    let before: Vec<char> = text[..i].chars().rev().take_while(|c| c.is_alphanumeric()).take(4).collect();
    before.len() < 4 && before.iter().all(|c| matches!(c, 'و' | 'ف' | 'ب' | 'ل' | 'ا' | 'ك' | 'س'))
}

/// A part that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) part: Part,
    pub(super) sentence: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The word it begins with, if words were read.
    pub(super) word: Option<usize>,
}

/// The surest attempt that parts make together.
pub(super) fn composed(found: &[Found], counts: impl Fn(&Found) -> bool) -> Option<Sign> {
    let of = |part: Part| found.iter().filter(move |f| f.part == part);
    let mut best: Option<Sign> = None;
    for (sign, near, parts) in ATTEMPTS {
        if best.is_some_and(|best| best.1 >= sign.1) || parts.iter().any(|part| of(*part).next().is_none()) {
            continue;
        }
        let together = |first: &Found| {
            counts(first)
                && parts[1..].iter().all(|part| {
                    of(*part).any(|other| match near {
                        Near::Message => counts(other),
                        Near::Words(most) => {
                            first.sentence == other.sentence
                                && counts(other)
                                && other.start.max(first.start).saturating_sub(other.end.min(first.end)) <= *most
                        }
                    })
                })
        };
        if of(parts[0]).any(together) {
            best = Some(*sign);
        }
    }
    best
}

impl Found {
    /// Does it speak to a machine that reads a text?
    pub(super) const fn is_for_machines(&self) -> bool {
        matches!(self.part, ToMachine | MachineDoes)
    }

    /// Does it tell of an attempt where nothing else does?
    pub(super) const fn is_telling(&self) -> bool {
        matches!(
            self.part,
            OwnRules
                | Insides
                | NoHardRules
                | Mode
                | ReplaceSelf
                | OneBehind
                | StrongLever
                | ToMachine
                | HowToHarm
                | Obey
        )
    }

    /// Everything that is found in a text: its words, and its letters that are not Latin.
    pub(super) fn all(letters: &Letters, text: &str) -> Vec<Self> {
        if text.is_ascii() { Vec::new() } else { letters.find(text) }
    }

    /// Is it what only looks like a part of an attempt?
    pub(super) fn is_harmless(&self) -> bool {
        self.part == Harmless
    }

    /// Does another one, of the same words, cover some of it?
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.word.is_some() && other.word.is_some() && self.start < other.end && other.start < self.end
    }

    pub(super) fn of_words(part: Part, words: &Words, start: usize, end: usize) -> Self {
        Self { part, sentence: words.sentence_of(start).start, start, end, word: Some(start) }
    }
}

/// Compiles what is made of words.
pub(super) fn phrases() -> Phrases<Part> {
    let latin = latin();
    let tables: Vec<(Part, &str)> = latin.tables.iter().map(|(part, p)| (*part, p.as_str())).collect();
    Phrases::new(&latin.classes, &tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_it_is_meant() {
        let (classes, patterns) = parsed();
        let patterns: Vec<(Part, &str)> = patterns.collect();
        for (_, part) in HEADINGS {
            assert!(patterns.iter().any(|(known, _)| known == part), "{part:?} has no words");
        }
        let tables: Vec<&str> = patterns.iter().map(|(_, pattern)| *pattern).collect();
        assert_eq!(crate::phrase::unknown_classes(&classes, &tables), Vec::<String>::new());
        for (part, pattern) in &patterns {
            let heading = pattern.trim_end().strip_suffix(':').is_some_and(|name| !name.contains(' '));
            assert!(!heading, "{pattern:?} is under {part:?}, and looks like a heading that is not known");
            let words = pattern.split_whitespace().any(|step| !step.starts_with(['?', '+', '.', '$', '^']));
            assert!(words, "{pattern:?} of {part:?} would be found in any text");
        }
    }

    #[test]
    fn parts_are_an_attempt_together_and_not_apart() {
        let found = |part, start: usize| Found { part, sentence: 0, start, end: start + 1, word: None };
        let near = [found(Dismiss, 0), found(OwnRules, 4)];
        assert_eq!(composed(&near, |_| true), Some(ROLE));
        assert_eq!(composed(&near[..1], |_| true), None);
        assert_eq!(composed(&near, |_| false), None, "what is told of others does not count");
        assert_eq!(composed(&[found(Dismiss, 0), found(OwnRules, 40)], |_| true), None, "too far");
    }
}
