//! What is kept at hand of partitions: how far they are, the few records that every turn asks for, of which kinds they
//! have nothing, and which memories were touched last. A follower who is not far behind, and a turn that asks for the same
//! as the one before, are answered without a query.
//!
//! The file is this process's alone and one thread writes to it, so what that thread has committed is what there is. While
//! it writes to a partition nothing is at hand of it: what it writes can be read a moment before it knows that it is
//! durable, and a head must not be older than that. What it has written it puts in the place of what was there. A row
//! leads to nobody else: that of a partition that was erased is not given again by this process.

use crate::writer::{Prepared, Row, Step};
use lru::LruCache;
use philia_ports::store::{Feed, Key, Kind, PartitionId, Record, Touched, from_micros};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many partitions are kept, those asked about last, ...
const KEPT: NonZeroUsize = NonZeroUsize::new(4096).unwrap();
/// ... of each so many records, ...
const RECORDS: usize = 8;
/// ... and of all together so many bytes of them.
const BYTES: usize = 16 * 1024 * 1024;
/// So many memories that were touched last are known of each partition: those of a few turns.
const TOUCHED: usize = 8;

/// The kinds that every turn asks for, and of which a person has few.
fn is_asked_for_by_every_turn(kind: Kind) -> bool {
    matches!(kind, Kind::Profile | Kind::Companion | Kind::Thread)
}

/// A partition's row, how often it was erased, and its newest commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// None if nothing was ever committed.
    pub(crate) row: Option<i64>,
    pub(crate) generation: u64,
    pub(crate) head: u64,
}

impl Head {
    /// What a follower is told who has everything up to the newest commit.
    pub(crate) fn nothing_new(self) -> Feed {
        Feed { generation: self.generation, head: self.head, touched: Vec::new(), more: false }
    }
}

/// When something was read: whatever was written since may not be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(u64);

/// The records of one partition that are at hand, those that were put there last at the end; none for what is not there.
#[derive(Debug, Default)]
struct Records(Vec<(Key, Option<Record>)>);

impl Records {
    fn get(&self, key: &Key) -> Option<&Option<Record>> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, record)| record)
    }

    fn forget(&mut self, key: &Key) {
        self.0.retain(|(known, _)| known != key);
    }

    /// Keeps a record, or that there is none.
    fn keep(&mut self, key: &Key, record: Option<Record>) {
        self.forget(key);
        if self.0.len() == RECORDS {
            self.0.remove(0);
        }
        self.0.push((key.clone(), record));
    }

    /// Takes in a record that was written; one of an unheard-of time is read when it is asked for.
    fn written(&mut self, row: &Row, version: u64) {
        let Row { key, at, doc, blob } = row;
        match from_micros(*at) {
            Some(at) => {
                self.keep(key, Some(Record { key: key.clone(), at, version, doc: doc.clone(), blob: blob.clone() }));
            }
            None => self.forget(key),
        }
    }

    fn bytes(&self) -> usize {
        let of = |record: &Record| record.doc.len() + record.blob.as_ref().map_or(0, Vec::len);
        self.0.iter().map(|(key, record)| key.id.len() + record.as_ref().map_or(0, of)).sum()
    }
}

/// The memories that the last commits have touched, as their followers are told.
#[derive(Debug, Default)]
struct Touches {
    /// All that was touched after this commit is here; none while nothing is known.
    since: Option<u64>,
    /// By commit and id.
    last: Vec<Touched>,
}

impl Touches {
    /// Takes in what the newest commit has changed.
    fn follow(&mut self, head: u64, steps: &[Step]) {
        self.since.get_or_insert(head - 1);
        for step in steps.iter().filter(|step| step.key().kind == Kind::Memory) {
            let Key { id, .. } = step.key();
            // Was there one? If not, nobody is told.
            if matches!(step, Step::Delete { expected: None, .. }) {
                self.begin_after(head);
                return;
            }
            self.last.retain(|touched| touched.id != *id);
            self.last.push(Touched { seq: head, id: id.clone(), deleted: matches!(step, Step::Delete { .. }) });
        }
        self.last.sort_unstable_by(|a, b| (a.seq, &a.id).cmp(&(b.seq, &b.id)));
        if let Some(oldest) = self.last.len().checked_sub(TOUCHED + 1) {
            self.begin_after(self.last[oldest].seq);
        }
    }

