//! `POST /api/memories/consolidate`: makes one memory of what was said again and again, now rather than at night.

use crate::extract::{Body, Caller, Params};
use crate::problem::Problem;
use axum::Json;
use philia_companion::memories::Consolidated;
use serde::Deserialize;
use utoipa::ToSchema;

/// Whose memories.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Consolidate {
    /// Who asks.
    #[schema(ignore)]
    user: Option<String>,
}

/// Makes one memory of what was said again and again, now rather than at night.
#[utoipa::path(
    post,
    path = "/api/memories/consolidate",
    tag = "Memories",
    request_body = Consolidate,
    responses((status = 200, description = "It is so", body = Consolidated))
)]
pub(crate) async fn post(
    caller: Caller,
    params: Params,
    Body(asked): Body<Consolidate>,
) -> Result<Json<Consolidated>, Problem> {
    params.done()?;
    Ok(Json(caller.person_or(asked.user).await?.consolidate().await?))
}
