//! Into a file and out of it.

use crate::furnished::{at, furnish, id, insert, silent, sum, sums};
use philia_companion::Error;
use philia_companion::moving::{Backup, Manifest, back_up, restore, unfinished, verify};
use philia_ports::store::{Change, Doc, Draft, Key, Kind};
use philia_ports::{Store as _, StoreAdmin};
use philia_store_memory::MemoryStore;
use philia_store_sqlite::SqliteStore;
use philia_testkit::faulty::FaultyStore;
use philia_testkit::world::CountingChance;
use secrecy::SecretString;
use serde_json::json;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn how(passphrase: Option<&str>) -> Backup {
    Backup {
        now: at(1_000_000),
        passphrase: passphrase.map(SecretString::from),
        chance: Arc::new(CountingChance::default()),
    }
}

async fn backed_up(store: &dyn StoreAdmin, passphrase: Option<&str>) -> Vec<u8> {
    back_up(store, Vec::new(), how(passphrase), &silent).await.unwrap().0
}

async fn restored(bytes: &[u8], passphrase: Option<&str>, target: &dyn StoreAdmin) -> Result<Manifest, Error> {
    let passphrase = passphrase.map(SecretString::from);
    restore(Cursor::new(bytes), passphrase.as_ref(), target, at(2), &silent, async |_| ()).await
}

#[tokio::test]
async fn everything_is_restored_on_another_engine() {
    let source = MemoryStore::new();
    furnish(&source, 5, 300).await;
    let dir = tempfile::tempdir().unwrap();
    for (n, passphrase) in [None, Some("correct horse battery")].into_iter().enumerate() {
        let bytes = backed_up(&source, passphrase).await;
        let target = SqliteStore::open(&dir.path().join(format!("{n}.db"))).unwrap();
        let manifest = restored(&bytes, passphrase, &target).await.unwrap();
        assert_eq!(sums(&target).await, sums(&source).await);
        assert_eq!(manifest.total.partitions, 6);
        assert_eq!(manifest.header.sealed.is_some(), passphrase.is_some());
        assert_eq!(unfinished(&target).await.unwrap(), None);
    }
}

