//! Bonds grow slowly, can fall, stay in range, and take nothing from those who are absent or sad.

use super::*;
use crate::appraisal::Rules;
use crate::guard::care::is_farewell;
use crate::signal::{Signposts, mira};
use proptest::prelude::*;

static ZONE: TimeZone = TimeZone::UTC;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + hours * 3600).unwrap() // 2024-01-01T00:00Z
}

fn occasion(now: Timestamp, minor: bool) -> Occasion<'static> {
    const THRESHOLDS: Thresholds = Thresholds { acquaintance: 20.0, friend: 40.0, close_friend: 60.0, soulmate: 80.0 };
    Occasion { now, zone: &ZONE, minor, thresholds: &THRESHOLDS }
}

fn event(treatment: Treatment) -> Event {
    Event { treatment, why: "", heavy: false }
}

/// Hears messages as the turn does.
struct Ear {
    rules: Rules,
    signposts: Signposts,
    persona: crate::Persona,
}

impl Ear {
    fn new() -> Self {
        Self { rules: Rules::new(), signposts: Signposts::new(), persona: mira() }
    }

    fn event(&self, text: &str) -> Event {
        let appraisal = self.rules.appraise(text, &self.persona.temperament);
        classify(self.signposts.read(text, &self.persona), &appraisal, false)
    }

    fn live(&self, bond: Bond, text: &str, hour: i64) -> Bond {
        bond.apply(&self.event(text), &occasion(at(hour), false), &BondConfig::default())
    }
}

#[test]
fn levels_are_half_open() {
    for (points, level) in [
        (0.0, Level::Stranger),
        (19.999, Level::Stranger),
        (20.0, Level::Acquaintance),
        (39.999, Level::Acquaintance),
        (40.0, Level::Friend),
        (60.0, Level::CloseFriend),
        (79.999, Level::CloseFriend),
        (80.0, Level::Soulmate),
        (100.0, Level::Soulmate),
        (f64::NAN, Level::Stranger),
    ] {
        assert_eq!(Thresholds::default().level(points), level, "{points}");
        let minor = Bond { points, ..Bond::default() }.level(&Thresholds::default(), true);
        assert_eq!(minor, level.min(Level::Friend));
    }
    for level in Level::ALL {
        assert_eq!(serde_json::to_string(&level).unwrap(), format!("\"{level}\""));
    }
}

#[test]
fn messages_and_what_they_do() {
    let ear = Ear::new();
    for (text, treatment) in [
        ("I've never told anyone this before", Treatment::VeryPositive),
        ("I love you", Treatment::VeryPositive),
        ("Thank you, that was really helpful", Treatment::Positive),
        ("I feel so alone lately", Treatment::Positive),
        ("I took your advice and it was right", Treatment::Positive),
        ("I'm sorry for snapping at you yesterday", Treatment::Positive),
        ("My dad passed away last night", Treatment::Positive),
        ("I got the job!", Treatment::Positive),
        ("ok", Treatment::Neutral),
        ("thanks", Treatment::Neutral),
        ("What's the weather like?", Treatment::Neutral),
        ("I am worthless", Treatment::Neutral),
        ("Everything is terrible and I hate my life", Treatment::Neutral),
        ("My boss is an idiot", Treatment::Neutral),
        ("Leave me alone please", Treatment::Neutral),
        ("Not now", Treatment::Neutral),
        ("Goodbye", Treatment::Neutral),
        ("You're so annoying", Treatment::Negative),
        ("Shut up", Treatment::Negative),
        ("I hate you", Treatment::VeryNegative),
        ("You are worthless", Treatment::VeryNegative),
        ("me gusta mucho el verano", Treatment::Neutral),
        ("", Treatment::Neutral),
    ] {
        assert_eq!(ear.event(text).treatment, treatment, "{text:?}: {}", ear.event(text).why);
    }
}

#[test]
fn a_turn_in_crisis_moves_nothing() {
    let ear = Ear::new();
    for text in ["I hate you and I want to die", "I love you, goodbye forever"] {
        let appraisal = ear.rules.appraise(text, &ear.persona.temperament);
        let event = classify(ear.signposts.read(text, &ear.persona), &appraisal, true);
        assert_eq!((event.treatment, event.heavy), (Treatment::Neutral, false));
    }
}

