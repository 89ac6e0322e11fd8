//! What an operator can count and time: every metric of the use cases by its name, and the one line of the log that a
//! turn leaves. Where no recorder is installed, counting costs a look at one atomic.
//!
//! Labels come from short lists: never a person, never words. Names follow Prometheus' conventions.

use crate::error::Error;
use crate::person::Person;
use crate::philia::Philia;
use crate::settings::Price;
use crate::text::hex;
use crate::turn::Reply;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use philia_ports::PartitionId;
use philia_ports::model::{Attempt, ChatReply, ModelError, ModelInfo, Usage};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Counts somebody who was turned away because too much was tried before: `password`, `token` or `registration`.
pub(crate) fn locked_out(what: &'static str) {
    counter!("philia_lockouts_total", "what" => what).increment(1);
}

/// The handle of a metric whose label has one of few values. Those that are named are keys from when the program is built:
/// nothing is made or hashed when they are asked for.
macro_rules! of_label {
    ($metric:ident, $name:literal, $label:literal => $value:expr, [$($known:literal),+]) => {
        match $value {
            $($known => $metric!($name, $label => $known),)+
            other => $metric!($name, $label => other),
        }
    };
}

/// A step of a turn and how long it took.
pub(crate) type Step = (&'static str, Duration);

/// Tells the recorder what each metric is.
pub fn describe() {
    describe_counter!("philia_turns_total", "Turns by outcome");
    describe_histogram!("philia_turn_duration_seconds", Unit::Seconds, "From a message to its whole answer, kept");
    describe_histogram!("philia_turn_step_duration_seconds", Unit::Seconds, "The steps of a turn");
    describe_counter!("philia_degraded_turns_total", "Turns in which a part was missing, by part");
    describe_counter!("philia_fallback_total", "Answers that were not the first model's of the chain");
    describe_counter!("philia_model_calls_total", "Calls of models by role, provider, model and outcome");
    describe_counter!("philia_model_tokens_total", "Tokens by role, provider, model and direction");
    describe_gauge!(
        "philia_model_cost_dollars",
        "US dollars since the start, by role, provider and model, at the configured prices"
    );
    describe_counter!("philia_memory_operations_total", "What was done with memories, by operation");
    describe_counter!("philia_errors_total", "Turns that ended in an error, by kind");
    describe_counter!("philia_jobs_total", "Jobs done and failed");
    describe_counter!("philia_cache_requests_total", "What was looked for in the cache, by whether it was there");
    describe_gauge!("philia_running_turns", "Turns being answered or learned from");
    describe_gauge!("philia_active_people", "People who have talked in the last 15 minutes");
    describe_gauge!("philia_jobs_due", "Jobs that are due, up to a thousand");
    describe_gauge!("philia_store_up", "1 if the store answers");
    describe_gauge!("philia_index_up", "1 if the index answers; the one in process always does");
    describe_gauge!("philia_store_size_bytes", Unit::Bytes, "The store on its disk");
    describe_gauge!("philia_index_size_bytes", Unit::Bytes, "The recall index in memory");
    describe_gauge!("philia_cache_size_bytes", Unit::Bytes, "What is kept at hand in memory");
    describe_counter!("philia_log_lines_lost_total", "Lines of the log that could not be written in time");
    describe_counter!(
        "philia_lockouts_total",
        "Attempts that were turned away unseen after too many, by what was tried"
    );
    describe_counter!("philia_http_requests_total", "Requests by method, route and status");
    describe_histogram!("philia_http_request_duration_seconds", Unit::Seconds, "Requests by route");
    // What should stay at nothing is there from the start, so that its first rise is seen.
    counter!("philia_log_lines_lost_total").increment(0);
    for what in ["password", "token", "registration"] {
        counter!("philia_lockouts_total", "what" => what).increment(0);
    }
    for outcome in ["done", "failed"] {
        counter!("philia_jobs_total", "outcome" => outcome).increment(0);
    }
    for outcome in ["model", "offline", "unsaved", "error"] {
        counter!("philia_turns_total", "outcome" => outcome).increment(0);
    }
    counter!("philia_fallback_total", "role" => "chat").increment(0);
    counter!("philia_degraded_turns_total", "part" => "store").increment(0);
}

pub(crate) fn step(step: &'static str, took: Duration) {
    of_label!(
        histogram,
        "philia_turn_step_duration_seconds",
        "step" => step,
        ["hear", "care", "guard", "recall", "feel", "compose", "speak", "settle", "learn"]
    )
    .record(took);
}

/// A turn has ended. What concerns the operator more than the person counts although they would not be `counted`.
pub(crate) fn turn(person: &Person, reply: &Reply, steps: &[Step], took: Duration, counted: bool) {
    let outcome = outcome(reply);
    if counted || matches!(outcome, "care" | "unsaved") {
        person.app.seen(person.id());
        of_label!(counter, "philia_turns_total", "outcome" => outcome, ["model", "offline"]).increment(1);
        histogram!("philia_turn_duration_seconds").record(took);
        for (name, took) in steps {
            step(name, *took);
        }
    }
    for part in &reply.degraded {
        counter!("philia_degraded_turns_total", "part" => part.clone()).increment(1);
    }
    let ms = |wanted: &str| steps.iter().find(|(name, _)| *name == wanted).map(|(_, took)| millis(*took));
    tracing::info!(
        person = tag(person.id()),
        interaction = %reply.interaction_id,
        outcome,
        model = reply.model,
        fallback = reply.fallback.len(),
        hear_ms = ms("hear"),
        care_ms = ms("care"),
        guard_ms = ms("guard"),
        recall_ms = ms("recall"),
        feel_ms = ms("feel"),
        compose_ms = ms("compose"),
        speak_ms = ms("speak"),
        settle_ms = ms("settle"),
        learn_ms = ms("learn"),
        ms = millis(took),
        "turn"
    );
}

/// Milliseconds to a thousandth, as they are logged and kept.
pub fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn outcome(reply: &Reply) -> &'static str {
    match reply.model.as_str() {
        _ if reply.repeated => "repeated",
        _ if reply.cancelled => "cancelled",
        "care" => "care",
        _ if !reply.saved => "unsaved",
        "guard" => "guard",
        "paused" => "paused",
        "forgetting" => "forgetting",
        "offline" => "offline",
        _ => "model",
    }
}

