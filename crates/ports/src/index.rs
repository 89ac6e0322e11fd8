//! The recall index port: finds a person's memories by their words, their meaning, who is spoken of, and when.
//!
//! An index is a follower of the store: it can be dropped at any time and is filled again from the change feed
//! (see `philia-companion`'s recall). So it never holds the only copy of anything.

use crate::store::Partition;
use async_trait::async_trait;
use jiff::Timestamp;
use philia_mind::MemoryId;
use philia_mind::memory::{Category, MemoryKind, Place, Speaker};

pub use philia_mind::memory::recall::{Hit, Query, Signals};

/// What is indexed of a memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which memory.
    pub id: MemoryId,
    /// Its text, without a speaker's prefix.
    pub text: String,
    /// Its vector, of length 1; none if it has none (yet).
    pub vector: Option<Vec<f32>>,
    /// Who said it.
    pub speaker: Speaker,
    /// Its place in a conversation, if it has one.
    pub place: Option<Place>,
    /// When it was true in the world.
    pub occurred_at: Timestamp,
    /// Episodic or semantic.
    pub kind: MemoryKind,
    /// What it is about.
    pub category: Category,
    /// 0..1.
    pub importance: f64,
    /// Times it was said again.
    pub reinforced: u32,
    /// The emotion it was appraised as.
    pub emotion: Option<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// No longer true, or not to be found: its words still count for its neighbours.
    pub hidden: bool,
}

/// Which memories may be found. The default lets all pass but the companion's own words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Only these categories; none of them means all.
    pub categories: Vec<Category>,
    /// Only this kind.
    pub kind: Option<MemoryKind>,
    /// Only this speaker.
    pub speaker: Option<Speaker>,
    /// Also what the companion said (a query that asks for it).
    pub include_companion: bool,
    /// Also what is hidden: what was true once (a query that asks for the past).
    pub include_hidden: bool,
    /// Only these emotions; none of them means all.
    pub emotions: Vec<String>,
    /// Only with all of these tags.
    pub tags: Vec<String>,
    /// Only `occurred_at >= after`.
    pub after: Option<Timestamp>,
    /// Only `occurred_at < before`.
    pub before: Option<Timestamp>,
    /// Only this important or more.
    pub min_importance: f64,
}

impl Filter {
    /// Does it keep nobody out but the hidden and the companion, or not even them?
    pub fn is_usual(&self) -> bool {
        let Self { include_companion, include_hidden, .. } = *self;
        *self == Self { include_companion, include_hidden, ..Self::default() }
    }
}

/// How far an index has come with a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexInfo {
    /// The generation it follows.
    pub generation: u64,
    /// The last commit of the store that it has taken in.
    pub upto: u64,
    /// Entries.
    pub entries: usize,
    /// Bytes held, about.
    pub bytes: usize,
    /// The names of others whose words are held ([`Speaker::Other`]), sorted: a question may name them.
    pub speakers: Vec<String>,
}

/// Why nothing could be searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The partition is not loaded, or not as far as the caller thinks: ask [`Index::info`] how far it has come,
    /// fill it from the store and try again.
    #[error("this person's index is not loaded")]
    NotLoaded,
    /// A vector has another length than those already there. Whoever changes the embedder clears the index first.
    #[error("a vector of {found} numbers in an index of {expected}")]
    Dimensions {
        /// The length that is there.
        expected: usize,
        /// The length that came.
        found: usize,
    },
    /// A remote index does not answer; worth another try.
    #[error("the index does not answer: {0}")]
    Unavailable(String),
    /// A remote index cannot be used as it is named: another password, another program's tables, something that its
    /// server lacks. The words say what is wrong and what to do; never a secret.
    #[error("the index cannot be used: {0}")]
    Invalid(String),
}

/// The length of all vectors among some entries; none where none has one.
///
/// # Errors
/// [`IndexError::Dimensions`] where they differ.
pub fn dimensions_of(entries: &[Entry]) -> Result<Option<usize>, IndexError> {
    let mut lengths = entries.iter().filter_map(|entry| entry.vector.as_ref().map(Vec::len));
    let first = lengths.next();
    match lengths.find(|length| Some(*length) != first) {
        Some(found) => Err(IndexError::Dimensions { expected: first.unwrap_or(0), found }),
        None => Ok(first),
    }
}

/// The direction that a question's vectors have together, in an index of vectors of that length (0 where it has none);
/// none if they have none.
///
/// # Errors
/// [`IndexError::Dimensions`] for a vector of another length.
pub fn direction_of(vectors: &[Option<Vec<f32>>], dimensions: usize) -> Result<Option<Vec<f32>>, IndexError> {
    if dimensions == 0 {
        return Ok(None);
    }
    let mut sum = vec![0.0; dimensions];
    for vector in vectors.iter().flatten() {
        if vector.len() != dimensions {
            return Err(IndexError::Dimensions { expected: dimensions, found: vector.len() });
        }
        sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
    }
    Ok(unit(sum))
}

/// The same direction with a length of 1; none if it is none.
pub fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    (length > 0.0 && length.is_finite()).then_some(vector)
}

/// Finds memories.
///
/// # Contract
/// What was applied is found by the next search. Search sees one partition only. Results are ordered by
/// relevance, ties by id, and are the same for the same content in whatever order it came (of so many memories that a
/// remote index finds the nearest vectors by a graph, nearly the same).
#[async_trait]
pub trait Index: Send + Sync + 'static {
    /// How far it has come with this generation of a partition; none if it holds nothing of it (it may have been
    /// dropped to make room).
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError>;

    /// Takes in changes of the store: removals first, then entries, which replace those of the same id. They are the
    /// changes after commit `since` up to commit `upto`; with `since` none they are everything, and whatever was
    /// held is dropped.
    ///
    /// # Errors
    /// [`IndexError::NotLoaded`] if the index does not stand at `since`: it was dropped, or another caller was
    /// faster. [`IndexError::Dimensions`] if a vector's length does not fit. Nothing is taken in then.
    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError>;

    /// The best `k` by the fused signals. `vectors` are those of [`Query::dense_texts`], in that order; none
    /// where the embedder could not judge. Ask for [`philia_mind::memory::recall::POOL`] where the hits are to be
    /// ranked.
    ///
    /// # Errors
    /// [`IndexError::NotLoaded`], or [`IndexError::Dimensions`] for a vector of another embedder.
    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError>;

    /// Forgets a partition (it is erased, or another instance has it now).
    async fn clear(&self, partition: &Partition) -> Result<(), IndexError>;

    /// Bytes that it holds in this process, all people's together, as far as it knows.
    fn held_bytes(&self) -> Option<usize> {
        None
    }
}
