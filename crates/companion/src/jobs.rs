//! Jobs: work that was promised durably and is done when it is due.
//!
//! A turn does its own learning as soon as it is answered. This is for what was left over: by a crash, by a
//! store that failed for a while, by an embedder that did not answer.

use crate::accounts::incidents;
use crate::error::Result;
use crate::finder;
use crate::gate::{Held, LEASE};
use crate::learn;
use crate::memories::retention;
use crate::moving::kept;
use crate::observe;
use crate::person::Person;
use crate::philia::Philia;
use crate::privacy;
use crate::reembed;
use crate::turn::Unanswered;
use jiff::{SignedDuration, Timestamp};
use philia_mind::InteractionId;
use philia_mind::interaction::Stage;
use philia_ports::store::Record;
use philia_ports::{Partition, PartitionId};
use std::time::Duration;
use tracing::{Instrument as _, debug_span};

/// Jobs taken at once.
const BATCH: usize = 100;
/// A turn that is being answered learns by itself; its job is left alone for so long.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// How often it is looked for people to whom nothing was promised yet.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How often overdue jobs are looked for.
const SWEEP: Duration = Duration::from_secs(30);

/// What an earlier run of the program left behind.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Jobs that are done now.
    pub done: usize,
    /// Turns that were heard and not answered, in the order they were heard: for [`Philia::resume`].
    pub unanswered: Vec<Unanswered>,
}

/// Which of the due jobs are done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// At a start: nothing that takes long.
    AtStart,
    /// All, as somebody asked for it.
    Asked,
    /// All, and learning from turns, too, that never were answered: their doors were told so long ago.
    Overdue,
}

/// What has become of a job.
enum Outcome {
    Done,
    /// It waits for something, or is not ours to do.
    Kept,
    Unanswered(Unanswered),
}

impl From<bool> for Outcome {
    fn from(done: bool) -> Self {
        if done { Self::Done } else { Self::Kept }
    }
}

impl Philia {
    /// Does the jobs that a former run of the program left behind, but for the nights' reflections, and finds the turns
    /// that it did not answer. Call it before any door opens: no turn is running then, so none is disturbed.
    pub async fn recover(&self) -> Result<Recovered> {
        self.do_due(Timestamp::MAX, Which::AtStart).await
    }

    /// Does every job there is, the nights' reflections too, and returns how many there were.
    pub async fn reflect(&self) -> Result<usize> {
        Ok(self.do_due(Timestamp::MAX, Which::Asked).await?.done)
    }

    /// Looks for overdue jobs, and embeds anew what another embedder made, until the future is dropped. Of several
    /// instances over one store, one does so at a time.
    pub async fn sweep(&self) {
        if !self.0.is_shared() {
            return self.sweep_all().await;
        }
        loop {
            match Held::wait(&self.0, &PartitionId::system(), "sweep").await {
                Ok(held) => {
                    let sweeping = async { tokio::join!(self.take_over(), self.sweep_all()) };
                    held.lost.run_until_cancelled(sweeping).await;
                }
                Err(error) => tracing::warn!(%error, "what is overdue waits for the cache, which says who does it"),
            }
            tokio::time::sleep(SWEEP).await;
        }
    }

    async fn sweep_all(&self) {
        tokio::join!(self.sweep_jobs(), self.reembed_quietly(), self.sweep_retention(), self.sweep_backups());
    }

    /// Takes up what an instance that died left behind, as soon as its leases have ended.
    async fn take_over(&self) {
        tokio::time::sleep(LEASE).await;
        match self.recover().await {
            Ok(left) => {
                let turns = self.resume(left.unanswered).await;
                if turns > 0 {
                    tracing::info!(turns, "turns that another instance was cut off in are resumed");
                }
            }
            Err(error) => tracing::warn!(%error, "what another instance left is taken up later"),
        }
    }

    async fn sweep_jobs(&self) {
        loop {
            tokio::time::sleep(SWEEP).await;
            let before = self.now().saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
            if let Err(error) = self.do_due(before, Which::Overdue).await {
                tracing::warn!(%error, "the overdue jobs are put off");
            }
        }
    }

    async fn sweep_retention(&self) {
        loop {
            if let Err(error) = self.promise_retention().await {
                tracing::warn!(%error, "retention is promised another day");
            }
            tokio::time::sleep(DAY).await;
        }
    }

