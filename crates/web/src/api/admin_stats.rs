//! `GET /api/admin/stats`: the house in figures.

use crate::Door;
use crate::extract::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use philia_companion::accounts::Stats;

/// The house in figures.
#[utoipa::path(
    get,
    path = "/api/admin/stats",
    tag = "Admin",
    responses((status = 200, description = "It is so", body = Stats))
)]
pub(crate) async fn get(State(door): State<Door>, params: Params) -> Result<Json<Stats>, Problem> {
    params.done()?;
    Ok(Json(door.philia.accounts().stats().await?))
}
