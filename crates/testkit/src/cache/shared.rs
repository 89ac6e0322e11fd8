//! What several share: counters, leases and messages.

use super::{DAY, Time, hours, key};
use futures_util::{FutureExt as _, StreamExt as _};
use philia_ports::Cache;
use philia_ports::cache::Messages;
use std::sync::Arc;
use std::time::Duration;

/// Increments add up until the window ends, counted from the first of them.
pub async fn counters_count_within_their_window(cache: Arc<dyn Cache>, time: &Time) {
    assert_eq!(cache.increment(&key("a"), 1, DAY).await, Ok(1));
    hours(time, 12).await;
    assert_eq!(cache.increment(&key("a"), 2, DAY).await, Ok(3));
    assert_eq!(cache.increment(&key("a"), 0, DAY).await, Ok(3), "adding nothing asks");
    hours(time, 11).await;
    assert_eq!(cache.increment(&key("a"), 1, DAY).await, Ok(4));
    hours(time, 1).await;
    assert_eq!(cache.increment(&key("a"), 1, DAY).await, Ok(1), "the window began with the first, not the last");
    assert_eq!(cache.increment(&key("b"), 7, DAY).await, Ok(7));
}

/// Increments of many tasks at once are all counted.
pub async fn many_increments_lose_nothing(cache: Arc<dyn Cache>, _: &Time) {
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                for _ in 0..100 {
                    cache.increment(&key("a"), 1, DAY).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(cache.increment(&key("a"), 0, DAY).await, Ok(800));
}

/// A counter stays at its highest.
pub async fn a_counter_does_not_overflow(cache: Arc<dyn Cache>, _: &Time) {
    let large = i64::MAX as u64;
    for _ in 0..3 {
        let counted = cache.increment(&key("a"), large, DAY).await.unwrap();
        assert!(counted >= large, "{counted}");
    }
}

/// A value, a counter and a lease of the same key have nothing to do with each other.
pub async fn kinds_are_apart(cache: Arc<dyn Cache>, _: &Time) {
    cache.set(&key("a"), b"x".to_vec(), DAY).await.unwrap();
    cache.increment(&key("a"), 3, DAY).await.unwrap();
    cache.lease(&key("a"), "one", DAY).await.unwrap().unwrap();
    cache.remove(&key("a")).await.unwrap();
    assert_eq!(cache.increment(&key("a"), 1, DAY).await, Ok(4));
    assert_eq!(cache.lease(&key("a"), "two", DAY).await, Ok(None));
}

/// While one holds it, nobody else does.
pub async fn a_lease_has_one_owner(cache: Arc<dyn Cache>, time: &Time) {
    let lease = cache.lease(&key("a"), "one", DAY).await.unwrap().unwrap();
    assert_eq!(lease.until, "2026-05-04T10:00:00Z".parse().unwrap());
    hours(time, 23).await;
    assert_eq!(cache.lease(&key("a"), "two", DAY).await, Ok(None));
    assert!(cache.lease(&key("b"), "two", DAY).await.unwrap().is_some(), "another lease is free");
}

/// Renewing moves the end and keeps the token.
pub async fn a_lease_is_renewed_by_its_owner_with_the_same_token(cache: Arc<dyn Cache>, time: &Time) {
    let first = cache.lease(&key("a"), "one", DAY).await.unwrap().unwrap();
    hours(time, 16).await;
    let again = cache.lease(&key("a"), "one", DAY).await.unwrap().unwrap();
    assert_eq!(again.token, first.token);
    assert!(again.until > first.until);
    hours(time, 16).await;
    assert_eq!(cache.lease(&key("a"), "two", DAY).await, Ok(None), "it was renewed");
}

/// Tokens only grow, whoever holds the lease.
pub async fn a_lease_that_ended_goes_to_the_next_with_a_higher_token(cache: Arc<dyn Cache>, time: &Time) {
    let mut last = 0;
    for owner in ["one", "two", "two", "one"] {
        let lease = cache.lease(&key("a"), owner, DAY).await.unwrap().unwrap();
        assert!(lease.token > last, "{} after {last}", lease.token);
        last = lease.token;
        hours(time, 24).await;
    }
}

/// Who lost a lease learns it when renewing it.
pub async fn a_lease_that_was_lost_is_not_renewed(cache: Arc<dyn Cache>, time: &Time) {
    let first = cache.lease(&key("a"), "one", DAY).await.unwrap().unwrap();
    hours(time, 24).await;
    let next = cache.lease(&key("a"), "two", DAY).await.unwrap().unwrap();
    assert_eq!(cache.lease(&key("a"), "one", DAY).await, Ok(None));
    assert_eq!(cache.lease(&key("a"), "one", Duration::ZERO).await, Ok(None));
    let renewed = cache.lease(&key("a"), "two", DAY).await.unwrap().unwrap();
    assert!(renewed.token == next.token && next.token > first.token);
}

/// A length of zero gives up one's own lease, and nobody else's.
pub async fn a_lease_is_given_up_only_by_its_owner(cache: Arc<dyn Cache>, _: &Time) {
    let first = cache.lease(&key("a"), "one", DAY).await.unwrap().unwrap();
    assert_eq!(cache.lease(&key("a"), "two", Duration::ZERO).await, Ok(None));
    assert_eq!(cache.lease(&key("a"), "two", DAY).await, Ok(None), "it is still the other's");
    assert_eq!(cache.lease(&key("a"), "one", Duration::ZERO).await, Ok(None));
    let next = cache.lease(&key("a"), "two", DAY).await.unwrap().unwrap();
    assert!(next.token > first.token);
}

/// A race for a lease has one winner.
pub async fn of_many_who_want_a_lease_one_gets_it(cache: Arc<dyn Cache>, _: &Time) {
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { cache.lease(&key("a"), &format!("owner {n}"), DAY).await.unwrap() })
        })
        .collect();
    let mut got = 0;
    for task in tasks {
        got += usize::from(task.await.unwrap().is_some());
    }
    assert_eq!(got, 1);
}

/// The next message; a shared cache may need a moment.
async fn next(messages: &mut Messages) -> Vec<u8> {
    tokio::time::timeout(Duration::from_secs(10), messages.next()).await.expect("a message").expect("a message")
}

/// Every listener hears every message, in order.
pub async fn messages_come_to_all_who_listen_in_order(cache: Arc<dyn Cache>, _: &Time) {
    let mut one = cache.subscribe(&key("a")).await.unwrap();
    let mut two = cache.subscribe(&key("a")).await.unwrap();
    for n in 0..50_u8 {
        cache.publish(&key("a"), vec![n]).await.unwrap();
    }
    for n in 0..50_u8 {
        assert_eq!(next(&mut one).await, [n]);
        assert_eq!(next(&mut two).await, [n]);
    }
    drop(one);
    cache.publish(&key("a"), vec![99]).await.unwrap();
    assert_eq!(next(&mut two).await, [99], "who left holds nobody up");
}

/// Messages come to those who listen at that time, to that channel.
pub async fn nobody_hears_what_was_sent_before_or_elsewhere(cache: Arc<dyn Cache>, _: &Time) {
    cache.publish(&key("a"), b"before".to_vec()).await.unwrap();
    let mut messages = cache.subscribe(&key("a")).await.unwrap();
    cache.publish(&key("b"), b"elsewhere".to_vec()).await.unwrap();
    cache.publish(&key("a"), b"now".to_vec()).await.unwrap();
    assert_eq!(next(&mut messages).await, b"now");
    assert!(messages.next().now_or_never().is_none(), "there is nothing else");
}
