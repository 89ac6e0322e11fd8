//! Asking the person which of two things holds, and understanding what they answer.

use super::super::sameness::{Word, said, words};
use super::{Stance, sentences};

/// What the person says to the question which of two things holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What was said earlier.
    Older,
    /// What was said later.
    Newer,
    /// Both in their way, or neither matters.
    Both,
}

/// The longest words of the person's that are quoted back to them, in characters.
const QUOTED: usize = 120;
/// A longer message is talk, and no answer.
const ANSWER_WORDS: usize = 25;

/// The question, short and without reproach.
pub fn question(older: &str, newer: &str) -> String {
    format!(
        "One thing I'd like to get right: you once told me “{}”, and later “{}”. Which of the two holds?",
        short(older),
        short(newer)
    )
}

/// What is said when it was answered.
pub fn thanks(kept: Option<&str>) -> String {
    match kept {
        Some(kept) => format!("Thank you, I'll keep it like that: “{}”.", short(kept)),
        None => "Thank you, then I'll leave both as they are.".to_owned(),
    }
}

fn short(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// What `message` answers to the question which of two texts holds; none if it answers nothing, or not clearly.
pub fn answer(message: &str, older: &str, newer: &str) -> Option<Answer> {
    let spoken = words(message);
    if spoken.len() > ANSWER_WORDS || message.trim_end().ends_with(['?', '？', '؟']) {
        return None;
    }
    let stances = |text: &str| sentences(text).into_iter().filter_map(Stance::of).collect::<Vec<_>>();
    let now = stances(message);
    let against = |text: &str| stances(text).iter().any(|then| now.iter().any(|now| now.against(then)));
    match (against(older), against(newer)) {
        (true, false) => return Some(Answer::Newer),
        (false, true) => return Some(Answer::Older),
        _ => {}
    }
    let has = |wanted: &[&str]| spoken.iter().any(|word| wanted.contains(&word.as_str()));
    if has(&["both", "neither", "none", "either"]) {
        return Some(Answer::Both);
    }
    let first = has(&["first", "former", "earlier", "older", "old", "original"]);
    let second = has(&["second", "latter", "later", "newer", "new", "last", "latest", "recent"]);
    match (first, second) {
        (true, false) => return Some(Answer::Older),
        (false, true) => return Some(Answer::Newer),
        (true, true) => return None,
        (false, false) => {}
    }
    // What only one of the two says: a year, an age, a name.
    let (old, new) = (said(older), said(newer));
    let only = |own: &[Word], other: &[Word]| {
        own.iter().any(|word| !other.contains(word) && is_telling(word) && spoken.contains(word))
    };
    match (only(&old, &new), only(&new, &old)) {
        (true, false) => Some(Answer::Older),
        (false, true) => Some(Answer::Newer),
        _ => None,
    }
}

/// Numbers and longer words tell two statements apart.
fn is_telling(word: &str) -> bool {
    word.chars().any(char::is_numeric) || word.chars().count() >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_understood_or_left_alone() {
        let (older, newer) = ("I have a car.", "I don't have a car.");
        for (message, expected) in [
            ("The second one.", Some(Answer::Newer)),
            ("the latter", Some(Answer::Newer)),
            ("The first one is right", Some(Answer::Older)),
            ("I have a car.", Some(Answer::Older)),
            ("I don't have a car", Some(Answer::Newer)),
            ("Both, in a way.", Some(Answer::Both)),
            ("I went to the market and bought apples.", None),
            ("Which ones do you mean, the first?", None),
            ("First or second, who knows", None),
            ("", None),
        ] {
            assert_eq!(answer(message, older, newer), expected, "{message}");
        }
        let (older, newer) = ("I was born in 1990.", "I am 50 years old.");
        assert_eq!(answer("I was born in 1990", older, newer), Some(Answer::Older));
        assert_eq!(answer("1990 is right", older, newer), Some(Answer::Older));
        assert_eq!(answer("I'm 50", older, newer), Some(Answer::Newer));
    }

    #[test]
    fn the_question_quotes_both_briefly() {
        let asked = question(&"long ".repeat(100), "I don't have a car.");
        assert!(
            asked.contains("“I don't have a car”") && asked.ends_with('?') && asked.chars().count() < 400,
            "{asked}"
        );
    }
}
