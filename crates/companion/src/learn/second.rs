//! The second lesson: what the fast model reads from turns that the rules have learned from already.
//!
//! Nobody waits for it. It is a durable job of its own, made in the commit that wrote what the rules learned; turns that
//! come quickly share one question; an answer of no use is counted and the rules' lesson stands. What one turn's lesson
//! changes is written in the commit that deletes its job, so a crash in between repeats the question and nothing else.

use super::{CORRECTION, LEARNED_BY, Lecture};
use crate::error::{Error, Result};
use crate::facts;
use crate::observe;
use crate::person::{Person, write};
use crate::records::{Versioned, draft, read};
use crate::state::CompanionState;
use crate::unit::Unit;
use jiff::{SignedDuration, Timestamp};
use philia_mind::appraisal::delta_of;
use philia_mind::interaction::Stage;
use philia_mind::memory::conflict::{is_set, same_value};
use philia_mind::memory::opinion::{self, Opinion, Said};
use philia_mind::{Interaction, InteractionId, Memory, MemoryId, Pad};
use philia_ports::model::{ChatMessage, ChatRequest, Role};
use philia_ports::store::{Change, Draft, Key, Kind, Record, Scan};
use philia_ports::{ChatModel, StoreError};
use serde::Serialize;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

/// The name of the job in the store.
pub(crate) const TASK: &str = "learn-model";
/// How often a model that does not answer is asked about a turn.
const TRIES: u64 = 3;
/// How long it is left alone before it is asked again.
const REST: SignedDuration = SignedDuration::from_mins(10);
/// Jobs looked at when those are sought that wait.
const LOOKED_AT: usize = 200;
/// A mood is corrected for turns that were this recent; an older one has worn off.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// How the fast model has done since the program started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    asked: AtomicU64,
    turns: AtomicU64,
    unusable: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    tokens: AtomicU64,
    /// 1 if the last answer was of no use.
    unwell: AtomicU64,
}

/// How the fast model has done since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lessons {
    /// Questions.
    pub asked: u64,
    /// Turns that its answers taught something about.
    pub turns: u64,
    /// Answers of no use: the rules stood in.
    pub unusable: u64,
    /// Questions without an answer.
    pub failed: u64,
    /// Parts of answers that were left out because they were malformed or not said by the person.
    pub dropped: u64,
    /// Tokens of all questions and answers, as the model counted them.
    pub tokens: u64,
    /// Was the last answer of use?
    pub well: bool,
}

impl Counters {
    pub(crate) fn read(&self) -> Lessons {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Lessons {
            asked: of(&self.asked),
            turns: of(&self.turns),
            unusable: of(&self.unusable),
            failed: of(&self.failed),
            dropped: of(&self.dropped),
            tokens: of(&self.tokens),
            well: of(&self.unwell) == 0,
        }
    }
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

/// The job of asking the fast model about a turn.
pub(super) fn job(turn: &InteractionId, at: Timestamp, tries: u64) -> Result<Draft> {
    let doc = json!({ "task": TASK, "interaction": turn, "tries": tries });
    draft(Kind::Job, &format!("{TASK}-{turn}"), at, &doc)
}

impl Person {
    /// Asks the fast model about the turns that wait for it, if there is one.
    pub(crate) async fn learn_by_model(&self) -> Result<()> {
        let settings = &self.app.parts.settings;
        if self.app.parts.fast.info().is_none() {
            return Ok(());
        }
        let _one_question_at_a_time = self.locks.lesson.lock().await;
        loop {
            let waiting = self.waiting().await?;
            if waiting.is_empty() {
                return Ok(());
            }
            let waiting = match waiting.len() < settings.learn_batch && !settings.learn_wait.is_zero() {
                true => {
                    tokio::time::sleep(settings.learn_wait).await;
                    self.waiting().await?
                }
                false => waiting,
            };
            let Some(fast) = self.fast_model().await else { return Ok(()) };
            if !self.ask_about(&*fast, waiting).await? {
                return Ok(());
            }
        }
    }

