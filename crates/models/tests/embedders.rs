//! The remote embedders against the scripted server.
#![allow(clippy::unwrap_used, reason = "that is how a test fails")]

mod support;

use philia_models::Http;
use philia_models::cached::Cached;
use philia_models::embedding::{EmbedderConfig, Thresholds};
use philia_models::gemini::GeminiEmbeddings;
use philia_models::ollama::{self, OllamaEmbeddings};
use philia_models::openai::OpenAiEmbeddings;
use philia_models::retry::RetryPolicy;
use philia_ports::{Embedder, EmbedderError};
use philia_testkit::model_server::{Behaviour, ModelServer};
use secrecy::SecretString;
use serde_json::json;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use support::{KEY, chance};

fn config(provider: &str, base_url: String) -> EmbedderConfig {
    EmbedderConfig {
        provider: provider.into(),
        base_url,
        api_key: Some(SecretString::from(KEY)),
        model: "some-embedder".into(),
        dimensions: 8,
        thresholds: Thresholds::usual("some-embedder"),
        timeout: Duration::from_secs(20),
        retry: RetryPolicy {
            attempts: 3,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(1),
            within: Duration::from_secs(10),
        },
    }
}

fn all(server: &ModelServer) -> Vec<Arc<dyn Embedder>> {
    let http = Http::new();
    vec![
        Arc::new(OpenAiEmbeddings::new(&config("openai", server.openai_url()), &http, chance()).unwrap()),
        Arc::new(GeminiEmbeddings::new(&config("gemini", server.gemini_url()), &http, chance()).unwrap()),
        Arc::new(OllamaEmbeddings::new(&config("ollama", server.ollama_url()), &http, chance()).unwrap()),
    ]
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("text number {n}")).collect()
}

#[tokio::test]
async fn vectors_in_order_normalised_and_none_for_nothing() {
    let server = ModelServer::start();
    for embedder in all(&server) {
        let mut texts = texts(3);
        texts.insert(1, "  \n".into());
        let vectors = embedder.embed_documents(&texts).await.unwrap();
        assert_eq!(vectors.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, true]);
        assert_ne!(vectors[0], vectors[2]);
        for vector in vectors.iter().flatten() {
            let length: f32 = vector.iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-5);
        }
        assert_eq!(embedder.embed_query(&texts[3]).await.unwrap(), vectors[3], "{}", embedder.info().id);
        assert_eq!(embedder.embed_query("").await.unwrap(), None);
        assert!(embedder.embed_documents(&[]).await.unwrap().is_empty());
        assert!(!embedder.info().remote);
        assert!(embedder.info().id.ends_with(":some-embedder:8"));
    }
}

#[tokio::test]
async fn large_batches_are_cut() {
    let server = ModelServer::start();
    for embedder in all(&server) {
        let before = server.requests().len();
        let vectors = embedder.embed_documents(&texts(150)).await.unwrap();
        assert_eq!(vectors.len(), 150);
        assert_eq!(vectors[149], embedder.embed_documents(&texts(150)[149..]).await.unwrap()[0]);
        assert!(server.requests().len() > before + 2);
    }
    let long = vec!["y".repeat(1_000_000)];
    all(&server)[0].embed_documents(&long).await.unwrap();
    let sent = server.requests().pop().unwrap().body["input"][0].as_str().unwrap().len();
    assert!(sent <= 20_000, "{sent}");
}

#[tokio::test]
async fn gemini_is_told_what_the_text_is_for() {
    let server = ModelServer::start();
    let embedder = &all(&server)[1];
    embedder.embed_documents(&texts(1)).await.unwrap();
    embedder.embed_query("who?").await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].path, "/v1beta/models/some-embedder:batchEmbedContents");
    let first = &requests[0].body["requests"][0];
    assert_eq!((&first["taskType"], &first["outputDimensionality"]), (&json!("RETRIEVAL_DOCUMENT"), &json!(8)));
    assert_eq!(first["model"], "models/some-embedder");
    assert_eq!(requests[1].body["requests"][0]["taskType"], "RETRIEVAL_QUERY");
    assert_eq!(requests[0].header("x-goog-api-key"), Some(KEY));
}