    fn begin_after(&mut self, seq: u64) {
        self.last.retain(|touched| touched.seq > seq);
        self.since = Some(seq);
    }

    /// What was touched since; none where that is not known.
    fn since(&self, seq: u64) -> Option<impl Iterator<Item = &Touched>> {
        self.since.filter(|since| *since <= seq)?;
        Some(self.last.iter().filter(move |touched| touched.seq > seq))
    }
}

/// What is at hand of one partition.
#[derive(Debug, Default)]
struct Known {
    head: Head,
    touches: Touches,
    records: Records,
    /// The kinds of which it has nothing, as bits.
    nothing_of: u64,
}

impl Known {
    fn bit(kind: Kind) -> u64 {
        const { assert!(Kind::ALL.len() <= 64) };
        1 << kind as u32
    }

    /// Takes in what a commit has changed.
    fn follow(&mut self, head: Head, steps: &[Step]) {
        self.head = head;
        self.touches.follow(head.head, steps);
        for step in steps {
            let key = step.key();
            if matches!(step, Step::Insert(_)) {
                self.nothing_of &= !Self::bit(key.kind);
            }
            if is_asked_for_by_every_turn(key.kind) {
                match step {
                    Step::Insert(row) => self.records.written(row, 1),
                    Step::Put { row, expected } => self.records.written(row, expected + 1),
                    Step::Delete { key, .. } => self.records.keep(key, None),
                }
            }
        }
    }
}

/// What is at hand of the partitions that were asked about last.
#[derive(Debug)]
pub(crate) struct AtHand(Mutex<Partitions>);

#[derive(Debug)]
struct Partitions {
    known: LruCache<PartitionId, Known>,
    /// What was known of those that are written to at this moment.
    writing: HashMap<PartitionId, Option<Known>>,
    /// The bytes of all records in `known`.
    bytes: usize,
    moment: u64,
}

impl Partitions {
    fn put(&mut self, id: &PartitionId, known: Known) {
        self.bytes += known.records.bytes();
        if let Some((_, before)) = self.known.push(id.clone(), known) {
            self.bytes -= before.records.bytes();
        }
        while self.bytes > BYTES
            && let Some((_, last)) = self.known.pop_lru()
        {
            self.bytes -= last.records.bytes();
        }
    }

    fn take(&mut self, id: &PartitionId) -> Option<Known> {
        let known = self.known.pop(id)?;
        self.bytes -= known.records.bytes();
        Some(known)
    }
}

impl Default for AtHand {
    fn default() -> Self {
        Self(Mutex::new(Partitions { known: LruCache::new(KEPT), writing: HashMap::new(), bytes: 0, moment: 0 }))
    }
}

impl AtHand {
    /// The head of a partition, if it is at hand; otherwise the moment from which it may be read.
    pub(crate) fn head(&self, id: &PartitionId) -> Result<Head, Moment> {
        let mut all = self.all();
        all.known.get(id).map(|known| known.head).ok_or(Moment(all.moment))
    }

    /// Records of a partition, if all of them are at hand; otherwise the moment from which they may be read, if it is
    /// worth it to keep them.
    pub(crate) fn records(&self, id: &PartitionId, keys: &[Key]) -> Result<Vec<Option<Record>>, Option<Moment>> {
        if keys.len() > RECORDS || !keys.iter().all(|key| is_asked_for_by_every_turn(key.kind)) {
            return Err(None);
        }
        let mut all = self.all();
        let found =
            all.known.get(id).and_then(|known| keys.iter().map(|key| known.records.get(key).cloned()).collect());
        found.ok_or(Some(Moment(all.moment)))
    }

