//! Evaluation: how much of the evidence does recall find?
//!
//! The questions go the way of everybody's questions: [`analyse`], [`Index::search`], perhaps once more with the names
//! that the first hits bring up, [`rank`]. Only the floor is lifted, because a ranking is measured; what the floor would
//! cost stands beside it. A [`Variant`] leaves a part of recall out, to see what it contributes.

mod care;
mod evidence;
mod extraction;
mod guard;
mod labelled;
mod report;
mod variant;

pub use care::{CareCounts, CareMiss, CareReport, care};
pub use extraction::{Counts, ExtractionError, ExtractionReport, Flaw, extraction};
pub use guard::{GuardCounts, GuardMiss, GuardReport, guard};
pub use labelled::LabelledError;
pub use report::{DEPTHS, RankedTurns, Report, Row};
pub use variant::{Signal, Variant};

use crate::exchange::FormatError;
use crate::exchange::locomo::{Sample, samples};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use philia_mind::MemoryId;
use philia_mind::memory::recall::{Hit, Known, POOL, Query, Ranking, analyse, join, linked, rank, to_read};
use philia_mind::memory::{Category, MemoryKind, Place, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter};
use philia_ports::{Embedder, EmbedderError, Index, IndexError, Partition, PartitionId, StoreError};
use report::Outcome;
use std::collections::{HashMap, HashSet};

/// How many turns are embedded at once.
const BATCH: usize = 256;

