//! The best few of many, ties by id, without keeping the many.

use crate::strings::Strings;

/// Keeps the best. Asked for its floor first, most of what is not among them costs one comparison.
pub(crate) struct Best<'a> {
    most: usize,
    kept: Vec<(f64, u32)>,
    /// The worst of the best so far, once there are enough.
    worst: Option<(f64, u32)>,
    ids: &'a Strings,
}

impl<'a> Best<'a> {
    /// Room for the best `most`, which is above 0.
    pub(crate) fn new(most: usize, ids: &'a Strings) -> Self {
        Self { most, kept: Vec::with_capacity(2 * most), worst: None, ids }
    }

    /// What is below it need not be offered.
    pub(crate) fn floor(&self) -> f64 {
        self.worst.map_or(f64::NEG_INFINITY, |(score, _)| score)
    }

    /// Takes in a score of a slot, if it is among the best so far.
    pub(crate) fn offer(&mut self, score: f64, slot: u32) {
        if let Some((least, worst)) = self.worst
            && (score < least || (score == least && self.ids.bytes_of(slot) > self.ids.bytes_of(worst)))
        {
            return;
        }
        self.kept.push((score, slot));
        if self.kept.len() == 2 * self.most {
            self.cut();
        }
    }

    /// Finds the floor now, if there are enough.
    pub(crate) fn settle(&mut self) {
        if self.kept.len() >= self.most {
            self.cut();
        }
    }

    /// The slots of the best, in no order.
    pub(crate) fn slots(mut self) -> impl Iterator<Item = u32> {
        if self.kept.len() > self.most {
            self.cut();
        }
        self.kept.into_iter().map(|(_, slot)| slot)
    }

    /// Leaves the best. Ids are far away in memory, so only those are asked for that decide.
    fn cut(&mut self) {
        let Self { most, kept, ids, .. } = self;
        let (_, &mut (worst, _), _) = kept.select_nth_unstable_by(*most - 1, |a, b| b.0.total_cmp(&a.0));
        let mut ties: Vec<u32> = kept.iter().filter(|(score, _)| *score == worst).map(|(_, slot)| *slot).collect();
        kept.retain(|(score, _)| *score > worst);
        let room = *most - kept.len();
        let (_, &mut last, _) = ties.select_nth_unstable_by(room - 1, |a, b| ids.bytes_of(*a).cmp(ids.bytes_of(*b)));
        kept.extend(ties.iter().take(room).map(|slot| (worst, *slot)));
        self.worst = Some((worst, last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_are_those_of_a_sort(scores in proptest::collection::vec(0..20_u8, 0..300), most in 1..20_usize) {
            let mut ids = Strings::default();
            for slot in 0..scores.len() {
                ids.add(&format!("{}", (slot * 7919) % 1009));
            }
            let mut best = Best::new(most, &ids);
            for (slot, score) in scores.iter().enumerate() {
                if f64::from(*score) >= best.floor() {
                    best.offer(f64::from(*score), slot as u32);
                }
                if slot % 16 == 0 {
                    best.settle();
                }
            }
            let mut found: Vec<u32> = best.slots().collect();
            found.sort_unstable();
            let mut expected: Vec<u32> = (0..scores.len() as u32).collect();
            expected.sort_by(|a, b| scores[*b as usize].cmp(&scores[*a as usize]).then(ids.get(*a).cmp(ids.get(*b))));
            expected.truncate(most);
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
