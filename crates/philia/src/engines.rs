//! The engines: what may keep the records, what may find memories, and what may hold things at hand. One line each.
//!
//! The configuration takes what these tables list, docs/configuration.md names it, and the wiring opens it. An engine
//! that this program was built without is listed all the same, so that whoever asks for it is told what is missing.

use crate::config::Config;
use crate::system::SystemClock;
use crate::wire;
use anyhow::{Context as _, anyhow};
use philia_cache_local::LocalCache;
use philia_ports::{Cache, Index, StoreAdmin};
use philia_store_memory::MemoryStore;
use philia_store_sqlite::SqliteStore;
use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

/// The engines that keep records: their name, what their URLs look like, how they are opened, and before that the feature
/// that builds them in, if they are not always there.
pub(crate) static STORES: &[Engine<dyn StoreAdmin>] = &[
    engine!("memory", "memory://", StoreAdmin, |_, _| Arc::new(MemoryStore::new())),
    engine!("SQLite", "sqlite://PATH", StoreAdmin, |url, _| Arc::new(open_sqlite(url)?)),
    engine!("PostgreSQL", "postgres[ql]://USER@HOST/DATABASE", "postgres", StoreAdmin, |url, _| {
        Arc::new(philia_store_postgres::PostgresStore::open(url).await?)
    }),
    engine!("Redis", "redis[s]://HOST:PORT/DATABASE", "redis", StoreAdmin, |url, _| {
        Arc::new(philia_store_redis::RedisStore::open(url).await?)
    }),
    engine!("MongoDB", "mongodb://HOST/DATABASE", "mongo", StoreAdmin, |url, _| {
        Arc::new(philia_store_mongo::MongoStore::open(url).await?)
    }),
    engine!("DynamoDB", "dynamodb://TABLE?region=REGION", "dynamo", StoreAdmin, |url, _| {
        Arc::new(philia_store_dynamo::DynamoStore::open(url).await?)
    }),
];

/// The engines that find memories.
pub(crate) static INDEXES: &[Engine<dyn Index>] = &[
    engine!("the embedded index", "embedded://", Index, |_, config| wire::warmed_index(config)),
    engine!("pgvector", "postgres[ql]://USER@HOST/DATABASE", "postgres", Index, |url, _| {
        Arc::new(philia_store_postgres::PgVectorIndex::open(url, Arc::new(wire::Words)).await?)
    }),
    engine!("Qdrant", "qdrant[s]://HOST:PORT", "qdrant", Index, |url, _| {
        Arc::new(
            philia_index_qdrant::QdrantIndex::open(url, Arc::new(wire::Words), Arc::new(crate::system::SystemChance))
                .await?,
        )
    }),
];

/// The engines that hold things at hand.
pub(crate) static CACHES: &[Engine<dyn Cache>] = &[
    engine!("this process", "local://", Cache, |_, config| {
        Arc::new(LocalCache::new(Arc::new(SystemClock), config.cache.budget_mb * 1024 * 1024))
    }),
    engine!("Redis", "redis[s]://HOST:PORT/DATABASE", "redis", Cache, |url, _| {
        Arc::new(philia_cache_redis::RedisCache::open(url, Arc::new(SystemClock)).await?)
    }),
];

/// One engine.
pub(crate) struct Engine<T: ?Sized + 'static> {
    /// Its name, for people.
    pub(crate) name: &'static str,
    /// What its URLs look like (`sqlite://PATH`).
    pub(crate) looks: &'static str,
    /// The feature that builds it in; none if it is always there.
    feature: Option<&'static str>,
    /// Opens it; none where it is not built in.
    open: Option<Open<T>>,
}

type Opening<'a, T> = Pin<Box<dyn Future<Output = anyhow::Result<Arc<T>>> + Send + 'a>>;
type Open<T> = for<'a> fn(&'a str, &'a Config) -> Opening<'a, T>;

