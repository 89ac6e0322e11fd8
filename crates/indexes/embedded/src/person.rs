//! All that is indexed of one person.

use crate::changes::{Arrival, Changes};
use crate::column::Column;
use crate::grow;
use crate::places::{Changed, NOBODY, Near, Place, Places, REACH};
use crate::strings::Strings;
use crate::thesaurus::Thesaurus;
use crate::vectors::Vectors;
use crate::words::{GONE, Words};
use jiff::Timestamp;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_ports::IndexError;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Removed slots that are borne before everything is renumbered without them.
const FEW_DEAD: usize = 64;

/// Slots whose times are summed up by their first and last.
pub(crate) const STRETCH: usize = 1024;

/// The index of one person: entries in slots, which are only added at the end. A removed entry leaves a dead slot
/// until there are many.
///
/// What every search looks at lies in columns of its own; the rest of an entry is its [`Card`].
#[derive(Debug, Default)]
pub(crate) struct Person {
    /// Slot by slot the id. Those of dead slots cannot be found any more.
    pub(crate) ids: Strings,
    pub(crate) marks: Vec<Marks>,
    pub(crate) near: Column<Near>,
    /// Slot by slot the terms, and those of the neighbourhood; at most [`LONG`].
    pub(crate) lengths: Vec<u8>,
    pub(crate) windows: Vec<u8>,
    /// The terms of those slots that have so many.
    long: HashMap<u32, u32>,
    /// Slot by slot the number of who said it; at most [`LONG`], which stands for all those from there on.
    by: Vec<u8>,
    pub(crate) at: Column<Timestamp>,
    pub(crate) cards: Column<Card>,
    pub(crate) vectors: Vectors,
    pub(crate) words: Words,
    /// The first and the last time of every [`STRETCH`] slots.
    pub(crate) stretches: Vec<(Timestamp, Timestamp)>,
    places: Places,
    pub(crate) speakers: Names<Speaker>,
    /// How many live entries are by each speaker.
    spoken: Vec<u32>,
    pub(crate) labels: Names<String>,
    tag_bytes: usize,
    /// The terms of all live entries together.
    pub(crate) total_length: u64,
    /// The terms of all live entries' neighbourhoods together.
    pub(crate) total_window: u64,
    upto: u64,
    /// Another after every change, and another than anybody else's.
    pub(crate) state: u64,
}

/// Numbers for [`Person::state`].
static STATES: AtomicU64 = AtomicU64::new(1);

/// What decides in most cases whether a slot may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    pub(crate) const LIVE: Self = Self(1);
    pub(crate) const HIDDEN: Self = Self(2);
    pub(crate) const COMPANION: Self = Self(4);
    /// Its neighbours are among the two slots before it and the two behind it, as of most that are said one after the
    /// other: which of them, the four highest bits tell.
    const BESIDE: Self = Self(8);

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Of the marks in `which`, it has [`Marks::LIVE`] and no other.
    pub(crate) fn only_live(self, which: Self) -> bool {
        self.0 & which.0 == Self::LIVE.0
    }

    pub(crate) fn live(self) -> bool {
        self.only_live(Self::LIVE)
    }

    /// The same with these neighbours of the slot.
    fn among(self, slot: u32, near: &Near) -> Self {
        let (mut which, mut beside) = (0, true);
        for near in near.iter().filter(|near| **near != NOBODY) {
            match near.wrapping_add(REACH as u32).wrapping_sub(slot) {
                place @ (0 | 1) => which |= 1 << place,
                place @ (3 | 4) => which |= 1 << (place - 1),
                _ => beside = false,
            }
        }
        let others = self.0 & (Self::BESIDE.0 - 1);
        Self(if beside { which << 4 | Self::BESIDE.0 | others } else { others })
    }

    /// Where the slot and its neighbours are, if they are beside it: a bit each, from the second slot before it to the second
    /// behind it.
    #[inline]
    pub(crate) fn beside(self) -> Option<u8> {
        let which = self.0 >> 4;
        self.has(Self::BESIDE).then_some(which & 0b11 | 0b100 | (which & 0b1100) << 1)
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// What else is kept of an entry. Its text is not.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) importance: f64,
    /// Where it stands, if `group` is not [`NOBODY`].
    order: u64,
    group: u32,
    pub(crate) tags: Box<[u32]>,
    pub(crate) reinforced: u32,
    pub(crate) speaker: u32,
    pub(crate) emotion: Option<u32>,
    pub(crate) kind: MemoryKind,
    pub(crate) category: Category,
}

