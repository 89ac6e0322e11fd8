//! What happens on the server in one step.
//!
//! They begin with `#!lua`: then a server whose memory is full, or that is a replica, refuses the whole script before it
//! has begun; nothing is ever left half-way. Every key is named to the server. The four keys of a kind come in the order
//! records, blobs, times, seqs; a record's value is its time (8 bytes), its version (8 bytes) and its document.

use redis::Script;
use std::sync::LazyLock;

macro_rules! script {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub(crate) static $name: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!($file)));
    };
}

script! {
    /// Makes all changes or none; the number of the commit, 0 for another generation, or how many changes down (below
    /// zero) the first is that does not hold.
    ///
    /// KEYS: meta, people, due, and four for each kind. ARGV: generation, partition, the place of the job's keys among
    /// the kinds (0: there are none), and for each change its place among the kinds, its id, what it expects (a version;
    /// `none` for no record; `any`), its value (empty: it is deleted), whether it has a blob, and the blob.
    COMMIT, "commit.lua"
}

script! {
    /// Removes everything of a partition and raises its generation; how many erasures have left traces in the files.
    ///
    /// KEYS: meta, people, due, traces, the times of its jobs, and all others. ARGV: partition.
    ERASE, "erase.lua"
}

script! {
    /// There are no traces any more, unless somebody was erased meanwhile.
    ///
    /// KEYS: traces. ARGV: how many erasures had left some.
    FORGET, "forget.lua"
}

script! {
    /// A part of a list by time, and the records in it: ids, values, blobs.
    ///
    /// KEYS: records, blobs, times. ARGV: from, to, `REV` or nothing, at most so many, whether with blobs.
    SCAN, "scan.lua"
}

script! {
    /// What was changed after a commit: generation, head, and ids with their commits and whether they are there.
    ///
    /// KEYS: meta, records, seqs. ARGV: since, at most so many.
    CHANGES, "changes.lua"
}
