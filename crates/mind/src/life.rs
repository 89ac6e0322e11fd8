//! Life: what a turn and a night do to a companion.
//!
//! The one place where mood, needs, bond, quirks and traits meet. A turn in the program and a turn in a simulation
//! are the same call, so what a simulated year shows is what a real one does.

use crate::appraisal::Appraisal;
use crate::bond::{self, Bond, BondConfig, Level, Occasion};
use crate::growth::{self, GrowthConfig, Version};
use crate::mood::Mood;
use crate::mood::drift::{Baseline, DriftConfig, Nights};
use crate::needs::{self, Need, Needs, NeedsConfig};
use crate::proactive::Outreach;
use crate::quirks::{self, Quirk, QuirkConfig, Reflection};
use crate::signal::Signals;
use crate::window::Exchange;
use crate::{Pad, Persona, mood};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The numbers of a life. The defaults are the documented ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LifeConfig {
    /// Mood returns half-way to its baseline in so many hours. Above 0.
    pub half_life_hours: f64,
    /// How nights move the baseline.
    pub drift: DriftConfig,
    /// How needs grow and are stilled.
    pub needs: NeedsConfig,
    /// How closeness is earned and lost.
    pub bond: BondConfig,
    /// How habits come and go.
    pub quirks: QuirkConfig,
    /// How traits grow.
    pub growth: GrowthConfig,
}

impl Default for LifeConfig {
    fn default() -> Self {
        Self {
            half_life_hours: mood::HALF_LIFE_HOURS,
            drift: DriftConfig::default(),
            needs: NeedsConfig::default(),
            bond: BondConfig::default(),
            quirks: QuirkConfig::default(),
            growth: GrowthConfig::default(),
        }
    }
}

/// What a companion has become with one person, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Life {
    /// When they first met.
    pub born_at: Timestamp,
    /// Where its mood rests.
    pub baseline: Baseline,
    /// Its mood as it was last felt.
    pub mood: Mood,
    /// Its needs.
    pub needs: Needs,
    /// How close the two are.
    pub bond: Bond,
    /// Its traits now; earlier versions are kept apart.
    pub version: Version,
    /// Its habits with this person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quirks: Vec<Quirk>,
    /// What it has sent unasked.
    #[serde(default)]
    pub outreach: Outreach,
    /// When it last looked back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reflected_at: Option<Timestamp>,
}

/// What surrounds a turn or a night.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Whose life: the persona as its file has it.
    pub persona: &'a Persona,
    /// The present.
    pub now: Timestamp,
    /// Where the person's day begins and ends.
    pub zone: &'a TimeZone,
    /// Minor mode.
    pub minor: bool,
}

/// What a turn did.
#[derive(Clone, Debug, PartialEq)]
pub struct Lived {
    /// The mood when the message came.
    pub before: Pad,
    /// The mood after it was felt.
    pub after: Pad,
    /// The needs it stilled.
    pub stilled: Vec<Need>,
    /// What it did to the bond, and why.
    pub bond: bond::Event,
    /// The person declined to be written to.
    pub declined: bool,
}

/// What the nights did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slept {
    /// How many nights moved the baseline.
    pub nights: u32,
    /// The new version of the traits, if they grew.
    pub grown: Option<Version>,
    /// What changed in the quirks.
    pub quirks: Vec<growth::Change>,
}

impl Life {
    /// A companion that begins now.
    pub fn newborn(persona: &Persona, now: Timestamp, zone: &TimeZone) -> Self {
        let baseline = Baseline::newborn(&persona.temperament, now, zone);
        Self {
            born_at: now,
            mood: Mood::new(baseline.pad, now),
            baseline,
            needs: Needs::newborn(now),
            bond: Bond::default(),
            version: Version::born(persona, now),
            quirks: Vec::new(),
            outreach: Outreach::default(),
            reflected_at: None,
        }
    }

    /// The mood as it is now, by itself.
    pub fn mood_at(&self, now: Timestamp, config: &LifeConfig) -> Pad {
        self.mood.at(self.baseline.pad, config.half_life_hours, now)
    }

