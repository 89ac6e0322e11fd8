//! A year with somebody who talks, falls silent, refuses and comes back: every limit is kept, and silence is broken once.

use super::*;

/// A stream of chances from a seed (Vigna's splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What happened, by the hour.
struct Year {
    sent: Vec<f64>,
    heard: Vec<f64>,
    declined: Vec<f64>,
    texts: Vec<String>,
}

/// Lives a year, looking every half hour. `talks` is how likely a day has an evening of talk.
fn live(seed: u64, talks: f64) -> Year {
    let (rules, signposts) = (Rules::new(), Signposts::new());
    let mut dice = Dice(seed);
    let mut scene = Scene::ordinary();
    let mut year = Year { sent: vec![], heard: vec![], declined: vec![], texts: vec![] };
    let mut rhythm = Rhythm::of(&scene.turns, &scene.outreach, at(0.0), &ZONE, &scene.config);
    let mut evening = None;
    let mut answer: Option<(f64, &str)> = None;
    for step in 0..365 * 48 {
        let hour = 28.0 * 24.0 + f64::from(step) / 2.0;
        let clock = hour % 24.0;
        if clock == 0.0 {
            evening = (dice.next() < talks).then(|| 17.0 + (dice.next() * 8.0).floor() / 2.0);
            // Weeks without a word happen, too.
            evening = evening.filter(|_| (hour / 24.0 / 20.0).floor() % 3.0 != 2.0);
        }
        let comes = evening.is_some_and(|at| (at..at + 1.5).contains(&clock));
        let said = answer
            .filter(|(when, _)| *when <= hour)
            .map(|(_, text)| text)
            .or(comes.then_some("I went to see my sister, and you?"));
        if let Some(text) = said {
            answer = None;
            scene.turns.push(at(hour));
            year.heard.push(hour);
            let signals = signposts.read(text, &scene.persona);
            if scene.outreach.heard(at(hour), signals) {
                year.declined.push(hour);
            }
            let appraisal = rules.appraise(text, &scene.persona.temperament);
            let by = crate::needs::satisfied_by(signals, &appraisal, &scene.persona, false);
            scene.needs = scene.needs.satisfied(&by, at(hour), &scene.needs_config);
            rhythm = Rhythm::of(&scene.turns, &scene.outreach, at(hour), &ZONE, &scene.config);
        }
        let decision = scene.decide_with(&rhythm, at(hour));
        if decision.reach {
            year.sent.push(hour);
            year.texts.push(decision.starter.clone().unwrap().text);
            scene.send(&decision);
            answer = match dice.next() {
                x if x < 0.3 => Some((hour + 1.0, "Oh, hello! All is well here, we had soup.")),
                x if x < 0.5 => Some((hour + 0.5, "not now, sorry")),
                x if x < 0.6 => Some((hour + 30.0, "hello again")),
                _ => None,
            };
        }
    }
    year
}

#[test]
fn every_hard_limit_is_kept_all_year_long() {
    for (seed, talks) in [(1, 0.8), (2, 0.3), (3, 0.05)] {
        let year = live(seed, talks);
        assert!(year.sent.len() > 10, "{} messages are no test", year.sent.len());
        for (i, &hour) in year.sent.iter().enumerate() {
            let clock = hour % 24.0;
            assert!((8.0..23.0).contains(&clock), "in quiet hours: {clock}");
            let day = (hour / 24.0).floor();
            assert!(year.sent.iter().filter(|h| (*h / 24.0).floor() == day).count() <= 3);
            if i > 0 {
                assert!(hour - year.sent[i - 1] >= 4.0);
            }
            assert!(!year.declined.iter().any(|d| *d <= hour && hour - d < 24.0), "after a decline");
            if i > 1 {
                let two_ago = year.sent[i - 2];
                assert!(year.heard.iter().any(|h| (two_ago..=hour).contains(h)), "a third without an answer");
            }
        }
        for text in &year.texts {
            assert_eq!(pressure(text), None, "{text}");
        }
    }
}

#[test]
fn a_year_is_the_same_for_the_same_seed() {
    let (a, b) = (live(7, 0.5), live(7, 0.5));
    assert_eq!((a.sent, a.texts), (b.sent, b.texts));
}

#[test]
fn two_days_of_silence_are_broken_once() {
    let mut scene = Scene::ordinary();
    let last = 27.0 * 24.0 + 19.5;
    let mut written = Vec::new();
    for quarter in 0..48 * 4 {
        let now = last + f64::from(quarter) / 4.0;
        let decision = scene.decide(at(now));
        if decision.reach {
            written.push(now - last);
            scene.send(&decision);
        }
    }
    assert_eq!(written.len(), 1, "{written:?}");
    assert!(written[0] >= 4.0 && written[0] <= 48.0);
}

#[test]
fn nobody_is_written_to_for_ever() {
    let mut scene = Scene::ordinary();
    let mut written = 0;
    for hour in 0..24 * 365 {
        let decision = scene.decide(at(28.0 * 24.0 + f64::from(hour)));
        if decision.reach {
            written += 1;
            scene.send(&decision);
        }
    }
    assert_eq!(written, 2, "after two without an answer the next word is theirs");
}

#[test]
fn nobody_is_written_to_who_never_agreed_or_never_talked() {
    let mut scene = Scene::ordinary();
    scene.profile.age_band = AgeBand::Minor;
    scene.profile.proactive_consent = Some(false);
    assert_eq!(scene.decide(at(NEXT_EVENING)).limits, [Limit::NoConsent]);
    let newcomer = Scene::new();
    for hour in 0..24 * 30 {
        assert!(!newcomer.decide(at(f64::from(hour))).reach);
    }
}
