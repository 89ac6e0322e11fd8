//! The OpenAI door: `/v1/chat/completions`, `/v1/models`, `/v1/embeddings`, for clients that are already there.
//!
//! A model is a character; the conversation that such a client resends every time is found again in the log, so that
//! only what is new in it is a turn. Errors have OpenAI's shape, see [`error`].

mod ask;
pub(crate) mod chat;
pub(crate) mod embeddings;
pub(crate) mod error;
pub(crate) mod models;
mod say;

use crate::Door;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The model that stands for whomever the person has chosen.
const CHOSEN: &str = "philia";

/// What derives cannot say of its schemas.
pub(crate) fn describe(schemas: &mut Value) {
    let text = json!({ "type": "string", "minLength": 1, "maxLength": 32768, "pattern": "\\S" });
    let some = json!({ "type": "array", "minItems": 1, "items": text });
    schemas["EmbeddingInput"] = json!({ "description": "One text or several.", "oneOf": [text, some] });
    schemas["OpenAiError"] = error::described();
}

/// Its routes.
pub(crate) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(chat::post))
        .routes(routes!(models::list))
        .routes(routes!(models::one))
        .routes(routes!(embeddings::post))
}
