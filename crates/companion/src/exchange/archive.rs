//! Everything about one person in one file: a zip with the whole as JSON, the same to be read as Markdown, and their
//! files as they are. What went out so can be brought in again where nobody is yet.
//!
//! It is written as it is read, page by page, into whatever takes it, on a thread of its own: it takes as little memory
//! for a life as for a day.

use super::{EXPORT_FORMAT, EXPORT_VERSION};
use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::{Person, write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use philia_mind::memory::Held;
use philia_mind::profile::PrivacyTier;
use philia_mind::{Interaction, Memory, Profile};
use philia_ports::store::{Change, Draft, Key, Kind, MAX_DEPTH, MAX_RECORD_BYTES, Scan};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read, Seek, Write};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The whole, for programs.
const WHOLE: &str = "philia-export.json";
/// The whole, for people.
const READABLE: &str = "philia-export.md";
/// The account itself, for its owner.
const ACCOUNT: &str = "account.json";
/// What the archive is, for whoever opens it.
const README: &str = "README.txt";
/// Bytes that wait for a reader.
const PIECE: usize = 64 * 1024;
/// Pieces that wait.
const WAITING: usize = 8;
/// Bytes written in one commit.
const TOGETHER: usize = 2 * 1024 * 1024;
/// The most bytes of a record's JSON that is brought in, the bytes beside it included.
const MOST: usize = 4 * MAX_RECORD_BYTES;
/// Records written in one commit.
const AT_ONCE: usize = 50;

/// What an archive brought in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Restored {
    /// Records of all kinds.
    pub records: usize,
    /// Memories among them.
    pub memories: usize,
    /// Turns of the log among them.
    pub turns: usize,
}

impl Person {
    /// Writes everything about the person as a zip. `tell` hears how many records are written, of how many.
    ///
    /// What it holds is clear, even of somebody who is sealed: it is for them.
    ///
    /// # Errors
    /// [`Error::Write`] if `out` takes no more; [`Error::Store`] if the store fails.
    pub async fn export_archive(
        &self,
        out: impl Write + Send + 'static,
        mut tell: impl FnMut(usize, usize) + Send + 'static,
    ) -> Result<()> {
        let (person, runtime) = (self.clone(), Handle::current());
        // Packing blocks, and so may whoever takes it.
        let packed = tokio::task::spawn_blocking(move || {
            let mut zip = ZipWriter::new_stream(out);
            runtime.block_on(person.pack(&mut zip, &mut tell))?;
            zip.finish().map_err(zip_error)?.into_inner().flush()?;
            Ok(())
        });
        packed.await.unwrap_or_else(|_| Err(Error::Write(io::Error::other("it broke off"))))
    }

    /// The same as pieces that come as fast as they are taken. An error is the last.
    pub fn export_stream(&self) -> mpsc::Receiver<io::Result<Vec<u8>>> {
        let (pieces, taken) = std::sync::mpsc::sync_channel(WAITING);
        let (sender, receiver) = mpsc::channel(WAITING);
        let (person, failed) = (self.clone(), sender.clone());
        let forward = tokio::task::spawn_blocking(move || {
            while let Ok(piece) = taken.recv() {
                if sender.blocking_send(Ok(piece)).is_err() {
                    // Nobody takes it any more: the writer finds its channel closed.
                    return;
                }
            }
        });
        tokio::spawn(async move {
            let out = io::BufWriter::with_capacity(PIECE, Pieces(pieces));
            let written = person.export_archive(out, |_, _| ()).await;
            let _ = forward.await;
            if let Err(error) = written {
                tracing::warn!(%error, "an export broke off");
                let _ = failed.send(Err(io::Error::other("the export broke off"))).await;
            }
        });
        receiver
    }