/// How many turns a ranking has, at least.
const DEPTH: usize = 20;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The file is of no use.
    #[error("the file cannot be read")]
    File(#[from] FormatError),
    /// There are conversations, but no questions.
    #[error("the file asks nothing: its samples have no \"qa\" with questions")]
    NoQuestions,
    /// A sample's name cannot name a partition.
    #[error("a sample's name is not usable")]
    Name(#[from] StoreError),
    /// No vectors.
    #[error("the turns cannot be embedded")]
    Embedder(#[from] EmbedderError),
    /// No search.
    #[error("the index failed")]
    Index(#[from] IndexError),
}

/// Evaluates recall on a file of LoCoMo's shape.
///
/// Each conversation becomes a partition of its own in `index`, which is cleared afterwards. Questions are asked at
/// the time of the last session. `progress` is told (questions asked, questions in all).
///
/// # Errors
/// [`EvaluateError`], if the file is of no use or a part fails.
pub async fn locomo(
    file: &[u8],
    embedder: &dyn Embedder,
    index: &dyn Index,
    variant: Variant,
    mut progress: impl FnMut(usize, usize),
) -> Result<Report, EvaluateError> {
    let samples = samples(file)?;
    let all = samples.iter().map(|sample| sample.questions.len()).sum();
    if all == 0 {
        return Err(EvaluateError::NoQuestions);
    }
    let analyzer = Analyzer::new();
    let mut report = Report { conversations: samples.len(), ..Report::default() };
    let mut outcomes = Vec::with_capacity(all);
    for sample in &samples {
        let mut entries = entries(sample, embedder).await?;
        let texts: HashMap<MemoryId, String> =
            entries.iter().map(|entry| (entry.id.clone(), entry.text.clone())).collect();
        for entry in entries.iter_mut().filter(|_| variant.marks_kinds()) {
            let marks = analyzer.marks(&entry.text);
            entry.text.push_str(&marks);
        }
        let said: Vec<String> = entries.iter().map(|entry| entry.id.as_str().to_owned()).collect();
        let turns: HashSet<String> = said.iter().cloned().collect();
        let now = entries.iter().map(|entry| entry.occurred_at).max().unwrap_or_default();
        report.turns += entries.len();
        let partition = Partition { id: PartitionId::new("evaluation", &sample.id)?, generation: 0 };
        index.apply(&partition, None, entries, &[], 1).await?;
        let asked = Asked { analyzer: &analyzer, embedder, index, partition: &partition, texts: &texts, now, variant };
        for question in &sample.questions {
            let (query, hits) = asked.search(&question.question).await?;
            let mut ranking = asked.ranked(&query, hits.clone(), None);
            let (evidence, lost) = evidence::resolve(&question.evidence, &turns);
            report.lost_evidence += lost;
            if evidence.is_empty() {
                report.unanswerable += 1;
            } else {
                let floored = asked.ranked(&query, hits, Some(f64::from(embedder.info().floor)));
                outcomes.push(Outcome::of(question.category, &evidence, &ranking, &floored));
            }
            fill(&mut ranking, &said);
            report.rankings.push(RankedTurns { qid: format!("{}#{}", sample.id, question.index), ranking });
            progress(report.rankings.len(), all);
        }
        index.clear(&partition).await?;
    }
    report.rows = report::rows(&outcomes);
    Ok(report)
}

/// Makes a ranking [`DEPTH`] long with the newest turns that were not found: only where neither words nor meaning find
/// so many, as for a question in a language that the embedder does not know. No figure counts them.
fn fill(ranking: &mut Vec<String>, said: &[String]) {
    for turn in said.iter().rev() {
        if ranking.len() >= DEPTH {
            return;
        }
        if !ranking.contains(turn) {
            ranking.push(turn.clone());
        }
    }
}

/// Whom questions are put to.
struct Asked<'a> {
    analyzer: &'a Analyzer,
    embedder: &'a dyn Embedder,
    index: &'a dyn Index,
    partition: &'a Partition,
    texts: &'a HashMap<MemoryId, String>,
    now: Timestamp,
    variant: Variant,
}

impl Asked<'_> {
    async fn search(&self, question: &str) -> Result<(Query, Vec<Hit>), EvaluateError> {
        let speakers = self.index.info(self.partition).await?.map(|info| info.speakers).unwrap_or_default();
        let known = Known { user: None, speakers: &speakers };
        let query = analyse(self.analyzer, question, &known, self.now, &TimeZone::UTC);
        let mut vectors = Vec::with_capacity(query.dense_texts.len());
        for text in &query.dense_texts {
            vectors.push(self.embedder.embed_query(text).await?);
        }
        let hits = self.candidates(&query, &vectors).await?;
        if !self.variant.looks_twice() {
            return Ok((query, hits));
        }
        let read = to_read(&query, &hits, &Ranking { floor: None, ..Ranking::default() });
        let texts = read.iter().filter_map(|id| self.texts.get(id)).map(String::as_str);
        let hits = match linked(self.analyzer, &query, &known, texts) {
            Some(further) => join(hits, self.candidates(&further, &vectors).await?),
            None => hits,
        };
        Ok((query, hits))
    }

    async fn candidates(&self, query: &Query, vectors: &[Option<Vec<f32>>]) -> Result<Vec<Hit>, EvaluateError> {
        let k = if self.variant == Variant::Whole { POOL } else { usize::MAX };
        let hits = self.index.search(self.partition, query, vectors, &Filter::default(), k).await?;
        Ok(self.variant.again(hits, POOL))
    }

    fn ranked(&self, query: &Query, hits: Vec<Hit>, floor: Option<f64>) -> Vec<String> {
        let ranking =
            Ranking { k: DEPTH, floor, duplicate: f64::from(self.embedder.info().duplicate), ..Ranking::default() };
        rank(query, hits, &ranking, self.now).into_iter().map(|ranked| ranked.hit.id.into()).collect()
    }
}

/// The turns as an import would remember them.
async fn entries(sample: &Sample, embedder: &dyn Embedder) -> Result<Vec<Entry>, EvaluateError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut at = Timestamp::UNIX_EPOCH;
    for session in &sample.sessions {
        // The file names no time zone; a session without a time is as old as the one before it.
        at = session.at.and_then(|at| at.to_zoned(TimeZone::UTC).ok()).map_or(at, |at| at.timestamp());
        for (order, turn) in session.turns.iter().enumerate() {
            let seconds = SignedDuration::from_secs(i64::try_from(order).unwrap_or(i64::MAX));
            let name = turn.dia_id.clone().unwrap_or_else(|| format!("{}:{order}", session.number));
            entries.push(Entry {
                id: MemoryId::new(evidence::dia_id(&name).unwrap_or(name)),
                text: turn.said(),
                vector: None,
                speaker: Speaker::Other(turn.speaker.clone()),
                place: Some(Place { group: session.number.to_string(), order: order as u64 }),
                occurred_at: at.saturating_add(seconds).unwrap_or(at),
                kind: MemoryKind::Episodic,
                category: Category::Conversation,
                importance: 0.5,
                reinforced: 0,
                emotion: None,
                tags: Vec::new(),
                hidden: false,
            });
        }
    }
    for batch in entries.chunks_mut(BATCH) {
        let texts: Vec<String> = batch.iter().map(|entry| entry.text.clone()).collect();
        for (entry, vector) in batch.iter_mut().zip(embedder.embed_documents(&texts).await?) {
            entry.vector = vector;
        }
    }
    Ok(entries)
}
