//! What "everything about my ex" is: the words of it, and the names that go with them.

use crate::memory::{Memory, Speaker};
use crate::text::Analyzer;
use std::collections::HashSet;

/// Words before a topic that only say whose it is, or which.
const DETERMINERS: &[&str] = &[
    "my",
    "the",
    "our",
    "that",
    "this",
    "those",
    "these",
    "a",
    "an",
    "mein",
    "meine",
    "meinen",
    "meinem",
    "meiner",
    "mi",
    "mis",
    "mon",
    "ma",
    "mes",
    "mio",
    "mia",
    "miei",
    "mie",
    "il",
    "la",
    "le",
    "el",
    "los",
    "las",
    "les",
    "meu",
    "minha",
    "o",
    "os",
    "as",
    "mijn",
    "mon",
    "мой",
    "моя",
    "мою",
    "моего",
    "моей",
    "моём",
    "моем",
    "मेरे",
    "मेरी",
    "मेरा",
];

/// Words for the same person; one of them stands for the others.
const KIN: &[&[&str]] = &[
    &["mother", "mum", "mom", "mummy", "mommy", "mama"],
    &["father", "dad", "daddy", "papa"],
    &["sister", "sis"],
    &["brother", "bro"],
    &["husband", "hubby"],
    &["grandmother", "grandma", "granny", "nana", "gran"],
    &["grandfather", "grandpa", "granddad", "grandad"],
    &["aunt", "auntie"],
    &["flatmate", "roommate", "housemate"],
    &["colleague", "coworker", "workmate"],
    &["neighbour", "neighbor"],
];

/// Words for somebody that a name may follow: each of the two is then a topic by itself ("my ex Marco").
const PEOPLE: &[&str] = &[
    "ex",
    "wife",
    "partner",
    "girlfriend",
    "boyfriend",
    "son",
    "daughter",
    "uncle",
    "cousin",
    "niece",
    "nephew",
    "friend",
    "boss",
    "manager",
    "therapist",
    "doctor",
    "teacher",
    "supervisor",
    "dog",
    "cat",
    "fiance",
    "fiancee",
];

/// Capitalised words that are no names.
const NO_NAMES: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "christmas",
    "easter",
];

/// Words that say by themselves that a text is about something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As a person would say it.
    pub words: String,
    /// Why it belongs to the topic.
    pub why: String,
    /// All of these have to be in a text.
    stems: Vec<String>,
    /// Where every word of it says nothing by itself ("Will"): as it is spelled.
    spelled: bool,
}

impl Term {
    fn new(analyzer: &Analyzer, words: &str, why: String) -> Option<Self> {
        let words = words.trim();
        let stems = analyzer.terms(words);
        let name = words.chars().next().is_some_and(char::is_uppercase) && !words.contains(char::is_whitespace);
        match stems.is_empty() {
            false => Some(Self { words: words.to_owned(), why, stems, spelled: false }),
            true if name && words != "I" => {
                Some(Self { words: words.to_owned(), why, stems: vec![words.to_owned()], spelled: true })
            }
            true => None,
        }
    }

    fn holds(&self, said: &Spoken) -> bool {
        let words = if self.spelled { &said.surfaces } else { &said.stems };
        self.stems.iter().all(|stem| words.contains(stem))
    }

    fn is_one_word(&self, stem: &str) -> bool {
        self.stems.len() == 1 && self.stems[0] == stem
    }
}

/// The words of a text, ready to be compared.
struct Spoken {
    stems: HashSet<String>,
    surfaces: HashSet<String>,
}

impl Spoken {
    fn of(analyzer: &Analyzer, text: &str) -> Self {
        let (mut stems, mut surfaces) = (HashSet::new(), HashSet::new());
        analyzer.each(text, |term| {
            if !term.stop {
                stems.insert(term.stem.to_owned());
            }
            surfaces.insert(term.surface.to_owned());
        });
        Self { stems, surfaces }
    }
}

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    terms: Vec<Term>,
    excluded: Vec<Term>,
    /// Names and words that may be meant as well, with the reason; nothing goes because of them.
    maybe: Vec<(String, String)>,
}