impl Card {
    fn place(&self) -> Option<Place> {
        (self.group != NOBODY).then_some((self.group, self.order))
    }
}

impl Person {
    pub(crate) fn upto(&self) -> u64 {
        self.upto
    }

    pub(crate) fn entries(&self) -> usize {
        self.ids.known()
    }

    /// Slots, dead ones included.
    pub(crate) fn slots(&self) -> usize {
        self.marks.len()
    }

    /// No slot is dead.
    pub(crate) fn all_live(&self) -> bool {
        self.entries() == self.slots()
    }

    /// The names of others whose words are held, sorted.
    pub(crate) fn speakers(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .speakers
            .known
            .iter()
            .zip(&self.spoken)
            .filter_map(|(speaker, entries)| match speaker {
                Speaker::Other(name) if *entries > 0 => Some(name.clone()),
                _ => None,
            })
            .collect();
        names.sort();
        names
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        grow::bytes(&self.marks)
            + self.near.bytes()
            + grow::bytes(&self.lengths)
            + grow::bytes(&self.windows)
            + grow::bytes(&self.by)
            + map_bytes(&self.long)
            + self.at.bytes()
            + self.cards.bytes()
            + grow::bytes(&self.stretches)
            + self.tag_bytes
            + self.ids.bytes()
            + self.vectors.bytes()
            + self.words.bytes()
            + self.places.bytes()
            + self.labels.bytes()
            + self.speakers.bytes()
            + grow::bytes(&self.spoken)
    }

    /// Does a vector of this length fit?
    pub(crate) fn check(&self, dimensions: Option<usize>) -> Result<(), IndexError> {
        dimensions.map_or(Ok(()), |found| self.vectors.check(found))
    }

    /// Removals first, then entries. The vectors must fit (see [`Person::check`]).
    pub(crate) fn apply(&mut self, thesaurus: &Thesaurus, changes: Changes<'_>, upto: u64) {
        let mut gone: Vec<(Place, u32)> = Vec::new();
        for id in changes.removals {
            gone.extend(self.ids.find(id.as_str()).and_then(|slot| self.die(slot)));
            self.ids.forget(id.as_str());
        }
        for arrival in &changes.arrivals {
            // Whoever comes back to the same place takes it over when it arrives.
            let Some(slot) = self.ids.find(arrival.entry.id.as_str()) else { continue };
            let place = self.place_of(arrival);
            if self.cards[slot as usize].place() != place {
                gone.extend(self.die(slot));
                self.ids.forget(arrival.entry.id.as_str());
            }
        }
        let changed = self.places.remove(&gone, key(&self.cards, &self.ids));
        self.meet(changed);
        if self.marks.is_empty() {
            self.reserve(&changes);
        }
        for arrival in changes.arrivals {
            self.insert(thesaurus, arrival);
        }
        self.upto = upto;
        self.state = STATES.fetch_add(1, Ordering::Relaxed);
    }

    /// Loaded whole: exactly the room that is needed.
    fn reserve(&mut self, changes: &Changes<'_>) {
        let count = changes.arrivals.len();
        self.marks.reserve_exact(count);
        self.lengths.reserve_exact(count);
        self.windows.reserve_exact(count);
        self.by.reserve_exact(count);
        self.vectors.reserve_exact(count);
        self.ids.reserve(count);
    }

    fn place_of(&mut self, arrival: &Arrival) -> Option<Place> {
        arrival.entry.place.as_ref().map(|place| (self.labels.number(&place.group), place.order))
    }

