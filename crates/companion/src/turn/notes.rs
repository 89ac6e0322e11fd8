//! Notes: what honesty adds to an answer: that this is an AI, that a turn is not kept, and what is not clear.

use super::clarify;
use super::feel::Feeling;
use super::hear::Turn;
use super::speak::{OFFLINE, Said};
use super::{Sink, TurnEvent};
use crate::person::Person;
use jiff::SignedDuration;
use philia_mind::guard::care::{self, Language};

/// What is said where the store fails.
pub(super) const NOT_KEPT: &str = "(I can't reach my memory right now: this will not be remembered.)";

/// Appends what must be said. Returns whether it was said that this is an AI.
pub(super) async fn append(person: &Person, turn: &Turn, feeling: &Feeling, said: &mut Said, sink: &Sink) -> bool {
    // What asks for a tool is no answer yet, and what is to be JSON is read by a program.
    let for_a_program = turn.brought.as_ref().is_some_and(|with| with.json);
    if said.cancelled || !said.tool_calls.is_empty() || for_a_program {
        return false;
    }
    // The offline voice says it by itself at the first meeting and when asked.
    let by_model = said.model != OFFLINE;
    let said_by_itself = !by_model && feeling.first_meeting();
    let never_said = feeling.state.value.disclosed_at.is_none();
    let asked = care::asked_if_ai_in(&turn.interaction.message);
    // The offline voice answers that by itself in English.
    let asked = asked.filter(|language| by_model || *language != Language::English);
    let disclose = !said_by_itself && (never_said || asked.is_some() || reminder_is_due(turn, feeling));
    let mut notes = Vec::new();
    if disclose {
        let language = asked.unwrap_or_else(|| Language::of_tag(&turn.profile.language));
        notes.push(care::disclosure(&turn.persona.name, language));
    }
    if turn.interaction.degraded.iter().any(|part| part == "store") {
        notes.push(NOT_KEPT.to_owned());
    }
    if turn.version > 0 {
        notes.extend(clarify::attend(person, turn, feeling).await);
    }
    for note in notes {
        let note = format!("\n\n{note}");
        said.text.push_str(&note);
        sink.send(TurnEvent::Text(note)).await;
    }
    disclose || said_by_itself
}

/// By the clock: every so many minutes of one session (180; hourly in minor mode).
fn reminder_is_due(turn: &Turn, feeling: &Feeling) -> bool {
    let minutes = match turn.profile.age_band {
        philia_mind::profile::AgeBand::Minor => turn.profile.reminder_minutes.min(60),
        _ => turn.profile.reminder_minutes,
    };
    let last = feeling.state.value.disclosed_at.map_or(turn.session_started, |at| at.max(turn.session_started));
    turn.interaction.at.duration_since(last) >= SignedDuration::from_mins(i64::from(minutes))
}