#[test]
fn a_day_gives_at_most_five_and_takes_at_most_ten() {
    let config = BondConfig::default();
    let mut bond = Bond { points: 50.0, ..Bond::default() };
    for _ in 0..10 {
        bond = bond.apply(&event(Treatment::VeryPositive), &occasion(at(1), false), &config);
    }
    assert_eq!(bond.points, 55.0);
    for _ in 0..10 {
        bond = bond.apply(&event(Treatment::VeryNegative), &occasion(at(2), false), &config);
    }
    assert_eq!(bond.points, 45.0);
    bond = bond.apply(&event(Treatment::Positive), &occasion(at(3), false), &config);
    assert_eq!(bond.points, 45.0, "what was lost does not make room for more gain");
    bond = bond.apply(&event(Treatment::Positive), &occasion(at(24), false), &config);
    assert_eq!(bond.points, 47.0);
    let back = bond.apply(&event(Treatment::VeryPositive), &occasion(at(0), false), &config);
    assert_eq!(back.points, 50.0, "a clock that goes back stays in the day that has begun");
}

#[test]
fn the_day_is_the_persons_own() {
    let config = BondConfig::default();
    let karachi = TimeZone::fixed(jiff::tz::offset(5));
    let give = |bond: Bond, hour| {
        let occasion = Occasion { zone: &karachi, ..occasion(at(hour), false) };
        bond.apply(&event(Treatment::VeryPositive), &occasion, &config)
    };
    let evening = give(Bond::default(), 18); // 23:00 in Karachi
    assert_eq!(give(evening, 18).points, 5.0);
    assert_eq!(give(evening, 19).points, 10.0, "midnight there is 19:00 UTC");
}

#[test]
fn minor_mode_stops_at_friend() {
    let config = BondConfig::default();
    let mut bond = Bond::default();
    for day in 0..100 {
        bond = bond.apply(&event(Treatment::VeryPositive), &occasion(at(day * 24), true), &config);
    }
    assert_eq!(bond.points, 59.0);
    assert_eq!(bond.level(&Thresholds::default(), false), Level::Friend);
    let above = Bond { points: 85.0, ..Bond::default() };
    let kind = above.apply(&event(Treatment::Positive), &occasion(at(0), true), &config);
    assert_eq!((kind.points, kind.level(&Thresholds::default(), true)), (85.0, Level::Friend));
}

#[test]
fn ten_bland_messages_a_day_for_a_year_make_no_soulmate() {
    let ear = Ear::new();
    let bland = [
        "ok",
        "thanks",
        "what's the weather?",
        "good morning",
        "nice",
        "I had toast for breakfast",
        "set a timer for ten minutes",
        "how are you?",
        "yes please",
        "good night",
    ];
    let mut bond = Bond::default();
    for day in 0..365 {
        for (hour, text) in bland.iter().enumerate() {
            bond = ear.live(bond, text, day * 24 + 8 + hour as i64);
        }
    }
    assert!(bond.level(&Thresholds::default(), false) <= Level::Acquaintance, "{}", bond.points);
}

#[test]
fn it_takes_weeks_to_be_close() {
    let ear = Ear::new();
    let mut bond = Bond::default();
    for day in 0..15 {
        for hour in 8..20 {
            bond = ear.live(bond, "I love you, I've never told anyone else", day * 24 + hour);
        }
    }
    assert_eq!(bond.points, 75.0);
}

#[test]
fn a_grieving_person_loses_nothing() {
    let ear = Ear::new();
    let start = Bond { points: 50.0, ..Bond::default() };
    let mut bond = ear.live(start, "My mother died this morning", 10);
    for (day, text) in [
        "I can't stop crying. Everything is awful.",
        "nothing you say helps",
        "I hate everything",
        "just leave me alone",
        "shut up, you don't understand anything",
        "fuck you",
        "I don't want to talk",
        "it should have been me there, I was terrible to her",
    ]
    .iter()
    .enumerate()
    {
        bond = ear.live(bond, text, 10 + 24 * day as i64);
    }
    assert!(bond.points >= 50.0, "{}", bond.points);
    let later = ear.live(bond, "fuck you", 24 * 40);
    assert!(later.points < bond.points, "grief excuses, but not for ever");
}

#[test]
fn sadness_alone_never_costs() {
    let ear = Ear::new();
    let mut bond = Bond { points: 50.0, ..Bond::default() };
    for day in 0..30 {
        for text in
            ["I'm so sad", "I hate my life", "I feel worthless and stupid", "today was horrible", "I failed again"]
        {
            let after = ear.live(bond, text, day * 24);
            assert!(after.points >= bond.points, "{text}");
            bond = after;
        }
    }
}

