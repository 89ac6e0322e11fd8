//! Listening: one connection for all channels, and for each channel as many listeners as there are.

use futures_util::{StreamExt as _, stream};
use philia_ports::cache::Messages;
use philia_redis::{Address, Error};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{PushInfo, PushKind, RedisError, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};

/// Messages that a listener may be behind before it misses the oldest.
const BACKLOG: usize = 256;
/// The longest pause between two attempts to connect again.
const PAUSE: Duration = Duration::from_secs(1);

type Channels = HashMap<Vec<u8>, broadcast::Sender<Vec<u8>>>;

/// Who listens to what. When the connection breaks it is made anew, for as long as that takes, and goes on with the
/// same channels; what was sent meanwhile is missed.
pub(crate) struct Listening {
    channels: Arc<Mutex<Channels>>,
    /// One at a time says what it wants to hear, so that nobody stops what another has just begun.
    connection: tokio::sync::Mutex<ConnectionManager>,
    timeout: Duration,
    location: String,
}

impl Listening {
    /// Connects when somebody first listens; who listens waits for that so long at most.
    pub(crate) fn new(address: &Address, timeout: Duration) -> Result<Self, Error> {
        let channels: Arc<Mutex<Channels>> = Arc::default();
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            .set_number_of_retries(usize::MAX)
            .set_max_delay(PAUSE)
            .set_push_sender({
                let channels = channels.clone();
                move |push| {
                    spread(&lock(&channels), push);
                    Ok::<(), redis::aio::SendError>(())
                }
            })
            .set_automatic_resubscription();
        let refused = |error: RedisError| Error::Refused(error.to_string());
        let connection = ConnectionManager::new_lazy_with_config(address.client()?, config).map_err(refused)?;
        let location = address.location().to_owned();
        Ok(Self { channels, connection: tokio::sync::Mutex::new(connection), timeout, location })
    }

    /// Listens from now on.
    pub(crate) async fn subscribe(&self, channel: String) -> Result<Messages, Error> {
        let asked = tokio::time::timeout(self.timeout, async {
            let mut connection = self.connection.lock().await;
            let (messages, left) = self.enter(channel.clone().into_bytes());
            if !left.is_empty() {
                connection.unsubscribe(left).await?;
            }
            connection.subscribe(channel).await.map(|()| messages)
        });
        let messages = match asked.await {
            Ok(Ok(messages)) => messages,
            Ok(Err(error)) => return Err(Error::Unavailable(format!("{error} ({})", self.location))),
            Err(_) => return Err(Error::Unavailable(format!("it took too long to listen ({})", self.location))),
        };
        let messages = stream::unfold(messages, |mut messages| async {
            loop {
                match messages.recv().await {
                    Ok(message) => return Some((message, messages)),
                    // Too slow: the oldest are missed, as the contract says.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        Ok(messages.boxed())
    }

    /// A place among a channel's listeners, and the channels that nobody listens to any more.
    fn enter(&self, channel: Vec<u8>) -> (broadcast::Receiver<Vec<u8>>, Vec<Vec<u8>>) {
        let mut channels = lock(&self.channels);
        let left: Vec<_> = channels.extract_if(|_, listeners| listeners.receiver_count() == 0).collect();
        let left = left.into_iter().map(|(name, _)| name).filter(|name| *name != channel).collect();
        let listeners = channels.entry(channel).or_insert_with(|| broadcast::Sender::new(BACKLOG));
        (listeners.subscribe(), left)
    }
}

fn lock(channels: &Mutex<Channels>) -> MutexGuard<'_, Channels> {
    // Nothing in here can panic half-way.
    channels.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a message to those who listen to its channel.
fn spread(channels: &Channels, push: PushInfo) {
    let PushInfo { kind: PushKind::Message, data } = push else { return };
    let Ok([Value::BulkString(channel), Value::BulkString(message)]) = <[Value; 2]>::try_from(data) else { return };
    if let Some(listeners) = channels.get(&channel) {
        // Nobody may be there any more.
        let _ = listeners.send(message);
    }
}
