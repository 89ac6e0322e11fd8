//! What is kept at hand in the cache: the recent turns of each thread, and what is known of the person.
//!
//! Nothing here is the only copy. A window of turns is stamped with the version that its thread had when the last of
//! them was heard; every message that is heard raises that version, on whichever instance, so a window that misses one
//! is known by its stamp and read anew from the log. The facts are stamped with the commit up to which they are right.
//! What is forgotten is let go of at once ([`Person::let_go`]).
//!
//! Every turn reads and writes it, so it is kept as `postcard`, whose bytes do not say what they are: whoever changes what
//! is kept changes its name.

use crate::error::Result;
use crate::learn::LiveFact;
use crate::observe;
use crate::person::Person;
use crate::records::read;
use crate::tokens::estimate_tokens;
use jiff::{SignedDuration, Timestamp};
use philia_mind::guard::care::Crisis;
use philia_mind::prompt::Known;
use philia_mind::{Interaction, InteractionId, Memory, MemoryId, ThreadId};
use philia_ports::cache::MAX_VALUE_BYTES;
use philia_ports::store::{Key, Kind, Scan};
use philia_ports::{CacheError, CacheKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// The most facts that are kept at hand; a prompt has room for fewer.
const FACTS: usize = 64;
/// How long facts are kept at hand when nobody talks.
const FACTS_AGE: Duration = Duration::from_secs(24 * 3600);
/// Memories that are read at once.
const BATCH: usize = 500;

/// What is known of a turn's thread from the moment it was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// The version that the thread had then.
    Version(u64),
    /// It was heard earlier, and is answered only now.
    Unknown,
    /// It could not be made durable, because the store fails: what is at hand is better than nothing.
    Unsaved,
}

/// A turn as the next ones need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recent {
    pub(crate) id: InteractionId,
    pub(crate) at: Timestamp,
    pub(crate) message: String,
    pub(crate) reply: String,
    /// Care answered it.
    pub(crate) care: bool,
}

impl From<&Interaction> for Recent {
    fn from(turn: &Interaction) -> Self {
        let reply = turn.reply.clone().unwrap_or_default();
        let care = turn.security.as_deref().is_some_and(Crisis::is_noted);
        Self { id: turn.id.clone(), at: turn.at, message: turn.message.clone(), reply, care }
    }
}

/// The same, of what is written with it: it is put behind others that nobody looks at.
#[derive(Serialize, Deserialize)]
struct Written<'t> {
    id: &'t str,
    /// As text.
    #[serde(borrow)]
    at: Cow<'t, str>,
    message: &'t str,
    reply: &'t str,
    care: bool,
}

impl<'t> From<&'t Interaction> for Written<'t> {
    fn from(turn: &'t Interaction) -> Self {
        Self {
            id: turn.id.as_str(),
            at: turn.at.to_string().into(),
            message: &turn.message,
            reply: turn.reply.as_deref().unwrap_or_default(),
            care: turn.security.as_deref().is_some_and(Crisis::is_noted),
        }
    }
}

/// A fact about the person as a prompt tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KnownFact {
    pub(crate) id: MemoryId,
    pub(crate) content: String,
    pub(crate) since: Timestamp,
}

impl KnownFact {
    /// As a prompt takes it.
    pub(crate) fn told(&self) -> Known<'_> {
        Known { id: &self.id, since: self.since, text: &self.content }
    }
}

/// The newest turns of a thread, oldest first.
#[derive(Serialize, Deserialize)]
struct Window<T> {
    generation: u64,
    /// The thread's version when the last of them was heard.
    heard: u64,
    turns: Vec<T>,
}

/// What is known of the person, the most important first.
#[derive(Serialize, Deserialize)]
struct Held {
    generation: u64,
    /// The commit up to which it is right.
    upto: u64,
    facts: Vec<KnownFact>,
}

/// What was asked of the cache and the store, and whether the cache answered.
pub(crate) struct AtHand<T> {
    pub(crate) what: T,
    pub(crate) cached: bool,
}

