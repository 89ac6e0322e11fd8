//! Habits are born of what was seen, grow while kept, fade among talk, and outlast any silence.

use super::*;
use crate::Persona;
use crate::signal::{Signposts, mira};
use proptest::prelude::*;

const CONFIG: QuirkConfig = QuirkConfig {
    least_seen: 3,
    confidence: 0.7,
    at_birth: 0.1,
    observed: 0.05,
    unobserved: 0.1,
    unobserved_days: 7,
    objected: 0.1,
    inactive_below: 0.05,
    in_prompt: 3,
};

/// A log that grows, with reflections at midnight.
struct Life {
    signposts: Signposts,
    persona: Persona,
    log: Vec<(Timestamp, String, String)>,
    quirks: Vec<Quirk>,
    last: Option<Timestamp>,
    changes: Vec<Change>,
}

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + hours * 3600).unwrap()
}

impl Life {
    fn new() -> Self {
        Self { signposts: Signposts::new(), persona: mira(), log: vec![], quirks: vec![], last: None, changes: vec![] }
    }

    fn say(&mut self, day: i64, message: &str, reply: &str) {
        let hour = self.log.iter().filter(|(t, ..)| *t >= at(day * 24)).count() as i64;
        self.log.push((at(day * 24 + hour), message.into(), reply.into()));
    }

    fn reflect(&mut self, day: i64) {
        let window: Vec<Exchange<'_>> =
            self.log.iter().map(|(t, m, r)| Exchange::read(*t, m, r, &self.signposts, &self.persona)).collect();
        let on = Reflection { window: &window, last: self.last, zone: &TimeZone::UTC };
        let (quirks, changes) = reflect(&self.quirks, &on, &CONFIG);
        self.quirks = quirks;
        self.changes = changes;
        self.last = Some(at(day * 24 + 23));
    }

    fn strength(&self, name: &str) -> Option<f64> {
        self.quirks.iter().find(|q| q.name == name).map(|q| q.strength)
    }
}

const PLAIN: &str =
    "That was the part of the afternoon which the two of them remembered best when all was said and done.";

#[test]
fn the_defaults_are_the_models_numbers_and_in_range() {
    assert_eq!(QuirkConfig::default(), CONFIG);
    assert_eq!(CONFIG.problems(), []);
}

#[test]
fn patterns_of_each_sort() {
    let (signposts, persona) = (Signposts::new(), mira());
    for (reply, expected) in [
        (
            "Oh, again! And did the rest of the garden make it through the frost after all of that, then?",
            vec!["opening: oh again", "questions"],
        ),
        ("Yes 🌱", vec!["emoji", "short answers"]),
        (
            "Grief is like weather: it comes over the hill when it wants to, and nobody can tell it not to come.",
            vec!["analogies", "opening: grief is"],
        ),
        (PLAIN, vec!["opening: that was"]),
        ("は い", vec!["short answers"]),
    ] {
        let window: Vec<_> = (0..3).map(|h| Exchange::read(at(h), "How?", reply, &signposts, &persona)).collect();
        let found = detect(&window);
        assert_eq!(found.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), expected, "{reply}");
        for pattern in found {
            assert_eq!((pattern.confidence, pattern.times.len()), (0.75, 3), "{reply}");
            assert_eq!(pattern.triggers, ["a question"]);
        }
    }
    assert_eq!(detect(&[]), []);
}

#[test]
fn born_at_three_times_with_confidence() {
    let mut life = Life::new();
    life.say(0, "hi", "Oh, again! 🌱");
    life.say(0, "hi", "Oh, again! 🌱");
    life.reflect(0);
    assert_eq!(life.quirks, [], "twice is no habit");
    life.say(1, "hi", "Oh, again. 🌱");
    life.reflect(1);
    assert_eq!(life.strength("emoji"), Some(0.1));
    assert_eq!(life.strength("opening: oh again"), Some(0.1));
    assert_eq!(life.changes[0].why, "seen 3 times, 75 % sure");
    let mut rare = Life::new();
    for _ in 0..3 {
        rare.say(0, "hi", "Lovely 🌱");
    }
    for _ in 0..60 {
        rare.say(0, "hi", PLAIN);
    }
    rare.reflect(0);
    assert_eq!(rare.strength("emoji"), None, "three in sixty-three is no habit");
}

#[test]
fn observed_it_grows_by_a_twentieth_and_no_further_than_one() {
    let mut life = Life::new();
    for day in 0..30 {
        for _ in 0..3 {
            life.say(day, "hi", "Lovely 🌱");
        }
        life.reflect(day);
        let expected = (0.1 + 0.05 * day as f64).min(1.0);
        assert!((life.strength("emoji").unwrap() - expected).abs() < 1e-9, "day {day}");
    }
}

