//! The record store on PostgreSQL, and the recall index on pgvector.
//!
//! The store is a table per kind, and a row per person that whoever commits locks first.
//!
//! - `address`: what the URL says.
//! - `link`: the pool of connections, and the patience with each; `tls`: how they are kept secret.
//! - `schema`: the numbered migrations.
//! - `commit`, `erase`: what is written, by functions in the database.
//! - `read`: what is read; `doc`: documents to the last digit.
//! - `error`: what PostgreSQL's errors mean to the port.
//! - `recall`: the recall index, on pgvector: [`PgVectorIndex`].
//!
//! # URL
//! `postgres://USER:PASSWORD@HOST:PORT/DATABASE?NAME=VALUE&...`, as PostgreSQL's own clients have it (several hosts, of
//! which the one that writes is used; `connect_timeout`, `tcp_user_timeout`, `keepalives...`, `channel_binding`,
//! `application_name`, `options`), and:
//!
//! | parameter | default | what it does |
//! |---|---|---|
//! | `sslmode` | `prefer` | `disable`, `prefer`, `require` (secret, but from whom is not asked), `verify-ca`, `verify-full` |
//! | `sslrootcert` | `system` | a file of authorities in PEM; with `require` they are asked as by `verify-ca` |
//! | `schema` | `public` | the schema whose tables are used; made if it is not there |
//! | `pool_min`, `pool_max` | 5, 20 | connections made at once, and at most |
//! | `connect_timeout` | 5 | seconds for a socket, and as many for the greeting |
//! | `statement_timeout` | 30 | seconds for a statement (1 to 3600); erasing and migrating take as long as they take |
//! | `scrub` | `rewrite` | how traces are removed: `rewrite` the tables, or `vacuum` them only |
//!
//! # Durability
//! A commit is one statement, answered after the server has synced its log (`synchronous_commit`, which is the
//! server's). A connection that is lost leaves the outcome unknown and is
//! [`Unavailable`](StoreError::Unavailable): to repeat the commit is safe. The next call has another connection.
//!
//! # Poolers
//! PgBouncer may stand between, in its transaction mode too: no statement has a name, nothing is left in a session, and
//! locks end with their transaction.

mod address;
mod commit;
mod doc;
mod erase;
mod error;
mod link;
mod read;
mod recall;
mod schema;
mod tls;

pub use recall::{GRAPH_FROM, PgVectorIndex};

use address::Address;
use async_trait::async_trait;
use jiff::Timestamp;
use link::Link;
use philia_ports::store::{
    Change, Cursor, Feed, Key, Kind, Page, Partition, PartitionId, PartitionInfo, Record, Scan, Store, StoreAdmin,
    StoreError, StoreHealth, check_changes,
};

/// A record store in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    link: Link,
}

impl PostgresStore {
    /// Opens the store at a URL, and makes its tables if there are none yet. An older schema is brought up to date.
    ///
    /// # Errors
    /// [`Invalid`](StoreError::Invalid) for a URL that makes no sense, a password, user or database that the server does
    /// not know, a server that only reads, that is too old or not in UTF-8; [`Corrupt`](StoreError::Corrupt) where the
    /// tables are somebody else's or some are missing (nothing is changed then); [`TooNew`](StoreError::TooNew);
    /// [`Unavailable`](StoreError::Unavailable) for a server that does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, schema::MIGRATIONS).await
    }

    async fn open_with(url: &str, migrations: &[&str]) -> Result<Self, StoreError> {
        let (link, mut line) = Link::open(Address::parse(url)?).await?;
        schema::migrate(&mut line, &link.address.location, &link.address.schema, migrations).await?;
        link.warm().await?;
        Ok(Self { link })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn open(&self, id: &PartitionId) -> Result<Partition, StoreError> {
        read::open(&self.link, id).await
    }

    async fn commit(&self, partition: &Partition, changes: Vec<Change>) -> Result<u64, StoreError> {
        check_changes(&changes)?;
        commit::commit(&self.link, partition, changes).await
    }

    async fn get_many(&self, partition: &Partition, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        read::get_many(&self.link, &partition.id, keys).await
    }

    async fn scan(&self, partition: &Partition, scan: &Scan) -> Result<Page<Record>, StoreError> {
        read::scan(&self.link, &partition.id, scan).await
    }

    async fn changes(&self, partition: &Partition, kind: Kind, since: u64, limit: usize) -> Result<Feed, StoreError> {
        read::changes(&self.link, &partition.id, kind, since, limit).await
    }
}

#[async_trait]
impl StoreAdmin for PostgresStore {
    async fn due(&self, before: Timestamp, limit: usize) -> Result<Vec<(Partition, Record)>, StoreError> {
        read::due(&self.link, before, limit).await
    }

    async fn partitions(&self, limit: usize, cursor: Option<Cursor>) -> Result<Page<PartitionInfo>, StoreError> {
        read::partitions(&self.link, limit, cursor).await
    }

    async fn erase(&self, id: &PartitionId) -> Result<(), StoreError> {
        erase::erase(&self.link, id).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        erase::scrub(&self.link).await
    }

    async fn health(&self) -> Result<StoreHealth, StoreError> {
        read::health(&self.link).await
    }
}
