//! Jobs: work that was promised durably and is done when it is due.
//!
//! A turn does its own learning as soon as it is answered. This is for what was left over: by a crash, by a
//! store that failed for a while, by an embedder that did not answer.

use crate::error::Result;
use crate::learn;
use crate::person::Person;
use crate::philia::Philia;
use crate::reembed;
use jiff::{SignedDuration, Timestamp};
use philia_mind::InteractionId;
use philia_ports::Partition;
use philia_ports::store::Record;
use std::time::Duration;

/// Jobs taken at once.
const BATCH: usize = 100;
/// A turn that is being answered learns by itself; its job is left alone for so long.
const GRACE: SignedDuration = SignedDuration::from_mins(2);
/// How often overdue jobs are looked for.
const SWEEP: Duration = Duration::from_secs(30);

impl Philia {
    /// Does the jobs that a former run of the program left behind, but for the nights' reflections, and returns how
    /// many there were. Call it
    /// before any door opens: no turn is running then, so none is disturbed.
    pub async fn recover(&self) -> Result<usize> {
        self.do_due(Timestamp::MAX, false).await
    }

    /// Does every job there is, the nights' reflections too, and returns how many there were.
    pub async fn reflect(&self) -> Result<usize> {
        self.do_due(Timestamp::MAX, true).await
    }

    /// Looks for overdue jobs, and embeds anew what another embedder made, until the future is dropped.
    pub async fn sweep(&self) {
        tokio::join!(self.sweep_jobs(), self.reembed_quietly());
    }

    async fn sweep_jobs(&self) {
        loop {
            tokio::time::sleep(SWEEP).await;
            let before = self.now().saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
            if let Err(error) = self.do_due(before, true).await {
                tracing::warn!(%error, "the overdue jobs are put off");
            }
        }
    }

    async fn do_due(&self, before: Timestamp, nights: bool) -> Result<usize> {
        let mut done = 0;
        let mut batch = BATCH;
        loop {
            let due = self.0.parts.store.due(before, batch).await?;
            let mut advanced = false;
            for (partition, job) in &due {
                match self.do_job(partition, job, nights).await {
                    Ok(true) => {
                        done += 1;
                        advanced = true;
                    }
                    Ok(false) => {}
                    Err(error) => tracing::error!(%error, job = job.key.id, "a job failed and is kept"),
                }
            }
            if due.len() < batch {
                return Ok(done);
            }
            // What failed or waits stays due: without progress, only a longer look sees anything else.
            if !advanced {
                batch *= 2;
            }
        }
    }

    /// Does a job, unless it must wait for a turn that is running.
    async fn do_job(&self, partition: &Partition, job: &Record, nights: bool) -> Result<bool> {
        let person = Person {
            app: self.0.clone(),
            partition: partition.clone(),
            locks: self.0.locks(&partition.id),
            asker: None,
        };
        let task = job.doc["task"].as_str().unwrap_or_default();
        match (task, job.doc["interaction"].as_str()) {
            ("learn", Some(id)) => match person.locks.turn.try_lock() {
                Ok(_between_turns) => person.learn(&InteractionId::new(id)).await.map(|()| true),
                Err(_) => Ok(false),
            },
            ("forget", _) => match person.locks.turn.try_lock() {
                Ok(_between_turns) => person.forget_job(job).await.map(|()| true),
                Err(_) => Ok(false),
            },
            // It may take long, and nobody waits for it: not at a start.
            ("reflect", _) if !nights => Ok(false),
            ("reflect", _) => person.reflect_job(job).await.map(|_| true),
            ("scrub", _) => person.scrub_job(job).await.map(|()| true),
            (learn::SECOND, _) => {
                // Nobody waits for a model: not the other jobs, not the doors at the start.
                let running = self.0.running.token();
                tokio::spawn(async move {
                    if let Err(error) = person.learn_by_model().await {
                        tracing::warn!(%error, "the fast model is asked later");
                    }
                    drop(running);
                });
                Ok(false)
            }
            ("embed", _) => person.embed(job).await.map(|()| true),
            // It takes as long as it takes, and nothing waits for it.
            (reembed::TASK, _) => Ok(false),
            ("document", _) => person.tend_document(job).await,
            ("blobs", _) => match person.locks.files.try_lock() {
                Ok(_one_at_a_time) => person.drop_unnamed(job).await.map(|()| true),
                Err(_) => Ok(false),
            },
            _ => {
                tracing::warn!(job = job.key.id, task, "a job of a kind this program does not know is left alone");
                Ok(false)
            }
        }
    }
}
