//! `GET /api/personas/schema`: the JSON Schema of a persona file.

use crate::extract::Params;
use crate::problem::Problem;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use philia_mind::persona::schema::json_schema;

pub(crate) async fn get(params: Params) -> Result<([(HeaderName, &'static str); 1], String), Problem> {
    params.done()?;
    Ok(([(CONTENT_TYPE, "application/schema+json")], json_schema().to_string()))
}
