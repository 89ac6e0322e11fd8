//! The rules: what a clause says about somebody. One table for each part of a life; the first that fits a subject and
//! key wins.

mod home;
mod kin;
mod pets;
mod selves;
mod tastes;
mod ways;
mod work;

use super::clause::{Clause, Who};
use super::keys::slug;
use super::pattern::{Pattern, Triggers};
use super::terms::{ANIMALS, JOBS_END, NATIONALITIES, NOT_NAMES, OCCUPATIONS, RELATIONS, alternation, kind_of};
use crate::memory::Fact;
use hashbrown::{HashMap, HashSet};
use regex::Captures;

/// A name: one to three words with capitals.
pub(super) const NAME: &str = r"(?-i:\p{Lu}[\p{L}\p{M}'-]*\p{L}(?: \p{Lu}[\p{L}\p{M}'-]*\p{L}){0,2})";
const PLACE: &str = r"(?-i:(?:the )?\p{Lu}[\p{L}\p{M}'.-]*\p{L}(?:(?:,? | de | del | of | am | an der | upon | sur | la )(?:the )?\p{Lu}[\p{L}\p{M}'-]*\p{L}){0,3})";
/// A place as it is written in haste; taken only from a text without any capital.
const LOW: &str = r"(?-i:[a-z]{3,}(?: (?:york|francisco|angeles|city|town|zealand|africa|korea|kong|delhi|orleans|diego|aires|janeiro))?)";
/// A short noun phrase that ends where the thought does.
const THING: &str =
    r"(?:(?:the|a|an|my) )?[\p{L}\p{N}'&-]+(?: (?:of |and |with |in |on |the |in the )?[\p{L}\p{N}'&-]+){0,3}?";
const END: &str = r"(?:[.!,;:()]|$| (?:because|when|while|but|so|since|though|although|more|right|at|for|on|too|as|very|a lot|so much|anymore|any more|any longer|now|today|tonight|from|and (?:I|my|we|he|she|it)|that|which|who|every|in the|these days|lately|tbh|honestly|to be honest|really|until|till|after|before|to be|ever|again|by far|is|are|was|if|except|especially|like|than|with (?:my|a|the|music))\b)";
const MONTH: &str = "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec";
const NUM: &str = r"\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen";

/// What a match says. `holds` is read with the clause's own mode.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) fact: Fact,
    pub(super) confidence: f64,
    /// "I don't eat meat" holds; "I no longer eat meat" does too.
    pub(super) ends: bool,
    pub(super) past: bool,
    /// Said anew, where the words do not stand by themselves.
    pub(super) content: Option<String>,
}

/// How a rule takes a clause's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// A state: it holds now; in the past it was; with "no longer" it ended; denied it says nothing.
    Is,
    /// A deed that changes a state: done, it holds now.
    Did,
    /// It is said by the denial ("I don't eat meat").
    Not,
    /// A deed that changes a state, told of as done.
    Done,
    /// A plan or a wish, now or to come.
    Will,
    /// A deed that ends a state ("I sold my car").
    Ended,
}

/// Whom a rule may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// Anybody.
    Any,
    /// The person only.
    Me,
    /// People, not pets.
    People,
    /// Not the person.
    Others,
}

/// (verbs, what follows, of whom, when, key, value, confidence). `{v}`, `{n}`, `{r}`, `{a}`, `{t}` are the named groups.
type Row = (&'static str, &'static str, Of, When, &'static str, &'static str, f64);

#[derive(Debug)]
struct Rule {
    rest: Pattern,
    of: Of,
    when: When,
    key: &'static str,
    value: &'static str,
    confidence: f64,
}

#[derive(Debug)]
pub(super) struct Rules {
    /// By verb.
    verbs: HashMap<&'static str, Vec<Rule>>,
    /// "My NOUN is".
    nouns: Vec<(Pattern, Rule)>,
    /// Anywhere in a clause, whatever its verb.
    free: Vec<Rule>,
    /// What those are tried for.
    triggers: Triggers,
    /// "I got a puppy", "my sister": whom "he" and "she" may stand for.
    owned: Pattern,
    /// A word without which it is none of these.
    being: Pattern,
    renaming: Pattern,
}

/// Verbs that are read for their mode, their object, or because they begin a statement that no rule reads.
const MORE_VERBS: &[&str] = &[
    "go", "stop", "quit", "give", "start", "begin", "keep", "see", "know", "say", "think", "make", "feel", "call",
    "put", "leave", "become", "take", "do", "tell", "ask", "help", "visit", "fly", "win", "pass", "fail", "break",
    "crash", "meet", "lose", "finish", "graduate", "die", "wish", "cook", "read", "watch", "bake", "sing", "dance",
    "paint", "garden", "write", "ride", "drink", "eat", "sleep", "miss", "try", "sign", "bring", "find", "drop",
];