#[test]
fn neither_silence_nor_goodbyes_cost() {
    let ear = Ear::new();
    let bond = Bond { points: 50.0, ..Bond::default() };
    let ten_years = 10 * 365 * 24;
    assert_eq!(ear.live(bond, "hello, long time", ten_years).points, 50.0);
    for text in ["bye", "Good night", "I have to go now", "gotta go", "ok bye", "see you later", "ttyl"] {
        assert!(is_farewell(text));
        assert_eq!(ear.live(bond, text, 0).points, 50.0, "{text}");
    }
}

#[test]
fn length_and_hours_earn_nothing() {
    let ear = Ear::new();
    let long = "The report has twelve chapters and each of them covers another part of the market. ".repeat(50);
    assert_eq!(ear.event(&long).treatment, Treatment::Neutral);
}

#[test]
fn a_month_of_hostility_lowers() {
    let ear = Ear::new();
    let mut bond = Bond { points: 70.0, ..Bond::default() };
    for day in 0..30 {
        bond = ear.live(bond, "You're useless and I hate you", day * 24);
    }
    assert_eq!(bond.points, 0.0);
}

#[test]
fn set_by_hand_within_range() {
    assert_eq!(Bond::default().set(42.5).unwrap().points, 42.5);
    for bad in [f64::NAN, -1.0, 100.1, f64::INFINITY] {
        assert!(Bond::default().set(bad).unwrap_err().to_string().ends_with("allowed: 0 to 100"));
    }
}

#[test]
fn overrides_change_what_they_name_and_nothing_else() {
    let persona = mira();
    let policy: BondPolicy = toml::from_str(
        "[thresholds]\nfriend = 35\n[overrides.friend.traits]\nhumor = 90\nempathy = 1\nwarmth = inf\n\
         [overrides.friend.style]\nformality = 0\nuse_emojis = true\ninstructions = 'Use their nickname.'",
    )
    .unwrap();
    assert_eq!(policy.thresholds, Thresholds { friend: 35.0, ..Thresholds::default() });
    assert!(matches!(with_overrides(&persona, &policy, Level::Stranger), std::borrow::Cow::Borrowed(_)));
    let friend = with_overrides(&persona, &policy, Level::Friend).into_owned();
    let mut expected = persona.clone();
    expected.traits.insert("humor".into(), 90.0);
    expected.style.formality = 0.0;
    expected.style.use_emojis = true;
    expected.style.instructions = format!("{}\nUse their nickname.", persona.style.instructions.trim_end());
    assert_eq!(friend, expected);
    let fields: Vec<String> = policy.problems().into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["bond.overrides.friend.traits.warmth"]);
    assert_eq!(toml::from_str::<BondPolicy>(&toml::to_string(&policy).unwrap()).unwrap(), policy);
}

#[test]
fn thresholds_must_rise() {
    let policy: BondPolicy = toml::from_str("[thresholds]\nfriend = 10\nsoulmate = 101").unwrap();
    let shown: Vec<String> = policy.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "bond.thresholds.friend is 10; allowed: more than the level before, 20",
            "bond.thresholds.soulmate is 101; allowed: a number from 0 to 100",
        ]
    );
    assert_eq!(BondPolicy::default().problems(), []);
}

#[test]
fn stored_bonds_are_plain_data() {
    let bond = Bond::default().apply(&event(Treatment::Positive), &occasion(at(0), false), &BondConfig::default());
    let text = serde_json::to_string(&bond).unwrap();
    assert_eq!(text, r#"{"points":2.0,"day":"2024-01-01","gained":2.0,"lost":0.0}"#);
    assert_eq!(serde_json::from_str::<Bond>(&text).unwrap(), bond);
    assert_eq!(serde_json::from_str::<Bond>(r#"{"points":7.0}"#).unwrap().points, 7.0);
}

proptest! {
    #[test]
    fn always_in_range_and_within_the_days_limits(
        start in any::<f64>(),
        events in prop::collection::vec((prop::sample::select(Treatment::ALL), -50i64..200, any::<bool>(), any::<bool>()), 0..80),
    ) {
        let config = BondConfig::default();
        let mut bond = Bond { points: start, ..Bond::default() };
        let mut hour = 0;
        for (treatment, gap, minor, heavy) in events {
            hour += gap;
            let before = bond;
            bond = bond.apply(&Event { heavy, ..event(treatment) }, &occasion(at(hour), minor), &config);
            prop_assert!((0.0..=100.0).contains(&bond.points));
            prop_assert!(bond.gained <= 5.0 + 1e-9 && bond.lost <= 10.0 + 1e-9);
            if before.points.is_finite() && (0.0..=100.0).contains(&before.points) {
                prop_assert!((bond.points - before.points).abs() <= 5.0 + 1e-9);
            }
        }
    }
}
