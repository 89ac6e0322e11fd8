//! Documents: files whose text is remembered in parts.
//!
//! A file is read at once (what cannot be read is refused while the person looks on), its text is made durable with
//! the job of learning it, and its parts become memories in small commits, each of which says how far the document is.
//! So a crash anywhere only means going on later, and nothing is written twice. A document is named by its bytes: the
//! same file again is the same document.
//!
//! What a document says is outside text: it is recalled with its source named, and nothing in it is a fact about the
//! person.

mod learn;
mod read;

pub use read::{ALLOWED, DocumentKind};

use crate::blobs::sha256;
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::Person;
use crate::records::draft;
use jiff::Timestamp;
use philia_mind::memory::chunk::{Sizes, chunks};
use philia_mind::{Memory, MemoryId};
use philia_ports::store::{Change, Cursor, Key, Kind, Page, Scan};
use read::{Text, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The most characters of a name or title.
const NAME: usize = 120;

/// A file that is handed in.
#[derive(Clone, Debug)]
pub struct Upload {
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is said to be. What it is shows in its bytes.
    pub media_type: Option<String>,
    /// The door it came through (`cli`, `web`).
    pub source: String,
    /// It takes the place of those of the same name.
    pub replace: bool,
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Its text is being stored; if that breaks off, it was never there.
    Arriving,
    /// Its parts are being remembered.
    Learning,
    /// All of it is remembered.
    Ready,
    /// It is being removed.
    Leaving,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Document {
    /// Its name in the store, made of its bytes.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// What it is called where it is cited: its name; what it calls itself is in `heading`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// What it is.
    pub kind: DocumentKind,
    /// Bytes of the file.
    pub bytes: usize,
    /// Characters of its text.
    pub characters: usize,
    /// How many pages it has, if it has pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<usize>,
    /// How far it is.
    pub state: DocumentState,
    /// Parts it has.
    pub parts: usize,
    /// Parts that are remembered.
    pub remembered: usize,
    /// When it was handed in.
    pub added_at: Timestamp,
    /// The door it came through.
    pub source: String,
    /// The documents whose place it takes, until it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// How its text is cut, in characters: what a part is filled to, and what it repeats.
    pub cut: (usize, usize),
}

impl Document {
    fn sizes(&self) -> Sizes {
        Sizes { target: self.cut.0, overlap: self.cut.1 }
    }

    /// The memory of a part, counted from 0.
    fn part_id(&self, part: usize) -> MemoryId {
        MemoryId::new(format!("doc-{}-{part:05}", self.id))
    }

    /// The tag of all its parts: filters find it by that.
    pub fn tag(id: &str) -> String {
        format!("document:{id}")
    }

    /// The name of its text in the store, until it is learned.
    fn text_name(&self) -> String {
        format!("text-{}", self.id)
    }
}

/// A document that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The document.
    pub document: Document,
    /// The same bytes were there already.
    pub known: bool,
}

impl Person {
    /// Takes a file in and remembers it; `progress` is told (parts remembered, parts in all). Dropping the future
    /// leaves the rest to a job.
    ///
    /// # Errors
    /// As for [`receive_document`](Self::receive_document) and [`learn_document`](Self::learn_document).
    pub async fn add_document(&self, upload: Upload, progress: impl FnMut(usize, usize) + Send) -> Result<Received> {
        let Received { document, known } = self.receive_document(upload).await?;
        let document = self.learn_document(&document.id, progress).await?;
        Ok(Received { document, known })
    }

    /// Takes a file in: reads it and makes its text durable, with the job of remembering it. The same bytes again are
    /// the same document, whatever it is called now.
    ///
    /// # Errors
    /// [`Error::Refused`] for a file that is too big, empty, broken, locked or none of what can be read.
    pub async fn receive_document(&self, upload: Upload) -> Result<Received> {
        let settings = &self.app.parts.settings;
        let name = Some(line(&upload.name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "document".into());
        let called = name.clone();
        let refuse = |why: String| Error::Refused(format!("{called}: {why}"));
        if upload.bytes.len() > settings.document_max_bytes {
            let (is, may) = (bytes_in_words(upload.bytes.len()), bytes_in_words(settings.document_max_bytes));
            return Err(refuse(format!("it has {is}; up to {may} are taken")));
        }
        self.app.tell(&self.partition.id, &Event::UserAction("add document"));
        let id = sha256(&upload.bytes)[..32].to_owned();
        if let Some(there) = self.document(&id).await? {
            return Ok(Received { document: there, known: true });
        }
        let bytes = upload.bytes.len();
        let text = self.read(upload.bytes, name.clone(), upload.media_type).await.map_err(|why| refuse(why.0))?;
        let _one_at_a_time = self.among_files().await;
        if let Some(there) = self.document(&id).await? {
            return Ok(Received { document: there, known: true });
        }
        let sizes = settings.chunk;
        let parts = chunks(&text.text, text.form(), &text.pages, sizes).len();
        if parts > settings.document_max_parts {
            let most = settings.document_max_parts;
            return Err(refuse(format!("its text makes {parts} parts; up to {most} are taken; divide the file")));
        }
        let mut document = Document {
            name,
            heading: text.title.clone(),
            kind: text.kind,
            bytes,
            characters: text.text.chars().count(),
            pages: (!text.pages.is_empty()).then_some(text.pages.len()),
            state: DocumentState::Arriving,
            parts,
            remembered: 0,
            added_at: self.now(),
            source: upload.source,
            replaces: Vec::new(),
            cut: (sizes.target, sizes.overlap),
            id,
        };
        if upload.replace {
            document.replaces = self.documents_named(&document.name).await?;
        }
        let record = |document: &Document| draft(Kind::Document, &document.id, document.added_at, document);
        // What an upload that broke off may have left.
        self.forget_document(&document.id).await?;
        self.commit(vec![
            Change::Insert(record(&document)?),
            Change::Insert(draft(Kind::Job, &job_id(&document.id), self.now(), &job(&document.id))?),
        ])
        .await?;
        let whole = serde_json::to_vec(&text).map_err(|error| refuse(error.to_string()))?;
        self.put_blob(&document.text_name(), &whole).await?;
        document.state = DocumentState::Learning;
        self.commit(vec![Change::Put { draft: record(&document)?, expected: 1 }]).await?;
        Ok(Received { document, known: false })
    }

    /// A document; none if there is none, or only the beginning of one.
    pub async fn document(&self, id: &str) -> Result<Option<Document>> {
        let found = self.get::<Document>(Kind::Document, id).await?.map(|found| found.value);
        Ok(found
            .filter(|document| document.state != DocumentState::Arriving && document.state != DocumentState::Leaving))
    }

    /// Documents, newest first. A page may hold fewer than `limit` and still have a next one.
    pub async fn documents(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<Document>> {
        let mut page: Page<Document> = self.page(&Scan { cursor, ..Scan::newest(Kind::Document, limit) }).await?;
        page.items.retain(|document| matches!(document.state, DocumentState::Learning | DocumentState::Ready));
        Ok(page)
    }

    /// Up to `limit` parts of a document from the one of number `from` on (counted from 0), and the number to go on
    /// with. Parts that were forgotten one by one are left out.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such document.
    pub async fn document_parts(&self, id: &str, from: usize, limit: usize) -> Result<(Vec<Memory>, Option<usize>)> {
        let document = self.document(id).await?.ok_or_else(|| no_document(id))?;
        let end = from.saturating_add(limit).min(document.remembered);
        let keys: Vec<Key> = (from..end).map(|part| Key::new(Kind::Memory, document.part_id(part).as_str())).collect();
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        let parts = found.into_iter().flatten().map(|record| Ok(crate::records::read::<Memory>(record)?.value));
        Ok((parts.collect::<Result<_>>()?, (end < document.remembered).then_some(end)))
    }

    /// Removes a document: its parts, what was derived from nothing but them, and the document.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such document.
    pub async fn remove_document(&self, id: &str) -> Result<Document> {
        self.app.tell(&self.partition.id, &Event::UserAction("remove document"));
        let _one_at_a_time = self.among_files().await;
        let document = self.document(id).await?.ok_or_else(|| no_document(id))?;
        self.forget_document(id).await?;
        Ok(document)
    }

    async fn documents_named(&self, name: &str) -> Result<Vec<String>> {
        let mut same = Vec::new();
        let mut cursor = None;
        loop {
            let page = self.documents(philia_ports::store::MAX_PAGE, cursor).await?;
            same.extend(page.items.into_iter().filter(|document| document.name == name).map(|document| document.id));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(same);
            }
        }
    }

    /// Reads a file on a thread of its own: a file made to break the reader breaks nothing else, and one that takes
    /// too long is given up.
    async fn read(&self, bytes: Vec<u8>, name: String, media_type: Option<String>) -> Result<Text, Unreadable> {
        let settings = &self.app.parts.settings;
        let most = settings.document_max_bytes;
        let reading = tokio::task::spawn_blocking(move || read::read(&bytes, &name, media_type.as_deref(), most));
        match tokio::time::timeout(settings.document_patience, reading).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a document broke its reader");
                Err(Unreadable("it is broken in a way that cannot be read".into()))
            }
            Err(_) => {
                let patience = settings.document_patience.as_secs();
                Err(Unreadable(format!("it could not be read within {patience} seconds")))
            }
        }
    }
}

fn no_document(id: &str) -> Error {
    Error::NotFound { what: "document", name: id.to_owned(), nearest: None }
}

fn job_id(id: &str) -> String {
    format!("document-{id}")
}

fn job(id: &str) -> serde_json::Value {
    json!({ "task": "document", "document": id })
}

/// A name on one line, without what could forge a quotation or a path, and not too long.
pub(crate) fn line(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let plain: String = last
        .chars()
        .map(|c| {
            if c == '"' {
                '\''
            } else if c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(NAME).collect::<String>().trim().to_owned()
}

/// `20 MB`, `312 KB`.
pub(crate) fn bytes_in_words(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0).replace(".0 MB", " MB"),
    }
}
