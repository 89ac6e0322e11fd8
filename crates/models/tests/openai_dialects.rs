//! What servers that imitate OpenAI really send and refuse.
#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

mod support;

use philia_ports::model::{ChatDelta, FinishReason, Usage};
use philia_ports::{ChatModel, ModelError};
use philia_testkit::model_server::{Behaviour, ModelServer};
use serde_json::Value;
use support::{Heard, hello, listen, openai, openai_with, with_tools};

fn raw(text: &str) -> Behaviour {
    Behaviour::Raw(vec![text.as_bytes().to_vec()])
}

async fn hear(server: &ModelServer, behaviour: Behaviour) -> Heard {
    server.always(behaviour);
    listen(openai(server).stream(&with_tools()).await.unwrap()).await
}

fn done(heard: &Heard) -> (FinishReason, Usage) {
    match heard.deltas.last() {
        Some(ChatDelta::Done { finish, usage, .. }) => (*finish, *usage),
        other => panic!("{other:?}, {:?}", heard.error),
    }
}

#[tokio::test]
async fn line_ends_comments_and_blanks() {
    let server = ModelServer::start();
    let heard = hear(
        &server,
        raw(concat!(
            ": OPENROUTER PROCESSING\r\n\r\n",
            "data:{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\r\n\r\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\r\n\r\n",
            ":\r\n",
            "id: 7\r\ndata:   {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"lo\"}]}}]}\r\n\r\n",
            "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hidden\"},\"finish_reason\":null}]}\r\n\r\n",
            "data:\r\n\r\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"eos\"}],\"brand_new\":{}}\r\n\r\n",
            "data:[DONE]\r\n\r\n",
        )),
    )
    .await;
    assert_eq!(heard.text(), "Hello");
    assert_eq!(done(&heard), (FinishReason::Stop, Usage::default()));
}

#[tokio::test]
async fn without_done_without_last_line_and_with_late_counts() {
    let server = ModelServer::start();
    let say = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"length\"}]}\n\n";
    assert_eq!(done(&hear(&server, raw(say)).await).0, FinishReason::Length);
    assert_eq!(done(&hear(&server, raw(say.trim_end())).await).0, FinishReason::Length);
    let counted = format!("{say}data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":5,\"completion_tokens\":2}}}}");
    let usage = Usage { prompt_tokens: 5, cached_tokens: 0, completion_tokens: 2 };
    assert_eq!(done(&hear(&server, raw(&counted)).await).1, usage);
    let groq = say.replace("}]}", "}],\"x_groq\":{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}}");
    assert_eq!(done(&hear(&server, raw(&groq)).await).1, usage);
    // It said `[DONE]` but not why.
    let unexplained = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n";
    assert_eq!(done(&hear(&server, raw(unexplained)).await).0, FinishReason::Stop);
}

#[tokio::test]
async fn a_server_that_says_why_and_then_hangs_is_done() {
    let server = ModelServer::start();
    let say = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n";
    server.always(Behaviour::RawThenStall(vec![say.as_bytes().to_vec()]));
    let model = openai_with(&server, |config| config.idle_timeout = std::time::Duration::from_millis(50));
    assert_eq!(done(&listen(model.stream(&hello()).await.unwrap()).await).0, FinishReason::Stop);
}

#[tokio::test]
async fn characters_cut_between_chunks() {
    let server = ModelServer::start();
    let whole =
        "data: {\"choices\":[{\"delta\":{\"content\":\"né 😀 日本\"},\"finish_reason\":\"stop\"}]}\n\n".as_bytes();
    let chunks = whole.chunks(3).map(<[u8]>::to_vec).collect();
    assert_eq!(hear(&server, Behaviour::Raw(chunks)).await.text(), "né 😀 日本");
}

