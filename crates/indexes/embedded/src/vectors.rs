//! Vectors in a byte a number, scanned exactly.

use crate::grow;
use crate::simd::Kernel;
use philia_mind::memory::recall::Direction;
use philia_ports::IndexError;
use std::sync::Arc;

/// The vectors of all slots, row by row.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    /// The length of every vector; 0 before the first.
    dimensions: usize,
    /// [`ROWS`] rows in every block but the last. Full ones never move (see [`crate::column`]).
    blocks: Vec<Vec<i8>>,
    /// 1 / length of each row, so that a row times its scale has length 1; 0 where there is no vector.
    scales: Vec<f32>,
}

/// A vector as it is kept.
#[derive(Debug)]
pub(crate) struct Row {
    numbers: Vec<i8>,
    scale: f32,
}

/// A question's vector, finer than the rows it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probe {
    numbers: Vec<i16>,
    scale: f32,
}

/// 12 bits, so that sums of 8,000 products still fit; of longer vectors each number gets less.
const PROBE_MOST: usize = 2047;
const ROW_MOST: f32 = 127.0;

/// So many rows are in a block, and multiplied before their products are looked at.
const ROWS: usize = 64;

/// Stands for the cosine of what has no vector: below every other.
pub(crate) const NONE: f32 = f32::NEG_INFINITY;

impl Row {
    /// A vector rounded to bytes; none if it is all zeros or holds what is no number.
    pub(crate) fn of(vector: &[f32]) -> Option<Self> {
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        if most == 0.0 || !vector.iter().all(|x| x.is_finite()) {
            return None;
        }
        let numbers: Vec<i8> = vector.iter().map(|x| (x / most * ROW_MOST).round() as i8).collect();
        let length = numbers.iter().map(|x| f32::from(*x).powi(2)).sum::<f32>().sqrt();
        Some(Self { numbers, scale: 1.0 / length })
    }

    /// How many numbers.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }
}

impl Vectors {
    /// The length of every vector; 0 before the first.
    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Does a vector of this length fit?
    pub(crate) fn check(&self, found: usize) -> Result<(), IndexError> {
        match self.dimensions {
            expected if expected == 0 || expected == found => Ok(()),
            expected => Err(IndexError::Dimensions { expected, found }),
        }
    }

    /// Makes room for so many slots and no more.
    pub(crate) fn reserve_exact(&mut self, slots: usize) {
        self.scales.reserve_exact(slots);
    }

    /// Adds the row of the next slot. It must fit (see [`Vectors::check`]).
    pub(crate) fn push(&mut self, row: Option<&Row>) {
        if let (0, Some(row)) = (self.dimensions, row) {
            self.dimensions = row.len();
            (0..self.scales.len()).for_each(|slot| self.push_row(slot, None));
        }
        self.push_row(self.scales.len(), row.map(|row| &*row.numbers));
        grow::push(&mut self.scales, row.map_or(0.0, |row| row.scale));
    }

    /// Adds a row, if it is known how long rows are. The first block doubles until it is whole, because of many people
    /// little is known.
    fn push_row(&mut self, slot: usize, row: Option<&[i8]>) {
        if self.dimensions == 0 {
            return;
        }
        if slot.is_multiple_of(ROWS) {
            let room = if slot == 0 { 0 } else { ROWS * self.dimensions };
            grow::push(&mut self.blocks, Vec::with_capacity(room));
        }
        let Some(block) = self.blocks.last_mut() else { return };
        match row {
            Some(row) => block.extend_from_slice(row),
            None => block.resize(block.len() + self.dimensions, 0),
        }
    }

    /// Only these slots, in this order.
    pub(crate) fn kept(&self, slots: &[u32]) -> Self {
        let mut kept = Self { dimensions: self.dimensions, ..Self::default() };
        kept.reserve_exact(slots.len());
        for (new, &slot) in slots.iter().enumerate() {
            kept.push_row(new, Some(self.row(slot as usize)));
            kept.scales.push(self.scales[slot as usize]);
        }
        kept
    }

    /// The vector of a slot, of length 1.
    pub(crate) fn get(&self, slot: usize) -> Option<Vec<f32>> {
        let scale = self.scales[slot];
        (scale > 0.0).then(|| self.row(slot).iter().map(|x| f32::from(*x) * scale).collect())
    }

