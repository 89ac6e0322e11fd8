//! Gates: what is done by one at a time for a person, on this instance of the program and on every other.
//!
//! Within an instance a lock keeps the order. Where the cache is shared there may be other instances over the same
//! store; then a lease goes with the lock, and a person's turns are with one instance at a time: from where a message is
//! heard until everything that was heard here is answered and learned from. An instance that ends gives its leases up;
//! of one that dies they end by themselves.
//!
//! A lease is a promise of the cache, and no more is built on it than order: every commit names the versions that it
//! replaces, so a late writer fails, and a cache that does not answer costs order between instances, never data.

use crate::philia::Inner;
use philia_ports::cache::CacheKey;
use philia_ports::{Cache, CacheError, PartitionId};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What the names of leases begin with.
const GATE: &str = "gate/";
/// The lease of the one instance that does what is overdue.
pub(crate) const SWEEPING: &str = "gate/sweep";
/// How long a lease outlives an instance that died.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long it is waited until somebody else's lease is asked for again: at first, and at most.
const WAIT: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// What only one may do at a time for a person.
pub(crate) struct Gate {
    name: &'static str,
    queue: Arc<AsyncMutex<()>>,
    lease: AsyncMutex<Weak<Held>>,
}

/// A way through a gate: while it is held, nobody else goes through.
pub(crate) struct Pass {
    _place: OwnedMutexGuard<()>,
    _lease: Lease,
}

/// What goes with a place in a gate's queue: the lease, where there are leases at all.
pub(crate) type Lease = Option<Arc<Held>>;

/// A lease that is renewed until it is dropped, and given up then.
pub(crate) struct Held {
    cache: Arc<dyn Cache>,
    key: CacheKey,
    owner: String,
    /// It ended in spite of that: somebody else may have it.
    pub(crate) lost: CancellationToken,
    running: TaskTracker,
}

impl Gate {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, queue: Arc::default(), lease: AsyncMutex::default() }
    }

    /// Waits until it is free.
    pub(crate) async fn pass(&self, app: &Arc<Inner>, of: &PartitionId) -> Pass {
        let lease = self.lease(app, of).await;
        Pass { _place: self.queue().lock_owned().await, _lease: lease }
    }

    /// Goes through if it is free now.
    pub(crate) async fn try_pass(&self, app: &Arc<Inner>, of: &PartitionId) -> Option<Pass> {
        let place = self.queue().try_lock_owned().ok()?;
        let mut known = self.lease.try_lock().ok()?;
        let lease = match alive(&known) {
            Some(held) => Some(held),
            None if app.is_shared() => match Held::take(app, of, self.name).await {
                Ok(Some(held)) => Some(remember(&mut known, held)),
                Ok(None) => return None,
                Err(error) => without(&error),
            },
            None => None,
        };
        Some(Pass { _place: place, _lease: lease })
    }

    /// Waits until no other instance has the person. All of this instance share the lease; it is given up when the last
    /// of them drops it.
    pub(crate) async fn lease(&self, app: &Arc<Inner>, of: &PartitionId) -> Lease {
        if !app.is_shared() {
            return None;
        }
        let mut known = self.lease.lock().await;
        if let Some(held) = alive(&known) {
            return Some(held);
        }
        match Held::wait(app, of, self.name).await {
            Ok(held) => Some(remember(&mut known, held)),
            Err(error) => without(&error),
        }
    }

    /// The line of those of this instance who wait.
    pub(crate) fn queue(&self) -> Arc<AsyncMutex<()>> {
        Arc::clone(&self.queue)
    }
}

impl Pass {
    pub(crate) fn new(place: OwnedMutexGuard<()>, lease: Lease) -> Self {
        Self { _place: place, _lease: lease }
    }
}

fn alive(known: &Weak<Held>) -> Lease {
    known.upgrade().filter(|held| !held.lost.is_cancelled())
}

fn remember(known: &mut Weak<Held>, held: Held) -> Arc<Held> {
    let held = Arc::new(held);
    *known = Arc::downgrade(&held);
    held
}

fn without(error: &CacheError) -> Lease {
    tracing::warn!(%error, "no lease can be had; the versions of what is written keep instances apart");
    None
}

impl Held {
    /// Waits until nobody else has it.
    pub(crate) async fn wait(app: &Arc<Inner>, of: &PartitionId, name: &str) -> Result<Self, CacheError> {
        let (mut wait, most) = WAIT;
        loop {
            if let Some(held) = Self::take(app, of, name).await? {
                return Ok(held);
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(most);
        }
    }

    /// Takes it, unless somebody else has it.
    async fn take(app: &Arc<Inner>, of: &PartitionId, name: &str) -> Result<Option<Self>, CacheError> {
        let key = CacheKey::new(of, format!("{GATE}{name}"))?;
        let cache = Arc::clone(&app.parts.cache);
        // A name of its own: what gives up the one before must not give up this one.
        let owner = app.fresh_id();
        if cache.lease(&key, &owner, LEASE).await?.is_none() {
            return Ok(None);
        }
        let held = Self { cache, key, owner, lost: CancellationToken::new(), running: app.running.clone() };
        tokio::spawn(held.renewal(Arc::downgrade(app)));
        Ok(Some(held))
    }

    /// Renews it as long as it is held, and notes when it is lost.
    fn renewal(&self, app: Weak<Inner>) -> impl Future<Output = ()> + Send + use<> {
        let (cache, key, owner) = (Arc::clone(&self.cache), self.key.clone(), self.owner.clone());
        // Cancelled when it is dropped, too.
        let lost = self.lost.clone();
        async move {
            let mut renewed = tokio::time::Instant::now();
            loop {
                if lost.run_until_cancelled(tokio::time::sleep(RENEWAL)).await.is_none() {
                    return;
                }
                match cache.lease(&key, &owner, LEASE).await {
                    Ok(Some(_)) => renewed = tokio::time::Instant::now(),
                    Err(_) if renewed.elapsed() < LEASE => {}
                    Ok(None) | Err(_) => break,
                }
            }
            if lost.is_cancelled() {
                return;
            }
            lost.cancel();
            tracing::warn!(person = %key.partition(), "the lease was lost; another instance goes on with this person");
            // What is held for them here is of no use any more, and may take room.
            if let Some(app) = app.upgrade()
                && let Ok(partition) = app.parts.store.open(key.partition()).await
                && let Err(error) = app.index.let_go(&partition).await
            {
                tracing::debug!(%error, "the index of a person who has gone leaves by itself");
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.lost.is_cancelled() {
            return;
        }
        self.lost.cancel();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (cache, key, owner) = (Arc::clone(&self.cache), self.key.clone(), std::mem::take(&mut self.owner));
        let running = self.running.token();
        runtime.spawn(async move {
            if let Err(error) = cache.lease(&key, &owner, Duration::ZERO).await {
                tracing::debug!(%error, "a lease was not given up; it ends by itself");
            }
            drop(running);
        });
    }
}
