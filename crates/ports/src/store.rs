//! The store port: records in partitions.
//!
//! A companion's data is a few hundred to a few hundred thousand small records per person, always read by
//! person. So there is one storage port, a partitioned record store; the typed repositories above it are
//! written once, in `philia-companion`.
//!
//! # Contract
//! - **Partitions are walls.** Every call but those of [`StoreAdmin`] names one partition and can neither read
//!   nor change anything of another.
//! - **Commits are atomic and durable.** When [`Store::commit`] returns, all of its changes survive a crash of
//!   the process and of the machine; when it fails, none of them has happened (an
//!   [`Unavailable`](StoreError::Unavailable) may leave it unknown; repeating the commit is then safe, because
//!   every change states what it expects).
//! - **Erasure is final.** [`Store::open`] tells a partition's generation; erasing raises it; a commit with an
//!   older generation fails with [`StoreError::Erased`]. So a turn that was running while its person was
//!   erased cannot bring anything back.
//! - **Order.** A scan is ordered by (`at`, `id`) and stable under paging: what existed throughout is
//!   delivered exactly once.

mod doc;
mod rules;

pub use doc::Doc;
pub use rules::{Position, check_changes, check_feed, from_micros, micros, partitions_page};

use async_trait::async_trait;
use jiff::Timestamp;
use std::fmt;

/// The most changes in one commit (what DynamoDB can keep atomic).
pub const MAX_CHANGES: usize = 100;
/// The most bytes of one record, document as JSON and blob together.
pub const MAX_RECORD_BYTES: usize = 350 * 1024;
/// The most levels of objects and lists within each other in a document.
pub const MAX_DEPTH: usize = 100;
/// The most records a scan returns at once; a larger limit is lowered to it.
pub const MAX_PAGE: usize = 1000;

/// The account of [`PartitionId::system`], which no person can name.
const SYSTEM_ACCOUNT: &str = "_system";

/// Names a partition: the account that owns it and the person spoken with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionId {
    account: String,
    subject: String,
}

impl PartitionId {
    /// Names a partition.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if either part is empty, longer than 128 bytes, or holds a `/` or a control
    /// character, or if the account is that of [`PartitionId::system`].
    pub fn new(account: impl Into<String>, subject: impl Into<String>) -> Result<Self, StoreError> {
        let (account, subject) = (account.into(), subject.into());
        for (what, text) in [("account", &account), ("user", &subject)] {
            if text.is_empty() || text.len() > 128 || text.contains('/') || text.chars().any(char::is_control) {
                return Err(StoreError::Invalid(format!(
                    "the {what} name {:?} is not allowed: 1 to 128 bytes, without '/' and control characters",
                    text.chars().take(40).collect::<String>()
                )));
            }
        }
        if account == SYSTEM_ACCOUNT {
            return Err(StoreError::Invalid(format!("the account name {SYSTEM_ACCOUNT:?} is the program's own")));
        }
        Ok(Self { account, subject })
    }

    /// The partition of the program itself: identities, incidents, the audit log.
    pub fn system() -> Self {
        Self { account: SYSTEM_ACCOUNT.into(), subject: "_".into() }
    }

    /// The account that owns it.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The person spoken with.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Reads what [`Display`](fmt::Display) wrote (`account/subject`).
    ///
    /// # Errors
    /// [`StoreError::Invalid`] as for [`PartitionId::new`].
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text == "_system/_" {
            return Ok(Self::system());
        }
        let (account, subject) = text.split_once('/').unwrap_or((text, ""));
        Self::new(account, subject)
    }
}

impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.subject)
    }
}

