//! A disk that is really full: a small file system of its own, as a tablespace, where this process may mount one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, Store, StoreError};
use philia_store_postgres::PostgresStore;
use philia_testkit::server::postgres::Postgres;
use philia_testkit::small_disk::SmallDisk;
use philia_testkit::store::run;
use serde_json::json;
use std::process::Command;

fn insert(n: usize) -> Change {
    // What cannot be packed: a page holds few of these.
    let bytes: Vec<u8> =
        (0..100_000_u64).map(|i| ((i + n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let key = Key::new(Kind::Memory, format!("{n:03}"));
    Change::Insert(Draft { key, at: Timestamp::UNIX_EPOCH, doc: json!({}).into(), blob: Some(bytes) })
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_there() {
    // The disk outlives the server that stands on it.
    let Some(disk) = SmallDisk::mount(24) else { return };
    let Some(server) = Postgres::start(18) else { return };
    let place = disk.path().join("space");
    std::fs::create_dir(&place).unwrap();
    let owner = server.psql("postgres", "SHOW data_directory").unwrap();
    let given = Command::new("chown").arg("--reference").arg(owner.trim()).arg(&place).status().unwrap();
    assert!(given.success());
    server.psql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", place.display())).unwrap();
    server.psql("postgres", "CREATE DATABASE narrow TABLESPACE small").unwrap();
    run(async {
        let store = PostgresStore::open(&server.url("narrow")).await.unwrap();
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
            let again = store.commit(&ana, vec![insert(1000), insert(1001)]).await;
            assert!(matches!(again, Err(StoreError::Full(_))), "{again:?}");
        }
    });
}
