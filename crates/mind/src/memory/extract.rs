//! What a message says about the person, as facts: precise rules, no model.
//!
//! Rules are for English; of other languages only the plainest statements are read ([`foreign`]).
//! A wrong fact is worse than a missing one, so everything doubtful is left alone: questions, hypotheticals, jokes,
//! quotations and reported speech are no facts about the person, and a negation never becomes its opposite.
//! Whatever is not extracted is still kept verbatim as an episode.

mod clause;
mod correct;
mod events;
mod extracted;
mod feelings;
mod foreign;
mod guard;
mod keys;
mod pattern;
mod rules;
mod tasks;
pub(crate) mod terms;
#[cfg(test)]
mod tests;
pub(crate) mod when;

pub use correct::Correction;
pub use extracted::{Extracted, Feeling};
pub(crate) use guard::Guard;
pub use keys::canonical;
pub use tasks::{FoundTask, Tasks};

use crate::memory::Category;
use clause::{Grammar, Who};
use correct::Corrections;
use events::Events;
use feelings::Feelings;
use foreign::Foreign;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use pattern::Pattern;
pub(crate) use pattern::Triggers;
use regex::{Regex, RegexSet};
use rules::{Found, Rules};
use std::sync::OnceLock;
use when::Times;

/// Facts are stated early and briefly; of a longer text only the first so many bytes are read.
const READ: usize = 20_000;
/// How much of what went before may say who "he" is, in bytes.
const BEFORE: usize = 400;
/// The most that one message says.
const MOST: usize = 60;

/// The rules. Make one and keep it: each pattern is compiled when it is first needed.
#[derive(Debug)]
pub struct Extractor {
    tasks: Tasks,
    guard: Guard,
    grammar: Grammar,
    rules: Rules,
    events: Events,
    feelings: Feelings,
    foreign: Foreign,
    corrections: Corrections,
    times: Times,
    signs: Signs,
    hedged: Pattern,
    reported: Pattern,
    asked: Pattern,
}

/// What is no fact: a wish, a game, a dream.
const UNREAL: &str = r"(?i)\b(?:if|unless|wish|wished|imagine|imagining|suppose|supposing|pretend|pretending|hypothetically|dreamt|dreamed (?:that|I)|in my dream|what if|as if|let's say|in (?:the|a|this|my) (?:play|game|film|movie|story|book|novel|show|series|video game)|my (?:character|avatar|horoscope|alter ego)|horoscope|lyrics|song goes|sings|narrator|in another life|when I (?:was|am|'m) (?:rich|dead)|when I grow up|one day I|you (?:must|should) always|you are now|april fool|as a joke|in theory|for the sake of argument)\b";
/// What may be so.
const HEDGED: &str = r"(?i)\b(?:maybe|perhaps|almost became|almost|not sure|i guess|would|could|might)\b|\bI'd\b";
/// What somebody says.
const REPORTED: &str = r"(?i)\b(?:says?|said|thinks?|thought|claims?|claimed|believes?|told (?:me|us|him|her|them|everyone)|asks?|asked|wrote|texted(?: me)?|insists?|jokes?|joked|swears?|heard|reckons?|according to|calls? me|goes|convinced)\b";
/// What is not so.
const DENIED: &str = r"(?i)\b(?:not|never|nobody|none|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't|hadn't|won't|can't|cannot|ain't)\b";

/// Looks for the signs of all these in a sentence at once. What is not in a sentence is in none of its clauses.
#[derive(Debug, Default)]
struct Signs(OnceLock<RegexSet>);

/// Which of the signs a sentence has.
struct Signed {
    unreal: bool,
    hedged: bool,
    reported: bool,
    denied: bool,
}

impl Signs {
    fn of(&self, sentence: &str) -> Signed {
        let found = self.0.get_or_init(|| compile_set([UNREAL, HEDGED, REPORTED, DENIED])).matches(sentence);
        let [unreal, hedged, reported, denied] = [0, 1, 2, 3].map(|sign| found.matched(sign));
        Signed { unreal, hedged, reported, denied }
    }
}