#[tokio::test]
async fn nothing_of_a_sealed_backup_can_be_read() {
    let source = MemoryStore::new();
    let partition = source.open(&id("zanzibarium")).await.unwrap();
    source.commit(&partition, vec![insert(Kind::Plugin, "x", 1, json!({ "t": "zanzibarium" }), None)]).await.unwrap();
    let sealed = backed_up(&source, Some("correct horse battery")).await;
    assert!(!sealed.windows(11).any(|bytes| bytes == b"zanzibarium"));
    let target = MemoryStore::new();
    for (passphrase, says) in [(None, "say which"), (Some("another horse battery"), "not the one")] {
        let error = restored(&sealed, passphrase, &target).await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)) && error.to_string().contains(says), "{error}");
    }
    let short = back_up(&source, Vec::new(), how(Some("short")), &silent).await.unwrap_err();
    assert!(short.to_string().contains("too short"), "{short}");
    assert!(target.partitions(1, None).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn what_is_changed_or_cut_short_is_refused_before_anything_is_touched() {
    let source = MemoryStore::new();
    furnish(&source, 2, 40).await;
    for passphrase in [None, Some("correct horse battery")] {
        let whole = backed_up(&source, passphrase).await;
        let phrase = passphrase.map(SecretString::from);
        let verified = |bytes: &[u8]| verify(Cursor::new(bytes), phrase.as_ref());
        assert_eq!(verified(&whole).unwrap().total.partitions, 3);
        let target = MemoryStore::new();
        for length in (0..whole.len()).step_by(61).chain([whole.len() - 1, whole.len() - 32]) {
            let error = restored(&whole[..length], passphrase, &target).await.unwrap_err();
            assert!(matches!(error, Error::Refused(_)), "cut to {length}: {error}");
        }
        for place in (0..whole.len()).step_by(97) {
            let mut changed = whole.clone();
            changed[place] ^= 1 << (place % 8);
            let error = verified(&changed).unwrap_err();
            assert!(matches!(error, Error::Refused(_)), "changed at {place}: {error}");
        }
        let longer = [&whole[..], b"x"].concat();
        assert!(verified(&longer).is_err() && verified(&[&whole[..], &whole[..]].concat()).is_err());
        // Nothing of all that was begun.
        assert_eq!(unfinished(&target).await.unwrap(), None);
        assert_eq!(target.open(&philia_ports::PartitionId::system()).await.unwrap().generation, 0);
    }
    assert!(verify(Cursor::new(b"PK\x03\x04 no backup of ours"), None).unwrap_err().to_string().contains("no backup"));
    let newer = b"philia backup 2\n{}\n".to_vec();
    assert!(verify(Cursor::new(newer), None).unwrap_err().to_string().contains("newer"));
}

#[tokio::test]
async fn a_restore_that_was_cut_off_goes_on() {
    let source = MemoryStore::new();
    furnish(&source, 2, 250).await;
    let bytes = backed_up(&source, None).await;
    for spared in 0..8 {
        let target = FaultyStore::new(MemoryStore::new());
        target.fail_commits_after(spared, usize::MAX);
        restored(&bytes, None, &target).await.unwrap_err();
        target.fail_commits(0);
        let other = MemoryStore::new();
        furnish(&other, 1, 3).await;
        if spared > 0 {
            // Another backup does not go on where this one was cut off.
            let error = restored(
                &back_up(&other, Vec::new(), Backup { now: at(9), ..how(None) }, &silent).await.unwrap().0,
                None,
                &target,
            )
            .await
            .unwrap_err();
            assert!(error.to_string().contains("half full"), "{error}");
        }
        restored(&bytes, None, &target).await.unwrap();
        assert_eq!(sums(&target).await, sums(&source).await);
    }
    let full = MemoryStore::new();
    furnish(&full, 1, 3).await;
    assert!(restored(&bytes, None, &full).await.unwrap_err().to_string().contains("must be empty"));
}

/// People write while the backup is made: each commit changes two records to the same number and adds a turn, so a partition
/// that is of one commit has as many turns as both say, and none that was acknowledged before is missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_person_is_as_they_were_at_one_commit() {
    const PEOPLE: usize = 4;
    // What everybody says while a backup is made. Without an end, a fast disk would let none of them catch up.
    const TURNS: u64 = 200;
    let dir = tempfile::tempdir().unwrap();
    let store: Arc<dyn StoreAdmin> = Arc::new(SqliteStore::open(&dir.path().join("philia.db")).unwrap());
    let acknowledged = Arc::new([const { AtomicU64::new(0) }; PEOPLE]);
    let (most, _) = tokio::sync::watch::channel(0_u64);
    let writers: Vec<_> = (0..PEOPLE)
        .map(|person| {
            let (store, mut most, acknowledged) = (store.clone(), most.subscribe(), acknowledged.clone());
            tokio::spawn(async move {
                let partition = store.open(&id(&format!("person-{person}"))).await.unwrap();
                let mut turn = 0_u64;
                while most.wait_for(|most| turn < *most).await.is_ok() {
                    let doc = Doc::from(json!({ "turns": turn + 1 }));
                    let one = |kind| {
                        let draft =
                            Draft { key: Key::new(kind, "count"), at: at(turn as i64), doc: doc.clone(), blob: None };
                        if turn == 0 { Change::Insert(draft) } else { Change::Put { draft, expected: turn } }
                    };
                    let said =
                        insert(Kind::Interaction, format!("t{turn:09}"), turn as i64, json!({ "n": turn }), None);
                    let job = insert(Kind::Job, format!("j{turn:09}"), turn as i64, json!({}), None);
                    let mut changes = vec![one(Kind::Thread), said, one(Kind::Access), job];
                    if turn > 0 {
                        changes.push(Change::Delete {
                            key: Key::new(Kind::Job, format!("j{:09}", turn - 1)),
                            expected: None,
                        });
                    }
                    store.commit(&partition, changes).await.unwrap();
                    turn += 1;
                    acknowledged[person].store(turn, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for backup in 0..5 {
        most.send_replace((backup + 1) * TURNS);
        while acknowledged.iter().any(|count| count.load(Ordering::SeqCst) < backup * TURNS + 5) {
            tokio::task::yield_now().await;
        }
        let before: Vec<u64> = acknowledged.iter().map(|count| count.load(Ordering::SeqCst)).collect();
        let bytes = backed_up(&*store, None).await;
        let target = MemoryStore::new();
        restored(&bytes, None, &target).await.unwrap();
        for (person, before) in before.iter().enumerate() {
            let partition = target.open(&id(&format!("person-{person}"))).await.unwrap();
            let keys = [Key::new(Kind::Thread, "count"), Key::new(Kind::Access, "count")];
            let counts = target.get_many(&partition, &keys).await.unwrap();
            let counts: Vec<u64> =
                counts.iter().map(|one| one.as_ref().unwrap().doc.value()["turns"].as_u64().unwrap()).collect();
            let sum = sum(&target, &partition).await;
            assert_eq!((sum.kinds["interaction"], sum.kinds["job"]), (counts[0], 1), "{sum:?}");
            assert_eq!(counts[0], counts[1]);
            assert!(counts[0] >= *before, "{} turns of {before}", counts[0]);
            let last = format!("j{:09}", counts[0] - 1);
            assert!(target.get_many(&partition, &[Key::new(Kind::Job, last)]).await.unwrap()[0].is_some());
        }
    }
    drop(most);
    for writer in writers {
        writer.await.unwrap();
    }
}