    fn insert(&mut self, thesaurus: &Thesaurus, arrival: Arrival) {
        let place = self.place_of(&arrival);
        let left = self.ids.find(arrival.entry.id.as_str()).and_then(|slot| self.die(slot));
        let taken_over = left.filter(|(was, _)| Some(*was) == place).map(|(_, slot)| slot);
        if let (Some(left), None) = (left, taken_over) {
            // Twice in one change, in different places: the later one is meant.
            let changed = self.places.remove(&[left], key(&self.cards, &self.ids));
            self.meet(changed);
        }
        let slot = self.slots() as u32;
        self.words.add(arrival.stems(), |stem| thesaurus.number(stem));
        self.vectors.push(arrival.row.as_ref());
        self.ids.add(arrival.entry.id.as_str());
        let length = arrival.length();
        let entry = arrival.entry;
        let speaker = self.speakers.number(&entry.speaker);
        self.spoken.resize(self.speakers.known.len(), 0);
        self.spoken[speaker as usize] += 1;
        let mut marks = Marks::LIVE;
        if entry.hidden {
            marks = marks.with(Marks::HIDDEN);
        }
        if entry.speaker == Speaker::Companion {
            marks = marks.with(Marks::COMPANION);
        }
        let near = [NOBODY; size_of::<Near>() / size_of::<u32>()];
        grow::push(&mut self.marks, marks.among(slot, &near));
        self.near.push(near);
        grow::push(&mut self.lengths, at_most_a_byte(length));
        grow::push(&mut self.windows, at_most_a_byte(length));
        grow::push(&mut self.by, at_most_a_byte(speaker));
        if length >= u32::from(LONG) {
            self.long.insert(slot, length);
        }
        self.note_time(entry.occurred_at);
        let card = Card {
            importance: entry.importance,
            order: place.map_or(0, |(_, order)| order),
            group: place.map_or(NOBODY, |(group, _)| group),
            tags: entry.tags.iter().map(|tag| self.labels.number(tag)).collect(),
            reinforced: entry.reinforced,
            speaker,
            emotion: entry.emotion.as_ref().map(|emotion| self.labels.number(emotion)),
            kind: entry.kind,
            category: entry.category,
        };
        self.tag_bytes += size_of_val(&*card.tags);
        self.cards.push(card);
        self.total_length += u64::from(length);
        self.total_window += u64::from(length);
        let changed = match (place, taken_over) {
            (Some((group, _)), Some(old)) => self.places.replace(group, old, slot, key(&self.cards, &self.ids)),
            (Some((group, _)), None) => self.places.insert(group, slot, key(&self.cards, &self.ids)),
            (None, _) => Vec::new(),
        };
        self.meet(changed);
    }

    fn note_time(&mut self, at: Timestamp) {
        match self.stretches.last_mut() {
            Some((first, last)) if !self.at.len().is_multiple_of(STRETCH) => {
                *first = at.min(*first);
                *last = at.max(*last);
            }
            _ => grow::push(&mut self.stretches, (at, at)),
        }
        self.at.push(at);
    }

    /// The slot is dead from now on. Gives the place that it stood in, where it stands until somebody takes it out.
    fn die(&mut self, slot: u32) -> Option<(Place, u32)> {
        let n = slot as usize;
        self.marks[n] = self.marks[n].without(Marks::LIVE);
        self.total_length -= u64::from(self.length(slot));
        self.total_window -= u64::from(self.window(slot));
        let card = &self.cards[n];
        self.spoken[card.speaker as usize] -= 1;
        card.place().map(|place| (place, slot))
    }

    /// Takes in who stands next to whom now.
    fn meet(&mut self, changed: Changed) {
        for (slot, near) in changed {
            self.total_window -= u64::from(self.window(slot));
            self.near[slot as usize] = near;
            self.marks[slot as usize] = self.marks[slot as usize].among(slot, &near);
            let window = self.sum_around(slot);
            self.windows[slot as usize] = at_most_a_byte(window);
            self.total_window += u64::from(window);
        }
    }

    /// Terms.
    #[inline]
    pub(crate) fn length(&self, slot: u32) -> u32 {
        match self.lengths[slot as usize] {
            LONG => self.long.get(&slot).copied().unwrap_or(u32::from(LONG)),
            length => u32::from(length),
        }
    }

    /// Terms with those of its neighbours.
    #[inline]
    pub(crate) fn window(&self, slot: u32) -> u32 {
        match self.windows[slot as usize] {
            LONG => self.sum_around(slot),
            window => u32::from(window),
        }
    }

    /// Who said it.
    pub(crate) fn speaker(&self, slot: u32) -> u32 {
        match self.by[slot as usize] {
            LONG => self.cards[slot as usize].speaker,
            speaker => u32::from(speaker),
        }
    }

    fn sum_around(&self, slot: u32) -> u32 {
        let others = self.near[slot as usize].iter().filter(|n| **n != NOBODY).map(|n| self.length(*n));
        self.length(slot) + others.sum::<u32>()
    }

    /// There are so many dead slots that it is time for [`Person::compacted`].
    pub(crate) fn is_full_of_dead(&self) -> bool {
        let dead = self.slots() - self.entries();
        dead > FEW_DEAD && dead * 3 > self.slots()
    }

