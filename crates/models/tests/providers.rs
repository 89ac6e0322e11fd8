//! From configuration to models.

mod support;

use philia_models::Http;
use philia_models::client::ConfigError;
use philia_models::providers::{EmbeddingSettings, KNOWN, Protocol, Settings, chain, chat, embedder, find};
use philia_ports::ModelError;
use philia_ports::model::ChatDelta;
use philia_testkit::model_server::{Behaviour, ModelServer};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use support::{KEY, chance, hello, listen};

fn settings(provider: &str, base_url: String) -> Settings {
    Settings { base_url: Some(base_url), model: Some("scripted".into()), ..Settings::of(provider) }
}

#[test]
fn the_table_is_sound() {
    for known in KNOWN {
        let url = known.base_url.unwrap_or("https://example.com/v1");
        let settings = Settings {
            api_key: Some(SecretString::from(KEY)),
            base_url: Some(url.into()),
            model: known.chat_model.is_none().then(|| "m".to_owned()),
            ..Settings::of(known.name)
        };
        let model = chat(&settings, &Http::new(), chance()).unwrap();
        assert_eq!(model.info().remote, known.protocol != Protocol::Ollama, "{}", known.name);
        assert!(model.info().name.starts_with(&format!("{}:", known.name)));
        assert_eq!(KNOWN.iter().filter(|other| other.name == known.name).count(), 1);
        assert_eq!(known.chat_model.is_some(), known.fast_model.is_some());
        if let Some((_, dimensions)) = known.embedding {
            let api_key = Some(SecretString::from(KEY));
            let settings = EmbeddingSettings { api_key, ..EmbeddingSettings::of(known.name) };
            assert_eq!(embedder(&settings, &Http::new(), chance()).unwrap().info().dimensions, dimensions);
        }
    }
    assert_eq!(find(" OpenAI ").unwrap().name, "openai");
}

#[test]
fn the_usual_variables_are_read() {
    let set = |name: &str| match name {
        "GOOGLE_API_KEY" => Some(KEY.to_owned()),
        "GEMINI_API_KEY" | "OPENAI_API_KEY" => Some(" ".to_owned()),
        "OLLAMA_HOST" => Some("0.0.0.0".to_owned()),
        "OPENAI_BASE_URL" => Some("http://127.0.0.1:8080/v1".to_owned()),
        _ => None,
    };
    assert_eq!(find("gemini").unwrap().key(set).unwrap().expose_secret(), KEY);
    assert!(find("openai").unwrap().key(set).is_none());
    assert_eq!(find("openai").unwrap().url(set).unwrap(), "http://127.0.0.1:8080/v1");
    assert_eq!(find("ollama").unwrap().url(set).unwrap(), "http://127.0.0.1:11434");
    let configured: Vec<_> = KNOWN.iter().filter(|known| known.is_configured(set)).map(|known| known.name).collect();
    assert_eq!(configured, ["openai", "gemini", "ollama"]);
}

#[test]
fn mistakes_are_named() {
    let make = |settings: &Settings| chat(settings, &Http::new(), chance()).err().unwrap();
    let wrong = make(&Settings::of("opnai"));
    assert!(wrong.to_string().contains("`opnai`") && wrong.to_string().contains("openai, anthropic"));
    assert_eq!(make(&Settings::of("groq")).to_string(), "groq needs a key: set GROQ_API_KEY");
    assert!(matches!(make(&Settings::of("custom")), ConfigError::BaseUrlMissing { .. }));
    assert!(matches!(make(&Settings::of("ollama")), ConfigError::ModelMissing { .. }));
    let hot = Settings { temperature: Some(3.0), ..settings("custom", "http://localhost/v1".into()) };
    assert_eq!(make(&hot).to_string(), "temperature of custom is 3, allowed is 0 to 2");
    assert!(matches!(make(&settings("custom", "not an address".into())), ConfigError::BaseUrl { .. }));
    let embed = |settings: &EmbeddingSettings| embedder(settings, &Http::new(), chance()).err().unwrap();
    let key = || Some(SecretString::from(KEY));
    assert!(matches!(
        embed(&EmbeddingSettings { api_key: key(), ..EmbeddingSettings::of("anthropic") }),
        ConfigError::ModelMissing { .. }
    ));
    let model = Some("m".to_owned());
    let settings =
        EmbeddingSettings { api_key: key(), model, dimensions: Some(8), ..EmbeddingSettings::of("anthropic") };
    assert!(matches!(embed(&settings), ConfigError::NoEmbeddings { .. }));
    let settings = EmbeddingSettings { model: Some("brand-new".into()), ..EmbeddingSettings::of("ollama") };
    assert!(embed(&settings).to_string().contains("dimensions"));
    assert!(!format!("{:?}", Settings { api_key: key(), ..Settings::of("openai") }).contains(KEY));
}