impl Default for Extractor {
    fn default() -> Self {
        Self::new()
    }
}

impl Extractor {
    /// Lays out the rules; they are compiled one by one when a message first needs them.
    pub fn new() -> Self {
        let rules = Rules::new();
        Self {
            tasks: Tasks::new(),
            guard: Guard::new(),
            grammar: Grammar::new(rules.verbs()),
            rules,
            events: Events::new(),
            feelings: Feelings::new(),
            foreign: Foreign::new(),
            corrections: Corrections::new(),
            times: Times::new(),
            signs: Signs::default(),
            hedged: Pattern::new(HEDGED),
            reported: Pattern::new(REPORTED),
            asked: Pattern::new(
                r"(?i)^\s*(?:and |so |but |ok,? |hey,? )?(?:do|does|did|am|are|is|was|were|have|has|can|could|should|would|will|what|what's|who|who's|where|where's|when|when's|why|how|which|whose)\b(?:\s+(?:i|you|he|she|it|we|they|my|your|the|is|are|am|was|were|do|does|did|many|much|old|long|a)\b)",
            ),
        }
    }

    /// What finds tasks in talk.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// A correction that names no fact ("it's Ana, not Anna", "I meant Tuesday"); `before` is what it answers: the
    /// companion's last reply, or the person's message before. One that names its fact ("no, my sister's name is Ana")
    /// is found by [`Extractor::extract`], flagged as corrected.
    pub fn correction(&self, text: &str, before: Option<&str>) -> Option<Correction> {
        self.corrections.bare(&text.replace(['’', 'ʼ'], "'"), before)
    }

    /// What `text` says about the person. `previous` is their message before it, which may say who "he" is;
    /// `occurred_at` and `zone` say what "tomorrow" means. At most one result for each subject and key that holds, and
    /// one for each that ended.
    pub fn extract(
        &self,
        text: &str,
        previous: Option<&str>,
        occurred_at: Timestamp,
        zone: &TimeZone,
    ) -> Vec<Extracted> {
        let text = head(text, READ);
        if self.guard.is_play(text) {
            return Vec::new();
        }
        let today = occurred_at.to_zoned(zone.clone()).date();
        let day = Day { today, zone };
        let text = self.guard.own_words(text);
        let lower = !text.chars().any(char::is_uppercase)
            || !text.replace("I'", "i'").replace("I ", "i ").chars().any(char::is_uppercase);
        let before = previous.filter(|_| refers_back(&text));
        let mut it = before.and_then(|previous| self.spoken_of(tail(previous, BEFORE)));
        let mut results: Vec<Extracted> = Vec::new();
        let mut first = true;
        for sentence in each_sentence(&text) {
            if sentence.ends_with(['?', '？', '؟']) || sentence.starts_with('¿') || self.asked.is_match(sentence) {
                // "My job? I drive a bus." asks itself.
                continue;
            }
            for found in self.sentence(sentence, first, lower, &mut it, &day) {
                match results.iter().position(|known| same(known, &found)) {
                    // "I moved to Boston, and now I live in Denver": the surer one holds.
                    Some(known) if results[known].confidence < found.confidence => results[known] = found,
                    Some(_) => {}
                    None if results.len() < MOST => results.push(found),
                    None => {}
                }
            }
            first &= self.grammar.is_opening(sentence);
        }
        results
    }

    /// Whom the words before spoke of last.
    fn spoken_of(&self, before: &str) -> Option<Who> {
        let before = before.replace(['’', 'ʼ'], "'");
        let mut it = None;
        for sentence in each_sentence(&before) {
            self.grammar.clauses(sentence, false, &mut it);
            if let Some(who) = self.rules.owned(sentence) {
                it = Some(who);
            }
        }
        it
    }

