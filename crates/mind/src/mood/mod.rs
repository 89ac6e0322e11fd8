//! Mood as a point in pleasure, arousal and dominance (PAD), and how it moves.
//!
//! Nothing ticks: a mood is stored as a value and the instant at which it was true, and read as a closed form of
//! (value, then, now). See `docs/adr/0002-decay-as-a-function.md`.

pub mod drift;
mod label;

pub(crate) use label::named;

pub use label::{EmotionLabel, Octant};

use crate::persona::Temperament;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Hours after which half of the way back to the baseline is gone. Default; allowed 0.1..=168.
pub const HALF_LIFE_HOURS: f64 = 6.0;

/// Below this intensity a mood has no name but neutral.
pub const NEUTRAL_BELOW: f64 = 0.1;

/// A point in PAD space. Each dimension is within [-1, 1] wherever a state is meant; a *delta* may hold any
/// finite numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pad {
    /// Pleasant (+) or unpleasant (-).
    pub pleasure: f64,
    /// Excited (+) or calm (-).
    pub arousal: f64,
    /// In control (+) or controlled (-).
    pub dominance: f64,
}

/// A mood: the value and the instant at which it was true. What it is now is read with a function of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    /// The state at `at`.
    pub pad: Pad,
    /// When `pad` was true.
    pub at: Timestamp,
}

impl Pad {
    /// Neither pleased nor displeased, neither excited nor calm, neither in control nor controlled.
    pub const NEUTRAL: Self = Self::new(0.0, 0.0, 0.0);

    /// A point from its three dimensions.
    pub const fn new(pleasure: f64, arousal: f64, dominance: f64) -> Self {
        Self { pleasure, arousal, dominance }
    }

    /// The nearest state: each dimension within [-1, 1]; what is not a number counts as 0.
    #[must_use]
    pub fn clamped(self) -> Self {
        self.map(|x| if x.is_nan() { 0.0 } else { x.clamp(-1.0, 1.0) })
    }

    /// This state after an event: `clamp(self + delta, -1, 1)`. A dimension of `delta` that is not finite counts as 0,
    /// so that one bad number never sticks to a companion for life.
    #[must_use]
    pub fn plus(self, delta: Self) -> Self {
        self.zip(delta, |x, d| if d.is_finite() { x + d } else { x }).clamped()
    }

    /// How far from neutral, 0..1: the length of the vector over the longest one there is, sqrt(3).
    pub fn intensity(self) -> f64 {
        (self.dot(self) / 3.0).sqrt().min(1.0)
    }

    fn dot(self, other: Self) -> f64 {
        self.pleasure * other.pleasure + self.arousal * other.arousal + self.dominance * other.dominance
    }

    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self::new(f(self.pleasure), f(self.arousal), f(self.dominance))
    }

    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self::new(f(self.pleasure, other.pleasure), f(self.arousal, other.arousal), f(self.dominance, other.dominance))
    }
}

impl Mood {
    /// A mood that is `pad` at `at`.
    pub fn new(pad: Pad, at: Timestamp) -> Self {
        Self { pad: pad.clamped(), at }
    }

    /// The mood at `now`, relaxed towards `baseline`: `m(t) = b + (m0 - b) * 2^(-t / half_life)`.
    ///
    /// A `now` before [`Mood::at`] counts as no time passed: a clock set back never winds a feeling up again.
    /// A half-life that is not above 0 means that nothing is held on to.
    pub fn at(&self, baseline: Pad, half_life_hours: f64, now: Timestamp) -> Pad {
        let hours = now.duration_since(self.at).as_secs_f64() / 3600.0;
        let kept = if hours <= 0.0 {
            1.0
        } else if half_life_hours > 0.0 {
            (-hours / half_life_hours).exp2()
        } else {
            0.0
        };
        let baseline = baseline.clamped();
        self.pad.clamped().zip(baseline, |m, b| b + (m - b) * kept).clamped()
    }

    /// The mood after an event at `now`: relaxed until then, moved by `delta`, and anchored there. If the clock went
    /// back, the anchor stays where it was, so that the same hours never relax a mood twice.
    #[must_use]
    pub fn felt(&self, delta: Pad, baseline: Pad, half_life_hours: f64, now: Timestamp) -> Self {
        Self { pad: self.at(baseline, half_life_hours, now).plus(delta), at: now.max(self.at) }
    }
}

/// Where a character's mood rests, from its Big Five: Mehrabian's regressions (Mehrabian 1996, "Analysis of the
/// Big-five Personality Factors in Terms of the PAD Temperament Model") as ALMA uses them (Gebhard 2005), with every
/// trait mapped from 0..1 to -1..1 and emotional stability as the opposite of neuroticism.
pub fn baseline_of(temperament: &Temperament) -> Pad {
    let signed = |x: f64| if x.is_nan() { 0.0 } else { x.clamp(0.0, 1.0) * 2.0 - 1.0 };
    let o = signed(temperament.openness);
    let c = signed(temperament.conscientiousness);
    let e = signed(temperament.extraversion);
    let a = signed(temperament.agreeableness);
    let s = -signed(temperament.neuroticism);
    Pad::new(0.21 * e + 0.59 * a + 0.19 * s, 0.15 * o + 0.30 * a - 0.57 * s, 0.25 * o + 0.17 * c + 0.60 * e - 0.32 * a)
        .clamped()
}

#[cfg(test)]
mod tests;
