//! `GET /api/personas/schema`: the JSON Schema of a persona file.

use crate::extract::Params;
use crate::problem::Problem;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use philia_mind::persona::schema::json_schema;

/// The JSON Schema of a persona file.
#[utoipa::path(
    get,
    path = "/api/personas/schema",
    tag = "Characters",
    responses((status = 200, description = "The schema", body = Object, content_type = "application/schema+json"))
)]
pub(crate) async fn get(params: Params) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    params.done()?;
    Ok(([(CONTENT_TYPE, "application/schema+json")], json_schema().to_string()))
}
