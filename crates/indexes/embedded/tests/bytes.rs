//! What the index says that it holds is what it holds: the budget is kept by that figure.
#![allow(clippy::unwrap_used, reason = "a test may stop")]
#![allow(unsafe_code, reason = "an allocator that counts has to be one; it passes everything on as it is")]

mod common;

use common::{entry, person};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::memory::Place;
use philia_ports::index::{Entry, Index};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

static HELD: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator with the same arguments; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn told(number: usize) -> Entry {
    let words: Vec<String> =
        (0..12).map(|word| format!("w{}", (number * 31 + word * word * 7) % (50 + number))).collect();
    Entry {
        vector: Some((0..256).map(|at| ((number + at) % 17) as f32 - 8.0).collect()),
        place: Some(Place { group: format!("session {}", number / 25), order: (number % 25) as u64 }),
        tags: if number.is_multiple_of(10) { vec!["work".into()] } else { Vec::new() },
        ..entry(&format!("0193ab54-7d1c-7000-8000-{number:012}.u"), &words.join(" "))
    }
}

#[tokio::test]
async fn the_bytes_told_are_the_bytes_held() {
    for (count, removed, most) in [(200, 0, 1200), (5_000, 0, 1024), (20_000, 0, 1024), (20_000, 15_000, 1024)] {
        let index = EmbeddedIndex::new(usize::MAX);
        let ana = person("ana");
        index.apply(&ana, None, Vec::new(), &[], 0).await.unwrap();
        let before = HELD.load(Ordering::Relaxed);
        let mut upto = 0;
        for from in (0..count).step_by(500) {
            let some = (from..(from + 500).min(count)).map(told).collect();
            index.apply(&ana, Some(upto), some, &[], upto + 1).await.unwrap();
            upto += 1;
        }
        let gone: Vec<_> = (0..removed).map(|number| told(number).id).collect();
        for some in gone.chunks(500) {
            index.apply(&ana, Some(upto), Vec::new(), some, upto + 1).await.unwrap();
            upto += 1;
        }
        drop(gone);
        let held = HELD.load(Ordering::Relaxed) - before;
        let info = index.info(&ana).await.unwrap().unwrap();
        let share = info.bytes as f64 / held as f64;
        assert!((0.85..1.15).contains(&share), "{count}: {} told, {held} held", info.bytes);
        assert!(
            held / info.entries < most * 3 / 2 && (removed > 0 || held / info.entries < most),
            "{}",
            held / info.entries
        );
    }
}