#[tokio::test]
async fn dimensions_are_asked_for_where_they_differ() {
    let server = ModelServer::start();
    for (dimensions, asked) in [(1536, None), (256, Some(256))] {
        let config = EmbedderConfig {
            model: "text-embedding-3-small".into(),
            dimensions,
            ..config("openai", server.openai_url())
        };
        let embedder = OpenAiEmbeddings::new(&config, &Http::new(), chance()).unwrap();
        let result = embedder.embed_query("hello").await;
        assert_eq!(server.requests().pop().unwrap().body.get("dimensions").and_then(|d| d.as_u64()), asked);
        // The scripted server gives 8 numbers unless it is asked for more.
        assert_eq!(result.is_ok(), asked.is_some(), "{result:?}");
    }
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let server = ModelServer::start();
    for embedder in all(&server) {
        server.will_embed([Behaviour::status(503), Behaviour::status(429)]);
        assert!(embedder.embed_query("hello").await.unwrap().is_some());
        server.will_embed([Behaviour::status(500), Behaviour::status(500), Behaviour::status(500)]);
        let error = embedder.embed_query("hello").await.unwrap_err();
        assert!(matches!(error, EmbedderError::Unavailable { .. }), "{error:?}");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn answers_that_are_no_vectors() {
    let server = ModelServer::start();
    let both = |vectors: serde_json::Value| {
        let list = vectors.as_array().unwrap();
        let data: Vec<_> = list.iter().map(|v| json!({"embedding": v})).collect();
        Behaviour::Json(json!({"data": data, "embeddings": vectors}))
    };
    for (behaviour, said) in [
        (Behaviour::Html, "HTML"),
        (Behaviour::Empty, "nothing"),
        (Behaviour::HalfJson, "breaks off"),
        (Behaviour::Json(json!({})), "without"),
        (both(json!([])), "0 vectors for 1"),
        (both(json!([[1, 2, 3]])), "3 numbers where 8"),
        (both(json!([[0, 0, 0, 0, 0, 0, 0, 0]])), "direction"),
        (both(json!([["a", 0, 0, 0, 0, 0, 0, 0]])), "without"),
        (Behaviour::Huge(40 * 1024 * 1024), "32 MB"),
    ] {
        for (place, embedder) in all(&server).into_iter().enumerate() {
            // Gemini's vectors lie one level deeper.
            if place == 1 && matches!(behaviour, Behaviour::Json(ref json) if json.get("embeddings").is_some()) {
                continue;
            }
            server.will_embed([behaviour.clone()]);
            let error = embedder.embed_query("hello").await.unwrap_err();
            assert!(
                matches!(&error, EmbedderError::Unusable { detail, .. } if detail.contains(said)),
                "{behaviour:?}: {error:?}"
            );
        }
    }
    for status in [400, 401, 404] {
        server.will_embed([Behaviour::error(status, KEY)]);
        let error = all(&server)[0].embed_query("hello").await.unwrap_err();
        assert!(matches!(error, EmbedderError::Refused { .. }) && !error.to_string().contains(KEY), "{error}");
    }
}

#[tokio::test]
async fn a_slow_embedder_is_unavailable() {
    let server = ModelServer::start();
    server.will_embed([Behaviour::Stall]);
    let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
    let config = EmbedderConfig { timeout: Duration::from_millis(50), retry, ..config("openai", server.openai_url()) };
    let embedder = OpenAiEmbeddings::new(&config, &Http::new(), chance()).unwrap();
    assert!(embedder.embed_query("hello").await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn the_cache_asks_only_for_what_is_new() {
    let server = ModelServer::start();
    let plain = all(&server).swap_remove(1);
    let cached = Cached::new(Arc::clone(&plain), NonZeroUsize::new(3).unwrap());
    assert_eq!(cached.info(), plain.info());
    let texts: Vec<String> = ["a", "b", "a", ""].map(String::from).to_vec();
    let vectors = cached.embed_documents(&texts).await.unwrap();
    assert_eq!((vectors[0].is_some(), &vectors[0], &vectors[3]), (true, &vectors[2], &None));
    assert_eq!(server.requests()[0].body["requests"].as_array().unwrap().len(), 2);
    assert_eq!(cached.embed_documents(&texts).await.unwrap(), vectors);
    assert_eq!(server.requests().len(), 1);
    // A query is not a document, not even of the same text.
    cached.embed_query("a").await.unwrap();
    cached.embed_query("a").await.unwrap();
    assert_eq!(server.requests().len(), 2);
    // Three fit; the least recently used goes.
    cached.embed_documents(&["c".to_owned(), "d".to_owned()]).await.unwrap();
    cached.embed_documents(&["b".to_owned()]).await.unwrap();
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn the_cache_does_not_remember_errors() {
    let server = ModelServer::start();
    let cached = Cached::new(all(&server).swap_remove(0), NonZeroUsize::MIN);
    server.will_embed([Behaviour::status(400)]);
    assert!(cached.embed_query("a").await.is_err());
    assert!(cached.embed_query("a").await.unwrap().is_some());
    server.will_embed([Behaviour::status(400)]);
    assert!(cached.embed_documents(&["b".to_owned()]).await.is_err());
    assert!(cached.embed_documents(&["b".to_owned()]).await.unwrap()[0].is_some());
}

#[tokio::test]
async fn ollama_is_found_where_it_is() {
    let server = ModelServer::start();
    server.install(["llama3.2:latest", "nomic-embed-text:latest"]);
    let patience = Duration::from_secs(10);
    let found = ollama::detect(&Http::new(), &server.ollama_url(), patience).await.unwrap();
    assert_eq!(found, ["llama3.2:latest", "nomic-embed-text:latest"]);
    assert_eq!(server.requests()[0].path, "/api/tags");
    assert!(ollama::detect(&Http::new(), &server.openai_url(), patience).await.is_some());
    for behaviour in
        [Behaviour::Html, Behaviour::status(404), Behaviour::Json(json!([])), Behaviour::Json(json!({"models": 1}))]
    {
        server.decide(move |_| Some(behaviour.clone()));
        assert_eq!(ollama::detect(&Http::new(), &server.ollama_url(), patience).await, None);
    }
    server.decide(|_| Some(Behaviour::Stall));
    assert_eq!(ollama::detect(&Http::new(), &server.ollama_url(), Duration::from_millis(30)).await, None);
    assert_eq!(ollama::detect(&Http::new(), "no address", patience).await, None);
}
