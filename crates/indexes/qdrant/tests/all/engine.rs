//! On Qdrant's own engine: its graphs find nearly what a look at all finds, and what is killed or hangs is come back to.

use crate::{ana, entry, found, opened};
use philia_index_qdrant::QdrantIndex;
use philia_mind::memory::recall::{POOL, Query};
use philia_ports::index::{Entry, Filter, Hit, Index, IndexError};
use philia_testkit::index::{about, run};
use philia_testkit::server::Server as _;
use philia_testkit::server::qdrant::{self, Qdrant};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

async fn nearest(index: &QdrantIndex, vector: Vec<f32>, filter: &Filter) -> Vec<Hit> {
    index.search(&ana(), &Query::default(), &[Some(vector)], filter, POOL).await.unwrap()
}

#[test]
fn a_graph_finds_nearly_what_a_look_at_all_finds() {
    const ENTRIES: u64 = 3000;
    let Some(server) = qdrant::shared() else { return };
    let url = server.url();
    let (_, prefix) = url.split_once("prefix=").unwrap();
    let collection = format!("http://127.0.0.1:{}/collections/{prefix}_48", server.port());
    run(async {
        let exact = opened(&url).await.unwrap();
        let entries = (0..ENTRIES).map(|n| Entry {
            vector: Some(about(n % 40, n)),
            tags: if n.is_multiple_of(10) { vec!["tenth".into()] } else { Vec::new() },
            ..entry(&format!("{n:06}"), "it rains")
        });
        exact.apply(&ana(), None, entries.collect(), &[], 1).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        // So few are no reason to make a graph, usually.
        let sooner =
            json!({ "optimizers_config": { "indexing_threshold": 100 }, "hnsw_config": { "full_scan_threshold": 10 } });
        http.patch(&collection)
            .header("api-key", "key")
            .json(&sooner)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        let by_graph = opened(&url).await.unwrap().with_graphs_from(1000);
        loop {
            let state: Value =
                http.get(&collection).header("api-key", "key").send().await.unwrap().json().await.unwrap();
            if state["result"]["status"] == "green"
                && state["result"]["indexed_vectors_count"].as_u64() > Some(ENTRIES / 2)
            {
                break;
            }
        }
        let tenths = Filter { tags: vec!["tenth".into()], ..Filter::default() };
        for filter in [Filter::default(), tenths] {
            let mut found = 0;
            for asked in 0..40 {
                let probe = about(asked, ENTRIES + asked);
                let all = nearest(&exact, probe.clone(), &filter).await;
                let some = nearest(&by_graph, probe, &filter).await;
                let best: Vec<_> = all.iter().take(10).map(|hit| &hit.id).collect();
                found += some.iter().take(10).filter(|hit| best.contains(&&hit.id)).count();
            }
            let recall = found as f64 / 400.0;
            assert!(recall >= 0.95, "{recall} of the ten nearest, {filter:?}");
        }
    });
}

#[test]
fn a_server_that_dies_or_hangs_is_come_back_to() {
    let Some(mut server) = Qdrant::start() else { return };
    let url = server.url();
    run(async {
        server.kill();
        let index = opened(&url).await.unwrap();
        let gone = index.info(&ana()).await;
        assert!(matches!(gone, Err(IndexError::Unavailable(_))), "{gone:?}");
        server.restart();
        index.apply(&ana(), None, vec![entry("1", "a kayak")], &[], 1).await.unwrap();
        server.hang();
        // A thread of it may say a last word before it stands still.
        while timeout(Duration::from_millis(200), index.info(&ana())).await.is_ok() {}
        let since = std::time::Instant::now();
        opened(&url).await.unwrap();
        assert!(since.elapsed() < Duration::from_secs(20), "nobody starts later because of it");
        server.resume();
        assert_eq!(index.info(&ana()).await.unwrap().unwrap().upto, 1);
    });
}

#[test]
fn a_server_that_dies_while_it_is_written_to_holds_whole_states() {
    let Some(mut server) = Qdrant::start() else { return };
    let url = server.url();
    run(async {
        for round in 0..4 {
            let writer = opened(&url).await.unwrap();
            writer.apply(&ana(), None, vec![entry("0", "a kayak")], &[], 1).await.unwrap();
            let (told, mut done) = tokio::sync::mpsc::channel(1);
            let writes = tokio::spawn(async move {
                for n in 1.. {
                    let pair = ["a", "b"].map(|half| entry(&format!("{n}{half}"), "a kayak")).to_vec();
                    if writer.apply(&ana(), Some(n), pair, &[], n + 1).await.is_err() {
                        return n;
                    }
                    let _ = told.try_send(n);
                }
                0
            });
            for _ in 0..=round {
                done.recv().await.unwrap();
            }
            server.kill();
            let reached = writes.await.unwrap();
            server.restart();
            let index = opened(&url).await.unwrap();
            if let Some(info) = index.info(&ana()).await.unwrap() {
                assert!(
                    [reached, reached + 1].contains(&info.upto),
                    "what was acknowledged is there: {info:?}, {reached}"
                );
                assert_eq!(info.entries as u64, 2 * info.upto - 1);
                assert_eq!(found(&index, "kayak").await.unwrap().len(), info.entries);
            }
        }
    });
}
