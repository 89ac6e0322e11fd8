//! Needs grow by time alone, are stilled by what a turn is about, and do not mind being looked at.

use super::*;
use crate::appraisal::Rules;
use crate::signal::{Signposts, mira};
use proptest::prelude::*;

const CONFIG: NeedsConfig = NeedsConfig {
    threshold: 0.8,
    satisfaction: 0.1,
    influence: 0.1,
    growth_social: 0.03,
    growth_intellectual: 0.02,
    growth_creative: 0.015,
    growth_rest: 0.04,
    growth_validation: 0.025,
    weight_social: 0.35,
    weight_intellectual: 0.20,
    weight_creative: 0.15,
    weight_rest: 0.05,
    weight_validation: 0.25,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

#[test]
fn the_defaults_are_the_models_numbers_and_in_range() {
    assert_eq!(NeedsConfig::default(), CONFIG);
    assert_eq!(CONFIG.problems(), []);
    assert!((Need::ALL.iter().map(|n| CONFIG.weight(*n)).sum::<f64>() - 1.0).abs() < 1e-12);
    for config in [NeedsConfig { threshold: 1.0, ..CONFIG }, NeedsConfig { influence: f64::NAN, ..CONFIG }] {
        assert_eq!(config.problems().len(), 1);
    }
}

#[test]
fn levels_after_hours() {
    let needs = Needs::newborn(at(0));
    for (need, after, expected) in [
        (Need::Social, 0, 0.5),
        (Need::Social, 10, 0.8),
        (Need::Social, 17, 1.0),
        (Need::Intellectual, 10, 0.7),
        (Need::Creative, 10, 0.65),
        (Need::Rest, 10, 0.9),
        (Need::Validation, 10, 0.75),
        (Need::Creative, 10 * 365 * 24, 1.0),
        (Need::Social, -10, 0.5),
    ] {
        let level = needs.level(need, at(after * 3600), &CONFIG);
        assert!((level - expected).abs() < 1e-12, "{need} after {after} h is {level}");
    }
}

#[test]
fn a_satisfying_turn_lowers_by_a_tenth() {
    let needs = Needs::newborn(at(0)).satisfied(&[Need::Social], at(10 * 3600), &CONFIG);
    assert!((needs.level(Need::Social, at(10 * 3600), &CONFIG) - 0.7).abs() < 1e-12);
    assert_eq!(needs.creative, Needs::newborn(at(0)).creative);
    let many = (0..20).fold(needs, |n, _| n.satisfied(&[Need::Social], at(10 * 3600), &CONFIG));
    assert_eq!(many.level(Need::Social, at(10 * 3600), &CONFIG), 0.0);
    let back = needs.satisfied(&[Need::Social], at(0), &CONFIG);
    assert_eq!(back.social.at, at(10 * 3600), "the anchor never moves back");
}

#[test]
fn urgent_needs_come_by_weight_and_take_at_most_a_tenth_of_pleasure_each() {
    let needs = Needs::newborn(at(0));
    assert_eq!(needs.urgent(at(0), &CONFIG), []);
    assert_eq!(needs.colour(at(0), &CONFIG), Pad::NEUTRAL);
    let week = at(7 * 24 * 3600);
    let order: Vec<Need> = needs.urgent(week, &CONFIG).into_iter().map(|(n, _)| n).collect();
    assert_eq!(order, [Need::Social, Need::Validation, Need::Intellectual, Need::Creative, Need::Rest]);
    assert!((needs.colour(week, &CONFIG).pleasure + 0.5).abs() < 1e-12);
    let only_rest = needs.colour(at(10 * 3600), &CONFIG);
    assert!((only_rest.pleasure + 0.05).abs() < 1e-9, "rest is at 0.9, half of the way: {only_rest:?}");
}

#[test]
fn turns_satisfy_what_they_are_about() {
    let (rules, signposts, persona) = (Rules::new(), Signposts::new(), mira());
    let by = |text: &str| {
        let appraisal = rules.appraise(text, &persona.temperament);
        satisfied_by(signposts.read(text, &persona), &appraisal, &persona, false)
    };
    use Need::*;
    for (text, expected) in [
        ("Good morning!", vec![Social, Rest]),
        ("I went to the lake with my sister and we swam until dark, all of us", vec![Social]),
        ("Why is the sky blue?", vec![Intellectual]),
        ("Write me a poem about frogs", vec![Creative]),
        ("just sitting here with a cup of tea", vec![Rest]),
        ("You were right, that helped me so much, thank you", vec![Social, Rest, Validation]),
        ("Set a timer for ten minutes", vec![]),
        ("You are worthless", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(by(text), expected, "{text:?}");
    }
    let text = "I want to die";
    let appraisal = rules.appraise(text, &persona.temperament);
    assert_eq!(satisfied_by(signposts.read(text, &persona), &appraisal, &persona, true), []);
}

#[test]
fn set_by_hand_within_range() {
    let needs = Needs::newborn(at(0)).set(Need::Rest, 0.1, at(60)).unwrap();
    assert_eq!(needs.rest, Level { level: 0.1, at: at(60) });
    let refused = needs.set(Need::Rest, f64::NAN, at(60)).unwrap_err().to_string();
    assert_eq!(refused, "need.rest is NaN; allowed: 0 to 1");
}

#[test]
fn stored_needs_are_plain_data() {
    let needs = Needs::newborn(at(0));
    let text = serde_json::to_string(&needs).unwrap();
    assert!(text.starts_with(r#"{"social":{"level":0.5,"at":"2023-11-14T22:13:20Z"}"#), "{text}");
    assert_eq!(serde_json::from_str::<Needs>(&text).unwrap(), needs);
}

#[test]
fn bad_numbers_become_sane_ones() {
    let broken = Level { level: f64::NAN, at: at(0) };
    let needs = Needs { social: broken, ..Needs::newborn(at(0)) };
    let bad = NeedsConfig { satisfaction: f64::NAN, growth_social: f64::INFINITY, threshold: f64::NAN, ..CONFIG };
    let after = needs.satisfied(Need::ALL, at(5), &bad);
    for need in Need::ALL {
        assert!((0.0..=1.0).contains(&after.level(*need, at(500), &bad)), "{need}");
    }
    assert!(after.colour(at(500), &bad).pleasure.is_finite());
}

fn needs() -> impl Strategy<Value = Vec<Need>> {
    prop::collection::vec(prop::sample::select(Need::ALL), 0..5)
}

proptest! {
    #[test]
    fn looking_changes_nothing(turns in prop::collection::vec((needs(), 0i64..400_000, 0u8..5), 0..30)) {
        let (mut looked, mut unseen) = (Needs::newborn(at(0)), Needs::newborn(at(0)));
        let mut now = 0;
        for (satisfied, gap, looks) in turns {
            for look in 0..looks {
                let when = at(now + gap * i64::from(look) / 5);
                looked.level(Need::Social, when, &CONFIG);
                // Anchoring anew at what was read is a look, too.
                for need in Need::ALL {
                    let level = looked.level(*need, when, &CONFIG);
                    *looked.stored_mut(*need) = Level { level, at: when };
                }
            }
            now += gap;
            looked = looked.satisfied(&satisfied, at(now), &CONFIG);
            unseen = unseen.satisfied(&satisfied, at(now), &CONFIG);
        }
        for need in Need::ALL {
            let (a, b) = (looked.level(*need, at(now), &CONFIG), unseen.level(*need, at(now), &CONFIG));
            prop_assert!((a - b).abs() < 1e-9 && (0.0..=1.0).contains(&a), "{} {} {}", need, a, b);
        }
    }

    #[test]
    fn silence_only_raises(start in 0i64..1_000_000, a in 0i64..1_000_000, b in 0i64..1_000_000) {
        let needs = Needs::newborn(at(start)).satisfied(Need::ALL, at(start), &CONFIG);
        for need in Need::ALL {
            prop_assert!(needs.level(*need, at(start + a), &CONFIG) <= needs.level(*need, at(start + a + b), &CONFIG));
        }
    }
}
