//! What a message feels like, for the choice of words: from its topic, its own words and the appraisal.

use crate::appraisal::{Appraisal, Emotion, RuleName};

/// A tone to answer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feeling {
    Grief,
    Sad,
    Worried,
    Anxious,
    Angry,
    Tired,
    Bored,
    /// They do not know what to make of it.
    Unsure,
    Joy,
    Pride,
    Hopeful,
    Neutral,
}

impl Feeling {
    /// Nothing playful fits, and no memory is brought up unasked.
    pub(super) fn is_heavy(self) -> bool {
        matches!(self, Self::Grief | Self::Sad | Self::Worried | Self::Anxious | Self::Angry)
    }

    /// From the topic, corrected by the appraisal where the two cannot both be.
    pub(super) fn of(topic: Option<Feeling>, appraisal: &Appraisal) -> Self {
        let felt = match appraisal.emotion {
            Emotion::SorryFor
            | Emotion::Distress
            | Emotion::Disappointment
            | Emotion::Remorse
            | Emotion::Shame
            | Emotion::FearsConfirmed => Some(Self::Sad),
            Emotion::Fear => Some(Self::Anxious),
            Emotion::Anger | Emotion::Reproach | Emotion::Hate | Emotion::Resentment => Some(Self::Angry),
            Emotion::HappyFor
            | Emotion::Joy
            | Emotion::Gratification
            | Emotion::Satisfaction
            | Emotion::Relief
            | Emotion::Love => Some(Self::Joy),
            Emotion::Pride | Emotion::Admiration => Some(Self::Pride),
            Emotion::Hope => Some(Self::Hopeful),
            _ => None,
        };
        // The valence rule names an emotion for any tint of the words; only a clear one counts.
        let felt = felt.filter(|_| appraisal.rule != RuleName::Valence || appraisal.sentiment.abs() >= 0.3);
        match (topic, felt) {
            (Some(t), _) if t.is_heavy() || matches!(t, Self::Tired | Self::Bored | Self::Unsure) => t,
            (Some(t), Some(f)) if f.is_heavy() != t.is_heavy() => f,
            (Some(t), _) => t,
            (None, Some(f)) => f,
            (None, None) if appraisal.sentiment >= 0.4 => Self::Joy,
            (None, None) if appraisal.sentiment <= -0.4 => Self::Sad,
            (None, None) => Self::Neutral,
        }
    }
}
