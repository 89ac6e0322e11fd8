//! The program's allocator: mimalloc, asked so that it takes no larger blocks than it needs.

use libmimalloc_sys::{
    mi_arena_id_t, mi_free, mi_heap_malloc, mi_heap_new_in_arena, mi_heap_realloc, mi_heap_t, mi_heap_zalloc,
    mi_malloc, mi_realloc, mi_reserve_os_memory_ex, mi_zalloc,
};
use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ffi::c_void;
use std::future::{Future, poll_fn};
use std::ops::Range;
use std::pin::pin;
use std::ptr::null_mut;

/// What `malloc` aligns a block to that is so large, in bytes; a smaller one to what can lie in it.
const NATURAL: usize = 16;

/// mimalloc. A turn takes and gives back thousands of small pieces of memory, and often not on the same thread.
///
/// `MiMalloc` asks for each alignment by name, and then mimalloc 3 takes the next larger block where the size is no power of
/// two, though every block is aligned to what is mostly asked for: a seventh of such columns of the index lay idle.
pub(crate) struct Allocator;

thread_local! {
    /// Where blocks are taken from on this thread now; null for where all are taken from.
    static HEAP: Cell<*mut mi_heap_t> = const { Cell::new(null_mut()) };
}

/// A part of the address space for what stays for long, such as an index that grows: away from what comes and goes with
/// every turn, which would leave half-empty pages behind among it. It is never given back, though the memory in it is.
pub(crate) struct Room {
    heap: *mut mi_heap_t,
    place: Range<usize>,
}

// SAFETY: mimalloc 3 keeps pages of its own for every thread that takes blocks from a heap.
unsafe impl Send for Room {}
// SAFETY: the same.
unsafe impl Sync for Room {}

unsafe extern "C" {
    /// Where an arena begins, and how large it is.
    fn mi_arena_area(arena: mi_arena_id_t, size: *mut usize) -> *mut c_void;
}

impl Room {
    /// Room for so many bytes, of which none takes memory before it is written to; none where the system has no room.
    pub(crate) fn reserve(bytes: usize) -> Option<Self> {
        let (mut arena, mut size) = (null_mut(), 0);
        // SAFETY: the arena is mimalloc's own to manage, and no other heap takes blocks from it.
        let (heap, from) = unsafe {
            if mi_reserve_os_memory_ex(bytes, true, false, true, &raw mut arena) != 0 {
                return None;
            }
            (mi_heap_new_in_arena(arena), mi_arena_area(arena, &raw mut size).addr())
        };
        (!heap.is_null()).then_some(Self { heap, place: from..from + size })
    }

    /// Waits for something, whose blocks are taken from here meanwhile. Where there is no room left, they are taken from
    /// where all are.
    pub(crate) async fn fill<T>(&self, what: impl Future<Output = T>) -> T {
        /// Ends it, in a panic, too.
        struct Until(*mut mi_heap_t);
        impl Drop for Until {
            fn drop(&mut self) {
                HEAP.set(self.0);
            }
        }
        let mut what = pin!(what);
        poll_fn(|context| {
            let _until = Until(HEAP.replace(self.heap));
            what.as_mut().poll(context)
        })
        .await
    }

    /// Bytes of memory that it takes now; none where the system does not tell.
    pub(crate) fn resident(&self) -> Option<usize> {
        crate::metrics::resident_within(&self.place)
    }
}

/// A block from the room that is being filled on this thread; without one, and without room in it, from where all are.
#[inline]
fn take(apart: impl FnOnce(*mut mi_heap_t) -> *mut c_void, together: impl FnOnce() -> *mut c_void) -> *mut u8 {
    let heap = HEAP.get();
    let block = if heap.is_null() { null_mut() } else { apart(heap) };
    if block.is_null() { together().cast() } else { block.cast() }
}

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
                take(|heap| mi_heap_malloc(heap, layout.size()), || mi_malloc(layout.size()))
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
                take(|heap| mi_heap_zalloc(heap, layout.size()), || mi_zalloc(layout.size()))
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
        unsafe {
            if natural {
                take(|heap| mi_heap_realloc(heap, block.cast(), size), || mi_realloc(block.cast(), size))
            } else {
                MiMalloc.realloc(block, layout, size)
            }
        }
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

    const ROOM: usize = 64 << 20;

    #[tokio::test]
    async fn what_stays_for_long_lies_apart() {
        let room = Room::reserve(ROOM).unwrap();
        let lies_in = |block: &[u8]| room.place.contains(&block.as_ptr().addr());
        let mut before = vec![1_u8; 5000];
        let (mut inside, zeroed) = room
            .fill(async {
                tokio::task::yield_now().await;
                before.extend([1; 50_000]);
                (vec![2_u8; 3 << 20], vec![0_u8; 10_000])
            })
            .await;
        let after = vec![3_u8; 3 << 20];
        assert!(lies_in(&inside) && lies_in(&zeroed) && lies_in(&before) && !lies_in(&after));
        assert!(before.iter().all(|byte| *byte == 1) && zeroed.iter().all(|byte| *byte == 0));
        if let Some(resident) = room.resident() {
            assert!((3 << 20..ROOM / 2).contains(&resident), "{resident}");
        }
        // Enlarged elsewhere, it keeps what it holds.
        inside.extend_from_slice(&after);
        assert!(!lies_in(&inside) && inside[..3 << 20].iter().all(|byte| *byte == 2));

        let more: Vec<Vec<u8>> = room.fill(async { (0..2 * (ROOM >> 20)).map(|_| vec![4; 1 << 20]).collect() }).await;
        assert!(more.iter().any(|block| lies_in(block)) && more.iter().any(|block| !lies_in(block)));
        assert!(more.iter().flatten().all(|byte| *byte == 4));
    }

    #[tokio::test]
    async fn a_panic_ends_it() {
        let room = Room::reserve(ROOM).unwrap();
        let broken = std::panic::AssertUnwindSafe(room.fill(async { assert_eq!(ROOM, 0, "on purpose") }));
        assert!(futures_util::FutureExt::catch_unwind(broken).await.is_err());
        assert!(!room.place.contains(&vec![0_u8; 100].as_ptr().addr()));
    }
}