    async fn do_due(&self, before: Timestamp, which: Which) -> Result<Recovered> {
        let mut recovered = Recovered::default();
        let mut batch = BATCH;
        loop {
            let due = self.0.parts.store.due(before, batch).await?;
            let mut advanced = false;
            // They stay due, and are found again by a longer look.
            recovered.unanswered.clear();
            for (partition, job) in &due {
                let span = debug_span!("job", task = job.doc.value()["task"].as_str());
                match self.do_job(partition, job, which).instrument(span).await {
                    Ok(Outcome::Done) => {
                        observe::job("done");
                        recovered.done += 1;
                        advanced = true;
                    }
                    Ok(Outcome::Kept) => {}
                    Ok(Outcome::Unanswered(turn)) => recovered.unanswered.push(turn),
                    Err(error) => {
                        observe::job("failed");
                        tracing::error!(%error, job = job.key.id, "a job failed and is kept");
                    }
                }
            }
            if due.len() < batch {
                return Ok(recovered);
            }
            // What failed or waits stays due: without progress, only a longer look sees anything else.
            if !advanced {
                batch *= 2;
            }
        }
    }

    /// Does a job, unless it must wait for a turn that is running.
    async fn do_job(&self, partition: &Partition, job: &Record, which: Which) -> Result<Outcome> {
        let person = self.of(partition.clone());
        let doc = job.doc.value();
        let task = doc["task"].as_str().unwrap_or_default();
        match (task, doc["interaction"].as_str()) {
            ("learn", Some(id)) => match person.if_between_turns().await {
                Some(_between_turns) => {
                    person.learn_if_answered(&InteractionId::new(id), which == Which::Overdue).await
                }
                None => Ok(Outcome::Kept),
            },
            ("forget", _) => match person.if_between_turns().await {
                Some(_between_turns) => person.forget_job(job).await.map(|()| Outcome::Done),
                None => Ok(Outcome::Kept),
            },
            // It may take long, and nobody waits for it: not at a start.
            ("reflect", _) if which == Which::AtStart => Ok(Outcome::Kept),
            ("reflect", _) => person.reflect_job(job).await.map(|_| Outcome::Done),
            (retention::TASK, _) if which == Which::AtStart || job.at > self.now() => Ok(Outcome::Kept),
            (retention::TASK, _) => person.retention_job(job).await.map(|()| Outcome::Done),
            // It takes as long as all that is kept: not at a start.
            (kept::TASK, _) if which == Which::AtStart => Ok(Outcome::Kept),
            (kept::TASK, _) => self.renew_backups_job(job).await.map(|()| Outcome::Done),
            (finder::TASK, _) => self.clear_index_job(job).await.map(|()| Outcome::Done),
            ("scrub", _) => person.scrub_job(job).await.map(|()| Outcome::Done),
            (learn::SECOND, _) => {
                // Nobody waits for a model: not the other jobs, not the doors at the start.
                let running = self.0.running.token();
                tokio::spawn(async move {
                    if let Err(error) = person.learn_by_model().await {
                        tracing::warn!(%error, "the fast model is asked later");
                    }
                    drop(running);
                });
                Ok(Outcome::Kept)
            }
            (privacy::TASK, _) => {
                // It takes as long as it takes, and nothing waits for it.
                tokio::spawn(async move {
                    if let Err(error) = person.settle_privacy(|_, _| ()).await {
                        tracing::warn!(%error, "records get their new form later");
                    }
                });
                Ok(Outcome::Kept)
            }
            (incidents::TASK, _) => {
                let id = doc["incident"].as_str().unwrap_or_default();
                person.note_incident_job(id).await.map(|()| Outcome::Done)
            }
            ("embed", _) => person.embed(job).await.map(|()| Outcome::Done),
            // It takes as long as it takes, and nothing waits for it.
            (reembed::TASK, _) => Ok(Outcome::Kept),
            ("document", _) => person.tend_document(job).await.map(Outcome::from),
            ("blobs", _) => match person.if_among_files().await {
                Some(_one_at_a_time) => person.drop_unnamed(job).await.map(|()| Outcome::Done),
                None => Ok(Outcome::Kept),
            },
            _ => {
                tracing::warn!(job = job.key.id, task, "a job of a kind this program does not know is left alone");
                Ok(Outcome::Kept)
            }
        }
    }
}

impl Person {
    /// Learns from a turn, unless it was never answered: what is told first is learned after the answer.
    async fn learn_if_answered(&self, id: &InteractionId, anyway: bool) -> Result<Outcome> {
        let turn = self.interaction(id).await?;
        if !anyway && turn.is_some_and(|turn| turn.stage == Stage::Heard && !turn.redacted) {
            let (partition, interaction) = (self.partition.clone(), id.clone());
            return Ok(Outcome::Unanswered(Unanswered { partition, interaction }));
        }
        self.learn(id).await.map(|_| Outcome::Done)
    }
}
