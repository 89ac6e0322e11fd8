//! Feel: what the message means to the companion, and what it does to its mood, its needs and its bond.

use super::hear::Turn;
use super::{Result, Sink, TurnEvent};
use crate::person::Person;
use crate::records::Versioned;
use crate::state::CompanionState;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::appraisal::Appraisal;
use philia_mind::interaction::Felt;
use philia_mind::life::{Lived, Setting};
use philia_mind::profile::AgeBand;
use philia_mind::signal::Signals;
use philia_mind::thought::{Considered, Occasion, Thought, inner_thought};
use philia_mind::{Pad, Persona};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

/// The companion before and after a message was felt.
pub(super) struct Feeling {
    /// As it was when the message came, the nights that had passed lived.
    pub(super) state: Versioned<CompanionState>,
    pub(super) message: Message,
    pub(super) lived: Lived,
    /// The mood as it shows: with what it urgently needs.
    pub(super) shown: Pad,
    pub(super) thought: Thought,
    /// The persona as it has grown.
    pub(super) grown: Arc<Persona>,
    pub(super) now: Timestamp,
}

/// What a message says to whom: all that a life needs to take it in.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) signals: Signals,
    pub(super) appraisal: Appraisal,
    persona: Arc<Persona>,
    zone: TimeZone,
    minor: bool,
}

impl Message {
    /// Lets a companion take it in.
    pub(super) fn reach(&self, person: &Person, state: &mut CompanionState, now: Timestamp) -> Lived {
        let setting = Setting { persona: &self.persona, now, zone: &self.zone, minor: self.minor };
        state.life.turn(self.signals, &self.appraisal, false, &setting, &person.app.parts.settings.life)
    }
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
    let zone = person.zone(&turn.profile);
    let state = match person.rested(&turn.persona, &turn.profile, now).await {
        Err(error) if turn.version == 0 || error.is_passing() => {
            tracing::warn!(%error, "the companion's state cannot be read; it feels as a newborn");
            turn.goes_unsaved();
            Versioned { value: CompanionState::newborn(&turn.persona, now, &zone), version: 0 }
        }
        other => other?,
    };
    let persona = Arc::clone(&turn.persona);
    let (signals, appraisal) =
        person.app.signposts.read_and_appraise(&person.app.rules, &turn.interaction.message, &persona);
    let message = Message { signals, appraisal, persona, zone, minor: turn.profile.age_band == AgeBand::Minor };

    let mut after = state.value.clone();
    let lived = message.reach(person, &mut after, now);
    let config = &person.app.parts.settings.life;
    let shown = after.life.shown_mood(now, config);
    let thought = inner_thought(&Considered {
        mood: shown,
        appraisal: Some(&message.appraisal),
        urgent: &after.life.needs.urgent(now, &config.needs),
        crisis: false,
        occasion: Occasion::Reply { signals },
    });
    let grown = match after.life.version.worn_by(&turn.persona) {
        Cow::Borrowed(_) => Arc::clone(&turn.persona),
        Cow::Owned(grown) => Arc::new(grown),
    };
    turn.took("feel", started);
    let felt = Felt::from(&message.appraisal);
    sink.send(TurnEvent::Felt { before: lived.before, after: lived.after, felt }).await;
    Ok(Feeling { state, message, lived, shown, thought, grown, now })
}
