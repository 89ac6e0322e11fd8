//! The Redis store passes the suite that every store passes on a cluster, too: no commit crosses what must stay together.
#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use jiff::Timestamp;
use philia_ports::store::{Change, Draft, Key, Kind, PartitionId, Scan, StoreAdmin, StoreError};
use philia_store_redis::RedisStore;
use philia_testkit::server::Server as _;
use philia_testkit::server::redis::Redis;
use philia_testkit::store::{self, Fixture};
use redis::{Connection, Value, cmd};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Servers that are a cluster, of their own: a cluster has one database.
struct OnCluster(Vec<Redis>);

/// Begins a cluster of so many nodes, which have a part of the slots each.
fn cluster(nodes: u16) -> Option<OnCluster> {
    let settings = ["--appendonly", "yes", "--appendfsync", "always"];
    let nodes: Vec<Redis> = (0..nodes).map(|_| Redis::start_node(&settings)).collect::<Option<_>>()?;
    let mut asked: Vec<Connection> = nodes.iter().map(connection).collect();
    let count = asked.len();
    for (number, node) in asked.iter_mut().enumerate() {
        let (from, to) = (16384 * number / count, 16384 * (number + 1) / count - 1);
        let _: Value = cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(from).arg(to).query(node).unwrap();
        let _: Value = cmd("CLUSTER").arg("SET-CONFIG-EPOCH").arg(number + 1).query(node).unwrap();
        let (first, bus) = (nodes[0].port(), nodes[0].bus());
        let _: Value = cmd("CLUSTER").arg("MEET").arg("127.0.0.1").arg(first).arg(bus).query(node).unwrap();
    }
    let since = Instant::now();
    for node in &mut asked {
        loop {
            let info: String = cmd("CLUSTER").arg("INFO").query(node).unwrap();
            if info.contains("cluster_state:ok") && info.contains(&format!("cluster_known_nodes:{count}")) {
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{info}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Some(OnCluster(nodes))
}

fn connection(node: &Redis) -> Connection {
    let client = redis::Client::open(format!("redis://127.0.0.1:{}", node.port())).unwrap();
    client.get_connection().unwrap()
}

#[async_trait::async_trait]
impl Fixture for OnCluster {
    async fn open(&self) -> Arc<dyn StoreAdmin> {
        let url = format!("redis://127.0.0.1:{}?timeout=60000", self.0[0].port());
        Arc::new(RedisStore::open(&url).await.unwrap())
    }
}

// Each has a cluster of its own, so only those that touch more than one thing.
philia_testkit::store_behaviours! { cluster(1);
    a_conflict_names_its_record_and_commits_nothing
    a_hundred_changes_are_made_together_or_not_at_all
    pages_of_any_size_meet_exactly
    kinds_are_apart
    changes_are_followed_from_anywhere
    jobs_are_due_across_partitions
    erasing_removes_everything_and_lets_nothing_back
}

#[test]
fn people_live_on_all_nodes_and_are_found_on_all() {
    let Some(cluster) = cluster(3) else { return };
    let empty = || {
        for node in &cluster.0 {
            let _: Value = cmd("FLUSHALL").query(&mut connection(node)).unwrap();
        }
    };
    store::run(async {
        store::jobs_are_due_across_partitions(&cluster).await;
        empty();
        store::everything_is_there_after_a_restart(&cluster).await;
        empty();
        store::erasing_one_leaves_the_others(&cluster).await;
    });
}

#[test]
fn a_node_that_comes_back_is_used_again() {
    let Some(mut cluster) = cluster(1) else { return };
    store::run(async {
        let store = cluster.open().await;
        let ana = store.open(&PartitionId::new("home", "ana").unwrap()).await.unwrap();
        let commit = async |id: &str| {
            let key = Key::new(Kind::Memory, id);
            let draft = Draft { key, at: Timestamp::UNIX_EPOCH, doc: json!({}).into(), blob: None };
            store.commit(&ana, vec![Change::Insert(draft)]).await
        };
        commit("before").await.unwrap();
        for round in 0..3 {
            cluster.0[0].kill();
            let failed = commit("meanwhile").await;
            assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
            cluster.0[0].restart();
            let since = Instant::now();
            loop {
                match commit(&format!("after {round}")).await {
                    Ok(_) | Err(StoreError::Conflict(_)) => break,
                    Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
                    Err(other) => panic!("{other}"),
                }
                assert!(since.elapsed() < Duration::from_secs(60), "it does not come back");
            }
        }
        let kept = store.scan(&ana, &Scan::of(Kind::Memory)).await.unwrap().items;
        let ids: Vec<&str> = kept.iter().map(|record| record.key.id.as_str()).collect();
        assert_eq!(ids, ["after 0", "after 1", "after 2", "before"]);
    });
}
