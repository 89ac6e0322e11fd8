//! Products of matrices, the one thing an encoder spends its time with.
//!
//! The right side is laid out once in panels of [`PANEL`] columns, the left side in blocks of [`BLOCK`] rows, so that
//! the inner loop reads both from front to back: for each step of the depth it multiplies six numbers with two
//! registers and keeps twelve sums in registers. The widest instructions of the machine are chosen when it runs.

use pulp::{Arch, Simd, WithSimd};

/// Columns of a panel: a multiple of two of the widest registers.
pub(super) const PANEL: usize = 32;
/// Rows of a block.
const BLOCK: usize = 6;

/// The right side of a product.
#[derive(Default)]
pub(super) struct Panels {
    numbers: Vec<f32>,
    depth: usize,
}

impl Panels {
    /// Lays out a matrix of `depth` by `columns` (filled up to whole panels with nothing); `at` gives its numbers.
    pub(super) fn lay(&mut self, depth: usize, columns: usize, at: impl Fn(usize, usize) -> f32) {
        self.depth = depth;
        self.numbers.clear();
        for start in (0..columns).step_by(PANEL) {
            for row in 0..depth {
                let end = columns.min(start + PANEL);
                self.numbers.extend((start..end).map(|column| at(row, column)));
                self.numbers.extend(std::iter::repeat_n(0.0, start + PANEL - end));
            }
        }
    }

    /// Columns, with those that fill up the last panel.
    pub(super) fn columns(&self) -> usize {
        self.numbers.len() / self.depth.max(1)
    }
}

/// The left side of a product.
#[derive(Default)]
pub(super) struct Blocks {
    numbers: Vec<f32>,
    rows: usize,
}

impl Blocks {
    /// Lays out rows (filled up to whole blocks with nothing).
    pub(super) fn lay<'a>(&mut self, depth: usize, rows: impl ExactSizeIterator<Item = &'a [f32]>) {
        self.rows = rows.len();
        self.numbers.clear();
        self.numbers.resize(self.rows.div_ceil(BLOCK) * BLOCK * depth, 0.0);
        for (n, row) in rows.enumerate() {
            let block = &mut self.numbers[n / BLOCK * BLOCK * depth..][..BLOCK * depth];
            for (numbers, number) in block.chunks_exact_mut(BLOCK).zip(row) {
                numbers[n % BLOCK] = *number;
            }
        }
    }
}

/// `out = left * right + bias`; rows of `out` are as long as `right` has columns.
pub(super) fn multiply(arch: Arch, left: &Blocks, right: &Panels, bias: Option<&[f32]>, out: &mut Vec<f32>) {
    out.clear();
    out.resize(left.rows * right.columns(), 0.0);
    arch.dispatch(Product { left, right, bias, out });
}

struct Product<'a> {
    left: &'a Blocks,
    right: &'a Panels,
    bias: Option<&'a [f32]>,
    out: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { left, right, bias, out } = self;
        let (depth, columns) = (right.depth, right.columns());
        if depth == 0 || columns == 0 {
            return;
        }
        for (p, panel) in right.numbers.chunks_exact(depth * PANEL).enumerate() {
            let bias = bias.map(|bias| &bias[p * PANEL..][..PANEL]);
            let (panel, _) = panel.as_chunks::<PANEL>();
            for (b, block) in left.numbers.chunks_exact(depth * BLOCK).enumerate() {
                let (block, _) = block.as_chunks::<BLOCK>();
                for part in (0..PANEL).step_by(2 * S::F32_LANES) {
                    let sums = tile(simd, block, panel, part);
                    let rows = BLOCK.min(left.rows - b * BLOCK);
                    for (row, sums) in sums.iter().enumerate().take(rows) {
                        let start = (b * BLOCK + row) * columns + p * PANEL + part;
                        let (out, _) = S::as_mut_simd_f32s(&mut out[start..start + 2 * S::F32_LANES]);
                        for (n, (out, sum)) in out.iter_mut().zip(sums).enumerate() {
                            *out = match bias {
                                Some(bias) => simd.add_f32s(*sum, S::as_simd_f32s(&bias[part..]).0[n]),
                                None => *sum,
                            };
                        }
                    }
                }
            }
        }
    }
}

/// Twelve sums: six rows by two registers of columns, beginning with column `part`.
#[inline(always)]
fn tile<S: Simd>(simd: S, block: &[[f32; BLOCK]], panel: &[[f32; PANEL]], part: usize) -> [[S::f32s; 2]; BLOCK] {
    let mut sums = [[simd.splat_f32s(0.0); 2]; BLOCK];
    let first = part / S::F32_LANES;
    for (left, right) in block.iter().zip(panel) {
        let (right, _) = S::as_simd_f32s(right);
        let (one, two) = (right[first], right[first + 1]);
        for (sums, number) in sums.iter_mut().zip(left) {
            let number = simd.splat_f32s(*number);
            sums[0] = simd.mul_add_e_f32s(number, one, sums[0]);
            sums[1] = simd.mul_add_e_f32s(number, two, sums[1]);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_plain_loop() {
        let (mut left, mut right, mut out) = (Blocks::default(), Panels::default(), Vec::new());
        for (rows, depth, columns) in [(1, 1, 1), (5, 3, 32), (6, 32, 33), (13, 7, 64), (2, 40, 31)] {
            let a = |row: usize, at: usize| ((row * 31 + at * 7) % 11) as f32 - 5.0;
            let b = |at: usize, column: usize| ((at * 13 + column * 5) % 17) as f32 - 8.0;
            let lines: Vec<Vec<f32>> = (0..rows).map(|row| (0..depth).map(|at| a(row, at)).collect()).collect();
            left.lay(depth, lines.iter().map(Vec::as_slice));
            right.lay(depth, columns, b);
            let bias: Vec<f32> = (0..right.columns()).map(|column| column as f32).collect();
            multiply(Arch::new(), &left, &right, Some(&bias), &mut out);
            for row in 0..rows {
                for column in 0..columns {
                    let sum: f32 = (0..depth).map(|at| a(row, at) * b(at, column)).sum();
                    assert_eq!(out[row * right.columns() + column], sum + column as f32, "{row} {column}");
                }
            }
        }
    }
}
