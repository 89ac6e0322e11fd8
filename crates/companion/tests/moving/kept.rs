//! Backups that the program makes by itself.

use philia_cache_local::LocalCache;
use philia_companion::moving::{BackupSettings, restore};
use philia_companion::{Incoming, Parts, Personas, Philia, Settings};
use philia_index_embedded::EmbeddedIndex;
use philia_mind::Profile;
use philia_models::static_table::StaticTable;
use philia_ports::{Embedder, Store as _, StoreAdmin as _};
use philia_store_memory::MemoryStore;
use philia_testkit::world::{CountingChance, ManualClock};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

fn philia(dir: &Path, keep: usize) -> (Philia, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at("2026-05-03T10:00:00Z"));
    let embedder: Arc<dyn Embedder> = Arc::new(StaticTable::load().unwrap());
    let backup = BackupSettings { dir: Some(dir.to_owned()), keep, ..BackupSettings::default() };
    let philia = Philia::new(Parts {
        store: Arc::new(MemoryStore::new()),
        index: Arc::new(EmbeddedIndex::new(1 << 24)),
        remote_index: None,
        cache: Arc::new(LocalCache::new(clock.clone(), 1 << 20)),
        embedder: embedder.into(),
        former: None,
        chat: None.into(),
        fast: None.into(),
        clock: clock.clone(),
        chance: Arc::new(CountingChance::default()),
        personas: Personas::built_in().unwrap(),
        default_profile: Profile::default(),
        hooks: Vec::new(),
        master_keys: Arc::new(philia_companion::privacy::HeldKeys::default()),
        settings: Settings { backup, ..Settings::default() },
    });
    (philia, clock)
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_last_few_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("notes.txt"), "not ours").unwrap();
    let (philia, clock) = philia(dir.path(), 3);
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(philia.keep_backup().await.unwrap().file);
        clock.advance(jiff::SignedDuration::from_hours(24));
    }
    assert_eq!(files(dir.path()), ["notes.txt", &made[2], &made[3], &made[4]]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(dir.path().join(&made[4])).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn whoever_is_erased_is_in_no_backup_that_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (philia, clock) = philia(dir.path(), 7);
    for name in ["ana", "ben"] {
        let person = philia.person("home", name).await.unwrap();
        person.ask(Incoming::new("test", "I got a new puppy today!")).await.unwrap();
        philia.idle().await;
    }
    for _ in 0..3 {
        philia.keep_backup().await.unwrap();
        clock.advance(jiff::SignedDuration::from_hours(24));
    }
    philia.person("home", "ana").await.unwrap().erase().await.unwrap();
    // It is promised durably, and done by whoever does what is due.
    philia.reflect().await.unwrap();
    let left = files(dir.path());
    assert_eq!(left.len(), 1, "{left:?}");
    let target = MemoryStore::new();
    let file = File::open(dir.path().join(&left[0])).unwrap();
    restore(file, None, &target, philia.now(), &|_| (), async |_| ()).await.unwrap();
    let names: Vec<String> =
        target.partitions(10, None).await.unwrap().items.iter().map(|info| info.partition.id.to_string()).collect();
    assert_eq!(names, ["home/ben"]);
    // The promise is kept, and not made where there is nothing to keep it for.
    philia.renew_backups().await.unwrap();
    assert_eq!(files(dir.path()), left);
    assert!(target.open(&philia_ports::PartitionId::system()).await.is_ok());
}
