//! The providers we know, and how a line of configuration becomes a model.

use crate::anthropic::Anthropic;
use crate::breaker::{Breaker, BreakerPolicy};
use crate::cached::Cached;
use crate::chain::Chain;
use crate::client::{ClientConfig, ConfigError};
use crate::embedding::{EmbedderConfig, Thresholds, native_dimensions};
use crate::gemini::{Gemini, GeminiEmbeddings};
use crate::http::Http;
use crate::limit::Limit;
use crate::ollama::{self, OllamaEmbeddings};
use crate::openai::{OpenAiCompatible, OpenAiEmbeddings};
use crate::retry::{Retry, RetryPolicy};
use philia_ports::{Chance, ChatModel, Embedder};
use secrecy::SecretString;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

/// Which language a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Chat completions, as OpenAI has them.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Google's `generateContent`.
    Gemini,
    /// OpenAI's for chat, its own for embeddings.
    Ollama,
}

/// A provider we know. Every default can be overridden in [`Settings`]; model names as of November 2026, where
/// possible such that the provider keeps pointing to its current model.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    /// Its name in configuration.
    pub name: &'static str,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Its address; none where every installation has its own.
    pub base_url: Option<&'static str>,
    /// Environment variables that usually hold its key, the first that is set counts.
    pub key_variables: &'static [&'static str],
    /// Environment variables that usually hold its address.
    pub url_variables: &'static [&'static str],
    /// Does it want a key (at its own address)?
    pub needs_key: bool,
    /// The model for talking.
    pub chat_model: Option<&'static str>,
    /// The model for small work behind the scenes: quick and cheap.
    pub fast_model: Option<&'static str>,
    /// How many tokens its models read and write together, cautiously.
    pub context_tokens: u32,
    /// Its model for embeddings with the length of its vectors.
    pub embedding: Option<(&'static str, usize)>,
}

/// What most entries have in common.
const IMITATOR: Provider = Provider {
    name: "",
    protocol: Protocol::OpenAi,
    base_url: None,
    key_variables: &[],
    url_variables: &[],
    needs_key: true,
    chat_model: None,
    fast_model: None,
    context_tokens: 128_000,
    embedding: None,
};

