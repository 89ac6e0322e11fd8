//! Mood as a point in pleasure, arousal and dominance (PAD), and how it moves.

use serde::{Deserialize, Serialize};

/// A point in PAD space. Each dimension is within [-1, 1] wherever a state is meant; a *delta* may hold any
/// finite numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    pub at: jiff::Timestamp,
}

impl Pad {
    /// A point from its three dimensions.
    pub const fn new(pleasure: f64, arousal: f64, dominance: f64) -> Self {
        Self { pleasure, arousal, dominance }
    }
}
