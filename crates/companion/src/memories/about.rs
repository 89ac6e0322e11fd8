//! "Forget everything about my ex": what would go, and letting it go.
//!
//! Where the words are is looked for in every record of the person's, not only in memories. What only seems to be
//! meant is shown and stays.

use super::survey::{Verdict, any_text};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::Person;
use crate::recall::Request;
use jiff::Timestamp;
use philia_mind::memory::forget::Reach;
use philia_mind::memory::forget::topic::Topic;
use philia_mind::memory::{Category, MemoryKind, Provenance, Speaker};
use philia_mind::text::{Analyzer, words};
use philia_mind::{Interaction, InteractionId, Memory, MemoryId};
use philia_ports::store::{Change, Draft, Key, Kind};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// Examples, and things that may be meant, in a preview.
const SHOWN: usize = 10;
/// What grows while it is being deleted is looked for so often.
const ROUNDS: usize = 3;

/// What is to be forgotten.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The topic, in the person's words ("my ex").
    pub about: String,
    /// Words that are meant as well, or names of memories.
    pub include: Vec<String>,
    /// Words that are not meant, or names of memories that stay.
    pub exclude: Vec<String>,
}

impl About {
    /// Everything about something.
    pub fn new(about: impl Into<String>) -> Self {
        Self { about: about.into(), ..Self::default() }
    }
}

/// What goes, or has gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Forgetting {
    /// What was asked.
    pub about: String,
    /// What was looked for.
    pub words: Vec<Word>,
    /// How much it is.
    pub goes: Going,
    /// Some of it, the newest first.
    pub examples: Vec<Example>,
    /// What may be meant, and stays unless it is included.
    pub maybe: Vec<Maybe>,
    /// It is gone; false for a preview.
    pub forgotten: bool,
}

/// A word that was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Word {
    /// The word or name.
    pub words: String,
    /// Why it belongs to what was asked.
    pub why: String,
}

/// How much goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Going {
    /// Things that were said, by the person or others.
    pub memories: usize,
    /// Facts and preferences.
    pub facts: usize,
    /// What reflection had concluded.
    pub insights: usize,
    /// Tasks.
    pub tasks: usize,
    /// Parts of documents.
    pub documents: usize,
    /// Turns of the log whose texts go.
    pub turns: usize,
    /// Turns of the log of which only the answer goes.
    pub replies: usize,
    /// Other records that speak of it (titles, core blocks, conflicts, habits), by kind.
    pub other: BTreeMap<&'static str, usize>,
}

impl Going {
    /// Is it nothing at all?
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// One of the memories that go.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Example {
    /// Which.
    pub id: MemoryId,
    /// When it was true in the world.
    pub at: Timestamp,
    /// Its words.
    pub content: String,
}

/// Something that may be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Maybe {
    /// What to include it by: a word, or the name of a memory.
    pub include: String,
    /// Its words.
    pub content: String,
    /// Why it may be meant.
    pub why: String,
}

/// What was found.
struct Found {
    topic: Topic,
    reach: Reach,
    /// Changes of other records.
    besides: Vec<Change>,
    forgetting: Forgetting,
}

impl Person {
    /// What would go with everything about a topic. Nothing is changed.
    ///
    /// # Errors
    /// [`Error::Refused`] if the words say nothing by themselves ("it").
    pub async fn forgetting(&self, about: &About) -> Result<Forgetting> {
        let Found { reach, topic, mut forgetting, .. } = self.look_for(about, None).await?;
        forgetting.maybe = self.maybe(about, &topic, &reach).await?;
        Ok(forgetting)
    }

    /// Forgets everything about a topic, from the store, the index and what was derived, and removes the traces from
    /// the store's files. Waits for a turn that is running.
    ///
    /// # Errors
    /// As [`Person::forgetting`]; a store that fails. What was begun then is done later.
    pub async fn forget_about(&self, about: &About) -> Result<Forgetting> {
        let _between_turns = self.between_turns().await;
        self.forget_all(about, None).await
    }

    /// [`Person::forget_about`] within a turn, which itself stays.
    pub(crate) async fn forget_all(&self, about: &About, but: Option<&InteractionId>) -> Result<Forgetting> {
        self.app.tell(&self.partition.id, &Event::UserAction("forget"));
        let mut told: Option<Forgetting> = None;
        for _ in 0..ROUNDS {
            let Found { reach, besides, mut forgetting, .. } = self.look_for(about, but).await?;
            if forgetting.goes.is_nothing() && told.is_some() {
                break;
            }
            self.carry_out(&reach, besides).await?;
            forgetting.forgotten = true;
            told.get_or_insert(forgetting);
        }
        self.let_go().await;
        self.index_forgets().await;
        self.scrub_now().await?;
        Ok(told.unwrap_or_default())
    }