/// All providers we know, in the order in which they are looked for.
pub const KNOWN: &[Provider] = &[
    Provider {
        name: "openai",
        base_url: Some("https://api.openai.com/v1"),
        key_variables: &["OPENAI_API_KEY"],
        url_variables: &["OPENAI_BASE_URL", "OPENAI_API_BASE"],
        chat_model: Some("gpt-6.1-terra"),
        fast_model: Some("gpt-6-luna"),
        embedding: Some(("text-embedding-3-small", 1536)),
        ..IMITATOR
    },
    Provider {
        name: "anthropic",
        protocol: Protocol::Anthropic,
        base_url: Some("https://api.anthropic.com"),
        key_variables: &["ANTHROPIC_API_KEY"],
        url_variables: &["ANTHROPIC_BASE_URL"],
        chat_model: Some("claude-sonnet-5-5"),
        fast_model: Some("claude-haiku-5-5"),
        context_tokens: 200_000,
        ..IMITATOR
    },
    Provider {
        name: "gemini",
        protocol: Protocol::Gemini,
        base_url: Some("https://generativelanguage.googleapis.com/v1beta"),
        key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        chat_model: Some("gemini-flash-latest"),
        fast_model: Some("gemini-flash-lite-latest"),
        context_tokens: 1_000_000,
        embedding: Some(("gemini-embedding-001", 1536)),
        ..IMITATOR
    },
    Provider {
        name: "openrouter",
        base_url: Some("https://openrouter.ai/api/v1"),
        key_variables: &["OPENROUTER_API_KEY"],
        chat_model: Some("openrouter/auto"),
        fast_model: Some("openai/gpt-6-luna"),
        ..IMITATOR
    },
    Provider {
        name: "groq",
        base_url: Some("https://api.groq.com/openai/v1"),
        key_variables: &["GROQ_API_KEY"],
        chat_model: Some("openai/gpt-oss-120b"),
        fast_model: Some("openai/gpt-oss-20b"),
        ..IMITATOR
    },
    Provider {
        name: "mistral",
        base_url: Some("https://api.mistral.ai/v1"),
        key_variables: &["MISTRAL_API_KEY"],
        chat_model: Some("mistral-medium-latest"),
        fast_model: Some("mistral-small-latest"),
        embedding: Some(("mistral-embed", 1024)),
        ..IMITATOR
    },
    Provider {
        name: "deepseek",
        base_url: Some("https://api.deepseek.com"),
        key_variables: &["DEEPSEEK_API_KEY"],
        chat_model: Some("deepseek-flash"),
        fast_model: Some("deepseek-flash"),
        ..IMITATOR
    },
    Provider {
        name: "together",
        base_url: Some("https://api.together.xyz/v1"),
        key_variables: &["TOGETHER_API_KEY"],
        chat_model: Some("deepseek-ai/DeepSeek-V4-Pro"),
        fast_model: Some("deepseek-ai/DeepSeek-V4-Flash-0731"),
        ..IMITATOR
    },
    Provider {
        name: "chutes",
        base_url: Some("https://llm.chutes.ai/v1"),
        key_variables: &["CHUTES_API_KEY", "CHUTES_API_TOKEN"],
        chat_model: Some("deepseek-ai/DeepSeek-V4-Pro-0813"),
        fast_model: Some("deepseek-ai/DeepSeek-V3.2-TEE"),
        ..IMITATOR
    },
    Provider {
        name: "ollama",
        protocol: Protocol::Ollama,
        base_url: Some(ollama::DEFAULT_URL),
        key_variables: &["OLLAMA_API_KEY"],
        url_variables: &["OLLAMA_HOST"],
        needs_key: false,
        // It cuts longer prompts off at the front without a word, so its own default is the safe one.
        context_tokens: 4096,
        embedding: Some(("nomic-embed-text", 768)),
        ..IMITATOR
    },
    // llama.cpp, vLLM, LM Studio, a proxy: whatever speaks OpenAI's language at an address of its own.
    Provider { name: "custom", needs_key: false, context_tokens: 8192, ..IMITATOR },
];

/// The provider of this name, in whatever case.
///
/// # Errors
/// If there is none; names all there are.
pub fn find(name: &str) -> Result<&'static Provider, ConfigError> {
    KNOWN.iter().find(|known| known.name.eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
        ConfigError::UnknownProvider {
            found: name.to_owned(),
            allowed: KNOWN.iter().map(|known| known.name).collect::<Vec<_>>().join(", "),
        }
    })
}

impl Provider {
    /// The key among the environment's variables, as `variable` tells them. Empty ones count as not set.
    pub fn key(&self, variable: impl Fn(&str) -> Option<String>) -> Option<SecretString> {
        let mut keys = self.key_variables.iter().filter_map(|name| variable(name));
        keys.find(|key| !key.trim().is_empty()).map(SecretString::from)
    }

    /// The address among the environment's variables, as `variable` tells them. Empty ones count as not set.
    pub fn url(&self, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut urls = self.url_variables.iter().filter_map(|name| variable(name));
        let url = urls.find(|url| !url.trim().is_empty())?;
        Some(if self.protocol == Protocol::Ollama { ollama::base_url(&url) } else { url })
    }

    /// Is it configured by the environment alone: is its key set, or its address?
    pub fn is_configured(&self, variable: impl Fn(&str) -> Option<String> + Copy) -> bool {
        self.key(variable).is_some() || self.url(variable).is_some()
    }
}

