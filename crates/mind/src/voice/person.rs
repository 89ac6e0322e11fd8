//! Turning the person's words to them: "my dog" said by you is "your dog" when I say it back.

use crate::memory::extract::{compile, each_sentence};
use compact_str::CompactString;
use regex::Regex;

/// Turns first person into second where that is safe. Compiled once.
#[derive(Debug)]
pub(super) struct Turner {
    token: Regex,
    unsafe_words: Regex,
    opening: Regex,
}

impl Turner {
    pub(super) fn new() -> Self {
        Self {
            token: compile(r"[\p{L}\p{N}']+|[^\p{L}\p{N}']+"),
            // "you" is the companion or anybody, "we" may or may not hold the listener, quotations are others' words.
            unsafe_words: compile(
                r#"(?i)\b(?:you|your|yours|you're|we|we're|we've|us|our|ours|let's|here|this morning's|u)\b|["“”«»:;()*_#<>/]|\.\.\.|…"#,
            ),
            opening: compile(
                r"(?i)^(?:I|I'm|I've|I'd|I'll|my|the|a|an|his|her|its|their|he|she|it|they|he's|she's|it's|they're|there|there's|this|that|today|yesterday|tomorrow|tonight|last|next|in|on|at|after|before|when|both|some|every|one|two|three)$",
            ),
        }
    }

    /// The sentence in the second person, without its closing mark, fit to follow "that"; none where turning it could
    /// change what it says. `same_day`: it was said today, so that "today" still means today.
    pub(super) fn turn(&self, sentence: &str, same_day: bool) -> Option<String> {
        let plain = sentence.trim().replace(['’', 'ʼ'], "'");
        let plain = plain.trim_end_matches(['.', '!', ' ']);
        let plain = self.without_filler(plain);
        if plain.is_empty()
            || plain.contains(['?', '!', '\n'])
            || self.unsafe_words.is_match(plain)
            || each_sentence(plain).nth(1).is_some()
        {
            return None;
        }
        let first = plain.split(' ').next().unwrap_or("").trim_end_matches(',');
        if plain.split(' ').count() > 28 || !self.opening.is_match(first) {
            return None;
        }
        // "me and my sister" would become "you and your sister", which is fine; "am" alone would not.
        if !same_day && names_a_day(plain) {
            return self.later(plain);
        }
        Some(self.person(plain))
    }

    /// Turns a fragment without asking whether it can stand in a sentence.
    pub(super) fn person(&self, text: &str) -> String {
        let tokens: Vec<&str> = self.token.find_iter(text).map(|m| m.as_str()).collect();
        let mut out = String::with_capacity(text.len() + 8);
        let mut subject_is_i = false;
        for (i, token) in tokens.iter().enumerate() {
            let lower = CompactString::from_str_to_lowercase(token);
            let turned = match lower.as_str() {
                "i" => "you",
                "i'm" | "im" => "you're",
                "i've" => "you've",
                "i'd" => "you'd",
                "i'll" => "you'll",
                "me" => "you",
                "my" => "your",
                "mine" => "yours",
                "myself" => "yourself",
                "am" if subject_is_i => "are",
                "was" if subject_is_i => "were",
                "wasn't" if subject_is_i => "weren't",
                _ if i == 0 && self.opening.is_match(token) => lower.as_str(),
                _ => token,
            };
            if let "i" | "i'm" | "im" | "i've" | "i'd" | "i'll" = lower.as_str() {
                subject_is_i = true;
            } else if is_other_subject(&lower) || token.contains([',', ';']) {
                subject_is_i = false;
            }
            out.push_str(turned);
        }
        out
    }

    /// Days seen from then, told now.
    fn later(&self, plain: &str) -> Option<String> {
        let mut text = self.person(plain);
        for (then, told) in [
            ("the day after tomorrow", "two days later"),
            ("the day before yesterday", "two days before"),
            ("this morning", "that morning"),
            ("this afternoon", "that afternoon"),
            ("this evening", "that evening"),
            ("this week", "that week"),
            ("this month", "that month"),
            ("this year", "that year"),
            ("last night", "the night before"),
            ("last week", "the week before"),
            ("last month", "the month before"),
            ("last year", "the year before"),
            ("next week", "the week after"),
            ("next month", "the month after"),
            ("next year", "the year after"),
            ("yesterday", "the day before"),
            ("tomorrow", "the next day"),
            ("tonight", "that night"),
            ("today", "that day"),
        ] {
            text = text.replace(then, told);
        }
        (!names_a_day(&text)).then_some(text)
    }

    fn without_filler<'a>(&self, text: &'a str) -> &'a str {
        let mut rest = text;
        for filler in [
            "and ",
            "And ",
            "but ",
            "But ",
            "so ",
            "So ",
            "oh, ",
            "Oh, ",
            "well, ",
            "Well, ",
            "yes, ",
            "Yes, ",
            "by the way, ",
            "By the way, ",
            "actually, ",
            "Actually, ",
        ] {
            rest = rest.strip_prefix(filler).unwrap_or(rest);
        }
        rest.trim()
    }
}

fn is_other_subject(word: &str) -> bool {
    matches!(
        word,
        "he" | "she" | "it" | "they" | "who" | "that" | "which" | "my" | "there" | "what" | "because" | "when" | "the"
    )
}

fn names_a_day(text: &str) -> bool {
    let text = text.to_lowercase();
    ["today", "yesterday", "tomorrow", "tonight", "this ", "last ", "next "]
        .iter()
        .any(|w| text.split([',', '.']).any(|part| part.split(' ').any(|word| word == w.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_person_becomes_second_where_it_is_safe() {
        let turner = Turner::new();
        let cases = [
            ("I got a new puppy today!", true, Some("you got a new puppy today")),
            ("I got a new puppy today!", false, Some("you got a new puppy that day")),
            ("I was tired and was late.", true, Some("you were tired and were late")),
            ("My sister was here.", true, None),
            ("My sister was late and I was not.", true, Some("your sister was late and you were not")),
            ("I'm a nurse and I've two kids", true, Some("you're a nurse and you've two kids")),
            ("I am proud of myself", true, Some("you are proud of yourself")),
            ("His name is Sparky.", true, Some("his name is Sparky")),
            ("We went to the sea", true, None),
            ("I love you", true, None),
            ("Sparky loves me", true, None),
            ("She said: I am fine", true, None),
            ("I moved. I am happy", true, None),
            ("I saw it yesterday", false, Some("you saw it the day before")),
            ("I'll call this Thursday", false, None),
        ];
        for (text, same_day, expected) in cases {
            assert_eq!(turner.turn(text, same_day).as_deref(), expected, "{text}");
        }
    }
}