    fn sentence(
        &self,
        sentence: &str,
        first: bool,
        lower: bool,
        it: &mut Option<Who>,
        day: &Day<'_>,
    ) -> Vec<Extracted> {
        let mut results = Vec::new();
        let signs = self.signs.of(sentence);
        if signs.unreal {
            return results;
        }
        let corrected = self.corrections.corrects(sentence);
        if let Some(found) = self.rules.renamed(sentence, it.as_ref()) {
            results.push(self.finish(sentence, sentence, found, corrected, day));
        }
        let clauses = self.grammar.clauses(sentence, first, it);
        let mut reported_before = false;
        for clause in &clauses {
            let start = clause.text.as_ptr() as usize - sentence.as_ptr() as usize;
            let head = &sentence[..start];
            // "As he says, I'm a genius": what directly follows a word of saying is said by another.
            let ends_reported = |text| signs.reported && ends_reported(&self.reported, text);
            let told = reported_before || ends_reported(head);
            reported_before = ends_reported(clause.text);
            if told || (signs.hedged && self.hedged.is_match(clause.text)) {
                continue;
            }
            for found in self.rules.apply(clause, lower) {
                if found.fact.key == "name"
                    && found.fact.subject == "user"
                    && !clause.attribute
                    && found.confidence < 0.85
                    && !clause.first
                {
                    continue;
                }
                results.push(self.finish(clause.text, sentence, found, corrected, day));
            }
        }
        for found in self.rules.anywhere(sentence, lower) {
            results.push(self.finish(sentence, sentence, found, corrected, day));
        }
        if let Some(who) = self.rules.owned(sentence) {
            *it = Some(who);
        }
        if results.is_empty() || !sentence.is_ascii() {
            self.foreign.find(sentence, &mut results);
        }
        if signs.reported {
            return results;
        }
        if !signs.denied || results.iter().any(|e| e.ends) {
            results.extend(self.events.find(sentence, &self.times, day.today, day.zone).filter(|_| !signs.hedged));
        }
        if !signs.hedged {
            results.extend(self.feelings.find(sentence));
        }
        results
    }

    fn finish(&self, clause: &str, sentence: &str, found: Found, corrected: bool, day: &Day<'_>) -> Extracted {
        let mut fact = found.fact;
        // "tomorrow" is no birthday a year later.
        if fact.key.ends_with("birthday")
            && let Some(when) = self.times.coming(&format!("on {}", fact.value), day.today)
            && when.grain == when::Grain::Day
        {
            fact.value = format!("{} {}", when.date.day(), month_name(when.date));
        }
        let category = if ["taste.", "favourite.", "prefers."].iter().any(|head| fact.key.starts_with(head)) {
            Category::Preference
        } else {
            Category::Fact
        };
        let content = found.content.unwrap_or_else(|| sentence.trim().to_owned());
        let when = self.times.find(clause, day.today).filter(|_| !fact.key.contains("birth"));
        let occurred_at =
            when.and_then(|when| when.date.to_zoned(day.zone.clone()).ok()).map(|start| start.timestamp());
        Extracted {
            confidence: found.confidence,
            ends: found.ends,
            past: found.past,
            corrected,
            occurred_at,
            ..Extracted::fact(category, fact, content)
        }
    }
}

/// From where a message is seen.
struct Day<'z> {
    today: Date,
    zone: &'z TimeZone,
}

/// Do both say the same thing of the same?
fn same(a: &Extracted, b: &Extracted) -> bool {
    match (&a.fact, &b.fact) {
        (Some(x), Some(y)) => x.subject == y.subject && x.key == y.key && a.ends == b.ends && a.past == b.past,
        (None, None) => a.content == b.content && a.category == b.category,
        _ => false,
    }
}

/// Does a text end in a word of saying, with nothing said in between?
fn ends_reported(reported: &Pattern, text: &str) -> bool {
    let text = text.trim_end_matches([' ', ',', ':', '"']);
    let last = text.char_indices().rev().filter(|(_, c)| *c == ' ').nth(2).map_or(0, |(at, _)| at);
    reported.find(&text[last..]).is_some_and(|found| found.end() + last == text.len())
}

