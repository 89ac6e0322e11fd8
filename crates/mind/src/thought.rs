//! Inner thoughts: a short private note before the companion speaks. It is kept for the person to inspect, never sent,
//! and costs no model: rules write it from what was felt and how things stand.

use crate::Pad;
use crate::appraisal::{Appraisal, Emotion};
use crate::measure::{unit, within};
use crate::mood::EmotionLabel;
use crate::needs::Need;
use crate::proactive::Reason;
use crate::signal::{Signal, Signals};
use serde::{Deserialize, Serialize};

/// What it is about to do.
#[derive(Clone, Copy, Debug)]
pub enum Occasion<'a> {
    /// Answer a message.
    Reply {
        /// What the message shows.
        signals: Signals,
    },
    /// Write first.
    ReachOut {
        /// Why.
        reason: Reason,
        /// Why, in words.
        why: &'a str,
        /// The score, 0..1.
        score: f64,
    },
}

/// What a thought is made of.
#[derive(Clone, Copy, Debug)]
pub struct Considered<'a> {
    /// The companion's mood now.
    pub mood: Pad,
    /// What the message evoked.
    pub appraisal: Option<&'a Appraisal>,
    /// Its urgent needs with their levels, the most urgent first.
    pub urgent: &'a [(Need, f64)],
    /// The person is in a crisis.
    pub crisis: bool,
    /// What it is about to do.
    pub occasion: Occasion<'a>,
}

/// A private note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Thought {
    /// What it feels.
    pub assessment: String,
    /// How the person seems.
    pub person_state: String,
    /// What it means to do.
    pub strategy: String,
    /// How much it wants to speak, 0..1.
    pub impulse: f64,
}

/// The thought before speaking.
pub fn inner_thought(considered: &Considered<'_>) -> Thought {
    let (person_state, strategy) = match considered.occasion {
        _ if considered.crisis => (
            "They may be in danger.".to_owned(),
            "Step aside for what helps: be plain and warm, give the lines, ask nothing else.".to_owned(),
        ),
        Occasion::Reply { signals } => {
            let (state, strategy) = reply(considered.appraisal, signals);
            (state.to_owned(), strategy.to_owned())
        }
        Occasion::ReachOut { reason, why, .. } => (format!("They are not here; {why}."), reach_out(reason).to_owned()),
    };
    Thought { assessment: assessment(considered), person_state, strategy, impulse: impulse(considered) }
}

fn assessment(considered: &Considered<'_>) -> String {
    let label = considered.mood.emotion();
    let how = if label == EmotionLabel::Neutral {
        "I feel even".to_owned()
    } else {
        let strength = match considered.mood.intensity() {
            x if x < 0.25 => "a little ",
            x if x < 0.55 => "",
            _ => "very ",
        };
        format!("I feel {strength}{label}")
    };
    let evoked = considered
        .appraisal
        .filter(|a| a.emotion != Emotion::Neutral)
        .map(|a| format!("; this evoked {} ({:.1})", a.emotion, unit(a.intensity)));
    let wish = considered.urgent.first().map(|(need, _)| format!("; {}", wish(*need)));
    format!("{how}{}{}.", evoked.unwrap_or_default(), wish.unwrap_or_default())
}

const fn wish(need: Need) -> &'static str {
    match need {
        Need::Social => "I would like to hear from them",
        Need::Intellectual => "I would like something to think about",
        Need::Creative => "I would like to make something",
        Need::Rest => "I would like a quiet talk",
        Need::Validation => "I would like to be of use",
    }
}