    /// What was touched of a kind since a commit, if that is at hand and no more than `limit`. (Whoever starts from
    /// nothing is told otherwise.)
    pub(crate) fn changes(&self, id: &PartitionId, kind: Kind, since: u64, limit: usize) -> Option<Feed> {
        if kind != Kind::Memory || since == 0 {
            return None;
        }
        let mut all = self.all();
        let Known { head: Head { generation, head, .. }, touches, .. } = all.known.get(id)?;
        let touched: Vec<Touched> = touches.since(since)?.cloned().collect();
        (touched.len() <= limit).then_some(Feed { generation: *generation, head: *head, touched, more: false })
    }

    /// Is it known that a partition has nothing of a kind? Otherwise the moment from which that may be looked up.
    pub(crate) fn has_nothing_of(&self, id: &PartitionId, kind: Kind) -> Result<(), Moment> {
        let mut all = self.all();
        let known = all.known.get(id).is_some_and(|known| known.nothing_of & Known::bit(kind) != 0);
        if known { Ok(()) } else { Err(Moment(all.moment)) }
    }

    /// Takes in what was read after that moment, unless something was written since, or is.
    pub(crate) fn learn(&self, id: &PartitionId, head: Head, after: Moment) {
        let mut all = self.all();
        if all.moment == after.0 && !all.writing.contains_key(id) {
            all.put(id, Known { head, ..Known::default() });
        }
    }

    /// The same for records.
    pub(crate) fn learn_records(&self, id: &PartitionId, keys: &[Key], found: &[Option<Record>], after: Moment) {
        self.learn_more(id, after, |known| {
            for (key, record) in keys.iter().zip(found) {
                known.records.keep(key, record.clone());
            }
        });
    }

    /// The same for a kind of which there is nothing.
    pub(crate) fn learn_nothing_of(&self, id: &PartitionId, kind: Kind, after: Moment) {
        self.learn_more(id, after, |known| known.nothing_of |= Known::bit(kind));
    }

    fn learn_more(&self, id: &PartitionId, after: Moment, take_in: impl FnOnce(&mut Known)) {
        let mut all = self.all();
        if all.moment == after.0
            && let Some(mut known) = all.take(id)
        {
            take_in(&mut known);
            all.put(id, known);
        }
    }

