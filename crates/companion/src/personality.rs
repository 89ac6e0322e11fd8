//! Personality: what the companion has become with a person, how it came to be so, and setting it by hand.
//!
//! Every change by hand is a version with a reason, like every change by growth. History is never rewritten.

use crate::error::{Error, Result};
use crate::news::News;
use crate::person::{MoodView, Person, write};
use crate::records::{Versioned, draft};
use crate::state::CompanionState;
use philia_mind::bond::Level;
use philia_mind::growth::{self, ByHand, Change as Changed, Version};
use philia_mind::needs::Need;
use philia_mind::persona::Temperament;
use philia_mind::profile::AgeBand;
use philia_mind::quirks::Quirk;
use philia_mind::{Pad, Persona, PersonaId, Profile};
use philia_ports::StoreError;
use philia_ports::store::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A need as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NeedView {
    /// Which.
    pub need: Need,
    /// 0..1.
    pub level: f64,
    /// Above its threshold.
    pub urgent: bool,
}

/// The bond as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BondView {
    /// 0..100.
    pub points: f64,
    /// How close that is.
    pub level: Level,
}

/// What the companion has become.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Personality {
    /// The persona's id.
    pub persona: String,
    /// What it is called.
    pub name: String,
    /// The Big Five; they never change.
    pub temperament: Temperament,
    /// Number of the traits' version.
    pub version: u32,
    /// The traits now, 0..100.
    pub traits: BTreeMap<String, f64>,
    /// Those that nothing changes.
    pub immutable: Vec<String>,
    /// The mood now.
    pub mood: MoodView,
    /// The needs now.
    pub needs: Vec<NeedView>,
    /// The bond now.
    pub bond: BondView,
    /// Its habits with this person, active ones first.
    pub quirks: Vec<Quirk>,
}

/// Something to be set by hand.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Setting {
    /// A trait, 0..100.
    Trait {
        /// Which.
        name: String,
        /// Its value.
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 100))]
        value: f64,
    },
    /// The mood, moved by a delta; each dimension -2..2.
    Mood(Pad),
    /// The bond's points, 0..100.
    Bond(f64),
    /// A need's level, 0..1.
    Need {
        /// Which.
        name: Need,
        /// Its level.
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 1))]
        level: f64,
    },
    /// A quirk's strength, 0..1.
    Quirk {
        /// Which.
        name: String,
        /// Its strength.
        #[cfg_attr(feature = "schema", schema(minimum = 0, maximum = 1))]
        strength: f64,
    },
    /// An earlier version of the traits.
    Restore {
        /// Its number.
        version: u32,
    },
}

impl Person {
    /// What the companion has become with this person.
    pub async fn personality(&self, persona: Option<&str>) -> Result<Personality> {
        let (persona, profile) = self.whom(persona).await?;
        let state = self.rested(&persona, &profile, self.now()).await?.value;
        Ok(self.personality_of(&persona, &profile, &state))
    }

    fn personality_of(&self, persona: &Persona, profile: &Profile, state: &CompanionState) -> Personality {
        let now = self.now();
        let config = &self.app.parts.settings.life;
        let life = &state.life;
        let needs = Need::ALL.iter().map(|need| {
            let level = life.needs.level(*need, now, &config.needs);
            NeedView { need: *need, level, urgent: level > config.needs.threshold }
        });
        let mut quirks = life.quirks.clone();
        quirks.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        let traits = life.version.traits.clone();
        Personality {
            persona: persona.id.clone(),
            name: persona.name.clone(),
            temperament: persona.temperament,
            version: life.version.number,
            immutable: traits.keys().filter(|name| growth::is_immutable(persona, name)).cloned().collect(),
            traits,
            mood: self.mood_of(state),
            needs: needs.collect(),
            bond: BondView { points: life.bond.points, level: life.level(persona, profile.age_band == AgeBand::Minor) },
            quirks,
        }
    }

    /// Every version of the traits, newest first.
    pub async fn personality_history(&self, persona: Option<&str>) -> Result<Vec<Version>> {
        let (persona, profile) = self.whom(persona).await?;
        let state = self.rested(&persona, &profile, self.now()).await?;
        let mut versions = self.versions_since(&persona, jiff::Timestamp::MIN).await?;
        if versions.is_empty() {
            versions.push(state.value.life.version);
        }
        versions.sort_by_key(|version| std::cmp::Reverse(version.number));
        Ok(versions)
    }