impl Topic {
    /// The topic that these words name, without names that go with it; none if they say nothing by themselves
    /// ("it", "that").
    pub fn new(analyzer: &Analyzer, about: &str) -> Option<Self> {
        let said = "what you said".to_owned();
        let mut words: Vec<&str> = about.split_whitespace().collect();
        while words.len() > 1 && DETERMINERS.contains(&words[0].to_lowercase().as_str()) {
            words.remove(0);
        }
        let rest = words.join(" ");
        let rest = rest.strip_prefix("私の").or(rest.strip_prefix("我的")).unwrap_or(&rest);
        let rest = rest.trim_matches(|c: char| c.is_ascii_punctuation() && c != '\'' || "。？！،。".contains(c));
        let mut topic = Self { terms: Vec::new(), excluded: Vec::new(), maybe: Vec::new() };
        match rest.split_once(' ') {
            // Somebody with their name: each of the two is enough.
            Some((who, name)) if is_person(analyzer, who) => {
                topic.terms.extend(Term::new(analyzer, who, said.clone()));
                topic.terms.extend(Term::new(analyzer, name.trim_start_matches("called "), said));
            }
            _ => topic.terms.extend(Term::new(analyzer, rest, said)),
        }
        let kin = topic.terms.iter().find_map(|term| {
            let row = KIN.iter().find(|row| row.iter().any(|word| term.is_one_word(&analyzer.stem(word))))?;
            Some((row, term.words.clone()))
        });
        if let Some((row, first)) = kin {
            for word in *row {
                topic.add(analyzer, word, format!("another word for {first}"));
            }
        }
        (!topic.terms.is_empty()).then_some(topic)
    }

    /// Adds words that are meant as well.
    ///
    /// # Errors
    /// The words say nothing by themselves.
    pub fn include(&mut self, analyzer: &Analyzer, words: &str) -> Result<(), String> {
        let term = Term::new(analyzer, words, "you included it".into());
        let term = term.ok_or_else(|| format!("{words:?} says nothing by itself; name it in other words"))?;
        self.terms.push(term);
        Ok(())
    }

    /// Leaves out what speaks of these words, and does not look for them.
    ///
    /// # Errors
    /// The words say nothing by themselves.
    pub fn exclude(&mut self, analyzer: &Analyzer, words: &str) -> Result<(), String> {
        let term = Term::new(analyzer, words, "you left it out".into());
        let term = term.ok_or_else(|| format!("{words:?} says nothing by itself; name it in other words"))?;
        self.terms.retain(|known| known.stems != term.stems);
        self.maybe.retain(|(known, _)| *known != term.words);
        self.excluded.push(term);
        Ok(())
    }

    /// What it looks for.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What may be meant as well.
    pub fn maybe(&self) -> &[(String, String)] {
        &self.maybe
    }

    /// Learns from a memory of the person's own words which names go with the topic.
    pub fn learn_names(&mut self, analyzer: &Analyzer, memory: &Memory) {
        if memory.speaker == Speaker::Companion {
            return;
        }
        if let Some(fact) = &memory.fact {
            let asked = |word: &str| self.terms.iter().find(|term| term.is_one_word(&analyzer.stem(word)));
            let key = fact.key.to_lowercase();
            let named = (key == "name" || key.ends_with(".name"))
                .then(|| key.split('.').chain([fact.subject.as_str()]).find_map(asked))
                .flatten();
            if let Some(whose) = named.map(|term| term.words.clone()) {
                self.add_name(analyzer, &fact.value, &whose);
            } else if key == "relation" {
                match (asked(&fact.value).map(|term| term.words.clone()), asked(&fact.subject).is_some()) {
                    (Some(whose), _) => self.add_name(analyzer, &fact.subject, &whose),
                    (None, true) => {
                        let why = format!("you told me that {} is your {}", fact.subject, fact.value);
                        self.suggest(&fact.value, why);
                    }
                    (None, false) => {}
                }
            }
        }
        for (name, whose) in self.names_in(analyzer, &memory.content) {
            self.add_name(analyzer, &name, &whose);
        }
    }

    /// Does a text speak of it?
    pub fn mentions(&self, analyzer: &Analyzer, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        let said = Spoken::of(analyzer, text);
        self.terms.iter().any(|term| term.holds(&said)) && !self.excluded.iter().any(|term| term.holds(&said))
    }

    /// Does a text speak of what was left out?
    pub fn spares(&self, analyzer: &Analyzer, text: &str) -> bool {
        let said = Spoken::of(analyzer, text);
        self.excluded.iter().any(|term| term.holds(&said))
    }

    /// Is a memory about it: by its words, whom it is about, who said it, or what hangs on it?
    pub fn is_about(&self, analyzer: &Analyzer, memory: &Memory) -> bool {
        let said_by = match &memory.speaker {
            Speaker::Other(name) | Speaker::Document(name) => Some(name.as_str()),
            Speaker::User | Speaker::Companion => None,
        };
        let fact = memory.fact.as_ref();
        // Whatever its shape: a corrected memory keeps its former words there.
        let metadata: Vec<String> = memory.metadata.values().map(serde_json::Value::to_string).collect();
        let texts = [Some(memory.content.as_str()), memory.subject.as_deref(), said_by]
            .into_iter()
            .chain([fact.map(|fact| fact.subject.as_str()), fact.map(|fact| fact.value.as_str())])
            .flatten()
            .chain(memory.tags.iter().map(String::as_str))
            .chain(memory.attachments.iter().map(|attachment| attachment.name.as_str()))
            .chain(metadata.iter().map(String::as_str));
        !self.spares(analyzer, &memory.content) && texts.into_iter().any(|text| self.mentions(analyzer, text))
    }

