//! The recall index in process: exact int8 scan and BM25, one person at a time.
//!
//! Each person's memories are held whole: quantised vectors that are scanned to the last ([`vectors`], by the widest
//! instructions there are: [`simd`]), postings from which BM25 of a memory and of its neighbourhood are computed at
//! query time ([`words`], [`by_words`]), and who stands next to whom ([`places`]). There is no build step, nothing approximate, and
//! nothing that depends on the order in which things came. People who have not been asked about for long are dropped
//! when the budget is full; their index is filled from the store again when they come back.
//!
//! A search works on the thread that asks, and never waits for anything but a writer who is putting what it has read
//! into place: microseconds an entry. With a million memories it takes tens of milliseconds; a program that holds such
//! people and has other things to do on that thread gives their searches one of their own.

mod best;
mod bounds;
mod by_words;
mod changes;
mod column;
mod grow;
mod last;
mod person;
mod places;
#[cfg(test)]
mod plain;
mod question;
mod rows;
mod scratch;
mod search;
mod simd;
mod strings;
mod thesaurus;
mod tops;
mod vectors;
mod words;

pub use thesaurus::Thesaurus;

use async_trait::async_trait;
use changes::Changes;
use hashbrown::HashMap;
use person::Person;
use philia_mind::MemoryId;
use philia_mind::text::Analyzer;
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError, IndexInfo, Query};
use philia_ports::store::{Partition, PartitionId};
use scratch::Scratches;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How a thesaurus is made.
type MakeThesaurus = Box<dyn FnOnce() -> Arc<Thesaurus> + Send>;

/// The index of all people that are loaded, within a budget.
#[derive(Debug)]
pub struct EmbeddedIndex {
    analyzer: Analyzer,
    thesaurus: LazyLock<Arc<Thesaurus>, MakeThesaurus>,
    budget: usize,
    people: RwLock<HashMap<PartitionId, Arc<Seat>>>,
    scratches: Scratches,
    /// What everybody takes that is there, in bytes: those who are loaded, and those whom a search still holds.
    taken: Arc<AtomicUsize>,
    /// Counts uses, so that it is known who was not asked about for longest.
    uses: AtomicU64,
}

/// One loaded person. The locks are never held across an await.
#[derive(Debug)]
struct Seat {
    /// Held by whoever changes the person, so that what they prepare while others search still fits.
    writing: Mutex<()>,
    generation: u64,
    used: AtomicU64,
    bytes: AtomicUsize,
    /// What everybody takes together, these bytes among them.
    taken: Arc<AtomicUsize>,
    person: RwLock<Person>,
}

impl EmbeddedIndex {
    /// An empty index that holds about `budget` bytes. Somebody who alone is larger is held all the same.
    pub fn new(budget: usize) -> Self {
        let none: MakeThesaurus = Box::new(Arc::default);
        let thesaurus = LazyLock::new(none);
        Self {
            analyzer: Analyzer::new(),
            thesaurus,
            budget,
            people: RwLock::default(),
            scratches: Scratches::default(),
            taken: Arc::default(),
            uses: AtomicU64::new(0),
        }
    }

    /// The same, comparing also word by word (before anything is held). Recall is better with it.
    /// The thesaurus is made when it is first needed, or by [`EmbeddedIndex::warm`].
    #[must_use]
    pub fn with_thesaurus<T: Into<Arc<Thesaurus>>>(self, make: impl FnOnce() -> T + Send + 'static) -> Self {
        let make: MakeThesaurus = Box::new(|| make().into());
        Self { thesaurus: LazyLock::new(make), people: RwLock::default(), ..self }
    }

    /// Makes the thesaurus now (tens of milliseconds), so that the first search need not wait for it, and lists the
    /// near words of every word (about a second), so that no search need find them. For a thread that nobody waits
    /// for.
    pub fn warm(&self) {
        LazyLock::force(&self.thesaurus).list();
    }

    /// The loaded person of this generation.
    fn seat(&self, partition: &Partition) -> Option<Arc<Seat>> {
        let seat =
            read(&self.people).get(&partition.id).filter(|seat| seat.generation == partition.generation).cloned()?;
        seat.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(seat)
    }

