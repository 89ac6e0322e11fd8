//! The record store on DynamoDB: one table, a transaction for every commit.
//!
//! - `place`: the URL, and the client that it makes.
//! - `schema`: the table and its indexes.
//! - `item`, `head`: what items are called and hold.
//! - `request`: what is asked of the table, until all of it is answered.
//! - `transact`: one transaction, tried until its outcome is known.
//! - `commit`, `content`, `erase`: what is written.
//! - `read`, `admin`: the port, for one partition and across them.
//!
//! # Where
//! `dynamodb://TABLE?region=eu-central-1`, and besides `endpoint=http://127.0.0.1:8000` for a service of one's own and
//! `timeout=5`, the seconds that one request may take (1 to 60). Credentials come from the environment as the AWS SDK
//! finds them (variables, files, roles of containers and machines), or stand in the URL: `dynamodb://KEY:SECRET@TABLE`.
//!
//! The table is made if it is not there, charged by request. One that has other keys, or holds what Philia did not
//! write, is refused. Whoever makes the table otherwise needs the layout of `schema`: the local indexes cannot be added
//! later. The program needs `dynamodb:DescribeTable`, `CreateTable`, `GetItem`, `BatchGetItem`, `Query`, `Scan`,
//! `PutItem`, `UpdateItem` and `DeleteItem` for the table and its indexes.
//!
//! # The layout
//! | partition key | sort key | what |
//! |---|---|---|
//! | hash of the partition's name | `head` | generation, number of the newest commit, count of records |
//! | hash`#`kind | id | a record, or the mark of one that is gone |
//! | `content#`name | `c` | a document or a blob that is too large for its record |
//! | `note#`shard | hash`#`token | which contents a commit brings and makes needless |
//! | `directory` | account, subject | that a partition was written to since it was erased |
//! | `erasing` | account, subject | that an erasure is under way |
//! | `philia` | `schema` | that the table is Philia's, and its layout |
//!
//! Records stand in time in the local index `by_time` and by their last change in `by_change`. Local indexes can be
//! read consistently; in return a partition may hold no more than 10 GB of records of one kind, contents not counted.
//! Jobs stand in the global index `by_due`, which follows the table within a second or so: a job may be found due that
//! much late. It is never found wrong, because the job itself is read before it is told.
//!
//! # A commit is one transaction, and the head is its lock
//! A commit reads the head, then the records that it changes, judges, and writes all of it together with the head, on
//! the condition that the head is as it was read. Whoever commits to the partition raises the head; so what was read
//! was still true, and a conflict names the first change that did not hold. Each record is written on the condition
//! that its version is as it was read, too: of a transaction that is being done, the head may be seen before the rest.
//! Commits of one program to one partition wait for each other; against those of other programs it begins anew.
//!
//! DynamoDB's transaction holds 100 items and 4 MB, and a commit is up to 100 changes of 350 KB, and the head:
//! - *Size*: what is large is written before, as contents under names of their own; the transaction holds the pointers.
//!   What is left behind by one that did not come to its end is known by its note, and removed by
//!   [`scrub`](StoreAdmin::scrub).
//! - *Number*: the one to three changes that do not fit are written into the head, and to their places in a second
//!   transaction right after it. The first one is the commit. Whoever reads the head, or a record that the first one
//!   wrote (each is marked), writes the rest before anything else; so nobody sees a commit halved, and one that was cut
//!   off between the two is whole as soon as somebody looks.
//!
//! An answer that is lost leaves unknown whether the transaction was done. It is sent again under the same token, by
//! which DynamoDB knows it again for ten minutes; and the head holds the token of the transaction that wrote it.
//!
//! # What a reader sees
//! What has been committed is read by whoever reads after. A page or a set of records that is read *while* others
//! commit is made of committed records, but may show one record of a commit and not yet another, as DynamoDB's queries
//! do. The feed of changes tells a commit whole or not yet.
//!
//! # Erasing
//! The transaction that raises the generation is the erasure: nothing of the older one can be committed after it. Then
//! the records are removed, each on the condition that it is older. An erasure that is cut off is finished by whoever
//! opens the partition, or the store. What stays is the head: a hash and a number. Backups of the table are the
//! operator's: what was erased stays in them as long as they are kept.

mod admin;
mod commit;
mod content;
mod erase;
mod error;
mod head;
mod item;
mod place;
mod read;
mod request;
mod schema;
mod transact;

use aws_sdk_dynamodb::Client;
use head::Head;
use item::Home;
use philia_ports::store::StoreError;
use place::Place;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// So many partitions can be committed to at once; two that share a turn wait for each other.
const TURNS: usize = 1024;

/// How often as long as one request a commit waits for those before it.
const PATIENCE: u32 = 4;

/// A record store in a table of DynamoDB. Its clones are the same store.
#[derive(Clone)]
pub struct DynamoStore {
    client: Client,
    place: Arc<Place>,
    /// Of each partition that is committed to: whose turn it is, and the head as the last commit left it.
    turns: Arc<[Arc<Mutex<Option<Head>>>]>,
}

impl std::fmt::Debug for DynamoStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("DynamoStore").field(&self.place.name()).finish()
    }
}

impl DynamoStore {
    /// Opens the store at a URL (see above), and makes the table if it is not there. Finishes erasures that were cut
    /// off. Needs a Tokio runtime, as all that follows.
    ///
    /// # Errors
    /// [`Invalid`](StoreError::Invalid) for a URL that makes no sense; [`Corrupt`](StoreError::Corrupt) if the table is
    /// another program's (nothing is changed then); [`TooNew`](StoreError::TooNew);
    /// [`Unavailable`](StoreError::Unavailable) for the rest, such as credentials that are refused.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let place = Place::parse(url)?;
        let turns = (0..TURNS).map(|_| Arc::default()).collect();
        let store = Self { client: place.client().await?, place: place.into(), turns };
        store.prepare().await?;
        store.finish_erasures().await?;
        Ok(store)
    }

    /// Waits for the commits before this one.
    async fn turn(&self, home: &Home) -> Result<OwnedMutexGuard<Option<Head>>, StoreError> {
        let number = usize::from_str_radix(home.hash.get(..8).unwrap_or_default(), 16).unwrap_or_default();
        let turn = self.turns.get(number % TURNS).cloned().unwrap_or_default();
        let waiting = tokio::time::timeout(self.place.timeout * PATIENCE, turn.lock_owned());
        waiting.await.map_err(|_| self.unavailable("the commits before this one do not come to their end"))
    }

    /// Does something to its end, also when nobody waits for it any more.
    async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        tokio::spawn(work).await.map_err(|error| self.unavailable(format!("it was cut off: {error}")))?
    }
}
