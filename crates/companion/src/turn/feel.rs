//! Feel: what the message means to the companion, and what it does to its mood.

use super::hear::Turn;
use super::{Result, Sink, TurnEvent};
use crate::person::Person;
use crate::records::Versioned;
use crate::state::CompanionState;
use jiff::Timestamp;
use philia_mind::Pad;
use philia_mind::appraisal::Appraisal;
use philia_mind::interaction::Felt;
use std::time::Instant;

/// The companion's state before and after a message was felt.
pub(super) struct Feeling {
    pub(super) state: Versioned<CompanionState>,
    pub(super) appraisal: Appraisal,
    pub(super) before: Pad,
    pub(super) after: Pad,
    pub(super) now: Timestamp,
}

impl Feeling {
    /// Have they never talked before?
    pub(super) fn first_meeting(&self) -> bool {
        self.state.value.turns == 0
    }
}

pub(super) async fn feel(person: &Person, turn: &mut Turn, sink: &Sink) -> Result<Feeling> {
    let started = Instant::now();
    let now = turn.interaction.at;
    let state = match person.state(&turn.persona, now).await {
        Err(error) if turn.version == 0 => {
            tracing::warn!(%error, "the companion's state cannot be read; it feels as a newborn");
            Versioned { value: CompanionState::newborn(&turn.persona, now), version: 0 }
        }
        other => other?,
    };
    let appraisal = person.app.rules.appraise(&turn.interaction.message, &turn.persona.temperament);
    let before = state.value.mood_at(person.app.parts.settings.mood_half_life_hours, now);
    let after = before.plus(appraisal.delta);
    let felt = Felt::from(&appraisal);
    turn.took("feel", started);
    sink.send(TurnEvent::Felt { before, after, felt }).await;
    Ok(Feeling { state, appraisal, before, after, now })
}
