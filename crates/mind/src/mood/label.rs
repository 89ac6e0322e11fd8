//! Names for moods: Mehrabian's octants, and the nearest of ten emotions.

use super::{NEUTRAL_BELOW, Pad};

/// Declares an enum whose variants have one name each, used in text and in data alike.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt,)+ }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        $(#[$doc])*
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name, as it is written in data and shown to people.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use named;

named! {
    /// The eight regions of PAD space, by Mehrabian's names (Mehrabian 1996, "Pleasure-Arousal-Dominance: A General
    /// Framework for Describing and Measuring Individual Differences in Temperament").
    Octant {
        /// +P +A +D.
        Exuberant = "exuberant",
        /// -P -A -D.
        Bored = "bored",
        /// +P +A -D.
        Dependent = "dependent",
        /// -P -A +D.
        Disdainful = "disdainful",
        /// +P -A +D.
        Relaxed = "relaxed",
        /// -P +A -D.
        Anxious = "anxious",
        /// +P -A -D.
        Docile = "docile",
        /// -P +A +D.
        Hostile = "hostile",
        /// Too weak to have a name.
        Neutral = "neutral",
    }
}

named! {
    /// The emotion a mood is nearest to.
    EmotionLabel {
        /// Happy.
        Happy = "happy",
        /// Sad.
        Sad = "sad",
        /// Angry.
        Angry = "angry",
        /// Fearful.
        Fearful = "fearful",
        /// Surprised.
        Surprised = "surprised",
        /// Disgusted.
        Disgusted = "disgusted",
        /// Calm.
        Calm = "calm",
        /// Excited.
        Excited = "excited",
        /// Content.
        Content = "content",
        /// Anxious.
        Anxious = "anxious",
        /// Too weak to have a name.
        Neutral = "neutral",
    }
}

/// Mean ratings of emotion words: Russell & Mehrabian 1977, "Evidence for a three-factor theory of emotions", table 4.
/// Calm is their "relaxed" and content their "untroubled".
const CENTROIDS: [(EmotionLabel, Pad); 10] = [
    (EmotionLabel::Happy, Pad::new(0.81, 0.51, 0.46)),
    (EmotionLabel::Sad, Pad::new(-0.63, -0.27, -0.33)),
    (EmotionLabel::Angry, Pad::new(-0.51, 0.59, 0.25)),
    (EmotionLabel::Fearful, Pad::new(-0.64, 0.60, -0.43)),
    (EmotionLabel::Surprised, Pad::new(0.40, 0.67, -0.13)),
    (EmotionLabel::Disgusted, Pad::new(-0.60, 0.35, 0.11)),
    (EmotionLabel::Calm, Pad::new(0.68, -0.46, 0.06)),
    (EmotionLabel::Excited, Pad::new(0.62, 0.75, 0.38)),
    (EmotionLabel::Content, Pad::new(0.79, -0.01, 0.33)),
    (EmotionLabel::Anxious, Pad::new(0.01, 0.59, -0.15)),
];

impl Pad {
    /// Which of Mehrabian's octants this is in; neutral below [`NEUTRAL_BELOW`]. A dimension of exactly 0 counts as +.
    pub fn octant(self) -> Octant {
        if self.intensity() < NEUTRAL_BELOW {
            return Octant::Neutral;
        }
        match (self.pleasure >= 0.0, self.arousal >= 0.0, self.dominance >= 0.0) {
            (true, true, true) => Octant::Exuberant,
            (false, false, false) => Octant::Bored,
            (true, true, false) => Octant::Dependent,
            (false, false, true) => Octant::Disdainful,
            (true, false, true) => Octant::Relaxed,
            (false, true, false) => Octant::Anxious,
            (true, false, false) => Octant::Docile,
            (false, true, true) => Octant::Hostile,
        }
    }

    /// The emotion whose published centroid is nearest; neutral below [`NEUTRAL_BELOW`].
    ///
    /// The distance is the angle between the two. The words were rated for full-blown feelings, so by straight-line
    /// distance every mild mood would fall to the centroid that happens to lie closest to the origin (a faint
    /// pleasure would be called anxious). Which feeling it is, the direction says; how strong, [`Pad::intensity`].
    pub fn emotion(self) -> EmotionLabel {
        if self.intensity() < NEUTRAL_BELOW {
            return EmotionLabel::Neutral;
        }
        let cosine = |c: Pad| self.dot(c) / c.dot(c).sqrt();
        CENTROIDS
            .iter()
            .max_by(|a, b| cosine(a.1).total_cmp(&cosine(b.1)))
            .map_or(EmotionLabel::Neutral, |(label, _)| *label)
    }
}
