//! The chat clients against the scripted server: every behaviour in every language.

mod support;

use philia_models::Http;
use philia_models::openai::OpenAiCompatible;
use philia_ports::model::{ChatDelta, ChatMessage, FinishReason, Role, Usage};
use philia_ports::{ChatModel, ModelError};
use philia_testkit::model_server::{Behaviour, ModelServer};
use std::time::Duration;
use support::{KEY, all, all_with, config, hello, listen, openai, with_tools};

#[tokio::test]
async fn a_whole_reply() {
    let server = ModelServer::start();
    server.always(Behaviour::reply("Good morning, Ada."));
    for model in all(&server) {
        let reply = model.complete(&hello()).await.unwrap();
        assert_eq!(reply.content, "Good morning, Ada.", "{}", model.info().name);
        assert_eq!(reply.finish, FinishReason::Stop);
        assert_eq!(reply.usage, Usage { prompt_tokens: 11, cached_tokens: 3, completion_tokens: 7 });
        assert_eq!(reply.model, model.info().name);
        let request = server.requests().pop().unwrap();
        assert_eq!(request.prompt(), "Be kind.\nHello!");
    }
}

#[tokio::test]
async fn a_streamed_reply() {
    let server = ModelServer::start();
    server.always(Behaviour::stream(["Good ", "mörn", "ing 🌞", "."]));
    for model in all(&server) {
        let heard = listen(model.stream(&hello()).await.unwrap()).await;
        assert_eq!(heard.text(), "Good mörning 🌞.");
        assert!(heard.deltas.len() > 3, "it came in pieces");
        let Some(ChatDelta::Done { finish, usage, model: name, failed }) = heard.deltas.last() else {
            panic!("no end")
        };
        assert_eq!((*finish, name.as_str(), failed.len()), (FinishReason::Stop, model.info().name.as_str(), 0));
        assert_eq!(*usage, Usage { prompt_tokens: 11, cached_tokens: 3, completion_tokens: 7 });
    }
}

