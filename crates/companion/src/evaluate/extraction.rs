//! Evaluation of extraction: what is read out of labelled statements by the rules, and what should have been.
//!
//! The file's shape, the kinds of statements and how a label is matched are written down in `docs/extraction.md`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::memory::extract::{Extracted, Extractor, canonical};
use philia_mind::memory::{Category, Fact};
use philia_mind::text::fold;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// When a statement is said that does not say when: a Wednesday.
const SAID: Timestamp = Timestamp::constant(1_778_666_400, 0);

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractionError {
    /// A line is not a labelled statement.
    #[error("line {line} is no labelled statement")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A label names none of fact, emotion, event.
    #[error("line {line}: a label needs \"key\" and \"value\", or \"emotion\", or \"event\"")]
    Label {
        /// Counted from 1.
        line: usize,
    },
    /// There is nothing to evaluate.
    #[error("the file holds no statements")]
    Empty,
}

/// A labelled statement: one line of the file.
#[derive(Debug, Deserialize)]
struct Statement {
    /// What kind of statement it is; the report has a row for each.
    #[serde(default, alias = "category")]
    kind: String,
    text: String,
    /// The message or reply it answers.
    #[serde(default)]
    before: Option<String>,
    /// When it is said.
    #[serde(default)]
    at: Option<Timestamp>,
    /// What must be found.
    #[serde(default, alias = "facts")]
    expect: Vec<Label>,
    /// What may be found, and counts neither way.
    #[serde(default)]
    may: Vec<Label>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Label {
    subject: Option<String>,
    key: Option<String>,
    value: Option<OneOrMore>,
    emotion: Option<OneOrMore>,
    event: Option<OneOrMore>,
    date: Option<String>,
    ends: bool,
    past: bool,
    corrected: bool,
}

/// A text, or several of which any will do.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn any(&self, mut fits: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::One(text) => fits(text),
            Self::More(texts) => texts.iter().any(|text| fits(text)),
        }
    }
}

/// What was counted of one kind of statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Statements.
    pub statements: usize,
    /// Labels that must be found.
    pub expected: usize,
    /// Labels that were found.
    pub right: usize,
    /// What was found and is not so.
    pub wrong: usize,
}

impl Counts {
    /// The part of what was found that is right, 0..1; 1 where nothing was found.
    pub fn precision(&self) -> f64 {
        part(self.right, self.right + self.wrong)
    }

    /// The part of what was said that was found, 0..1; 1 where nothing was said.
    pub fn recall(&self) -> f64 {
        part(self.right, self.expected)
    }

    fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.expected += other.expected;
        self.right += other.right;
        self.wrong += other.wrong;
    }
}

fn part(of: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { of as f64 / all as f64 }
}

/// What is wrong with one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The statement.
    pub text: String,
    /// Labels that were not found.
    pub missed: Vec<String>,
    /// What was found and is not so.
    pub wrong: Vec<String>,
}

/// How well the rules read a file of labelled statements.
#[derive(Clone, Debug, Default)]
pub struct ExtractionReport {
    /// By kind of statement.
    pub kinds: BTreeMap<String, Counts>,
    /// Over all.
    pub total: Counts,
    /// The statements that were not read right.
    pub flaws: Vec<Flaw>,
}

/// Evaluates the rules on a file of labelled statements, one JSON object a line.
///
/// # Errors
/// [`ExtractionError`], if a line is no labelled statement or there is none.
pub fn extraction(file: &str) -> Result<ExtractionReport, ExtractionError> {
    let extractor = Extractor::new();
    let mut report = ExtractionReport::default();
    for (n, line) in file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = n + 1;
        let statement: Statement =
            serde_json::from_str(line).map_err(|source| ExtractionError::Line { line: line_number, source })?;
        let sound = |label: &Label| label.emotion.is_some() || label.event.is_some() || label.key.is_some();
        if !statement.expect.iter().chain(&statement.may).all(sound) {
            return Err(ExtractionError::Label { line: line_number });
        }
        let (counts, flaw) = judge(&extractor, &statement);
        report.kinds.entry(statement.kind).or_default().add(counts);
        report.total.add(counts);
        report.flaws.extend(flaw);
    }
    if report.total.statements == 0 {
        return Err(ExtractionError::Empty);
    }
    Ok(report)
}

