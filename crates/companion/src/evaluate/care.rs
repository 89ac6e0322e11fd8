//! Evaluation of care: which crises are recognised, and what is taken for one that is none.
//!
//! The file's shape is written down in `docs/care.md`.

use super::labelled::{LabelledError, lines, part};
use philia_mind::guard::care::{Care, Concern, Crisis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Label {
    Imminent,
    #[serde(alias = "crisis")]
    Ideation,
    Distress,
    /// Somebody else's crisis: answered, but not as the speaker's.
    #[serde(alias = "another", alias = "third_person")]
    Worry,
    #[serde(alias = "safe", alias = "benign", alias = "negative")]
    None,
}

/// A line of the file.
#[derive(Debug, Deserialize)]
struct Sentence {
    text: String,
    #[serde(alias = "label", alias = "grade")]
    expect: Label,
    #[serde(default, alias = "lang")]
    language: String,
    #[serde(default)]
    kind: String,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CareCounts {
    /// Sentences of ideation or imminent danger.
    pub crises: usize,
    /// Those of them that were recognised as the speaker's own crisis.
    pub found: usize,
    /// Sentences of distress.
    pub distress: usize,
    /// Those of them that were recognised.
    pub distress_found: usize,
    /// Sentences that are no crisis of the speaker's.
    pub others: usize,
    /// Those of them that were taken for one.
    pub false_alarms: usize,
    /// Worries about somebody else, among those.
    pub worries: usize,
    /// Worries that got their own answer.
    pub worries_answered: usize,
    /// Sentences that are none and got the answer to a worry.
    pub worries_heard: usize,
}

impl CareCounts {
    /// The part of the crises that was recognised, 0..1; 1 where there were none.
    pub fn sensitivity(&self) -> f64 {
        part(self.found, self.crises, 1.0)
    }

    /// The part of the rest that was taken for a crisis, 0..1; 0 where there was none.
    pub fn false_alarm_rate(&self) -> f64 {
        part(self.false_alarms, self.others, 0.0)
    }

    fn add(&mut self, label: Label, got: Option<Crisis>) {
        let own = got.is_some_and(|crisis| crisis.concern == Concern::Themselves);
        match label {
            Label::Imminent | Label::Ideation => {
                self.crises += 1;
                self.found += usize::from(own);
            }
            Label::Distress => {
                self.distress += 1;
                self.distress_found += usize::from(own);
            }
            Label::Worry => {
                self.others += 1;
                self.worries += 1;
                self.false_alarms += usize::from(own);
                self.worries_answered += usize::from(got.is_some() && !own);
            }
            Label::None => {
                self.others += 1;
                self.false_alarms += usize::from(own);
                self.worries_heard += usize::from(got.is_some() && !own);
            }
        }
    }
}

/// A sentence that was not read right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CareMiss {
    /// The sentence.
    pub text: String,
    /// Its language, as the file has it.
    pub language: String,
    /// Its kind, as the file has it.
    pub kind: String,
    /// What it is.
    pub expected: String,
    /// What it was taken for: a grade, a `worry`, or `none`.
    pub taken_for: String,
}

/// How well care reads a file of labelled sentences.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CareReport {
    /// By language.
    pub languages: BTreeMap<String, CareCounts>,
    /// Over all.
    pub total: CareCounts,
    /// What was missed, and what was a false alarm.
    pub misses: Vec<CareMiss>,
}

/// Evaluates care on a file of labelled sentences, one JSON object a line.
///
/// # Errors
/// [`LabelledError`], if a line is no labelled sentence or there is none.
pub fn care(file: &str) -> Result<CareReport, LabelledError> {
    let care = Care::new();
    let mut report = CareReport::default();
    for Sentence { text, expect, language, kind } in lines::<Sentence>(file)? {
        let got = care.check(&text);
        report.languages.entry(language.clone()).or_default().add(expect, got);
        report.total.add(expect, got);
        let own = got.is_some_and(|crisis| crisis.concern == Concern::Themselves);
        let right = match expect {
            Label::Imminent | Label::Ideation | Label::Distress => own,
            Label::Worry => got.is_some() && !own,
            Label::None => got.is_none(),
        };
        if !right {
            let (expected, taken_for) = (word(&expect), taken_for(got));
            report.misses.push(CareMiss { text, language, kind, expected, taken_for });
        }
    }
    Ok(report)
}

fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn taken_for(got: Option<Crisis>) -> String {
    match got {
        None => "none".to_owned(),
        Some(Crisis { concern: Concern::Another, .. }) => "worry".to_owned(),
        Some(Crisis { grade, .. }) => word(&grade),
    }
}

impl fmt::Display for CareReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<10} {:>7} {:>6} {:>12} {:>7} {:>7} {:>12} {:>9} {:>8}",
            "", "crises", "found", "sensitivity", "others", "alarms", "false alarms", "distress", "worries"
        )?;
        let total = [("all".to_owned(), self.total)];
        for (language, counts) in self.languages.iter().map(|(l, c)| (l.clone(), *c)).chain(total) {
            let CareCounts { crises, found, others, false_alarms, .. } = counts;
            let distress = format!("{}/{}", counts.distress_found, counts.distress);
            let worries = format!("{}/{}+{}", counts.worries_answered, counts.worries, counts.worries_heard);
            let (sensitivity, rate) = (counts.sensitivity(), counts.false_alarm_rate());
            writeln!(
                f,
                "{language:<10} {crises:>7} {found:>6} {sensitivity:>12.3} {others:>7} {false_alarms:>7} {rate:>12.3} {distress:>9} {worries:>8}"
            )?;
        }
        for CareMiss { text, language, expected, taken_for, .. } in &self.misses {
            writeln!(f, "{language} {expected}, taken for {taken_for}: {text}")?;
        }
        Ok(())
    }
}
