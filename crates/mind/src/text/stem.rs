//! Stems: forms of one word become one, by the rules of its script.
//!
//! A word's script says which rules are tried, because a text seldom says its language: Latin words are stemmed as English
//! (which also takes the plural off many others), Cyrillic ones as Russian, Greek and Arabic ones by Snowball's rules for
//! them, and Devanagari ones by the light stemmer of Ramanathan & Rao ("A Lightweight Stemmer for Hindi", 2003). All are
//! light: a wrong stem that is the same on both sides does no harm.

use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;

pub(super) struct Stemmers {
    english: Stemmer,
    russian: Stemmer,
    greek: Stemmer,
    arabic: Stemmer,
}

impl Stemmers {
    pub(super) fn new() -> Self {
        Self {
            english: Stemmer::create(Algorithm::English),
            russian: Stemmer::create(Algorithm::Russian),
            greek: Stemmer::create(Algorithm::Greek),
            arabic: Stemmer::create(Algorithm::Arabic),
        }
    }

    /// The stem of a folded word; the word itself where no rules fit.
    pub(super) fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
        let stemmer = match word.chars().next() {
            Some('a'..='z') if word.len() > 2 && word.bytes().all(|b| b.is_ascii_lowercase()) => &self.english,
            Some('\u{0900}'..='\u{097F}') => return Cow::Borrowed(hindi(word)),
            Some('а'..='я' | 'є' | 'і' | 'ї' | 'ґ') if is_all(word, '\u{0400}', '\u{04FF}') => &self.russian,
            Some('α'..='ω') if is_all(word, '\u{0370}', '\u{03FF}') => &self.greek,
            Some('\u{0620}'..='\u{064A}') if is_all(word, '\u{0620}', '\u{064A}') => &self.arabic,
            _ => return Cow::Borrowed(word),
        };
        let stem = stemmer.stem(without_article(word));
        // Rules that leave nothing did not fit.
        if stem.is_empty() { Cow::Borrowed(word) } else { stem }
    }
}

/// An Arabic word without "the", and without "and", "so", "with", "like" and "for" before it: Snowball's own rules stop
/// there and leave the ending.
fn without_article(word: &str) -> &str {
    let rest = word.strip_prefix(['و', 'ف']).unwrap_or(word);
    let bare = ["ال", "بال", "كال", "لل"].iter().find_map(|article| rest.strip_prefix(article));
    bare.filter(|bare| bare.chars().count() > 2).unwrap_or(word)
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
            &["مدينة", "المدينة"],
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