/// One line of a table.
macro_rules! engine {
    ($name:literal, $looks:literal, $port:ident, |$url:pat_param, $config:pat_param| $open:expr) => {
        Engine { name: $name, looks: $looks, feature: None, open: opened!($port, |$url, $config| $open) }
    };
    ($name:literal, $looks:literal, $feature:literal, $port:ident, |$url:pat_param, $config:pat_param| $open:expr) => {
        Engine {
            name: $name,
            looks: $looks,
            feature: Some($feature),
            #[cfg(feature = $feature)]
            open: opened!($port, |$url, $config| $open),
            #[cfg(not(feature = $feature))]
            open: None,
        }
    };
}
macro_rules! opened {
    ($port:ident, |$url:pat_param, $config:pat_param| $open:expr) => {
        Some(|$url, $config| Box::pin(async move { Ok($open as Arc<dyn $port>) }))
    };
}
use {engine, opened};

impl<T: ?Sized> Engine<T> {
    /// Does a URL of its look stand there? `redis[s]://` is `redis://` or `rediss://`, and where more follows in its
    /// look, more must follow.
    fn takes(&self, url: &str) -> bool {
        let (Some((looks, after)), Some((scheme, rest))) = (self.looks.split_once("://"), url.split_once("://")) else {
            return false;
        };
        let (short, ending) = looks.trim_end_matches(']').split_once('[').unwrap_or((looks, ""));
        scheme.strip_prefix(short).is_some_and(|left| left.is_empty() || left == ending)
            && after.is_empty() == rest.is_empty()
    }

    fn missing(&self) -> Option<String> {
        let feature = self.feature.filter(|_| self.open.is_none())?;
        Some(format!(
            "this philia was built without {}; build it with `--features {feature}` (or `engines` for all of them)",
            self.name
        ))
    }
}

