//! Recall: from a question to the memories that answer it, each with the reason why.
//!
//! The way of a question: [`analyse`] says what it asks for; an index scores its memories by several signals
//! and fuses them ([`fuse`]); [`rank`] adds importance and recency, turns away what has nothing to do with the
//! question, spreads what says the same, and cuts to `k`; [`explain`] puts the reason into words; [`fit`] keeps
//! to a token budget. Between search and rank there may be a second round: [`linked`] names, or [`felt`] memories.
//!
//! The recipe and its figures are in `docs/recall.md`.

mod asking;
mod bm25;
mod direction;
mod explain;
mod feeling;
mod foreign;
mod fuse;
pub mod judge;
mod link;
mod query;
mod rank;
mod time;

pub use bm25::Bm25;
pub use direction::Direction;
pub use explain::explain;
pub use feeling::Feeling;
pub use fuse::{POOL, Raw, Weights, fuse};
pub use link::{join, linked, to_read};
pub use query::{Known, analyse};
pub use rank::{Ranked, Ranking, felt, fit, rank};
pub use time::{TimeRange, times};

use super::{MemoryKind, Speaker};
use crate::{Memory, MemoryId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use smallvec::SmallVec;
use std::sync::Arc;

/// A question, analysed: what every index needs to know of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// The question as it was asked.
    pub text: String,
    /// The texts whose vectors are averaged for the dense signal: without names, and with a name turned to "I".
    /// One text where both are the same; none for an empty question.
    pub dense_texts: Vec<String>,
    /// The words to look for, each stem once, names of speakers removed (unless nothing else is left).
    pub terms: Vec<Term>,
    /// Speakers that are spoken of.
    pub speakers: Vec<Speaker>,
    /// The times it asks about.
    pub times: Vec<TimeRange>,
    /// It asks for the companion's own words ("what did you recommend?"), so these may be hits.
    pub asks_companion: bool,
    /// It asks for what is no longer so ("Where did I live before?"), so what was true once may be a hit.
    pub asks_past: bool,
    /// It asks for memories of a feeling.
    pub feeling: Option<Feeling>,
}

impl Query {
    /// It names a time and nothing else ("What did I do last week?"), so the time alone must answer it.
    pub fn is_only_about_time(&self) -> bool {
        !self.times.is_empty() && !self.terms.iter().any(|term| term.content)
    }

    /// It names a feeling and nothing else ("When was I sad?"), so the feeling alone must answer it.
    pub fn is_only_about_feeling(&self) -> bool {
        self.feeling.is_some() && self.terms.iter().all(|term| !term.content || asking::is_feeling(&term.surface))
    }
}

/// One word to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As the analyser stems it.
    pub stem: String,
    /// As the question spells it.
    pub surface: String,
    /// Holding it makes a memory worth recalling. Words of asking ("tell", "remember") and of time ("last week")
    /// are looked for, but prove nothing.
    pub content: bool,
}

impl Term {
    /// A word of the question itself, neither the mark of a kind nor a name that was followed.
    pub fn is_word(&self) -> bool {
        !self.surface.starts_with([explain::KIND, link::LINK])
    }

    /// It only says that the past is meant ("previous").
    pub fn is_of_the_past(&self) -> bool {
        asking::is_past(&self.surface)
    }
}

/// Each signal of one candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = RecallSignals))]
pub struct Signals {
    /// BM25 of the memory alone, min-max normalised over the candidates, 0..1.
    pub lexical: f64,
    /// BM25 of the memory with its neighbours, normalised likewise.
    pub neighbourhood: f64,
    /// Cosine, normalised likewise.
    pub dense: f64,
    /// The raw cosine, -1..1; 0 without a vector.
    pub cosine: f64,
    /// How near its words come to those of the question ("puppy" to "dog"), normalised likewise.
    pub kindred: f64,
    /// 1 if the question speaks of this memory's speaker, else 0.
    pub speaker: f64,
    /// How near this memory is to a time the question asks about: 1 within, falling off outside; 0 without one.
    pub date: f64,
    /// 1 if this memory was felt as the question asks, else 0 ([`felt`]).
    pub feeling: f64,
}

/// Words that a memory shares with a question; mostly few, and so without a piece of memory of their own.
pub type Shared = SmallVec<[Arc<str>; 2]>;

/// A memory that an index found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub id: MemoryId,
    /// The fused relevance, 0..1: 1 would be the best by every signal that the question moves.
    pub relevance: f64,
    /// The signals it was fused from.
    pub signals: Signals,
    /// Content words of the query that it holds itself, as the query spelled them.
    pub shared: Shared,
    /// How near its words come to the content words of the query, 0..1 and not normalised, so that an absolute floor
    /// can use it: the cosine of the nearest pair ("puppy" for "pets"). 1 where it holds one itself; 0 where no pair
    /// is near at all, and where words have no vectors.
    pub kin: f64,
    /// An episode, or what is so: every fact is of the second kind.
    pub kind: MemoryKind,
    /// When it was true in the world.
    pub occurred_at: Timestamp,
    /// 0..1.
    pub importance: f64,
    /// Times it was said again.
    pub reinforced: u32,
    /// Its vector, to tell what says the same.
    pub vector: Option<Direction>,
}

/// A memory that was recalled, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// The memory itself.
    pub memory: Memory,
    /// What it was ranked by: relevance with importance, recency and reinforcement added. Not bounded by 1.
    pub score: f64,
    /// The fused relevance, 0..1.
    pub relevance: f64,
    /// The signals it was fused from.
    pub signals: Signals,
    /// Words of the question that it holds itself, as the question spelled them.
    pub shared: Vec<String>,
    /// Names it was found by in the second round ([`linked`]).
    pub linked: Vec<String>,
    /// Why, in words fit for the person ("shares 'dog', 'name'; close in meaning; said 3 days ago").
    pub why: String,
}

impl Recalled {
    /// A ranked hit with its memory, explained as of `now` in the person's time zone.
    pub fn new(ranked: Ranked, memory: Memory, ranking: &Ranking, now: Timestamp, tz: &TimeZone) -> Self {
        let why = explain(&ranked, &memory, ranking.floor, now, tz);
        let Ranked { hit, score, .. } = ranked;
        let (shared, linked) = explain::told(&hit.shared);
        Self { memory, score, relevance: hit.relevance, signals: hit.signals, shared, linked, why }
    }
}

#[cfg(test)]
mod tests;