impl Rules {
    pub(super) fn new() -> Self {
        let mut verbs: HashMap<&'static str, Vec<Rule>> = HashMap::new();
        let fill = Filler::new();
        let rule = |row: &Row, anchor: &str| Rule {
            rest: Pattern::new(format!("(?i){anchor}(?:{})", fill.filled(row.1))),
            of: row.2,
            when: row.3,
            key: row.4,
            value: row.5,
            confidence: row.6,
        };
        for row in
            [selves::VERBS, home::VERBS, work::VERBS, kin::VERBS, pets::VERBS, tastes::VERBS, ways::VERBS].concat()
        {
            for verb in row.0.split('|') {
                verbs.entry(verb).or_default().push(rule(&row, "^"));
            }
        }
        let nouns =
            [selves::NOUNS, home::NOUNS, work::NOUNS, kin::NOUNS, pets::NOUNS, tastes::NOUNS, ways::NOUNS].concat();
        let nouns = nouns
            .iter()
            .map(|row| (Pattern::new(format!("(?i)^(?:{})$", fill.filled(row.0))), rule(row, "^")))
            .collect();
        let free = [kin::FREE, pets::FREE, tastes::FREE, selves::FREE, home::FREE].concat();
        let triggers = Triggers::new(free.iter().map(|row| row.0));
        let free = free.iter().map(|row| rule(row, "")).collect();
        let owned = Pattern::new(fill.filled(
            r"(?i)(?:\b(?:my|our) (?:\w+ ){0,2}?|\b(?:I|we)(?:'ve| have)?(?: just| finally| also)? (?:got|have|adopted|bought|rescued|own|brought home) (?:an?|another|our|my) (?:[\w-]+ ){0,3}?)(?P<o>ANIMAL|RELATION)(?:[.,!?;]|$|\s)",
        ));
        let renaming =
            Pattern::new(fill.filled(
                r"(?i)\b(?:I|we)(?:'ve| have)?(?: just)? (?:re)?(?:named|called) (?:him|her|it|them) (?P<n>NAME)",
            ));
        let beings = [ANIMALS, RELATIONS].concat();
        let being = Pattern::new(alternation(beings.iter().flat_map(|row| row.iter().copied())));
        Self { verbs, nouns, free, triggers, owned, being, renaming }
    }

    /// Whom or what of theirs a sentence speaks of last.
    pub(super) fn owned(&self, sentence: &str) -> Option<Who> {
        let small = sentence.to_lowercase();
        if !["my ", "our ", "a ", "an "].iter().any(|word| small.contains(word)) || !self.being.is_match(&small) {
            return None;
        }
        let owner = self.owned.regex().captures_iter(sentence).last()?.name("o")?.as_str().to_lowercase();
        match kind_of(ANIMALS, &owner) {
            Some(_) => Some(Who::Pet(owner, None)),
            None => Some(Who::Kin(super::keys::kin(&owner), None)),
        }
    }

    /// The verbs that the grammar has to know.
    pub(super) fn verbs(&self) -> HashSet<&'static str> {
        self.verbs.keys().copied().chain(MORE_VERBS.iter().copied()).filter(|verb| *verb != "be").collect()
    }

    /// Everything that a clause says. `lower` where the whole message has no capital.
    pub(super) fn apply(&self, clause: &Clause<'_>, lower: bool) -> Vec<Found> {
        let mut found = Vec::new();
        if clause.attribute {
            for (noun, rule) in &self.nouns {
                if let Some(captures) = noun.captures(&clause.verb) {
                    rule.find(clause, clause.rest, Some(&captures), lower, &mut found);
                }
            }
        } else if let Some(rules) = self.verbs.get(clause.verb.as_str()) {
            for rule in rules {
                rule.find(clause, clause.rest, None, lower, &mut found);
            }
        }
        if let Who::Kin(kin, Some(name)) = &clause.who {
            found.push(named(&format!("{}.name", slug(kin)), name));
        }
        if let Who::Pet(kind, Some(name)) = &clause.who {
            found.push(named(&format!("pet.{}.name", animal(kind)), name));
        }
        found
    }

    /// "We named her Olive": whom that is, `it` says.
    pub(super) fn renamed(&self, sentence: &str, it: Option<&Who>) -> Option<Found> {
        if !sentence.contains("named ") && !sentence.contains("called ") {
            return None;
        }
        let name = self.renaming.captures(sentence)?["n"].to_owned();
        let (of, key) = match it? {
            Who::Pet(kind, _) => (kind, format!("pet.{}.name", animal(kind))),
            Who::Kin(kin, _) => (kin, format!("{}.name", slug(kin))),
            _ => return None,
        };
        let content = Some(format!("My {of} is called {name}."));
        is_name(&name, false, 0.84).then(|| Found { content, ..named(&key, &name) })
    }

    /// What stands anywhere in a sentence, whatever its verb: "with my wife Ola".
    pub(super) fn anywhere(&self, sentence: &str, lower: bool) -> Vec<Found> {
        let mut found = Vec::new();
        let clause = Clause {
            who: Who::User,
            mode: super::clause::Mode::default(),
            verb: String::new(),
            attribute: false,
            rest: sentence,
            text: sentence,
            first: false,
        };
        for row in self.triggers.within(&sentence.to_lowercase()) {
            let rule = &self.free[row];
            for captures in rule.rest.regex().captures_iter(sentence) {
                rule.read(&clause, &captures, None, lower, &mut found);
            }
        }
        found
    }
}

