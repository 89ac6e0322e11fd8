//! The prompt: persona and live state in words, within a budget of tokens.
//!
//! Two parts. `stable` is the persona, the same bytes for the same persona, so that providers' prompt caches hit.
//! `dynamic` is the present: the time, the person, the mood, what was recalled. What was recalled is data: each memory
//! is one line, told when and by whom, within a fence that its text cannot close. So is the character: what its author
//! wrote, in a file or a card, sets a voice and stands within a fence of its own.

mod held;
mod macros;
mod present;
mod stable;

pub use held::{Agenda, Block, Known};
pub use macros::expand;

use crate::appraisal::Appraisal;
use crate::bond::{self, Level};
use crate::memory::recall::Recalled;
use crate::needs::Need;
use crate::persona::LoreEntry;
use crate::{Pad, Persona, Profile};
use jiff::Zoned;
use std::collections::BTreeMap;

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

/// What a character has become with one person, and what this moment adds. Nothing of it, by default: the persona as
/// its file describes it.
#[derive(Clone, Copy, Default)]
pub struct Living<'a> {
    /// Traits as they are now, over those of the file.
    pub traits: Option<&'a BTreeMap<String, f64>>,
    /// How close the two are; the persona's overrides for that level apply.
    pub bond: Option<Level>,
    /// The turn before this one was one of a crisis.
    pub after_crisis: bool,
    /// Habits the companion has grown with this person, the strongest first, each in a sentence.
    pub quirks: &'a [&'a str],
    /// Needs that are urgent, the most urgent first.
    pub needs: &'a [Need],
    /// Background that the recent talk brought to mind ([`Lore::triggered`](crate::persona::Lore::triggered)).
    pub lore: &'a [&'a LoreEntry],
    /// Core blocks, in order.
    pub blocks: &'a [Block<'a>],
    /// What is known of the person, the most important first.
    pub known: &'a [Known<'a>],
    /// What they have to do, as far as it bears on this turn.
    pub agenda: Agenda<'a>,
}

/// A prompt in two parts, the one that stays the same first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The persona and the core blocks: the same bytes as long as neither changes.
    pub stable: String,
    /// The present: time, person, mood, memories.
    pub dynamic: String,
    /// Recalled memories that did not fit.
    pub dropped: usize,
}

/// How a provider takes its system prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// One system message.
    System,
    /// A system message for what stays, a developer message for what changes.
    SystemAndDeveloper,
    /// Gemini's `system_instruction`, in parts.
    SystemInstruction,
    /// One text, for models without roles.
    Plain,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::System, Self::SystemAndDeveloper, Self::SystemInstruction, Self::Plain];

    /// The name, as people type it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::SystemAndDeveloper => "developer",
            Self::SystemInstruction => "gemini",
            Self::Plain => "plain",
        }
    }
}

/// Where a section of a prompt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A message of the role `system`.
    System,
    /// A message of the role `developer`.
    Developer,
    /// A part of `system_instruction`.
    SystemInstruction,
    /// The head of the text.
    Text,
}

impl Prompt {
    /// The prompt as a dialect wants it, in order.
    pub fn sections(&self, dialect: Dialect) -> Vec<(Place, String)> {
        let both =
            || if self.dynamic.is_empty() { self.stable.clone() } else { format!("{}\n{}", self.stable, self.dynamic) };
        let apart = |first: Place, second: Place| {
            let parts = [(first, &self.stable), (second, &self.dynamic)];
            parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(place, text)| (place, text.clone())).collect()
        };
        match dialect {
            Dialect::System => vec![(Place::System, both())],
            Dialect::SystemAndDeveloper => apart(Place::System, Place::Developer),
            Dialect::SystemInstruction => apart(Place::SystemInstruction, Place::SystemInstruction),
            Dialect::Plain => vec![(Place::Text, both())],
        }
    }
}

/// What a character compiles to without a conversation around it.
#[derive(Clone, Copy)]
pub struct CompileInput<'a> {
    /// Who speaks.
    pub persona: &'a Persona,
    /// What they have become.
    pub living: Living<'a>,
    /// The mood now; without one, nothing is said of it.
    pub mood: Option<Pad>,
    /// What the person is called, if that is known.
    pub user: Option<&'a str>,
    /// Tokens that the whole prompt may take, as `estimate` counts them.
    pub budget: usize,
    /// Estimates the tokens of a text.
    pub estimate: &'a dyn Fn(&str) -> usize,
}

