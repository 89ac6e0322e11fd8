//! Patterns that are compiled when they are first needed: most messages need few of them.

use super::compile;
use regex::{Captures, Match, Regex};
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
        self.regex().captures(text)
    }

    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex().find(text)
    }
}