    /// The vectors of these slots, in one block.
    pub(crate) fn directions(&self, slots: &[u32]) -> Vec<Option<Direction>> {
        let mut block = Vec::with_capacity(slots.len() * self.dimensions);
        slots.iter().for_each(|slot| block.extend_from_slice(self.row(*slot as usize)));
        let block = Arc::new(block);
        let direction = |(at, slot): (usize, &u32)| {
            let scale = self.scales[*slot as usize];
            let at = at * self.dimensions..(at + 1) * self.dimensions;
            (scale > 0.0).then(|| Direction::of_bytes(Arc::clone(&block), at, scale))
        };
        slots.iter().enumerate().map(direction).collect()
    }

    /// The cosine of a slot's vector and the probe; none without a vector. What [`Vectors::scan`] must give.
    #[cfg(test)]
    pub(crate) fn cosine(&self, slot: usize, probe: &Probe) -> Option<f32> {
        let mut dot = [0];
        Kernel::best().dots(self.row(slot), &[], &probe.numbers, &mut dot);
        let scale = self.scales[slot];
        (scale > 0.0).then(|| cosine(dot[0], scale, probe.scale))
    }

    /// Compares the probe with every row: the cosine of each; [`NONE`] for whoever has no vector.
    pub(crate) fn scan(&self, probe: &Probe, cosines: &mut Vec<f32>) {
        cosines.clear();
        cosines.reserve(self.scales.len());
        let kernel = Kernel::best();
        let mut dots = [0; ROWS];
        for (number, (rows, scales)) in self.blocks.iter().zip(self.scales.chunks(ROWS)).enumerate() {
            let next = self.blocks.get(number + 1).map_or(&[][..], Vec::as_slice);
            kernel.dots(rows, next, &probe.numbers, &mut dots[..scales.len()]);
            cosines.extend(dots.iter().zip(scales).map(|(dot, scale)| {
                let cosine = cosine(*dot, *scale, probe.scale);
                if *scale > 0.0 { cosine } else { NONE }
            }));
        }
    }

