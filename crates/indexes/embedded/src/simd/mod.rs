//! Dot products of bytes, and simple loops, by the widest instructions that the processor has.
//!
//! All ways give the same numbers to the last bit: integers only, sums that wrap. The widest one is chosen at run time,
//! once; [`Kernel::available`] tells the others, so that each is tested against the plain loop.

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code, reason = "explicit SIMD: the intrinsics take pointers, every call states why they hold")]
mod neon;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "explicit SIMD: the intrinsics take pointers, every call states why they hold")]
mod x86;

use std::sync::OnceLock;

/// A way to compute. Only [`Kernel::available`] and [`Kernel::best`] hand these out, so one that is held can run here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kernel(Way);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Plain,
}

impl Kernel {
    /// The widest one.
    pub(crate) fn best() -> Self {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().first().copied().unwrap_or(Self(Way::Plain)))
    }

    /// Those that this processor can run, the widest first; the plain loop last.
    pub(crate) fn available() -> Vec<Self> {
        let mut ways = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            if avx512 && is_x86_feature_detected!("avx512vnni") {
                ways.push(Self(Way::Avx512Vnni));
            }
            if avx512 {
                ways.push(Self(Way::Avx512));
            }
            if is_x86_feature_detected!("avx2") {
                ways.push(Self(Way::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            ways.push(Self(Way::Neon));
        }
        ways.push(Self(Way::Plain));
        ways
    }

    /// Runs a loop of which the compiler does many steps at a time, with the instructions of this way. Whatever of it is not
    /// inlined is done as ever; it is the same computation in every way.
    #[inline]
    pub(crate) fn run<R>(self, work: impl FnOnce() -> R) -> R {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Way::Avx512Vnni | Way::Avx512 => x86::with_avx512(work),
            #[cfg(target_arch = "x86_64")]
            Way::Avx2 => x86::with_avx2(work),
            _ => work(),
        }
    }

    /// The products of the probe with each row; the rows lie one behind the other, each as long as the probe. `next` is
    /// what is read after them: where the processor can be told so, it is on its way by then.
    ///
    /// # Panics
    /// If `rows` is not as long as `out` says.
    #[cfg_attr(not(target_arch = "x86_64"), expect(unused_variables, reason = "only there it can be told"))]
    pub(crate) fn dots(self, rows: &[i8], next: &[i8], probe: &[i16], out: &mut [i32]) {
        assert_eq!(rows.len(), probe.len() * out.len(), "rows of another length than the probe's");
        if probe.is_empty() {
            return out.fill(0);
        }
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Way::Avx512Vnni => x86::avx512_vnni(rows, next, probe, out),
            #[cfg(target_arch = "x86_64")]
            Way::Avx512 => x86::avx512(rows, next, probe, out),
            #[cfg(target_arch = "x86_64")]
            Way::Avx2 => x86::avx2(rows, next, probe, out),
            #[cfg(target_arch = "aarch64")]
            Way::Neon => neon::neon(rows, probe, out),
            Way::Plain => {
                for (row, out) in rows.chunks_exact(probe.len()).zip(out) {
                    *out = plain(row, probe);
                }
            }
        }
    }
}

/// Numbers of which many are compared at once.
pub(crate) trait Lanes: Copy + PartialOrd {
    /// Adds where the values are that reach the bar, in their order.
    fn reaching(kernel: Kernel, values: &[Self], bar: Self, found: &mut Vec<u32>);
}

macro_rules! lanes {
    ($value:ty, $wide:ident) => {
        impl Lanes for $value {
            fn reaching(kernel: Kernel, values: &[Self], bar: Self, found: &mut Vec<u32>) {
                match kernel.0 {
                    #[cfg(target_arch = "x86_64")]
                    Way::Avx512Vnni | Way::Avx512 => x86::$wide(values, bar, found),
                    _ => plainly_reaching(0, values, bar, found),
                }
            }
        }
    };
}

lanes!(u16, reaching_u16);
lanes!(f32, reaching_f32);

/// See [`Lanes::reaching`]; the first value is the `start`-th.
fn plainly_reaching<T: Copy + PartialOrd>(start: u32, values: &[T], bar: T, found: &mut Vec<u32>) {
    // Few reach it: whether any of a row does is soon told.
    for (start, row) in (start..).step_by(32).zip(values.chunks(32)) {
        if row.iter().fold(false, |some, value| some | (*value >= bar)) {
            found.extend((start..).zip(row).filter(|(_, value)| **value >= bar).map(|(at, _)| at));
        }
    }
}

/// The loop that says what is meant.
fn plain(row: &[i8], probe: &[i16]) -> i32 {
    row.iter().zip(probe).fold(0_i32, |sum, (a, b)| sum.wrapping_add(i32::from(*a) * i32::from(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows_and_probe() -> impl Strategy<Value = (Vec<i8>, Vec<i16>, usize)> {
        (0_usize..300, 0_usize..11).prop_flat_map(|(dimensions, rows)| {
            (
                proptest::collection::vec(any::<i8>(), dimensions * rows),
                proptest::collection::vec(any::<i16>(), dimensions),
                Just(rows),
            )
        })
    }

    proptest! {
        #[test]
        fn every_way_gives_what_the_plain_loop_gives((rows, probe, count) in rows_and_probe()) {
            let expected: Vec<i32> =
                (0..count).map(|row| plain(&rows[row * probe.len()..(row + 1) * probe.len()], &probe)).collect();
            for kernel in Kernel::available() {
                let mut found = vec![7; count];
                kernel.dots(&rows, &[], &probe, &mut found);
                prop_assert_eq!(&found, &expected, "{:?}", kernel);
            }
        }
    }

    proptest! {
        #[test]
        fn every_way_tells_the_same_values(values in proptest::collection::vec(0..50_u16, 0..200), bar in 0..50_u16) {
            let expected: Vec<u32> = (0..).zip(&values).filter(|(_, value)| **value >= bar).map(|(at, _)| at).collect();
            let floats: Vec<f32> = values.iter().map(|value| f32::from(*value) - 25.0).collect();
            for kernel in Kernel::available() {
                let (mut found, mut same) = (Vec::new(), Vec::new());
                u16::reaching(kernel, &values, bar, &mut found);
                f32::reaching(kernel, &floats, f32::from(bar) - 25.0, &mut same);
                prop_assert_eq!((&found, &same), (&expected, &expected), "{:?}", kernel);
            }
        }
    }

    #[test]
    fn every_length_and_the_extremes_are_right_in_every_way() {
        for kernel in Kernel::available() {
            for length in (0..=260).chain([511, 512, 513, 768, 1024, 4096, 70_001]) {
                for (byte, number) in [(i8::MIN, i16::MIN), (i8::MIN, i16::MAX), (i8::MAX, i16::MIN), (127, 2047)] {
                    let (row, probe) = (vec![byte; length], vec![number; length]);
                    let mut found = [1; 1];
                    kernel.dots(&row, &[], &probe, &mut found);
                    assert_eq!(found[0], plain(&row, &probe), "{kernel:?} {length} {byte} {number}");
                }
            }
        }
    }

    #[test]
    fn the_best_is_the_first_of_those_there_are() {
        assert_eq!(Kernel::available().first(), Some(&Kernel::best()));
        assert_eq!(Kernel::available().last(), Some(&Kernel(Way::Plain)));
    }

    #[test]
    #[should_panic(expected = "another length")]
    fn rows_that_do_not_fit_are_refused() {
        Kernel::best().dots(&[1, 2, 3], &[], &[1, 2], &mut [0]);
    }
}
