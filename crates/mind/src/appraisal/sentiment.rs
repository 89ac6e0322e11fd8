//! How positive words are: VADER (Hutto & Gilbert 2014) over its published lexicon.
//!
//! The rules are VADER's: boosters, negation, capitals, exclamation and question marks, contrast by "but". Emoji have
//! their own small table. Three words that VADER counts as praise wherever they stand ("like", "well", "kind") count
//! only where they are meant so, because "What's the weather like?" praises nothing.

use super::emoji;
use crate::phrase::{ByWord, Words, is_negation};
use std::ops::Range;

const LEXICON: &str = include_str!("../../assets/vader_lexicon.txt");

// Constants of the reference implementation.
const BOOST: f64 = 0.293;
const SHOUTED: f64 = 0.733;
const NEGATED: f64 = -0.74;
const EXCLAMATION: f64 = 0.292;
const NORMALISATION: f64 = 15.0;

/// Sentiments nearer to 0 than this are neutral (the threshold that VADER's authors recommend).
pub(crate) const NEUTRAL: f64 = 0.05;

/// The lexicon, ready for use.
#[derive(Debug)]
pub(crate) struct Sentiment {
    valence: ByWord<&'static str, f64>,
}

impl Sentiment {
    pub(crate) fn new() -> Self {
        let valence = LEXICON
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(word, score)| Some((word, score.parse().ok()?)))
            .collect();
        Self { valence }
    }

    /// The compound score of a text, -1..1. Words in `skip` have no say (but keep their place).
    pub(crate) fn of(&self, text: &str, words: &Words, english: bool, skip: &Range<usize>) -> f64 {
        let mut sum = 0.0;
        if english {
            let scores: Vec<f64> =
                (0..words.len()).map(|i| if skip.contains(&i) { 0.0 } else { self.word(words, i) }).collect();
            sum = contrast(words, &scores);
        }
        let (marks, questions) = (text.matches('!').count().min(4) as f64, text.matches('?').count());
        sum += emoji::valence(text);
        if sum != 0.0 {
            let emphasis = marks * EXCLAMATION
                + match questions {
                    0 | 1 => 0.0,
                    2 | 3 => questions as f64 * 0.18,
                    _ => 0.96,
                };
            sum += emphasis * sum.signum();
        }
        (sum / (sum * sum + NORMALISATION).sqrt()).clamp(-1.0, 1.0)
    }

    /// The valence of the word at `i` in its context.
    fn word(&self, words: &Words, i: usize) -> f64 {
        let word = words.get(i);
        let Some(plain) = self.look_up(word) else { return 0.0 };
        if booster(word).is_some() && i + 1 < words.len() && self.look_up(words.get(i + 1)).is_some() {
            return 0.0;
        }
        if !meant(words, i) {
            return 0.0;
        }
        let mut score = plain;
        if words.shouted(i) && !all_shouted(words) {
            score += SHOUTED * score.signum();
        }
        let before = (i.saturating_sub(3)..i).rev().take_while(|&j| words.same_sentence(j, i));
        for (j, fading) in before.clone().zip([1.0, 0.95, 0.9]) {
            score += booster(words.get(j)).unwrap_or(0.0) * fading * score.signum();
        }
        // "No, it was good": a negation that is a clause of its own is an answer.
        let denied = before.clone().any(|j| is_negation(words.get(j)) && words.same_clause(j, j + 1));
        let affirmed = before.clone().any(|j| matches!(words.get(j), "only" | "doubt")) || could_not_be_more(words, i);
        if denied && !affirmed { score * NEGATED } else { score }
    }

    /// A word's valence; letters drawn out ("happyyy") are let go.
    fn look_up(&self, word: &str) -> Option<f64> {
        self.valence.get(word).copied().or_else(|| {
            let drawn_out = word.is_ascii() && word.as_bytes().windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
            drawn_out.then(|| [2, 1].iter().find_map(|&n| self.valence.get(shortened(word, n).as_str()).copied()))?
        })
    }
}

/// The word with every run of three or more of a letter cut to `most`.
fn shortened(word: &str, most: usize) -> String {
    let mut out = String::with_capacity(word.len());
    for run in word.as_bytes().chunk_by(|a, b| a == b) {
        let kept = if run.len() > 2 { &run[..most] } else { run };
        out.extend(kept.iter().map(|&b| char::from(b)));
    }
    out
}

/// "Could not be happier", "could not be more proud": the strongest of yeses.
fn could_not_be_more(words: &Words, i: usize) -> bool {
    let be = if i > 0 && words.get(i - 1) == "more" { i.saturating_sub(2) } else { i.saturating_sub(1) };
    let more = be + 1 < i || words.get(i).ends_with("er");
    more && be > 1 && words.get(be) == "be" && words.get(be - 1) == "not" && words.get(be - 2) == "could"
}