    /// Compares every probe with every row, and tells whose cosine is above `floor`: which probe, which slot. Rows are
    /// read once for all probes.
    pub(crate) fn scan_all(&self, probes: &[Probe], floor: f32, mut found: impl FnMut(usize, u32, f32)) {
        let kernel = Kernel::best();
        let mut dots = [0; ROWS];
        for (from, (rows, scales)) in (0..).step_by(ROWS).zip(self.blocks.iter().zip(self.scales.chunks(ROWS))) {
            for (number, probe) in probes.iter().enumerate() {
                kernel.dots(rows, rows, &probe.numbers, &mut dots[..scales.len()]);
                for (at, (dot, scale)) in dots.iter().zip(scales).enumerate() {
                    let cosine = cosine(*dot, *scale, probe.scale);
                    if cosine > floor {
                        found(number, (from + at) as u32, cosine);
                    }
                }
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let last = self.blocks.last().map_or(0, grow::written);
        let full = self.blocks.len().saturating_sub(1) * ROWS * self.dimensions;
        grow::bytes(&self.blocks) + full + last + grow::bytes(&self.scales)
    }

    fn row(&self, slot: usize) -> &[i8] {
        let at = slot % ROWS * self.dimensions;
        self.blocks.get(slot / ROWS).map_or(&[], |block| &block[at..at + self.dimensions])
    }
}

fn cosine(dot: i32, row_scale: f32, probe_scale: f32) -> f32 {
    (dot as f32 * row_scale * probe_scale).clamp(-1.0, 1.0)
}

impl Probe {
    /// The mean direction of these vectors; none if there is none.
    pub(crate) fn mean(vectors: &[Option<Vec<f32>>], dimensions: usize) -> Result<Option<Self>, IndexError> {
        if dimensions == 0 {
            return Ok(None);
        }
        let mut sum = vec![0.0_f32; dimensions];
        for vector in vectors.iter().flatten() {
            if vector.len() != dimensions {
                return Err(IndexError::Dimensions { expected: dimensions, found: vector.len() });
            }
            for (sum, x) in sum.iter_mut().zip(vector) {
                *sum += x;
            }
        }
        let most = sum.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        if most == 0.0 || !sum.iter().all(|x| x.is_finite()) {
            return Ok(None);
        }
        let reach = PROBE_MOST.min(i32::MAX as usize / (128 * dimensions)).max(1) as f32;
        let numbers: Vec<i16> = sum.iter().map(|x| (x / most * reach).round() as i16).collect();
        let length = numbers.iter().map(|x| f32::from(*x).powi(2)).sum::<f32>().sqrt();
        Ok(Some(Self { numbers, scale: 1.0 / length }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(seed: u32) -> Vec<f32> {
        let raw: Vec<f32> = (0..256_u32).map(|i| ((i * 31 + seed * 17) % 101) as f32 / 50.0 - 1.0).collect();
        let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
        raw.iter().map(|x| x / length).collect()
    }

    fn push(vectors: &mut Vectors, vector: &[f32]) {
        vectors.push(Row::of(vector).as_ref());
    }

    #[test]
    fn cosines_are_those_of_the_vectors_themselves() {
        let mut vectors = Vectors::default();
        vectors.push(None);
        for seed in 1..20 {
            push(&mut vectors, &vector(seed));
        }
        let probe = Probe::mean(&[Some(vector(3))], 256).unwrap().unwrap();
        assert_eq!(vectors.cosine(0, &probe), None);
        for seed in 1..20_u32 {
            let exact: f32 = vector(seed).iter().zip(vector(3)).map(|(a, b)| a * b).sum();
            let found = vectors.cosine(seed as usize, &probe).unwrap();
            assert!((found - exact).abs() < 0.004, "{found} is not {exact}");
        }
        let back = vectors.get(3).unwrap();
        assert_eq!(vectors.directions(&[0, 3]), [None, Some(back.clone().into())]);
        assert!((back.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_scan_tells_the_same_cosines_and_passes_over_what_has_none() {
        let mut vectors = Vectors::default();
        for seed in 0..1000 {
            if seed % 7 == 0 { vectors.push(None) } else { push(&mut vectors, &vector(seed)) }
        }
        let probe = Probe::mean(&[Some(vector(3))], 256).unwrap().unwrap();
        let mut told = vec![7.0; 3];
        vectors.scan(&probe, &mut told);
        assert_eq!(told.len(), 1000);
        for (slot, told) in told.into_iter().enumerate() {
            assert_eq!((told > NONE).then_some(told), vectors.cosine(slot, &probe));
        }
        let other = Probe::mean(&[Some(vector(5))], 256).unwrap().unwrap();
        let mut all = Vec::new();
        vectors.scan_all(&[other, probe], 0.5, |number, slot, cosine| all.push((number, slot, cosine)));
        let probe = Probe::mean(&[Some(vector(3))], 256).unwrap().unwrap();
        let of_second = all.iter().filter(|(number, ..)| *number == 1).map(|(_, slot, cosine)| (*slot, *cosine));
        let above = (0..1000).filter_map(|slot| Some((slot, vectors.cosine(slot as usize, &probe)?)));
        assert!(of_second.eq(above.filter(|(_, cosine)| *cosine > 0.5)));
    }

    #[test]
    fn what_is_no_direction_is_none_and_a_wrong_length_is_refused() {
        for nothing in [&[0.0, 0.0][..], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0], &[]] {
            assert!(Row::of(nothing).is_none(), "{nothing:?}");
        }
        let mut vectors = Vectors::default();
        push(&mut vectors, &[0.0, 0.0]);
        assert_eq!((vectors.dimensions(), vectors.get(0)), (0, None));
        (0..200).for_each(|_| vectors.push(None));
        assert_eq!(vectors.directions(&[0, 200]), [None, None]);
        push(&mut vectors, &[1.0, 0.0]);
        assert_eq!((vectors.get(200), vectors.get(201)), (None, Some(vec![1.0, 0.0])));
        assert_eq!(vectors.kept(&[0, 201]).directions(&[0, 1]), vectors.directions(&[0, 201]));
        assert!(matches!(vectors.check(1), Err(IndexError::Dimensions { expected: 2, found: 1 })));
        assert!(Probe::mean(&[Some(vec![1.0])], 2).is_err());
        assert!(Probe::mean(&[None], 2).unwrap().is_none());
        for nothing in [[f32::NAN, 1.0], [f32::INFINITY, 0.0], [0.0, 0.0]] {
            assert!(Probe::mean(&[Some(nothing.to_vec())], 2).unwrap().is_none(), "{nothing:?}");
        }
        assert!(Probe::mean(&[Some(vec![1.0, 0.0]), Some(vec![-1.0, 0.0])], 2).unwrap().is_none());
    }

    #[test]
    fn the_longest_vectors_do_not_overflow() {
        for dimensions in [4096, 8192, 65_536] {
            let mut vectors = Vectors::default();
            let flat = vec![1.0 / (dimensions as f32).sqrt(); dimensions];
            push(&mut vectors, &flat);
            let probe = Probe::mean(&[Some(flat)], dimensions).unwrap().unwrap();
            assert!((vectors.cosine(0, &probe).unwrap() - 1.0).abs() < 1e-3, "{dimensions}");
        }
    }
}
