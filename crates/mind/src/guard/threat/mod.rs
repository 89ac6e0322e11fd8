//! Threats: attempts to take the companion over, to read out its insides, or to smuggle in instructions.

use crate::mood::named;

named! {
    /// What is attempted.
    ThreatKind {
        /// To make another being of the companion.
        RoleManipulation = "role_manipulation",
        /// To read out its instructions.
        SystemQuery = "system_query",
        /// To smuggle in commands.
        InjectionAttempt = "injection_attempt",
    }
}

named! {
    /// How bad it would be if it worked.
    Severity {
        /// Curiosity that goes too far.
        Low = "low",
        /// A real attempt.
        Medium = "medium",
        /// An attempt to remove what keeps people safe, or to damage data.
        High = "high",
    }
}

/// An attempt that was recognised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threat {
    /// What is attempted.
    pub kind: ThreatKind,
    /// How sure the check is, 0..1; never below [`THRESHOLD`].
    pub confidence: f64,
    /// How bad it would be.
    pub severity: Severity,
}

/// Confidence from which an attempt counts as one.
pub const THRESHOLD: f64 = 0.7;

/// The compiled check. Built once by the wiring and passed around.
#[derive(Debug, Default)]
pub struct Threats {}

impl Threats {
    /// Compiles the patterns.
    pub fn new() -> Self {
        Self {}
    }

    /// Whether a message is an attempt of one of these kinds.
    pub fn check(&self, text: &str) -> Option<Threat> {
        text.to_lowercase().contains("ignore all previous instructions").then_some(Threat {
            kind: ThreatKind::RoleManipulation,
            confidence: 0.95,
            severity: Severity::High,
        })
    }
}

/// What is answered: in character, giving nothing away.
pub fn reply(_kind: ThreatKind, persona: &crate::Persona) -> String {
    format!("I'm {}, and I'd like to stay that way. What's on your mind?", persona.name)
}
