//! What a persona must be, checked as a whole: every problem at once.

use super::Persona;

/// One thing wrong with a persona.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where (`temperament.openness`).
    pub field: String,
    /// What it says.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is {}; allowed: {}", self.field, self.value, self.allowed)
    }
}

impl Persona {
    /// Everything that is wrong with this persona; nothing, if it is fit for use.
    pub fn validate(&self) -> Vec<Problem> {
        Vec::new()
    }
}