    async fn look_for(&self, about: &About, but: Option<&InteractionId>) -> Result<Found> {
        let analyzer = &self.app.analyzer;
        let unclear = || {
            let words = &about.about;
            Error::Refused(format!("about: {words:?} does not say what to forget; name somebody or something"))
        };
        let mut topic = Topic::new(analyzer, &about.about).ok_or_else(unclear)?;
        let (mut named, mut spared) = (HashSet::new(), HashSet::new());
        for (given, ids, add) in [
            (&about.exclude, &mut spared, Topic::exclude as fn(&mut Topic, &Analyzer, &str) -> Result<(), String>),
            (&about.include, &mut named, Topic::include),
        ] {
            for words in given {
                let id = MemoryId::new(words.as_str());
                if words.len() <= 256 && !words.contains(char::is_control) && self.memory(&id).await?.is_some() {
                    ids.insert(id);
                } else {
                    add(&mut topic, analyzer, words).map_err(Error::Refused)?;
                }
            }
        }
        self.each(Kind::Memory, |memory: Memory| topic.learn_names(analyzer, &memory)).await?;

        let mut documents = HashSet::new();
        self.each_record(Kind::Document, |record| {
            let (mut titled, doc) = (false, record.doc.value());
            for field in ["name", "title", "file", "url"] {
                titled |= doc[field].as_str().is_some_and(|text| topic.mentions(analyzer, text));
            }
            if titled {
                documents.insert(record.key.id);
            }
        })
        .await?;
        let of_document = |memory: &Memory| {
            memory.sources.iter().any(|source| matches!(source, Provenance::Document(id) if documents.contains(id)))
        };
        let verdict = |memory: &Memory| {
            if spared.contains(&memory.id) {
                Verdict::Stays
            } else if named.contains(&memory.id) || of_document(memory) || topic.is_about(analyzer, memory) {
                Verdict::Goes
            } else if topic.spares(analyzer, &memory.content) {
                Verdict::Stays
            } else {
                Verdict::Asked
            }
        };
        let turn = |turn: &Interaction| {
            if but == Some(&turn.id) || turn.redacted {
                return (false, false);
            }
            let said = |text: Option<&str>| text.is_some_and(|text| topic.mentions(analyzer, text));
            let why = turn.used.iter().any(|used| said(Some(&used.why)));
            let message = said(Some(&turn.message)) || said(turn.speaker.as_deref());
            (message, why || said(turn.reply.as_deref()))
        };
        let mut survey = self.survey(verdict, turn).await?;
        let reach = self.reach(&mut survey).await?;

        let mut besides = self.pointers_to(&reach.memories).await?;
        besides.extend(
            documents.into_iter().map(|id| Change::Delete { key: Key::new(Kind::Document, id), expected: None }),
        );
        besides.extend(self.other_records(&topic, &besides).await?);
        let mut forgetting = Forgetting {
            about: about.about.clone(),
            words: topic.terms().iter().map(|term| Word { words: term.words.clone(), why: term.why.clone() }).collect(),
            ..Forgetting::default()
        };
        forgetting.goes.turns = reach.turns.len();
        forgetting.goes.replies = reach.replies.len();
        for change in besides.iter().filter(|change| change.key().kind != Kind::Statement) {
            *forgetting.goes.other.entry(change.key().kind.as_str()).or_default() += 1;
        }
        let mut gone = self.memories_of(reach.memories.iter()).await?;
        gone.retain(|memory| memory.speaker != Speaker::Companion);
        gone.iter().for_each(|memory| count(&mut forgetting.goes, memory));
        gone.sort_by(|a, b| b.occurred_at.cmp(&a.occurred_at).then_with(|| a.id.cmp(&b.id)));
        let mut said = HashSet::new();
        gone.retain(|memory| said.insert(memory.content.clone()));
        gone.truncate(SHOWN);
        forgetting.examples = gone
            .into_iter()
            .map(|memory| Example { id: memory.id, at: memory.occurred_at, content: memory.content })
            .collect();
        Ok(Found { topic, reach, besides, forgetting })
    }

    /// Changes of records of other kinds that speak of it. Where a text has more in it, only the sentences go.
    async fn other_records(&self, topic: &Topic, known: &[Change]) -> Result<Vec<Change>> {
        const CUT: &[Kind] = &[
            Kind::Thread,
            Kind::Companion,
            Kind::TraitVersion,
            Kind::Block,
            Kind::Document,
            Kind::Source,
            Kind::Plugin,
        ];
        const DELETED: &[Kind] = &[Kind::Conflict, Kind::Incident, Kind::Reflection, Kind::SyncLog, Kind::Job];
        let analyzer = &self.app.analyzer;
        let known: HashSet<Key> = known.iter().map(|change| change.key().clone()).collect();
        let mut changes = Vec::new();
        for kind in CUT {
            self.each_record(*kind, |record| {
                let (what, mut doc) = (record.key.kind, record.doc.value());
                if !known.contains(&record.key) && cut(&mut doc, "", what, &|text| topic.mentions(analyzer, text)) {
                    let draft = Draft { key: record.key, at: record.at, doc: doc.into(), blob: record.blob };
                    changes.push(Change::Put { draft, expected: record.version });
                }
            })
            .await?;
        }
        for kind in DELETED {
            self.each_record(*kind, |record| {
                let mut speaks = |text: &str| text.contains(' ') && topic.mentions(analyzer, text);
                if !known.contains(&record.key) && any_text(&record.doc.value(), &mut speaks) {
                    changes.push(Change::Delete { key: record.key, expected: None });
                }
            })
            .await?;
        }
        Ok(changes)
    }

