//! What a message says about the person, as facts: precise rules for English, no model.
//!
//! A wrong fact is worse than a missing one, so everything doubtful is left alone: questions, hypotheticals, jokes,
//! quotations and reported speech are no facts about the person, and a negation never becomes its opposite.
//! Whatever is not extracted is still kept verbatim as an episode.

mod extracted;
mod guard;
mod keys;
mod pattern;
mod rules;
mod tasks;
pub(crate) mod terms;
#[cfg(test)]
mod tests;
pub(crate) mod when;

pub use extracted::{Extracted, Feeling};
pub(crate) use guard::Guard;
pub use keys::canonical;
pub use tasks::{FoundTask, Tasks};

use crate::memory::Category;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use regex::Regex;
use rules::{Found, Rules};
use when::Times;

/// Facts are stated early and briefly; of a longer text only the first so many bytes are read.
const READ: usize = 20_000;
/// How much of what went before may say who "he" is, in bytes.
const BEFORE: usize = 400;

/// The compiled rules. Make one and keep it.
#[derive(Debug)]
pub struct Extractor {
    tasks: Tasks,
    rules: Rules,
    times: Times,
    quoted: Regex,
    joking: Regex,
    unreal: Regex,
    reported: Regex,
    asked: Regex,
    seam: Regex,
    negated: Regex,
    plan: Regex,
}

impl Default for Extractor {
    fn default() -> Self {
        Self::new()
    }
}

