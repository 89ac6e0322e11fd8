//! The inverted index: which slots hold which stems.

use crate::column::Column;
use crate::grow::{self, Few};
use crate::strings::{Strings, table_bytes};
use hashbrown::HashTable;

/// Where a stem stands, sorted by slot because slots are only ever added at the end.
///
/// Most stems stand in so few slots that lists elsewhere would be larger than what is in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Postings {
    slots: Few<u32, 4>,
    /// Slots that hold it more than once, with how often: few, so a posting is four bytes.
    often: Few<(u32, u32), 2>,
}

/// The postings of every stem. Those of removed slots stay until the next [`Words::kept`]; readers skip them.
#[derive(Debug, Default)]
pub(crate) struct Words {
    stems: Strings,
    postings: Column<Postings>,
    /// (the number of a stem in the thesaurus, its number here).
    kin: HashTable<(u32, u32)>,
    /// Bytes of all postings.
    list_bytes: usize,
    /// How many slots have been added.
    slots: u32,
}

impl Postings {
    /// How many slots.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Every slot that holds it.
    pub(crate) fn slots(&self) -> &[u32] {
        &self.slots
    }

    /// Every slot that holds it, and how often.
    pub(crate) fn each(&self, mut found: impl FnMut(u32, u32)) {
        let mut slots = self.slots.as_slice();
        for &(often, times) in &self.often {
            let before = slots.partition_point(|slot| *slot < often);
            for &slot in &slots[..before] {
                found(slot, 1);
            }
            found(often, times);
            slots = &slots[before + 1..];
        }
        for &slot in slots {
            found(slot, 1);
        }
    }

    /// How often it stands in a slot that holds it.
    pub(crate) fn times(&self, slot: u32) -> u32 {
        let at = self.often.binary_search_by_key(&slot, |(often, _)| *often);
        at.map_or(1, |at| self.often[at].1)
    }

    /// How often it stands in a slot at most.
    pub(crate) fn most(&self) -> u32 {
        self.often.iter().map(|(_, times)| *times).max().unwrap_or(1)
    }

    fn bytes(&self) -> usize {
        grow::bytes_of_few(&self.slots) + grow::bytes_of_few(&self.often)
    }

    fn add(&mut self, slot: u32) {
        if self.slots.last() != Some(&slot) {
            grow::push_few(&mut self.slots, slot);
            return;
        }
        match self.often.last_mut() {
            Some((last, times)) if *last == slot => *times += 1,
            _ => grow::push_few(&mut self.often, (slot, 2)),
        }
    }

    fn kept(&self, renumbered: &[u32]) -> Self {
        let new = |slot: u32| Some(renumbered[slot as usize]).filter(|new| *new != GONE);
        let mut kept = Self {
            slots: self.slots.iter().filter_map(|slot| new(*slot)).collect(),
            often: self.often.iter().filter_map(|(slot, times)| Some((new(*slot)?, *times))).collect(),
        };
        kept.slots.shrink_to_fit();
        kept.often.shrink_to_fit();
        kept
    }
}

/// The new number of a slot that is gone.
pub(crate) const GONE: u32 = u32::MAX;

