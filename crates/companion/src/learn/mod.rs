//! Learning: a heard turn becomes memories and facts, once.
//!
//! The job is made durable in the same commit as the message, and deleted in the same commit that writes what was
//! learned. So learning twice is impossible, and a crash in between only means learning later. Memories' ids
//! derive from the turn, so a rebuild from the log yields the same ones.

mod lesson;
mod second;
pub(crate) mod write;

pub(crate) use crate::facts::{LiveFact, fact_id};
pub(crate) use lesson::{Lesson, Talk};
pub use second::Lessons;
pub(crate) use second::{Counters, TASK as SECOND};
pub(crate) use write::{Statement, statement_id};

use crate::error::{Error, Result};
use crate::hook::Event;
use crate::person::Person;
use crate::privacy::{Consents, Purpose};
use crate::records::{draft, read};
use crate::tasks::Effects;
use crate::unit::Unit;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use philia_mind::appraisal::Appraisal;
use philia_mind::memory::Speaker;
use philia_mind::{Interaction, InteractionId, Memory, MemoryId};
use philia_ports::StoreError;
use philia_ports::store::{Change, Draft, Key, Kind, Scan};
use serde_json::json;

/// Tag of a message that only asks: its words help its neighbours, but it answers nothing itself.
pub(crate) const QUESTION: &str = "question";
/// Tag of what was said in a crisis: kept, findable, never brought up.
pub(crate) const CARE: &str = "care";
/// Tag of a fact that says that something ended. It closes what is held and is not kept itself.
pub(crate) const ENDED: &str = "ended";
/// Tag of a fact that was so and is no more.
pub(crate) const PAST: &str = "past";
/// Tag of a fact with which the person corrected what was said or understood before.
pub(crate) const CORRECTION: &str = "correction";
/// Tag of a fact that was never true.
pub(crate) const CORRECTED: &str = "corrected";
/// In a memory's metadata: the model that read it, where it was not the rules.
pub(crate) const LEARNED_BY: &str = "learned_by";
/// The most facts that one message teaches: each may change five records, and a commit has an end.
pub(crate) const MAX_FACTS: usize = 15;

/// The job of learning from a turn.
pub(crate) fn job(interaction: &InteractionId, at: Timestamp) -> Result<Draft> {
    let doc = json!({ "task": "learn", "interaction": interaction });
    draft(Kind::Job, &job_id(interaction), at, &doc)
}

/// The job of giving a lesson's memories their vectors, once the embedder answers again.
pub(crate) fn embed_job(interaction: &InteractionId, memories: &[Memory], at: Timestamp) -> Result<Draft> {
    let ids: Vec<&MemoryId> = memories.iter().map(|memory| &memory.id).collect();
    draft(Kind::Job, &format!("embed-{interaction}"), at, &json!({ "task": "embed", "memories": ids }))
}

/// The end of the job of learning from a turn that was heard just now.
pub(crate) fn job_done(interaction: &InteractionId) -> Change {
    Change::Delete { key: Key::new(Kind::Job, job_id(interaction)), expected: Some(1) }
}

fn job_id(interaction: &InteractionId) -> String {
    format!("learn-{interaction}")
}

/// What has to be known to learn from a turn.
pub(crate) struct Lecture {
    /// Whether what is said may become memories; what is asked to be done is a task all the same.
    pub(crate) agreed: bool,
    /// The person's message before it in the same session, if there is one; none where that has to be looked for.
    pub(crate) previous: Option<Option<String>>,
    /// Where "tomorrow" begins for them.
    pub(crate) zone: TimeZone,
    /// What it does to their tasks; none where that has to be looked for.
    pub(crate) effects: Option<Effects>,
    /// What the message evoked in the persona; none where that has to be found.
    pub(crate) appraisal: Option<Appraisal>,
}

impl Lecture {
    /// Of a turn of which nothing is at hand any more.
    fn later(agreed: bool, zone: TimeZone) -> Self {
        Self { agreed, previous: None, zone, effects: None, appraisal: None }
    }
}

/// What a turn taught, ready to be committed.
pub(crate) struct Taught {
    /// What is to be committed, without the end of the job.
    pub(crate) changes: Vec<Change>,
    new: Vec<Memory>,
    name: Option<String>,
}