    async fn pack<W: Write + Seek + Send>(
        &self,
        zip: &mut ZipWriter<W>,
        tell: &mut (impl FnMut(usize, usize) + Send),
    ) -> Result<()> {
        let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
        zip.start_file(README, packed).map_err(zip_error)?;
        zip.write_all(README_TEXT.as_bytes())?;
        zip.start_file(WHOLE, packed).map_err(zip_error)?;
        self.write_json(zip, true, tell).await?;
        zip.start_file(READABLE, packed).map_err(zip_error)?;
        self.export_markdown(zip).await?;
        if let Some(account) = self.own_account().await? {
            zip.start_file(ACCOUNT, packed).map_err(zip_error)?;
            zip.write_all(format!("{account:#}\n").as_bytes())?;
        }
        let mut scan = Scan::of(Kind::Memory);
        loop {
            let page = self.page::<Memory>(&scan).await?;
            for memory in &page.items {
                for (number, attachment) in memory.attachments.iter().enumerate() {
                    if let Held::Blob(name) = &attachment.held
                        && let Some(bytes) = self.blob(name).await?
                    {
                        let name = file_name(memory.id.as_str(), number, &attachment.name);
                        zip.start_file(name, packed).map_err(zip_error)?;
                        zip.write_all(&bytes)?;
                    }
                }
            }
            scan.cursor = page.next;
            if scan.cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Brings in what [`export_archive`](Self::export_archive) wrote (or the JSON in it alone), where nothing is yet but
    /// settings. Everything is as it was: ids, times, vectors, files; and sealed, if they were. `tell` hears how many
    /// records are in.
    ///
    /// # Errors
    /// [`Error::Refused`] if something is there already; [`Error::Invalid`] for what is no such file; what was brought in until then
    /// stays, and is erased with [`erase`](Self::erase).
    pub async fn import_archive(
        &self,
        file: impl Read + Seek + Send + 'static,
        mut tell: impl FnMut(usize) + Send,
    ) -> Result<Restored> {
        self.app.tell(&self.partition.id, &Event::UserAction("import"));
        for kind in Kind::ALL.iter().copied().filter(super::export::is_personal) {
            let mine = matches!(kind, Kind::Profile | Kind::Job | Kind::DataKey);
            if !mine && !self.app.parts.store.scan(&self.partition, &Scan::newest(kind, 1)).await?.items.is_empty() {
                return Err(Error::Refused(
                    "there is something here already; bring it in for somebody new, or erase what is there first"
                        .into(),
                ));
            }
        }
        let (sender, mut records) = mpsc::channel(AT_ONCE);
        let read = tokio::task::spawn_blocking(move || unpack(file, &sender));
        let mut restored = Restored::default();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some((kind, record)) = records.recv().await {
            restored.records += 1;
            restored.memories += usize::from(kind == Kind::Memory);
            restored.turns += usize::from(kind == Kind::Interaction);
            bytes += record.base64.as_ref().map_or(1000, String::len);
            batch.extend(self.brought(kind, record).await?);
            if batch.len() >= AT_ONCE || bytes >= TOGETHER {
                self.commit(std::mem::take(&mut batch)).await?;
                bytes = 0;
                tell(restored.records);
            }
        }
        read.await.unwrap_or_else(|_| Err(Error::Invalid("the file could not be read".into())))?;
        if !batch.is_empty() {
            self.commit(batch).await?;
        }
        tell(restored.records);
        self.let_go().await;
        self.settle_privacy(|_, _| ()).await?;
        Ok(restored)
    }

    /// The change that brings a record in; none for what belongs to the place it came from.
    async fn brought(&self, kind: Kind, record: Brought) -> Result<Option<Change>> {
        let Brought { id, at, doc, base64 } = record;
        let wrong = |what: String| Error::Invalid(format!("the {kind} {id:?} of the file cannot be taken: {what}"));
        let blob = base64.map(|text| STANDARD.decode(text)).transpose().map_err(|error| wrong(error.to_string()))?;
        let read = match kind {
            Kind::Memory => Memory::deserialize(&doc).map(drop),
            Kind::Interaction => Interaction::deserialize(&doc).map(drop),
            _ => Ok(()),
        };
        read.map_err(|error| wrong(error.to_string()))?;
        let key = Key::new(kind, id.clone());
        let mut version = 0;
        if kind == Kind::Profile && id == "profile" {
            let profile = Profile::deserialize(&doc).map_err(|error| wrong(error.to_string()))?;
            if let [problem, ..] = profile.problems().as_slice() {
                return Err(wrong(problem.clone()));
            }
            if profile.privacy != PrivacyTier::Cloud {
                self.prepare_for(profile.privacy).await?;
            }
            version = self.get_records([key.clone()]).await?[0].as_ref().map_or(0, |record| record.version);
        } else if matches!(kind, Kind::Job | Kind::Profile) {
            if kind == Kind::Job && id == crate::privacy::TASK {
                return Ok(None);
            }
            version = self.get_records([key.clone()]).await?[0].as_ref().map_or(0, |record| record.version);
        }
        Ok(Some(write(Draft { key, at, doc: doc.into(), blob }, version)))
    }
}

const README_TEXT: &str = "Everything that Philia keeps of you.

philia-export.md    to be read: what was said, and what is remembered
philia-export.json  the whole, for programs; `philia import archive FILE.zip --user NAME` brings it in again
account.json        where you sign in: your account, its sessions and API keys, without what opens them
files/              what hangs on memories, as it was sent

Nothing in here is sealed: keep it where nobody else can read it.
";

/// A name that leads nowhere but into the archive's own folder.
fn file_name(memory: &str, number: usize, name: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_alphanumeric() || "._- ".contains(c) { c } else { '_' }).take(100).collect()
    };
    format!("files/{}-{number}-{}", plain(memory), plain(name))
}