impl Words {
    /// Adds the next slot with the stems that stand in it. `kin` tells the number of a new stem in the thesaurus.
    pub(crate) fn add<'s>(&mut self, stems: impl Iterator<Item = &'s str>, kin: impl Fn(&str) -> Option<u32>) {
        let slot = self.slots;
        self.slots += 1;
        for stem in stems {
            let at = self.stems.find(stem).unwrap_or_else(|| {
                let at = self.stems.add(stem);
                self.postings.push(Postings::default());
                if let Some(kin) = kin(stem) {
                    self.kin.insert_unique(mixed(kin), (kin, at), |(kin, _)| mixed(*kin));
                }
                at
            });
            let postings = &mut self.postings[at as usize];
            self.list_bytes -= postings.bytes();
            postings.add(slot);
            self.list_bytes += postings.bytes();
        }
    }

    /// The number of a stem.
    pub(crate) fn find(&self, stem: &str) -> Option<u32> {
        self.stems.find(stem)
    }

    /// Where the number of a stem of the thesaurus may be told: its number there and its number here. About one in a hundred
    /// tells of another stem; nothing is read to find them, so whoever looks for many can read them all at once.
    pub(crate) fn places_of_kin(&self, kin: u32) -> impl Iterator<Item = &(u32, u32)> {
        self.kin.iter_hash(mixed(kin))
    }

    /// Where a stem stands.
    pub(crate) fn postings(&self, stem: u32) -> &Postings {
        &self.postings[stem as usize]
    }

    /// The same with the slots renumbered: `renumbered[old]` is the new one, or [`GONE`]. The order must stay.
    pub(crate) fn kept(&self, renumbered: &[u32]) -> Self {
        let mut kept = Self { slots: renumbered.iter().filter(|new| **new != GONE).count() as u32, ..Self::default() };
        let mut kin_of = vec![GONE; self.postings.len()];
        for (kin, at) in &self.kin {
            kin_of[*at as usize] = *kin;
        }
        for (old, (postings, kin)) in self.postings.iter().zip(kin_of).enumerate() {
            let postings = postings.kept(renumbered);
            if postings.len() == 0 {
                continue;
            }
            let at = kept.stems.add(self.stems.get(old as u32));
            kept.list_bytes += postings.bytes();
            kept.postings.push(postings);
            if kin != GONE {
                kept.kin.insert_unique(mixed(kin), (kin, at), |(kin, _)| mixed(*kin));
            }
        }
        kept
    }

    pub(crate) fn bytes(&self) -> usize {
        self.stems.bytes() + self.postings.bytes() + table_bytes(&self.kin) + self.list_bytes
    }
}

/// Spreads small numbers over all bits (the finaliser of SplitMix64, Steele et al. 2014).
fn mixed(number: u32) -> u64 {
    let mut x = u64::from(number).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(words: &Words, stem: &str) -> Vec<(u32, u32)> {
        let mut seen = Vec::new();
        if let Some(stem) = words.find(stem) {
            let postings = words.postings(stem);
            postings.each(|slot, times| {
                assert_eq!(postings.times(slot), times);
                seen.push((slot, times));
            });
            assert!(seen.iter().map(|(slot, _)| slot).eq(postings.slots()));
        }
        seen
    }

    fn find_kin(words: &Words, kin: u32) -> Option<u32> {
        words.places_of_kin(kin).find(|(number, _)| *number == kin).map(|(_, stem)| *stem)
    }

    #[test]
    fn postings_count_and_are_renumbered() {
        let mut words = Words::default();
        let kin = |stem: &str| (stem == "cat").then_some(7);
        for stems in [&["dog", "dog"][..], &["dog", "cat"], &["dog"], &["dog", "dog"], &[]] {
            words.add(stems.iter().copied(), kin);
        }
        assert_eq!(seen(&words, "dog"), [(0, 2), (1, 1), (2, 1), (3, 2)]);
        assert_eq!(words.postings(find_kin(&words, 7).unwrap()).slots(), [1]);
        assert_eq!(words.postings(words.find("dog").unwrap()).most(), 2);
        let kept = words.kept(&[0, GONE, 1, 2, 3]);
        assert_eq!((seen(&kept, "dog"), seen(&kept, "cat")), (vec![(0, 2), (1, 1), (2, 2)], vec![]));
        assert!(find_kin(&kept, 7).is_none());
        let kept = words.kept(&[GONE, 0, GONE, GONE, 1]);
        assert_eq!((seen(&kept, "dog"), find_kin(&kept, 7), kept.find("cat")), (vec![(0, 1)], Some(1), Some(1)));
    }
}
