//! A person's tier: sealing what is there, unsealing it, and sealing it anew with another key.

use super::vault::{Phase, TASK};
use crate::error::Result;
use crate::person::Person;
use crate::philia::Philia;
use philia_mind::profile::PrivacyTier;
use philia_ports::store::{Change, Key, Kind};
use serde::Serialize;

/// How a person's records are kept, and where their words may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PrivacyView {
    /// What they chose.
    pub tier: PrivacyTier,
    /// How their records are; none if they are clear.
    pub sealed: Option<Phase>,
    /// Records that have their new form, and all there are, while that is under way in this process.
    pub progress: Option<(usize, usize)>,
    /// May their words go to a remote model or embedder?
    pub remote_models: bool,
}

impl Person {
    /// How this person's records are kept, and where their words may go.
    pub async fn privacy(&self) -> Result<PrivacyView> {
        let sealed = self.app.vault.phase(&self.partition.id).await?;
        let progress = *self.locks.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(PrivacyView {
            tier: self.profile().await?.privacy,
            sealed,
            progress: progress.filter(|_| sealed.is_some_and(|phase| phase != Phase::Sealed)),
            remote_models: self.words_reach().await == super::Reach::Anywhere,
        })
    }

    /// Begins to seal this person's records with a new key. What is sealed with the former one is sealed anew by a job.
    ///
    /// # Errors
    /// [`crate::Error::Refused`] if they are not sealed.
    pub async fn rotate_key(&self) -> Result<()> {
        if self.app.vault.phase(&self.partition.id).await?.is_none() {
            return Err(crate::Error::Refused(
                "there is no key to change: only those on the tiers hybrid and local are sealed".into(),
            ));
        }
        self.app.vault.begin(&self.partition, Phase::Rotating).await?;
        self.convert_later(false);
        Ok(())
    }

    /// Makes sure that what is written from now on is written as this tier has it.
    pub(crate) async fn prepare_for(&self, tier: PrivacyTier) -> Result<()> {
        if tier != PrivacyTier::Cloud {
            self.app.vault.begin(&self.partition, Phase::Sealing).await?;
        }
        Ok(())
    }

    /// Gives what is there the form that this tier has, in the background.
    pub(crate) async fn follow_tier(&self, before: PrivacyTier, now: PrivacyTier) -> Result<()> {
        if now == PrivacyTier::Cloud {
            self.app.vault.begin(&self.partition, Phase::Unsealing).await?;
        }
        let elsewhere = |tier| tier == PrivacyTier::Local;
        self.convert_later(elsewhere(before) != elsewhere(now) && self.app.parts.embedder.info().remote);
        Ok(())
    }

    /// Does it beside everything else. It is promised by a job, so it goes on after a restart.
    fn convert_later(&self, embed_anew: bool) {
        let person = self.clone();
        tokio::spawn(async move {
            if let Err(error) = person.settle_privacy(|_, _| ()).await {
                tracing::warn!(%error, "records get their new form later");
            }
            if embed_anew && let Err(error) = person.reembed(|_, _| ()).await {
                tracing::warn!(%error, "memories are embedded anew later");
            }
        });
    }

    /// Gives every record the form it is to have, and removes the traces of the former one; returns when that is done.
    /// `tell` hears how many records have been looked at, of how many. Can be dropped at any time.
    ///
    /// # Errors
    /// A store that fails, or a key that is missing; what was done stays done.
    pub async fn settle_privacy(&self, mut tell: impl FnMut(usize, usize) + Send) -> Result<()> {
        let _one_at_a_time = self.locks.seal.lock().await;
        let vault = &self.app.vault;
        let job = Key::new(Kind::Job, TASK);
        if self.get_records([job.clone()]).await?[0].is_none() {
            return Ok(());
        }
        while vault.phase(&self.partition.id).await?.is_some_and(|phase| phase != Phase::Sealed) {
            let all = self.records().await?;
            let (mut seen, mut converted) = (0, 0);
            for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::DataKey) {
                let mut cursor = None;
                loop {
                    // A turn knows its record by its version, so not while one is answered.
                    let between_turns = self.between_turns().await;
                    let (looked, changed, next) = vault.convert(&self.partition, kind, cursor).await?;
                    drop(between_turns);
                    seen += looked;
                    converted += changed;
                    *self.locks.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
                        Some((seen.min(all), all));
                    tell(seen.min(all), all);
                    cursor = next;
                    if cursor.is_none() {
                        break;
                    }
                }
            }
            // Whatever was written meanwhile was written as it is to be; only what moved may have been missed.
            if converted == 0 {
                vault.finish(&self.partition).await?;
            }
        }
        self.let_go().await;
        let catching_up = self.locks.index.lock().await;
        // A server that holds clear words and does not answer is told later: the job stays until then.
        self.app.index.clear(&self.partition).await?;
        drop(catching_up);
        self.app.parts.store.scrub().await?;
        self.commit(vec![Change::Delete { key: job, expected: None }]).await?;
        Ok(())
    }

    /// How many records there are of this person.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn records(&self) -> Result<usize> {
        let mut all = 0;
        for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::DataKey) {
            all += self.count_of(kind).await?;
        }
        Ok(all)
    }
}

impl Philia {
    /// Reads the master key, if anybody is sealed, and makes sure that it is the right one. Call it before any door
    /// opens.
    ///
    /// # Errors
    /// The key is missing or another; the words say which is wanted, and where. Nothing was changed.
    pub async fn unlock(&self) -> Result<()> {
        self.0.vault.unlock().await?;
        Ok(())
    }

    /// Changes the master key: everybody's keys are wrapped anew. Returns how many there were and what is left for the
    /// operator to do; none if nobody was ever sealed.
    ///
    /// # Errors
    /// As for [`unlock`](Self::unlock); asked again, it goes on.
    pub async fn rotate_master_key(&self) -> Result<Option<(usize, Option<String>)>> {
        Ok(self.0.vault.rotate_master().await?)
    }
}
