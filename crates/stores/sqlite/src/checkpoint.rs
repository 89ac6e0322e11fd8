//! Checkpoints: what the log holds is put into the file beside the writing.
//!
//! Left to itself SQLite does it within a commit, for which all others wait. Here a thread does it with a connection of its
//! own while commits go on. What they add meanwhile is little; the writer puts that there itself, after one of them, so
//! that the log can begin anew.

use crate::place::Place;
use philia_ports::store::StoreError;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::os::raw::c_int;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// From so many pages on the log is put into the file. Many of them are the same, changed again and again, but with more
/// of them at once those who write meanwhile wait longer.
const LOG_PAGES: c_int = 1000;
/// With so many the writer does it itself: the thread is in trouble.
const TOO_MANY_PAGES: c_int = 20_000;

/// How far a checkpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is to be done.
    Idle,
    /// The thread has it to do.
    Asked,
    /// The thread has done it.
    Done,
    /// There will be no more.
    Ended,
}

#[derive(Debug)]
struct Shared {
    stage: Mutex<Stage>,
    changed: Condvar,
    /// Held while the thread is at work.
    at_work: Mutex<()>,
}

impl Shared {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on from one stage to another, if it stands there.
    fn go_on(&self, from: Stage, to: Stage) {
        let mut stage = self.stage();
        if *stage == from {
            *stage = to;
            self.changed.notify_all();
        }
    }

    /// After a commit, with so many pages in the log.
    fn after_commit(&self, log: &mut Wal, pages: c_int) {
        let stage = *self.stage();
        if stage == Stage::Idle && pages >= LOG_PAGES {
            self.go_on(Stage::Idle, Stage::Asked);
        } else if stage == Stage::Done || pages >= TOO_MANY_PAGES {
            // That it cannot be done now, for whatever reason, makes the log longer and is no failure of the commit.
            if let Err(error) = log.checkpoint() {
                tracing::debug!(%error, "the log is put into the file later");
            }
            self.go_on(Stage::Done, Stage::Idle);
        }
    }

    /// Whether there is something to do: waits until it is known.
    fn is_asked(&self) -> bool {
        let mut stage = self.stage();
        loop {
            match *stage {
                Stage::Asked => return true,
                Stage::Ended => return false,
                Stage::Idle | Stage::Done => {
                    stage = self.changed.wait(stage).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn work(&self, connection: &Connection) {
        while self.is_asked() {
            {
                let _at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
                let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                if let Err(error) = done {
                    tracing::warn!(%error, "the log could not be put into the file; it is tried again");
                }
            }
            self.go_on(Stage::Asked, Stage::Done);
        }
    }
}

/// The thread that puts the log into the file. Dropping it ends it; that has to come before the writer's connection is
/// closed.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread, for what this connection writes.
    pub(crate) fn start(writer: &mut Connection, place: &Place) -> Result<Self, StoreError> {
        let shared =
            Arc::new(Shared { stage: Mutex::new(Stage::Idle), changed: Condvar::new(), at_work: Mutex::default() });
        let connection = place.open_checkpointer()?;
        let of = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("philia-checkpts".into())
            .spawn(move || of.work(&connection))
            .map_err(|error| place.refused("cannot start the checkpoints", &error))?;
        let of = Arc::clone(&shared);
        let hook = move |log: &mut Wal, pages: c_int| {
            of.after_commit(log, pages);
            Ok(())
        };
        writer.wal_hook(Some(hook)).map_err(|error| place.error(error))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Keeps the thread from its work as long as this is held: SQLite knows only one checkpoint at a time.
    pub(crate) fn pause(&self) -> MutexGuard<'_, ()> {
        self.shared.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        *self.shared.stage() = Stage::Ended;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's checkpoints had panicked");
        }
    }
}
