//! The writer: one thread that holds the one connection that writes.
//!
//! While it waits for the disk, commits queue up; it then takes all that are there into one transaction. If one of them
//! conflicts they are made anew, each in a savepoint of its own, so that it fails alone. One sync of the disk serves
//! them all, and none is answered before it. Where many talk at once it waits a moment for more of them: a sync takes some
//! of the processor, too, that turns would have.

use crate::at_hand::{AtHand, Head};
use crate::checkpoint::Checkpoints;
use crate::commit::{self, Made, Rows};
use crate::erase;
use crate::place::Place;
use philia_ports::store::{Change, Doc, Draft, Key, Partition, PartitionId, StoreError, micros};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most commits in one transaction.
const MOST_TOGETHER: usize = 256;
/// After a transaction of so many commits more are on their way, ...
const MANY_TOGETHER: usize = 3;
/// ... and are waited for so long.
const PATIENCE: Duration = Duration::from_millis(4);
/// A transaction takes no more commits once it has so many bytes.
const BYTES_TOGETHER: usize = 8 * 1024 * 1024;
/// So many wait in the queue; whoever comes then waits before it.
const QUEUE: usize = 1024;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum Work {
    Commit(Prepared, Reply<u64>),
    Erase(PartitionId, Reply<()>),
    Scrub(Reply<()>),
}

/// A commit as the writer takes it: everything that can be computed before is.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) partition: Partition,
    pub(crate) changes: Vec<Step>,
    bytes: usize,
}

/// One change, ready to be bound to a statement.
#[derive(Debug)]
pub(crate) enum Step {
    Insert(Row),
    Put { row: Row, expected: u64 },
    Delete { key: Key, expected: Option<u64> },
}

impl Step {
    pub(crate) fn key(&self) -> &Key {
        match self {
            Self::Insert(row) | Self::Put { row, .. } => &row.key,
            Self::Delete { key, .. } => key,
        }
    }
}

/// A record as its table keeps it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) at: i64,
    pub(crate) doc: Doc,
    pub(crate) blob: Option<Vec<u8>>,
}

impl From<Draft> for Row {
    fn from(draft: Draft) -> Self {
        Self { key: draft.key, at: micros(draft.at), doc: draft.doc, blob: draft.blob }
    }
}

impl Prepared {
    pub(crate) fn new(partition: Partition, changes: Vec<Change>) -> Self {
        let changes: Vec<Step> = changes
            .into_iter()
            .map(|change| match change {
                Change::Insert(draft) => Step::Insert(draft.into()),
                Change::Put { draft, expected } => Step::Put { row: draft.into(), expected },
                Change::Delete { key, expected } => Step::Delete { key, expected },
            })
            .collect();
        let bytes = |step: &Step| match step {
            Step::Insert(row) | Step::Put { row, .. } => row.doc.len() + row.blob.as_ref().map_or(0, Vec::len),
            Step::Delete { .. } => 0,
        };
        Self { bytes: changes.iter().map(bytes).sum(), partition, changes }
    }
}

/// The way to the writer's thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        mut connection: Connection,
        place: Arc<Place>,
        at_hand: Arc<AtHand>,
    ) -> Result<Self, StoreError> {
        let (queue, work) = mpsc::channel(QUEUE);
        let rows = Rows::new(&connection).map_err(|error| place.error(error))?;
        let checkpoints = match place.is_read_only() {
            true => None,
            false => Some(Checkpoints::start(&mut connection, &place)?),
        };
        let mut desk = Desk { checkpoints, connection, place: place.clone(), at_hand, rows };
        let thread = thread::Builder::new()
            .name("philia-store".into())
            .spawn(move || desk.run(work))
            .map_err(|error| place.refused("cannot start the writer", &error))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a commit and waits until it is durable.
    pub(crate) async fn commit(&self, commit: Prepared) -> Result<u64, StoreError> {
        self.ask(|reply| Work::Commit(commit, reply)).await
    }

    /// Queues an erasure and waits until nothing is left.
    pub(crate) async fn erase(&self, id: PartitionId) -> Result<(), StoreError> {
        self.ask(|reply| Work::Erase(id, reply)).await
    }

    /// Queues a scrub and waits until no traces are left.
    pub(crate) async fn scrub(&self) -> Result<(), StoreError> {
        self.ask(Work::Scrub).await
    }

    async fn ask<T>(&self, work: impl FnOnce(Reply<T>) -> Work) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable("its writer has ended".into());
        let (reply, answer) = oneshot::channel();
        self.queue.as_ref().ok_or_else(gone)?.send(work(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Lets the thread do what is queued, close its connection and end.
    pub(crate) fn stop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer had panicked");
        }
    }
}

/// What the thread has before it.
struct Desk {
    /// Ended before the connection is closed.
    checkpoints: Option<Checkpoints>,
    connection: Connection,
    place: Arc<Place>,
    at_hand: Arc<AtHand>,
    rows: Rows,
}

