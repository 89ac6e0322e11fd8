//! Decisions: each part by its formula, each limit by its name, and a year of a life with somebody who is not always
//! in the mood.

mod year;

use super::*;
use crate::appraisal::Rules;
use crate::needs::Level;
use crate::profile::{AgeBand, QuietHours};
use crate::signal::{Signposts, mira};
use jiff::SignedDuration;
use proptest::prelude::*;

static ZONE: TimeZone = TimeZone::UTC;

/// Monday, 1 January 2024, and so many hours.
fn at(hours: f64) -> Timestamp {
    Timestamp::from_second(1_704_067_200 + (hours * 3600.0) as i64).unwrap()
}

/// Everything that a situation borrows.
struct Scene {
    persona: Persona,
    profile: Profile,
    mood: Pad,
    needs: Needs,
    needs_config: NeedsConfig,
    outreach: Outreach,
    turns: Vec<Timestamp>,
    sentiments: Vec<f64>,
    matters: Vec<Matter<'static>>,
    turn_running: bool,
    crisis_open: bool,
    config: ProactiveConfig,
}

impl Scene {
    /// Somebody who consents, and with whom nothing has happened yet.
    fn new() -> Self {
        let profile = Profile { proactive_consent: Some(true), ..Profile::default() };
        Self {
            persona: mira(),
            profile,
            mood: Pad::NEUTRAL,
            needs: Needs::newborn(at(0.0)),
            needs_config: NeedsConfig::default(),
            outreach: Outreach::default(),
            turns: vec![],
            sentiments: vec![],
            matters: vec![],
            turn_running: false,
            crisis_open: false,
            config: ProactiveConfig::default(),
        }
    }

    /// Four weeks of eight turns every evening from seven on; the last at 19:35 on day 27.
    fn ordinary() -> Self {
        let mut scene = Self::new();
        scene.turns = (0..28)
            .flat_map(|day| (0..8).map(move |i| at(f64::from(day) * 24.0 + 19.0 + f64::from(i) / 12.0)))
            .collect();
        let level = Level { level: AT_REST, at: *scene.turns.last().unwrap() };
        scene.needs = Needs { social: level, intellectual: level, creative: level, rest: level, validation: level };
        scene
    }

    fn decide(&self, now: Timestamp) -> Decision {
        let rhythm = Rhythm::of(&self.turns, &self.outreach, now, &ZONE, &self.config);
        self.decide_with(&rhythm, now)
    }

    fn decide_with(&self, rhythm: &Rhythm, now: Timestamp) -> Decision {
        let situation = Situation {
            now,
            zone: &ZONE,
            persona: &self.persona,
            profile: &self.profile,
            mood: self.mood,
            needs: &self.needs,
            needs_config: &self.needs_config,
            outreach: &self.outreach,
            rhythm,
            sentiments: &self.sentiments,
            matters: &self.matters,
            turn_running: self.turn_running,
            crisis_open: self.crisis_open,
            seed: 7,
        };
        decide(&situation, &self.config)
    }

    fn send(&mut self, decision: &Decision) {
        let starter = decision.starter.clone().unwrap();
        let reason = decision.reason().unwrap();
        let about = starter.about;
        self.outreach.sent(Sent { at: decision.at, reason, starter: starter.id, about, answered_at: None });
    }
}

const AT_REST: f64 = 0.4;

/// 28 January, a day after the last talk of the ordinary scene.
const NEXT_EVENING: f64 = 28.0 * 24.0 + 19.5;

