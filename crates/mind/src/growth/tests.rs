//! Traits grow slowly, within bounds, with a history; some never change.

use super::*;
use crate::signal::{Signposts, mira};
use crate::window::Exchange;
use crate::{Pad, bond::Bond};
use proptest::prelude::*;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + hours * 3600).unwrap()
}

fn wants(name: &str, points: f64) -> BTreeMap<String, Suggestion> {
    BTreeMap::from([(name.to_owned(), Suggestion { points, why: "they laughed 9 times".into() })])
}

fn hand(why: &str) -> ByHand<'_> {
    ByHand { by: "person", why, now: at(5) }
}

/// A talk of one session: replies and what was said to them.
fn talk(said: &[(&str, &str)]) -> BTreeMap<String, Suggestion> {
    let (signposts, persona) = (Signposts::new(), mira());
    let mut window = vec![Exchange::read(at(0), "Hello", said.first().map_or("", |s| s.0), &signposts, &persona)];
    for (i, (_, message)) in said.iter().enumerate() {
        let reply = said.get(i + 1).map_or("", |s| s.0);
        let when = at(0) + SignedDuration::from_mins(i as i64 + 1);
        window.push(Exchange::read(when, message, reply, &signposts, &persona));
    }
    suggest(&window, &GrowthConfig::default())
}

#[test]
fn the_first_version_is_the_personas() {
    let born = Version::born(&mira(), at(0));
    assert_eq!((born.number, &born.cause), (1, &Cause::Born));
    assert_eq!(born.traits["humor"], 70.0);
    assert_eq!(born.traits.len(), 7);
    assert!(matches!(born.worn_by(&mira()), Cow::Borrowed(own) if *own == mira()));
    assert_eq!(GrowthConfig::default().problems(), []);
}

#[test]
fn suggestions_from_how_the_person_answers() {
    let laughed =
        talk(&[("Why did the crab blush?", "haha"), ("The sea weed.", "hahaha that's so funny"), ("I know.", "lol")]);
    let humor = &laughed["humor"];
    assert!((humor.points - 1.5).abs() < 1e-12, "{humor:?}");
    assert_eq!(humor.why, "they laughed 3 times");
    let ten = vec![("A joke.", "haha"); 10];
    assert_eq!(talk(&ten)["humor"].points, 5.0);
    let serious =
        talk(&[("A joke.", "that's not funny"), ("A joke.", "stop joking"), ("A joke.", "be serious please")]);
    assert!(serious["humor"].points < 0.0);
    let long = "Well, it began when we moved out to the coast and found that the old house had a garden full of plums";
    assert!(talk(&[("And then?", long), ("And what else?", long), ("Who?", long)])["curiosity"].points > 0.0);
    let curt = talk(&[("And then?", "nothing"), ("And what else?", "no idea"), ("Who?", "dunno")]);
    assert!(curt["curiosity"].points < 0.0);
    let advised =
        talk(&[("Call her.", "I took your advice"), ("Good.", "you were right"), ("Fine.", "your idea worked")]);
    assert!(advised["assertiveness"].points > 0.0);
    let vent = vec![("You should rest.", "stop telling me what to do"); 3];
    assert!(talk(&vent)["assertiveness"].points < 0.0);
    let deep = vec![("That is a heavy thing to carry.", "I feel so lost, deep down"); 3];
    assert!(talk(&deep)["emotional_depth"].points > 0.0);
}

#[test]
fn little_evidence_mixed_evidence_and_rudeness_suggest_nothing() {
    assert_eq!(talk(&[("A joke.", "haha"), ("A joke.", "lol")]), BTreeMap::new());
    let mixed = talk(&[("A.", "haha"), ("A.", "lol"), ("A.", "that's not funny"), ("A.", "stop joking")]);
    assert!(!mixed.contains_key("humor"));
    assert_eq!(talk(&[("A.", "You are a useless stupid thing, shut up"); 9]), BTreeMap::new());
    let (signposts, persona) = (Signposts::new(), mira());
    let apart: Vec<_> = (0..9).map(|h| Exchange::read(at(h), "haha", "A joke.", &signposts, &persona)).collect();
    assert_eq!(suggest(&apart, &GrowthConfig::default()), BTreeMap::new(), "an hour later nobody laughs at that joke");
}

