//! NEON, which every 64-bit ARM processor has.

use std::arch::aarch64::*;

/// See [`super::Kernel::dots`].
pub(super) fn neon(rows: &[i8], probe: &[i16], out: &mut [i32]) {
    #[target_feature(enable = "neon")]
    fn all(rows: &[i8], probe: &[i16], out: &mut [i32]) {
        for (row, out) in rows.chunks_exact(probe.len()).zip(out) {
            *out = dot(row, probe);
        }
    }
    // SAFETY: a `Kernel` of this way is made only where NEON was detected.
    unsafe { all(rows, probe, out) }
}

#[target_feature(enable = "neon")]
#[inline]
fn dot(row: &[i8], probe: &[i16]) -> i32 {
    let (rows, row_rest) = row.as_chunks::<16>();
    let (probes, probe_rest) = probe.as_chunks::<16>();
    let mut sums = [vdupq_n_s32(0); 4];
    for (a, b) in rows.iter().zip(probes) {
        // SAFETY: `a` is 16 bytes long and `b` 16 numbers: two registers of eight.
        let (a, low, high) = unsafe { (vld1q_s8(a.as_ptr()), vld1q_s16(b.as_ptr()), vld1q_s16(b.as_ptr().add(8))) };
        let (a_low, a_high) = (vmovl_s8(vget_low_s8(a)), vmovl_high_s8(a));
        sums[0] = vmlal_s16(sums[0], vget_low_s16(a_low), vget_low_s16(low));
        sums[1] = vmlal_high_s16(sums[1], a_low, low);
        sums[2] = vmlal_s16(sums[2], vget_low_s16(a_high), vget_low_s16(high));
        sums[3] = vmlal_high_s16(sums[3], a_high, high);
    }
    let sum = vaddq_s32(vaddq_s32(sums[0], sums[1]), vaddq_s32(sums[2], sums[3]));
    vaddvq_s32(sum).wrapping_add(super::plain(row_rest, probe_rest))
}
