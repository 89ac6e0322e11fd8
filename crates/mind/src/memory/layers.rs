//! Layers: how near at hand a memory is. Computed when they are asked for, never stored; recall searches all of them.

use crate::memory::Memory;
use crate::mood::named;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

named! {
    /// How near at hand a memory is.
    Layer {
        /// Learned, or recalled, in the last seven days.
        Active = "active",
        /// Pinned, or tagged with something that is going on.
        Working = "working",
        /// Recalled five times or more.
        Reference = "reference",
        /// The rest.
        Archive = "archive",
    }
}

/// What was touched within this time is active.
const ACTIVE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// From so many recalls on, a memory is for reference.
const REFERENCE: u32 = 5;
/// Recency halves in so many days.
const HALF_LIFE_DAYS: f64 = 30.0;

/// How often a memory was recalled, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// How often.
    pub count: u32,
    /// When last.
    pub last: Timestamp,
}

/// The layer of a memory. A tag `project` or `project:NAME` says that it belongs to something that is going on.
pub fn layer(memory: &Memory, access: Option<Access>, now: Timestamp) -> Layer {
    let touched = access.map_or(memory.created_at, |access| access.last.max(memory.created_at));
    let in_project = |tag: &String| tag == "project" || tag.starts_with("project:");
    if now.duration_since(touched) <= ACTIVE {
        Layer::Active
    } else if memory.pinned || memory.tags.iter().any(in_project) {
        Layer::Working
    } else if access.is_some_and(|access| access.count >= REFERENCE) {
        Layer::Reference
    } else {
        Layer::Archive
    }
}

/// What to consolidate first: importance, times how recently it happened, times how often it was recalled
/// (importance x 2^(-age / 30 d) x log2(2 + recalls)).
pub fn rank(memory: &Memory, access: Option<Access>, now: Timestamp) -> f64 {
    let days = now.duration_since(memory.occurred_at).as_secs_f64() / 86_400.0;
    let recency = (-days.max(0.0) / HALF_LIFE_DAYS).exp2();
    memory.importance * recency * (2.0 + access.map_or(0.0, |access| f64::from(access.count))).log2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryId;
    use crate::memory::{Provenance, Speaker};

    #[test]
    fn layers_follow_from_touch_pins_and_recalls() {
        let now: Timestamp = "2026-08-01T10:00:00Z".parse().unwrap();
        let day = |n: i64| now - SignedDuration::from_hours(24 * n);
        let made = |n| Memory::new(MemoryId::new("m"), "x", Speaker::User, "test", day(n), Provenance::Hand);
        let access = |count, n| Some(Access { count, last: day(n) });
        let tagged = |tag: &str| Memory { tags: vec![tag.into()], ..made(90) };
        let cases = [
            (made(7), None, Layer::Active),
            (made(8), None, Layer::Archive),
            (made(90), access(1, 2), Layer::Active),
            (made(90), access(5, 30), Layer::Reference),
            (made(90), access(4, 30), Layer::Archive),
            (Memory { pinned: true, ..made(1) }, None, Layer::Active),
            (Memory { pinned: true, ..made(90) }, None, Layer::Working),
            (tagged("project:thesis"), access(9, 30), Layer::Working),
            (tagged("projection"), None, Layer::Archive),
        ];
        for (memory, access, expected) in cases {
            assert_eq!(layer(&memory, access, now), expected, "{memory:?} {access:?}");
        }
    }

    #[test]
    fn the_rank_grows_with_importance_recency_and_recalls() {
        let now: Timestamp = "2026-08-01T10:00:00Z".parse().unwrap();
        let at = |days: i64| now - SignedDuration::from_hours(24 * days);
        let made = |days, importance| Memory {
            importance,
            ..Memory::new(MemoryId::new("m"), "x", Speaker::User, "test", at(days), Provenance::Hand)
        };
        assert!((rank(&made(0, 0.5), None, now) - 0.5).abs() < 1e-12);
        assert!((rank(&made(30, 0.5), None, now) - 0.25).abs() < 1e-12);
        let often = Some(Access { count: 6, last: now });
        assert!((rank(&made(0, 0.5), often, now) - 1.5).abs() < 1e-12);
    }
}
