//! Moving house: everything that a store holds, to another engine, to a file, and back.
//!
//! All of it works through the store port alone, so every engine can be left for every other. What is moved is records
//! as they are kept: what is sealed stays sealed, and no key is needed to move it.
//!
//! - [`tally`]: what a partition holds, as counts and a hash that every engine agrees on.
//! - [`flow`]: the records of a partition one after the other, from a store or from a file.
//! - [`mirror`](mod@mirror): makes a partition of one store the same as such a flow, from wherever it stands.
//! - [`migrate`](mod@migrate): a whole store into another.
//! - [`snapshot`]: a partition as it was at one commit, while it is written.
//! - [`file`], [`backup`], [`restore`]: a store as one file, and a store from it.
//! - [`kept`]: backups by the clock, of which the last are kept.
//! - [`check`](mod@check): reads all of a store and says what is wrong with it.
//!
//! # What does not move
//! The store counts versions and commits, so both begin anew at the target. Versions and numbers of commits are held
//! by clients (`ETag`s) and by indexes that outlive the process. So that nothing old is taken for something new, the
//! target's partition is of a later generation than the source's: indexes that follow the store begin anew, and tags
//! name the generation besides the version ([`Person::revision`](crate::Person::revision)).

pub mod backup;
pub mod check;
pub mod file;
pub mod flow;
pub mod kept;
mod mark;
pub mod migrate;
pub mod mirror;
pub mod restore;
pub mod snapshot;
pub mod tally;

pub use backup::{Backup, back_up};
pub use check::{Checked, check};
pub use kept::{BackupSettings, Kept};
pub use mark::unfinished;
pub use migrate::migrate;
pub use restore::{Manifest, restore, verify};
pub use tally::Sum;

use crate::gate::SWEEPING;
use philia_ports::store::{MAX_PAGE, PartitionInfo};
use philia_ports::{Cache, CacheKey, PartitionId, StoreAdmin, StoreError};
use std::time::Duration;

/// How far something has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Partitions that are done.
    pub partitions: u64,
    /// Of so many.
    pub of: u64,
    /// Records that went by.
    pub records: u64,
}

/// Told how far it has come.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Everything that a store holds: the sums of its partitions, and of them all.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Total {
    /// Partitions, that of the program itself among them if it holds anything.
    pub partitions: u64,
    /// All of them together; its hash is over the names and hashes of the partitions, in their order.
    #[serde(flatten)]
    pub sum: Sum,
}

/// Does a Philia work on the store of this cache now? Only a cache that several share can tell.
pub async fn is_in_use(cache: &dyn Cache) -> bool {
    let Ok(key) = CacheKey::new(&PartitionId::system(), SWEEPING) else { return false };
    match cache.lease(&key, "moving", Duration::from_secs(1)).await {
        Ok(None) => true,
        Ok(Some(_)) => {
            // It ends by itself in a second.
            let _ = cache.lease(&key, "moving", Duration::ZERO).await;
            false
        }
        Err(_) => false,
    }
}

/// All partitions that hold anything, and that of the program itself last: so whoever comes while others are read has an
/// account where they have records.
async fn partitions(store: &dyn StoreAdmin) -> Result<Vec<PartitionInfo>, StoreError> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.partitions(MAX_PAGE, cursor).await?;
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let system = store.open(&PartitionId::system()).await?;
    let head = snapshot::head(store, &system).await?;
    all.push(PartitionInfo { partition: system, head });
    Ok(all)
}
