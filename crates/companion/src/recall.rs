//! Recall: the index catches up with the store, finds candidates, and the mind ranks them.
//!
//! There is at most one further search: for names that the first hits bring up, or for memories of the feeling that
//! is asked for.
//!
//! The index is a follower of the store's change feed. That one mechanism loads a person at first use, takes in
//! what was just learned, follows what another instance wrote, and recovers from a crash.

use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::{QUESTION, folded};
use crate::person::Person;
use crate::philia::zone_of;
use crate::records::read;
use crate::tokens::estimate_tokens;
use crate::vectors::unpack;
use jiff::Timestamp;
use philia_mind::appraisal::Emotion;
use philia_mind::memory::recall::{self, Known, Query, Ranked, Ranking, Recalled};
use philia_mind::memory::{Memory, MemoryKind, Speaker};
use philia_mind::mood::EmotionLabel;
use philia_mind::text::Analyzer;
use philia_mind::{MemoryId, Profile};
use philia_ports::index::{Entry, Filter, Hit, IndexInfo};
use philia_ports::store::{Change, Draft, Feed, Key, Kind, Record};
use philia_ports::{Embedder, IndexError, StoreError};
use std::collections::{HashMap, HashSet};

/// Records that the index takes in at once, ...
const FEED: usize = 500;
/// ... of so many that are listed at once: for a list, a store may have to look through all that a person has.
const LISTED: usize = 20 * FEED;

/// From this intensity on a mood colours what is remembered of it.
const STRONG_MOOD: f64 = 0.6;

/// What is asked of memory.
#[derive(Clone, Debug)]
pub struct Request {
    /// The question, in the person's words.
    pub text: String,
    /// How many, 1..=50.
    pub k: usize,
    /// Which may be found.
    pub filter: Filter,
    /// Relevance against diversity, 0..=1; none takes the configured one.
    pub lambda: Option<f64>,
    /// At most so many tokens of memories together (estimated); none sets no limit.
    pub budget: Option<usize>,
}

impl Request {
    /// Five memories for a question, any of them.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), k: 5, filter: Filter::default(), lambda: None, budget: None }
    }
}

/// What was recalled.
#[derive(Clone, Debug, Default)]
pub struct Recollection {
    /// Memories, best first.
    pub memories: Vec<Recalled>,
    /// Parts that were not there (`embedder`; `index`, which another stood in for).
    pub degraded: Vec<&'static str>,
}

impl Person {
    /// Recalls memories for a question asked now.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty question, a `k` outside 1..=50, a `lambda` outside 0..=1, or a filter that lets
    /// nothing pass by its range.
    pub async fn recall(&self, request: &Request) -> Result<Recollection> {
        self.recall_for(request, &self.profile().await?, self.now()).await
    }

