//! Bond: how close the two have become, by how the person treats the companion and what they entrust to it.
//!
//! Points from 0 to 100, moved by what happens and by nothing else: there is no penalty for absence or for a goodbye,
//! there are no points for length or hours, and a turn in crisis moves nothing. Nobody's sadness counts against them.

mod event;
mod policy;

pub use event::{Event, Treatment, classify};
pub use policy::{BondPolicy, Overrides, StyleOverrides, Thresholds, with_overrides};

use crate::growth::Refused;
use crate::measure::{config, within};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How close they are. Ordered, the most distant first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// They have hardly met.
    #[default]
    Stranger,
    /// They know a little of each other.
    Acquaintance,
    /// Friends.
    Friend,
    /// Close friends.
    CloseFriend,
    /// As close as can be.
    Soulmate,
}

impl Level {
    /// All of them, the most distant first.
    pub const ALL: [Self; 5] = [Self::Stranger, Self::Acquaintance, Self::Friend, Self::CloseFriend, Self::Soulmate];

    /// The name, as it is written in data and shown to people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Acquaintance => "acquaintance",
            Self::Friend => "friend",
            Self::CloseFriend => "close_friend",
            Self::Soulmate => "soulmate",
        }
    }

    /// What it means for how to talk.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Stranger => "You hardly know each other yet; be open, and leave the closeness to them.",
            Self::Acquaintance => "You are getting to know each other; a little more of yourself may show.",
            Self::Friend => "You are friends; talk as friends do.",
            Self::CloseFriend => {
                "You are close friends; you may be frank and tender, and you know much without being told."
            }
            Self::Soulmate => "You are as close as can be; few words will do.",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

config! {
    /// How fast a bond can grow and fall.
    BondConfig {
        /// Points of a very positive event.
        very_positive: f64 = 5.0 in 0.0..=20.0,
        /// Points of a positive event.
        positive: f64 = 2.0 in 0.0..=20.0,
        /// Points that a negative event takes.
        negative: f64 = 2.0 in 0.0..=20.0,
        /// Points that a very negative event takes.
        very_negative: f64 = 5.0 in 0.0..=20.0,
        /// The most points gained in one of the person's days.
        gain_per_day: f64 = 5.0 in 0.0..=100.0,
        /// The most points lost in one of the person's days.
        loss_per_day: f64 = 10.0 in 0.0..=100.0,
        /// Days after heavy news of the person's in which nothing they say costs points.
        grief_days: u32 = 14 in 0..=90,
    }
}

/// A bond, as it is stored. It changes when something happens, never by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bond {
    /// 0..100.
    pub points: f64,
    /// The person's day that `gained` and `lost` are counted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// Points gained that day.
    #[serde(default)]
    pub gained: f64,
    /// Points lost that day.
    #[serde(default)]
    pub lost: f64,
    /// When they last told of something heavy: a death, an illness, a break-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heavy_at: Option<Timestamp>,
}

/// What surrounds a change of a bond.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The present.
    pub now: Timestamp,
    /// Where the person's day begins and ends.
    pub zone: &'a TimeZone,
    /// Minor mode: the bond stops at friend.
    pub minor: bool,
    /// Where the levels begin.
    pub thresholds: &'a Thresholds,
}

impl Bond {
    /// How close they are. In minor mode never more than friends, whatever the points.
    pub fn level(&self, thresholds: &Thresholds, minor: bool) -> Level {
        let level = thresholds.level(self.points);
        if minor { level.min(Level::Friend) } else { level }
    }

    /// The bond after an event: its points, as far as the day allows, within 0 and 100.
    #[must_use]
    pub fn apply(mut self, event: &Event, occasion: &Occasion<'_>, config: &BondConfig) -> Self {
        self.points = within(self.points, 0.0, 100.0, 0.0);
        self.begin_day(occasion.zone.to_datetime(occasion.now).date());
        if event.heavy {
            self.heavy_at = self.heavy_at.max(Some(occasion.now));
        }
        let allowed = |limit: f64, used: f64| (within(limit, 0.0, 100.0, 0.0) - within(used, 0.0, 100.0, 0.0)).max(0.0);
        let change = within(event.treatment.points(config), -100.0, 100.0, 0.0);
        let before = self.points;
        if change > 0.0 {
            let ceiling = if occasion.minor { occasion.thresholds.last_of_friendship() } else { 100.0 };
            let gain = change.min(allowed(config.gain_per_day, self.gained));
            // Who is already above the ceiling (an age corrected late) is not pushed down by kindness.
            self.points = (before + gain).min(ceiling.max(before));
            self.gained += self.points - before;
        } else if change < 0.0 && !self.grieves(occasion.now, config) {
            let loss = (-change).min(allowed(config.loss_per_day, self.lost));
            self.points = (before - loss).max(0.0);
            self.lost += before - self.points;
        }
        self
    }

    /// Whether the person told of something heavy not long ago.
    pub fn grieves(&self, now: Timestamp, config: &BondConfig) -> bool {
        let days = SignedDuration::from_hours(24 * i64::from(config.grief_days));
        self.heavy_at.is_some_and(|at| config.grief_days > 0 && now.duration_since(at) < days)
    }

    /// The bond with its points set by hand; [`crate::growth::record`] keeps who and why.
    ///
    /// # Errors
    /// If `points` is no number from 0 to 100.
    pub fn set(mut self, points: f64) -> Result<Self, Refused> {
        Refused::unless_within("bond.points", points, 0.0, 100.0, "0 to 100")?;
        self.points = points;
        Ok(self)
    }

    /// A new day has new allowances; a clock or a journey that goes back to an old one has none.
    fn begin_day(&mut self, today: Date) {
        if self.day.is_none_or(|day| day < today) {
            (self.day, self.gained, self.lost) = (Some(today), 0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests;
