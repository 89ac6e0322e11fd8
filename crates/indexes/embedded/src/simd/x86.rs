//! AVX-512 (with and without VNNI) and AVX2. Bytes are widened to 16 bits, so no product is saturated.

use std::arch::x86_64::*;

/// How far ahead of the row at hand memory is asked for: a few pages' worth of lines, which the processor's own
/// prefetcher does not do because it stops at the end of a page.
const AHEAD: usize = 4096;

/// Asks for the lines of the row that is [`AHEAD`] of this one. Addresses past the end are allowed here: a prefetch
/// reads nothing.
fn ask_ahead(row: &[i8]) {
    for line in (0..row.len()).step_by(64) {
        // SAFETY: a prefetch accesses no memory; `wrapping_add` makes an address without claiming it is in bounds.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().wrapping_add(AHEAD + line)) };
    }
}

/// Runs `one` over the rows. The kernels differ only in that.
macro_rules! each_row {
    ($name:ident, $one:ident, $features:literal) => {
        /// See [`super::Kernel::dots`].
        pub(super) fn $name(rows: &[i8], probe: &[i16], out: &mut [i32]) {
            #[target_feature(enable = $features)]
            fn all(rows: &[i8], probe: &[i16], out: &mut [i32]) {
                for (row, out) in rows.chunks_exact(probe.len()).zip(out) {
                    ask_ahead(row);
                    *out = $one(row, probe);
                }
            }
            // SAFETY: a `Kernel` of this way is made only where these features were detected.
            unsafe { all(rows, probe, out) }
        }
    };
}

each_row!(avx512_vnni, dot_vnni, "avx512f,avx512bw,avx512vnni");
each_row!(avx512, dot_avx512, "avx512f,avx512bw");
each_row!(avx2, dot_avx2, "avx2");

/// 32 numbers at a time.
const WIDE: usize = 32;

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