/// A turn ended in an error.
pub(crate) fn failed(error: &Error) {
    counter!("philia_turns_total", "outcome" => "error").increment(1);
    counter!("philia_errors_total", "kind" => error.kind()).increment(1);
}

/// The models that failed before one answered.
pub(crate) fn failed_calls<'a>(role: &'static str, models: impl IntoIterator<Item = &'a str>) {
    let mut any = false;
    for name in models {
        any = true;
        let (provider, model) = split(name);
        let labels =
            [("role", role.to_owned()), ("provider", provider), ("model", model), ("outcome", "failed".into())];
        counter!("philia_model_calls_total", &labels).increment(1);
    }
    if any {
        counter!("philia_fallback_total", "role" => role).increment(1);
    }
}

/// What came of asking the model for small judgements behind the scenes.
pub(crate) fn asked_fast(info: &ModelInfo, answer: &Result<ChatReply, ModelError>, prices: &[(String, Price)]) {
    const ROLE: &str = "fast";
    let names = |attempts: &[Attempt]| attempts.iter().map(|attempt| attempt.model.clone()).collect::<Vec<_>>();
    let failed = match answer {
        Ok(reply) => names(&reply.failed),
        Err(ModelError::Exhausted(attempts)) => names(attempts),
        Err(_) => vec![info.name.clone()],
    };
    failed_calls(ROLE, failed.iter().map(String::as_str));
    if let Ok(reply) = answer {
        answered(ROLE, &reply.model, "ok", &reply.usage, prices);
    }
}

