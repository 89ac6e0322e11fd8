//! What a message was found to say.

use crate::memory::{Category, Fact};
use jiff::Timestamp;

/// One thing that a message says.
#[derive(Clone, Debug, PartialEq)]
pub struct Extracted {
    /// What it is about.
    pub category: Category,
    /// The fact, where it is one; a dated plan is an event without a fact.
    pub fact: Option<Fact>,
    /// A sentence that stands by itself, in the person's own words wherever they stand by themselves.
    pub content: String,
    /// 0..1: how sure the rule is.
    pub confidence: f64,
    /// Free labels (`plan`, `date:2026-05-15`).
    pub tags: Vec<String>,
    /// The fact stopped being so ("I no longer work at X"): the value that is held now is to be closed, and none is
    /// opened. An empty value ends whatever is held under the key ("we broke up"); a value given ends only that one.
    pub ends: bool,
    /// The fact was so and is no more ("I used to live in X"): a value of the past, closed from the start.
    pub past: bool,
    /// The person corrects what was said or understood before.
    pub corrected: bool,
    /// What was felt, where it tells of a feeling.
    pub feeling: Option<Feeling>,
    /// When it happened or will, if that was said: the first instant of the day, week, month or year that was named,
    /// in the person's time zone.
    pub occurred_at: Option<Timestamp>,
}

/// A feeling of somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feeling {
    /// Which one, as the person names it (`devastated`).
    pub emotion: String,
    /// What it is about, if that was said ("when the dog ran off").
    pub about: Option<String>,
}

impl Extracted {
    /// Something said that is no fact, known for sure; what else is known of it is set beside.
    pub fn new(category: Category, content: impl Into<String>) -> Self {
        Self {
            category,
            fact: None,
            content: content.into(),
            confidence: 1.0,
            tags: Vec::new(),
            ends: false,
            past: false,
            corrected: false,
            feeling: None,
            occurred_at: None,
        }
    }

    /// A fact, known for sure.
    pub fn fact(category: Category, fact: Fact, content: impl Into<String>) -> Self {
        Self { fact: Some(fact), ..Self::new(category, content) }
    }
}
