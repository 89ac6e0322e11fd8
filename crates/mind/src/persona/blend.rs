//! Blending: one character out of several.
//!
//! Numbers are weighted means, switches go by weighted majority, texts come from the heaviest with the others named as
//! influences. Limits are never averaged: they are united, and the strictest wins.

use super::{Persona, Speed, Style, Temperament, traits};
use crate::bond::{BondPolicy, Thresholds};
use std::collections::{BTreeMap, BTreeSet};

/// Why personas could not be blended.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BlendError {
    /// A weight that is negative or no finite number.
    #[error("the weight of {id} is {weight}; allowed: a finite number of at least 0")]
    Weight {
        /// Whose.
        id: String,
        /// What it is.
        weight: f64,
    },
    /// No weight is above zero, or there is nobody to blend.
    #[error("nobody has any weight; allowed: at least one weight above 0")]
    Nobody,
}

/// A persona and its share of the whole.
struct Part<'a> {
    persona: &'a Persona,
    share: f64,
}

/// Blends personas by their weights, which need not sum to one. The order does not matter, and a persona blended with
/// itself is itself.
///
/// # Errors
/// A weight that is negative or not finite, or weights that are all zero.
pub fn blend(personas: &[(&Persona, f64)]) -> Result<Persona, BlendError> {
    if let Some((persona, weight)) = personas.iter().find(|(_, w)| !w.is_finite() || *w < 0.0) {
        return Err(BlendError::Weight { id: persona.id.clone(), weight: *weight });
    }
    let parts = parts(personas);
    match parts.as_slice() {
        [] => Err(BlendError::Nobody),
        [one] => Ok(one.persona.clone()),
        [heaviest, others @ ..] => Ok(mixed(heaviest.persona, others, &parts)),
    }
}

/// The different personas among these that have any weight, heaviest first; equals by what is written in them, so that
/// the order in which they came does not show.
fn parts<'a>(personas: &[(&'a Persona, f64)]) -> Vec<Part<'a>> {
    // Divided by the greatest first: the sum of huge weights would be no number.
    let greatest = personas.iter().fold(0.0_f64, |greatest, (_, weight)| greatest.max(*weight));
    let mut weighed: Vec<(String, Part<'a>)> = personas
        .iter()
        .filter(|(_, weight)| *weight / greatest > 0.0)
        .map(|(persona, weight)| {
            let written = format!("{}\n{}", persona.id, serde_json::Value::Object(persona.to_map()));
            (written, Part { persona, share: weight / greatest })
        })
        .collect();
    weighed.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.share.total_cmp(&y.share)));
    weighed.dedup_by(|(b, later), (a, kept)| {
        let same = a == b;
        kept.share += if same { later.share } else { 0.0 };
        same
    });
    weighed.sort_by(|(a, x), (b, y)| y.share.total_cmp(&x.share).then_with(|| a.cmp(b)));
    let total: f64 = weighed.iter().map(|(_, part)| part.share).sum();
    weighed.into_iter().map(|(_, part)| Part { share: part.share / total, ..part }).collect()
}

fn mixed(heaviest: &Persona, others: &[Part<'_>], parts: &[Part<'_>]) -> Persona {
    let names: Vec<&str> = others.iter().map(|part| part.persona.name.trim()).collect();
    let ids: Vec<&str> = parts.iter().map(|part| part.persona.id.as_str()).collect();
    let mut id = ids.join("-");
    id.truncate(super::schema::NAME);
    Persona {
        id,
        description: format!("{}\n\nInfluences: {}.", heaviest.description.trim_end(), names.join(", ")),
        tags: united(parts, |persona| &persona.tags),
        temperament: temperament(parts),
        traits: all_traits(parts),
        immutable_traits: united(parts, |persona| &persona.immutable_traits),
        style: style(heaviest, parts),
        evolution: super::Evolution { speed: speed(parts) },
        bond: BondPolicy { thresholds: thresholds(parts), ..heaviest.bond.clone() },
        safety: super::Safety {
            refuses: united(parts, |persona| &persona.safety.refuses),
            disclose_every_minutes: parts
                .iter()
                .map(|part| part.persona.safety.disclose_every_minutes)
                .min()
                .unwrap_or(super::Safety::LONGEST_CADENCE),
        },
        lorebook: super::Lorebook {
            entries: united(parts, |persona| &persona.lorebook.entries),
            ..heaviest.lorebook.clone()
        },
        ..heaviest.clone()
    }
}