impl Person {
    /// The turns before one in its thread, oldest first.
    pub(crate) async fn recent(&self, turn: &Interaction, before: Before) -> Result<AtHand<Vec<Recent>>> {
        let settings = &self.app.parts.settings;
        if settings.context_turns == 0 || settings.context_age.is_zero() {
            return Ok(AtHand { what: Vec::new(), cached: true });
        }
        let name = window_name(&turn.thread);
        let (window, cached) = self.cached::<Window<Recent>>(&name).await;
        let fits = |window: &Window<Recent>| match before {
            Before::Version(version) => window.heard == version,
            Before::Unknown => false,
            Before::Unsaved => true,
        };
        let ours = |window: &Window<Recent>| window.generation == self.partition.generation;
        let turns = match window.filter(|window| ours(window) && fits(window)) {
            Some(window) => window.turns,
            None => {
                // Whoever forgets waits until this is done, and lets go of it then.
                let _one_at_a_time = self.locks.context.lock().await;
                let turns = self.read_recent(turn).await?;
                if let Before::Version(heard) = before {
                    let window = Window { generation: self.partition.generation, heard, turns };
                    self.keep_at_hand(&name, &window, settings.context_age).await;
                    window.turns
                } else {
                    turns
                }
            }
        };
        let oldest = oldest(turn.at, settings.context_age);
        let mut turns: Vec<Recent> = turns.into_iter().filter(|t| t.at >= oldest && t.id != turn.id).collect();
        turns.drain(..turns.len().saturating_sub(settings.context_turns));
        Ok(AtHand { what: turns, cached })
    }

    /// The same from the log.
    async fn read_recent(&self, turn: &Interaction) -> Result<Vec<Recent>> {
        let settings = &self.app.parts.settings;
        let mut scan = Scan {
            from: Some(oldest(turn.at, settings.context_age)),
            until: Some(turn.at),
            // Other threads' turns lie between.
            ..Scan::newest(Kind::Interaction, settings.context_turns * 2)
        };
        let mut turns: Vec<Recent> = Vec::new();
        loop {
            let page = self.page::<Interaction>(&scan).await?;
            turns.extend(page.items.iter().filter(|t| t.thread == turn.thread && !t.redacted).map(Recent::from));
            scan.cursor = page.next.filter(|_| turns.len() < settings.context_turns);
            if scan.cursor.is_none() {
                turns.truncate(settings.context_turns);
                turns.reverse();
                return Ok(turns);
            }
        }
    }

    /// Puts a turn that was answered and kept behind those at hand.
    pub(crate) async fn append_recent(&self, turn: &Interaction, before: Before) {
        let settings = &self.app.parts.settings;
        let name = window_name(&turn.thread);
        let _one_at_a_time = self.locks.context.lock().await;
        let Some(kept) = self.kept(&name).await.ok().flatten() else { return };
        let Ok(mut window) = postcard::from_bytes::<Window<Written<'_>>>(&kept) else { return };
        match before {
            Before::Version(version) if (window.generation, window.heard) == (self.partition.generation, version) => {
                window.heard = version + 1;
                window.turns.push(Written::from(turn));
                window.turns.drain(..window.turns.len().saturating_sub(settings.context_turns));
                self.keep_at_hand(&name, &window, settings.context_age).await;
            }
            // It misses a turn: the next one reads it anew.
            _ => self.forget_at_hand(&name).await,
        }
    }

    /// What is known of the person now, the most important first.
    pub(crate) async fn known_facts(&self) -> Result<AtHand<Vec<KnownFact>>> {
        const NAME: &str = "known";
        let (held, cached) = self.cached::<Held>(NAME).await;
        if let Some(held) = held.filter(|held| held.generation == self.partition.generation) {
            let feed = self.app.parts.store.changes(&self.partition, Kind::Fact, held.upto, 1).await?;
            if feed.generation == held.generation && feed.touched.is_empty() {
                return Ok(AtHand { what: held.facts, cached });
            }
        }
        let _one_at_a_time = self.locks.context.lock().await;
        // First how far the store is, then what is there: whatever comes between is looked at again.
        let upto = self.app.parts.store.changes(&self.partition, Kind::Fact, u64::MAX, 1).await?.head;
        let held = Held { generation: self.partition.generation, upto, facts: self.read_facts().await? };
        self.keep_at_hand(NAME, &held, FACTS_AGE).await;
        Ok(AtHand { what: held.facts, cached })
    }