    pub(crate) async fn recall_for(
        &self,
        request: &Request,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Recollection> {
        let settings = &self.app.parts.settings;
        check(request)?;
        self.app.tell(&self.partition.id, &Event::Query(&request.text));

        let mut degraded = Vec::new();
        let zone = zone_of(profile);
        let embedder = self.serving().await?;
        let speakers = self.follow(&**embedder).await?;
        let known = Known { user: profile.display_name.as_deref(), speakers: &speakers };
        let query = recall::analyse(&self.app.analyzer, &request.text, &known, now, &zone);
        let vectors = self.query_vectors(&**embedder, &query, &mut degraded).await;
        let mut filter = request.filter.clone();
        filter.include_companion |= query.asks_companion;
        filter.include_hidden |= query.asks_past;

        let info = embedder.info();
        let ranking = Ranking {
            // A fact and the message it was read from may say the same in the same words: room for the next.
            k: (2 * request.k).min(50),
            lambda: request.lambda.unwrap_or(settings.recall_lambda),
            importance: settings.recall_importance,
            recency: settings.recall_recency,
            half_life_days: settings.recency_half_life_days,
            floor: Some(f64::from(info.floor)),
            duplicate: f64::from(info.duplicate),
        };
        let mut found = HashMap::new();
        let hits = self.search(&**embedder, &query, &vectors, &filter, recall::POOL).await?;
        let hits =
            self.second_round(&**embedder, &query, &known, &vectors, &filter, &ranking, hits, &mut found).await?;
        let ranked = recall::rank(&query, hits, &ranking, now);
        // Whatever else was said, a fact that is asked for answers; of the rest what there is room for is read.
        let may_answer = |ranked: &Ranked| ranked.hit.kind == MemoryKind::Semantic;
        let read_first = |(at, ranked): &(usize, &Ranked)| *at < request.k || may_answer(ranked);
        let ids = ranked.iter().enumerate().filter(read_first).map(|(_, ranked)| &ranked.hit.id);
        self.read_memories(ids, &mut found).await?;
        let mut memories = Vec::with_capacity(request.k);
        let mut said = HashSet::new();
        let mut rest = ranked.into_iter();
        while let Some(ranked) = rest.next() {
            let room = request.k.saturating_sub(memories.len());
            if room == 0 && !may_answer(&ranked) {
                continue;
            }
            if !found.contains_key(&ranked.hit.id) {
                let next = std::iter::once(&ranked).chain(rest.as_slice()).take(room);
                self.read_memories(next.map(|ranked| &ranked.hit.id), &mut found).await?;
            }
            // Forgotten since the index caught up: then it is not recalled.
            let Some(memory) = found.remove(&ranked.hit.id) else { continue };
            if !memory.tags.iter().any(|tag| tag == QUESTION) && said.insert(folded(&memory.content)) {
                memories.push(Recalled::new(ranked, memory, &ranking, now, &zone));
            }
        }
        memories.sort_by_key(|recalled| !recalled.memory.answers(&query, &self.app.analyzer));
        memories.truncate(request.k);
        if let Some(budget) = request.budget {
            memories = recall::fit(memories, budget, estimate_tokens);
        }
        for recalled in &memories {
            self.app.tell(&self.partition.id, &Event::MemoryAccessed(&recalled.memory));
        }
        if self.app.index.stands_in(&self.partition.id) {
            degraded.push("index");
        }
        Ok(Recollection { memories, degraded })
    }

    /// One further search at most: for the feeling that is asked for, or for names that the first hits bring up.
    #[expect(clippy::too_many_arguments, reason = "one step of a recall, with what the recall has at hand")]
    async fn second_round(
        &self,
        embedder: &dyn Embedder,
        query: &Query,
        known: &Known<'_>,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        ranking: &Ranking,
        hits: Vec<Hit>,
        read: &mut HashMap<MemoryId, Memory>,
    ) -> Result<Vec<Hit>> {
        if let Some(feeling) = query.feeling.filter(|_| filter.emotions.is_empty()) {
            let emotions = feeling.emotions().into_iter().map(str::to_owned).collect();
            let felt =
                self.search(embedder, query, vectors, &Filter { emotions, ..filter.clone() }, recall::POOL).await?;
            return Ok(recall::felt(hits, felt));
        }
        let best = recall::to_read(query, &hits, ranking);
        self.read_memories(&best, read).await?;
        let texts = best.iter().filter_map(|id| read.get(id)).map(|memory| memory.content.as_str());
        match recall::linked(&self.app.analyzer, query, known, texts) {
            None => Ok(hits),
            Some(further) => {
                Ok(recall::join(hits, self.search(embedder, &further, vectors, filter, recall::POOL).await?))
            }
        }
    }

    /// Reads those memories that were not read yet.
    async fn read_memories(
        &self,
        ids: impl IntoIterator<Item = &MemoryId>,
        found: &mut HashMap<MemoryId, Memory>,
    ) -> Result<()> {
        let missing = ids.into_iter().filter(|id| !found.contains_key(*id));
        let keys: Vec<Key> = missing.map(|id| Key::new(Kind::Memory, id.as_str())).collect();
        if keys.is_empty() {
            return Ok(());
        }
        for record in self.app.parts.store.get_many(&self.partition, &keys).await?.into_iter().flatten() {
            let id = MemoryId::new(record.key.id.clone());
            found.insert(id, read(record)?.value);
        }
        Ok(())
    }

    async fn query_vectors(
        &self,
        embedder: &dyn Embedder,
        query: &Query,
        degraded: &mut Vec<&'static str>,
    ) -> Vec<Option<Vec<f32>>> {
        let mut vectors = Vec::with_capacity(query.dense_texts.len());
        for text in &query.dense_texts {
            let asked = tokio::time::timeout(self.app.parts.settings.embed_patience, embedder.embed_query(text));
            match asked.await {
                Ok(Ok(vector)) => vectors.push(vector),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "recall goes by words alone");
                    degraded.push("embedder");
                    return vec![None; query.dense_texts.len()];
                }
                Err(_) => {
                    tracing::warn!(
                        embedder = embedder.info().id,
                        "the embedder is too slow; recall goes by words alone"
                    );
                    degraded.push("embedder");
                    return vec![None; query.dense_texts.len()];
                }
            }
        }
        vectors
    }

    pub(crate) async fn search(
        &self,
        embedder: &dyn Embedder,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>> {
        loop {
            match self.app.index.search(&self.partition, query, vectors, filter, k).await {
                // It was dropped for somebody else since it caught up.
                Err(IndexError::NotLoaded) => self.follow(embedder).await?,
                other => return Ok(other?),
            };
        }
    }

    /// Brings the index up to the store's newest commit, and returns the names of others whose words it holds.
    pub(crate) async fn catch_up(&self) -> Result<Vec<String>> {
        let embedder = self.serving().await?;
        self.follow(&**embedder).await
    }

    /// The same, with the vectors of the embedder that serves.
    pub(crate) async fn follow(&self, embedder: &dyn Embedder) -> Result<Vec<String>> {
        let parts = &self.app.parts;
        let _one_at_a_time = self.locks.index.lock().await;
        // What is still to be taken in of a list, and where it goes on.
        let mut rest: Option<(u64, Feed)> = None;
        loop {
            let info = self.indexed().await?;
            let since = info.as_ref().map(|info| info.upto);
            let mut feed = match rest.take().filter(|(upto, _)| since == Some(*upto)) {
                Some((_, rest)) => rest,
                None => parts.store.changes(&self.partition, Kind::Memory, since.unwrap_or(0), LISTED).await?,
            };
            if feed.generation != self.partition.generation {
                return Err(StoreError::Erased.into());
            }
            if let Some(info) = info.filter(|info| info.upto == feed.head) {
                return Ok(info.speakers);
            }
            rest = cut(&mut feed);
            let upto = if feed.more { feed.touched.last().map_or(feed.head, |last| last.seq) } else { feed.head };
            let (gone, there): (Vec<_>, Vec<_>) = feed.touched.into_iter().partition(|touched| touched.deleted);
            let keys: Vec<Key> = there.into_iter().map(|touched| Key::new(Kind::Memory, touched.id)).collect();
            let mut removals: Vec<MemoryId> = gone.into_iter().map(|touched| MemoryId::new(touched.id)).collect();
            let mut entries = Vec::with_capacity(keys.len());
            for (key, record) in keys.iter().zip(parts.store.get_many(&self.partition, &keys).await?) {
                match record.map(|record| self.entry(record, &embedder.info().id)) {
                    Some(Some(entry)) => entries.push(entry),
                    // Deleted since the feed was read, or not to be understood: not to be found either way.
                    Some(None) | None => removals.push(MemoryId::new(&key.id)),
                }
            }
            match self.app.index.apply(&self.partition, since, entries, &removals, upto).await {
                // It was dropped for somebody else meanwhile: from the beginning, then.
                Err(IndexError::NotLoaded) => {}
                other => {
                    other?;
                    if !feed.more
                        && let Some(info) = self.indexed().await?
                    {
                        return Ok(info.speakers);
                    }
                }
            }
        }
    }

    /// Those changes that the index in this process is to know of.
    pub(crate) fn of_memories(&self, changes: &[Change]) -> Vec<Change> {
        let there = if self.app.index.is_remote() { &[] } else { changes };
        there.iter().filter(|change| change.key().kind == Kind::Memory).cloned().collect()
    }

    /// Hands what was just committed to the index in this process, if that stands right before it: then nothing need be
    /// read. Whatever stands in the way of that, the index follows at the next question.
    pub(crate) async fn hand_on(&self, memories: Vec<Change>, upto: u64) {
        if self.app.index.is_remote() {
            return;
        }
        let (Ok(_one_at_a_time), Ok(serves)) = (self.locks.index.try_lock(), self.locks.serves.try_read()) else {
            return;
        };
        let info = self.indexed().await.ok().flatten();
        let Some(since) = info.map(|info| info.upto).filter(|since| since + 1 == upto) else { return };
        let by = match &*serves {
            _ if memories.is_empty() => "",
            Some(known) if self.may_serve(&**known).await => &known.info().id,
            _ => return,
        };
        let (mut entries, mut removals) = (Vec::with_capacity(memories.len()), Vec::new());
        for change in memories {
            let id = MemoryId::new(&change.key().id);
            let entry = match change {
                Change::Insert(draft) | Change::Put { draft, .. } => {
                    let Draft { key, at, doc, blob } = draft;
                    self.entry(Record { key, at, version: 0, doc, blob }, by)
                }
                Change::Delete { .. } => None,
            };
            match entry {
                Some(entry) => entries.push(entry),
                None => removals.push(id),
            }
        }
        if let Err(error) = self.app.index.apply(&self.partition, Some(since), entries, &removals, upto).await {
            tracing::debug!(%error, "the index follows later");
        }
    }

    /// What the index holds of this person, if it is of this generation.
    async fn indexed(&self) -> Result<Option<IndexInfo>> {
        let info = self.app.index.info(&self.partition).await?;
        Ok(info.filter(|info| info.generation == self.partition.generation))
    }

    fn entry(&self, mut record: Record, embedder: &str) -> Option<Entry> {
        let blob = record.blob.take();
        let id = record.key.id.clone();
        match read::<Memory>(record) {
            Ok(memory) => Some(entry_of(&self.app.analyzer, memory.value, blob.as_deref(), embedder)),
            Err(error) => {
                tracing::error!(%error, id, "a memory cannot be read and is left out of recall");
                None
            }
        }
    }
}

