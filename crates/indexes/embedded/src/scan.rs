//! Vectors in a byte a number, scanned exactly.
//!
//! Plain loops over slices that the compiler turns into SIMD; the one place for explicit SIMD, should it be needed.

use philia_ports::IndexError;

/// The vectors of all slots, row by row.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    /// The length of every vector; 0 before the first.
    dimensions: usize,
    rows: Vec<i8>,
    /// 1 / length of each row, so that a row times its scale has length 1; 0 where there is no vector.
    scales: Vec<f32>,
}

/// A question's vector, finer than the rows it is compared with: 12 bits, so that sums of 8,000 products still fit.
#[derive(Debug)]
pub(crate) struct Probe {
    numbers: Vec<i16>,
    scale: f32,
}

const PROBE_MOST: f32 = 2047.0;
const ROW_MOST: f32 = 127.0;

impl Vectors {
    /// Does a vector of this length fit?
    pub(crate) fn check(&self, vector: &[f32]) -> Result<(), IndexError> {
        match self.dimensions {
            0 => Ok(()),
            expected if expected == vector.len() => Ok(()),
            expected => Err(IndexError::Dimensions { expected, found: vector.len() }),
        }
    }

    /// The length of every vector; 0 before the first.
    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Makes room for so many slots and no more.
    pub(crate) fn reserve_exact(&mut self, slots: usize, dimensions: usize) {
        self.rows.reserve_exact(slots * dimensions);
        self.scales.reserve_exact(slots);
    }

    /// Adds the row of the next slot. The vector must fit (see [`Vectors::check`]).
    pub(crate) fn push(&mut self, vector: Option<&[f32]>) {
        let slot = self.scales.len();
        let Some(vector) = vector.filter(|v| v.iter().any(|x| *x != 0.0) && v.iter().all(|x| x.is_finite())) else {
            self.rows.resize((slot + 1) * self.dimensions, 0);
            self.scales.push(0.0);
            return;
        };
        if self.dimensions == 0 {
            self.dimensions = vector.len();
            self.rows.resize(slot * self.dimensions, 0);
        }
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        self.rows.extend(vector.iter().map(|x| (x / most * ROW_MOST).round() as i8));
        let length = self.rows[slot * self.dimensions..].iter().map(|x| f32::from(*x).powi(2)).sum::<f32>().sqrt();
        self.scales.push(1.0 / length);
    }

    /// Keeps only these slots, in this order.
    pub(crate) fn keep(&mut self, slots: &[u32]) {
        let mut kept = Self { dimensions: self.dimensions, ..Self::default() };
        kept.rows.reserve_exact(slots.len() * self.dimensions);
        kept.scales.reserve_exact(slots.len());
        for &slot in slots {
            kept.rows.extend_from_slice(self.row(slot as usize));
            kept.scales.push(self.scales[slot as usize]);
        }
        *self = kept;
    }

    /// The vector of a slot, of length 1.
    pub(crate) fn get(&self, slot: usize) -> Option<Vec<f32>> {
        let scale = self.scales[slot];
        (scale > 0.0).then(|| self.row(slot).iter().map(|x| f32::from(*x) * scale).collect())
    }

    /// The cosine of a slot's vector and the probe; none without a vector.
    pub(crate) fn cosine(&self, slot: usize, probe: &Probe) -> Option<f32> {
        let scale = self.scales[slot];
        (scale > 0.0).then(|| (dot(self.row(slot), &probe.numbers) as f32 * scale * probe.scale).clamp(-1.0, 1.0))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows.capacity() + self.scales.capacity() * size_of::<f32>()
    }

    fn row(&self, slot: usize) -> &[i8] {
        &self.rows[slot * self.dimensions..(slot + 1) * self.dimensions]
    }
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
        if most == 0.0 || !most.is_finite() {
            return Ok(None);
        }
        let numbers: Vec<i16> = sum.iter().map(|x| (x / most * PROBE_MOST).round() as i16).collect();
        let length = numbers.iter().map(|x| f32::from(*x).powi(2)).sum::<f32>().sqrt();
        Ok(Some(Self { numbers, scale: 1.0 / length }))
    }
}

fn dot(row: &[i8], probe: &[i16]) -> i32 {
    row.iter().zip(probe).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_are_those_of_the_vectors_themselves() {
        let vector = |seed: u32| -> Vec<f32> {
            let raw: Vec<f32> = (0..256_u32).map(|i| ((i * 31 + seed * 17) % 101) as f32 / 50.0 - 1.0).collect();
            let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
            raw.iter().map(|x| x / length).collect()
        };
        let mut vectors = Vectors::default();
        vectors.push(None);
        for seed in 1..20 {
            vectors.push(Some(&vector(seed)));
        }
        let probe = Probe::mean(&[Some(vector(3))], 256).unwrap().unwrap();
        assert_eq!(vectors.cosine(0, &probe), None);
        for seed in 1..20_u32 {
            let exact: f32 = vector(seed).iter().zip(vector(3)).map(|(a, b)| a * b).sum();
            let found = vectors.cosine(seed as usize, &probe).unwrap();
            assert!((found - exact).abs() < 0.004, "{found} is not {exact}");
        }
        let back = vectors.get(3).unwrap();
        assert!((back.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_vector_of_zeros_is_none_and_a_wrong_length_is_refused() {
        let mut vectors = Vectors::default();
        vectors.push(Some(&[0.0, 0.0]));
        assert_eq!((vectors.dimensions(), vectors.get(0)), (0, None));
        vectors.push(Some(&[1.0, 0.0]));
        assert!(matches!(vectors.check(&[1.0]), Err(IndexError::Dimensions { expected: 2, found: 1 })));
        assert!(Probe::mean(&[Some(vec![1.0])], 2).is_err());
        assert!(Probe::mean(&[None], 2).unwrap().is_none());
        assert!(Probe::mean(&[Some(vec![1.0, 0.0]), Some(vec![-1.0, 0.0])], 2).unwrap().is_none());
    }

    #[test]
    fn the_longest_vectors_do_not_overflow() {
        let mut vectors = Vectors::default();
        let flat = vec![1.0 / (4096.0_f32).sqrt(); 4096];
        vectors.push(Some(&flat));
        let probe = Probe::mean(&[Some(flat)], 4096).unwrap().unwrap();
        assert!((vectors.cosine(0, &probe).unwrap() - 1.0).abs() < 1e-3);
    }
}