fn zip_error(error: zip::result::ZipError) -> Error {
    Error::Write(io::Error::other(error))
}

/// A writer whose bytes somebody else takes, on another thread.
struct Pieces(std::sync::mpsc::SyncSender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A record as a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    id: String,
    at: Timestamp,
    doc: Value,
    #[serde(default)]
    base64: Option<String>,
}

/// Reads the records of a zip, or of the JSON alone.
fn unpack(mut file: impl Read + Seek, out: &mpsc::Sender<(Kind, Brought)>) -> Result<()> {
    let no_export = |why: String| Error::Invalid(format!("this is no export of Philia: {why}"));
    let mut begin = [0; 2];
    file.read_exact(&mut begin).map_err(|error| no_export(error.to_string()))?;
    file.rewind()?;
    if begin != *b"PK" {
        return read_whole(file, out).map_err(|error| no_export(error.to_string()));
    }
    let mut zip = ZipArchive::new(file).map_err(|error| no_export(error.to_string()))?;
    let whole = zip.by_name(WHOLE).map_err(|error| no_export(format!("{WHOLE}: {error}")))?;
    read_whole(whole, out).map_err(|error| no_export(error.to_string()))
}

fn read_whole(json: impl Read, out: &mpsc::Sender<(Kind, Brought)>) -> serde_json::Result<()> {
    let left = Cell::new(MOST);
    let json = BufReader::new(Measured { json, left: &left });
    let mut reader = serde_json::Deserializer::from_reader(json);
    reader.deserialize_map(Whole { out, left: &left })?;
    reader.end()
}

/// Reads no more of one record than there can be: a small file may unpack to a large one.
struct Measured<'a, R> {
    json: R,
    left: &'a Cell<usize>,
}

impl<R: Read> Read for Measured<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.left.get());
        if most == 0 && !into.is_empty() {
            return Err(io::Error::other(format!("a record has more than {MOST} bytes")));
        }
        let read = self.json.read(&mut into[..most])?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}

/// The outermost object, which says what it is before it has records.
struct Whole<'a> {
    out: &'a mpsc::Sender<(Kind, Brought)>,
    left: &'a Cell<usize>,
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with \"format\": {EXPORT_FORMAT:?}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        use serde::de::Error as _;
        let (mut format, mut version, mut vectors, mut seen) = (None, None, false, false);
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "format" => format = Some(map.next_value::<String>()?),
                "version" => version = Some(map.next_value::<u32>()?),
                "vectors" => vectors = map.next_value()?,
                "records" => {
                    if format.as_deref() != Some(EXPORT_FORMAT) {
                        return Err(A::Error::custom(format!("\"format\" is not {EXPORT_FORMAT:?}")));
                    }
                    if version != Some(EXPORT_VERSION) {
                        return Err(A::Error::custom(format!("\"version\" is not {EXPORT_VERSION}")));
                    }
                    seen = true;
                    map.next_value_seed(Kinds { out: self.out, left: self.left, vectors })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if seen { Ok(()) } else { Err(A::Error::custom("it has no \"records\"")) }
    }
}

/// The records by kind.
struct Kinds<'a> {
    out: &'a mpsc::Sender<(Kind, Brought)>,
    left: &'a Cell<usize>,
    vectors: bool,
}

impl<'de> DeserializeSeed<'de> for Kinds<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Kinds<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("records by kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        use serde::de::Error as _;
        while let Some(name) = map.next_key::<String>()? {
            let kind = Kind::parse(&name).filter(super::export::is_personal);
            let kind = kind.ok_or_else(|| A::Error::custom(format!("there are no records of the kind {name:?}")))?;
            map.next_value_seed(Records { kind, kinds: &self })?;
        }
        Ok(())
    }
}

/// The records of one kind, one after the other.
struct Records<'a, 'k> {
    kind: Kind,
    kinds: &'a Kinds<'k>,
}

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        use serde::de::Error as _;
        const { assert!(MAX_DEPTH < 128, "serde_json reads up to 128 levels, so no record is too deep for it") }
        while let Some(mut record) = list.next_element::<Brought>()? {
            self.kinds.left.set(MOST);
            if record.base64.as_ref().is_some_and(|text| text.len() > 2 * MAX_RECORD_BYTES) {
                return Err(A::Error::custom(format!("the record {:?} is too large", record.id)));
            }
            if self.kind == Kind::Memory
                && !self.kinds.vectors
                && let Some(memory) = record.doc.as_object_mut()
            {
                // Its vector was left out, and is made again.
                memory.remove("embedder");
            }
            if self.kinds.out.blocking_send((self.kind, record)).is_err() {
                return Err(A::Error::custom("it was given up"));
            }
        }
        Ok(())
    }
}
