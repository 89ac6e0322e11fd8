//! The prompt: persona and live state in words, within a budget of tokens.
//!
//! Two parts. `stable` is the persona, the same bytes for the same persona, so that providers' prompt caches hit.
//! `dynamic` is the present: the time, the person, the mood, what was recalled. What was recalled is data: each memory
//! is one line, told when and by whom, within a fence that its text cannot close.

mod present;
mod stable;

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

/// A prompt in two parts, the one that stays the same first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The persona: the same bytes for the same persona.
    pub stable: String,
    /// The present: time, person, mood, memories.
    pub dynamic: String,
    /// Recalled memories that did not fit.
    pub dropped: usize,
}

/// Composes the prompt. What does not fit the budget is left out whole: first the memories with the lowest scores, then
/// the persona's examples. Who speaks, the time and the rules of care always stay, however small the budget.
pub fn compose(input: &PromptInput<'_>) -> Prompt {
    let bare = present::compose(input, &[]);
    let spent = (input.estimate)(&bare);
    let mut stable = stable::compose(input.persona, true);
    if (input.estimate)(&stable) + spent > input.budget {
        stable = stable::compose(input.persona, false);
    }
    let left = input.budget.saturating_sub((input.estimate)(&stable));

    let mut best_first: Vec<&Recalled> = input.recalled.iter().collect();
    best_first.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.memory.id.cmp(&b.memory.id)));
    // One that could never fit must not crowd out those that do.
    best_first.retain(|recalled| (input.estimate)(&present::compose(input, &[recalled])) <= left);
    let mut dynamic = present::compose(input, &best_first);
    while !best_first.is_empty() && (input.estimate)(&dynamic) > left {
        best_first.pop();
        dynamic = present::compose(input, &best_first);
    }
    Prompt { stable, dynamic, dropped: input.recalled.len() - best_first.len() }
}

/// One line of data: no line breaks or control characters, and no sign with which a fence could be closed or forged.
/// Nothing else is changed, and nothing is cut.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push('‹'),
            '>' => out.push('›'),
            // Line and paragraph separators, and the marks that turn the direction of writing.
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push(' '),
            c if c.is_control() || c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    out.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
