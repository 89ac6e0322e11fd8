//! AVX-512 (with and without VNNI) and AVX2. Bytes are widened to 16 bits, so no product is saturated.

use std::arch::x86_64::*;
use std::ops::Range;

/// How far ahead of the row at hand memory is asked for: a few pages' worth of lines, which the processor's own
/// prefetcher does not do because it stops at the end of a page.
const AHEAD: usize = 4096;

/// Asks for what lies [`AHEAD`] of these bytes of the rows, or as far behind their end in what is read next. Addresses
/// past the end are allowed here: a prefetch reads nothing.
fn ask_ahead(rows: &[i8], bytes: Range<usize>, next: &[i8]) {
    let ahead = bytes.start + AHEAD;
    let from = match ahead.checked_sub(rows.len()) {
        None => rows.as_ptr().wrapping_add(ahead),
        Some(behind) => next.as_ptr().wrapping_add(behind),
    };
    for line in (0..bytes.len()).step_by(64) {
        // SAFETY: a prefetch accesses no memory; `wrapping_add` makes an address without claiming it is in bounds.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(line)) };
    }
}

/// Compiles what is to be run with these features. See [`super::Kernel::run`].
macro_rules! with {
    ($name:ident, $features:literal) => {
        #[inline]
        pub(super) fn $name<R>(work: impl FnOnce() -> R) -> R {
            #[target_feature(enable = $features)]
            fn run<R>(work: impl FnOnce() -> R) -> R {
                work()
            }
            // SAFETY: a `Kernel` of this way is made only where these features were detected.
            unsafe { run(work) }
        }
    };
}

with!(with_avx512, "avx512f,avx512bw");
with!(with_avx2, "avx2");

/// Tells where the values reach the bar: a bit each, made of many values at once.
macro_rules! reaching {
    ($name:ident, $value:ty, $mask:ident) => {
        /// See [`super::Lanes::reaching`].
        pub(super) fn $name(values: &[$value], bar: $value, found: &mut Vec<u32>) {
            #[target_feature(enable = "avx512f,avx512bw")]
            fn all(values: &[$value], bar: $value, found: &mut Vec<u32>) {
                let (rows, rest) = values.as_chunks();
                let mut start = 0;
                for row in rows {
                    let mut reach = $mask(row, bar);
                    while reach != 0 {
                        found.push(start + reach.trailing_zeros());
                        reach &= reach - 1;
                    }
                    start += row.len() as u32;
                }
                super::plainly_reaching(start, rest, bar, found);
            }
            // SAFETY: a `Kernel` of this way is made only where these features were detected.
            unsafe { all(values, bar, found) }
        }
    };
}

