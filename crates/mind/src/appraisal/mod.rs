//! Appraisal: what a message means to the companion (OCC), and by how much it moves the mood.
//!
//! Eight rules, the first that matches wins. Five are keyword rules; three see to what they leave unfelt: how the
//! companion itself is spoken to, the good and bad news of a life, and the plain tone of the words. Two provisos keep
//! the keyword rules decent. What is denied, asked, imagined, quoted or seen in a film did not happen. And bad news
//! speaks before anything else: "my best friend died" has the word "friend" in it, and is not sociable.

mod cues;
mod emoji;
mod emotion;
pub(crate) mod language;
mod named;
mod sentiment;

pub use emotion::{Emotion, RuleName};
pub use named::delta_of;

use crate::interaction::Felt;
use crate::mood::Pad;
use crate::persona::Temperament;
use crate::phrase::{Hit, Phrases, Words};
use cues::{Cue, Weight};
use sentiment::{NEUTRAL, Sentiment};

/// What a message evoked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Appraisal {
    /// Which feeling.
    pub emotion: Emotion,
    /// How strong, 0..1.
    pub intensity: f64,
    /// The rule that said so.
    pub rule: RuleName,
    /// What it adds to the mood, already scaled by the temperament.
    pub delta: Pad,
    /// How positive the words are, -1..1.
    pub sentiment: f64,
}

/// The compiled rules. Built once by the wiring and passed around.
#[derive(Debug)]
pub struct Rules {
    cues: Phrases<Cue>,
    sentiment: Sentiment,
}

impl Default for Rules {
    fn default() -> Self {
        Self::new()
    }
}

impl Rules {
    /// Compiles the rules and the lexicon (some milliseconds).
    pub fn new() -> Self {
        Self { cues: Phrases::new(cues::CLASSES, cues::TABLES), sentiment: Sentiment::new() }
    }

    /// Appraises a message. Text in another language than English is felt by its emoji alone.
    pub fn appraise(&self, text: &str, temperament: &Temperament) -> Appraisal {
        let words = Words::of(text);
        let english = language::is_english(&words);
        self.appraise_words(text, &words, english, temperament)
    }

    /// Appraises a message that is taken apart already; `english` as [`language::is_english`] has it.
    pub(crate) fn appraise_words(
        &self,
        text: &str,
        words: &Words,
        english: bool,
        temperament: &Temperament,
    ) -> Appraisal {
        let sentiment = self.sentiment.of(text, words, english, &(0..0));
        let cues = if english { self.meant(words) } else { Vec::new() };
        let felt = keyword(&cues, sentiment, |hit| self.sentiment.of(text, words, english, &(hit.start..hit.end)));
        let (rule, emotion, strength, delta) = felt.unwrap_or_else(|| valence(sentiment, words));
        Appraisal {
            emotion,
            intensity: (strength + 0.2 * sentiment.abs()).min(1.0) * f64::from(u8::from(emotion != Emotion::Neutral)),
            rule,
            delta: scaled(delta, temperament),
            sentiment,
        }
    }

    /// The cues that are meant as they stand.
    fn meant(&self, words: &Words) -> Vec<Hit<Cue>> {
        let all: Vec<_> = self.cues.find(words).collect();
        let excepted =
            |hit: &Hit<Cue>| all.iter().any(|n| n.label == Cue::Not && n.start < hit.end && hit.start < n.end);
        all.iter().filter(|hit| hit.label != Cue::Not && !excepted(hit) && !unreal(words, hit)).copied().collect()
    }
}

type Feeling = (RuleName, Emotion, f64, Pad);

/// The first of the rules 1 to 7 that matches. `apart` is the sentiment of the message without the words of a cue.
fn keyword(cues: &[Hit<Cue>], sentiment: f64, apart: impl Fn(&Hit<Cue>) -> f64) -> Option<Feeling> {
    let first = |cue: Cue| cues.iter().find(|hit| hit.label == cue);
    let news = |weights: &[Weight], of: fn(Weight) -> Cue| weights.iter().copied().find(|w| first(of(*w)).is_some());
    let bad = news(&[Weight::Grave, Weight::Large], Cue::Bad);
    if let Some(weight) = bad {
        return Some(bad_news(weight));
    }
    if first(Cue::Achievement).is_some() && sentiment > -NEUTRAL {
        return Some((RuleName::Achievement, Emotion::HappyFor, 0.5, Pad::new(0.2, 0.1, 0.05)));
    }
    if first(Cue::Failure).is_some() {
        return Some((RuleName::Failure, Emotion::SorryFor, 0.5, Pad::new(-0.15, 0.05, -0.1)));
    }
    if first(Cue::Compliment).is_some() {
        return Some((RuleName::Compliment, Emotion::Gratification, 0.5, Pad::new(0.3, 0.05, 0.1)));
    }
    if let Some(hit) = first(Cue::Surprise) {
        let rest = apart(hit);
        let pleasure = if rest > NEUTRAL {
            0.1
        } else if rest < -NEUTRAL {
            -0.1
        } else {
            0.0
        };
        return Some((RuleName::Surprise, Emotion::Surprise, 0.5, Pad::new(pleasure, 0.2, 0.0)));
    }
    if first(Cue::Social).is_some() && first(Cue::Bad(Weight::Small)).is_none() && sentiment > -NEUTRAL {
        // Good news about people is more than company.
        return Some(match news(&[Weight::Large], Cue::Good) {
            Some(weight) => good_news(weight),
            None => (RuleName::Social, Emotion::Social, 0.3, Pad::new(0.1, 0.05, 0.02)),
        });
    }
    if first(Cue::Insult).is_some() {
        return Some((RuleName::Regard, Emotion::Distress, 0.7, Pad::new(-0.3, 0.2, -0.1)));
    }
    if first(Cue::Affection).is_some() {
        return Some((RuleName::Regard, Emotion::Love, 0.6, Pad::new(0.3, 0.1, 0.05)));
    }
    news(&[Weight::Small], Cue::Bad)
        .map(bad_news)
        .or_else(|| news(&[Weight::Large, Weight::Small], Cue::Good).map(good_news))
}

