//! Patterns that are compiled when they are first needed: most messages need few of them.

use super::{compile, compile_set};
use regex::{Captures, Match, Regex, RegexSet};
use std::sync::OnceLock;

/// A pattern and, once it was needed, its compiled form.
pub(crate) struct Pattern {
    source: String,
    compiled: OnceLock<Regex>,
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Pattern").field(&self.source).finish()
    }
}

impl Pattern {
    pub(crate) fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), compiled: OnceLock::new() }
    }

    pub(crate) fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| compile(&self.source))
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(text)
    }

    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        captures(self.regex(), text)
    }

    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex().find(text)
    }
}

/// What a pattern finds. Most find nothing, and to know that takes less than making room for what they might.
pub(crate) fn captures<'t>(pattern: &Regex, text: &'t str) -> Option<Captures<'t>> {
    if pattern.is_match(text) { pattern.captures(text) } else { None }
}

/// The words without one of which a row of a table need not be tried; looked for all at once.
#[derive(Debug)]
pub(crate) struct Triggers(RegexSet);

impl Triggers {
    /// One item a row: its words, in lower case, with `|` between them.
    pub(crate) fn new<'w>(rows: impl IntoIterator<Item = &'w str>) -> Self {
        let rows: Vec<String> =
            rows.into_iter().map(|words| words.split('|').map(regex::escape).collect::<Vec<_>>().join("|")).collect();
        Self(compile_set(rows.iter().map(String::as_str)))
    }

    /// The rows that have one of their words in a text in lower case, in their order.
    pub(crate) fn within(&self, small: &str) -> impl Iterator<Item = usize> {
        self.0.matches(small).into_iter()
    }
}
