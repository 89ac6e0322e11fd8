//! What a named emotion does to a mood: for an appraisal that comes as a name (a model's), not from the rules.

use super::{Emotion, scaled};
use crate::mood::Pad;
use crate::persona::Temperament;

/// How much of an emotion's place in PAD space one event adds.
const SHARE: f64 = 0.3;

/// What an emotion of an intensity (0..1) adds to a mood, as this temperament feels it: 0.3 x intensity x its place in
/// PAD space.
pub fn delta_of(emotion: Emotion, intensity: f64, temperament: &Temperament) -> Pad {
    let intensity = if intensity.is_finite() { intensity.clamp(0.0, 1.0) } else { 0.0 };
    let Pad { pleasure, arousal, dominance } = place_of(emotion);
    let share = SHARE * intensity;
    scaled(Pad::new(share * pleasure, share * arousal, share * dominance), temperament)
}

/// Where an emotion lies in PAD space: Gebhard 2005, "ALMA - A Layered Model of Affect", table 2. The three that are not
/// OCC lie where the keyword rules point (surprise is arousal, company is pleasant).
fn place_of(emotion: Emotion) -> Pad {
    let (pleasure, arousal, dominance) = match emotion {
        Emotion::Admiration => (0.5, 0.3, -0.2),
        Emotion::Anger => (-0.51, 0.59, 0.25),
        Emotion::Disappointment => (-0.3, 0.1, -0.4),
        Emotion::Distress => (-0.4, -0.2, -0.5),
        Emotion::Fear => (-0.64, 0.6, -0.43),
        Emotion::FearsConfirmed => (-0.5, -0.3, -0.7),
        Emotion::Gloating => (0.3, -0.3, -0.1),
        Emotion::Gratification => (0.6, 0.5, 0.4),
        Emotion::Gratitude => (0.4, 0.2, -0.3),
        Emotion::HappyFor => (0.4, 0.2, 0.2),
        Emotion::Hate => (-0.6, 0.6, 0.3),
        Emotion::Hope => (0.2, 0.2, -0.1),
        Emotion::Joy => (0.4, 0.2, 0.1),
        Emotion::Love => (0.3, 0.1, 0.2),
        Emotion::SorryFor => (-0.4, -0.2, -0.5),
        Emotion::Pride => (0.4, 0.3, 0.3),
        Emotion::Relief => (0.2, -0.3, 0.4),
        Emotion::Remorse => (-0.3, 0.1, -0.6),
        Emotion::Reproach => (-0.3, -0.1, 0.4),
        Emotion::Resentment => (-0.2, -0.3, -0.2),
        Emotion::Satisfaction => (0.3, -0.2, 0.4),
        Emotion::Shame => (-0.3, 0.1, -0.6),
        Emotion::Surprise => (0.0, 0.6, 0.0),
        Emotion::Social => (0.3, 0.1, 0.1),
        Emotion::Neutral => (0.0, 0.0, 0.0),
    };
    Pad::new(pleasure, arousal, dominance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emotion_moves_a_mood_by_three_tenths_of_its_place() {
        let joy = delta_of(Emotion::Joy, 1.0, &Temperament::MIDDLE);
        assert!((joy.pleasure - 0.12).abs() < 1e-12 && (joy.arousal - 0.06).abs() < 1e-12, "{joy:?}");
        assert_eq!(delta_of(Emotion::Neutral, 1.0, &Temperament::MIDDLE), Pad::NEUTRAL);
        assert_eq!(delta_of(Emotion::Anger, f64::NAN, &Temperament::MIDDLE), Pad::NEUTRAL);
        assert_eq!(delta_of(Emotion::Joy, 7.0, &Temperament::MIDDLE), joy);
        for emotion in Emotion::ALL {
            let delta = delta_of(*emotion, 1.0, &Temperament::MIDDLE);
            assert!(delta.pleasure.abs() <= 0.3 && delta.arousal.abs() <= 0.3 && delta.dominance.abs() <= 0.3);
        }
    }
}