fn good_news(weight: Weight) -> Feeling {
    let strength = if weight == Weight::Small { 0.45 } else { 0.7 };
    (RuleName::News, Emotion::HappyFor, strength, Pad::new(0.2, 0.15, 0.0))
}

fn bad_news(weight: Weight) -> Feeling {
    let strength = match weight {
        Weight::Small => 0.45,
        Weight::Large => 0.7,
        Weight::Grave => 0.9,
    };
    (RuleName::News, Emotion::SorryFor, strength, Pad::new(-0.2, 0.05, -0.05))
}

/// Rule 8: the tone of the words. About the person themselves it is felt with them, else for its own sake.
fn valence(sentiment: f64, words: &Words) -> Feeling {
    let theirs = words.iter().any(|w| matches!(w, "i" | "me" | "my" | "we" | "us" | "our"));
    let emotion = match (sentiment > NEUTRAL, sentiment < -NEUTRAL) {
        (true, _) if theirs => Emotion::HappyFor,
        (true, _) => Emotion::Joy,
        (_, true) if theirs => Emotion::SorryFor,
        (_, true) => Emotion::Distress,
        _ => Emotion::Neutral,
    };
    let delta = Pad::new(0.15 * sentiment, 0.05 * sentiment.abs(), 0.0);
    (RuleName::Valence, emotion, 0.4 * sentiment.abs(), delta)
}

/// Whether a cue only looks like one: denied, asked, imagined, quoted, reported or from a film.
fn unreal(words: &Words, hit: &Hit<Cue>) -> bool {
    let spoken_to = matches!(hit.label, Cue::Compliment | Cue::Affection | Cue::Insult);
    let sentence = words.sentence_of(hit.start);
    let before = |n: usize| words.before(hit.start, n);
    // A cue that begins with its own subject is denied inside: "you are not great" is not matched at all.
    if words.negated(hit.start) || words.quoted(hit.start) {
        return true;
    }
    if before(4).any(|w| matches!(w, "said" | "says" | "told" | "saying" | "tells" | "wrote" | "yelled" | "screamed")) {
        return true;
    }
    if spoken_to {
        return words.ending(hit.start).question && sentence.start == hit.start && words.get(hit.start) != "thank";
    }
    let asked = words.ending(hit.start).question
        && sentence.clone().take(3).any(|i| {
            matches!(
                words.get(i),
                "what"
                    | "who"
                    | "when"
                    | "where"
                    | "why"
                    | "how"
                    | "which"
                    | "did"
                    | "do"
                    | "does"
                    | "is"
                    | "are"
                    | "was"
                    | "were"
                    | "has"
                    | "have"
                    | "had"
                    | "can"
                    | "could"
                    | "would"
                    | "should"
                    | "will"
            )
        })
        && !(sentence.len() > 2 && words.get(sentence.start) == "can" && words.get(sentence.start + 2) == "believe");
    let imagined = sentence.clone().take_while(|&i| i < hit.start + 2).any(|i| {
        matches!(
            words.get(i),
            "if" | "imagine"
                | "suppose"
                | "pretend"
                | "wish"
                | "hope"
                | "hoping"
                | "dreamed"
                | "dreamt"
                | "dream"
                | "would"
                | "might"
                | "maybe"
                | "perhaps"
                | "unless"
                | "hypothetically"
                | "want"
                | "wants"
                | "wanted"
                | "should"
                | "joking"
                | "nightmare"
                | "almost"
                | "nearly"
                | "afraid"
                | "scared"
                | "worried"
        )
    }) && !matches!(hit.label, Cue::Failure)
        && !words.get(hit.start).starts_with("want");
    let told = sentence.clone().take_while(|&i| i < hit.start).any(|i| {
        matches!(
            words.get(i),
            "movie"
                | "film"
                | "book"
                | "novel"
                | "show"
                | "series"
                | "episode"
                | "game"
                | "character"
                | "story"
                | "song"
                | "plot"
                | "season"
                | "protagonist"
                | "villain"
                | "hero"
                | "heroine"
                | "chapter"
                | "anime"
                | "documentary"
        )
    });
    let yet_to_come =
        matches!(hit.label, Cue::Achievement) && before(6).any(|w| matches!(w, "once" | "until" | "when" | "after"));
    asked || imagined || told || yet_to_come
}

/// A delta as this temperament feels it. At 0.5 everywhere nothing changes.
fn scaled(delta: Pad, temperament: &Temperament) -> Pad {
    let or_middling = |x: f64| if x.is_finite() { x.clamp(0.0, 1.0) } else { 0.5 };
    let nervous = 0.5 + or_middling(temperament.neuroticism);
    let outgoing = 0.5 + or_middling(temperament.extraversion);
    let pleasure = delta.pleasure * if delta.pleasure < 0.0 { nervous } else { outgoing };
    Pad::new(pleasure, delta.arousal * nervous, delta.dominance)
}

impl From<&Appraisal> for Felt {
    fn from(a: &Appraisal) -> Self {
        Self {
            emotion: a.emotion.as_str().into(),
            intensity: a.intensity,
            rule: a.rule.as_str().into(),
            delta: a.delta,
        }
    }
}

#[cfg(test)]
mod tests;
