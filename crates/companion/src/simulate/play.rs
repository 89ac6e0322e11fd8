//! The play itself: hour by hour, what is said is felt, nights are lived, and in every hour in which nothing is said
//! the companion is asked whether it would write.

use super::dice::Dice;
use super::plan::{Line, Planner};
use super::replies::Replies;
use super::scenario::{DayKind, Scenario, Sort};
use super::{Outgoing, Received, Row, TRAITS, What, Year};
use crate::error::{Error, Result};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_mind::appraisal::Rules;
use philia_mind::growth::{Change, Version};
use philia_mind::guard::care::Care;
use philia_mind::life::{Life, LifeConfig, Setting, Slept};
use philia_mind::mood::baseline_of;
use philia_mind::needs::Need;
use philia_mind::proactive::{self, Decision, Matter, MatterKind, ProactiveConfig, Rhythm, Sent, Situation};
use philia_mind::profile::AgeBand;
use philia_mind::signal::{Signals, Signposts};
use philia_mind::window::Exchange;
use philia_mind::{Pad, Persona, Profile};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The hour in which nights are lived, and the one at which a row is written whatever happens.
const NIGHT: i8 = 3;
const NOON: i8 = 12;

/// The hours in which the person is up; an answer that would come at night comes in the morning.
const UP: std::ops::Range<i8> = 8..23;

/// How long a crisis is taken to be open after its last sign.
const CRISIS: SignedDuration = SignedDuration::from_hours(24);

/// How many of the last turns' tones a decision looks at.
const TONES: usize = 10;

/// Dice of their own for what the person does with a message.
const RECEPTION: u64 = 0xac_0000_0000;

/// Something that was said, with its answer.
struct Said<'a> {
    at: Timestamp,
    message: &'a str,
    reply: String,
    signals: Signals,
    after: Pad,
}

/// A matter with the time from which it is known.
struct Known<'a> {
    from: Timestamp,
    id: String,
    matter: Matter<'a>,
}

pub(super) struct Play<'a> {
    scenario: &'a Scenario,
    persona: &'a Persona,
    zone: &'a TimeZone,
    seed: u64,
    profile: Profile,
    life_config: LifeConfig,
    config: ProactiveConfig,
    rules: Rules,
    signposts: Signposts,
    care: Care,
    replies: Replies,
    planner: Planner<'a>,
    born_at: Timestamp,
    life: Life,
    /// The persona as it has grown.
    grown: Persona,
    versions: Vec<Version>,
    said: Vec<Said<'a>>,
    turns: Vec<Timestamp>,
    tones: Vec<f64>,
    crisis_at: Option<Timestamp>,
    matters: Vec<Known<'a>>,
    /// What will be said, in order of time.
    next: Vec<Line<'a>>,
    today: Option<&'a DayKind>,
    day: u32,
    rows: Vec<Row>,
    sent: Vec<Outgoing>,
    /// How many of them are past being answered.
    received: usize,
    nights: u32,
}

impl<'a> Play<'a> {
    pub(super) fn new(scenario: &'a Scenario, persona: &'a Persona, zone: &'a TimeZone, seed: u64) -> Result<Self> {
        let born_at = midnight(scenario, zone, 0)?;
        let life = Life::newborn(persona, born_at, zone);
        let profile = Profile {
            display_name: scenario.person.clone(),
            time_zone: scenario.zone.clone(),
            persona: persona.id.to_string(),
            proactive_consent: Some(scenario.consent),
            age_band: if scenario.minor { AgeBand::Minor } else { AgeBand::Adult },
            ..Profile::default()
        };
        Ok(Self {
            scenario,
            persona,
            zone,
            seed,
            profile,
            life_config: LifeConfig::default(),
            config: ProactiveConfig::default(),
            rules: Rules::new(),
            signposts: Signposts::new(),
            care: Care::new(),
            replies: Replies::new(seed),
            planner: Planner::new(scenario, zone, seed),
            born_at,
            grown: persona.clone(),
            versions: vec![life.version.clone()],
            life,
            said: Vec::new(),
            turns: Vec::new(),
            tones: Vec::new(),
            crisis_at: None,
            matters: matters(scenario, zone)?,
            next: Vec::new(),
            today: None,
            day: 0,
            rows: Vec::new(),
            sent: Vec::new(),
            received: 0,
            nights: 0,
        })
    }

    pub(super) fn days(mut self, days: u32, mut tell: impl FnMut(u32)) -> Result<Year> {
        let end = midnight(self.scenario, self.zone, days)?;
        let mut now = self.born_at;
        while now < end {
            let local = self.zone.to_datetime(now);
            // A day begins at its first hour, which is not always at midnight.
            let number = local.date().since(self.scenario.start).map_or(0, |span| span.get_days()).unsigned_abs() + 1;
            if number > self.day {
                tell(self.day);
                self.day = number;
                let (today, lines) = self.planner.day(number, local.date());
                self.today = today;
                self.next.extend(lines);
                self.next.sort_by_key(|line| line.at);
            }
            if local.hour() >= NIGHT && self.life.night_is_due(now, self.zone) {
                self.night(now);
            }
            self.hour(now, local.hour() == NOON);
            now = later(now, HOUR);
        }
        Ok(self.finish(days))
    }