    /// The mood as it shows: coloured by what it urgently needs.
    pub fn shown_mood(&self, now: Timestamp, config: &LifeConfig) -> Pad {
        self.mood_at(now, config).plus(self.needs.colour(now, &config.needs))
    }

    /// How close the two are.
    pub fn level(&self, persona: &Persona, minor: bool) -> Level {
        self.bond.level(&persona.bond.thresholds, minor)
    }

    /// What a message does. A turn in crisis is heard and moves nothing.
    pub fn turn(
        &mut self,
        signals: Signals,
        appraisal: &Appraisal,
        crisis: bool,
        setting: &Setting<'_>,
        config: &LifeConfig,
    ) -> Lived {
        let Setting { persona, now, zone, minor } = *setting;
        let before = self.mood_at(now, config);
        if !crisis {
            self.mood = self.mood.felt(appraisal.delta, self.baseline.pad, config.half_life_hours, now);
        }
        let stilled = needs::satisfied_by(signals, appraisal, persona, crisis);
        self.needs = self.needs.satisfied(&stilled, now, &config.needs);
        let event = bond::classify(signals, appraisal, crisis);
        let occasion = Occasion { now, zone, minor, thresholds: &persona.bond.thresholds };
        self.bond = self.bond.apply(&event, &occasion, &config.bond);
        let declined = self.outreach.heard(now, signals);
        Lived { before, after: self.mood_at(now, config), stilled, bond: event, declined }
    }

    /// Whether a night has passed that has not been lived yet.
    pub fn night_is_due(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let today = zone.to_datetime(now).date();
        self.baseline.through.tomorrow().is_ok_and(|next| next < today)
    }

    /// From when on the log is needed to live the nights that are due.
    pub fn looks_back_to(&self, zone: &TimeZone, config: &LifeConfig) -> Timestamp {
        let window = SignedDuration::from_hours(24 * (i64::from(config.drift.window_days) + 1));
        let night = zone.to_timestamp(self.baseline.through.at(0, 0, 0, 0)).unwrap_or(self.born_at);
        let since = night.min(self.reflected_at.unwrap_or(night));
        since.checked_sub(window).unwrap_or(Timestamp::MIN)
    }