/// The clause with its pronoun told: "His name is Sparky" stands by itself as "My dog's name is Sparky."
fn resolved(clause: &Clause<'_>) -> Option<String> {
    let word = clause.text.split([' ', '\'']).next()?;
    let of = match &clause.who {
        Who::Kin(of, _) | Who::Pet(of, _) => format!("My {of}"),
        Who::Named(name) => name.clone(),
        Who::User => return None,
    };
    let told = match word.to_lowercase().as_str() {
        "he" | "she" | "it" | "they" => of,
        "his" | "her" | "its" | "their" => format!("{of}'s"),
        _ => return None,
    };
    Some(format!("{told}{}.", &clause.text[word.len()..]))
}

/// The kind of an animal as it stands in a key: a puppy is a `dog`.
fn animal(word: &str) -> String {
    slug(kind_of(ANIMALS, word).unwrap_or(word))
}

fn named(key: &str, name: &str) -> Found {
    let fact = Fact { subject: "user".into(), key: key.into(), value: tidy(name) };
    Found { fact, confidence: 0.9, ends: false, past: false, content: None }
}

impl Rule {
    fn find(&self, clause: &Clause<'_>, rest: &str, noun: Option<&Captures<'_>>, lower: bool, found: &mut Vec<Found>) {
        // What is cheap to ask comes before the pattern.
        if self.holds(clause).is_some()
            && self.is_of(&clause.who)
            && let Some(captures) = self.rest.captures(rest)
        {
            self.read(clause, &captures, noun, lower, found);
        }
    }

    fn read(
        &self,
        clause: &Clause<'_>,
        captures: &Captures<'_>,
        noun: Option<&Captures<'_>>,
        lower: bool,
        found: &mut Vec<Found>,
    ) {
        let Some((ends, past)) = self.holds(clause).filter(|_| self.is_of(&clause.who)) else { return };
        let who = &clause.who;
        let group = |name: &str| {
            captures.name(name).or_else(|| noun.and_then(|noun| noun.name(name))).map(|m| tidy(m.as_str()))
        };
        if let Some(name) = group("n")
            && !is_name(&name, lower, self.confidence)
        {
            return;
        }
        if matches!(self.key, "home" | "origin" | "birth.place" | "work.employer") {
            let value = group("v").unwrap_or_default();
            let low = !value.chars().any(char::is_uppercase);
            if (low && !(lower && is_low_place(&value))) || is_no_place(&value) {
                return;
            }
        }
        let things: Vec<String> = match group("t") {
            // "crosswords and puzzles" are two.
            Some(things) if self.key.contains("{t}") => listed(&things),
            Some(thing) => vec![thing],
            None => vec![String::new()],
        };
        for thing in things {
            if self.key.contains("{t}") && (thing.is_empty() || is_no_thing(&thing, self.key)) {
                continue;
            }
            let expand = |template: &str, in_key: bool| {
                let mut text = template.to_owned();
                for name in ["v", "n", "r", "a", "t", "w", "k"] {
                    let slot = format!("{{{name}}}");
                    if text.contains(&slot) {
                        let raw = if name == "t" { thing.clone() } else { group(name).unwrap_or_default() };
                        // Where no noun was named, it is the verb.
                        let raw = if name == "k" && raw.is_empty() { clause.verb.clone() } else { raw };
                        let filled = match name {
                            "a" => kind_of(ANIMALS, &raw).unwrap_or(&raw).to_owned(),
                            "r" => super::keys::kin(&raw),
                            _ => raw,
                        };
                        text = text.replace(&slot, &if in_key { slug(&filled) } else { filled });
                    }
                }
                text
            };
            let (key, value) = (expand(self.key, true).to_lowercase(), expand(self.value, false));
            if value.is_empty() && self.when != When::Ended || (key == "age" && !plausible_age(&value)) {
                continue;
            }
            // Which liking it was, or which car, is not said when it ends.
            let value =
                if ends && ["taste.", "pet."].iter().any(|head| key.starts_with(head)) { String::new() } else { value };
            if let (Who::Pet(kind, _), "deceased") = (who, key.as_str()) {
                let fact = Fact { subject: "user".into(), key: format!("pet.{}", animal(kind)), value: String::new() };
                found.push(Found { fact, confidence: self.confidence, ends: true, past: false, content: None });
                continue;
            }
            let (subject, key) = match who {
                Who::User => ("user".to_owned(), key),
                Who::Kin(kin, _) if key == "name" || key == "display_name" => {
                    ("user".to_owned(), format!("{}.name", slug(kin)))
                }
                Who::Kin(kin, _) => (kin.clone(), key),
                Who::Pet(kind, _) => ("user".to_owned(), format!("pet.{}.{key}", animal(kind))),
                Who::Named(_) if key == "name" => continue,
                Who::Named(name) => (name.clone(), key),
            };
            found.push(Found {
                fact: Fact { subject, key, value },
                confidence: self.confidence,
                ends,
                past,
                content: resolved(clause),
            });
        }
    }

