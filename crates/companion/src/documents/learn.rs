//! From a document's text to its memories, and back to nothing.

use super::read::Text;
use super::{Document, DocumentState, job_id, no_document};
use crate::accounts::incidents;
use crate::blobs::{drop_job, held_by};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::learn::embed_job;
use crate::person::Person;
use crate::records::{Versioned, draft};
use crate::turn::guard::incident;
use philia_mind::memory::chunk::{Chunk, chunks};
use philia_mind::memory::{Category, LAST_PAGE, Memory, PAGE, Place, Provenance, Speaker};
use philia_mind::{InteractionId, MemoryId};
use philia_ports::store::{Change, Key, Kind, MAX_CHANGES, Page, Record, Scan};
use std::collections::HashSet;

/// Parts that are written in one commit, beside the document and a job.
const BATCH: usize = MAX_CHANGES - 4;
/// What a part matters: it stands back behind what was said.
const IMPORTANCE: f64 = 0.1;

impl Person {
    /// Remembers what is left of a document; `progress` is told (parts remembered, parts in all).
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such document; [`Error::Store`] if the store fails: what was written is
    /// kept, and a job goes on later.
    pub async fn learn_document(&self, id: &str, progress: impl FnMut(usize, usize) + Send) -> Result<Document> {
        let _one_at_a_time = self.among_files().await;
        self.digest(id, progress).await?.ok_or_else(|| no_document(id))
    }

    /// Remembers what is left of a document, after this call: [`Philia::idle`](crate::Philia::idle) waits for it.
    pub fn learn_document_later(&self, id: &str) {
        let (person, id) = (self.clone(), id.to_owned());
        self.app.running.spawn(async move {
            if let Err(error) = person.learn_document(&id, |_, _| {}).await {
                tracing::warn!(%error, id, "a document is remembered later");
            }
        });
    }

    /// Does a document's job, unless somebody is at it: says whether it was done.
    pub(crate) async fn tend_document(&self, job: &Record) -> Result<bool> {
        let doc = job.doc.value();
        let id = doc["document"].as_str().unwrap_or_default();
        let Some(_one_at_a_time) = self.if_among_files().await else { return Ok(false) };
        self.digest(id, |_, _| {}).await?;
        Ok(true)
    }

    /// Brings a document to its end, whichever that is. None if that is to be gone.
    async fn digest(&self, id: &str, mut progress: impl FnMut(usize, usize) + Send) -> Result<Option<Document>> {
        let found = self.get::<Document>(Kind::Document, id).await?;
        let Some(Versioned { value: mut document, mut version }) = found else {
            self.forget_document(id).await?;
            return Ok(None);
        };
        match document.state {
            DocumentState::Ready => return Ok(Some(document)),
            DocumentState::Learning => {}
            // The upload broke off before it was acknowledged, or the removal did.
            DocumentState::Arriving | DocumentState::Leaving => {
                self.forget_document(id).await?;
                return Ok(None);
            }
        }
        // Where every part is remembered, the text may be gone already.
        let text = self.text_of(&document).await?;
        let parts = chunks(&text.text, text.form(), &text.pages, document.sizes());
        progress(document.remembered, parts.len());
        while document.remembered < parts.len() {
            let first = document.remembered;
            let end = (first + BATCH).min(parts.len());
            let mut memories: Vec<Memory> =
                (first..end).map(|part| memory(&document, &text.text, &parts, part)).collect();
            let planted = self.suspect(&mut memories);
            let vectors = self.vectors_of(&memories).await;
            let mut changes = Vec::with_capacity(memories.len() + 2);
            for (n, memory) in memories.iter().enumerate() {
                let vector = vectors.as_ref().and_then(|vectors| vectors.get(n)?.as_ref());
                changes.push(Change::Insert(self.memory_draft(memory.clone(), vector)?));
            }
            let planted = planted.map(|threat| (format!("{id}-{first}"), threat));
            if let Some((name, threat)) = &planted {
                let mut incident = incident(threat);
                incident["document"] = id.into();
                changes.extend(incidents::changes(name, self.now(), &incident)?);
            }
            if vectors.is_none() {
                let name = InteractionId::new(format!("{id}-{first}"));
                changes.push(Change::Insert(embed_job(&name, &memories, self.now())?));
            }
            document.remembered = end;
            changes.push(self.put_document(&document, version)?);
            self.commit(changes).await?;
            if let Some((name, _)) = &planted {
                self.note_incident(name).await;
            }
            version += 1;
            for memory in &memories {
                self.app.tell(&self.partition.id, &Event::MemoryCreated(memory));
            }
            progress(end, parts.len());
        }
        for replaced in std::mem::take(&mut document.replaces) {
            self.forget_document(&replaced).await?;
        }
        self.drop_blob(&document.text_name()).await?;
        document.state = DocumentState::Ready;
        let done = Change::Delete { key: Key::new(Kind::Job, job_id(id)), expected: None };
        self.commit(vec![self.put_document(&document, version)?, done]).await?;
        Ok(Some(document))
    }

