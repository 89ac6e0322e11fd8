//! A person: the handle through which everything of theirs is read and written.

use crate::accounts::Identity;
use crate::error::{Error, Result};
use crate::patch;
use crate::philia::{Inner, Locks, Philia, zone_of};
use crate::privacy::Purpose;
use crate::records::{Versioned, draft, read};
use crate::revision::Watched;
use crate::state::{CompanionState, ThreadState};
use jiff::Timestamp;
use philia_mind::mood::{EmotionLabel, Octant};
use philia_mind::{Interaction, InteractionId, Pad, Persona, Profile, ThreadId};
use philia_ports::store::{Change, Cursor, Draft, Key, Kind, Order, Page, Record, Scan};
use philia_ports::{Partition, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;

const PROFILE: &str = "profile";

/// One person. Cheap to clone; clones keep the same order of turns.
#[derive(Clone)]
pub struct Person {
    pub(crate) app: Arc<Inner>,
    pub(crate) partition: Partition,
    pub(crate) locks: Arc<Locks>,
    /// On whose behalf it is asked, where a door has asked who it is: their limits hold for its turns.
    pub(crate) asker: Option<Arc<Identity>>,
    /// The record that whoever asks wants to change at one version only.
    pub(crate) watched: Option<Arc<Watched>>,
}

/// How the companion feels towards this person now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MoodView {
    /// Whose mood.
    pub persona: String,
    /// The mood now.
    pub pad: Pad,
    /// What it returns to.
    pub baseline: Pad,
    /// Mehrabian's name of its octant.
    pub octant: Octant,
    /// The nearest of ten emotions.
    pub emotion: EmotionLabel,
    /// Turns answered so far.
    pub turns: u64,
}

impl Person {
    /// The name of the partition (`account/subject`).
    pub fn id(&self) -> &philia_ports::PartitionId {
        &self.partition.id
    }

    /// The running program this person is a part of.
    pub fn philia(&self) -> Philia {
        Philia(Arc::clone(&self.app))
    }

    /// The person's own settings, or the defaults.
    pub async fn profile(&self) -> Result<Profile> {
        Ok(self.profile_record().await?.value)
    }

    /// Changes the person's own settings.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every value that is not allowed and what is, [`Error::Refused`] if only what it names
    /// is not there; nothing is changed then.
    pub async fn update_profile(&self, change: impl Fn(&mut Profile) + Send + Sync) -> Result<Profile> {
        self.change_profile(|mut profile| {
            change(&mut profile);
            Ok((profile, Vec::new()))
        })
        .await
    }

    /// Merges a patch into the person's own settings: what it does not name stays, and `null` takes away what may be
    /// missing.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every field that does not exist and every value that is not allowed, all at once;
    /// nothing is changed then.
    pub async fn patch_profile(&self, patch: &Map<String, Value>) -> Result<Profile> {
        let damaged = |error: serde_json::Error| Error::Damaged {
            what: "profile",
            id: PROFILE.into(),
            detail: error.to_string(),
        };
        self.change_profile(|profile| patch::merged(&profile, patch).map_err(damaged)).await
    }