/// Leaves in a feed what the index takes in at once, whole commits, and returns the rest with where that goes on.
fn cut(feed: &mut Feed) -> Option<(u64, Feed)> {
    let upto = feed.touched.get(FEED - 1)?.seq;
    let rest = feed.touched.split_off(feed.touched.partition_point(|touched| touched.seq <= upto));
    if rest.is_empty() {
        return None;
    }
    let Feed { generation, head, more, .. } = *feed;
    feed.more = true;
    Some((upto, Feed { generation, head, touched: rest, more }))
}

/// What the index needs to know of a memory. A vector of another embedder's space is left out: the memory is
/// found by its words until it is embedded anew.
fn entry_of(analyzer: &Analyzer, memory: Memory, blob: Option<&[u8]>, embedder: &str) -> Entry {
    let vectors = unpack(memory.embedder.as_deref(), blob).into_iter();
    let vector = vectors.filter(|vector| vector.by == embedder).find_map(|vector| vector.numbers);
    let hidden = memory.valid_until.is_some() || memory.tags.iter().any(|tag| tag == QUESTION);
    let emotion = felt_as(&memory).map(str::to_owned);
    let marks = analyzer.marks(&memory.content);
    let text = match (&memory.fact, &memory.speaker) {
        (Some(fact), _) => format!("{} {}{marks}", memory.content, fact.cues()),
        // A part of a document is also about what stands above it.
        (None, Speaker::Document(title)) => {
            let section = memory.metadata.get("section").and_then(serde_json::Value::as_str).unwrap_or_default();
            format!("{title} {section}\n{}{marks}", memory.content)
        }
        (None, _) => memory.content + &marks,
    };
    Entry {
        id: memory.id,
        text,
        vector,
        speaker: memory.speaker,
        place: memory.place,
        occurred_at: memory.occurred_at,
        kind: memory.kind,
        category: memory.category,
        importance: memory.importance,
        reinforced: memory.reinforced,
        emotion,
        tags: memory.tags,
        hidden,
    }
}

