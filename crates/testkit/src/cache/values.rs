//! Values: what is set is there until its end, and nowhere else.

use super::{DAY, Time, assert_invalid, hours, key, person};
use philia_ports::cache::{MAX_NAME_BYTES, MAX_VALUE_BYTES};
use philia_ports::{Cache, CacheKey};
use std::sync::Arc;
use std::time::Duration;

/// A value is there until its end, and not at it.
pub async fn a_value_is_there_until_its_end(cache: Arc<dyn Cache>, time: &Time) {
    assert_eq!(cache.get(&key("a")).await, Ok(None));
    cache.set(&key("a"), b"one".to_vec(), DAY).await.unwrap();
    hours(time, 23).await;
    assert_eq!(cache.get(&key("a")).await, Ok(Some(b"one".to_vec())));
    hours(time, 1).await;
    assert_eq!(cache.get(&key("a")).await, Ok(None), "gone at the instant of its end");
    hours(time, -12).await;
    cache.set(&key("forever"), Vec::new(), Duration::MAX).await.unwrap();
    hours(time, 300_000).await;
    assert_eq!(cache.get(&key("forever")).await, Ok(Some(Vec::new())));
}

/// Setting again sets the end anew.
pub async fn a_value_is_replaced_with_its_end(cache: Arc<dyn Cache>, time: &Time) {
    cache.set(&key("a"), b"one".to_vec(), DAY).await.unwrap();
    hours(time, 12).await;
    cache.set(&key("a"), b"two".to_vec(), DAY).await.unwrap();
    hours(time, 23).await;
    assert_eq!(cache.get(&key("a")).await, Ok(Some(b"two".to_vec())));
    hours(time, 1).await;
    assert_eq!(cache.get(&key("a")).await, Ok(None));
}

/// Removing removes that value and no other, and may be repeated.
pub async fn what_was_removed_is_gone(cache: Arc<dyn Cache>, _: &Time) {
    cache.set(&key("a"), b"one".to_vec(), DAY).await.unwrap();
    cache.set(&key("b"), b"two".to_vec(), DAY).await.unwrap();
    cache.remove(&key("a")).await.unwrap();
    assert_eq!(cache.get(&key("a")).await, Ok(None));
    assert_eq!(cache.get(&key("b")).await, Ok(Some(b"two".to_vec())));
    cache.remove(&key("a")).await.unwrap();
}

/// Any bytes come back as they were, up to the largest.
pub async fn values_are_bytes(cache: Arc<dyn Cache>, _: &Time) {
    let all: Vec<u8> = (0..=255).collect();
    for value in [Vec::new(), vec![0], all, vec![0xff; MAX_VALUE_BYTES]] {
        cache.set(&key("größe 🌿/ключ"), value.clone(), DAY).await.unwrap();
        assert_eq!(cache.get(&key("größe 🌿/ключ")).await, Ok(Some(value)));
    }
}

/// Nobody reads or removes what is another's, however alike the names are.
pub async fn partitions_are_walls(cache: Arc<dyn Cache>, _: &Time) {
    let of = |subject: &str, name: &str| CacheKey::new(&person(subject), name).unwrap();
    cache.set(&of("ana", "b/c"), b"ana's".to_vec(), DAY).await.unwrap();
    cache.set(&of("ana b", "c"), b"another's".to_vec(), DAY).await.unwrap();
    assert_eq!(cache.get(&of("bo", "b/c")).await, Ok(None));
    assert_eq!(cache.get(&of("ana", "b/c")).await, Ok(Some(b"ana's".to_vec())));
    cache.remove(&of("ana b", "b/c")).await.unwrap();
    cache.remove(&of("ana", "c")).await.unwrap();
    assert_eq!(cache.get(&of("ana b", "c")).await, Ok(Some(b"another's".to_vec())));
}

/// Clearing takes all values and counters of one partition, and its leases stay.
pub async fn clearing_takes_values_and_counters_of_one_partition(cache: Arc<dyn Cache>, _: &Time) {
    let of = |subject: &str, name: &str| CacheKey::new(&person(subject), name).unwrap();
    for name in ["a", "b"] {
        for subject in ["ana", "anabel"] {
            cache.set(&of(subject, name), b"x".to_vec(), DAY).await.unwrap();
            cache.increment(&of(subject, name), 5, DAY).await.unwrap();
        }
    }
    cache.lease(&of("ana", "a"), "one", DAY).await.unwrap().unwrap();
    cache.clear(&person("ana")).await.unwrap();
    cache.clear(&person("nobody")).await.unwrap();
    for name in ["a", "b"] {
        assert_eq!(cache.get(&of("ana", name)).await, Ok(None));
        assert_eq!(cache.increment(&of("ana", name), 1, DAY).await, Ok(1));
        assert_eq!(cache.get(&of("anabel", name)).await, Ok(Some(b"x".to_vec())));
        assert_eq!(cache.increment(&of("anabel", name), 1, DAY).await, Ok(6));
    }
    assert_eq!(cache.lease(&of("ana", "a"), "two", DAY).await, Ok(None), "leases stay");
}

/// Names, values and times that are not allowed are refused with a word.
pub async fn what_no_cache_takes_is_refused(cache: Arc<dyn Cache>, _: &Time) {
    for name in [String::new(), "x".repeat(MAX_NAME_BYTES + 1), "a\nb".into()] {
        assert_invalid(CacheKey::new(&person("ana"), name), "1 to 256 bytes");
    }
    assert!(CacheKey::new(&person("ana"), "x".repeat(MAX_NAME_BYTES)).is_ok());
    assert_invalid(cache.set(&key("a"), vec![0; MAX_VALUE_BYTES + 1], DAY).await, "at most 1048576");
    assert_invalid(cache.set(&key("a"), vec![0], Duration::ZERO).await, "time to live is 0");
    assert_invalid(cache.increment(&key("a"), 1, Duration::ZERO).await, "window is 0");
    assert_invalid(cache.publish(&key("a"), vec![0; MAX_VALUE_BYTES + 1]).await, "at most 1048576");
}

/// The value before does not outlive what could not replace it.
pub async fn a_value_that_is_refused_leaves_nothing_old_behind(cache: Arc<dyn Cache>, _: &Time) {
    cache.set(&key("a"), b"old".to_vec(), DAY).await.unwrap();
    cache.set(&key("a"), vec![0; MAX_VALUE_BYTES + 1], DAY).await.unwrap_err();
    assert_eq!(cache.get(&key("a")).await, Ok(None));
}