/// The weighted mean, never outside of what was averaged.
fn mean(parts: &[Part<'_>], of: impl Fn(&Persona) -> f64) -> f64 {
    mean_of(parts.iter().map(|part| (of(part.persona), part.share)))
}

fn mean_of(values: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let total: f64 = values.clone().map(|(_, share)| share).sum();
    let sum: f64 = values.clone().map(|(value, share)| value * share).sum();
    let least = values.clone().fold(f64::INFINITY, |least, (value, _)| least.min(value));
    let most = values.fold(f64::NEG_INFINITY, |most, (value, _)| most.max(value));
    (sum / total).max(least).min(most)
}

/// What the greater weight says; where it is even, the heaviest.
fn majority(parts: &[Part<'_>], of: impl Fn(&Persona) -> bool) -> bool {
    let yes: f64 = parts.iter().filter(|part| of(part.persona)).map(|part| part.share).sum();
    let even = (yes - 0.5).abs() < 1e-9;
    if even { parts.first().is_some_and(|part| of(part.persona)) } else { yes > 0.5 }
}

/// Every item once, the heaviest persona's first.
fn united<T: Clone + PartialEq>(parts: &[Part<'_>], of: impl Fn(&Persona) -> &Vec<T>) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    for item in parts.iter().flat_map(|part| of(part.persona)) {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
    all
}

fn temperament(parts: &[Part<'_>]) -> Temperament {
    Temperament {
        openness: mean(parts, |p| p.temperament.openness),
        conscientiousness: mean(parts, |p| p.temperament.conscientiousness),
        extraversion: mean(parts, |p| p.temperament.extraversion),
        agreeableness: mean(parts, |p| p.temperament.agreeableness),
        neuroticism: mean(parts, |p| p.temperament.neuroticism),
    }
}

/// A trait that a persona does not name counts with its default; one without a default is averaged over those who have
/// it. How careful a character is, is a limit: the strictest wins.
fn all_traits(parts: &[Part<'_>]) -> BTreeMap<String, f64> {
    let names: BTreeSet<&String> = parts.iter().flat_map(|part| part.persona.traits.keys()).collect();
    names
        .into_iter()
        .map(|name| {
            let value_of = |p: &Persona| p.traits.get(name).copied().or_else(|| traits::default_of(name));
            let values = parts.iter().filter_map(|part| Some((value_of(part.persona)?, part.share)));
            let value = if name == "safety_awareness" {
                values.fold(0.0, |most: f64, (value, _)| most.max(value))
            } else {
                mean_of(values)
            };
            (name.clone(), value)
        })
        .collect()
}

fn thresholds(parts: &[Part<'_>]) -> Thresholds {
    Thresholds {
        acquaintance: mean(parts, |p| p.bond.thresholds.acquaintance),
        friend: mean(parts, |p| p.bond.thresholds.friend),
        close_friend: mean(parts, |p| p.bond.thresholds.close_friend),
        soulmate: mean(parts, |p| p.bond.thresholds.soulmate),
    }
}

fn style(heaviest: &Persona, parts: &[Part<'_>]) -> Style {
    Style {
        formality: mean(parts, |p| p.style.formality),
        verbosity: mean(parts, |p| p.style.verbosity),
        wit: mean(parts, |p| p.style.wit),
        proactivity: mean(parts, |p| p.style.proactivity),
        use_emojis: majority(parts, |p| p.style.use_emojis),
        provide_suggestions: majority(parts, |p| p.style.provide_suggestions),
        ask_clarifying_questions: majority(parts, |p| p.style.ask_clarifying_questions),
        expertise: united(parts, |p| &p.style.expertise),
        instructions: heaviest.style.instructions.clone(),
    }
}

/// The speed nearest to the weighted mean; the slower one, where two are as near.
fn speed(parts: &[Part<'_>]) -> Speed {
    let factor = mean(parts, |p| p.evolution.speed.factor());
    let distance = |speed: &Speed| (speed.factor() - factor).abs();
    Speed::ALL.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or_default()
}
