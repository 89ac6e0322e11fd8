//! Speak: the model's answer as it comes; the offline voice where no model answers.

use super::compose::{Remembered, compose};
use super::feel::Feeling;
use super::hear::Turn;
use super::{Sink, TurnEvent};
use crate::observe;
use crate::person::Person;
use futures_util::StreamExt as _;
use philia_mind::MemoryId;
use philia_mind::guard::care::{Language, coming_back};
use philia_mind::guard::threat;
use philia_mind::interaction::FailedAttempt;
use philia_mind::voice::{self, Spoken};
use philia_ports::model::{Attempt, ChatDelta, ChatRequest, FinishReason, Role, ToolCall, Usage};
use philia_ports::{ChatModel, ModelError};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// The name of the built-in voice in the log.
pub(super) const OFFLINE: &str = "offline";

/// What was said, and by whom.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) model: String,
    pub(super) usage: Usage,
    pub(super) cancelled: bool,
    /// It ran into its limit of tokens.
    pub(super) cut_short: bool,
    /// Tools that are to be called before it says more.
    pub(super) tool_calls: Vec<ToolCall>,
    /// The memories the offline voice drew on; a model's are those of its prompt.
    pub(super) quoted: Option<Vec<MemoryId>>,
    /// The offline voice said that it speaks without a model.
    pub(super) announced: bool,
}

pub(super) async fn speak(
    person: &Person,
    turn: &mut Turn,
    feeling: &Feeling,
    remembered: &Remembered,
    sink: &Sink,
) -> Said {
    // Composing is a model's affair: the voice works from the same parts directly.
    let model = person.chat_model().await;
    let request = model.as_ref().map(|_| compose(person, turn, feeling, remembered));
    let started = Instant::now();
    let by_model = match (&model, &request) {
        (Some(model), Some(request)) => by_model(&**model, turn, request, sink).await,
        _ => None,
    };
    let by_model = match (by_model, &request) {
        (Some(mut said), Some(request)) if gives_away(person, request, remembered, &said.text) => {
            let error = "it gave its instructions away".to_owned();
            tracing::warn!(model = said.model, error, "an answer is taken back");
            let attempt = FailedAttempt { model: said.model.clone(), error };
            restart(&mut said, attempt.clone(), sink).await;
            turn.failed([attempt]);
            person.note_leak(turn).await;
            None
        }
        (said, _) => said,
    };
    observe::failed_calls("chat", turn.interaction.fallback.iter().map(|attempt| attempt.model.as_str()));
    let unanswered = &person.app.unanswered_by_models;
    match (&model, &by_model) {
        (Some(_), None) => drop(unanswered.fetch_add(1, Ordering::Relaxed)),
        (_, Some(_)) => unanswered.store(0, Ordering::Relaxed),
        (None, None) => {}
    }
    if let Some(said) = &by_model {
        let outcome = if said.cancelled { "cancelled" } else { "ok" };
        observe::answered("chat", &said.model, outcome, &said.usage, &person.app.parts.settings.prices);
    }
    let said = match by_model {
        Some(said) => said,
        None => by_voice(person, model.is_none(), turn, feeling, remembered, sink).await,
    };
    turn.took("speak", started);
    said
}

/// Whether an answer quotes its instructions at length, or says their mark. What the person wrote themselves may be
/// quoted.
fn gives_away(person: &Person, request: &ChatRequest, remembered: &Remembered, answer: &str) -> bool {
    let system = request.messages.iter().find(|message| message.role == Role::System);
    threat::holds_mark(answer, &person.app.mark)
        || system.is_some_and(|system| threat::gives_away(&remembered.without_blocks(&system.content), answer))
}