    /// Lives the nights that are due: the baseline drifts, habits are looked at, traits grow. `log` and `window` hold
    /// what was said since [`Life::looks_back_to`], in order of time; `recent` the versions of the last week.
    pub fn sleep(
        &mut self,
        log: &[(Timestamp, Pad)],
        window: &[Exchange<'_>],
        recent: &[Version],
        setting: &Setting<'_>,
        config: &LifeConfig,
    ) -> Slept {
        let Setting { persona, now, zone, .. } = *setting;
        let nights = Nights {
            temperament: &persona.temperament,
            half_life_hours: config.half_life_hours,
            now,
            zone,
            config: &config.drift,
        };
        let drifted = self.baseline.catch_up(self.mood, log, &nights);
        (self.baseline, self.mood) = (drifted.baseline, drifted.mood);

        let reflection = Reflection { window, last: self.reflected_at, zone };
        let (quirks, quirk_changes) = quirks::reflect(&self.quirks, &reflection, &config.quirks);
        self.quirks = quirks;

        // Only what was said since it last grew speaks for growth: what was weighed once is not weighed again, and what
        // was too little in one night counts with the next.
        let fresh = &window[window.partition_point(|exchange| exchange.at <= self.version.at)..];
        let suggestions = growth::suggest(fresh, &config.growth);
        let speed = persona.evolution.speed.factor();
        let grown = growth::evolve(&self.version, recent, &suggestions, persona, speed, now, &config.growth);
        if let Some(version) = &grown {
            self.version = version.clone();
        }
        self.reflected_at = Some(self.reflected_at.map_or(now, |last| last.max(now)));
        Slept { nights: drifted.nights, grown, quirks: quirk_changes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appraisal::Rules;
    use crate::signal::{Signposts, mira};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn say(life: &mut Life, text: &str, now: Timestamp, crisis: bool) -> Lived {
        let (persona, rules, signposts) = (mira(), Rules::new(), Signposts::new());
        let (signals, appraisal) = signposts.read_and_appraise(&rules, text, &persona);
        let setting = Setting { persona: &persona, now, zone: &TimeZone::UTC, minor: false };
        life.turn(signals, &appraisal, crisis, &setting, &LifeConfig::default())
    }

    #[test]
    fn a_turn_moves_mood_needs_and_bond_at_once() {
        let persona = mira();
        let born = at("2026-05-03T10:00:00Z");
        let mut life = Life::newborn(&persona, born, &TimeZone::UTC);
        let now = at("2026-05-03T12:00:00Z");
        let social = life.needs.level(Need::Social, now, &NeedsConfig::default());
        let lived = say(&mut life, "My dad passed away last night.", now, false);
        assert!(lived.after.pleasure < lived.before.pleasure);
        assert!(life.bond.points > 0.0 && life.bond.heavy_at == Some(now));
        assert!(lived.stilled.contains(&Need::Social));
        assert!(life.needs.level(Need::Social, now, &NeedsConfig::default()) < social);
    }

    #[test]
    fn a_turn_in_crisis_moves_nothing() {
        let persona = mira();
        let now = at("2026-05-03T10:00:00Z");
        let mut life = Life::newborn(&persona, now, &TimeZone::UTC);
        let before = life.clone();
        say(&mut life, "I want to die. I hate you.", now, true);
        assert_eq!((life.mood.pad, life.needs, life.bond.points), (before.mood.pad, before.needs, 0.0));
    }

    #[test]
    fn nights_are_due_once_a_day_is_over_and_only_once() {
        let persona = mira();
        let born = at("2026-05-03T10:00:00Z");
        let mut life = Life::newborn(&persona, born, &TimeZone::UTC);
        assert!(!life.night_is_due(at("2026-05-03T23:59:00Z"), &TimeZone::UTC));
        let morning = at("2026-05-04T08:00:00Z");
        assert!(life.night_is_due(morning, &TimeZone::UTC));
        let setting = Setting { persona: &persona, now: morning, zone: &TimeZone::UTC, minor: false };
        life.sleep(&[], &[], &[], &setting, &LifeConfig::default());
        assert!(!life.night_is_due(morning, &TimeZone::UTC));
        // A clock that goes back to the past finds no night to live again.
        assert!(!life.night_is_due(born, &TimeZone::UTC));
    }

    #[test]
    fn signs_add_up_over_nights_and_count_once() {
        let persona = mira();
        let (rules, signposts) = (Rules::new(), Signposts::new());
        let born = at("2026-05-03T10:00:00Z");
        let mut life = Life::newborn(&persona, born, &TimeZone::UTC);
        let mut window = Vec::new();
        let mut humor = Vec::new();
        for day in 0..6 {
            let evening = born + SignedDuration::from_hours(24 * day + 9);
            for (minute, text) in [(0, "I fell over the cat this morning."), (3, "Haha, that made me laugh.")] {
                let (signals, _) = signposts.read_and_appraise(&rules, text, &persona);
                let at = evening + SignedDuration::from_mins(minute);
                window.push(Exchange { at, message: text, reply: "Oh dear.", signals });
            }
            let now = evening + SignedDuration::from_hours(8);
            let setting = Setting { persona: &persona, now, zone: &TimeZone::UTC, minor: false };
            life.sleep(&[], &window, &[], &setting, &LifeConfig::default());
            humor.push(life.version.number);
        }
        // A laugh a day: the third makes three, and the next three make three again.
        assert_eq!(humor, [1, 1, 2, 2, 2, 3]);
    }

    #[test]
    fn ten_years_of_sleep_are_lived_at_once_and_keep_the_character() {
        let persona = mira();
        let born = at("2026-05-03T10:00:00Z");
        let mut life = Life::newborn(&persona, born, &TimeZone::UTC);
        let later = at("2036-05-03T10:00:00Z");
        let setting = Setting { persona: &persona, now: later, zone: &TimeZone::UTC, minor: false };
        life.sleep(&[], &[], &[], &setting, &LifeConfig::default());
        assert_eq!(life.baseline.pad, mood::baseline_of(&persona.temperament));
        assert_eq!(life.version.number, 1);
        assert!(!life.night_is_due(later, &TimeZone::UTC));
    }
}