impl Person {
    /// Learns from a turn, if that has not been done; the memories that are new.
    pub(crate) async fn learn(&self, id: &InteractionId) -> Result<Vec<Memory>> {
        loop {
            let keys = [
                Key::new(Kind::Job, job_id(id)),
                Key::new(Kind::Interaction, id.as_str()),
                Consents::key(),
                Self::profile_key(),
            ];
            let [job, heard, consents, profile] = self.get_records(keys).await?;
            let Some(job) = job else { return Ok(Vec::new()) };
            let turn = heard.map(read::<Interaction>).transpose()?.map(|heard| heard.value).filter(|t| !t.redacted);
            let agreed = Consents::of(consents)?.given(Purpose::Learning);
            let zone = self.zone(&self.profile_of(profile)?.value);
            let mut taught = self.teach(id, turn.as_ref(), &Lecture::later(agreed, zone)).await?;
            taught.changes.push(Change::Delete { key: job.key, expected: Some(job.version) });
            match self.commit(taught.changes.clone()).await {
                // Another fact of the same key, or the same lesson on another instance: look again.
                Err(Error::Store(StoreError::Conflict(_))) => continue,
                other => other?,
            };
            return self.taught(taught).await;
        }
    }

    /// What a turn teaches; nothing, where there is none any more.
    pub(crate) async fn teach(
        &self,
        id: &InteractionId,
        turn: Option<&Interaction>,
        lecture: &Lecture,
    ) -> Result<Taught> {
        let lesson = match turn {
            Some(turn) if lecture.agreed => self.lesson(turn, lecture).await?,
            _ => Lesson::default(),
        };
        let vectors = self.vectors_of(&lesson.memories).await;
        let mut unit = Unit::new(self);
        let mut new = self.write_memories(&mut unit, &lesson.memories, vectors.as_deref()).await?;
        self.compare(&mut unit, &new, &lesson.memories, vectors.as_deref()).await?;
        let told = new.iter().any(|memory| memory.speaker == Speaker::User && memory.fact.is_none());
        if let Some(turn) = turn {
            new.extend(self.learn_tasks(&mut unit, turn, lecture).await?);
        }
        let mut changes = unit.changes();
        if vectors.is_none() && !new.is_empty() {
            changes.push(Change::Insert(embed_job(id, &new, self.now())?));
        }
        if told && lesson.by_person && self.fast_model().await.is_some() {
            changes.push(Change::Insert(second::job(id, self.now(), 0)?));
        }
        Ok(Taught { changes, new, name: lesson.name })
    }

    /// What follows once a lesson is durable; the memories that are new.
    pub(crate) async fn taught(&self, taught: Taught) -> Result<Vec<Memory>> {
        if let Some(name) = taught.name {
            self.take_up_name(name).await?;
        }
        for memory in &taught.new {
            self.app.tell(&self.partition.id, &Event::MemoryCreated(memory));
        }
        Ok(taught.new)
    }

    async fn lesson(&self, turn: &Interaction, lecture: &Lecture) -> Result<Lesson> {
        let readings = self.app.readings_of(&self.partition.id);
        let of = |previous: Option<&str>| {
            let talk = Talk { previous, zone: &lecture.zone, readings: &readings, appraisal: lecture.appraisal };
            Lesson::of(&self.app, turn, talk)
        };
        if let Some(previous) = &lecture.previous {
            return Ok(of(previous.as_deref()));
        }
        // The message before says who "he" is. It is nearly always the very last one.
        let mut previous = None;
        for looked_at in [1, 5] {
            let scan = Scan { until: Some(turn.at), ..Scan::newest(Kind::Interaction, looked_at) };
            let before = self.page::<Interaction>(&scan).await?;
            previous = before.items.into_iter().find(|i| i.session == turn.session && i.id != turn.id && !i.redacted);
            if previous.is_some() || before.next.is_none() {
                break;
            }
        }
        Ok(of(previous.as_ref().map(|i| i.message.as_str())))
    }

    pub(crate) async fn take_up_name(&self, name: String) -> Result<()> {
        let taken = self.update_profile(|profile| profile.display_name = Some(name.clone())).await;
        match taken {
            Err(Error::Invalid(why) | Error::Refused(why)) => tracing::debug!(why, "a name that cannot be taken up"),
            other => {
                other?;
            }
        }
        Ok(())
    }
}

/// Text as it is compared: without case, punctuation and surplus space.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut between = false;
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            if between && !folded.is_empty() {
                folded.push(' ');
            }
            between = false;
            match letter.is_ascii() {
                true => folded.push(letter.to_ascii_lowercase()),
                false => folded.extend(letter.to_lowercase()),
            }
        } else {
            between |= letter.is_whitespace();
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_without_case_space_and_punctuation() {
        assert_eq!(folded("  Berlin,  Germany! "), folded("berlin germany"));
        assert_eq!(folded(" - İt's\tÉTÉ…\u{3000}42 !"), "i\u{307}ts été 42");
        assert_eq!(folded("?! …"), "");
        assert_ne!(folded("May 3"), folded("May 5"));
        assert_ne!(folded("Lahore to Berlin"), folded("Berlin to Lahore"));
    }
}
