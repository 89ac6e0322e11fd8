//! The place of a store: what stands at its path, the lock beside it, and opening it without harming what is not
//! ours.
//!
//! SQLite repairs and rewrites what it opens. So before it opens anything, the file's header is read here: a
//! stranger's or a cut file is told from ours by its bytes, and left exactly as it is.

use crate::schema::{self, APPLICATION_ID, MIGRATIONS};
use crate::{Limits, read};
use philia_ports::store::StoreError;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How long a connection waits for somebody who looks into the file with another program.
const PATIENCE: Duration = Duration::from_secs(5);
/// The log is cut back to this size once it was larger, in bytes.
const LOG_BYTES: i64 = 64 * 1024 * 1024;
/// So much of the file a reader keeps at hand, in KiB.
const READ_KIB: i64 = 8 * 1024;
/// So often a lock that somebody holds is tried again, and how long after.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// A path that this process alone uses. The lock is held until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    /// None on a disk that cannot be written and where there was no lock.
    _lock: Option<File>,
    /// The disk cannot be written: what is there is read.
    read_only: bool,
}

impl Place {
    /// Makes the directory and takes the lock.
    pub(crate) fn claim(path: &Path) -> Result<Self, StoreError> {
        let refused = |what: &str, error: std::io::Error| {
            StoreError::Unavailable(format!("{what} at {}: {error}", path.display()))
        };
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(directory).map_err(|error| refused("cannot make the directory of the store", error))?;
        // However it is spelled, and through links, a place has one name and so one lock.
        let path = match path.canonicalize() {
            Ok(path) => path,
            Err(_) => {
                let directory = directory.canonicalize().map_err(|error| refused("cannot reach the store", error))?;
                let file = path.file_name();
                directory.join(file.ok_or_else(|| StoreError::Invalid(format!("{} names no file", path.display())))?)
            }
        };
        let lock = match private_file().open(beside(&path, ".lock")) {
            Ok(lock) => lock,
            Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem && path.exists() => {
                return Ok(Self { path, _lock: None, read_only: true });
            }
            Err(error) => return Err(refused("cannot lock the store", error)),
        };
        // A process that was being started when the lock was given up holds it until it runs.
        let mut locked = lock.try_lock();
        for _ in 0..TRIES {
            if !matches!(locked, Err(TryLockError::WouldBlock)) {
                break;
            }
            thread::sleep(PAUSE);
            locked = lock.try_lock();
        }
        match locked {
            Ok(()) => Ok(Self { path, _lock: Some(lock), read_only: false }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(refused("cannot lock the store", error)),
        }
    }

    /// Can nothing be written here?
    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The path, for people.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The bytes of the file and its log.
    pub(crate) fn bytes(&self) -> Option<u64> {
        let log = fs::metadata(beside(&self.path, "-wal")).map_or(0, |log| log.len());
        Some(fs::metadata(&self.path).ok()?.len() + log)
    }

    /// Where the backup goes that is made before an older schema is brought up to date.
    pub(crate) fn backup_of_schema(&self, number: u32) -> PathBuf {
        beside(&self.path, &format!(".schema-{number}.backup"))
    }

    /// Removes the backups that were made automatically: somebody who was erased may be in them.
    pub(crate) fn remove_backups(&self) -> Result<(), StoreError> {
        for number in 1..=MIGRATIONS.len() {
            let backup = self.backup_of_schema(u32::try_from(number).unwrap_or(u32::MAX));
            match fs::remove_file(backup) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(self.refused("cannot remove an old backup", &error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The writer's connection to a store that is whole and up to date.
    pub(crate) fn open(&self, limits: Limits) -> Result<Connection, StoreError> {
        if self.is_new()? {
            self.create()?;
        }
        if self.read_only {
            let mut connection = self.open_reader()?;
            schema::migrate(&mut connection, self, MIGRATIONS)?;
            read::check_tables(&connection, self)?;
            return Ok(connection);
        }
        let mut connection = self.connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let failed = |error| self.error(error);
        // Until it has proved to be ours and whole, closing it must not touch it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(failed)?;
        schema::migrate(&mut connection, self, MIGRATIONS)?;
        read::check_tables(&connection, self)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(failed)?;

        // Ours has it already; a copy that another tool made may not.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        connection.pragma_update(None, "secure_delete", "ON").map_err(failed)?;
        connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES).map_err(failed)?;
        if let Some(pages) = limits.max_pages {
            connection.pragma_update(None, "max_page_count", pages).map_err(failed)?;
        }
        Ok(connection)
    }

    /// A connection that cannot write.
    pub(crate) fn open_reader(&self) -> Result<Connection, StoreError> {
        let connection = self.connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.pragma_update(None, "cache_size", -READ_KIB).map_err(|error| self.error(error))?;
        Ok(connection)
    }

    /// A connection that puts the log into the file.
    pub(crate) fn open_checkpointer(&self) -> Result<Connection, StoreError> {
        let connection = self.connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(|error| self.error(error))?;
        Ok(connection)
    }

    fn connect(&self, path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
        // Where there is no log, and none can be made, SQLite must be told that nobody writes.
        let unchanging = self.read_only && !beside(path, "-wal").exists();
        let (path, flags) = match unchanging {
            true => (uri(path), flags | OpenFlags::SQLITE_OPEN_URI),
            false => (path.to_owned(), flags),
        };
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .and_then(|connection| connection.busy_timeout(PATIENCE).map(|()| connection))
            .map_err(|error| self.error(error))?;
        connection.set_prepared_statement_cache_capacity(256);
        // Plans do not depend on what is bound: otherwise a statement is prepared anew whenever other values are.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|error| self.error(error))?;
        Ok(connection)
    }

    /// Looks at what is there without touching it: is there nothing yet? What is there must be ours and whole, as
    /// far as its first bytes tell.
    fn is_new(&self) -> Result<bool, StoreError> {
        let unreadable = |error: std::io::Error| self.refused("cannot read the store", &error);
        let log = fs::metadata(beside(&self.path, "-wal")).map_or(0, |log| log.len());
        let mut header = Vec::new();
        let length = match File::open(&self.path) {
            Ok(mut file) => {
                file.by_ref().take(100).read_to_end(&mut header).map_err(unreadable)?;
                file.metadata().map_err(unreadable)?.len()
            }
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(error) => return Err(unreadable(error)),
        };
        if length == 0 {
            // SQLite would remove the log, which may be all that is left.
            return if log == 0 { Ok(true) } else { Err(self.corrupt("it is empty, but its log is not")) };
        }
        let word = |at: usize| word(&header, at);
        if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") {
            return Err(self.corrupt("it is no SQLite database"));
        }
        if word(68) != APPLICATION_ID {
            return Err(self.corrupt("it is another program's SQLite database"));
        }
        // The size in the header holds if it was written by the last change.
        let page_bytes = match word(14) & 0xffff {
            1 => 65536,
            bytes => u64::from(bytes),
        };
        let expected = u64::from(word(28)) * page_bytes;
        if word(24) == word(92) && length < expected {
            // A crash may have left the missing end in the log, and only there.
            let in_log = log_pages(&beside(&self.path, "-wal"), page_bytes).map_err(unreadable)?;
            let first_missing = length / page_bytes + 1;
            if (first_missing..=u64::from(word(28))).any(|page| !in_log.contains(&page)) {
                return Err(self.corrupt(format!("it is cut short: {length} of {expected} bytes are there")));
            }
        }
        Ok(false)
    }

    /// Makes an empty store under another name and moves it here, so that there is either a whole one or none.
    fn create(&self) -> Result<(), StoreError> {
        let draft = beside(&self.path, ".new");
        let blocked = |error: std::io::Error| self.refused("cannot make the store", &error);
        for leftover in ["", "-journal", "-wal", "-shm"] {
            match fs::remove_file(beside(&draft, leftover)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(blocked(error)),
                _ => {}
            }
        }
        private_file().open(&draft).map_err(blocked)?;
        let mut connection = self.connect(&draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let failed = |error| self.error(error);
        connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
        schema::migrate(&mut connection, self, MIGRATIONS)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.close().map_err(|(_, error)| self.error(error))?;
        self.move_into_place(&draft, &self.path)
    }

    /// Copies a database as it is now. The copy appears whole or not at all.
    pub(crate) fn copy(&self, from: &Connection, to: &Path) -> Result<(), StoreError> {
        let draft = beside(to, ".part");
        let blocked = |error: std::io::Error| self.refused("cannot write the backup", &error);
        let done = private_file().truncate(true).open(&draft).map_err(blocked).and_then(|file| {
            let mut copy = self.connect(&draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let step = Backup::new(from, &mut copy).and_then(|backup| backup.step(-1));
            match step.map_err(|error| self.error(error))? {
                StepResult::Done => {}
                _ => return Err(StoreError::Unavailable(format!("{} is busy", self.name()))),
            }
            copy.close().map_err(|(_, error)| self.error(error))?;
            file.sync_all().map_err(blocked)?;
            self.move_into_place(&draft, to)
        });
        if done.is_err() {
            // What there is of it is of no use; that it cannot be removed either changes nothing.
            let _ = fs::remove_file(&draft);
        }
        done
    }

    fn move_into_place(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        let done = fs::rename(from, to).and_then(|()| sync_directory(to));
        done.map_err(|error| self.refused("cannot move a finished file into its place", &error))
    }
}

/// A path as SQLite's URI of a file that nobody changes.
fn uri(path: &Path) -> PathBuf {
    let escaped = |c: char| match c {
        '%' | '?' | '#' => format!("%{:02x}", u32::from(c)),
        other => other.to_string(),
    };
    format!("file:{}?immutable=1", path.to_string_lossy().chars().map(escaped).collect::<String>()).into()
}

/// The 32-bit number at a place in SQLite's files; 0 beyond the end.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |word| word.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// The pages that a log holds: after a header of 32 bytes, each frame is 24 bytes (page, size of the database,
/// the header's two salts, checksums) and the page.
fn log_pages(log: &Path, page_bytes: u64) -> std::io::Result<HashSet<u64>> {
    let mut pages = HashSet::new();
    let Ok(mut log) = File::open(log) else { return Ok(pages) };
    let (mut header, mut frame) = ([0; 32], [0; 24]);
    let mut at = 32;
    let length = log.metadata()?.len();
    if length >= at {
        log.read_exact(&mut header)?;
    }
    while at + 24 + page_bytes <= length {
        log.seek(SeekFrom::Start(at))?;
        log.read_exact(&mut frame)?;
        // Frames with other salts are left over from before the log was last begun anew.
        if frame[8..16] != header[16..24] {
            break;
        }
        pages.insert(u64::from(word(&frame, 0)));
        at += 24 + page_bytes;
    }
    Ok(pages)
}

/// Opens or makes a file that only its owner may read, where the system knows such a thing.
fn private_file() -> fs::OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a rename durable, where that takes something.
fn sync_directory(of: &Path) -> std::io::Result<()> {
    match of.parent() {
        Some(directory) if cfg!(unix) => {
            File::open(if directory.as_os_str().is_empty() { Path::new(".") } else { directory })?.sync_all()
        }
        _ => Ok(()),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
