//! Every engine keeps what SQLite keeps: conversations, what is whose, and what was acknowledged before a kill; and
//! everything moves from each to each.

mod circle;
mod doors;
mod talk;

use crate::crash;
use crate::home::Home;
use philia_ports::StoreAdmin;
use philia_store_dynamo::DynamoStore;
use philia_store_mongo::MongoStore;
use philia_store_postgres::PostgresStore;
use philia_store_redis::RedisStore;
use philia_store_sqlite::SqliteStore;
use philia_testkit::server::{dynamo, postgres, redis};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The engines that are tried: one line each, in [`Place::new`] and here.
macro_rules! on_every_engine {
    ($make:ident) => {
        $make! { sqlite postgres_16 postgres_18 redis_7 dynamodb mongodb }
    };
}
use on_every_engine;

/// An empty place of an engine.
pub(crate) struct Place {
    pub(crate) url: String,
    /// What is removed afterwards.
    _dir: Option<TempDir>,
}

impl Place {
    /// One of this engine; none (and a visible skip) where it is not installed.
    pub(crate) fn new(engine: &str) -> Option<Self> {
        let url = match engine {
            "sqlite" => {
                let dir = TempDir::new().unwrap();
                let url = format!("sqlite://{}", dir.path().join("philia.db").display());
                return Some(Self { url, _dir: Some(dir) });
            }
            "postgres_16" => postgres::shared(16)?.database(),
            "postgres_18" => postgres::shared(18)?.database(),
            "redis_7" => redis::shared()?.database(),
            // It answers in Python, one request after another: a hundred thousand records take it a while.
            "dynamodb" => format!("{}&timeout=60", dynamo::shared()?.url()),
            "mongodb" => mongodb()?,
            other => panic!("there is no engine {other}"),
        };
        Some(Self { url, _dir: None })
    }

    /// Its store, as this process uses it.
    pub(crate) async fn open(&self) -> Arc<dyn StoreAdmin> {
        let url = &self.url;
        match url.split("://").next().unwrap() {
            "sqlite" => Arc::new(SqliteStore::open(url.trim_start_matches("sqlite://").as_ref()).unwrap()),
            "postgres" => Arc::new(PostgresStore::open(url).await.unwrap()),
            "redis" => Arc::new(RedisStore::open(url).await.unwrap()),
            "dynamodb" => Arc::new(DynamoStore::open(url).await.unwrap()),
            "mongodb" => Arc::new(MongoStore::open(url).await.unwrap()),
            other => panic!("there is no engine {other}"),
        }
    }
}

/// An empty database of the replica set at `MONGODB_URL`; none (and a visible skip) where there is none.
fn mongodb() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("MONGODB_URL") else {
        philia_testkit::skipped("MONGODB_URL names no MongoDB");
        return None;
    };
    let (server, options) = server.split_once('?').unwrap_or((&server, ""));
    let hosts = server.trim_start_matches("mongodb://").split('/').next().unwrap();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Some(format!("mongodb://{hosts}/philia_engines_{}_{number}?{options}", std::process::id()))
}

/// Runs something over the store of an engine, on a runtime of its own.
pub(crate) fn over(engine: &str, what: impl AsyncFnOnce(Arc<dyn StoreAdmin>)) {
    let Some(place) = Place::new(engine) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { what(place.open().await).await });
}

/// The program is killed where it stands, again and again, over a server that stays.
mod killed {
    use super::{Home, Place, crash};

    macro_rules! tests {
        ($($engine:ident)*) => {
            $(
                #[test]
                fn $engine() {
                    let Some(place) = Place::new(stringify!($engine)) else { return };
                    crash::survives(&Home::new().with("PHILIA__STORE__URL", &place.url), 20);
                }
            )*
        };
    }
    super::on_every_engine!(tests);
}
