//! What a person has agreed to, and when. Where it matters, it is asked here.

use crate::error::{Error, Result};
use crate::person::{Person, write};
use crate::records::{Versioned, draft, read};
use jiff::Timestamp;
use philia_ports::StoreError;
use philia_ports::store::{Change, Key, Kind, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The id of the record.
const ID: &str = "consents";
/// The version of the words that people are asked with (docs/privacy.md). Whoever agreed to an earlier one did so.
pub const WORDS: u32 = 1;
/// Earlier decisions that are kept of each.
const MOST_EARLIER: usize = 50;

/// What can be agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Purpose {
    /// That the companion writes first. Not before it is agreed to.
    Proactive,
    /// That words go to the remote models and embedders that the operator has configured.
    RemoteModels,
    /// That what is said becomes memories. What is asked to be remembered or done is, all the same.
    Learning,
    /// That their turns count in the operator's figures, without their name.
    Statistics,
}

impl Purpose {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Proactive, Self::RemoteModels, Self::Learning, Self::Statistics];

    /// What holds as long as nothing was decided.
    const fn unless_decided(self) -> bool {
        !matches!(self, Self::Proactive)
    }
}

/// One decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Yes or no.
    pub given: bool,
    /// When.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The version of the words that they were asked with.
    pub words: u32,
}

/// What holds of one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Consent {
    /// For what.
    pub purpose: Purpose,
    /// Does it hold now?
    pub given: bool,
    /// What they decided, the last first; empty if they were not asked.
    pub decisions: Vec<Decision>,
}

/// The record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Consents(BTreeMap<Purpose, Vec<Decision>>);

impl Consents {
    /// Where they are kept, beside the person's settings.
    pub(crate) fn key() -> Key {
        Key::new(Kind::Profile, ID)
    }

    /// What the record says.
    pub(crate) fn of(record: Option<Record>) -> Result<Self> {
        Ok(record.map(read::<Self>).transpose()?.map(|read| read.value).unwrap_or_default())
    }

    /// Do they agree to this?
    pub(crate) fn given(&self, purpose: Purpose) -> bool {
        let last = self.0.get(&purpose).and_then(|decisions| decisions.first());
        last.map_or(purpose.unless_decided(), |last| last.given)
    }

    fn decide(&mut self, purpose: Purpose, given: bool, at: Timestamp) {
        let decisions = self.0.entry(purpose).or_default();
        decisions.insert(0, Decision { given, at, words: WORDS });
        decisions.truncate(MOST_EARLIER);
    }
}

impl Person {
    async fn consent_record(&self) -> Result<Versioned<Consents>> {
        let known = self.get(Kind::Profile, ID).await?;
        Ok(known.unwrap_or(Versioned { value: Consents::default(), version: 0 }))
    }

    /// Do they agree to this?
    pub(crate) async fn agrees_to(&self, purpose: Purpose) -> Result<bool> {
        Ok(self.consent_record().await?.value.given(purpose))
    }

    /// What this person has agreed to, and when.
    pub async fn consents(&self) -> Result<Vec<Consent>> {
        let Versioned { value: consents, .. } = self.consent_record().await?;
        let of = |purpose| Consent {
            purpose,
            given: consents.given(purpose),
            decisions: consents.0.get(&purpose).cloned().unwrap_or_default(),
        };
        Ok(Purpose::ALL.into_iter().map(of).collect())
    }

    /// Notes what they decide. It holds from the next time that it matters.
    ///
    /// # Errors
    /// The store does not answer; nothing was decided then.
    pub async fn decide(&self, decisions: &BTreeMap<Purpose, bool>) -> Result<Vec<Consent>> {
        if let Some(given) = decisions.get(&Purpose::Proactive) {
            // It is one of their settings, too, and both are written at once there.
            self.update_profile(|profile| profile.proactive_consent = Some(*given)).await?;
        }
        loop {
            let Versioned { value: mut consents, version } = self.consent_record().await?;
            let before = consents.clone();
            for (purpose, given) in decisions {
                let last = consents.0.get(purpose).and_then(|decisions| decisions.first());
                if last.is_none_or(|last| last.given != *given) {
                    consents.decide(*purpose, *given, self.now());
                }
            }
            if consents == before {
                break;
            }
            let draft = draft(Kind::Profile, ID, self.now(), &consents)?;
            match self.commit(vec![write(draft, version)]).await {
                Err(Error::Store(StoreError::Conflict(_))) => {}
                other => {
                    other?;
                    break;
                }
            }
        }
        self.consents().await
    }

    /// The change that notes a decision made in the settings.
    pub(crate) async fn decided(&self, purpose: Purpose, given: bool) -> Result<Change> {
        let Versioned { value: mut consents, version } = self.consent_record().await?;
        consents.decide(purpose, given, self.now());
        Ok(write(draft(Kind::Profile, ID, self.now(), &consents)?, version))
    }
}
