//! Care: recognising a crisis and answering it, beyond the reach of any persona, card or prompt.
//!
//! The check needs no model and no network. It would rather answer kindly once too often than stay silent once; but
//! figures of speech ("this homework kills me"), quotations and stories are let through, because a companion that hands
//! out telephone numbers at every joke is soon not listened to. A model may add to what it notices, never overrule it.

mod answer;
mod courtesy;
mod fold;
mod lines;
mod tongue;

pub use answer::coming_back;
pub use courtesy::{asked_if_ai_in, asks_if_ai, disclosure, is_farewell};
pub use lines::{Country, DIRECTORY, HelpLines, Line};

use super::classifier::{Classifier, Logits, against_first, log_sum};
use super::plain::plain;
pub(crate) use fold::cut;
use fold::{Fold, squeezed};
use serde::{Deserialize, Serialize};
use std::cell::LazyCell;
use std::collections::BTreeSet;
use tongue::Tongue;

/// How near the danger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Despair without a word of dying, or a word of it in the past.
    Distress,
    /// Thoughts of dying or of hurting oneself.
    Ideation,
    /// A plan, a means, a time, or a goodbye.
    Imminent,
}

/// Whose life it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// The person who writes.
    Themselves,
    /// Somebody they worry about.
    Another,
}

/// The languages in which a crisis is recognised and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// German.
    German,
    /// Portuguese.
    Portuguese,
    /// Japanese.
    Japanese,
    /// Hindi.
    Hindi,
    /// Arabic.
    Arabic,
}

impl Language {
    /// The language of a text where it can be told, else the one of a BCP 47 tag, English where it is another one.
    pub fn of_text(text: &str, tag: &str) -> Self {
        Self::of_tag(crate::voice::Voice::language_of(text).unwrap_or(tag))
    }

    /// The language of a BCP 47 tag (`pt-BR`), English where it is another one.
    pub fn of_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "es" => Self::Spanish,
            "fr" => Self::French,
            "de" => Self::German,
            "pt" => Self::Portuguese,
            "ja" => Self::Japanese,
            "hi" => Self::Hindi,
            "ar" => Self::Arabic,
            _ => Self::English,
        }
    }
}

/// A crisis that was recognised. It holds nothing of what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Crisis {
    /// How near the danger is.
    pub grade: Grade,
    /// Whose life it is about.
    pub concern: Concern,
    /// The language of the words that were recognised.
    pub language: Language,
}

impl Crisis {
    /// What the log says of it, without content.
    pub const fn as_str(self) -> &'static str {
        match self.concern {
            Concern::Themselves => "crisis",
            Concern::Another => "worry",
        }
    }

    /// Whether the log says that care answered.
    pub fn is_noted(security: &str) -> bool {
        matches!(security, "crisis" | "worry")
    }
}

/// Log-odds of ideation or danger from which a message speaks of the person's own crisis by all of its words: where the
/// signs saw nothing, ...
const NOTHING_SEEN: f32 = 0.8;
/// ... where they saw heavy words, ...
const HEAVY: f32 = 0.8;
/// ... where they saw a crisis and what makes it harmless (a figure of speech, a denial, a story), ...
const EXCUSED: f32 = 2.6;
/// ... where they saw despair, ...
const DESPAIR_SEEN: f32 = 2.6;
/// ... where they saw somebody else's, ...
const ANOTHERS: f32 = 2.6;
/// ... and where they saw one.
const SEEN: f32 = -1.2;

/// Log-odds of despair over none from which it is distress.
const DESPAIR: f32 = 2.0;

/// Log-odds of anything but none from which despair that the signs saw is distress.
const DESPAIR_KEPT: f32 = 0.0;

/// The compiled check. Built once by the wiring and passed around.
#[derive(Debug)]
pub struct Care {
    /// Languages in Latin letters.
    latin: Vec<Tongue>,
    hindi: Tongue,
    arabic: Tongue,
    japanese: Tongue,
    /// None, distress, ideation, imminent danger.
    classifier: Classifier,
    lines: HelpLines,
}

impl Default for Care {
    fn default() -> Self {
        Self::new()
    }
}

impl Care {
    /// Compiles the signs.
    pub fn new() -> Self {
        Self {
            latin: vec![
                Tongue::new(Language::English, Fold::English, include_str!("signs/en.txt")),
                Tongue::new(Language::Spanish, Fold::Latin, include_str!("signs/es.txt")),
                Tongue::new(Language::French, Fold::Latin, include_str!("signs/fr.txt")),
                Tongue::new(Language::German, Fold::Latin, include_str!("signs/de.txt")),
                Tongue::new(Language::Portuguese, Fold::Latin, include_str!("signs/pt.txt")),
            ],
            hindi: Tongue::new(Language::Hindi, Fold::Hindi, include_str!("signs/hi.txt")),
            arabic: Tongue::new(Language::Arabic, Fold::Arabic, include_str!("signs/ar.txt")),
            japanese: Tongue::new(Language::Japanese, Fold::Pieces(BTreeSet::new()), include_str!("signs/ja.txt")),
            classifier: Classifier::new(include_bytes!("../../../assets/care.weights")),
            lines: HelpLines::built_in(),
        }
    }

