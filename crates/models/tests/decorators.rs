//! Retry, breaker, limit and chain over a scripted model, with time that stands still until it is needed.
#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

mod support;

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, stream};
use philia_models::breaker::{Breaker, BreakerPolicy};
use philia_models::chain::Chain;
use philia_models::limit::Limit;
use philia_models::retry::{Retry, RetryPolicy};
use philia_ports::model::{ChatDelta, ChatReply, ChatRequest, ChatStream, FinishReason, ModelInfo, Usage};
use philia_ports::{ChatModel, ModelError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{chance, hello, listen};
use tokio::time::Instant;

/// What the scripted model does with one call.
enum Act {
    Say(&'static str),
    Fail(ModelError),
    /// Says something, then breaks.
    Break(&'static str),
    /// Never answers.
    Hang,
}

struct Scripted {
    info: ModelInfo,
    acts: Mutex<VecDeque<Act>>,
    calls: Mutex<Vec<Instant>>,
}

impl Scripted {
    fn new(name: &str, acts: impl IntoIterator<Item = Act>) -> Arc<Self> {
        Arc::new(Self {
            info: ModelInfo {
                name: name.into(),
                remote: name.contains("far"),
                context_tokens: 100 + name.len() as u32,
            },
            acts: Mutex::new(acts.into_iter().collect()),
            calls: Mutex::default(),
        })
    }

    fn calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    fn next(&self) -> Act {
        self.calls.lock().unwrap().push(Instant::now());
        self.acts.lock().unwrap().pop_front().unwrap_or(Act::Say("ok"))
    }

    fn done(&self) -> Result<ChatDelta, ModelError> {
        let model = self.info.name.clone();
        Ok(ChatDelta::Done { finish: FinishReason::Stop, usage: Usage::default(), model, failed: vec![] })
    }
}

fn unavailable() -> ModelError {
    ModelError::Unavailable { model: "m".into(), detail: "down".into() }
}

fn refused() -> ModelError {
    ModelError::Refused { model: "m".into(), detail: "no".into() }
}

fn limited(seconds: u64) -> ModelError {
    ModelError::RateLimited { model: "m".into(), retry_after: Some(Duration::from_secs(seconds)) }
}

#[async_trait]
impl ChatModel for Scripted {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn complete(&self, _: &ChatRequest) -> Result<ChatReply, ModelError> {
        match self.next() {
            Act::Say(content) => Ok(ChatReply {
                content: content.into(),
                tool_calls: vec![],
                finish: FinishReason::Stop,
                usage: Usage::default(),
                model: self.info.name.clone(),
                failed: vec![],
            }),
            Act::Fail(error) => Err(error),
            Act::Break(_) => Err(unavailable()),
            Act::Hang => std::future::pending().await,
        }
    }

    async fn stream(&self, _: &ChatRequest) -> Result<ChatStream, ModelError> {
        let said = |text: &str| Ok(ChatDelta::Text(text.into()));
        match self.next() {
            Act::Say(text) => Ok(stream::iter([said(text), self.done()]).boxed()),
            Act::Fail(error) => Err(error),
            Act::Break(text) => Ok(stream::iter([said(text), Err(unavailable())]).boxed()),
            Act::Hang => Ok(stream::iter([said("…")]).chain(stream::pending()).boxed()),
        }
    }
}

fn policy() -> RetryPolicy {
    RetryPolicy {
        attempts: 4,
        first_pause: Duration::from_secs(2),
        longest_pause: Duration::from_secs(6),
        within: Duration::from_secs(60),
    }
}

#[tokio::test(start_paused = true)]
async fn retry_waits_longer_each_time() {
    let acts = [Act::Fail(unavailable()), Act::Fail(unavailable()), Act::Fail(unavailable()), Act::Say("finally")];
    let model = Scripted::new("m", acts);
    let retry = Retry::new(model.clone(), policy(), chance());
    assert_eq!(retry.complete(&hello()).await.unwrap().content, "finally");
    let calls = model.calls.lock().unwrap().clone();
    let pauses: Vec<u64> = calls.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    // Without luck, half of 2, 4 and 8 (but at most 6) seconds.
    assert_eq!(pauses, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn retry_gives_up_in_time() {
    let acts = || std::iter::repeat_with(|| Act::Fail(unavailable())).take(20);
    let model = Scripted::new("m", acts());
    assert!(Retry::new(model.clone(), policy(), chance()).complete(&hello()).await.is_err());
    assert_eq!(model.calls(), 4);
    let short = RetryPolicy { within: Duration::from_millis(3500), attempts: 20, ..policy() };
    let model = Scripted::new("m", acts());
    let started = Instant::now();
    assert!(Retry::new(model.clone(), short, chance()).stream(&hello()).await.is_err());
    assert_eq!((model.calls(), started.elapsed()), (3, Duration::from_secs(3)));
}

#[tokio::test(start_paused = true)]
async fn retry_does_as_it_is_told() {
    let model = Scripted::new("m", [Act::Fail(limited(30)), Act::Say("thanks for waiting")]);
    let started = Instant::now();
    Retry::new(model.clone(), policy(), chance()).complete(&hello()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(30));
    // Longer than anybody would wait: not at all.
    let model = Scripted::new("m", [Act::Fail(limited(3600))]);
    let started = Instant::now();
    assert!(Retry::new(model.clone(), policy(), chance()).complete(&hello()).await.is_err());
    assert_eq!((model.calls(), started.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn retry_knows_what_is_hopeless() {
    let model = || "m".to_owned();
    for error in [
        refused(),
        ModelError::Unauthorized { model: model(), detail: "key".into() },
        ModelError::Unusable { model: model(), detail: "html".into() },
        ModelError::Resting { model: model() },
        ModelError::Exhausted(vec![]),
    ] {
        let model = Scripted::new("m", [Act::Fail(error)]);
        assert!(Retry::new(model.clone(), policy(), chance()).complete(&hello()).await.is_err());
        assert_eq!(model.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_leaves_a_stream_alone_once_it_speaks() {
    let model = Scripted::new("m", [Act::Fail(unavailable()), Act::Break("half a")]);
    let heard = listen(Retry::new(model.clone(), policy(), chance()).stream(&hello()).await.unwrap()).await;
    assert_eq!((heard.text().as_str(), heard.error.is_some(), model.calls()), ("half a", true, 2));
}

fn breaker(model: Arc<Scripted>) -> Breaker {
    Breaker::new(model, BreakerPolicy { failures: 3, rest: Duration::from_secs(10) })
}

#[tokio::test(start_paused = true)]
async fn breaker_opens_rests_and_probes() {
    let acts = std::iter::repeat_with(|| Act::Fail(unavailable())).take(4);
    let model = Scripted::new("m", acts);
    let breaker = breaker(model.clone());
    for _ in 0..3 {
        assert!(matches!(breaker.complete(&hello()).await, Err(ModelError::Unavailable { .. })));
    }
    assert!(matches!(breaker.complete(&hello()).await, Err(ModelError::Resting { .. })));
    assert!(matches!(breaker.stream(&hello()).await, Err(ModelError::Resting { .. })));
    assert_eq!(model.calls(), 3);
    tokio::time::advance(Duration::from_secs(10)).await;
    // The probe fails: another rest.
    assert!(matches!(breaker.complete(&hello()).await, Err(ModelError::Unavailable { .. })));
    assert!(matches!(breaker.complete(&hello()).await, Err(ModelError::Resting { .. })));
    tokio::time::advance(Duration::from_secs(10)).await;
    // The probe succeeds: closed, and the count begins anew.
    assert!(breaker.complete(&hello()).await.is_ok());
    assert!(breaker.complete(&hello()).await.is_ok());
    assert_eq!(model.calls(), 6);
}

#[tokio::test(start_paused = true)]
async fn breaker_lets_one_probe_through() {
    let acts = [Act::Break("x"), Act::Break("x"), Act::Break("x"), Act::Hang];
    let model = Scripted::new("m", acts);
    let breaker = breaker(model.clone());
    for _ in 0..3 {
        listen(breaker.stream(&hello()).await.unwrap()).await;
    }
    tokio::time::advance(Duration::from_secs(11)).await;
    let probe = breaker.stream(&hello()).await.unwrap();
    assert!(matches!(breaker.stream(&hello()).await, Err(ModelError::Resting { .. })));
    // A probe that is given up says nothing, but makes room for another.
    drop(probe);
    assert!(breaker.complete(&hello()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn breaker_counts_failures_in_a_row_and_no_refusals() {
    let acts = [
        Act::Fail(unavailable()),
        Act::Fail(unavailable()),
        Act::Fail(refused()),
        Act::Fail(unavailable()),
        Act::Fail(unavailable()),
        Act::Say("fine"),
    ];
    let breaker = breaker(Scripted::new("m", acts));
    for _ in 0..5 {
        assert!(!matches!(breaker.complete(&hello()).await, Err(ModelError::Resting { .. })));
    }
    assert!(breaker.complete(&hello()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn limit_holds_its_place_for_the_streams_life() {
    let model = Scripted::new("m", [Act::Hang, Act::Hang]);
    let limit = Limit::new(model.clone(), 2, Duration::from_secs(5));
    let first = limit.stream(&hello()).await.unwrap();
    let _second = limit.stream(&hello()).await.unwrap();
    let request = hello();
    let third = limit.complete(&request);
    let mut third = std::pin::pin!(third);
    assert!(third.as_mut().now_or_never().is_none());
    drop(first);
    assert!(third.await.is_ok());
    let waiting = limit.stream(&hello()).await.unwrap();
    assert!(matches!(limit.complete(&hello()).await, Err(ModelError::Timeout { after, .. }) if after.as_secs() == 5));
    drop(waiting);
    assert!(limit.complete(&hello()).await.is_ok());
}

fn chain(models: &[&Arc<Scripted>]) -> Chain {
    Chain::new(models.iter().map(|model| Arc::clone(model) as Arc<dyn ChatModel>).collect())
}

#[tokio::test(start_paused = true)]
async fn chain_goes_on_to_the_next_and_tells() {
    let first = Scripted::new("a", [Act::Fail(refused()), Act::Fail(unavailable())]);
    let second = Scripted::new("b", [Act::Fail(limited(9)), Act::Fail(unavailable())]);
    let third = Scripted::new("c-far", []);
    let chain = chain(&[&first, &second, &third]);
    assert_eq!(*chain.info(), ModelInfo { name: "a > b > c-far".into(), remote: true, context_tokens: 101 });
    let reply = chain.complete(&hello()).await.unwrap();
    let failed: Vec<_> = reply.failed.iter().map(|attempt| attempt.model.as_str()).collect();
    assert_eq!((reply.model.as_str(), failed), ("c-far", vec!["a", "b"]));
    assert!(reply.failed[0].error.contains("no"));
    let heard = listen(chain.stream(&hello()).await.unwrap()).await;
    let Some(ChatDelta::Done { model, failed, .. }) = heard.deltas.last() else { panic!() };
    assert_eq!((model.as_str(), failed.len(), heard.text().as_str()), ("c-far", 2, "ok"));
}

#[tokio::test(start_paused = true)]
async fn chain_begins_anew_in_the_middle() {
    let first = Scripted::new("a", [Act::Break("Once up")]);
    let second = Scripted::new("b", [Act::Fail(unavailable())]);
    let third = Scripted::new("c", [Act::Say("Once upon a time")]);
    let heard = listen(chain(&[&first, &second, &third]).stream(&hello()).await.unwrap()).await;
    let [
        ChatDelta::Text(before),
        ChatDelta::Restart(attempt),
        ChatDelta::Text(after),
        ChatDelta::Done { model, failed, .. },
    ] = heard.deltas.as_slice()
    else {
        panic!("{:?}", heard.deltas)
    };
    assert_eq!((before.as_str(), attempt.model.as_str(), after.as_str()), ("Once up", "a", "Once upon a time"));
    let failed: Vec<_> = failed.iter().map(|attempt| attempt.model.as_str()).collect();
    assert_eq!((model.as_str(), failed), ("c", vec!["a", "b"]));
}

#[tokio::test(start_paused = true)]
async fn chain_ends_when_nobody_is_left() {
    let fails = || Scripted::new("a", [Act::Fail(unavailable())]);
    for result in [
        chain(&[]).complete(&hello()).await.err(),
        chain(&[&fails(), &fails()]).complete(&hello()).await.err(),
        chain(&[&fails(), &fails()]).stream(&hello()).await.err(),
    ] {
        assert!(matches!(result, Some(ModelError::Exhausted(_))), "{result:?}");
    }
    let alone = listen(chain(&[&Scripted::new("a", [Act::Break("Once")])]).stream(&hello()).await.unwrap()).await;
    assert_eq!(alone.text(), "Once");
    assert!(matches!(alone.error, Some(ModelError::Unavailable { .. })));
    // The others were asked in vain: what was said is not taken back.
    let broken = Scripted::new("a", [Act::Break("Once")]);
    let heard = listen(chain(&[&broken, &fails()]).stream(&hello()).await.unwrap()).await;
    assert_eq!(heard.text(), "Once");
    assert!(!heard.deltas.iter().any(|delta| matches!(delta, ChatDelta::Restart(_))));
    assert!(matches!(heard.error, Some(ModelError::Exhausted(attempts)) if attempts.len() == 2));
}