#[tokio::test]
async fn tool_calls_whole_and_in_pieces() {
    let server = ModelServer::start();
    let calls = [("weather", r#"{"city":"Rome"}"#), ("time", r#"{"zone":"Europe/Rome"}"#)];
    server.always(Behaviour::ToolCalls(calls.map(|(name, arguments)| (name.into(), arguments.into())).to_vec()));
    for model in all(&server) {
        let reply = model.complete(&with_tools()).await.unwrap();
        assert_eq!(reply.finish, FinishReason::ToolCalls);
        let heard = listen(model.stream(&with_tools()).await.unwrap()).await;
        let streamed = heard.deltas.iter().filter_map(|delta| match delta {
            ChatDelta::ToolCall(call) => Some(call.clone()),
            _ => None,
        });
        let streamed: Vec<_> = streamed.collect();
        assert_eq!(streamed, reply.tool_calls, "{}", model.info().name);
        let found: Vec<_> = streamed.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
        assert_eq!(found, calls);
        assert_ne!(streamed[0].id, streamed[1].id);
        // The conversation goes on with the result.
        let mut request = with_tools();
        let mut calling = ChatMessage::new(Role::Assistant, "");
        calling.tool_calls.clone_from(&streamed);
        let mut result = ChatMessage::new(Role::Tool, "sunny");
        result.tool_call_id = Some(streamed[0].id.clone());
        request.messages.extend([calling, result]);
        model.complete(&request).await.unwrap();
    }
}

#[tokio::test]
async fn statuses_become_errors_and_keys_stay_secret() {
    let server = ModelServer::start();
    for (status, kind) in [
        (400, "Refused"),
        (401, "Unauthorized"),
        (403, "Unauthorized"),
        (404, "Refused"),
        (413, "Refused"),
        (429, "RateLimited"),
        (500, "Unavailable"),
        (502, "Unavailable"),
        (503, "Unavailable"),
        (529, "Unavailable"),
    ] {
        server.always(Behaviour::error(status, &format!("Incorrect key provided: {KEY} (see the manual)")));
        for model in all(&server) {
            let whole = model.complete(&hello()).await.unwrap_err();
            let streamed = model.stream(&hello()).await.err().unwrap();
            for error in [whole, streamed] {
                let debug = format!("{error:?}");
                assert!(debug.starts_with(kind), "{status}: {debug}");
                assert!(!debug.contains(KEY), "{debug}");
            }
        }
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let server = ModelServer::start();
    let json = |text: &str| Behaviour::Json(serde_json::from_str(text).unwrap());
    let huge = Behaviour::Huge(10 * 1024 * 1024);
    for (behaviour, said) in [
        (Behaviour::Html, "HTML"),
        (Behaviour::HalfJson, "breaks off"),
        (Behaviour::Empty, "nothing at all"),
        (json(r#"{"choices": [], "candidates": []}"#), "without"),
        (
            json(
                r#"{"choices": [{"message": {"content": ""}}], "content": [], "candidates": [{"finishReason": "STOP"}]}"#,
            ),
            "empty",
        ),
        (json("[1, 2, 3]"), "without"),
        (json("\"hello\""), ""),
        (huge, ""),
        (Behaviour::Status { status: 200, headers: vec![], body: "I am a teapot.\n\n".into() }, ""),
    ] {
        server.always(behaviour.clone());
        for model in all(&server) {
            let whole = model.complete(&hello()).await.unwrap_err();
            assert!(
                matches!(&whole, ModelError::Unusable { detail, .. } if detail.contains(said)),
                "{behaviour:?}: {whole:?}"
            );
            let streamed = model.stream(&hello()).await.err().unwrap();
            let broken = matches!(streamed, ModelError::Unusable { .. } | ModelError::Unavailable { .. });
            assert!(broken, "{behaviour:?}: {streamed:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_still_answers() {
    let server = ModelServer::start();
    let whole = serde_json::json!({"choices": [{"message": {"content": "All at once."}, "finish_reason": "stop"}]});
    server.always(Behaviour::Json(whole));
    let heard = listen(openai(&server).stream(&hello()).await.unwrap()).await;
    assert_eq!((heard.text().as_str(), heard.error.is_none()), ("All at once.", true));
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let server = ModelServer::start();
    server.always(Behaviour::Stall);
    let short = Duration::from_millis(50);
    for model in all_with(&server, |config| config.timeout = short) {
        assert!(matches!(model.complete(&hello()).await, Err(ModelError::Timeout { after, .. }) if after == short));
        assert!(matches!(model.stream(&hello()).await, Err(ModelError::Timeout { after, .. }) if after == short));
    }
    // Headers and keep-alives alone are no first piece.
    server.always(Behaviour::StallAfter(vec![]));
    for model in all_with(&server, |config| config.timeout = short) {
        assert!(matches!(model.stream(&hello()).await, Err(ModelError::Timeout { after, .. }) if after == short));
    }
}

#[tokio::test]
async fn a_stream_that_stalls_breaks_or_just_ends() {
    let server = ModelServer::start();
    let pieces = || vec!["Once ".to_owned(), "upon ".to_owned()];
    for behaviour in [
        Behaviour::StallAfter(pieces()),
        Behaviour::BreakAfter(pieces()),
        Behaviour::EndAfter(pieces()),
        Behaviour::ErrorAfter(pieces()),
    ] {
        server.always(behaviour.clone());
        for model in all_with(&server, |config| config.idle_timeout = Duration::from_millis(300)) {
            let heard = listen(model.stream(&hello()).await.unwrap()).await;
            assert_eq!(heard.text(), "Once upon ", "{behaviour:?}");
            let error = heard.error.unwrap();
            assert!(error.is_retryable(), "{error:?}");
            let timed_out = matches!(error, ModelError::Timeout { .. });
            assert_eq!(timed_out, matches!(behaviour, Behaviour::StallAfter(_)), "{error:?}");
        }
    }
    // Nothing was said before: then it is no stream at all.
    for behaviour in [Behaviour::BreakAfter(vec![]), Behaviour::EndAfter(vec![]), Behaviour::ErrorAfter(vec![])] {
        server.always(behaviour);
        for model in all(&server) {
            let error = model.stream(&hello()).await.err().unwrap();
            assert!(error.is_retryable() || matches!(error, ModelError::Unusable { .. }), "{error:?}");
        }
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (server, elsewhere) = (ModelServer::start(), ModelServer::start());
    for status in [301, 302, 307, 308] {
        let moved =
            Behaviour::status(status).with_header("location", &format!("{}/v1/chat/completions", elsewhere.url()));
        server.always(moved);
        for model in all(&server) {
            let error = model.complete(&hello()).await.unwrap_err();
            assert!(matches!(&error, ModelError::Refused { detail, .. } if detail.contains("127.0.0.1")), "{error:?}");
        }
    }
    assert!(elsewhere.requests().is_empty(), "the key was sent elsewhere");
}

#[tokio::test]
async fn nobody_there() {
    let free = philia_testkit::server::nobody();
    let model = OpenAiCompatible::new(config("custom", format!("http://{free}/v1")), &Http::new()).unwrap();
    let error = model.complete(&hello()).await.unwrap_err();
    assert!(matches!(&error, ModelError::Unavailable { detail, .. } if detail.contains("connection")), "{error:?}");
    let error = model.stream(&hello()).await.err().unwrap();
    assert!(matches!(error, ModelError::Unavailable { .. }));
}

#[tokio::test]
async fn no_panic_where_tls_meets_plain_http() {
    let server = ModelServer::start();
    let url = server.openai_url().replace("http://", "https://");
    let model = OpenAiCompatible::new(config("custom", url), &Http::new()).unwrap();
    assert!(matches!(model.complete(&hello()).await, Err(ModelError::Unavailable { .. })));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_limit_says_when_to_come_again() {
    let server = ModelServer::start();
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (status, headers, seconds) in [
        (429, vec![("retry-after", "7")], Some(7)),
        (429, vec![("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"), date], Some(60)),
        (503, vec![("retry-after", "3")], Some(3)),
        (429, vec![], None),
    ] {
        let behaviour = headers.iter().fold(Behaviour::status(status), |b, (name, value)| b.with_header(name, value));
        server.always(behaviour);
        let error = openai(&server).complete(&hello()).await.unwrap_err();
        let ModelError::RateLimited { retry_after, .. } = error else { panic!("{error:?}") };
        assert_eq!(retry_after, seconds.map(Duration::from_secs));
    }
}

#[tokio::test]
async fn keys_go_into_the_right_header_and_nowhere_else() {
    let server = ModelServer::start();
    for (model, header, value) in all(&server)
        .into_iter()
        .zip([
            ("authorization", format!("Bearer {KEY}")),
            ("x-api-key", KEY.to_owned()),
            ("x-goog-api-key", KEY.to_owned()),
        ])
        .map(|(model, (header, value))| (model, header, value))
    {
        model.complete(&hello()).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(request.header(header), Some(value.as_str()));
        assert!(!request.query.contains(KEY) && !request.path.contains(KEY));
        assert!(!request.body.to_string().contains(KEY));
    }
    let keyless = support::openai_with(&server, |config| config.api_key = None);
    keyless.complete(&hello()).await.unwrap();
    assert_eq!(server.requests().pop().unwrap().header("authorization"), None);
    // A line break in a key is a slip of the clipboard; what cannot be in a header is a wrong key.
    let wrong = support::openai_with(&server, |config| config.api_key = Some("a\nb".to_owned().into()));
    assert!(matches!(wrong.complete(&hello()).await, Err(ModelError::Unauthorized { .. })));
    assert!(!format!("{:?}", config("x", server.url())).contains(KEY));
}

#[tokio::test]
async fn dropping_a_stream_stops_the_model() {
    let server = ModelServer::start();
    server.always(Behaviour::StallAfter(vec!["Once ".into()]));
    let stream = openai(&server).stream(&hello()).await.unwrap();
    drop(stream);
    server.always(Behaviour::reply("Still here."));
    assert_eq!(openai(&server).complete(&hello()).await.unwrap().content, "Still here.");
}

#[tokio::test]
async fn anthropic_marks_the_stable_prefix_and_unlearns_temperature() {
    let server = ModelServer::start();
    server.will([Behaviour::error(400, "`temperature` is deprecated for this model."), Behaviour::reply("Hi.")]);
    let models = all_with(&server, |config| config.temperature = Some(0.7));
    let anthropic = &models[1];
    assert_eq!(anthropic.complete(&hello()).await.unwrap().content, "Hi.");
    anthropic.complete(&hello()).await.unwrap();
    let requests = server.requests();
    let sent: Vec<bool> = requests.iter().map(|request| request.body.get("temperature").is_some()).collect();
    assert_eq!(sent, [true, false, false]);
    assert_eq!(requests[0].path, "/v1/messages");
    assert_eq!(requests[0].header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(requests[0].body["system"][0]["cache_control"]["type"], "ephemeral");
}

#[tokio::test]
async fn gemini_asks_for_what_it_is_asked() {
    let server = ModelServer::start();
    let models = all_with(&server, |config| (config.temperature, config.max_tokens) = (Some(0.5), Some(99)));
    let mut request = hello();
    request.json = true;
    models[2].complete(&request).await.unwrap();
    listen(models[2].stream(&with_tools()).await.unwrap()).await;
    let requests = server.requests();
    assert_eq!(requests[0].path, "/v1beta/models/scripted:generateContent");
    let generation =
        serde_json::json!({"temperature": 0.5, "maxOutputTokens": 99, "responseMimeType": "application/json"});
    assert_eq!(requests[0].body["generationConfig"], generation);
    assert_eq!(requests[0].body["system_instruction"]["parts"][0]["text"], "Be kind.");
    assert_eq!(
        (requests[1].path.as_str(), requests[1].query.as_str()),
        ("/v1beta/models/scripted:streamGenerateContent", "alt=sse")
    );
    assert_eq!(requests[1].body["tools"][0]["functionDeclarations"][0]["name"], "weather");
}