    /// What may be meant: what was said right after without a name, and what is close in meaning.
    async fn maybe(&self, about: &About, topic: &Topic, reach: &Reach) -> Result<Vec<Maybe>> {
        let mut maybe: Vec<Maybe> = topic
            .maybe()
            .iter()
            .map(|(word, why)| Maybe { include: word.clone(), content: word.clone(), why: why.clone() })
            .collect();
        let mut before: Option<(philia_mind::SessionId, bool)> = None;
        self.each(Kind::Interaction, |turn: Interaction| {
            let goes = reach.turns.contains(&turn.id);
            let follows = before.as_ref().is_some_and(|(session, goes)| *goes && *session == turn.session);
            if follows && !goes && speaks_of_somebody(&turn.message) && maybe.len() < SHOWN {
                maybe.push(Maybe {
                    include: MemoryId::of(&turn.id, "u").as_str().to_owned(),
                    content: turn.message.clone(),
                    why: "said right after".into(),
                });
            }
            before = Some((turn.session, goes));
        })
        .await?;
        let near = self.recall(&Request { k: SHOWN, ..Request::new(about.about.clone()) }).await?.memories;
        for found in near {
            let known =
                reach.memories.contains(&found.memory.id) || maybe.iter().any(|m| m.content == found.memory.content);
            if !known && maybe.len() < SHOWN && !topic.spares(&self.app.analyzer, &found.memory.content) {
                let (include, content) = (found.memory.id.as_str().to_owned(), found.memory.content);
                maybe.push(Maybe { include, content, why: "close in meaning".into() });
            }
        }
        Ok(maybe)
    }
}

fn count(goes: &mut Going, memory: &Memory) {
    let from_document = memory.sources.iter().any(|source| matches!(source, Provenance::Document(_)));
    let counter = if from_document {
        &mut goes.documents
    } else if memory.task.is_some() {
        &mut goes.tasks
    } else if memory.fact.is_some() {
        &mut goes.facts
    } else if memory.kind == MemoryKind::Semantic && memory.category == Category::Insight {
        &mut goes.insights
    } else {
        &mut goes.memories
    };
    *counter += 1;
}

/// Does a message speak of somebody without a name?
fn speaks_of_somebody(message: &str) -> bool {
    const PRONOUNS: &[&str] = &["he", "she", "him", "her", "his", "hers", "they", "them", "their"];
    let mut found = false;
    words(message, |word| found |= PRONOUNS.contains(&word.text.to_lowercase().as_str()));
    found
}

/// Takes the sentences that speak of it out of a document's texts, and the items of lists that are nothing else.
/// Names of things are no texts. Returns whether anything was taken.
fn cut(doc: &mut Value, field: &str, kind: Kind, speaks: &impl Fn(&str) -> bool) -> bool {
    const NAMES: &[&str] =
        &["id", "persona", "session", "thread", "memory", "interaction", "label", "category", "kind"];
    match doc {
        Value::String(text) if !NAMES.contains(&field) && speaks(text) => {
            *text = sentences(text).filter(|sentence| !speaks(sentence)).collect::<Vec<_>>().concat().trim().to_owned();
            true
        }
        Value::Array(items) => {
            let before = items.len();
            let mut changed = false;
            items.retain_mut(|item| {
                let was_cut = cut(item, field, kind, speaks);
                changed |= was_cut;
                !(was_cut && item.as_str() == Some(""))
            });
            changed || items.len() != before
        }
        Value::Object(fields) => fields.iter_mut().fold(false, |changed, (name, value)| {
            let taken = cut(value, name, kind, speaks);
            // A thread without a title goes by its name.
            if taken && name == "title" && kind == Kind::Thread && value.as_str() == Some("") {
                *value = Value::Null;
            }
            changed | taken
        }),
        _ => false,
    }
}

/// A text's sentences and lines, each with what ends it.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n', '。', '！', '？', '।'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_sentences_that_speak_of_it_are_cut() {
        let speaks = |text: &str| text.contains("Marco");
        let mut doc = json!({
            "title": "Marco",
            "text": "Ana likes tea. Marco was her husband. She paints.",
            "examples": ["Marco again", "hello"],
            "id": "Marco",
        });
        assert!(cut(&mut doc, "", Kind::Thread, &speaks));
        let expected = json!({
            "title": null, "text": "Ana likes tea. She paints.", "examples": ["hello"], "id": "Marco",
        });
        assert_eq!(doc, expected);
        assert!(!cut(&mut doc, "", Kind::Thread, &speaks));
    }
}