impl Desk {
    fn run(&mut self, mut queue: mpsc::Receiver<Work>) {
        // An erasure may have been cut short by a crash.
        let still = self.checkpoints.as_ref().map(Checkpoints::pause);
        if !self.place.is_read_only()
            && let Err(error) = erase::finish(&self.connection, &self.place)
        {
            tracing::error!(%error, "traces of an erased person may still be in the file");
        }
        drop(still);
        let mut many = false;
        while let Some(first) = queue.blocking_recv() {
            if many && queue.len() < MOST_TOGETHER {
                thread::sleep(PATIENCE);
            }
            let (mut commits, mut erasures, mut scrubs, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
            let mut next = Some(first);
            while let Some(work) = next {
                match work {
                    Work::Commit(commit, reply) => {
                        bytes += commit.bytes;
                        commits.push((commit, reply));
                    }
                    Work::Erase(id, reply) => erasures.push((id, reply)),
                    Work::Scrub(reply) => scrubs.push(reply),
                }
                let room = commits.len() + erasures.len() + scrubs.len() < MOST_TOGETHER && bytes < BYTES_TOGETHER;
                next = if room { queue.try_recv().ok() } else { None };
            }
            many = commits.len() >= MANY_TOGETHER;
            // None of these has been answered, so nobody can tell in which order they came.
            self.commit(commits);
            self.erase(erasures);
            self.scrub(scrubs);
        }
    }

    fn commit(&mut self, work: Vec<(Prepared, Reply<u64>)>) {
        let (commits, replies): (Vec<Prepared>, Vec<Reply<u64>>) = work.into_iter().unzip();
        let answers = match self.commit_together(&commits) {
            Ok(answers) => answers,
            Err(error) => {
                // The engine failed, and with it all of them. What stopped one need not stop the others.
                tracing::warn!(%error, commits = commits.len(), "a transaction failed; each commit is tried alone");
                self.make_room(&error);
                commits.iter().map(|commit| self.commit_alone(commit)).collect()
            }
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            // Whoever asked may have gone; what they asked for is done all the same.
            let _ = reply.send(answer);
        }
    }

    /// One transaction for all. An error is the engine's, and then nothing has happened.
    fn commit_together(&mut self, commits: &[Prepared]) -> rusqlite::Result<Vec<Result<u64, StoreError>>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Savepoints take a copy of each page that is changed again; where all commits hold, as they nearly always do, none
        // is needed.
        let answers = match make_all(&transaction, &mut self.rows, commits)? {
            Some(made) => made.into_iter().map(Ok).collect(),
            None => {
                transaction.execute_batch("ROLLBACK; BEGIN IMMEDIATE")?;
                make_each(&transaction, &mut self.rows, commits)?
            }
        };
        self.at_hand.writing(commits.iter().map(|commit| &commit.partition.id));
        let done = transaction.commit();
        // What is not surely so is read again by whoever asks.
        self.at_hand.written(commits.iter().zip(&answers).filter_map(|(commit, answer)| {
            let made = answer.as_ref().ok().filter(|_| done.is_ok())?;
            let generation = commit.partition.generation;
            Some((commit, Head { row: Some(made.row), generation, head: made.head }))
        }));
        done?;
        Ok(answers.into_iter().map(|answer| answer.map(|made| made.head)).collect())
    }

    fn commit_alone(&mut self, commit: &Prepared) -> Result<u64, StoreError> {
        let answers = self.commit_together(std::slice::from_ref(commit)).map_err(|error| self.place.error(error))?;
        answers.into_iter().next().unwrap_or_else(|| Err(StoreError::Unavailable("no answer".into())))
    }

    /// On a full disk the log may hold space that the file already has.
    fn make_room(&self, error: &rusqlite::Error) {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            let _still = self.checkpoints.as_ref().map(Checkpoints::pause);
            // That this fails too is to be expected, and told by the next attempt.
            let _ = erase::empty_log(&self.connection, &self.place);
        }
    }

    fn erase(&mut self, work: Vec<(PartitionId, Reply<()>)>) {
        let answers: Vec<_> = work
            .into_iter()
            .map(|(id, reply)| {
                self.at_hand.writing([&id]);
                let removed = erase::remove(&mut self.connection, &self.place, &id);
                self.at_hand.written([]);
                (removed, reply)
            })
            .collect();
        if answers.is_empty() {
            return;
        }
        let _still = self.checkpoints.as_ref().map(Checkpoints::pause);
        // Rewriting the file once serves all of them; if it fails, none is done.
        let scrubbed = erase::finish(&self.connection, &self.place);
        for (removed, reply) in answers {
            let _ = reply.send(removed.and(again(&scrubbed)));
        }
    }

    fn scrub(&self, replies: Vec<Reply<()>>) {
        if replies.is_empty() {
            return;
        }
        let _still = self.checkpoints.as_ref().map(Checkpoints::pause);
        let scrubbed = erase::scrub(&self.connection, &self.place);
        for reply in replies {
            let _ = reply.send(again(&scrubbed));
        }
    }
}

/// Makes all commits, unless one of them does not hold.
fn make_all(connection: &Connection, rows: &mut Rows, commits: &[Prepared]) -> rusqlite::Result<Option<Vec<Made>>> {
    commits.iter().map(|commit| commit::apply(connection, rows, commit).map(Result::ok)).collect()
}

/// Makes those commits that hold.
fn make_each(
    connection: &Connection,
    rows: &mut Rows,
    commits: &[Prepared],
) -> rusqlite::Result<Vec<Result<Made, StoreError>>> {
    let run = |sql| connection.prepare_cached(sql)?.execute([]);
    let mut answers = Vec::with_capacity(commits.len());
    for commit in commits {
        run("SAVEPOINT one")?;
        let answer = commit::apply(connection, rows, commit)?;
        if answer.is_err() {
            run("ROLLBACK TO one")?;
        }
        run("RELEASE one")?;
        answers.push(answer);
    }
    Ok(answers)
}

/// One outcome for each of several who asked together.
fn again(outcome: &Result<(), StoreError>) -> Result<(), StoreError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(StoreError::Full(location)) => Err(StoreError::Full(location.clone())),
        Err(error) => Err(StoreError::Unavailable(error.to_string())),
    }
}