/// Compiles persona and live state to a system prompt. The same input gives the same bytes.
///
/// What does not fit the budget is left out whole: triggered lore from the last on, then examples, then constant lore,
/// then the end of the character's own words. The rules of care always stay, however small the budget.
pub fn compile(input: &CompileInput<'_>) -> Prompt {
    let persona = at_this_bond(input.persona, &input.living);
    let mut living = input.living;
    let mut dynamic = present::state(&persona, &living, input.mood, input.user);
    // What came to mind may take half of the room.
    while !living.lore.is_empty() && (input.estimate)(&dynamic) > input.budget / 2 {
        living.lore = &living.lore[..living.lore.len() - 1];
        dynamic = present::state(&persona, &living, input.mood, input.user);
    }
    let room = input.budget.saturating_sub((input.estimate)(&dynamic));
    let sheet = stable::Sheet::new(&persona, &living, input.user);
    Prompt { stable: whole(&sheet, room, input.estimate), dynamic, dropped: 0 }
}

/// Composes the prompt of a persona as its file describes it; see [`compose_living`].
pub fn compose(input: &PromptInput<'_>) -> Prompt {
    compose_living(input, &Living::default())
}

/// Composes the prompt of a turn. What does not fit the budget is left out whole: first the memories with the lowest
/// scores and the lore told last, then the persona's examples. Who speaks, the time and the rules of care always stay,
/// however small the budget.
pub fn compose_living(input: &PromptInput<'_>, living: &Living<'_>) -> Prompt {
    let estimate = input.estimate;
    let persona = at_this_bond(input.persona, living);
    let input = &PromptInput { persona: &persona, ..*input };
    let mut living = *living;
    let mut bare = present::compose(input, &living, &[]);
    while !living.lore.is_empty() && estimate(&bare) > input.budget / 3 {
        living.lore = &living.lore[..living.lore.len() - 1];
        bare = present::compose(input, &living, &[]);
    }
    while !living.known.is_empty() && estimate(&bare) > input.budget / 3 {
        living.known = &living.known[..living.known.len() - 1];
        bare = present::compose(input, &living, &[]);
    }
    let room = input.budget.saturating_sub(estimate(&bare));
    let sheet = stable::Sheet::new(&persona, &living, input.profile.display_name.as_deref());
    let stable = whole(&sheet, room, estimate);
    let left = input.budget.saturating_sub(estimate(&stable));

    let mut best_first: Vec<&Recalled> = input.recalled.iter().collect();
    best_first.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.memory.id.cmp(&b.memory.id)));
    // One that could never fit must not crowd out those that do.
    best_first.retain(|recalled| estimate(&present::compose(input, &living, &[recalled])) <= left);
    let mut dynamic = present::compose(input, &living, &best_first);
    while !best_first.is_empty() && estimate(&dynamic) > left {
        best_first.pop();
        dynamic = present::compose(input, &living, &best_first);
    }
    Prompt { stable, dynamic, dropped: input.recalled.len() - best_first.len() }
}

/// The part that stays: the persona, and behind it the core blocks, which take a third of the room at most.
fn whole(sheet: &stable::Sheet<'_>, room: usize, estimate: &dyn Fn(&str) -> usize) -> String {
    let blocks = held::blocks(sheet.living.blocks, room / 3, estimate);
    stable::fitted(sheet, room.saturating_sub(estimate(&blocks)), estimate) + &blocks
}

/// The persona as it is at this level of closeness.
fn at_this_bond<'a>(persona: &'a Persona, living: &Living<'_>) -> std::borrow::Cow<'a, Persona> {
    match living.bond {
        Some(level) => bond::with_overrides(persona, &persona.bond, level),
        None => std::borrow::Cow::Borrowed(persona),
    }
}

/// Paragraphs of data: lines stay, and everything else is as in [`data`].
fn paragraphs(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '<' => out.push('‹'),
            '>' => out.push('›'),
            '\n' => out.push('\n'),
            '\r' => {}
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
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
