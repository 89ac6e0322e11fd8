//! The living instance of a persona with one person, and the thread it talks in, as they are stored.

use jiff::Timestamp;
use philia_mind::{Mood, Pad, Persona, SessionId, ThreadId, mood};
use serde::{Deserialize, Serialize};

/// One person's companion: kept by (person, persona).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompanionState {
    /// The persona it is an instance of.
    pub persona: String,
    /// When they first met.
    pub born_at: Timestamp,
    /// The mood it was born with and relaxes to.
    pub baseline: Pad,
    /// The mood as it was last felt.
    pub mood: Mood,
    /// Turns answered.
    pub turns: u64,
    /// When it last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_turn_at: Option<Timestamp>,
    /// It has said that it speaks without a model.
    #[serde(default)]
    pub offline_announced: bool,
    /// When it last said that it is an AI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosed_at: Option<Timestamp>,
}

impl CompanionState {
    /// A companion as it is born: its mood is its temperament's.
    pub fn newborn(persona: &Persona, now: Timestamp) -> Self {
        let baseline = mood::baseline_of(&persona.temperament);
        Self {
            persona: persona.id.clone(),
            born_at: now,
            baseline,
            mood: Mood { pad: baseline, at: now },
            turns: 0,
            last_turn_at: None,
            offline_announced: false,
            disclosed_at: None,
        }
    }

    /// The mood as it is now.
    pub fn mood_at(&self, half_life_hours: f64, now: Timestamp) -> Pad {
        self.mood.at(self.baseline, half_life_hours, now)
    }
}

/// A run of turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionState {
    /// Its name.
    pub id: SessionId,
    /// The thread it belongs to.
    pub thread: ThreadId,
    /// When its first message came.
    pub started_at: Timestamp,
    /// When its last message came.
    pub last_at: Timestamp,
    /// Turns so far.
    pub turns: u64,
}

/// A named conversation and the session that is open in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreadState {
    /// Its name.
    pub id: ThreadId,
    /// What a person calls it, where that is not its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// Turns in all its sessions.
    pub turns: u64,
    /// The newest session; earlier ones are records of their own.
    pub session: SessionState,
}