/// One thing that was found, in the shape of a label.
struct Found {
    what: Extracted,
    fact: Option<Fact>,
}

fn judge(extractor: &Extractor, statement: &Statement) -> (Counts, Option<Flaw>) {
    let at = statement.at.unwrap_or(SAID);
    let before = statement.before.as_deref();
    let mut found: Vec<Found> = extractor
        .extract(&statement.text, before, at, &TimeZone::UTC)
        .into_iter()
        .map(|what| Found { fact: what.fact.clone().map(canonical), what })
        .collect();
    if let Some(correction) = extractor.correction(&statement.text, before) {
        let fact = Fact { subject: "user".into(), key: "correction".into(), value: correction.new };
        let what =
            Extracted { corrected: true, ..Extracted::fact(Category::Fact, fact.clone(), statement.text.as_str()) };
        found.push(Found { what, fact: Some(fact) });
    }
    let mut taken = vec![false; found.len()];
    let mut missed = Vec::new();
    for label in &statement.expect {
        let fitting: Vec<usize> = (0..found.len()).filter(|&n| fits(label, &found[n])).collect();
        if fitting.is_empty() {
            missed.push(described(label));
        }
        for n in fitting {
            taken[n] = true;
        }
    }
    let wrong: Vec<String> = found
        .iter()
        .zip(&taken)
        .filter(|(found, taken)| !**taken && !statement.may.iter().any(|label| fits(label, found)))
        .map(|(found, _)| shown(found))
        .collect();
    let counts = Counts {
        statements: 1,
        expected: statement.expect.len(),
        right: statement.expect.len() - missed.len(),
        wrong: wrong.len(),
    };
    let flaw = (!missed.is_empty() || !wrong.is_empty()).then(|| Flaw { text: statement.text.clone(), missed, wrong });
    (counts, flaw)
}

fn fits(label: &Label, found: &Found) -> bool {
    if let Some(emotion) = &label.emotion {
        let feeling = found.what.feeling.as_ref();
        return feeling.is_some_and(|feeling| emotion.any(|emotion| alike(emotion, &feeling.emotion)));
    }
    if let Some(event) = &label.event {
        let dated = label.date.as_ref().is_none_or(|date| {
            found.what.occurred_at.is_some_and(|at| at.to_zoned(TimeZone::UTC).date().to_string() == *date)
        });
        return found.what.category == Category::Event && dated && event.any(|event| alike(event, &found.what.content));
    }
    let (Some(key), Some(fact)) = (&label.key, &found.fact) else { return false };
    if label.ends != found.what.ends || label.past != found.what.past || (label.corrected && !found.what.corrected) {
        return false;
    }
    let subject = label.subject.as_deref().unwrap_or("user");
    let wanted = |value: &str| {
        let wanted = canonical(Fact { subject: subject.into(), key: key.clone(), value: value.into() });
        (plain_subject(&wanted.subject) == plain_subject(&fact.subject)) && states(&wanted, fact)
    };
    label.value.as_ref().map_or_else(|| wanted(""), |value| value.any(wanted))
}

/// Do both facts state the same, their keys being of one vocabulary?
fn states(wanted: &Fact, found: &Fact) -> bool {
    let (family, thing) = wanted.key.split_once('.').unwrap_or((&wanted.key, ""));
    let (found_family, found_thing) = found.key.split_once('.').unwrap_or((&found.key, ""));
    let same_key = fold(&plain_key(&wanted.key)) == fold(&plain_key(&found.key));
    let any_value = wanted.value.is_empty();
    match family {
        // The thing stands in the key: two names for it may be one within the other.
        "taste" | "fear" | "goal" | "belief" | "hobby" | "health" | "medication" | "has" | "routine" | "allergy"
        | "habit" | "favourite" | "prefers" | "count" | "diet" | "plays" => {
            family == found_family
                && (same_key
                    || alike(&unslug(thing), &unslug(found_thing))
                    || (thing.is_empty() && alike(&wanted.value, &unslug(found_thing))))
                && (any_value
                    || stance(&wanted.value) == stance(&found.value)
                    || alike(&wanted.value, &found.value)
                    || alike(&wanted.value, &unslug(found_thing)))
        }
        _ => same_key && (any_value || alike(&wanted.value, &found.value)),
    }
}

