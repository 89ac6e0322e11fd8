//! Changes, made ready before anybody has to wait for them: texts are read and vectors rounded while others search.

use crate::vectors::Row;
use philia_mind::MemoryId;
use philia_mind::text::Analyzer;
use philia_ports::IndexError;
use philia_ports::index::{Entry, dimensions_of};

/// What is taken in at once: removals first, then entries.
#[derive(Debug, Default)]
pub(crate) struct Changes<'a> {
    pub(crate) removals: &'a [MemoryId],
    pub(crate) arrivals: Vec<Arrival>,
    /// The length of every vector among them.
    pub(crate) dimensions: Option<usize>,
}

/// An entry, read. Its text is gone.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) entry: Entry,
    pub(crate) row: Option<Row>,
    /// Its stems one behind the other, as often as they stand there.
    stems: String,
    ends: Vec<usize>,
    /// How many of them are words.
    length: u32,
}

impl<'a> Changes<'a> {
    /// Reads the entries.
    ///
    /// # Errors
    /// [`IndexError::Dimensions`] if their vectors are of several lengths.
    pub(crate) fn new(analyzer: &Analyzer, upserts: Vec<Entry>, removals: &'a [MemoryId]) -> Result<Self, IndexError> {
        let dimensions = dimensions_of(&upserts)?;
        let arrivals = upserts.into_iter().map(|entry| Arrival::new(analyzer, entry)).collect();
        Ok(Self { removals, arrivals, dimensions })
    }
}

impl Arrival {
    fn new(analyzer: &Analyzer, mut entry: Entry) -> Self {
        let text = std::mem::take(&mut entry.text);
        let row = entry.vector.take().and_then(|vector| Row::of(&vector));
        let (mut stems, mut ends, mut length) = (String::with_capacity(text.len()), Vec::new(), 0);
        analyzer.each(&text, |term| {
            if !term.stop {
                stems.push_str(term.stem);
                ends.push(stems.len());
                length += u32::from(!term.is_mark());
            }
        });
        Self { entry, row, stems, ends, length }
    }

    /// How many terms it has.
    pub(crate) fn length(&self) -> u32 {
        self.length
    }

    /// Its stems in order, repeats included.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.stems[start..*end])
    }
}