/// One model of one role, as configured. What is none has the provider's default.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of a provider of [`KNOWN`].
    pub provider: String,
    /// Its address.
    pub base_url: Option<String>,
    /// Its key.
    pub api_key: Option<SecretString>,
    /// The model's name; the provider's chat model if none.
    pub model: Option<String>,
    /// 0..2.
    pub temperature: Option<f64>,
    /// The most tokens of a reply.
    pub max_tokens: Option<u32>,
    /// How long a whole reply, or the first piece of a streamed one, may take.
    pub timeout: Duration,
    /// How long a stream may pause.
    pub idle_timeout: Duration,
    /// How many calls at once.
    pub concurrency: usize,
    /// How many tokens prompt and reply may have together.
    pub context_tokens: Option<u32>,
    /// How often to try.
    pub retry: RetryPolicy,
    /// When to leave it alone.
    pub breaker: BreakerPolicy,
}

impl Settings {
    /// The provider's defaults, with a minute for a reply, half a minute for a pause, and eight calls at once.
    pub fn of(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            base_url: None,
            api_key: None,
            model: None,
            temperature: None,
            max_tokens: None,
            timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(30),
            concurrency: 8,
            context_tokens: None,
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
        }
    }

    fn config(&self) -> Result<(&'static Provider, ClientConfig), ConfigError> {
        let known = find(&self.provider)?;
        let provider = known.name.to_owned();
        if let Some(temperature) = self.temperature.filter(|t| !(0.0..=2.0).contains(t)) {
            let (field, found) = ("temperature", temperature.to_string());
            return Err(ConfigError::OutOfRange { provider, field, found, allowed: "0 to 2" });
        }
        let (base_url, api_key) = reach(known, self.base_url.as_deref(), self.api_key.as_ref())?;
        let model = self.model.as_deref().or(known.chat_model).filter(|model| !model.trim().is_empty());
        let model = model.ok_or_else(|| ConfigError::ModelMissing { provider: provider.clone() })?.to_owned();
        let config = ClientConfig {
            provider,
            base_url,
            api_key,
            model,
            temperature: self.temperature,
            max_tokens: self.max_tokens,
            timeout: self.timeout,
            idle_timeout: self.idle_timeout,
            context_tokens: self.context_tokens.unwrap_or(known.context_tokens),
        };
        Ok((known, config))
    }
}

/// Address and key of a provider, given or usual. A key is asked for only at the provider's own address: what
/// imitates it elsewhere may want none.
fn reach(
    known: &Provider,
    base_url: Option<&str>,
    api_key: Option<&SecretString>,
) -> Result<(String, Option<SecretString>), ConfigError> {
    let provider = || known.name.to_owned();
    let given = base_url.map(str::trim).filter(|url| !url.is_empty());
    let own = given.is_none_or(|url| Some(url.trim_end_matches('/')) == known.base_url);
    let url = given.or(known.base_url).ok_or_else(|| ConfigError::BaseUrlMissing { provider: provider() })?;
    if known.needs_key && own && api_key.is_none() {
        let variable = known.key_variables.first().copied();
        return Err(ConfigError::KeyMissing { provider: provider(), variable });
    }
    Ok((url.to_owned(), api_key.cloned()))
}

/// A model with everything around it: limited, retried, left alone when it fails too often.
///
/// # Errors
/// If the settings cannot be used; says what is wrong and what is allowed.
pub fn chat(settings: &Settings, http: &Http, chance: Arc<dyn Chance>) -> Result<Arc<dyn ChatModel>, ConfigError> {
    let (known, config) = settings.config()?;
    let client: Arc<dyn ChatModel> = match known.protocol {
        Protocol::OpenAi => Arc::new(OpenAiCompatible::new(config, http)?),
        Protocol::Anthropic => Arc::new(Anthropic::new(config, http)?),
        Protocol::Gemini => Arc::new(Gemini::new(config, http)?),
        Protocol::Ollama => {
            let base_url = format!("{}/v1", ollama::base_url(&config.base_url));
            Arc::new(OpenAiCompatible::new(ClientConfig { base_url, ..config }, http)?)
        }
    };
    // The place is given back between two tries, and a model at rest is not tried at all.
    let limited: Arc<dyn ChatModel> = Arc::new(Limit::new(client, settings.concurrency, settings.timeout));
    let retried: Arc<dyn ChatModel> = Arc::new(Retry::new(limited, settings.retry, chance));
    Ok(Arc::new(Breaker::new(retried, settings.breaker)))
}

