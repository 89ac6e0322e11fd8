//! What can go wrong between two requests, and between two instances, on a small Qdrant that fails when it is told to.

use crate::small::{KEY, Small};
use crate::{ana, entry, found, opened};
use philia_mind::MemoryId;
use philia_ports::index::{Entry, Index, IndexError};
use philia_testkit::index::run;
use serde_json::json;

#[test]
fn an_index_that_cannot_be_used_says_why() {
    let small = Small::start();
    let refused = |url: &str| match run(opened(url)) {
        Err(IndexError::Invalid(why)) => why,
        other => panic!("{other:?}"),
    };
    let why = refused(&small.url().replace(KEY, "s3cret"));
    assert!(why.contains("by that key") && !why.contains("s3cret"), "{why}");
    let keyless = small.url().replace(&format!(":{KEY}@"), "");
    assert!(refused(&keyless).contains("without a key"));
    for (url, said) in [
        ("redis://:s3cret@host", "another scheme"),
        ("qdrant://", "cannot be read"),
        ("qdrant://:s3cret@host?prefix=a/b", "prefix"),
        ("qdrant://:s3cret@host?colour=blue", "colour"),
    ] {
        let why = refused(url);
        assert!(why.contains(said) && !why.contains("s3cret"), "{why}");
    }
    small.make("philia_2", json!({ "vectors": { "size": 2, "distance": "Cosine" } }));
    small.make("theirs_people", json!({ "vectors": { "size": 2, "distance": "Cosine" } }));
    assert!(refused(&format!("{}?prefix=theirs", small.url())).contains("theirs_people"));
    run(async {
        let index = opened(&small.url()).await.unwrap();
        let theirs = index.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await;
        assert!(matches!(&theirs, Err(IndexError::Invalid(why)) if why.contains("philia_2")), "{theirs:?}");
        assert_eq!(small.points("philia_2"), 0, "it is left alone");
        assert_eq!(index.info(&ana()).await.unwrap(), None);
        let own = opened(&format!("{}?prefix=own", small.url())).await.unwrap();
        own.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await.unwrap();
        assert!(small.indexed("own_2").iter().any(|field| field == "person"));
        assert_eq!(own.snapshot().await.unwrap().len(), 2);
    });
}

#[test]
fn half_a_change_is_never_found() {
    let small = Small::start();
    run(async {
        let index = opened(&small.url()).await.unwrap();
        for writes in 0..6 {
            index.apply(&ana(), None, vec![entry("1", "a kayak"), entry("2", "a kayak")], &[], 1).await.unwrap();
            small.fail_after(writes);
            let both = vec![entry("1", "a piano"), entry("3", "a kayak")];
            let gone = index.apply(&ana(), Some(1), both, &[MemoryId::new("2")], 2).await;
            small.mend();
            match gone {
                // Whoever was cut off is waited for, and then everything is filled anew.
                Err(IndexError::Unavailable(_)) if writes > 0 => assert_eq!(index.info(&ana()).await.unwrap(), None),
                Err(IndexError::Unavailable(_)) => assert_eq!(found(&index, "kayak").await.unwrap(), ["1", "2"]),
                // A claim, a removal, points, an end.
                Ok(()) => assert_eq!((writes, found(&index, "kayak").await.unwrap()), (4, vec!["3".to_owned()])),
                Err(other) => panic!("{other:?}"),
            }
            if writes == 4 {
                return;
            }
        }
        panic!("it never came to an end");
    });
}

#[test]
fn what_is_cleared_leaves_nothing() {
    let small = Small::start();
    run(async {
        let index = opened(&small.url()).await.unwrap();
        index.apply(&ana(), None, vec![Entry { vector: None, ..entry("1", "a kayak") }], &[], 1).await.unwrap();
        // The first vector has it move.
        index.apply(&ana(), Some(1), vec![entry("2", "a piano")], &[], 2).await.unwrap();
        assert_eq!((small.points("philia_0"), small.points("philia_2"), small.points("philia_people")), (0, 2, 1));
        assert!(small.content().contains("piano") && !small.content().contains("ana\""), "but not who it is");
        index.clear(&ana()).await.unwrap();
        assert_eq!((small.points("philia_2"), small.points("philia_people")), (0, 0));
    });
}

