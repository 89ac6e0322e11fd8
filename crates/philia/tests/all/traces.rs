//! Traces as a collector gets them: the spans of a turn, and nothing that was said.

use crate::home::Home;
use crate::people::Client;
use crate::serve::Server;
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use philia_testkit::model_server::{Behaviour, ModelServer};
use prost::Message as _;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const SECRET: &str = "Zyzzogeton";

/// A small collector on a port of its own; it ends with the process.
fn collector() -> (String, Arc<Mutex<Vec<Vec<u8>>>>) {
    let batches: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let kept = batches.clone();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let take = async move |body: Bytes| kept.lock().unwrap().push(body.to_vec());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, Router::new().route("/v1/traces", post(take))).await.unwrap();
        });
    });
    (format!("http://{address}"), batches)
}

/// Everything that was sent.
fn spans(batches: &Mutex<Vec<Vec<u8>>>) -> Vec<Span> {
    let batches = batches.lock().unwrap();
    let requests = batches.iter().map(|batch| ExportTraceServiceRequest::decode(batch.as_slice()).unwrap());
    let resources = requests.flat_map(|request| request.resource_spans);
    resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
}

/// The names from a span up to its root.
fn way<'a>(span: &'a Span, all: &BTreeMap<&[u8], &'a Span>) -> String {
    let mut names = vec![span.name.as_str()];
    let mut at = span;
    while let Some(parent) = all.get(at.parent_span_id.as_slice()) {
        names.push(&parent.name);
        at = parent;
    }
    names.reverse();
    names.join("/")
}

#[cfg(unix)]
#[test]
fn a_turn_is_a_tree_of_spans_and_tells_nothing_that_was_said() {
    let model = ModelServer::start();
    model.always(Behaviour::reply(format!("{SECRET} is a fine name.")));
    let (endpoint, batches) = collector();
    let home = Home::new()
        .with("OPENAI_BASE_URL", model.openai_url())
        .with("OPENAI_MODEL", "local")
        .with("PHILIA__TRACES__ENDPOINT", endpoint);
    let server = Server::start(&home);
    let client = Client::new(&server.address, SECRET.to_lowercase());
    client.say("one", &format!("My dog is called {SECRET}.")).unwrap();
    server.signal("-TERM");
    let ended = server.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let spans = spans(&batches);
    let by_id: BTreeMap<&[u8], &Span> = spans.iter().map(|span| (span.span_id.as_slice(), span)).collect();
    let turn = spans.iter().find(|span| span.name == "turn").expect("a turn");
    let of_turn = spans.iter().filter(|span| span.trace_id == turn.trace_id);
    let ways: BTreeMap<String, &Span> = of_turn.map(|span| (way(span, &by_id), span)).collect();
    for expected in [
        "request",
        "request/turn",
        "request/turn/hear/store.get_many",
        "request/turn/hear/store.commit",
        "request/turn/recall/embedder.query",
        "request/turn/recall/index.search",
        "request/turn/feel",
        "request/turn/speak/model.chat",
        "request/turn/settle/store.commit",
        "request/turn/learn/store.commit",
    ] {
        assert!(ways.contains_key(expected), "{expected} is not among {:?}", ways.keys());
    }
    for (way, span) in &ways {
        let parent = by_id.get(span.parent_span_id.as_slice());
        assert!(span.end_time_unix_nano >= span.start_time_unix_nano, "{way}");
        assert!(parent.is_none_or(|parent| parent.start_time_unix_nano <= span.start_time_unix_nano), "{way}");
        assert!(span.status.as_ref().is_none_or(|status| status.code != StatusCode::Error as i32), "{span:?}");
    }
    let told = format!("{:?}", ways["request/turn/speak/model.chat"].attributes);
    assert!(told.contains("openai:local") && told.contains("gen_ai.usage.output_tokens"), "{told}");
    let all = format!("{spans:?}").to_lowercase();
    assert!(!all.contains(&SECRET.to_lowercase()), "{all}");
    assert!(spans.iter().all(|span| span.events.is_empty()), "lines of the log are not sent");
}

#[test]
fn a_collector_that_is_not_there_keeps_nobody() {
    let nowhere = format!("http://{}", philia_testkit::server::nobody());
    let home = Home::new().with("PHILIA__TRACES__ENDPOINT", nowhere);
    assert!(home.say("My dog is called Rex.\nWhat is my dog's name?\n").contains("Rex"));
}
