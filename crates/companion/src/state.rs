//! The living instance of a persona with one person, and the thread it talks in, as they are stored.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::bond::Bond;
use philia_mind::growth::Version;
use philia_mind::life::Life;
use philia_mind::mood::Mood;
use philia_mind::mood::drift::Baseline;
use philia_mind::needs::Needs;
use philia_mind::proactive::Outreach;
use philia_mind::quirks::Quirk;
use philia_mind::{Persona, SessionId, ThreadId};
use serde::{Deserialize, Serialize};

/// One person's companion: kept by (person, persona).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct CompanionState {
    /// The persona it is an instance of.
    pub persona: String,
    /// What it has become: mood, needs, bond, habits, traits.
    #[serde(flatten)]
    pub life: Life,
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

/// A [`CompanionState`] as it is written, field by field: a part that is flattened is read by way of a copy of the whole,
/// and every turn reads one.
#[derive(Deserialize)]
struct Written {
    persona: String,
    born_at: Timestamp,
    baseline: Baseline,
    mood: Mood,
    needs: Needs,
    bond: Bond,
    version: Version,
    #[serde(default)]
    quirks: Vec<Quirk>,
    #[serde(default)]
    outreach: Outreach,
    #[serde(default)]
    reflected_at: Option<Timestamp>,
    turns: u64,
    #[serde(default)]
    last_turn_at: Option<Timestamp>,
    #[serde(default)]
    offline_announced: bool,
    #[serde(default)]
    disclosed_at: Option<Timestamp>,
}

impl From<Written> for CompanionState {
    fn from(written: Written) -> Self {
        let Written { persona, turns, last_turn_at, offline_announced, disclosed_at, .. } = written;
        let Written { born_at, baseline, mood, needs, bond, version, quirks, outreach, reflected_at, .. } = written;
        let life = Life { born_at, baseline, mood, needs, bond, version, quirks, outreach, reflected_at };
        Self { persona, life, turns, last_turn_at, offline_announced, disclosed_at }
    }
}

impl CompanionState {
    /// A companion as it is born.
    pub fn newborn(persona: &Persona, now: Timestamp, zone: &TimeZone) -> Self {
        Self {
            persona: persona.id.clone(),
            life: Life::newborn(persona, now, zone),
            turns: 0,
            last_turn_at: None,
            offline_announced: false,
            disclosed_at: None,
        }
    }
}

/// A run of turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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