    /// The same without the dead slots.
    pub(crate) fn compacted(&self) -> Self {
        let kept: Vec<u32> = (0..self.slots() as u32).filter(|slot| self.marks[*slot as usize].live()).collect();
        let mut renumbered = vec![GONE; self.slots()];
        for (new, old) in kept.iter().enumerate() {
            renumbered[*old as usize] = new as u32;
        }
        let of = |slot: &u32| *slot as usize;
        let mut new = Self {
            marks: kept.iter().map(|slot| self.marks[of(slot)]).collect(),
            near: kept.iter().map(|slot| self.near[of(slot)]).collect(),
            lengths: kept.iter().map(|slot| self.lengths[of(slot)]).collect(),
            windows: kept.iter().map(|slot| self.windows[of(slot)]).collect(),
            by: kept.iter().map(|slot| self.by[of(slot)]).collect(),
            long: kept.iter().filter_map(|slot| Some((renumbered[of(slot)], *self.long.get(slot)?))).collect(),
            cards: kept.iter().map(|slot| self.cards[of(slot)].clone()).collect(),
            vectors: self.vectors.kept(&kept),
            words: self.words.kept(&renumbered),
            places: self.places.kept(&renumbered),
            speakers: self.speakers.clone(),
            spoken: self.spoken.clone(),
            labels: self.labels.clone(),
            tag_bytes: kept.iter().map(|slot| size_of_val(&*self.cards[of(slot)].tags)).sum(),
            total_length: self.total_length,
            total_window: self.total_window,
            upto: self.upto,
            state: STATES.fetch_add(1, Ordering::Relaxed),
            ..Self::default()
        };
        for near in new.near.iter_mut().flatten().filter(|near| **near != NOBODY) {
            *near = renumbered[*near as usize];
        }
        for (slot, near) in (0..).zip(new.near.iter()) {
            new.marks[slot as usize] = new.marks[slot as usize].among(slot, near);
        }
        new.ids.reserve(kept.len());
        for slot in kept {
            new.note_time(self.at[slot as usize]);
            new.ids.add(self.ids.get(slot));
        }
        new
    }

    /// The slots of a stretch.
    pub(crate) fn stretch(&self, number: usize) -> Range<usize> {
        number * STRETCH..((number + 1) * STRETCH).min(self.slots())
    }
}

/// By what slots of a group are ordered. Those of one order are ordered by their ids, so that coming first means nothing.
fn key<'a>(cards: &'a Column<Card>, ids: &'a Strings) -> impl Fn(u32) -> (u64, &'a [u8]) {
    |slot| (cards[slot as usize].order, ids.bytes_of(slot))
}

/// What is so long or longer does not fit into a byte.
const LONG: u8 = u8::MAX;

/// A length, at most [`LONG`].
pub(crate) fn at_most_a_byte(length: u32) -> u8 {
    length.min(u32::from(LONG)) as u8
}

/// Names told by number, because few names stand in many slots.
#[derive(Clone, Debug)]
pub(crate) struct Names<T> {
    known: Vec<T>,
    numbers: HashMap<T, u32>,
    name_bytes: usize,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { known: Vec::new(), numbers: HashMap::new(), name_bytes: 0 }
    }
}

/// Something that has a name.
pub(crate) trait Named: Clone + Eq + std::hash::Hash {
    /// How long the name is in bytes.
    fn length(&self) -> usize;
}

impl Named for String {
    fn length(&self) -> usize {
        self.len()
    }
}

impl Named for Speaker {
    fn length(&self) -> usize {
        match self {
            Self::Other(name) | Self::Document(name) => name.len(),
            Self::User | Self::Companion => 0,
        }
    }
}

impl<T: Named> Names<T> {
    /// The number of a name, new or known.
    fn number(&mut self, name: &T) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.known.len() as u32;
        grow::push(&mut self.known, name.clone());
        self.numbers.insert(name.clone(), number);
        // Each name is there twice.
        self.name_bytes += 2 * name.length();
        number
    }

    /// The number of a name, if it is known.
    pub(crate) fn find(&self, name: &T) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Bytes held.
    fn bytes(&self) -> usize {
        self.name_bytes + grow::bytes(&self.known) + map_bytes(&self.numbers)
    }
}

/// What a map holds: places of which an eighth stays free, each with a byte.
pub(crate) fn map_bytes<K, V>(map: &HashMap<K, V>) -> usize {
    map.capacity() * 8 / 7 * (size_of::<(K, V)>() + 1)
}
