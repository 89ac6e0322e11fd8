//! The way to a Redis server: what the cache and the store on it have in common.
//!
//! - `address`: the URL, and what may be asked for in it.
//! - `link`: a connection that is made anew when it breaks, and an end to waiting.
//! - `promise`: whether the server keeps what it is given.
//!
//! # Names
//! All keys of a partition hold the same hash tag, so that they lie on the same node of a cluster and one script may
//! touch them all. The tag is a hash of the partition's name ([`tag`]): names may hold anything, and what has to outlive
//! an erasure (that somebody was erased) does not tell whom.

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

/// The hash tag of a partition's keys, braces included: half of the SHA-256 of its name.
pub fn tag(partition: &PartitionId) -> String {
    let hash = Sha256::digest(partition.to_string());
    format!("{{{}}}", URL_SAFE_NO_PAD.encode(&hash[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_differ_where_names_do() {
        let tag = |account: &str, subject: &str| tag(&PartitionId::new(account, subject).unwrap());
        assert_eq!(tag("home", "ana").len(), 24);
        assert!(tag("home", "ana").starts_with('{') && tag("home", "ana").ends_with('}'));
        assert_ne!(tag("home", "ana"), tag("homea", "na"));
        assert_ne!(tag("}", "{"), tag("{", "}"));
    }
}