/// A model answered; `outcome` is `ok` or `cancelled`.
pub(crate) fn answered(
    role: &'static str,
    name: &str,
    outcome: &'static str,
    usage: &Usage,
    prices: &[(String, Price)],
) {
    let (provider, model) = split(name);
    let labels = [("role", role.to_owned()), ("provider", provider), ("model", model)];
    let with = |name: &'static str, value: &'static str| {
        let mut labels = labels.to_vec();
        labels.push((name, value.to_owned()));
        labels
    };
    counter!("philia_model_calls_total", &with("outcome", outcome)).increment(1);
    counter!("philia_model_tokens_total", &with("direction", "in")).increment(usage.prompt_tokens);
    counter!("philia_model_tokens_total", &with("direction", "out")).increment(usage.completion_tokens);
    if let Some((_, price)) = prices.iter().find(|(known, _)| known == name) {
        // A counter counts whole things; dollars have parts.
        gauge!("philia_model_cost_dollars", &labels).increment(price.of(usage));
    }
}

/// `provider:model` in its parts.
fn split(name: &str) -> (String, String) {
    let (provider, model) = name.split_once(':').unwrap_or((name, ""));
    (provider.to_owned(), model.to_owned())
}

/// Something was done with memories.
pub(crate) fn memories(operation: &'static str, count: usize) {
    of_label!(
        counter,
        "philia_memory_operations_total",
        "operation" => operation,
        ["create", "search", "recall"]
    )
    .increment(count as u64);
}

/// Something was looked for in the cache.
pub(crate) fn cache(found: bool) {
    let outcome = if found { "hit" } else { "miss" };
    of_label!(counter, "philia_cache_requests_total", "outcome" => outcome, ["hit", "miss"]).increment(1);
}

/// A job was done, or failed.
pub(crate) fn job(outcome: &'static str) {
    counter!("philia_jobs_total", "outcome" => outcome).increment(1);
}

/// Jobs that are counted at most.
const JOBS: usize = 1000;

impl Philia {
    /// Looks at what is not counted as it happens, for the recorder: to be called before what is recorded is read.
    pub async fn measure(&self) {
        let parts = &self.0.parts;
        let number = |n: usize| n as f64;
        gauge!("philia_running_turns").set(number(self.0.running.len()));
        gauge!("philia_active_people").set(number(self.0.active()));
        let due = parts.store.due(self.now(), JOBS).await;
        let health = parts.store.health().await;
        gauge!("philia_store_up").set(f64::from(u8::from(due.is_ok() && health.is_ok())));
        if let Ok(due) = due {
            gauge!("philia_jobs_due").set(number(due.len()));
        }
        if let Some(bytes) = health.ok().and_then(|health| health.bytes) {
            gauge!("philia_store_size_bytes").set(bytes as f64);
        }
        let index_up = self.0.index.check().await.is_none_or(|there| there.is_ok());
        gauge!("philia_index_up").set(f64::from(u8::from(index_up)));
        if let Some(bytes) = self.0.index.held_bytes() {
            gauge!("philia_index_size_bytes").set(number(bytes));
        }
        if let Some(bytes) = parts.cache.held_bytes() {
            gauge!("philia_cache_size_bytes").set(number(bytes));
        }
    }
}

/// A name for somebody in the log: the same each time, and nobody's name.
pub fn tag(id: &PartitionId) -> String {
    let hash = Sha256::new().chain_update(id.account()).chain_update([0]).chain_update(id.subject()).finalize();
    hex(&hash[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_the_microsecond() {
        let told = |nanos| millis(Duration::from_nanos(nanos)).to_string();
        assert_eq!([0, 499, 500, 96_083, 358_441_000].map(told), ["0", "0", "0.001", "0.096", "358.441"]);
    }
}
