//! All that is indexed of one person.

use crate::places::{Changed, NOBODY, Near, Places};
use crate::scan::Vectors;
use crate::thesaurus::Thesaurus;
use crate::words::Words;
use jiff::Timestamp;
use philia_mind::MemoryId;
use philia_mind::memory::{Category, MemoryKind, Speaker};
use philia_mind::text::Analyzer;
use philia_ports::IndexError;
use philia_ports::index::Entry;
use std::collections::HashMap;
use std::sync::Arc;

/// Removed slots that are borne before everything is renumbered without them.
const FEW_DEAD: usize = 64;

/// The index of one person: entries in slots, which are only added at the end. A removed entry leaves a dead slot
/// until there are many.
#[derive(Debug, Default)]
pub(crate) struct Person {
    pub(crate) slots: Vec<Slot>,
    pub(crate) vectors: Vectors,
    pub(crate) words: Words,
    places: Places,
    by_id: HashMap<Arc<str>, u32>,
    pub(crate) speakers: Names<Speaker>,
    pub(crate) labels: Names<String>,
    /// The terms of all live entries together.
    pub(crate) total_length: u64,
    /// The terms of all live entries' neighbourhoods together.
    pub(crate) total_window: u64,
    id_bytes: usize,
    upto: u64,
}

/// What is kept of an entry besides its words and its vector. Its text is not.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) id: Arc<str>,
    pub(crate) occurred_at: Timestamp,
    pub(crate) importance: f64,
    pub(crate) reinforced: u32,
    pub(crate) speaker: u32,
    pub(crate) emotion: Option<u32>,
    pub(crate) tags: Box<[u32]>,
    pub(crate) kind: MemoryKind,
    pub(crate) category: Category,
    pub(crate) hidden: bool,
    pub(crate) live: bool,
    place: Option<(u32, u64)>,
    /// Terms.
    pub(crate) length: u32,
    /// Terms with those of its neighbours.
    pub(crate) window: u32,
    pub(crate) near: Near,
}

impl Person {
    pub(crate) fn upto(&self) -> u64 {
        self.upto
    }

    pub(crate) fn entries(&self) -> usize {
        self.by_id.len()
    }

    /// The names of others whose words are held, sorted.
    pub(crate) fn speakers(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .speakers
            .known
            .iter()
            .enumerate()
            .filter(|(at, _)| self.slots.iter().any(|slot| slot.live && slot.speaker as usize == *at))
            .filter_map(|(_, speaker)| match speaker {
                Speaker::Other(name) => Some(name.clone()),
                Speaker::User | Speaker::Companion | Speaker::Document(_) => None,
            })
            .collect();
        names.sort();
        names
    }

    /// Bytes held, about.
    pub(crate) fn bytes(&self) -> usize {
        let ids = self.id_bytes + self.by_id.len() * (size_of::<Arc<str>>() + size_of::<u32>() + 16) * 3 / 2;
        self.slots.capacity() * size_of::<Slot>()
            + self.vectors.bytes()
            + self.words.bytes()
            + self.places.bytes()
            + ids
    }

    /// Removals first, then entries. Nothing is changed if a vector does not fit.
    pub(crate) fn apply(
        &mut self,
        analyzer: &Analyzer,
        thesaurus: &Thesaurus,
        upserts: Vec<Entry>,
        removals: &[MemoryId],
        upto: u64,
    ) -> Result<(), IndexError> {
        let mut expected = None;
        for vector in upserts.iter().filter_map(|entry| entry.vector.as_deref()) {
            self.vectors.check(vector)?;
            let expected = *expected.get_or_insert(vector.len());
            if expected != vector.len() {
                return Err(IndexError::Dimensions { expected, found: vector.len() });
            }
        }
        for id in removals {
            self.remove(id.as_str());
        }
        if self.slots.is_empty() {
            // Loaded whole: exactly the room that is needed.
            self.slots.reserve_exact(upserts.len());
            self.vectors.reserve_exact(upserts.len(), expected.unwrap_or(0));
        }
        for entry in upserts {
            self.remove(entry.id.as_str());
            self.insert(analyzer, thesaurus, entry);
        }
        let dead = self.slots.len() - self.entries();
        if dead > FEW_DEAD && dead * 3 > self.slots.len() {
            self.drop_dead();
        }
        self.upto = upto;
        Ok(())
    }

