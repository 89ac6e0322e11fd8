//! Clarify: where two things the person said cannot both be true, they are asked once, when it fits, and their answer
//! resolves it.

use super::feel::Feeling;
use super::hear::Turn;
use crate::error::Result;
use crate::person::Person;
use philia_mind::memory::conflict::{self, Answer, Method};

/// A nod or a goodbye is no time for a question.
const SOME_WORDS: usize = 4;
/// Whoever hears bad news does not ask about old things.
const TOO_SAD: f64 = -0.1;

/// What is to be added to an answer: the question, or thanks for what was answered to it.
pub(super) async fn attend(person: &Person, turn: &Turn, feeling: &Feeling) -> Option<String> {
    match try_attend(person, turn, feeling).await {
        Ok(note) => note,
        Err(error) => {
            tracing::warn!(%error, "nothing can be clarified this turn");
            None
        }
    }
}

async fn try_attend(person: &Person, turn: &Turn, feeling: &Feeling) -> Result<Option<String>> {
    let now = turn.interaction.at;
    let message = &turn.interaction.message;
    let Some((found, older, newer)) = person.open_conflict(now).await? else { return Ok(None) };
    if found.asked_at.is_some() {
        let (keep, method) = match conflict::answer(message, &older.content, &newer.content) {
            None => return Ok(None),
            Some(Answer::Older) => (Some(&older), Method::UserClarification),
            Some(Answer::Newer) => (Some(&newer), Method::UserClarification),
            Some(Answer::Both) => (None, Method::Ignore),
        };
        person.resolve_conflict(&found.id, method, keep.map(|memory| &memory.id)).await?;
        return Ok(Some(conflict::thanks(keep.map(|memory| memory.content.as_str()))));
    }
    let fits = !feeling.first_meeting()
        && feeling.message.appraisal.delta.pleasure > TOO_SAD
        && !message.trim_end().ends_with(['?', '？', '؟'])
        && feeling.message.signals.words >= SOME_WORDS;
    if !fits {
        return Ok(None);
    }
    person.asks_about(&found, now).await?;
    Ok(Some(conflict::question(&older.content, &newer.content)))
}
