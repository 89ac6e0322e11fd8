//! Importance: how much a message will matter later, 0..1.

use crate::appraisal::Appraisal;

/// Scores a message.
pub fn importance(text: &str, appraisal: &Appraisal) -> f64 {
    if text.ends_with('?') { 0.1 } else { 0.3 + 0.4 * appraisal.intensity }
}