    fn insert(&mut self, analyzer: &Analyzer, thesaurus: &Thesaurus, entry: Entry) {
        let number = self.slots.len() as u32;
        let mut length = 0;
        analyzer.each(&entry.text, |term| {
            if !term.stop {
                self.words.add(term.stem, number, |stem| thesaurus.number(stem));
                length += u32::from(!term.is_mark());
            }
        });
        self.vectors.push(entry.vector.as_deref());
        let id: Arc<str> = entry.id.as_str().into();
        let place = entry.place.as_ref().map(|place| (self.labels.number(&place.group), place.order));
        self.slots.push(Slot {
            id: id.clone(),
            occurred_at: entry.occurred_at,
            importance: entry.importance,
            reinforced: entry.reinforced,
            speaker: self.speakers.number(&entry.speaker),
            emotion: entry.emotion.as_ref().map(|emotion| self.labels.number(emotion)),
            tags: entry.tags.iter().map(|tag| self.labels.number(tag)).collect(),
            kind: entry.kind,
            category: entry.category,
            hidden: entry.hidden,
            live: true,
            place,
            length,
            window: length,
            near: [NOBODY; size_of::<Near>() / size_of::<u32>()],
        });
        self.total_length += u64::from(length);
        self.total_window += u64::from(length);
        self.id_bytes += id.len() + 2 * size_of::<usize>();
        self.by_id.insert(id.clone(), number);
        if let Some(place) = entry.place {
            let changed = self.places.insert(&place.group, place.order, id, number);
            self.meet(changed);
        }
    }

    fn remove(&mut self, id: &str) {
        let Some(number) = self.by_id.remove(id) else { return };
        let slot = &mut self.slots[number as usize];
        slot.live = false;
        self.total_length -= u64::from(slot.length);
        self.total_window -= u64::from(slot.window);
        self.id_bytes -= slot.id.len() + 2 * size_of::<usize>();
        if let Some((group, order)) = slot.place {
            let changed = self.places.remove(&self.labels.known[group as usize], order, id);
            self.meet(changed);
        }
    }

    /// Takes in who stands next to whom now.
    fn meet(&mut self, changed: Changed) {
        for (number, near) in changed {
            let others: u32 = near.iter().filter(|n| **n != NOBODY).map(|n| self.slots[*n as usize].length).sum();
            let slot = &mut self.slots[number as usize];
            self.total_window -= u64::from(slot.window);
            slot.near = near;
            slot.window = slot.length + others;
            self.total_window += u64::from(slot.window);
        }
    }

    /// Renumbers the slots without the dead ones.
    fn drop_dead(&mut self) {
        let kept: Vec<u32> = (0..self.slots.len() as u32).filter(|n| self.slots[*n as usize].live).collect();
        let mut renumbered = vec![None; self.slots.len()];
        for (new, old) in kept.iter().enumerate() {
            renumbered[*old as usize] = Some(new as u32);
        }
        self.slots.retain(|slot| slot.live);
        self.slots.shrink_to_fit();
        for near in self.slots.iter_mut().flat_map(|slot| &mut slot.near).filter(|near| **near != NOBODY) {
            *near = renumbered[*near as usize].unwrap_or(NOBODY);
        }
        self.vectors.keep(&kept);
        self.words.keep(&renumbered);
        self.places.renumber(&renumbered);
        for number in self.by_id.values_mut() {
            if let Some(new) = renumbered[*number as usize] {
                *number = new;
            }
        }
    }
}

/// Names told by number, because few names stand in many slots.
#[derive(Debug)]
pub(crate) struct Names<T> {
    pub(crate) known: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { known: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Names<T> {
    /// The number of a name, new or known.
    fn number(&mut self, name: &T) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.known.len() as u32;
        self.known.push(name.clone());
        self.numbers.insert(name.clone(), number);
        number
    }

    /// The number of a name, if it is known.
    pub(crate) fn find(&self, name: &T) -> Option<u32> {
        self.numbers.get(name).copied()
    }
}