/// The emotion that a memory was appraised as, or else the mood it came in, where that was strong enough to name.
pub(crate) fn felt_as(memory: &Memory) -> Option<&str> {
    let mood = || memory.mood.filter(|mood| mood.intensity() >= STRONG_MOOD).map(|mood| mood.emotion().as_str());
    memory.emotion.as_deref().or_else(mood)
}

/// The largest budget, in tokens: beyond it a number in JSON is not the same number for everybody (RFC 8259, section 6).
const MOST_BUDGET: usize = (1 << 53) - 1;

/// What cannot be asked is refused.
fn check(request: &Request) -> Result<()> {
    if request.text.trim().is_empty() {
        return Err(Error::Invalid("the question is empty; say what to look for".into()));
    }
    if !(1..=50).contains(&request.k) {
        return Err(Error::Invalid(format!("k: {} is not 1 to 50", request.k)));
    }
    if let Some(lambda) = request.lambda.filter(|lambda| !(0.0..=1.0).contains(lambda)) {
        return Err(Error::Invalid(format!("lambda: {lambda} is not 0 to 1")));
    }
    if let Some(budget) = request.budget.filter(|budget| *budget > MOST_BUDGET) {
        return Err(Error::Invalid(format!("budget: {budget} is not 0 to {MOST_BUDGET}")));
    }
    check_filter(&request.filter)
}

