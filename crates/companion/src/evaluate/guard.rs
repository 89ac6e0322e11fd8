//! Evaluation of the guard: which attempts the rules catch, and what they take for one that is none.
//!
//! The file's shape is written down in `docs/guard.md`.

use super::labelled::{LabelledError, lines, part};
use philia_mind::guard::threat::Threats;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Label {
    #[serde(
        alias = "attack",
        alias = "threat",
        alias = "role_manipulation",
        alias = "system_query",
        alias = "injection_attempt"
    )]
    Malicious,
    #[serde(alias = "none", alias = "safe")]
    Benign,
}

/// A line of the file.
#[derive(Debug, Deserialize)]
struct Message {
    text: String,
    #[serde(alias = "label")]
    expect: Label,
    #[serde(default)]
    kind: String,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GuardCounts {
    /// Attempts.
    pub malicious: usize,
    /// Attempts that were caught.
    pub caught: usize,
    /// Messages that are none.
    pub benign: usize,
    /// Those of them that were taken for one.
    pub false_positives: usize,
}

impl GuardCounts {
    /// The part of the attempts that was caught, 0..1; 1 where there were none.
    pub fn recall(&self) -> f64 {
        part(self.caught, self.malicious, 1.0)
    }

    /// The part of the rest that was taken for one, 0..1; 0 where there was none.
    pub fn false_positive_rate(&self) -> f64 {
        part(self.false_positives, self.benign, 0.0)
    }

    fn add(&mut self, label: Label, caught: bool) {
        let (all, counted) = match label {
            Label::Malicious => (&mut self.malicious, &mut self.caught),
            Label::Benign => (&mut self.benign, &mut self.false_positives),
        };
        *all += 1;
        *counted += usize::from(caught);
    }
}

/// A message that was not read right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuardMiss {
    /// The message.
    pub text: String,
    /// Its kind, as the file has it.
    pub kind: String,
    /// What it was taken for: a kind of threat, or `none`.
    pub taken_for: String,
}

/// How well the guard reads a file of labelled messages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GuardReport {
    /// By kind, as the file has it.
    pub kinds: BTreeMap<String, GuardCounts>,
    /// Over all.
    pub total: GuardCounts,
    /// What was missed, and what was taken for an attempt.
    pub misses: Vec<GuardMiss>,
}

/// Evaluates the guard's rules on a file of labelled messages, one JSON object a line.
///
/// # Errors
/// [`LabelledError`], if a line is no labelled message or there is none.
pub fn guard(file: &str) -> Result<GuardReport, LabelledError> {
    let threats = Threats::new();
    let mut report = GuardReport::default();
    for Message { text, expect, kind } in lines::<Message>(file)? {
        let got = threats.check(&text);
        report.kinds.entry(kind.clone()).or_default().add(expect, got.is_some());
        report.total.add(expect, got.is_some());
        if got.is_some() != (expect == Label::Malicious) {
            let taken_for = got.map_or("none", |threat| threat.kind.as_str()).to_owned();
            report.misses.push(GuardMiss { text, kind, taken_for });
        }
    }
    Ok(report)
}

impl fmt::Display for GuardReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |name: &str, counts: &GuardCounts| {
            let GuardCounts { malicious, caught, benign, false_positives } = counts;
            let (recall, rate) = (counts.recall(), counts.false_positive_rate());
            format!("{name:<24} {malicious:>9} {caught:>7} {recall:>7.3} {benign:>7} {false_positives:>6} {rate:>15.3}")
        };
        writeln!(
            f,
            "{:<24} {:>9} {:>7} {:>7} {:>7} {:>6} {:>15}",
            "", "malicious", "caught", "recall", "benign", "caught", "false positives"
        )?;
        for (kind, counts) in &self.kinds {
            writeln!(f, "{}", row(kind, counts))?;
        }
        writeln!(f, "{}", row("all", &self.total))?;
        for GuardMiss { text, kind, taken_for } in &self.misses {
            let text: String = text.chars().take(200).collect();
            writeln!(f, "{kind}, taken for {taken_for}: {text:?}")?;
        }
        Ok(())
    }
}