#[test]
fn what_one_instance_brings_another_finds_and_does_not_bring_twice() {
    let (small, ana) = (Small::start(), ana());
    run(async {
        let (one, two) = (opened(&small.url()).await.unwrap(), opened(&small.url()).await.unwrap());
        one.apply(&ana, None, vec![entry("1", "a kayak")], &[], 1).await.unwrap();
        for round in 1..=20 {
            let come = || vec![entry(&format!("{}", round + 1), "a kayak")];
            let (first, second) = tokio::join!(
                one.apply(&ana, Some(round), come(), &[], round + 1),
                two.apply(&ana, Some(round), come(), &[], round + 1),
            );
            let late = first.and(second);
            assert!(matches!(late, Err(IndexError::NotLoaded)), "{late:?}");
            let info = two.info(&ana).await.unwrap().unwrap();
            assert_eq!((info.upto, info.entries), (round + 1, round as usize + 1));
        }
        assert_eq!(found(&one, "kayak").await.unwrap(), found(&two, "kayak").await.unwrap());
        // Both fill it anew: one after the other, and the later one stands.
        let all = |word: &str| (0..30).map(|n| entry(&format!("{n}"), word)).collect::<Vec<_>>();
        let (first, second) =
            tokio::join!(one.apply(&ana, None, all("kayak"), &[], 50), two.apply(&ana, None, all("piano"), &[], 50));
        first.unwrap();
        second.unwrap();
        let (kayaks, pianos) = (found(&one, "kayak").await.unwrap(), found(&two, "piano").await.unwrap());
        assert!([0, 30].contains(&kayaks.len()) && kayaks.len() + pianos.len() == 30, "{kayaks:?} {pianos:?}");
        assert_eq!(small.points("philia_2"), 30, "and nothing is left of the other");
    });
}

#[test]
fn readers_on_another_instance_see_whole_states() {
    let small = Small::start();
    run(async {
        let (writer, reader) = (opened(&small.url()).await.unwrap(), opened(&small.url()).await.unwrap());
        writer.apply(&ana(), None, vec![entry("first", "a kayak")], &[], 1).await.unwrap();
        let writes = tokio::spawn(async move {
            for n in 1..45 {
                let pair = ["a", "b"].map(|half| entry(&format!("{n}{half}"), "a kayak")).to_vec();
                writer.apply(&ana(), Some(n), pair, &[], n + 1).await.unwrap();
            }
        });
        while !writes.is_finished() {
            match found(&reader, "kayak").await {
                Ok(found) => assert_eq!(found.len() % 2, 1, "a pair was seen in half"),
                // Somebody wrote meanwhile.
                Err(IndexError::NotLoaded) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        writes.await.unwrap();
        assert_eq!(found(&reader, "kayak").await.unwrap().len(), 89);
    });
}

#[test]
fn what_is_gone_is_filled_anew() {
    let small = Small::start();
    run(async {
        let index = opened(&small.url()).await.unwrap();
        let losses: [fn(&Small); 3] =
            [|small| small.drop("philia_2"), |small| small.drop("philia_people"), |small| small.lose("philia_2")];
        for lose in losses {
            index.apply(&ana(), None, vec![entry("1", "a kayak"), entry("2", "a kayak")], &[], 1).await.unwrap();
            lose(&small);
            let lost = found(&index, "kayak").await;
            assert!(matches!(lost, Err(IndexError::NotLoaded)), "{lost:?}");
            assert_eq!(index.info(&ana()).await.unwrap(), None);
        }
        index.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await.unwrap();
        assert_eq!(found(&index, "kayak").await.unwrap(), ["1"]);
        small.change("philia_people", "format", &json!(99));
        assert_eq!(index.info(&ana()).await.unwrap(), None, "what another program wrote is filled anew, too");
    });
}

#[test]
fn a_server_that_is_not_there_is_asked_again_later() {
    run(async {
        let index = opened("qdrant://127.0.0.1:9").await.unwrap();
        let gone = index.info(&ana()).await;
        assert!(matches!(gone, Err(IndexError::Unavailable(_))), "{gone:?}");
    });
}