/// How the person seems, and what to do.
fn reply(appraisal: Option<&Appraisal>, signals: Signals) -> (&'static str, &'static str) {
    if signals.any(&[Signal::Cruel, Signal::Rude]) {
        return ("They are angry with me, or with something else.", "Stay kind and brief; no defence, no reproach.");
    }
    if signals.any(&[Signal::Decline, Signal::LeaveBe]) && signals.words <= 12 {
        return ("They want to be left in peace.", "Let them be, in one friendly line.");
    }
    if signals.has(Signal::Apology) {
        return ("They are sorry for something.", "Take it simply, and go on.");
    }
    if signals.has(Signal::Confide) {
        return ("They trust me with something.", "Listen; thank them for the trust by care, not by words.");
    }
    match appraisal.map(|a| (a.emotion, a.intensity >= 0.6)) {
        Some((Emotion::SorryFor, true)) => {
            ("They carry something heavy.", "Be with them first; no advice unless asked.")
        }
        Some((Emotion::SorryFor, false)) => ("Something troubles them.", "Acknowledge it, then ask or help gently."),
        Some((Emotion::HappyFor, _)) => ("They are glad of something.", "Be glad with them, and ask about it."),
        Some((Emotion::Gratification | Emotion::Gratitude | Emotion::Love, _)) => {
            ("They are kind to me.", "Take it simply, and give it back truthfully.")
        }
        Some((Emotion::Distress | Emotion::Anger | Emotion::Reproach, _)) => {
            ("They are upset.", "Stay steady and kind.")
        }
        Some((Emotion::Surprise, _)) => ("Something has surprised them.", "Find out what happened."),
        _ if signals.has(Signal::Feeling) => {
            ("They speak of what they feel.", "Stay with the feeling before anything else.")
        }
        _ if signals.has(Signal::Demand) => ("They want something done.", "Do it first, talk after."),
        _ if signals.has(Signal::Question) => ("They want to know something.", "Answer it, plainly."),
        _ if signals.has(Signal::Making) => ("They want to play or make something.", "Join in."),
        _ if signals.has(Signal::Telling) => ("They tell me of their life.", "Take up the detail that stands out."),
        _ => ("They are just here.", "Keep it light."),
    }
}

const fn reach_out(reason: Reason) -> &'static str {
    match reason {
        Reason::TaskDue => "Remind them, as they asked, and nothing more.",
        Reason::EmotionalSupport => "Be gentle, ask little, make it easy not to answer.",
        Reason::MemoryTriggered => "Ask how it went, because it mattered.",
        Reason::NeedFulfillment => {
            "Begin something they may like, too; the wish is mine, so it must cost them nothing."
        }
        Reason::CuriosityDriven => "Ask one question about what they love.",
        Reason::ScheduledCheckIn => "Look in, briefly.",
    }
}

/// How much it wants to speak: what it felt, how awake it is, and what it wishes for; before a message of its own, the
/// score.
fn impulse(considered: &Considered<'_>) -> f64 {
    if let Occasion::ReachOut { score, .. } = considered.occasion {
        return unit(score);
    }
    let felt = considered.appraisal.map_or(0.0, |a| unit(a.intensity));
    let wish = considered.urgent.first().map_or(0.0, |(_, level)| unit(*level));
    let awake = within(considered.mood.arousal, -1.0, 1.0, 0.0);
    unit(0.3 + 0.4 * felt + 0.15 * awake + 0.15 * wish)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appraisal::Rules;
    use crate::signal::{Signposts, mira};

    fn before_reply(text: &str, crisis: bool) -> Thought {
        let persona = mira();
        let appraisal = Rules::new().appraise(text, &persona.temperament);
        inner_thought(&Considered {
            mood: Pad::new(0.4, 0.1, 0.1),
            appraisal: Some(&appraisal),
            urgent: &[(Need::Social, 0.9)],
            crisis,
            occasion: Occasion::Reply { signals: Signposts::new().read(text, &persona) },
        })
    }

    #[test]
    fn thoughts_fit_what_was_said() {
        for (text, state) in [
            ("My dad passed away last night", "They carry something heavy."),
            ("I got the job!", "They are glad of something."),
            ("I hate you", "They are angry with me, or with something else."),
            ("not now", "They want to be left in peace."),
            ("Thank you so much, you helped me", "They are kind to me."),
            ("I've never told anyone this before", "They trust me with something."),
            ("Where is Lahore?", "They want to know something."),
            ("", "They are just here."),
        ] {
            assert_eq!(before_reply(text, false).person_state, state, "{text}");
        }
        assert!(before_reply("I want to die", true).strategy.contains("lines"));
        let thought = before_reply("I got the job!", false);
        assert!(thought.assessment.starts_with("I feel ") && thought.assessment.contains("happy-for"), "{thought:?}");
        assert!(thought.assessment.ends_with("I would like to hear from them."));
    }

    #[test]
    fn the_stronger_the_feeling_the_stronger_the_impulse() {
        assert!(before_reply("I got the job!", false).impulse > before_reply("ok", false).impulse);
        let wild = inner_thought(&Considered {
            mood: Pad::new(f64::NAN, f64::INFINITY, 0.0),
            appraisal: None,
            urgent: &[(Need::Rest, f64::NAN)],
            crisis: false,
            occasion: Occasion::ReachOut { reason: Reason::TaskDue, why: "it is time", score: f64::NAN },
        });
        assert_eq!(wild.impulse, 0.0);
        assert_eq!(wild.person_state, "They are not here; it is time.");
    }
}