/// A filter that nothing can pass, or that names what nothing has, is a mistake.
pub(crate) fn check_filter(filter: &Filter) -> Result<()> {
    if !(0.0..=1.0).contains(&filter.min_importance) {
        return Err(Error::Invalid(format!("min_importance: {} is not 0 to 1", filter.min_importance)));
    }
    if let (Some(after), Some(before)) = (filter.after, filter.before)
        && after >= before
    {
        return Err(Error::Refused(format!("after: {after} is not before {before}")));
    }
    let names = || Emotion::ALL.iter().map(|e| e.as_str()).chain(EmotionLabel::ALL.iter().map(|e| e.as_str()));
    match filter.emotions.iter().find(|emotion| !names().any(|name| name == *emotion)) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<&str> = names().collect();
            Err(Error::Refused(format!("emotion: there is no {unknown:?}; there are {}", known.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use philia_ports::store::Touched;

    #[test]
    fn a_list_is_taken_in_by_whole_commits() {
        let of = |commits: &[(u64, usize)]| {
            let each = commits.iter().flat_map(|(seq, size)| (0..*size).map(move |n| (*seq, format!("{seq}.{n:03}"))));
            let touched = each.map(|(seq, id)| Touched { seq, id, deleted: false }).collect();
            Feed { generation: 3, head: 99, touched, more: false }
        };
        let sizes = [(1, FEED - 1), (2, 90), (5, FEED), (9, 10)];
        let mut whole = of(&sizes);
        let mut taken = Vec::new();
        let mut rest = Some((0, whole.clone()));
        while let Some((_, mut feed)) = rest.take() {
            rest = cut(&mut feed);
            assert_eq!((feed.generation, feed.head, feed.more), (3, 99, rest.is_some()));
            let last = feed.touched.last().map(|last| last.seq);
            assert!(rest.as_ref().is_none_or(|(upto, _)| Some(*upto) == last));
            taken.push((last.unwrap_or(0), feed.touched.len()));
            assert_eq!(whole.touched.drain(..feed.touched.len()).collect::<Vec<_>>(), feed.touched);
        }
        assert_eq!(taken, [(2, FEED + 89), (5, FEED), (9, 10)]);
        assert!(cut(&mut of(&[(1, FEED)])).is_none());
    }
}
