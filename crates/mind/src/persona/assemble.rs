//! Fitting a persona to a person and an occasion: the base, then what the person likes, then what the moment asks for.

use super::{Persona, traits};
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
    /// Style to set.
    pub style: StyleOverlay,
    /// More topics to leave alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refuses: Vec<String>,
}

/// The parts of a [`Style`](super::Style) to set; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StyleOverlay {
    /// Casual 0 to formal 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formality: Option<f64>,
    /// Terse 0 to talkative 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verbosity: Option<f64>,
    /// Earnest 0 to witty 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wit: Option<f64>,
    /// Waits 0 to takes the first step 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proactivity: Option<f64>,
    /// Emoji in replies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_emojis: Option<bool>,
    /// Offers suggestions unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provide_suggestions: Option<bool>,
    /// Asks when something is unclear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask_clarifying_questions: Option<bool>,
    /// Said after the persona's own instructions.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub instructions: String,
}

impl Persona {
    /// This persona with the overlays laid over it in order, so that the last has the last word: first what is known of
    /// the person's preferences, then what the occasion asks for. Values out of range are brought into it, and those
    /// that are no numbers are passed over.
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
            if !self.is_immutable(name) && !value.is_nan() {
                self.traits.insert(name.clone(), value.clamp(0.0, 100.0));
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
            if let Some(value) = value.filter(|value| !value.is_nan()) {
                *scale = value.clamp(0.0, 10.0);
            }
        }
        let switches = [
            (&mut self.style.use_emojis, style.use_emojis),
            (&mut self.style.provide_suggestions, style.provide_suggestions),
            (&mut self.style.ask_clarifying_questions, style.ask_clarifying_questions),
        ];
        for (switch, value) in switches {
            *switch = value.unwrap_or(*switch);
        }
        let said = style.instructions.trim();
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
            style: StyleOverlay { verbosity: Some(2.0), instructions: "Call them Chief.".into(), ..Default::default() },
            refuses: vec!["politics".into()],
        };
        let occasion = Overlay {
            style: StyleOverlay {
                verbosity: Some(-3.0),
                use_emojis: Some(true),
                wit: Some(f64::NAN),
                ..Default::default()
            },
            ..Overlay::default()
        };
        let fitted = base.assembled(&[&person, &occasion]);
        assert_eq!(fitted.style.verbosity, 0.0);
        assert_eq!(fitted.style.wit, base.style.wit);
        assert!(fitted.style.use_emojis);
        assert!(fitted.style.instructions.starts_with(base.style.instructions.trim()));
        assert!(fitted.style.instructions.ends_with("Call them Chief."));
        assert_eq!((fitted.traits["humor"], fitted.traits["patience"]), (20.0, 100.0));
        assert_eq!((fitted.traits["empathy"], fitted.traits["warmth"]), (90.0, 75.0));
        assert_eq!(fitted.temperament, base.temperament);
        assert_eq!(fitted.safety.refuses, ["politics"]);
        assert_eq!(fitted.validate(), []);
        assert_eq!(base.assembled(&[]), base);
        assert_eq!(base.assembled(&[&Overlay::default()]), base);
    }
}