#[tokio::test]
async fn tool_calls_of_the_odd_kind() {
    let server = ModelServer::start();
    let chunk = |calls: &str| format!("data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{calls}]}}}}]}}\n\n");
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let calls = |heard: &Heard| -> Vec<(String, String, String)> {
        let calls = heard.deltas.iter().filter_map(|delta| match delta {
            ChatDelta::ToolCall(call) => Some((call.id.clone(), call.name.clone(), call.arguments.clone())),
            _ => None,
        });
        calls.collect()
    };
    let expected = |calls: &[(&str, &str, &str)]| -> Vec<(String, String, String)> {
        calls.iter().map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into())).collect()
    };
    // No index at all, whole calls (Ollama, older Mistral).
    let whole = chunk(
        r#"{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","function":{"name":"g","arguments":{"y":2}}}"#,
    );
    let heard = hear(&server, raw(&format!("{whole}{end}"))).await;
    assert_eq!(calls(&heard), expected(&[("a", "f", r#"{"x":1}"#), ("b", "g", r#"{"y":2}"#)]));
    assert_eq!(done(&heard).0, FinishReason::ToolCalls);
    // No id, the name in every piece, no arguments.
    let pieces = [r#"{"index":0,"function":{"name":"f"}}"#, r#"{"index":0,"function":{"name":"f","arguments":null}}"#];
    let pieces: String = pieces.iter().map(|piece| chunk(piece)).collect();
    assert_eq!(calls(&hear(&server, raw(&format!("{pieces}{end}"))).await), expected(&[("call_0", "f", "{}")]));
    // No index, an empty id in the continuation.
    let pieces =
        [r#"{"id":"a","function":{"name":"f","arguments":"{\"x\""}}"#, r#"{"id":"","function":{"arguments":":1}"}}"#];
    let pieces: String = pieces.iter().map(|piece| chunk(piece)).collect();
    assert_eq!(calls(&hear(&server, raw(&format!("{pieces}{end}"))).await), expected(&[("a", "f", r#"{"x":1}"#)]));
}

#[tokio::test]
async fn errors_inside_a_good_status() {
    let server = ModelServer::start();
    let limit = r#"{"error":{"code":429,"message":"Rate limit exceeded: free-models-per-day"}}"#;
    for behaviour in [Behaviour::Json(serde_json::from_str(limit).unwrap()), raw(&format!("data: {limit}\n\n"))] {
        server.always(behaviour);
        assert!(matches!(openai(&server).stream(&hello()).await, Err(ModelError::RateLimited { .. })));
    }
    let half = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: {\"choices\":[{\"del\n\n";
    server.always(raw(half));
    let heard = listen(openai(&server).stream(&hello()).await.unwrap()).await;
    assert_eq!(heard.text(), "Hi");
    assert!(matches!(heard.error, Some(ModelError::Unusable { .. })));
    server.always(raw("data: {\"choices\":[{\"delta\":{\"content\":\"  \\n\"},\"finish_reason\":\"stop\"}]}\n\n"));
    assert!(matches!(openai(&server).stream(&hello()).await, Err(ModelError::Unusable { .. })));
    let quota = Behaviour::Status { status: 429, headers: vec![], body:
        r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#.into() };
    server.always(quota);
    assert!(
        matches!(openai(&server).complete(&hello()).await, Err(ModelError::Refused { detail, .. }) if detail.contains("quota"))
    );
}

fn sent(server: &ModelServer, name: &str) -> Vec<Value> {
    server.requests().iter().map(|request| request.body.get(name).cloned().unwrap_or(Value::Null)).collect()
}

#[tokio::test]
async fn refused_parameters_are_left_out_once_and_for_all() {
    let server = ModelServer::start();
    server.will([
        Behaviour::error(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
        Behaviour::error(400, "Unsupported value: 'temperature' does not support 0.7 with this model."),
        Behaviour::error(422, "stream_options: Extra inputs are not permitted"),
        Behaviour::reply("At last."),
    ]);
    let model = openai_with(&server, |config| (config.temperature, config.max_tokens) = (Some(0.7), Some(50)));
    assert_eq!(listen(model.stream(&hello()).await.unwrap()).await.text(), "At last.");
    assert_eq!(listen(model.stream(&hello()).await.unwrap()).await.text(), "ok");
    assert_eq!(sent(&server, "max_tokens"), [50.into(), Value::Null, Value::Null, Value::Null, Value::Null]);
    assert_eq!(sent(&server, "max_completion_tokens"), [Value::Null, 50.into(), 50.into(), 50.into(), 50.into()]);
    let temperatures: Vec<bool> = sent(&server, "temperature").iter().map(Value::is_null).collect();
    assert_eq!(temperatures, [false, false, true, true, true]);
    let options: Vec<bool> = sent(&server, "stream_options").iter().map(Value::is_null).collect();
    assert_eq!(options, [false, false, false, true, true]);
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_asked_only_so_often() {
    let server = ModelServer::start();
    server.always(Behaviour::error(400, "unsupported: temperature max_tokens max_completion_tokens stream_options"));
    let model = openai_with(&server, |config| (config.temperature, config.max_tokens) = (Some(0.7), Some(50)));
    assert!(matches!(model.stream(&hello()).await, Err(ModelError::Refused { .. })));
    assert!(server.requests().len() <= 5, "{}", server.requests().len());
    server.always(Behaviour::error(400, "This model's maximum context length is 8192 tokens"));
    let before = server.requests().len();
    assert!(matches!(model.complete(&hello()).await, Err(ModelError::Refused { .. })));
    assert_eq!(server.requests().len(), before + 1);
}

#[tokio::test]
async fn tools_without_reasoning_where_both_do_not_go_together() {
    let server = ModelServer::start();
    server.will([Behaviour::error(
        400,
        "Function tools with reasoning_effort are not supported for this model in /v1/chat/completions.",
    )]);
    let model = openai(&server);
    model.complete(&with_tools()).await.unwrap();
    model.complete(&hello()).await.unwrap();
    assert_eq!(sent(&server, "reasoning_effort"), [Value::Null, "none".into(), Value::Null]);
}