    /// The most important of them, as many as a prompt has room for.
    pub(crate) fn fitting<'f>(&self, facts: &'f [KnownFact]) -> &'f [KnownFact] {
        let mut left = self.app.parts.settings.facts_tokens;
        let fits = facts.iter().take_while(|fact| {
            // The line around it takes some.
            let cost = estimate_tokens(&fact.content) + 10;
            let fits = cost <= left;
            left = left.saturating_sub(cost);
            fits
        });
        &facts[..fits.count()]
    }

    /// The same from the store.
    async fn read_facts(&self) -> Result<Vec<KnownFact>> {
        let mut keys = Vec::new();
        let mut scan = Scan::of(Kind::Fact);
        loop {
            let page = self.page::<LiveFact>(&scan).await?;
            // What they are called is told by itself.
            let theirs = page.items.into_iter().filter(|fact| fact.subject == "user" && fact.key != "name");
            keys.extend(theirs.map(|fact| Key::new(Kind::Memory, fact.memory.as_str())));
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => break,
            }
        }
        let mut memories: Vec<Memory> = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            for record in self.app.parts.store.get_many(&self.partition, keys).await?.into_iter().flatten() {
                memories.push(read(record)?.value);
            }
        }
        memories.retain(|memory| memory.valid_until.is_none());
        memories.sort_by(|a, b| {
            let by_weight = b.pinned.cmp(&a.pinned).then(b.importance.total_cmp(&a.importance));
            by_weight.then(b.reinforced.cmp(&a.reinforced)).then_with(|| a.id.cmp(&b.id))
        });
        memories.truncate(FACTS);
        let known =
            |m: Memory| KnownFact { since: m.valid_from.unwrap_or(m.occurred_at), id: m.id, content: m.content };
        Ok(memories.into_iter().map(known).collect())
    }

    /// Lets go of everything of this person's that is kept at hand. To be called after a commit that redacts, rewrites
    /// or erases any of their words.
    pub(crate) async fn let_go(&self) {
        let _one_at_a_time = self.locks.context.lock().await;
        self.app.let_go_of_readings(&self.partition.id);
        if let Err(error) = self.app.parts.cache.clear(&self.partition.id).await {
            tracing::error!(%error, "what was forgotten may stay in the cache until it ends there");
        }
    }

    /// What is kept under a name, and whether the cache answered. What cannot be read counts as missing.
    async fn cached<T: DeserializeOwned>(&self, name: &str) -> (Option<T>, bool) {
        match self.kept(name).await {
            Ok(found) => (found.and_then(|bytes| postcard::from_bytes(&bytes).ok()), true),
            Err(_) => (None, false),
        }
    }

    /// The same as it lies there.
    async fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let found = match self.cache_key(name) {
            Ok(key) => self.app.parts.cache.get(&key).await,
            Err(error) => Err(error),
        };
        match &found {
            Ok(found) => observe::cache(found.is_some()),
            Err(error) => tracing::warn!(%error, "the cache is gone without"),
        }
        found
    }

    async fn keep_at_hand<T: Serialize>(&self, name: &str, value: &T, age: Duration) {
        let kept = async {
            let bytes = postcard::to_allocvec(value).unwrap_or_default();
            let key = self.cache_key(name)?;
            if bytes.is_empty() || bytes.len() > MAX_VALUE_BYTES {
                return self.app.parts.cache.remove(&key).await;
            }
            self.app.parts.cache.set(&key, bytes, age).await
        };
        if let Err(error) = kept.await {
            tracing::debug!(%error, name, "not kept at hand");
        }
    }

    async fn forget_at_hand(&self, name: &str) {
        let gone = async { self.app.parts.cache.remove(&self.cache_key(name)?).await };
        if let Err(error) = gone.await {
            // Its stamp is old, so nobody takes it for what it is not.
            tracing::debug!(%error, name, "an old window stays in the cache until it ends");
        }
    }

    fn cache_key(&self, name: &str) -> Result<CacheKey, CacheError> {
        CacheKey::new(&self.partition.id, name)
    }
}

fn window_name(thread: &ThreadId) -> String {
    format!("window/{thread}")
}

fn oldest(now: Timestamp, age: Duration) -> Timestamp {
    let age = SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX);
    now.saturating_sub(age).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_behind_is_read_as_all_the_others() {
        let turn = Recent {
            id: InteractionId::new("0193ab54"),
            at: "2026-11-23T18:15:07.000123Z".parse().unwrap(),
            message: "Zoë ist wieder da".into(),
            reply: String::new(),
            care: true,
        };
        let window = Window { generation: 2, heard: 7, turns: vec![turn.clone(), turn] };
        let kept = postcard::to_allocvec(&window).unwrap();
        let read: Window<Written<'_>> = postcard::from_bytes(&kept).unwrap();
        assert!(read.turns.iter().all(|turn| matches!(turn.at, Cow::Borrowed(_))));
        assert_eq!(postcard::to_allocvec(&read).unwrap(), kept);
    }
}
