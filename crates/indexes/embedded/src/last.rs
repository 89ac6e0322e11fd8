//! What a search has read is not read again by the next one, if that goes on from there: the second round of a recall
//! asks the same person, with the same vectors and more words.

use crate::tops::Tops;
use crate::vectors::{NONE, Probe};
use philia_mind::memory::recall::Term;
use philia_ports::index::{Filter, Query};

/// The search that a scratch was last used for.
#[derive(Debug, Default)]
pub(crate) struct Last {
    /// What the person was like ([`crate::person::Person::state`]).
    state: u64,
    filter: Filter,
    stems: Vec<String>,
    /// Some word had a vector.
    judged: bool,
    probe: Option<Probe>,
    cosines: Cosines,
}

/// How near every slot's vector is to the probe.
#[derive(Debug, Default)]
pub(crate) struct Cosines {
    /// Slot by slot, as [`crate::vectors::Vectors::scan`] gives them.
    pub(crate) all: Vec<f32>,
    pub(crate) tops: Tops<f32>,
    /// The slots that are nearest, of those that the filter lets pass.
    pub(crate) nearest: Vec<u32>,
}

impl Cosines {
    /// The cosine of a slot; none without a vector.
    pub(crate) fn of(&self, slot: u32) -> Option<f32> {
        Some(self.all[slot as usize]).filter(|cosine| *cosine > NONE)
    }
}

/// How much of what the last search has read is still right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// The rows of so many words.
    pub(crate) rows: usize,
    /// The sums, to which the other words are to be added.
    pub(crate) sums: bool,
    /// The cosines.
    pub(crate) cosines: bool,
}

impl Last {
    /// Of how many words, the first ones of a query, the rows are known.
    pub(crate) fn words(&self, state: u64, query: &Query) -> usize {
        let same = |(stem, term): &(&String, &Term)| **stem == term.stem;
        if self.state == state { self.stems.iter().zip(&query.terms).take_while(same).count() } else { 0 }
    }

    /// Takes note of a search, and tells what is known already.
    pub(crate) fn go_on(
        &mut self,
        state: u64,
        query: &Query,
        filter: &Filter,
        judged: bool,
        probe: Option<&Probe>,
    ) -> Known {
        let same = self.state == state && self.filter == *filter;
        let rows = self.words(state, query);
        let sums = same && self.judged == judged && rows > 0 && rows == self.stems.len();
        let cosines = same && self.probe.as_ref() == probe;
        self.state = state;
        self.judged = judged;
        self.stems.truncate(rows);
        self.stems.extend(query.terms.iter().skip(rows).map(|term| term.stem.clone()));
        if !same {
            self.filter = filter.clone();
        }
        if !cosines {
            self.probe = probe.cloned();
            self.cosines.nearest.clear();
        }
        Known { rows, sums, cosines }
    }

    /// The words of this search were not kept.
    pub(crate) fn forget_words(&mut self) {
        self.stems.clear();
    }

    /// The cosines of this search.
    pub(crate) fn cosines(&mut self) -> &mut Cosines {
        &mut self.cosines
    }
}