/// The model's answer; none if none of the chain answered.
async fn by_model(model: &dyn ChatModel, turn: &mut Turn, request: &ChatRequest, sink: &Sink) -> Option<Said> {
    let opened = tokio::select! {
        opened = model.stream(request) => opened,
        () = sink.gone() => return Some(Said { model: model.info().name.clone(), cancelled: true, ..Said::default() }),
    };
    let mut stream = match opened {
        Ok(stream) => stream,
        Err(error) => {
            give_up(turn, error, model.info().name.as_str());
            return None;
        }
    };

    let mut said = Said { model: model.info().name.clone(), ..Said::default() };
    loop {
        let delta = tokio::select! {
            delta = stream.next() => delta,
            () = sink.gone() => {
                said.cancelled = true;
                return Some(said);
            }
        };
        match delta {
            Some(Ok(ChatDelta::Text(text))) => {
                said.text.push_str(&text);
                sink.send(TurnEvent::Text(text)).await;
            }
            Some(Ok(ChatDelta::Restart(attempt))) => restart(&mut said, attempt_of(attempt), sink).await,
            Some(Ok(ChatDelta::ToolCall(call))) if request.tools.iter().any(|tool| tool.name == call.name) => {
                said.tool_calls.push(call);
            }
            Some(Ok(ChatDelta::ToolCall(call))) => tracing::warn!(tool = call.name, "a tool nobody offered"),
            Some(Ok(ChatDelta::Done { usage, model, failed, finish })) => {
                turn.failed(failed.into_iter().map(attempt_of));
                if said.text.trim().is_empty() && said.tool_calls.is_empty() {
                    turn.failed([FailedAttempt { model, error: "it said nothing".into() }]);
                    turn.without("model");
                    return None;
                }
                return Some(Said { usage, model, cut_short: finish == FinishReason::Length, ..said });
            }
            Some(Err(error)) => {
                let attempt = FailedAttempt { model: said.model.clone(), error: error.to_string() };
                restart(&mut said, attempt, sink).await;
                give_up(turn, error, model.info().name.as_str());
                return None;
            }
            None => {
                let attempt = FailedAttempt { model: said.model.clone(), error: "it broke off".into() };
                restart(&mut said, attempt.clone(), sink).await;
                turn.failed([attempt]);
                turn.without("model");
                return None;
            }
        }
    }
}

/// Makes void what was said, where anything was.
async fn restart(said: &mut Said, attempt: FailedAttempt, sink: &Sink) {
    said.tool_calls.clear();
    if !said.text.is_empty() {
        said.text.clear();
        sink.send(TurnEvent::Restart(attempt)).await;
    }
}

fn give_up(turn: &mut Turn, error: ModelError, model: &str) {
    tracing::warn!(%error, "no model answers; the offline voice does");
    turn.without("model");
    match error {
        ModelError::Exhausted(attempts) => turn.failed(attempts.into_iter().map(attempt_of)),
        other => turn.failed([FailedAttempt { model: model.to_owned(), error: other.to_string() }]),
    }
}

fn attempt_of(attempt: Attempt) -> FailedAttempt {
    FailedAttempt { model: attempt.model, error: attempt.error }
}

async fn by_voice(
    person: &Person,
    alone: bool,
    turn: &mut Turn,
    feeling: &Feeling,
    remembered: &Remembered,
    sink: &Sink,
) -> Said {
    let announce = alone && !feeling.state.value.offline_announced;
    let zone = person.zone(&turn.profile);
    let recent: Vec<voice::Turn<'_>> =
        remembered.recent.iter().map(|i| voice::Turn { message: &i.message, reply: &i.reply, at: i.at }).collect();
    let Spoken { mut text, mut used } = person.app.voice.reply(&voice::Context {
        persona: &feeling.grown,
        profile: &turn.profile,
        mood: feeling.shown,
        appraisal: &feeling.message.appraisal,
        message: &turn.interaction.message,
        now: turn.interaction.at,
        zone: &zone,
        recalled: &remembered.memories,
        recent: &recent,
        first_meeting: feeling.first_meeting(),
        announce,
        turn: feeling.state.value.turns,
        readings: &person.app.readings_of(person.id()),
    });
    let (answer, reminder) = remembered.tasks.in_words();
    if let Some(answer) = answer {
        // What the voice has to say of itself is said all the same.
        if feeling.first_meeting() || announce {
            text = format!("{text}\n\n{answer}");
        } else {
            (text, used) = (answer, Vec::new());
        }
    }
    if let Some(reminder) = reminder {
        text = format!("{text}\n\n{reminder}");
    }
    if remembered.recent.last().is_some_and(|turn| turn.care) {
        // Before anything else is talked of; what was asked is answered after it, the rest can wait.
        let gently = coming_back(Language::of_text(&turn.interaction.message, &turn.profile.language));
        let asked = turn.interaction.message.contains(['?', '？', '؟']);
        text = if asked { format!("{gently}\n\n{text}") } else { gently.to_owned() };
        used.truncate(if asked { used.len() } else { 0 });
    }
    sink.send(TurnEvent::Text(text.clone())).await;
    Said { text, model: OFFLINE.into(), quoted: Some(used), announced: announce, ..Said::default() }
}
