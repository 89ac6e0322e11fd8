//! Exports: memories as they are, in one document. Nothing is kept of an export: its id says what is in it.

use super::find::Wanted;
use super::people::Asked;
use crate::extract::Fields;
use crate::problem::Problem;
use axum::Json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// What is to be exported.
#[derive(Deserialize, ToSchema)]
#[schema(as = Mem0Export)]
pub(crate) struct Export {
    /// `AND`, `OR`, `NOT`, and conditions on fields.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    filters: Option<Map<String, Value>>,
    /// The id of an export that was made.
    #[serde(default)]
    #[schema(ignore)]
    memory_export_id: Option<String>,
    #[serde(flatten)]
    #[schema(ignore)]
    beside: Map<String, Value>,
}

impl Export {
    fn wanted(self) -> Result<Wanted, Problem> {
        let Some(id) = self.memory_export_id else { return Ok(Wanted::new(self.filters, self.beside)) };
        let read = URL_SAFE_NO_PAD.decode(&id).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        let made = read.ok_or_else(|| Problem::not_found("export", id))?;
        Ok(Wanted::new(made.filters, made.beside))
    }
}

/// Makes an export.
#[utoipa::path(
    post,
    path = "/v1/exports/",
    tag = "Mem0",
    request_body = Export,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn post(asked: Asked, Fields(mut export): Fields<Export>) -> Result<Json<Value>, Problem> {
    export.beside.retain(|name, _| name.ends_with("_id"));
    let mut made = export.beside.clone();
    made.extend(export.filters.clone().map(|filters| ("filters".to_owned(), filters.into())));
    // What it asks for must be sound, and within reach.
    let wanted = export.wanted()?;
    asked.people(&wanted.filter()?).await?;
    let id = URL_SAFE_NO_PAD.encode(Value::from(made).to_string());
    Ok(Json(json!({ "id": id, "message": "Memory export request received. The export is ready." })))
}

/// What is in an export.
#[utoipa::path(
    post,
    path = "/v1/exports/get/",
    tag = "Mem0",
    request_body = Export,
    responses((status = 200, description = "It is so", body = Object))
)]
pub(crate) async fn get(asked: Asked, Fields(export): Fields<Export>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "memories": export.wanted()?.list(&asked).await? })))
}
