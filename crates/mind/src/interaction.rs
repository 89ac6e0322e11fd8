//! One turn of the log: what was said, what was answered, and how it came about.

use crate::thought::Thought;
use crate::{InteractionId, MemoryId, Pad, PersonaId, SessionId, ThreadId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The message is durable; no answer yet.
    Heard,
    /// Answered, or cut short by the person (see [`Interaction::cancelled`]).
    Answered,
    /// Brought in from elsewhere; the answer, if any, was given there.
    Imported,
}

/// One model that was asked and did not answer well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FailedAttempt {
    /// `provider:model`.
    pub model: String,
    /// What went wrong, in words fit for the person.
    pub error: String,
}

/// A memory that was in the prompt, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UsedMemory {
    /// Which.
    pub id: MemoryId,
    /// When it was true in the world.
    pub occurred_at: Timestamp,
    /// Why it was recalled, in words ("shares 'dog', 'name'; close in meaning; said 3 May").
    pub why: String,
    /// The final score.
    pub score: f64,
}

/// The emotion a message evoked in the companion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Felt {
    /// An OCC name, or `surprise`, `social`, `neutral`.
    pub emotion: String,
    /// 0..1.
    pub intensity: f64,
    /// The rule or model that said so.
    pub rule: String,
    /// What it added to the mood.
    pub delta: Pad,
}

/// One turn, verbatim. Append-only, but for redaction at the person's own request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Interaction {
    /// Its name; a repeated delivery of the same message has the same.
    pub id: InteractionId,
    /// The named conversation.
    pub thread: ThreadId,
    /// The run of turns it belongs to.
    pub session: SessionId,
    /// Its number within the session, from 0.
    pub turn: u64,
    /// Who answers.
    pub persona: PersonaId,
    /// The door it came through (`cli`, `web`, `api`, `import:chatgpt`).
    pub channel: String,
    /// When the message came.
    pub at: Timestamp,
    /// What the person said, verbatim.
    pub message: String,
    /// Who said it, where that is not the person (imports of talk between others).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// How far it has come.
    pub stage: Stage,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// When the answer was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied_at: Option<Timestamp>,
    /// The person stopped the answer; `reply` holds what had been said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
    /// The person had this turn forgotten: its texts are gone for good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
    /// Mood when the message came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood_before: Option<Pad>,
    /// Mood after it was felt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood_after: Option<Pad>,
    /// What it evoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub felt: Option<Felt>,
    /// What the companion thought before it answered; never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thought: Option<Thought>,
    /// What it did to the bond, and why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bond: Option<String>,
    /// Memories that were in the prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used: Vec<UsedMemory>,
    /// `provider:model` that answered; `offline` for the built-in voice; `care` for the care protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Models that were asked first and failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<FailedAttempt>,
    /// Tokens of the prompt, as the model counted them.
    #[serde(default)]
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    #[serde(default)]
    pub completion_tokens: u64,
    /// Milliseconds by step, in order (`recall`, `feel`, `compose`, `speak`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latency: Vec<(String, f64)>,
    /// What was noticed by care or guard, without content (`crisis`, `worry`, `role_manipulation`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<String>,
    /// A part that was not there, so that this turn went without it (`embedder`, `store`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub degraded: Vec<String>,
}
