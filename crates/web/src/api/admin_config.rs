//! `GET /api/admin/config`: what is configured, and where each value came from. Secrets are never shown.

use super::Page;
use crate::extract::Params;
use crate::problem::Problem;
use crate::{Configured, Door};
use axum::Json;
use axum::extract::State;

/// What is configured, and where each value came from. Secrets are never shown.
#[utoipa::path(
    get,
    path = "/api/admin/config",
    tag = "Admin",
    responses((status = 200, description = "It is so", body = Page<Configured>))
)]
pub(crate) async fn get(State(door): State<Door>, params: Params) -> Result<Json<Page<Configured>>, Problem> {
    params.done()?;
    Ok(Json(Page { items: door.options.configured.clone(), next: None }))
}
