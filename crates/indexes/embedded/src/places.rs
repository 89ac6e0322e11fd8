//! Who stands next to whom: within a group, in order, two on each side are neighbours.

use crate::grow;
use crate::person::map_bytes;
use std::collections::{BTreeMap, HashMap};

/// How far a neighbourhood reaches on each side.
pub(crate) const REACH: usize = 2;

/// No neighbour.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The neighbours of a slot, itself not among them.
pub(crate) type Near = [u32; 2 * REACH];

/// Where a slot stands: the number of the group, and the order within.
pub(crate) type Place = (u32, u64);

/// All groups of a person's. Whoever asks tells by what key the slots of a group are ordered: no two have the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    groups: HashMap<u32, Vec<u32>>,
    /// Bytes of all groups' slots.
    slot_bytes: usize,
}

/// Slots whose neighbours have changed, each with its neighbours.
pub(crate) type Changed = Vec<(u32, Near)>;

impl Places {
    /// Puts a slot into its place in a group.
    pub(crate) fn insert<K: Ord>(&mut self, group: u32, slot: u32, key: impl Fn(u32) -> K) -> Changed {
        let slots = self.groups.entry(group).or_default();
        let at = position(slots, &key(slot), &key);
        self.slot_bytes -= grow::bytes(slots);
        grow::room(slots, 1);
        self.slot_bytes += grow::bytes(slots);
        slots.insert(at, slot);
        around(slots, at)
    }

    /// Gives the place of one slot of a group to another of the same id.
    pub(crate) fn replace<K: Ord>(&mut self, group: u32, old: u32, new: u32, key: impl Fn(u32) -> K) -> Changed {
        let Some(slots) = self.groups.get_mut(&group) else { return Vec::new() };
        let at = position(slots, &key(old), &key);
        match slots.get_mut(at).filter(|slot| **slot == old) {
            Some(slot) => *slot = new,
            None => return Vec::new(),
        }
        around(slots, at)
    }

    /// Takes slots out of their places, all at once: however many of a long group go, it is walked once.
    pub(crate) fn remove<K: Ord>(&mut self, gone: &[(Place, u32)], key: impl Fn(u32) -> K) -> Changed {
        let mut by_group: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for ((group, _), slot) in gone {
            by_group.entry(*group).or_default().push(*slot);
        }
        let mut changed = Vec::new();
        for (group, gone) in by_group {
            let Some(slots) = self.groups.get_mut(&group) else { continue };
            let mut holes: Vec<usize> = gone
                .iter()
                .map(|slot| (position(slots, &key(*slot), &key), slot))
                .filter(|(at, slot)| slots.get(*at) == Some(*slot))
                .map(|(at, _)| at)
                .collect();
            holes.sort_unstable();
            if let Some(first) = holes.first().copied() {
                let mut left = holes.iter().copied().peekable();
                let mut at = first;
                let mut to = first;
                while at < slots.len() {
                    if left.next_if_eq(&at).is_none() {
                        slots[to] = slots[at];
                        to += 1;
                    }
                    at += 1;
                }
                slots.truncate(to);
            }
            if slots.is_empty() {
                self.slot_bytes -= grow::bytes(slots);
                self.groups.remove(&group);
                continue;
            }
            if slots.len() * 2 < slots.capacity() {
                self.slot_bytes -= grow::bytes(slots);
                slots.shrink_to_fit();
                self.slot_bytes += grow::bytes(slots);
            }
            for (before, hole) in holes.iter().enumerate() {
                // What stood behind the hole stands where the hole was, less the holes before it.
                changed.extend(around(slots, hole - before));
            }
        }
        changed
    }

    /// The same with the slots renumbered.
    pub(crate) fn kept(&self, renumbered: &[u32]) -> Self {
        let mut groups = self.groups.clone();
        for slot in groups.values_mut().flatten() {
            *slot = renumbered[*slot as usize];
        }
        let slot_bytes = groups.values().map(grow::bytes).sum();
        Self { groups, slot_bytes }
    }

    pub(crate) fn bytes(&self) -> usize {
        map_bytes(&self.groups) + self.slot_bytes
    }
}

/// Where what has that key stands or belongs.
fn position<K: Ord>(slots: &[u32], wanted: &K, key: impl Fn(u32) -> K) -> usize {
    // What is said last stands last.
    if slots.last().is_none_or(|last| key(*last) < *wanted) {
        return slots.len();
    }
    slots.partition_point(|slot| key(*slot) < *wanted)
}

/// The neighbours of everybody within reach of position `at`.
fn around(slots: &[u32], at: usize) -> Changed {
    let from = at.saturating_sub(REACH);
    let until = (at + REACH + 1).min(slots.len());
    (from..until)
        .map(|me| {
            let mut near = [NOBODY; 2 * REACH];
            let others = (me.saturating_sub(REACH)..(me + REACH + 1).min(slots.len())).filter(|other| *other != me);
            for (near, other) in near.iter_mut().zip(others) {
                *near = slots[other];
            }
            (slots[me], near)
        })
        .collect()
}
