//! Stems: forms of one word become one, by the rules of its script.
//!
//! A word's script says which rules are tried, because a text seldom says its language: Latin words are stemmed as English
//! (which also takes the plural off many others), Cyrillic ones as Russian and Greek ones by Snowball's rules,
//! Arabic ones by a light stemmer, and Devanagari ones by the light stemmer of Ramanathan & Rao ("A Lightweight Stemmer for Hindi", 2003). All are
//! light: a wrong stem that is the same on both sides does no harm.

use super::english;
use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;

pub(super) struct Stemmers {
    russian: Stemmer,
    greek: Stemmer,
}

impl Stemmers {
    pub(super) fn new() -> Self {
        Self { russian: Stemmer::create(Algorithm::Russian), greek: Stemmer::create(Algorithm::Greek) }
    }

    /// The stem of a folded word; the word itself where no rules fit.
    pub(super) fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
        let stemmer = match word.chars().next() {
            Some('a'..='z') if word.bytes().all(|b| b.is_ascii_lowercase()) => return english::stem(word),
            Some('\u{0900}'..='\u{097F}') => return Cow::Borrowed(hindi(word)),
            Some('а'..='я' | 'є' | 'і' | 'ї' | 'ґ') if is_all(word, '\u{0400}', '\u{04FF}') => &self.russian,
            Some('α'..='ω') if is_all(word, '\u{0370}', '\u{03FF}') => &self.greek,
            Some('\u{0620}'..='\u{064A}') if is_all(word, '\u{0620}', '\u{064A}') => {
                return Cow::Owned(arabic(word));
            }
            _ => return Cow::Borrowed(word),
        };
        let stem = stemmer.stem(word);
        // Rules that leave nothing did not fit.
        if stem.is_empty() { Cow::Borrowed(word) } else { stem }
    }
}

/// A light stem of an Arabic word, after Larkey, Ballesteros & Connell ("Light Stemming for Arabic Information Retrieval",
/// 2007), with the persons of verbs taken off, too: "I swim", "we swim" and "the swimming" are one. At least three letters
/// stay before whatever is taken off, but for the feminine ending.
fn arabic(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let begins =
        |letters: &[char], prefix: &str| letters.iter().copied().take(prefix.chars().count()).eq(prefix.chars());
    let ends = |letters: &[char], ending: &str| {
        letters.iter().rev().copied().take(ending.chars().count()).eq(ending.chars().rev())
    };
    // "And", "so"; "the", with what joins it; "with", "for", "will".
    for (prefixes, least) in
        [(&["و", "ف"][..], 4), (&["بال", "كال", "لل", "ال"], 3), (&["سا", "سي", "ست", "سن"], 3), (&["ل", "ب"], 4)]
    {
        let fitting = prefixes.iter().map(|prefix| (prefix, prefix.chars().count()));
        if let Some((_, count)) = fitting.into_iter().find(|(p, n)| letters.len() >= n + least && begins(&letters, p)) {
            letters.drain(..count);
        }
    }
    // Whose, whom, how many.
    let ending = ["ها", "هم", "نا", "ني", "كم", "ون", "ين", "ات", "وا", "ي", "ك"];
    let fitting = ending.iter().map(|ending| (ending, ending.chars().count()));
    if let Some((_, count)) = fitting.into_iter().find(|(e, n)| letters.len() >= n + 3 && ends(&letters, e)) {
        letters.truncate(letters.len() - count);
    }
    // The feminine ending, which is written otherwise before others; or that of a verb.
    if let Some(last @ 'ه') = letters.last_mut() {
        *last = 'ت';
    }
    if letters.len() > 3 && letters.last() == Some(&'ت') {
        letters.pop();
    }
    // Who does it.
    while letters.len() > 3 && matches!(letters[0], 'ا' | 'ت' | 'ي' | 'ن') {
        letters.remove(0);
    }
    // The long vowel tells one form of a root from another.
    while letters.len() > 3 {
        let Some(at) = letters.iter().skip(1).position(|c| *c == 'ا') else { break };
        letters.remove(at + 1);
    }
    letters.into_iter().collect()
}

fn is_all(word: &str, from: char, to: char) -> bool {
    word.chars().count() > 2 && word.chars().all(|c| (from..=to).contains(&c))
}

/// Endings of nouns, adjectives and verbs, the longest first. At least two letters stay.
const HINDI: &[&str] = &[
    "ाएंगी",
    "ाएंगे",
    "ाऊंगी",
    "ाऊंगा",
    "ाइयों",
    "ाइयां",
    "ाएगी",
    "ाएगा",
    "ाओगी",
    "ाओगे",
    "एंगी",
    "एंगे",
    "ेंगी",
    "ेंगे",
    "ूंगी",
    "ूंगा",
    "ातीं",
    "नाओं",
    "नाएं",
    "ताओं",
    "ताएं",
    "ियों",
    "ियां",
    "ाकर",
    "ाइए",
    "ाईं",
    "ाया",
    "ेगी",
    "ेगा",
    "ोगी",
    "ोगे",
    "ाने",
    "ाना",
    "ाते",
    "ाती",
    "ाता",
    "तीं",
    "ाओं",
    "ाएं",
    "ुओं",
    "ुएं",
    "ुआं",
    "कर",
    "ाओ",
    "िए",
    "ाई",
    "ाए",
    "ने",
    "नी",
    "ना",
    "ते",
    "ीं",
    "ती",
    "ता",
    "ां",
    "ों",
    "ें",
    "ो",
    "े",
    "ू",
    "ु",
    "ी",
    "ि",
    "ा",
];

fn hindi(word: &str) -> &str {
    let letters =
        |text: &str| text.chars().filter(|c| !matches!(c, '\u{0900}'..='\u{0903}' | '\u{093C}'..='\u{094D}')).count();
    let stem = HINDI
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|stem| letters(stem) >= 2 && !stem.ends_with('\u{094D}'));
    stem.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        let stemmers = Stemmers::new();
        for forms in [
            &["painting", "paintings", "painted"][..],
            &["собака", "собаку", "собаки", "собакой"],
            &["новый", "новая", "новые"],
            &["квартира", "квартиры", "квартире"],
            &["كتاب", "الكتاب", "والكتاب", "كِتَاب"],
            &["مدينة", "المدينة", "مدينتي"],
            &["قطة", "قطتي", "القطة"],
            &["أسكن", "نسكن", "يسكن"],
            &["أسبح", "سباحة", "السباحة"],
            &["सब्ज़ी", "सब्ज़ियों", "सब्जी"],
            &["कुत्ता", "कुत्ते", "कुत्तों"],
            &["काम", "कामों"],
            &["σκύλος", "σκύλο", "σκύλου"],
        ] {
            let stems: Vec<String> = forms
                .iter()
                .map(|form| {
                    let form = fold(form);
                    stemmers.stem(&form).into_owned()
                })
                .collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{forms:?} became {stems:?}");
        }
    }

    #[test]
    fn what_no_rules_fit_stays() {
        let stemmers = Stemmers::new();
        for word in ["is", "4x4", "ʘpet", "שלום", "ж", "क"] {
            assert_eq!(stemmers.stem(word), word);
        }
    }
}
