//! `POST /v1/embeddings`: texts as vectors of the configured embedder. Which one that is, the answer's `model` says,
//! whatever was asked for.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use philia_companion::tokens::estimate_tokens;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One text or several.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EmbeddingInput)]
pub(crate) enum Input {
    /// One.
    One(String),
    /// Several.
    Some(Vec<String>),
}

/// How the numbers are written.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = EmbeddingFormat)]
pub(crate) enum Format {
    /// As JSON.
    #[default]
    Float,
    /// Four bytes each, little-endian, as base64.
    Base64,
}

/// What is to be embedded.
#[derive(Deserialize, ToSchema)]
#[schema(as = EmbeddingRequest)]
pub(crate) struct Wanted {
    /// Read, and not heeded: there is one embedder.
    #[allow(dead_code, reason = "clients must send it, and it must be a name")]
    model: String,
    input: Input,
    #[serde(default)]
    encoding_format: Option<Format>,
    /// Only what the embedder has anyway.
    #[serde(default)]
    dimensions: Option<usize>,
    #[serde(default)]
    #[schema(ignore)]
    user: Option<String>,
}

/// A vector.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EmbeddingNumbers)]
pub(crate) enum Numbers {
    /// As JSON.
    Float(Vec<f32>),
    /// As base64.
    Base64(String),
}

/// A text's vector.
#[derive(Serialize, ToSchema)]
#[schema(as = Embedding)]
pub(crate) struct Item {
    object: &'static str,
    index: usize,
    embedding: Numbers,
}

/// All of them.
#[derive(Serialize, ToSchema)]
#[schema(as = Embeddings)]
pub(crate) struct Items {
    object: &'static str,
    data: Vec<Item>,
    /// The embedder.
    model: String,
    usage: Usage,
}

/// Tokens, estimated.
#[derive(Serialize, ToSchema)]
#[schema(as = EmbeddingUsage)]
pub(crate) struct Usage {
    prompt_tokens: usize,
    total_tokens: usize,
}

/// Texts as vectors of the configured embedder.
#[utoipa::path(
    post,
    path = "/v1/embeddings",
    tag = "OpenAI",
    request_body = Wanted,
    responses((status = 200, description = "It is so", body = Items))
)]
pub(crate) async fn post(caller: Caller, params: Params, Body(wanted): Body<Wanted>) -> Result<Json<Items>, Problem> {
    params.done()?;
    let texts = match wanted.input {
        Input::One(text) => vec![text],
        Input::Some(texts) => texts,
    };
    if texts.iter().any(|text| text.trim().is_empty()) {
        return Err(Problem::invalid("input: an empty text has no vector; leave it out"));
    }
    let embedded = caller.person_or(wanted.user).await?.embed_texts(&texts).await?;
    if let Some(asked) = wanted.dimensions.filter(|asked| *asked != embedded.dimensions) {
        let (by, has) = (&embedded.by, embedded.dimensions);
        return Err(Problem::refused(format!("dimensions: {by} gives {has}, and not {asked}; leave it out")));
    }
    let write = |vector: Vec<f32>| match wanted.encoding_format.unwrap_or_default() {
        Format::Float => Numbers::Float(vector),
        Format::Base64 => {
            Numbers::Base64(STANDARD.encode(vector.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>()))
        }
    };
    let vectors = embedded.vectors.into_iter().enumerate();
    let data = vectors.map(|(index, vector)| Item { object: "embedding", index, embedding: write(vector) }).collect();
    let tokens = texts.iter().map(|text| estimate_tokens(text)).sum();
    let usage = Usage { prompt_tokens: tokens, total_tokens: tokens };
    Ok(Json(Items { object: "list", data, model: embedded.by, usage }))
}