/// A handle for one partition as it was when it was opened. Got from [`Store::open`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Partition {
    /// Which.
    pub id: PartitionId,
    /// How often it had been erased when this handle was made.
    pub generation: u64,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// What a record is. SQL engines keep one table per kind, named by [`Kind::as_str`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $variant),* }

        impl Kind {
            /// Every kind, in order.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// The name of its table.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$variant => $name),* }
            }

            /// The kind with that name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    /// A person's own settings; one, with id `profile`.
    Profile = "profile",
    /// A person's own or imported persona.
    Persona = "persona",
    /// The living instance of a persona: mood, needs, bond; id is the persona's.
    Companion = "companion",
    /// A version of the traits.
    TraitVersion = "trait_version",
    /// A turn of the log.
    Interaction = "interaction",
    /// A memory; the blob is its vector as little-endian f32.
    Memory = "memory",
    /// Which memory holds a fact's present value; id is the hash of subject and key.
    Fact = "fact",
    /// Which memory holds a statement; id is the hash of who said it and what it says.
    Statement = "statement",
    /// A task: where it stands in time; id is that of the memory it is a part of, `at` is when it comes up.
    Task = "task",
    /// Access counts of memories, kept apart so that reading rewrites no memory.
    Access = "access",
    /// A conflict between memories.
    Conflict = "conflict",
    /// A security incident.
    Incident = "incident",
    /// A reflection.
    Reflection = "reflection",
    /// Work to be done; `at` is when it is due.
    Job = "job",
    /// A run of turns.
    Session = "session",
    /// A named conversation.
    Thread = "thread",
    /// A core block.
    Block = "block",
    /// An uploaded or synced document.
    Document = "document",
    /// A part of the bytes of an attachment.
    Blob = "blob",
    /// A source that is synced.
    Source = "source",
    /// What a sync did.
    SyncLog = "sync_log",
    /// A plugin's data.
    Plugin = "plugin",
    /// An account: who may come in, by what, and how much (system partition).
    Account = "account",
    /// A login, key or channel id that leads to an account (system partition).
    Identity = "identity",
    /// An entry of the audit log (system partition).
    Audit = "audit",
    /// The keys of a person who is sealed, wrapped by the master key; in the system partition, what is known of that
    /// one. Never the key itself.
    DataKey = "data_key",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names a record within its partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Its kind.
    pub kind: Kind,
    /// Its id: 1 to 256 bytes, no control characters; compared by bytes.
    pub id: String,
}

impl Key {
    /// Names a record.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// What is written: a record without its version, which the store counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its name.
    pub key: Key,
    /// The instant it is ordered by, kept to the microsecond (rounded down).
    pub at: Timestamp,
    /// The document: a JSON object.
    pub doc: Doc,
    /// Bytes beside it, such as an embedding.
    pub blob: Option<Vec<u8>>,
}

/// What is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its name.
    pub key: Key,
    /// The instant it is ordered by.
    pub at: Timestamp,
    /// 1 when inserted, one more with every put.
    pub version: u64,
    /// The document.
    pub doc: Doc,
    /// Bytes beside it.
    pub blob: Option<Vec<u8>>,
}

/// One change of a commit. A commit names each record at most once.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A record that is new; conflicts if it is there.
    Insert(Draft),
    /// A record that replaces the one of that version; conflicts otherwise.
    Put {
        /// The new content.
        draft: Draft,
        /// The version it replaces.
        expected: u64,
    },
    /// Removes a record; conflicts if its version is another or it is not there.
    Delete {
        /// Which.
        key: Key,
        /// The version to remove; none removes any, and is content if there is none.
        expected: Option<u64>,
    },
}

impl Change {
    /// The record it is about.
    pub fn key(&self) -> &Key {
        match self {
            Self::Insert(draft) | Self::Put { draft, .. } => &draft.key,
            Self::Delete { key, .. } => key,
        }
    }
}

/// Which way to scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Oldest first.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// Where a scan goes on: opaque to callers, made by the store, valid for the same scan only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// A range of one kind.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Records of this kind.
    pub kind: Kind,
    /// Only `at >= from`.
    pub from: Option<Timestamp>,
    /// Only `at < until`.
    pub until: Option<Timestamp>,
    /// Which way.
    pub order: Order,
    /// At most so many; see [`MAX_PAGE`]. Zero is an error.
    pub limit: usize,
    /// Go on after that page.
    pub cursor: Option<Cursor>,
    /// Read the blobs too.
    pub blobs: bool,
}

impl Scan {
    /// All records of a kind, oldest first, in pages of [`MAX_PAGE`], without blobs.
    pub fn of(kind: Kind) -> Self {
        Self { kind, from: None, until: None, order: Order::Ascending, limit: MAX_PAGE, cursor: None, blobs: false }
    }

    /// The newest `limit` records of a kind, newest first.
    pub fn newest(kind: Kind, limit: usize) -> Self {
        Self { order: Order::Descending, limit, ..Self::of(kind) }
    }
}

/// A page of a longer list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; none if this is the last page.
    pub next: Option<Cursor>,
}

/// That a record was changed: what a follower (an index) needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The commit that changed it last.
    pub seq: u64,
    /// The record's id.
    pub id: String,
    /// It is gone.
    pub deleted: bool,
}

