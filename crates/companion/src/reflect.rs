//! Reflection: the nights that have passed are lived before the companion is looked at or spoken to.
//!
//! Nothing ticks while nobody talks. The first who comes after a night finds it lived: the baseline has drifted,
//! habits were looked at, traits have grown, each night in its order, as a pure function of the log.

use crate::error::{Error, Result};
use crate::person::{Person, write};
use crate::records::{Versioned, draft};
use crate::state::CompanionState;
use jiff::{SignedDuration, Timestamp};
use philia_mind::growth::Version;
use philia_mind::life::Setting;
use philia_mind::profile::AgeBand;
use philia_mind::window::Exchange;
use philia_mind::{Interaction, Pad, Persona, Profile};
use philia_ports::StoreError;
use philia_ports::store::{Change, Kind, Order, Page, Scan};

/// The most turns of the log that one reflection looks at: beyond that, the newest.
const MOST_TURNS: usize = 5000;

impl Person {
    /// The companion as it is now, every night that has passed lived and kept.
    pub(crate) async fn rested(
        &self,
        persona: &Persona,
        profile: &Profile,
        now: Timestamp,
    ) -> Result<Versioned<CompanionState>> {
        let zone = self.zone(profile);
        loop {
            let state = self.state(persona, profile, now).await?;
            if state.version == 0 || !state.value.life.night_is_due(now, &zone) {
                return Ok(state);
            }
            match self.sleep(persona, profile, state, now).await {
                // Somebody else was faster, or changed it meanwhile.
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => return other,
            }
        }
    }

    async fn sleep(
        &self,
        persona: &Persona,
        profile: &Profile,
        state: Versioned<CompanionState>,
        now: Timestamp,
    ) -> Result<Versioned<CompanionState>> {
        let zone = self.zone(profile);
        let config = &self.app.parts.settings.life;
        let Versioned { value: mut state, version } = state;
        let turns = self.turns_since(state.life.looks_back_to(&zone, config), persona).await?;
        let log: Vec<(Timestamp, Pad)> = turns.iter().filter_map(|turn| Some((turn.at, turn.mood_after?))).collect();
        let window: Vec<Exchange<'_>> = turns
            .iter()
            .map(|turn| {
                let reply = turn.reply.as_deref().unwrap_or_default();
                Exchange::read(turn.at, &turn.message, reply, &self.app.signposts, persona)
            })
            .collect();
        let week = now.checked_sub(SignedDuration::from_hours(8 * 24)).unwrap_or(Timestamp::MIN);
        let recent = self.versions_since(persona, week).await?;

        let setting = Setting { persona, now, zone: &zone, minor: profile.age_band == AgeBand::Minor };
        let slept = state.life.sleep(&log, &window, &recent, &setting, config);
        let mut changes = vec![write(draft(Kind::Companion, &state.persona, now, &state)?, version)];
        if let Some(grown) = &slept.grown {
            changes.push(self.version_record(&state.persona, grown)?);
        }
        // What takes longer is left to a job: nobody waits for it.
        changes.extend(self.reflect_later(now).await?);
        self.commit(changes).await?;
        tracing::debug!(nights = slept.nights, grown = slept.grown.is_some(), "nights were lived");
        Ok(Versioned { value: state, version: version + 1 })
    }

    /// The answered turns with this persona since an instant, oldest first.
    async fn turns_since(&self, since: Timestamp, persona: &Persona) -> Result<Vec<Interaction>> {
        let mut turns: Vec<Interaction> = Vec::new();
        let mut scan = Scan { from: Some(since), order: Order::Descending, ..Scan::of(Kind::Interaction) };
        loop {
            let page: Page<Interaction> = self.page(&scan).await?;
            let theirs =
                |turn: &Interaction| turn.persona.as_str() == persona.id && turn.mood_after.is_some() && !turn.redacted;
            turns.extend(page.items.into_iter().filter(theirs));
            match page.next {
                Some(next) if turns.len() < MOST_TURNS => scan.cursor = Some(next),
                _ => break,
            }
        }
        turns.reverse();
        Ok(turns)
    }

    /// The versions of a persona's traits since an instant, oldest first.
    pub(crate) async fn versions_since(&self, persona: &Persona, since: Timestamp) -> Result<Vec<Version>> {
        let mut versions = Vec::new();
        let mut scan = Scan { from: Some(since), ..Scan::of(Kind::TraitVersion) };
        let prefix = format!("{}#", persona.id);
        loop {
            let page = self.app.parts.store.scan(&self.partition, &scan).await?;
            for record in page.items.into_iter().filter(|record| record.key.id.starts_with(&prefix)) {
                versions.push(crate::records::read(record)?.value);
            }
            match page.next {
                Some(next) => scan.cursor = Some(next),
                None => return Ok(versions),
            }
        }
    }

    /// The record of a version. Its id says whose and which, so no version can be written over another.
    pub(crate) fn version_record(&self, persona: &str, version: &Version) -> Result<Change> {
        let id = format!("{persona}#{:08}", version.number);
        Ok(Change::Insert(draft(Kind::TraitVersion, &id, version.at, version)?))
    }
}