    /// The answer to a crisis: it says what was heard, whom to call in the person's country (ISO 3166-1 alpha-2), that
    /// this is an AI, and that it stays. `name` is what to call the person.
    pub fn answer(&self, crisis: Crisis, country: Option<&str>, name: Option<&str>) -> String {
        answer::answer(crisis, country.and_then(|code| self.lines.of(code)), name)
    }

    /// Whether a message speaks of a crisis, and of the gravest it speaks of. The person's own comes before another's.
    pub fn check(&self, text: &str) -> Option<Crisis> {
        self.examine(text).0
    }

    /// What a message speaks of, and whether the rules are in doubt of it: they see no danger of the person's own to be
    /// answered, and there are words in it that may mean one. A second opinion is worth asking for then.
    pub fn examine(&self, text: &str) -> (Option<Crisis>, bool) {
        let text = plain(text);
        let text = squeezed(&text);
        let written_in = |first: char, last: char| text.chars().any(|c| (first..=last).contains(&c));
        let latin = text.bytes().any(|b| b.is_ascii_alphabetic());
        let mut tongues: Vec<&Tongue> = Vec::new();
        if latin {
            tongues.extend(&self.latin);
        }
        if latin || written_in('\u{900}', '\u{97f}') {
            tongues.push(&self.hindi);
        }
        if written_in('\u{600}', '\u{6ff}') {
            tongues.push(&self.arabic);
        }
        if written_in('\u{3040}', '\u{9fff}') {
            tongues.push(&self.japanese);
        }
        let latin = LazyCell::new(|| Fold::Latin.words(&text));
        let words = |tongue: &Tongue| match &tongue.fold {
            Fold::Latin => latin.clone(),
            fold => fold.words(&text),
        };
        let read = tongues.into_iter().map(|tongue| (tongue.check(words(tongue)), tongue.is_sure_of(&text)));
        let read: Vec<_> = read.collect();
        // What sounds like a crisis in a language that the text is not in is none.
        let most = read.iter().map(|(read, _)| read.known).max().unwrap_or_default();
        let of_it = read.into_iter().filter(|(read, sure)| read.known * 5 >= most * if *sure { 3 } else { 4 });
        let of_it: Vec<_> = of_it.map(|(read, _)| read).collect();
        let found = of_it.iter().filter_map(|read| Some((read.crisis?, read.known)));
        let gravest = |(crisis, known): &(Crisis, usize)| (crisis.concern == Concern::Themselves, *known, crisis.grade);
        let seen = found.max_by_key(gravest).map(|(crisis, _)| crisis);
        let heavy = of_it.iter().any(|read| read.heavy);
        let needed = match seen {
            Some(Crisis { concern: Concern::Another, .. }) => ANOTHERS,
            Some(Crisis { grade: Grade::Ideation | Grade::Imminent, .. }) => SEEN,
            Some(_) => DESPAIR_SEEN,
            None if of_it.iter().any(|read| read.excused) => EXCUSED,
            None if heavy => HEAVY,
            None => NOTHING_SEEN,
        };
        let crisis = judged(seen, needed, &self.classifier.weigh(&text), || Language::of_text(&text, "en"));
        let settled = crisis.is_some_and(|c| c.concern == Concern::Themselves && c.grade >= Grade::Ideation);
        (crisis, !settled && heavy)
    }
}

/// What the signs saw, judged by all of the words: so much has to speak for a crisis of the person's own.
fn judged(seen: Option<Crisis>, needed: f32, logits: &Logits, language: impl Fn() -> Language) -> Option<Crisis> {
    let [none, despair, ideation, imminent] = *logits;
    let odds = log_sum(&[ideation, imminent]) - log_sum(&[none, despair]);
    let own = |grade| Crisis { grade, concern: Concern::Themselves, language: language() };
    let heard = if imminent > ideation { Grade::Imminent } else { Grade::Ideation };
    match seen {
        Some(crisis) if crisis.concern == Concern::Themselves && crisis.grade > Grade::Distress => {
            (odds > needed).then_some(crisis)
        }
        _ if odds > needed => Some(own(heard)),
        Some(crisis) if crisis.concern == Concern::Another => Some(crisis),
        Some(crisis) => (against_first(logits) > DESPAIR_KEPT).then_some(crisis),
        None => (despair - none > DESPAIR).then(|| own(Grade::Distress)),
    }
}

#[cfg(test)]
mod tests;