reaching!(reaching_u16, u16, reach_u16);
reaching!(reaching_f32, f32, reach_f32);

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn reach_u16(row: &[u16; 32], bar: u16) -> u32 {
    // SAFETY: `row` is 64 bytes long, and the load is an unaligned one.
    let row = unsafe { _mm512_loadu_epi16(row.as_ptr().cast()) };
    _mm512_cmpge_epu16_mask(row, _mm512_set1_epi16(bar.cast_signed()))
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn reach_f32(row: &[f32; 16], bar: f32) -> u16 {
    // SAFETY: `row` is 64 bytes long, and the load is an unaligned one.
    let row = unsafe { _mm512_loadu_ps(row.as_ptr()) };
    _mm512_cmp_ps_mask::<_CMP_GE_OQ>(row, _mm512_set1_ps(bar))
}

/// Runs `one` over the rows. The kernels differ only in that.
macro_rules! each_row {
    ($name:ident, $one:ident, $features:literal) => {
        /// See [`super::Kernel::dots`].
        pub(super) fn $name(rows: &[i8], next: &[i8], probe: &[i16], out: &mut [i32]) {
            #[target_feature(enable = $features)]
            fn all(rows: &[i8], next: &[i8], probe: &[i16], out: &mut [i32]) {
                let starts = (0..).step_by(probe.len());
                for ((start, row), out) in starts.zip(rows.chunks_exact(probe.len())).zip(out) {
                    ask_ahead(rows, start..start + row.len(), next);
                    *out = $one(row, probe);
                }
            }
            // SAFETY: a `Kernel` of this way is made only where these features were detected.
            unsafe { all(rows, next, probe, out) }
        }
    };
}

each_row!(avx512, dot_avx512, "avx512f,avx512bw");
each_row!(avx2, dot_avx2, "avx2");

/// 32 numbers at a time.
const WIDE: usize = 32;

/// See [`super::Kernel::dots`]. Four rows at a time share the loads of the probe and the sum across.
pub(super) fn avx512_vnni(rows: &[i8], next: &[i8], probe: &[i16], out: &mut [i32]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn all(rows: &[i8], next: &[i8], probe: &[i16], out: &mut [i32]) {
        let (fours, rest) = out.as_chunks_mut::<4>();
        let (four_rows, rest_rows) = rows.split_at(fours.len() * 4 * probe.len());
        let starts = (0..).step_by(4 * probe.len());
        for ((start, four), out) in starts.zip(four_rows.chunks_exact(4 * probe.len())).zip(fours) {
            ask_ahead(rows, start..start + four.len(), next);
            *out = dots_vnni(four, probe);
        }
        for (row, out) in rest_rows.chunks_exact(probe.len()).zip(rest) {
            *out = dot_vnni(row, probe);
        }
    }
    // SAFETY: a `Kernel` of this way is made only where these features were detected.
    unsafe { all(rows, next, probe, out) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn dots_vnni(rows: &[i8], probe: &[i16]) -> [i32; 4] {
    let (one, rest) = rows.split_at(probe.len());
    let (two, rest) = rest.split_at(probe.len());
    let (three, four) = rest.split_at(probe.len());
    let rows = [one, two, three, four].map(|row| row.as_chunks::<WIDE>());
    let (probes, probe_rest) = probe.as_chunks::<WIDE>();
    let mut sums = [_mm512_setzero_si512(); 4];
    let wide = rows[0].0.iter().zip(rows[1].0).zip(rows[2].0.iter().zip(rows[3].0)).zip(probes);
    for (((one, two), (three, four)), b) in wide {
        // SAFETY: `b` is 64 bytes long, and the load is an unaligned one.
        let b = unsafe { _mm512_loadu_si512(b.as_ptr().cast()) };
        for (sum, a) in sums.iter_mut().zip([one, two, three, four]) {
            // SAFETY: `a` is 32 bytes long, and the load is an unaligned one.
            let a = unsafe { _mm256_loadu_si256(a.as_ptr().cast()) };
            *sum = _mm512_dpwssd_epi32(*sum, _mm512_cvtepi8_epi16(a), b);
        }
    }
    // Halves, then neighbours twice, then halves again: the four sums side by side.
    let halves = sums.map(|sum| _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum)));
    let pairs = [_mm256_hadd_epi32(halves[0], halves[1]), _mm256_hadd_epi32(halves[2], halves[3])];
    let fours = _mm256_hadd_epi32(pairs[0], pairs[1]);
    let four = _mm_add_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256::<1>(fours));
    let mut out = [0_i32; 4];
    // SAFETY: `out` is 16 bytes long, and the store is an unaligned one.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), four) };
    for (out, (_, rest)) in out.iter_mut().zip(rows) {
        *out = out.wrapping_add(super::plain(rest, probe_rest));
    }
    out
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
fn dot_vnni(row: &[i8], probe: &[i16]) -> i32 {
    let (rows, row_rest) = row.as_chunks::<WIDE>();
    let (probes, probe_rest) = probe.as_chunks::<WIDE>();
    let mut sums = [_mm512_setzero_si512(); 2];
    for (at, (a, b)) in rows.iter().zip(probes).enumerate() {
        // SAFETY: `a` is 32 bytes and `b` 64 bytes long, and the loads are unaligned ones.
        let (a, b) = unsafe { (_mm256_loadu_si256(a.as_ptr().cast()), _mm512_loadu_si512(b.as_ptr().cast())) };
        sums[at % 2] = _mm512_dpwssd_epi32(sums[at % 2], _mm512_cvtepi8_epi16(a), b);
    }
    _mm512_reduce_add_epi32(_mm512_add_epi32(sums[0], sums[1])).wrapping_add(super::plain(row_rest, probe_rest))
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn dot_avx512(row: &[i8], probe: &[i16]) -> i32 {
    let (rows, row_rest) = row.as_chunks::<WIDE>();
    let (probes, probe_rest) = probe.as_chunks::<WIDE>();
    let mut sum = _mm512_setzero_si512();
    for (a, b) in rows.iter().zip(probes) {
        // SAFETY: `a` is 32 bytes and `b` 64 bytes long, and the loads are unaligned ones.
        let (a, b) = unsafe { (_mm256_loadu_si256(a.as_ptr().cast()), _mm512_loadu_si512(b.as_ptr().cast())) };
        sum = _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_cvtepi8_epi16(a), b));
    }
    _mm512_reduce_add_epi32(sum).wrapping_add(super::plain(row_rest, probe_rest))
}

#[target_feature(enable = "avx2")]
#[inline]
fn dot_avx2(row: &[i8], probe: &[i16]) -> i32 {
    let (rows, row_rest) = row.as_chunks::<16>();
    let (probes, probe_rest) = probe.as_chunks::<16>();
    let mut sums = [_mm256_setzero_si256(); 2];
    for (at, (a, b)) in rows.iter().zip(probes).enumerate() {
        // SAFETY: `a` is 16 bytes and `b` 32 bytes long, and the loads are unaligned ones.
        let (a, b) = unsafe { (_mm_loadu_si128(a.as_ptr().cast()), _mm256_loadu_si256(b.as_ptr().cast())) };
        sums[at % 2] = _mm256_add_epi32(sums[at % 2], _mm256_madd_epi16(_mm256_cvtepi8_epi16(a), b));
    }
    let sum = _mm256_add_epi32(sums[0], sums[1]);
    let four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b_01_00_11_10>(four));
    let one = _mm_add_epi32(two, _mm_shuffle_epi32::<0b_10_11_00_01>(two));
    _mm_cvtsi128_si32(one).wrapping_add(super::plain(row_rest, probe_rest))
}