    async fn waiting(&self) -> Result<Vec<Record>> {
        let now = self.now();
        let until = now.saturating_add(SignedDuration::from_micros(1)).ok();
        let scan = Scan { limit: LOOKED_AT, until, ..Scan::of(Kind::Job) };
        let jobs = self.app.parts.store.scan(&self.partition, &scan).await?.items;
        let of_this_kind = jobs.into_iter().filter(|job| job.doc.value()["task"] == TASK);
        Ok(of_this_kind.take(self.app.parts.settings.learn_batch.min(opinion::MOST_MESSAGES)).collect())
    }

    /// One question about all of these turns. False if the model is better left alone for now.
    async fn ask_about(&self, fast: &dyn ChatModel, jobs: Vec<Record>) -> Result<bool> {
        let counters = &self.app.lessons;
        let turn = |job: &Record| job.doc.value()["interaction"].as_str().unwrap_or_default().to_owned();
        let keys: Vec<Key> = jobs.iter().map(|job| Key::new(Kind::Interaction, turn(job))).collect();
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let mut asked: Vec<(Record, Interaction)> = Vec::with_capacity(jobs.len());
        for (job, found) in jobs.into_iter().zip(found) {
            match found.map(read::<Interaction>).transpose()? {
                Some(Versioned { value: turn, .. }) if !turn.redacted && !turn.message.is_empty() => {
                    asked.push((job, turn));
                }
                _ => self.drop_job(&job).await?,
            }
        }
        if asked.is_empty() {
            return Ok(true);
        }
        let zone = self.zone(&self.profile().await?);
        let said: Vec<Said<'_>> = asked.iter().map(|(_, turn)| Said { text: &turn.message, at: turn.at }).collect();
        let question = opinion::request(&said, &zone);
        let request = ChatRequest {
            messages: vec![
                ChatMessage::new(Role::System, question.system),
                ChatMessage::new(Role::User, question.user),
            ],
            temperature: Some(0.0),
            json: true,
            ..ChatRequest::default()
        };
        add(&counters.asked, 1);
        let answer = fast.complete(&request).await;
        observe::asked_fast(fast.info(), &answer, &self.app.parts.settings.prices);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(%error, "the fast model does not help; the rules' lessons stand");
                add(&counters.failed, 1);
                counters.unwell.store(1, Ordering::Relaxed);
                for (job, _) in &asked {
                    self.put_off(job, error.is_retryable()).await?;
                }
                return Ok(false);
            }
        };
        add(&counters.tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
        let opinions = match opinion::read(&answer.content, &said, &zone) {
            Ok(opinions) => opinions,
            Err(error) => {
                tracing::warn!(%error, model = answer.model, "the fast model's answer is of no use; the rules' lessons stand");
                add(&counters.unusable, 1);
                counters.unwell.store(1, Ordering::Relaxed);
                for (job, _) in &asked {
                    self.drop_job(job).await?;
                }
                return Ok(true);
            }
        };
        counters.unwell.store(0, Ordering::Relaxed);
        drop(said);
        for ((job, turn), opinion) in asked.iter().zip(opinions) {
            match opinion {
                Some(opinion) => {
                    add(&counters.turns, 1);
                    add(&counters.dropped, opinion.dropped as u64);
                    self.take_in(job, turn, &opinion, &answer.model).await?;
                }
                None => self.drop_job(job).await?,
            }
        }
        Ok(true)
    }

    async fn drop_job(&self, job: &Record) -> Result<()> {
        self.commit(vec![Change::Delete { key: job.key.clone(), expected: None }]).await?;
        Ok(())
    }

    /// Another time, or not at all: a model that is down is not asked for ever.
    async fn put_off(&self, job: &Record, again: bool) -> Result<()> {
        let doc = job.doc.value();
        let tries = doc["tries"].as_u64().unwrap_or(0) + 1;
        if !again || tries >= TRIES {
            return self.drop_job(job).await;
        }
        let turn = InteractionId::new(doc["interaction"].as_str().unwrap_or_default());
        let at = self.now().saturating_add(REST).unwrap_or(Timestamp::MAX);
        self.commit(vec![Change::Put { draft: self::job(&turn, at, tries)?, expected: job.version }]).await?;
        Ok(())
    }

