//! Who stands next to whom: within a group, in order, two on each side are neighbours.

use crate::grow;
use crate::person::map_bytes;
use crate::strings::Strings;
use std::collections::{BTreeMap, HashMap};

/// How far a neighbourhood reaches on each side.
const REACH: usize = 2;

/// No neighbour.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The neighbours of a slot, itself not among them.
pub(crate) type Near = [u32; 2 * REACH];

/// Where a slot stands: the number of the group, and the order within.
pub(crate) type Place = (u32, u64);

/// A standing. Those of one order are ordered by their ids, so that coming first means nothing.
#[derive(Clone, Copy, Debug)]
struct Standing {
    order: u64,
    slot: u32,
}

/// All groups of a person's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    groups: HashMap<u32, Vec<Standing>>,
    /// Bytes of all standings.
    standing_bytes: usize,
}

/// Slots whose neighbours have changed, each with its neighbours.
pub(crate) type Changed = Vec<(u32, Near)>;

impl Places {
    /// Puts a slot into its place. `ids` tells the id of every slot that stands somewhere.
    pub(crate) fn insert(&mut self, (group, order): Place, slot: u32, ids: &Strings) -> Changed {
        let standings = self.groups.entry(group).or_default();
        let at = position(standings, order, ids.bytes_of(slot), ids);
        self.standing_bytes -= grow::bytes(standings);
        grow::room(standings, 1);
        self.standing_bytes += grow::bytes(standings);
        standings.insert(at, Standing { order, slot });
        around(standings, at)
    }

    /// Gives the place of one slot to another of the same id.
    pub(crate) fn replace(&mut self, (group, order): Place, old: u32, new: u32, ids: &Strings) -> Changed {
        let Some(standings) = self.groups.get_mut(&group) else { return Vec::new() };
        let at = position(standings, order, ids.bytes_of(old), ids);
        match standings.get_mut(at).filter(|standing| standing.slot == old) {
            Some(standing) => standing.slot = new,
            None => return Vec::new(),
        }
        around(standings, at)
    }

    /// Takes slots out of their places, all at once: however many of a long group go, it is walked once.
    pub(crate) fn remove(&mut self, gone: &[(Place, u32)], ids: &Strings) -> Changed {
        let mut by_group: BTreeMap<u32, Vec<(u64, u32)>> = BTreeMap::new();
        for ((group, order), slot) in gone {
            by_group.entry(*group).or_default().push((*order, *slot));
        }
        let mut changed = Vec::new();
        for (group, gone) in by_group {
            let Some(standings) = self.groups.get_mut(&group) else { continue };
            let mut holes: Vec<usize> = gone
                .iter()
                .map(|(order, slot)| (position(standings, *order, ids.bytes_of(*slot), ids), *slot))
                .filter(|(at, slot)| standings.get(*at).is_some_and(|standing| standing.slot == *slot))
                .map(|(at, _)| at)
                .collect();
            holes.sort_unstable();
            if let Some(first) = holes.first().copied() {
                let mut left = holes.iter().copied().peekable();
                let mut at = first;
                let mut to = first;
                while at < standings.len() {
                    if left.next_if_eq(&at).is_none() {
                        standings[to] = standings[at];
                        to += 1;
                    }
                    at += 1;
                }
                standings.truncate(to);
            }
            if standings.is_empty() {
                self.standing_bytes -= grow::bytes(standings);
                self.groups.remove(&group);
                continue;
            }
            if standings.len() * 2 < standings.capacity() {
                self.standing_bytes -= grow::bytes(standings);
                standings.shrink_to_fit();
                self.standing_bytes += grow::bytes(standings);
            }
            for (before, hole) in holes.iter().enumerate() {
                // What stood behind the hole stands where the hole was, less the holes before it.
                changed.extend(around(standings, hole - before));
            }
        }
        changed
    }

    /// The same with the slots renumbered.
    pub(crate) fn kept(&self, renumbered: &[u32]) -> Self {
        let mut groups = self.groups.clone();
        for standing in groups.values_mut().flatten() {
            standing.slot = renumbered[standing.slot as usize];
        }
        let standing_bytes = groups.values().map(grow::bytes).sum();
        Self { groups, standing_bytes }
    }

    pub(crate) fn bytes(&self) -> usize {
        map_bytes(&self.groups) + self.standing_bytes
    }
}

/// Where a standing of that order and id is or belongs.
fn position(standings: &[Standing], order: u64, id: &[u8], ids: &Strings) -> usize {
    let key = (order, id);
    // What is said last stands last.
    if standings.last().is_none_or(|last| (last.order, ids.bytes_of(last.slot)) < key) {
        return standings.len();
    }
    standings.partition_point(|standing| (standing.order, ids.bytes_of(standing.slot)) < key)
}

/// The neighbours of everybody within reach of position `at`.
fn around(standings: &[Standing], at: usize) -> Changed {
    let from = at.saturating_sub(REACH);
    let until = (at + REACH + 1).min(standings.len());
    (from..until)
        .map(|me| {
            let mut near = [NOBODY; 2 * REACH];
            let others = (me.saturating_sub(REACH)..(me + REACH + 1).min(standings.len())).filter(|other| *other != me);
            for (near, other) in near.iter_mut().zip(others) {
                *near = standings[other].slot;
            }
            (standings[me].slot, near)
        })
        .collect()
}
