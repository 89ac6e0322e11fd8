//! The ports: what the companion needs of the world, as few and small traits as will do.
//!
//! Each port stands in its own file with its contract in its docs; every adapter *and* the in-memory fake pass
//! one conformance suite (in `philia-testkit`). Adapters depend on this crate (and on `philia-mind` for types)
//! and on nothing else of the project; only the binary names them.

pub mod cache;
pub mod clock;
pub mod embedder;
pub mod index;
pub mod model;
pub mod store;

pub use cache::{Cache, CacheError, CacheKey};
pub use clock::{Chance, Clock};
pub use embedder::{Embedder, EmbedderError, EmbedderInfo};
pub use index::{Index, IndexError};
pub use model::{ChatModel, ModelError};
pub use store::{Partition, PartitionId, Store, StoreAdmin, StoreError};