    /// One hour: what is said in it, or the question whether to write.
    fn hour(&mut self, now: Timestamp, noon: bool) {
        let until = later(now, HOUR);
        let here = self.next.partition_point(|line| line.at < until);
        let decision = (here == 0).then(|| self.decide(now));
        if let Some(decision) = decision.as_ref().filter(|decision| decision.reach) {
            self.reach(now, decision);
        }
        if noon {
            let score = decision.as_ref().and_then(|d| d.score.as_ref()).map(|score| score.total);
            let why = match &decision {
                None => "they talk".to_owned(),
                Some(decision) => why_not(decision),
            };
            self.row(now, What::Noon, score, why);
        }
        for line in self.next.drain(..here).collect::<Vec<_>>() {
            self.turn(line);
        }
    }

    fn setting(&self, now: Timestamp) -> Setting<'a> {
        Setting { persona: self.persona, now, zone: self.zone, minor: self.scenario.minor }
    }

    fn turn(&mut self, Line { at, text }: Line<'a>) {
        let (signals, appraisal) = self.signposts.read_and_appraise(&self.rules, text, self.persona);
        let crisis = self.care.check(text).is_some();
        if crisis {
            self.crisis_at = Some(at);
        }
        let lived = self.life.turn(signals, &appraisal, crisis, &self.setting(at), &self.life_config);
        for sent in self.sent.iter_mut().skip(self.received) {
            let hours = at.duration_since(sent.at.timestamp()).as_secs_f64() / 3600.0;
            sent.received = match hours <= self.config.answer_hours {
                true if lived.declined => Received::Declined,
                true => Received::Answered,
                false => Received::Unanswered,
            };
        }
        self.received = self.sent.len();
        let reply = self.replies.answer(self.turns.len() as u64, &appraisal);
        self.said.push(Said { at, message: text, reply, signals, after: lived.after });
        self.turns.push(at);
        self.tones.push(appraisal.sentiment);
        let declined = if lived.declined { ", and they declined" } else { "" };
        let why = format!("{} ({}): {}{declined}", appraisal.emotion, appraisal.rule, lived.bond.why);
        self.row(at, What::Turn, None, why);
    }

    fn night(&mut self, now: Timestamp) {
        let since = self.life.looks_back_to(self.zone, &self.life_config);
        let said = &self.said[self.said.partition_point(|said| said.at < since)..];
        let log: Vec<(Timestamp, Pad)> = said.iter().map(|said| (said.at, said.after)).collect();
        let window: Vec<Exchange<'_>> = said
            .iter()
            .map(|Said { at, message, reply, signals, .. }| Exchange { at: *at, message, reply, signals: *signals })
            .collect();
        let week = self.versions.partition_point(|version| version.at < later(now, -HOUR * (24 * 8)));
        let setting = self.setting(now);
        let slept = self.life.sleep(&log, &window, &self.versions[week..], &setting, &self.life_config);
        self.nights += slept.nights;
        let why = what_changed(&slept);
        if let Some(version) = slept.grown {
            self.grown = version.worn_by(self.persona).into_owned();
            self.versions.push(version);
        }
        self.row(now, What::Night, None, why);
    }

    fn decide(&self, now: Timestamp) -> Decision {
        // What lies further back than the habits are read from counts only by its last turn.
        let far = later(now, -HOUR * (24 * (i32::try_from(self.config.history_days).unwrap_or(365) + 1)));
        let from = self.turns.partition_point(|at| *at < far).min(self.turns.len().saturating_sub(1));
        let rhythm = Rhythm::of(&self.turns[from..], &self.life.outreach, now, self.zone, &self.config);
        let matters: Vec<Matter<'_>> = self
            .matters
            .iter()
            .filter(|known| known.from <= now)
            .map(|known| Matter { id: &known.id, ..known.matter })
            .collect();
        let situation = Situation {
            now,
            zone: self.zone,
            persona: &self.grown,
            profile: &self.profile,
            mood: self.life.mood_at(now, &self.life_config),
            needs: &self.life.needs,
            needs_config: &self.life_config.needs,
            outreach: &self.life.outreach,
            rhythm: &rhythm,
            sentiments: &self.tones[self.tones.len().saturating_sub(TONES)..],
            matters: &matters,
            turn_running: false,
            crisis_open: self.crisis_at.is_some_and(|at| now.duration_since(at) < CRISIS),
            seed: self.seed ^ now.as_second().unsigned_abs(),
        };
        proactive::decide(&situation, &self.config)
    }

    /// Writes first; what the person will do about it is rolled at once.
    fn reach(&mut self, now: Timestamp, decision: &Decision) {
        let (Some(starter), Some(reason)) = (&decision.starter, decision.reason()) else { return };
        let about = starter.about.clone();
        self.life.outreach.sent(Sent { at: now, reason, starter: starter.id.clone(), about, answered_at: None });
        self.sent.push(Outgoing {
            at: now.to_zoned(self.zone.clone()),
            text: starter.text.clone(),
            received: Received::Unanswered,
        });
        let why = decision.triggers.first().map_or(String::new(), |trigger| format!("{reason}: {}", trigger.why));
        self.row(now, What::Reach, decision.score.as_ref().map(|score| score.total), why);

        let scenario = self.scenario;
        let mut dice = Dice::new(self.seed, RECEPTION + self.sent.len() as u64);
        let answers = &scenario.answers;
        let (answered, declined) = (dice.unit(), dice.chance(answers.decline));
        let minutes = dice.between(answers.minutes);
        if answered < self.today.and_then(|day| day.answers).unwrap_or(answers.chance) {
            let pool = if declined { &answers.declines } else { &answers.lines };
            let at = self.when_up(later(now, SignedDuration::from_mins(i64::from(minutes.max(1)))));
            if let Some(text) = self.planner.pick(pool, &mut dice) {
                self.next.push(Line { at, text });
                self.next.sort_by_key(|line| line.at);
            }
        }
    }

    fn when_up(&self, at: Timestamp) -> Timestamp {
        let mut at = at;
        while !UP.contains(&self.zone.to_datetime(at).hour()) {
            at = later(at, HOUR);
        }
        at
    }

    fn row(&mut self, now: Timestamp, what: What, score: Option<f64>, why: String) {
        let level = |need: &Need| self.life.needs.level(*need, now, &self.life_config.needs);
        let mut needs = [0.0; Need::ALL.len()];
        needs.iter_mut().zip(Need::ALL).for_each(|(slot, need)| *slot = level(need));
        self.rows.push(Row {
            at: now.to_zoned(self.zone.clone()),
            day: self.day,
            what,
            mood: self.life.mood_at(now, &self.life_config),
            baseline: self.life.baseline.pad,
            needs,
            traits: traits(&self.life.version),
            bond: self.life.bond.points,
            level: self.life.level(self.persona, self.scenario.minor),
            quirks: self.life.quirks.iter().filter(|quirk| quirk.active(&self.life_config.quirks)).count(),
            score,
            sent: what == What::Reach,
            why,
        });
    }

    fn finish(self, days: u32) -> Year {
        Year {
            days,
            seed: self.seed,
            persona: self.persona.name.clone(),
            thresholds: self.persona.bond.thresholds,
            threshold: self.config.threshold,
            urgent: self.life_config.needs.threshold,
            born: baseline_of(&self.persona.temperament),
            born_traits: self.versions.first().map(traits).unwrap_or_default(),
            rows: self.rows,
            sent: self.sent,
            nights: self.nights,
        }
    }
}