/// What has changed in a kind since a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The partition's generation; if it is not the follower's, the follower starts anew from 0.
    pub generation: u64,
    /// The partition's newest commit, whatever it touched; 0 if there was none.
    pub head: u64,
    /// Each record once, by its last change, in order of `seq` and then `id`.
    pub touched: Vec<Touched>,
    /// There is more: ask again from the last `seq` of `touched` (a commit's records are never cut apart).
    pub more: bool,
}

/// A partition and how much is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionInfo {
    /// Which.
    pub partition: Partition,
    /// Its newest commit.
    pub head: u64,
}

/// What the store says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreHealth {
    /// Engine and version (`SQLite 3.51.0`).
    pub engine: String,
    /// Where (`/home/ana/.local/share/philia/philia.db`), without secrets.
    pub location: String,
    /// Bytes on disk, where known.
    pub bytes: Option<u64>,
}

/// What went wrong. No variant repeats its source in its words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A change expected another version. Nothing was committed.
    #[error("{0} is not at the expected version")]
    Conflict(Key),
    /// The partition was erased after the handle was made. Nothing was committed.
    #[error("this person's data was erased meanwhile")]
    Erased,
    /// What was asked makes no sense; the words say what is allowed.
    #[error("{0}")]
    Invalid(String),
    /// The disk or quota is full. Nothing was committed; the store goes on reading.
    #[error("no space left for the store at {0}")]
    Full(String),
    /// The data cannot be read as what it should be. Nothing was overwritten.
    #[error("the store at {location} is damaged or is no Philia store: {detail}")]
    Corrupt {
        /// Where.
        location: String,
        /// What was found.
        detail: String,
    },
    /// Somebody else has it open in a way that cannot be shared.
    #[error("the store at {0} is in use by another program")]
    InUse(String),
    /// What is sealed cannot be opened: its key is missing, or another one. Nothing was overwritten.
    #[error("{0}")]
    Locked(String),
    /// The data was written by a newer program.
    #[error("the store has schema {found}, newer than this program's {known}; use a newer Philia")]
    TooNew {
        /// The schema found.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// The store does not answer; worth another try.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
}

impl StoreError {
    /// Is the same call worth another try, later?
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::InUse(_))
    }
}

/// The records of one person at a time. See the module's contract.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// A handle for a partition, whether or not anything is in it yet. Writes nothing. Reading asks only who:
    /// a handle from before an erasure reads what there is now.
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError>;

    /// Makes all changes or none, and returns the commit's number: one more than the partition's last.
    ///
    /// # Errors
    /// [`Conflict`](StoreError::Conflict) names the first change that did not hold;
    /// [`Erased`](StoreError::Erased); [`Invalid`](StoreError::Invalid) for no change at all, more than
    /// [`MAX_CHANGES`], a record over [`MAX_RECORD_BYTES`], a record named twice, a document that is no
    /// object or nested deeper than [`MAX_DEPTH`], an id that is not allowed; [`Full`](StoreError::Full).
    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError>;

    /// The records of those names, in the order asked, with their blobs; none where there is none.
    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError>;

    /// A page of a range.
    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError>;

    /// What has changed in a kind after the commit `since` (0 for everything that is there), at most about
    /// `limit` records, but a commit's are never cut apart. With `since` 0 deletions may be left out. Jobs
    /// cannot be followed, and a limit of zero is an error ([`check_feed`]). The head is never older than what anybody has
    /// read of the partition before.
    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError>;
}

/// The only port that crosses partitions: for the program's own jobs and for operators.
#[async_trait]
pub trait StoreAdmin: Store {
    /// Jobs due at or before an instant, the longest overdue first (then by partition and id).
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError>;

    /// Partitions that hold any record, in order of their names (account, then subject, by bytes), at most
    /// [`MAX_PAGE`] at once, [`PartitionId::system`] not among them. A limit of zero is an error.
    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError>;

    /// Removes everything of a partition for good and raises its generation. Erasing an empty one is content.
    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError>;

    /// Makes sure that nothing which was deleted or overwritten before can be read from the store's files any more
    /// (free pages, logs, backups that the store made by itself). Changes nothing that is there. It may take time in
    /// proportion to all that is kept, and writers may wait meanwhile.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) or [`Full`](StoreError::Full): traces may be left; ask again.
    async fn scrub(&self) -> Result<(), StoreError>;

    /// Does it answer, and what is it?
    async fn health(&self) -> Result<StoreHealth, StoreError>;
}
