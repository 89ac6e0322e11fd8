//! Who stands next to whom: within a group, in order, two on each side are neighbours.

use std::collections::HashMap;
use std::sync::Arc;

/// How far a neighbourhood reaches on each side.
const REACH: usize = 2;

/// No neighbour.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The neighbours of a slot, itself not among them.
pub(crate) type Near = [u32; 2 * REACH];

/// A standing: its order, its id (which decides between equals, so that coming first means nothing), its slot.
#[derive(Clone, Debug)]
struct Standing {
    order: u64,
    id: Arc<str>,
    slot: u32,
}

/// All groups of a person's.
#[derive(Debug, Default)]
pub(crate) struct Places {
    groups: HashMap<Arc<str>, Vec<Standing>>,
    count: usize,
    name_bytes: usize,
}

/// Slots whose neighbours have changed, each with its neighbours.
pub(crate) type Changed = Vec<(u32, Near)>;

impl Places {
    /// Puts a slot into its place.
    pub(crate) fn insert(&mut self, group: &str, order: u64, id: Arc<str>, slot: u32) -> Changed {
        if !self.groups.contains_key(group) {
            self.groups.insert(group.into(), Vec::new());
            self.name_bytes += group.len();
        }
        let Some(standings) = self.groups.get_mut(group) else { return Vec::new() };
        let at = standings.partition_point(|s| (s.order, &*s.id) < (order, &*id));
        standings.insert(at, Standing { order, id, slot });
        self.count += 1;
        around(standings, at)
    }

    /// Takes a slot out of its place.
    pub(crate) fn remove(&mut self, group: &str, order: u64, id: &str) -> Changed {
        let Some(standings) = self.groups.get_mut(group) else { return Vec::new() };
        let Ok(at) = standings.binary_search_by(|s| (s.order, &*s.id).cmp(&(order, id))) else { return Vec::new() };
        standings.remove(at);
        self.count -= 1;
        if standings.is_empty() {
            self.groups.remove(group);
            self.name_bytes -= group.len();
            return Vec::new();
        }
        around(standings, at)
    }

    /// Renumbers the slots.
    pub(crate) fn renumber(&mut self, renumbered: &[Option<u32>]) {
        for standing in self.groups.values_mut().flatten() {
            if let Some(slot) = renumbered[standing.slot as usize] {
                standing.slot = slot;
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.count * size_of::<Standing>() * 3 / 2 + self.groups.len() * 64 + self.name_bytes
    }
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