fn traits(version: &Version) -> [f64; TRAITS.len()] {
    TRAITS.map(|name| version.traits.get(name).copied().unwrap_or(0.0))
}

/// A time that much later; the end of time if there is none.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// The start of the day that comes so many days after the first.
fn midnight(scenario: &Scenario, zone: &TimeZone, after: u32) -> Result<Timestamp> {
    let day = scenario.start.checked_add(jiff::Span::new().days(i64::from(after)));
    day.and_then(|day| day.to_zoned(zone.clone()))
        .map(|start| start.timestamp())
        .map_err(|error| Error::Invalid(format!("start is {}, too near the end of time: {error}", scenario.start)))
}

fn matters<'a>(scenario: &'a Scenario, zone: &TimeZone) -> Result<Vec<Known<'a>>> {
    let of = |(i, told): (usize, &'a super::Told)| {
        let from = midnight(scenario, zone, told.told - 1)?;
        let day = told.day.map(|day| midnight(scenario, zone, day - 1)).transpose()?;
        let matter = Matter {
            id: "",
            kind: match told.kind {
                Sort::Task => MatterKind::Task,
                Sort::Event => MatterKind::Event,
                Sort::Interest => MatterKind::Interest,
            },
            words: &told.words,
            at: day.map(|day| later(day, HOUR * i32::try_from(told.hour).unwrap_or(0))),
            importance: told.importance,
            tender: told.tender,
        };
        Ok(Known { from, id: format!("matter {i}"), matter })
    };
    scenario.matters.iter().enumerate().map(of).collect()
}

fn why_not(decision: &Decision) -> String {
    match (decision.limits.first(), decision.triggers.first()) {
        (Some(limit), _) => format!("not allowed: {}", limit.describe()),
        (None, None) => "no reason to write".to_owned(),
        (None, Some(trigger)) => format!("{}: {}", trigger.reason, trigger.why),
    }
}

fn what_changed(slept: &Slept) -> String {
    let told = |change: &Change| {
        let number = |value: Option<f64>| value.map_or("none".to_owned(), |value| format!("{value:.2}"));
        format!("{} {} to {}: {}", change.what, number(change.from), number(change.to), change.why)
    };
    let drifted = (slept.nights > 0).then(|| "the baseline drifted".to_owned());
    let grown = slept.grown.iter().flat_map(|version| &version.changes);
    drifted.into_iter().chain(grown.chain(&slept.quirks).map(told)).collect::<Vec<_>>().join("; ")
}
