//! News: what happens to a person, for every door they have open. It goes by the cache's messages, so that it reaches
//! the doors of other instances, too. Only names are sent: what they stand for is read where the person is.

use crate::error::{Error, Result};
use crate::person::Person;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use philia_mind::{InteractionId, PersonaId};
use philia_ports::StoreError;
use philia_ports::cache::{CacheError, CacheKey};
use serde::{Deserialize, Serialize};

/// Something that happened, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum News {
    /// A turn was answered, by whichever door.
    Turn(InteractionId),
    /// The mood of a companion, by the character's id, was changed by other things than a turn.
    Mood(PersonaId),
}

impl Person {
    /// Listens from now on. Who is too slow misses some; dropping the stream ends it.
    ///
    /// # Errors
    /// The cache does not answer.
    pub async fn news(&self) -> Result<BoxStream<'static, News>> {
        let messages = match self.channel() {
            Ok(channel) => self.app.parts.cache.subscribe(&channel).await,
            Err(error) => Err(error),
        };
        let messages = messages.map_err(|error| Error::Store(StoreError::Unavailable(error.to_string())))?;
        // What another version of the program sends may be unknown here.
        Ok(messages.filter_map(async |message| serde_json::from_slice(&message).ok()).boxed())
    }

    /// Tells every open door. Nobody waits for it, and nothing is lost with it: the log has it all.
    pub(crate) async fn spread(&self, news: &News) {
        let told = match (self.channel(), serde_json::to_vec(news)) {
            (Ok(channel), Ok(message)) => self.app.parts.cache.publish(&channel, message).await,
            (Err(error), _) => Err(error),
            (_, Err(error)) => Err(CacheError::Invalid(error.to_string())),
        };
        if let Err(error) = told {
            tracing::warn!(%error, "open doors were not told");
        }
    }

    fn channel(&self) -> std::result::Result<CacheKey, CacheError> {
        CacheKey::new(&self.partition.id, "news")
    }
}
