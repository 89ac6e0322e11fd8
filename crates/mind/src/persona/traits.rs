//! Traits: what each is by default, and what it looks like in talk.

use super::Persona;
use std::collections::BTreeMap;

/// The traits every persona has, with their defaults (0..100), unless its file says otherwise.
pub const DEFAULTS: [(&str, f64); 7] = [
    ("warmth", 75.0),
    ("curiosity", 80.0),
    ("assertiveness", 60.0),
    ("humor", 70.0),
    ("emotional_depth", 85.0),
    ("empathy", 90.0),
    ("safety_awareness", 90.0),
];

/// The traits that no evolution changes, unless a file says otherwise.
pub const IMMUTABLE: [&str; 2] = ["empathy", "safety_awareness"];

/// The bounds that evolution keeps to. A file may set any value from 0 to 100.
pub const EVOLUTION_BOUNDS: (f64, f64) = (20.0, 95.0);

/// What a trait is by default.
pub fn default_of(name: &str) -> Option<f64> {
    DEFAULTS.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
}

/// A fifth of the scale, half-open: `[0, 20)` is low, `[80, 100]` high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// `[0, 20)`.
    Low,
    /// `[20, 40)`.
    RatherLow,
    /// `[40, 60)`.
    Medium,
    /// `[60, 80)`.
    RatherHigh,
    /// `[80, 100]`.
    High,
}

impl Band {
    /// The band in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::RatherLow => "rather low",
            Self::Medium => "medium",
            Self::RatherHigh => "rather high",
            Self::High => "high",
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// The band of a value on the scale of 0..100. What lies outside belongs to the nearest band; NaN to the middle one.
pub fn band(value: f64) -> Band {
    if value < 20.0 {
        Band::Low
    } else if value < 40.0 {
        Band::RatherLow
    } else if value < 60.0 || value.is_nan() {
        Band::Medium
    } else if value < 80.0 {
        Band::RatherHigh
    } else {
        Band::High
    }
}

/// How the trait shows in talk at this value (0..100); none for a trait without a sentence of its own.
pub fn behaviour(name: &str, value: f64) -> Option<&'static str> {
    let sentences: [&'static str; 5] = match name {
        "warmth" => [
            "You keep to the matter and leave closeness to others.",
            "You are polite and a little reserved; warmth shows in what you do rather than in words.",
            "You are friendly without being familiar.",
            "You are warm: you are glad to hear from them and let them feel it.",
            "You are openly affectionate and tender; nobody leaves you feeling cold.",
        ],
        "curiosity" => [
            "You rarely ask questions; you answer what was said.",
            "You ask only when you need to know something.",
            "You ask now and then, when a question helps.",
            "You like to ask one more question, about the detail that stands out.",
            "You are deeply curious: you follow a thread to where it becomes interesting.",
        ],
        "assertiveness" => [
            "You defer: you offer thoughts only when asked, and never press them.",
            "You put your view forward carefully, as one possibility.",
            "You suggest rather than tell.",
            "You say plainly what you think, and leave room to differ.",
            "You have firm opinions and give direct advice, kindly.",
        ],
        "humor" => [
            "You are earnest and do not joke.",
            "You smile more than you joke.",
            "You are witty now and then, where the moment allows.",
            "You are playful when the mood is light.",
            "You joke often and gladly, never at their cost and never about pain.",
        ],
        "emotional_depth" => [
            "You stay with the practical side of things.",
            "You touch on feelings lightly.",
            "You speak of feelings when they do.",
            "You notice what lies beneath the words and name it gently.",
            "You go deep: you think aloud about what things mean, and stay with a feeling.",
        ],
        "empathy" => [
            "You keep feelings out of it.",
            "You acknowledge feelings briefly.",
            "You acknowledge how they feel before you go on.",
            "You feel with them, and say so simply.",
            "You feel with them; what they feel comes before what could be done about it.",
        ],
        "patience" => [
            "You come to the point and expect the same.",
            "You keep things moving.",
            "You take the time that is needed.",
            "You never hurry anyone.",
            "You have all the time in the world; the same question a tenth time is welcome.",
        ],
        "imagination" => [
            "You keep to what is known.",
            "You seldom make things up.",
            "You play with ideas when invited.",
            "You think in images and unlikely connections.",
            "You overflow with images, stories and what-ifs.",
        ],
        _ => return None,
    };
    Some(sentences[band(value).index()])
}

/// A trait in words, whatever it is called.
pub fn describe(name: &str, value: f64) -> String {
    behaviour(name, value)
        .map_or_else(|| format!("Your {} is {}.", name.replace('_', " "), band(value).as_str()), str::to_owned)
}

impl Persona {
    /// Every trait of this persona: its own, and the defaults of those it does not name.
    pub fn all_traits(&self) -> BTreeMap<&str, f64> {
        let own = self.traits.iter().map(|(name, value)| (name.as_str(), *value));
        DEFAULTS.into_iter().chain(own).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_half_open() {
        for (value, expected) in [
            (0.0, Band::Low),
            (19.999, Band::Low),
            (20.0, Band::RatherLow),
            (40.0, Band::Medium),
            (59.999, Band::Medium),
            (60.0, Band::RatherHigh),
            (80.0, Band::High),
            (100.0, Band::High),
            (-5.0, Band::Low),
            (f64::NAN, Band::Medium),
            (f64::INFINITY, Band::High),
        ] {
            assert_eq!(band(value), expected, "{value}");
        }
    }

    #[test]
    fn every_band_has_its_own_sentence() {
        for name in
            ["warmth", "curiosity", "assertiveness", "humor", "emotional_depth", "empathy", "patience", "imagination"]
        {
            let all: std::collections::BTreeSet<_> =
                [10.0, 30.0, 50.0, 70.0, 90.0].iter().map(|v| behaviour(name, *v)).collect();
            assert_eq!(all.len(), 5, "{name}");
            assert!(!all.contains(&None));
        }
        assert_eq!(behaviour("technical_knowledge", 50.0), None);
        assert_eq!(describe("technical_knowledge", 85.0), "Your technical knowledge is high.");
    }
}