fn unslug(thing: &str) -> String {
    thing.replace(['-', '.', '_'], " ")
}

fn stance(value: &str) -> Option<bool> {
    match value {
        "love" | "like" | "loves" | "likes" | "adore" | "enjoy" => Some(true),
        "dislike" | "hate" | "hates" | "dislikes" => Some(false),
        _ => None,
    }
}

/// A relation without what tells it from others of its kind: a label may say only "sister".
fn plain_subject(subject: &str) -> String {
    let folded = fold(subject);
    let bare = ["older ", "younger ", "oldest ", "youngest ", "twin ", "middle ", "half ", "other "];
    bare.iter().find_map(|which| folded.strip_prefix(which)).unwrap_or(&folded).to_owned()
}

fn plain_key(key: &str) -> String {
    match key.strip_suffix(".name") {
        Some(head) => format!("{}.name", plain_subject(&head.replace('-', " "))),
        None => key.to_owned(),
    }
}

/// The same words, or the words of one in the other: case, accents, articles and punctuation do not count, and
/// numbers are the same in words and digits.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    !short.is_empty() && long.windows(short.len()).any(|window| window == short.as_slice())
}

fn words(text: &str) -> Vec<String> {
    const NUMBERS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    fold(text)
        .split(|c: char| !c.is_alphanumeric() && !('\u{0900}'..='\u{097f}').contains(&c))
        .filter(|word| !word.is_empty() && !matches!(*word, "a" | "an" | "the" | "my" | "our"))
        .map(|word| {
            let digits = NUMBERS.iter().position(|number| *number == word);
            let tens = TENS.iter().position(|number| *number == word).map(|n| (n + 2) * 10);
            digits.or(tens).map_or_else(|| word.to_owned(), |n| n.to_string())
        })
        .collect()
}

fn described(label: &Label) -> String {
    let value = |value: &Option<OneOrMore>| match value {
        Some(OneOrMore::One(text)) => text.clone(),
        Some(OneOrMore::More(texts)) => texts.join(" | "),
        None => String::new(),
    };
    if label.emotion.is_some() {
        return format!("emotion {}", value(&label.emotion));
    }
    if label.event.is_some() {
        return format!("event {} {}", value(&label.event), label.date.as_deref().unwrap_or(""));
    }
    let subject = label.subject.as_deref().unwrap_or("user");
    let key = label.key.as_deref().unwrap_or("");
    format!("{}{subject} {key} = {}", flags(label.ends, label.past, label.corrected), value(&label.value))
}

fn flags(ends: bool, past: bool, corrected: bool) -> String {
    [(ends, "ended: "), (past, "past: "), (corrected, "corrected: ")]
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, word)| *word)
        .collect()
}

fn shown(found: &Found) -> String {
    let what = &found.what;
    match (&found.fact, &what.feeling) {
        (Some(fact), _) => {
            format!("{}{} {} = {}", flags(what.ends, what.past, what.corrected), fact.subject, fact.key, fact.value)
        }
        (None, Some(feeling)) => format!("emotion {}", feeling.emotion),
        (None, None) => format!("event {}", what.tags.join(" ")),
    }
}

impl fmt::Display for ExtractionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<14} {:>10} {:>8} {:>6} {:>6} {:>9} {:>7}",
            "kind", "statements", "expected", "right", "wrong", "precision", "recall"
        )?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, counts: &Counts| {
            writeln!(
                f,
                "{name:<14} {:>10} {:>8} {:>6} {:>6} {:>9.3} {:>7.3}",
                counts.statements,
                counts.expected,
                counts.right,
                counts.wrong,
                counts.precision(),
                counts.recall()
            )
        };
        for (kind, counts) in &self.kinds {
            row(f, kind, counts)?;
        }
        row(f, "all", &self.total)
    }
}