    fn add(&mut self, analyzer: &Analyzer, words: &str, why: String) {
        let Some(term) = Term::new(analyzer, words, why) else { return };
        let known = self.terms.iter().chain(&self.excluded).any(|other| other.stems == term.stems);
        if !known {
            self.terms.push(term);
        }
    }

    /// A name with several parts is also known by its first.
    fn add_name(&mut self, analyzer: &Analyzer, name: &str, whose: &str) {
        let why = format!("the name that goes with {whose}");
        self.add(analyzer, name, why.clone());
        if let Some((first, _)) = name.split_once(' ') {
            self.add(analyzer, first, why);
        }
    }

    fn suggest(&mut self, words: &str, why: String) {
        if !self.maybe.iter().any(|(known, _)| known == words) {
            self.maybe.push((words.to_owned(), why));
        }
    }

    /// The names that a text gives to the topic ("my ex Marco", "my dog is called Rex", "Marco, my ex"), each with
    /// the word that it goes with.
    fn names_in(&self, analyzer: &Analyzer, text: &str) -> Vec<(String, String)> {
        let mut words: Vec<(String, String, usize)> = Vec::new();
        analyzer.each(text, |term| words.push((term.stem.to_owned(), term.surface.to_owned(), term.start)));
        let lower = |at: usize| words.get(at).map(|(_, surface, _)| surface.to_lowercase()).unwrap_or_default();
        let is_name = |at: usize| {
            words.get(at).is_some_and(|(_, surface, _)| {
                surface.chars().next().is_some_and(char::is_uppercase)
                    && !NO_NAMES.contains(&surface.to_lowercase().as_str())
                    && !analyzer.is_stop(surface)
            })
        };
        // Only spaces, a comma, a hyphen or quotes between two words: the same breath.
        let close = |from: usize, to: usize| match (words.get(from), words.get(to)) {
            (Some((_, surface, start)), Some((_, _, next))) => {
                let gap = text.get(start + surface.len()..*next).unwrap_or(".");
                gap.trim_start_matches("'s").trim_start_matches("’s").chars().all(|c| " ,-\"“”'’(".contains(c))
            }
            _ => false,
        };
        let mut names = Vec::new();
        for at in 0..words.len() {
            let Some(term) = self.terms.iter().find(|term| term.is_one_word(&words[at].0) && !is_name(at)) else {
                continue;
            };
            let mut next = at + 1;
            // "my ex-husband Marco"
            if close(at, next)
                && ["husband", "wife", "boyfriend", "girlfriend", "partner"].contains(&lower(next).as_str())
            {
                next += 1;
            }
            let after = [
                &["is", "called"][..],
                &["is", "named"],
                &["name", "is"],
                &["was", "called"],
                &["called"],
                &["named"],
                &[],
            ]
            .into_iter()
            .find(|bridge| {
                bridge.iter().enumerate().all(|(n, word)| lower(next + n) == *word) && is_name(next + bridge.len())
            })
            .map(|bridge| next + bridge.len())
            .filter(|name| (at..*name).all(|word| close(word, word + 1)));
            let before = at.checked_sub(2).filter(|_| DETERMINERS.contains(&lower(at - 1).as_str())).and_then(|two| {
                let verb = ["is", "was"].contains(&lower(two).as_str());
                let name = if verb { two.checked_sub(1)? } else { two };
                let comma = verb || text.get(..words[at - 1].2).unwrap_or("").trim_end().ends_with(',');
                (is_name(name) && comma && (name..at).all(|word| close(word, word + 1))).then_some(name)
            });
            for name in after.into_iter().chain(before) {
                let mut whole = words[name].1.clone();
                if is_name(name + 1)
                    && words[name + 1].2 == words[name].2 + words[name].1.len() + 1
                    && Some(name) == after
                {
                    whole.push(' ');
                    whole.push_str(&words[name + 1].1);
                }
                names.push((whole, term.words.clone()));
            }
        }
        names
    }
}

fn is_person(analyzer: &Analyzer, word: &str) -> bool {
    let stem = analyzer.stem(word);
    PEOPLE.iter().chain(KIN.iter().copied().flatten()).any(|known| analyzer.stem(known) == stem)
}