    /// Changes the settings by a function that also says what it could not do.
    async fn change_profile(
        &self,
        change: impl Fn(Profile) -> Result<(Profile, Vec<String>)> + Send + Sync,
    ) -> Result<Profile> {
        loop {
            let Versioned { value, version } = self.profile_record().await?;
            let (before, asked) = (value.privacy, value.proactive_consent);
            let (profile, mut problems) = change(value)?;
            problems.extend(profile.problems());
            let unknown = self.unknown_in(&profile).await?;
            if !problems.is_empty() {
                problems.extend(unknown);
                return Err(Error::Invalid(problems.join("; ")));
            }
            if !unknown.is_empty() {
                return Err(Error::Refused(unknown.join("; ")));
            }
            let draft = draft(Kind::Profile, PROFILE, self.now(), &profile)?;
            self.prepare_for(profile.privacy).await?;
            let mut changes = vec![write(draft, version)];
            if let Some(given) = profile.proactive_consent.filter(|given| asked != Some(*given)) {
                changes.push(self.decided(Purpose::Proactive, given).await?);
            }
            if profile.retention_days.is_some() {
                changes.extend(self.retain_later().await?);
            }
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => continue,
                other => other?,
            };
            if before != profile.privacy {
                self.follow_tier(before, profile.privacy).await?;
            }
            return Ok(profile);
        }
    }

    /// What it names and is not there.
    async fn unknown_in(&self, profile: &Profile) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        if jiff::tz::TimeZone::get(&profile.time_zone).is_err() {
            problems
                .push(format!("time_zone: {:?} is no IANA time zone, such as Europe/Berlin or UTC", profile.time_zone));
        }
        match self.find_persona(&profile.persona).await {
            Err(unknown @ Error::NotFound { .. }) => problems.push(format!("persona: {unknown}")),
            other => {
                other?;
            }
        }
        Ok(problems)
    }

    pub(crate) async fn profile_record(&self) -> Result<Versioned<Profile>> {
        let [record] = self.get_records([Self::profile_key()]).await?;
        self.profile_of(record)
    }

    /// Names the record of a person's own settings.
    pub(crate) fn profile_key() -> Key {
        Key::new(Kind::Profile, PROFILE)
    }

    /// The settings in their record, or the defaults where there is none yet (version 0).
    pub(crate) fn profile_of(&self, record: Option<Record>) -> Result<Versioned<Profile>> {
        let known = record.map(read).transpose()?;
        Ok(known.unwrap_or_else(|| Versioned { value: self.app.parts.default_profile.clone(), version: 0 }))
    }

    /// The persona of that id, or the one the person has chosen.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the nearest name there is.
    pub async fn persona(&self, id: Option<&str>) -> Result<Arc<Persona>> {
        Ok(self.whom(id).await?.0)
    }

    /// How the companion feels now.
    pub async fn mood(&self, persona: Option<&str>) -> Result<MoodView> {
        let (persona, profile) = self.whom(persona).await?;
        Ok(self.mood_of(&self.rested(&persona, &profile, self.now()).await?.value))
    }

    pub(crate) fn mood_of(&self, state: &CompanionState) -> MoodView {
        let pad = state.life.mood_at(self.now(), &self.app.parts.settings.life);
        MoodView {
            persona: state.persona.clone(),
            pad,
            baseline: state.life.baseline.pad,
            octant: pad.octant(),
            emotion: pad.emotion(),
            turns: state.turns,
        }
    }

    /// The living instance of a persona, as it was last kept; a newborn (version 0) if they have not met.
    pub(crate) async fn state(
        &self,
        persona: &Persona,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Versioned<CompanionState>> {
        Ok(self.get(Kind::Companion, &persona.id).await?.unwrap_or_else(|| Versioned {
            value: CompanionState::newborn(persona, now, &self.zone(profile)),
            version: 0,
        }))
    }

    /// One turn of the log.
    pub async fn interaction(&self, id: &InteractionId) -> Result<Option<Interaction>> {
        Ok(self.get(Kind::Interaction, id.as_str()).await?.map(|record| record.value))
    }

    /// Turns of the log, newest first; only of one thread if it is named. A page may hold fewer than `limit`
    /// and still have a next one.
    pub async fn history(
        &self,
        thread: Option<&ThreadId>,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<Page<Interaction>> {
        let scan = Scan { cursor, ..Scan::newest(Kind::Interaction, limit) };
        let page: Page<Interaction> = self.page(&scan).await?;
        let items = page.items.into_iter().filter(|turn| thread.is_none_or(|thread| &turn.thread == thread)).collect();
        Ok(Page { items, next: page.next })
    }

    /// The last turn that was answered: what `/why` explains.
    pub async fn last_answered(&self) -> Result<Option<Interaction>> {
        let page = self.history(None, 20, None).await?;
        Ok(page.items.into_iter().find(|turn| turn.reply.is_some()))
    }

    /// The named conversations, newest first.
    pub async fn threads(&self) -> Result<Vec<ThreadState>> {
        let scan = Scan { order: Order::Descending, ..Scan::of(Kind::Thread) };
        Ok(self.page(&scan).await?.items)
    }

    /// Erases the person: every record and everything derived from them, for good.
    pub async fn erase(&self) -> Result<()> {
        let philia = Philia(Arc::clone(&self.app));
        philia.promise_renewed_backups().await?;
        philia.promise_cleared_index(&self.partition.id).await?;
        let catching_up = self.locks.index.lock().await;
        self.app.parts.store.erase(&self.partition.id).await?;
        philia.accounts().forget_incidents(&self.partition.id).await?;
        self.let_go().await;
        drop(catching_up);
        if let Err(error) = philia.clear_index(&self.partition).await {
            tracing::warn!(%error, "the index could not be told of an erasure; it is told as soon as it answers");
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.parts.clock.now()
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, kind: Kind, id: &str) -> Result<Option<Versioned<T>>> {
        let [record] = self.get_records([Key::new(kind, id)]).await?;
        record.map(read).transpose()
    }

    /// Several records in one read, in the order asked.
    pub(crate) async fn get_records<const N: usize>(&self, keys: [Key; N]) -> Result<[Option<Record>; N]> {
        let found = self.app.parts.store.get_many(&self.partition, &keys).await?;
        found.try_into().map_err(|found: Vec<_>| Error::Damaged {
            what: "store",
            id: "get_many".into(),
            detail: format!("{} answers to {N} questions", found.len()),
        })
    }

    pub(crate) async fn page<T: DeserializeOwned>(&self, scan: &Scan) -> Result<Page<T>> {
        let page = self.app.parts.store.scan(&self.partition, scan).await?;
        let items = page.items.into_iter().map(|record| read(record).map(|read| read.value)).collect::<Result<_>>()?;
        Ok(Page { items, next: page.next })
    }

    pub(crate) async fn commit(&self, mut changes: Vec<Change>) -> Result<u64> {
        let after = self.watched.as_ref().map(|watched| watched.after(&mut changes)).transpose()?.flatten();
        let memories = self.of_memories(&changes);
        let committed = self.app.parts.store.commit(&self.partition, changes).await?;
        if let (Some(watched), Some(version)) = (&self.watched, after) {
            watched.is_now(version);
        }
        self.hand_on(memories, committed).await;
        Ok(committed)
    }

    pub(crate) fn zone(&self, profile: &Profile) -> jiff::tz::TimeZone {
        zone_of(profile)
    }
}

/// An insert for what is not there yet (version 0), a put for what is.
pub(crate) fn write(draft: Draft, version: u64) -> Change {
    if version == 0 { Change::Insert(draft) } else { Change::Put { draft, expected: version } }
}
