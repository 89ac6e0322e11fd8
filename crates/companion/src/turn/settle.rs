//! Settle: the answer and the companion's state become durable, in one commit.

use super::compose::Remembered;
use super::feel::Feeling;
use super::hear::Turn;
use super::notes::NOT_KEPT;
use super::speak::{OFFLINE, Said};
use super::{Lesson, Result, Walked};
use crate::error::Error;
use crate::learn::{self, Lecture};
use crate::person::{Person, write};
use crate::records::{Versioned, draft};
use crate::state::CompanionState;
use jiff::Timestamp;
use philia_mind::interaction::{Felt, Stage, UsedMemory};
use philia_ports::StoreError;
use philia_ports::store::{Change, Kind, MAX_CHANGES};
use std::time::Instant;

/// What a turn does to the companion; applied anew if somebody else changed it meanwhile.
pub(super) type ChangeOfState<'a> = dyn Fn(&mut CompanionState) + Send + Sync + 'a;

/// The end of an ordinary turn.
pub(super) async fn settle(
    person: &Person,
    mut turn: Turn,
    feeling: Feeling,
    mut remembered: Remembered,
    said: Said,
    disclosed: bool,
) -> Result<Walked> {
    let quoted = said.quoted;
    let used = remembered.memories.iter().filter(|m| quoted.as_ref().is_none_or(|ids| ids.contains(&m.memory.id)));
    turn.interaction.used = used
        .map(|m| UsedMemory {
            id: m.memory.id.clone(),
            occurred_at: m.memory.occurred_at,
            why: m.why.clone(),
            score: m.score,
        })
        .collect();
    turn.interaction.prompt_tokens += said.usage.prompt_tokens;
    turn.interaction.completion_tokens += said.usage.completion_tokens;
    turn.interaction.cancelled = said.cancelled;
    turn.cut_short = said.cut_short;
    turn.tool_calls = said.tool_calls;
    let used = turn.interaction.used.iter().map(|used| used.id.clone());
    if turn.version > 0 {
        person.accessed(used, feeling.now).await;
    }
    if turn.goes_on {
        // The message was felt when it was heard.
        return keep(person, turn, said.text, said.model, None, Vec::new()).await;
    }
    turn.lesson = lesson_at_once(person, &turn, &mut remembered, &feeling, &said.model);
    turn.interaction.mood_before = Some(feeling.lived.before);
    turn.interaction.mood_after = Some(feeling.lived.after);
    turn.interaction.felt = Some(Felt::from(&feeling.message.appraisal));
    turn.interaction.thought = Some(feeling.thought);
    turn.interaction.bond = Some(format!("{}: {}", feeling.lived.bond.treatment, feeling.lived.bond.why));

    let heard = feeling.now;
    let message = feeling.message;
    let apply = move |state: &mut CompanionState| {
        message.reach(person, state, heard);
        state.turns += 1;
        state.last_turn_at = Some(heard);
        state.offline_announced |= said.announced;
        if disclosed {
            state.disclosed_at = Some(heard);
        }
    };
    // What it was born as is the first of its versions.
    let born = (feeling.state.version == 0 && turn.version > 0).then_some(&feeling.state.value);
    let besides = born.map(|state| person.version_record(&state.persona, &state.life.version)).transpose()?;
    keep(person, turn, said.text, said.model, Some((feeling.state, &apply)), besides.into_iter().collect()).await
}

/// What can be learned with the answer, in one commit: where nothing was asked that takes its time (no model, no embedder
/// elsewhere), to wait for the lesson costs less than a commit of its own.
fn lesson_at_once(
    person: &Person,
    turn: &Turn,
    remembered: &mut Remembered,
    feeling: &Feeling,
    by: &str,
) -> Option<Lecture> {
    let agreed = turn.may_learn?;
    let near = by == OFFLINE && turn.tool_calls.is_empty() && !person.app.parts.embedder.info().remote;
    // What is at hand may begin later than the session.
    let previous = match remembered.recent.last() {
        Some(last) => (last.at >= turn.session_started).then(|| last.message.clone()),
        None if turn.interaction.turn == 0 => None,
        None => return None,
    };
    let zone = person.zone(&turn.profile);
    near.then(|| Lecture {
        agreed,
        previous: Some(previous),
        zone,
        effects: remembered.tasks.effects.take(),
        appraisal: Some(feeling.message.appraisal),
    })
}

