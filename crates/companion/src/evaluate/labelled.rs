//! Labelled sentences: what the evaluations of care and guard read.

use serde::de::DeserializeOwned;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelledError {
    /// A line is not a labelled sentence.
    #[error("line {line} is no labelled sentence")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There is nothing to evaluate.
    #[error("the file holds no sentences")]
    Empty,
}

/// The lines of a file, one JSON object each.
pub(super) fn lines<T: DeserializeOwned>(file: &str) -> Result<Vec<T>, LabelledError> {
    let lines = file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(n, line)| serde_json::from_str(line).map_err(|source| LabelledError::Line { line: n + 1, source });
    let lines: Vec<T> = lines.map(read).collect::<Result<_, _>>()?;
    if lines.is_empty() { Err(LabelledError::Empty) } else { Ok(lines) }
}

/// The part of all, 0..1; `none` where there are none.
pub(super) fn part(of: usize, all: usize, none: f64) -> f64 {
    if all == 0 { none } else { of as f64 / all as f64 }
}