/// May these words mean whom the words before spoke of? "She", "its", "we named her", and as quick hands spell it. Where
/// they may not, nothing is read in the words before.
pub(crate) fn refers_back(text: &str) -> bool {
    const BACK: [&str; 13] =
        ["he", "hes", "she", "shes", "it", "they", "theyre", "his", "her", "their", "its", "named", "called"];
    has_any(text, &BACK)
}

/// Has a text one of these words, in whatever case?
pub(crate) fn has_any(text: &str, words: &[&str]) -> bool {
    // This apostrophe is a letter.
    let mut said = text.split(|c: char| !c.is_alphabetic() || c == 'ʼ');
    said.any(|said| words.iter().any(|word| word.eq_ignore_ascii_case(said)))
}

/// At most the first `bytes`, cut between characters.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// At most the last `bytes`, cut between characters.
pub(crate) fn tail(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}

/// Splits into sentences; each keeps its closing mark.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    each_sentence(text).collect()
}

/// The same, one after the other.
pub(crate) fn each_sentence(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    let parts = std::iter::from_fn(move || {
        let text = rest?;
        let end = end_of_sentence(text);
        rest = end.map(|end| &text[end..]);
        Some(text[..end.unwrap_or(text.len())].trim())
    });
    parts.filter(|sentence| sentence.chars().any(char::is_alphanumeric))
}

/// Where the first sentence ends, behind its closing mark; none where nothing ends it.
fn end_of_sentence(text: &str) -> Option<usize> {
    let mut marks = text.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map(|(_, n)| *n);
        let ends = match c {
            '\n' | '。' | '！' | '？' | '؟' | '।' => true,
            '!' | '?' | '…' => next.is_none_or(|n| n.is_whitespace()),
            '.' => next.is_none_or(char::is_whitespace) && !is_abbreviation(&text[..at]),
            _ => false,
        };
        if ends {
            return Some(at + c.len_utf8());
        }
    }
    None
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
    matches!(word, "Mr" | "Mrs" | "Ms" | "Dr" | "St" | "Prof" | "e.g" | "i.e" | "vs" | "No")
}

/// English month names.
pub(crate) fn month_name(date: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[usize::try_from(date.month() - 1).unwrap_or(0).min(11)]
}

/// Compiles a pattern that is part of the program. The rules are for English with Latin names in it, so the classes of
/// all Unicode, whose tables make seventy patterns slow to compile and to run, become those of the Latin letters.
#[expect(clippy::expect_used, reason = "the patterns are constants, and every one is compiled by the tests")]
pub(crate) fn compile(pattern: &str) -> Regex {
    Regex::new(&latin(pattern)).expect("a constant pattern compiles")
}

/// The same of many patterns that are looked for at once.
#[expect(clippy::expect_used, reason = "the patterns are constants, and every one is compiled by the tests")]
pub(crate) fn compile_set<'p>(patterns: impl IntoIterator<Item = &'p str>) -> RegexSet {
    RegexSet::new(patterns.into_iter().map(latin)).expect("constant patterns compile")
}

fn latin(pattern: &str) -> String {
    pattern
        .replace(r"[\p{L}\p{M}", r"[A-Za-zÀ-ɏ")
        .replace(r"[\p{L}\p{N}", r"[0-9A-Za-zÀ-ɏ")
        .replace(r"[\p{L}", r"[A-Za-zÀ-ɏ")
        .replace(r"\p{Lu}", "[A-ZÀ-ÞŁŚŠŻŽČĆĐİ]")
        .replace(r"\p{Ll}", "[a-zß-ÿ]")
        .replace(r"\p{L}", "[A-Za-zÀ-ɏ]")
        .replace(r"\w", "[0-9A-Za-z_]")
        .replace(r"\d", "[0-9]")
        .replace(r"\b", r"(?-u:\b)")
}