    /// Takes away those that are about to be written to, until [`AtHand::written`] tells what became of them.
    pub(crate) fn writing<'a>(&self, ids: impl IntoIterator<Item = &'a PartitionId>) {
        let mut all = self.all();
        for id in ids {
            let known = all.take(id);
            let before = all.writing.entry(id.clone()).or_default();
            *before = before.take().or(known);
        }
    }

    /// Takes in what was written and is durable, in its order, before whoever wrote it is told. Where nothing is told of
    /// a partition that was written to, it is read by whoever asks next.
    pub(crate) fn written<'a>(&self, made: impl IntoIterator<Item = (&'a Prepared, Head)>) {
        let mut all = self.all();
        all.moment += 1;
        for (commit, head) in made {
            let id = &commit.partition.id;
            let before = all.writing.get_mut(id).and_then(Option::take);
            let mut known = before.or_else(|| all.take(id)).unwrap_or_default();
            known.follow(head, &commit.changes);
            all.put(id, known);
        }
        all.writing.clear();
    }

    fn all(&self) -> MutexGuard<'_, Partitions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use philia_ports::store::{Change, Doc, Draft, Partition};
    use serde_json::json;

    fn id(subject: &str) -> PartitionId {
        PartitionId::new("home", subject).unwrap()
    }

    fn head(head: u64) -> Head {
        Head { row: Some(1), generation: 0, head }
    }

    fn commit(subject: &str, changes: Vec<Change>) -> Prepared {
        Prepared::new(Partition { id: id(subject), generation: 0 }, changes)
    }

    fn key(kind: Kind) -> Key {
        Key::new(kind, "one")
    }

    fn draft(kind: Kind, says: &str) -> Draft {
        let doc = Doc::of(&json!({ "says": says })).unwrap();
        Draft { key: key(kind), at: Timestamp::UNIX_EPOCH, doc, blob: None }
    }

    #[test]
    fn what_was_read_before_something_was_written_is_not_kept() {
        let (at_hand, ana) = (AtHand::default(), id("ana"));
        let before = at_hand.head(&ana).unwrap_err();
        at_hand.written([(&commit("ben", Vec::new()), head(1))]);
        at_hand.learn(&ana, head(6), before);
        let now = at_hand.head(&ana).unwrap_err();
        at_hand.learn(&ana, head(7), now);
        assert_eq!(at_hand.head(&ana), Ok(head(7)));
        at_hand.written([(&commit("ana", Vec::new()), head(8))]);
        assert_eq!(at_hand.head(&ana), Ok(head(8)));
        at_hand.writing([&ana]);
        at_hand.written([]);
        assert!(at_hand.head(&ana).is_err());
    }

    #[test]
    fn nothing_is_at_hand_of_what_is_being_written() {
        let (at_hand, ana) = (AtHand::default(), id("ana"));
        at_hand.written([(&commit("ana", Vec::new()), head(6))]);
        at_hand.writing([&ana]);
        let meanwhile = at_hand.head(&ana).unwrap_err();
        at_hand.learn(&ana, head(6), meanwhile);
        assert_eq!(at_hand.head(&ana), Err(meanwhile));
        at_hand.written([]);
        let after = at_hand.head(&ana).unwrap_err();
        at_hand.learn(&ana, head(6), meanwhile);
        assert_eq!(at_hand.head(&ana), Err(after));
        at_hand.learn(&ana, head(7), after);
        assert_eq!(at_hand.head(&ana), Ok(head(7)));
    }

    #[test]
    fn records_follow_what_is_written() {
        let (at_hand, ana, keys) = (AtHand::default(), id("ana"), [key(Kind::Profile), key(Kind::Companion)]);
        let says = |of: &AtHand| {
            let found = of.records(&ana, &keys).ok()?;
            let said =
                |record: Option<Record>| record.map(|record| (record.version, record.doc.value()["says"].clone()));
            Some(found.into_iter().map(said).collect::<Vec<_>>())
        };
        let write = |changes, at: u64| {
            let commit = commit("ana", changes);
            at_hand.writing([&ana]);
            at_hand.written([(&commit, head(at))]);
        };
        write(vec![Change::Insert(draft(Kind::Profile, "a"))], 1);
        let Err(Some(moment)) = at_hand.records(&ana, &keys) else { panic!("not all of them are at hand") };
        at_hand.learn_records(&ana, &keys[1..], &[None], moment);
        assert_eq!(says(&at_hand), Some(vec![Some((1, json!("a"))), None]));
        let put = Change::Put { draft: draft(Kind::Profile, "b"), expected: 1 };
        write(vec![put, Change::Insert(draft(Kind::Companion, "c"))], 2);
        assert_eq!(says(&at_hand), Some(vec![Some((2, json!("b"))), Some((1, json!("c")))]));
        write(vec![Change::Delete { key: keys[0].clone(), expected: None }], 3);
        assert_eq!(says(&at_hand), Some(vec![None, Some((1, json!("c")))]));
        // A commit that failed may have left anything.
        at_hand.writing([&ana]);
        at_hand.written([]);
        assert_eq!(says(&at_hand), None);
        // Memories are many; they are not kept.
        assert!(matches!(at_hand.records(&ana, &[key(Kind::Memory)]), Err(None)));
    }

    #[test]
    fn that_there_is_nothing_holds_until_something_comes() {
        let (at_hand, ana) = (AtHand::default(), id("ana"));
        at_hand.written([(&commit("ana", Vec::new()), head(1))]);
        for kind in [Kind::Task, Kind::Conflict] {
            let moment = at_hand.has_nothing_of(&ana, kind).unwrap_err();
            at_hand.learn_nothing_of(&ana, kind, moment);
        }
        let task = commit("ana", vec![Change::Insert(draft(Kind::Task, "buy milk"))]);
        at_hand.writing([&ana]);
        at_hand.written([(&task, head(2))]);
        let moment = at_hand.has_nothing_of(&ana, Kind::Task).unwrap_err();
        assert!(at_hand.has_nothing_of(&ana, Kind::Conflict).is_ok());
        // What was looked up before something was written is not believed.
        at_hand.written([(&commit("ben", Vec::new()), head(1))]);
        at_hand.learn_nothing_of(&ana, Kind::Task, moment);
        assert!(at_hand.has_nothing_of(&ana, Kind::Task).is_err());
    }

    #[test]
    fn followers_are_told_what_was_touched_last() {
        let (at_hand, ana) = (AtHand::default(), id("ana"));
        let memory = |name: &str| Draft { key: Key::new(Kind::Memory, name), ..draft(Kind::Memory, "") };
        let insert = |name| Change::Insert(memory(name));
        let mut count = 40;
        let mut write = |changes| {
            count += 1;
            at_hand.writing([&ana]);
            at_hand.written([(&commit("ana", changes), head(count))]);
        };
        let told = |since, limit| {
            let feed = at_hand.changes(&ana, Kind::Memory, since, limit)?;
            assert!(!feed.more);
            let touched =
                feed.touched.into_iter().map(|t| format!("{}{}{}", t.id, t.seq, if t.deleted { "-" } else { "" }));
            Some((feed.head, touched.collect::<Vec<_>>().join(" ")))
        };
        let say = |head, touched: &str| Some((head, touched.to_owned()));
        assert_eq!(told(40, 9), None);
        write(vec![insert("b"), insert("a"), Change::Insert(draft(Kind::Task, "milk"))]);
        assert_eq!((told(40, 9), told(41, 9)), (say(41, "a41 b41"), say(41, "")));
        // What was before is not known, and what is more than was asked for is read in pages.
        assert_eq!((told(39, 9), told(0, 9), told(40, 1)), (None, None, None));
        assert!(at_hand.changes(&ana, Kind::Fact, 40, 9).is_none());
        // The state is told, not the history.
        write(vec![Change::Put { draft: memory("a"), expected: 1 }, insert("c")]);
        write(vec![Change::Delete { key: Key::new(Kind::Memory, "c"), expected: Some(1) }]);
        assert_eq!((told(40, 9), told(42, 9)), (say(43, "b41 a42 c43-"), say(43, "c43-")));
        // A commit is known whole or not at all.
        write(["d", "e", "f", "g", "h", "i"].map(insert).into());
        assert_eq!((told(40, 9), told(41, 9)), (None, say(44, "a42 c43- d44 e44 f44 g44 h44 i44")));
        // Whether there was something to delete is not known.
        write(vec![Change::Delete { key: Key::new(Kind::Memory, "z"), expected: None }]);
        assert_eq!((told(44, 9), told(45, 9)), (None, say(45, "")));
        write((0..=TOUCHED).map(|n| Change::Insert(memory(&n.to_string()))).collect());
        assert_eq!((told(45, 9), told(46, 9)), (None, say(46, "")));
    }

    #[test]
    fn it_keeps_within_its_bounds() {
        let at_hand = AtHand::default();
        let long = "x".repeat(BYTES / 4);
        for subject in ["ana", "ben", "cem", "dan", "eva"] {
            at_hand.written([(&commit(subject, vec![Change::Insert(draft(Kind::Companion, &long))]), head(1))]);
        }
        let kept = |subject| at_hand.records(&id(subject), &[key(Kind::Companion)]).is_ok();
        assert_eq!(["ana", "ben", "cem", "dan", "eva"].map(kept), [false, false, true, true, true]);
        let many = |n: usize| Draft { key: Key::new(Kind::Thread, n.to_string()), ..draft(Kind::Thread, "") };
        at_hand.written([(&commit("eva", (0..=RECORDS).map(|n| Change::Insert(many(n))).collect()), head(2))]);
        assert!(!kept("eva"));
        let all = at_hand.all();
        assert_eq!(all.bytes, all.known.iter().map(|(_, known)| known.records.bytes()).sum::<usize>());
    }
}