/// Whether the word at `i` says what the lexicon takes it to say.
fn meant(words: &Words, i: usize) -> bool {
    let before = if i > 0 && words.same_clause(i - 1, i) { words.get(i - 1) } else { "" };
    let after = if words.same_clause(i, i + 1) { words.get(i + 1) } else { "" };
    match words.get(i) {
        "like" => matches!(
            before,
            "i" | "we"
                | "you"
                | "they"
                | "he"
                | "she"
                | "really"
                | "not"
                | "would"
                | "also"
                | "still"
                | "do"
                | "always"
        ),
        "well" => {
            matches!(before, "went" | "very" | "so" | "really" | "going" | "doing" | "am" | "is" | "feel" | "quite")
        }
        "kind" => after != "of" && !matches!(before, "what" | "a" | "some" | "any" | "this" | "that"),
        "no" => !words.same_clause(i, i + 1) || after.is_empty(),
        "pretty" => booster(after).is_none() && before != "a" || after.is_empty(),
        "mean" => before != "i" && !matches!(before, "you" | "it" | "that" | "to" | "not"),
        "please" | "help" | "want" | "god" => false,
        _ => true,
    }
}

/// Clauses before the last "but" count half, those after it half as much again.
fn contrast(words: &Words, scores: &[f64]) -> f64 {
    match (0..words.len()).rev().find(|&i| words.get(i) == "but") {
        Some(but) => scores
            .iter()
            .enumerate()
            .map(|(i, s)| {
                if i < but {
                    s * 0.5
                } else if i > but {
                    s * 1.5
                } else {
                    *s
                }
            })
            .sum(),
        None => scores.iter().sum(),
    }
}

fn all_shouted(words: &Words) -> bool {
    (0..words.len()).all(|i| words.shouted(i) || words.get(i).len() < 2)
}

/// How much a word strengthens (+) or weakens (-) the next.
fn booster(word: &str) -> Option<f64> {
    match word {
        "absolutely" | "amazingly" | "awfully" | "completely" | "considerably" | "decidedly" | "deeply"
        | "enormously" | "entirely" | "especially" | "exceptionally" | "extremely" | "fabulously" | "fully"
        | "greatly" | "highly" | "hugely" | "incredibly" | "intensely" | "majorly" | "more" | "most"
        | "particularly" | "purely" | "quite" | "really" | "remarkably" | "so" | "substantially" | "super"
        | "thoroughly" | "totally" | "tremendously" | "unbelievably" | "unusually" | "utterly" | "very" | "such"
        | "freaking" | "fucking" | "bloody" => Some(BOOST),
        "almost" | "barely" | "hardly" | "kinda" | "less" | "little" | "marginally" | "occasionally" | "partly"
        | "scarcely" | "slightly" | "somewhat" | "sorta" => Some(-BOOST),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str) -> f64 {
        Sentiment::new().of(text, &Words::of(text), true, &(0..0))
    }

    #[test]
    fn the_lexicon_is_whole() {
        let s = Sentiment::new();
        assert_eq!(s.valence.len(), LEXICON.lines().count());
        assert!(s.valence.values().all(|v| v.abs() <= 4.0));
    }

    /// Published examples: scores of the reference implementation for these sentences.
    #[test]
    fn agrees_with_the_reference() {
        for (text, expected) in [
            ("VADER is smart, handsome, and funny.", 0.8316),
            ("VADER is smart, handsome, and funny!", 0.8439),
            ("VADER is very smart, handsome, and funny.", 0.8545),
            ("VADER is not smart, handsome, nor funny.", -0.7424),
            ("The book was good.", 0.4404),
            ("Today SUX!", -0.5461),
        ] {
            assert!((score(text) - expected).abs() < 0.11, "{text}: {} for {expected}", score(text));
        }
    }

    #[test]
    fn order_of_strength() {
        assert!(score("it was good") < score("it was very good"));
        assert!(score("it was very good") < score("it was VERY GOOD!!!") + 0.2);
        assert!(score("it was slightly good") < score("it was good"));
        assert!(score("not amazing") < 0.0);
        assert!(score("I was sad but now I am happy") > 0.0);
        assert!(score("I was happy but now I am sad") < 0.0);
        assert!(score("sooo happyyyy") > NEUTRAL);
        assert!(score("great ❤️") > score("great"));
        assert!(score("😢") < -NEUTRAL);
    }

    #[test]
    fn everyday_words_praise_nothing() {
        for text in ["What's the weather like?", "As well as that", "what kind of bread", "no bread today", "I mean it"]
        {
            assert!(score(text).abs() < NEUTRAL, "{text}: {}", score(text));
        }
    }
}