    /// Whether the rule is about such a one.
    fn is_of(&self, who: &Who) -> bool {
        !matches!(
            (who, self.of),
            (Who::User, Of::Others)
                | (Who::Kin(..) | Who::Named(_) | Who::Pet(..), Of::Me)
                | (Who::Pet(..), Of::People)
        )
    }

    /// Whether the rule holds in the clause's mode: (ended, past), or not at all.
    fn holds(&self, clause: &Clause<'_>) -> Option<(bool, bool)> {
        let mode = clause.mode;
        if mode.unreal {
            return None;
        }
        match self.when {
            When::Is if mode.not || mode.future => None,
            When::Is => Some((mode.ends, mode.past && !mode.ends)),
            When::Did if mode.not || mode.ends || mode.future || mode.going || mode.used_to => None,
            When::Did => Some((false, false)),
            When::Done if mode.done && !mode.not && !mode.ends && !mode.used_to => Some((false, false)),
            When::Done => None,
            When::Not if mode.not => Some((false, mode.past)),
            When::Not if mode.ends => Some((false, false)),
            When::Not => None,
            When::Will if mode.not || mode.ends || mode.past => None,
            When::Will => Some((false, false)),
            When::Ended if mode.not || mode.future || mode.going || mode.used_to => None,
            When::Ended => Some((true, false)),
        }
    }
}

/// Puts the words into the patterns.
struct Filler {
    animals: String,
    relations: String,
    jobs: String,
    nations: String,
}

impl Filler {
    fn new() -> Self {
        let job = alternation(OCCUPATIONS.iter().copied());
        Self {
            animals: format!("(?:{})s?", alternation(ANIMALS.iter().flat_map(|row| row.iter().copied()))),
            relations: format!(
                "(?:(?:(?:big|little|older|younger|elder|eldest|oldest|youngest|middle|twin|baby|late|new|other|second|half|dear|ex)[ -])*(?:{}))",
                alternation(RELATIONS.iter().flat_map(|row| row.iter().copied()))
            ),
            jobs: format!("(?:{job}|{JOBS_END})"),
            nations: alternation(NATIONALITIES.iter().copied()),
        }
    }

    fn filled(&self, pattern: &str) -> String {
        pattern
            .replace("NAME", NAME)
            .replace("PLACE", &format!("(?:{PLACE}|{LOW})"))
            .replace("THING", THING)
            .replace("END", END)
            .replace("MONTH", MONTH)
            .replace("NUM", &format!("(?:{NUM})"))
            .replace("ANIMAL", &self.animals)
            .replace("RELATION", &self.relations)
            .replace("NATION", &self.nations)
            .replace("JOB", &self.jobs)
    }
}

pub(super) fn tidy(text: &str) -> String {
    let text = text.trim().trim_end_matches([',', '.', '!', ';', ':']).trim();
    text.strip_suffix("'s").unwrap_or(text).trim().to_owned()
}