#[test]
fn at_most_three_points_a_week() {
    let (persona, config) = (mira(), GrowthConfig::default());
    let mut history = vec![Version::born(&persona, at(0))];
    let night = |history: &mut Vec<Version>, day: i64| {
        let latest = history.last().unwrap().clone();
        let next = evolve(&latest, history, &wants("humor", 5.0), &persona, 0.5, at(day * 24), &config);
        history.extend(next.clone());
        next.map(|v| v.traits["humor"])
    };
    assert_eq!(night(&mut history, 1), Some(72.5));
    assert_eq!(night(&mut history, 2), Some(73.0));
    assert_eq!(night(&mut history, 3), None);
    assert_eq!(night(&mut history, 7), None);
    assert_eq!(night(&mut history, 8), Some(75.5));
    assert_eq!(history.iter().map(|v| v.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let last = history.last().unwrap();
    assert_eq!(last.changes, [Change::of_trait("humor", 73.0, 75.5, "they laughed 9 times")]);
    assert_eq!((last.why.as_str(), &last.cause), ("they laughed 9 times", &Cause::Grown));
}

#[test]
fn growth_keeps_to_its_bounds() {
    let (mut persona, config) = (mira(), GrowthConfig::default());
    for (start, points, expected) in [
        (94.0, 5.0, Some(95.0)),
        (95.0, 5.0, None),
        (21.0, -5.0, Some(20.0)),
        (99.0, 5.0, None),
        (99.0, -5.0, Some(96.5)),
        (5.0, -5.0, None),
        (5.0, 5.0, Some(7.5)),
        (50.0, f64::NAN, None),
        (50.0, f64::INFINITY, Some(52.5)),
    ] {
        persona.traits.insert("humor".into(), start);
        let born = Version::born(&persona, at(0));
        let next = evolve(&born, &[], &wants("humor", points), &persona, 0.5, at(24), &config);
        assert_eq!(next.map(|v| v.traits["humor"]), expected, "{start} {points}");
    }
}

#[test]
fn a_trait_can_be_set_by_hand_with_a_reason() {
    let persona = mira();
    let born = Version::born(&persona, at(0));
    let set = set_trait(&born, &persona, "humor", 10.0, &hand("I like it dry")).unwrap();
    assert_eq!((set.number, set.traits["humor"]), (2, 10.0));
    assert_eq!((set.cause.clone(), set.why.as_str()), (Cause::SetByHand { by: "person".into() }, "I like it dry"));
    for (name, value, why, error) in [
        ("empathy", 10.0, "why", "empathy never changes"),
        ("safety_awareness", 0.0, "why", "safety_awareness never changes"),
        ("humor", f64::NAN, "why", "humor is NaN; allowed: 0 to 100"),
        ("humor", 101.0, "why", "humor is 101; allowed: 0 to 100"),
        ("humor", 50.0, "  ", "a reason of 1 to 500 characters is needed"),
    ] {
        assert_eq!(set_trait(&born, &persona, name, value, &hand(why)).unwrap_err().to_string(), error);
    }
    let unknown = set_trait(&born, &persona, "humour", 5.0, &hand("x")).unwrap_err().to_string();
    assert!(unknown.contains("\"humour\"") && unknown.contains("humor, "), "{unknown}");
}

#[test]
fn mood_and_bond_can_be_set_by_hand_and_leave_the_traits_alone() {
    let born = Version::born(&mira(), at(0));
    let (mood, version) =
        set_mood(&born, Pad::new(0.9, 0.0, 0.0), Pad::new(0.5, -0.2, 0.0), &hand("a calmer day")).unwrap();
    assert_eq!(mood, Pad::new(1.0, -0.2, 0.0));
    assert_eq!(version.traits, born.traits);
    assert_eq!(version.changes.iter().map(|c| c.what.as_str()).collect::<Vec<_>>(), ["mood.pleasure", "mood.arousal"]);
    for delta in [Pad::new(2.1, 0.0, 0.0), Pad::new(0.0, f64::NAN, 0.0)] {
        assert!(set_mood(&born, Pad::NEUTRAL, delta, &hand("x")).unwrap_err().to_string().ends_with("-2 to 2"));
    }
    let bond = Bond::default().set(30.0).unwrap();
    let change = Change::new("bond.points", 0.0, bond.points, "we have met before");
    let version = record(&version, vec![change], &hand("we have met before")).unwrap();
    assert_eq!((version.number, &version.traits), (3, &born.traits));
}

#[test]
fn any_version_can_be_restored_as_a_new_one() {
    let (mut persona, config) = (mira(), GrowthConfig::default());
    let born = Version::born(&persona, at(0));
    let grown = evolve(&born, &[], &wants("humor", -5.0), &persona, 1.0, at(24), &config).unwrap();
    let back = restore(&grown, &born, &persona, &hand("I liked the old one")).unwrap();
    assert_eq!((back.number, &back.traits, &back.cause), (3, &born.traits, &Cause::Restored { version: 1 }));
    assert_eq!(back.at, at(24), "a history reads in order even when the clock went back");
    assert_eq!(back.changes.len(), 1);
    // An old version does not bring an old value of what never changes.
    let mut lax = born.clone();
    lax.traits.insert("safety_awareness".into(), 1.0);
    assert_eq!(restore(&grown, &lax, &persona, &hand("x")).unwrap().traits["safety_awareness"], 90.0);
    persona.immutable_traits.clear();
    assert!(is_immutable(&persona, "safety_awareness"), "whatever a persona says");
}

#[test]
fn versions_are_plain_data() {
    let version = set_trait(&Version::born(&mira(), at(0)), &mira(), "humor", 50.0, &hand("so")).unwrap();
    let text = serde_json::to_string(&version).unwrap();
    assert_eq!(serde_json::from_str::<Version>(&text).unwrap(), version);
    assert!(text.contains(r#""cause":{"set_by_hand":{"by":"person"}}"#), "{text}");
}

proptest! {
    #[test]
    fn in_bounds_in_order_and_the_immutable_untouched_over_any_sequence(
        nights in prop::collection::vec((0i64..80, any::<f64>(), -9.0..9.0f64, prop::sample::select(vec!["humor", "warmth", "empathy", "safety_awareness", "nonsense"]), any::<f64>()), 1..60),
    ) {
        let (persona, config) = (mira(), GrowthConfig::default());
        let mut history = vec![Version::born(&persona, at(0))];
        let mut hour = 0;
        for (gap, wild, points, name, speed) in nights {
            hour += gap;
            let mut suggestions = wants(name, points);
            suggestions.extend(wants("curiosity", wild));
            let latest = history.last().unwrap().clone();
            history.extend(evolve(&latest, &history, &suggestions, &persona, speed, at(hour), &config));
        }
        let born = &history[0];
        for (i, version) in history.iter().enumerate() {
            prop_assert_eq!(version.number as usize, i + 1);
            prop_assert!(i == 0 || version.at >= history[i - 1].at);
            for (name, value) in &version.traits {
                prop_assert!((20.0..=95.0).contains(value), "{} {}", name, value);
                if is_immutable(&persona, name) {
                    prop_assert_eq!(value, &born.traits[name]);
                }
                // In no seven days more than three points.
                let then = history.iter().rev().find(|v| version.at.duration_since(v.at) >= SignedDuration::from_hours(168));
                let then = then.unwrap_or(born).traits[name];
                prop_assert!((value - then).abs() <= 3.0 + 1e-9, "{} {} {}", name, then, value);
            }
            prop_assert_eq!(version.worn_by(&persona).temperament, persona.temperament);
        }
    }
}