/// A chain of models, each made by [`chat`].
///
/// # Errors
/// The first settings that cannot be used.
pub fn chain(settings: &[Settings], http: &Http, chance: &Arc<dyn Chance>) -> Result<Arc<dyn ChatModel>, ConfigError> {
    let models = settings.iter().map(|settings| chat(settings, http, Arc::clone(chance)));
    Ok(Arc::new(Chain::new(models.collect::<Result<_, _>>()?)))
}

/// A remote embedder, as configured. What is none has the provider's default.
#[derive(Clone, Debug)]
pub struct EmbeddingSettings {
    /// Name of a provider of [`KNOWN`].
    pub provider: String,
    /// Its address.
    pub base_url: Option<String>,
    /// Its key.
    pub api_key: Option<SecretString>,
    /// The model's name.
    pub model: Option<String>,
    /// Length of the vectors.
    pub dimensions: Option<usize>,
    /// Where cosines begin to mean something.
    pub thresholds: Option<Thresholds>,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often to try.
    pub retry: RetryPolicy,
    /// How many texts' vectors are remembered.
    pub cache: NonZeroUsize,
}

/// How many texts' vectors are remembered: 12 MB of 1536 dimensions.
const CACHE: NonZeroUsize = NonZeroUsize::new(2000).unwrap();

impl EmbeddingSettings {
    /// The provider's defaults, with half a minute for a request.
    pub fn of(provider: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            base_url: None,
            api_key: None,
            model: None,
            dimensions: None,
            thresholds: None,
            timeout: Duration::from_secs(30),
            retry: RetryPolicy::default(),
            cache: CACHE,
        }
    }
}

/// A remote embedder with a cache before it.
///
/// # Errors
/// If the settings cannot be used, or the length of the vectors is not given and not known.
pub fn embedder(
    settings: &EmbeddingSettings,
    http: &Http,
    chance: Arc<dyn Chance>,
) -> Result<Arc<dyn Embedder>, ConfigError> {
    let known = find(&settings.provider)?;
    let provider = known.name.to_owned();
    let (base_url, api_key) = reach(known, settings.base_url.as_deref(), settings.api_key.as_ref())?;
    let usual = known.embedding;
    let model = settings.model.as_deref().or(usual.map(|(model, _)| model));
    let model = model.ok_or_else(|| ConfigError::ModelMissing { provider: provider.clone() })?.to_owned();
    let dimensions = settings.dimensions.or_else(|| match usual {
        Some((name, dimensions)) if name == model => Some(dimensions),
        _ => native_dimensions(&model),
    });
    let dimensions = dimensions.ok_or_else(|| ConfigError::OutOfRange {
        provider: provider.clone(),
        field: "dimensions",
        found: format!("not given and not known of {model}"),
        allowed: "1 to 8192",
    })?;
    let thresholds = settings.thresholds.unwrap_or_else(|| Thresholds::usual(&model));
    let (timeout, retry) = (settings.timeout, settings.retry);
    let config = EmbedderConfig { provider, base_url, api_key, model, dimensions, thresholds, timeout, retry };
    let embedder: Arc<dyn Embedder> = match known.protocol {
        Protocol::OpenAi => Arc::new(OpenAiEmbeddings::new(&config, http, chance)?),
        Protocol::Gemini => Arc::new(GeminiEmbeddings::new(&config, http, chance)?),
        Protocol::Ollama => {
            let base_url = ollama::base_url(&config.base_url);
            Arc::new(OllamaEmbeddings::new(&EmbedderConfig { base_url, ..config }, http, chance)?)
        }
        Protocol::Anthropic => return Err(ConfigError::NoEmbeddings { provider: config.provider }),
    };
    Ok(Arc::new(Cached::new(embedder, settings.cache)))
}
