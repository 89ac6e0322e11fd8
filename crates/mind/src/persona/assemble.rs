//! Fitting a persona to a person and an occasion: the base, then what the person likes, then what the moment asks for.

use super::{Persona, traits};
use crate::bond::StyleOverrides;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a person prefers or an occasion asks for. It says nothing about who the character is: temperament, immutable
/// traits and limits cannot be laid over, only added to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overlay {
    /// Traits to set, 0..100. Immutable ones stay as they are.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traits: BTreeMap<String, f64>,
    /// Style to set; instructions are said after the persona's own.
    pub style: StyleOverrides,
    /// More topics to leave alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refuses: Vec<String>,
}

impl Persona {
    /// This persona with the overlays laid over it in order, so that the last has the last word: first what is known of
    /// the person's preferences, then what the occasion asks for. Numbers out of range change nothing.
    #[must_use]
    pub fn assembled(&self, layers: &[&Overlay]) -> Self {
        let mut persona = self.clone();
        for layer in layers {
            persona.lay(layer);
        }
        persona
    }

    fn lay(&mut self, layer: &Overlay) {
        for (name, value) in &layer.traits {
            if !self.is_immutable(name) && (0.0..=100.0).contains(value) {
                self.traits.insert(name.clone(), *value);
            }
        }
        let style = &layer.style;
        let scales = [
            (&mut self.style.formality, style.formality),
            (&mut self.style.verbosity, style.verbosity),
            (&mut self.style.wit, style.wit),
            (&mut self.style.proactivity, style.proactivity),
        ];
        for (scale, value) in scales {
            *scale = value.filter(|value| (0.0..=10.0).contains(value)).unwrap_or(*scale);
        }
        let switches = [
            (&mut self.style.use_emojis, style.use_emojis),
            (&mut self.style.provide_suggestions, style.provide_suggestions),
            (&mut self.style.ask_clarifying_questions, style.ask_clarifying_questions),
        ];
        for (switch, value) in switches {
            *switch = value.unwrap_or(*switch);
        }
        let said = style.instructions.as_deref().unwrap_or_default().trim();
        if !said.is_empty() {
            let before = self.style.instructions.trim_end();
            self.style.instructions = if before.is_empty() { said.to_owned() } else { format!("{before}\n{said}") };
        }
        for topic in &layer.refuses {
            if !self.safety.refuses.contains(topic) {
                self.safety.refuses.push(topic.clone());
            }
        }
    }

    /// Whether this trait stays as it is for life: the file says so, or every persona keeps it.
    pub fn is_immutable(&self, name: &str) -> bool {
        traits::IMMUTABLE.contains(&name) || self.immutable_traits.iter().any(|own| own == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::built_in;
    use super::*;

    fn traits(list: &[(&str, f64)]) -> BTreeMap<String, f64> {
        list.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    #[test]
    fn the_occasion_has_the_last_word_and_character_none_to_spare() {
        let base = built_in("curious_companion");
        let person = Overlay {
            traits: traits(&[("humor", 20.0), ("empathy", 0.0), ("patience", 140.0), ("warmth", f64::NAN)]),
            style: StyleOverrides {
                verbosity: Some(2.0),
                instructions: Some("Call them Chief.".into()),
                ..Default::default()
            },
            refuses: vec!["politics".into()],
        };
        let occasion = Overlay {
            style: StyleOverrides {
                verbosity: Some(-3.0),
                proactivity: Some(0.0),
                use_emojis: Some(true),
                wit: Some(f64::NAN),
                ..Default::default()
            },
            ..Overlay::default()
        };
        let fitted = base.assembled(&[&person, &occasion]);
        assert_eq!((fitted.style.verbosity, fitted.style.proactivity), (2.0, 0.0));
        assert_eq!(fitted.style.wit, base.style.wit);
        assert!(fitted.style.use_emojis);
        assert!(fitted.style.instructions.starts_with(base.style.instructions.trim()));
        assert!(fitted.style.instructions.ends_with("Call them Chief."));
        assert_eq!((fitted.traits["humor"], fitted.traits.get("patience")), (20.0, None));
        assert_eq!((fitted.traits["empathy"], fitted.traits["warmth"]), (90.0, 75.0));
        assert_eq!(fitted.temperament, base.temperament);
        assert_eq!(fitted.safety.refuses, ["politics"]);
        assert_eq!(fitted.validate(), []);
        assert_eq!(base.assembled(&[]), base);
        assert_eq!(base.assembled(&[&Overlay::default()]), base);
    }
}