    /// Drops whoever was not asked about for longest, until the budget is kept or only `but` is left.
    fn make_room(&self, but: &PartitionId) {
        if self.taken.load(Ordering::Relaxed) <= self.budget {
            return;
        }
        let mut people = write(&self.people);
        let mut bytes: usize = people.values().map(|seat| seat.bytes.load(Ordering::Relaxed)).sum();
        while bytes > self.budget {
            let idle =
                people.iter().filter(|(id, _)| *id != but).min_by_key(|(_, seat)| seat.used.load(Ordering::Relaxed));
            let Some(idle) = idle.map(|(id, _)| id.clone()) else { return };
            if let Some(seat) = people.remove(&idle) {
                bytes = bytes.saturating_sub(seat.bytes.load(Ordering::Relaxed));
            }
        }
    }
}

impl Seat {
    fn new(person: Person, generation: u64, used: u64, taken: &Arc<AtomicUsize>) -> Self {
        let seat = Self {
            writing: Mutex::default(),
            generation,
            used: AtomicU64::new(used),
            bytes: AtomicUsize::new(0),
            taken: Arc::clone(taken),
            person: RwLock::new(person),
        };
        seat.measure();
        seat
    }

    /// Notes what the person takes now.
    fn measure(&self) {
        let bytes = read(&self.person).bytes();
        let before = self.bytes.swap(bytes, Ordering::Relaxed);
        self.taken.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
    }

    /// Takes in changes. Searches go on but for the moment in which what is ready is put into place.
    fn take_in(&self, thesaurus: &Thesaurus, changes: Changes<'_>, since: u64, upto: u64) -> Result<(), IndexError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let person = read(&self.person);
            if person.upto() != since {
                return Err(IndexError::NotLoaded);
            }
            person.check(changes.dimensions)?;
        }
        write(&self.person).apply(thesaurus, changes, upto);
        let compacted = {
            let person = read(&self.person);
            person.is_full_of_dead().then(|| person.compacted())
        };
        if let Some(compacted) = compacted {
            // Letting go of the old one takes its time too.
            let old = std::mem::replace(&mut *write(&self.person), compacted);
            drop(old);
        }
        self.measure();
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.bytes.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

#[async_trait]
impl Index for EmbeddedIndex {
    async fn info(&self, partition: &Partition) -> Result<Option<IndexInfo>, IndexError> {
        let Some(seat) = self.seat(partition) else { return Ok(None) };
        let person = read(&seat.person);
        Ok(Some(IndexInfo {
            generation: seat.generation,
            upto: person.upto(),
            entries: person.entries(),
            bytes: seat.bytes.load(Ordering::Relaxed),
            speakers: person.speakers(),
        }))
    }

    async fn apply(
        &self,
        partition: &Partition,
        since: Option<u64>,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let changes = Changes::new(&self.analyzer, upserts, removals)?;
        match since {
            Some(since) => {
                self.seat(partition).ok_or(IndexError::NotLoaded)?.take_in(&self.thesaurus, changes, since, upto)?
            }
            None => {
                let mut person = Person::default();
                person.apply(&self.thesaurus, Changes { removals: &[], ..changes }, upto);
                let used = self.uses.fetch_add(1, Ordering::Relaxed);
                let seat = Seat::new(person, partition.generation, used, &self.taken);
                write(&self.people).insert(partition.id.clone(), Arc::new(seat));
            }
        }
        self.make_room(&partition.id);
        Ok(())
    }

    async fn search(
        &self,
        partition: &Partition,
        query: &Query,
        vectors: &[Option<Vec<f32>>],
        filter: &Filter,
        k: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let seat = self.seat(partition).ok_or(IndexError::NotLoaded)?;
        let thesaurus = LazyLock::force(&self.thesaurus);
        let person = read(&seat.person);
        self.scratches.lend(|scratch| person.search(thesaurus, scratch, query, vectors, filter, k))
    }

    async fn clear(&self, partition: &Partition) -> Result<(), IndexError> {
        write(&self.people).remove(&partition.id);
        Ok(())
    }

    fn held_bytes(&self) -> Option<usize> {
        Some(read(&self.people).values().map(|seat| seat.bytes.load(Ordering::Relaxed)).sum())
    }
}

/// A panic while writing is a bug, but the other people's indexes are whole: go on.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
