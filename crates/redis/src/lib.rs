//! The way to a Redis server: what the cache and the store on it have in common.
//!
//! - `address`: the URL, and what may be asked for in it.
//! - `link`: a connection that is made anew when it breaks, and an end to waiting.
//! - `promise`: whether the server keeps what it is given.
//!
//! # Names
//! Keys that one script touches hold the same hash tag, so that they lie on the same node of a cluster. In place of a
//! partition's name stands a hash of it ([`digest`]): names may hold anything, and what has to outlive an erasure (that
//! somebody was erased) does not tell whom.

mod address;
mod link;
mod promise;

pub use address::{Address, Allowed};
pub use link::{Error, Link, Pace, Request};
pub use promise::Promise;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use philia_ports::PartitionId;
use sha2::{Digest as _, Sha256};

/// Stands for a partition's name: the first 16 bytes of its SHA-256.
pub fn digest(partition: &PartitionId) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(partition.to_string()).into();
    std::array::from_fn(|place| hash[place])
}

/// A [`digest`] as text, of 22 letters.
pub fn digest_text(digest: [u8; 16]) -> String {
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_differ_where_names_do() {
        let digest = |account: &str, subject: &str| digest_text(digest(&PartitionId::new(account, subject).unwrap()));
        assert_eq!(digest("home", "ana"), "4_HrZAm4uwjyw3ovZ8dA5w");
        assert_ne!(digest("home", "ana"), digest("homea", "na"));
        assert_ne!(digest("}", "{"), digest("{", "}"));
    }
}
