//! The inverted index: which slots hold which stems.

use std::collections::HashMap;

/// A stem in a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(crate) slot: u32,
    pub(crate) times: u32,
}

/// The postings of every stem, each sorted by slot because slots are only ever added at the end. Postings of
/// removed slots stay until the next [`Words::keep`]; readers skip them.
#[derive(Debug, Default)]
pub(crate) struct Words {
    stems: HashMap<Box<str>, u32>,
    postings: Vec<Vec<Posting>>,
    /// The number of each stem in the thesaurus.
    kin: Vec<Option<u32>>,
    stem_bytes: usize,
    count: usize,
}

impl Words {
    /// Notes that the newest slot holds `stem`, once more. `kin` tells the number of a new stem in the thesaurus.
    pub(crate) fn add(&mut self, stem: &str, slot: u32, kin: impl FnOnce(&str) -> Option<u32>) {
        let at = match self.stems.get(stem) {
            Some(at) => *at as usize,
            None => {
                let at = self.postings.len();
                self.stems.insert(stem.into(), at as u32);
                self.postings.push(Vec::new());
                self.kin.push(kin(stem));
                self.stem_bytes += stem.len();
                at
            }
        };
        let postings = &mut self.postings[at];
        match postings.last_mut() {
            Some(last) if last.slot == slot => last.times += 1,
            _ => {
                postings.push(Posting { slot, times: 1 });
                self.count += 1;
            }
        }
    }

    /// Where a stem stands, sorted by slot.
    pub(crate) fn postings(&self, stem: &str) -> &[Posting] {
        self.stems.get(stem).map_or(&[], |at| &self.postings[*at as usize])
    }

    /// The postings of every stem that stands in the thesaurus, with its number there.
    pub(crate) fn with_kin(&self) -> impl Iterator<Item = (u32, &[Posting])> {
        self.kin.iter().zip(&self.postings).filter_map(|(kin, postings)| Some(((*kin)?, postings.as_slice())))
    }

    /// Renumbers the slots: `renumbered[old]` is the new one, none where it is gone. The order must stay.
    pub(crate) fn keep(&mut self, renumbered: &[Option<u32>]) {
        let old = std::mem::take(self);
        let mut postings = old.postings;
        for (stem, at) in old.stems {
            let kept: Vec<Posting> = std::mem::take(&mut postings[at as usize])
                .into_iter()
                .filter_map(|posting| renumbered[posting.slot as usize].map(|slot| Posting { slot, ..posting }))
                .collect();
            if !kept.is_empty() {
                self.stem_bytes += stem.len();
                self.count += kept.len();
                self.stems.insert(stem, self.postings.len() as u32);
                self.postings.push(kept);
                self.kin.push(old.kin[at as usize]);
            }
        }
    }

    /// About: vectors grow by doubling, so a third of their room is free on average.
    pub(crate) fn bytes(&self) -> usize {
        let stems =
            self.stems.len() * (size_of::<Box<str>>() + size_of::<u32>() + size_of::<Vec<Posting>>() + 24) * 3 / 2;
        stems + self.stem_bytes + self.count * size_of::<Posting>() * 3 / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_count_and_are_renumbered() {
        let mut words = Words::default();
        for (stem, slot) in [("dog", 0), ("dog", 0), ("cat", 1), ("dog", 2)] {
            words.add(stem, slot, |_| None);
        }
        let seen =
            |words: &Words, stem: &str| words.postings(stem).iter().map(|p| (p.slot, p.times)).collect::<Vec<_>>();
        assert_eq!(seen(&words, "dog"), [(0, 2), (2, 1)]);
        words.keep(&[Some(0), None, Some(1)]);
        assert_eq!((seen(&words, "dog"), seen(&words, "cat")), (vec![(0, 2), (1, 1)], vec![]));
    }
}
