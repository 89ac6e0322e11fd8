//! The program's allocator: mimalloc, asked so that it takes no larger blocks than it needs.

use libmimalloc_sys::{mi_free, mi_malloc, mi_realloc, mi_zalloc};
use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};

/// What `malloc` aligns a block to that is so large, in bytes; a smaller one to what can lie in it.
const NATURAL: usize = 16;

/// mimalloc. A turn takes and gives back thousands of small pieces of memory, and often not on the same thread.
///
/// `MiMalloc` asks for each alignment by name, and then mimalloc 3 takes the next larger block where the size is no power of
/// two, though every block is aligned to what is mostly asked for: a seventh of such columns of the index lay idle.
pub(crate) struct Allocator;

/// `malloc` aligns a block of `size` bytes so by itself.
fn is_natural(align: usize, size: usize) -> bool {
    align <= NATURAL && align <= size
}

// SAFETY: every block is mimalloc's, which gives back and enlarges it however it was asked for. `mi_malloc` keeps to what C
// asks of `malloc`: a block is aligned for whatever fits into it and needs no more than `NATURAL`. (A `size` is never 0.)
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `MiMalloc`.
        unsafe {
            if is_natural(layout.align(), layout.size()) {
                mi_malloc(layout.size()).cast()
            } else {
                MiMalloc.alloc(layout)
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `MiMalloc`.
        unsafe {
            if is_natural(layout.align(), layout.size()) {
                mi_zalloc(layout.size()).cast()
            } else {
                MiMalloc.alloc_zeroed(layout)
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller's promises are those of `MiMalloc`.
        unsafe { mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let natural = is_natural(layout.align(), size);
        // SAFETY: the caller's promises are those of `MiMalloc`.
        unsafe { if natural { mi_realloc(block.cast(), size).cast() } else { MiMalloc.realloc(block, layout, size) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_aligned_and_keep_what_they_hold() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in (1..300).chain([1000, 6144, 7168, 16_384, 40_960, 100_000, 3_000_000]) {
                let layout = Layout::from_size_align(size, align).unwrap();
                let larger = Layout::from_size_align(2 * size, align).unwrap();
                // SAFETY: no size is 0; each block is written to within its size, enlarged and given back once.
                unsafe {
                    let block = Allocator.alloc(layout);
                    assert!(!block.is_null() && block.addr().is_multiple_of(align), "{layout:?}");
                    block.write_bytes(7, size);
                    let block = Allocator.realloc(block, layout, 2 * size);
                    assert!(block.addr().is_multiple_of(align), "{larger:?}");
                    assert!((0..size).all(|at| block.add(at).read() == 7));
                    Allocator.dealloc(block, larger);
                    let zeroed = Allocator.alloc_zeroed(layout);
                    assert!(zeroed.addr().is_multiple_of(align) && (0..size).all(|at| zeroed.add(at).read() == 0));
                    Allocator.dealloc(zeroed, layout);
                }
            }
        }
    }
}
