//! How much speaks for writing now, with every part in view.

use super::{ProactiveConfig, Situation};
use crate::measure::{hours, unit, within};
use crate::needs::Need as Wish;
use serde::{Deserialize, Serialize};

/// The mood factor of a neutral mood, 0.8 x 1 x 0.9: divided by, so that neutral changes nothing.
const NEUTRAL_MOOD: f64 = 0.72;

/// Turns of a run where nothing is known of their length.
const USUAL_LENGTH: f64 = 3.0;

/// What the needs add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Each urgent need: its name, its level, what it adds.
    pub urgent: Vec<(Wish, f64, f64)>,
    /// The sum, at most 1.
    pub value: f64,
}

/// What the moment adds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// How active they usually are at this hour, 0..1.
    pub hour: f64,
    /// How active they usually are on this day of the week, 0..1.
    pub weekday: f64,
    /// Taken off because they were here just now, or have long been away, 0..0.8.
    pub penalty: f64,
    /// `(0.7 hour + 0.3 weekday) * (1 - penalty)`.
    pub value: f64,
}

/// What the habits of the two add.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// How often such messages are answered, 0..1.
    pub response_rate: f64,
    /// How long they usually talk, 0..1 at ten turns.
    pub engagement: f64,
    /// How right the time since the last talk is, 0..1.2.
    pub gap: f64,
    /// Who begins: 0.5 if always the person, 1.5 if never.
    pub balance: f64,
    /// `0.4 response + 0.3 engagement + 0.2 gap + 0.1 balance`, within 0..1.
    pub value: f64,
}

/// How the temperament and the mood incline it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Personality {
    /// From the Big Five: 1 at 0.5 everywhere.
    pub temperament: f64,
    /// From pleasure: 0.5 to 1.1.
    pub pleasure: f64,
    /// From arousal: 0.8 to 1.
    pub arousal: f64,
    /// From dominance: 0.7 to 1.1.
    pub dominance: f64,
    /// Their product over that of a neutral mood, within 0.3..1.7.
    pub value: f64,
}

/// A score and its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The needs.
    pub need: Need,
    /// The moment.
    pub timing: Timing,
    /// The habits.
    pub pattern: Pattern,
    /// The inclination.
    pub personality: Personality,
    /// 1 right after a message, 0 from twelve hours on.
    pub recent_penalty: f64,
    /// `(0.40 need + 0.25 timing + 0.35 pattern) * personality * (1 - recent penalty)`, within 0..1.
    pub total: f64,
    /// What it takes to write.
    pub threshold: f64,
}

impl Score {
    /// The score in words and numbers, one part a line.
    pub fn explain(&self) -> Vec<String> {
        let needs = if self.need.urgent.is_empty() {
            "none is urgent".to_owned()
        } else {
            let each =
                self.need.urgent.iter().map(|(need, level, adds)| format!("{need} at {level:.2} adds {adds:.2}"));
            each.collect::<Vec<_>>().join(", ")
        };
        let (t, p, w) = (&self.timing, &self.pattern, &self.personality);
        vec![
            format!("Score {:.2}; it takes {:.2}.", self.total, self.threshold),
            format!("Needs {:.2}: {needs}.", self.need.value),
            format!(
                "Timing {:.2}: this hour {:.2}, this weekday {:.2}, less {:.0} %.",
                t.value,
                t.hour,
                t.weekday,
                t.penalty * 100.0
            ),
            format!(
                "Pattern {:.2}: answers {:.2}, length {:.2}, gap {:.2}, balance {:.2}.",
                p.value, p.response_rate, p.engagement, p.gap, p.balance
            ),
            format!(
                "Personality {:.2}: temperament {:.2}, pleasure {:.2}, arousal {:.2}, dominance {:.2}.",
                w.value, w.temperament, w.pleasure, w.arousal, w.dominance
            ),
            format!("Recent messages take off {:.0} %.", self.recent_penalty * 100.0),
        ]
    }
}

