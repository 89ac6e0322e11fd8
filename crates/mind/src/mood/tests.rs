//! How moods move: exact, bounded, and indifferent to how often one looks.

use super::*;
use crate::persona::Temperament;
use jiff::SignedDuration;
use proptest::prelude::*;

fn close(a: Pad, b: Pad) -> bool {
    let d = a.zip(b, |x, y| (x - y).abs());
    d.pleasure < 1e-9 && d.arousal < 1e-9 && d.dominance < 1e-9
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

#[test]
fn an_event_adds_its_delta_and_is_clamped() {
    for (state, delta, expected) in [
        (Pad::new(0.1, 0.0, -0.2), Pad::new(0.3, 0.1, 0.4), Pad::new(0.4, 0.1, 0.2)),
        (Pad::new(0.8, 0.9, 0.7), Pad::new(0.5, 0.3, 0.5), Pad::new(1.0, 1.0, 1.0)),
        (Pad::new(-0.9, -0.8, -0.7), Pad::new(-0.4, -0.5, -0.6), Pad::new(-1.0, -1.0, -1.0)),
        (Pad::new(0.1, 0.2, 0.3), Pad::new(f64::NAN, f64::INFINITY, f64::NEG_INFINITY), Pad::new(0.1, 0.2, 0.3)),
    ] {
        assert!(close(state.plus(delta), expected), "{state:?} + {delta:?}");
    }
}

#[test]
fn half_of_the_way_back_is_gone_after_the_half_life() {
    let mood = Mood::new(Pad::new(0.8, -0.4, 0.2), at(0));
    let baseline = Pad::new(0.2, 0.0, 0.0);
    let hours = |h: i64| mood.at(baseline, 6.0, at(h * 3600));
    assert!(close(hours(0), mood.pad));
    assert!(close(hours(6), Pad::new(0.5, -0.2, 0.1)));
    assert!(close(hours(12), Pad::new(0.35, -0.1, 0.05)));
    assert!(close(hours(24 * 365), baseline));
}

#[test]
fn a_clock_set_back_passes_no_time() {
    let mood = Mood::new(Pad::new(0.8, 0.0, 0.0), at(3600));
    assert_eq!(mood.at(Pad::NEUTRAL, 6.0, at(0)), mood.pad);
    let felt = mood.felt(Pad::new(0.1, 0.0, 0.0), Pad::NEUTRAL, 6.0, at(0));
    assert_eq!(felt.at, at(3600), "the anchor never moves back");
    assert!((felt.pad.pleasure - 0.9).abs() < 1e-12);
}

#[test]
fn a_half_life_of_nothing_holds_on_to_nothing() {
    let mood = Mood::new(Pad::new(0.8, 0.0, 0.0), at(0));
    for half_life in [0.0, -1.0, f64::NAN] {
        assert_eq!(mood.at(Pad::NEUTRAL, half_life, at(1)), Pad::NEUTRAL);
        assert_eq!(mood.at(Pad::NEUTRAL, half_life, at(0)), mood.pad);
    }
}

#[test]
fn the_baseline_follows_mehrabians_regressions() {
    let middling =
        Temperament { openness: 0.5, conscientiousness: 0.5, extraversion: 0.5, agreeableness: 0.5, neuroticism: 0.5 };
    assert_eq!(baseline_of(&middling), Pad::NEUTRAL);
    let mira = Temperament {
        openness: 0.85,
        conscientiousness: 0.6,
        extraversion: 0.6,
        agreeableness: 0.75,
        neuroticism: 0.3,
    };
    // O .7, C .2, E .2, A .5, S .4 on the scale of -1..1.
    let expected = Pad::new(
        0.21 * 0.2 + 0.59 * 0.5 + 0.19 * 0.4,
        0.15 * 0.7 + 0.30 * 0.5 - 0.57 * 0.4,
        0.25 * 0.7 + 0.17 * 0.2 + 0.60 * 0.2 - 0.32 * 0.5,
    );
    assert!(close(baseline_of(&mira), expected));
    assert_eq!(baseline_of(&mira).octant(), Octant::Exuberant);
    assert_eq!(baseline_of(&mira).emotion(), EmotionLabel::Content);
}

#[test]
fn octants_have_mehrabians_names() {
    for (p, a, d, name) in [
        (0.5, 0.5, 0.5, "exuberant"),
        (-0.5, -0.5, -0.5, "bored"),
        (0.5, 0.5, -0.5, "dependent"),
        (-0.5, -0.5, 0.5, "disdainful"),
        (0.5, -0.5, 0.5, "relaxed"),
        (-0.5, 0.5, -0.5, "anxious"),
        (0.5, -0.5, -0.5, "docile"),
        (-0.5, 0.5, 0.5, "hostile"),
        (0.05, -0.05, 0.05, "neutral"),
    ] {
        assert_eq!(Pad::new(p, a, d).octant().as_str(), name);
    }
}

#[test]
fn emotions_are_nearest_to_their_own_words() {
    for (p, a, d, name) in [
        (0.81, 0.51, 0.46, "happy"),
        (-0.63, -0.27, -0.33, "sad"),
        (-0.51, 0.59, 0.25, "angry"),
        (-0.64, 0.60, -0.43, "fearful"),
        (0.40, 0.67, -0.13, "surprised"),
        (-0.60, 0.35, 0.11, "disgusted"),
        (0.68, -0.46, 0.06, "calm"),
        (0.62, 0.75, 0.38, "excited"),
        (0.79, -0.01, 0.33, "content"),
        (0.01, 0.59, -0.15, "anxious"),
        // A faint pleasure is no anxiety, however short the anxious centroid is.
        (0.20, 0.10, 0.0, "happy"),
        (0.25, 0.0, 0.1, "content"),
        (-0.2, -0.1, -0.1, "sad"),
        (0.0, 0.0, 0.0, "neutral"),
    ] {
        assert_eq!(Pad::new(p, a, d).emotion().as_str(), name, "{p} {a} {d}");
    }
}

#[test]
fn names_are_the_same_in_data() {
    for label in EmotionLabel::ALL {
        assert_eq!(serde_json::to_string(label).unwrap(), format!("\"{label}\""));
    }
    for octant in Octant::ALL {
        assert_eq!(serde_json::to_string(octant).unwrap(), format!("\"{octant}\""));
    }
}

fn pad() -> impl Strategy<Value = Pad> {
    (-1.0..=1.0, -1.0..=1.0, -1.0..=1.0).prop_map(|(p, a, d)| Pad::new(p, a, d))
}

fn any_pad() -> impl Strategy<Value = Pad> {
    (any::<f64>(), any::<f64>(), any::<f64>()).prop_map(|(p, a, d)| Pad::new(p, a, d))
}

fn in_range(pad: Pad) -> bool {
    [pad.pleasure, pad.arousal, pad.dominance].iter().all(|x| (-1.0..=1.0).contains(x))
}

proptest! {
    #[test]
    fn a_mood_is_always_in_range(start in any_pad(), deltas in prop::collection::vec((any_pad(), -100_000i64..1_000_000), 0..20),
                                 baseline in any_pad(), half_life in any::<f64>()) {
        let mut mood = Mood { pad: start, at: at(0) };
        for (delta, seconds) in deltas {
            mood = mood.felt(delta, baseline, half_life, at(seconds));
            prop_assert!(in_range(mood.pad), "{mood:?}");
            prop_assert!((0.0..=1.0).contains(&mood.pad.intensity()));
        }
    }

    #[test]
    fn relaxation_composes(start in pad(), baseline in pad(), a in 0i64..10_000_000, b in 0i64..10_000_000, half_life in 0.1..168.0) {
        let mood = Mood::new(start, at(0));
        let once = mood.at(baseline, half_life, at(a + b));
        let between = Mood::new(mood.at(baseline, half_life, at(a)), at(a));
        prop_assert!(close(once, between.at(baseline, half_life, at(a + b))));
    }

    #[test]
    fn relaxation_only_ever_nears_the_baseline(start in pad(), baseline in pad(), a in 0i64..1_000_000, b in 0i64..1_000_000) {
        let mood = Mood::new(start, at(0));
        let away = |seconds| {
            let d = mood.at(baseline, HALF_LIFE_HOURS, at(seconds)).zip(baseline, |x, y| x - y);
            d.dot(d)
        };
        prop_assert!(away(a + b) <= away(a) + 1e-12);
    }

    #[test]
    fn the_closed_form_is_exact(start in pad(), baseline in pad(), millis in 0i64..10_000_000_000, half_life in 0.1..168.0) {
        let now = at(0).checked_add(SignedDuration::from_millis(millis)).unwrap();
        let kept = 0.5_f64.powf(millis as f64 / 3_600_000.0 / half_life);
        let expected = start.zip(baseline, |m, b| b + (m - b) * kept);
        prop_assert!(close(Mood::new(start, at(0)).at(baseline, half_life, now), expected));
    }

    #[test]
    fn every_baseline_is_a_state(o in any::<f64>(), c in any::<f64>(), e in any::<f64>(), a in any::<f64>(), n in any::<f64>()) {
        let temperament = Temperament { openness: o, conscientiousness: c, extraversion: e, agreeableness: a, neuroticism: n };
        prop_assert!(in_range(baseline_of(&temperament)));
    }
}
