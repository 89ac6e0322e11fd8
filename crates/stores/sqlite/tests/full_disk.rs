//! A disk that is really full: a file system of two megabytes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, Store, StoreError};
use philia_store_sqlite::SqliteStore;
use philia_testkit::small_disk::SmallDisk;
use philia_testkit::store::run;
use serde_json::json;

fn insert(n: usize) -> Change {
    let doc = json!({ "content": "x".repeat(20_000) });
    Change::Insert(Draft {
        key: Key::new(Kind::Memory, format!("{n:03}")),
        at: Timestamp::UNIX_EPOCH,
        doc: doc.into(),
        blob: None,
    })
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_there() {
    let Some(disk) = SmallDisk::mount(2) else { return };
    let path = disk.path().join("philia.db");
    let store = SqliteStore::open(&path).unwrap();
    run(async {
        let ana = store.open(&PartitionId::new("home", "ana").unwrap()).await.unwrap();
        let mut kept = 0;
        let full = loop {
            match store.commit(&ana, vec![insert(2 * kept), insert(2 * kept + 1)]).await {
                Ok(_) => kept += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(full, StoreError::Full(_)), "{full:?} after {kept} commits");
        assert!(kept > 10, "full after {kept} commits already");
        for _ in 0..2 {
            let page = store.scan(&ana, &Scan::of(Kind::Memory)).await.unwrap();
            assert_eq!(page.items.len(), 2 * kept);
            assert_eq!(store.changes(&ana, Kind::Memory, 0, 10).await.unwrap().head, kept as u64);
            store.verify().await.unwrap();
            let again = store.commit(&ana, vec![insert(1000), insert(1001)]).await;
            assert!(matches!(again, Err(StoreError::Full(_))), "{again:?}");
        }
        drop(store);
        let store = SqliteStore::open(&path).unwrap();
        let page = store.scan(&ana, &Scan::of(Kind::Memory)).await.unwrap();
        assert_eq!(page.items.len(), 2 * kept);
    });
}

#[test]
fn a_store_that_finds_no_room_to_begin_leaves_nothing() {
    let Some(disk) = SmallDisk::mount(2) else { return };
    let path = disk.path().join("philia.db");
    let ballast = disk.path().join("ballast");
    // Leave some kilobytes: enough for names, not for a store.
    std::fs::write(&ballast, vec![0; 2 * 1024 * 1024 - 40 * 1024]).unwrap();
    let full = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(full, StoreError::Full(_)), "{full:?}");
    assert!(!path.exists());
    std::fs::remove_file(&ballast).unwrap();
    run(SqliteStore::open(&path).unwrap().verify()).unwrap();
}

#[test]
fn a_disk_that_cannot_be_written_is_read() {
    let Some(disk) = SmallDisk::mount(4) else { return };
    let path = disk.path().join("100% philia?.db");
    let ana = PartitionId::new("home", "ana").unwrap();
    {
        let store = SqliteStore::open(&path).unwrap();
        run(async {
            let ana = store.open(&ana).await.unwrap();
            store.commit(&ana, vec![insert(1)]).await.unwrap();
        });
        assert!(!store.is_read_only());
    }
    disk.make_read_only();
    let store = SqliteStore::open(&path).unwrap();
    assert!(store.is_read_only());
    run(async {
        let ana = store.open(&ana).await.unwrap();
        assert_eq!(store.scan(&ana, &Scan::of(Kind::Memory)).await.unwrap().items.len(), 1);
        for _ in 0..2 {
            let refused = store.commit(&ana, vec![insert(2)]).await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        }
        store.verify().await.unwrap();
    });
    // What is not there cannot be made.
    assert!(matches!(SqliteStore::open(&disk.path().join("new.db")), Err(StoreError::Unavailable(_))));
}
