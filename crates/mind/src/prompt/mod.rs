//! The prompt: persona and live state in words, within a budget of tokens.

use crate::appraisal::Appraisal;
use crate::memory::recall::Recalled;
use crate::{Pad, Persona, Profile};
use jiff::Zoned;

/// Everything a prompt is made of.
#[derive(Clone, Copy)]
pub struct PromptInput<'a> {
    /// Who speaks.
    pub persona: &'a Persona,
    /// Who is spoken with.
    pub profile: &'a Profile,
    /// The mood now.
    pub mood: Pad,
    /// What the message evoked.
    pub felt: Option<&'a Appraisal>,
    /// What was recalled for this message, in any order.
    pub recalled: &'a [Recalled],
    /// The present, in the person's time zone.
    pub now: &'a Zoned,
    /// Tokens that the whole prompt may take, as `estimate` counts them.
    pub budget: usize,
    /// Estimates the tokens of a text.
    pub estimate: &'a dyn Fn(&str) -> usize,
    /// They have never talked before.
    pub first_meeting: bool,
    /// Parts that are not there this time (`embedder`, `store`), in words fit for the model.
    pub degraded: &'a [String],
}

/// A prompt in two parts, the one that stays the same first, so that providers' prompt caches hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The persona: the same bytes for the same persona.
    pub stable: String,
    /// The present: time, person, mood, memories.
    pub dynamic: String,
    /// Recalled memories that did not fit.
    pub dropped: usize,
}

/// Composes the prompt.
pub fn compose(input: &PromptInput<'_>) -> Prompt {
    let memories: String = input.recalled.iter().map(|r| format!("- {}\n", r.memory.content)).collect();
    Prompt {
        stable: format!("You are {}. {}", input.persona.name, input.persona.description),
        dynamic: format!("It is {}.\n{memories}", input.now.date()),
        dropped: 0,
    }
}
