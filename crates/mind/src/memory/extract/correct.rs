//! Corrections: "no, it's Ana, not Anna", "I meant Tuesday".

use super::pattern::Pattern;
use super::{head, sentences};

/// A correction that names no fact: what was understood, and what is right. Whoever knows what was told or recalled
/// last finds the fact with the old value (of the same kind, where none was named) and gives it the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What was wrong, if it was said or can be found in what went before.
    pub old: Option<String>,
    /// What is right.
    pub new: String,
}

/// A correction is short.
const LONGEST: usize = 200;

#[derive(Debug)]
pub(super) struct Corrections {
    marker: Pattern,
    tail: Pattern,
    bare: [Pattern; 4],
    weekday: Pattern,
    month: Pattern,
    number: Pattern,
    name: Pattern,
}

const WORDS: &str = r"[\p{L}\p{N}][\p{L}\p{N}'-]*(?: [\p{L}\p{N}][\p{L}\p{N}'-]*){0,3}?";

impl Corrections {
    pub(super) fn new() -> Self {
        Self {
            marker: Pattern::new(
                r"(?i)^\s*(?:no+(?: no+)*|nope|wait|actually|correction|sorry|wrong|not quite|that's (?:wrong|not right|incorrect|not true|not what i said)|that is (?:wrong|not right|incorrect)|you(?:'ve| have)? (?:got|have|had) (?:that|it|this|my [\p{L}' ]+) wrong|you(?:'re| are) wrong|you misunderstood|i (?:never|didn't) (?:say|said)|i meant|i mean|i misspoke|my mistake|oops|let me correct (?:that|myself|you))(?:[,:;.! —–-]+|\s+(?:no|wait|i meant|i mean)\b|\s+(?:my|i|it|he|she)\b)",
            ),
            tail: Pattern::new(format!(r"(?i), (?:and )?not (?:in |at |on |an? )?{WORDS}[.!]?$")),
            bare: [
                Pattern::new(format!(
                    r"(?i)^(?:[\p{{L}}' ]{{0,20}}[,.!:—–-]+ *|(?:no|wait|sorry|actually|wait no|oh no|oops) )*(?:it|that|he|she|they|his name|her name|the name)(?:'s| is|'re| was)(?: called| named| spelled| spelt| actually| really)* (?:an? )?(?P<new>{WORDS})(?: with an? [\p{{L}}]+)?,? (?:and )?not (?:an? )?(?P<old>{WORDS})[.!]?$"
                )),
                Pattern::new(format!(
                    r"(?i)^(?:(?:no|wait|sorry|actually|oops)[,.! ]+)*(?:i (?:meant|mean|said)) (?:to say )?(?:an? )?(?P<new>{WORDS})(?:,? (?:and )?not (?:an? )?(?P<old>{WORDS}))?[.!]?$"
                )),
                Pattern::new(format!(
                    r"(?i)^(?:(?:no|wait|sorry|actually|oops)[,.! ]+)*not (?:an? )?(?P<old>{WORDS})(?:,|\.| but|:| —) (?:but |it's |it is )?(?:an? )?(?P<new>{WORDS})[.!]?$"
                )),
                Pattern::new(format!(
                    r"(?i)^(?:no|nope|wrong|wait|wait no|actually|sorry)[,.! ]+(?:it|that)(?:'s| is) (?:actually |called |spelled )?(?:an? )?(?P<new>{WORDS})[.!]?$"
                )),
            ],
            weekday: Pattern::new(r"(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"),
            month: Pattern::new(
                r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
            ),
            number: Pattern::new(r"\b\d+\b"),
            name: Pattern::new(r"\b\p{Lu}[\p{L}'-]+\b"),
        }
    }

    /// Does this sentence put something right?
    pub(super) fn corrects(&self, sentence: &str) -> bool {
        self.marker.is_match(sentence) || (sentence.contains(" not ") && self.tail.is_match(sentence))
    }

    /// The correction that names no fact; `before` is what it answers: the reply, or the message before.
    pub(super) fn bare(&self, text: &str, before: Option<&str>) -> Option<Correction> {
        let text = text.trim();
        if text.len() > LONGEST || text.ends_with('?') {
            return None;
        }
        let sentence = sentences(text).into_iter().rev().find(|s| self.bare.iter().any(|p| p.is_match(s)))?;
        let found = self.bare.iter().find_map(|pattern| pattern.captures(sentence))?;
        let new = found["new"].trim().to_owned();
        let first = new.split(' ').next().unwrap_or("").to_lowercase();
        let empty = [
            "it", "that", "this", "fine", "ok", "okay", "true", "right", "wrong", "good", "great", "nice", "me", "you",
            "i", "not", "so", "just", "all", "my", "the", "what", "how", "really", "very", "too", "for", "about", "to",
            "i'm", "we", "he", "she", "is", "was", "raining", "cold", "hot", "late", "over", "done", "well", "yes",
            "no", "sorry", "because", "like", "in", "bad", "hard", "only", "been",
        ];
        if empty.contains(&first.as_str()) || new.chars().all(|c| !c.is_alphanumeric()) {
            return None;
        }
        let old = found.name("old").map(|old| old.as_str().trim().to_owned());
        Some(Correction { old: old.or_else(|| self.alike(&new, before?)), new })
    }

    /// What of `before` is of the kind of `new`, if just one thing is: a weekday, a month, a number, a name.
    fn alike(&self, new: &str, before: &str) -> Option<String> {
        let before = head(before, 2_000);
        let kind =
            [&self.weekday, &self.month, &self.number, &self.name].into_iter().find(|kind| kind.is_match(new))?;
        let mut all: Vec<&str> = kind
            .regex()
            .find_iter(before)
            // A capital at the beginning of a sentence names nobody.
            .filter(|m| {
                !std::ptr::eq(kind, &self.name)
                    || (m.start() > 0 && !before[..m.start()].trim_end().ends_with(['.', '!', '?']))
            })
            .map(|m| m.as_str())
            .filter(|word| !word.eq_ignore_ascii_case(new))
            .collect();
        all.dedup();
        match all.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    }
}