pub(super) fn score(situation: &Situation<'_>, config: &ProactiveConfig) -> Score {
    let since_talk = situation.rhythm.last.map(|at| hours(at, situation.now));
    let need = need(situation, config);
    let timing = timing(situation, since_talk);
    let pattern = pattern(situation, since_talk, config);
    let personality = personality(situation);
    let recent_penalty = situation.outreach.last().map_or(0.0, |sent| {
        let over = within(config.recent_hours, 0.0, 1e6, 12.0);
        if over > 0.0 { unit(1.0 - hours(sent.at, situation.now) / over) } else { 0.0 }
    });
    let sum =
        config.need_share * need.value + config.timing_share * timing.value + config.pattern_share * pattern.value;
    let total = unit(sum * personality.value * (1.0 - recent_penalty));
    Score { need, timing, pattern, personality, recent_penalty, total, threshold: config.threshold }
}

fn need(situation: &Situation<'_>, config: &ProactiveConfig) -> Need {
    let drive = |need| match need {
        Wish::Social => config.drive_social,
        Wish::Intellectual => config.drive_intellectual,
        Wish::Creative => config.drive_creative,
        Wish::Rest => config.drive_rest,
        Wish::Validation => config.drive_validation,
    };
    let needs = situation.needs_config;
    let urgent: Vec<_> = situation
        .needs
        .urgent(situation.now, needs)
        .into_iter()
        .map(|(need, level)| (need, level, needs.urgency(level) * needs.weight(need) * drive(need)))
        .collect();
    let value = unit(urgent.iter().map(|(_, _, adds)| adds).sum());
    Need { urgent, value }
}

fn timing(situation: &Situation<'_>, since_talk: Option<f64>) -> Timing {
    let (hour, weekday) = situation.rhythm.activity(situation.now, situation.zone);
    let penalty = match since_talk {
        Some(h) if h < 4.0 => (4.0 - h) / 4.0 * 0.5,
        Some(h) if h > 72.0 => ((h - 72.0) / 168.0 * 0.5).min(0.8),
        _ => 0.0,
    };
    Timing { hour, weekday, penalty, value: unit((0.7 * hour + 0.3 * weekday) * (1.0 - penalty)) }
}

fn pattern(situation: &Situation<'_>, since_talk: Option<f64>, config: &ProactiveConfig) -> Pattern {
    let response_rate = situation.outreach.response_rate(situation.now, config).unwrap_or(0.5);
    let engagement = (situation.rhythm.average_length().unwrap_or(USUAL_LENGTH) / 10.0).min(1.0);
    let gap = match since_talk.unwrap_or(24.0) {
        h if h < 12.0 => h / 12.0,
        h if h <= 48.0 => 1.0,
        h => (1.0 + (h - 48.0) / 120.0 * 0.2).min(1.2),
    };
    let balance = 1.5 - situation.rhythm.initiation().unwrap_or(0.5);
    let value = unit(0.4 * response_rate + 0.3 * engagement + 0.2 * gap + 0.1 * balance);
    Pattern { response_rate, engagement, gap, balance, value }
}

fn personality(situation: &Situation<'_>) -> Personality {
    let t = &situation.persona.temperament;
    let weighed = [
        (t.extraversion, 0.3),
        (t.openness, 0.2),
        (t.agreeableness, 0.1),
        (t.conscientiousness, -0.1),
        (t.neuroticism, 0.15),
    ];
    let temperament = 1.0 + weighed.iter().map(|(x, w)| (within(*x, 0.0, 1.0, 0.5) - 0.5) * w).sum::<f64>();
    let mood = situation.mood.clamped();
    let (pleasure, arousal, dominance) =
        (0.8 + 0.3 * mood.pleasure, 1.0 - 0.2 * mood.arousal.abs(), 0.9 + 0.2 * mood.dominance);
    let value = within(temperament * pleasure * arousal * dominance / NEUTRAL_MOOD, 0.3, 1.7, 1.0);
    Personality { temperament, pleasure, arousal, dominance, value }
}