    /// Writes what the model read from a turn, once.
    async fn take_in(&self, job: &Record, turn: &Interaction, opinion: &Opinion, model: &str) -> Result<()> {
        let zone = self.zone(&self.profile().await?);
        let lesson = self.lesson(turn, &Lecture::later(true, zone)).await?;
        let new = missed(&lesson.memories, turn, opinion, model);
        let vectors = self.vectors_of(&new).await;
        loop {
            let mut unit = Unit::new(self);
            let written = self.write_memories(&mut unit, &new, vectors.as_deref()).await?;
            if vectors.is_none() && !written.is_empty() {
                unit.write(super::embed_job(&turn.id, &written, self.now())?);
            }
            if let Some(importance) = opinion.importance {
                weigh(&mut unit, turn, importance).await?;
            }
            let mut changes = unit.changes();
            changes.extend(self.corrected_mood(turn, opinion).await?);
            changes.push(Change::Delete { key: job.key.clone(), expected: Some(job.version) });
            match self.commit(changes).await {
                // Somebody else wrote meanwhile, or took this lesson in: look again.
                Err(Error::Store(StoreError::Conflict(key))) if key == job.key => return Ok(()),
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    for memory in &written {
                        self.app.tell(&self.partition.id, &crate::hook::Event::MemoryCreated(memory));
                    }
                    return Ok(());
                }
            }
        }
    }

    /// The companion felt what the rules said; what the model says instead is added as the difference.
    async fn corrected_mood(&self, turn: &Interaction, opinion: &Opinion) -> Result<Option<Change>> {
        let (Some(felt), Some(by_rules), Stage::Answered) = (&opinion.appraisal, &turn.felt, turn.stage) else {
            return Ok(None);
        };
        let now = self.now();
        if felt.emotion.as_str() == by_rules.emotion || now.duration_since(turn.at) > FRESH {
            return Ok(None);
        }
        let Some(Versioned { value: mut state, version }) =
            self.get::<CompanionState>(Kind::Companion, turn.persona.as_str()).await?
        else {
            return Ok(None);
        };
        let persona = self.find_persona(turn.persona.as_str()).await?;
        let delta = delta_of(felt.emotion, felt.intensity, &persona.temperament);
        let difference = Pad::new(
            delta.pleasure - by_rules.delta.pleasure,
            delta.arousal - by_rules.delta.arousal,
            delta.dominance - by_rules.delta.dominance,
        );
        let config = &self.app.parts.settings.life;
        state.life.mood = state.life.mood.felt(difference, state.life.baseline.pad, config.half_life_hours, now);
        Ok(Some(write(draft(Kind::Companion, turn.persona.as_str(), now, &state)?, version)))
    }
}

/// What the model read and the rules did not. Where both read a value of the same key and they differ, the surer one
/// holds; both stand in the person's own words.
fn missed(by_rules: &[Memory], turn: &Interaction, opinion: &Opinion, model: &str) -> Vec<Memory> {
    let message = MemoryId::of(&turn.id, "u");
    let importance = opinion.importance.or_else(|| Some(by_rules.first()?.importance)).unwrap_or(0.5);
    let mut new = Vec::new();
    for (n, said) in opinion.said.iter().enumerate().take(super::MAX_FACTS) {
        let Some(fact) = &said.fact else { continue };
        let same_key = by_rules.iter().find(|memory| {
            memory.fact.as_ref().is_some_and(|known| {
                known.subject == fact.subject
                    && known.key == fact.key
                    && (!is_set(&known.key) || known.value == fact.value)
            })
        });
        let rival = match same_key.and_then(|memory| Some((memory, memory.fact.as_ref()?))) {
            Some((_, known)) if same_value(&fact.key, &known.value, &fact.value) => continue,
            Some((memory, _)) if memory.confidence >= said.confidence => continue,
            other => other,
        };
        let mut memory = super::lesson::fact_memory(turn, &format!("m{n}"), said.clone(), &message, importance);
        if rival.is_some() {
            memory.tags.push(CORRECTION.into());
        }
        memory.metadata.insert(LEARNED_BY.into(), model.into());
        new.push(memory);
    }
    new
}

/// The model's judgement of how much a message matters stands for the rules'.
async fn weigh(unit: &mut Unit<'_>, turn: &Interaction, importance: f64) -> Result<()> {
    let id = MemoryId::of(&turn.id, "u");
    if let Some(mut message) = unit.get::<Memory>(Kind::Memory, id.as_str()).await? {
        message.importance = importance.clamp(0.0, 1.0);
        facts::store(unit, &message)?;
    }
    Ok(())
}