#[tokio::test]
async fn an_assembled_model_retries_and_then_rests() {
    let server = ModelServer::start();
    let mut settings = settings("openai", server.openai_url());
    settings.retry.first_pause = Duration::from_millis(1);
    settings.breaker.failures = 2;
    let model = chat(&settings, &Http::new(), chance()).unwrap();
    assert!(!model.info().remote);
    server.will([Behaviour::status(500), Behaviour::status(503), Behaviour::reply("Third time lucky.")]);
    assert_eq!(model.complete(&hello()).await.unwrap().content, "Third time lucky.");
    server.always(Behaviour::status(500));
    for _ in 0..2 {
        assert!(matches!(model.complete(&hello()).await, Err(ModelError::Unavailable { .. })));
    }
    let asked = server.requests().len();
    assert!(matches!(model.complete(&hello()).await, Err(ModelError::Resting { .. })));
    assert_eq!(server.requests().len(), asked);
}

#[tokio::test]
async fn a_chain_survives_a_500_a_timeout_and_a_broken_stream() {
    let servers = [(); 4].map(|()| ModelServer::start());
    servers[0].always(Behaviour::status(500));
    servers[1].always(Behaviour::Stall);
    servers[2].always(Behaviour::BreakAfter(vec!["I was going to".into()]));
    servers[3].always(Behaviour::stream(["I am ", "here."]));
    let http = Http::new();
    let settings: Vec<Settings> = servers
        .iter()
        .zip(["openai", "anthropic", "gemini", "custom"])
        .map(|(server, provider)| {
            let url = match provider {
                "anthropic" => server.anthropic_url(),
                "gemini" => server.gemini_url(),
                _ => server.openai_url(),
            };
            let mut settings = settings(provider, url);
            settings.retry.attempts = 1;
            if provider == "anthropic" {
                settings.timeout = Duration::from_millis(50);
            }
            settings
        })
        .collect();
    let chain = chain(&settings, &http, &chance()).unwrap();
    let heard = listen(chain.stream(&hello()).await.unwrap()).await;
    let Some(ChatDelta::Done { model, failed, .. }) = heard.deltas.last() else { panic!("{:?}", heard.error) };
    assert_eq!(model, "custom:scripted");
    let failed: Vec<_> = failed.iter().map(|attempt| attempt.model.as_str()).collect();
    assert_eq!(failed, ["openai:scripted", "anthropic:scripted", "gemini:scripted"]);
    let restart = heard.deltas.iter().position(|delta| matches!(delta, ChatDelta::Restart(_))).unwrap();
    let said: String = heard.deltas[restart..]
        .iter()
        .filter_map(|delta| match delta {
            ChatDelta::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(said, "I am here.");
}

#[tokio::test]
async fn ollama_chats_through_its_other_door() {
    let server = ModelServer::start();
    let model = chat(&settings("ollama", server.ollama_url()), &Http::new(), chance()).unwrap();
    model.complete(&hello()).await.unwrap();
    assert_eq!(server.requests()[0].path, "/v1/chat/completions");
}

#[test]
fn making_a_model_costs_nothing() {
    let started = std::time::Instant::now();
    let settings = Settings { api_key: Some(SecretString::from(KEY)), ..Settings::of("openai") };
    for _ in 0..100 {
        chat(&settings, &Http::new(), chance()).unwrap();
    }
    // A client of its own for each, with its certificates, would take several seconds.
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