/// Makes the answer durable, with what else belongs to it, and hands back what doors see.
pub(super) async fn keep(
    person: &Person,
    mut turn: Turn,
    text: String,
    model: String,
    state: Option<(Versioned<CompanionState>, &ChangeOfState<'_>)>,
    besides: Vec<Change>,
) -> Result<Walked> {
    let replied_at = person.now().max(turn.interaction.at);
    turn.interaction.stage = Stage::Answered;
    turn.interaction.reply = Some(text);
    turn.interaction.replied_at = Some(replied_at);
    turn.interaction.model = Some(model);
    if turn.version == 0 {
        let reply = turn.reply_of(&turn.interaction);
        return Ok(Walked { reply, learn: None, steps: turn.steps, counted: turn.counted });
    }

    let mut lesson = match turn.lesson.take() {
        Some(lecture) => {
            let learning = Instant::now();
            let taught = person.teach(&turn.interaction.id, Some(&turn.interaction), &lecture).await;
            turn.steps.push(("learn", learning.elapsed()));
            taught.inspect_err(|error| tracing::warn!(%error, "learning is put off")).ok()
        }
        None => None,
    };
    let settling = Instant::now();
    let mut state = state;
    let taught = loop {
        let mut changes = besides.clone();
        match &turn.unheard {
            Some(unheard) => changes.extend(unheard.changes(&turn.interaction)?),
            None => changes.push(Change::Put {
                draft: draft(Kind::Interaction, turn.interaction.id.as_str(), turn.interaction.at, &turn.interaction)?,
                expected: turn.version,
            }),
        }
        if let Some((state, apply)) = &state {
            changes.push(changed_state(state, *apply, replied_at)?);
        }
        // It is tried once: what stands in its way is no reason to keep the answer waiting.
        let mut taught = lesson.take().filter(|taught| changes.len() + taught.changes.len() < MAX_CHANGES);
        if let Some(taught) = &mut taught {
            changes.append(&mut taught.changes);
        }
        match (&taught, &turn.unheard) {
            (Some(_), None) => changes.push(learn::job_done(&turn.interaction.id)),
            (None, Some(_)) => changes.push(Change::Insert(learn::job(&turn.interaction.id, turn.interaction.at)?)),
            (Some(_), Some(_)) | (None, None) => {}
        }
        match person.commit(changes).await {
            Ok(_) => break taught,
            // Somebody set the mood by hand meanwhile: feel it again upon what they set.
            Err(Error::Store(StoreError::Conflict(key))) if key.kind == Kind::Companion => {
                if let Some((old, _)) = &mut state {
                    *old = person.state(&turn.persona, &turn.profile, replied_at).await?;
                }
            }
            Err(Error::Store(StoreError::Conflict(key))) if key.kind == Kind::Thread => turn.anew(person).await?,
            Err(Error::Store(error @ (StoreError::Unavailable(_) | StoreError::Full(_)))) => {
                // The answer is not durable: say so rather than pretend.
                tracing::error!(%error, "the answer could not be kept");
                turn.without("store");
                if turn.unheard.is_some() {
                    // Neither is the message, which nobody was told before.
                    turn.interaction.reply.iter_mut().for_each(|said| said.extend(["\n\n", NOT_KEPT]));
                }
                let mut reply = turn.reply_of(&turn.interaction);
                reply.saved = false;
                return Ok(Walked { reply, learn: None, steps: turn.steps, counted: turn.counted });
            }
            Err(Error::Store(error)) if taught.is_some() => tracing::debug!(%error, "learning is put off"),
            Err(error) => return Err(error),
        }
    };
    person.append_recent(&turn.interaction, turn.before).await;
    let reply = turn.reply_of(&turn.interaction);
    let lesson = Lesson { interaction: turn.interaction.id.clone(), taught, _turn: turn.place.take() };
    // What asks for a tool is not the answer: the job of learning waits for that, and at the latest for its day.
    let learn = reply.tool_calls.is_empty().then_some(lesson);
    turn.steps.push(("settle", settling.elapsed()));
    Ok(Walked { reply, learn, steps: turn.steps, counted: turn.counted })
}

fn changed_state(old: &Versioned<CompanionState>, apply: &ChangeOfState<'_>, at: Timestamp) -> Result<Change> {
    let mut state = old.value.clone();
    apply(&mut state);
    Ok(write(draft(Kind::Companion, &state.persona, at, &state)?, old.version))
}