    /// The text that parts are still to be made of; empty if there is nothing left to do.
    async fn text_of(&self, document: &Document) -> Result<Text> {
        let damaged = |detail: String| Error::Damaged { what: "document", id: document.id.clone(), detail };
        if document.remembered >= document.parts {
            return Ok(Text { kind: document.kind, title: None, text: String::new(), pages: Vec::new() });
        }
        let stored = self.blob(&document.text_name()).await?;
        let stored = stored.ok_or_else(|| damaged("its text is not whole".into()))?;
        serde_json::from_slice(&stored).map_err(|error| damaged(error.to_string()))
    }

    fn put_document(&self, document: &Document, expected: u64) -> Result<Change> {
        Ok(Change::Put { draft: draft(Kind::Document, &document.id, document.added_at, document)?, expected })
    }

    /// Removes everything of a document, whatever there is of it; can be repeated after a crash.
    pub(super) async fn forget_document(&self, id: &str) -> Result<()> {
        let Some(Versioned { value: mut document, version }) = self.get::<Document>(Kind::Document, id).await? else {
            let [job] = self.get_records([Key::new(Kind::Job, job_id(id))]).await?;
            if let Some(job) = job {
                self.commit(vec![Change::Delete { key: job.key, expected: None }]).await?;
            }
            return Ok(());
        };
        document.state = DocumentState::Leaving;
        let mut changes = vec![self.put_document(&document, version)?];
        let [job] = self.get_records([Key::new(Kind::Job, job_id(id))]).await?;
        if job.is_none() {
            changes.push(Change::Insert(draft(Kind::Job, &job_id(id), self.now(), &super::job(id))?));
        }
        self.commit(changes).await?;

        let gone = self.resting_on(id).await?;
        for batch in gone.chunks(BATCH) {
            let mut changes: Vec<Change> = batch
                .iter()
                .map(|memory| Change::Delete { key: Key::new(Kind::Memory, memory.id.as_str()), expected: None })
                .collect();
            let held = held_by(batch);
            if !held.is_empty() {
                changes.push(Change::Insert(drop_job(&held, self.now())?));
            }
            self.commit(changes).await?;
        }
        self.drop_blob(&document.text_name()).await?;
        self.commit(vec![
            Change::Delete { key: Key::new(Kind::Document, id), expected: None },
            Change::Delete { key: Key::new(Kind::Job, job_id(id)), expected: None },
        ])
        .await?;
        self.catch_up().await?;
        Ok(())
    }

    /// The memories that rest on nothing but a document: its parts, and what was made of them alone.
    async fn resting_on(&self, id: &str) -> Result<Vec<Memory>> {
        let mut candidates: Vec<Memory> = Vec::new();
        let mut scan = Scan::of(Kind::Memory);
        loop {
            let page: Page<Memory> = self.page(&scan).await?;
            candidates.extend(page.items.into_iter().filter(|memory| {
                let derived = |from: &Provenance| matches!(from, Provenance::Document(_) | Provenance::Memory(_));
                memory.sources.iter().all(derived)
            }));
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => break,
            }
        }
        let mut gone: HashSet<MemoryId> = HashSet::new();
        loop {
            let before = gone.len();
            for memory in &candidates {
                let rests = |from: &Provenance| match from {
                    Provenance::Document(document) => document == id,
                    Provenance::Memory(memory) => gone.contains(memory),
                    _ => false,
                };
                if memory.sources.iter().all(rests) {
                    gone.insert(memory.id.clone());
                }
            }
            if gone.len() == before {
                candidates.retain(|memory| gone.contains(&memory.id));
                return Ok(candidates);
            }
        }
    }
}

/// A part as a memory.
fn memory(document: &Document, text: &str, parts: &[Chunk], part: usize) -> Memory {
    let chunk = &parts[part];
    let speaker = Speaker::Document(document.name.clone());
    let from = Provenance::Document(document.id.clone());
    let content = text[chunk.range.clone()].trim();
    let at = document.added_at;
    let mut memory = Memory {
        category: Category::File,
        importance: IMPORTANCE,
        place: Some(Place { group: Document::tag(&document.id), order: part as u64 }),
        tags: vec![Document::tag(&document.id)],
        ..Memory::new(document.part_id(part), content, speaker, &document.source, at, from)
    };
    let mut know = |name: &str, value: serde_json::Value| drop(memory.metadata.insert(name.to_owned(), value));
    know("document", document.id.clone().into());
    know("title", document.name.clone().into());
    know("part", (part + 1).into());
    know("parts", parts.len().into());
    know("bytes", vec![chunk.range.start, chunk.range.end].into());
    if let Some((first, last)) = chunk.pages {
        know(PAGE, first.into());
        if last != first {
            know(LAST_PAGE, last.into());
        }
    }
    if !chunk.path.is_empty() {
        know("section", chunk.path.join(" › ").into());
    }
    memory
}
