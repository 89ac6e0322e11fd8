//! The fast model's opinion of a message that the rules are in doubt of.
//!
//! It adds to what the rules see and takes nothing away: a model that is slow, fails, or answers anything but what it
//! was asked leaves the rules' verdict as it is. Most messages leave no doubt and cost no call.

use super::hear::Turn;
use crate::observe;
use crate::person::Person;
use philia_mind::guard::care::Language;
use philia_mind::guard::opinion::{Opinion, QUESTION};
use philia_ports::model::{ChatMessage, ChatRequest, Role};

/// The most characters of a message that are shown to the model: an attempt stands where it is read.
const SHOWN: usize = 4000;
/// The most tokens of its answer.
const ANSWER: u32 = 60;

/// What the fast model finds in a message, if there is a fast model and the rules are in doubt.
pub(super) async fn second(person: &Person, turn: &Turn, doubt: bool) -> Opinion {
    if !doubt {
        return Opinion::default();
    }
    let Some(model) = person.fast_model().await else { return Opinion::default() };
    let message = &turn.interaction.message;
    let shown: String = message.chars().take(SHOWN).collect();
    let request = ChatRequest {
        messages: vec![ChatMessage::new(Role::System, QUESTION), ChatMessage::new(Role::User, shown)],
        temperature: Some(0.0),
        max_tokens: Some(ANSWER),
        json: true,
        ..ChatRequest::default()
    };
    let settings = &person.app.parts.settings;
    let Ok(answer) = tokio::time::timeout(settings.opinion_patience, model.complete(&request)).await else {
        tracing::warn!("the fast model is too slow for a second opinion; the rules' verdict stands");
        return Opinion::default();
    };
    observe::asked_fast(model.info(), &answer, &settings.prices);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "the fast model has no second opinion; the rules' verdict stands");
            return Opinion::default();
        }
    };
    let language = Language::of_text(message, &turn.profile.language);
    Opinion::read(&answer.content, language).unwrap_or_else(|| {
        tracing::warn!(model = answer.model, "the fast model's opinion is of no use; the rules' verdict stands");
        Opinion::default()
    })
}
