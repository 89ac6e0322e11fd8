//! The vectors of hits: a search has hundreds of hits, and few of their vectors are ever looked at.

use std::ops::Range;
use std::sync::Arc;

/// A vector of length 1.
#[derive(Clone)]
pub struct Direction(Kept);

#[derive(Clone)]
enum Kept {
    Numbers(Vec<f32>),
    /// A part of a block that others share; a number is a byte times the scale.
    Bytes {
        block: Arc<Vec<i8>>,
        at: Range<usize>,
        scale: f32,
    },
}

/// Sums of 32 bits are off by less than this, however long the vectors are that anybody makes.
const ROUGH: f64 = 1e-3;

impl Direction {
    /// The bytes of a block at this place times the scale.
    pub fn of_bytes(block: Arc<Vec<i8>>, at: Range<usize>, scale: f32) -> Self {
        Self(Kept::Bytes { block, at, scale })
    }

    /// Its numbers.
    pub fn numbers(&self) -> Vec<f32> {
        match &self.0 {
            Kept::Numbers(numbers) => numbers.clone(),
            Kept::Bytes { block, at, scale } => block[at.clone()].iter().map(|x| f32::from(*x) * scale).collect(),
        }
    }

    /// The cosine of two, if it may be `floor` or more; most are below, and a rough look tells that.
    pub(super) fn cosine_from(&self, other: &Self, floor: f64) -> Option<f64> {
        (self.rough_cosine(other) >= floor - ROUGH).then(|| {
            let (a, b) = (self.numbers(), other.numbers());
            sums(&a, &b, |x, y| f64::from(x) * f64::from(y))
        })
    }

    fn rough_cosine(&self, other: &Self) -> f64 {
        match (&self.0, &other.0) {
            (Kept::Bytes { block: a, at, scale }, Kept::Bytes { block: b, at: at_b, scale: scale_b }) => {
                let products = a[at.clone()].iter().zip(&b[at_b.clone()]).map(|(x, y)| i32::from(*x) * i32::from(*y));
                f64::from(products.sum::<i32>()) * f64::from(*scale) * f64::from(*scale_b)
            }
            (Kept::Numbers(a), Kept::Numbers(b)) => f64::from(sums(a, b, |x, y| x * y)),
            _ => 1.0,
        }
    }
}

/// The sum of products, in eight sums side by side: one alone would wait for itself at every number.
fn sums<T>(a: &[f32], b: &[f32], product: impl Fn(f32, f32) -> T) -> T
where
    T: Copy + Default + std::ops::AddAssign + std::ops::Add<Output = T> + std::iter::Sum,
{
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let ((eights, rest), (others, _)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [T::default(); 8];
    for (x, y) in eights.iter().zip(others) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += product(*x, *y);
        }
    }
    let rest = rest.iter().zip(&b[a.len() - rest.len()..]).map(|(x, y)| product(*x, *y));
    sums.into_iter().sum::<T>() + rest.sum::<T>()
}

impl From<Vec<f32>> for Direction {
    fn from(numbers: Vec<f32>) -> Self {
        Self(Kept::Numbers(numbers))
    }
}

impl PartialEq for Direction {
    fn eq(&self, other: &Self) -> bool {
        self.numbers() == other.numbers()
    }
}

impl std::fmt::Debug for Direction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.numbers().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_look_never_misses() {
        let bytes = |seed: usize| (0..203).map(move |i| ((i * 31 + seed * i * 7) % 101) as i8 - 50);
        let block: Arc<Vec<i8>> = Arc::new((0..20).flat_map(bytes).collect());
        let all: Vec<Direction> = (0..20)
            .map(|seed| {
                let length = bytes(seed).map(|x| f32::from(x).powi(2)).sum::<f32>().sqrt();
                Direction::of_bytes(Arc::clone(&block), seed * 203..(seed + 1) * 203, 1.0 / length)
            })
            .collect();
        for one in &all {
            for other in &all {
                let exact = one.cosine_from(other, -2.0).unwrap();
                assert!(exact == one.cosine_from(other, exact).unwrap() && exact.abs() < 1.0 + 1e-6);
                assert_eq!(one.cosine_from(other, exact + 0.01), None);
                let (a, b) = (Direction::from(one.numbers()), Direction::from(other.numbers()));
                assert!(a == *one && a.cosine_from(&b, exact) == Some(exact));
                assert_eq!((a.cosine_from(&b, exact + 0.01), a.cosine_from(other, exact)), (None, Some(exact)));
            }
        }
    }
}
