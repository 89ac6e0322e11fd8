//! The look over all memories and turns before something is forgotten. Only names are held, not texts, so that it is
//! small for those who have much.

use crate::error::Result;
use crate::person::Person;
use philia_mind::memory::forget::{Reach, Remembered, Said, quotes, reach};
use philia_mind::memory::{Provenance, Speaker};
use philia_mind::{Interaction, InteractionId, Memory, MemoryId};
use philia_ports::store::{Change, Draft, Kind, Page, Record, Scan};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// What is to be done with a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes.
    Goes,
    /// It goes if it rests on what goes.
    Asked,
    /// It stays, whatever it rests on.
    Stays,
}

/// What there is, by name.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) memories: Vec<Remembered>,
    pub(super) turns: Vec<Said>,
}

impl Person {
    /// Calls `look` for every record of a kind, oldest first.
    pub(super) async fn each<T: DeserializeOwned>(&self, kind: Kind, mut look: impl FnMut(T) + Send) -> Result<()> {
        let mut scan = Scan::of(kind);
        loop {
            let page: Page<T> = self.page(&scan).await?;
            page.items.into_iter().for_each(&mut look);
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Calls `look` for every record of a kind as it is stored.
    pub(super) async fn each_record(&self, kind: Kind, mut look: impl FnMut(Record) + Send) -> Result<()> {
        let mut scan = Scan { blobs: true, ..Scan::of(kind) };
        loop {
            let page = self.app.parts.store.scan(&self.partition, &scan).await?;
            page.items.into_iter().for_each(&mut look);
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Looks at every memory and every turn. Of a turn it is asked whether its message and its reply go.
    pub(super) async fn survey(
        &self,
        mut memory: impl FnMut(&Memory) -> Verdict + Send,
        mut turn: impl FnMut(&Interaction) -> (bool, bool) + Send,
    ) -> Result<Survey> {
        let mut survey = Survey::default();
        self.each(Kind::Memory, |found: Memory| {
            let verdict = memory(&found);
            survey.memories.push(remembered(found, verdict));
        })
        .await?;
        self.each(Kind::Interaction, |found: Interaction| {
            let (message, reply) = turn(&found);
            let used = found.used.into_iter().map(|used| used.id).collect();
            survey.turns.push(Said { id: found.id, used, message, reply });
        })
        .await?;
        Ok(survey)
    }

    /// Everything that goes with what goes: also the replies that quote it.
    pub(super) async fn reach(&self, survey: &mut Survey) -> Result<Reach> {
        let mut looked_at: HashSet<InteractionId> = HashSet::new();
        loop {
            let found = reach(&survey.memories, &survey.turns);
            let mut more = false;
            for id in &found.quoting {
                if !looked_at.insert(id.clone()) {
                    continue;
                }
                let Some(turn) = self.interaction(id).await? else { continue };
                let gone = turn.used.iter().map(|used| &used.id).filter(|used| found.memories.contains(*used));
                let texts = self.memories_of(gone).await?;
                let reply = turn.reply.as_deref().unwrap_or_default();
                let quoted = texts.iter().any(|text| quotes(&self.app.analyzer, reply, &text.content, &turn.message));
                if quoted && let Some(said) = survey.turns.iter_mut().find(|said| said.id == *id) {
                    said.reply = true;
                    more = true;
                }
            }
            if !more {
                return Ok(found);
            }
        }
    }

    /// The changes that remove records which only lead to memories that go: conflicts between them, and whatever
    /// finds them by what they say.
    pub(super) async fn pointers_to(&self, gone: &BTreeSet<MemoryId>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for kind in [Kind::Statement, Kind::Conflict] {
            self.each_record(kind, |record| {
                changes.extend(without(record, gone));
            })
            .await?;
        }
        Ok(changes)
    }
}

/// The change that takes the names of what is gone out of a record: out of a list where it holds one with others, and
/// the whole record otherwise.
fn without(record: Record, gone: &BTreeSet<MemoryId>) -> Option<Change> {
    let is_gone = |text: &str| gone.contains(&MemoryId::new(text));
    let mut doc = record.doc.value();
    if !any_text(&doc, &mut |text| is_gone(text)) {
        return None;
    }
    let listed = doc.get_mut("memories").and_then(Value::as_array_mut).is_some_and(|list| {
        list.retain(|item| !item.as_str().is_some_and(is_gone));
        !list.is_empty()
    });
    Some(if listed {
        let draft = Draft { key: record.key, at: record.at, doc: doc.into(), blob: record.blob };
        Change::Put { draft, expected: record.version }
    } else {
        Change::Delete { key: record.key, expected: None }
    })
}

/// Does any text of a document pass?
pub(super) fn any_text(doc: &Value, passes: &mut impl FnMut(&str) -> bool) -> bool {
    match doc {
        Value::String(text) => passes(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, passes)),
        Value::Object(fields) => fields.values().any(|field| any_text(field, passes)),
        _ => false,
    }
}

fn remembered(memory: Memory, verdict: Verdict) -> Remembered {
    let (mut turns, mut memories, mut elsewhere) = (Vec::new(), Vec::new(), false);
    for source in memory.sources {
        match source {
            Provenance::Interaction(turn) => turns.push(turn),
            Provenance::Memory(other) => memories.push(other),
            Provenance::Document(_) | Provenance::Hand => elsewhere = true,
        }
    }
    Remembered {
        id: memory.id,
        turns,
        memories,
        elsewhere,
        links: memory.links.into_iter().map(|link| link.to).collect(),
        by_companion: memory.speaker == Speaker::Companion,
        named: verdict == Verdict::Goes,
        spared: verdict == Verdict::Stays,
    }
}