fn is_name(name: &str, lower: bool, confidence: f64) -> bool {
    let capital = name.starts_with(char::is_uppercase);
    // A name without a capital is taken where nothing else can stand ("my name is ana").
    (capital || lower || confidence >= 0.85)
        && !name.split(' ').filter(|word| *word != "and").any(|word| {
            let word = word.trim_end_matches(',').to_lowercase();
            NOT_NAMES.contains(&word.as_str()) || NATIONALITIES.iter().any(|nation| nation.eq_ignore_ascii_case(&word))
        })
}

fn is_low_place(place: &str) -> bool {
    let first = place.split(' ').next().unwrap_or("");
    ![
        "the",
        "his",
        "her",
        "our",
        "their",
        "this",
        "that",
        "here",
        "there",
        "hope",
        "fear",
        "peace",
        "sin",
        "town",
        "bed",
        "love",
        "work",
        "school",
        "one",
        "two",
        "same",
        "small",
        "big",
        "city",
        "country",
        "village",
        "house",
        "flat",
        "general",
        "fact",
        "debt",
        "pain",
        "silence",
        "harmony",
        "denial",
        "with",
        "for",
        "off",
        "by",
        "near",
        "alone",
        "together",
        "each",
        "every",
        "some",
        "any",
        "what",
        "mind",
        "its",
        "such",
        "style",
        "another",
        "dorms",
        "and",
        "abroad",
        "you",
        "him",
        "them",
        "home",
        "somewhere",
        "everywhere",
    ]
    .contains(&first)
}

fn is_no_place(place: &str) -> bool {
    matches!(
        place.to_lowercase().as_str(),
        "i" | "rust"
            | "god"
            | "jesus"
            | "christ"
            | "english"
            | "french"
            | "german"
            | "monday"
            | "sunday"
            | "christmas"
            | "me"
            | "google maps"
    ) || place.split(' ').next().is_some_and(|word| {
        [
            "January",
            "February",
            "March",
            "April",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
        .contains(&word)
    })
}

/// The things of a list: "crosswords and puzzles", "tea, cake and rain".
fn listed(things: &str) -> Vec<String> {
    let pair = [
        "rock and roll",
        "salt and vinegar",
        "arts and crafts",
        "mac and cheese",
        "fish and chips",
        "peanut butter and jelly",
        "drum and bass",
        "dungeons and dragons",
        "pride and prejudice",
        "gin and tonic",
    ];
    if pair.iter().any(|pair| things.to_lowercase().contains(pair)) {
        return vec![things.to_owned()];
    }
    things
        .split(" and ")
        .flat_map(|part| part.split(", "))
        .map(|part| part.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect()
}

fn plausible_age(value: &str) -> bool {
    value
        .parse::<u8>()
        .map_or(value.chars().all(|c| c.is_alphabetic() || c == '-' || c == ' '), |age| (1..=120).contains(&age))
}

/// "I love it", "I like how you ..." say nothing about a taste.
fn is_no_thing(thing: &str, key: &str) -> bool {
    let lower = thing.to_lowercase();
    let first = lower.split(' ').next().unwrap_or("");
    const EMPTY: &[&str] = &[
        "it",
        "that",
        "this",
        "these",
        "those",
        "you",
        "him",
        "her",
        "them",
        "us",
        "me",
        "how",
        "what",
        "when",
        "where",
        "your",
        "his",
        "their",
        "our",
        "being",
        "everything",
        "nothing",
        "something",
        "someone",
        "everyone",
        "anything",
        "anyone",
        "who",
        "both",
        "all",
        "one",
        "myself",
        "yourself",
        "talking",
        "hearing",
        "with",
        "about",
        "having",
        "if",
        "here",
        "there",
        "life",
        "things",
        "stuff",
        "i",
        "so",
        "not",
        "more",
        "again",
        "i'm",
        "feeling",
        "mondays",
        "just",
        "doing",
        "seeing",
        "knowing",
    ];
    if first == "my" && (key.starts_with("taste") || key.starts_with("fear")) {
        // "I love my job" is a liking; "I love my wife" is none that is a taste.
        return kind_of(RELATIONS, lower.trim_start_matches("my ")).is_some()
            || kind_of(ANIMALS, lower.trim_start_matches("my ")).is_some();
    }
    EMPTY.contains(&first)
        || (first == "the"
            && (lower.split(' ').count() < 2
                || [
                    "way", "idea", "fact", "thought", "sound", "look", "feeling", "one", "name", "part", "time",
                    "most", "news", "film", "movie", "book", "show", "food", "place",
                ]
                .iter()
                .any(|end| lower.ends_with(end))))
}