/// What URLs of a table look like, for a person.
pub(crate) fn looks<T: ?Sized>(table: &[Engine<T>]) -> String {
    let looks: Vec<&str> = table.iter().map(|engine| engine.looks).collect();
    match looks.split_last() {
        Some((last, [])) => (*last).into(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Makes sure that a URL names an engine of a table that is built in.
///
/// # Errors
/// What is wrong with it; never what is secret in it.
pub(crate) fn check<T: ?Sized>(table: &[Engine<T>], url: &str) -> Result<(), String> {
    match table.iter().find(|engine| engine.takes(url)) {
        Some(engine) => engine.missing().map_or(Ok(()), Err),
        None => Err(format!("{:?} is not {}", without_secrets(url), looks(table))),
    }
}

/// Opens what a URL names.
///
/// # Errors
/// As for [`check`]; whatever the engine says.
pub(crate) async fn open<T: ?Sized>(table: &'static [Engine<T>], url: &Url, config: &Config) -> anyhow::Result<Arc<T>> {
    let url = url.secret();
    check(table, url).map_err(|wrong| anyhow!(wrong))?;
    let named = table.iter().find(|engine| engine.takes(url));
    let open = named.and_then(|engine| engine.open).context("no engine of that URL is built in")?;
    open(url, config).await
}

/// Opens the store in a file, and says what to do when somebody else has it open.
pub(crate) fn open_sqlite(url: &str) -> anyhow::Result<SqliteStore> {
    let path = url.strip_prefix("sqlite://").unwrap_or(url);
    let store = SqliteStore::open(Path::new(path)).map_err(|error| match error {
        philia_ports::StoreError::InUse(_) => anyhow!(error).context(
            "another philia is using this data; talk through it (its page or API if it is `philia serve`), \
             end it, or choose another place with --data DIR",
        ),
        other => anyhow!(other),
    })?;
    if store.is_read_only() {
        tracing::warn!("the disk of {path} cannot be written: nothing of what is said now is kept");
    }
    Ok(store)
}

/// The URL of an engine, which may hold a password: shown only without its secrets.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
pub(crate) struct Url(String);

impl Url {
    /// From its text.
    pub(crate) fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// All of it, for whoever connects.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// What stands before `://`.
    pub(crate) fn scheme(&self) -> &str {
        self.0.split("://").next().unwrap_or_default()
    }

    /// The file of an SQLite store.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.0.strip_prefix("sqlite://").map(Path::new)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_secrets(&self.0))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", without_secrets(&self.0))
    }
}

/// An address without the name and password it may carry, nor what its parameters may give away.
pub(crate) fn without_secrets(url: &str) -> String {
    const SECRET: &[&str] = &["pass", "secret", "key", "token", "auth", "cred", "user"];
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    if scheme == "sqlite" {
        return url.to_owned();
    }
    // A password may hold any character, so all before the last @ is left out.
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let (place, query) = match rest.rsplit_once('@') {
        Some((_, after)) => {
            let (place, query) = after.split_once('?').map_or((after, None), |(place, query)| (place, Some(query)));
            (format!("***@{place}"), query)
        }
        None => (place.to_owned(), query),
    };
    let shown = |parameter: &str| match parameter.split_once('=') {
        Some((name, _)) if SECRET.iter().any(|word| name.to_lowercase().contains(word)) => format!("{name}=***"),
        _ => parameter.to_owned(),
    };
    let query = query.map(|query| query.split('&').map(shown).collect::<Vec<_>>().join("&"));
    format!("{scheme}://{place}{}", query.map(|query| format!("?{query}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_address_is_shown() {
        let cases = [
            (
                "postgres://ana:hunter2@db.example/philia?sslmode=require",
                "postgres://***@db.example/philia?sslmode=require",
            ),
            ("postgres://ana:hun@ter/2?x@db/philia", "postgres://***@db/philia"),
            ("redis://:hunter2@127.0.0.1:6379/0", "redis://***@127.0.0.1:6379/0"),
            (
                "dynamodb://table?region=eu-central-1&secret_access_key=hunter2&access_key_id=hunter2",
                "dynamodb://table?region=eu-central-1&secret_access_key=***&access_key_id=***",
            ),
            ("postgres:///philia?user=ana&password=hunter2", "postgres:///philia?user=***&password=***"),
            ("https://host/v1", "https://host/v1"),
            ("sqlite:///home/ana@work/philia.db", "sqlite:///home/ana@work/philia.db"),
            ("memory://", "memory://"),
        ];
        for (url, shown) in cases {
            assert_eq!(without_secrets(url), shown);
            assert_eq!(Url::new(url).to_string(), shown);
            assert!(!format!("{:?}", Url::new(url)).contains("hunter2"));
        }
    }

    #[test]
    fn what_is_not_built_in_says_what_is_missing() {
        let table: &[Engine<dyn StoreAdmin>] =
            &[Engine { name: "Oracle", looks: "oracle[s]://HOST", feature: Some("oracle"), open: None }];
        let missing = check(table, "oracles://ana:hunter2@host").unwrap_err();
        assert!(missing.contains("Oracle") && missing.contains("--features oracle"), "{missing}");
        for wrong in ["oracle://", "oracl://host", "oracless://host", "orcl://ana:hunter2@host", "oracle", ""] {
            let wrong = check(table, wrong).unwrap_err();
            assert!(wrong.ends_with("is not oracle[s]://HOST") && !wrong.contains("hunter2"), "{wrong}");
        }
    }

    #[test]
    fn looks_are_told_one_after_the_other() {
        assert!(looks(STORES).starts_with("memory://, sqlite://PATH") || looks(STORES) == "memory:// or sqlite://PATH");
        assert!(check(STORES, "memory://").is_ok() && check(STORES, "sqlite://a.db").is_ok());
        assert!(check(STORES, "memory://x").is_err() && check(STORES, "sqlite://").is_err());
    }
}