    /// Sets something by hand. `by` says who did (`person`, `admin`), `why` gives the reason; both are kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming what is out of range; [`Error::Refused`] for a trait that is not there or never changes;
    /// [`Error::NotFound`] for a version or quirk that is
    /// not there.
    pub async fn set_personality(
        &self,
        persona: Option<&str>,
        setting: &Setting,
        by: &str,
        why: &str,
    ) -> Result<Personality> {
        let (persona, profile) = self.whom(persona).await?;
        loop {
            let now = self.now();
            let Versioned { value: mut state, version } = self.rested(&persona, &profile, now).await?;
            let born = (version == 0).then(|| state.life.version.clone());
            let hand = ByHand { by, why, now };
            let next = self.set_in(&persona, &mut state, setting, &hand).await?;
            state.life.version = next.clone();
            let mut changes = vec![write(draft(Kind::Companion, &persona.id, now, &state)?, version)];
            for version in born.iter().chain([&next]) {
                changes.push(self.version_record(&persona.id, version)?);
            }
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
                Ok(_) => {
                    if matches!(setting, Setting::Mood(_)) {
                        self.spread(&News::Mood(PersonaId::new(persona.id.as_str()))).await;
                    }
                    return Ok(self.personality_of(&persona, &profile, &state));
                }
            }
        }
    }

    /// Makes the companion a newborn again, as a new version: traits, mood, needs, bond and habits. What was said and
    /// what is remembered stays. `by` says who did, `why` gives the reason; both are kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] for no reason at all.
    pub async fn reset_personality(&self, persona: Option<&str>, by: &str, why: &str) -> Result<Personality> {
        let (persona, profile) = self.whom(persona).await?;
        loop {
            let now = self.now();
            let Versioned { value: old, version } = self.state(&persona, &profile, now).await?;
            let state = self.born_again(&persona, &profile, &old, &ByHand { by, why, now })?;
            let born = (version == 0).then_some(&old.life.version);
            let mut changes = vec![write(draft(Kind::Companion, &persona.id, now, &state)?, version)];
            for version in born.into_iter().chain([&state.life.version]) {
                changes.push(self.version_record(&persona.id, version)?);
            }
            match self.commit(changes).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
                Ok(_) => {
                    self.spread(&News::Mood(PersonaId::new(persona.id.as_str()))).await;
                    return Ok(self.personality_of(&persona, &profile, &state));
                }
            }
        }
    }

    /// Refuses what [`Person::reset_personality`] would refuse.
    pub(crate) async fn check_reset(&self, persona: Option<&str>, why: &str) -> Result<()> {
        let ((persona, profile), now) = (self.whom(persona).await?, self.now());
        let old = self.state(&persona, &profile, now).await?.value;
        self.born_again(&persona, &profile, &old, &ByHand { by: "", why, now }).map(drop)
    }

    fn born_again(
        &self,
        persona: &Persona,
        profile: &Profile,
        old: &CompanionState,
        hand: &ByHand<'_>,
    ) -> Result<CompanionState> {
        let mut state = CompanionState {
            turns: old.turns,
            last_turn_at: old.last_turn_at,
            offline_announced: old.offline_announced,
            disclosed_at: old.disclosed_at,
            ..CompanionState::newborn(persona, hand.now, &self.zone(profile))
        };
        let next = growth::restore(&old.life.version, &state.life.version, persona, hand);
        state.life.version = next.map_err(|error| Error::Invalid(error.to_string()))?;
        Ok(state)
    }

    async fn set_in(
        &self,
        persona: &Persona,
        state: &mut CompanionState,
        setting: &Setting,
        hand: &ByHand<'_>,
    ) -> Result<Version> {
        let config = &self.app.parts.settings.life;
        let life = &mut state.life;
        let refused = |error: growth::Refused| match error {
            growth::Refused::Immutable(_) | growth::Refused::Unknown { .. } => Error::Refused(error.to_string()),
            _ => Error::Invalid(error.to_string()),
        };
        let record = |life: &philia_mind::life::Life, what: String, from: f64, to: f64| {
            growth::record(&life.version, vec![Changed::new(what, from, to, hand.why)], hand).map_err(refused)
        };
        match setting {
            Setting::Trait { name, value } => {
                growth::set_trait(&life.version, persona, name, *value, hand).map_err(refused)
            }
            Setting::Mood(delta) => {
                let mood = life.mood_at(hand.now, config);
                let (after, version) = growth::set_mood(&life.version, mood, *delta, hand).map_err(refused)?;
                life.mood = philia_mind::Mood::new(after, hand.now);
                Ok(version)
            }
            Setting::Bond(points) => {
                let from = life.bond.points;
                life.bond = life.bond.set(*points).map_err(refused)?;
                record(life, "bond.points".into(), from, *points)
            }
            Setting::Need { name, level } => {
                let from = life.needs.level(*name, hand.now, &config.needs);
                life.needs = life.needs.set(*name, *level, hand.now).map_err(refused)?;
                record(life, format!("need.{name}"), from, *level)
            }
            Setting::Quirk { name, strength } => {
                let known = life.quirks.iter().position(|quirk| quirk.name == *name);
                let Some(at) = known else {
                    let names = life.quirks.iter().map(|quirk| quirk.name.as_str());
                    let nearest = crate::personas::nearest(name, names).map(str::to_owned);
                    return Err(Error::NotFound { what: "quirk", name: name.clone(), nearest });
                };
                let from = life.quirks[at].strength;
                life.quirks[at] = life.quirks[at].clone().set(*strength).map_err(refused)?;
                record(life, format!("quirk.{name}"), from, *strength)
            }
            Setting::Restore { version } => {
                let versions = self.versions_since(persona, jiff::Timestamp::MIN).await?;
                let earlier = versions
                    .iter()
                    .find(|known| known.number == *version)
                    .ok_or_else(|| Error::NotFound { what: "version", name: version.to_string(), nearest: None })?;
                growth::restore(&life.version, earlier, persona, hand).map_err(refused)
            }
        }
    }

    /// The persona asked for, or the one they have chosen, and their settings.
    pub(crate) async fn whom(&self, persona: Option<&str>) -> Result<(std::sync::Arc<Persona>, Profile)> {
        let profile = self.profile().await?;
        let persona = self.find_persona(persona.unwrap_or(&profile.persona)).await?;
        Ok((persona, profile))
    }
}
