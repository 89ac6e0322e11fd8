//! What a search has read is not read again by the next one, if that goes on from there: the second round of a recall
//! asks the same person, with the same vectors and more words.

use crate::vectors::Probe;
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
    /// The slots whose vectors were nearest to the probe, of those that the filter let pass.
    nearest: Vec<u32>,
}

/// How much of what the last search has read is still right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// The rows of so many words.
    pub(crate) rows: usize,
    /// The sums, to which the other words are to be added.
    pub(crate) sums: bool,
    /// The nearest.
    pub(crate) nearest: bool,
}

impl Last {
    /// Takes note of a search, and tells what is known already.
    pub(crate) fn go_on(
        &mut self,
        state: u64,
        query: &Query,
        filter: &Filter,
        judged: bool,
        probe: Option<&Probe>,
    ) -> Known {
        let stems = query.terms.iter().map(|term| &term.stem);
        let same_state = self.state == state;
        let same = same_state && self.filter == *filter;
        let rows =
            if same_state { self.stems.iter().zip(stems.clone()).take_while(|(a, b)| a == b).count() } else { 0 };
        let sums = same && self.judged == judged && rows > 0 && rows == self.stems.len();
        let nearest = same && self.probe.as_ref() == probe;
        self.state = state;
        self.judged = judged;
        self.stems.truncate(rows);
        self.stems.extend(stems.skip(rows).cloned());
        if !same {
            self.filter = filter.clone();
        }
        if !nearest {
            self.probe = probe.cloned();
            self.nearest.clear();
        }
        Known { rows, sums, nearest }
    }

    /// The words of this search were not kept.
    pub(crate) fn forget_words(&mut self) {
        self.stems.clear();
    }

    /// The slots whose vectors are nearest to the probe.
    pub(crate) fn nearest(&mut self) -> &mut Vec<u32> {
        &mut self.nearest
    }
}