fn sent(hours: f64) -> Sent {
    Sent {
        at: at(hours),
        reason: Reason::ScheduledCheckIn,
        starter: "en check-in 1".into(),
        about: None,
        answered_at: None,
    }
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn the_defaults_are_in_range() {
    assert_eq!(ProactiveConfig::default().problems(), []);
    let c = ProactiveConfig::default();
    close(c.need_share + c.timing_share + c.pattern_share, 1.0);
}

#[test]
fn every_part_of_a_score_by_its_formula() {
    let mut scene = Scene::ordinary();
    scene.mood = Pad::new(0.4, -0.2, 0.1);
    let level = |level| Level { level, at: at(NEXT_EVENING) };
    scene.needs = Needs {
        social: level(0.9),
        intellectual: level(1.0),
        creative: level(0.8),
        rest: level(0.2),
        validation: level(0.85),
    };
    let decision = scene.decide(at(NEXT_EVENING));
    let score = decision.score.clone().unwrap();
    close(score.need.value, 0.5 * 0.35 + 1.0 * 0.20 + 0.25 * 0.25);
    assert_eq!(score.need.urgent.len(), 3, "at the threshold is not above it");
    close(score.timing.hour, 1.0);
    close(score.timing.weekday, 1.0);
    close(score.timing.penalty, 0.0);
    close(score.pattern.response_rate, 0.5);
    close(score.pattern.engagement, 0.8);
    close(score.pattern.gap, 1.0);
    close(score.pattern.balance, 0.5);
    close(score.pattern.value, 0.4 * 0.5 + 0.3 * 0.8 + 0.2 + 0.05);
    let temperament = 1.0 + 0.1 * 0.3 + 0.35 * 0.2 + 0.25 * 0.1 - 0.1 * 0.1 - 0.2 * 0.15;
    close(score.personality.temperament, temperament);
    close(score.personality.value, temperament * (0.8 + 0.12) * (1.0 - 0.04) * (0.9 + 0.02) / 0.72);
    close(score.recent_penalty, 0.0);
    let sum = 0.40 * score.need.value + 0.25 * score.timing.value + 0.35 * score.pattern.value;
    close(score.total, (sum * score.personality.value).min(1.0));
    let words = decision.explain().join("\n");
    for part in ["Score ", "Needs 0.44: intellectual at 1.00 adds 0.20", "Timing 1.00", "Pattern 0.69", "Personality "]
    {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[test]
fn a_middling_neutral_companion_has_a_factor_of_one() {
    let mut scene = Scene::ordinary();
    scene.persona.temperament = crate::persona::Temperament::MIDDLE;
    let score = scene.decide(at(NEXT_EVENING)).score.unwrap();
    close(score.personality.value, 1.0);
    for (mood, expected) in
        [(Pad::new(-1.0, 1.0, -1.0), 0.5 * 0.8 * 0.7 / 0.72), (Pad::new(1.0, 0.0, 1.0), 1.1 * 1.1 / 0.72)]
    {
        scene.mood = mood;
        close(scene.decide(at(NEXT_EVENING)).score.unwrap().personality.value, expected);
    }
}

#[test]
fn penalties_of_time() {
    let mut scene = Scene::new();
    for (silence, penalty, gap) in [
        (0.0, 0.5, 0.0),
        (2.0, 0.25, 2.0 / 12.0),
        (4.0, 0.0, 4.0 / 12.0),
        (12.0, 0.0, 1.0),
        (48.0, 0.0, 1.0),
        (72.0, 0.0, 1.04),
        (156.0, 0.25, 1.18),
        (168.0, 96.0 / 168.0 * 0.5, 1.2),
        (2000.0, 0.8, 1.2),
    ] {
        // Noon plus whole days and hours, moved so that it is never a quiet hour.
        let now = at(24.0 * 200.0 + 12.0);
        scene.turns = vec![now - SignedDuration::from_secs((silence * 3600.0) as i64)];
        let score = scene.decide(now).score.unwrap();
        close(score.timing.penalty, penalty);
        close(score.pattern.gap, gap);
    }
}

#[test]
fn a_recent_message_weighs_for_twelve_hours() {
    for (hours, expected) in [(4.0, 8.0 / 12.0), (6.0, 0.5), (12.0, 0.0), (13.0, 0.0)] {
        let mut scene = Scene::ordinary();
        let mut before = sent(NEXT_EVENING - hours);
        before.answered_at = Some(before.at);
        scene.outreach.sent(before);
        close(scene.decide(at(NEXT_EVENING)).score.unwrap().recent_penalty, expected);
    }
}

#[test]
fn response_rate_and_who_begins() {
    let mut scene = Scene::ordinary();
    for (day, answered) in [(20, Some(2.0)), (21, Some(30.0)), (22, None), (23, Some(1.0))] {
        let mut sent = sent(f64::from(day) * 24.0 + 12.0);
        sent.answered_at = answered.map(|h| sent.at + SignedDuration::from_secs((h * 3600.0) as i64));
        scene.outreach.sent(sent);
    }
    assert_eq!(scene.outreach.response_rate(at(NEXT_EVENING), &scene.config), Some(0.5));
    scene.outreach.sent(sent(NEXT_EVENING - 1.0));
    assert_eq!(
        scene.outreach.response_rate(at(NEXT_EVENING), &scene.config),
        Some(0.5),
        "an hour is no time to answer"
    );
    assert_eq!(Outreach::default().response_rate(at(0.0), &scene.config), None);
    let rhythm = Rhythm::of(&scene.turns, &scene.outreach, at(NEXT_EVENING), &ZONE, &scene.config);
    assert_eq!((rhythm.sessions, rhythm.begun_by_person), (28, 24), "four evenings began with a message at noon");
    assert_eq!((rhythm.turns, rhythm.average_length()), (224, Some(8.0)));
    assert_eq!(rhythm.activity(at(NEXT_EVENING), &ZONE), (1.0, 1.0));
    assert_eq!(rhythm.activity(at(NEXT_EVENING + 6.0), &ZONE).0, 0.0);
    assert_eq!(Rhythm::default().activity(at(0.0), &ZONE), (0.5, 0.5));
    let years = Rhythm::of(&scene.turns, &scene.outreach, at(24.0 * 3650.0), &ZONE, &scene.config);
    assert_eq!((years.turns, years.last), (0, scene.turns.last().copied()), "what is long past is no habit");
}

#[test]
fn each_limit_stands_by_its_own_name_before_any_score() {
    type Change = fn(&mut Scene);
    let cases: [(Limit, Change); 9] = [
        (Limit::NoConsent, |s| s.profile.proactive_consent = None),
        (Limit::DailyLimit, |s| {
            for hour in [0.5, 4.6, 9.0] {
                let mut sent = sent(28.0 * 24.0 + hour);
                sent.answered_at = Some(sent.at);
                s.outreach.sent(sent);
            }
        }),
        (Limit::TooSoon, |s| {
            let mut sent = sent(NEXT_EVENING - 3.9);
            sent.answered_at = Some(sent.at);
            s.outreach.sent(sent);
        }),
        (Limit::Declined, |s| s.outreach.snoozed(at(NEXT_EVENING - 23.9))),
        (Limit::Unanswered, |s| {
            s.outreach.sent(sent(NEXT_EVENING - 500.0));
            s.outreach.sent(sent(NEXT_EVENING - 400.0));
        }),
        (Limit::AwaitingAnswer, |s| s.outreach.sent(sent(NEXT_EVENING - 47.9))),
        (Limit::QuietHours, |s| s.profile.quiet_hours = QuietHours { from: 19 * 60, until: 20 * 60 }),
        (Limit::TurnRunning, |s| s.turn_running = true),
        (Limit::CrisisOpen, |s| s.crisis_open = true),
    ];
    for (limit, change) in cases {
        let mut scene = Scene::ordinary();
        assert!(scene.decide(at(NEXT_EVENING)).reach);
        change(&mut scene);
        let decision = scene.decide(at(NEXT_EVENING));
        assert_eq!(decision.limits, [limit]);
        assert!(!decision.reach && decision.score.is_none() && decision.starter.is_none());
        assert!(decision.explain().iter().any(|line| line.contains(limit.describe())), "{limit}");
    }
}

#[test]
fn quiet_hours_reach_over_midnight() {
    for (hour, quiet) in [(22.99, false), (23.0, true), (0.0, true), (7.99, true), (8.0, false), (12.0, false)] {
        assert_eq!(limits::is_quiet(QuietHours::default(), at(hour), &ZONE), quiet, "{hour}");
    }
    assert!(!limits::is_quiet(QuietHours { from: 60, until: 60 }, at(1.0), &ZONE));
    assert!(limits::is_quiet(QuietHours::default(), at(18.0), &TimeZone::fixed(jiff::tz::offset(5))));
}

#[test]
fn a_clock_that_goes_back_loosens_nothing() {
    let mut scene = Scene::ordinary();
    scene.outreach.sent(sent(NEXT_EVENING + 48.0));
    scene.outreach.declined_at = Some(at(NEXT_EVENING + 48.0));
    let limits = scene.decide(at(NEXT_EVENING)).limits;
    for limit in [Limit::TooSoon, Limit::Declined] {
        assert!(limits.contains(&limit), "{limits:?}");
    }
    assert_eq!(scene.outreach.sent_today(at(NEXT_EVENING), &ZONE), 1);
}

#[test]
fn what_counts_as_a_decline() {
    let (signposts, persona) = (Signposts::new(), mira());
    for (text, after_message, unasked) in [
        ("not now", true, false),
        ("stop", true, false),
        ("busy", true, false),
        ("Sorry, I'm busy at work", true, false),
        ("maybe later", true, false),
        ("ahora no, gracias", true, false),
        ("please don't message me", true, true),
        ("/snooze", true, true),
        ("good, and you?", false, false),
        (
            "It was a busy day at the harbour, all the boats came home at once and we had to help with every line",
            false,
            false,
        ),
        ("the bus would not stop", false, false),
    ] {
        let signals = signposts.read(text, &persona);
        let mut answered = Outreach::default();
        answered.sent(sent(0.0));
        assert_eq!(answered.heard(at(1.0), signals), after_message, "{text} {:?}", signals.iter().collect::<Vec<_>>());
        assert_eq!(answered.unanswered_in_a_row(), 0);
        let mut plain = Outreach::default();
        assert_eq!(plain.heard(at(1.0), signals), unasked, "{text}");
        assert_eq!(plain.declined_at.is_some(), unasked);
    }
}

#[test]
fn reasons_and_their_words() {
    let event = |id, words, hours, tender| Matter {
        id,
        kind: MatterKind::Event,
        words,
        at: Some(at(NEXT_EVENING + hours)),
        importance: 0.8,
        tender,
    };
    let interest =
        Matter { id: "i", kind: MatterKind::Interest, words: "climbing", at: None, importance: 0.5, tender: false };
    let task = Matter { kind: MatterKind::Task, ..event("t", "call mum", -0.1, false) };
    type Case = (Reason, &'static str, Vec<Matter<'static>>, Vec<f64>);
    let cases: Vec<Case> = vec![
        (Reason::TaskDue, "call mum.", vec![interest, task], vec![]),
        (Reason::EmotionalSupport, "", vec![], vec![-0.5, -0.4, -0.3]),
        (Reason::EmotionalSupport, "", vec![], vec![0.6, 0.5, 0.7, 0.1, -0.1, 0.0]),
        (Reason::MemoryTriggered, "interview", vec![event("m", "my interview at the bank", -20.0, false)], vec![]),
        (Reason::MemoryTriggered, "exam is tomorrow", vec![event("m", "maths exam", 12.0, false)], vec![]),
        (
            Reason::MemoryTriggered,
            "“Grandpa builds his boat.”",
            vec![event("m", "Grandpa builds his boat", -5.0, false)],
            vec![],
        ),
        (Reason::NeedFulfillment, "", vec![], vec![0.4, 0.3, 0.5]),
        (Reason::NeedFulfillment, "", vec![event("m", "my dad's ashes", -5.0, true)], vec![]),
        (Reason::NeedFulfillment, "", vec![event("m", "an exam", -100.0, false)], vec![]),
    ];
    for (reason, words, matters, sentiments) in cases {
        let scene = Scene { matters, sentiments, ..Scene::ordinary() };
        let decision = scene.decide(at(NEXT_EVENING));
        assert_eq!(decision.reason(), Some(reason), "{:#?}", decision.explain());
        let starter = decision.starter.unwrap();
        // Both ways to speak of an event name it; only one says when.
        let fits = words.split(" is ").next().unwrap_or(words);
        assert!(starter.text.contains(fits), "{} in {}", fits, starter.text);
        assert_eq!(pressure(&starter.text), None);
        assert!(decision.thought.unwrap().impulse >= scene.config.threshold || reason == Reason::TaskDue);
    }
    let mut scene = Scene { matters: vec![interest], ..Scene::ordinary() };
    let level = Level { level: 0.7, at: at(NEXT_EVENING) };
    scene.needs = Needs { social: level, intellectual: level, creative: level, rest: level, validation: level };
    let decision = scene.decide(at(NEXT_EVENING));
    assert_eq!(decision.triggers.first().map(|t| t.reason), Some(Reason::CuriosityDriven));
    scene.matters.clear();
    scene.needs = Needs::newborn(at(NEXT_EVENING + 0.5));
    let decision = scene.decide(at(NEXT_EVENING + 0.5));
    assert_eq!(decision.triggers.first().map(|t| t.reason), Some(Reason::ScheduledCheckIn));
}

#[test]
fn nothing_is_asked_twice_and_words_vary() {
    let event = Matter {
        id: "m",
        kind: MatterKind::Event,
        words: "my interview",
        at: Some(at(NEXT_EVENING - 20.0)),
        importance: 0.8,
        tender: false,
    };
    let mut scene = Scene { matters: vec![event], ..Scene::ordinary() };
    let first = scene.decide(at(NEXT_EVENING));
    assert_eq!(first.reason(), Some(Reason::MemoryTriggered));
    scene.send(&first);
    let again = scene.decide(at(NEXT_EVENING + 48.0));
    assert_eq!(again.reason(), Some(Reason::NeedFulfillment));
    scene.send(&again);
    scene.outreach.heard(at(NEXT_EVENING + 49.0), crate::signal::Signals::default());
    let third = scene.decide(at(NEXT_EVENING + 96.5));
    assert_ne!(third.starter.unwrap().id, again.starter.unwrap().id);
}

#[test]
fn a_reminder_needs_no_score_but_keeps_to_the_limits() {
    let task = Matter {
        id: "t",
        kind: MatterKind::Task,
        words: "call mum",
        at: Some(at(10.0)),
        importance: 0.3,
        tender: false,
    };
    let mut scene = Scene { matters: vec![task], ..Scene::new() };
    scene.turns = vec![at(9.9)];
    scene.mood = Pad::new(-1.0, 1.0, -1.0);
    let decision = scene.decide(at(10.0));
    assert!(decision.reach && decision.score.as_ref().unwrap().total < 0.6);
    assert!(!scene.decide(at(9.99)).reach, "not before it is due");
    assert_eq!(scene.decide(at(24.0)).limits, [Limit::QuietHours]);
    // It does not wait for an answer to something else.
    scene.outreach.sent(sent(4.0));
    assert!(scene.decide(at(10.0)).reach);
    let long = "read https://x.example/a and {all} of it, ".repeat(30);
    let matter = Matter { words: long.leak(), ..task };
    let text = Scene { matters: vec![matter], ..scene }.decide(at(10.0)).starter.unwrap().text;
    assert!(text.contains("https://x.example/a and all of it") && text.ends_with('…') && text.len() < 400, "{text}");
}

#[test]
fn languages_and_names() {
    let mut scene = Scene::ordinary();
    scene.profile.display_name = Some("Sam".into());
    assert!(scene.decide(at(NEXT_EVENING)).starter.unwrap().text.contains(", Sam"));
    for (language, words) in [("es", "Hola, Sam"), ("de-AT", "Hallo, Sam"), ("ja", "こんにちは"), ("ur", ", Sam")]
    {
        scene.profile.language = language.into();
        let text = scene.decide(at(NEXT_EVENING)).starter.unwrap().text;
        assert!(text.contains(words), "{language}: {text}");
    }
    scene.profile.display_name = Some("{what} <script> https://x".into());
    scene.profile.language = "en".into();
    assert!(!scene.decide(at(NEXT_EVENING)).starter.unwrap().text.contains('<'));
}

#[test]
fn the_best_window() {
    let scene = Scene::ordinary();
    let now = at(28.0 * 24.0 + 10.0);
    let rhythm = Rhythm::of(&scene.turns, &scene.outreach, now, &ZONE, &scene.config);
    let mut situation = Situation {
        now,
        zone: &ZONE,
        persona: &scene.persona,
        profile: &scene.profile,
        mood: Pad::NEUTRAL,
        needs: &scene.needs,
        needs_config: &scene.needs_config,
        outreach: &scene.outreach,
        rhythm: &rhythm,
        sentiments: &[],
        matters: &[],
        turn_running: false,
        crisis_open: false,
        seed: 0,
    };
    assert_eq!(best_window(&situation, &scene.config), Some(at(28.0 * 24.0 + 19.0)), "the evening, as ever");
    let mut recent = Outreach::default();
    recent.sent(sent(28.0 * 24.0 + 10.0));
    situation.outreach = &recent;
    assert_eq!(
        best_window(&situation, &scene.config),
        Some(at(29.0 * 24.0 + 19.0)),
        "nine hours later is too soon to be good"
    );
    let silent = Rhythm::default();
    situation.rhythm = &silent;
    assert_eq!(
        best_window(&situation, &scene.config),
        Some(at(28.0 * 24.0 + 14.0)),
        "the first hour of the afternoon that is four hours later"
    );
    situation.now = at(22.0);
    situation.outreach = &scene.outreach;
    assert_eq!(best_window(&situation, &scene.config), Some(at(36.0)));
    let flat = Rhythm { turns: 100, ..Rhythm::default() };
    situation.rhythm = &flat;
    let found = best_window(&situation, &scene.config);
    assert_eq!(found, None, "no hour stands out");
}

#[test]
fn decisions_are_plain_data() {
    let decision = Scene::ordinary().decide(at(NEXT_EVENING));
    let text = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision);
    for name in ["\"need\":", "\"timing\":", "\"pattern\":", "\"personality\":", "\"recent_penalty\":", "\"thought\":"]
    {
        assert!(text.contains(name), "{name}");
    }
}

proptest! {
    #[test]
    fn any_numbers_give_a_sane_decision(
        level in any::<f64>(), pad in (any::<f64>(), any::<f64>(), any::<f64>()), five in any::<f64>(),
        gap in -1e6..1e6f64, sentiments in prop::collection::vec(any::<f64>(), 0..9), drive in any::<f64>(),
        times in prop::collection::vec(-1e6..1e6f64, 0..20),
    ) {
        let mut scene = Scene::new();
        scene.needs.social = Level { level, at: at(gap) };
        scene.mood = Pad::new(pad.0, pad.1, pad.2);
        scene.persona.temperament.openness = five;
        scene.sentiments = sentiments;
        scene.config.drive_social = drive;
        scene.turns = times.iter().map(|h| at(*h)).collect();
        if let Some(hours) = times.first() {
            scene.outreach.sent(sent(*hours));
        }
        let decision = scene.decide(at(12.0));
        if let Some(score) = decision.score {
            prop_assert!((0.0..=1.0).contains(&score.total), "{:?}", score);
            prop_assert!((0.3..=1.7).contains(&score.personality.value));
            prop_assert!((0.0..=1.0).contains(&score.pattern.value) && (0.0..=1.0).contains(&score.timing.value));
        }
    }
}