impl Extractor {
    /// Compiles the rules (a few milliseconds).
    pub fn new() -> Self {
        Self {
            tasks: Tasks::new(),
            rules: Rules::new(),
            times: Times::new(),
            quoted: compile(r#"“[^”]*”|"[^"]*"|«[^»]*»|„[^“”]*[“”]|(?:^|\s)'[^']+ [^']+'(?:[\s.,!?]|$)"#),
            joking: compile(
                r"(?i)\b(?:just kidding|only kidding|i'm kidding|i am kidding|just joking|only joking|i'm joking|jk|j/k|as a joke|april fools?|role ?play)\b|(?:^|\s)/s\s*$",
            ),
            unreal: compile(
                r"(?i)\b(?:if|unless|wish|wished|imagine|suppose|supposing|pretend|pretending|would|could|might|maybe|perhaps|hypothetically|dreamt|dreamed|in my dream|what if|as if|used to|almost|let's say|in the (?:play|game|film|movie|story|book)|my character|lyrics|song goes)\b|\bI'd (?:love|like|rather|prefer)\b|\bin another life\b",
            ),
            reported: compile(
                r"(?i)\b(?:says?|said|thinks?|thought|claims?|claimed|believes?|told (?:me|us|him|her|them|everyone)|asks?|asked|wrote|insists?|jokes?|joked|swears?|heard|reckons?|according to)\b",
            ),
            asked: compile(
                r"(?i)^\s*(?:and |so |but |ok,? |hey,? )?(?:do|does|did|am|are|is|was|were|have|has|can|could|should|would|will|what|what's|who|who's|where|where's|when|when's|why|how|which|whose)\b(?:\s+(?:i|you|he|she|it|we|they|my|your|the|is|are|am|was|were|do|does|did|many|much|old|long)\b)",
            ),
            seam: compile(
                r"(?i),? (?:and|but|so|because|though|although|while|whereas) (?:(?:now|then|also) )?(?:i|i'm|i've|my|he|he's|she|she's|it|it's|we|we've|they|his|her|its|their)\b|; | – | — |, (?:i|i'm|my|we|he's|she's)\b",
            ),
            negated: compile(
                r"(?i)\b(?:not|never|no longer|nobody|none|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|haven't|hasn't|hadn't|won't|can't|cannot|ain't)\b",
            ),
            plan: compile(
                r"(?i)\b(?:I|we)(?:'m|'re|'ve| am| are| have| will|'ll)?(?: \w+){0,2}? (?:going|flying|travelling|traveling|starting|moving|getting|having|meeting|seeing|leaving|visiting|presenting|running|taking|got|have|start|fly|leave|move|meet|see|visit|take|run|marry|graduate)\b|\bmy (?:\w+ ){1,3}(?:is|starts|begins|takes place)\b",
            ),
        }
    }

    /// What finds tasks in talk.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// What `text` says about the person. `previous` is their message before it, which may say who "he" is;
    /// `occurred_at` and `zone` say what "tomorrow" means. At most one result for each subject and key.
    pub fn extract(
        &self,
        text: &str,
        previous: Option<&str>,
        occurred_at: Timestamp,
        zone: &TimeZone,
    ) -> Vec<Extracted> {
        let text = head(text, READ);
        if self.joking.is_match(text) {
            return Vec::new();
        }
        let said = occurred_at.to_zoned(zone.clone()).date();
        let text = text.replace(['’', 'ʼ'], "'");
        let text = self.quoted.replace_all(&text, " ");
        let mut results: Vec<Extracted> = Vec::new();
        let mut before = previous.map(|p| tail(p, BEFORE).replace('’', "'"));
        for sentence in sentences(&text) {
            if sentence.ends_with('?') || self.asked.is_match(sentence) {
                continue;
            }
            for found in self.sentence(sentence, before.as_deref(), said) {
                let known = |e: &Extracted| match (&e.fact, &found.fact) {
                    (Some(a), Some(b)) => a.subject == b.subject && a.key == b.key,
                    _ => e.content == found.content,
                };
                if !results.iter().any(known) {
                    results.push(found);
                }
            }
            before = Some(match before {
                Some(earlier) => tail(&format!("{earlier}. {sentence}"), BEFORE).to_owned(),
                None => sentence.to_owned(),
            });
        }
        results
    }

    fn sentence(&self, sentence: &str, before: Option<&str>, said: Date) -> Vec<Extracted> {
        if self.unreal.is_match(sentence) {
            return Vec::new();
        }
        let mut results = Vec::new();
        for clause in self.clauses(sentence) {
            for found in self.rules.apply(clause, before) {
                if !self.doubtful(sentence, clause, &found) {
                    results.push(self.finish(sentence, clause, found, said));
                }
            }
        }
        if let Some(plan) = self.plan(sentence, said) {
            results.push(plan);
        }
        results
    }

    /// Reported ("she thinks I'm ...") or negated ("I don't have ...") words before the match take it back.
    fn doubtful(&self, sentence: &str, clause: &str, found: &Found) -> bool {
        let start = clause.as_ptr() as usize - sentence.as_ptr() as usize;
        let until = start + found.range.start;
        let head = sentence.get(..until).unwrap_or(sentence);
        let matched = clause.get(found.range.clone()).unwrap_or(clause);
        let own_head = clause.get(..found.range.start).unwrap_or("");
        self.reported.is_match(head)
            || self.negated.is_match(own_head)
            || (!found.negation_meant && self.negated.is_match(matched))
    }

    fn finish(&self, sentence: &str, clause: &str, found: Found, said: Date) -> Extracted {
        let mut fact = found.fact;
        // "tomorrow" is no birthday a year later.
        if fact.key == "birthday"
            && let Some(when) = self.times.find(clause, said)
        {
            fact.value = format!("{} {}", when.date.day(), month_name(when.date));
        }
        let content = found.content.unwrap_or_else(|| sentence.trim().to_owned());
        Extracted { confidence: found.confidence, ..Extracted::fact(found.category, fact, content) }
    }

    fn plan(&self, sentence: &str, said: Date) -> Option<Extracted> {
        let when = self.times.find(sentence, said)?;
        let plan = self.plan.find(sentence)?;
        let head = sentence.get(..plan.end()).unwrap_or(sentence);
        if when.date < said
            || self.negated.is_match(head)
            || self.reported.is_match(head)
            || sentence.to_lowercase().contains("birthday")
        {
            return None;
        }
        Some(Extracted {
            confidence: 0.8,
            tags: vec!["plan".into(), format!("date:{}", when.date)],
            ..Extracted::new(Category::Event, sentence.trim())
        })
    }

    /// The clauses of a sentence, so that each verb keeps its own subject.
    fn clauses<'a>(&self, sentence: &'a str) -> Vec<&'a str> {
        let mut clauses = Vec::new();
        let mut start = 0;
        for seam in self.seam.find_iter(sentence) {
            clauses.push(&sentence[start..seam.start()]);
            // The new subject belongs to the clause that it opens.
            let skip = seam
                .as_str()
                .find([' '])
                .map_or(0, |first| if seam.start() == 0 { 0 } else { first + usize::from(first == 0) });
            let from = seam.start() + skip;
            let opened = sentence[from..].trim_start();
            start = sentence.len() - opened.len();
        }
        clauses.push(&sentence[start..]);
        clauses.retain(|c| !c.trim().is_empty());
        clauses
    }
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
    let mut found = Vec::new();
    let mut start = 0;
    let mut marks = text.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map(|(_, n)| *n);
        let ends = match c {
            '\n' | '。' | '！' | '？' | '؟' | '।' => true,
            '!' | '?' | '…' => next.is_none_or(|n| n.is_whitespace()),
            '.' => next.is_none_or(char::is_whitespace) && !is_abbreviation(&text[start..at]),
            _ => false,
        };
        if ends {
            found.push(text[start..at + c.len_utf8()].trim());
            start = at + c.len_utf8();
        }
    }
    found.push(text[start..].trim());
    found.retain(|s| s.chars().any(char::is_alphanumeric));
    found
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
    let latin = pattern
        .replace(r"[\p{L}\p{M}", r"[A-Za-zÀ-ɏ")
        .replace(r"[\p{L}\p{N}", r"[0-9A-Za-zÀ-ɏ")
        .replace(r"[\p{L}", r"[A-Za-zÀ-ɏ")
        .replace(r"\p{Lu}", "[A-ZÀ-ÞŁŚŠŻŽČĆĐİ]")
        .replace(r"\p{Ll}", "[a-zß-ÿ]")
        .replace(r"\p{L}", "[A-Za-zÀ-ɏ]")
        .replace(r"\w", "[0-9A-Za-z_]")
        .replace(r"\d", "[0-9]")
        .replace(r"\b", r"(?-u:\b)");
    Regex::new(&latin).expect("a constant pattern compiles")
}
