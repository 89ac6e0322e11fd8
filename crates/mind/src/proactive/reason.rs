//! Why one would write: each reason has its own trigger.

use super::{ProactiveConfig, Situation};
use crate::measure::hours;
use crate::mood::named;
use crate::needs::Need;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

named! {
    /// A reason to write, the most pressing first.
    #[derive(PartialOrd, Ord)]
    Reason {
        /// Something they asked to be reminded of is due.
        TaskDue = "task_due",
        /// Their last turns were low, or falling.
        EmotionalSupport = "emotional_support",
        /// Something that mattered has happened since, or is about to.
        MemoryTriggered = "memory_triggered",
        /// A need of its own is urgent.
        NeedFulfillment = "need_fulfillment",
        /// It is curious about something they like.
        CuriosityDriven = "curiosity_driven",
        /// They have not talked for a while.
        ScheduledCheckIn = "scheduled_check_in",
    }
}

/// What sort of matter there is to come back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// Something to be done, with the time at which it is due.
    Task,
    /// Something that happens at a time.
    Event,
    /// Something they like, as a noun ("climbing").
    Interest,
}

/// Something to come back to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matter<'a> {
    /// Its memory, so that nothing is asked twice.
    pub id: &'a str,
    /// What sort.
    pub kind: MatterKind,
    /// In their words.
    pub words: &'a str,
    /// When it is due or happens.
    pub at: Option<Timestamp>,
    /// 0..1.
    pub importance: f64,
    /// It hurts: not to be quoted back at them.
    pub tender: bool,
}

/// A reason that holds, and why it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// The reason.
    pub reason: Reason,
    /// Why it holds, in words.
    pub why: String,
    /// The need behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    /// The matter behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// Least importance of an event worth coming back to.
const MATTERS: f64 = 0.5;

/// Hours after an event in which to ask how it went.
const AFTER: std::ops::RangeInclusive<f64> = 2.0..=72.0;

/// Hours before an event in which to wish them well.
const BEFORE: f64 = 24.0;

/// Mean sentiment from which on somebody's last turns are low, and the fall that counts as one.
const LOW: f64 = -0.25;
const FALL: f64 = -0.4;

/// Hours for which their last turns say something about how they are.
const LATELY: f64 = 7.0 * 24.0;

/// The curiosity (0..100) and the intellectual need (0..1) from which on it asks of itself.
const CURIOUS: (f64, f64) = (60.0, 0.6);

/// Every reason that holds, the most pressing first. But for a reminder, none does right after a talk, or before the
/// first one.
pub(super) fn triggers(situation: &Situation<'_>, config: &ProactiveConfig) -> Vec<Trigger> {
    let mut out: Vec<Trigger> = due(situation).into_iter().collect();
    let silence = situation.rhythm.last.map(|at| hours(at, situation.now));
    if silence.is_some_and(|h| h >= config.settle_hours) {
        out.extend(support(situation, silence));
        out.extend(memory(situation));
        out.extend(wish(situation));
        out.extend(curiosity(situation));
        out.extend(check_in(silence, config));
    }
    out
}

fn trigger(reason: Reason, why: String) -> Trigger {
    Trigger { reason, why, need: None, about: None }
}

/// Matters of a kind that were not written about before.
fn open<'a>(situation: &Situation<'a>, kind: MatterKind) -> impl Iterator<Item = &'a Matter<'a>> {
    let outreach = situation.outreach;
    let asked = move |id: &str| outreach.sent.iter().any(|sent| sent.about.as_deref() == Some(id));
    situation.matters.iter().filter(move |matter| matter.kind == kind && !asked(matter.id))
}

fn due(situation: &Situation<'_>) -> Option<Trigger> {
    let task = open(situation, MatterKind::Task)
        .filter(|task| task.at.is_some_and(|at| at <= situation.now) && !task.words.trim().is_empty())
        .min_by_key(|task| task.at)?;
    let why = "they asked to be reminded, and it is time".to_owned();
    Some(Trigger { about: Some(task.id.to_owned()), ..trigger(Reason::TaskDue, why) })
}

fn support(situation: &Situation<'_>, silence: Option<f64>) -> Option<Trigger> {
    let turns: Vec<f64> = situation.sentiments.iter().copied().filter(|s| s.is_finite()).collect();
    if silence.is_none_or(|h| h > LATELY) || turns.len() < 3 {
        return None;
    }
    let mean = |turns: &[f64]| turns.iter().sum::<f64>() / turns.len().max(1) as f64;
    let low = mean(&turns[turns.len().saturating_sub(5)..]);
    let (before, last) = turns.split_at(turns.len() - 3);
    let fall = mean(last) - mean(&before[before.len().saturating_sub(3)..]);
    let why = if low <= LOW {
        format!("their last turns were low ({low:.2})")
    } else if !before.is_empty() && fall <= FALL {
        format!("their mood fell over their last turns (by {:.2})", -fall)
    } else {
        return None;
    };
    Some(trigger(Reason::EmotionalSupport, why))
}

fn memory(situation: &Situation<'_>) -> Option<Trigger> {
    let now = situation.now;
    let happened = |at: Timestamp| at <= now && AFTER.contains(&hours(at, now));
    let near = |at: Timestamp| at > now && hours(now, at) <= BEFORE;
    let event = open(situation, MatterKind::Event)
        .filter(|event| event.importance >= MATTERS && super::starter::can_be_told(event))
        .filter(|event| event.at.is_some_and(|at| happened(at) || near(at)))
        .max_by(|a, b| a.importance.total_cmp(&b.importance).then_with(|| b.id.cmp(a.id)))?;
    let is = if event.at.is_some_and(happened) { "has happened since" } else { "is about to happen" };
    let why = format!("something that mattered {is} (importance {:.2})", event.importance);
    Some(Trigger { about: Some(event.id.to_owned()), ..trigger(Reason::MemoryTriggered, why) })
}

fn wish(situation: &Situation<'_>) -> Option<Trigger> {
    let (need, level) = situation.needs.urgent(situation.now, situation.needs_config).into_iter().next()?;
    let why = format!("its {need} need is at {level:.2}");
    Some(Trigger { need: Some(need), ..trigger(Reason::NeedFulfillment, why) })
}

fn curiosity(situation: &Situation<'_>) -> Option<Trigger> {
    let interest = open(situation, MatterKind::Interest)
        .filter(|interest| super::starter::quotable(interest.words).is_some())
        .max_by(|a, b| a.importance.total_cmp(&b.importance).then_with(|| b.id.cmp(a.id)))?;
    let curiosity = situation.persona.all_traits().get("curiosity").copied().unwrap_or(0.0);
    let need = situation.needs.level(Need::Intellectual, situation.now, situation.needs_config);
    if curiosity < CURIOUS.0 || need < CURIOUS.1 {
        return None;
    }
    let why = format!("it is curious ({curiosity:.0}) about something they like");
    Some(Trigger { about: Some(interest.id.to_owned()), ..trigger(Reason::CuriosityDriven, why) })
}

fn check_in(silence: Option<f64>, config: &ProactiveConfig) -> Option<Trigger> {
    let hours = silence.filter(|h| *h >= config.check_in_hours)?;
    Some(trigger(Reason::ScheduledCheckIn, format!("they last talked {hours:.0} hours ago")))
}