#[test]
fn fades_over_seven_days_of_talk_without_it() {
    let mut life = Life::new();
    for day in 0..5 {
        (0..3).for_each(|_| life.say(day, "hi", "Lovely 🌱"));
        life.reflect(day);
    }
    assert_eq!(life.strength("emoji"), Some(0.3));
    let mut seen = Vec::new();
    for day in 5..15 {
        (0..3).for_each(|_| life.say(day, "hi", PLAIN));
        life.reflect(day);
        seen.push(life.strength("emoji").unwrap());
    }
    assert_eq!(seen, [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.2, 0.1, 0.0, 0.0]);
    assert!(!life.quirks.iter().find(|q| q.name == "emoji").unwrap().active(&CONFIG));
}

#[test]
fn silence_erases_nothing() {
    let mut life = Life::new();
    (0..3).for_each(|_| life.say(0, "hi", "Lovely 🌱"));
    life.reflect(0);
    let before = life.quirks.clone();
    for day in 1..365 {
        life.reflect(day);
    }
    assert_eq!(life.quirks, before);
    // A day of talk with it after ten years of silence is no seven days without it.
    life.say(3650, "hi", PLAIN);
    life.reflect(3650);
    assert_eq!(life.strength("emoji"), Some(0.1));
}

#[test]
fn an_objection_weakens_and_what_came_before_it_does_not_count() {
    for (reply, message, name) in [
        ("Lovely 🌱", "too many emojis please", "emoji"),
        (
            "And how was the rest of it then, when all of you had come home from the sea at last?",
            "stop asking so many questions",
            "questions",
        ),
        ("Sure.", "could you write longer answers", "short answers"),
        (
            "Oh, again, you say, and there it is, the whole long story of the sea and the sailor.",
            "stop saying \"oh again\" every time",
            "opening: oh again",
        ),
    ] {
        let mut life = Life::new();
        for day in 0..2 {
            (0..3).for_each(|_| life.say(day, "hi", reply));
            life.reflect(day);
        }
        assert_eq!(life.strength(name), Some(0.15), "{name}");
        (0..3).for_each(|_| life.say(2, "hi", reply));
        life.say(2, message, PLAIN);
        life.reflect(2);
        assert_eq!(life.strength(name), Some(0.05), "{name}: {:?}", life.changes);
        life.say(3, message, PLAIN);
        life.reflect(3);
        assert_eq!(life.strength(name), Some(0.0), "{name}");
        life.say(4, "hi", PLAIN);
        life.reflect(4);
        assert_eq!(life.strength(name), Some(0.0), "{name} does not come back of what they objected to");
    }
}

#[test]
fn prompt_words_name_the_strongest() {
    let quirk = |name: &str, strength| Quirk {
        name: name.into(),
        category: Category::SpeechPattern,
        description: format!("do {name}"),
        strength,
        confidence: 0.8,
        examples: vec![],
        triggers: vec![],
        first_observed: at(0),
        last_observed: at(0),
        objected_at: None,
    };
    let quirks = [quirk("a", 0.1), quirk("b", 0.9), quirk("c", 0.04), quirk("d", 0.4), quirk("e", 0.2)];
    assert_eq!(
        prompt_words(&quirks, &CONFIG),
        ["With them you nearly always do b.", "With them you often do d.", "With them you now and then do e."]
    );
    assert_eq!(quirk("a", 0.1).set(0.7), Ok(quirk("a", 0.7)));
    assert_eq!(quirk("a", 0.1).set(1.1).unwrap_err().to_string(), "quirk.a is 1.1; allowed: 0 to 1");
    let text = serde_json::to_string(&quirks).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Quirk>>(&text).unwrap(), quirks);
}

proptest! {
    #[test]
    fn strengths_stay_in_range_and_examples_are_few(days in prop::collection::vec((0i64..9, prop::collection::vec((".{0,12}", "(Oh, [a-b]|.{0,9})[?🌱]?"), 0..6)), 0..15)) {
        let mut life = Life::new();
        let mut day = 0;
        for (gap, said) in days {
            day += gap;
            for (message, reply) in &said {
                life.say(day, message, reply);
            }
            let before = life.quirks.clone();
            let count = life.quirks.len();
            life.reflect(day);
            prop_assert!(life.quirks.len() >= count, "nothing is forgotten");
            prop_assert!(!said.is_empty() || life.quirks == before);
            for quirk in &life.quirks {
                prop_assert!((0.0..=1.0).contains(&quirk.strength) && (0.0..=1.0).contains(&quirk.confidence));
                prop_assert!(quirk.examples.len() <= EXAMPLES);
            }
        }
    }
}
